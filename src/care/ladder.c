// SPDX-License-Identifier: EUPL-1.2
#include "care/ladder.h"

#define AT(step) (1u << LADDER_##step)
#define ALL (AT(RESIDENT) | AT(CONTACT) | AT(DESK) | AT(VISIT))

// clang-format off
static const struct ladder_rung rungs[LADDER_STEP_COUNT] = {
    [LADDER_TECHNICIAN] = {"technician", 48, false,
        "Laat een technicus naar de meter of het kastje kijken. Vraag de bewoner nog niets.",
        "Have a technician look at the meter or the box. Do not ask the resident yet."},
    [LADDER_RESIDENT] = {"resident", 4, false,
        "Bel of bericht de bewoner, op de manier die de bewoner koos. Probeer het twee keer.",
        "Call or write to the resident, in the way they chose. Try twice."},
    [LADDER_CONTACT] = {"contact", 4, false,
        "Bel de contactpersoon die de bewoner heeft genoemd.",
        "Call the contact person whom the resident named."},
    [LADDER_DESK] = {"desk", 8, false,
        "Kijk wat er bekend is en besluit of er iemand langsgaat.",
        "Look at what is known and decide whether somebody goes there."},
    [LADDER_VISIT] = {"visit", 12, true,
        "Ga langs of vraag het de wijkverpleging. Voor het adres zijn twee mensen nodig. Bij nood: bel 112.",
        "Go there or ask the district nurse. It takes two people to see the address. In need: call 112."},
};

static const struct ladder_outcome outcomes[] = {
    {"reached-well", ALL, true, "well", "Gesproken: het gaat goed", "Spoken to: all is well"},
    {"reached-away", ALL, true, "away", "De bewoner is weg", "The resident is away"},
    {"hospital", ALL, true, "hospital", "De bewoner ligt in het ziekenhuis", "The resident is in hospital"},
    {"meter", ALL | AT(TECHNICIAN), true, "meter", "Het ligt aan de meter", "It is the meter"},
    {"not-reached", AT(RESIDENT) | AT(CONTACT), false, NULL, "Niet bereikt: naar de volgende stap", "Not reached: to the next step"},
    {"not-solved", AT(TECHNICIAN), false, NULL, "Niet opgelost: vraag het de bewoner", "Not solved: ask the resident"},
    {"go-there", AT(DESK), false, NULL, "Er gaat iemand langs", "Somebody goes there"},
    {"needs-help", ALL, true, "help", "Er is hulp nodig, en die is geregeld", "Help is needed, and has been arranged"},
    {"deceased", AT(CONTACT) | AT(DESK) | AT(VISIT), true, "deceased", "De bewoner is overleden", "The resident has died"},
    {"unreachable", AT(VISIT), true, "unreachable", "Niemand aangetroffen", "Nobody was met"},
};
// clang-format on

#define OUTCOME_COUNT (sizeof outcomes / sizeof outcomes[0])

const struct ladder_rung *ladder_rung(ladder_step s)
{
    return &rungs[s];
}

const struct ladder_outcome *ladder_outcomes(size_t *count)
{
    *count = OUTCOME_COUNT;
    return outcomes;
}

const struct ladder_outcome *ladder_outcome(ladder_step s, str name)
{
    for (size_t i = 0; i < OUTCOME_COUNT; i++)
        if ((outcomes[i].steps & (1u << s)) && str_eq(str_of(outcomes[i].name), name)) return &outcomes[i];
    return NULL;
}

bool ladder_step_by_name(str name, ladder_step *out)
{
    for (int i = 0; i < LADDER_STEP_COUNT; i++) {
        if (!str_eq(str_of(rungs[i].name), name)) continue;
        *out = (ladder_step)i;
        return true;
    }
    return false;
}
