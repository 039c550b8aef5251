// SPDX-License-Identifier: EUPL-1.2
// Any bytes as a set: read or refused with a sentence. What is read computes and prints without harm.
#include "kpi/set/set.h"

#include "base/fuzz.h"

static struct kpi_known half(const void *context, int input)
{
    (void)context;
    return (struct kpi_known){input % 3 != 2, input * 0.5};
}

static void leaf(buf *out, int input, bool is_sum, void *context)
{
    (void)context;
    buf_print(out, "%c%d", is_sum ? 's' : 'i', input);
}

static void number(buf *out, double v, void *context)
{
    (void)context;
    buf_print(out, "%g", v);
}

static void formula_try(const struct kpi_formula *f)
{
    const struct kpi_source from = {NULL, half, half};
    const struct kpi_print how = {leaf, number, NULL};
    double v;
    buf b = {.max = 1 << 20};
    (void)kpi_formula_compute(f, &from, &v);
    kpi_formula_print(f, &b, &how);
    FUZZ_REQUIRE(b.n > 0);
    buf_free(&b);
}

static void set_try(str text)
{
    arena *a = arena_new((size_t)16 << 20);
    struct kpi_set *s;
    err e = {0};
    FUZZ_REQUIRE(a);
    if (kpi_set_read(text, a, &s, &e)) {
        for (size_t i = 0; i < s->point_count; i++) formula_try(&s->points[i]->formula);
        for (size_t i = 0; i < s->input_count; i++)
            FUZZ_REQUIRE(kpi_input_find(s, s->inputs[i].id) == (int)i);
    } else {
        FUZZ_REQUIRE(e.code != ERR_NONE && e.text[0]);
        FUZZ_REQUIRE(e.at == ERR_NOWHERE || e.at <= text.n);
    }
    arena_free(a);
}

// A formula alone gets much further by chance than a whole set.
static void formula_alone(str text)
{
    static const char head[] = "{\"peil_kpi_set\":1,\"id\":\"s\",\"name\":{\"nl\":\"n\",\"en\":\"n\"},"
                               "\"nouns\":[\"home\"],\"population\":\"b\","
                               "\"inputs\":[{\"id\":\"a\",\"name\":{\"nl\":\"n\",\"en\":\"n\"},"
                               "\"definition\":{\"nl\":\"n\",\"en\":\"n\"},\"unit\":\"home\"},"
                               "{\"id\":\"b\",\"name\":{\"nl\":\"n\",\"en\":\"n\"},\"definition\":{\"nl\":"
                               "\"n\",\"en\":\"n\"},\"unit\":\"km\"}],"
                               "\"groups\":[{\"id\":\"g\",\"name\":{\"nl\":\"n\",\"en\":\"n\"}}],"
                               "\"indicators\":[{\"id\":\"k\",\"name\":{\"nl\":\"n\","
                               "\"en\":\"n\"},\"definition\":{\"nl\":\"n\",\"en\":\"n\"},\"group\":\"g\","
                               "\"points\":[{\"id\":\"m\",\"unit\":\"%\","
                               "\"direction\":\"up\",\"formula\":";
    buf b = {.max = 1 << 20};
    buf_add(&b, str_of(head));
    json_write_text(&b, text);
    BUF_LIT(&b, "}]}]}");
    set_try(buf_str(&b));
    buf_free(&b);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    const str text = {(const char *)data, size};
    set_try(text);
    if (size < 4000) formula_alone(text);
    return 0;
}
