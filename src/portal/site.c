// SPDX-License-Identifier: EUPL-1.2
#include "portal/site.h"

#include "base/file.h"
#include "base/json.h"

#include <limits.h>
#include <stdio.h>

#define FILE_BYTES_MAX ((size_t)4 << 20)

static bool read_whole(const char *directory, str file, arena *a, str *out, err *e)
{
    char path[PATH_MAX];
    if (snprintf(path, sizeof path, "%s/%.*s", directory, STR_ARG(file)) >= (int)sizeof path)
        return err_set(e, ERR_CONFIG, ERR_NOWHERE, "%.80s...: the path is too long", directory);
    buf b = {.max = FILE_BYTES_MAX};
    bool ok = file_read(path, &b, e) || (e->code = ERR_CONFIG, false);
    if (ok) ok = arena_copy(a, buf_str(&b), out) || err_no_memory(e);
    buf_free(&b);
    return ok;
}

// A file that must not lead outside the directory.
static bool need_file_name(const json *object, str key, str *out, err *e)
{
    const json *j;
    size_t at;
    if (!json_need(object, key, JSON_TEXT, &j, e)) return false;
    *out = j->text;
    if (str_starts(j->text, STR("/")) || str_find(j->text, STR(".."), &at))
        return err_set(e, ERR_CONFIG, j->at, "'%.*s' leads outside the directory", STR_ARG(j->text));
    return true;
}

static bool read_page(const char *directory, const json *j, arena *a, struct site_page *out, err *e)
{
    const json *name, *code;
    str file, source;
    if (!json_need(j, STR("name"), JSON_TEXT, &name, e) ||
        !json_need(j, STR("language"), JSON_TEXT, &code, e) || !need_file_name(j, STR("file"), &file, e) ||
        !read_whole(directory, file, a, &source, e))
        return false;
    const str type = json_text(j, STR("type"));
    *out = (struct site_page){.name = name->text, .type = type.n ? type : STR("text/html; charset=utf-8")};
    if (!language_by_code(code->text, &out->language))
        return err_set(e, ERR_CONFIG, code->at, "language '%.*s' is not known", STR_ARG(code->text));
    const json *path = json_get(j, STR("path"));
    if (path && path->type == JSON_TEXT) out->path = path->text;
    return template_compile(source, a, &out->template, e) || err_within(e, "%.*s", STR_ARG(file));
}

static bool read_manifest(const char *directory, const json *manifest, arena *a, struct site *s, err *e)
{
    const json *pages;
    if (!json_need(manifest, STR("pages"), JSON_ARRAY, &pages, e)) return false;
    s->pages = ARENA_ARRAY(a, pages->count + 1, struct site_page);
    if (!s->pages) return err_no_memory(e);
    for (const json *j = pages->first; j; j = j->next)
        if (!read_page(directory, j, a, &s->pages[s->page_count++], e)) return false;
    return true;
}

static bool read_words(const char *directory, arena *a, struct site *s, err *e)
{
    for (language l = 0; l < LANGUAGE_COUNT; l++) {
        char file[32];
        snprintf(file, sizeof file, "words.%.*s.json", STR_ARG(language_code(l)));
        str source;
        if (!read_whole(directory, str_of(file), a, &source, e)) return false;
        if (!words_load(l, source, a, &s->words[l], e)) return err_within(e, "%s", file);
    }
    return true;
}

bool site_load(const char *directory, arena *a, struct site **out, err *e)
{
    str source;
    json *manifest;
    struct site *s = ARENA_NEW(a, struct site);
    if (!s) return err_no_memory(e);
    if (!read_whole(directory, STR("manifest.json"), a, &source, e)) return false;
    if (!json_parse(source, a, &manifest, e) || !read_manifest(directory, manifest, a, s, e))
        return err_within(e, "%s/manifest.json", directory);
    s->tokens = json_get(manifest, STR("tokens"));
    s->classes = json_get(manifest, STR("classes"));
    s->assets = json_get(manifest, STR("assets"));
    if (json_get(manifest, STR("worker")) &&
        !read_whole(directory, json_text(manifest, STR("worker")), a, &s->worker, e))
        return false;
    if (!read_words(directory, a, s, e)) return err_within(e, "%s", directory);
    *out = s;
    return true;
}

const struct site_page *site_page_find(const struct site *s, str name, language l)
{
    for (size_t i = 0; i < s->page_count; i++)
        if (str_eq(s->pages[i].name, name) && s->pages[i].language == l) return &s->pages[i];
    return NULL;
}

str site_asset(const struct site *s, str name)
{
    for (const json *j = s->assets ? s->assets->first : NULL; j; j = j->next)
        if (str_eq(json_text(j, STR("name")), name)) return json_text(j, STR("path"));
    return (str){0};
}
