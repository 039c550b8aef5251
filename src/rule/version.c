// SPDX-License-Identifier: EUPL-1.2
// Versions of rules: documents of kind "rule_version", key ID/NUMBER, only ever added at the end and dropped at the beginning.
// Personal data: who changed a rule; purpose: to account for alerts that came or did not; kept as long as the version, and of
// a rule's versions the newest RULE_VERSIONS_KEPT.
#include "rule/inside.h"

#include "identity/identity.h"

#include <stdio.h>

#define VERSIONS STR("rule_version")
#define KEY_MAX (RULE_ID_MAX + 16)
#define SCRATCH_MAX ((size_t)16 << 20)

static str key_of(char out[static KEY_MAX], str id, int64_t number)
{
    const int n = snprintf(out, KEY_MAX, "%.*s/%010lld", STR_ARG(id), (long long)number);
    return (str){out, (size_t)n};
}

// Keys have zeros in front, which are no number as JSON has them.
static bool number_of(str text, int64_t *out, err *e)
{
    while (text.n > 1 && text.p[0] == '0') text = str_slice(text, 1, text.n);
    return num_parse_int(text, out, e);
}

struct reading {
    arena *a;
    struct rule_version *all;
    size_t count;
};

static bool read_one(str key, str text, void *context, err *e)
{
    struct reading *r = context;
    struct rule_version v = {.at = TIME_NONE};
    str kept, number = key, ignored;
    json *j;
    if (r->count > RULE_VERSIONS_KEPT) return false;
    if (!arena_copy(r->a, text, &kept)) return err_no_memory(e);
    if (!str_cut(&number, '/', &ignored) || !number_of(number, &v.number, e) ||
        !json_parse(kept, r->a, &j, e))
        return err_within(e, "document rule_version %.*s", STR_ARG(key));
    const json *rule = json_get(j, STR("rule"));
    v.by = json_text(j, STR("by"));
    v.text = rule ? rule->raw : (str){0};
    if (!time_parse_utc(json_text(j, STR("at")), &v.at, NULL)) v.at = TIME_NONE;
    r->all[r->count++] = v;
    return true;
}

static bool read_all(struct snapshot *at, str id, arena *a, struct reading *out, err *e)
{
    char from[KEY_MAX], to[KEY_MAX];
    const str first = key_of(from, id, 0), end = key_of(to, id, 9999999999);
    err fault = {.code = ERR_NONE};
    *out = (struct reading){.a = a, .all = ARENA_ARRAY(a, RULE_VERSIONS_KEPT + 1, struct rule_version)};
    if (!out->all) return err_no_memory(e);
    const bool ok = store_document_range(at, VERSIONS, first, end, read_one, out, &fault);
    if (fault.code != ERR_NONE) *e = fault;
    return ok && fault.code == ERR_NONE;
}

bool rules_versions(struct snapshot *at, str id, arena *a, struct rule_version **out, size_t *count, err *e)
{
    struct reading r;
    if (id.n > RULE_ID_MAX)
        return err_set(e, ERR_ABSENT, ERR_NOWHERE, "there is no rule '%.*s'", STR_ARG(id));
    if (!read_all(at, id, a, &r, e)) return false;
    for (size_t k = 0; k < r.count / 2; k++) {
        const struct rule_version v = r.all[k];
        r.all[k] = r.all[r.count - 1 - k];
        r.all[r.count - 1 - k] = v;
    }
    *out = r.all;
    *count = r.count;
    return true;
}

static bool write_one(struct store_tx *tx, str id, int64_t number, str text, const struct principal *who,
                      instant now, err *e)
{
    char key[KEY_MAX];
    buf b = {.max = (size_t)64 << 10};
    json_writer w = json_writer_on(&b);
    json_open(&w, '{');
    json_member_time(&w, STR("at"), now);
    json_member_given(&w, STR("by"), str_of(who->name));
    if (text.n) {
        json_name(&w, STR("rule"));
        json_put_raw(&w, text);
    }
    json_close(&w, '}');
    const bool ok = (!b.failed || err_no_memory(e)) &&
                    store_document_put(tx, VERSIONS, key_of(key, id, number), buf_str(&b), e);
    buf_free(&b);
    return ok;
}

bool version_add(struct store_tx *tx, str id, str text, const struct principal *who, instant now, err *e)
{
    struct reading r;
    char key[KEY_MAX];
    arena *a = arena_new(SCRATCH_MAX);
    bool ok = (a || err_no_memory(e)) && read_all(store_tx_snapshot(tx), id, a, &r, e);
    if (ok) ok = write_one(tx, id, r.count ? r.all[r.count - 1].number + 1 : 1, text, who, now, e);
    if (ok && r.count >= RULE_VERSIONS_KEPT)
        ok = store_document_delete(tx, VERSIONS, key_of(key, id, r.all[0].number), e);
    arena_free(a);
    return ok;
}
