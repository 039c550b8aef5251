// SPDX-License-Identifier: EUPL-1.2
#include "identity/audit.h"
#include "identity/retention.h"
#include "store/test_store.h"

#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct fixture {
    char directory[TEST_DIRECTORY_MAX];
    struct store *store;
};

static int start(void **state)
{
    struct fixture *f = calloc(1, sizeof *f);
    assert_non_null(f);
    f->store = test_store_make(f->directory);
    assert_true(sodium_init() >= 0);
    *state = f;
    return 0;
}

static int stop(void **state)
{
    struct fixture *f = *state;
    test_store_remove(f->store, f->directory);
    free(f);
    return 0;
}

static bool record_run(struct store_tx *tx, void *context, err *e)
{
    return audit_record(tx, context, e);
}

// Lines 1..count, one hour apart from 1970 on.
static void fill(struct fixture *f, int count)
{
    static const struct principal anna = {.role = ROLE_ADMINISTRATOR, .kind = PRINCIPAL_USER, .name = "anna"};
    err e;
    for (int i = 0; i < count; i++) {
        struct audit_event event = {.who = i % 2 ? &anna : NULL,
                                    .what = STR("token.create"),
                                    .which = STR("token/meter-12"),
                                    .detail = STR("role=\"device\""),
                                    .at = i * TIME_HOUR};
        assert_true(store_run(f->store, record_run, &event, &e));
    }
}

struct damage {
    const char *key;
    const char *text;  // NULL: removed
};

static bool damage_run(struct store_tx *tx, void *context, err *e)
{
    const struct damage *d = context;
    return d->text ? store_document_put(tx, STR("audit"), str_of(d->key), str_of(d->text), e)
                   : store_document_delete(tx, STR("audit"), str_of(d->key), e);
}

static void line_key(int number, char out[static 17])
{
    snprintf(out, 17, "%016d", number);
}

// What stands in the store of a line, in malloc'd memory.
static char *line_text(struct fixture *f, int number)
{
    struct snapshot *at;
    err e;
    char key[17];
    str text;
    line_key(number, key);
    arena *a = arena_new(1 << 16);
    assert_true(snapshot_open(f->store, &at, &e));
    assert_true(store_document_get(at, STR("audit"), str_of(key), a, &text, &e));
    char *copy = strndup(text.p, text.n);
    snapshot_close(at);
    arena_free(a);
    return copy;
}

static void put_line_text(struct fixture *f, int number, const char *text)
{
    char key[17];
    err e;
    line_key(number, key);
    struct damage d = {key, text};
    assert_true(store_run(f->store, damage_run, &d, &e));
}

struct told {
    int64_t first;
    char text[160];
};

static void hear(const struct audit_finding *finding, void *context)
{
    struct told *t = context;
    if (t->text[0]) return;
    t->first = finding->number;
    snprintf(t->text, sizeof t->text, "%s", finding->text);
}

static int64_t verify(struct fixture *f, const struct audit_head *known, struct told *t)
{
    struct snapshot *at;
    int64_t findings = -1;
    err e;
    *t = (struct told){0};
    assert_true(snapshot_open(f->store, &at, &e));
    if (!audit_verify(at, known, hear, t, &findings, &e)) fail_msg("%s", e.text);
    snapshot_close(at);
    return findings;
}

static void head_of(struct fixture *f, struct audit_head *out)
{
    struct snapshot *at;
    err e;
    assert_true(snapshot_open(f->store, &at, &e));
    assert_true(audit_head_read(at, out, &e));
    snapshot_close(at);
}

static bool first_line(const struct audit_line *line, void *context)
{
    int64_t *count = context;
    if ((*count)++ > 0) return true;
    assert_int_equal(line->number, 2);
    assert_int_equal(line->at, TIME_HOUR);
    assert_true(str_eq(line->who, STR("user:anna")));
    assert_true(str_eq(line->what, STR("token.create")));
    assert_true(str_eq(line->which, STR("token/meter-12")));
    assert_true(str_eq(line->detail, STR("role=\"device\"")));
    return true;
}

static void a_line_says_who_did_what_when_to_which(void **state)
{
    struct fixture *f = *state;
    struct snapshot *at;
    struct told t;
    int64_t count = 0;
    err e;
    fill(f, 5);
    assert_true(snapshot_open(f->store, &at, &e));
    assert_true(audit_each(at, 2, 99, first_line, &count, &e));
    snapshot_close(at);
    assert_int_equal(count, 4);
    assert_int_equal(verify(f, NULL, &t), 0);
}

static bool record_and_fail(struct store_tx *tx, void *context, err *e)
{
    return audit_record(tx, context, e) && err_set(e, ERR_CONFLICT, ERR_NOWHERE, "the deed itself failed");
}

static void what_was_undone_is_not_told(void **state)
{
    struct fixture *f = *state;
    struct audit_event event = {.what = STR("token.create"), .which = STR("token/a")};
    struct audit_head head;
    struct told t;
    err e;
    fill(f, 2);
    assert_false(store_run(f->store, record_and_fail, &event, &e));
    head_of(f, &head);
    assert_int_equal(head.number, 2);
    assert_int_equal(verify(f, NULL, &t), 0);
}

// Every single byte of every line, one after the other.
static void any_changed_byte_is_found_and_its_line_named(void **state)
{
    struct fixture *f = *state;
    struct told t;
    fill(f, 3);
    for (int number = 1; number <= 3; number++) {
        char *text = line_text(f, number);
        const size_t n = strlen(text);
        for (size_t at = 0; at < n; at += number == 2 ? 1 : 7) {
            const char was = text[at];
            text[at] = was == 'x' ? 'y' : 'x';
            put_line_text(f, number, text);
            if (verify(f, NULL, &t) == 0 || t.first != number)
                fail_msg("byte %zu of line %d: %s", at, number, t.text);
            text[at] = was;
        }
        put_line_text(f, number, text);
        free(text);
    }
    assert_int_equal(verify(f, NULL, &t), 0);
}

static void a_line_changed_and_hashed_anew_is_named(void **state)
{
    struct fixture *f = *state;
    struct told t;
    fill(f, 4);
    char *text = line_text(f, 3);
    char *line = strstr(text, "\"line\":") + 7, *named = strstr(line, "meter-12");
    named[6] = '9';
    unsigned char hash[AUDIT_HASH_BYTES];
    crypto_generichash(hash, sizeof hash, (unsigned char *)line, strlen(line) - 1, NULL, 0);
    char hex[65];
    sodium_bin2hex(hex, sizeof hex, hash, sizeof hash);
    memcpy(text + 9, hex, 64);
    put_line_text(f, 3, text);
    free(text);
    assert_true(verify(f, NULL, &t) > 0);
    assert_int_equal(t.first, 3);
}

static void a_removed_line_is_named(void **state)
{
    struct fixture *f = *state;
    struct told t;
    fill(f, 4);
    for (int number = 1; number <= 4; number++) {  // in the middle and at both ends
        char *text = line_text(f, number);
        put_line_text(f, number, NULL);
        assert_true(verify(f, NULL, &t) > 0);
        assert_int_equal(t.first, number);
        put_line_text(f, number, text);
        free(text);
    }
}

static void swapped_lines_are_named(void **state)
{
    struct fixture *f = *state;
    struct told t;
    fill(f, 4);
    char *two = line_text(f, 2), *three = line_text(f, 3);
    put_line_text(f, 2, three);
    put_line_text(f, 3, two);
    free(two);
    free(three);
    assert_true(verify(f, NULL, &t) > 0);
    assert_int_equal(t.first, 2);
}

// A log that was made anew from the start is whole in itself; only a head noted elsewhere tells.
static void a_head_noted_elsewhere_finds_a_log_that_was_written_anew(void **state)
{
    struct fixture *f = *state;
    struct audit_head known;
    struct told t;
    fill(f, 3);
    head_of(f, &known);
    fill(f, 2);
    assert_int_equal(verify(f, &known, &t), 0);
    known.hash[0] ^= 1;
    assert_int_equal(verify(f, &known, &t), 1);
    assert_int_equal(t.first, 3);
    known.number = 9;
    assert_int_equal(verify(f, &known, &t), 1);
}

static bool trim_run(struct store_tx *tx, void *context, err *e)
{
    int64_t *hours = context, removed = -1;
    const bool ok = audit_trim(tx, *hours * TIME_HOUR, 1000 * TIME_HOUR, &removed, e);
    *hours = removed;
    return ok;
}

static void trimming_removes_the_oldest_and_says_so(void **state)
{
    struct fixture *f = *state;
    struct audit_head head;
    struct told t;
    int64_t hours = 4;
    err e;
    fill(f, 10);
    assert_true(store_run(f->store, trim_run, &hours, &e));
    assert_int_equal(hours, 4);  // those of hours 0, 1, 2, 3
    head_of(f, &head);
    assert_int_equal(head.first, 5);
    assert_int_equal(head.number, 11);
    if (verify(f, NULL, &t) != 0) fail_msg("%s", t.text);
    hours = 4;
    assert_true(store_run(f->store, trim_run, &hours, &e));
    assert_int_equal(hours, 0);
    hours = 2000;  // all are old: the newest stays, and the line about it comes
    assert_true(store_run(f->store, trim_run, &hours, &e));
    assert_int_equal(hours, 6);
    if (verify(f, NULL, &t) != 0) fail_msg("%s", t.text);
}

// The head itself says that the log begins at 2, but no line tells of a trim.
static bool behead_run(struct store_tx *tx, void *context, err *e)
{
    const struct audit_head *h = context;
    char text[256], hex[65];
    sodium_bin2hex(hex, sizeof hex, h->hash, sizeof h->hash);
    snprintf(text, sizeof text, "{\"first\":2,\"number\":%lld,\"hash\":\"%s\"}", (long long)h->number, hex);
    return store_document_put(tx, STR("audit-head"), STR("head"), str_of(text), e);
}

static void a_trim_that_nobody_told_of_is_found(void **state)
{
    struct fixture *f = *state;
    struct audit_head head;
    struct told t;
    err e;
    fill(f, 3);
    put_line_text(f, 1, NULL);
    head_of(f, &head);
    assert_true(store_run(f->store, behead_run, &head, &e));
    assert_int_equal(verify(f, NULL, &t), 1);
    assert_int_equal(t.first, 2);
}

static bool quarantine_run(struct store_tx *tx, void *context, err *e)
{
    (void)context;
    return store_document_put(tx, STR("quarantine"), STR("old"),
                              STR("{\"last_seen\":\"2026-01-01T00:00:00Z\"}"), e) &&
           store_document_put(tx, STR("quarantine"), STR("new"),
                              STR("{\"last_seen\":\"2026-08-28T00:00:00Z\"}"), e);
}

static bool last_line(const struct audit_line *line, void *context)
{
    (void)context;
    assert_true(str_eq(line->what, STR("retention.remove")));
    assert_true(str_eq(line->which, STR("quarantine")));
    assert_true(str_eq(line->detail, STR("count=1 days=90 kept to let in a device that sends")));
    return true;
}

static void what_is_past_its_purpose_is_removed_and_told(void **state)
{
    struct fixture *f = *state;
    struct audit_head head;
    struct told t;
    struct snapshot *at;
    str text;
    bool more;
    err e;
    instant now;
    assert_true(time_parse(STR("2026-11-26T00:00:00Z"), &now, &e));  // exactly 90 days after `new`
    fill(f, 3);                                                      // of 1970
    assert_true(store_run(f->store, quarantine_run, NULL, &e));
    assert_true(retention_run(f->store, 0, now, &more, &e));
    assert_false(more);
    head_of(f, &head);
    assert_int_equal(head.number, 5);  // two lines more: one for each rule
    assert_int_equal(head.first, 3);   // the newest of the old ones stays
    if (verify(f, NULL, &t) != 0) fail_msg("%s", t.text);
    arena *a = arena_new(4096);
    assert_true(snapshot_open(f->store, &at, &e));
    assert_false(store_document_get(at, STR("quarantine"), STR("old"), a, &text, &e));
    assert_true(store_document_get(at, STR("quarantine"), STR("new"), a, &text, &e));
    assert_true(audit_each(at, 5, 6, last_line, NULL, &e));
    snapshot_close(at);
    arena_free(a);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(a_line_says_who_did_what_when_to_which, start, stop),
        cmocka_unit_test_setup_teardown(what_was_undone_is_not_told, start, stop),
        cmocka_unit_test_setup_teardown(any_changed_byte_is_found_and_its_line_named, start, stop),
        cmocka_unit_test_setup_teardown(a_line_changed_and_hashed_anew_is_named, start, stop),
        cmocka_unit_test_setup_teardown(a_removed_line_is_named, start, stop),
        cmocka_unit_test_setup_teardown(swapped_lines_are_named, start, stop),
        cmocka_unit_test_setup_teardown(a_head_noted_elsewhere_finds_a_log_that_was_written_anew, start,
                                        stop),
        cmocka_unit_test_setup_teardown(trimming_removes_the_oldest_and_says_so, start, stop),
        cmocka_unit_test_setup_teardown(a_trim_that_nobody_told_of_is_found, start, stop),
        cmocka_unit_test_setup_teardown(what_is_past_its_purpose_is_removed_and_told, start, stop),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
