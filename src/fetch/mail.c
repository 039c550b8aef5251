// SPDX-License-Identifier: EUPL-1.2
#include "fetch/mail.h"

#include <curl/curl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define MESSAGE_BYTES_MAX ((size_t)1 << 20)
#define BASE64_LINE 57  // bytes that make 76 characters
#define WORD_BYTES 42   // bytes of one encoded word: at most 75 characters with its frame

// ---- Addresses ---------------------------------------------------------------------------------------------------

// Narrower than RFC 5321 allows (no quotes, no comments, ASCII): nothing in it can end a header line or a command.
static bool is_address_byte(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
           (c && strchr(".!#$%&'*+/=?^_`{|}~-", c));
}

bool mail_address_check(str address, err *e)
{
    size_t at = 0, ats = 0;
    bool is_plain = address.n > 2 && address.n <= MAIL_ADDRESS_MAX;
    for (size_t k = 0; is_plain && k < address.n; k++) {
        if (address.p[k] == '@') {
            at = k;
            ats++;
        } else
            is_plain = is_address_byte(address.p[k]);
    }
    if (is_plain && ats == 1 && at > 0 && at <= 64 && at + 1 < address.n && address.p[0] != '-') return true;
    return err_set(e, ERR_SYNTAX, ERR_NOWHERE,
                   "this is not one plain mail address");  // and is not repeated: it is somebody's
}

// ---- The message -------------------------------------------------------------------------------------------------

static void base64_add(buf *out, const unsigned char *p, size_t n)
{
    static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    for (size_t k = 0; k < n; k += 3) {
        const unsigned b = (unsigned)p[k] << 16 | (k + 1 < n ? (unsigned)p[k + 1] << 8 : 0) |
                           (k + 2 < n ? p[k + 2] : 0);
        buf_add_char(out, digits[b >> 18]);
        buf_add_char(out, digits[b >> 12 & 63]);
        buf_add_char(out, k + 1 < n ? digits[b >> 6 & 63] : '=');
        buf_add_char(out, k + 2 < n ? digits[b & 63] : '=');
    }
}

static bool is_plain(str s)
{
    for (size_t k = 0; k < s.n; k++)
        if (s.p[k] < ' ' || s.p[k] > '~') return false;
    return true;
}

// Free text in a header: as it is where it is short ASCII, else encoded words that break between characters.
static void add_words(buf *out, str s)
{
    if (is_plain(s) && s.n <= 60) {
        buf_add(out, s);
        return;
    }
    for (size_t from = 0; from < s.n;) {
        size_t to = from + WORD_BYTES < s.n ? from + WORD_BYTES : s.n;
        while (to < s.n && to > from + 1 && ((unsigned char)s.p[to] & 0xc0) == 0x80) to--;
        BUF_LIT(out, "=?UTF-8?B?");
        base64_add(out, (const unsigned char *)s.p + from, to - from);
        BUF_LIT(out, "?=");
        if (to < s.n) BUF_LIT(out, "\r\n ");
        from = to;
    }
}

static void add_date(buf *out, instant t)
{
    static const char days[] = "MonTueWedThuFriSatSun", months[] = "JanFebMarAprMayJunJulAugSepOctNovDec";
    const civil c = time_to_civil(t);
    buf_print(out, "Date: %.3s, %02d %.3s %04d %02d:%02d:%02d +0000\r\n", days + 3 * time_weekday(t), c.day,
              months + 3 * (c.month - 1), c.year, c.hour, c.minute, c.second);
}

static void add_text(buf *out, str text)
{
    for (size_t k = 0; k < text.n; k += BASE64_LINE) {
        base64_add(out, (const unsigned char *)text.p + k,
                   text.n - k < BASE64_LINE ? text.n - k : BASE64_LINE);
        BUF_LIT(out, "\r\n");
    }
}

void mail_write(buf *out, const struct mail *m, str from)
{
    size_t at;
    const str host = str_find(from, STR("@"), &at) ? str_slice(from, at + 1, from.n) : STR("localhost");
    add_date(out, m->date);
    BUF_LIT(out, "From: ");
    if (m->from_name.n) {
        // Always as encoded words: a plain phrase would need its own quoting rules.
        BUF_LIT(out, "=?UTF-8?B?");
        base64_add(out, (const unsigned char *)m->from_name.p,
                   m->from_name.n < WORD_BYTES ? m->from_name.n : WORD_BYTES);
        BUF_LIT(out, "?= ");
    }
    buf_print(out, "<%.*s>\r\nTo: <%.*s>\r\nSubject: ", STR_ARG(from), STR_ARG(m->to));
    add_words(out, m->subject);
    buf_print(out, "\r\nMessage-ID: <%.*s@%.*s>\r\n", STR_ARG(m->id), STR_ARG(host));
    if (m->unsubscribe.n)
        buf_print(out, "List-Unsubscribe: <%.*s>\r\nList-Unsubscribe-Post: List-Unsubscribe=One-Click\r\n",
                  STR_ARG(m->unsubscribe));
    BUF_LIT(
        out,
        "Auto-Submitted: auto-generated\r\nMIME-Version: 1.0\r\nContent-Type: text/plain; charset=utf-8\r\n"
        "Content-Transfer-Encoding: base64\r\n\r\n");
    add_text(out, m->text);
}

// ---- Sending -----------------------------------------------------------------------------------------------------

struct reading {
    str rest;
};

static size_t give(char *p, size_t size, size_t n, void *context)
{
    struct reading *r = context;
    const size_t take = r->rest.n < size * n ? r->rest.n : size * n;
    if (take) memcpy(p, r->rest.p, take);
    r->rest = str_slice(r->rest, take, r->rest.n);
    return take;
}

static CURLcode perform(CURL *c, const mail_server *s, const struct mail *m, str message, char *why)
{
    char to[MAIL_ADDRESS_MAX + 3], from[MAIL_ADDRESS_MAX + 3];
    snprintf(to, sizeof to, "<%.*s>", STR_ARG(m->to));
    snprintf(from, sizeof from, "<%s>", s->from);
    struct curl_slist *recipients = curl_slist_append(NULL, to);
    if (!recipients) return CURLE_OUT_OF_MEMORY;
    struct reading r = {message};
    curl_easy_setopt(c, CURLOPT_NOSIGNAL, 1L);
    curl_easy_setopt(c, CURLOPT_PROTOCOLS_STR, "smtp,smtps");
    curl_easy_setopt(c, CURLOPT_PROXY, "");
    curl_easy_setopt(c, CURLOPT_TIMEOUT, (long)(s->timeout_s ? s->timeout_s : 30));
    curl_easy_setopt(c, CURLOPT_URL, s->url);
    curl_easy_setopt(c, CURLOPT_USE_SSL, (long)(s->needs_tls ? CURLUSESSL_ALL : CURLUSESSL_TRY));
    if (s->ca_file) curl_easy_setopt(c, CURLOPT_CAINFO, s->ca_file);
    if (s->user) curl_easy_setopt(c, CURLOPT_USERNAME, s->user);
    if (s->password) curl_easy_setopt(c, CURLOPT_PASSWORD, s->password);
    curl_easy_setopt(c, CURLOPT_MAIL_FROM, from);
    curl_easy_setopt(c, CURLOPT_MAIL_RCPT, recipients);
    curl_easy_setopt(c, CURLOPT_READFUNCTION, give);
    curl_easy_setopt(c, CURLOPT_READDATA, &r);
    curl_easy_setopt(c, CURLOPT_UPLOAD, 1L);
    curl_easy_setopt(c, CURLOPT_ERRORBUFFER, why);
    const CURLcode code = curl_easy_perform(c);
    curl_slist_free_all(recipients);
    return code;
}

bool mail_run(const mail_server *s, const struct mail *m, int *status, err *e)
{
    *status = 0;
    CURL *c = curl_easy_init();
    buf message = {.max = MESSAGE_BYTES_MAX};
    mail_write(&message, m, str_of(s->from));
    char why[CURL_ERROR_SIZE] = "";
    bool ok = c && !message.failed;
    if (!ok) err_no_memory(e);
    const CURLcode code = ok ? perform(c, s, m, buf_str(&message), why) : CURLE_OUT_OF_MEMORY;
    long reply = 0;
    if (ok) {
        curl_easy_getinfo(c, CURLINFO_RESPONSE_CODE, &reply);
        *status = (int)reply;
        if (code != CURLE_OK)
            ok = err_set(e, ERR_IO, ERR_NOWHERE, "%s: %s", s->url, why[0] ? why : curl_easy_strerror(code));
    }
    curl_easy_cleanup(c);
    buf_free(&message);
    return ok;
}
