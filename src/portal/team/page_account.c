// SPDX-License-Identifier: EUPL-1.2
// One's own account: password, authenticator app, recovery codes.
#include "portal/team/frame.h"

#include <string.h>

// The secret of an app that is being set up goes with the form, sealed by the session's own token: nothing is kept until the
// first code shows that the app has it.
static bool secret_for_form(struct team_call *c, char base32[static TOTP_BASE32_MAX])
{
    unsigned char secret[TOTP_SECRET_BYTES];
    randombytes_buf(secret, sizeof secret);
    totp_base32(secret, base32);
    sodium_memzero(secret, sizeof secret);
    return !c->page->maker.failed;
}

static void put_setup(struct team_call *c)
{
    struct page *p = c->page;
    char base32[TOTP_BASE32_MAX];
    unsigned char secret[TOTP_SECRET_BYTES];
    str copy = c->form ? form_text(c->form, STR("geheim")) : (str){0};
    if (!totp_base32_read(copy, secret)) {
        if (!secret_for_form(c, base32) || !arena_copy(p->a, str_of(base32), &copy)) p->maker.failed = true;
        if (!totp_base32_read(copy, secret)) return;
    }
    buf address = {.max = 1024};
    totp_address(&address, STR("peil"), str_of(c->user.name), secret);
    view_text(&p->maker, p->root, STR("totp_secret"), copy);
    view_text(&p->maker, p->root, STR("totp_address"), page_buf(p, &address));
}

static bool show(struct team_call *c, err *e)
{
    (void)e;
    struct page *p = c->page;
    view_flag(&p->maker, p->root, STR("has_password"), c->user.password[0] != 0);
    view_flag(&p->maker, p->root, STR("has_totp"), c->user.has_totp);
    if (c->user.password[0] && !c->user.has_totp) put_setup(c);
    return true;
}

// ---- The password ------------------------------------------------------------------------------------------------

// Throttled as logging in is: who finds an open screen must not guess here either.
static bool change_password(struct team_call *c, err *e)
{
    const str fresh = form_text(c->form, STR("nieuw")), name = str_of(c->user.name);
    int64_t wait;
    if (!str_eq(fresh, form_text(c->form, STR("nogmaals"))))
        return err_set(e, ERR_RANGE, ERR_NOWHERE, "the new password was not typed twice the same");
    if (!user_password_is_fit(fresh, name, e)) return false;
    if (!throttle_take(c->team->by_account, name, time_monotonic_us(), &wait))
        return err_set(e, ERR_RATE, ERR_NOWHERE, "too many tries: wait %lld seconds",
                       (long long)(wait / TIME_SECOND) + 1);
    char hash[crypto_pwhash_STRBYTES];
    if (!password_check_wait(c->team->passwords, form_text(c->form, STR("oud")), c->user.password, e) ||
        !password_make_wait(c->team->passwords, fresh, hash, e) ||
        !user_set_password(c->team->users, &c->deed, name, hash, false, e))
        return false;
    throttle_forgive(c->team->by_account, name);
    c->location = team_href(c->page, STR("team/inloggen"));  // every session of the account has ended
    c->done = STR("team.done.password");
    return true;
}

// ---- The authenticator -------------------------------------------------------------------------------------------

static bool begin_totp(struct team_call *c, err *e)
{
    unsigned char secret[TOTP_SECRET_BYTES];
    char codes[RECOVERY_CODES][RECOVERY_TEXT_MAX];
    int64_t step;
    struct page *p = c->page;
    if (!totp_base32_read(form_text(c->form, STR("geheim")), secret))
        return err_set(e, ERR_RANGE, ERR_NOWHERE, "the secret of the app is not one");
    if (!totp_check(secret, form_text(c->form, STR("code")), p->now, 0, &step))
        return err_set(e, ERR_AUTH, ERR_NOWHERE, "the code is not the one that the app shows now");
    if (!user_set_totp(c->team->users, &c->deed, str_of(c->user.name), secret, step, codes, e)) return false;
    struct view *list = view_list(&p->maker, p->root, STR("codes"));
    for (int k = 0; k < RECOVERY_CODES; k++) {
        str copy = {0};
        if (!arena_copy(p->a, str_of(codes[k]), &copy)) p->maker.failed = true;
        struct view *v = view_object(&p->maker, list, (str){0});
        view_text(&p->maker, v, STR("code"), copy);
    }
    view_flag(&p->maker, p->root, STR("has_codes"), true);
    c->user.has_totp = true;
    c->stays = true;
    return true;
}

static bool end_totp(struct team_call *c, err *e)
{
    c->done = STR("team.done.saved");
    return user_check_code(c->team->users, &c->deed, str_of(c->user.name), form_text(c->form, STR("code")),
                           e) &&
           user_set_totp(c->team->users, &c->deed, str_of(c->user.name), NULL, 0, NULL, e);
}

static bool act(struct team_call *c, err *e)
{
    static const struct {
        str what;
        bool (*run)(struct team_call *c, err *e);
    } deeds[] = {{STR("wachtwoord"), change_password}, {STR("app"), begin_totp}, {STR("app-weg"), end_totp}};
    const str what = form_text(c->form, STR("wat"));
    for (size_t k = 0; k < sizeof deeds / sizeof deeds[0]; k++)
        if (str_eq(deeds[k].what, what)) return deeds[k].run(c, e);
    return err_set(e, ERR_UNKNOWN, ERR_NOWHERE, "the form does not say what to do");
}

const struct team_page team_account = {
    .name = STR("team-account"), .is_for_all = true, .show = show, .act = act};
