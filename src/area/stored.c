// SPDX-License-Identifier: EUPL-1.2
#include "area/stored.h"

bool stored_area_key(arena *a, int year, str code, str *out)
{
    return arena_print(a, out, "%04d/%.*s", year, STR_ARG(code));
}

void stored_area_write(buf *b, const struct stored_area *s)
{
    json_writer w = json_writer_on(b);
    json_open(&w, '{');
    json_member_given(&w, STR("name"), s->feature.name);
    json_member_given(&w, STR("level"), area_level_name(s->feature.level));
    json_member_given(&w, STR("parent"), s->feature.parent);
    json_member_given(&w, STR("parentName"), s->feature.parent_name);
    json_member_given(&w, STR("country"), s->feature.country);
    json_name(&w, STR("people"));
    json_put_int(&w, s->feature.people);
    json_name(&w, STR("squareMetres"));
    json_put_double(&w, s->square_metres);
    json_name(&w, STR("middle"));
    json_open(&w, '[');
    json_put_double(&w, s->middle.longitude);
    json_put_double(&w, s->middle.latitude);
    json_close(&w, ']');
    json_name(&w, STR("geometry"));
    json_put_raw(&w, s->geometry);
    json_close(&w, '}');
}

static bool read_number(json_reader *r, double *out)
{
    str digits;
    return json_read_number(r, &digits) && num_parse_double(digits, out, r->e);
}

static bool read_middle(json_reader *r, struct area_place *out)
{
    bool more;
    return json_enter(r, '[') && json_more(r, '[', &more) && more && read_number(r, &out->longitude) &&
           json_more(r, '[', &more) && more && read_number(r, &out->latitude) && json_more(r, '[', &more) &&
           !more;
}

static bool read_level(json_reader *r, arena *a, area_level *out)
{
    str name;
    return json_read_text(r, a, &name) && area_level_by_name(name, out);
}

static bool read_people(json_reader *r, int64_t *out)
{
    str digits;
    return json_read_number(r, &digits) && num_parse_int(digits, out, r->e);
}

static bool read_member(json_reader *r, str key, arena *a, struct stored_area *s)
{
    struct area_feature *f = &s->feature;
    if (str_eq(key, STR("name"))) return json_read_text(r, a, &f->name);
    if (str_eq(key, STR("level"))) return read_level(r, a, &f->level);
    if (str_eq(key, STR("parent"))) return json_read_text(r, a, &f->parent);
    if (str_eq(key, STR("parentName"))) return json_read_text(r, a, &f->parent_name);
    if (str_eq(key, STR("country"))) return json_read_text(r, a, &f->country);
    if (str_eq(key, STR("people"))) return read_people(r, &f->people);
    if (str_eq(key, STR("squareMetres"))) return read_number(r, &s->square_metres);
    if (str_eq(key, STR("middle"))) return read_middle(r, &s->middle);
    return json_skip(r, str_eq(key, STR("geometry")) ? &s->geometry : &key);
}

static bool members_read(json_reader *r, arena *a, struct stored_area *s)
{
    bool more;
    str key;
    if (!json_enter(r, '{')) return false;
    while (json_more(r, '{', &more)) {
        if (!more) return json_end(r);
        if (!json_key(r, a, &key) || !read_member(r, key, a, s)) return false;
    }
    return false;
}

bool stored_area_read(str key, str text, arena *a, struct stored_area *out, err *e)
{
    struct stored_area s = {.feature = {.people = -1}};
    err why = {0};
    str code = key, year;
    int64_t number = 0;
    json_reader r = json_reader_of(text, &why);
    const bool ok = str_cut(&code, '/', &year) && area_code_is_fine(code) &&
                    num_parse_int(year, &number, &why) && members_read(&r, a, &s);
    if (!ok)
        return err_set(e, ERR_CORRUPT, ERR_NOWHERE, "the stored area '%.*s' cannot be read: %s", STR_ARG(key),
                       why.text);
    s.feature.code = code;
    s.feature.year = (int)number;
    *out = s;
    return true;
}
