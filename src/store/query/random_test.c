// SPDX-License-Identifier: EUPL-1.2
// Random graphs of entities and random conditions, answered by the store and by an evaluator that knows neither SQL nor
// indexes: it holds all entities in memory and walks. Then trees of any shape at all, which must never end in an SQL error.
// PEIL_SEED and PEIL_CASES change the run; a failure prints the seed and the condition.
#include "base/json.h"
#include "store/test/graph.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

// ---- Chance ----------------------------------------------------------------------------------------------------------

static uint64_t chance_state;

static uint64_t chance(void)
{
    uint64_t x = chance_state += 0x9e3779b97f4a7c15;  // splitmix64
    x = (x ^ x >> 30) * 0xbf58476d1ce4e5b9;
    x = (x ^ x >> 27) * 0x94d049bb133111eb;
    return x ^ x >> 31;
}

static int below(int n)
{
    return (int)(chance() % (uint64_t)n);
}

#define PICK(table) ((table)[below((int)(sizeof(table) / sizeof((table)[0])))])

// ---- The graph, kept twice ---------------------------------------------------------------------------------------------

#define ROWS_MAX 48
static struct record rows[ENTITY_SET_COUNT][ROWS_MAX];
static int row_count[ENTITY_SET_COUNT];
static struct pair {
    entity_set set;
    int relation;
    entity_id from, to;
} pairs[128];
static int pair_count;

static const char *const names[] = {"a", "b", "ab", "ba", "", "Ä", "5"};
static const char *const jsons[] = {"{}",
                                    "{\"a\":1}",
                                    "{\"a\":2,\"b\":\"x\"}",
                                    "{\"a\":2.5,\"b\":\"ab\"}",
                                    "{\"a\":\"5\",\"b\":true}",
                                    "{\"a\":true,\"b\":false}",
                                    "{\"a\":false}",
                                    "{\"a\":null,\"b\":5}",
                                    "{\"a\":[1,\"a\"],\"b\":\"a\"}",
                                    "{\"a\":{\"b\":1},\"b\":{\"b\":1}}",
                                    "{\"a\":5,\"b\":5.0}"};
static const char *const results[] = {"1",    "2",     "2.5",  "5",         "\"5\"", "\"a\"",
                                      "true", "false", "null", "{\"a\":1}", "-3",    "1e2"};

static void keep(entity_set set, entity_id id)
{
    rows[set][row_count[set]++] = get(set, id);
}

static entity_id any_id(entity_set set)
{
    return rows[set][below(row_count[set])].id;
}

static void give_properties(entity_set set, int property, entity_id id)
{
    if (below(4) == 0) return;
    struct record r = {.set = set, .id = id};
    r.properties[property] = of_json(PICK(jsons));
    update(&r, 1u << property, 0);
}

static void pair_up(entity_set set, int relation, entity_id from, entity_id to)
{
    for (int i = 0; i < pair_count; i++)
        if (pairs[i].set == set && pairs[i].from == from && pairs[i].to == to) return;
    link_to(set, from, relation, to);
    pairs[pair_count++] = (struct pair){set, relation, from, to};
}

static void make_observations(void)
{
    for (int i = 0; i < 24; i++) {
        const bool of_multi = below(5) == 0;
        char time[32];
        snprintf(time, sizeof time, "2020-01-01T00:%02d:00Z", below(10));
        struct observation o = {.stream = any_id(of_multi ? SET_MULTI_DATASTREAM : SET_DATASTREAM),
                                .phenomenon_time = of_time(time).time,
                                .result_time = TIME_NONE,
                                .valid_time = {TIME_NONE, TIME_NONE},
                                .result = of_json(PICK(results)),
                                .feature = below(3) == 0 ? 0 : any_id(SET_FEATURE_OF_INTEREST)};
        if (below(2)) o.parameters = str_of(PICK(jsons));
        keep(SET_OBSERVATION, append(&o));
    }
}

static void make_graph(void)
{
    memset(row_count, 0, sizeof row_count);
    pair_count = 0;
    for (int i = 0; i < 5; i++) {
        const entity_id id = make_thing(PICK(names), NULL);
        give_properties(SET_THING, THING_PROPERTIES, id);
        keep(SET_THING, id);
    }
    for (int i = 0; i < 3; i++) keep(SET_LOCATION, make_location(PICK(names), PICK(jsons)));
    for (int i = 0; i < 3; i++) keep(SET_SENSOR, make_sensor(PICK(names)));
    for (int i = 0; i < 3; i++) keep(SET_OBSERVED_PROPERTY, make_observed_property(PICK(names)));
    for (int i = 0; i < 3; i++) keep(SET_FEATURE_OF_INTEREST, make_feature(PICK(names), PICK(jsons)));
    for (int i = 0; i < 7; i++) {
        const entity_id id = make_datastream(PICK(names), any_id(SET_THING), any_id(SET_SENSOR),
                                             any_id(SET_OBSERVED_PROPERTY));
        give_properties(SET_DATASTREAM, DATASTREAM_PROPERTIES, id);
        keep(SET_DATASTREAM, id);
    }
    for (int i = 0; i < 2; i++)
        keep(SET_MULTI_DATASTREAM,
             make_multi_datastream(PICK(names), any_id(SET_THING), any_id(SET_SENSOR), 2));
    for (int i = 0; i < 6; i++) pair_up(SET_THING, THING_LOCATIONS, any_id(SET_THING), any_id(SET_LOCATION));
    for (int i = 0; i < 3; i++)
        pair_up(SET_MULTI_DATASTREAM, MULTI_DATASTREAM_OBSERVED_PROPERTIES, any_id(SET_MULTI_DATASTREAM),
                any_id(SET_OBSERVED_PROPERTY));
    for (int i = 0; i < 3; i++) {
        const entity_id id = make_historical_location("2020-01-01T00:00:00Z", any_id(SET_THING), 0);
        keep(SET_HISTORICAL_LOCATION, id);
        pair_up(SET_HISTORICAL_LOCATION, HISTORICAL_LOCATION_LOCATIONS, id, any_id(SET_LOCATION));
    }
    make_observations();
}

static const struct record *find_row(entity_set set, entity_id id)
{
    for (int i = 0; i < row_count[set]; i++)
        if (rows[set][i].id == id) return &rows[set][i];
    return NULL;
}

// Whether `other` is reached from `r` over the relation.
static bool is_related(const struct record *r, int relation, const struct record *other)
{
    const struct relation *way = &entity_schema_of(r->set)->relations[relation];
    if (!way->is_many) return r->links[relation] == other->id;
    if (!entity_schema_of(way->target)->relations[way->inverse].is_many)
        return other->links[way->inverse] == r->id;
    for (int i = 0; i < pair_count; i++) {
        const struct pair *p = &pairs[i];
        if (p->set == r->set && p->relation == relation && p->from == r->id && p->to == other->id)
            return true;
        if (p->set == way->target && p->relation == way->inverse && p->from == other->id && p->to == r->id)
            return true;
    }
    return false;
}

// ---- The evaluator -----------------------------------------------------------------------------------------------------

// A choice of one related entity (or none) for each to-many path of a variable.
struct choice {
    int variable;
    const int *hops;
    size_t count;
    const struct record *chosen;
};

struct world {
    const struct record *variables[16];
    struct choice choices[32];
    int choice_count;
};

static value evaluate(const struct expr *x, struct world *w);
static bool is_satisfied(const struct expr *x, int variable, struct world *w);

static bool same_hops(const int *a, const int *b, size_t count)
{
    for (size_t i = 0; i < count; i++)
        if (a[i] != b[i]) return false;
    return true;
}

static const struct record *chosen_for(const struct query_path *p, size_t count, const struct world *w)
{
    for (int i = 0; i < w->choice_count; i++) {
        const struct choice *c = &w->choices[i];
        if (c->variable == p->variable && c->count == count && same_hops(c->hops, p->hops, count))
            return c->chosen;
    }
    return NULL;
}

static const struct record *walk(const struct query_path *p, size_t hops, const struct world *w)
{
    const struct record *at = w->variables[p->variable];
    for (size_t i = 0; at && i < hops; i++) {
        const struct relation *r = &entity_schema_of(at->set)->relations[p->hops[i]];
        at = r->is_many ? chosen_for(p, i + 1, w) : find_row(r->target, at->links[p->hops[i]]);
    }
    return at;
}

static value json_member(value v, str key)
{
    json *j;
    err e;
    if (v.type != VALUE_JSON || !json_parse(v.text, the_arena, &j, &e)) return value_null();
    const json *found = json_get(j, key);
    str raw;
    if (!found || !arena_copy(the_arena, found->raw, &raw)) return value_null();
    return of_json(raw.p);
}

static value evaluate_path(const struct expr *x, const struct world *w)
{
    const struct query_path *p = &x->path;
    const struct record *at = walk(p, p->hop_count, w);
    if (!at) return value_null();
    if (p->property == PROPERTY_IS_ID) return value_int(at->id);
    value v = at->properties[p->property];
    for (size_t i = 0; i < p->key_count; i++) v = json_member(v, p->keys[i]);
    return v;
}

static bool is_number(value v)
{
    return v.type == VALUE_DECIMAL || v.type == VALUE_NUMBER;
}

static bool is_text_literal(const struct expr *x)
{
    return x->kind == EXPR_VALUE && x->literal.type == VALUE_TEXT;
}

// "5" is the only text here that is a number.
static value meet_number(const struct expr *x, value v, value other)
{
    return is_text_literal(x) && is_number(other) && str_eq(v.text, STR("5")) ? value_int(5) : v;
}

static value from_order(function_id op, int order)
{
    switch ((int)op) {
    case OP_EQ: return value_bool(order == 0);
    case OP_NE: return value_bool(order != 0);
    case OP_LT: return value_bool(order < 0);
    case OP_LE: return value_bool(order <= 0);
    case OP_GT: return value_bool(order > 0);
    default: return value_bool(order >= 0);
    }
}

static value compare(const struct expr *x, value a, value b)
{
    const bool a_is_null = x->args[0]->kind == EXPR_VALUE && a.type == VALUE_NULL;
    const bool b_is_null = x->args[1]->kind == EXPR_VALUE && b.type == VALUE_NULL;
    if (a_is_null || b_is_null) {
        const bool both = a.type == VALUE_NULL && b.type == VALUE_NULL;
        return x->function == OP_EQ   ? value_bool(both)
               : x->function == OP_NE ? value_bool(!both)
                                      : value_null();
    }
    a = meet_number(x->args[0], a, b);
    b = meet_number(x->args[1], b, a);
    if (is_number(a) && is_number(b)) {
        const double p = value_to_double(&a), q = value_to_double(&b);
        return from_order(x->function, (p > q) - (p < q));
    }
    if (a.type != b.type) return value_null();
    if (a.type == VALUE_TEXT) return from_order(x->function, str_cmp(a.text, b.text));
    if (a.type == VALUE_BOOL) return from_order(x->function, (int)a.truth - (int)b.truth);
    if (a.type != VALUE_JSON || (x->function != OP_EQ && x->function != OP_NE)) return value_null();
    return from_order(x->function, str_eq(a.text, b.text) ? 0 : 1);
}

// Whole by its nature, not by chance.
static bool is_whole(const struct expr *x)
{
    if (x->kind == EXPR_VALUE) return x->literal.type == VALUE_DECIMAL && x->literal.number.scale == 0;
    if (x->kind == EXPR_PATH) return x->path.property == PROPERTY_IS_ID;
    if (x->function == FN_LENGTH || x->function == FN_INDEXOF) return true;
    return x->function >= OP_ADD && x->function <= OP_MOD && is_whole(x->args[0]) && is_whole(x->args[1]);
}

static value of_double(double d)
{
    return isfinite(d) ? (value){.type = VALUE_NUMBER, .real = d} : value_null();
}

static value calculate(const struct expr *x, value a, value b)
{
    if (!is_number(a) || !is_number(b)) return value_null();
    const double p = value_to_double(&a), q = value_to_double(&b);
    switch ((int)x->function) {
    case OP_ADD: return of_double(p + q);
    case OP_SUB: return of_double(p - q);
    case OP_MUL: return of_double(p * q);
    case OP_DIV: return of_double(is_whole(x->args[0]) && is_whole(x->args[1]) ? trunc(p / q) : p / q);
    default: return of_double(fmod(p, q));
    }
}

static value evaluate_logic(const struct expr *x, struct world *w)
{
    const value a = evaluate(x->args[0], w);
    if (x->function == OP_NOT) return a.type == VALUE_BOOL ? value_bool(!a.truth) : value_null();
    const value b = evaluate(x->args[1], w);
    const bool decides = x->function == OP_OR;  // the value that decides alone
    if (a.type == VALUE_BOOL && a.truth == decides) return a;
    if (b.type == VALUE_BOOL && b.truth == decides) return b;
    return a.type == VALUE_BOOL && b.type == VALUE_BOOL ? value_bool(!decides) : value_null();
}

static value evaluate_text(const struct expr *x, struct world *w)
{
    const value a = evaluate(x->args[0], w),
                b = x->arg_count > 1 ? evaluate(x->args[1], w) : value_text(STR(""));
    size_t at;
    if (a.type != VALUE_TEXT || b.type != VALUE_TEXT) return value_null();
    switch ((int)x->function) {
    case FN_CONTAINS: return value_bool(str_find(a.text, b.text, &at));
    case FN_SUBSTRINGOF: return value_bool(str_find(b.text, a.text, &at));
    case FN_STARTSWITH: return value_bool(str_starts(a.text, b.text));
    case FN_ENDSWITH: return value_bool(str_ends(a.text, b.text));
    case FN_LENGTH:
        return value_int(str_eq(a.text, STR("Ä")) ? 1
                                                  : (int64_t)a.text.n);  // the only one with a longer letter
    default: {
        str both = {0};
        assert_true(arena_print(the_arena, &both, "%.*s%.*s", STR_ARG(a.text), STR_ARG(b.text)));
        return value_text(both);
    }
    }
}

static value evaluate_in(const struct expr *x, struct world *w)
{
    value all = value_bool(false);
    for (size_t i = 0; i < x->args[1]->arg_count; i++) {
        struct expr *sides[] = {x->args[0], x->args[1]->args[i]};
        const struct expr equal = {.kind = EXPR_CALL, .function = OP_EQ, .args = sides, .arg_count = 2};
        const value one = evaluate(&equal, w);
        if (one.type == VALUE_BOOL && one.truth) return one;
        if (one.type == VALUE_NULL) all = one;
    }
    return all;
}

// Does x hold for some entity at the end of the any()'s path? All ways there count.
static bool walk_any(const struct expr *x, size_t hop, const struct record *at, int variable, struct world *w)
{
    if (hop == x->path.hop_count) {
        w->variables[variable] = at;
        return x->arg_count == 0 || is_satisfied(x->args[0], variable, w);
    }
    const entity_set target = entity_schema_of(at->set)->relations[x->path.hops[hop]].target;
    for (int i = 0; i < row_count[target]; i++)
        if (is_related(at, x->path.hops[hop], &rows[target][i]) &&
            walk_any(x, hop + 1, &rows[target][i], variable, w))
            return true;
    return false;
}

static int depth_of_any;

static value evaluate_any(const struct expr *x, struct world *w)
{
    const int variable = ++depth_of_any;
    const struct record *at = w->variables[x->path.variable];
    const bool found = at && walk_any(x, 0, at, variable, w);
    depth_of_any--;
    return value_bool(found);
}

static value evaluate(const struct expr *x, struct world *w)
{
    if (x->kind == EXPR_VALUE) return x->literal;
    if (x->kind == EXPR_PATH) return evaluate_path(x, w);
    if (x->kind == EXPR_ANY) return evaluate_any(x, w);
    if (x->function <= OP_NOT) return evaluate_logic(x, w);
    if (x->function == OP_IN) return evaluate_in(x, w);
    if (x->function >= FN_SUBSTRINGOF) return evaluate_text(x, w);
    const value a = evaluate(x->args[0], w), b = evaluate(x->args[1], w);
    return x->function < OP_IN ? compare(x, a, b) : calculate(x, a, b);
}

// All to-many paths of the variable in x.
static void gather_choices(const struct expr *x, int variable, struct world *w)
{
    if (x->kind == EXPR_PATH && x->path.variable == variable) {
        entity_set set = w->variables[variable]->set;
        for (size_t i = 0; i < x->path.hop_count; i++) {
            const struct relation *r = &entity_schema_of(set)->relations[x->path.hops[i]];
            set = r->target;
            if (!r->is_many) continue;
            bool known = false;
            for (int k = 0; k < w->choice_count; k++)
                known |= w->choices[k].variable == variable && w->choices[k].count == i + 1 &&
                         same_hops(w->choices[k].hops, x->path.hops, i + 1);
            if (!known) w->choices[w->choice_count++] = (struct choice){variable, x->path.hops, i + 1, NULL};
        }
    }
    for (size_t i = 0; i < x->arg_count; i++) gather_choices(x->args[i], variable, w);
}

// Tries all entities for the choices from number `k` on; shorter paths stand before those they begin.
static bool try_choices(const struct expr *x, int k, struct world *w)
{
    if (k == w->choice_count) {
        const value v = evaluate(x, w);
        return v.type == VALUE_BOOL && v.truth;
    }
    struct choice *c = &w->choices[k];
    const struct query_path p = {
        .variable = c->variable, .hops = (int *)(uintptr_t)c->hops, .hop_count = c->count};
    const struct record *from = walk(&p, c->count - 1, w);
    bool is_any = false;
    const int relation = c->hops[c->count - 1];
    const entity_set target = from ? entity_schema_of(from->set)->relations[relation].target : 0;
    for (int i = 0; from && i < row_count[target]; i++) {
        if (!is_related(from, relation, &rows[target][i])) continue;
        is_any = true;
        c->chosen = &rows[target][i];
        if (try_choices(x, k + 1, w)) return true;
    }
    c->chosen = NULL;
    return !is_any && try_choices(x, k + 1, w);
}

static bool is_satisfied(const struct expr *x, int variable, struct world *w)
{
    const int before = w->choice_count;
    gather_choices(x, variable, w);
    const bool holds = try_choices(x, before, w);
    w->choice_count = before;
    return holds;
}

// ---- Conditions that make sense ------------------------------------------------------------------------------------------

struct variables {
    entity_set sets[4];
    int count;
};

static struct expr *some_condition(struct variables *v, int depth);
static struct expr *some_number(struct variables *v, int depth);
static struct expr *some_text(struct variables *v, int depth);

// A path from one of the variables over up to three hops.
static struct expr *some_path(const struct variables *v)
{
    const int variable = below(v->count);
    struct expr *x = path_of(variable, v->sets[variable], "id");
    for (int hops = below(4); hops > 0; hops--) {
        const int relation = below(entity_schema_of(x->path.set)->relation_count);
        x->path.hops[x->path.hop_count++] = relation;
        x->path.set = entity_schema_of(x->path.set)->relations[relation].target;
    }
    return x;
}

// JSON, or the result.
static struct expr *some_dynamic(const struct variables *v)
{
    for (;;) {
        struct expr *x = some_path(v);
        const int property = entity_property_find(
            x->path.set, PICK(((const str[]){STR("properties"), STR("parameters"), STR("result"),
                                             STR("location"), STR("feature")})));
        if (property < 0) continue;
        x->path.property = property;
        const bool is_result = x->path.set == SET_OBSERVATION && property == OBSERVATION_RESULT;
        if (is_result && below(3)) return x;
        x->path.keys[x->path.key_count++] = below(2) ? STR("a") : STR("b");
        if (below(6) == 0) x->path.keys[x->path.key_count++] = STR("b");
        return x;
    }
}

static struct expr *some_number(struct variables *v, int depth)
{
    static const char *const digits[] = {"0", "1", "2", "2.5", "5", "-1", "100"};
    static const function_id operators[] = {OP_ADD, OP_SUB, OP_MUL, OP_DIV, OP_MOD};
    switch (depth > 0 ? below(5) : below(3)) {
    case 0: return number(PICK(digits));
    case 1: return some_path(v);
    case 2: return some_dynamic(v);
    case 3: return CALL(FN_LENGTH, some_text(v, depth - 1));
    default: return CALL(PICK(operators), some_number(v, depth - 1), some_number(v, depth - 1));
    }
}

static struct expr *some_name(const struct variables *v)
{
    for (;;) {
        struct expr *x = some_path(v);
        const int property = entity_property_find(x->path.set, STR("name"));
        if (property < 0) continue;
        x->path.property = property;
        return x;
    }
}

static struct expr *some_text(struct variables *v, int depth)
{
    switch (depth > 0 ? below(4) : below(3)) {
    case 0: return text(PICK(names));
    case 1: return some_name(v);
    case 2: return some_dynamic(v);
    default: return CALL(FN_CONCAT, some_text(v, depth - 1), some_text(v, depth - 1));
    }
}

static struct expr *some_comparison(struct variables *v, int depth)
{
    static const function_id operators[] = {OP_EQ, OP_NE, OP_LT, OP_LE, OP_GT, OP_GE};
    const function_id op = PICK(operators);
    switch (below(6)) {
    case 0: return CALL(op, some_number(v, depth), some_number(v, depth));
    case 1: return CALL(op, some_text(v, depth), some_text(v, depth));
    case 2: return CALL(op, some_dynamic(v), below(2) ? text(PICK(names)) : truth(below(2)));
    case 3: return CALL(op, some_dynamic(v), some_dynamic(v));
    case 4: return below(2) ? CALL(op, null(), some_path(v)) : CALL(op, some_dynamic(v), null());
    default:
        return CALL(OP_IN, some_dynamic(v),
                    list_of(number("1"), text("5"), below(3) ? text("a") : null(), (struct expr *)NULL));
    }
}

static struct expr *some_any(struct variables *v, int depth)
{
    if (v->count == 4) return truth(below(2));
    struct expr *x = some_path(v);
    x->kind = EXPR_ANY;
    for (;;) {  // go on until a to-many relation
        const int relation = below(entity_schema_of(x->path.set)->relation_count);
        const struct relation *r = &entity_schema_of(x->path.set)->relations[relation];
        x->path.hops[x->path.hop_count++] = relation;
        x->path.set = r->target;
        if (r->is_many) break;
    }
    x->args = ARENA_ARRAY(the_arena, 1, struct expr *);
    v->sets[v->count++] = x->path.set;
    x->args[0] = some_condition(v, depth - 1);
    x->arg_count = 1;
    v->count--;
    return x;
}

static struct expr *some_condition(struct variables *v, int depth)
{
    static const function_id finds[] = {FN_CONTAINS, FN_SUBSTRINGOF, FN_STARTSWITH, FN_ENDSWITH};
    switch (depth > 0 ? below(8) : 7) {
    case 0:
    case 1: return CALL(OP_AND, some_condition(v, depth - 1), some_condition(v, depth - 1));
    case 2: return CALL(OP_OR, some_condition(v, depth - 1), some_condition(v, depth - 1));
    case 3: return CALL(OP_NOT, some_condition(v, depth - 1));
    case 4: return CALL(PICK(finds), some_text(v, depth - 1), some_text(v, depth - 1));
    case 5: return some_any(v, depth);
    case 6: return some_dynamic(v);
    default: return some_comparison(v, depth > 1 ? 1 : depth);
    }
}

// ---- Comparing answers -----------------------------------------------------------------------------------------------------

static void print_tree(const struct expr *x, buf *b)
{
    if (x->kind == EXPR_VALUE) {
        value_write_json(b, &x->literal);
    } else if (x->kind == EXPR_CALL || x->kind == EXPR_LIST) {
        buf_print(b, "%.*s(", STR_ARG(x->kind == EXPR_LIST ? STR("list") : function_of(x->function)->name));
        for (size_t i = 0; i < x->arg_count; i++) {
            if (i > 0) BUF_LIT(b, ", ");
            print_tree(x->args[i], b);
        }
        BUF_LIT(b, ")");
    } else {
        buf_print(b, "$%d", x->path.variable);
        for (size_t i = 0; i < x->path.hop_count; i++) buf_print(b, "/%d", x->path.hops[i]);
        if (x->kind == EXPR_PATH)
            buf_print(b, "/%.*s",
                      STR_ARG(x->path.property < 0
                                  ? STR("id")
                                  : entity_schema_of(x->path.set)->properties[x->path.property].name));
        for (size_t i = 0; i < x->path.key_count; i++) buf_print(b, "/%.*s", STR_ARG(x->path.keys[i]));
        if (x->kind == EXPR_ANY) {
            BUF_LIT(b, "/any(");
            print_tree(x->args[0], b);
            BUF_LIT(b, ")");
        }
    }
}

static const char *expected_ids(entity_set set, const struct expr *x, int64_t *count)
{
    static char ids[1024];
    ids[0] = '\0';
    *count = 0;
    entity_id last = 0;
    for (;;) {  // in the order of their ids
        const struct record *next = NULL;
        for (int i = 0; i < row_count[set]; i++)
            if (rows[set][i].id > last && (!next || rows[set][i].id < next->id)) next = &rows[set][i];
        if (!next) return ids;
        last = next->id;
        struct world w = {.variables = {next}};
        if (!is_satisfied(x, 0, &w)) continue;
        ++*count;
        const entity_id shown = set == SET_OBSERVATION ? (entity_id)OBSERVATION_NUMBER(next->id) : next->id;
        snprintf(ids + strlen(ids), sizeof ids - strlen(ids), "%s%lld", ids[0] ? " " : "", (long long)shown);
    }
}

static int cases_wanted(int usual)
{
    const char *s = getenv("PEIL_CASES");
    return s ? (int)strtol(s, NULL, 10) : usual;
}

static uint64_t first_seed(void)
{
    const char *s = getenv("PEIL_SEED");
    return s ? strtoull(s, NULL, 10) : 20240229;
}

static void open_graph(uint64_t seed)
{
    void *state = NULL;
    chance_state = seed;
    assert_int_equal(graph_open(&state), 0);
    make_graph();
}

static void check_one(uint64_t seed, int *matched)
{
    const entity_set set = (entity_set)below(ENTITY_SET_COUNT);
    struct variables v = {{set}, 1};
    struct expr *x = some_condition(&v, 1 + below(4));
    struct query q = query_where(set, x);
    int64_t count;
    const char *wanted = expected_ids(set, x, &count), *got = ids_of(&q);
    *matched += count > 0 && count < row_count[set];
    if (strcmp(got, wanted) == 0 && count_of(&q) == count) return;
    buf b = {.max = 1 << 20};
    print_tree(x, &b);
    fail_msg("seed %llu, %.*s: got '%s', expected '%s'\n%.*s", (unsigned long long)seed,
             STR_ARG(entity_schema_of(set)->set_name), got, wanted, STR_ARG(buf_str(&b)));
}

static void the_store_answers_as_the_evaluator_does(void **state)
{
    (void)state;
    const int cases = cases_wanted(3000), per_graph = 150;
    int matched = 0;
    uint64_t seed = first_seed();
    for (int done = 0; done < cases; seed++) {
        open_graph(seed);
        for (int i = 0; i < per_graph && done < cases; i++, done++) check_one(seed, &matched);
        graph_close(NULL);
    }
    printf("%d conditions from seed %llu on; %d of them held for some entities and not for others\n", cases,
           (unsigned long long)first_seed(), matched);
}

// ---- Trees of any shape ------------------------------------------------------------------------------------------------------

static struct expr *wild_literal(void)
{
    switch (below(9)) {
    case 0:
        return number(PICK(((const char *const[]){"0", "-1", "1e308", "0.1", "9223372036854775807",
                                                  "123456789012345678901"})));
    case 1:
        return text(PICK(
            ((const char *const[]){"", "5", "a", "2020-01-01T00:00:00Z", "'", "\"", "%", "POINT(1 2)"})));
    case 2: return truth(below(2));
    case 3: return null();
    case 4:
        return at_time(PICK(
            ((const char *const[]){"2020-01-01T00:00:00Z", "0001-01-01T00:00:00Z", "9999-12-31T23:59:59Z",
                                   "2020-01-01T00:00:00Z/2020-01-01T00:00:00Z"})));
    case 5: return date("2020-01-01");
    case 6: return lasting(PICK(((const char *const[]){"P1D", "-P1M", "PT0S", "P9999Y", "P1M1DT1S"})));
    default:
        return shape(PICK(((const char *const[]){"POINT(1 2)", "POLYGON((0 0,1 1,1 0,0 1,0 0))",
                                                 "GEOMETRYCOLLECTION(POINT(1 1))", "LINESTRING(0 0,1 1)"})));
    }
}

static struct expr *wild_path(const struct variables *v)
{
    struct expr *x = some_path(v);
    const struct entity_schema *s = entity_schema_of(x->path.set);
    if (below(4)) x->path.property = below(s->property_count);
    if (x->path.property < 0) return x;
    const property_type type = s->properties[x->path.property].type;
    if (type != PROPERTY_JSON && type != PROPERTY_GEOMETRY && type != PROPERTY_RESULT) return x;
    for (int keys = below(3); keys > 0; keys--)
        x->path.keys[x->path.key_count++] = PICK(
            ((const str[]){STR("a"), STR("b"), STR("[0]"), STR("'"), STR("\""), STR("")}));
    return x;
}

static struct expr *wild(struct variables *v, int depth)
{
    if (depth == 0 || below(5) == 0) return below(3) ? wild_path(v) : wild_literal();
    if (below(10) == 0) return some_any(v, depth);
    const function_id f = (function_id)below(FUNCTION_COUNT);
    struct expr *x = call_of(f, NULL);
    x->args = ARENA_ARRAY(the_arena, 3, struct expr *);
    x->arg_count = (size_t)(function_of(f)->args_min +
                            below(function_of(f)->args_max - function_of(f)->args_min + 1));
    for (size_t i = 0; i < x->arg_count; i++) x->args[i] = wild(v, depth - 1);
    if (f == OP_IN && below(2))
        x->args[1] = list_of(wild(v, depth - 1), wild(v, depth - 1), (struct expr *)NULL);
    return x;
}

// Refused as the user's mistake, or answered to the end.
static void run_wild(const struct query *q, uint64_t seed, int *answered)
{
    struct snapshot *at;
    struct cursor *c = NULL;
    struct record r;
    bool got = true;
    int64_t count;
    err e = {0};
    assert_true(snapshot_open(the_store, &at, &e));
    bool ok = store_query(at, q, &c, &e);
    while (ok && got) ok = cursor_next(c, &r, &got, &e);
    cursor_close(c);
    ok = ok && store_count(at, q, &count, &e);
    snapshot_close(at);
    *answered += ok;
    if (ok || e.code == ERR_TYPE || e.code == ERR_RANGE || e.code == ERR_SYNTAX) return;
    buf b = {.max = 1 << 20};
    if (q->filter) print_tree(q->filter, &b);
    fail_msg("seed %llu: error %d: %s\n%.*s", (unsigned long long)seed, (int)e.code, e.text,
             STR_ARG(buf_str(&b)));
}

static void no_tree_ends_in_an_sql_error(void **state)
{
    (void)state;
    const int cases = cases_wanted(20000);
    const uint64_t seed = first_seed();
    int answered = 0;
    open_graph(seed);
    for (int i = 0; i < cases; i++) {
        const entity_set parent = (entity_set)below(ENTITY_SET_COUNT);
        struct query q = query_under(parent, 1 + below(9), below(entity_schema_of(parent)->relation_count));
        q.has_parent = below(2);
        struct variables v = {{q.set}, 1};
        q.id = below(8) ? 0 : 1 + below(9);
        q.properties = (uint32_t)chance();
        q.links = (uint32_t)chance();
        q.top = below(3) ? -1 : below(5);
        q.skip = below(3);
        q.is_distinct = below(4) == 0;
        if (below(4)) q.filter = wild(&v, 1 + below(5));
        if (below(3) == 0) {
            q.orders = order_by(wild(&v, below(3)), below(2));
            q.order_count = 1;
        }
        run_wild(&q, seed, &answered);
    }
    graph_close(NULL);
    printf("%d trees from seed %llu; %d answered, the others refused as mistakes\n", cases,
           (unsigned long long)seed, answered);
}

static void trees_nested_too_deep_are_refused(void **state)
{
    (void)state;
    open_graph(1);
    for (int depth = 1; depth < 3000; depth *= 3) {
        struct expr *calls = number("1"), *chain = truth(true), *nots = truth(true);
        for (int i = 0; i < depth; i++) {
            calls = CALL(OP_ADD, number("1"), calls);
            chain = CALL(OP_AND, chain, CALL(OP_EQ, path(SET_THING, "name"), text("a")));
            nots = CALL(OP_NOT, nots);
        }
        int answered = 0;
        struct query q = query_where(SET_THING, CALL(OP_EQ, calls, number("2")));
        run_wild(&q, 1, &answered);
        q.filter = chain;
        run_wild(&q, 1, &answered);
        q.filter = nots;
        run_wild(&q, 1, &answered);
        if (depth == 9) assert_int_equal(answered, 3);
        if (depth == 243) assert_int_equal(answered, 1);  // the chain
    }
    graph_close(NULL);
}

static void paths_longer_than_any_store_are_refused_or_lead_nowhere(void **state)
{
    (void)state;
    open_graph(1);
    for (int length = 1; length < 200; length += 9) {
        struct expr *hops = path(SET_THING, "id"), *keys = path(SET_THING, "properties");
        hops->path.hops = ARENA_ARRAY(the_arena, 400, int);
        keys->path.keys = ARENA_ARRAY(the_arena, 200, str);
        for (int i = 0; i < length; i++) {
            hops->path.hops[hops->path.hop_count++] = THING_DATASTREAMS;
            hops->path.hops[hops->path.hop_count++] = DATASTREAM_THING;
            keys->path.keys[keys->path.key_count++] = STR("a");
        }
        int answered = 0;
        struct query q = query_where(SET_THING, CALL(OP_GT, hops, number("0")));
        run_wild(&q, 1, &answered);
        q.filter = CALL(OP_EQ, keys, null());
        run_wild(&q, 1, &answered);
        assert_int_equal(answered, length < 30 ? 2 : 1);
    }
    graph_close(NULL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_store_answers_as_the_evaluator_does),
        cmocka_unit_test(no_tree_ends_in_an_sql_error),
        cmocka_unit_test(trees_nested_too_deep_are_refused),
        cmocka_unit_test(paths_longer_than_any_store_are_refused_or_lead_nowhere),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
