// SPDX-License-Identifier: EUPL-1.2
// csv.h: fields of CSV answers, each with the separator or line end that follows it.
// Source   RFC 4180
#ifndef PEIL_API_CSV_H
#define PEIL_API_CSV_H

#include "base/buf.h"
#include "base/time.h"

#define CSV_NEXT ','
#define CSV_END '\n'  // written as CR LF

void csv_text(buf *b, str text, char after);
void csv_int(buf *b, int64_t v, char after);
void csv_number(buf *b, double v, char after);  // not finite: empty
void csv_time(buf *b, instant t, char after);   // TIME_NONE: empty

#endif
