// SPDX-License-Identifier: EUPL-1.2
// Copies that are put back, and crashes between the steps of leaving.
#include "care/care.h"
#include "care/withdrawn.h"

#include "base/file.h"
#include "base/test.h"
#include "identity/audit.h"

#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define START ((instant)1772406000 * TIME_SECOND)  // 2026-03-02

static char directory[TEST_DIRECTORY_MAX];
static const unsigned char vault_key[VAULT_KEY_BYTES] = {7};
static const struct principal anna = {.role = ROLE_CARE, .kind = PRINCIPAL_USER, .name = "anna"};
static struct store *store;
static struct care *care;
static struct tz *zone;
static arena *a;
static err e;
static int copies;

// A data directory: the store, the vault, who stopped.
struct place {
    char data[96], vault[112], withdrawn[112];
};
static struct place here;

static struct place place_at(const char *name)
{
    struct place p;
    snprintf(p.data, sizeof p.data, "%s/%s", directory, name);
    snprintf(p.vault, sizeof p.vault, "%s/vault.db", p.data);
    snprintf(p.withdrawn, sizeof p.withdrawn, "%s/withdrawn", p.data);
    return p;
}

static void open_at(const struct place *p, instant now)
{
    const store_config sc = {.directory = p->data, .create = true};
    if (!store_open(&sc, &store, &e)) fail_msg("%s", e.text);
    const care_config c = {.store = store,
                           .vault_file = p->vault,
                           .vault_key = vault_key,
                           .withdrawn_file = p->withdrawn,
                           .now = now,
                           .zone = zone,
                           .parameters = sign_parameters_standard()};
    if (!care_open(&c, &care, &e)) fail_msg("%s", e.text);
}

static void shut(void)
{
    care_close(care);
    store_close(store);
    care = NULL;
    store = NULL;
}

static void reopen(instant now)
{
    shut();
    open_at(&here, now);
}

static void sweep(instant now)
{
    for (bool more = true; more;)
        if (!care_sweep(care, now, &more, &e)) fail_msg("%s", e.text);
}

// A new one for each test.
static int before(void **state)
{
    (void)state;
    char name[32];
    snprintf(name, sizeof name, "data-%d", ++copies);
    here = place_at(name);
    open_at(&here, START);
    sweep(START);
    return 0;
}

static int after(void **state)
{
    (void)state;
    shut();
    return 0;
}

static int before_all(void **state)
{
    (void)state;
    test_directory_make_quick(directory);
    a = arena_new((size_t)16 << 20);
    zone = tz_load("Europe/Amsterdam", &e);
    return sodium_init() < 0 || !a || !zone;
}

static int after_all(void **state)
{
    (void)state;
    tz_free(zone);
    arena_free(a);
    test_directory_remove(directory);
    return 0;
}

// As `peil backup` does.
static struct place back_up(instant now)
{
    char name[32];
    snprintf(name, sizeof name, "copy-%d", ++copies);
    const struct place to = place_at(name);
    assert_true(store_backup(store, to.data, NULL, NULL, &e));
    assert_true(vault_copy(here.vault, to.vault, &e));
    assert_true(withdrawn_copy(here.withdrawn, to.withdrawn, now, &e));
    return to;
}

// The copy in the place of the store; `keep`: with the old store's file of who stopped.
static void put_back(const struct place *copy, bool keep, instant now)
{
    const struct place old = here;
    buf b = {.max = 1 << 20};
    shut();
    here = *copy;
    if (keep) {
        assert_true(file_read(old.withdrawn, &b, &e));
        assert_true(file_replace(here.withdrawn, buf_str(&b), &e));
        buf_free(&b);
    }
    open_at(&here, now);
}

static struct care_enrolled enrol(void)
{
    static const struct care_identity jansen = {.name = STR("J. Jansen"),
                                                .address = STR("Kerkstraat 1"),
                                                .phone = STR("+31700000000"),
                                                .means = STR("phone")};
    struct care_enrolled out;
    const struct deed d = {&anna, START};
    if (!care_enrol(care, &d, &jansen, CARE_STREAM, STR("street"), STR("00"), &out, &e))
        fail_msg("%s", e.text);
    const struct care_reading r = {str_of(out.pseudonym), {SIGN_ELECTRICITY, START, 1000, SIGN_METER_NONE}};
    int64_t unknown;
    if (!care_take(care, &r, 1, START, &unknown, &e)) fail_msg("%s", e.text);
    return out;
}

static void stop(const struct care_enrolled *home, instant now)
{
    int64_t removed;
    if (!care_withdraw(care, str_of(home->pseudonym), now, &removed, &e)) fail_msg("%s", e.text);
}

static bool is_there(const struct care_enrolled *home)
{
    struct care_participant p;
    return care_find(care, str_of(home->link), a, &p, &e);
}

static int64_t of_home_in_vault(const struct care_enrolled *home)
{
    static const char *const kinds[] = {"identity", "home", "raw"};
    struct vault *v;
    int64_t count, all = 0;
    str oldest;
    assert_true(vault_open(here.vault, vault_key, &v, &e));
    for (size_t i = 0; i < sizeof kinds / sizeof kinds[0]; i++) {
        assert_true(vault_count(v, str_of(kinds[i]), str_of(home->pseudonym), a, &count, &oldest, &e));
        all += count;
    }
    vault_close(v);
    return all;
}

static bool vault_holds(const char *pseudonym)
{
    char log[128];
    buf b = {.max = 1 << 24};
    size_t at;
    err ignored;
    snprintf(log, sizeof log, "%s-wal", here.vault);
    assert_true(file_read(here.vault, &b, &e));
    (void)!file_read(log, &b, &ignored);
    const bool found = str_find(buf_str(&b), str_of(pseudonym), &at);
    buf_free(&b);
    return found;
}

struct counting {
    const char *detail;
    int count;
};

static bool count_line(const struct audit_line *line, void *context)
{
    struct counting *x = context;
    x->count += str_eq(line->what, STR("care.withdraw")) && str_eq(line->detail, str_of(x->detail));
    return true;
}

static int lines_of(const char *detail)
{
    struct counting x = {detail, 0};
    struct snapshot *at;
    assert_true(snapshot_open(store, &at, &e));
    assert_true(audit_each(at, 0, INT64_MAX, count_line, &x, &e));
    snapshot_close(at);
    return x.count;
}

static char said[1024];

static void hear(const char *sentence, void *context)
{
    (void)context;
    snprintf(said, sizeof said, "%s", sentence);
}

static int64_t findings(void)
{
    int64_t n = 0;
    said[0] = 0;
    if (!care_examine(store, here.withdrawn, hear, NULL, &n, &e)) fail_msg("%s", e.text);
    return n;
}

static bool says(const char *what)
{
    return strstr(said, what) != NULL;
}

TEST(who_stopped_after_a_copy_was_made_stays_away_when_it_is_put_back)
{
    const struct care_enrolled gone = enrol(), also = enrol(), stays = enrol();
    const struct place copy = back_up(START + TIME_DAY);
    stop(&gone, START + 2 * TIME_DAY);
    stop(&also, START + 2 * TIME_DAY);
    put_back(&copy, true, START + 3 * TIME_DAY);
    assert_false(is_there(&gone));
    assert_int_equal(e.code, ERR_ABSENT);
    assert_false(is_there(&also));
    assert_true(is_there(&stays));
    assert_int_equal(of_home_in_vault(&gone), 0);
    assert_int_equal(of_home_in_vault(&stays), 3);
    assert_false(vault_holds(gone.pseudonym));
    assert_true(vault_holds(stays.pseudonym));
    assert_int_equal(lines_of("put-back=yes homes=2"), 1);
    assert_int_equal(findings(), 0);
    // Once is enough.
    reopen(START + 4 * TIME_DAY);
    assert_int_equal(lines_of("put-back=yes homes=2"), 1);
    assert_int_equal(lines_of("put-back=yes homes=0"), 0);
}

TEST(a_copy_with_its_own_file_is_told_until_somebody_saw_to_it)
{
    const struct care_enrolled gone = enrol();
    const struct place copy = back_up(START + TIME_DAY);
    stop(&gone, START + 2 * TIME_DAY);
    assert_int_equal(findings(), 0);
    put_back(&copy, false, START + 3 * TIME_DAY);
    assert_true(is_there(&gone));
    assert_int_equal(findings(), 1);
    assert_true(says("after 2026-03-02 may be back: the file of those who did is that of a copy"));
    sweep(START + 3 * TIME_DAY);
    reopen(START + 5 * TIME_DAY);
    assert_int_equal(findings(), 1);
}

TEST(a_file_that_was_lost_is_told)
{
    (void)enrol();
    shut();
    assert_int_equal(unlink(here.withdrawn), 0);
    const store_config sc = {.directory = here.data, .read_only = true};
    assert_true(store_open(&sc, &store, &e));
    assert_int_equal(findings(), 1);
    assert_true(says("is not there"));
    shut();
    open_at(&here, START + TIME_DAY);
    assert_int_equal(findings(), 1);
    assert_true(says("after 2026-03-02 may be back"));
}

TEST(a_copy_from_before_the_first_line_that_is_kept_is_told)
{
    const struct care_enrolled gone = enrol(), stays = enrol();
    const struct place copy = back_up(START);
    stop(&gone, START + TIME_DAY);
    sweep(START + 30 * TIME_DAY);
    reopen(START + 30 * TIME_DAY);
    assert_int_equal(findings(), 0);
    sweep(START + 33 * TIME_DAY);  // the line has gone: no copy may be as old
    put_back(&copy, true, START + 34 * TIME_DAY);
    assert_int_equal(findings(), 1);
    assert_true(says("after 2026-03-02 may be back"));
    assert_true(is_there(&gone));  // which is what it tells of
    assert_true(is_there(&stays));
}

TEST(a_crash_in_the_middle_of_leaving_ends_in_having_left)
{
    const struct care_enrolled marked = enrol(), nameless = enrol(), swept = enrol(), stays = enrol();
    struct withdrawn *w;
    struct vault *v;
    int64_t removed;
    // After the mark; after the vault; and where peil goes on.
    shut();
    assert_true(withdrawn_open(here.withdrawn, vault_key, "2026-03-03", &w, &e));
    assert_true(withdrawn_add(w, str_of(marked.pseudonym), "2026-03-03", &e));
    assert_true(withdrawn_add(w, str_of(nameless.pseudonym), "2026-03-03", &e));
    withdrawn_close(w);
    assert_true(vault_open(here.vault, vault_key, &v, &e));
    assert_true(vault_forget(v, str_of(nameless.pseudonym), &removed, &e));
    assert_true(vault_forget(v, str_of(swept.pseudonym), &removed, &e));
    vault_close(v);
    open_at(&here, START + TIME_DAY);
    assert_false(is_there(&marked));
    assert_false(is_there(&nameless));
    assert_int_equal(of_home_in_vault(&marked), 0);
    assert_int_equal(lines_of("put-back=yes homes=2"), 1);
    sweep(START + TIME_DAY);
    assert_false(is_there(&swept));
    assert_true(is_there(&stays));
}

TEST(names_whose_home_no_store_knows_go_in_the_first_round)
{
    const struct place copy = back_up(START);
    const struct care_enrolled home = enrol();
    assert_int_equal(unlink(copy.vault), 0);
    assert_true(vault_copy(here.vault, copy.vault, &e));  // later than the store's
    put_back(&copy, true, START + TIME_DAY);
    assert_false(is_there(&home));
    const struct care_enrolled stays = enrol();
    assert_int_equal(of_home_in_vault(&home), 3);
    sweep(START + TIME_DAY);
    assert_int_equal(of_home_in_vault(&home), 0);
    assert_int_equal(of_home_in_vault(&stays), 3);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
#define OWN(name) cmocka_unit_test_setup_teardown(name, before, after)
        OWN(who_stopped_after_a_copy_was_made_stays_away_when_it_is_put_back),
        OWN(a_copy_with_its_own_file_is_told_until_somebody_saw_to_it),
        OWN(a_file_that_was_lost_is_told),
        OWN(a_copy_from_before_the_first_line_that_is_kept_is_told),
        OWN(a_crash_in_the_middle_of_leaving_ends_in_having_left),
        OWN(names_whose_home_no_store_knows_go_in_the_first_round),
    };
    return cmocka_run_group_tests(tests, before_all, after_all);
}
