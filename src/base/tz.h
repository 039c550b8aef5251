// SPDX-License-Identifier: EUPL-1.2
// tz.h: time zones, several at once, never the process's own. Reads TZif v2+ with its footer rule.
// Source   RFC 8536; POSIX TZ
#ifndef PEIL_BASE_TZ_H
#define PEIL_BASE_TZ_H

#include "base/time.h"

struct tz;

NODISCARD struct tz *tz_load(const char *name, err *e);  // a file below /usr/share/zoneinfo; no '..'
NODISCARD struct tz *tz_parse(str tzif_bytes, err *e);
void tz_free(struct tz *z);
uint64_t tz_fingerprint(const struct tz *z);  // of the data it was read from

int32_t tz_offset(const struct tz *z, instant t, bool *is_dst);  // seconds east of UTC
civil tz_civil(const struct tz *z, instant t);

// Local to UTC. `which` for an hour that occurs twice: TZ_EARLIER or TZ_LATER. A time that was skipped
// gives the instant of the jump and *skipped = true.
enum tz_choice { TZ_EARLIER, TZ_LATER };
bool tz_instant(const struct tz *z, civil local, enum tz_choice which, instant *out, bool *skipped);

instant tz_day_start(const struct tz *z, instant t);  // local midnight at or before t
instant tz_month_start(const struct tz *z, instant t);
instant tz_year_start(const struct tz *z, instant t);

#endif
