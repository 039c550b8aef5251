// SPDX-License-Identifier: EUPL-1.2
#include "sign/explain.h"

#include "sign/bits.h"
#include "sign/evidence.h"
#include "sign/still.h"

static const char *const weekdays[2][7] = {
    {"maandag", "dinsdag", "woensdag", "donderdag", "vrijdag", "zaterdag", "zondag"},
    {"Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"},
};

static void put_slot(buf *out, sign_slot s, sign_language l)
{
    const int32_t day = slot_day(s);
    const size_t slot = slot_of_day(s);
    buf_print(out, "%s %zu:%s", weekdays[l][(day + 3) % 7], slot / 2, slot % 2 ? "30" : "00");
}

// What is switched on in such an hour in this home, usually: what is learnt holds a calm day's part of what people do.
static double usual_events(const struct sign_home *h, const struct sign_parameters *p, size_t c, sign_slot s)
{
    const double machine = machine_of(h, c);
    const double calm = h->usual[c][day_is_weekend(slot_day(s))][slot_of_day(s) / 2] / USUAL_SCALE;
    return machine + (calm - machine) / p->calm_share;
}

static double expected_events(const struct sign_home *h, const struct sign_parameters *p)
{
    double sum = 0;
    for (sign_slot s = sign_quiet_from(h); s <= h->newest; s++)
        for (size_t c = 0; c < SIGN_CHANNEL_COUNT; c++)
            if ((h->channels & (1u << c)) && slot_day(s) > h->day - SIGN_DAYS &&
                bit_get(h->bits[c].seen[ring_of(slot_day(s))], slot_of_day(s) / 2))
                sum += usual_events(h, p, c, s);
    return sum;
}

static void put_silence(const struct sign_home *h, const struct sign_parameters *p, sign_language l, buf *out)
{
    const double hours = sign_quiet_slots(h) / 2.0, longest = h->longest_slots / 2.0;
    const int weeks = (h->day - h->first_day) / 7 < SIGN_DAYS / 7 ? (h->day - h->first_day) / 7
                                                                  : SIGN_DAYS / 7;
    const char *const *text = (const char *const[2][6]){
        {"Sinds ", " is hier bijna niets aangezet (%.0f uur met metingen). ",
         "Op deze uren en dagen gaat in deze woning anders ongeveer %.0f keer iets aan. ",
         "De langste stilte die hier in de laatste %d weken vanzelf eindigde, duurde %.0f uur.",
         " De uiterste grens van %.0f uur is bereikt.",
         " Op dit uur van deze weekdag is een stilte van %d uur hier gewoon."},
        {"Since ", " almost nothing was switched on here (%.0f hours with readings). ",
         "In these hours and days about %.0f things are usually switched on in this home. ",
         "The longest silence that ended by itself here in the last %d weeks took %.0f hours.",
         " The hard limit of %.0f hours has been reached.",
         " At this hour of this weekday a silence of %d hours is usual here."}}[l];
    buf_add(out, str_of(text[0]));
    put_slot(out, sign_quiet_from(h), l);
    _Pragma("GCC diagnostic push") _Pragma("GCC diagnostic ignored \"-Wformat-nonliteral\"");
    buf_print(out, text[1], hours);
    buf_print(out, text[2], expected_events(h, p));
    if (weeks > 0) buf_print(out, text[3], weeks, longest);
    if (h->told_cap)
        buf_print(out, text[4], p->cap_h);
    else if (still_is_improbable(h, p))
        buf_print(out, text[5], h->usual_still[slot_of_day(h->newest) / 2]);
    _Pragma("GCC diagnostic pop");
}

static const char *const plain[SIGN_STATE_COUNT][2] = {
    [SIGN_LEARNING] = {"peil leert het ritme van deze woning nog kennen; alleen de uiterste grens geldt.",
                       "peil is still learning the rhythm of this home; only the hard limit holds."},
    [SIGN_ACTIVE] = {"Er zijn tekenen van leven zoals gewoonlijk.", "There are signs of life as usual."},
    [SIGN_METER_SILENT] = {"De meter stuurt niets. Dat zegt niets over de bewoner.",
                           "The meter sends nothing. That says nothing of the resident."},
    [SIGN_SUPPLY_OFF] =
        {"Er komt bijna geen stroom door de meter: de stroom is uit, of de meter staat stil.",
         "Almost no electricity passes the meter: the supply is off, or the meter stands still."},
    [SIGN_AWAY] = {"De bewoner heeft gezegd weg te zijn.", "The resident said to be away."},
    [SIGN_PAUSED] = {"De bewoner heeft peil op pauze gezet.", "The resident paused peil."},
    [SIGN_UNSUITABLE] =
        {"Aan deze meter alleen is niet te zien of er iemand leeft: er gaat te weinig aan dat een mens doet.",
         "This meter alone cannot tell whether somebody lives here: too little is switched on by people."},
};

void sign_explain(const struct sign_home *h, const struct sign_parameters *p, sign_language language,
                  buf *out)
{
    const sign_state s = h->state < SIGN_STATE_COUNT ? (sign_state)h->state : SIGN_LEARNING;
    if ((s == SIGN_QUIET || s == SIGN_CAP) && sign_quiet_from(h) != SIGN_NEVER)
        put_silence(h, p, language, out);
    else if (plain[s][language])
        buf_add(out, str_of(plain[s][language]));
}
