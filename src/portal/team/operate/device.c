// SPDX-License-Identifier: EUPL-1.2
// One device: how it fares, whether it may send, and the key that it sends with.
#include "portal/team/operate/operate.h"

#include <ctype.h>
#include <math.h>
#include <stdio.h>

#define KEYS_TRIED 50

// ---- Showing -----------------------------------------------------------------------------------------------------

static void put_names(struct page *p, const struct device_entry *d)
{
    struct view *list = view_list(&p->maker, p->root, STR("names"));
    view_flag(&p->maker, p->root, STR("has_names"), d->name_count > 0);
    for (size_t k = 0; k < d->name_count; k++)
        view_text(&p->maker, view_object(&p->maker, list, (str){0}), STR("text"), d->names[k]);
}

static void put_place(struct page *p, const struct device_entry *d)
{
    str place;
    if (isnan(d->latitude) || isnan(d->longitude)) return;
    if (arena_print(p->a, &place, "%.5f, %.5f", d->latitude, d->longitude))
        view_text(&p->maker, p->root, STR("place"), place);
    else
        p->maker.failed = true;
}

static bool show(struct team_call *c, err *e)
{
    struct page *p = c->page;
    struct device_entry d;
    if (!registry_get(p->at, page_query(p, STR("sleutel")), p->a, &d, e)) return false;
    device_put(p, p->root, &d);
    put_names(p, &d);
    put_place(p, &d);
    if (d.thing)
        view_text(&p->maker, p->root, STR("meter_href"), page_href(p, "meter/%lld", (long long)d.thing));
    return true;
}

// ---- Its state ---------------------------------------------------------------------------------------------------

static bool change(struct team_call *c, str key, device_action what, str owner, err *e)
{
    const struct device_change x = {.key = key,
                                    .action = what,
                                    .owner = owner,
                                    .by = &c->who,
                                    .now = c->page->now,
                                    .identity = c->team->identity};
    return registry_change(c->page->portal->config.ingest, &x, e);
}

static bool let_in(struct team_call *c, str key, err *e)
{
    c->done = STR("team.done.let-in");
    return change(c, key, DEVICE_LET_IN, (str){0}, e);
}

static bool block(struct team_call *c, str key, err *e)
{
    c->done = STR("team.done.blocked");
    return change(c, key, DEVICE_BLOCK, (str){0}, e);
}

static bool forget(struct team_call *c, str key, err *e)
{
    if (!form_flag(c->form, STR("zeker")))
        return err_set(e, ERR_MISSING, ERR_NOWHERE, "tick that the device may be forgotten");
    c->done = STR("team.done.forgotten");
    c->location = team_href(c->page, STR("team/meters"));
    return change(c, key, DEVICE_FORGET, (str){0}, e);
}

// ---- Its key -----------------------------------------------------------------------------------------------------

static bool entry_now(struct team_call *c, str key, struct device_entry *d, err *e)
{
    struct snapshot *at;
    if (!snapshot_open(c->page->portal->config.store, &at, e)) return false;
    const bool ok = registry_get(at, key, c->page->a, d, e);
    snapshot_close(at);
    return ok;
}

// A key can only be bound to a Thing: a device that was never heard gets one first.
static bool entry_with_thing(struct team_call *c, str key, struct device_entry *d, err *e)
{
    return entry_now(c, key, d, e) &&
           (d->thing || (change(c, key, DEVICE_ASSIGN, (str){0}, e) && entry_now(c, key, d, e)));
}

// "tts_v3-kaart-7-2": what a token may be called.
static str token_name(char out[static TOKEN_NAME_MAX + 1], str key, int n)
{
    int used = 0;
    for (size_t k = 0; k < key.n && used < TOKEN_NAME_MAX - 6; k++)
        out[used++] = isalnum((unsigned char)key.p[k]) || key.p[k] == '_' || key.p[k] == '.' ? key.p[k] : '-';
    if (n > 1) used += snprintf(out + used, 6, "-%d", n);
    return (str){out, (size_t)used};
}

static bool create_token(struct team_call *c, const struct device_entry *d,
                         char name[static TOKEN_NAME_MAX + 1], char text[static TOKEN_TEXT_MAX], str *out,
                         err *e)
{
    for (int n = 1; n <= KEYS_TRIED; n++) {
        *out = token_name(name, d->key, n);
        if (token_create_for(c->team->identity, &c->who, *out, ROLE_DEVICE, &d->thing, 1, c->page->now, text,
                             e))
            return true;
        if (e->code != ERR_CONFLICT) return false;
    }
    return false;
}

// The old keys work until the new one is there and the device is its own.
static bool new_key(struct team_call *c, str key, err *e)
{
    struct page *p = c->page;
    struct device_entry d;
    char name[TOKEN_NAME_MAX + 1], text[TOKEN_TEXT_MAX];
    str fresh, kept_name, kept_text;
    if (!entry_with_thing(c, key, &d, e) || !create_token(c, &d, name, text, &fresh, e) ||
        !change(c, key, DEVICE_ASSIGN, fresh, e))
        return false;
    if (!arena_copy(p->a, str_of(text), &kept_text) || !arena_copy(p->a, fresh, &kept_name))
        return err_no_memory(e);
    view_text(&p->maker, p->root, STR("new_key"), kept_text);
    view_text(&p->maker, p->root, STR("new_key_name"), kept_name);
    c->stays = true;
    return true;
}

static bool act(struct team_call *c, err *e)
{
    static const struct {
        str what;
        bool (*run)(struct team_call *c, str key, err *e);
    } deeds[] = {{STR("toelaten"), let_in},
                 {STR("weigeren"), block},
                 {STR("vergeten"), forget},
                 {STR("sleutel"), new_key}};
    const str what = form_text(c->form, STR("wat")), key = page_query(c->page, STR("sleutel"));
    const str keys[] = {STR("sleutel")}, query = list_query(c->page, keys, 1);
    if (!c->page->portal->config.ingest)
        return err_set(e, ERR_UNSUPPORTED, ERR_NOWHERE, "no devices are taken in here");
    c->location = page_href(c->page, "team/meter%.*s", STR_ARG(query));
    for (size_t k = 0; k < sizeof deeds / sizeof deeds[0]; k++)
        if (str_eq(deeds[k].what, what)) return deeds[k].run(c, key, e);
    return err_set(e, ERR_UNKNOWN, ERR_NOWHERE, "the form does not say what to do");
}

const struct team_page team_device = {
    .name = STR("team-device"), .needs = ACTION_OPERATE, .show = show, .act = act, .is_within = true};
