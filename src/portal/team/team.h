// SPDX-License-Identifier: EUPL-1.2
// team.h: the pages of staff below /team: who may see which, forms that work without script, and what a page of it is.
//
// A new page is three things:
//   1. web/pages/team_NAME.ts: a Page named "team-NAME" with a path below "team/" and `team: true`; forms by form() of
//      web/lib/team.ts, which puts the hidden fields in;
//   2. src/portal/team/page_NAME.c (operate/NAME.c for running the service) that exports `const struct team_page team_NAME`, and TEAM_PAGE(NAME) in pages.inc, whose
//      order is that of the menu;
//   3. the texts "team.NAME.menu" and its own in web/messages.
//
//     static bool show(struct team_call *c, err *e)           // fills the view of a GET, and of a POST that failed
//     {
//         view_int(&c->page->maker, c->page->root, STR("count"), 3);
//         return true;
//     }
//     static bool act(struct team_call *c, err *e)            // a POST; c->form has been read and its token checked
//     {
//         if (!rule_switch(parts, &c->deed, form_text(c->form, STR("rule")), e)) return false;  // the page comes again, with why
//         c->done = STR("team.done.saved");                   // told on the page that follows (303)
//         return true;
//     }
//     const struct team_page team_rules = {.name = STR("team-rules"), .needs = ACTION_OPERATE, .show = show, .act = act};
//
// The frame has checked before: a session (else to the login page and back), policy_allows(needs), same origin, form token.
// Every `act` writes an audit line in the store operation that does it; c->deed says by whom and when.
// Answers are never cached. Source: portal.md section 11.
// Threads  workers of the server; `act` may wait for a commit
#ifndef PEIL_PORTAL_TEAM_TEAM_H
#define PEIL_PORTAL_TEAM_TEAM_H

#include "identity/session.h"
#include "portal/page.h"
#include "portal/team/form.h"

struct team;

struct team_call {
    struct page *page;  // texts, arena, view, snapshot
    struct team *team;
    struct user user;  // the account, as it is now
    struct session session;
    struct principal who;
    struct deed deed;         // by `who`, now
    const struct form *form;  // of a POST; NULL: a GET
    // What `act` may set:
    str done;      // id of a text "team.done..." for the page that follows
    str location;  // where that is; empty: this page
    void *state;   // the page's own, from `act` to the `show` of a form that was refused
    bool stays;    // no redirect: the page is the answer, for a secret that is shown once. `show` runs too
};

struct team_page {
    str name;  // of the template
    action needs;
    bool (*show)(struct team_call *c, err *e);
    bool (*act)(struct team_call *c, err *e);  // NULL: takes no POST
    bool is_for_all;  // for everybody who is logged in: `needs` is not looked at; not in the menu
    bool is_within;   // reached from another page, so not in the menu
};

// /team and /en/team with all that is below; and those that take files: the assessment and areas.
#define TEAM_ROUTES 6
NODISCARD struct team *team_new(struct portal *p, err *e);
void team_free(struct team *t);
void team_routes(struct team *t, http_route out[static TEAM_ROUTES]);

#endif
