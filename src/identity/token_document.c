// SPDX-License-Identifier: EUPL-1.2
#include "identity/token_document.h"

#include "identity/audit.h"

#include <sodium.h>
#include <stdio.h>
#include <string.h>

bool token_name_is_valid(str name)
{
    for (size_t k = 0; k < name.n; k++)
        if (!memchr("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._-@", name.p[k], 66))
            return false;
    return name.n > 0 && name.n <= TOKEN_NAME_MAX;
}

bool token_read(str name, const json *document, struct token *out, err *e)
{
    const json *hash, *role_text, *created;
    if (!json_need(document, STR("hash"), JSON_TEXT, &hash, e)) return false;
    if (!json_need(document, STR("role"), JSON_TEXT, &role_text, e)) return false;
    if (!json_need(document, STR("created"), JSON_TEXT, &created, e)) return false;
    size_t hash_bytes;
    if (sodium_hex2bin(out->hash, TOKEN_HASH_BYTES, hash->text.p, hash->text.n, NULL, &hash_bytes, NULL) !=
            0 ||
        hash_bytes != TOKEN_HASH_BYTES || name.n > TOKEN_NAME_MAX ||
        !role_by_name(role_text->text, &out->role))
        return err_set(e, ERR_CORRUPT, ERR_NOWHERE, "hash, name or role of the token cannot be read");
    memcpy(out->name, name.p, name.n);
    const json *things = json_get(document, STR("things"));
    for (const json *t = things ? things->first : NULL; t && out->thing_count < TOKEN_THINGS_MAX; t = t->next)
        if (!num_parse_int(t->text, &out->things[out->thing_count++], e)) return false;
    return time_parse(created->text, &out->created, e);
}

void token_write(buf *b, const struct token *t)
{
    char hex[2 * TOKEN_HASH_BYTES + 1], created[TIME_TEXT_MAX];
    json_writer w = json_writer_on(b);
    json_open(&w, '{');
    json_name(&w, STR("hash"));
    json_put_text(&w, str_of(sodium_bin2hex(hex, sizeof hex, t->hash, TOKEN_HASH_BYTES)));
    json_name(&w, STR("role"));
    json_put_text(&w, role_name(t->role));
    json_name(&w, STR("created"));
    json_put_text(&w, (str){created, time_write(created, t->created)});
    json_name(&w, STR("things"));
    json_open(&w, '[');
    for (size_t k = 0; k < t->thing_count; k++) json_put_int(&w, t->things[k]);
    json_close(&w, ']');
    json_close(&w, '}');
}

// "token/meter-12" in the log.
bool token_record(struct store_tx *tx, const struct principal *by, str what, str name, str detail,
                  instant now, err *e)
{
    char which[TOKEN_NAME_MAX + 8];
    const int n = snprintf(which, sizeof which, "token/%.*s", STR_ARG(name));
    const struct audit_event event = {
        .who = by, .what = what, .which = {which, (size_t)n}, .detail = detail, .at = now};
    return audit_record(tx, &event, e);
}
