// SPDX-License-Identifier: EUPL-1.2
// index_parts.h: what the resources of indices, limits and noise share: how values are written, parameters, rows of their tables.
// The same handler answers for areas (/areas/{code}/...) and for Things (/things/{id}/...). Private to resource/index/.
#ifndef PEIL_API_RESOURCE_INDEX_PARTS_H
#define PEIL_API_RESOURCE_INDEX_PARTS_H

#include "api/api.h"
#include "index/index.h"

struct index_subject index_subject_in(const struct api_call *c);     // by the path of the resource
const struct index_scale *index_scale_in(const struct api_call *c);  // the parameter `scale`

// Members of an answer.
double index_shown(double v);                              // in thousandths
void index_put_value(json_writer *w, str name, double v);  // as shown; NAN: null
void index_put_flag(json_writer *w, str name, bool v);
void index_put_scale(json_writer *w, const struct index_scale *s);  // "scale", "scaleVersion"
// "class" to "isIndication" of an index of now by scale `v->scale`.
void index_put_class(json_writer *w, const struct index_now *n, const struct index_value *v);
void index_put_sources(json_writer *w, const struct index_source *all, size_t count);

void index_csv_values(buf *b, const struct index_value *v);  // INDEX_SUBSTANCES, with the end of the line

str index_why(const struct index_now *n);  // there is no class

// ---- Rows of tables ----------------------------------------------------------------------------------------------

#define INDEX_SUBSTANCES "pm25,pm10,no2,o3,so2"  // that scales have, as columns
extern const substance index_columns[];
#define INDEX_COLUMNS 5

#define INDEX_SCALE                                                                         \
    {                                                                                       \
        "scale", API_WORD, "lki eaqi eaqi-2020 eaqi-2017", "Which index", .standard = "lki" \
    }
#define INDEX_CODE                                                \
    {                                                             \
        "code", API_TEXT, .about = "Code of the area: BU06030101" \
    }
#define INDEX_THING                                                                         \
    {                                                                                       \
        "id", API_INTEGER, .about = "Id of the Thing", .least = 1, .most = 9007199254740991 \
    }
#define INDEX_FROM(what)                \
    {                                   \
        "from", API_TIME, .about = what \
    }
#define INDEX_TO                                                             \
    {                                                                        \
        "to", API_TIME, .about = "End, itself not; now when it is not given" \
    }
#define INDEX_CLASS_FIELDS                                                                                 \
    {"class", API_INTEGER, .about = "From 1; 0: not enough data, see why", .flags = API_NEEDED},           \
        {"group", API_INTEGER, .about = "Of classes that share a word, from 1; 0: none"},                  \
        {"wordNl", API_TEXT, .about = "Of the class, in Dutch"},                                           \
        {"wordEn", API_TEXT, .about = "Of the class, in English"},                                         \
        {"by", API_TEXT, .about = "The quantity that decides"},                                            \
        {"isComplete", API_BOOLEAN, .about = "All that the index asks for is measured: NO2, O3 and a PM"}, \
        {"why", API_WORD, "few-meters not-enough-data", "Why there is no class"},                          \
        {"meters", API_INTEGER, .about = "Fresh Things that it comes from"},                               \
    {                                                                                                      \
        "isIndication", API_BOOLEAN, .about = "Not from reference stations alone"                          \
    }
#define INDEX_SCALE_FIELDS                                                 \
    {"scale", API_TEXT, .about = "Key of the index", .flags = API_NEEDED}, \
    {                                                                      \
        "scaleVersion", API_TEXT, .about = "Of the table that was used"    \
    }
#define INDEX_LINKS                                    \
    {                                                  \
        "_links", API_OBJECT, .about = "Where this is" \
    }
#define INDEX_SUBSTANCE(key)                                                                 \
    {                                                                                        \
        key, API_NUMBER, .about = "Mean in microgram per cubic metre", .flags = API_NULLABLE \
    }

#endif
