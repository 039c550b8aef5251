// SPDX-License-Identifier: EUPL-1.2
#include "portal/team/form.h"

#include "base/num.h"
#include "http/multipart.h"
#include "http/server.h"

static bool add_field(struct form *f, struct form_field **out, err *e)
{
    if (f->count == FORM_FIELDS_MAX)
        return err_set(e, ERR_LIMIT, ERR_NOWHERE, "a form has at most %d fields", FORM_FIELDS_MAX);
    *out = &f->fields[f->count++];
    return true;
}

static bool encoded_read(str body, arena *a, struct form *out, err *e)
{
    str pair;
    while (str_cut(&body, '&', &pair)) {
        str name;
        struct form_field *f;
        if (pair.n == 0) continue;
        if (!add_field(out, &f, e)) return false;
        if (!str_cut(&pair, '=', &name)) continue;
        if (!http_percent_decode(name, true, a, &f->name, e) ||
            !http_percent_decode(pair, true, a, &f->value, e))
            return false;
    }
    return true;
}

// A file field that was left empty comes as a file without name or bytes.
static bool file_add(const struct form_part *part, str bytes, struct form *out, err *e)
{
    if (!part->filename.n && !bytes.n) return true;
    if (out->file_count == FORM_FILES_MAX)
        return err_set(e, ERR_LIMIT, ERR_NOWHERE, "a form has at most %d files", FORM_FILES_MAX);
    out->files[out->file_count++] = (struct form_file){part->name, part->filename, bytes};
    return true;
}

static bool part_take(const struct multipart_part *p, struct form *out, err *e)
{
    struct form_part part;
    struct form_field *f;
    if (!form_part_read(p, &part, e)) return false;
    if (part.filename.p) return file_add(&part, p->body, out, e);
    if (!add_field(out, &f, e)) return false;
    *f = (struct form_field){part.name, p->body};
    return true;
}

static bool multipart_read(str content_type, str body, struct form *out, err *e)
{
    struct multipart m;
    struct multipart_part part;
    bool got, ok = multipart_open(body, content_type, &m, e);
    while (ok && (ok = multipart_next(&m, &part, &got, e)) && got) ok = part_take(&part, out, e);
    return ok;
}

bool form_read(str content_type, str body, arena *a, struct form *out, err *e)
{
    *out = (struct form){.fields = ARENA_ARRAY(a, FORM_FIELDS_MAX, struct form_field),
                         .files = ARENA_ARRAY(a, FORM_FILES_MAX, struct form_file)};
    if (!out->fields || !out->files) return err_no_memory(e);
    if (multipart_is_media(content_type, STR("application/x-www-form-urlencoded")))
        return encoded_read(body, a, out, e);
    if (multipart_is_media(content_type, STR("multipart/form-data")))
        return multipart_read(content_type, body, out, e);
    return err_set(e, ERR_MEDIA, ERR_NOWHERE, "expected a posted form");
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
