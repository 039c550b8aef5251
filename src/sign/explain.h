// SPDX-License-Identifier: EUPL-1.2
// explain.h: why a home is thought to be what it is, in one or two plain sentences with the numbers that decided.
// Threads  any
#ifndef PEIL_SIGN_EXPLAIN_H
#define PEIL_SIGN_EXPLAIN_H

#include "base/buf.h"
#include "sign/home.h"

typedef enum { SIGN_NL, SIGN_EN } sign_language;

void sign_explain(const struct sign_home *h, const struct sign_parameters *p, sign_language language,
                  buf *out);

#endif
