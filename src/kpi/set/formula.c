// SPDX-License-Identifier: EUPL-1.2
#include "base/num.h"
#include "kpi/set/node.h"

#include <string.h>

#define COUNT(table) (sizeof(table) / sizeof((table)[0]))

// clang-format off
static const struct {
    str name;
    call_kind call;
    size_t least, most;  // arguments
} functions[] = {
    {STR("if"),     CALL_IF,     3, 3},   // if(claim, then, else)
    {STR("and"),    CALL_AND,    2, NODE_ARGS_MAX},
    {STR("or"),     CALL_OR,     2, NODE_ARGS_MAX},
    {STR("not"),    CALL_NOT,    1, 1},
    {STR("min"),    CALL_MIN,    2, NODE_ARGS_MAX},
    {STR("max"),    CALL_MAX,    2, NODE_ARGS_MAX},
    {STR("mean"),   CALL_MEAN,   2, NODE_ARGS_MAX},
    {STR("abs"),    CALL_ABS,    1, 1},
    {STR("factor"), CALL_FACTOR, 1, 1},
    {STR("count"),  CALL_COUNT,  1, 1},   // a count without its noun, to compare households with subscriptions
};

static const struct {
    const char *sign;
    node_kind kind;
    int precedence;
} operators[] = {
    {"<=", NODE_AT_MOST, 3}, {">=", NODE_AT_LEAST, 3}, {"==", NODE_EQUAL, 3}, {"!=", NODE_UNEQUAL, 3},
    {"<", NODE_LESS, 3},     {">", NODE_MORE, 3},      {"+", NODE_ADD, 2},    {"-", NODE_SUBTRACT, 2},
    {"*", NODE_MULTIPLY, 1}, {"/", NODE_DIVIDE, 1},
};
// clang-format on

int node_precedence(const struct kpi_node *n)
{
    for (size_t i = 0; i < COUNT(operators); i++)
        if (operators[i].kind == n->kind) return operators[i].precedence;
    return n->kind == NODE_NEGATE ? 1 : 0;
}

const char *node_sign(const struct kpi_node *n)
{
    for (size_t i = 0; i < COUNT(operators); i++)
        if (operators[i].kind == n->kind) return operators[i].sign;
    return "-";
}

// ---- Reading -----------------------------------------------------------------------------------------------------

struct parser {
    str text;
    size_t at;
    int depth;
    const struct kpi_names *names;
    struct kpi_formula *out;
    arena *arena;
    err *e;
};

static struct kpi_node *parse_expression(struct parser *p, int precedence);

static void skip_blanks(struct parser *p)
{
    while (p->at < p->text.n && memchr(" \t\r\n", p->text.p[p->at], 4)) p->at++;
}

static bool take(struct parser *p, const char *sign)
{
    skip_blanks(p);
    const str s = str_of(sign);
    if (!str_starts(str_slice(p->text, p->at, p->text.n), s)) return false;
    p->at += s.n;
    return true;
}

static bool need(struct parser *p, const char *sign, const char *after)
{
    return take(p, sign) || err_set(p->e, ERR_SYNTAX, p->at, "expected '%s' %s", sign, after);
}

static struct kpi_node *node_new(struct parser *p, node_kind kind, size_t at)
{
    struct kpi_node *n = ARENA_NEW(p->arena, struct kpi_node);
    if (!n) {
        err_no_memory(p->e);
        return NULL;
    }
    n->kind = kind;
    n->at = at;
    return n;
}

static struct kpi_node *binary_new(struct parser *p, node_kind kind, size_t at, struct kpi_node *left,
                                   struct kpi_node *right)
{
    struct kpi_node *n = left && right ? node_new(p, kind, at) : NULL;
    if (!n) return NULL;
    n->args[0] = left;
    n->args[1] = right;
    n->arg_count = 2;
    return n;
}

static struct kpi_node *number_new(struct parser *p, double v, size_t at)
{
    struct kpi_node *n = node_new(p, NODE_NUMBER, at);
    if (n) n->number = v;
    return n;
}

static bool is_name_char(char c, bool is_first)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_' ||
           (!is_first && c >= '0' && c <= '9');
}

static str take_name(struct parser *p)
{
    const size_t from = p->at;
    while (p->at < p->text.n && is_name_char(p->text.p[p->at], p->at == from)) p->at++;
    return str_slice(p->text, from, p->at);
}

static bool input_note(struct parser *p, int input, size_t at)
{
    struct kpi_formula *f = p->out;
    for (size_t i = 0; i < f->input_count; i++)
        if (f->inputs[i] == input) return true;
    if (f->input_count == KPI_FORMULA_INPUTS_MAX)
        return err_set(p->e, ERR_LIMIT, at, "a formula names at most %d inputs", KPI_FORMULA_INPUTS_MAX);
    f->inputs[f->input_count++] = input;
    return true;
}

static struct kpi_node *input_new(struct parser *p, node_kind kind, str name, size_t at)
{
    const int input = p->names->find(p->names->context, name);
    if (input < 0) {
        err_set(p->e, ERR_UNKNOWN, at, "there is no input '%.*s'", STR_ARG(name));
        return NULL;
    }
    struct kpi_node *n = input_note(p, input, at) ? node_new(p, kind, at) : NULL;
    if (n) n->input = input;
    return n;
}

static struct kpi_node *parse_sum(struct parser *p, size_t at)
{
    skip_blanks(p);
    const size_t name_at = p->at;
    const str name = take_name(p);
    if (!name.n) {
        err_set(p->e, ERR_SYNTAX, name_at, "sum() takes the name of one input: it adds up the areas below");
        return NULL;
    }
    struct kpi_node *n = input_new(p, NODE_SUM, name, at);
    return n && need(p, ")", "after the input of sum()") ? n : NULL;
}

// per_capita(x) is x / population, per_100000(x) is 100000 * x / population.
static struct kpi_node *parse_per(struct parser *p, double factor, size_t at)
{
    struct kpi_node *x = parse_expression(p, 3);
    if (!x || !need(p, ")", "after one expression")) return NULL;
    if (p->names->population < 0) {
        err_set(p->e, ERR_UNKNOWN, at, "the set does not say which input is its \"population\"");
        return NULL;
    }
    struct kpi_node *people = input_note(p, p->names->population, at) ? node_new(p, NODE_INPUT, at) : NULL;
    if (people) people->input = p->names->population;
    if (factor != 1) x = binary_new(p, NODE_MULTIPLY, at, number_new(p, factor, at), x);
    return binary_new(p, NODE_DIVIDE, at, x, people);
}

static struct kpi_node *parse_arguments(struct parser *p, size_t function, size_t at)
{
    struct kpi_node *n = node_new(p, NODE_CALL, at);
    if (!n) return NULL;
    n->call = functions[function].call;
    do {
        if (n->arg_count == functions[function].most) break;
        if (!(n->args[n->arg_count++] = parse_expression(p, 3))) return NULL;
    } while (take(p, ","));
    if (n->arg_count < functions[function].least) {
        err_set(p->e, ERR_SYNTAX, p->at, "%.*s() takes at least %zu arguments",
                STR_ARG(functions[function].name), functions[function].least);
        return NULL;
    }
    return need(p, ")", "after the arguments") ? n : NULL;
}

static struct kpi_node *parse_call(struct parser *p, str name, size_t at)
{
    if (str_eq(name, STR("sum"))) return parse_sum(p, at);
    if (str_eq(name, STR("per_capita"))) return parse_per(p, 1, at);
    if (str_eq(name, STR("per_100000"))) return parse_per(p, 100000, at);
    for (size_t i = 0; i < COUNT(functions); i++)
        if (str_eq(functions[i].name, name)) return parse_arguments(p, i, at);
    err_set(p->e, ERR_UNKNOWN, at, "there is no function '%.*s'", STR_ARG(name));
    return NULL;
}

static struct kpi_node *parse_number(struct parser *p)
{
    const size_t from = p->at;
    double v;
    while (p->at < p->text.n && (memchr("0123456789.", p->text.p[p->at], 11) != NULL)) p->at++;
    if (num_parse_double(str_slice(p->text, from, p->at), &v, NULL)) return number_new(p, v, from);
    err_set(p->e, ERR_SYNTAX, from, "'%.*s' is no number", STR_ARG(str_slice(p->text, from, p->at)));
    return NULL;
}

static struct kpi_node *parse_leaf(struct parser *p)
{
    skip_blanks(p);
    const size_t at = p->at;
    if (take(p, "(")) {
        struct kpi_node *n = parse_expression(p, 3);
        return n && need(p, ")", "to close the bracket") ? n : NULL;
    }
    if (take(p, "-")) {
        struct kpi_node *inner = parse_expression(p, 0), *n = inner ? node_new(p, NODE_NEGATE, at) : NULL;
        if (n) n->args[n->arg_count++] = inner;
        return n;
    }
    if (at < p->text.n && p->text.p[at] >= '0' && p->text.p[at] <= '9') return parse_number(p);
    const str name = take_name(p);
    if (!name.n) {
        err_set(p->e, ERR_SYNTAX, at, "expected a number, an input or '('");
        return NULL;
    }
    return take(p, "(") ? parse_call(p, name, at) : input_new(p, NODE_INPUT, name, at);
}

static bool take_operator(struct parser *p, int precedence, node_kind *out, size_t *at)
{
    skip_blanks(p);
    *at = p->at;
    for (size_t i = 0; i < COUNT(operators); i++) {
        if (operators[i].precedence != precedence || !take(p, operators[i].sign)) continue;
        *out = operators[i].kind;
        return true;
    }
    return false;
}

static struct kpi_node *parse_level(struct parser *p, int precedence)
{
    if (precedence == 0) return parse_leaf(p);
    struct kpi_node *left = parse_expression(p, precedence - 1);
    node_kind kind;
    size_t at;
    while (left && take_operator(p, precedence, &kind, &at)) {
        left = binary_new(p, kind, at, left, parse_expression(p, precedence - 1));
        if (left && precedence == 3) break;  // a < b < c has no meaning
    }
    return left;
}

static struct kpi_node *parse_expression(struct parser *p, int precedence)
{
    if (p->depth == KPI_FORMULA_DEPTH_MAX * 4) {  // up to four levels of precedence stand behind each bracket
        err_set(p->e, ERR_LIMIT, p->at, "brackets nest deeper than %d", KPI_FORMULA_DEPTH_MAX);
        return NULL;
    }
    p->depth++;
    struct kpi_node *n = parse_level(p, precedence);
    p->depth--;
    return n;
}

bool kpi_formula_parse(str text, const struct kpi_names *names, arena *a, struct kpi_formula *out, err *e)
{
    struct kpi_formula f = {.text = text};
    struct parser p = {.text = text, .names = names, .out = &f, .arena = a, .e = e};
    if (text.n > KPI_FORMULA_BYTES_MAX)
        return err_set(e, ERR_LIMIT, 0, "a formula has at most %d bytes", KPI_FORMULA_BYTES_MAX);
    f.root = parse_expression(&p, 3);
    if (!f.root) return false;
    skip_blanks(&p);
    if (p.at < text.n)
        return err_set(e, ERR_SYNTAX, p.at, "expected an operator, or nothing more, at '%.*s'",
                       STR_ARG(str_slice(text, p.at, p.at + 20)));
    if (!node_check(f.root, names, e)) return false;
    f.unit = f.root->unit;
    *out = f;
    return true;
}
