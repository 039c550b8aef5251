// SPDX-License-Identifier: EUPL-1.2
#include "identity/user/document.h"

#include "base/json.h"

#include <string.h>

static void put_hex(json_writer *w, str name, const unsigned char *bytes, size_t n)
{
    char hex[2 * 32 + 1];
    json_name(w, name);
    json_put_text(w, str_of(sodium_bin2hex(hex, sizeof hex, bytes, n)));
}

static void put_second(json_writer *w, const struct user *u)
{
    if (!u->has_totp) return;
    put_hex(w, STR("totp"), u->totp_secret, TOTP_SECRET_BYTES);
    json_name(w, STR("totpLast"));
    json_put_int(w, u->totp_last);
    json_name(w, STR("recovery"));
    json_open(w, '[');
    for (int k = 0; k < RECOVERY_CODES; k++) {
        char hex[2 * 32 + 1];
        if (!sodium_is_zero(u->recovery[k], 32))
            json_put_text(w, str_of(sodium_bin2hex(hex, sizeof hex, u->recovery[k], 32)));
    }
    json_close(w, ']');
}

void user_document_write(buf *out, const struct user *u)
{
    json_writer w = json_writer_on(out);
    json_open(&w, '{');
    json_name(&w, STR("role"));
    json_put_text(&w, role_name(u->role));
    json_name(&w, STR("disabled"));
    json_put_bool(&w, u->is_disabled);
    json_name(&w, STR("mustChange"));
    json_put_bool(&w, u->must_change);
    json_name(&w, STR("password"));
    json_put_text(&w, str_of(u->password));
    json_name(&w, STR("subject"));
    json_put_text(&w, str_of(u->subject));
    json_name(&w, STR("version"));
    json_put_int(&w, u->version);
    json_member_time(&w, STR("created"), u->created);
    json_member_time(&w, STR("lastLogin"), u->last_login);
    put_second(&w, u);
    json_close(&w, '}');
}

static bool read_hex(const json *text, unsigned char *out, size_t n)
{
    size_t got;
    return text && text->type == JSON_TEXT && text->text.n == 2 * n &&
           sodium_hex2bin(out, n, text->text.p, text->text.n, NULL, &got, NULL) == 0 && got == n;
}

static bool read_text(const json *j, str name, char *out, size_t room)
{
    const str text = json_text(j, name);
    if (text.n >= room) return false;
    if (text.n) memcpy(out, text.p, text.n);
    return true;
}

static bool read_time(const json *j, str name, instant *out)
{
    err ignored;
    const str text = json_text(j, name);
    *out = TIME_NONE;
    return text.n == 0 || time_parse(text, out, &ignored);
}

static bool read_int(const json *j, str name, int64_t *out)
{
    err ignored;
    const json *number = json_get(j, name);
    return number && number->type == JSON_NUMBER && num_parse_int(number->text, out, &ignored);
}

static bool read_second(const json *j, struct user *u)
{
    const json *secret = json_get(j, STR("totp")), *codes = json_get(j, STR("recovery"));
    if (!secret) return true;
    u->has_totp = true;
    if (!read_hex(secret, u->totp_secret, TOTP_SECRET_BYTES) || !read_int(j, STR("totpLast"), &u->totp_last))
        return false;
    int n = 0;
    for (const json *c = codes ? codes->first : NULL; c && n < RECOVERY_CODES; c = c->next)
        if (!read_hex(c, u->recovery[n++], 32)) return false;
    return true;
}

static bool read_flag(const json *j, str name)
{
    const json *flag = json_get(j, name);
    return flag && flag->type == JSON_TRUE;
}

bool user_document_read(str name, str text, arena *a, struct user *out, err *e)
{
    json *j;
    *out = (struct user){0};
    if (!json_parse(text, a, &j, e)) return false;
    out->is_disabled = read_flag(j, STR("disabled"));
    out->must_change = read_flag(j, STR("mustChange"));
    if (name.n <= USER_NAME_MAX) memcpy(out->name, name.p, name.n);
    return (name.n <= USER_NAME_MAX && role_by_name(json_text(j, STR("role")), &out->role) &&
            read_text(j, STR("password"), out->password, sizeof out->password) &&
            read_text(j, STR("subject"), out->subject, sizeof out->subject) &&
            read_int(j, STR("version"), &out->version) && read_time(j, STR("created"), &out->created) &&
            read_time(j, STR("lastLogin"), &out->last_login) && read_second(j, out)) ||
           err_set(e, ERR_CORRUPT, ERR_NOWHERE, "the account cannot be read");
}
