// SPDX-License-Identifier: EUPL-1.2
// processing.h: what personal data this program keeps for signs of life, why, and how long: the table that the processing
// register and the impact assessment print. Retentions are the constants that the code runs on.
#ifndef PEIL_CARE_PROCESSING_H
#define PEIL_CARE_PROCESSING_H

#define CARE_CASE_DAYS 365       // a closed case
#define CARE_STATE_MONTHS 13     // a month's counts
#define CARE_MAIL_DAYS 30        // a mail that could not be delivered
#define CARE_METER_HOURS 72      // a silent meter: then one neutral question
#define CARE_HEARTBEAT_HOURS 50  // a watch that is not heard of for two days is silent

struct care_datum {
    const char *name_nl, *name_en;
    const char *where;  // "vault", "store", "home"
    const char *purpose_nl, *purpose_en;
    const char *kept_nl, *kept_en;
};

const struct care_datum *care_data(int *count);

// What the registers say besides: a heading and a text.
struct care_fact {
    const char *head_nl, *head_en, *text_nl, *text_en;
};

const struct care_fact *care_processing_facts(int *count);  // AVG article 30
const struct care_fact *care_algorithm_facts(int *count);   // Dutch publication standard for algorithms

#endif
