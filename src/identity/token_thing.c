// SPDX-License-Identifier: EUPL-1.2
// Which token writes for which Thing.
#include "identity/token_document.h"

#include <stdio.h>
#include <string.h>

// ---- Whose Things ------------------------------------------------------------------------------------------------

// A document {"token":"meter-12"} of this kind under the Thing's id: the token that brought it.
static const str claim_kind = {"thing-token", 11};

static str claim_key(entity_id thing, char out[static 24])
{
    return (str){out, (size_t)snprintf(out, 24, "%lld", (long long)thing)};
}

// *owner: the token's name, in the arena; empty: nobody has it.
bool token_owner(struct snapshot *at, entity_id thing, arena *a, str *owner, err *e)
{
    char key[24];
    str text;
    json *j;
    err why;
    *owner = (str){0};
    if (!store_document_get(at, claim_kind, claim_key(thing, key), a, &text, &why)) {
        if (why.code == ERR_ABSENT) return true;
        *e = why;
        return false;
    }
    if (!json_parse(text, a, &j, e)) return false;
    *owner = json_text(j, STR("token"));
    return true;
}

bool token_owns(struct store_tx *tx, const struct principal *who, entity_id thing, bool *out, err *e)
{
    *out = false;
    for (uint32_t k = 0; k < who->thing_count; k++) *out |= who->things[k] == thing;
    if (who->thing_count) return true;
    arena *a = arena_new(4096);
    str owner;
    if (!a) return err_no_memory(e);
    const bool ok = token_owner(store_tx_snapshot(tx), thing, a, &owner, e);
    if (ok) *out = str_eq(owner, str_of(who->name));
    arena_free(a);
    return ok;
}

bool token_claim(struct store_tx *tx, const struct principal *who, entity_id thing, err *e)
{
    arena *a = arena_new(4096);
    str owner;
    if (!a) return err_no_memory(e);
    const bool ok = token_owner(store_tx_snapshot(tx), thing, a, &owner, e);
    arena_free(a);
    return ok && (owner.n || token_give(tx, thing, str_of(who->name), e));
}

bool token_give(struct store_tx *tx, entity_id thing, str name, err *e)
{
    char key[24], document[TOKEN_NAME_MAX + 16];
    if (name.n == 0) return store_document_delete(tx, claim_kind, claim_key(thing, key), e);
    if (name.n > TOKEN_NAME_MAX || !token_name_is_valid(name))
        return err_set(e, ERR_RANGE, ERR_NOWHERE, "'%.*s' is no name of a token", STR_ARG(name));
    const int n = snprintf(document, sizeof document, "{\"token\":\"%.*s\"}", STR_ARG(name));
    return store_document_put(tx, claim_kind, claim_key(thing, key), (str){document, (size_t)n}, e);
}

// ---- A new key ---------------------------------------------------------------------------------------------------

#define SCRATCH ((size_t)64 << 20)  // of all tokens, while those of a Thing are looked for

struct releasing {
    entity_id thing;
    str keep;
    arena *scratch, *kept;  // one document; the tokens found
    struct bound {
        struct bound *next;
        str name;
        struct token token;
    } * found;
};

static bool is_bound(const struct token *t, entity_id thing)
{
    for (uint32_t k = 0; k < t->thing_count; k++)
        if (t->things[k] == thing) return true;
    return false;
}

static bool find_bound(str name, str text, void *context, err *e)
{
    struct releasing *r = context;
    json *document;
    struct token t = {0};
    arena_reset(r->scratch);
    if (!json_parse(text, r->scratch, &document, e) || !token_read(name, document, &t, e)) return false;
    if (!is_bound(&t, r->thing) || str_eq(name, r->keep)) return true;
    struct bound *b = ARENA_NEW(r->kept, struct bound);
    if (!b || !arena_copy(r->kept, name, &b->name)) return err_no_memory(e);
    b->token = t;
    b->next = r->found;
    r->found = b;
    return true;
}

// Bound to nothing it would write for whatever it claimed once: then it goes altogether.
static bool unbind(struct store_tx *tx, struct bound *b, entity_id thing, const struct principal *by,
                   instant now, err *e)
{
    struct token *t = &b->token;
    char detail[48];
    uint32_t left = 0;
    for (uint32_t k = 0; k < t->thing_count; k++)
        if (t->things[k] != thing) t->things[left++] = t->things[k];
    t->thing_count = left;
    if (left == 0)
        return store_document_delete(tx, TOKEN_KIND, b->name, e) &&
               token_record(tx, by, STR("token.withdraw"), b->name, (str){0}, now, e);
    buf document = {.max = 4096};
    token_write(&document, t);
    snprintf(detail, sizeof detail, "thing=%lld", (long long)thing);
    const bool ok = document.failed
                        ? err_no_memory(e)
                        : store_document_put(tx, TOKEN_KIND, b->name, buf_str(&document), e) &&
                              token_record(tx, by, STR("token.unbind"), b->name, str_of(detail), now, e);
    buf_free(&document);
    return ok;
}

bool token_release(struct store_tx *tx, entity_id thing, str keep, const struct principal *by, instant now,
                   err *e)
{
    struct releasing r = {
        .thing = thing, .keep = keep, .scratch = arena_new(1 << 20), .kept = arena_new(SCRATCH)};
    bool ok = r.scratch && r.kept ? store_document_each(store_tx_snapshot(tx), TOKEN_KIND, find_bound, &r, e)
                                  : err_no_memory(e);
    for (struct bound *b = r.found; ok && b; b = b->next) ok = unbind(tx, b, thing, by, now, e);
    arena_free(r.scratch);
    arena_free(r.kept);
    return ok;
}
