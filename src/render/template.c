// SPDX-License-Identifier: EUPL-1.2
#include "render/template.h"

typedef enum { PART_HTML, PART_TEXT, PART_RAW, PART_EACH, PART_NONE, PART_END } part_kind;

struct part {
    part_kind kind;
    str text;    // PART_HTML: as it is; else the name
    size_t end;  // PART_EACH, PART_NONE: index of the PART_END that closes it
};

struct template
{
    struct part *parts;
    size_t count;
};

struct compiler {
    str source;
    size_t at;
    struct template *t;
    size_t capacity;
    size_t open[TEMPLATE_DEPTH_MAX];  // indexes of the sections that are not closed yet
    size_t depth;
    err *e;
};

static bool is_name(str s)
{
    for (size_t i = 0; i < s.n; i++) {
        const char c = s.p[i];
        if (!((c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_')) return false;
    }
    return s.n > 0;
}

static bool push(struct compiler *c, part_kind kind, str text)
{
    if (c->t->count == c->capacity) return err_no_memory(c->e);
    c->t->parts[c->t->count++] = (struct part){.kind = kind, .text = text};
    return true;
}

static bool section_open(struct compiler *c, part_kind kind, str name)
{
    if (c->depth == TEMPLATE_DEPTH_MAX)
        return err_set(c->e, ERR_LIMIT, c->at, "sections are nested deeper than %d", TEMPLATE_DEPTH_MAX);
    c->open[c->depth++] = c->t->count;
    return push(c, kind, name);
}

static bool section_close(struct compiler *c, str name)
{
    if (c->depth == 0) return err_set(c->e, ERR_SYNTAX, c->at, "{{/%.*s}} closes nothing", STR_ARG(name));
    struct part *opened = &c->t->parts[c->open[--c->depth]];
    if (!str_eq(opened->text, name))
        return err_set(c->e, ERR_SYNTAX, c->at, "{{/%.*s}} where {{/%.*s}} should be", STR_ARG(name),
                       STR_ARG(opened->text));
    opened->end = c->t->count;
    return push(c, PART_END, name);
}

// What stands between {{ and }}.
static bool tag(struct compiler *c, str inside)
{
    const char sign = inside.n ? inside.p[0] : '\0';
    const bool has_sign = sign == '#' || sign == '^' || sign == '/' || sign == '{';
    const str name = str_trim(has_sign ? str_slice(inside, 1, inside.n) : inside);
    if (!is_name(name))
        return err_set(c->e, ERR_SYNTAX, c->at, "a name of a-z, 0-9 and _ is expected after {{");
    switch (sign) {
    case '#': return section_open(c, PART_EACH, name);
    case '^': return section_open(c, PART_NONE, name);
    case '/': return section_close(c, name);
    case '{': return push(c, PART_RAW, name);
    default: return push(c, PART_TEXT, name);
    }
}

// Html up to the next tag, and that tag. *more = false at the end of the source.
static bool step(struct compiler *c, bool *more)
{
    const str rest = str_slice(c->source, c->at, c->source.n);
    size_t start;
    *more = str_find(rest, STR("{{"), &start);
    const str html = *more ? str_slice(rest, 0, start) : rest;
    if (html.n && !push(c, PART_HTML, html)) return false;
    if (!*more) return true;

    c->at += start;
    const str from_tag = str_slice(c->source, c->at, c->source.n);
    const str closing = str_starts(from_tag, STR("{{{")) ? STR("}}}") : STR("}}");
    size_t end;
    if (!str_find(from_tag, closing, &end)) return err_set(c->e, ERR_SYNTAX, c->at, "{{ is not closed");
    if (!tag(c, str_slice(from_tag, 2, end))) return false;
    c->at += end + closing.n;
    return true;
}

// A tag makes two parts at most: the HTML before it and itself.
static size_t parts_at_most(str source)
{
    size_t tags = 0;
    for (size_t i = 0; i + 1 < source.n; i++) tags += source.p[i] == '{' && source.p[i + 1] == '{';
    return 2 * tags + 1;
}

bool template_compile(str source, arena *a, struct template **out, err *e)
{
    struct compiler c = {.source = source, .t = ARENA_NEW(a, struct template), .e = e};
    c.capacity = parts_at_most(source);
    if (!c.t) return err_no_memory(e);
    c.t->parts = ARENA_ARRAY(a, c.capacity, struct part);
    if (!c.t->parts) return err_no_memory(e);

    for (bool more = true; more;)
        if (!step(&c, &more)) return false;
    if (c.depth) {
        const str name = c.t->parts[c.open[c.depth - 1]].text;
        return err_set(e, ERR_SYNTAX, source.n, "{{#%.*s}} is not closed", STR_ARG(name));
    }
    *out = c.t;
    return true;
}

static const str *escape_of(char c)
{
    static const str lt = {"&lt;", 4}, gt = {"&gt;", 4}, amp = {"&amp;", 5}, quot = {"&quot;", 6},
                     apos = {"&#39;", 5};
    switch (c) {
    case '<': return &lt;
    case '>': return &gt;
    case '&': return &amp;
    case '"': return &quot;
    case '\'': return &apos;
    default: return NULL;
    }
}

void html_escape(buf *out, str text)
{
    size_t from = 0;
    for (size_t i = 0; i < text.n; i++) {
        const str *escaped = escape_of(text.p[i]);
        if (!escaped) continue;
        buf_add(out, str_slice(text, from, i));
        buf_add(out, *escaped);
        from = i + 1;
    }
    buf_add(out, str_slice(text, from, text.n));
}

// The objects that a name is looked up in, innermost first.
struct scope {
    const struct view *object;
    const struct scope *outer;
};

static const struct view *find(const struct scope *s, str name)
{
    for (; s; s = s->outer) {
        const struct view *v = view_find(s->object, name);
        if (v) return v;
    }
    return NULL;
}

static void render(const struct template *t, size_t from, size_t to, const struct scope *s, buf *out);

static void render_each(const struct template *t, size_t at, const struct view *v, const struct scope *s,
                        buf *out)
{
    const size_t from = at + 1, to = t->parts[at].end;
    if (v->kind == VIEW_TEXT) {
        render(t, from, to, s, out);
        return;
    }
    const struct view *item = v->kind == VIEW_LIST ? v->first : v;
    for (; item; item = v->kind == VIEW_LIST ? item->next : NULL)
        render(t, from, to, &(struct scope){item, s}, out);
}

static void render(const struct template *t, size_t from, size_t to, const struct scope *s, buf *out)
{
    for (size_t i = from; i < to; i++) {
        const struct part *p = &t->parts[i];
        const struct view *v = p->kind == PART_HTML ? NULL : find(s, p->text);
        switch (p->kind) {
        case PART_HTML: buf_add(out, p->text); break;
        case PART_TEXT:
            if (v) html_escape(out, v->text);
            break;
        case PART_RAW:
            if (v) buf_add(out, v->text);
            break;
        case PART_EACH:
            if (!view_is_empty(v)) render_each(t, i, v, s, out);
            i = p->end;
            break;
        case PART_NONE:
            if (view_is_empty(v)) render(t, i + 1, p->end, s, out);
            i = p->end;
            break;
        case PART_END: break;
        }
    }
}

void template_render(const struct template *t, const struct view *data, buf *out)
{
    render(t, 0, t->count, &(struct scope){data, NULL}, out);
}
