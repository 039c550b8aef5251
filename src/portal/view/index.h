// SPDX-License-Identifier: EUPL-1.2
// index.h: the air quality index and the noise of an area or a meter, on a page.
#ifndef PEIL_PORTAL_VIEW_INDEX_H
#define PEIL_PORTAL_VIEW_INDEX_H

#include "index/index.h"
#include "portal/page.h"

// Fills `index` with number, word, class, advice, its substances and when and from how many meters; left out when there is none.
void index_put(struct page *p, const struct index_table *t, const struct index_now *now);

str index_class(struct page *p,
                const struct index_now *now);  // "lki-2": class of the style sheet; empty: there is none
str index_word(const struct page *p, const struct index_now *now);  // "matig"

// Adds a row to `noise` for the last seven whole days of a meter that measures noise: day, evening, night, and the whole day weighed.
// False with ERR_ABSENT never happens: a meter without noise adds nothing.
NODISCARD bool noise_put(struct page *p, struct view *list, const struct meter *m, err *e);

#endif
