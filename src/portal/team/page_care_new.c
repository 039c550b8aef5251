// SPDX-License-Identifier: EUPL-1.2
// Somebody takes part: who, how to reach, consent; and what is shown once.
#include "care/care.h"
#include "portal/team/frame.h"

#include <sodium.h>

static const struct {
    str field;
    size_t offset;
} fields[] = {
    {STR("naam"), offsetof(struct care_identity, name)},
    {STR("adres"), offsetof(struct care_identity, address)},
    {STR("telefoon"), offsetof(struct care_identity, phone)},
    {STR("mail"), offsetof(struct care_identity, mail)},
    {STR("contact"), offsetof(struct care_identity, contact_name)},
    {STR("contacttelefoon"), offsetof(struct care_identity, contact_phone)},
};
#define FIELDS (sizeof fields / sizeof fields[0])

static bool show(struct team_call *c, err *e)
{
    (void)e;
    struct page *p = c->page;
    view_flag(&p->maker, p->root, STR("is_off"), p->portal->config.care == NULL);
    view_text(&p->maker, p->root, STR("consent"), STR(CARE_CONSENT_VERSION));
    for (size_t i = 0; c->form && !c->stays && i < FIELDS; i++)
        view_text(&p->maker, p->root, fields[i].field, form_text(c->form, fields[i].field));
    return true;
}

// Of the words that the resident agreed to, in the language they were shown in.
static void consent_hash(const struct page *p, char out[static 65])
{
    unsigned char hash[32];
    const str text = page_text(p, STR("team.carenew.consent.text"));
    crypto_generichash(hash, sizeof hash, (const unsigned char *)text.p, text.n, NULL, 0);
    sodium_bin2hex(out, 65, hash, sizeof hash);
}

static bool act(struct team_call *c, err *e)
{
    struct page *p = c->page;
    struct care *care = p->portal->config.care;
    struct care_identity who = {.means = form_text(c->form, STR("manier"))};
    struct care_enrolled made;
    char hash[65];
    str link = {0}, key = {0};
    if (!care) return err_set(e, ERR_ABSENT, ERR_NOWHERE, "this peil keeps no signs of life");
    if (!form_flag(c->form, STR("toestemming")))
        return err_set(e, ERR_MISSING, ERR_NOWHERE, "without consent nobody takes part");
    for (size_t i = 0; i < FIELDS; i++) {
        const str text = form_text(c->form, fields[i].field);
        *(str *)(void *)((char *)&who + fields[i].offset) = text;
    }
    const care_way way = str_eq(form_text(c->form, STR("weg")), STR("stream")) ? CARE_STREAM : CARE_WATCH;
    consent_hash(p, hash);
    if (!care_enrol(care, &c->deed, &who, way, form_text(c->form, STR("groep")), str_of(hash), &made, e))
        return false;
    const str root = p->portal->config.root_url;
    if (!arena_print(p->a, &link, "%.*s%.*s%s", STR_ARG(root), STR_ARG(page_href(p, "teken-van-leven/")),
                     made.link) ||
        !arena_copy(p->a, str_of(made.watch_key), &key))
        p->maker.failed = true;
    view_text(&p->maker, p->root, STR("new_link"), link);
    view_text(&p->maker, p->root, STR("new_key"), key);
    c->stays = true;
    return true;
}

const struct team_page team_carenew = {
    .name = STR("team-carenew"), .needs = ACTION_CARE, .show = show, .act = act};
