// SPDX-License-Identifier: EUPL-1.2
#include "http/static.h"

#include "base/file.h"

#include <dirent.h>
#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

enum { FILES_MAX = 4096, DEPTH_MAX = 8, TAG_MAX = 24, HASH_MIN = 8 };

static const size_t file_max = (size_t)16 << 20, all_max = (size_t)64 << 20;

// In order of preference: brotli is smaller.
typedef enum { AS_BROTLI, AS_GZIP, AS_IS, FORM_COUNT } form;

static const struct {
    str suffix;
    str coding;
} forms[FORM_COUNT] = {[AS_BROTLI] = {STR(".br"), STR("br")}, [AS_GZIP] = {STR(".gz"), STR("gzip")}};

struct file {
    str path;  // as in the address, decoded
    str type;
    bool is_immutable;
    http_piece *bytes[FORM_COUNT];
    char tag[FORM_COUNT][TAG_MAX];
};

struct http_static {
    arena *arena;  // paths
    struct file *files;
    size_t count, capacity;
    size_t bytes;
};

// ---- what a name says ----

static const struct {
    str suffix;
    str type;
} types[] = {
    {STR(".css"), STR("text/css; charset=utf-8")},
    {STR(".csv"), STR("text/csv; charset=utf-8")},
    {STR(".geojson"), STR("application/geo+json")},
    {STR(".html"), STR("text/html; charset=utf-8")},
    {STR(".ico"), STR("image/vnd.microsoft.icon")},
    {STR(".jpg"), STR("image/jpeg")},
    {STR(".js"), STR("text/javascript; charset=utf-8")},
    {STR(".json"), STR("application/json")},
    {STR(".map"), STR("application/json")},
    {STR(".mjs"), STR("text/javascript; charset=utf-8")},
    {STR(".png"), STR("image/png")},
    {STR(".svg"), STR("image/svg+xml")},
    {STR(".txt"), STR("text/plain; charset=utf-8")},
    {STR(".webmanifest"), STR("application/manifest+json")},
    {STR(".webp"), STR("image/webp")},
    {STR(".woff2"), STR("font/woff2")},
};

static str type_of(str path)
{
    for (size_t i = 0; i < sizeof types / sizeof *types; i++)
        if (str_ends(path, types[i].suffix)) return types[i].type;
    return STR("application/octet-stream");
}

// Hexadecimal with a digit in it (ours), or capitals and 2 to 7 (esbuild's base 32): no word looks like that.
static bool is_hash(str part)
{
    bool is_hex = true, is_base32 = true, has_digit = false;
    for (size_t i = 0; i < part.n; i++) {
        const char c = part.p[i];
        const bool is_digit = c >= '0' && c <= '9';
        has_digit |= is_digit;
        is_hex &= is_digit || (c >= 'a' && c <= 'f');
        is_base32 &= (c >= 'A' && c <= 'Z') || (c >= '2' && c <= '7');
    }
    return part.n >= HASH_MIN && ((is_hex && has_digit) || is_base32);
}

// The part between the last two marks of the file's name: "0a1b2c3d4e" of app.0a1b2c3d4e.css.
static bool has_hash(str path)
{
    size_t end = path.n, start;
    while (end > 0 && path.p[end - 1] != '.' && path.p[end - 1] != '/') end--;
    if (!end || path.p[end - 1] == '/') return false;
    for (start = --end; start > 0 && !strchr(".-/", path.p[start - 1]);) start--;
    return start > 0 && path.p[start - 1] != '/' && is_hash(str_slice(path, start, end));
}

// ---- reading the directory ----

static bool add_bytes(struct http_static *s, struct file *f, form as, str bytes, err *e)
{
    // FNV-1a: it tells versions of a file apart, and nobody gains by a collision.
    uint64_t hash = 14695981039346656037u;
    for (size_t i = 0; i < bytes.n; i++) hash = (hash ^ (unsigned char)bytes.p[i]) * 1099511628211u;
    snprintf(f->tag[as], TAG_MAX, "\"%016llx%.*s\"", (unsigned long long)hash, STR_ARG(forms[as].coding));
    s->bytes += bytes.n;
    if (s->bytes > all_max)
        return err_set(e, ERR_LIMIT, ERR_NOWHERE, "the files are larger than %zu MiB together",
                       all_max >> 20);
    f->bytes[as] = http_piece_new(bytes);
    return f->bytes[as] || err_no_memory(e);
}

static bool read_form(struct http_static *s, struct file *f, form as, const char *name, err *e)
{
    char path[PATH_MAX];
    buf bytes = {.max = file_max};
    struct stat is;
    snprintf(path, sizeof path, "%s%.*s", name, STR_ARG(forms[as].suffix));
    if (as != AS_IS && (lstat(path, &is) || !S_ISREG(is.st_mode))) return true;  // no such twin
    const bool ok = file_read(path, &bytes, e) && add_bytes(s, f, as, buf_str(&bytes), e);
    buf_free(&bytes);
    return ok;
}

static struct file *file_new(struct http_static *s)
{
    if (s->count == s->capacity) {
        const size_t capacity = s->capacity ? s->capacity * 2 : 64;
        struct file *files = reallocarray(s->files, capacity, sizeof *files);
        if (!files) return NULL;
        s->files = files;
        s->capacity = capacity;
    }
    s->files[s->count] = (struct file){0};
    return &s->files[s->count++];
}

static bool add_file(struct http_static *s, const char *name, str path, err *e)
{
    if (s->count == FILES_MAX) return err_set(e, ERR_LIMIT, ERR_NOWHERE, "more than %d files", FILES_MAX);
    struct file *f = file_new(s);
    if (!f || !arena_copy(s->arena, path, &f->path)) return err_no_memory(e);
    f->type = type_of(f->path);
    f->is_immutable = has_hash(f->path);
    for (form as = 0; as < FORM_COUNT; as++)
        if (!read_form(s, f, as, name, e)) return false;
    return true;
}

static bool is_twin(const char *name)
{
    char of[PATH_MAX];
    struct stat is;
    for (form as = 0; as < AS_IS; as++) {
        if (!str_ends(str_of(name), forms[as].suffix)) continue;
        snprintf(of, sizeof of, "%.*s", (int)(strlen(name) - forms[as].suffix.n), name);
        if (lstat(of, &is) == 0 && S_ISREG(is.st_mode)) return true;
    }
    return false;
}

static bool add_directory(struct http_static *s, const char *name, str prefix, int depth, err *e);

static bool add_entry(struct http_static *s, const char *directory, const char *entry, str prefix, int depth,
                      err *e)
{
    char name[PATH_MAX], path[PATH_MAX];
    struct stat is;
    const int n = snprintf(name, sizeof name, "%s/%s", directory, entry);
    const int m = snprintf(path, sizeof path, "%.*s%s", STR_ARG(prefix), entry);
    if (n >= (int)sizeof name || m + 1 >= (int)sizeof path)
        return err_set(e, ERR_LIMIT, ERR_NOWHERE, "a path that is too long");
    if (entry[0] == '.' || lstat(name, &is)) return true;
    if (S_ISREG(is.st_mode)) return is_twin(name) || add_file(s, name, (str){path, (size_t)m}, e);
    if (!S_ISDIR(is.st_mode)) return true;
    path[m] = '/';
    return add_directory(s, name, (str){path, (size_t)m + 1}, depth + 1, e);
}

static bool add_directory(struct http_static *s, const char *name, str prefix, int depth, err *e)
{
    if (depth > DEPTH_MAX)
        return err_set(e, ERR_LIMIT, ERR_NOWHERE, "more than %d directories inside each other", DEPTH_MAX);
    DIR *d = opendir(name);
    if (!d) return err_set(e, ERR_CONFIG, ERR_NOWHERE, "%s: %s", name, strerror(errno));
    bool ok = true;
    for (const struct dirent *entry; ok && (entry = readdir(d));)
        ok = add_entry(s, name, entry->d_name, prefix, depth, e) || err_within(e, "%s", entry->d_name);
    closedir(d);
    return ok;
}

static int by_path(const void *a, const void *b)
{
    return str_cmp(((const struct file *)a)->path, ((const struct file *)b)->path);
}

struct http_static *http_static_open(const char *directory, str prefix, err *e)
{
    struct http_static *s = calloc(1, sizeof *s);
    if (!s || !(s->arena = arena_new(FILES_MAX * 256))) {
        err_no_memory(e);
        free(s);
        return NULL;
    }
    if (!add_directory(s, directory, prefix, 0, e)) {
        http_static_close(s);
        return NULL;
    }
    if (s->count) qsort(s->files, s->count, sizeof *s->files, by_path);
    return s;
}

void http_static_close(struct http_static *s)
{
    if (!s) return;
    for (size_t i = 0; i < s->count; i++)
        for (form as = 0; as < FORM_COUNT; as++) http_piece_release(s->files[i].bytes[as]);
    free(s->files);
    arena_free(s->arena);
    free(s);
}

// ---- answering ----

static const struct file *find(const struct http_static *s, struct http_request *r)
{
    struct file wanted = {0};
    err ignored;
    if (!s->count ||
        !http_percent_decode(http_request_path(r), false, http_request_arena(r), &wanted.path, &ignored))
        return NULL;
    return bsearch(&wanted, s->files, s->count, sizeof *s->files, by_path);
}

static bool has_twin(const struct file *f)
{
    return f->bytes[AS_BROTLI] || f->bytes[AS_GZIP];
}

static form form_for(const struct file *f, str accepted)
{
    for (form as = 0; as < AS_IS; as++)
        if (f->bytes[as] && http_accepts(accepted, forms[as].coding)) return as;
    return AS_IS;
}

// If-None-Match compares weakly: W/"x" is "x".
static bool is_known(str tags, str tag)
{
    if (str_eq(str_trim(tags), STR("*"))) return true;
    for (str one; str_cut(&tags, ',', &one);) {
        one = str_trim(one);
        if (str_starts(one, STR("W/"))) one = str_slice(one, 2, one.n);
        if (str_eq(one, tag)) return true;
    }
    return false;
}

void http_static_handle(struct http_request *r, void *http_static)
{
    const struct file *f = find(http_static, r);
    if (!f) {
        http_reply_error(r, 404, STR("there is nothing at this address"));
        return;
    }
    const form as = form_for(f, http_request_header(r, "Accept-Encoding"));
    const str tag = str_of(f->tag[as]);
    http_reply_data reply = {.status = 200, .content_type = f->type};
    http_reply_add_header(&reply, STR("ETag"), tag);
    http_reply_add_header(&reply, STR("Cache-Control"),
                          f->is_immutable ? STR("public, max-age=31536000, immutable") : STR("no-cache"));
    if (has_twin(f)) http_reply_add_header(&reply, STR("Vary"), STR("Accept-Encoding"));
    if (is_known(http_request_header(r, "If-None-Match"), tag)) {
        reply.status = 304;
        http_reply(r, &reply);
        return;
    }
    if (as != AS_IS) http_reply_add_header(&reply, STR("Content-Encoding"), forms[as].coding);
    http_reply_piece(r, &reply, f->bytes[as]);
}
