// SPDX-License-Identifier: EUPL-1.2
// What resources of indices say alike.
#include "api/resource/index/index_parts.h"

#include "api/csv.h"

#include <math.h>

const substance index_columns[] = {SUBSTANCE_PM25, SUBSTANCE_PM10, SUBSTANCE_NO2, SUBSTANCE_O3,
                                   SUBSTANCE_SO2};
_Static_assert(sizeof index_columns / sizeof index_columns[0] == INDEX_COLUMNS, "as many as are named");

struct index_subject index_subject_in(const struct api_call *c)
{
    if (str_starts(str_of(c->resource->path), STR("/areas/")))
        return (struct index_subject){.area = api_text(c, "code")};
    return (struct index_subject){.thing = api_integer(c, "id")};
}

const struct index_scale *index_scale_in(const struct api_call *c)
{
    return index_scale_by_key(api_text(c, "scale"));  // one of the words of the parameter
}

double index_shown(double v)
{
    return isnan(v) ? v : round(v * 1000) / 1000;
}

void index_put_value(json_writer *w, str name, double v)
{
    json_name(w, name);
    json_put_double(w, index_shown(v));
}

void index_put_flag(json_writer *w, str name, bool v)
{
    json_name(w, name);
    json_put_bool(w, v);
}

void index_put_scale(json_writer *w, const struct index_scale *s)
{
    json_member_text(w, STR("scale"), s->key);
    json_member_text(w, STR("scaleVersion"), s->version);
}

str index_why(const struct index_now *n)
{
    return index_state_name(n->state == INDEX_FEW_METERS ? INDEX_FEW_METERS : INDEX_NO_DATA);
}

void index_put_class(json_writer *w, const struct index_now *n, const struct index_value *v)
{
    const struct index_scale *s = v->scale;
    json_member_int(w, STR("class"), v->class);
    json_member_int(w, STR("group"), v->group);
    if (v->class > 0) {
        json_member_text(w, STR("wordNl"), s->classes[v->class - 1].word_nl);
        json_member_text(w, STR("wordEn"), s->classes[v->class - 1].word_en);
    }
    if (v->worst >= 0) json_member_text(w, STR("by"), substance_key(v->parts[v->worst].substance));
    index_put_flag(w, STR("isComplete"), v->is_complete);
    if (v->class == 0) json_member_text(w, STR("why"), index_why(n));
    json_member_int(w, STR("meters"), (int64_t)n->meters);
    index_put_flag(w, STR("isIndication"), n->is_indication);
}

void index_put_sources(json_writer *w, const struct index_source *all, size_t count)
{
    json_name(w, STR("sources"));
    json_open(w, '[');
    for (size_t k = 0; k < count; k++) {
        json_open(w, '{');
        json_member_text(w, STR("quantity"), substance_key(all[k].substance));
        json_member_int(w, STR("datastream"), all[k].stream);
        json_member_int(w, STR("thing"), all[k].thing);
        index_put_flag(w, STR("isReference"), all[k].is_reference);
        json_close(w, '}');
    }
    json_close(w, ']');
}

static double value_of(const struct index_value *v, substance s)
{
    for (size_t i = 0; i < v->part_count; i++)
        if (v->parts[i].substance == s) return v->parts[i].value;
    return NAN;
}

void index_csv_values(buf *b, const struct index_value *v)
{
    for (size_t k = 0; k < INDEX_COLUMNS; k++)
        csv_number(b, index_shown(value_of(v, index_columns[k])), k + 1 < INDEX_COLUMNS ? CSV_NEXT : CSV_END);
}
