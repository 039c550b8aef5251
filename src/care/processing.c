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
     "Het ritme van de woning leren, en opnieuw leren als de rekenregel verandert", "To learn the rhythm of the home, and to learn it anew when the method changes",
     "{raw} dagen, dan gewist", "{raw} days, then deleted"},
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
    {"Reservekopieën van dit alles, namen versleuteld", "Copies of all this for emergencies, names sealed", "copies",
     "Verdergaan na een storing", "To go on after a failure",
     "{backup} dagen; wie stopt staat er zo lang nog in", "{backup} days; who stops is in them for so long"},
    {"Dat iemand stopte: dag en hash met sleutel, zonder naam", "That somebody stopped: day and keyed hash, without a name", "beside",
     "Wie stopte blijft weg als een reservekopie wordt teruggezet", "Who stopped stays away when a copy is put back",
     "{backup} dagen, zo lang als reservekopieën", "{backup} days, as long as copies"},
};
// clang-format on

bool care_kept(str text, int raw_days, int backup_days, arena *a, str *out)
{
    const struct {
        str mark;
        int days;
    } marks[] = {{STR("{raw}"), raw_days}, {STR("{backup}"), backup_days}};
    size_t at;
    for (size_t i = 0; i < sizeof marks / sizeof marks[0]; i++)
        if (str_find(text, marks[i].mark, &at)) {
            const str before = str_slice(text, 0, at), after = str_slice(text, at + marks[i].mark.n, text.n);
            return arena_print(a, out, "%.*s%d%.*s", STR_ARG(before), marks[i].days, STR_ARG(after));
        }
    *out = text;
    return true;
}

const struct care_datum *care_data(int *count)
{
    *count = (int)(sizeof data / sizeof data[0]);
    return data;
}

// clang-format off
static const struct care_fact processing[] = {
    {"Doel", "Purpose", "Iemand laten kijken als een woning van een deelnemer stil valt.",
     "To have somebody look in when the home of a participant falls silent."},
    {"Grondslag", "Basis", "Toestemming (AVG 6.1.a), uitdrukkelijk (9.2.a) omdat het over gezondheid kan gaan; versie " CARE_CONSENT_VERSION ". In te trekken met een knop.",
     "Consent (AVG 6.1.a), explicit (9.2.a) for it may tell of health; version " CARE_CONSENT_VERSION ". Withdrawn with one button."},
    {"Wie het betreft", "Whom it concerns", "Bewoners die zelf meedoen, en de contactpersoon die zij noemen.",
     "Residents who chose to take part, and the contact person whom they name."},
    {"Wie het ziet", "Who sees it", "De zorgdesk ziet pseudoniemen. Naam en adres openen twee medewerkers samen, " TEXT(CARE_UNLOCK_HOURS) " uur lang; dat staat in het logboek en op de pagina van de bewoner.",
     "The care desk sees pseudonyms. Two workers together open name and address, for " TEXT(CARE_UNLOCK_HOURS) " hours; the log and the resident's page tell it."},
    {"Wie het krijgt", "Who receives it", "Niemand anders. Er is geen lijst van woningen; cijfers zijn afgerond en onder de 10 verborgen.",
     "Nobody else. There is no list of homes; figures are rounded and hidden under 10."},
    {"Waarvoor niet", "What it is not for", "Niet voor schulden, fraude, uitkeringen, energiediefstal of huisvesting.",
     "Not for debt, fraud, benefits, theft of energy or housing."},
    {"Beveiliging", "Security", "Identiteiten apart versleuteld (XChaCha20-Poly1305), sleutel buiten de opslag; berichten van kastjes ondertekend (Ed25519); elke inzage in een logboek dat met hashes is geketend.",
     "Identities sealed apart (XChaCha20-Poly1305), the key outside the store; messages of boxes signed (Ed25519); every look in a log chained by hashes."},
    {"Verantwoordelijke", "Controller", "De gemeente; zie de contactpagina.", "The municipality; see the contact page."},
};

static const struct care_fact algorithm[] = {
    {"Wat het doet", "What it does", "Het leert hoe vaak er op elk uur van werkdagen en weekenden iets wordt aangezet, en merkt op wanneer dat ongewoon lang uitblijft.",
     "It learns how often something is switched on at each hour of working days and weekends, and notices when that fails to happen for unusually long."},
    {"Hoe het beslist", "How it decides", "Elk half uur telt het bewijs op dat de woning leeg is (toets van Page, 1954). Ernaast loopt een klok: hoe lang er niets is aangezet, tegen wat in deze woning op dat uur van die weekdag gewoon is. Apparaten die uit zichzelf aangaan tellen niet als leven. Het beslist niets over mensen: een mens doet elke stap.",
     "Each half hour it adds up the evidence that the home is empty (Page's test, 1954). Beside it runs a clock: how long nothing was switched on, against what is usual in this home at that hour of that weekday. Appliances that switch themselves do not count as life. It decides nothing about people: a person takes every step."},
    {"Gegevens", "Data", "Stroom, en zo er is gas en water, per half uur. Geen naam, leeftijd, herkomst of inkomen.",
     "Electricity, and gas and water where given, by the half hour. No name, age, origin or income."},
    {"Hoe goed het is", "How good it is", "Gemeten op openbare series met geplante stiltes: zie bench/sign-of-life/README.md bij de broncode.",
     "Measured on public series with planted silences: see bench/sign-of-life/README.md with the source."},
    {"Bekende fouten", "Known errors", "Afwezigheid zonder melding lijkt op stilte. Waar weinig wordt aangezet of apparaten vaak uit zichzelf aangaan, ziet het niets; na vier weken en daarna elke week probeert het dat op nagebootste stiltes en zegt het dat. Eén op de tien van zulke woningen mist het, en sommige noemt het ongeschikt die het zou hebben gezien.",
     "Absence that nobody declared looks like silence. Where little is switched on, or machines start often by themselves, it sees nothing; after four weeks and each week from then it tries that on imitated silences and says so. It fails to notice one in ten of such homes, and calls some unsuitable that it would have seen."},
    {"Bezwaar", "Objection", "Op uw eigen pagina: pauze of stoppen, zonder reden. Of via de contactpagina.",
     "On your own page: pause or stop, without a reason. Or by the contact page."},
};
// clang-format on

const struct care_fact *care_processing_facts(int *count)
{
    *count = (int)(sizeof processing / sizeof processing[0]);
    return processing;
}

const struct care_fact *care_algorithm_facts(int *count)
{
    *count = (int)(sizeof algorithm / sizeof algorithm[0]);
    return algorithm;
}
