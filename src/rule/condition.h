// SPDX-License-Identifier: EUPL-1.2
// condition.h: when a rule's condition held, from readings alone; and what that means for the alerts that were raised already. Pure.
//
// Alerts are not events of the moment: from the readings of a window the episodes are computed in which the condition held, and these
// are compared with the alerts that are known. An episode that meets a known alert is that alert; one that meets none is
// raised; an open alert whose episode has ended is cleared. So the same readings give the same alerts however often, how late and after
// how many restarts they are looked at, and no clock but that of the readings matters.
//
// Units    instants: microseconds since 1970 UTC; values: canonical unit of the quantity
// Owns     episodes in the caller's arena
#ifndef PEIL_RULE_CONDITION_H
#define PEIL_RULE_CONDITION_H

#include "base/arena.h"
#include "base/err.h"
#include "base/str.h"
#include "base/time.h"

typedef enum {
    WHEN_ABOVE,  // above `value` for `lasting` of the last `within`; ends when not above `clear` for as long
    WHEN_BELOW,  // likewise, below
    WHEN_RISE,   // risen by more than `value` within `within`; ends when risen by `clear` or less
    WHEN_FALL,   // likewise, fallen
    WHEN_MISSING,  // no reading for `lasting`; ends with the next
    WHEN_CLASS,  // index class `value` or worse for `lasting` of the last `within`; ends below class `clear`
    WHEN_COUNT
} when_kind;

str when_name(when_kind k);  // "above"
bool when_by_name(str name, when_kind *out);

struct condition {
    when_kind kind;
    double value, clear;
    int64_t lasting_us, within_us;  // within 0: one reading is enough
};

struct sample {
    instant at;
    double value;  // never NAN
};

struct episode {
    instant start, end;  // end TIME_NONE: still so
    double worst;        // the value furthest beyond; of WHEN_MISSING 0
};

// Samples in order of time, those before `from` being what the first windows need. was_active: it held at `from` already (an alert is
// open). Episodes begin in [from, now]; one that held at `from` begins there.
NODISCARD bool condition_episodes(const struct condition *c, const struct sample *samples, size_t count,
                                  instant from, instant now, bool was_active, arena *a, struct episode **out,
                                  size_t *found, err *e);

// ---- Beside what is known ----------------------------------------------------------------------------------------

struct known_alert {
    instant start, end;  // end TIME_NONE: open
};

typedef enum { DECIDE_RAISE, DECIDE_CLEAR, DECIDE_EXTEND } decision_kind;
struct decision {
    decision_kind kind;
    size_t alert;  // of the known ones: to clear or extend
    struct episode
        episode;  // RAISE: of the new alert; CLEAR: when it ended; EXTEND: a cleared one that went on
};

// Known alerts that meet [from, now], in order. `slack`: an episode that begins this near to an alert is that alert, for a late reading
// moves a beginning a little.
NODISCARD bool condition_decide(const struct episode *episodes, size_t episode_count,
                                const struct known_alert *known, size_t known_count, instant from,
                                int64_t slack, arena *a, struct decision **out, size_t *count, err *e);

#endif
