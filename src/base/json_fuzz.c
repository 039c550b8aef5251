// SPDX-License-Identifier: EUPL-1.2
// JSON: the tree, the pull reader and jansson agree on what is valid and on what it says; what is written is
// read back.
#include "base/json.h"

#include "base/fuzz.h"
#include "base/json_reference.h"
#include "base/utf8.h"

#include <string.h>

#define MEMORY ((size_t)16 * 1024 * 1024)

// Equal, with numbers as doubles: jansson keeps no digits.
static bool same_meaning(const json *a, const json *b)
{
    if (a->type != b->type || a->count != b->count) return false;
    if (a->type == JSON_NUMBER) {
        double x, y;
        return num_parse_double(a->text, &x, NULL) && num_parse_double(b->text, &y, NULL) && x == y;
    }
    if (a->type == JSON_TEXT) return str_eq(a->text, b->text);
    const json *y = b->first;
    for (const json *x = a->first; x; x = x->next, y = y->next) {
        if (!str_eq(x->key, y->key) || !same_meaning(x, y)) return false;
    }
    return true;
}

static void check_views(const json *j, str source)
{
    FUZZ_REQUIRE(j->raw.p == source.p + j->at && j->at + j->raw.n <= source.n && j->raw.n > 0);
    FUZZ_REQUIRE(utf8_is_valid(j->key, NULL) && utf8_is_valid(j->text, NULL));
    for (const json *c = j->first; c; c = c->next) {
        check_views(c, source);
        if (j->type == JSON_OBJECT) FUZZ_REQUIRE(json_get(j, c->key) == c);
    }
}

// The reader that keeps nothing finds the same, down to the words of the error.
static void check_skip(str source, bool valid, const err *tree_error)
{
    err e = {0};
    str raw;
    json_reader r = json_reader_of(source, &e);
    FUZZ_REQUIRE((json_skip(&r, &raw) && json_end(&r)) == valid);
    if (valid) return;
    FUZZ_REQUIRE(e.code == tree_error->code && e.at == tree_error->at &&
                 strcmp(e.text, tree_error->text) == 0);
    FUZZ_REQUIRE(e.at <= source.n && utf8_is_valid(str_of(e.text), NULL));
    json_type t;
    FUZZ_REQUIRE(!json_peek(&r, &t) && !json_end(&r));  // an error stays
}

static void check_written(const json *tree, arena *a)
{
    buf b = {.max = MEMORY};
    json *again;
    err e;
    json_write(&b, tree);
    FUZZ_REQUIRE(!b.failed && json_parse(buf_str(&b), a, &again, &e));
    FUZZ_REQUIRE(json_equal(tree, again) && json_equal(again, tree));
    buf_free(&b);
}

static void check_reference(str source, const json *tree, bool valid, arena *a)
{
    char *text = NULL;
    json *reference;
    err e;
    const reference_verdict verdict = reference_read(source, &text);
    if (verdict != REFERENCE_SILENT) FUZZ_REQUIRE(valid == (verdict == REFERENCE_ACCEPTS));
    if (text && valid)
        FUZZ_REQUIRE(json_parse(str_of(text), a, &reference, &e) && same_meaning(tree, reference));
    free(text);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    const str source = {(const char *)data, size};
    arena *a = arena_new(MEMORY);
    json *tree = NULL;
    err e = {0};
    const bool valid = json_parse(source, a, &tree, &e);
    const bool limit = e.code == ERR_LIMIT;
    check_skip(source, valid, &e);
    if (valid) {
        check_views(tree, source);
        check_written(tree, a);
    }
    if (!limit) check_reference(source, tree, valid, a);
    arena_free(a);
    return 0;
}
