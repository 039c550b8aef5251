// SPDX-License-Identifier: EUPL-1.2
#include "care/withdrawn.h"

#include "base/file.h"

#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define KEY_BYTES 32
#define NAME_BYTES 8  // of the key, in the file
#define HASH_BYTES 16
#define FILE_MAX ((size_t)256 << 20)
#define DAY_CHARS 10

struct mark {
    unsigned char hash[HASH_BYTES];
    char day[WITHDRAWN_DAY_MAX];
};

// What a file says.
struct content {
    struct withdrawn_facts facts;
    unsigned char name[NAME_BYTES];
    bool is_named, is_cut;
    struct mark *marks;
    size_t capacity;
};

struct withdrawn {
    char *file;
    unsigned char key[KEY_BYTES];
    struct content content;  // its marks are sorted by hash
};

// ---- Reading -----------------------------------------------------------------------------------------------------

static bool grow(struct content *c, err *e)
{
    if (c->facts.count < c->capacity) return true;
    const size_t capacity = c->capacity ? 2 * c->capacity : 64;
    struct mark *more = realloc(c->marks, capacity * sizeof *more);
    if (!more) return err_no_memory(e);
    c->marks = more;
    c->capacity = capacity;
    return true;
}

static bool is_day(str s)
{
    if (s.n != DAY_CHARS) return false;
    for (size_t i = 0; i < DAY_CHARS; i++)
        if (i == 4 || i == 7 ? s.p[i] != '-' : s.p[i] < '0' || s.p[i] > '9') return false;
    return true;
}

static bool read_hex(str s, unsigned char *out, size_t bytes)
{
    size_t n = 0;
    return s.n == 2 * bytes && sodium_hex2bin(out, bytes, s.p, s.n, NULL, &n, NULL) == 0 && n == bytes;
}

static bool read_earliest(str s, char out[static WITHDRAWN_DAY_MAX])
{
    if (!is_day(s)) return false;
    if (out[0] == 0 || memcmp(s.p, out, DAY_CHARS) < 0) snprintf(out, WITHDRAWN_DAY_MAX, "%.*s", STR_ARG(s));
    return true;
}

// Files of two vaults in one are refused when they are opened: the later name stands.
static bool read_name(struct content *c, str s)
{
    unsigned char name[NAME_BYTES];
    if (!read_hex(s, name, sizeof name) || (c->is_named && memcmp(name, c->name, sizeof name) != 0))
        return false;
    memcpy(c->name, name, sizeof name);
    c->is_named = true;
    return true;
}

static bool read_mark(struct content *c, str day, str hash, err *e)
{
    if (!grow(c, e)) return false;
    struct mark *m = &c->marks[c->facts.count];
    if (!is_day(day) || !read_hex(hash, m->hash, sizeof m->hash))
        return err_set(e, ERR_CONFIG, ERR_NOWHERE, "expected a day and 32 hex digits");
    snprintf(m->day, sizeof m->day, "%.*s", STR_ARG(day));
    c->facts.count++;
    return true;
}

static bool read_line(struct content *c, str line, err *e)
{
    str rest = str_trim(line), word;
    if (rest.n == 0 || rest.p[0] == '#') return true;
    (void)str_cut(&rest, ' ', &word);
    rest = str_trim(rest);
    if (str_eq(word, STR("key")))
        return read_name(c, rest) || err_set(e, ERR_CONFIG, ERR_NOWHERE, "not a key, or of another vault");
    if (str_eq(word, STR("since")) || str_eq(word, STR("gap")))
        return read_earliest(rest, word.p[0] == 's' ? c->facts.since : c->facts.gap) ||
               err_set(e, ERR_CONFIG, ERR_NOWHERE, "expected a day as 2026-11-26");
    return read_mark(c, word, rest, e);
}

static int compare_marks(const void *a, const void *b)
{
    return memcmp(a, b, HASH_BYTES);
}

// Without a file `out` stays empty.
static bool read_file(const char *file, struct content *out, err *e)
{
    buf b = {.max = FILE_MAX};
    err why = {0};
    bool ok = file_read(file, &b, &why);
    out->facts.is_there = ok;
    if (!ok && why.code != ERR_ABSENT) err_set(e, why.code, ERR_NOWHERE, "%s", why.text);
    str rest = buf_str(&b), line;
    out->is_cut = b.n > 0 && b.p[b.n - 1] != '\n';
    for (size_t n = 1; ok && str_cut(&rest, '\n', &line); n++)
        if (rest.n > 0 || !out->is_cut)
            ok = read_line(out, line, e) || err_within(e, "%s: line %zu", file, n);
    buf_free(&b);
    if (out->facts.count) qsort(out->marks, out->facts.count, sizeof *out->marks, compare_marks);
    return ok || why.code == ERR_ABSENT;
}

bool withdrawn_look(const char *file, struct withdrawn_facts *out, err *e)
{
    struct content c = {0};
    const bool ok = read_file(file, &c, e);
    if (ok) *out = c.facts;
    free(c.marks);
    return ok;
}

// ---- Writing -----------------------------------------------------------------------------------------------------

static void put_mark(buf *b, const struct mark *m)
{
    char hex[2 * HASH_BYTES + 1];
    sodium_bin2hex(hex, sizeof hex, m->hash, sizeof m->hash);
    buf_print(b, "%s %s\n", m->day, hex);
}

static bool write_file(const char *file, const struct content *c, err *e)
{
    char hex[2 * NAME_BYTES + 1];
    buf b = {.max = FILE_MAX};
    BUF_LIT(&b, "# Who stopped taking part in signs of life, as hashes. Keep this file when a copy of the "
                "store is put back:\n"
                "# docs/sign-of-life.md, \"Copies\".\n");
    sodium_bin2hex(hex, sizeof hex, c->name, sizeof c->name);
    if (c->is_named) buf_print(&b, "key %s\n", hex);
    if (c->facts.since[0]) buf_print(&b, "since %s\n", c->facts.since);
    if (c->facts.gap[0]) buf_print(&b, "gap %s\n", c->facts.gap);
    for (size_t i = 0; i < c->facts.count; i++) put_mark(&b, &c->marks[i]);
    const bool ok = b.failed ? err_set(e, ERR_LIMIT, ERR_NOWHERE, "%s would be too long", file)
                             : file_replace(file, buf_str(&b), e);
    buf_free(&b);
    return ok;
}

bool withdrawn_copy(const char *from, const char *to, instant now, err *e)
{
    const civil day = time_to_civil(now);
    char today[WITHDRAWN_DAY_MAX];
    struct content c = {0};
    snprintf(today, sizeof today, "%04d-%02d-%02d", day.year % 10000, day.month % 100, day.day % 100);
    const bool ok = read_file(from, &c, e) &&
                    (read_earliest(str_of(today), c.facts.gap) ||
                     err_set(e, ERR_INTERNAL, ERR_NOWHERE, "a day")) &&
                    write_file(to, &c, e);
    free(c.marks);
    return ok;
}

// ---- The whole ---------------------------------------------------------------------------------------------------

static void name_of(const struct withdrawn *w, unsigned char out[static NAME_BYTES])
{
    unsigned char hash[crypto_generichash_BYTES];
    crypto_generichash(hash, sizeof hash, (const unsigned char *)"name", 4, w->key, sizeof w->key);
    memcpy(out, hash, NAME_BYTES);
}

static bool belongs(struct withdrawn *w, err *e)
{
    unsigned char name[NAME_BYTES];
    name_of(w, name);
    if (w->content.is_named && memcmp(name, w->content.name, sizeof name) != 0)
        return err_set(e, ERR_CONFIG, ERR_NOWHERE, "%s belongs to a vault with another key", w->file);
    memcpy(w->content.name, name, sizeof name);
    return true;
}

bool withdrawn_open(const char *file, const unsigned char vault_key[static VAULT_KEY_BYTES],
                    const char *today, struct withdrawn **out, err *e)
{
    static const char purpose[] = "peil: who withdrew";
    struct withdrawn *w = calloc(1, sizeof *w);
    if (!w || !(w->file = strdup(file))) {
        free(w);
        return err_no_memory(e);
    }
    crypto_generichash(w->key, sizeof w->key, (const unsigned char *)purpose, sizeof purpose - 1, vault_key,
                       VAULT_KEY_BYTES);
    struct content *c = &w->content;
    bool ok = read_file(file, c, e) && belongs(w, e);
    const bool is_whole = c->facts.is_there && c->is_named && c->facts.since[0] && !c->is_cut;
    if (ok && !is_whole) {
        c->is_named = true;
        if (!c->facts.since[0]) snprintf(c->facts.since, sizeof c->facts.since, "%s", today);
        ok = write_file(file, c, e);
    }
    if (!ok) {
        withdrawn_close(w);
        return false;
    }
    *out = w;
    return true;
}

void withdrawn_close(struct withdrawn *w)
{
    if (!w) return;
    sodium_memzero(w->key, sizeof w->key);
    free(w->content.marks);
    free(w->file);
    free(w);
}

static void hash_of(const struct withdrawn *w, str pseudonym, unsigned char out[static HASH_BYTES])
{
    crypto_generichash(out, HASH_BYTES, (const unsigned char *)(pseudonym.p ? pseudonym.p : ""), pseudonym.n,
                       w->key, sizeof w->key);
}

bool withdrawn_has(const struct withdrawn *w, str pseudonym)
{
    struct mark m;
    const struct content *c = &w->content;
    if (c->facts.count == 0) return false;
    hash_of(w, pseudonym, m.hash);
    return bsearch(&m, c->marks, c->facts.count, sizeof m, compare_marks) != NULL;
}

size_t withdrawn_count(const struct withdrawn *w)
{
    return w->content.facts.count;
}

static void insert(struct content *c, const struct mark *m)
{
    size_t at = c->facts.count++;
    for (; at > 0 && compare_marks(&c->marks[at - 1], m) > 0; at--) c->marks[at] = c->marks[at - 1];
    c->marks[at] = *m;
}

bool withdrawn_add(struct withdrawn *w, str pseudonym, const char *today, err *e)
{
    struct mark m = {0};
    buf b = {.max = 128};
    if (withdrawn_has(w, pseudonym)) return true;
    if (!grow(&w->content, e)) return false;
    hash_of(w, pseudonym, m.hash);
    snprintf(m.day, sizeof m.day, "%s", today);
    put_mark(&b, &m);
    bool ok = file_append(w->file, buf_str(&b), e);
    // Somebody took the file away under a running peil: what is known is written anew.
    if (!ok && e->code == ERR_ABSENT)
        ok = write_file(w->file, &w->content, e) && file_append(w->file, buf_str(&b), e);
    buf_free(&b);
    if (ok) insert(&w->content, &m);
    return ok;
}

bool withdrawn_forget_before(struct withdrawn *w, const char *day, err *e)
{
    struct content *c = &w->content;
    size_t kept = 0;
    for (size_t i = 0; i < c->facts.count; i++)
        if (strcmp(c->marks[i].day, day) >= 0) c->marks[kept++] = c->marks[i];
    if (kept == c->facts.count) return true;
    c->facts.count = kept;
    if (strcmp(c->facts.since, day) < 0) snprintf(c->facts.since, sizeof c->facts.since, "%s", day);
    return write_file(w->file, c, e);
}

bool withdrawn_note_gap(struct withdrawn *w, const char *day, err *e)
{
    return !read_earliest(str_of(day), w->content.facts.gap) || write_file(w->file, &w->content, e);
}
