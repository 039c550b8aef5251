// SPDX-License-Identifier: EUPL-1.2
#include "portal/team/operate/rule_form.h"

#include <math.h>
#include <stdio.h>

#define RULE_TEXT_MAX ((size_t)16 << 10)

// ---- To fields ---------------------------------------------------------------------------------------------------

// Which value of each list stands chosen.
struct chosen {
    str on, what, when;
};

static void put_choice(struct page *p, struct view *list, str key, str label, str chosen)
{
    struct view *v = view_object(&p->maker, list, (str){0});
    view_text(&p->maker, v, STR("value"), key);
    view_text(&p->maker, v, STR("label"), label);
    view_flag(&p->maker, v, STR("selected"), str_eq(key, chosen));
}

static str print(struct page *p, const char *start, str rest)
{
    str out = {0};
    if (!arena_print(p->a, &out, "%s%.*s", start, STR_ARG(rest))) p->maker.failed = true;
    return out;
}

static void put_on(struct page *p, str chosen)
{
    struct view *list = view_list(&p->maker, p->root, STR("ons"));
    for (int l = 0; l < AREA_LEVEL_COUNT; l++) {
        const str name = area_level_name((area_level)l);
        const str label = page_text(p, print(p, "team.rule.level.", name));
        put_choice(p, list, print(p, "level:", name), label, chosen);
    }
    put_choice(p, list, STR("meters"), page_text(p, STR("team.rule.on.meters")), chosen);
    put_choice(p, list, STR("areas"), page_text(p, STR("team.rule.on.areas")), chosen);
    put_choice(p, list, STR("things"), page_text(p, STR("team.rule.on.things")), chosen);
}

static void put_what(struct page *p, str chosen)
{
    struct view *list = view_list(&p->maker, p->root, STR("whats"));
    const bool is_dutch = words_language(p->words) == LANGUAGE_NL;
    size_t count;
    const struct quantity *all = quantity_all(&count);
    for (int k = 0; k < INDEX_SCALE_COUNT; k++) {
        const struct index_scale *s = index_scale_of((index_scale_id)k);
        put_choice(p, list, print(p, "s:", s->key), is_dutch ? s->name_nl : s->name_en, chosen);
    }
    for (size_t k = 0; k < count; k++)
        put_choice(p, list, print(p, "q:", all[k].key), is_dutch ? all[k].name_nl : all[k].name_en, chosen);
}

static void put_when(struct page *p, str chosen)
{
    struct view *list = view_list(&p->maker, p->root, STR("whens"));
    for (int k = 0; k < WHEN_COUNT; k++) {
        const str name = when_name((when_kind)k);
        put_choice(p, list, name, page_text(p, print(p, "team.rule.when.", name)), chosen);
    }
}

static void put_choices(struct page *p, const struct chosen *c)
{
    put_on(p, c->on);
    put_what(p, c->what);
    put_when(p, c->when);
}

static void put_number(struct page *p, str key, double v)
{
    char text[NUM_TEXT_MAX];
    str kept = {0};
    if (isnan(v)) return;
    if (!arena_copy(p->a, (str){text, num_write_double(text, v)}, &kept)) p->maker.failed = true;
    view_text(&p->maker, p->root, key, kept);
}

static void put_minutes(struct page *p, str key, int64_t us)
{
    if (us) put_number(p, key, (double)us / (double)TIME_MINUTE);
}

static void put_clock(struct page *p, str key, int minutes)
{
    str text = {0};
    if (!arena_print(p->a, &text, "%02d:%02d", minutes / 60, minutes % 60)) p->maker.failed = true;
    view_text(&p->maker, p->root, key, text);
}

static void put_subjects(struct page *p, const struct rule *r)
{
    buf b = {.max = 8192};
    for (size_t k = 0; k < r->subject_count; k++) {
        if (k) BUF_LIT(&b, ", ");
        if (r->on == ON_AREAS)
            buf_add(&b, r->areas[k]);
        else
            buf_print(&b, "%lld", (long long)r->things[k]);
    }
    view_text(&p->maker, p->root, STR("welke"), page_buf(p, &b));
}

// One target a line; a webhook's secret behind it.
static void put_targets(struct page *p, const struct rule *r, deliver_kind kind, str key)
{
    buf b = {.max = RULE_TEXT_MAX};
    for (size_t k = 0; k < r->delivery_count; k++) {
        const struct rule_delivery *d = &r->deliveries[k];
        if (d->kind != kind) continue;
        if (kind == DELIVER_MQTT) BUF_LIT(&b, "1");
        buf_add(&b, d->target);
        if (d->secret.n) buf_print(&b, " %.*s", STR_ARG(d->secret));
        BUF_LIT(&b, "\n");
    }
    view_text(&p->maker, p->root, key, page_buf(p, &b));
}

static void put_condition(struct page *p, const struct rule *r)
{
    const struct condition *c = &r->condition;
    if (c->kind != WHEN_MISSING) {
        put_number(p, STR("waarde"), c->value);
        put_number(p, STR("einde"), c->clear);
    }
    put_minutes(p, STR("duur"), c->lasting_us);
    put_minutes(p, STR("binnen"), c->within_us);
    if (r->quiet_from != r->quiet_to) {
        put_clock(p, STR("stil_van"), r->quiet_from);
        put_clock(p, STR("stil_tot"), r->quiet_to);
    }
    if (r->quiet_not_from) view_int(&p->maker, p->root, STR("stil_niet"), r->quiet_not_from);
}

static struct chosen chosen_of(struct page *p, const struct rule *r)
{
    static const str ons[] = {
        [ON_AREAS] = STR("areas"), [ON_THINGS] = STR("things"), [ON_METERS] = STR("meters")};
    return (struct chosen){
        .on = r->on == ON_LEVEL ? print(p, "level:", area_level_name(r->level)) : ons[r->on],
        .what = r->scale ? print(p, "s:", r->scale->key) : print(p, "q:", r->quantity->key),
        .when = when_name(r->condition.kind)};
}

void rule_form_put(struct page *p, const struct rule *r)
{
    struct view_maker *m = &p->maker;
    if (!r) {
        put_choices(p, &(struct chosen){STR("level:neighbourhood"), STR("q:pm25"), STR("above")});
        return;
    }
    const struct chosen chosen = chosen_of(p, r);
    put_choices(p, &chosen);
    view_text(m, p->root, STR("naam_nl"), r->name_nl);
    view_text(m, p->root, STR("naam_en"), r->name_en);
    put_subjects(p, r);
    put_condition(p, r);
    view_flag(m, p->root, STR("openbaar"), r->is_public);
    view_flag(m, p->root, STR("aan"), r->is_on);
    put_targets(p, r, DELIVER_MAIL, STR("mail"));
    put_targets(p, r, DELIVER_WEBHOOK, STR("webhook"));
    put_targets(p, r, DELIVER_MQTT, STR("mqtt"));
}

void rule_form_put_sent(struct page *p, const struct form *f)
{
    static const str plain[] = {STR("naam_nl"),  STR("naam_en"),   STR("welke"),    STR("waarde"),
                                STR("einde"),    STR("duur"),      STR("binnen"),   STR("stil_van"),
                                STR("stil_tot"), STR("stil_niet"), STR("openbaar"), STR("aan"),
                                STR("mail"),     STR("webhook"),   STR("mqtt")};
    for (size_t k = 0; k < sizeof plain / sizeof plain[0]; k++)
        view_text(&p->maker, p->root, plain[k], form_text(f, plain[k]));
    put_choices(p, &(struct chosen){form_text(f, STR("waar")), form_text(f, STR("meting")),
                                    form_text(f, STR("wanneer"))});
}

// ---- From fields -------------------------------------------------------------------------------------------------

// "12,5" and "12.5".
static bool number_of(const struct form *f, const char *field, arena *a, double *out, err *e)
{
    const str text = str_trim(form_text(f, str_of(field)));
    str plain;
    size_t comma;
    *out = NAN;
    if (!text.n) return true;
    if (!arena_copy(a, text, &plain)) return err_no_memory(e);
    if (str_find(text, STR(","), &comma) && !arena_print(a, &plain, "%.*s.%.*s", (int)comma, text.p,
                                                         (int)(text.n - comma - 1), text.p + comma + 1))
        return err_no_memory(e);
    return num_parse_double(plain, out, NULL) ||
           err_set(e, ERR_RANGE, ERR_NOWHERE, "%s: '%.*s' is no number", field, STR_ARG(text));
}

static void write_minutes(json_writer *w, str name, double minutes)
{
    char text[64];
    if (isnan(minutes) || minutes == 0) return;
    const double seconds = round(minutes * 60);
    const bool is_whole = fmod(seconds, 60) == 0;
    snprintf(text, sizeof text, is_whole ? "PT%.0fM" : "PT%.0fS", is_whole ? seconds / 60 : seconds);
    json_member_text(w, name, str_of(text));
}

static bool write_list(json_writer *w, str list, bool is_number, err *e)
{
    str item;
    json_open(w, '[');
    while (str_cut(&list, ',', &item)) {
        int64_t id;
        item = str_trim(item);
        if (!item.n) continue;
        if (!is_number)
            json_put_text(w, item);
        else if (num_parse_int(item, &id, NULL))
            json_put_int(w, id);
        else
            return err_set(e, ERR_RANGE, ERR_NOWHERE, "welke: '%.*s' is no number of a meter", STR_ARG(item));
    }
    json_close(w, ']');
    return true;
}

static bool write_on(json_writer *w, const struct form *f, err *e)
{
    const str on = form_text(f, STR("waar")), level = STR("level:"), which = form_text(f, STR("welke"));
    bool ok = true;
    json_name(w, STR("on"));
    json_open(w, '{');
    if (str_starts(on, level)) {
        json_member_text(w, STR("level"), str_slice(on, level.n, on.n));
    } else if (str_eq(on, STR("areas")) || str_eq(on, STR("things"))) {
        json_name(w, on);
        ok = write_list(w, which, str_eq(on, STR("things")), e);
    } else {
        json_member_text(w, STR("meters"), STR("all"));
    }
    json_close(w, '}');
    return ok;
}

static void write_what(json_writer *w, const struct form *f)
{
    const str what = form_text(f, STR("meting"));
    if (str_starts(what, STR("s:"))) json_member_text(w, STR("scale"), str_slice(what, 2, what.n));
    if (str_starts(what, STR("q:"))) json_member_text(w, STR("quantity"), str_slice(what, 2, what.n));
    json_member_text(w, STR("when"), form_text(f, STR("wanneer")));
}

static bool write_condition(json_writer *w, const struct form *f, arena *a, err *e)
{
    double level, clear, lasting, within;
    if (!number_of(f, "waarde", a, &level, e) || !number_of(f, "einde", a, &clear, e) ||
        !number_of(f, "duur", a, &lasting, e) || !number_of(f, "binnen", a, &within, e))
        return false;
    if (!str_eq(form_text(f, STR("wanneer")), STR("missing"))) {
        json_member_double(w, STR("value"), level);
        json_member_double(w, STR("clear"), clear);
    }
    write_minutes(w, STR("lasting"), lasting);
    write_minutes(w, STR("within"), within);
    return true;
}

static bool write_quiet(json_writer *w, const struct form *f, arena *a, err *e)
{
    const str from = str_trim(form_text(f, STR("stil_van"))), to = str_trim(form_text(f, STR("stil_tot")));
    double not_from;
    if (!number_of(f, "stil_niet", a, &not_from, e)) return false;
    if (!from.n && !to.n) return true;
    json_name(w, STR("quiet"));
    json_open(w, '{');
    json_member_text(w, STR("from"), from);
    json_member_text(w, STR("to"), to);
    json_member_double(w, STR("notFrom"), not_from);
    json_close(w, '}');
    return true;
}

static void write_targets(json_writer *w, const struct form *f, const char *field, const char *kind)
{
    str lines = form_text(f, str_of(field)), line;
    while (str_cut(&lines, '\n', &line)) {
        str secret = str_trim(line), target;
        if (!secret.n || !str_cut(&secret, ' ', &target)) continue;
        json_open(w, '{');
        json_member_text(w, STR("kind"), str_of(kind));
        json_member_text(w, STR("target"), target);
        json_member_given(w, STR("secret"), str_trim(secret));
        json_close(w, '}');
    }
}

static void write_deliver(json_writer *w, const struct form *f)
{
    json_name(w, STR("deliver"));
    json_open(w, '[');
    write_targets(w, f, "mail", "mail");
    write_targets(w, f, "webhook", "webhook");
    if (form_flag(f, STR("mqtt"))) {
        json_open(w, '{');
        json_member_text(w, STR("kind"), STR("mqtt"));
        json_close(w, '}');
    }
    json_close(w, ']');
}

static bool write_rule(json_writer *w, const struct form *f, arena *a, err *e)
{
    json_open(w, '{');
    json_member_text(w, STR("nameNl"), str_trim(form_text(f, STR("naam_nl"))));
    json_member_text(w, STR("nameEn"), str_trim(form_text(f, STR("naam_en"))));
    if (!write_on(w, f, e)) return false;
    write_what(w, f);
    if (!write_condition(w, f, a, e) || !write_quiet(w, f, a, e)) return false;
    json_name(w, STR("isPublic"));
    json_put_bool(w, form_flag(f, STR("openbaar")));
    json_name(w, STR("isOn"));
    json_put_bool(w, form_flag(f, STR("aan")));
    write_deliver(w, f);
    json_close(w, '}');
    return true;
}

bool rule_form_text(const struct form *f, arena *a, str *out, err *e)
{
    buf b = {.max = RULE_TEXT_MAX};
    json_writer w = json_writer_on(&b);
    bool ok = write_rule(&w, f, a, e);
    if (ok && b.failed)
        ok = err_set(e, ERR_LIMIT, ERR_NOWHERE, "a rule has at most %zu bytes", RULE_TEXT_MAX);
    if (ok && !arena_copy(a, buf_str(&b), out)) ok = err_no_memory(e);
    buf_free(&b);
    return ok;
}
