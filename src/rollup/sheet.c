// SPDX-License-Identifier: EUPL-1.2
#include "rollup/accounts.h"

#include "store/store.h"

#include <stdlib.h>

#define LINES_MAX 1024
#define SHEET_BYTES_MAX ((size_t)256 << 20)

bool sheet_open(struct sheet *s, struct store *store, err *e)
{
    *s = (struct sheet){
        .store = store, .a = arena_new(SHEET_BYTES_MAX), .lines = calloc(LINES_MAX, sizeof *s->lines)};
    return (s->a && s->lines) || err_no_memory(e);
}

void sheet_close(struct sheet *s)
{
    free(s->lines);
    arena_free(s->a);
    *s = (struct sheet){.count = 0};
}

static bool write_line(struct store_tx *tx, str kind, const struct sheet_line *l, err *e)
{
    if (l->key.n == 0)
        return l->text.n ? store_bytes_put(tx, BYTES_STREAM_DAYS, l->number, l->text, e)
                         : store_bytes_delete(tx, BYTES_STREAM_DAYS, l->number, e);
    return l->text.n ? store_document_put(tx, kind, l->key, l->text, e)
                     : store_document_delete(tx, kind, l->key, e);
}

static bool write_lines(struct store_tx *tx, void *context, err *e)
{
    const struct sheet *s = context;
    for (size_t i = 0; i < s->count; i++)
        if (!write_line(tx, s->kind, &s->lines[i], e)) return false;
    return true;
}

bool sheet_commit(struct sheet *s, err *e)
{
    if (s->count == 0) return true;
    if (!store_run(s->store, write_lines, s, e)) return false;
    s->written += s->count;
    s->count = 0;
    arena_reset(s->a);
    return true;
}

bool sheet_put(struct sheet *s, str kind, str key, str text, err *e)
{
    struct sheet_line l = {.number = 0};
    if ((s->count == LINES_MAX || !str_eq(kind, s->kind)) && !sheet_commit(s, e)) return false;
    s->kind = kind;
    if (!arena_copy(s->a, key, &l.key) || (text.n && !arena_copy(s->a, text, &l.text)))
        return err_no_memory(e);
    s->lines[s->count++] = l;
    return true;
}

bool sheet_has_room(const struct sheet *s, size_t lines)
{
    return LINES_MAX - s->count >= lines;
}

bool sheet_put_stretch(struct sheet *s, int64_t number, str bytes, err *e)
{
    struct sheet_line l = {.number = number};
    if (!sheet_has_room(s, 1) && !sheet_commit(s, e)) return false;
    if (bytes.n && !arena_copy(s->a, bytes, &l.text)) return err_no_memory(e);
    s->lines[s->count++] = l;
    return true;
}

bool sheet_stretch(const struct sheet *s, struct snapshot *at, int64_t number, arena *a, str *bytes, err *e)
{
    for (size_t i = s->count; i > 0; i--) {
        const struct sheet_line *l = &s->lines[i - 1];
        if (l->key.n > 0 || l->number != number) continue;
        *bytes = (str){0};
        return !l->text.n || arena_copy(a, l->text, bytes) || err_no_memory(e);
    }
    return store_bytes_get(at, BYTES_STREAM_DAYS, number, a, bytes, e);
}

// ---- against what is stored ----------------------------------------------------------------------------------------

struct comparing {
    struct sheet *sheet;
    const struct sheet_range *range;
    struct accounts *k;
    size_t next;  // account that was not compared yet
    buf text;
    buf key;
};

static bool note(struct comparing *c, str key, bool is_changed, err *e)
{
    return !c->range->note || c->range->note(key, is_changed, c->range->context, e);
}

static bool text_of(struct comparing *c, const struct account *a, err *e)
{
    buf_clear(&c->text);
    tally_write(&c->text, &a->tally);
    return !c->text.failed || err_no_memory(e);
}

static bool put_account(struct comparing *c, const struct account *a, err *e)
{
    if (a->tally.count == 0) return true;
    buf_clear(&c->key);
    buf_add(&c->key, c->range->prefix);
    buf_add(&c->key, a->key);
    if (c->key.failed) return err_no_memory(e);
    return text_of(c, a, e) && note(c, a->key, true, e) &&
           sheet_put(c->sheet, c->range->kind, buf_str(&c->key), buf_str(&c->text), e);
}

static bool compare_same(struct comparing *c, const struct account *a, str text, err *e)
{
    if (!text_of(c, a, e)) return false;
    return str_eq(buf_str(&c->text), text) ? note(c, a->key, false, e) : put_account(c, a, e);
}

static bool compare(str key, str text, void *context, err *e)
{
    struct comparing *c = context;
    const str own = str_slice(key, c->range->prefix.n, key.n);
    for (; c->next < c->k->count; c->next++) {
        const struct account *a = &c->k->all[c->next];
        const int order = str_cmp(a->key, own);
        if (order > 0) break;
        if (order < 0 && !put_account(c, a, e)) return false;
        if (order == 0 && a->tally.count > 0) {
            c->next++;
            return compare_same(c, a, text, e);
        }
    }
    return note(c, own, true, e) && sheet_put(c->sheet, c->range->kind, key, (str){0}, e);
}

static bool bounds_of(const struct sheet_range *r, arena *a, str *from, str *to)
{
    const str bare = str_slice(r->prefix, 0, r->prefix.n - 1);  // '0' is what comes after its '/'
    return arena_print(a, from, "%.*s%.*s", STR_ARG(r->prefix), STR_ARG(r->from)) &&
           (r->to.n ? arena_print(a, to, "%.*s%.*s", STR_ARG(r->prefix), STR_ARG(r->to))
                    : arena_print(a, to, "%.*s0", STR_ARG(bare)));
}

bool sheet_put_accounts(struct sheet *s, struct snapshot *at, const struct sheet_range *range,
                        struct accounts *k, err *e)
{
    struct comparing c = {.sheet = s, .range = range, .k = k, .text = {.max = 1 << 22}, .key = {.max = 1024}};
    str from, to;
    accounts_sort(k);
    bool ok = bounds_of(range, k->a, &from, &to) || err_no_memory(e);
    ok = ok && store_document_range(at, range->kind, from, to, compare, &c, e);
    for (; ok && c.next < k->count; c.next++) ok = put_account(&c, &k->all[c.next], e);
    buf_free(&c.text);
    buf_free(&c.key);
    return ok;
}
