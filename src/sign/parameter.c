// SPDX-License-Identifier: EUPL-1.2
#include "sign/parameter.h"

#include <math.h>
#include <string.h>

#define AT(field) offsetof(struct sign_parameters, field)

// clang-format off
static const struct sign_parameter table[] = {
    {"learning_days", AT(learning_days), 28, 14, 56, "dagen",
     "Zo lang leert peil het ritme van de woning; tot dan geldt alleen de uiterste grens.",
     "For so long peil learns the rhythm of the home; until then only the hard limit holds."},
    {"cap_h", AT(cap_h), 168, 24, 336, "uur",
     "Uiterste grens: na zoveel stille uren vraagt peil altijd een mens om te kijken.",
     "Hard limit: after so many quiet hours peil always asks a person to look."},
    {"margin_h", AT(margin_h), 30, 6, 96, "uur",
     "Een stilte valt op als zij zoveel langer duurt dan in deze woning op dat uur van die weekdag gewoon is.",
     "A silence stands out when it lasts so much longer than is usual in this home at that hour of that weekday."},
    {"factor", AT(factor), 4, 1, 8, "",
     "Of als zij zoveel maal de zwaarste stilte weegt die hier gewoon was; een apparaat dat aanslaat breekt haar dan niet af.",
     "Or when it weighs so many times the heaviest one that was ordinary here; a machine that starts then does not end it."},
    {"calm_share", AT(calm_share), 0.5, 0.2, 1, "",
     "Ook een rustige dag telt als bewoond: met zoveel van de gewone tekenen van leven.",
     "A calm day counts as lived in too: with so much of the usual signs of life."},
    {"floor_h", AT(floor_h), 24, 12, 72, "uur",
     "Een kortere stilte wordt nooit gemeld.",
     "A shorter silence is never reported."},
    {"evidence_least", AT(evidence_least), 3, 1, 10, "",
     "Zoveel bewijs (natuurlijke logaritme van de kansverhouding) is nodig voordat een woning stil heet.",
     "So much evidence (natural logarithm of the odds) is needed before a home is called quiet."},
    {"rise_kwh", AT(rise_kwh), 0.04, 0.01, 0.5, "kWh per half uur",
     "Een teken van leven is een stijging van het stroomgebruik van ten minste zoveel.",
     "A sign of life is a rise of the use of electricity of at least so much."},
    {"rise_ripples", AT(rise_ripples), 2.5, 1, 10, "",
     "En van zoveel maal het schommelen van het sluipverbruik (koelkast, vriezer).",
     "And of so many times the swing of the standby load (refrigerator, freezer)."},
    {"level_kwh", AT(level_kwh), 0.05, 0.01, 0.5, "kWh per half uur",
     "En het gebruik komt zoveel boven het sluipverbruik.",
     "And the use comes so much above the standby load."},
    {"level_ripples", AT(level_ripples), 2, 1, 10, "",
     "En zoveel maal het schommelen daarboven.",
     "And so many times the swing above it."},
    {"timer_days", AT(timer_days), 25, 20, 28, "van 28 dagen",
     "Iets dat op zoveel dagen in hetzelfde half uur aangaat is een tijdklok, geen teken van leven.",
     "What switches on in the same half hour on so many days is a timer, no sign of life."},
    {"silent_h", AT(silent_h), 6, 1, 48, "uur",
     "Zonder metingen gedurende deze tijd is de meter stil, niet de bewoner; de klok staat dan stil.",
     "Without readings for this time the meter is silent, not the resident; the clock stands still."},
    {"supply_off_h", AT(supply_off_h), 6, 3, 24, "uur",
     "Bijna geen stroom gedurende deze tijd betekent: stroom uit of meter stuk.",
     "Almost no electricity for this time means: supply off or meter broken."},
    {"waking_from_h", AT(waking_from_h), 8, 0, 12, "uur",
     "Een opvallende stilte wordt verteld vanaf dit uur van de dag.",
     "A silence that stands out is told from this hour of the day."},
    {"waking_to_h", AT(waking_to_h), 20, 12, 24, "uur",
     "En tot dit uur.",
     "And until this hour."},
    {"least_events", AT(least_events), 1, 0, 10, "per dag",
     "Met minder tekenen van leven per dag dan dit is de woning niet geschikt voor deze meter alleen.",
     "With fewer signs of life a day than this the home is not suitable for this meter alone."},
    {"trial_share", AT(trial_share), 0.97, 0.5, 1, "",
     "Zo'n deel van de stiltes die peil elke week uit de eigen nachten van de woning nabootst, moet de uiterste grens vinden; anders is de woning niet geschikt voor deze meter alleen.",
     "Such a share of the silences that peil imitates each week from the home's own nights must be found by the hard limit; else the home is not suitable for this meter alone."},
};
// clang-format on

#define TABLE_COUNT (sizeof table / sizeof table[0])

const struct sign_parameter *sign_parameter_table(size_t *count)
{
    *count = TABLE_COUNT;
    return table;
}

static double *place(struct sign_parameters *p, const struct sign_parameter *row)
{
    return (double *)(void *)((char *)p + row->offset);
}

double sign_parameter_get(const struct sign_parameters *p, const struct sign_parameter *row)
{
    double v;
    memcpy(&v, (const char *)p + row->offset, sizeof v);
    return v;
}

struct sign_parameters sign_parameters_standard(void)
{
    struct sign_parameters p;
    for (size_t i = 0; i < TABLE_COUNT; i++) *place(&p, &table[i]) = table[i].standard;
    return p;
}

bool sign_parameter_set(struct sign_parameters *p, str name, double v, err *e)
{
    for (size_t i = 0; i < TABLE_COUNT; i++) {
        const struct sign_parameter *row = &table[i];
        if (!str_eq(str_of(row->name), name)) continue;
        if (!(v >= row->least && v <= row->most))
            return err_set(e, ERR_RANGE, ERR_NOWHERE, "%s must be from %g to %g", row->name, row->least,
                           row->most);
        *place(p, row) = v;
        return true;
    }
    return err_set(e, ERR_UNKNOWN, ERR_NOWHERE, "there is no parameter '%.*s'", STR_ARG(name));
}
