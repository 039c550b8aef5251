// SPDX-License-Identifier: EUPL-1.2
#include "area/collection.h"

void area_write_feature(json_writer *w, const struct area *a, size_t i, area_put_properties more,
                        void *context)
{
    json_open(w, '{');
    json_member_text(w, STR("type"), STR("Feature"));
    json_member_text(w, STR("id"), a->code);
    json_name(w, STR("properties"));
    json_open(w, '{');
    json_member_text(w, STR("code"), a->code);
    json_member_text(w, STR("name"), a->name);
    json_member_text(w, STR("level"), area_level_name(a->level));
    if (more) more(w, a, i, context);
    json_close(w, '}');
    json_name(w, STR("geometry"));
    if (a->geometry.n)
        json_put_raw(w, a->geometry);
    else
        json_put_null(w);
    json_close(w, '}');
}
