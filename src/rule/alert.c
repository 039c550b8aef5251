// SPDX-License-Identifier: EUPL-1.2
// Alerts as documents. "alert" by id, which begins with the time of its start; "alert_of" by rule, subject and start, so that those
// that an episode could meet are found without reading all.
#include "rule/inside.h"

#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define ALERTS STR("alert")
#define PLACES STR("alert_of")
#define LIST_MOST 1000
#define HEX 16

// ---- Ids and places ----------------------------------------------------------------------------------------------

static void hex_of(char out[static HEX + 1], instant t)
{
    snprintf(out, HEX + 1, "%016" PRIx64, (uint64_t)(t > 0 ? t : 0));
}

bool alert_id(arena *a, str rule, str subject, instant start, str *out)
{
    char hex[HEX + 1];
    hex_of(hex, start);
    return arena_print(a, out, "%s.%.*s.%.*s", hex, STR_ARG(rule), STR_ARG(subject));
}

str alert_subject(const struct alert *x)
{
    size_t at = x->id.n;
    while (at > 0 && x->id.p[at - 1] != '.') at--;
    return str_slice(x->id, at, x->id.n);
}

// ---- One alert ---------------------------------------------------------------------------------------------------

static const struct {
    str name;
    size_t offset;
} texts[] = {{{"rule", 4}, offsetof(struct alert, rule)},
             {{"nameNl", 6}, offsetof(struct alert, name_nl)},
             {{"nameEn", 6}, offsetof(struct alert, name_en)},
             {{"subjectName", 11}, offsetof(struct alert, subject_name)},
             {{"area", 4}, offsetof(struct alert, area)},
             {{"beside", 6}, offsetof(struct alert, beside)},
             {{"unit", 4}, offsetof(struct alert, unit)}};
static const struct {
    str name;
    size_t offset;
} times[] = {{{"start", 5}, offsetof(struct alert, start)},
             {{"end", 3}, offsetof(struct alert, end)},
             {{"raised", 6}, offsetof(struct alert, raised)}};

#define COUNT_OF(t) (sizeof(t) / sizeof((t)[0]))

static int64_t int_in(const json *j, str key)
{
    double v = 0;
    (void)json_number(j, key, &v);
    return (int64_t)v;
}

static bool true_in(const json *j, str key)
{
    const json *c = json_get(j, key);
    return c && c->type == JSON_TRUE;
}

static bool parse(str id, str text, arena *a, struct alert *out, err *e)
{
    json *j;
    struct alert x = {.worst = NAN};
    if (!arena_copy(a, id, &x.id) || !arena_copy(a, text, &text)) return err_no_memory(e);
    if (!json_parse(text, a, &j, e)) return err_within(e, "alert '%.*s'", STR_ARG(id));
    for (size_t k = 0; k < COUNT_OF(texts); k++)
        *(str *)((char *)&x + texts[k].offset) = json_text(j, texts[k].name);
    for (size_t k = 0; k < COUNT_OF(times); k++) {
        instant *t = (instant *)((char *)&x + times[k].offset);
        if (!time_parse(json_text(j, times[k].name), t, NULL)) *t = TIME_NONE;
    }
    x.stream = int_in(j, STR("datastream"));
    x.thing = int_in(j, STR("thing"));
    x.group = (int)int_in(j, STR("group"));
    (void)json_number(j, STR("worst"), &x.worst);
    x.is_public = true_in(j, STR("isPublic"));
    x.was_told = true_in(j, STR("wasTold"));
    *out = x;
    return true;
}

static void put_int(json_writer *w, str name, int64_t v)
{
    if (!v) return;
    json_name(w, name);
    json_put_int(w, v);
}

static void put_members(json_writer *w, const struct alert *x)
{
    char text[TIME_TEXT_MAX];
    for (size_t k = 0; k < COUNT_OF(texts); k++) {
        const str *s = (const str *)((const char *)x + texts[k].offset);
        if (!s->n) continue;
        json_name(w, texts[k].name);
        json_put_text(w, *s);
    }
    for (size_t k = 0; k < COUNT_OF(times); k++) {
        const instant t = *(const instant *)((const char *)x + times[k].offset);
        if (t == TIME_NONE) continue;
        json_name(w, times[k].name);
        json_put_text(w, (str){text, time_write(text, t)});
    }
    put_int(w, STR("datastream"), x->stream);
    put_int(w, STR("thing"), x->thing);
    put_int(w, STR("group"), x->group);
    if (!isnan(x->worst)) {
        json_name(w, STR("worst"));
        json_put_double(w, round(x->worst * 1000) / 1000);
    }
}

void alert_write(json_writer *w, const struct alert *x, const struct tz *zone)
{
    arena *a = arena_new(16384);
    str nl, en;
    json_open(w, '{');
    json_name(w, STR("id"));
    json_put_text(w, x->id);
    put_members(w, x);
    json_name(w, STR("isOpen"));
    json_put_bool(w, x->end == TIME_NONE);
    if (a && alert_sentence(x, zone, true, a, &nl, NULL) && alert_sentence(x, zone, false, a, &en, NULL)) {
        json_name(w, STR("sentenceNl"));
        json_put_text(w, nl);
        json_name(w, STR("sentenceEn"));
        json_put_text(w, en);
    }
    json_close(w, '}');
    arena_free(a);
}

static bool put_place(struct store_tx *tx, const struct alert *x, str subject, err *e)
{
    char hex[HEX + 1], key[RULE_ID_MAX + 48 + HEX + 4], start[TIME_TEXT_MAX], end[TIME_TEXT_MAX], text[512];
    hex_of(hex, x->start);
    const int n = snprintf(key, sizeof key, "%.*s/%.*s/%s", STR_ARG(x->rule), STR_ARG(subject), hex);
    const size_t s = time_write(start, x->start), t = x->end == TIME_NONE ? 0 : time_write(end, x->end);
    const int m = snprintf(text, sizeof text, "{\"id\":\"%.*s\",\"start\":\"%.*s\",\"end\":\"%.*s\"}",
                           STR_ARG(x->id), (int)s, start, (int)t, end);
    return store_document_put(tx, PLACES, (str){key, (size_t)n}, (str){text, (size_t)m}, e);
}

bool alert_store(struct store_tx *tx, const struct alert *x, str subject, err *e)
{
    buf b = {.max = 65536};
    json_writer w = json_writer_on(&b);
    json_open(&w, '{');
    put_members(&w, x);
    json_name(&w, STR("isPublic"));
    json_put_bool(&w, x->is_public);
    json_name(&w, STR("wasTold"));
    json_put_bool(&w, x->was_told);
    json_close(&w, '}');
    bool ok = !b.failed || err_no_memory(e);
    ok = ok && store_document_put(tx, ALERTS, x->id, buf_str(&b), e) && put_place(tx, x, subject, e);
    buf_free(&b);
    return ok;
}

bool alert_read(struct snapshot *at, str id, arena *a, struct alert *out, err *e)
{
    str text;
    return store_document_get(at, ALERTS, id, a, &text, e) && parse(id, text, a, out, e);
}

// ---- Those of a rule and subject ---------------------------------------------------------------------------------

struct finding_known {
    instant from;
    arena *a;
    struct stored_alert *all;
    size_t count, capacity;
};

static bool grow(arena *a, void **all, size_t count, size_t *capacity, size_t bytes)
{
    if (count < *capacity) return true;
    const size_t more = *capacity ? 2 * *capacity : 16;
    void *wider = arena_array(a, more, bytes);
    if (!wider) return false;
    if (count) memcpy(wider, *all, count * bytes);
    *all = wider;
    *capacity = more;
    return true;
}

static bool take_known(str key, str text, void *context, err *e)
{
    (void)key;
    struct finding_known *f = context;
    json *j;
    str copy;
    struct known_alert k;
    if (!arena_copy(f->a, text, &copy)) return err_no_memory(e);
    if (!json_parse(copy, f->a, &j, e) || !time_parse(json_text(j, STR("start")), &k.start, e)) return false;
    const str end = json_text(j, STR("end"));
    k.end = TIME_NONE;
    if (end.n && !time_parse(end, &k.end, e)) return false;
    if (k.end != TIME_NONE && k.end < f->from) return true;
    if (!grow(f->a, (void **)&f->all, f->count, &f->capacity, sizeof *f->all)) return err_no_memory(e);
    f->all[f->count++] = (struct stored_alert){json_text(j, STR("id")), k};
    return true;
}

bool alerts_known(struct snapshot *at, str rule, str subject, instant from, arena *a,
                  struct stored_alert **out, size_t *count, err *e)
{
    struct finding_known f = {.from = from, .a = a};
    str first, last;
    if (!arena_print(a, &first, "%.*s/%.*s/", STR_ARG(rule), STR_ARG(subject)) ||
        !arena_print(a, &last, "%.*s/%.*s0", STR_ARG(rule), STR_ARG(subject)))  // '0' comes after '/'
        return err_no_memory(e);
    if (!store_document_range(at, PLACES, first, last, take_known, &f, e)) return false;
    *out = f.all;
    *count = f.count;
    return true;
}

// ---- Lists -------------------------------------------------------------------------------------------------------

struct listing {
    const struct alert_filter *filter;
    const struct atlas *atlas;
    const struct area *area;  // of the filter
    int year;
    arena *a;
    struct alert *ring;
    size_t most, found;
};

static bool is_named(str words, str word)
{
    for (str one; words.n && str_cut(&words, ' ', &one);)
        if (str_eq(one, word)) return true;
    return false;
}

// What stands in the area, and what is told of an area that it lies in: a street hears of its neighbourhood, but not of a meter round the
// corner.
static bool is_near(const struct listing *l, const struct alert *x)
{
    const str code = l->filter->area;
    if (!code.n || str_eq(x->area, code) || is_named(x->beside, code)) return true;
    const struct area *own = l->area ? atlas_find(l->atlas, x->area, l->year) : NULL;
    return own && (atlas_is_within(l->atlas, own, l->area, l->year) ||
                   (!x->thing && atlas_is_within(l->atlas, l->area, own, l->year)));
}

static bool fits(const struct listing *l, const struct alert *x)
{
    const struct alert_filter *f = l->filter;
    return (!f->rule.n || str_eq(f->rule, x->rule)) && (!f->open_only || x->end == TIME_NONE) &&
           (!f->public_only || x->is_public) && is_near(l, x);
}

static bool list_one(str key, str text, void *context, err *e)
{
    struct listing *l = context;
    struct alert x;
    if (!parse(key, text, l->a, &x, e)) return false;
    if (fits(l, &x)) l->ring[l->found++ % l->most] = x;
    return true;
}

static bool read_list(struct listing *l, struct snapshot *at, err *e)
{
    char from[HEX + 1], to[HEX + 1];
    const interval when = l->filter->when;
    hex_of(from, when.start);
    hex_of(to, when.end);
    return store_document_range(at, ALERTS, str_of(from), when.end == TIME_NONE ? (str){0} : str_of(to),
                                list_one, l, e);
}

bool alerts_list(struct rules *r, struct snapshot *at, const struct alert_filter *f, size_t most, arena *a,
                 struct alert **out, size_t *count, err *e)
{
    struct listing l = {.filter = f, .a = a, .most = most < LIST_MOST ? most : LIST_MOST};
    l.ring = ARENA_ARRAY(a, l.most + 1, struct alert);
    if (!l.ring || l.most == 0) return err_no_memory(e);
    l.atlas = areas_take(r->config.areas);
    l.year = areas_year_of(r->config.areas, time_now());
    l.area = f->area.n ? atlas_find(l.atlas, f->area, l.year) : NULL;
    const bool ok = read_list(&l, at, e);
    areas_give(r->config.areas, l.atlas);
    if (!ok) return false;
    const size_t n = l.found < l.most ? l.found : l.most;
    struct alert *newest = ARENA_ARRAY(a, n + 1, struct alert);
    if (!newest) return err_no_memory(e);
    for (size_t k = 0; k < n; k++) newest[k] = l.ring[(l.found - 1 - k) % l.most];
    *out = newest;
    *count = n;
    return true;
}

// ---- In words ----------------------------------------------------------------------------------------------------

static void moment(char out[static 64], const struct tz *zone, instant t, bool is_dutch)
{
    const civil c = tz_civil(zone, t);
    snprintf(out, 64, is_dutch ? "%d-%d-%d %d.%02d uur" : "%d-%d-%d %d:%02d", c.day, c.month, c.year, c.hour,
             c.minute);
}

bool alert_sentence(const struct alert *x, const struct tz *zone, bool is_dutch, arena *a, str *out, err *e)
{
    char from[64], to[64] = "";
    const str name = is_dutch ? x->name_nl : x->name_en;
    moment(from, zone, x->start, is_dutch);
    if (x->end != TIME_NONE) moment(to, zone, x->end, is_dutch);
    const bool ok = x->end == TIME_NONE
                        ? arena_print(a, out, is_dutch ? "%.*s: %.*s, sinds %s" : "%.*s: %.*s, since %s",
                                      STR_ARG(x->subject_name), STR_ARG(name), from)
                        : arena_print(a, out,
                                      is_dutch ? "%.*s: voorbij. %.*s van %s tot %s"
                                               : "%.*s: over. %.*s from %s to %s",
                                      STR_ARG(x->subject_name), STR_ARG(name), from, to);
    return ok || err_no_memory(e);
}
