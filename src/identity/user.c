// SPDX-License-Identifier: EUPL-1.2
#include "identity/user.h"

#include "base/queue.h"
#include "base/utf8.h"
#include "identity/audit.h"
#include "identity/user_document.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define DOCUMENT_MAX ((size_t)8 << 10)

struct users {
    struct store *store;
    struct lock *lock;  // guards `all` and `count`
    struct user *all;   // in order of their names
    size_t count;
};

static const str kind = {"user", 4};

// ---- What is in memory -------------------------------------------------------------------------------------------

struct loading {
    arena *a;
    struct user *all;
    size_t count, capacity;
};

static bool load_one(str key, str text, void *context, err *e)
{
    struct loading *l = context;
    if (l->count == l->capacity) {
        const size_t capacity = l->capacity ? 2 * l->capacity : 16;
        struct user *grown = realloc(l->all, capacity * sizeof *grown);
        if (!grown) return err_no_memory(e);
        l->all = grown;
        l->capacity = capacity;
    }
    arena_reset(l->a);
    if (!user_document_read(key, text, l->a, &l->all[l->count], e))
        return err_within(e, "user '%.*s'", STR_ARG(key));
    l->count++;
    return true;
}

static bool load(struct snapshot *at, struct loading *l, err *e)
{
    *l = (struct loading){.a = arena_new(1 << 20)};
    const bool ok = l->a ? store_document_each(at, kind, load_one, l, e) : err_no_memory(e);
    arena_free(l->a);
    if (!ok) free(l->all);
    return ok;
}

static bool reload(struct users *u, err *e)
{
    struct snapshot *at;
    struct loading l;
    if (!snapshot_open(u->store, &at, e)) return false;
    const bool ok = load(at, &l, e);
    snapshot_close(at);
    if (!ok) return false;
    lock_take(u->lock);
    struct user *old = u->all;
    u->all = l.all;
    u->count = l.count;
    lock_drop(u->lock);
    free(old);
    return true;
}

struct users *users_new(struct store *s, err *e)
{
    struct users *u = calloc(1, sizeof *u);
    if (!u || !(u->lock = lock_new())) {
        err_no_memory(e);
        free(u);
        return NULL;
    }
    u->store = s;
    if (reload(u, e)) return u;
    users_free(u);
    return NULL;
}

void users_free(struct users *u)
{
    if (!u) return;
    if (u->all) sodium_memzero(u->all, u->count * sizeof *u->all);
    free(u->all);
    lock_free(u->lock);
    free(u);
}

bool users_find(struct users *u, str name, struct user *out)
{
    bool found = false;
    lock_take(u->lock);
    for (size_t k = 0; k < u->count && !found; k++) {
        found = str_eq(str_of(u->all[k].name), name);
        if (found) *out = u->all[k];
    }
    lock_drop(u->lock);
    return found;
}

bool users_find_subject(struct users *u, str subject, struct user *out)
{
    bool found = false;
    lock_take(u->lock);
    for (size_t k = 0; k < u->count && !found && subject.n; k++) {
        found = str_eq(str_of(u->all[k].subject), subject);
        if (found) *out = u->all[k];
    }
    lock_drop(u->lock);
    return found;
}

size_t users_count(struct users *u)
{
    lock_take(u->lock);
    const size_t n = u->count;
    lock_drop(u->lock);
    return n;
}

void users_each(struct users *u, bool (*each)(const struct user *, void *), void *context)
{
    lock_take(u->lock);
    const size_t n = u->count;
    struct user *copy = n ? malloc(n * sizeof *copy) : NULL;
    if (copy) memcpy(copy, u->all, n * sizeof *copy);
    lock_drop(u->lock);
    for (size_t k = 0; copy && k < n; k++)
        if (!each(&copy[k], context)) break;
    free(copy);
}

// ---- Changing ----------------------------------------------------------------------------------------------------

struct edit {
    const struct deed *deed;
    str name;
    str what;  // "user.role"
    char detail[128];
    bool is_new, is_removal;
    bool ends_sessions;
    bool (*edit)(struct user *user, struct edit *c, err *e);
    const void *context;
    struct user after;
};

static bool name_is_valid(str name)
{
    for (size_t k = 0; k < name.n; k++)
        if (!memchr("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._-@", name.p[k], 66))
            return false;
    return name.n > 0 && name.n <= USER_NAME_MAX;
}

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
    (void)!store_document_each(store_tx_snapshot(tx), kind, look_for_administrator, &o, e);
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
    const bool exists = store_document_get(store_tx_snapshot(tx), kind, c->name, a, &text, &why);
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

static bool record(struct store_tx *tx, const struct edit *c, err *e)
{
    char which[USER_NAME_MAX + 8];
    const int n = snprintf(which, sizeof which, "user/%.*s", STR_ARG(c->name));
    const struct audit_event event = {.who = c->deed->by,
                                      .what = c->what,
                                      .which = {which, (size_t)n},
                                      .detail = str_of(c->detail),
                                      .at = c->deed->now};
    return audit_record(tx, &event, e);
}

static bool put(struct store_tx *tx, const struct user *user, err *e)
{
    buf b = {.max = DOCUMENT_MAX};
    user_document_write(&b, user);
    const bool ok = b.failed ? err_no_memory(e)
                             : store_document_put(tx, kind, str_of(user->name), buf_str(&b), e);
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
    const bool ok = c->is_removal ? store_document_delete(tx, kind, c->name, e) : put(tx, &c->after, e);
    return ok && record(tx, c, e);
}

static bool change(struct users *u, struct edit *c, err *e)
{
    return store_run(u->store, change_run, c, e) && reload(u, e);
}

// ---- The changes -------------------------------------------------------------------------------------------------

struct making {
    role role;
    const char *hash;
    bool must_change;
    str subject;
};

static bool make(struct user *user, struct edit *c, err *e)
{
    (void)e;
    const struct making *m = c->context;
    user->role = m->role;
    user->must_change = m->must_change;
    if (m->hash) snprintf(user->password, sizeof user->password, "%s", m->hash);
    if (m->subject.n) memcpy(user->subject, m->subject.p, m->subject.n);
    return true;
}

static bool role_is_for_people(role r, err *e)
{
    return (r != ROLE_PUBLIC && r != ROLE_DEVICE) ||
           err_set(e, ERR_RANGE, ERR_NOWHERE, "the role '%.*s' is not one of people", STR_ARG(role_name(r)));
}

static bool create(struct users *u, const struct deed *d, str name, const struct making *m, struct user *out,
                   err *e)
{
    if (!name_is_valid(name))
        return err_set(e, ERR_RANGE, ERR_NOWHERE,
                       "a user's name has 1 to %d letters, digits, '.', '_', '-' or '@'", USER_NAME_MAX);
    if (!role_is_for_people(m->role, e)) return false;
    if (users_count(u) >= USERS_MAX)
        return err_set(e, ERR_LIMIT, ERR_NOWHERE, "there are %d users already", USERS_MAX);
    struct edit c = {
        .deed = d, .name = name, .what = STR("user.create"), .is_new = true, .edit = make, .context = m};
    snprintf(c.detail, sizeof c.detail, "role=%.*s", STR_ARG(role_name(m->role)));
    if (!change(u, &c, e)) return false;
    if (out) *out = c.after;
    return true;
}

bool user_create(struct users *u, const struct deed *d, str name, role r, const char *hash, bool must_change,
                 err *e)
{
    const struct making m = {.role = r, .hash = hash, .must_change = must_change};
    return create(u, d, name, &m, NULL, e);
}

bool user_from_provider(struct users *u, const struct deed *d, str name, str subject, role r,
                        struct user *out, err *e)
{
    if (subject.n > USER_SUBJECT_MAX)
        return err_set(e, ERR_LIMIT, ERR_NOWHERE, "the provider's name of this account is too long");
    if (!users_find_subject(u, subject, out)) {
        const struct making m = {.role = r, .subject = subject};
        return create(u, d, name, &m, out, e);
    }
    if (out->role == r) return true;
    return user_set_role(u, d, str_of(out->name), r, e) && users_find_subject(u, subject, out);
}

bool user_remove(struct users *u, const struct deed *d, str name, err *e)
{
    struct edit c = {.deed = d, .name = name, .what = STR("user.remove"), .is_removal = true};
    return change(u, &c, e);
}

static bool edit_role(struct user *user, struct edit *c, err *e)
{
    (void)e;
    const role *r = c->context;
    snprintf(c->detail, sizeof c->detail, "role=%.*s was=%.*s", STR_ARG(role_name(*r)),
             STR_ARG(role_name(user->role)));
    user->role = *r;
    return true;
}

bool user_set_role(struct users *u, const struct deed *d, str name, role r, err *e)
{
    struct edit c = {.deed = d,
                     .name = name,
                     .what = STR("user.role"),
                     .edit = edit_role,
                     .context = &r,
                     .ends_sessions = true};
    return role_is_for_people(r, e) && change(u, &c, e);
}

static bool edit_disabled(struct user *user, struct edit *c, err *e)
{
    (void)e;
    user->is_disabled = *(const bool *)c->context;
    return true;
}

bool user_set_disabled(struct users *u, const struct deed *d, str name, bool is_disabled, err *e)
{
    struct edit c = {.deed = d,
                     .name = name,
                     .what = is_disabled ? STR("user.disable") : STR("user.enable"),
                     .edit = edit_disabled,
                     .context = &is_disabled,
                     .ends_sessions = true};
    return change(u, &c, e);
}

static bool edit_password(struct user *user, struct edit *c, err *e)
{
    (void)e;
    const struct making *m = c->context;
    snprintf(user->password, sizeof user->password, "%s", m->hash);
    user->must_change = m->must_change;
    return true;
}

bool user_set_password(struct users *u, const struct deed *d, str name, const char *hash, bool must_change,
                       err *e)
{
    const struct making m = {.hash = hash, .must_change = must_change};
    struct edit c = {.deed = d,
                     .name = name,
                     .what = STR("user.password"),
                     .edit = edit_password,
                     .context = &m,
                     .ends_sessions = true};
    return change(u, &c, e);
}

// ---- The second step ---------------------------------------------------------------------------------------------

// Ten letters would do; these eight of 31 are 39 bits, and throttled.
static void recovery_make(char out[static RECOVERY_TEXT_MAX])
{
    static const char letters[] = "abcdefghjkmnpqrstuvwxyz23456789";
    size_t n = 0;
    for (int k = 0; k < 8; k++) {
        if (k == 4) out[n++] = '-';
        out[n++] = letters[randombytes_uniform(sizeof letters - 1)];
    }
    out[n] = 0;
}

// As it was typed: capitals, spaces and the dash make no difference.
static void recovery_hash(str text, unsigned char out[static 32])
{
    char plain[RECOVERY_TEXT_MAX] = "";
    size_t n = 0;
    for (size_t k = 0; k < text.n && n < sizeof plain - 1; k++) {
        const char c = text.p[k];
        if (c >= 'A' && c <= 'Z')
            plain[n++] = (char)(c - 'A' + 'a');
        else if (c != ' ' && c != '-')
            plain[n++] = c;
    }
    crypto_generichash(out, 32, (const unsigned char *)plain, n, NULL, 0);
}

struct second {
    const unsigned char *secret;
    int64_t step;
    char (*codes)[RECOVERY_TEXT_MAX];
    str code;
};

static bool edit_totp(struct user *user, struct edit *c, err *e)
{
    (void)e;
    const struct second *s = c->context;
    user->has_totp = s->secret != NULL;
    user->totp_last = s->step;
    sodium_memzero(user->totp_secret, sizeof user->totp_secret);
    sodium_memzero(user->recovery, sizeof user->recovery);
    if (!s->secret) return true;
    memcpy(user->totp_secret, s->secret, TOTP_SECRET_BYTES);
    for (int k = 0; k < RECOVERY_CODES; k++) {
        recovery_make(s->codes[k]);
        recovery_hash(str_of(s->codes[k]), user->recovery[k]);
    }
    return true;
}

bool user_set_totp(struct users *u, const struct deed *d, str name, const unsigned char *secret, int64_t step,
                   char codes[RECOVERY_CODES][RECOVERY_TEXT_MAX], err *e)
{
    const struct second s = {.secret = secret, .step = step, .codes = codes};
    struct edit c = {.deed = d,
                     .name = name,
                     .what = secret ? STR("user.authenticator") : STR("user.authenticator-off"),
                     .edit = edit_totp,
                     .context = &s};
    return change(u, &c, e);
}

static bool use_recovery(struct user *user, str code)
{
    unsigned char hash[32];
    recovery_hash(code, hash);
    for (int k = 0; k < RECOVERY_CODES; k++) {
        if (sodium_memcmp(hash, user->recovery[k], sizeof hash) != 0) continue;
        sodium_memzero(user->recovery[k], sizeof hash);
        return true;
    }
    return false;
}

static bool edit_use_code(struct user *user, struct edit *c, err *e)
{
    const struct second *s = c->context;
    int64_t step;
    if (user->has_totp && totp_check(user->totp_secret, s->code, c->deed->now, user->totp_last, &step)) {
        user->totp_last = step;
        snprintf(c->detail, sizeof c->detail, "app");
        return true;
    }
    if (!user->has_totp || !use_recovery(user, s->code))
        return err_set(e, ERR_AUTH, ERR_NOWHERE, "the code is not right, or was used before");
    snprintf(c->detail, sizeof c->detail, "recovery code");
    return true;
}

bool user_check_code(struct users *u, const struct deed *d, str name, str code, err *e)
{
    const struct second s = {.code = code};
    struct edit c = {
        .deed = d, .name = name, .what = STR("login.code"), .edit = edit_use_code, .context = &s};
    return change(u, &c, e);
}

// ---- Logging in --------------------------------------------------------------------------------------------------

static bool edit_login(struct user *user, struct edit *c, err *e)
{
    (void)e;
    user->last_login = c->deed->now;
    return true;
}

bool user_logged_in(struct users *u, const struct deed *d, str name, str how, err *e)
{
    struct edit c = {.deed = d, .name = name, .what = STR("login"), .edit = edit_login};
    snprintf(c.detail, sizeof c.detail, "%.*s", STR_ARG(how));
    return change(u, &c, e);
}

struct leaving {
    const struct deed *deed;
    str name, how;
};

static bool leaving_run(struct store_tx *tx, void *context, err *e)
{
    const struct leaving *l = context;
    char which[USER_NAME_MAX + 8];
    const int n = snprintf(which, sizeof which, "user/%.*s", STR_ARG(l->name));
    const struct audit_event event = {.who = l->deed->by,
                                      .what = STR("logout"),
                                      .which = {which, (size_t)n},
                                      .detail = l->how,
                                      .at = l->deed->now};
    return audit_record(tx, &event, e);
}

bool user_logged_out(struct users *u, const struct deed *d, str name, str how, err *e)
{
    struct leaving l = {d, name, how};
    return store_run(u->store, leaving_run, &l, e);
}

struct failure {
    str known_name;
    instant now;
};

static bool failure_run(struct store_tx *tx, void *context, err *e)
{
    const struct failure *f = context;
    char which[USER_NAME_MAX + 8];
    const int n = snprintf(which, sizeof which, "user/%.*s", STR_ARG(f->known_name));
    const struct principal nobody = {0};
    const struct audit_event event = {.who = &nobody,
                                      .what = STR("login.fail"),
                                      .which = f->known_name.n ? (str){which, (size_t)n} : STR("user/?"),
                                      .at = f->now};
    return audit_record(tx, &event, e);
}

bool user_login_failed(struct users *u, instant now, str known_name, err *e)
{
    struct failure f = {known_name, now};
    return store_run(u->store, failure_run, &f, e);
}

bool user_password_is_fit(str password, str name, err *e)
{
    size_t at, characters = 0;
    if (password.n > PASSWORD_MOST)
        return err_set(e, ERR_RANGE, ERR_NOWHERE, "a password has at most %d bytes", PASSWORD_MOST);
    for (size_t k = 0; k < password.n; k++) characters += ((unsigned char)password.p[k] & 0xc0) != 0x80;
    if (characters < PASSWORD_LEAST)
        return err_set(e, ERR_RANGE, ERR_NOWHERE, "a password has at least %d characters", PASSWORD_LEAST);
    bool is_one = true;
    for (size_t k = 1; k < password.n && is_one; k++) is_one = password.p[k] == password.p[0];
    if (is_one || (name.n > 3 && str_find(password, name, &at)))
        return err_set(e, ERR_RANGE, ERR_NOWHERE,
                       "a password is not one character again and again, nor holds the name");
    return true;
}
