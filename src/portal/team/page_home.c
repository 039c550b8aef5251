// SPDX-License-Identifier: EUPL-1.2
// Where staff begin: what their role may do. The work list of signals belongs here.
#include "portal/team/frame.h"

static bool show(struct team_call *c, err *e)
{
    (void)e;
    struct page *p = c->page;
    str id;
    if (!arena_print(p->a, &id, "team.role.%.*s", STR_ARG(role_name(c->user.role)))) p->maker.failed = true;
    view_text(&p->maker, p->root, STR("role_words"), page_text(p, id));
    return true;
}

const struct team_page team_home = {.name = STR("team-home"), .is_for_all = true, .show = show};
