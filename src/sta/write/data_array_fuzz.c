// SPDX-License-Identifier: EUPL-1.2
// Any body: each row that the first reading took as a time and a number says the same when it is read the long way, and the others
// are found where they stand.
#include "base/fuzz.h"
#include "sta/write/data_array.h"

struct walk {
    const struct data_array *d;
    arena *a;
    size_t row;
};

static void check_row(struct walk *w, const struct data_group *g, size_t place)
{
    struct data_row row;
    FUZZ_REQUIRE(w->row < w->d->row_count);
    const struct plain_reading *r = &w->d->rows[w->row++];
    data_row_read(w->d->body, place, g, w->a, &row);
    FUZZ_REQUIRE(row.o.stream == g->stream && row.kind == g->kind && g->stream > 0);
    if (!data_row_is_read(r)) {
        FUZZ_REQUIRE(data_row_place(r) == place);
        return;
    }
    FUZZ_REQUIRE(row.why.n == 0 && row.kind == SET_DATASTREAM && observation_is_plain(&row.o));
    const struct plain_reading p = plain_of(&row.o);
    FUZZ_REQUIRE(p.time == r->time && p.value.units == r->value.units && p.value.scale == r->value.scale);
    FUZZ_REQUIRE(row.o.feature == 0);
}

static void check_group(struct walk *w, json_reader *r, const struct data_group *g)
{
    bool more;
    str key, raw;
    const size_t before = w->row;
    FUZZ_REQUIRE(json_enter(r, '{'));
    while (json_more(r, '{', &more) && more) {
        FUZZ_REQUIRE(json_key(r, w->a, &key));
        if (!str_eq(key, STR("dataArray"))) {
            FUZZ_REQUIRE(json_skip(r, &raw));
            continue;
        }
        FUZZ_REQUIRE(json_enter(r, '['));
        while (json_more(r, '[', &more) && more) {
            const size_t place = r->at;
            FUZZ_REQUIRE(json_skip(r, &raw));
            check_row(w, g, place);
        }
    }
    FUZZ_REQUIRE(!r->failed && w->row - before == g->row_count);
}

static void check(const struct data_array *d, arena *a)
{
    err e;
    bool more;
    json_reader r = json_reader_of(d->body, &e);
    struct walk w = {d, a, 0};
    const struct data_group *g = d->groups;
    FUZZ_REQUIRE(json_enter(&r, '['));
    for (; json_more(&r, '[', &more) && more; g = g->next) {
        FUZZ_REQUIRE(g);
        check_group(&w, &r, g);
    }
    FUZZ_REQUIRE(!g && w.row == d->row_count && json_end(&r));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    arena *a = arena_new((size_t)4 << 20);
    if (!a) abort();
    struct data_array d;
    err e = {0};
    if (data_array_read((str){(const char *)data, size}, a, &d, &e))
        check(&d, a);
    else
        FUZZ_REQUIRE(e.text[0] != '\0' && (e.at == ERR_NOWHERE || e.at <= size));
    data_array_free(&d);
    arena_free(a);
    return 0;
}
