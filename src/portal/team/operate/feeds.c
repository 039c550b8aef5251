// SPDX-License-Identifier: EUPL-1.2
// Feeds: how each fares and how far it is, its turn now, pausing, ending, and a new one.
#include "feed/feed.h"
#include "portal/team/operate/operate.h"

struct listing {
    struct page *page;
    struct view *list;
};

static str when_or_never(struct page *p, instant t)
{
    return t == TIME_NONE ? page_text(p, STR("team.never")) : page_when(p, t);
}

static str state_id(const struct feed_status *s)
{
    if (s->is_paused) return STR("team.feeds.paused");
    if (s->is_running) return STR("team.feeds.running");
    return s->failures ? STR("team.feeds.failing") : STR("team.feeds.fine");
}

// Of the time from its beginning to now, how much has been fetched.
static void put_progress(struct page *p, struct view *v, const struct feed_status *s)
{
    if (s->reached == TIME_NONE) return;
    const instant reached = s->reached < p->now ? s->reached : p->now;
    view_text(&p->maker, v, STR("reached"), page_when(p, reached));
    if (s->since == TIME_NONE || s->since >= p->now || reached < s->since) return;
    view_int(&p->maker, v, STR("share"), (reached - s->since) / ((p->now - s->since) / 100 + 1));
}

static bool put_feed(const struct feed_status *s, void *context, err *e)
{
    const struct listing *l = context;
    struct page *p = l->page;
    struct view_maker *m = &p->maker;
    struct view *v = view_object(m, l->list, (str){0});
    (void)e;
    view_text(m, v, STR("name"), s->name);
    view_text(m, v, STR("kind"), s->kind);
    view_text(m, v, STR("url"), s->url);
    view_text(m, v, STR("state"), page_text(p, state_id(s)));
    view_flag(m, v, STR("is_paused"), s->is_paused);
    view_flag(m, v, STR("is_failing"), s->failures > 0 && !s->is_paused);
    view_text(m, v, STR("error"), s->error);
    view_text(m, v, STR("stored"), words_number(p->words, p->a, (double)s->stored, 0));
    view_text(m, v, STR("tried"), when_or_never(p, s->last_tried));
    view_text(m, v, STR("worked"), when_or_never(p, s->last_worked));
    if (!s->is_paused)
        view_text(m, v, STR("next"),
                  s->next == TIME_NONE ? page_text(p, STR("team.feeds.now")) : page_when(p, s->next));
    put_progress(p, v, s);
    return !m->failed;
}

static struct feeds *feeds_in(const struct team_call *c, err *e)
{
    struct feeds *f = c->page->portal->config.feeds;
    if (!f) err_set(e, ERR_UNSUPPORTED, ERR_NOWHERE, "no feeds are run here");
    return f;
}

// The form of a new feed, with what was typed.
static void put_form(struct team_call *c)
{
    static const str fields[] = {STR("naam"), STR("adres"), STR("elke"), STR("vanaf"), STR("welke")};
    struct page *p = c->page;
    const bool is_sent = c->form && str_eq(form_text(c->form, STR("wat")), STR("maken"));
    for (size_t k = 0; is_sent && k < sizeof fields / sizeof fields[0]; k++)
        view_text(&p->maker, p->root, fields[k], form_text(c->form, fields[k]));
    struct view *list = view_list(&p->maker, p->root, STR("kinds"));
    for (const struct feed_kind_name *k = feed_kinds(); k->name.n; k++) {
        struct view *v = view_object(&p->maker, list, (str){0});
        view_text(&p->maker, v, STR("value"), k->name);
        view_text(&p->maker, v, STR("label"), k->title);
        view_flag(&p->maker, v, STR("selected"),
                  is_sent && str_eq(form_text(c->form, STR("soort")), k->name));
    }
}

static bool show(struct team_call *c, err *e)
{
    struct page *p = c->page;
    struct feeds *f = feeds_in(c, e);
    struct listing l = {p, view_list(&p->maker, p->root, STR("feeds"))};
    put_form(c);
    return f && feeds_each(f, p->at, p->a, put_feed, &l, e);
}

// ---- A new one ---------------------------------------------------------------------------------------------------

// What a kind calls the list of what it is to fetch.
static str list_member(str kind)
{
    if (str_eq(kind, STR("luchtmeetnet"))) return STR("stations");
    return str_starts(kind, STR("sensor_community_")) ? STR("sensors") : (str){0};
}

static void write_list(json_writer *w, str name, str text)
{
    str item;
    json_name(w, name);
    json_open(w, '[');
    while (str_cut(&text, ',', &item))
        if (str_trim(item).n) json_put_text(w, str_trim(item));
    json_close(w, ']');
}

static bool document_of_form(struct team_call *c, const json **out, err *e)
{
    buf b = {.max = FORM_BYTES_MAX};
    json_writer w = json_writer_on(&b);
    const str kind = form_text(c->form, STR("soort")), since = str_trim(form_text(c->form, STR("vanaf")));
    const str list = list_member(kind), which = form_text(c->form, STR("welke"));
    int64_t every;
    json *j;
    json_open(&w, '{');
    json_member_text(&w, STR("kind"), kind);
    json_member_text(&w, STR("url"), str_trim(form_text(c->form, STR("adres"))));
    if (form_int(c->form, STR("elke"), &every)) json_member_int(&w, STR("everyMinutes"), every);
    if (since.n) json_member_text(&w, STR("since"), since);
    if (list.n && str_trim(which).n) write_list(&w, list, which);
    json_close(&w, '}');
    const str text = page_buf(c->page, &b);
    if (!json_parse(text, c->page->a, &j, e)) return false;
    *out = j;
    return true;
}

static bool create(struct team_call *c, struct feeds *f, str name, err *e)
{
    const json *document;
    struct page *p = c->page;
    return document_of_form(c, &document, e) && feeds_change(f, name, FEED_PUT, document, &c->who, p->now, e);
}

static bool act(struct team_call *c, err *e)
{
    static const struct {
        str what, done;
        feed_action action;
    } deeds[] = {{STR("nu"), STR("team.done.feed-now"), FEED_RUN},
                 {STR("pauze"), STR("team.done.saved"), FEED_PAUSE},
                 {STR("verder"), STR("team.done.saved"), FEED_RESUME},
                 {STR("weg"), STR("team.done.feed-ended"), FEED_END}};
    struct feeds *f = feeds_in(c, e);
    const str what = form_text(c->form, STR("wat")), name = str_trim(form_text(c->form, STR("naam")));
    if (!f) return false;
    c->done = STR("team.done.feed-now");
    if (str_eq(what, STR("maken"))) return create(c, f, name, e);
    for (size_t k = 0; k < sizeof deeds / sizeof deeds[0]; k++) {
        if (!str_eq(deeds[k].what, what)) continue;
        c->done = deeds[k].done;
        if (deeds[k].action == FEED_END && !form_flag(c->form, STR("zeker")))
            return err_set(e, ERR_MISSING, ERR_NOWHERE, "tick that the feed may end");
        return feeds_change(f, name, deeds[k].action, NULL, &c->who, c->page->now, e);
    }
    return err_set(e, ERR_UNKNOWN, ERR_NOWHERE, "the form does not say what to do");
}

const struct team_page team_feeds = {
    .name = STR("team-feeds"), .needs = ACTION_OPERATE, .show = show, .act = act};
