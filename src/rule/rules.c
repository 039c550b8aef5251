// SPDX-License-Identifier: EUPL-1.2
// The service, and rules as documents: those of share/rules, and the town's own in front of them.
#include "rule/inside.h"

#include "base/file.h"
#include "base/log.h"
#include "identity/audit.h"

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define RULES STR("rule")
#define RULE_BYTES_MAX ((size_t)16 << 10)

// ---- Those that peil comes with ----------------------------------------------------------------------------------

struct gathering {
    struct rules *rules;
    arena *a;
    struct rule *all;
    size_t count;
};

static struct rule *find(struct gathering *g, str id)
{
    for (size_t k = 0; k < g->count; k++)
        if (str_eq(g->all[k].id, id)) return &g->all[k];
    return NULL;
}

static bool add_built_in(struct gathering *g, const char *name, err *e)
{
    char path[1024];
    str id, text;
    const str file = str_of(name);
    buf b = {.max = RULE_BYTES_MAX};
    snprintf(path, sizeof path, "%s/%s", g->rules->config.directory, name);
    bool ok = file_read(path, &b, e) && ((arena_copy(g->a, str_slice(file, 0, file.n - 5), &id) &&
                                          arena_copy(g->a, buf_str(&b), &text)) ||
                                         err_no_memory(e));
    buf_free(&b);
    if (!ok) return false;
    struct rule *r = &g->all[g->count];
    if (!rule_parse(id, text, NULL, g->a, r, e)) return err_within(e, "%s", path);
    r->is_built_in = true;
    g->count++;
    return true;
}

static bool add_directory(struct gathering *g, err *e)
{
    const char *directory = g->rules->config.directory;
    DIR *d = directory ? opendir(directory) : NULL;
    bool ok = true;
    if (!d) return true;
    for (struct dirent *entry; ok && g->count < RULES_MAX && (entry = readdir(d));)
        if (str_ends(str_of(entry->d_name), STR(".json"))) ok = add_built_in(g, entry->d_name, e);
    closedir(d);
    return ok;
}

// ---- The town's own ----------------------------------------------------------------------------------------------

// One that cannot be read any more (a quantity that went) is told and left out: it must not stop the others.
static bool add_own(str key, str text, void *context, err *e)
{
    struct gathering *g = context;
    struct rule r;
    str id, kept;
    err why;
    if (!arena_copy(g->a, key, &id) || !arena_copy(g->a, text, &kept)) return err_no_memory(e);
    if (!rule_parse(id, kept, NULL, g->a, &r, &why)) {
        log_warning("a rule cannot be read", "rule=%.*s why=%s", STR_ARG(key), why.text);
        return true;
    }
    struct rule *same = find(g, id);
    if (!same && g->count == RULES_MAX) return true;
    *(same ? same : &g->all[g->count++]) = r;
    return true;
}

static int cmp_rule(const void *a, const void *b)
{
    return str_cmp(((const struct rule *)a)->id, ((const struct rule *)b)->id);
}

bool rules_list(struct rules *r, struct snapshot *at, arena *a, struct rule **out, size_t *count, err *e)
{
    struct gathering g = {r, a, ARENA_ARRAY(a, RULES_MAX, struct rule), 0};
    if (!g.all) return err_no_memory(e);
    if (!add_directory(&g, e) || !store_document_each(at, RULES, add_own, &g, e)) return false;
    qsort(g.all, g.count, sizeof *g.all, cmp_rule);
    *out = g.all;
    *count = g.count;
    return true;
}

bool rules_get(struct rules *r, struct snapshot *at, str id, arena *a, struct rule *out, err *e)
{
    struct rule *all;
    size_t count;
    if (!rules_list(r, at, a, &all, &count, e)) return false;
    for (size_t k = 0; k < count; k++) {
        if (!str_eq(all[k].id, id)) continue;
        *out = all[k];
        return true;
    }
    return err_set(e, ERR_ABSENT, ERR_NOWHERE, "there is no rule '%.*s'", STR_ARG(id));
}

// ---- Changing ----------------------------------------------------------------------------------------------------

struct changing {
    str id, text;
    const struct principal *who;
    instant now;
    str before;               // what must still be there; empty: whatever
    const struct rule *rule;  // as it becomes; NULL: it goes
};

static bool count_own(str key, str text, void *context, err *e)
{
    (void)key;
    (void)text;
    (void)e;
    ++*(size_t *)context;
    return true;
}

static bool record(struct store_tx *tx, const struct changing *c, str what, err *e)
{
    char which[RULE_ID_MAX + 8];
    const int n = snprintf(which, sizeof which, "rule/%.*s", STR_ARG(c->id));
    const struct audit_event event = {.who = c->who, .what = what, .which = {which, (size_t)n}, .at = c->now};
    return audit_record(tx, &event, e);
}

// What held before a rule was there is not raised: it looks from now on.
static bool put_since(struct store_tx *tx, const struct changing *c, err *e)
{
    char text[TIME_TEXT_MAX + 2] = "\"";
    const size_t n = time_write(text + 1, c->now);
    text[n + 1] = '"';
    return store_document_put(tx, STR("rule_since"), c->id, (str){text, n + 2}, e);
}

static bool is_as_before(struct store_tx *tx, const struct changing *c, err *e)
{
    str text;
    arena *a = arena_new((size_t)1 << 20);
    if (!a) return err_no_memory(e);
    err why;
    const bool is_there = store_document_get(store_tx_snapshot(tx), RULES, c->id, a, &text, &why);
    const bool ok = !is_there ? why.code == ERR_ABSENT  // still the one of share/rules
                              : str_eq(text, c->before);
    arena_free(a);
    return ok || err_set(e, ERR_CONFLICT, ERR_NOWHERE, "the rule was changed at the same moment; ask again");
}

// Whom a rule no longer names is told nothing more of it.
static bool is_no_more_named(const struct outbox_message *m, const void *context)
{
    const struct changing *c = context;
    str about = m->about, kind;
    if (!str_cut(&about, ':', &kind) || !str_eq(kind, STR("rule")) || !str_eq(about, c->id)) return false;
    for (size_t k = 0; c->rule && k < c->rule->delivery_count; k++)
        if (str_eq(c->rule->deliveries[k].target, m->target)) return false;
    return true;
}

static bool put_run(struct store_tx *tx, void *context, err *e)
{
    const struct changing *c = context;
    size_t own = 0;
    if (c->before.n && !is_as_before(tx, c, e)) return false;
    if (!store_document_each(store_tx_snapshot(tx), RULES, count_own, &own, e)) return false;
    if (own >= RULES_MAX) return err_set(e, ERR_LIMIT, ERR_NOWHERE, "at most %d rules", RULES_MAX);
    return store_document_put(tx, RULES, c->id, c->text, e) && put_since(tx, c, e) &&
           version_add(tx, c->id, c->text, c->who, c->now, e) && record(tx, c, STR("rule.put"), e) &&
           outbox_withdraw(tx, is_no_more_named, c, e);
}

static bool put(struct rules *r, str id, str text, str before, const struct principal *who, instant now,
                err *e)
{
    struct rule checked;
    arena *a = arena_new((size_t)1 << 20);
    if (!a) return err_no_memory(e);
    bool ok = text.n <= RULE_BYTES_MAX ||
              err_set(e, ERR_LIMIT, ERR_NOWHERE, "a rule has at most %zu bytes", RULE_BYTES_MAX);
    ok = ok && rule_parse(id, text, r->config.outbox, a, &checked, e);
    struct changing c = {id, text, who, now, before, &checked};
    ok = ok && store_run(r->config.store, put_run, &c, e);
    arena_free(a);
    if (ok) atomic_store(&r->is_changed, true);
    return ok;
}

bool rules_put(struct rules *r, str id, str text, const struct principal *who, instant now, err *e)
{
    return put(r, id, text, (str){0}, who, now, e);
}

// RFC 7396: members of the patch take the place of those of the same name; objects are merged; null takes away.
static void write_merged(json_writer *w, const json *target, const json *patch)
{
    json_open(w, '{');
    for (const json *c = target ? target->first : NULL; c; c = c->next) {
        if (json_get(patch, c->key)) continue;
        json_name(w, c->key);
        json_put_raw(w, c->raw);
    }
    for (const json *c = patch->first; c; c = c->next) {
        const json *old = target ? json_get(target, c->key) : NULL;
        if (c->type == JSON_NULL) continue;
        json_name(w, c->key);
        if (c->type == JSON_OBJECT)
            write_merged(w, old && old->type == JSON_OBJECT ? old : NULL, c);
        else
            json_put_raw(w, c->raw);
    }
    json_close(w, '}');
}

static bool merge(const struct rule *rule, str patch, arena *a, buf *b, err *e)
{
    json *target, *change;
    if (!json_parse(patch, a, &change, e) || !json_parse(rule->text, a, &target, e)) return false;
    if (change->type != JSON_OBJECT)
        return err_set(e, ERR_TYPE, ERR_NOWHERE, "a patch is an object with the members that change");
    json_writer w = json_writer_on(b);
    write_merged(&w, target, change);
    return !b->failed || err_set(e, ERR_LIMIT, ERR_NOWHERE, "a rule has at most %zu bytes", RULE_BYTES_MAX);
}

bool rules_patch(struct rules *r, str id, str patch, const struct principal *who, instant now, err *e)
{
    struct snapshot *at;
    struct rule rule;
    buf b = {.max = RULE_BYTES_MAX};
    arena *a = arena_new((size_t)16 << 20);
    bool ok = a ? snapshot_open(r->config.store, &at, e) : err_no_memory(e);
    if (ok) {
        ok = rules_get(r, at, id, a, &rule, e) && merge(&rule, patch, a, &b, e);
        snapshot_close(at);
    }
    ok = ok && put(r, id, buf_str(&b), rule.text, who, now, e);
    buf_free(&b);
    arena_free(a);
    return ok;
}

bool rules_switch(struct rules *r, str id, bool is_on, const struct principal *who, instant now, err *e)
{
    return rules_patch(r, id, is_on ? STR("{\"isOn\":true}") : STR("{\"isOn\":false}"), who, now, e);
}

static bool delete_run(struct store_tx *tx, void *context, err *e)
{
    const struct changing *c = context;
    str text;
    arena *a = arena_new((size_t)1 << 20);
    bool ok = a || err_no_memory(e);
    ok = ok && store_document_get(store_tx_snapshot(tx), RULES, c->id, a, &text, e) &&
         store_document_delete(tx, RULES, c->id, e) && version_add(tx, c->id, (str){0}, c->who, c->now, e) &&
         record(tx, c, STR("rule.delete"), e) && outbox_withdraw(tx, is_no_more_named, c, e);
    arena_free(a);
    return ok;
}

bool rules_delete(struct rules *r, str id, const struct principal *who, instant now, err *e)
{
    struct changing c = {.id = id, .who = who, .now = now};
    if (!store_run(r->config.store, delete_run, &c, e)) return false;
    atomic_store(&r->is_changed, true);
    return true;
}

// ---- Life --------------------------------------------------------------------------------------------------------

bool rules_open(const rules_config *c, struct rules **out, err *e)
{
    struct rules *r = calloc(1, sizeof *r);
    if (!r) return err_no_memory(e);
    r->config = *c;
    r->last_hour = r->last_minute = TIME_NONE;
    r->heard = heard_new(STREAM_ID_MAX);
    r->live = live_alerts_new();
    atomic_store(&r->is_changed, true);
    if (!r->heard || !r->live) {
        rules_close(r);
        return err_no_memory(e);
    }
    *out = r;
    return true;
}

void rules_stop(struct rules *r)
{
    if (r) live_alerts_stop(r->live);
}

void rules_close(struct rules *r)
{
    if (!r) return;
    live_alerts_free(r->live);
    heard_free(r->heard);
    free(r);
}

void rules_hear(struct rules *r, const struct change *changes, size_t count)
{
    for (size_t k = 0; k < count; k++)
        if (changes[k].oldest != TIME_NONE)
            heard_note(r->heard, OBSERVATION_STREAM(changes[k].id), changes[k].oldest);
}

static job_result run(void *context, instant now, err *e)
{
    return rules_look(context, now, false, e) ? JOB_DONE : JOB_FAILED;
}

bool rules_schedule(struct rules *r, struct schedule *s, err *e)
{
    return schedule_add(
        s, &(struct job){.name = "rules", .every_us = 5 * TIME_SECOND, .run = run, .context = r}, e);
}

void rules_routes(struct rules *r, http_route out[static RULE_ROUTES])
{
    out[0] = (http_route){.methods = HTTP_GET,
                          .path = STR("/feeds"),
                          .flags = HTTP_PREFIX,
                          .handle = feed_handle,
                          .context = r};
    out[1] = (http_route){.methods = HTTP_GET,
                          .path = STR("/en/feeds"),
                          .flags = HTTP_PREFIX,
                          .handle = feed_handle,
                          .context = r};
    out[2] = (http_route){
        .methods = HTTP_GET, .path = STR("/live/alerts"), .handle = live_alerts_handle, .context = r};
}
