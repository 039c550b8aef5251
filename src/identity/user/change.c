// SPDX-License-Identifier: EUPL-1.2
#include "identity/user/change.h"

#include "identity/audit.h"
#include "identity/user/document.h"

#include <stdio.h>
#include <string.h>

#define DOCUMENT_MAX ((size_t)8 << 10)

static bool may_administer(const struct user *u)
{
    return u->role == ROLE_ADMINISTRATOR && !u->is_disabled;
}

struct others {
    arena *a;
    str name;
    bool has_administrator;
};

static bool look_for_administrator(str key, str text, void *context, err *e)
{
    struct others *o = context;
    struct user user;
    arena_reset(o->a);
    if (!user_document_read(key, text, o->a, &user, e)) return false;
    o->has_administrator = !str_eq(key, o->name) && may_administer(&user);
    return !o->has_administrator;
}

// Nobody may lock everybody out.
static bool keeps_an_administrator(struct store_tx *tx, const struct edit *c, const struct user *before,
                                   err *e)
{
    const bool stays = !may_administer(before) || (!c->is_removal && may_administer(&c->after));
    if (stays) return true;
    struct others o = {.a = arena_new(1 << 20), .name = c->name};
    if (!o.a) return err_no_memory(e);
    *e = (err){0};
    (void)!store_document_each(store_tx_snapshot(tx), USER_KIND, look_for_administrator, &o, e);
    arena_free(o.a);
    if (o.has_administrator) return true;
    return e->code ? false : err_set(e, ERR_CONFLICT, ERR_NOWHERE, "the last administrator must stay one");
}

static bool read_before(struct store_tx *tx, const struct edit *c, struct user *out, err *e)
{
    str text;
    err why;
    arena *a = arena_new(64 << 10);
    if (!a) return err_no_memory(e);
    const bool exists = store_document_get(store_tx_snapshot(tx), USER_KIND, c->name, a, &text, &why);
    bool ok = true;
    if (exists && c->is_new)
        ok = err_set(e, ERR_CONFLICT, ERR_NOWHERE, "there is a user named '%.*s' already", STR_ARG(c->name));
    else if (exists)
        ok = user_document_read(c->name, text, a, out, e);
    else if (why.code != ERR_ABSENT || !c->is_new)
        ok = err_set(e, why.code, ERR_NOWHERE, "there is no user named '%.*s'", STR_ARG(c->name));
    else
        *out = (struct user){.created = c->deed->now, .last_login = TIME_NONE};
    arena_free(a);
    return ok;
}

bool user_audit(struct store_tx *tx, const struct principal *by, str what, str name, str detail, instant now,
                err *e)
{
    char which[USER_NAME_MAX + 8];
    const int n = snprintf(which, sizeof which, "user/%.*s", STR_ARG(name));
    const struct audit_event event = {.who = by,
                                      .what = what,
                                      .which = name.n ? (str){which, (size_t)n} : STR("user/?"),
                                      .detail = detail,
                                      .at = now};
    return audit_record(tx, &event, e);
}

static bool put(struct store_tx *tx, const struct user *user, err *e)
{
    buf b = {.max = DOCUMENT_MAX};
    user_document_write(&b, user);
    const bool ok = b.failed ? err_no_memory(e)
                             : store_document_put(tx, USER_KIND, str_of(user->name), buf_str(&b), e);
    if (b.p) sodium_memzero(b.p, b.n);
    buf_free(&b);
    return ok;
}

static bool change_run(struct store_tx *tx, void *context, err *e)
{
    struct edit *c = context;
    struct user before;
    if (!read_before(tx, c, &before, e)) return false;
    c->after = before;
    if (c->is_new) memcpy(c->after.name, c->name.p, c->name.n);
    if (c->edit && !c->edit(&c->after, c, e)) return false;
    if (c->ends_sessions) c->after.version++;
    if (!keeps_an_administrator(tx, c, &before, e)) return false;
    const bool ok = c->is_removal ? store_document_delete(tx, USER_KIND, c->name, e) : put(tx, &c->after, e);
    return ok && user_audit(tx, c->deed->by, c->what, c->name, str_of(c->detail), c->deed->now, e);
}

bool user_change(struct users *u, struct edit *c, err *e)
{
    return store_run(u->store, change_run, c, e) && users_reload(u, e);
}
