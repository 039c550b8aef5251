// SPDX-License-Identifier: EUPL-1.2
#include "kpi/value/year.h"

#include "identity/audit.h"
#include "kpi/value/report.h"

#include <sodium.h>
#include <stdio.h>

#define KIND STR("kpi.year")
#define LINES_MAX 1000

static const str act_names[KPI_YEAR_ACT_COUNT] = {
    [KPI_YEAR_FREEZE] = {"freeze", 6}, [KPI_YEAR_OPEN] = {"open", 4}, [KPI_YEAR_SIGN] = {"sign", 4}};

str kpi_year_act_name(kpi_year_act a)
{
    return act_names[a];
}

struct loading {
    arena *arena;
    struct kpi_year *year;
};

static bool line_read(const json *j, arena *a, struct kpi_year_line *l, err *e)
{
    const str act = json_text(j, STR("act"));
    int found = -1;
    for (int i = 0; i < KPI_YEAR_ACT_COUNT; i++)
        if (str_eq(act_names[i], act)) found = i;
    if (found < 0) return err_set(e, ERR_CORRUPT, ERR_NOWHERE, "the act cannot be read");
    l->act = (kpi_year_act)found;
    if (!arena_copy(a, json_text(j, STR("by")), &l->by) ||
        !arena_copy(a, json_text(j, STR("reason")), &l->reason) ||
        !arena_copy(a, json_text(j, STR("hash")), &l->hash))
        return err_no_memory(e);
    return time_parse(json_text(j, STR("at")), &l->at, e);
}

static bool load_line(str key, str text, void *context, err *e)
{
    struct loading *l = context;
    json *j;
    str kept;
    if (l->year->count == LINES_MAX)
        return err_set(e, ERR_LIMIT, ERR_NOWHERE, "too many acts on the year %.*s", STR_ARG(key));
    if (!arena_copy(l->arena, text, &kept)) return err_no_memory(e);
    struct kpi_year_line *line = &l->year->lines[l->year->count];
    if (!json_parse(kept, l->arena, &j, e) || !line_read(j, l->arena, line, e))
        return err_within(e, "year %.*s", STR_ARG(key));
    l->year->count++;
    if (line->act != KPI_YEAR_SIGN) l->year->is_frozen = line->act == KPI_YEAR_FREEZE;
    return true;
}

bool kpi_year_read(struct snapshot *at, int year, arena *a, struct kpi_year *out, err *e)
{
    char from[16], to[16];
    const int n = snprintf(from, sizeof from, "%04d/", year), m = snprintf(to, sizeof to, "%04d0", year);
    struct kpi_year y = {.lines = ARENA_ARRAY(a, LINES_MAX, struct kpi_year_line)};
    struct loading l = {a, &y};
    if (!y.lines) return err_no_memory(e);
    if (!store_document_range(at, KIND, (str){from, (size_t)n}, (str){to, (size_t)m}, load_line, &l, e))
        return false;
    *out = y;
    return true;
}

bool kpi_year_is_open(struct snapshot *at, int year, arena *a, err *e)
{
    struct kpi_year y;
    if (!kpi_year_read(at, year, a, &y, e)) return false;
    if (!y.is_frozen) return true;
    const struct kpi_year_line *by = &y.lines[y.count - 1];
    while (by->act != KPI_YEAR_FREEZE) by--;
    char time[TIME_TEXT_MAX];
    return err_set(e, ERR_CONFLICT, ERR_NOWHERE,
                   "the year %d was frozen by %.*s on %.*s; an administrator can open it again", year,
                   STR_ARG(by->by), (int)time_write(time, by->at) - 10, time);
}

// ---- The hash ----------------------------------------------------------------------------------------------------

bool kpi_year_hash(struct snapshot *at, int year, arena *a, char out[static KPI_HASH_TEXT], err *e)
{
    struct kpi_book book;
    unsigned char hash[32];
    crypto_generichash_state state;
    if (!kpi_book_read(at, year, (str){0}, a, &book, e)) return false;
    crypto_generichash_init(&state, NULL, 0, sizeof hash);
    buf b = {.max = 64 << 10};
    for (size_t i = 0; i < book.count; i++) {
        buf_clear(&b);
        json_writer w = json_writer_on(&b);
        kpi_value_write(&w, &book.values[i]);
        buf_add_char(&b, '\n');
        crypto_generichash_update(&state, (const unsigned char *)b.p, b.n);
    }
    crypto_generichash_final(&state, hash, sizeof hash);
    sodium_bin2hex(out, KPI_HASH_TEXT, hash, sizeof hash);
    const bool ok = !b.failed || err_no_memory(e);
    buf_free(&b);
    return ok;
}

// ---- Acts --------------------------------------------------------------------------------------------------------

static bool act_check(const struct kpi_year *y, int year, kpi_year_act act, str reason, err *e)
{
    if (reason.n > KPI_NOTE_MAX)
        return err_set(e, ERR_LIMIT, ERR_NOWHERE, "a reason has at most %d bytes", KPI_NOTE_MAX);
    if (y->count == LINES_MAX)
        return err_set(e, ERR_LIMIT, ERR_NOWHERE, "too many acts on the year %d", year);
    switch (act) {
    case KPI_YEAR_FREEZE:
        return !y->is_frozen || err_set(e, ERR_CONFLICT, ERR_NOWHERE, "the year %d is frozen", year);
    case KPI_YEAR_OPEN:
        if (!y->is_frozen) return err_set(e, ERR_CONFLICT, ERR_NOWHERE, "the year %d is open", year);
        return reason.n || err_set(e, ERR_MISSING, ERR_NOWHERE, "opening a frozen year needs a reason");
    case KPI_YEAR_SIGN:
        if (!y->is_frozen) return err_set(e, ERR_CONFLICT, ERR_NOWHERE, "only a frozen year can be signed");
        return reason.n || err_set(e, ERR_MISSING, ERR_NOWHERE, "a signature needs a statement");
    case KPI_YEAR_ACT_COUNT: break;
    }
    return err_set(e, ERR_INTERNAL, ERR_NOWHERE, "act");
}

static void line_write(json_writer *w, const struct kpi_acting *by, kpi_year_act act, str reason,
                       const char *hash)
{
    char time[TIME_TEXT_MAX];
    const struct {
        str name, text;
    } members[] = {{STR("act"), act_names[act]},
                   {STR("by"), str_of(by->who->name)},
                   {STR("at"), {time, time_write(time, by->now)}},
                   {STR("reason"), reason},
                   {STR("hash"), str_of(hash)}};
    json_open(w, '{');
    for (size_t i = 0; i < sizeof members / sizeof members[0]; i++) {
        json_name(w, members[i].name);
        json_put_text(w, members[i].text);
    }
    json_close(w, '}');
}

static bool line_store(struct store_tx *tx, const struct kpi_acting *by, int year, kpi_year_act act,
                       str reason, const char *hash, size_t number, err *e)
{
    char key[32];
    const int n = snprintf(key, sizeof key, "%04d/%06zu", year, number);
    buf b = {.max = 16 << 10};
    json_writer w = json_writer_on(&b);
    line_write(&w, by, act, reason, hash);
    const bool ok = b.failed ? err_no_memory(e)
                             : store_document_put(tx, KIND, (str){key, (size_t)n}, buf_str(&b), e);
    buf_free(&b);
    return ok;
}

bool kpi_year_do(struct store_tx *tx, const struct kpi_acting *by, int year, kpi_year_act act, str reason,
                 err *e)
{
    struct kpi_year y;
    char hash[KPI_HASH_TEXT], which[16];
    const int n = snprintf(which, sizeof which, "%d", year);
    if (year < KPI_YEAR_LEAST || year > KPI_YEAR_MOST)
        return err_set(e, ERR_RANGE, ERR_NOWHERE, "a year lies between %d and %d", KPI_YEAR_LEAST,
                       KPI_YEAR_MOST);
    if (!kpi_year_read(store_tx_snapshot(tx), year, by->arena, &y, e) ||
        !act_check(&y, year, act, reason, e) ||
        !kpi_year_hash(store_tx_snapshot(tx), year, by->arena, hash, e) ||
        !line_store(tx, by, year, act, reason, hash, y.count + 1, e) ||
        (act != KPI_YEAR_OPEN && !kpi_report_keep(tx, by, year, (int)y.count + 1, e)))
        return false;
    str what;
    if (!arena_print(by->arena, &what, "kpi-year.%.*s", STR_ARG(act_names[act]))) return err_no_memory(e);
    const struct audit_event event = {by->who, what, {which, (size_t)n}, str_of(hash), by->now};
    return audit_record(tx, &event, e);
}
