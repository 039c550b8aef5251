// SPDX-License-Identifier: EUPL-1.2
// A line is a document of kind "audit" under its number in 16 digits: {"hash":"<64 hex>","line":{...}}, the hash being that of
// the exact bytes of the object "line", whose member "prev" is the hash of the line before.
#include "identity/audit.h"

#include "base/json.h"

#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define KEY_DIGITS 16
#define HEX_MAX (2 * AUDIT_HASH_BYTES + 1)
#define LINE_BYTES_MAX ((size_t)8 << 10)
#define TRIM_MOST 10000  // lines that one call removes: an operation must not hold up the writer
#define LINE_BEGIN STR("{\"hash\":\"")
#define LINE_MIDDLE STR("\",\"line\":")

static const str line_kind = {"audit", 5}, head_kind = {"audit-head", 10}, head_key = {"head", 4};

// ---- Bytes and texts ---------------------------------------------------------------------------------------------

static str key_of(int64_t number, char out[static KEY_DIGITS])
{
    for (int k = KEY_DIGITS; k-- > 0; number /= 10) out[k] = (char)('0' + number % 10);
    return (str){out, KEY_DIGITS};
}

static bool key_read(str key, int64_t *out)
{
    int64_t n = 0;
    if (key.n != KEY_DIGITS) return false;
    for (size_t k = 0; k < KEY_DIGITS; k++) {
        if (key.p[k] < '0' || key.p[k] > '9') return false;
        n = 10 * n + (key.p[k] - '0');
    }
    *out = n;
    return true;
}

static void hash_of(str line, unsigned char out[static AUDIT_HASH_BYTES])
{
    crypto_generichash(out, AUDIT_HASH_BYTES, (const unsigned char *)line.p, line.n, NULL, 0);
}

static str hex_of(const unsigned char hash[static AUDIT_HASH_BYTES], char out[static HEX_MAX])
{
    sodium_bin2hex(out, HEX_MAX, hash, AUDIT_HASH_BYTES);
    return (str){out, HEX_MAX - 1};
}

static bool hex_read(str hex, unsigned char out[static AUDIT_HASH_BYTES])
{
    size_t n;
    return hex.n == HEX_MAX - 1 && sodium_hex2bin(out, AUDIT_HASH_BYTES, hex.p, hex.n, NULL, &n, NULL) == 0 &&
           n == AUDIT_HASH_BYTES;
}

static void put_who(json_writer *w, const struct principal *who)
{
    static const char *const kinds[] = {[PRINCIPAL_NOBODY] = "public",
                                        [PRINCIPAL_TOKEN] = "token",
                                        [PRINCIPAL_USER] = "user",
                                        [PRINCIPAL_LOCAL] = "local"};
    char text[TOKEN_NAME_MAX + 16];
    snprintf(text, sizeof text, "%s%s%s", who ? kinds[who->kind] : "peil", who && who->name[0] ? ":" : "",
             who ? who->name : "");
    json_put_text(w, str_of(text));
}

// ---- The head ----------------------------------------------------------------------------------------------------

static bool head_parse(str text, arena *a, struct audit_head *out, err *e)
{
    json *j;
    const json *first, *number, *hash;
    if (!json_parse(text, a, &j, e)) return false;
    return json_need(j, STR("first"), JSON_NUMBER, &first, e) &&
           json_need(j, STR("number"), JSON_NUMBER, &number, e) &&
           json_need(j, STR("hash"), JSON_TEXT, &hash, e) && num_parse_int(first->text, &out->first, e) &&
           num_parse_int(number->text, &out->number, e) &&
           (hex_read(hash->text, out->hash) ||
            err_set(e, ERR_SYNTAX, hash->at, "'hash' is not 64 hex digits"));
}

static bool head_get(struct snapshot *at, arena *a, struct audit_head *out, err *e)
{
    str text;
    err why;
    *out = (struct audit_head){.first = 1};
    if (!store_document_get(at, head_kind, head_key, a, &text, &why)) {
        if (why.code == ERR_ABSENT) return true;
        *e = why;
        return false;
    }
    if (head_parse(text, a, out, e)) return true;
    e->code = ERR_CORRUPT;
    return err_within(e, "the head of the audit log");
}

static bool head_put(struct store_tx *tx, const struct audit_head *h, err *e)
{
    char text[256], hex[HEX_MAX];
    const int n = snprintf(text, sizeof text, "{\"first\":%lld,\"number\":%lld,\"hash\":\"%s\"}",
                           (long long)h->first, (long long)h->number, hex_of(h->hash, hex).p);
    return store_document_put(tx, head_kind, head_key, (str){text, (size_t)n}, e);
}

bool audit_head_read(struct snapshot *at, struct audit_head *out, err *e)
{
    arena *a = arena_new(4096);
    if (!a) return err_no_memory(e);
    const bool ok = head_get(at, a, out, e);
    arena_free(a);
    return ok;
}

// ---- Writing -----------------------------------------------------------------------------------------------------

static void put_line(buf *b, const struct audit_head *before, const struct audit_event *event)
{
    char at[TIME_TEXT_MAX], hex[HEX_MAX];
    json_writer w = json_writer_on(b);
    json_open(&w, '{');
    json_name(&w, STR("number"));
    json_put_int(&w, before->number + 1);
    json_name(&w, STR("at"));
    json_put_text(&w, (str){at, time_write(at, event->at)});
    json_name(&w, STR("who"));
    put_who(&w, event->who);
    json_name(&w, STR("what"));
    json_put_text(&w, event->what);
    json_name(&w, STR("which"));
    json_put_text(&w, event->which);
    json_name(&w, STR("detail"));
    json_put_text(&w, event->detail);
    json_name(&w, STR("prev"));
    json_put_text(&w, hex_of(before->hash, hex));
    json_close(&w, '}');
}

static bool put_document(struct store_tx *tx, const struct audit_head *head, str line, err *e)
{
    char key[KEY_DIGITS], hex[HEX_MAX];
    buf b = {.max = LINE_BYTES_MAX + 256};
    buf_add(&b, LINE_BEGIN);
    buf_add(&b, hex_of(head->hash, hex));
    buf_add(&b, LINE_MIDDLE);
    buf_add(&b, line);
    buf_add_char(&b, '}');
    const bool ok = b.failed ? err_no_memory(e)
                             : store_document_put(tx, line_kind, key_of(head->number, key), buf_str(&b), e);
    buf_free(&b);
    return ok;
}

static bool append(struct store_tx *tx, struct audit_head *head, const struct audit_event *event, err *e)
{
    buf line = {.max = LINE_BYTES_MAX};
    put_line(&line, head, event);
    bool ok = !line.failed || err_set(e, ERR_LIMIT, ERR_NOWHERE, "the line for the audit log is too long");
    if (ok) {
        head->number++;
        hash_of(buf_str(&line), head->hash);
        ok = put_document(tx, head, buf_str(&line), e) && head_put(tx, head, e);
    }
    buf_free(&line);
    return ok;
}

bool audit_record(struct store_tx *tx, const struct audit_event *event, err *e)
{
    struct audit_head head;
    if (event->detail.n > AUDIT_DETAIL_MAX || event->which.n > AUDIT_DETAIL_MAX)
        return err_set(e, ERR_LIMIT, ERR_NOWHERE, "a text for the audit log has at most %d bytes",
                       AUDIT_DETAIL_MAX);
    return audit_head_read(store_tx_snapshot(tx), &head, e) && append(tx, &head, event, e);
}

static bool note(struct store_tx *tx, void *context, err *e)
{
    return audit_record(tx, context, e);
}

bool audit_note(struct store *s, const struct audit_event *event, err *e)
{
    struct audit_event copy = *event;
    return store_run(s, note, &copy, e);
}

// ---- Reading -----------------------------------------------------------------------------------------------------

// The two parts of a document, by position: a parser that is lenient with bytes would let some of them change unseen.
static bool document_split(str document, str *hash, str *line)
{
    const size_t hash_at = LINE_BEGIN.n, middle_at = hash_at + HEX_MAX - 1,
                 line_at = middle_at + LINE_MIDDLE.n;
    if (document.n < line_at + 2 || !str_starts(document, LINE_BEGIN) ||
        !str_eq(str_slice(document, middle_at, line_at), LINE_MIDDLE) || document.p[document.n - 1] != '}')
        return false;
    *hash = str_slice(document, hash_at, middle_at);
    *line = str_slice(document, line_at, document.n - 1);
    return true;
}

static bool line_parse(str text, arena *a, struct audit_line *out, str *prev, err *e)
{
    json *j;
    const json *number;
    if (!json_parse(text, a, &j, e) || !json_need(j, STR("number"), JSON_NUMBER, &number, e) ||
        !num_parse_int(number->text, &out->number, e) || !time_parse(json_text(j, STR("at")), &out->at, e))
        return false;
    out->who = json_text(j, STR("who"));
    out->what = json_text(j, STR("what"));
    out->which = json_text(j, STR("which"));
    out->detail = json_text(j, STR("detail"));
    *prev = json_text(j, STR("prev"));
    return true;
}

static bool line_get(struct snapshot *at, int64_t number, arena *a, struct audit_line *out, str *prev, err *e)
{
    char key[KEY_DIGITS];
    str document, hash, line;
    if (!store_document_get(at, line_kind, key_of(number, key), a, &document, e)) return false;
    return (document_split(document, &hash, &line) && line_parse(line, a, out, prev, e)) ||
           err_set(e, ERR_CORRUPT, ERR_NOWHERE, "line %lld of the audit log cannot be read",
                   (long long)number);
}

bool audit_each(struct snapshot *at, int64_t from, int64_t to,
                bool (*each)(const struct audit_line *, void *), void *context, err *e)
{
    struct audit_head head;
    if (!audit_head_read(at, &head, e)) return false;
    arena *a = arena_new(256 << 10);
    if (!a) return err_no_memory(e);
    if (from < head.first) from = head.first;
    if (to > head.number + 1) to = head.number + 1;
    bool ok = true, more = true;
    for (int64_t n = from; ok && more && n < to; n++) {
        struct audit_line line;
        str prev;
        arena_reset(a);
        ok = line_get(at, n, a, &line, &prev, e);
        if (ok) more = each(&line, context);
    }
    arena_free(a);
    return ok;
}

// ---- Verifying ---------------------------------------------------------------------------------------------------

struct verification {
    arena *arena;
    struct audit_head head;
    const struct audit_head *known;
    int64_t expected;     // the number that comes next
    char prev[HEX_MAX];   // hash of the line before, as it stands there; empty: none was read yet
    char start[HEX_MAX];  // `prev` of the oldest line
    bool start_is_told;   // a later line says that the log was trimmed up to there
    bool known_was_met;
    void (*found)(const struct audit_finding *, void *);
    void *context;
    int64_t findings;
};

static void find(struct verification *v, int64_t number, const char *what)
{
    struct audit_finding f = {.number = number};
    snprintf(f.text, sizeof f.text, "line %lld: %s", (long long)number, what);
    v->found(&f, v->context);
    v->findings++;
}

static void check_link(struct verification *v, const struct audit_line *line, str prev)
{
    if (v->prev[0] == 0) {  // the oldest
        snprintf(v->start, sizeof v->start, "%.*s", STR_ARG(prev));
        v->start_is_told = v->head.first == 1 && strspn(v->start, "0") == HEX_MAX - 1;
        return;
    }
    if (!str_eq(prev, str_of(v->prev)))
        find(v, line->number - 1, "the line after it was written after another line than this one");
}

static void check_trim(struct verification *v, const struct audit_line *line)
{
    char expected[128];
    if (!str_eq(line->what, STR("audit.trim"))) return;
    snprintf(expected, sizeof expected, "through=%lld hash=%s", (long long)v->head.first - 1, v->start);
    if (str_ends(line->detail, str_of(expected))) v->start_is_told = true;
}

static void check_known(struct verification *v, int64_t number, str hash)
{
    char hex[HEX_MAX];
    if (!v->known || v->known->number != number) return;
    v->known_was_met = true;
    if (!str_eq(hash, hex_of(v->known->hash, hex))) find(v, number, "its hash is not the one that was noted");
}

static void check_number(struct verification *v, int64_t number)
{
    for (int most = 20; v->expected < number && most > 0; v->expected++, most--)
        find(v, v->expected, "is missing");
    if (number < v->expected) find(v, number, "stands where it does not belong");
    v->expected = number + 1;
}

static bool check_document(str key, str document, void *context, err *e)
{
    (void)e;
    struct verification *v = context;
    int64_t number;
    str hash, text, prev;
    struct audit_line line;
    unsigned char own[AUDIT_HASH_BYTES];
    char hex[HEX_MAX];
    err why;
    arena_reset(v->arena);
    if (!key_read(key, &number)) {
        find(v, 0, "a document among the lines is none");
        return true;
    }
    check_number(v, number);
    const bool is_whole = document_split(document, &hash, &text) &&
                          line_parse(text, v->arena, &line, &prev, &why) && line.number == number;
    hash_of(is_whole ? text : document, own);
    if (!is_whole || !str_eq(hash, hex_of(own, hex))) {
        find(v, number, "its bytes are not those that were written");
        if (!is_whole) return true;
    }
    check_link(v, &line, prev);
    check_trim(v, &line);
    check_known(v, number, hash);
    memcpy(v->prev, hash.p, HEX_MAX - 1);
    return true;
}

static void check_ends(struct verification *v)
{
    char hex[HEX_MAX];
    check_number(v, v->head.number + 1);
    if (v->head.number >= v->head.first && !str_eq(str_of(v->prev), hex_of(v->head.hash, hex)))
        find(v, v->head.number, "the head of the log was written with another line than this one");
    if (v->start[0] && !v->start_is_told)
        find(v, v->head.first, "nothing says that the lines before it were removed");
    if (v->known && !v->known_was_met && v->known->number >= v->head.first)
        find(v, v->known->number, "was noted, and is not there");
}

bool audit_verify(struct snapshot *at, const struct audit_head *known,
                  void (*found)(const struct audit_finding *, void *), void *context, int64_t *findings,
                  err *e)
{
    struct verification v = {.known = known, .found = found, .context = context};
    if (!audit_head_read(at, &v.head, e)) return false;
    if (!(v.arena = arena_new(256 << 10))) return err_no_memory(e);
    v.expected = v.head.first;
    const bool ok = store_document_each(at, line_kind, check_document, &v, e);
    if (ok) check_ends(&v);
    arena_free(v.arena);
    if (ok) *findings = v.findings;
    return ok;
}

// ---- Trimming ----------------------------------------------------------------------------------------------------

// The newest line that is too old, and its hash, which the line after it names. The newest of all stays: the next one hangs on it.
static bool last_old(struct snapshot *at, const struct audit_head *head, instant before, arena *a,
                     int64_t *last, char hash[static HEX_MAX], err *e)
{
    *last = head->first - 1;
    for (int64_t n = head->first; n <= head->number && n <= head->first + TRIM_MOST; n++) {
        struct audit_line line;
        str prev;
        arena_reset(a);
        if (!line_get(at, n, a, &line, &prev, e)) return false;
        *last = n - 1;
        snprintf(hash, HEX_MAX, "%.*s", STR_ARG(prev));
        if (line.at >= before) break;
    }
    return true;
}

static bool remove_through(struct store_tx *tx, struct audit_head *head, int64_t last, err *e)
{
    char key[KEY_DIGITS];
    for (; head->first <= last; head->first++)
        if (!store_document_delete(tx, line_kind, key_of(head->first, key), e)) return false;
    return true;
}

bool audit_trim(struct store_tx *tx, instant before, instant now, int64_t *removed, err *e)
{
    struct audit_head head;
    char hash[HEX_MAX] = "", detail[192];
    int64_t last;
    if (!audit_head_read(store_tx_snapshot(tx), &head, e)) return false;
    arena *a = arena_new(256 << 10);
    if (!a) return err_no_memory(e);
    bool ok = last_old(store_tx_snapshot(tx), &head, before, a, &last, hash, e);
    arena_free(a);
    if (!ok) return false;
    const int64_t count = last - head.first + 1;
    if (count > 0) {
        snprintf(detail, sizeof detail, "lines=%lld through=%lld hash=%s", (long long)count, (long long)last,
                 hash);
        const struct audit_event event = {
            .what = STR("audit.trim"), .which = STR("audit"), .detail = str_of(detail), .at = now};
        ok = remove_through(tx, &head, last, e) && append(tx, &head, &event, e);
    }
    if (ok) *removed = count;
    return ok;
}
