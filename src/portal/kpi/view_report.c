// SPDX-License-Identifier: EUPL-1.2
// The report of a year, in the chapters that U4SSC's verification reports have; as a page, and as one file with its style inside.
// Names of staff are not in it: who entered and judged is for those who may read evidence.
#include "kpi/value/report.h"
#include "portal/kpi/parts.h"

#include <stdio.h>
#include <string.h>

#define REPORT_BYTES_MAX ((size_t)8 << 20)

static str words_by(struct kpi_page *k, const char *prefix, str name)
{
    str id = {0};
    if (!arena_print(k->page->a, &id, "%s%.*s", prefix, STR_ARG(name))) k->page->maker.failed = true;
    return page_text(k->page, id);
}

// ---- What is not there, what to do next ----------------------------------------------------------------------------

typedef bool (*chooses)(const struct kpi_page *k, const struct kpi_result *r);

static bool is_missing(const struct kpi_page *k, const struct kpi_result *r)
{
    (void)k;
    return r->state == KPI_STATE_MISSING || r->state == KPI_STATE_UNDEFINED ||
           r->state == KPI_STATE_NOT_APPLICABLE;
}

static bool is_not_verified(const struct kpi_page *k, const struct kpi_result *r)
{
    (void)k;
    return r->state == KPI_STATE_NOT_VERIFIED;
}

static bool is_low(const struct kpi_page *k, const struct kpi_result *r)
{
    (void)k;
    return r->is_scored && r->points <= 2;
}

static bool has_promise(const struct kpi_page *k, const struct kpi_result *r)
{
    return k->picture->targets.policy[r->point->index].is_given;
}

static bool is_worse(const struct kpi_page *k, const struct kpi_result *r)
{
    return kpi_trend_change(&k->trend, r->point) == KPI_WORSE;
}

static void put_chosen(struct kpi_page *k, str key, str flag, chooses f)
{
    struct view_maker *m = &k->page->maker;
    struct view *list = view_list(m, k->page->root, key);
    size_t n = 0;
    for (size_t i = 0; i < k->office->set->point_count; i++) {
        if (!f(k, &k->picture->results.points[i])) continue;
        kpi_put_result(k, view_object(m, list, (str){0}), k->office->set->points[i]);
        n++;
    }
    view_flag(m, k->page->root, flag, n > 0);
}

// ---- Sources and evidence ----------------------------------------------------------------------------------------

static void put_evidence(struct kpi_page *k, struct view *list, const struct kpi_value *v,
                         const struct kpi_input *input)
{
    struct view_maker *m = &k->page->maker;
    for (size_t i = 0; i < v->evidence_count; i++) {
        struct view *row = view_object(m, list, (str){0});
        view_text(m, row, STR("input"), input ? kpi_say(k, &input->name) : v->input);
        view_text(m, row, STR("hash"), v->evidence[i].hash);
        view_text(m, row, STR("type"), v->evidence[i].media_type);
        view_int(m, row, STR("bytes"), v->evidence[i].bytes);
    }
}

static void put_source(struct kpi_page *k, struct view *list, const struct kpi_value *v,
                       const struct kpi_input *input)
{
    struct view_maker *m = &k->page->maker;
    struct view *row = view_object(m, list, (str){0});
    view_text(m, row, STR("input"), input ? kpi_say(k, &input->name) : v->input);
    if (v->has_number && v->status != KPI_REJECTED) {
        buf b = {.max = 512};
        kpi_number_write(&b, k->language, v->number, 4, true);
        view_text(m, row, STR("value"), page_buf(k->page, &b));
        view_text(m, row, STR("unit"), input ? kpi_say(k, &input->unit_label) : (str){0});
    }
    view_text(m, row, STR("status"), words_by(k, "kpi.status.", kpi_status_name(v->status)));
    view_text(m, row, STR("source"), v->source);
    view_text(m, row, STR("reason"), v->status == KPI_NOT_APPLICABLE || !input ? v->reason : (str){0});
    view_text(m, row, STR("method"), words_by(k, "kpi.method.", kpi_method_name(v->method)));
    view_text(m, row, STR("origin"), words_by(k, "kpi.origin.", kpi_origin_name(v->origin)));
    if (v->confirmed_count) view_int(m, row, STR("confirmed"), (int64_t)v->confirmed_count);
}

static void put_sources(struct kpi_page *k)
{
    struct view_maker *m = &k->page->maker;
    struct view *sources = view_list(m, k->page->root, STR("sources")),
                *evidence = view_list(m, k->page->root, STR("evidence"));
    size_t files = 0;
    for (size_t i = 0; i < k->picture->book.count; i++) {
        const struct kpi_value *v = &k->picture->book.values[i];
        const int input = kpi_input_find(k->office->set, v->input);
        if (v->status == KPI_DRAFT || !str_eq(v->area, k->area)) continue;
        put_source(k, sources, v, input >= 0 ? &k->office->set->inputs[input] : NULL);
        put_evidence(k, evidence, v, input >= 0 ? &k->office->set->inputs[input] : NULL);
        files += v->evidence_count;
    }
    view_flag(m, k->page->root, STR("has_evidence"), files > 0);
}

// ---- Frozen, signed ----------------------------------------------------------------------------------------------

static bool put_year(struct kpi_page *k, err *e)
{
    struct page *p = k->page;
    struct kpi_year y;
    char hash[KPI_HASH_TEXT];
    str kept;
    if (!kpi_year_read(p->at, k->year, p->a, &y, e) || !kpi_year_hash(p->at, k->year, p->a, hash, e))
        return false;
    if (!arena_copy(p->a, str_of(hash), &kept)) return err_no_memory(e);
    view_text(&p->maker, p->root, STR("hash"), kept);
    view_text(&p->maker, p->root, STR("made"), words_day(p->words, p->a, p->portal->zone, p->now));
    view_text(&p->maker, p->root, STR("made_iso"), page_stamp(p, p->now));
    view_flag(&p->maker, p->root, STR("frozen"), y.is_frozen);
    struct view *list = view_list(&p->maker, p->root, STR("signatures"));
    for (size_t i = 0; i < y.count; i++) {
        if (y.lines[i].act != KPI_YEAR_SIGN) continue;
        struct view *v = view_object(&p->maker, list, (str){0});
        view_text(&p->maker, v, STR("when"), words_day(p->words, p->a, p->portal->zone, y.lines[i].at));
        view_text(&p->maker, v, STR("iso"), page_stamp(p, y.lines[i].at));
        view_text(&p->maker, v, STR("statement"), y.lines[i].reason);
        view_text(&p->maker, v, STR("hash"), y.lines[i].hash);
        view_flag(&p->maker, v, STR("holds"), str_eq(y.lines[i].hash, kept));
    }
    return true;
}

// Reports as they were when the year was frozen and signed; not in a file, which cannot name itself.
static bool put_kept(struct kpi_page *k, err *e)
{
    struct page *p = k->page;
    struct kpi_reports r;
    struct kpi_year y;
    size_t shown = 0;
    if (!kpi_reports_read(p->at, k->year, p->a, &r, e) || !kpi_year_read(p->at, k->year, p->a, &y, e))
        return false;
    struct view *list = view_list(&p->maker, p->root, STR("kept"));
    for (size_t i = 0; i < r.count; i++) {
        if (r.all[i].language != k->language || r.all[i].number < 1 || (size_t)r.all[i].number > y.count)
            continue;
        const struct kpi_year_line *line = &y.lines[r.all[i].number - 1];
        struct view *v = view_object(&p->maker, list, (str){0});
        view_text(&p->maker, v, STR("href"),
                  page_href(p, "kpi/rapport-bestand/%d?versie=%d", k->year, r.all[i].number));
        view_text(&p->maker, v, STR("when"), words_day(p->words, p->a, p->portal->zone, line->at));
        view_text(&p->maker, v, STR("act"), words_by(k, "team.kpi.act.", kpi_year_act_name(line->act)));
        view_text(&p->maker, v, STR("hash"), r.all[i].hash);
        shown++;
    }
    view_flag(&p->maker, p->root, STR("has_kept"), shown > 0);
    return true;
}

static bool report_fill(struct page *p, bool is_file, err *e)
{
    struct kpi_page k;
    int64_t year;
    if (!num_parse_int(p->rest, &year, NULL) || year < KPI_YEAR_LEAST || year > KPI_YEAR_MOST)
        return err_set(e, ERR_ABSENT, ERR_NOWHERE, "no such year");
    if (!kpi_page_begin(p, (int)year, &k, e)) return false;
    if (is_file) k.origin = page_origin(p);
    kpi_put_head(&k, p->root);
    kpi_put_wheel(&k, p->root);
    kpi_put_tables(&k, p->root);
    put_chosen(&k, STR("missing"), STR("has_missing"), is_missing);
    put_chosen(&k, STR("withheld"), STR("has_withheld"), is_not_verified);
    put_chosen(&k, STR("low"), STR("has_low"), is_low);
    put_chosen(&k, STR("worse"), STR("has_worse"), is_worse);
    put_chosen(&k, STR("promises"), STR("has_promises"), has_promise);
    put_sources(&k);
    return put_year(&k, e) && (is_file || put_kept(&k, e));
}

bool view_kpi_report(struct page *p, err *e)
{
    return report_fill(p, false, e);
}

// ---- As one file -------------------------------------------------------------------------------------------------

static bool file_make(struct page *p, const struct site_page *page, buf *out, err *e)
{
    if (!report_fill(p, true, e)) return false;
    page_put_frame(p);
    template_render(page->template, p->root, out);
    return !(out->failed || p->maker.failed) || err_set(e, ERR_LIMIT, ERR_NOWHERE, "the report is too large");
}

// For keeping: as nobody in particular asks for it.
static bool kept_make(void *context, struct snapshot *at, int year, instant now, language l, arena *a,
                      str *out, err *e)
{
    struct portal *portal = context;
    const struct site_page *page = site_page_find(portal->site, STR("kpi-report-file"), l);
    struct page p;
    buf body = {.max = REPORT_BYTES_MAX};
    if (!page) return err_set(e, ERR_ABSENT, ERR_NOWHERE, "the page is not installed");
    if (!page_begin_alone(&p, portal, a, now, STR("kpi-report-file"), l) ||
        !arena_print(a, &p.rest, "%d", year))
        return err_no_memory(e);
    p.at = at;
    const bool ok = file_make(&p, page, &body, e) && (arena_copy(a, buf_str(&body), out) || err_no_memory(e));
    buf_free(&body);
    return ok;
}

struct kpi_report_maker kpi_report_maker_of(struct portal *portal)
{
    return (struct kpi_report_maker){kept_make, portal};
}

static void file_send(struct page *p, const struct site_page *page, str body, bool is_kept)
{
    char name[96];
    const int n = snprintf(name, sizeof name, "attachment; filename=\"kpi-%.*s-%.*s.html\"",
                           STR_ARG(str_slice(p->rest, 0, 4)), STR_ARG(language_code(page->language)));
    http_reply_data reply = {.status = 200, .content_type = STR("text/html; charset=utf-8"), .body = body};
    http_reply_add_header(&reply, STR("Content-Disposition"), (str){name, (size_t)n});
    http_reply_add_header(&reply, STR("Cache-Control"), STR("no-cache"));
    http_reply_add_header(&reply, STR("Content-Language"), language_code(page->language));
    if (is_kept) http_reply_add_header(&reply, STR("X-Report"), STR("kept"));
    http_reply(p->request, &reply);
}

// The report that was kept: of the act that "?versie=" names, or of a frozen year the newest. False without error: none is.
static bool kept_find(struct page *p, language l, str *out, bool *got, err *e)
{
    int64_t year, number = 0;
    struct kpi_year y;
    const str version = page_query(p, STR("versie"));
    *got = false;
    if (!num_parse_int(p->rest, &year, NULL) || year < KPI_YEAR_LEAST || year > KPI_YEAR_MOST) return true;
    if (version.n && (!num_parse_int(version, &number, NULL) || number < 1 || number > 999999))
        return err_set(e, ERR_ABSENT, ERR_NOWHERE, "no such version");
    if (!kpi_year_read(p->at, (int)year, p->a, &y, e)) return false;
    if (!y.is_frozen && !number) return true;
    *got = kpi_report_get(p->at, (int)year, (int)number, l, p->a, out, e);
    return *got || (e->code == ERR_ABSENT && !number);
}

static bool file_answer(struct page *p, const struct site_page *page, err *e)
{
    buf body = {.max = REPORT_BYTES_MAX};
    str kept;
    bool got;
    if (!kept_find(p, page->language, &kept, &got, e)) return false;
    const bool ok = got || file_make(p, page, &body, e);
    if (ok) file_send(p, page, got ? kept : buf_str(&body), got);
    buf_free(&body);
    return ok;
}

void kpi_report_file_handle(struct http_request *r, void *context)
{
    struct portal *portal = context;
    const str path = http_request_path(r);
    const language l = str_starts(path, STR("/en/")) ? LANGUAGE_EN : LANGUAGE_NL;
    const struct site_page *page = site_page_find(portal->site, STR("kpi-report-file"), l);
    struct page p;
    err e = {0};
    size_t slash = path.n;
    while (slash > 0 && path.p[slash - 1] != '/') slash--;
    if (!page || !page_begin(&p, portal, r, STR("kpi-report-file"), l)) {
        http_reply_error(r, 503, STR("the page is not installed"));
        return;
    }
    p.rest = str_slice(path, slash, path.n);
    bool ok = snapshot_open(portal->config.store, &p.at, &e);
    if (ok) {
        ok = file_answer(&p, page, &e);
        snapshot_close(p.at);
    }
    if (ok) return;
    if (e.code == ERR_ABSENT)
        page_not_found(r, portal);
    else
        page_failure(portal, r, l, &e);
}
