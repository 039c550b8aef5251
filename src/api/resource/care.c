// SPDX-License-Identifier: EUPL-1.2
// Signs of life: what homes say, taking part, open cases, and rounded figures. No resource lists homes.
#include "api/api.h"

#include "care/care.h"
#include "care/processing.h"

#include <math.h>

#define READINGS_MOST 20000

static bool has_care(const struct api_call *c, err *e)
{
    return c->parts->care || err_set(e, ERR_ABSENT, ERR_NOWHERE, "this peil keeps no signs of life");
}

// ---- What homes say ----------------------------------------------------------------------------------------------

static bool post_sign(struct api_call *c, err *e)
{
    str answer;
    if (!has_care(c, e)) return false;
    if (!care_hear(c->parts->care, http_request_body(c->request),
                   http_request_header(c->request, "Peil-Signature"), c->now, c->a, &answer, e))
        return false;
    json_put_raw(&c->w, answer);
    return true;
}

static bool channel_by_name(str name, sign_channel *out)
{
    static const str names[] = {STR("electricity"), STR("gas"), STR("water")};
    for (int i = 0; i < SIGN_CHANNEL_COUNT; i++)
        if (str_eq(names[i], name)) {
            *out = (sign_channel)i;
            return true;
        }
    return false;
}

static bool thousandths(const json *r, str name, int64_t *out)
{
    double v;
    if (!json_number(r, name, &v)) return false;
    *out = v >= 0 && v < 1e12 ? (int64_t)llround(v * 1000) : -1;
    return true;
}

static bool read_one(const json *r, instant now, struct care_reading *out, err *e)
{
    *out = (struct care_reading){.pseudonym = json_text(r, STR("pseudonym")),
                                 .reading = {.out = SIGN_METER_NONE}};
    if (!sign_pseudonym_is_valid(out->pseudonym))
        return err_set(e, ERR_RANGE, r->at, "pseudonym: expected %d letters of base64url",
                       SIGN_PSEUDONYM_CHARS);
    if (!channel_by_name(json_text(r, STR("channel")), &out->reading.channel))
        return err_set(e, ERR_UNKNOWN, r->at, "channel: expected electricity, gas or water");
    if (!time_parse(json_text(r, STR("at")), &out->reading.at, e)) return err_within(e, "at");
    if (out->reading.at > now + TIME_HOUR) return err_set(e, ERR_RANGE, r->at, "at: lies in the future");
    if (!thousandths(r, STR("in"), &out->reading.in) || out->reading.in < 0)
        return err_set(e, ERR_MISSING, r->at, "in: expected the register in kWh or m3");
    (void)thousandths(r, STR("out"), &out->reading.out);
    return true;
}

static bool post_readings(struct api_call *c, err *e)
{
    const json *list = json_get(c->body, STR("readings"));
    int64_t unknown;
    size_t n = 0;
    if (!has_care(c, e)) return false;
    if (list->count > READINGS_MOST)
        return err_set(e, ERR_LIMIT, ERR_NOWHERE, "at most %d readings at once", READINGS_MOST);
    struct care_reading *readings = ARENA_ARRAY(c->a, list->count + 1, struct care_reading);
    if (!readings) return err_no_memory(e);
    for (const json *r = list->first; r; r = r->next, n++)
        if (!read_one(r, c->now, &readings[n], e)) return err_within(e, "reading %zu", n);
    if (!care_take(c->parts->care, readings, n, c->now, &unknown, e)) return false;
    json_open(&c->w, '{');
    json_member_int(&c->w, STR("stored"), (int64_t)n - unknown);
    json_member_int(&c->w, STR("unknown"), unknown);
    json_close(&c->w, '}');
    return true;
}

// ---- Taking part -------------------------------------------------------------------------------------------------

static bool post_participant(struct api_call *c, err *e)
{
    const struct deed d = {&c->who, c->now};
    const struct care_identity who = {.name = json_text(c->body, STR("name")),
                                      .address = json_text(c->body, STR("address")),
                                      .phone = json_text(c->body, STR("phone")),
                                      .mail = json_text(c->body, STR("mail")),
                                      .means = json_text(c->body, STR("means")),
                                      .contact_name = json_text(c->body, STR("contactName")),
                                      .contact_phone = json_text(c->body, STR("contactPhone"))};
    const care_way way = str_eq(json_text(c->body, STR("way")), STR("stream")) ? CARE_STREAM : CARE_WATCH;
    struct care_enrolled made;
    if (!has_care(c, e)) return false;
    if (!str_eq(json_text(c->body, STR("consentVersion")), STR(CARE_CONSENT_VERSION)))
        return err_set(e, ERR_RANGE, ERR_NOWHERE, "consentVersion: the text in force is %s",
                       CARE_CONSENT_VERSION);
    if (!care_enrol(c->parts->care, &d, &who, way, json_text(c->body, STR("group")),
                    json_text(c->body, STR("consentHash")), &made, e))
        return false;
    json_open(&c->w, '{');
    json_member_text(&c->w, STR("pseudonym"), str_of(made.pseudonym));
    json_member_text(&c->w, STR("link"), str_of(made.link));
    if (made.watch_key[0]) json_member_text(&c->w, STR("watchKey"), str_of(made.watch_key));
    json_close(&c->w, '}');
    return true;
}

// ---- Cases -------------------------------------------------------------------------------------------------------

static void put_case(json_writer *w, const struct care_case *x)
{
    json_open(w, '{');
    json_member_text(w, STR("id"), x->id);
    json_member_text(w, STR("pseudonym"), x->pseudonym);
    json_member_text(w, STR("cause"), x->cause);
    json_member_text(w, STR("reason"), x->reason_nl);
    json_member_int(w, STR("quietHours"), x->quiet_h);
    json_member_text(w, STR("step"), str_of(ladder_rung(x->step)->name));
    json_member_text(w, STR("todo"), str_of(ladder_rung(x->step)->text_nl));
    json_member_time(w, STR("opened"), x->opened);
    json_member_time(w, STR("due"), x->due);
    json_member_int(w, STR("late"), x->late_count);
    json_member_time(w, STR("closed"), x->closed);
    if (x->closed_reason.n) json_member_text(w, STR("closedReason"), x->closed_reason);
    json_close(w, '}');
}

static bool list_cases(struct api_call *c, err *e)
{
    const struct care_case *cases;
    size_t count;
    if (!has_care(c, e) || !care_cases(c->parts->care, &c->who, false, c->now, c->a, &cases, &count, e))
        return false;
    json_open(&c->w, '{');
    json_name(&c->w, STR("cases"));
    json_open(&c->w, '[');
    for (size_t i = 0; i < count; i++) put_case(&c->w, &cases[i]);
    json_close(&c->w, ']');
    json_close(&c->w, '}');
    return true;
}

static bool post_step(struct api_call *c, err *e)
{
    const struct deed d = {&c->who, c->now};
    struct care_case x;
    if (!has_care(c, e)) return false;
    if (!care_case_step(c->parts->care, &d, api_text(c, "id"), json_text(c->body, STR("outcome")), e) ||
        !care_case(c->parts->care, &c->who, api_text(c, "id"), c->a, &x, e))
        return false;
    put_case(&c->w, &x);
    return true;
}

// ---- Figures -----------------------------------------------------------------------------------------------------

// Hidden figures are null, never a number that could be guessed.
static void put_figure(json_writer *w, str name, int64_t v)
{
    json_name(w, name);
    if (v < 0)
        json_put_null(w);
    else
        json_put_int(w, v);
}

static bool get_figures(struct api_call *c, err *e)
{
    const struct care_month *months;
    size_t count;
    int64_t participants;
    if (!has_care(c, e) || !care_figures(c->parts->care, c->a, &months, &count, &participants, e))
        return false;
    json_open(&c->w, '{');
    put_figure(&c->w, STR("homes"), participants);
    json_name(&c->w, STR("months"));
    json_open(&c->w, '[');
    for (size_t i = 0; i < count; i++) {
        json_open(&c->w, '{');
        json_member_text(&c->w, STR("month"), months[i].month);
        for (int k = 0; k < CARE_COUNT_KINDS; k++)
            put_figure(&c->w, str_of(care_count_name((care_count)k)), months[i].counts[k]);
        json_close(&c->w, '}');
    }
    json_close(&c->w, ']');
    json_close(&c->w, '}');
    return true;
}

// ---- Tables ------------------------------------------------------------------------------------------------------

static const struct api_field answer_fields[] = {
    {"paused", API_BOOLEAN, .about = "The resident paused", .flags = API_NEEDED},
    {"awayFrom", API_TIME, .about = "The resident is away from", .flags = API_NULLABLE},
    {"awayUntil", API_TIME, .about = "until", .flags = API_NULLABLE},
    {"wellAt", API_TIME, .about = "Somebody found that all is well: the clock counts from here",
     .flags = API_NULLABLE},
    {0}};
static const struct api_field readings_fields[] = {
    {"readings", API_LIST, "CareReading", "In any order", .flags = API_NEEDED}, {0}};
static const struct api_field reading_fields[] = {
    {"pseudonym", API_TEXT, .about = "Of the home", .flags = API_NEEDED},
    {"channel", API_WORD, "electricity gas water", "What the meter counts", .flags = API_NEEDED},
    {"at", API_TIME, .about = "By the meter's clock", .flags = API_NEEDED},
    {"in", API_NUMBER, .about = "The register: kWh, or m3", .flags = API_NEEDED},
    {"out", API_NUMBER, .about = "What panels delivered, kWh"},
    {0}};
static const struct api_field month_fields[] = {
    {"month", API_TEXT, .about = "2026-11", .flags = API_NEEDED},
    {"cases", API_INTEGER, .about = "Opened", .flags = API_NEEDED | API_NULLABLE},
    {"asked", API_INTEGER, .about = "Residents who were called", .flags = API_NEEDED | API_NULLABLE},
    {"contacts", API_INTEGER, .about = "Contact persons who were called", .flags = API_NEEDED | API_NULLABLE},
    {"visits", API_INTEGER, .about = "Homes that somebody went to", .flags = API_NEEDED | API_NULLABLE},
    {"help", API_INTEGER, .about = "Help was needed", .flags = API_NEEDED | API_NULLABLE},
    {"meter", API_INTEGER, .about = "Silent meters", .flags = API_NEEDED | API_NULLABLE},
    {"outages", API_INTEGER, .about = "Of many homes at once", .flags = API_NEEDED | API_NULLABLE},
    {"identities", API_INTEGER, .about = "Opened by two people", .flags = API_NEEDED | API_NULLABLE},
    {0}};
static const struct api_field stored_fields[] = {
    {"stored", API_INTEGER, .about = "Readings that were taken", .flags = API_NEEDED},
    {"unknown", API_INTEGER, .about = "Readings of homes that take no part; they were not kept",
     .flags = API_NEEDED},
    {0}};
static const struct api_field participant_fields[] = {
    {"name", API_TEXT, .about = "Of the resident; kept in the vault", .flags = API_NEEDED},
    {"address", API_TEXT, .about = "Kept in the vault", .flags = API_NEEDED},
    {"phone", API_TEXT, .about = "Kept in the vault"},
    {"mail", API_TEXT, .about = "Kept in the vault"},
    {"means", API_WORD, "phone mail", "How the resident wants to be reached", .flags = API_NEEDED},
    {"contactName", API_TEXT, .about = "Who is called next; kept in the vault"},
    {"contactPhone", API_TEXT, .about = "Kept in the vault"},
    {"way", API_WORD, "watch stream", "Decided in the home (the default), or from readings sent here"},
    {"group", API_TEXT, .about = "Street or concentrator, to tell an outage"},
    {"consentVersion", API_TEXT, .about = "Of the text that the resident agreed to", .flags = API_NEEDED},
    {"consentHash", API_TEXT, .about = "Of that text, hex"},
    {0}};
static const struct api_field enrolled_fields[] = {
    {"pseudonym", API_TEXT, .about = "What the home is called from now on", .flags = API_NEEDED},
    {"link", API_TEXT, .about = "The resident's secret; shown once", .flags = API_NEEDED},
    {"watchKey", API_TEXT, .about = "For the box in the home; shown once"},
    {0}};
static const struct api_field case_fields[] = {
    {"id", API_TEXT, .about = "Of the case", .flags = API_NEEDED},
    {"pseudonym", API_TEXT, .about = "Of the home; empty: an outage", .flags = API_NEEDED},
    {"cause", API_WORD, "quiet cap supply meter outage", "What opened it", .flags = API_NEEDED},
    {"reason", API_TEXT, .about = "Why, in plain words", .flags = API_NEEDED},
    {"quietHours", API_INTEGER, .about = "Hours without a sign of life", .flags = API_NEEDED},
    {"step", API_WORD, "technician resident contact desk visit", "Where the ladder is", .flags = API_NEEDED},
    {"todo", API_TEXT, .about = "What a person does now", .flags = API_NEEDED},
    {"opened", API_TIME, .about = "When", .flags = API_NEEDED},
    {"due", API_TIME, .about = "Until when the step must be done", .flags = API_NEEDED},
    {"late", API_INTEGER, .about = "How often it was not", .flags = API_NEEDED},
    {"closed", API_TIME, .about = "When"},
    {"closedReason", API_TEXT, .about = "Why it was closed"},
    {0}};
static const struct api_field cases_fields[] = {
    {"cases", API_LIST, "CareCase", "The most urgent first", .flags = API_NEEDED}, {0}};
static const struct api_field step_fields[] = {
    {"outcome", API_TEXT,
     .about = "reached-well, reached-away, hospital, meter, not-solved, not-reached, go-there, needs-help, "
              "deceased, "
              "unreachable",
     .flags = API_NEEDED},
    {0}};
static const struct api_field id_parameter[] = {{"id", API_TEXT, .about = "Of the case"}, {0}};
static const struct api_field figures_fields[] = {
    {"homes", API_INTEGER, .about = "That take part, rounded to fives", .flags = API_NEEDED | API_NULLABLE},
    {"months", API_LIST, "CareMonth", .about = "Counts per month, rounded to fives; null: under ten",
     .flags = API_NEEDED},
    {0}};

const struct api_set api_care = {
    .tag = "care",
    .about = "Signs of life: somebody looks in when a home falls silent. Pseudonyms only; there is no way to "
             "list homes.",
    .resources =
        (const struct api_resource[]){
            {HTTP_POST, "/signs-of-life", "postSignOfLife",
             "A line of a watch, signed (header Peil-Signature)", ACTION_READ_PUBLIC, NULL,
             .answer = "SignOfLifeAnswer", .body_max = 1024, .run = post_sign},
            {HTTP_POST, "/care/readings", "postCareReadings", "Readings of meters under pseudonyms",
             ACTION_WRITE_READING, NULL, "CareReadings", "CareStored", .body_max = (size_t)4 << 20,
             .run = post_readings},
            {HTTP_POST, "/care/participants", "enrol", "Somebody takes part, with consent", ACTION_CARE, NULL,
             "CareParticipant", "CareEnrolled", .status = 201, .run = post_participant},
            {HTTP_GET, "/care/cases", "getCareCases", "Open cases", ACTION_CARE, NULL, .answer = "CareCases",
             .run = list_cases},
            {HTTP_POST, "/care/cases/{id}/steps", "postCareStep", "A person did the step", ACTION_CARE,
             id_parameter, "CareStep", "CareCase", .run = post_step},
            {HTTP_GET, "/care/figures", "getCareFigures", "Rounded counts per month", ACTION_READ_PUBLIC,
             NULL, .answer = "CareFigures", .run = get_figures},
            {0}},
    .schemas = (const struct api_schema[]){{"SignOfLifeAnswer", "What the box must know.", answer_fields},
                                           {"CareReadings", "Readings of several homes.", readings_fields},
                                           {"CareReading", "A register at a time.", reading_fields},
                                           {"CareMonth", "Counts of a month; null: under ten.", month_fields},
                                           {"CareStored", "What became of them.", stored_fields},
                                           {"CareParticipant", "Who takes part.", participant_fields},
                                           {"CareEnrolled", "What is shown once.", enrolled_fields},
                                           {"CareCase", "A home that somebody looks after.", case_fields},
                                           {"CareCases", "Open cases.", cases_fields},
                                           {"CareStep", "What became of a step.", step_fields},
                                           {"CareFigures", "What it yields.", figures_fields},
                                           {0}},
};
