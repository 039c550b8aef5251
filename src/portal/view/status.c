// SPDX-License-Identifier: EUPL-1.2
// How the service itself is: per type of meter how many report, with what delay, and which have fallen silent.
#include "portal/page.h"
#include "portal/view/outage.h"

#define SOURCES_MAX 64
#define SILENT_MOST 50

// All series of one type of sensor.
struct source {
    str name;
    size_t count, by_state[READING_REJECTED + 1];
    instant newest;
};

struct status {
    struct source sources[SOURCES_MAX];  // the last one is for all that found no place
    size_t count;
};

static struct source *source_of(struct status *s, str name)
{
    for (size_t i = 0; i < s->count; i++)
        if (str_eq(s->sources[i].name, name)) return &s->sources[i];
    if (s->count == SOURCES_MAX) return &s->sources[SOURCES_MAX - 1];
    s->sources[s->count] = (struct source){.name = name, .newest = TIME_NONE};
    return &s->sources[s->count++];
}

static void put_silent(struct page *p, struct view *list, const struct meter *m, const struct reading *r)
{
    struct view *v = view_object(&p->maker, list, (str){0});
    view_text(&p->maker, v, STR("name"), m->name);
    view_text(&p->maker, v, STR("href"), page_href(p, "meter/%lld", (long long)m->id));
    view_text(&p->maker, v, STR("when"),
              r->state == READING_NONE ? page_text(p, STR("time.never")) : page_when(p, r->at));
}

static bool count_up(struct page *p, struct status *out, err *e)
{
    struct view *silent = view_list(&p->maker, p->root, STR("silent"));
    size_t silent_count = 0;
    for (size_t i = 0; i < p->meters->count; i++) {
        const struct meter *m = &p->meters->all[i];
        struct reading last = {.state = READING_NONE, .at = TIME_NONE};
        bool reports = m->series_count == 0;
        for (size_t k = 0; k < m->series_count; k++) {
            struct reading r;
            if (!reading_latest(p->at, &m->series[k], p->now, p->a, &r, e)) return false;
            struct source *s = source_of(out, m->series[k].sensor);
            s->count++;
            s->by_state[r.state]++;
            if (r.state != READING_NONE && (s->newest == TIME_NONE || r.at > s->newest)) s->newest = r.at;
            if (r.state != READING_NONE && (last.at == TIME_NONE || r.at > last.at)) last = r;
            reports |= r.state != READING_NONE && r.state != READING_SILENT;
        }
        if (!reports && silent_count++ < SILENT_MOST) put_silent(p, silent, m, &last);
    }
    view_int(&p->maker, p->root, STR("silent_count"), (int64_t)silent_count);
    view_flag(&p->maker, p->root, STR("has_silent"), silent_count > 0);
    return true;
}

static str delay_text(struct page *p, instant newest)
{
    if (newest == TIME_NONE) return page_text(p, STR("time.never"));
    const int64_t minutes = (p->now - newest) / TIME_MINUTE;
    str n = {0};
    if (minutes < 1) return page_text(p, STR("status.delay.none"));
    if (!arena_print(p->a, &n, "%lld", (long long)(minutes < 120 ? minutes : minutes / 60)))
        p->maker.failed = true;
    return words_fill(p->words, p->a,
                      minutes == 1    ? STR("status.delay.minute")
                      : minutes < 120 ? STR("status.delay.minutes")
                                      : STR("status.delay.hours"),
                      FILLS({STR("count"), n}));
}

static void put_source(struct page *p, struct view *list, const struct source *s)
{
    struct view_maker *m = &p->maker;
    struct view *v = view_object(m, list, (str){0});
    const size_t silent = s->by_state[READING_SILENT] + s->by_state[READING_NONE];
    view_text(m, v, STR("name"), s->name);
    view_int(m, v, STR("count"), (int64_t)s->count);
    view_int(m, v, STR("reporting"), (int64_t)(s->count - silent));
    view_int(m, v, STR("old"), (int64_t)s->by_state[READING_OLD]);
    view_int(m, v, STR("rejected"), (int64_t)s->by_state[READING_REJECTED]);
    view_int(m, v, STR("silent"), (int64_t)silent);
    view_text(m, v, STR("delay"), delay_text(p, s->newest));
}

bool view_status(struct page *p, err *e)
{
    struct status *s = ARENA_NEW(p->a, struct status);
    struct store_figures figures;
    if (!s) return err_no_memory(e);
    if (!count_up(p, s, e) || !outage_put(p, e) || !store_figures(p->at, &figures, e)) return false;
    struct view *list = view_list(&p->maker, p->root, STR("sources"));
    size_t count = 0, silent = 0;
    instant newest = TIME_NONE;
    for (size_t i = 0; i < s->count; i++) {
        put_source(p, list, &s->sources[i]);
        count += s->sources[i].count;
        silent += s->sources[i].by_state[READING_SILENT] + s->sources[i].by_state[READING_NONE];
        if (s->sources[i].newest > newest || newest == TIME_NONE) newest = s->sources[i].newest;
    }
    const struct fill fills[] = {
        {STR("reporting"), words_number(p->words, p->a, (double)(count - silent), 0)},
        {STR("count"), words_number(p->words, p->a, (double)count, 0)},
        {STR("delay"), delay_text(p, newest)}};
    view_text(
        &p->maker, p->root, STR("summary"),
        words_fill(p->words, p->a, count ? STR("status.summary") : STR("status.summary.none"), fills, 3));
    view_text(&p->maker, p->root, STR("observations"),
              words_number(p->words, p->a, (double)figures.entities[SET_OBSERVATION], 0));
    view_flag(&p->maker, p->root, STR("has_sources"), s->count > 0);
    return true;
}
