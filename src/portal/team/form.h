// SPDX-License-Identifier: EUPL-1.2
// form.h: the fields of a posted form. Pure.
// Owns     names and values lie in the arena
// Errors   ERR_MEDIA (not application/x-www-form-urlencoded), ERR_LIMIT (more than FORM_FIELDS_MAX), ERR_SYNTAX (a broken escape)
// Source   WHATWG URL section 5
#ifndef PEIL_PORTAL_TEAM_FORM_H
#define PEIL_PORTAL_TEAM_FORM_H

#include "base/arena.h"
#include "base/err.h"

#define FORM_FIELDS_MAX 128
#define FORM_BYTES_MAX ((size_t)256 << 10)

struct form_field {
    str name, value;
};

struct form {
    struct form_field *fields;
    size_t count;
};

NODISCARD bool form_read(str content_type, str body, arena *a, struct form *out, err *e);
str form_text(const struct form *f, str name);                // the first of that name; empty when absent
bool form_int(const struct form *f, str name, int64_t *out);  // false: absent or no whole number
bool form_flag(const struct form *f, str name);               // a ticked box

#endif
