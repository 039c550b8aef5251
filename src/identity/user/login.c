// SPDX-License-Identifier: EUPL-1.2
// What logging in and out leaves behind.
#include "identity/user/change.h"

#include <stdio.h>

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
    return user_change(u, &c, e);
}

struct leaving {
    const struct deed *deed;
    str name, how;
};

static bool leaving_run(struct store_tx *tx, void *context, err *e)
{
    const struct leaving *l = context;
    return user_audit(tx, l->deed->by, STR("logout"), l->name, l->how, l->deed->now, e);
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
    const struct principal nobody = {0};
    return user_audit(tx, &nobody, STR("login.fail"), f->known_name, (str){0}, f->now, e);
}

bool user_login_failed(struct users *u, instant now, str known_name, err *e)
{
    struct failure f = {known_name, now};
    return store_run(u->store, failure_run, &f, e);
}
