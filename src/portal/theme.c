// SPDX-License-Identifier: EUPL-1.2
#include "portal/theme.h"

#include "base/file.h"
#include "portal/digest.h"

#include <limits.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#define THEME_BYTES_MAX ((size_t)64 << 10)
#define TEXT_BYTES_MAX 200

static const char *const schemes[] = {"light", "dark"};

struct loader {
    const char *path;
    const json *tokens;
    const json *file;
    arena *a;
    struct theme *out;
    err *e;
};

static bool wrong(struct loader *l, const json *j, const char *what)
{
    const str name = j ? j->key : STR("the file");
    return err_set(l->e, ERR_CONFIG, j ? j->at : ERR_NOWHERE, "%.*s: %s", STR_ARG(name), what);
}

// ---- Colours -----------------------------------------------------------------------------------------------------

static int hex_digit(char c)
{
    if (c >= '0' && c <= '9') return c - '0';
    if (c >= 'a' && c <= 'f') return c - 'a' + 10;
    if (c >= 'A' && c <= 'F') return c - 'A' + 10;
    return -1;
}

// "#0b5566" as three bytes.
static bool colour_parse(str text, int out[static 3])
{
    if (text.n != 7 || text.p[0] != '#') return false;
    for (size_t i = 0; i < 3; i++) {
        const int high = hex_digit(text.p[1 + 2 * i]), low = hex_digit(text.p[2 + 2 * i]);
        if (high < 0 || low < 0) return false;
        out[i] = high * 16 + low;
    }
    return true;
}

static double luminance(const int c[static 3])
{
    static const double weights[] = {0.2126, 0.7152, 0.0722};
    double sum = 0;
    for (size_t i = 0; i < 3; i++) {
        const double v = c[i] / 255.0;
        sum += weights[i] * (v <= 0.04045 ? v / 12.92 : pow((v + 0.055) / 1.055, 2.4));
    }
    return sum;
}

static double contrast(const int a[static 3], const int b[static 3])
{
    const double x = luminance(a), y = luminance(b);
    return (fmax(x, y) + 0.05) / (fmin(x, y) + 0.05);
}

static const struct {
    str text, ground;
    double least;
} pairs[] = {
    {STR("ink"), STR("ground"), 4.5},      {STR("ink"), STR("card"), 4.5},
    {STR("ink-soft"), STR("ground"), 4.5}, {STR("ink-soft"), STR("card"), 4.5},
    {STR("link"), STR("ground"), 4.5},     {STR("link"), STR("card"), 4.5},
    {STR("brand-ink"), STR("brand"), 4.5}, {STR("notice-ink"), STR("notice"), 4.5},
    {STR("name"), STR("land"), 4.5},       {STR("edge"), STR("card"), 3},
    {STR("edge"), STR("ground"), 3},       {STR("focus"), STR("ground"), 3},
};

// What a token is with the file's colours over the standing ones.
static str token(const struct loader *l, const char *scheme, str name)
{
    const str own = json_text(json_get(l->file, str_of(scheme)), name);
    return own.n ? own : json_text(json_get(l->tokens, str_of(scheme)), name);
}

static bool check_pairs(struct loader *l, const char *scheme)
{
    for (size_t i = 0; i < sizeof pairs / sizeof pairs[0]; i++) {
        int text[3], ground[3];
        if (!colour_parse(token(l, scheme, pairs[i].text), text) ||
            !colour_parse(token(l, scheme, pairs[i].ground), ground))
            continue;
        const double c = contrast(text, ground);
        if (c < pairs[i].least)
            return err_set(l->e, ERR_CONFIG, ERR_NOWHERE,
                           "%s: '%.*s' on '%.*s' has a contrast of %.2f; it needs %.1f", scheme,
                           STR_ARG(pairs[i].text), STR_ARG(pairs[i].ground), c, pairs[i].least);
    }
    return true;
}

static bool check_colours(struct loader *l, const char *scheme)
{
    const json *own = json_get(l->file, str_of(scheme)), *known = json_get(l->tokens, str_of(scheme));
    if (!own) return true;
    if (own->type != JSON_OBJECT) return wrong(l, own, "an object of colours is expected");
    for (const json *j = own->first; j; j = j->next) {
        int ignored[3];
        if (!json_get(known, j->key)) return wrong(l, j, "there is no such colour");
        if (j->type != JSON_TEXT || !colour_parse(j->text, ignored))
            return wrong(l, j, "a colour is written as \"#0b5566\"");
    }
    return check_pairs(l, scheme);
}

static void write_scheme(buf *css, const json *colours)
{
    BUF_LIT(css, ":root{");
    for (const json *j = colours->first; j; j = j->next)
        buf_print(css, "--%.*s:%.*s;", STR_ARG(j->key), STR_ARG(j->text));
    BUF_LIT(css, "}");
}

// Checked colours only, so that no text of the file can leave its place in the style sheet.
static bool make_css(struct loader *l)
{
    const json *light = json_get(l->file, STR("light")), *dark = json_get(l->file, STR("dark"));
    buf css = {.max = THEME_BYTES_MAX};
    if (light && light->count) write_scheme(&css, light);
    if (dark && dark->count) {
        BUF_LIT(&css, "@media (prefers-color-scheme:dark){");
        write_scheme(&css, dark);
        BUF_LIT(&css, "}");
    }
    const bool ok = !css.failed && arena_copy(l->a, buf_str(&css), &l->out->css) &&
                    (css.n == 0 || digest_path(l->a, l->out->css, "theme", "css", &l->out->css_path));
    buf_free(&css);
    return ok || err_no_memory(l->e);
}

// ---- Logo and words ----------------------------------------------------------------------------------------------

static const struct {
    str ending, type;
    const char *extension;
} logos[] = {{STR(".svg"), STR("image/svg+xml"), "svg"}, {STR(".png"), STR("image/png"), "png"}};

// Beside the theme's file.
static bool logo_path(struct loader *l, str name, char out[static PATH_MAX])
{
    const char *slash = strrchr(l->path, '/');
    const int directory = slash ? (int)(slash - l->path) + 1 : 0;
    return snprintf(out, PATH_MAX, "%.*s%.*s", directory, l->path, STR_ARG(name)) < PATH_MAX;
}

static bool read_logo(struct loader *l)
{
    char path[PATH_MAX];
    const json *j = json_get(l->file, STR("logo"));
    size_t kind = 0, slash;
    if (!j) return true;
    while (kind < 2 && !str_ends(j->text, logos[kind].ending)) kind++;
    if (j->type != JSON_TEXT || kind == 2 || str_find(j->text, STR("/"), &slash))
        return wrong(l, j, "the name of an .svg or .png beside this file is expected");
    if (!logo_path(l, j->text, path)) return wrong(l, j, "the path is too long");
    buf b = {.max = THEME_LOGO_BYTES_MAX};
    bool ok = file_read(path, &b, l->e) || (l->e->code = ERR_CONFIG, false);
    l->out->logo_type = logos[kind].type;
    ok = ok && ((arena_copy(l->a, buf_str(&b), &l->out->logo) &&
                 digest_path(l->a, l->out->logo, "theme", logos[kind].extension, &l->out->logo_path)) ||
                err_no_memory(l->e));
    buf_free(&b);
    return ok;
}

static bool read_text(struct loader *l, const json *object, const char *key, str *out)
{
    const json *j = json_get(object, str_of(key));
    if (!j) return true;
    if (j->type != JSON_TEXT || j->text.n > TEXT_BYTES_MAX)
        return wrong(l, j, "a text of at most 200 bytes is expected");
    return arena_copy(l->a, str_trim(j->text), out) || err_no_memory(l->e);
}

static bool read_contact(struct loader *l)
{
    struct contact *c = &l->out->contact;
    const json *j = json_get(l->file, STR("contact"));
    if (!read_text(l, j, "organisation", &c->organisation) || !read_text(l, j, "email", &c->email) ||
        !read_text(l, j, "phone", &c->phone) || !read_text(l, j, "address", &c->address) ||
        !read_text(l, j, "website", &c->website))
        return false;
    size_t at;
    if (c->email.n && !str_find(c->email, STR("@"), &at))
        return wrong(l, json_get(j, STR("email")), "that is no address");
    if (c->website.n && !str_starts(c->website, STR("https://")) && !str_starts(c->website, STR("http://")))
        return wrong(l, json_get(j, STR("website")), "an address starts with https://");
    return true;
}

// Misspelt members are told, not passed over.
static bool check_members(struct loader *l)
{
    static const str known[] = {STR("name"), STR("logo"), STR("light"), STR("dark"), STR("contact")};
    if (l->file->type != JSON_OBJECT) return wrong(l, NULL, "an object is expected");
    for (const json *j = l->file->first; j; j = j->next) {
        bool is_known = false;
        for (size_t i = 0; i < sizeof known / sizeof known[0]; i++) is_known |= str_eq(known[i], j->key);
        if (!is_known) return wrong(l, j, "not known; there are name, logo, light, dark and contact");
    }
    return true;
}

static bool read_file(struct loader *l)
{
    str source;
    json *file;
    buf b = {.max = THEME_BYTES_MAX};
    bool ok = file_read(l->path, &b, l->e) && (arena_copy(l->a, buf_str(&b), &source) || err_no_memory(l->e));
    buf_free(&b);
    if (!ok) return false;
    if (!json_parse(source, l->a, &file, l->e)) return false;
    l->file = file;
    return check_members(l) && read_text(l, l->file, "name", &l->out->town) && check_colours(l, schemes[0]) &&
           check_colours(l, schemes[1]) && make_css(l) && read_logo(l) && read_contact(l);
}

bool theme_load(const char *path, const json *tokens, arena *a, struct theme *out, err *e)
{
    struct theme made = {0};
    struct loader l = {.path = path, .tokens = tokens, .a = a, .out = &made, .e = e};
    if (path && *path && !read_file(&l)) {
        e->code = ERR_CONFIG;
        return err_within(e, "%s", path);
    }
    made.brand_light = token(&l, schemes[0], STR("brand"));
    made.brand_dark = token(&l, schemes[1], STR("brand"));
    made.ground_light = token(&l, schemes[0], STR("ground"));
    *out = made;
    return true;
}
