// SPDX-License-Identifier: EUPL-1.2
#include "ingest/lorawan/book.h"

#include "base/file.h"

#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define BOOK_MEMORY ((size_t)16 << 20)
#define FILE_BYTES_MAX ((size_t)256 << 10)
#define DESCRIPTIONS_MAX 1000
#define SUFFIX STR(".json")

struct payload_book {
    arena *a;
    const struct description *all[DESCRIPTIONS_MAX];
    size_t count;
};

struct payload_book *payload_book_new(err *e)
{
    struct payload_book *b = calloc(1, sizeof *b);
    if (b) b->a = arena_new(BOOK_MEMORY);
    if (b && b->a) return b;
    free(b);
    err_no_memory(e);
    return NULL;
}

void payload_book_free(struct payload_book *b)
{
    if (!b) return;
    arena_free(b->a);
    free(b);
}

// ---- files -------------------------------------------------------------------------------------------------------

static bool place_for(struct payload_book *b, str name, size_t *at, err *e)
{
    for (*at = 0; *at < b->count; ++*at)
        if (str_eq(b->all[*at]->name, name)) return true;
    if (b->count == DESCRIPTIONS_MAX)
        return err_set(e, ERR_LIMIT, ERR_NOWHERE, "more than %d descriptions", DESCRIPTIONS_MAX);
    b->count++;
    return true;
}

static bool add_text(struct payload_book *b, str file_name, str bytes, err *e)
{
    str name, text;
    struct description *d;
    size_t at;
    if (!arena_copy(b->a, str_slice(file_name, 0, file_name.n - SUFFIX.n), &name) ||
        !arena_copy(b->a, bytes, &text))
        return err_no_memory(e);
    if (!description_read(name, text, b->a, &d, e) || !place_for(b, name, &at, e)) return false;
    b->all[at] = d;
    return true;
}

static bool add_file(struct payload_book *b, const char *directory, const char *name, err *e)
{
    char path[4096];
    buf bytes = {.max = FILE_BYTES_MAX};
    const int n = snprintf(path, sizeof path, "%s/%s", directory, name);
    if (n < 0 || (size_t)n >= sizeof path) return err_set(e, ERR_LIMIT, ERR_NOWHERE, "the path is too long");
    const bool ok = file_read(path, &bytes, e) && add_text(b, str_of(name), buf_str(&bytes), e);
    buf_free(&bytes);
    return ok;
}

static void tell(const char *directory, const char *name, const err *why, void (*fault)(const char *, void *),
                 void *context)
{
    char sentence[sizeof why->text + 600];
    if (why->at == ERR_NOWHERE)
        snprintf(sentence, sizeof sentence, "%.300s/%.255s: %s", directory, name, why->text);
    else
        snprintf(sentence, sizeof sentence, "%.300s/%.255s: %s, at byte %zu", directory, name, why->text,
                 why->at);
    fault(sentence, context);
}

static int is_description(const struct dirent *entry)
{
    const str name = str_of(entry->d_name);
    return name.n > SUFFIX.n && str_ends(name, SUFFIX) && name.p[0] != '.';
}

bool payload_book_add(struct payload_book *b, const char *directory,
                      void (*fault)(const char *sentence, void *context), void *context, err *e)
{
    struct dirent **entries;
    const int count = scandir(directory, &entries, is_description, alphasort);
    if (count < 0)
        return err_set(e, errno == ENOENT ? ERR_ABSENT : ERR_IO, ERR_NOWHERE, "%s: %s", directory,
                       strerror(errno));
    for (int i = 0; i < count; i++) {
        err why;
        if (!add_file(b, directory, entries[i]->d_name, &why))
            tell(directory, entries[i]->d_name, &why, fault, context);
        free(entries[i]);
    }
    free(entries);
    return true;
}

// ---- finding -----------------------------------------------------------------------------------------------------

const struct description *payload_book_by_name(const struct payload_book *b, str name)
{
    for (size_t i = 0; i < b->count; i++)
        if (str_eq(b->all[i]->name, name)) return b->all[i];
    return NULL;
}

static bool is_word_char(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
}

// "WS302" is a word of "Milesight WS302 (EU868)" and of "milesight-iot/ws302", not of "WS302X".
static bool has_word(str text, str word)
{
    for (size_t at = 0; at + word.n <= text.n; at++) {
        const size_t end = at + word.n;
        if ((at > 0 && is_word_char(text.p[at - 1])) || (end < text.n && is_word_char(text.p[end]))) continue;
        if (str_eq_nocase(str_slice(text, at, end), word)) return true;
    }
    return false;
}

static bool is_of(const struct description *d, str model, int64_t f_port)
{
    if (d->f_port != -1 && d->f_port != f_port) return false;
    for (size_t i = 0; i < d->model_count; i++)
        if (has_word(model, d->models[i])) return true;
    return false;
}

const struct description *payload_book_by_model(const struct payload_book *b, str model, int64_t f_port)
{
    for (size_t i = 0; i < b->count; i++)
        if (is_of(b->all[i], model, f_port)) return b->all[i];
    return NULL;
}
