// SPDX-License-Identifier: EUPL-1.2
// unit.h: the unit of an input or an indicator, so that persons are never added to euros, nor kilometres to metres.
//
//   unit = term { ("/" | "*") term }      term = [number] [name]      "ug/m3", "subscription/100000 person", "0.01 bed/person"
//
// A name is a unit of the table in unit.c (m, km2, ha, L, t, year, kWh, EUR, % ...) or a noun of the set: what is counted
// (household, stop). A year has 365 days. "yes/no" is a unit of its own: a claim.
// Errors   ERR_SYNTAX, ERR_UNKNOWN (no such unit) with the position in the text; ERR_LIMIT (power beyond 9)
#ifndef PEIL_KPI_SET_UNIT_H
#define PEIL_KPI_SET_UNIT_H

#include "base/buf.h"
#include "base/err.h"

#include <stdint.h>

#define KPI_NOUNS_MAX 120
enum { KPI_LENGTH, KPI_MASS, KPI_TIME, KPI_MONEY, KPI_BASES };

struct kpi_nouns {
    str names[KPI_NOUNS_MAX];
    size_t count;
};

// One of this unit is `factor` times the product of its bases and nouns to these powers.
struct kpi_unit {
    double factor;
    bool is_claim;  // yes/no
    int8_t power[KPI_BASES + KPI_NOUNS_MAX];
};

NODISCARD bool kpi_unit_parse(str text, const struct kpi_nouns *nouns, struct kpi_unit *out, err *e);

bool kpi_unit_same_kind(const struct kpi_unit *a, const struct kpi_unit *b);  // the same powers
bool kpi_unit_same_scale(const struct kpi_unit *a,
                         const struct kpi_unit *b);  // factors equal but for rounding
bool kpi_unit_is_number(const struct kpi_unit *u);   // no powers at all
NODISCARD bool kpi_unit_multiply(struct kpi_unit *a, const struct kpi_unit *b, int sign,
                                 err *e);  // a * b^sign
void kpi_unit_print(buf *out, const struct kpi_unit *u,
                    const struct kpi_nouns *nouns);  // for messages: "EUR/person"

#endif
