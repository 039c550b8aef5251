// SPDX-License-Identifier: EUPL-1.2
// The interface itself: where it is described.
#include "api/api.h"

static void put_link(struct api_call *c, str relation, str path)
{
    json_name(&c->w, relation);
    json_open(&c->w, '{');
    json_name(&c->w, STR("href"));
    json_put_text(&c->w, api_url(c, path));
    json_close(&c->w, '}');
}

static bool service_get(struct api_call *c, err *e)
{
    (void)e;
    json_open(&c->w, '{');
    json_name(&c->w, STR("town"));
    json_put_text(&c->w, c->parts->town);
    json_name(&c->w, STR("version"));
    json_put_text(&c->w, STR(API_VERSION));
    json_name(&c->w, STR("_links"));
    json_open(&c->w, '{');
    put_link(c, STR("self"), (str){0});
    put_link(c, STR("service-desc"), STR("/openapi.json"));
    json_close(&c->w, '}');
    json_close(&c->w, '}');
    return true;
}

static bool openapi_get(struct api_call *c, err *e)
{
    (void)e;
    api_write_openapi(c->parts, &c->w);
    api_header(c, STR("Cache-Control"), STR("max-age=3600"));
    return true;
}

static const struct api_field service_fields[] = {
    {"town", API_TEXT, .about = "Whose service this is", .flags = API_NEEDED},
    {"version", API_TEXT, .about = "The full version of this interface", .flags = API_NEEDED},
    {"_links", API_OBJECT, .about = "Where it is described"},
    {0}};

static const struct api_field document_fields[] = {
    {"openapi", API_TEXT, .about = "3.0.3", .flags = API_NEEDED}, {0}};

const struct api_set api_service = {
    .tag = "service",
    .about = "The interface itself.",
    .resources = (const struct api_resource[]){{HTTP_GET, "", "getService", "What this interface is",
                                                ACTION_READ_PUBLIC, .answer = "Service", .run = service_get},
                                               {HTTP_GET, "/openapi.json", "getOpenapi", "This description",
                                                ACTION_READ_PUBLIC, .answer = "OpenapiDocument",
                                                .run = openapi_get},
                                               {0}},
    .schemas = (const struct api_schema[]){{"Service", "The interface itself.", service_fields},
                                           {"OpenapiDocument", "An OpenAPI document.", document_fields},
                                           {0}},
};
