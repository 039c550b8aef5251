// SPDX-License-Identifier: EUPL-1.2
#include "care/care.h"

#include "base/file.h"
#include "base/test.h"
#include "identity/audit.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define START ((instant)1772406000 * TIME_SECOND)

static char directory[TEST_DIRECTORY_MAX], vault_file[96], withdrawn_file[96], store_directory[96];
static unsigned char vault_key[VAULT_KEY_BYTES] = {7};
static struct store *store;
static struct care *care;
static struct outbox *outbox;
static struct tz *zone;
static arena *a;
static err e;

static const struct principal anna = {.role = ROLE_CARE, .kind = PRINCIPAL_USER, .name = "anna"},
                              bert = {.role = ROLE_CARE, .kind = PRINCIPAL_USER, .name = "bert"},
                              machine = {.role = ROLE_CARE, .kind = PRINCIPAL_TOKEN, .name = "machine"},
                              clerk = {.role = ROLE_OPERATOR, .kind = PRINCIPAL_USER, .name = "clerk"};

static const struct care_identity jansen = {.name = STR("J. Jansen"),
                                            .address = STR("Kerkstraat 1"),
                                            .phone = STR("+31700000000"),
                                            .means = STR("phone"),
                                            .contact_name = STR("K. Jansen"),
                                            .contact_phone = STR("+31700000001")};

static bool open_care(void)
{
    const care_config c = {.store = store,
                           .vault_file = vault_file,
                           .vault_key = vault_key,
                           .withdrawn_file = withdrawn_file,
                           .now = START,
                           .zone = zone,
                           .parameters = sign_parameters_standard()};
    return care_open(&c, &care, &e);
}

static int before(void **state)
{
    (void)state;
    // Some thousand commits: what a disk does with them is another test's business.
    test_directory_make_quick(directory);
    if (sodium_init() < 0) return 1;
    snprintf(vault_file, sizeof vault_file, "%s/vault.db", directory);
    snprintf(withdrawn_file, sizeof withdrawn_file, "%s/withdrawn", directory);
    snprintf(store_directory, sizeof store_directory, "%s/data", directory);
    const store_config c = {.directory = store_directory, .create = true};
    a = arena_new((size_t)256 << 20);
    zone = tz_load("Europe/Amsterdam", &e);
    return !a || !zone || !store_open(&c, &store, &e) ||
           !(outbox = outbox_new(&(outbox_config){.store = store}, &e)) || !open_care();
}

static int after(void **state)
{
    (void)state;
    care_close(care);
    outbox_stop(outbox);
    store_close(store);
    tz_free(zone);
    arena_free(a);
    test_directory_remove(directory);
    return 0;
}

static struct care_enrolled enrol(care_way way, const char *group)
{
    struct care_enrolled out;
    const struct deed d = {&anna, START};
    if (!care_enrol(care, &d, &jansen, way, str_of(group), STR("00"), &out, &e)) fail_msg("%s", e.text);
    return out;
}

// The line of a watch, as its box would send it.
static bool hear(const struct care_enrolled *home, sign_word word, int quiet, int number, instant now)
{
    struct sign_key key;
    struct sign_message m = {
        .year = 2026, .month = 3, .day = 2, .word = word, .quiet_h = quiet, .number = number};
    char text[SIGN_MESSAGE_BYTES + 1], signature[SIGN_SIGNATURE_CHARS + 1];
    str answer;
    assert_true(sign_key_read(str_of(home->watch_key), &key, &e));
    memcpy(m.pseudonym, home->pseudonym, sizeof m.pseudonym);
    sign_message_write(&m, text);
    sign_message_seal(str_of(text), key.seed, signature);
    return care_hear(care, str_of(text), str_of(signature), now, a, &answer, &e);
}

static size_t open_cases(const struct care_case **out)
{
    size_t count;
    if (!care_cases(care, &anna, false, START, a, out, &count, &e)) fail_msg("%s", e.text);
    return count;
}

static void close_all(instant now)
{
    const struct care_case *cases;
    const struct deed d = {&anna, now};
    for (size_t n = open_cases(&cases), i = 0; i < n; i++)
        if (!care_case_step(care, &d, cases[i].id, STR("meter"), &e)) fail_msg("%s", e.text);
}

static void sweep(instant now)
{
    bool more = true;
    while (more)
        if (!care_sweep(care, now, &more, &e)) fail_msg("%s", e.text);
}

TEST(a_look_opens_one_case_and_a_repeated_line_no_second)
{
    const struct care_enrolled home = enrol(CARE_WATCH, "");
    const struct care_case *cases;
    assert_true(hear(&home, SIGN_OK, 0, 1, START));
    assert_int_equal(open_cases(&cases), 0);
    assert_true(hear(&home, SIGN_LOOK, 31, 2, START + TIME_DAY));
    assert_true(hear(&home, SIGN_LOOK, 31, 2, START + TIME_DAY));
    assert_int_equal(open_cases(&cases), 1);
    assert_str(cases[0].cause, "quiet");
    assert_int_equal(cases[0].quiet_h, 31);
    assert_false(hear(&home, SIGN_OK, 0, 1, START + TIME_DAY));
    assert_int_equal(e.code, ERR_CONFLICT);
    close_all(START + 2 * TIME_DAY);
}

TEST(a_line_of_another_key_is_refused)
{
    const struct care_enrolled home = enrol(CARE_WATCH, "");
    struct care_enrolled forged = enrol(CARE_WATCH, "");
    memcpy(forged.pseudonym, home.pseudonym, sizeof home.pseudonym);
    assert_false(hear(&forged, SIGN_LOOK, 31, 9, START));
    assert_int_equal(e.code, ERR_AUTH);
}

TEST(the_ladder_goes_step_by_step_and_a_person_closes)
{
    const struct care_enrolled home = enrol(CARE_WATCH, "");
    const struct care_case *cases;
    struct care_case c;
    const struct deed d = {&anna, START + TIME_HOUR};
    assert_true(hear(&home, SIGN_LOOK, 40, 1, START));
    assert_int_equal(open_cases(&cases), 1);
    const str id = cases[0].id;
    assert_int_equal(cases[0].due - cases[0].opened, 4 * TIME_HOUR);
    assert_false(care_case_step(care, &d, id, STR("go-there"), &e));
    assert_int_equal(e.code, ERR_RANGE);
    assert_true(care_case_step(care, &d, id, STR("not-reached"), &e));
    assert_true(care_case_step(care, &d, id, STR("not-reached"), &e));
    assert_true(care_case_step(care, &d, id, STR("go-there"), &e));
    assert_true(care_case(care, &anna, id, a, &c, &e));
    assert_int_equal(c.step, LADDER_VISIT);
    assert_int_equal(c.due - c.step_since, 12 * TIME_HOUR);
    assert_true(care_case_step(care, &d, id, STR("needs-help"), &e));
    assert_true(care_case(care, &anna, id, a, &c, &e));
    assert_str(c.closed_reason, "help");
    assert_false(care_case_step(care, &d, id, STR("meter"), &e));
    assert_int_equal(e.code, ERR_CONFLICT);
}

TEST(life_that_comes_back_is_shown_and_a_person_still_closes)
{
    const struct care_enrolled home = enrol(CARE_WATCH, "");
    const struct care_case *cases;
    assert_true(hear(&home, SIGN_LOOK, 40, 1, START));
    assert_true(hear(&home, SIGN_OK, 0, 2, START + TIME_HOUR));
    assert_int_equal(open_cases(&cases), 1);
    assert_str(cases[0].events[cases[0].event_count - 1].what, "life");
    close_all(START + TIME_DAY);
}

TEST(a_step_that_nobody_took_is_raised_and_never_dropped)
{
    const struct care_enrolled home = enrol(CARE_WATCH, "");
    const struct care_case *cases;
    assert_true(hear(&home, SIGN_LOOK, 40, 1, START));
    sweep(START + 3 * TIME_HOUR);
    assert_int_equal(open_cases(&cases), 1);
    assert_int_equal(cases[0].late_count, 0);
    sweep(START + 5 * TIME_HOUR);
    assert_int_equal(open_cases(&cases), 1);
    assert_int_equal(cases[0].late_count, 1);
    close_all(START + TIME_DAY);
}

TEST(two_people_open_an_identity_and_no_fewer)
{
    const struct care_enrolled home = enrol(CARE_WATCH, "");
    const struct care_case *cases;
    struct care_identity who;
    const struct deed by_anna = {&anna, START + TIME_HOUR}, by_bert = {&bert, START + 2 * TIME_HOUR},
                      by_machine = {&machine, START + TIME_HOUR}, late = {&anna, START + 27 * TIME_HOUR};
    assert_true(hear(&home, SIGN_LOOK, 40, 1, START));
    assert_int_equal(open_cases(&cases), 1);
    const str id = cases[0].id;
    assert_false(care_case_identity(care, &by_anna, id, a, &who, &e));
    assert_int_equal(e.code, ERR_DENIED);
    assert_false(care_case_ask_identity(care, &by_machine, id, STR("nobody answers"), &e));
    assert_false(care_case_open_identity(care, &by_bert, id, &e));
    assert_int_equal(e.code, ERR_CONFLICT);
    assert_true(care_case_ask_identity(care, &by_anna, id, STR("nobody answers"), &e));
    assert_false(care_case_open_identity(care, &by_anna, id, &e));
    assert_int_equal(e.code, ERR_DENIED);
    assert_false(care_case_identity(care, &by_anna, id, a, &who, &e));
    assert_true(care_case_open_identity(care, &by_bert, id, &e));
    assert_true(care_case_identity(care, &by_anna, id, a, &who, &e));
    assert_str(who.address, "Kerkstraat 1");
    assert_false(care_case_identity(care, &late, id, a, &who, &e));
    close_all(START + 2 * TIME_DAY);
}

TEST(others_see_no_cases)
{
    const struct care_case *cases;
    size_t count;
    const struct deed d = {&clerk, START};
    assert_false(care_cases(care, &clerk, false, START, a, &cases, &count, &e));
    assert_int_equal(e.code, ERR_DENIED);
    assert_false(care_case_step(care, &d, STR("c1"), STR("meter"), &e));
}

TEST(withdrawal_deletes_everything_and_leaves_a_line_without_a_name)
{
    const struct care_enrolled home = enrol(CARE_STREAM, "");
    struct care_participant p;
    struct care_reading r[96];
    int64_t unknown, removed;
    for (int i = 0; i < 96; i++)
        r[i] = (struct care_reading){
            str_of(home.pseudonym),
            {SIGN_ELECTRICITY, START + i * 15 * TIME_MINUTE, 1000 + i * 30, SIGN_METER_NONE}};
    assert_true(care_take(care, r, 96, START + TIME_DAY, &unknown, &e));
    assert_int_equal(unknown, 0);
    assert_true(care_find(care, str_of(home.link), a, &p, &e));
    assert_int_equal(p.raw_count, 1);
    assert_true(care_withdraw(care, p.pseudonym, START + TIME_DAY, &removed, &e));
    assert_int_equal(removed, 5);  // identity, home, a day of readings, participant, link
    assert_false(care_find(care, str_of(home.link), a, &p, &e));
    assert_int_equal(e.code, ERR_ABSENT);
    assert_true(care_take(care, r, 96, START + TIME_DAY, &unknown, &e));
    assert_int_equal(unknown, 96);
}

TEST(a_watch_whose_resident_left_is_told_to_forget)
{
    const struct care_enrolled home = enrol(CARE_WATCH, "");
    int64_t removed;
    assert_true(care_withdraw(care, str_of(home.pseudonym), START, &removed, &e));
    assert_false(hear(&home, SIGN_OK, 0, 1, START));
    assert_int_equal(e.code, ERR_GONE);
}

TEST(readings_go_after_their_time)
{
    const struct care_enrolled home = enrol(CARE_STREAM, "");
    struct care_participant p;
    int64_t unknown;
    for (int day = 0; day < 40; day++) {
        const struct care_reading r = {
            str_of(home.pseudonym),
            {SIGN_ELECTRICITY, START + day * TIME_DAY + TIME_HOUR, 1000 + day, SIGN_METER_NONE}};
        assert_true(care_take(care, &r, 1, START + day * TIME_DAY, &unknown, &e));
    }
    sweep(START + 40 * TIME_DAY);
    assert_true(care_find(care, str_of(home.link), a, &p, &e));
    assert_int_equal(p.raw_count, 29);
    assert_str(p.raw_oldest, "2026-03-13");
    close_all(START + 41 * TIME_DAY);
    int64_t removed;
    assert_true(care_withdraw(care, p.pseudonym, START, &removed, &e));
}

static void box_says(const struct care_enrolled *home, sign_word word, int number, instant now)
{
    if (!hear(home, word, word == SIGN_LOOK ? 50 : 0, number, now)) fail_msg("%s", e.text);
}

static const struct care_case *case_of(const struct care_enrolled *home)
{
    const struct care_case *cases;
    size_t n = open_cases(&cases);
    for (size_t i = 0; i < n; i++)
        if (str_eq(cases[i].pseudonym, str_of(home->pseudonym))) return &cases[i];
    return NULL;
}

// The boxes of other tests are silent by now, all at once: told, and over before `now`.
static void settle_others(instant now)
{
    sweep(now - 40 * TIME_HOUR);
    sweep(now - 30 * TIME_HOUR);
    close_all(now - 29 * TIME_HOUR);
    sweep(now - 28 * TIME_HOUR);
}

// signals.md 1.3, step 2: a ticket after 24 hours, a neutral question after 72.
TEST(a_silent_meter_is_a_technicians_ticket_first_and_a_question_later)
{
    const struct care_enrolled home = enrol(CARE_WATCH, "");
    const instant now = START + 400 * TIME_DAY;
    const struct care_case *c;
    box_says(&home, SIGN_OK, 1, now - 41 * TIME_HOUR);
    settle_others(now);
    box_says(&home, SIGN_FAULT, 2, now);
    sweep(now + 23 * TIME_HOUR);
    assert_null(case_of(&home));
    sweep(now + 25 * TIME_HOUR);
    c = case_of(&home);
    assert_non_null(c);
    assert_str(c->cause, "meter");
    assert_int_equal(c->step, LADDER_TECHNICIAN);
    sweep(now + 73 * TIME_HOUR);
    assert_int_equal(case_of(&home)->step, LADDER_RESIDENT);
    close_all(now + 74 * TIME_HOUR);
}

TEST(a_ticket_ends_by_itself_when_the_meter_speaks_and_grows_when_the_home_is_silent)
{
    const struct care_enrolled one = enrol(CARE_WATCH, ""), two = enrol(CARE_WATCH, "");
    const instant now = START + 410 * TIME_DAY;
    box_says(&one, SIGN_OK, 1, now - 41 * TIME_HOUR);
    box_says(&two, SIGN_OK, 1, now - 41 * TIME_HOUR);
    settle_others(now);
    box_says(&one, SIGN_FAULT, 2, now);
    box_says(&two, SIGN_FAULT, 2, now);
    sweep(now + 25 * TIME_HOUR);
    assert_non_null(case_of(&one));
    box_says(&one, SIGN_OK, 3, now + 26 * TIME_HOUR);
    assert_null(case_of(&one));
    box_says(&two, SIGN_LOOK, 3, now + 26 * TIME_HOUR);
    assert_str(case_of(&two)->cause, "quiet");
    assert_int_equal(case_of(&two)->step, LADDER_RESIDENT);
    assert_int_equal(case_of(&two)->due, now + 30 * TIME_HOUR);
    close_all(now + 27 * TIME_HOUR);
}

// A broken feed of the street's meters must not hold back what a box with a healthy meter says.
TEST(an_outage_of_meters_holds_back_no_silence)
{
    struct care_enrolled homes[6];
    const instant now = START + 420 * TIME_DAY;
    for (int i = 0; i < 6; i++) homes[i] = enrol(CARE_WATCH, "street-2");
    for (int i = 0; i < 5; i++) box_says(&homes[i], SIGN_FAULT, 1, now + i);
    box_says(&homes[5], SIGN_LOOK, 1, now + TIME_HOUR);
    assert_non_null(case_of(&homes[5]));
    sweep(now + 30 * TIME_HOUR);
    for (int i = 0; i < 5; i++) assert_null(case_of(&homes[i]));
    close_all(now + 31 * TIME_HOUR);
}

// With many homes so many fall quiet in an hour by chance: that is no outage.
TEST(a_flood_is_a_share_of_the_homes_and_not_a_number)
{
    enum { HOMES = 1000, QUIET = 18 };
    static struct care_enrolled homes[HOMES];
    const struct care_case *cases;
    const instant now = START + 430 * TIME_DAY;
    for (int i = 0; i < HOMES; i++) homes[i] = enrol(CARE_WATCH, "");
    for (int i = 0; i < QUIET; i++) box_says(&homes[i], SIGN_LOOK, 1, now + i);
    assert_int_equal(open_cases(&cases), QUIET);
    for (int i = QUIET; i < 60; i++) box_says(&homes[i], SIGN_LOOK, 1, now + i);
    assert_int_equal(open_cases(&cases), 1);
    assert_str(cases[0].cause, "outage");
    close_all(now + TIME_HOUR);
    for (int i = 0; i < HOMES; i++) {
        int64_t removed;
        assert_true(care_withdraw(care, str_of(homes[i].pseudonym), now + TIME_HOUR, &removed, &e));
    }
    assert_int_equal(open_cases(&cases), 0);
}

// The feed of the whole town stops: one outage, not one per street.
TEST(a_flood_of_many_streets_is_one_outage)
{
    enum { HOMES = 400, STREET = 20 };
    static struct care_enrolled homes[HOMES];
    const struct care_case *cases;
    const instant now = START + 435 * TIME_DAY;
    int64_t removed;
    for (int i = 0; i < HOMES; i++) {
        char street[24];
        snprintf(street, sizeof street, "lane-%d", i / STREET);
        homes[i] = enrol(CARE_WATCH, street);
    }
    for (int i = 0; i < HOMES; i++) box_says(&homes[i], SIGN_FAULT, 1, now + i);
    const size_t n = open_cases(&cases);
    assert_int_equal(n, 1);
    assert_str(cases[0].cause, "outage");
    close_all(now + TIME_HOUR);
    for (int i = 0; i < HOMES; i++)
        assert_true(care_withdraw(care, str_of(homes[i].pseudonym), now + TIME_HOUR, &removed, &e));
}

TEST(after_a_start_nobody_is_called_silent_before_what_waited_has_come)
{
    const struct care_enrolled home = enrol(CARE_WATCH, "");
    const instant now = START + 440 * TIME_DAY;
    const struct care_case *cases;
    box_says(&home, SIGN_OK, 1, now);
    care_close(care);
    assert_true(open_care());
    sweep(now + 60 * TIME_HOUR);  // peil was off for two days and a half
    sweep(now + 61 * TIME_HOUR);
    box_says(&home, SIGN_OK, 2, now + 61 * TIME_HOUR);
    sweep(now + 63 * TIME_HOUR);
    assert_null(case_of(&home));
    (void)open_cases(&cases);
}

TEST(what_was_learnt_and_is_damaged_is_learnt_anew_from_the_readings)
{
    const struct care_enrolled home = enrol(CARE_STREAM, "");
    struct care_participant p, q;
    struct vault *v;
    int64_t unknown, removed;
    const instant from = START + 450 * TIME_DAY;
    struct care_reading r[48];
    int64_t in = 500000;
    for (int day = 0; day < 20; day++) {
        for (int i = 0; i < 48; i++) {
            r[i] = (struct care_reading){
                str_of(home.pseudonym),
                {SIGN_ELECTRICITY, from + day * TIME_DAY + i * SIGN_SLOT_TIME, in, 700}};
            in += 40 + (i % 5 == 0 ? 350 : 0);
        }
        assert_true(care_take(care, r, 48, from + (day + 1) * TIME_DAY, &unknown, &e));
    }
    assert_true(care_find(care, str_of(home.link), a, &p, &e));
    assert_int_not_equal(p.last_life, TIME_NONE);
    assert_true(vault_open(vault_file, vault_key, &v, &e));
    assert_true(
        vault_put(v, STR("home"), str_of(home.pseudonym), STR("of another version of the method"), &e));
    vault_close(v);
    assert_true(care_find(care, str_of(home.link), a, &q, &e));
    assert_int_equal(q.last_life, p.last_life);
    assert_str(q.reason_en, p.reason_en.p);
    assert_true(care_withdraw(care, q.pseudonym, from, &removed, &e));
}

// As a meter sends them: one reading in one request, each quarter of an hour.
TEST(a_home_is_learnt_from_single_readings_and_its_silent_meter_is_seen)
{
    const struct care_enrolled home = enrol(CARE_STREAM, "");
    const instant from = START + 480 * TIME_DAY;
    struct care_participant p;
    int64_t unknown, removed, in = 90000;
    for (int i = 0; i < 3 * 96; i++) {
        const struct care_reading r = {str_of(home.pseudonym),
                                       {SIGN_ELECTRICITY, from + i * 15 * TIME_MINUTE, in, SIGN_METER_NONE}};
        assert_true(care_take(care, &r, 1, from + i * 15 * TIME_MINUTE, &unknown, &e));
        in += 20 + (i % 20 == 0 ? 300 : 0);
    }
    assert_true(care_find(care, str_of(home.link), a, &p, &e));
    assert_int_not_equal(p.last_life, TIME_NONE);
    sweep(from + 3 * TIME_DAY + 8 * TIME_HOUR);
    assert_true(care_find(care, str_of(home.link), a, &p, &e));
    assert_str(p.state, "meter_silent");
    assert_true(care_withdraw(care, p.pseudonym, from, &removed, &e));
}

TEST(months_go_after_thirteen)
{
    struct snapshot *at;
    const struct care_month *months;
    size_t count;
    int64_t participants;
    sweep(START + 3000 * TIME_DAY);
    assert_true(care_figures(care, a, &months, &count, &participants, &e));
    assert_true(count <= 1);
    assert_true(snapshot_open(store, &at, &e));
    str text;
    assert_false(store_document_get(at, STR("care.month"), STR("2026-03"), a, &text, &e));
    snapshot_close(at);
}

// A copy of the store from before a withdrawal, with the vault from after it: the withdrawal is completed, the others stay.
TEST(who_is_in_the_store_and_not_in_the_vault_has_left)
{
    const struct care_enrolled gone = enrol(CARE_STREAM, ""), stays = enrol(CARE_STREAM, "");
    struct care_participant p;
    struct vault *v;
    int64_t removed;
    assert_true(vault_open(vault_file, vault_key, &v, &e));
    assert_true(vault_forget(v, str_of(gone.pseudonym), &removed, &e));
    vault_close(v);
    sweep(START + 3001 * TIME_DAY);
    assert_false(care_find(care, str_of(gone.link), a, &p, &e));
    assert_int_equal(e.code, ERR_ABSENT);
    assert_true(care_find(care, str_of(stays.link), a, &p, &e));
}

TEST(a_store_without_its_vault_is_refused)
{
    char other[128], command[320];
    care_close(care);
    snprintf(other, sizeof other, "%s.away", vault_file);
    assert_int_equal(rename(vault_file, other), 0);
    assert_false(open_care());
    assert_int_equal(e.code, ERR_CONFIG);
    snprintf(command, sizeof command, "mv %s %s", other, vault_file);
    assert_int_equal(system(command), 0);
    assert_true(open_care());
}

// Ninety boxes of one town say "fault" in the same minute: one case, not ninety.
TEST(many_at_once_are_one_outage_and_it_stays_told_over_a_restart)
{
    static struct care_enrolled homes[90];
    const struct care_case *cases;
    const instant now = START + 50 * TIME_DAY;
    for (int i = 0; i < 90; i++) homes[i] = enrol(CARE_WATCH, "street-1");
    for (int i = 0; i < 90; i++) assert_true(hear(&homes[i], SIGN_FAULT, 0, 1, now + i));
    assert_true(open_cases(&cases) <= 2);
    assert_str(cases[0].cause, "outage");
    care_close(care);
    assert_true(open_care());
    for (int i = 0; i < 90; i++) assert_true(hear(&homes[i], SIGN_LOOK, 50, 2, now + TIME_HOUR + i));
    assert_true(open_cases(&cases) <= 2);
    // The outage ends. Who is still silent is raised now: nothing was lost.
    close_all(now + 2 * TIME_HOUR);
    sweep(now + 3 * TIME_HOUR);
    size_t quiet = 0;
    for (size_t n = open_cases(&cases), i = 0; i < n; i++) quiet += str_eq(cases[i].cause, STR("quiet"));
    assert_int_equal(quiet, 90);
    close_all(now + 4 * TIME_HOUR);
}

TEST(figures_are_rounded_and_hidden_below_ten)
{
    assert_int_equal(care_figure(0), -1);
    assert_int_equal(care_figure(9), -1);
    assert_int_equal(care_figure(10), 10);
    assert_int_equal(care_figure(12), 10);
    assert_int_equal(care_figure(13), 15);
    const struct care_month *months;
    size_t count;
    int64_t participants;
    assert_true(care_figures(care, a, &months, &count, &participants, &e));
    assert_true(count >= 1 && participants % 5 == 0);
}

static bool put_mail(struct store_tx *tx, void *context, err *why)
{
    return outbox_put(outbox, tx, context, START, why);
}

static bool is_in_outbox(str id)
{
    struct snapshot *at;
    struct outbox_status s;
    assert_true(snapshot_open(store, &at, &e));
    const bool there = outbox_status(at, id, a, &s, &e);
    snapshot_close(at);
    return there;
}

// In the database and its log.
static int times_on_disk(const char *text)
{
    static const char *const files[] = {"peil.db", "peil.db-wal"};
    int n = 0;
    for (size_t k = 0; k < 2; k++) {
        char path[sizeof store_directory + 16];
        buf b = {.max = (size_t)256 << 20};
        size_t at;
        snprintf(path, sizeof path, "%s/%s", store_directory, files[k]);
        if (!file_read(path, &b, &e)) continue;
        for (str rest = buf_str(&b); str_find(rest, str_of(text), &at); n++)
            rest = str_slice(rest, at + 1, rest.n);
        buf_free(&b);
    }
    return n;
}

// The log is cut after the answer, by the writer.
static bool once_on_disk(const char *text)
{
    const int64_t end = time_monotonic_us() + 30 * TIME_SECOND;
    while (times_on_disk(text) != 1 && time_monotonic_us() < end) usleep(1000);
    return times_on_disk(text) == 1;
}

// The mail that tells a resident who looked (case.c) has not arrived.
TEST(of_who_leaves_no_mail_stays_and_the_pseudonym_in_the_audit_log_alone)
{
    const struct care_enrolled home = enrol(CARE_WATCH, "");
    str mine;
    int64_t removed;
    box_says(&home, SIGN_LOOK, 1, START);
    assert_true(arena_print(a, &mine, "care.%.*s.1", STR_ARG(case_of(&home)->id)));
    struct outbox_message m = {.kind = OUTBOX_WEBHOOK, .id = mine, .target = STR("https://jansen.example/")};
    assert_true(store_run(store, put_mail, &m, &e));
    m.id = STR("care.another.1");
    assert_true(store_run(store, put_mail, &m, &e));
    assert_true(times_on_disk(home.pseudonym) > 1);
    struct snapshot *reader;  // who needs the log for a while
    assert_true(snapshot_open(store, &reader, &e));
    assert_true(care_withdraw(care, str_of(home.pseudonym), START, &removed, &e));
    usleep(100 * 1000);
    assert_true(times_on_disk(home.pseudonym) > 1);
    snapshot_close(reader);
    assert_false(is_in_outbox(mine));
    assert_true(is_in_outbox(m.id));
    assert_true(once_on_disk(home.pseudonym));  // that it enrolled, in the audit log
}

TEST(the_audit_log_holds_every_step_and_no_name)
{
    struct snapshot *at;
    int64_t findings;
    struct audit_head head;
    assert_true(snapshot_open(store, &at, &e));
    assert_true(audit_verify(at, NULL, NULL, NULL, &findings, &e));
    assert_int_equal(findings, 0);
    assert_true(audit_head_read(at, &head, &e));
    assert_true(head.number > 100);
    snapshot_close(at);
    char command[256];
    snprintf(command, sizeof command, "! grep -rqa -e Jansen -e Kerkstraat -e 31700000000 %s", directory);
    assert_int_equal(system(command), 0);
}

RUN_WITH(before, after, CASE(a_look_opens_one_case_and_a_repeated_line_no_second),
         CASE(a_line_of_another_key_is_refused), CASE(the_ladder_goes_step_by_step_and_a_person_closes),
         CASE(life_that_comes_back_is_shown_and_a_person_still_closes),
         CASE(a_step_that_nobody_took_is_raised_and_never_dropped),
         CASE(two_people_open_an_identity_and_no_fewer), CASE(others_see_no_cases),
         CASE(withdrawal_deletes_everything_and_leaves_a_line_without_a_name),
         CASE(a_watch_whose_resident_left_is_told_to_forget), CASE(readings_go_after_their_time),
         CASE(many_at_once_are_one_outage_and_it_stays_told_over_a_restart),
         CASE(figures_are_rounded_and_hidden_below_ten),
         CASE(a_silent_meter_is_a_technicians_ticket_first_and_a_question_later),
         CASE(a_ticket_ends_by_itself_when_the_meter_speaks_and_grows_when_the_home_is_silent),
         CASE(an_outage_of_meters_holds_back_no_silence),
         CASE(a_flood_is_a_share_of_the_homes_and_not_a_number), CASE(a_flood_of_many_streets_is_one_outage),
         CASE(after_a_start_nobody_is_called_silent_before_what_waited_has_come),
         CASE(what_was_learnt_and_is_damaged_is_learnt_anew_from_the_readings),
         CASE(months_go_after_thirteen),
         CASE(a_home_is_learnt_from_single_readings_and_its_silent_meter_is_seen),
         CASE(who_is_in_the_store_and_not_in_the_vault_has_left), CASE(a_store_without_its_vault_is_refused),
         CASE(of_who_leaves_no_mail_stays_and_the_pseudonym_in_the_audit_log_alone),
         CASE(the_audit_log_holds_every_step_and_no_name))
