// SPDX-License-Identifier: EUPL-1.2
// Who is told of an alert: through the outbox in the alert's own operation, at the broker and live after it.
#include "rule/inside.h"

#include "base/log.h"

#include <stdio.h>
#include <string.h>

static const str words[] = {[TELL_RAISED] = {"raised", 6}, [TELL_CLEARED] = {"cleared", 7}};

static metric not_put = {.name = "peil_alert_messages_left_out_total",
                         .help = "Messages about alerts that a target could not take more of.",
                         .type = METRIC_COUNTER};

// {"type":"alert.raised","timestamp":"...","data":{...}}: the form that Standard Webhooks proposes.
static void write_event(buf *b, const struct rules *r, const struct alert *x, tell_what what)
{
    char text[TIME_TEXT_MAX];
    json_writer w = json_writer_on(b);
    json_open(&w, '{');
    json_name(&w, STR("type"));
    json_put_text(&w, what == TELL_RAISED ? STR("alert.raised") : STR("alert.cleared"));
    json_name(&w, STR("timestamp"));
    json_put_text(&w, (str){text, time_write(text, x->raised)});
    json_name(&w, STR("data"));
    alert_write(&w, x, r->config.zone);
    json_close(&w, '}');
}

static void write_mail(buf *b, const struct rules *r, const struct alert *x, arena *a)
{
    str nl, en;
    const str root = r->config.root_url ? *r->config.root_url : (str){0};
    if (!alert_sentence(x, r->config.zone, true, a, &nl, NULL) ||
        !alert_sentence(x, r->config.zone, false, a, &en, NULL)) {
        b->failed = true;
        return;
    }
    buf_print(b, "%.*s.\n\n%.*s.\n", STR_ARG(nl), STR_ARG(en));
    if (x->area.n) buf_print(b, "\n%.*s/gebied/%.*s\n", STR_ARG(root), STR_ARG(x->area));
    if (x->thing) buf_print(b, "\n%.*s/meter/%lld\n", STR_ARG(root), (long long)x->thing);
}

static bool put(struct rules *r, struct store_tx *tx, const struct rule_delivery *d, size_t number,
                const struct alert *x, tell_what what, instant now, arena *a, err *e)
{
    buf body = {.max = OUTBOX_BODY_MAX};
    str id, about, subject = {0};
    err why = {0};
    const bool is_mail = d->kind == DELIVER_MAIL;
    if (is_mail)
        write_mail(&body, r, x, a);
    else
        write_event(&body, r, x, what);
    bool ok = !body.failed && arena_print(a, &id, "%.*s.%c%zu", STR_ARG(x->id), words[what].p[0], number) &&
              arena_print(a, &about, "rule:%.*s", STR_ARG(x->rule)) &&
              alert_sentence(x, r->config.zone, true, a, &subject, NULL);
    if (!ok) err_no_memory(e);
    const struct outbox_message m = {.kind = is_mail ? OUTBOX_MAIL : OUTBOX_WEBHOOK,
                                     .id = id,
                                     .target = d->target,
                                     .secret = d->secret,
                                     .subject = str_slice(subject, 0, 300),
                                     .body = buf_str(&body),
                                     .about = about};
    if (ok && !outbox_put(r->config.outbox, tx, &m, now, &why)) {
        // The alert stands, whoever cannot be told. Faults of the store are another matter.
        ok = why.code == ERR_LIMIT || why.code == ERR_CONFIG || why.code == ERR_SYNTAX ||
             err_set(e, why.code, ERR_NOWHERE, "%s", why.text);
        metric_count(&not_put, 1);
        log_warning("an alert is not sent to one of its targets", "rule=%.*s why=%s", STR_ARG(x->rule),
                    err_code_name(why.code).p);
    }
    buf_free(&body);
    return ok;
}

bool tell(struct rules *r, struct store_tx *tx, const struct rule *rule, const struct alert *x,
          tell_what what, instant now, err *e)
{
    arena *a = arena_new((size_t)1 << 20);
    bool ok = a || err_no_memory(e);
    for (size_t k = 0; ok && k < rule->delivery_count; k++)
        if (rule->deliveries[k].kind != DELIVER_MQTT)
            ok = put(r, tx, &rule->deliveries[k], k, x, what, now, a, e);
    arena_free(a);
    return ok;
}

static bool is_at_broker(const struct rule *rule)
{
    for (size_t k = 0; k < rule->delivery_count; k++)
        if (rule->deliveries[k].kind == DELIVER_MQTT) return true;
    return false;
}

void tell_at_once(struct rules *r, const struct rule *rule, const struct alert *x, tell_what what)
{
    char topic[128];
    buf b = {.max = OUTBOX_BODY_MAX};
    write_event(&b, r, x, what);
    if (!b.failed && r->config.publish && is_at_broker(rule)) {
        const int n = snprintf(topic, sizeof topic, "peil/alerts/%.*s/%.*s", STR_ARG(x->rule),
                               STR_ARG(alert_subject(x)));
        (void)r->config.publish(r->config.publish_context, (str){topic, (size_t)n},
                                buf_str(&b));  // counted where it is dropped
    }
    if (!b.failed && x->is_public) {
        buf event = {.max = OUTBOX_BODY_MAX + 512};
        buf_print(&event, "id: %.*s.%c\nevent: alert\ndata: ", STR_ARG(x->id), words[what].p[0]);
        buf_add(&event, buf_str(&b));
        BUF_LIT(&event, "\n\n");
        if (!event.failed) live_alerts_send(r->live, buf_str(&event));
        buf_free(&event);
    }
    buf_free(&b);
}
