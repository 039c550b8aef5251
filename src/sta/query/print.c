// SPDX-License-Identifier: EUPL-1.2
// A query back to text: links carry it, and messages name parts of it. Reading the text again gives the same
// tree.
#include "sta/query/parser.h"

#include <string.h>

#define TEXT_MAX ((size_t)1 << 20)  // of one printed query

// ---- values ----

static void print_quoted(buf *b, str s)
{
    buf_add_char(b, '\'');
    for (size_t i = 0; i < s.n; i++) {
        if (s.p[i] == '\'') buf_add_char(b, '\'');
        buf_add_char(b, s.p[i]);
    }
    buf_add_char(b, '\'');
}

static void print_value(buf *b, const value *v)
{
    switch (v->type) {
    case VALUE_NULL: BUF_LIT(b, "null"); return;
    case VALUE_BOOL: buf_add(b, v->truth ? STR("true") : STR("false")); return;
    case VALUE_DECIMAL: buf_add_decimal(b, v->number); return;
    case VALUE_NUMBER: value_write_number(b, v); return;
    case VALUE_TEXT: print_quoted(b, v->text); return;
    case VALUE_TIME: buf_add_interval(b, v->time); return;
    case VALUE_JSON:
        BUF_LIT(b, "json");
        print_quoted(b, v->text);
        return;
    case VALUE_DURATION:
        BUF_LIT(b, "duration'");
        value_write_duration(b, v->months, v->microseconds);
        buf_add_char(b, '\'');
        return;
    case VALUE_GEOMETRY:
        BUF_LIT(b, "geography");
        print_quoted(b, v->text);
        return;
    }
}

static void print_date(buf *b, instant t)
{
    const civil c = time_to_civil(t);
    buf_print(b, "%04d-%02d-%02d", c.year, c.month, c.day);
}

static void print_clock(buf *b, int64_t since_midnight)
{
    char text[TIME_TEXT_MAX];
    const size_t n = time_write(text, since_midnight);  // 1970-01-01T09:30:00Z
    buf_add(b, str_slice((str){text, n}, 11, n - 1));
}

static void print_literal(buf *b, const struct expr *x)
{
    if (x->type == TYPE_DATE && x->literal.type == VALUE_TIME) {
        print_date(b, x->literal.time.start);
    } else if (x->type == TYPE_CLOCK && x->literal.type == VALUE_DURATION) {
        print_clock(b, x->literal.microseconds);
    } else {
        print_value(b, &x->literal);
    }
}

// ---- expressions ----

static void print_keys(buf *b, const str *keys, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        if (keys[i].n == 0 || keys[i].p[0] != '[') buf_add_char(b, '/');
        buf_add(b, keys[i]);
    }
}

static str property_name(entity_set set, int property)
{
    return property == PROPERTY_IS_ID ? STR("id") : entity_schema_of(set)->properties[property].name;
}

static void print_path(const struct printer *p, const struct query_path *path, str last)
{
    entity_set set = p->sets[path->variable];
    if (path->variable > 0) buf_print(p->b, "v%d/", path->variable);
    for (size_t i = 0; i < path->hop_count; i++) {
        const struct relation *r = &entity_schema_of(set)->relations[path->hops[i]];
        buf_add(p->b, r->name);
        buf_add_char(p->b, '/');
        set = r->target;
    }
    buf_add(p->b, last);
}

static void print_any(const struct printer *p, const struct expr *x)
{
    struct printer inside = *p;
    inside.depth++;
    inside.sets[inside.depth] = x->path.set;
    print_path(p, &x->path, STR("any"));
    buf_print(p->b, "(v%zu: ", inside.depth);
    expr_print(&inside, x->args[0]);
    buf_add_char(p->b, ')');
}

static void print_list(const struct printer *p, const struct expr *x)
{
    buf_add_char(p->b, '(');
    for (size_t i = 0; i < x->arg_count; i++) {
        if (i > 0) BUF_LIT(p->b, ", ");
        expr_print(p, x->args[i]);
    }
    buf_add_char(p->b, ')');
}

static bool is_operator(const struct expr *x)
{
    return x->kind == EXPR_CALL && x->function <= OP_NEGATE;
}

// Brackets around every operator within another: no need to know what binds tighter.
static void print_operand(const struct printer *p, const struct expr *x)
{
    if (is_operator(x)) buf_add_char(p->b, '(');
    expr_print(p, x);
    if (is_operator(x)) buf_add_char(p->b, ')');
}

static void print_call(const struct printer *p, const struct expr *x)
{
    const str name = function_of(x->function)->name;
    if (!is_operator(x)) {
        buf_add(p->b, name);
        print_list(p, x);
    } else if (x->arg_count == 1) {
        buf_add(p->b, name);
        if (x->function == OP_NOT) buf_add_char(p->b, ' ');
        const bool needs_brackets = x->args[0]->kind == EXPR_VALUE;  // -(5) is no literal
        if (needs_brackets) buf_add_char(p->b, '(');
        print_operand(p, x->args[0]);
        if (needs_brackets) buf_add_char(p->b, ')');
    } else {
        print_operand(p, x->args[0]);
        buf_print(p->b, " %.*s ", STR_ARG(name));
        print_operand(p, x->args[1]);
    }
}

void expr_print(const struct printer *p, const struct expr *x)
{
    switch (x->kind) {
    case EXPR_VALUE: print_literal(p->b, x); return;
    case EXPR_PATH:
        print_path(p, &x->path, property_name(x->path.set, x->path.property));
        print_keys(p->b, x->path.keys, x->path.key_count);
        return;
    case EXPR_CALL: print_call(p, x); return;
    case EXPR_ANY: print_any(p, x); return;
    case EXPR_LIST: print_list(p, x); return;
    }
}

void sta_filter_print(buf *b, const struct expr *x, entity_set set)
{
    expr_print(&(struct printer){.b = b, .sets = {set}}, x);
}

// ---- options ----

static void print_orders(buf *b, const struct query *q)
{
    for (size_t i = 0; i < q->order_count; i++) {
        if (i > 0) buf_add_char(b, ',');
        sta_filter_print(b, q->orders[i].key, q->set);
        if (q->orders[i].is_descending) BUF_LIT(b, " desc");
    }
}

static void print_selected(buf *b, bool *is_first, str name)
{
    if (!*is_first) buf_add_char(b, ',');
    buf_add(b, name);
    *is_first = false;
}

static void print_select(buf *b, const struct query *q)
{
    const struct entity_schema *s = entity_schema_of(q->set);
    bool is_first = true;
    if (q->is_distinct) BUF_LIT(b, "distinct:");
    if (q->select_id) print_selected(b, &is_first, STR("id"));
    for (int i = 0; i < s->property_count; i++)
        if ((q->properties >> i & 1) && !sta_query_is_within(q, i))
            print_selected(b, &is_first, s->properties[i].name);
    for (size_t i = 0; i < q->select_count; i++) {
        print_selected(b, &is_first, s->properties[q->selects[i].property].name);
        print_keys(b, q->selects[i].keys, q->selects[i].key_count);
    }
    for (int i = 0; i < s->relation_count; i++)
        if (q->select_links >> i & 1) print_selected(b, &is_first, s->relations[i].name);
}

// An option goes into a query string of its own (percent-encoded, '&') or into the brackets of $expand (';').
struct option_printer {
    buf *b;
    buf text;  // of the option that is being made
    bool is_nested;
    bool is_empty;
};

static void add_encoded(buf *b, str s)
{
    static const char plain[] = "-._~!$'()*,;:@/=?";
    for (size_t i = 0; i < s.n; i++) {
        const char c = s.p[i];
        const bool is_plain = (c >= '0' && c <= '9') || ((c | 0x20) >= 'a' && (c | 0x20) <= 'z') ||
                              (c && strchr(plain, c));
        if (is_plain) {
            buf_add_char(b, c);
        } else {
            buf_print(b, "%%%02X", (unsigned char)c);
        }
    }
}

static void put_option(struct option_printer *o, const char *name)
{
    if (!o->is_empty) buf_add_char(o->b, o->is_nested ? ';' : '&');
    o->is_empty = false;
    buf_print(o->b, "%s=", name);
    if (o->is_nested) {
        buf_add(o->b, buf_str(&o->text));
    } else {
        add_encoded(o->b, buf_str(&o->text));
    }
    if (o->text.failed) o->b->failed = true;
    buf_clear(&o->text);
}

static void print_options(struct option_printer *o, const struct query *q);

static void print_expands(buf *b, const struct query *q)
{
    for (size_t i = 0; i < q->expand_count; i++) {
        if (i > 0) buf_add_char(b, ',');
        buf_add(b, entity_schema_of(q->set)->relations[q->expands[i].relation].name);
        const size_t before = b->n;
        buf_add_char(b, '(');
        struct option_printer nested = {
            .b = b, .text = {.max = TEXT_MAX}, .is_nested = true, .is_empty = true};
        print_options(&nested, q->expands[i].query);
        buf_free(&nested.text);
        if (nested.is_empty) {
            b->n = before;
        } else {
            buf_add_char(b, ')');
        }
    }
}

static void print_options(struct option_printer *o, const struct query *q)
{
    static const char *const formats[] = {[FORMAT_JSON] = NULL,
                                          [FORMAT_DATA_ARRAY] = "dataArray",
                                          [FORMAT_CSV] = "CSV",
                                          [FORMAT_GEOJSON] = "GeoJSON"};
    if (formats[q->format]) {
        buf_add(&o->text, str_of(formats[q->format]));
        put_option(o, "$resultFormat");
    }
    if (q->filter) {
        sta_filter_print(&o->text, q->filter, q->set);
        put_option(o, "$filter");
    }
    if (q->order_count > 0) {
        print_orders(&o->text, q);
        put_option(o, "$orderby");
    }
    if (q->top >= 0 && !sta_query_is_one(q)) {
        buf_add_int(&o->text, q->top);
        put_option(o, "$top");
    }
    if (q->wants_count) {
        BUF_LIT(&o->text, "true");
        put_option(o, "$count");
    }
    if (q->has_select) {
        print_select(&o->text, q);
        put_option(o, "$select");
    }
    if (q->expand_count > 0) {
        print_expands(&o->text, q);
        put_option(o, "$expand");
    }
}

static void print_skip(struct option_printer *o, const struct query *q)
{
    if (q->skip == 0) return;
    buf_add_int(&o->text, q->skip);
    put_option(o, "$skip");
}

static void print_position(struct option_printer *o, const value *after, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        if (i > 0) buf_add_char(&o->text, ',');
        print_value(&o->text, &after[i]);
    }
    put_option(o, "$skiptoken");
}

void sta_options_print(buf *b, const struct query *q, const value *after, size_t after_count)
{
    struct option_printer o = {.b = b, .text = {.max = TEXT_MAX}, .is_empty = true};
    print_options(&o, q);
    if (after) {
        print_position(&o, after, after_count);
    } else {
        print_skip(&o, q);
    }
    buf_free(&o.text);
}
