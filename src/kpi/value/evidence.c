// SPDX-License-Identifier: EUPL-1.2
#include "kpi/value/evidence.h"

#include "base/utf8.h"
#include "identity/audit.h"

#include <string.h>

// What people hand in, and how it begins. Nothing that a browser would run.
static const struct {
    str end, media, magic;
} kinds[] = {
    {STR(".pdf"), STR("application/pdf"), STR("%PDF-")},
    {STR(".png"), STR("image/png"), STR("\x89PNG\r\n\x1a\n")},
    {STR(".jpg"), STR("image/jpeg"), STR("\xff\xd8\xff")},
    {STR(".jpeg"), STR("image/jpeg"), STR("\xff\xd8\xff")},
    {STR(".xlsx"), STR("application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"),
     STR("PK\x03\x04")},
    {STR(".docx"), STR("application/vnd.openxmlformats-officedocument.wordprocessingml.document"),
     STR("PK\x03\x04")},
    {STR(".ods"), STR("application/vnd.oasis.opendocument.spreadsheet"), STR("PK\x03\x04")},
    {STR(".odt"), STR("application/vnd.oasis.opendocument.text"), STR("PK\x03\x04")},
    {STR(".zip"), STR("application/zip"), STR("PK\x03\x04")},
    {STR(".csv"), STR("text/csv"), STR("")},
    {STR(".txt"), STR("text/plain"), STR("")},
    {STR(".json"), STR("application/json"), STR("")},
    {STR(".eml"), STR("message/rfc822"), STR("")},
};
#define KINDS (sizeof kinds / sizeof kinds[0])

// ---- Names -------------------------------------------------------------------------------------------------------

// Control characters, what has a meaning in headers and paths, and marks that turn the direction of a text round.
static bool is_unwanted(uint32_t c)
{
    return c < ' ' || (c >= 0x7f && c < 0xa0) || c == '"' || c == '\\' || c == '/' || c == '<' || c == '>' ||
           (c >= 0x200b && c <= 0x200f) || (c >= 0x2028 && c <= 0x202e) || (c >= 0x2066 && c <= 0x2069) ||
           c == 0xfeff;
}

// Of valid UTF-8.
static uint32_t next_character(str s, size_t *at)
{
    const unsigned char first = (unsigned char)s.p[(*at)++];
    if (first < 0x80) return first;
    uint32_t c = first >= 0xf0 ? first & 0x07u : first >= 0xe0 ? first & 0x0fu : first & 0x1fu;
    while (*at < s.n && ((unsigned char)s.p[*at] & 0xc0) == 0x80)
        c = c << 6 | ((unsigned char)s.p[(*at)++] & 0x3fu);
    return c;
}

static str last_part(str path)
{
    for (size_t i = path.n; i > 0; i--)
        if (path.p[i - 1] == '/' || path.p[i - 1] == '\\') return str_slice(path, i, path.n);
    return path;
}

// Its end is the kind of file, so a long name loses its middle.
static str shortened(str name, char *p)
{
    const size_t tail = 20, head = KPI_EVIDENCE_NAME_MAX - tail;
    if (name.n <= KPI_EVIDENCE_NAME_MAX) return name;
    size_t n = head, from = name.n - tail;
    while (n > 0 && ((unsigned char)name.p[n] & 0xc0) == 0x80) n--;
    while (from < name.n && ((unsigned char)name.p[from] & 0xc0) == 0x80) from++;
    memmove(p + n, name.p + from, name.n - from);
    return (str){p, n + name.n - from};
}

bool kpi_evidence_name(str given, arena *a, str *out, err *e)
{
    const str name = last_part(given);
    char *p = arena_alloc(a, name.n + 1);
    size_t n = 0, at = 0, bad;
    if (!p) return err_no_memory(e);
    if (!utf8_is_valid(name, &bad)) at = name.n;
    while (at < name.n) {
        const size_t from = at;
        const uint32_t c = next_character(name, &at);
        if (is_unwanted(c)) continue;
        memcpy(p + n, name.p + from, at - from);
        n += at - from;
    }
    str clean = str_trim((str){p, n});
    while (clean.n && clean.p[0] == '.') clean = str_trim(str_slice(clean, 1, clean.n));
    *out = clean.n ? shortened(clean, p + (clean.p - p)) : STR("bestand");
    return true;
}

// ---- Kinds -------------------------------------------------------------------------------------------------------

static bool ends_nocase(str s, str end)
{
    return s.n >= end.n && str_eq_nocase(str_slice(s, s.n - end.n, s.n), end);
}

static int kind_of(str name)
{
    for (size_t i = 0; i < KINDS; i++)
        if (ends_nocase(name, kinds[i].end)) return (int)i;
    return -1;
}

static bool no_such_kind(str name, err *e)
{
    return err_set(
        e, ERR_MEDIA, ERR_NOWHERE,
        "'%.*s' is no kind of file that can be evidence: pdf, png, jpg, xlsx, docx, ods, odt, zip, csv, txt, "
        "json or eml",
        STR_ARG(str_slice(name, 0, 60)));
}

bool kpi_evidence_media(str name, str *out, err *e)
{
    const int k = kind_of(name);
    if (k < 0) return no_such_kind(name, e);
    *out = kinds[k].media;
    return true;
}

bool kpi_evidence_check(str name, str bytes, err *e)
{
    const int k = kind_of(name);
    if (k < 0) return no_such_kind(name, e);
    if (!bytes.n) return err_set(e, ERR_MISSING, ERR_NOWHERE, "'%.*s' is empty", STR_ARG(name));
    if (bytes.n > KPI_EVIDENCE_BYTES_MAX)
        return err_set(e, ERR_LIMIT, ERR_NOWHERE, "'%.*s' has more than %zu MB", STR_ARG(name),
                       KPI_EVIDENCE_BYTES_MAX >> 20);
    return str_starts(bytes, kinds[k].magic) ||
           err_set(e, ERR_MEDIA, ERR_NOWHERE, "'%.*s' is not what its name says", STR_ARG(name));
}

// ---- Keeping -----------------------------------------------------------------------------------------------------

bool kpi_evidence_keep(struct store_tx *tx, const struct kpi_acting *by, str bytes, struct kpi_evidence *out,
                       err *e)
{
    char hash[STORE_BLOB_HASH + 1];
    if (!store_blob_put(tx, bytes, hash, e)) return false;
    *out = (struct kpi_evidence){.bytes = (int64_t)bytes.n};
    if (!arena_copy(by->arena, str_of(hash), &out->hash)) return err_no_memory(e);
    const struct audit_event event = {by->who, STR("kpi-evidence.put"), out->hash, {0}, by->now};
    return audit_record(tx, &event, e);
}

bool kpi_evidence_find(struct snapshot *at, struct kpi_evidence *x, err *e)
{
    str bytes;
    if (!kpi_evidence_media(x->name, &x->media_type, e)) return false;
    arena *own = arena_new(STORE_BLOB_MAX + (1 << 20));
    if (!own) return err_no_memory(e);
    const bool ok = store_blob_get(at, x->hash, own, &bytes, e);
    if (ok) x->bytes = (int64_t)bytes.n;
    arena_free(own);
    return ok || err_within(e, "evidence '%.*s'", STR_ARG(x->name));
}
