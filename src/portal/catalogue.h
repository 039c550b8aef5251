// SPDX-License-Identifier: EUPL-1.2
// catalogue.h: what data there is, for machines: a DCAT-AP-NL 3.0 catalogue in JSON-LD and Turtle, and the same in short for
// search engines (schema.org). One list of statements makes both forms, so that they say the same.
// Source   DCAT-AP-NL 3.0 (Geonovum): mandatory properties of Catalog, Dataset, Distribution, DataService; EU 2023/138 (high-value data)
#ifndef PEIL_PORTAL_CATALOGUE_H
#define PEIL_PORTAL_CATALOGUE_H

#include "portal/page.h"

void catalogue_jsonld(struct http_request *r, void *portal);  // GET /data/catalog.jsonld
void catalogue_turtle(struct http_request *r, void *portal);  // GET /data/catalog.ttl

// For a <script type="application/ld+json"> of the open data page: no "<" in it.
str catalogue_for_search(struct page *p);

struct dataset {
    const char *key;       // "metingen": its address is /data#KEY
    const char *title;     // id of the text; its description is TITLE.about
    const char *files[3];  // paths of what can be downloaded, with its media type beside it
    const char *types[3];
};
extern const struct dataset catalogue_datasets[];
extern const size_t catalogue_dataset_count;

#endif
