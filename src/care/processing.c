// SPDX-License-Identifier: EUPL-1.2
#include "care/processing.h"

#include "care/care.h"

#define TEXT_OF(x) #x
#define TEXT(x) TEXT_OF(x)

// clang-format off
static const struct care_datum data[] = {
    {"Naam, adres, telefoon, mail, gekozen manier van bereiken", "Name, address, telephone, mail, chosen way of being reached", "vault",
     "De bewoner bereiken als de woning stil valt", "To reach the resident when the home falls silent",
     "Tot de toestemming wordt ingetrokken; dan meteen gewist", "Until consent is withdrawn; then deleted at once"},
    {"Naam en telefoon van de contactpersoon", "Name and telephone of the contact person", "vault",
     "Bellen als de bewoner niet te bereiken is", "To call when the resident cannot be reached",
     "Tot de toestemming wordt ingetrokken; dan meteen gewist", "Until consent is withdrawn; then deleted at once"},
    {"Meterstanden (alleen wie ze naar de gemeente laat sturen)", "Meter readings (only of who has them sent to the town)", "vault",
     "Het ritme van de woning leren en te late standen verwerken", "To learn the rhythm of the home and to take readings that come late",
     TEXT(CARE_RAW_DAYS_STANDARD) " dagen, dan gewist", TEXT(CARE_RAW_DAYS_STANDARD) " days, then deleted"},
    {"Geleerd ritme: uren met en zonder tekenen van leven", "Learnt rhythm: hours with and without signs of life", "vault",
     "Zien dat een stilte ongewoon is", "To see that a silence is unusual",
     TEXT(SIGN_DAYS) " dagen terug; tot de toestemming wordt ingetrokken", TEXT(SIGN_DAYS) " days back; until consent is withdrawn"},
    {"Dagelijks bericht van een kastje: goed, kijk of storing", "Daily message of a box: ok, look or fault", "store",
     "Weten dat het kastje werkt en of iemand moet kijken", "To know that the box works and whether somebody should look",
     "Alleen het nieuwste bericht", "The newest message alone"},
    {"Toestemming: versie, datum en kenmerk van de tekst", "Consent: version, date and hash of the text", "store",
     "Kunnen aantonen dat er toestemming is (AVG 7.1)", "To show that there is consent (AVG 7.1)",
     "Tot de toestemming wordt ingetrokken", "Until consent is withdrawn"},
    {"Zaak: pseudoniem, reden, stappen, uitkomst", "Case: pseudonym, reason, steps, outcome", "store",
     "Iemand laat niets liggen, en verantwoording daarvan", "Nothing is left undone, and to account for it",
     TEXT(CARE_CASE_DAYS) " dagen na sluiting", TEXT(CARE_CASE_DAYS) " days after it was closed"},
    {"Aantallen per maand", "Counts per month", "store",
     "Laten zien wat het oplevert; onder de 10 verborgen", "To show what it yields; hidden under 10",
     TEXT(CARE_STATE_MONTHS) " maanden", TEXT(CARE_STATE_MONTHS) " months"},
    {"Logboek: wie opende wanneer welke zaak of identiteit", "Log: who opened which case or identity when", "store",
     "Verantwoording (AVG 5.2)", "To account for it (AVG 5.2)",
     "Volgens de bewaartermijn van het auditlogboek", "By the retention of the audit log"},
};
// clang-format on

const struct care_datum *care_data(int *count)
{
    *count = (int)(sizeof data / sizeof data[0]);
    return data;
}
