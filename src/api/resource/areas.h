// SPDX-License-Identifier: EUPL-1.2
// areas.h: what the resources of areas and of their figures share. Private to resource/.
#ifndef PEIL_API_RESOURCE_AREAS_H
#define PEIL_API_RESOURCE_AREAS_H

#include "api/api.h"
#include "area/area.h"

#define AREAS_LEVELS "street neighbourhood district town municipality region province country europe world"

int areas_parts_year(struct api_call *c);  // the parameter `year`, else this year
NODISCARD bool areas_parts_find(struct api_call *c, const struct atlas *t, int year, const struct area **out,
                                err *e);
void areas_parts_put_reference(json_writer *w, const struct area *a);

#endif
