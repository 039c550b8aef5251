// SPDX-License-Identifier: EUPL-1.2
#include "app/watch.h"

#include "outbox/outbox.h"

#include <stdlib.h>

struct watch {
    struct outbox *outbox;
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

bool watch_open(const watch_config *c, arena *a, struct watch **out, err *e)
{
    struct watch *w = calloc(1, sizeof *w);
    if (!w) return err_no_memory(e);
    bool ok = open_outbox(w, c, a, e);
    ok = ok &&
         schedule_add(c->schedule,
                      &(struct job){
                          .name = "outbox", .every_us = TIME_SECOND, .run = run_outbox, .context = w->outbox},
                      e);
    if (!ok) {
        watch_close(w);
        return false;
    }
    *out = w;
    return true;
}

struct outbox *watch_outbox(struct watch *w)
{
    return w->outbox;
}

void watch_close(struct watch *w)
{
    if (!w) return;
    outbox_stop(w->outbox);
    free(w);
}
