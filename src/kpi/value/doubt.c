// SPDX-License-Identifier: EUPL-1.2
#include "kpi/value/doubt.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#define JUMP 10.0

struct finding {
    const struct kpi_doubting *d;
    const struct kpi_value *v;
    const struct kpi_input *input;  // NULL: an override
    int index;
    arena *arena;
    struct kpi_doubts *out;
    bool failed;
};

// Numbers in sentences: "24.310,5" in Dutch, "24,310.5" in English.
static str number(struct finding *f, language l, double v)
{
    char plain[64];
    str out = {0};
    const int n = snprintf(plain, sizeof plain, "%.*f", v == floor(v) || fabs(v) >= 1000 ? 0 : 2, fabs(v));
    buf b = {.max = 128};
    if (v < 0) BUF_LIT(&b, "−");
    const char *point = memchr(plain, '.', (size_t)n);
    const int whole = point ? (int)(point - plain) : n;
    for (int i = 0; i < whole; i++) {
        buf_add_char(&b, plain[i]);
        const int left = whole - 1 - i;
        if (left && left % 3 == 0) buf_add_char(&b, l == LANGUAGE_NL ? '.' : ',');
    }
    if (point) buf_print(&b, "%c%s", l == LANGUAGE_NL ? ',' : '.', point + 1);
    if (b.failed || !arena_copy(f->arena, buf_str(&b), &out)) f->failed = true;
    buf_free(&b);
    return out;
}

static void add(struct finding *f, const char *code, str nl, str en)
{
    if (f->out->count == KPI_DOUBTS_MAX) return;
    struct kpi_doubt *d = &f->out->all[f->out->count++];
    snprintf(d->code, sizeof d->code, "%s", code);
    d->text.in[LANGUAGE_NL] = nl;
    d->text.in[LANGUAGE_EN] = en;
}

// %n a number, %s a text of the set in this language; what stands in `args` in the same order in both languages.
struct said {
    double number;
    const struct kpi_text *text;
};

static str sentence(struct finding *f, language l, const char *form, const struct said *args, size_t count)
{
    buf b = {.max = 2048};
    str out = {0};
    size_t next = 0;
    for (const char *p = form; *p; p++) {
        if (*p != '%' || next == count) {
            buf_add_char(&b, *p);
            continue;
        }
        p++;
        buf_add(&b, *p == 's' ? args[next].text->in[l] : number(f, l, args[next].number));
        next++;
    }
    if (b.failed || !arena_copy(f->arena, buf_str(&b), &out)) f->failed = true;
    buf_free(&b);
    return out;
}

static void doubt(struct finding *f, const char *code, const char *nl, const char *en,
                  const struct said *args, size_t count)
{
    add(f, code, sentence(f, LANGUAGE_NL, nl, args, count), sentence(f, LANGUAGE_EN, en, args, count));
}

#define SAID(...) \
    (const struct said[]){__VA_ARGS__}, sizeof((const struct said[]){__VA_ARGS__}) / sizeof(struct said)

// ---- One value on its own ----------------------------------------------------------------------------------------

static void look_at_years(struct finding *f)
{
    const int later = f->v->year > f->d->this_year ? f->v->year : f->v->reference_year;
    str year = {0};
    if (later <= f->d->this_year) return;
    if (!arena_print(f->arena, &year, "%d", later)) f->failed = true;
    const struct kpi_text text = {{year, year}};
    doubt(f, "future-year", "Het jaar %s ligt in de toekomst.", "The year %s lies in the future.",
          SAID({.text = &text}));
}

static void look_at_number(struct finding *f)
{
    const struct kpi_input *i = f->input;
    const double v = f->v->number;
    if (f->v->given.n) {
        const struct kpi_text given = {{f->v->given, f->v->given}};
        doubt(f, "unit-converted", "Ingevuld is %s; in de eenheid van deze invoer (%s) is dat %n.",
              "What was entered is %s; in the unit of this input (%s) that is %n.",
              SAID({.text = &given}, {.text = &i->unit_label}, {.number = v}));
    }
    if (v < i->least)
        doubt(f, "too-small", "%n is minder dan het kleinste dat kan: %n.",
              "%n is less than the least that is possible: %n.", SAID({.number = v}, {.number = i->least}));
    if (v > i->most)
        doubt(f, "too-large", "%n is meer dan het grootste dat kan: %n.",
              "%n is more than the most that is possible: %n.", SAID({.number = v}, {.number = i->most}));
    if (i->is_whole && v != floor(v))
        doubt(f, "fraction", "Dit is een aantal, maar %n is geen geheel getal.",
              "This is a count, but %n is no whole number.", SAID({.number = v}));
}

static bool known_number(const struct kpi_book *b, const struct kpi_value *v, str input, double *out)
{
    const struct kpi_value *other = b ? kpi_book_find(b, v->area, input) : NULL;
    if (!other || !other->has_number || other->status == KPI_REJECTED) return false;
    *out = other->number;
    return true;
}

static void look_at_last_year(struct finding *f)
{
    double last;
    if (!known_number(f->d->previous, f->v, f->v->input, &last) || last == 0 || f->v->number == 0) return;
    const double ratio = fabs(f->v->number / last);
    if (ratio >= JUMP)
        doubt(f, "jump", "%n is tien keer zo veel als vorig jaar (%n), of meer.",
              "%n is ten times last year's value (%n), or more.",
              SAID({.number = f->v->number}, {.number = last}));
    if (ratio <= 1 / JUMP)
        doubt(f, "jump", "%n is een tiende van vorig jaar (%n), of minder.",
              "%n is a tenth of last year's value (%n), or less.",
              SAID({.number = f->v->number}, {.number = last}));
}

// ---- Together with others ----------------------------------------------------------------------------------------

static void look_at_parts(struct finding *f)
{
    const struct kpi_set *s = f->d->set;
    for (size_t k = 0; k < s->input_count; k++) {
        const struct kpi_input *part = &s->inputs[k];
        if (part->part_of < 0 || (part != f->input && part->part_of != f->index)) continue;
        const struct kpi_input *whole = &s->inputs[part->part_of];
        double a = f->v->number, b = f->v->number;
        if (part != f->input && !known_number(f->d->now, f->v, part->id, &a)) continue;
        if (part == f->input && !known_number(f->d->now, f->v, whole->id, &b)) continue;
        if (a > b)
            doubt(f, "part-over-whole", "Het deel (%s: %n) is groter dan het geheel (%s: %n).",
                  "The part (%s: %n) is larger than the whole (%s: %n).",
                  SAID({.text = &part->name}, {.number = a}, {.text = &whole->name}, {.number = b}));
    }
}

static struct kpi_known with_candidate(const void *context, int input)
{
    const struct finding *f = context;
    struct kpi_known k = {.is_known = input == f->index, .value = f->v->number};
    if (!k.is_known) k.is_known = known_number(f->d->now, f->v, f->d->set->inputs[input].id, &k.value);
    return k;
}

static struct kpi_known no_sum(const void *context, int input)
{
    (void)context;
    (void)input;
    return (struct kpi_known){0};
}

static bool names_it(const struct kpi_formula *formula, int input)
{
    for (size_t i = 0; i < formula->input_count; i++)
        if (formula->inputs[i] == input) return true;
    return false;
}

static void look_at_points(struct finding *f)
{
    const struct kpi_set *s = f->d->set;
    const struct kpi_source from = {f, with_candidate, no_sum};
    for (size_t i = 0; i < s->point_count; i++) {
        const struct kpi_point *p = s->points[i];
        double v;
        if (!names_it(&p->formula, f->index) || kpi_formula_compute(&p->formula, &from, &v) != KPI_COMPUTED)
            continue;
        if (v > p->most)
            doubt(f, "over-100", "%s wordt hiermee %n %s, meer dan %n.",
                  "%s becomes %n %s with this, more than %n.",
                  SAID({.text = &s->indicators[p->indicator].name}, {.number = v}, {.text = &p->unit_label},
                       {.number = p->most}));
    }
}

static void look_at_rules(struct finding *f)
{
    const struct kpi_set *s = f->d->set;
    const struct kpi_source from = {f, with_candidate, no_sum};
    for (size_t i = 0; i < s->check_count; i++) {
        double holds;
        char code[32];
        if (!names_it(&s->checks[i].claim, f->index) ||
            kpi_formula_compute(&s->checks[i].claim, &from, &holds) != KPI_COMPUTED || holds != 0)
            continue;
        snprintf(code, sizeof code, "rule-%zu", i + 1);
        add(f, code, s->checks[i].text.in[LANGUAGE_NL], s->checks[i].text.in[LANGUAGE_EN]);
    }
}

static void look_at_override(struct finding *f)
{
    const struct kpi_point *p = kpi_point_find(f->d->set, str_slice(f->v->input, 1, f->v->input.n));
    if (p && f->v->number > p->most)
        doubt(f, "over-100", "%n %s is meer dan %n.", "%n %s is more than %n.",
              SAID({.number = f->v->number}, {.text = &p->unit_label}, {.number = p->most}));
}

bool kpi_doubts_find(const struct kpi_doubting *d, const struct kpi_value *v, arena *a,
                     struct kpi_doubts *out, err *e)
{
    struct finding f = {.d = d, .v = v, .arena = a, .out = out, .index = kpi_input_find(d->set, v->input)};
    out->count = 0;
    f.input = f.index >= 0 ? &d->set->inputs[f.index] : NULL;
    look_at_years(&f);
    if (v->has_number && f.input) {
        look_at_number(&f);
        look_at_parts(&f);
        look_at_points(&f);
        look_at_rules(&f);
    } else if (v->has_number) {
        look_at_override(&f);
    }
    if (v->has_number) look_at_last_year(&f);
    return !f.failed || err_no_memory(e);
}

void kpi_doubts_write(json_writer *w, const struct kpi_doubts *d)
{
    json_open(w, '[');
    for (size_t i = 0; d && i < d->count; i++) {
        json_open(w, '{');
        json_name(w, STR("code"));
        json_put_text(w, str_of(d->all[i].code));
        for (language l = 0; l < LANGUAGE_COUNT; l++) {
            json_name(w, language_code(l));
            json_put_text(w, d->all[i].text.in[l]);
        }
        json_close(w, '}');
    }
    json_close(w, ']');
}
