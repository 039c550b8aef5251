// SPDX-License-Identifier: EUPL-1.2
#include "portal/view/kept.h"

#include "identity/retention.h"

static str in_language(const struct page *p, const struct retention_text *t)
{
    return words_language(p->words) == LANGUAGE_NL ? t->nl : t->en;
}

static str how_long(struct page *p, const struct retention_rule *rule)
{
    const int64_t days = retention_days(rule, p->portal->config.audit_days);
    if (rule->until.en.n) return in_language(p, &rule->until);
    return words_fill(p->words, p->a, STR("kept.days"),
                      FILLS({STR("count"), words_number(p->words, p->a, (double)days, 0)}));
}

static str owner_name(struct page *p, const struct retention_rule *rule)
{
    str id;
    return arena_print(p->a, &id, "team.rolename.%.*s", STR_ARG(rule->owner)) ? page_text(p, id)
                                                                              : rule->owner;
}

void kept_put(struct page *p, str list)
{
    size_t count;
    struct view_maker *m = &p->maker;
    const struct retention_rule *rules = retention_rules(&count);
    struct view *rows = view_list(m, p->root, list);
    for (size_t k = 0; k < count; k++) {
        struct view *v = view_object(m, rows, (str){0});
        view_text(m, v, STR("kind"), rules[k].kind);
        view_text(m, v, STR("name"), in_language(p, &rules[k].name));
        view_text(m, v, STR("purpose"), in_language(p, &rules[k].purpose));
        view_text(m, v, STR("owner"), owner_name(p, &rules[k]));
        view_text(m, v, STR("how_long"), how_long(p, &rules[k]));
    }
}
