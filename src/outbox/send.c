// SPDX-License-Identifier: EUPL-1.2
#include "outbox/send.h"

#include "fetch/fetch.h"
#include "fetch/mail.h"

#include <stdio.h>
#include <string.h>

#define ANSWER_MAX ((size_t)64 << 10)
#define SIGNATURE_MAX 512
#define HEADER_MAX 640

static void fail(struct send_answer *out, send_result result, str reason)
{
    out->result = result;
    snprintf(out->reason, sizeof out->reason, "%.*s", STR_ARG(str_slice(reason, 0, sizeof out->reason - 1)));
}

// ---- Webhooks ----------------------------------------------------------------------------------------------------

// What an HTTP status means for us. Everything else is tried again: most faults at the other side pass.
static send_result result_of(int status)
{
    if (status >= 200 && status < 300) return SEND_ARRIVED;
    return status == 410 ? SEND_NEVER : SEND_AGAIN;  // Gone: the receiver says that it wants no more
}

static void judge(int status, struct send_answer *out)
{
    char text[96];
    out->result = result_of(status);
    if (out->result == SEND_ARRIVED) return;
    snprintf(text, sizeof text, "the receiver answered %d%s", status,
             status >= 300 && status < 400 ? "; redirects are not followed" : "");
    fail(out, out->result, str_of(text));
}

// An address may hold a secret of the receiver's: reasons do not repeat it.
static str without_address(str why, str url)
{
    size_t at;
    if (!str_find(why, url, &at)) return why;
    const str rest = str_slice(why, at + url.n, why.n);
    return str_starts(rest, STR(": ")) ? str_slice(rest, 2, rest.n) : str_trim(rest);
}

static void post(const outbox_config *c, const struct message *m, const char *const headers[],
                 struct send_answer *out)
{
    char url[OUTBOX_TARGET_MAX + 1];
    snprintf(url, sizeof url, "%.*s", STR_ARG(m->content.target));
    err e;
    fetch_answer answer;
    struct fetcher *f = fetcher_new(&e);
    const fetch_request q = {.method = "POST",
                             .url = url,
                             .headers = headers,
                             .body = m->content.body,
                             .timeout_s = SEND_TIMEOUT_S,
                             .answer_max = ANSWER_MAX,
                             .is_public_only = !c->allow_private};
    if (f && fetch_run(f, &q, &answer, &e)) {
        judge(answer.status, out);
        out->wait_us = answer.retry_after_s * TIME_SECOND;
    } else if (e.code == ERR_DENIED)
        fail(out, SEND_NEVER, STR("the address leads to a computer that is not on the public internet"));
    else
        fail(out, SEND_AGAIN, without_address(str_of(e.text), str_of(url)));
    fetcher_free(f);
}

static void send_webhook(const outbox_config *c, const struct sign_key *key, const struct message *m,
                         instant now, struct send_answer *out)
{
    const struct outbox_message *q = &m->content;
    const long long timestamp = (long long)(now / TIME_SECOND);
    buf signature = {.max = SIGNATURE_MAX};
    char id[HEADER_MAX], stamp[64], sign[HEADER_MAX], type[HEADER_MAX];
    sign_webhook(&signature, q->id, timestamp, q->body, q->secret, key);
    snprintf(id, sizeof id, "webhook-id: %.*s", STR_ARG(q->id));
    snprintf(stamp, sizeof stamp, "webhook-timestamp: %lld", timestamp);
    snprintf(sign, sizeof sign, "webhook-signature: %.*s", STR_ARG(buf_str(&signature)));
    snprintf(type, sizeof type, "Content-Type: %.*s", STR_ARG(q->type.n ? q->type : STR("application/json")));
    const char *const headers[] = {id, stamp, sign, type, "User-Agent: peil", "Expect:", NULL};
    buf_free(&signature);
    post(c, m, headers, out);
}

// ---- Mail --------------------------------------------------------------------------------------------------------

static void send_mail(const outbox_config *c, const struct sign_key *key, const struct message *m,
                      instant now, struct send_answer *out)
{
    (void)key;
    if (!c->smtp_url) {
        fail(out, SEND_AGAIN, STR("no mail server is configured"));
        return;
    }
    const mail_server server = {.url = c->smtp_url,
                                .user = c->smtp_user,
                                .password = c->smtp_password,
                                .ca_file = c->smtp_ca_file,
                                .needs_tls = c->smtp_needs_tls,
                                .from = c->mail_from,
                                .timeout_s = SEND_TIMEOUT_S};
    const struct mail mail = {.from_name = c->sender_name,
                              .to = m->content.target,
                              .subject = m->content.subject,
                              .text = m->content.body,
                              .id = m->content.id,
                              .unsubscribe = m->content.unsubscribe,
                              .date = now};
    int status;
    err e;
    char why[64];
    if (mail_run(&server, &mail, &status, &e)) {
        out->result = SEND_ARRIVED;
    } else if (status >= 400) {  // the server's sentence may repeat the address; its number says enough
        snprintf(why, sizeof why, "the mail server answered %d", status);
        fail(out, status >= 500 ? SEND_NEVER : SEND_AGAIN, str_of(why));
    } else
        fail(out, SEND_AGAIN, str_of(e.text));
}

void send_message(const outbox_config *c, const struct sign_key *key, const struct message *m, instant now,
                  struct send_answer *out)
{
    static void (*const senders[])(const outbox_config *, const struct sign_key *, const struct message *,
                                   instant, struct send_answer *) = {
        [OUTBOX_WEBHOOK] = send_webhook, [OUTBOX_MAIL] = send_mail};
    memset(out, 0, sizeof *out);
    senders[m->content.kind](c, key, m, now, out);
}
