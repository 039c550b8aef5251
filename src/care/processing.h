// SPDX-License-Identifier: EUPL-1.2
// processing.h: what personal data this program keeps for signs of life, why, and how long: the table that the processing
// register and the impact assessment print. Retentions are the constants that the code runs on.
#ifndef PEIL_CARE_PROCESSING_H
#define PEIL_CARE_PROCESSING_H

#include "base/arena.h"

#define CARE_CASE_DAYS 365       // a closed case
#define CARE_STATE_MONTHS 13     // a month's counts
#define CARE_MAIL_DAYS 30        // a mail that could not be delivered
#define CARE_METER_HOURS 24      // a silent meter: then a technician's ticket
#define CARE_METER_ASK_HOURS 72  // and then one neutral question to the resident
#define CARE_HEARTBEAT_HOURS 26  // a watch whose daily line is two hours late is silent
#define CARE_AWAKE_HOURS 2       // after a start nobody is called silent for so long: what waited comes first

struct care_datum {
    const char *name_nl, *name_en;
    const char *where;  // "vault", "store", "copies", "beside"
    const char *purpose_nl, *purpose_en;
    const char *kept_nl, *kept_en;
};

const struct care_datum *care_data(int *count);
// How long, with the days that this town set in place of {raw} and {backup}. False: no memory.
NODISCARD bool care_kept(str text, int raw_days, int backup_days, arena *a, str *out);

// What the registers say besides: a heading and a text.
struct care_fact {
    const char *head_nl, *head_en, *text_nl, *text_en;
};

const struct care_fact *care_processing_facts(int *count);  // AVG article 30
const struct care_fact *care_algorithm_facts(int *count);   // Dutch publication standard for algorithms

#endif
