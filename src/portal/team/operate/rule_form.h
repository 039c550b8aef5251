// SPDX-License-Identifier: EUPL-1.2
// rule_form.h: a rule as the fields of a form, both ways. What a field cannot say, nothing else in a rule says either: a rule that
// is shown and sent back is the same rule.
// Private to the folder.
#ifndef PEIL_PORTAL_TEAM_OPERATE_RULE_FORM_H
#define PEIL_PORTAL_TEAM_OPERATE_RULE_FORM_H

#include "portal/team/operate/operate.h"
#include "rule/rule.h"

// The fields of a rule (NULL: of a new one), and the choices of each list.
void rule_form_put(struct page *p, const struct rule *r);
// The fields as they were sent, right or wrong.
void rule_form_put_sent(struct page *p, const struct form *f);
// The document that the fields say. ERR_RANGE names the field; the rest is said by rule_parse.
NODISCARD bool rule_form_text(const struct form *f, arena *a, str *out, err *e);

#endif
