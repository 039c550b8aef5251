// SPDX-License-Identifier: EUPL-1.2
#include "oidc/claim.h"

#include <string.h>

#define LOGOUT_EVENT STR("http://schemas.openid.net/event/backchannel-logout")
#define EPOCH_MOST 1e11  // seconds; beyond is no time that a clock says

static bool wrong(err *e, const char *claim, const char *why)
{
    return err_set(e, ERR_AUTH, ERR_NOWHERE, "the provider's token has '%s' %s", claim, why);
}

// ---- Each claim --------------------------------------------------------------------------------------------------

static bool has_text(const json *list_or_text, str wanted)
{
    if (!list_or_text) return false;
    if (list_or_text->type == JSON_TEXT) return str_eq(list_or_text->text, wanted);
    if (list_or_text->type != JSON_ARRAY) return false;
    for (const json *c = list_or_text->first; c; c = c->next)
        if (c->type == JSON_TEXT && str_eq(c->text, wanted)) return true;
    return false;
}

// A token for several has to name the one that it was made for.
static bool check_audience(const json *claims, const struct claim_wants *w, err *e)
{
    const json *aud = json_get(claims, STR("aud")), *azp = json_get(claims, STR("azp"));
    if (!has_text(aud, w->client_id)) return wrong(e, "aud", "for somebody else");
    if (azp && (azp->type != JSON_TEXT || !str_eq(azp->text, w->client_id)))
        return wrong(e, "azp", "for somebody else");
    return azp || aud->type == JSON_TEXT || aud->count == 1 || wrong(e, "aud", "for several, without 'azp'");
}

static bool time_claim(const json *claims, str name, instant *out)
{
    double seconds;
    if (!json_number(claims, name, &seconds) || !(seconds > -EPOCH_MOST && seconds < EPOCH_MOST))
        return false;
    *out = (instant)(seconds * 1e6);
    return true;
}

static bool check_times(const json *claims, const struct claim_wants *w, bool needs_end, err *e)
{
    instant exp, nbf, iat;
    const bool has_end = json_get(claims, STR("exp")) != NULL;
    if ((needs_end || has_end) && !time_claim(claims, STR("exp"), &exp))
        return wrong(e, "exp", "that is no time");
    if ((needs_end || has_end) && w->now > exp + CLAIM_LEEWAY) return wrong(e, "exp", "in the past");
    if (json_get(claims, STR("nbf"))) {
        if (!time_claim(claims, STR("nbf"), &nbf)) return wrong(e, "nbf", "that is no time");
        if (w->now < nbf - CLAIM_LEEWAY) return wrong(e, "nbf", "in the future");
    }
    if (!time_claim(claims, STR("iat"), &iat)) return wrong(e, "iat", "that is no time");
    if (iat > w->now + CLAIM_LEEWAY) return wrong(e, "iat", "in the future");
    return w->now - iat <= CLAIM_AGE_MOST || wrong(e, "iat", "too long ago");
}

static bool has_one_of(const json *claim, str words)
{
    str word;
    while (str_cut(&words, ' ', &word))
        if (word.n && has_text(claim, word)) return true;
    return false;
}

static bool check_common(const json *claims, const struct claim_wants *w, bool needs_end, err *e)
{
    const json *iss = json_get(claims, STR("iss"));
    if (!iss || iss->type != JSON_TEXT || !str_eq(iss->text, w->issuer))
        return wrong(e, "iss", "of another provider");
    return check_audience(claims, w, e) && check_times(claims, w, needs_end, e);
}

bool claim_check_login(const json *claims, const struct claim_wants *w, err *e)
{
    if (!check_common(claims, w, true, e)) return false;
    if (!w->nonce.n || !str_eq(json_text(claims, STR("nonce")), w->nonce))
        return wrong(e, "nonce", "of another login");
    if (!json_text(claims, STR("sub")).n) return wrong(e, "sub", "missing");
    if (w->acr.n && !has_one_of(json_get(claims, STR("acr")), w->acr)) return wrong(e, "acr", "too weak");
    return !w->amr.n || has_one_of(json_get(claims, STR("amr")), w->amr) ||
           wrong(e, "amr", "without the second step that is asked for");
}

bool claim_check_logout(const json *claims, const struct claim_wants *w, err *e)
{
    if (!check_common(claims, w, false, e)) return false;
    const json *event = json_get(json_get(claims, STR("events")), LOGOUT_EVENT);
    if (!event || event->type != JSON_OBJECT) return wrong(e, "events", "without a logout");
    if (json_get(claims, STR("nonce"))) return wrong(e, "nonce", "where none may be");
    return json_text(claims, STR("sub")).n || json_text(claims, STR("sid")).n || wrong(e, "sub", "missing");
}

// ---- What they come to -------------------------------------------------------------------------------------------

const json *claim_at(const json *claims, str path)
{
    const json *whole = json_get(claims, path);
    if (whole) return whole;
    str name;
    const json *at = claims;
    while (at && str_cut(&path, '.', &name)) at = json_get(at, name);
    return at;
}

bool claim_map_next(str *rest, str *group, str *role)
{
    str row;
    if (!rest->n || !str_cut(rest, ',', &row)) return false;
    *role = row;
    // The last '=': names of groups may have one (CN=peil,OU=... cannot: its commas part rows).
    size_t at = row.n;
    while (at > 0 && row.p[at - 1] != '=') at--;
    *group = str_trim(str_slice(row, 0, at ? at - 1 : row.n));
    *role = at ? str_trim(str_slice(row, at, row.n)) : (str){0};
    return true;
}

str claim_role(const json *claims, str path, str map)
{
    const json *has = claim_at(claims, path);
    str group, role;
    while (claim_map_next(&map, &group, &role))
        if (group.n && has_text(has, group)) return role;
    return (str){0};
}

void claim_name(const json *claims, str path, char *out, size_t room)
{
    static const char allowed[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._-@";
    const json *said = claim_at(claims, path);
    str name = said && said->type == JSON_TEXT && said->text.n ? said->text : json_text(claims, STR("sub"));
    size_t n = 0;
    for (size_t k = 0; k < name.n && n + 1 < room; k++)
        out[n++] = memchr(allowed, name.p[k], sizeof allowed - 1) ? name.p[k] : '.';
    out[n] = 0;
}
