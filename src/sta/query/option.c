// SPDX-License-Identifier: EUPL-1.2
#include "sta/query/parser.h"

#include <string.h>

#define ORDERS_MAX 16
#define POSITION_MAX (ORDERS_MAX + 4)

// What the options being read belong to: the request itself, or one level of $expand.
struct scope {
    struct query *q;
    int depth;  // of $expand; 0: the request
};

enum {
    FOR_SETS = 1,    // makes no sense for a single entity
    FOR_REQUEST = 2  // not within $expand
};

typedef bool (*option_parser)(struct parser *p, const struct scope *s);

static bool parse_result_format(struct parser *p, const struct scope *s);
static bool parse_filter(struct parser *p, const struct scope *s);
static bool parse_orderby(struct parser *p, const struct scope *s);
static bool parse_skiptoken(struct parser *p, const struct scope *s);
static bool parse_skip(struct parser *p, const struct scope *s);
static bool parse_top(struct parser *p, const struct scope *s);
static bool parse_count(struct parser *p, const struct scope *s);
static bool parse_select(struct parser *p, const struct scope *s);
static bool parse_expand(struct parser *p, const struct scope *s);

// In the order in which they are read, whatever their order in the URL: $skiptoken needs $orderby, $top the
// format.
static const struct option {
    const char *name;
    option_parser parse;
    unsigned flags;
} options[] = {
    {"$resultFormat", parse_result_format, FOR_REQUEST},
    {"$filter", parse_filter, FOR_SETS},
    {"$orderby", parse_orderby, FOR_SETS},
    {"$skiptoken", parse_skiptoken, FOR_SETS | FOR_REQUEST},
    {"$skip", parse_skip, FOR_SETS},
    {"$top", parse_top, FOR_SETS},
    {"$count", parse_count, FOR_SETS},
    {"$select", parse_select, 0},
    {"$expand", parse_expand, 0},
};
#define OPTION_COUNT (sizeof options / sizeof *options)

static const struct option *option_find(str name)
{
    for (size_t i = 0; i < OPTION_COUNT; i++)
        if (str_eq(name, str_of(options[i].name))) return &options[i];
    return NULL;
}

bool sta_query_is_one(const struct query *q)
{
    return q->id != 0 || (q->has_parent && !entity_schema_of(q->parent_set)->relations[q->relation].is_many);
}

// ---- one option each ----

static bool parse_result_format(struct parser *p, const struct scope *s)
{
    static const struct {
        const char *name;
        result_format format;
    } formats[] = {{"JSON", FORMAT_JSON},
                   {"DEFAULT", FORMAT_JSON},
                   {"dataArray", FORMAT_DATA_ARRAY},
                   {"CSV", FORMAT_CSV},
                   {"GeoJSON", FORMAT_GEOJSON}};
    for (size_t i = 0; i < sizeof formats / sizeof *formats; i++) {
        if (!str_eq_nocase(p->lexer.now.text, str_of(formats[i].name))) continue;
        s->q->format = formats[i].format;
        return parser_step(p);
    }
    return parser_fail_here(p, "JSON, dataArray, CSV or GeoJSON");
}

static bool parse_filter(struct parser *p, const struct scope *s)
{
    return parse_condition(p, &s->q->filter);
}

static bool parse_order(struct parser *p, struct query_order *out)
{
    out->key = parse_expression(p);
    if (!out->key) return false;
    out->is_descending = token_is_name(&p->lexer.now, "desc");
    return out->is_descending || token_is_name(&p->lexer.now, "asc") ? parser_step(p) : true;
}

static bool parse_orderby(struct parser *p, const struct scope *s)
{
    struct query *q = s->q;
    q->orders = ARENA_ARRAY(p->arena, ORDERS_MAX, struct query_order);
    if (!q->orders) return parser_no_memory(p);
    for (q->order_count = 0;;) {
        if (q->order_count == ORDERS_MAX)
            return parser_fail(p, ERR_RANGE, p->lexer.now.at, "more than %d sort keys", ORDERS_MAX);
        if (!parse_order(p, &q->orders[q->order_count])) return false;
        q->order_count++;
        if (!token_is_mark(&p->lexer.now, ',')) return true;
        if (!parser_step(p)) return false;
    }
}

static bool parse_position(struct parser *p, value *out)
{
    const struct token t = p->lexer.now;
    struct expr *x = NULL;
    if (token_is_mark(&t, '-')) {
        if (!parser_step(p)) return false;
        const struct token number = p->lexer.now;
        if (number.kind == TOKEN_NUMBER) x = literal_negative(p, &t, &number);
    } else if (t.kind != TOKEN_END && t.kind != TOKEN_MARK) {
        x = parse_literal(p, &t);
    }
    if (!x) return false;
    *out = x->literal;
    return true;
}

static bool fail_skiptoken(struct parser *p)
{
    err_set(p->e, ERR_SYNTAX, 0, "this link does not belong to this query: start again without $skiptoken");
    return false;
}

// The sort keys of a row and its id. How many keys there are, the store knows: it may add some of its own.
static bool parse_skiptoken(struct parser *p, const struct scope *s)
{
    struct query *q = s->q;
    value *after = ARENA_ARRAY(p->arena, POSITION_MAX, value);
    if (!after) return parser_no_memory(p);
    size_t n = 0;
    do {
        if (n == POSITION_MAX || (n > 0 && !parser_step(p)) || !parse_position(p, &after[n++]))
            return fail_skiptoken(p);
    } while (token_is_mark(&p->lexer.now, ','));
    const value *id = &after[n - 1];
    const bool is_whole = id->type == VALUE_DECIMAL && id->number.scale == 0 && id->number.units >= 0;
    if (!is_whole || n <= q->order_count || p->lexer.now.kind != TOKEN_END) return fail_skiptoken(p);
    q->after = after;
    q->after_count = n;
    return true;
}

static bool parse_whole_number(struct parser *p, int64_t *out)
{
    const struct token t = p->lexer.now;
    err ignored;
    if (t.kind != TOKEN_NUMBER || !num_parse_int(t.text, out, &ignored))
        return parser_fail_here(p, "a whole number, 0 or more");
    return parser_step(p);
}

static bool parse_skip(struct parser *p, const struct scope *s)
{
    return parse_whole_number(p, &s->q->skip);
}

static bool parse_top(struct parser *p, const struct scope *s)
{
    if (!parse_whole_number(p, &s->q->top)) return false;
    if (s->q->format != FORMAT_CSV && s->q->top > p->limits->top_max) s->q->top = p->limits->top_max;
    return true;
}

static bool parse_count(struct parser *p, const struct scope *s)
{
    s->q->wants_count = token_is_name(&p->lexer.now, "true");
    if (!s->q->wants_count && !token_is_name(&p->lexer.now, "false"))
        return parser_fail_here(p, "true or false");
    return parser_step(p);
}

static bool parse_select(struct parser *p, const struct scope *s)
{
    return parse_selection(p, s->q);
}

// ---- $expand ----

static struct query *expand_find(struct query *q, int relation)
{
    for (size_t i = 0; i < q->expand_count; i++)
        if (q->expands[i].relation == relation) return q->expands[i].query;
    return NULL;
}

// `Thing/A,Thing/B` is one Thing with two expansions.
static struct query *expand_add(struct parser *p, struct query *q, int relation)
{
    struct query *child = expand_find(q, relation);
    if (child) return child;
    if (!q->expands) q->expands = ARENA_ARRAY(p->arena, ENTITY_RELATIONS_MAX, struct query_expand);
    child = ARENA_NEW(p->arena, struct query);
    if (!q->expands || !child) return NULL;
    *child = (struct query){.set = entity_schema_of(q->set)->relations[relation].target,
                            .has_parent = true,
                            .parent_set = q->set,
                            .relation = relation,
                            .top = -1};
    q->expands[q->expand_count++] = (struct query_expand){relation, child};
    return child;
}

static bool parse_nested_option(struct parser *p, const struct scope *s, unsigned *given)
{
    const struct token name = p->lexer.now;
    const struct option *o = name.kind == TOKEN_NAME ? option_find(name.text) : NULL;
    if (!o && name.kind == TOKEN_NAME && name.text.p[0] == '$') {
        return parser_fail(p, ERR_UNSUPPORTED, name.at, "the option %.*s is not supported",
                           STR_ARG(parser_now(p)));
    }
    if (!o || (o->flags & FOR_REQUEST))
        return parser_fail_here(p, "an option such as $select, $filter or $top");
    if ((o->flags & FOR_SETS) && sta_query_is_one(s->q)) {
        return parser_fail(p, ERR_SYNTAX, name.at, "%s makes no sense for %.*s, which is one entity", o->name,
                           STR_ARG(entity_schema_of(s->q->set)->entity_name));
    }
    const unsigned bit = 1u << (o - options);
    if (*given & bit) return parser_fail(p, ERR_SYNTAX, name.at, "%s is given twice", o->name);
    *given |= bit;
    return parser_step(p) && parser_take(p, '=', "'='") && o->parse(p, s);
}

static bool parse_nested_options(struct parser *p, const struct scope *s)
{
    unsigned given = 0;
    do {
        if (!parser_step(p)) return false;  // over '(' or ';'
        if (token_is_mark(&p->lexer.now, ')')) break;
        if (!parse_nested_option(p, s, &given)) return false;
    } while (token_is_mark(&p->lexer.now, ';'));
    return parser_take(p, ')', "';' or ')' behind an option of $expand");
}

static bool parse_expand_step(struct parser *p, struct scope *s)
{
    const struct token name = p->lexer.now;
    if (name.kind != TOKEN_NAME) return parser_fail_here(p, "a relation");
    const int relation = entity_relation_find_nocase(s->q->set, name.text);
    if (relation < 0) return parser_fail_name(p, name.at, s->q->set, name.text);
    if (s->depth == p->limits->expand_depth) {
        return parser_fail(p, ERR_RANGE, name.at, "expands more than %d levels", p->limits->expand_depth);
    }
    struct query *child = expand_add(p, s->q, relation);
    if (!child) return parser_no_memory(p);
    *s = (struct scope){child, s->depth + 1};
    if (!parser_step(p)) return false;
    if (!token_is_mark(&p->lexer.now, '(')) return true;
    const entity_set outer = p->set;
    p->set = child->set;
    const bool parsed = parse_nested_options(p, s);
    p->set = outer;
    return parsed;
}

static bool parse_expand(struct parser *p, const struct scope *s)
{
    for (;;) {
        struct scope at = *s;
        if (!parse_expand_step(p, &at)) return false;
        while (token_is_mark(&p->lexer.now, '/'))
            if (!parser_step(p) || !parse_expand_step(p, &at)) return false;
        if (!token_is_mark(&p->lexer.now, ',')) return true;
        if (!parser_step(p)) return false;
    }
}

// ---- the query string ----

struct given {
    str values[OPTION_COUNT];
    bool is_given[OPTION_COUNT];
};

static bool take_pair(str pair, arena *a, struct given *out, err *e)
{
    str key, value_text = pair;
    if (!str_cut(&value_text, '=', &key)) return true;
    if (!http_percent_decode(key, true, a, &key, e)) return err_within(e, "query string");
    key = str_trim(key);  // clients break a long URL into lines, of which the indents are sent
    if (key.n == 0 || key.p[0] != '$') return true;  // cache busters, keys of gateways
    const struct option *o = option_find(key);
    if (!o)
        return err_set(e, ERR_UNSUPPORTED, 0, "the option %.*s is not supported",
                       STR_ARG(str_slice(key, 0, 60)));
    const size_t i = (size_t)(o - options);
    if (out->is_given[i]) return err_set(e, ERR_SYNTAX, 0, "%s is given twice", o->name);
    out->is_given[i] = true;
    return http_percent_decode(value_text, true, a, &out->values[i], e) || err_within(e, "%s", o->name);
}

static bool parse_given(struct parser *p, const struct given *g, struct query *q)
{
    const struct scope s = {q, 0};
    for (size_t i = 0; i < OPTION_COUNT; i++) {
        if (!g->is_given[i]) continue;
        if ((options[i].flags & FOR_SETS) && sta_query_is_one(q)) {
            return err_set(p->e, ERR_SYNTAX, 0, "%s makes no sense for a single entity", options[i].name);
        }
        if (!parser_start(p, options[i].name, g->values[i]) || !options[i].parse(p, &s)) return false;
        if (!parser_end(p, "the end")) return false;
    }
    return true;
}

bool sta_options_parse(str query_text, const struct sta_target *target, const struct sta_limits *limits,
                       arena *a, struct query **out, err *e)
{
    const struct sta_limits l = sta_limits_or_default(limits);
    if (query_text.n > l.query_bytes) {
        return err_set(e, ERR_URI_LENGTH, 0, "the query string has %zu bytes; at most %zu are read",
                       query_text.n, l.query_bytes);
    }
    struct given given = {0};
    for (str pair; str_cut(&query_text, '&', &pair);)
        if (!take_pair(pair, a, &given, e)) return false;
    struct query *q = ARENA_NEW(a, struct query);
    if (!q) return err_no_memory(e);
    *q = (struct query){.set = target->set,
                        .has_parent = target->has_parent,
                        .parent_set = target->parent_set,
                        .parent_id = target->parent_id,
                        .relation = target->relation,
                        .id = target->id,
                        .top = -1};
    struct parser p = {.limits = &l, .arena = a, .e = e, .set = target->set};
    if (!parse_given(&p, &given, q) || !query_complete(q, &l, e)) return false;
    *out = q;
    return true;
}
