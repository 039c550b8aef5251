// SPDX-License-Identifier: EUPL-1.2
// card.h: the picture of a shared link as PNG, for messengers show no SVG: name, figure and class, drawn from what the page's view filled.
// Drawn when asked for and kept on the shelf like a page. The typeface is the portal's own, so the host needs no fonts.
// Threads  any; CARDS_AT_ONCE are drawn at once at most
// Errors   ERR_BUSY (as many are being drawn), ERR_CONFIG (the typeface cannot be read)
#ifndef PEIL_PORTAL_CARD_H
#define PEIL_PORTAL_CARD_H

#include "base/buf.h"
#include "base/err.h"
#include "portal/site.h"

#define CARD_WIDTH 1200
#define CARD_HEIGHT 630
#define CARDS_AT_ONCE 2  // each takes 3 MB while it is drawn

struct cards;
struct page;

NODISCARD struct cards *cards_new(const char *web_directory, const struct site *site, err *e);
void cards_free(struct cards *c);  // NULL is fine

// Adds the PNG of what p->root holds: name, layer_name or card_quantity, value, unit, word and class.
NODISCARD bool card_draw(struct cards *c, const struct page *p, buf *out, err *e);

#endif
