// SPDX-License-Identifier: EUPL-1.2
#include "sta/query/parser.h"

#include <string.h>

struct steps {
    entity_set set;
    int hops[STA_HOPS_MAX];
    size_t hop_count;
    bool is_many;  // the last hop
    int variable;
};

static const expr_type type_of_property[] = {
    [PROPERTY_TEXT] = TYPE_TEXT,    [PROPERTY_JSON] = TYPE_ANY,      [PROPERTY_GEOMETRY] = TYPE_GEOMETRY,
    [PROPERTY_INSTANT] = TYPE_TIME, [PROPERTY_INTERVAL] = TYPE_TIME, [PROPERTY_TIME] = TYPE_TIME,
    [PROPERTY_RESULT] = TYPE_ANY,
};

// The standard's own sample orders Observations by `Datastreams/id`: the set's name is taken for the one
// entity too.
static int find_relation(entity_set set, str name)
{
    const int found = entity_relation_find_nocase(set, name);
    if (found >= 0) return found;
    const struct entity_schema *s = entity_schema_of(set);
    for (int i = 0; i < s->relation_count; i++)
        if (str_eq(entity_schema_of(s->relations[i].target)->set_name, name)) return i;
    return -1;
}

bool parser_fail_name(struct parser *p, size_t at, entity_set set, str name)
{
    const struct entity_schema *s = entity_schema_of(set);
    char names[300];
    size_t n = 0;
    for (int i = 0; i < s->property_count + s->relation_count; i++) {
        const str x = i < s->property_count ? s->properties[i].name
                                            : s->relations[i - s->property_count].name;
        if (n + x.n + 3 > sizeof names) break;
        memcpy(names + n, ", ", 2);
        memcpy(names + n + 2, x.p, x.n);
        n += x.n + 2;
    }
    return parser_fail(p, ERR_UNKNOWN, at, "'%.*s' is not a property or relation of %.*s; there are id%.*s",
                       STR_ARG(name), STR_ARG(s->set_name), (int)n, names);
}

static bool add_hop(struct parser *p, struct steps *s)
{
    const struct token name = p->lexer.now;
    const int relation = find_relation(s->set, name.text);
    if (relation < 0) return parser_fail_name(p, name.at, s->set, name.text);
    if (s->hop_count == STA_HOPS_MAX)
        return parser_fail(p, ERR_RANGE, name.at, "a path of more than %d relations", STA_HOPS_MAX);
    const struct relation *r = &entity_schema_of(s->set)->relations[relation];
    s->hops[s->hop_count++] = relation;
    s->set = r->target;
    s->is_many = r->is_many;
    if (!parser_step(p)) return false;
    if (!token_is_mark(&p->lexer.now, '/'))
        return parser_fail_here(p, "'/' and a property behind the relation");
    return lexer_step_key(&p->lexer, p->e) || parser_fail_within(p);
}

int variable_find(const struct parser *p, str name)
{
    for (size_t i = p->variable_count; i > 0; i--)
        if (str_eq(p->variables[i - 1].name, name)) return (int)i;
    return 0;
}

static bool begin_steps(struct parser *p, struct steps *s)
{
    *s = (struct steps){.set = p->set, .variable = variable_find(p, p->lexer.now.text)};
    if (s->variable == 0) return true;
    s->set = p->variables[s->variable - 1].set;
    if (!parser_step(p)) return false;
    if (!token_is_mark(&p->lexer.now, '/'))
        return parser_fail_here(p, "'/' and a property behind the variable");
    return lexer_step_key(&p->lexer, p->e) || parser_fail_within(p);
}

static bool keep_steps(struct parser *p, const struct steps *s, struct query_path *out)
{
    out->set = s->set;
    out->hop_count = s->hop_count;
    out->variable = s->variable;
    if (s->hop_count == 0) return true;
    out->hops = ARENA_ARRAY(p->arena, s->hop_count, int);
    if (!out->hops) return parser_no_memory(p);
    memcpy(out->hops, s->hops, s->hop_count * sizeof *s->hops);
    return true;
}

static bool take_index(struct parser *p, str *key)
{
    const size_t from = p->lexer.now.at;
    if (!parser_take(p, '[', "'['")) return false;
    const struct token number = p->lexer.now;
    if (number.kind != TOKEN_NUMBER || memchr(number.text.p, '.', number.text.n))
        return parser_fail_here(p, "the number of an array element");
    if (!parser_step(p)) return false;
    const size_t to = p->lexer.now.end;
    if (!parser_take(p, ']', "']' behind the number of an array element")) return false;
    *key = str_slice(p->lexer.source, from, to);
    return true;
}

static bool take_key(struct parser *p, str *key)
{
    if (token_is_mark(&p->lexer.now, '[')) return take_index(p, key);
    if (!lexer_step_key(&p->lexer, p->e)) return parser_fail_within(p);
    *key = p->lexer.now.text;
    return parser_step(p);
}

bool parse_keys(struct parser *p, entity_set set, int property, str **keys, size_t *count)
{
    str found[STA_KEYS_MAX];
    size_t n = 0;
    const struct property *q = &entity_schema_of(set)->properties[property];
    while (token_is_mark(&p->lexer.now, '/') || token_is_mark(&p->lexer.now, '[')) {
        const size_t at = p->lexer.now.at;
        if (!sta_has_members(set, property))
            return parser_fail(p, ERR_UNKNOWN, at, "'%.*s' has no members", STR_ARG(q->name));
        if (n == STA_KEYS_MAX)
            return parser_fail(p, ERR_RANGE, at, "a path of more than %d keys", STA_KEYS_MAX);
        if (!take_key(p, &found[n++])) return false;
    }
    *count = n;
    if (n == 0) return true;
    *keys = ARENA_ARRAY(p->arena, n, str);
    if (!*keys) return parser_no_memory(p);
    memcpy(*keys, found, n * sizeof *found);
    return true;
}

// Behind `relation/`: any(v: condition on v).
static struct expr *parse_any(struct parser *p, size_t at, const struct steps *s)
{
    struct expr *x = expr_new(p, EXPR_ANY, TYPE_BOOL, at);
    if (!x || !keep_steps(p, s, &x->path) || !parser_step(p)) return NULL;
    x->args = ARENA_NEW(p->arena, struct expr *);
    if (!x->args) return expr_failed(parser_no_memory(p));
    x->arg_count = 1;
    if (!token_is_mark(&p->lexer.now, '(')) return parser_fail_here(p, "'(' behind any"), NULL;
    if (p->variable_count == PARSER_VARIABLES_MAX) {
        return expr_failed(
            parser_fail(p, ERR_RANGE, at, "any() nested more than %d deep", PARSER_VARIABLES_MAX));
    }
    struct variable *v = &p->variables[p->variable_count];
    if (!lexer_step_variable(&p->lexer, &v->name, p->e)) return expr_failed(parser_fail_within(p));
    v->set = s->set;
    p->variable_count++;
    const bool parsed = parse_condition(p, &x->args[0]);
    p->variable_count--;
    if (!parsed || !parser_take(p, ')', "')' at the end of any()")) return NULL;
    return x;
}

static struct expr *finish_path(struct parser *p, size_t at, const struct steps *s, int property)
{
    const property_type t = property == PROPERTY_IS_ID ? PROPERTY_TEXT
                                                       : entity_schema_of(s->set)->properties[property].type;
    struct expr *x = expr_new(p, EXPR_PATH, property == PROPERTY_IS_ID ? TYPE_NUMBER : type_of_property[t],
                              at);
    if (!x || !keep_steps(p, s, &x->path) || !parser_step(p)) return NULL;
    x->path.property = property;
    if (property == PROPERTY_IS_ID) return x;
    if (!parse_keys(p, s->set, property, &x->path.keys, &x->path.key_count)) return NULL;
    if (x->path.key_count > 0) x->type = TYPE_ANY;
    return x;
}

struct expr *parse_path(struct parser *p)
{
    const size_t at = p->lexer.now.at;
    struct steps s;
    if (!begin_steps(p, &s)) return NULL;
    for (;;) {
        const str name = p->lexer.now.text;
        if (s.is_many && str_eq(name, STR("any"))) return parse_any(p, at, &s);
        if (str_eq(name, STR("id")) || str_eq(name, STR("@iot.id")))
            return finish_path(p, at, &s, PROPERTY_IS_ID);
        const int property = entity_property_find(s.set, name);
        if (property >= 0) return finish_path(p, at, &s, property);
        if (!add_hop(p, &s)) return NULL;
    }
}
