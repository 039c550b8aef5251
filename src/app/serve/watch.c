// SPDX-License-Identifier: EUPL-1.2
#include "app/serve/watch.h"

#include "app/serve/town_broker.h"
#include "index/index.h"
#include "outbox/outbox.h"
#include "quality/quality.h"
#include "rule/rule.h"

#include <stdlib.h>

struct watch {
    struct outbox *outbox;
    struct qualities *qualities;
    struct indices *indices;
    struct rules *rules;
    struct town_broker *broker;  // NULL: there is none
};

static const char *text_or_null(str s)
{
    return s.n ? s.p : NULL;  // texts of settings end with a NUL byte
}

static bool open_outbox(struct watch *w, const watch_config *c, arena *a, err *e)
{
    const struct settings *s = c->settings;
    str password;
    if (!password_read(s->outbox.smtp_password_file, "outbox.smtp_password_file", a, &password, e))
        return false;
    if (s->outbox.smtp_url.n && !s->outbox.mail_from.n)
        return err_set(e, ERR_CONFIG, ERR_NOWHERE, "outbox.mail_from is needed beside outbox.smtp_url");
    const outbox_config o = {.store = c->store,
                             .smtp_url = text_or_null(s->outbox.smtp_url),
                             .smtp_user = text_or_null(s->outbox.smtp_user),
                             .smtp_password = text_or_null(password),
                             .smtp_ca_file = text_or_null(s->outbox.smtp_ca_file),
                             .smtp_needs_tls = s->outbox.smtp_needs_tls,
                             .mail_from = text_or_null(s->outbox.mail_from),
                             .sender_name = s->portal.town,
                             .allow_private = s->outbox.private_targets,
                             .attempts_max = (int)s->outbox.attempts,
                             .first_wait_s = (int)s->outbox.first_wait_s,
                             .keep_days = (int)s->outbox.keep_days,
                             .metrics = c->metrics};
    w->outbox = outbox_new(&o, e);
    return w->outbox != NULL;
}

static job_result run_outbox(void *context, instant now, err *e)
{
    (void)e;
    outbox_tick(context, now);
    return JOB_DONE;
}

static bool open_quality(struct watch *w, const watch_config *c, err *e)
{
    const quality_config q = {
        .store = c->store, .rollups = c->rollups, .correct_humidity = c->settings->quality.correct_humidity};
    return qualities_open(&q, &w->qualities, e) && qualities_schedule(w->qualities, c->schedule, e);
}

static bool open_indices(struct watch *w, const watch_config *c, err *e)
{
    const indices_config x = {.store = c->store, .areas = c->areas, .rollups = c->rollups, .zone = c->zone};
    return indices_open(&x, &w->indices, e) && indices_schedule(w->indices, c->schedule, e);
}

static bool publish(void *context, str topic, str payload)
{
    const struct watch *w = context;
    return w->broker && town_broker_publish(w->broker, topic, payload);
}

static bool open_rules(struct watch *w, const watch_config *c, arena *a, err *e)
{
    str directory;
    const str own = c->settings->rules.directory;
    if (!arena_copy(a, own.n ? own : STR(PEIL_SHARE "/rules"), &directory)) return err_no_memory(e);
    const rules_config r = {.store = c->store,
                            .indices = w->indices,
                            .areas = c->areas,
                            .rollups = c->rollups,
                            .outbox = w->outbox,
                            .zone = c->zone,
                            .root_url = c->root_url,
                            .town = c->settings->portal.town,
                            .directory = directory.p,
                            .publish = publish,
                            .publish_context = w,
                            .metrics = c->metrics};
    return rules_open(&r, &w->rules, e) && rules_schedule(w->rules, c->schedule, e);
}

// One listener of the store for all: it has few places.
static void hear(uint64_t commit, const struct change *changes, size_t count, void *context)
{
    (void)commit;
    struct watch *w = context;
    if (w->qualities) qualities_hear(w->qualities, changes, count);
    if (w->indices) indices_hear(w->indices, changes, count);
    if (w->rules) rules_hear(w->rules, changes, count);
}

bool watch_open(const watch_config *c, arena *a, struct watch **out, err *e)
{
    struct watch *w = calloc(1, sizeof *w);
    if (!w) return err_no_memory(e);
    store_listen(c->store, hear, w);
    bool ok = open_quality(w, c, e) && open_indices(w, c, e) && open_outbox(w, c, a, e) &&
              open_rules(w, c, a, e);
    ok = ok &&
         schedule_add(c->schedule,
                      &(struct job){
                          .name = "outbox", .every_us = TIME_SECOND, .run = run_outbox, .context = w->outbox},
                      e);
    *out = w;  // also when it failed: the store knows it as a listener
    return ok;
}

struct outbox *watch_outbox(struct watch *w)
{
    return w->outbox;
}

struct indices *watch_indices(struct watch *w)
{
    return w->indices;
}

struct rules *watch_rules(struct watch *w)
{
    return w->rules;
}

void watch_publish_at(struct watch *w, struct town_broker *b)
{
    w->broker = b;
}

void watch_stop(struct watch *w)
{
    if (!w) return;
    outbox_stop(w->outbox);
    w->outbox = NULL;
}

void watch_close(struct watch *w)
{
    if (!w) return;
    rules_close(w->rules);
    indices_close(w->indices);
    qualities_close(w->qualities);
    free(w);
}
