// SPDX-License-Identifier: EUPL-1.2
#include "area/collection.h"

static void put(json_writer *w, str name, str text)
{
    json_name(w, name);
    json_put_text(w, text);
}

void area_write_feature(json_writer *w, const struct area *a, size_t i, area_put_properties more,
                        void *context)
{
    json_open(w, '{');
    put(w, STR("type"), STR("Feature"));
    put(w, STR("id"), a->code);
    json_name(w, STR("properties"));
    json_open(w, '{');
    put(w, STR("code"), a->code);
    put(w, STR("name"), a->name);
    put(w, STR("level"), area_level_name(a->level));
    if (more) more(w, a, i, context);
    json_close(w, '}');
    json_name(w, STR("geometry"));
    if (a->geometry.n)
        json_put_raw(w, a->geometry);
    else
        json_put_null(w);
    json_close(w, '}');
}
