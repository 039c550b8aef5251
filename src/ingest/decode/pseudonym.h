// SPDX-License-Identifier: EUPL-1.2
// pseudonym.h: names for meters and devices whose own name is personal data or a secret.
#ifndef PEIL_INGEST_DECODE_PSEUDONYM_H
#define PEIL_INGEST_DECODE_PSEUDONYM_H

#include "ingest/device.h"

// "prefix-" and 16 hex digits of BLAKE2b over `id`, keyed with the installation's secret: the same here always, and nobody
// elsewhere can make it. False: no memory.
NODISCARD bool pseudonym(const char *prefix, str id, const struct device_site *site, arena *a, str *out);

#endif
