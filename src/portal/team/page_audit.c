// SPDX-License-Identifier: EUPL-1.2
// The audit log, newest first, a hundred lines to a page; what is looked for stands in the address.
#include "portal/team/frame.h"

#include "base/num.h"
#include "identity/audit.h"

#define LINES_PER_PAGE 100
#define LINES_LOOKED_AT 20000  // of a search: then it goes on with "older"

struct search {
    struct page *page;
    str who, what;  // parts of what stands there; empty: all
};

static bool fits(str text, str part)
{
    size_t at;
    return part.n == 0 || str_find(text, part, &at);
}

static bool copy_line(struct page *p, const struct audit_line *from, struct audit_line *to)
{
    *to = *from;
    return arena_copy(p->a, from->who, &to->who) && arena_copy(p->a, from->what, &to->what) &&
           arena_copy(p->a, from->which, &to->which) && arena_copy(p->a, from->detail, &to->detail);
}

// Blocks come from new to old, lines within a block from old to new; a block that brings too many keeps its newest.
struct block {
    struct search *search;
    struct audit_line lines[LINES_PER_PAGE];
    size_t count;
    bool failed;
};

static bool take(const struct audit_line *line, void *context)
{
    struct block *b = context;
    const struct search *s = b->search;
    if (!fits(line->who, s->who) || (!fits(line->what, s->what) && !fits(line->which, s->what))) return true;
    if (b->count < LINES_PER_PAGE && copy_line(s->page, line, &b->lines[b->count])) {
        b->count++;
        return true;
    }
    b->failed = true;
    return false;
}

static void put_line(struct page *p, struct view *list, const struct audit_line *line)
{
    struct view *v = view_object(&p->maker, list, (str){0});
    view_int(&p->maker, v, STR("number"), line->number);
    view_text(&p->maker, v, STR("when"), page_when(p, line->at));
    view_text(&p->maker, v, STR("iso"), page_stamp(p, line->at));
    view_text(&p->maker, v, STR("who"), line->who);
    view_text(&p->maker, v, STR("what"), line->what);
    view_text(&p->maker, v, STR("which"), line->which);
    view_text(&p->maker, v, STR("detail"), line->detail);
}

// Lines before `before` that fit, newest first. *oldest: where the next page begins; 0: there is nothing older.
static bool put_lines(struct search *s, int64_t before, int64_t first, int64_t *oldest, err *e)
{
    struct page *p = s->page;
    struct view *list = view_list(&p->maker, p->root, STR("lines"));
    size_t put = 0;
    int64_t to = before;
    const int64_t least = before - LINES_LOOKED_AT;
    while (to > first && to > least && put < LINES_PER_PAGE) {
        const int64_t room = (int64_t)(LINES_PER_PAGE - put);
        const int64_t from = to - room > first ? to - room : first;
        struct block *b = ARENA_NEW(p->a, struct block);
        if (!b) return err_no_memory(e);
        b->search = s;
        if (!audit_each(p->at, from, to, take, b, e)) return false;
        if (b->failed) return err_no_memory(e);
        for (size_t k = b->count; k-- > 0; put++) put_line(p, list, &b->lines[k]);
        to = from;
    }
    *oldest = to > first ? to : 0;
    return true;
}

static bool show(struct team_call *c, err *e)
{
    struct page *p = c->page;
    struct audit_head head;
    int64_t before, oldest;
    err ignored;
    if (!audit_head_read(p->at, &head, e)) return false;
    if (!num_parse_int(page_query(p, STR("voor")), &before, &ignored) || before > head.number + 1 ||
        before < 1)
        before = head.number + 1;
    struct search s = {.page = p, .who = page_query(p, STR("wie")), .what = page_query(p, STR("wat"))};
    if (!put_lines(&s, before, head.first, &oldest, e)) return false;
    view_text(&p->maker, p->root, STR("wie"), s.who);
    view_text(&p->maker, p->root, STR("wat"), s.what);
    view_int(&p->maker, p->root, STR("total"), head.number - head.first + 1);
    if (oldest) {
        buf b = {.max = 4096};
        BUF_LIT(&b, "?wie=");
        team_encode(&b, s.who);
        BUF_LIT(&b, "&wat=");
        team_encode(&b, s.what);
        buf_print(&b, "&voor=%lld", (long long)oldest);
        view_text(&p->maker, p->root, STR("older_href"), page_buf(p, &b));
    }
    return true;
}

const struct team_page team_audit = {.name = STR("team-audit"), .needs = ACTION_AUDIT, .show = show};
