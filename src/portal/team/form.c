// SPDX-License-Identifier: EUPL-1.2
#include "portal/team/form.h"

#include "base/num.h"
#include "http/server.h"

static bool is_form(str content_type)
{
    str type;
    return str_cut(&content_type, ';', &type) &&
           str_eq_nocase(str_trim(type), STR("application/x-www-form-urlencoded"));
}

bool form_read(str content_type, str body, arena *a, struct form *out, err *e)
{
    str pair;
    if (!is_form(content_type)) return err_set(e, ERR_MEDIA, ERR_NOWHERE, "expected a posted form");
    *out = (struct form){.fields = ARENA_ARRAY(a, FORM_FIELDS_MAX, struct form_field)};
    if (!out->fields) return err_no_memory(e);
    while (str_cut(&body, '&', &pair)) {
        str name;
        if (pair.n == 0) continue;
        if (out->count == FORM_FIELDS_MAX)
            return err_set(e, ERR_LIMIT, ERR_NOWHERE, "a form has at most %d fields", FORM_FIELDS_MAX);
        struct form_field *f = &out->fields[out->count++];
        if (!str_cut(&pair, '=', &name)) continue;
        if (!http_percent_decode(name, true, a, &f->name, e) ||
            !http_percent_decode(pair, true, a, &f->value, e))
            return false;
    }
    return true;
}

str form_text(const struct form *f, str name)
{
    for (size_t k = 0; k < f->count; k++)
        if (str_eq(f->fields[k].name, name)) return f->fields[k].value;
    return (str){0};
}

bool form_int(const struct form *f, str name, int64_t *out)
{
    err ignored;
    return num_parse_int(str_trim(form_text(f, name)), out, &ignored);
}

bool form_flag(const struct form *f, str name)
{
    return form_text(f, name).n > 0;
}
