// SPDX-License-Identifier: EUPL-1.2
#include "portal/catalogue.h"

#include "base/json.h"

#include <stdarg.h>
#include <stdio.h>

#define CATALOGUE_BYTES_MAX ((size_t)256 << 10)
#define STATEMENTS_MAX 256

#define LICENCE "http://creativecommons.org/publicdomain/zero/1.0/deed.nl"
#define PUBLIC "http://publications.europa.eu/resource/authority/access-right/PUBLIC"
#define ENVIRONMENT "http://publications.europa.eu/resource/authority/data-theme/ENVI"
#define CONTINUOUS "http://publications.europa.eu/resource/authority/frequency/CONT"
#define HIGH_VALUE "http://data.europa.eu/eli/reg_impl/2023/138/oj"
#define HIGH_VALUE_ENVIRONMENT "http://data.europa.eu/bna/c_dd313021"
#define MEDIA "http://www.iana.org/assignments/media-types/"
#define DUTCH "http://publications.europa.eu/resource/authority/language/NLD"

const struct dataset catalogue_datasets[] = {
    {"metingen",
     "dataset.readings",
     {"/v1.1/Datastreams?$expand=Observations($top=1;$orderby=phenomenonTime%20desc)",
      "/v1.1/"
      "Observations?$resultFormat=CSV&$expand=Datastream($select=id)&$orderby=phenomenonTime%20desc&$top="
      "1000"},
     {"application/json", "text/csv"}},
    {"meters",
     "dataset.meters",
     {"/v1.1/Things?$expand=Locations,Datastreams", "/v1.1/Locations?$resultFormat=GeoJSON"},
     {"application/json", "application/geo+json"}},
    {"gebieden", "dataset.areas", {"/api/v1/areas.geojson"}, {"application/geo+json"}},
};
const size_t catalogue_dataset_count = sizeof catalogue_datasets / sizeof catalogue_datasets[0];

static const struct {
    const char *key, *title, *endpoint, *description;
} services[] = {
    {"sensorthings", "dataset.service.sensorthings", "/v1.1", "/v1.1/api"},
    {"api", "dataset.service.api", "/api/v1", "/api/v1/openapi.json"},
};

static const struct {
    const char *prefix, *iri;
} prefixes[] = {
    {"adms", "http://www.w3.org/ns/adms#"},        {"dcat", "http://www.w3.org/ns/dcat#"},
    {"dcatap", "http://data.europa.eu/r5r/"},      {"dct", "http://purl.org/dc/terms/"},
    {"foaf", "http://xmlns.com/foaf/0.1/"},        {"rdf", "http://www.w3.org/1999/02/22-rdf-syntax-ns#"},
    {"vcard", "http://www.w3.org/2006/vcard/ns#"}, {"xsd", "http://www.w3.org/2001/XMLSchema#"},
};
#define PREFIXES (sizeof prefixes / sizeof prefixes[0])

// ---- Statements --------------------------------------------------------------------------------------------------

typedef enum { IS_IRI, IS_TEXT, IS_DUTCH, IS_ENGLISH } object_kind;

struct statement {
    str subject;
    const char *predicate;  // "dct:title"
    object_kind kind;
    str object;
};

struct graph {
    struct page *page;
    struct statement all[STATEMENTS_MAX];  // those of one subject stand together
    size_t count;
    str subject;
};

static void say(struct graph *g, const char *predicate, object_kind kind, str object)
{
    if (object.n == 0) return;
    if (g->count == STATEMENTS_MAX)
        g->page->maker.failed = true;
    else
        g->all[g->count++] = (struct statement){g->subject, predicate, kind, object};
}

static void say_iri(struct graph *g, const char *predicate, const char *iri)
{
    say(g, predicate, IS_IRI, str_of(iri));
}

static str here(struct graph *g, const char *format, ...) __attribute__((format(printf, 2, 3)));
static str here(struct graph *g, const char *format, ...)
{
    char path[512];
    str out = {0};
    va_list args;
    va_start(args, format);
    vsnprintf(path, sizeof path, format, args);
    va_end(args);
    if (!arena_print(g->page->a, &out, "%.*s%s", STR_ARG(page_origin(g->page)), path))
        g->page->maker.failed = true;
    return out;
}

static str text_in(struct graph *g, language l, const char *id, const char *more)
{
    str name = {0};
    struct page *p = g->page;
    if (!arena_print(p->a, &name, "%s%s", id, more)) p->maker.failed = true;
    return words_fill(p->portal->site->words[l], p->a, name, FILLS({STR("town"), p->portal->config.town}));
}

static void say_text(struct graph *g, const char *predicate, const char *id, const char *more)
{
    say(g, predicate, IS_DUTCH, text_in(g, LANGUAGE_NL, id, more));
    say(g, predicate, IS_ENGLISH, text_in(g, LANGUAGE_EN, id, more));
}

static void say_parties(struct graph *g)
{
    say(g, "dct:publisher", IS_IRI, here(g, "/#organisatie"));
    say(g, "dcat:contactPoint", IS_IRI, here(g, "/contact#contact"));
}

static void describe_organisation(struct graph *g)
{
    const struct theme *t = &g->page->portal->theme;
    const str name = t->contact.organisation.n ? t->contact.organisation : g->page->portal->config.town;
    str mail = {0};
    g->subject = here(g, "/#organisatie");
    say_iri(g, "rdf:type", "http://xmlns.com/foaf/0.1/Agent");
    say(g, "foaf:name", IS_DUTCH, name);
    g->subject = here(g, "/contact#contact");
    say_iri(g, "rdf:type", "http://www.w3.org/2006/vcard/ns#Organization");
    say(g, "vcard:fn", IS_DUTCH, name);
    if (t->contact.email.n && !arena_print(g->page->a, &mail, "mailto:%.*s", STR_ARG(t->contact.email)))
        g->page->maker.failed = true;
    say(g, "vcard:hasEmail", IS_IRI, mail);
    say(g, "vcard:hasURL", IS_IRI, t->contact.website.n ? t->contact.website : here(g, "/contact"));
}

static void describe_distribution(struct graph *g, const struct dataset *d, size_t i)
{
    str media = {0};
    g->subject = here(g, "/data#%s-%zu", d->key, i + 1);
    if (!arena_print(g->page->a, &media, MEDIA "%s", d->types[i])) g->page->maker.failed = true;
    say_iri(g, "rdf:type", "http://www.w3.org/ns/dcat#Distribution");
    say_text(g, "dct:title", d->title, "");
    say(g, "dcat:accessURL", IS_IRI, here(g, "%s", d->files[i]));
    say(g, "dcat:downloadURL", IS_IRI, here(g, "%s", d->files[i]));
    say(g, "dcat:mediaType", IS_IRI, media);
    say_iri(g, "dct:license", LICENCE);
    say_iri(g, "dcatap:applicableLegislation", HIGH_VALUE);
}

static void describe_dataset(struct graph *g, const struct dataset *d)
{
    g->subject = here(g, "/data#%s", d->key);
    say_iri(g, "rdf:type", "http://www.w3.org/ns/dcat#Dataset");
    say_text(g, "dct:title", d->title, "");
    say_text(g, "dct:description", d->title, ".about");
    say(g, "dct:identifier", IS_TEXT, g->subject);
    say_parties(g);
    say(g, "dct:creator", IS_IRI, here(g, "/#organisatie"));
    say_iri(g, "dcat:theme", ENVIRONMENT);
    say_iri(g, "dct:accessRights", PUBLIC);
    say_iri(g, "dct:license", LICENCE);
    say_iri(g, "dct:language", DUTCH);
    say_iri(g, "dct:accrualPeriodicity", CONTINUOUS);
    say_iri(g, "dcatap:applicableLegislation", HIGH_VALUE);
    say_iri(g, "dcatap:hvdCategory", HIGH_VALUE_ENVIRONMENT);
    say(g, "dcat:landingPage", IS_IRI, here(g, "/data"));
    for (size_t i = 0; i < 3 && d->files[i]; i++)
        say(g, "dcat:distribution", IS_IRI, here(g, "/data#%s-%zu", d->key, i + 1));
    for (size_t i = 0; i < 3 && d->files[i]; i++) describe_distribution(g, d, i);
}

static void describe_service(struct graph *g, size_t i)
{
    g->subject = here(g, "/data#%s", services[i].key);
    say_iri(g, "rdf:type", "http://www.w3.org/ns/dcat#DataService");
    say_text(g, "dct:title", services[i].title, "");
    say_text(g, "dct:description", services[i].title, ".about");
    say(g, "dct:identifier", IS_TEXT, g->subject);
    say(g, "dcat:endpointURL", IS_IRI, here(g, "%s", services[i].endpoint));
    say(g, "dcat:endpointDescription", IS_IRI, here(g, "%s", services[i].description));
    say_iri(g, "dct:license", LICENCE);
    say_parties(g);
    say_iri(g, "dcat:theme", ENVIRONMENT);
    say_iri(g, "dct:accessRights", PUBLIC);
    say_iri(g, "dcatap:applicableLegislation", HIGH_VALUE);
    say_iri(g, "dcatap:hvdCategory", HIGH_VALUE_ENVIRONMENT);
    for (size_t k = 0; k < catalogue_dataset_count; k++)
        say(g, "dcat:servesDataset", IS_IRI, here(g, "/data#%s", catalogue_datasets[k].key));
}

static void describe(struct graph *g)
{
    g->subject = here(g, "/data/catalog");
    say_iri(g, "rdf:type", "http://www.w3.org/ns/dcat#Catalog");
    say_text(g, "dct:title", "dataset.catalogue", "");
    say_text(g, "dct:description", "dataset.catalogue", ".about");
    say_parties(g);
    say_iri(g, "dct:license", LICENCE);
    say_iri(g, "dct:language", DUTCH);
    say(g, "foaf:homepage", IS_IRI, here(g, "/"));
    for (size_t i = 0; i < catalogue_dataset_count; i++)
        say(g, "dcat:dataset", IS_IRI, here(g, "/data#%s", catalogue_datasets[i].key));
    for (size_t i = 0; i < sizeof services / sizeof services[0]; i++)
        say(g, "dcat:service", IS_IRI, here(g, "/data#%s", services[i].key));
    for (size_t i = 0; i < catalogue_dataset_count; i++) describe_dataset(g, &catalogue_datasets[i]);
    for (size_t i = 0; i < sizeof services / sizeof services[0]; i++) describe_service(g, i);
    describe_organisation(g);
}

// ---- Forms -------------------------------------------------------------------------------------------------------

static void write_object_json(json_writer *w, const struct statement *s)
{
    static const char *const languages[] = {[IS_DUTCH] = "nl", [IS_ENGLISH] = "en"};
    if (s->kind == IS_TEXT) {
        json_put_text(w, s->object);
        return;
    }
    json_open(w, '{');
    json_name(w, s->kind == IS_IRI ? STR("@id") : STR("@value"));
    json_put_text(w, s->object);
    if (s->kind == IS_DUTCH || s->kind == IS_ENGLISH) {
        json_name(w, STR("@language"));
        json_put_text(w, str_of(languages[s->kind]));
    }
    json_close(w, '}');
}

// All objects of one predicate in a list; a subject's statements of one predicate stand together.
static size_t write_predicate_json(json_writer *w, const struct graph *g, size_t i)
{
    const struct statement *first = &g->all[i];
    const bool is_type = str_eq(str_of(first->predicate), STR("rdf:type"));
    json_name(w, is_type ? STR("@type") : str_of(first->predicate));
    json_open(w, '[');
    for (;
         i < g->count && str_eq(g->all[i].subject, first->subject) && g->all[i].predicate == first->predicate;
         i++)
        if (is_type)
            json_put_text(w, g->all[i].object);
        else
            write_object_json(w, &g->all[i]);
    json_close(w, ']');
    return i;
}

static void write_jsonld(buf *out, const struct graph *g)
{
    json_writer w = json_writer_on(out);
    json_open(&w, '{');
    json_name(&w, STR("@context"));
    json_open(&w, '{');
    for (size_t i = 0; i < PREFIXES; i++) {
        json_name(&w, str_of(prefixes[i].prefix));
        json_put_text(&w, str_of(prefixes[i].iri));
    }
    json_close(&w, '}');
    json_name(&w, STR("@graph"));
    json_open(&w, '[');
    for (size_t i = 0; i < g->count;) {
        const str subject = g->all[i].subject;
        json_open(&w, '{');
        json_name(&w, STR("@id"));
        json_put_text(&w, subject);
        while (i < g->count && str_eq(g->all[i].subject, subject)) i = write_predicate_json(&w, g, i);
        json_close(&w, '}');
    }
    json_close(&w, ']');
    json_close(&w, '}');
}

// What must not stand in an IRI is written in percent.
static void write_iri(buf *out, str iri)
{
    buf_add_char(out, '<');
    for (size_t i = 0; i < iri.n; i++) {
        const unsigned char c = (unsigned char)iri.p[i];
        size_t at;
        if (c <= ' ' || str_find(STR("<>\"{}|^`\\"), (str){iri.p + i, 1}, &at))
            buf_print(out, "%%%02X", c);
        else
            buf_add_char(out, (char)c);
    }
    buf_add_char(out, '>');
}

static void write_turtle(buf *out, const struct graph *g)
{
    static const char *const endings[] = {[IS_TEXT] = "", [IS_DUTCH] = "@nl", [IS_ENGLISH] = "@en"};
    for (size_t i = 0; i < PREFIXES; i++)
        buf_print(out, "@prefix %s: <%s> .\n", prefixes[i].prefix, prefixes[i].iri);
    for (size_t i = 0; i < g->count; i++) {
        const struct statement *s = &g->all[i];
        const bool is_first = i == 0 || !str_eq(g->all[i - 1].subject, s->subject);
        const bool is_last = i + 1 == g->count || !str_eq(g->all[i + 1].subject, s->subject);
        if (is_first) {
            BUF_LIT(out, "\n");
            write_iri(out, s->subject);
        }
        buf_print(out, "%s%s ", is_first ? " " : "    ", s->predicate);
        if (s->kind == IS_IRI) {
            write_iri(out, s->object);
        } else {
            json_write_text(out, s->object);  // Turtle's strings have JSON's escapes
            buf_print(out, "%s", endings[s->kind]);
        }
        buf_print(out, is_last ? " .\n" : " ;\n");
    }
}

static void answer(struct http_request *r, struct portal *portal, void (*write)(buf *, const struct graph *),
                   str type)
{
    struct page p = {.portal = portal, .request = r, .a = http_request_arena(r), .now = time_now()};
    struct graph *g = ARENA_NEW(p.a, struct graph);
    if (!g) {
        http_reply_error(r, 503, STR("Try again later"));
        return;
    }
    g->page = &p;
    describe(g);
    buf body = {.max = CATALOGUE_BYTES_MAX};
    write(&body, g);
    http_reply_data reply = {.status = 200, .content_type = type, .body = buf_str(&body)};
    http_reply_add_header(&reply, STR("Cache-Control"), STR("public, max-age=3600"));
    if (body.failed || p.maker.failed)
        http_reply_error(r, 503, STR("Try again later"));
    else
        http_reply(r, &reply);
    buf_free(&body);
}

void catalogue_jsonld(struct http_request *r, void *portal)
{
    answer(r, portal, write_jsonld, STR("application/ld+json"));
}

void catalogue_turtle(struct http_request *r, void *portal)
{
    answer(r, portal, write_turtle, STR("text/turtle; charset=utf-8"));
}

// ---- For search engines ------------------------------------------------------------------------------------------

static void put(json_writer *w, const char *key, str text)
{
    json_name(w, str_of(key));
    json_put_text(w, text);
}

static void write_dataset(json_writer *w, struct graph *g, language l, const struct dataset *d)
{
    json_open(w, '{');
    put(w, "@context", STR("https://schema.org"));
    put(w, "@type", STR("Dataset"));
    put(w, "@id", here(g, "/data#%s", d->key));
    put(w, "name", text_in(g, l, d->title, ""));
    put(w, "description", text_in(g, l, d->title, ".about"));
    put(w, "license", STR(LICENCE));
    put(w, "url", here(g, "/data"));
    json_name(w, STR("isAccessibleForFree"));
    json_put_bool(w, true);
    json_name(w, STR("distribution"));
    json_open(w, '[');
    for (size_t i = 0; i < 3 && d->files[i]; i++) {
        json_open(w, '{');
        put(w, "@type", STR("DataDownload"));
        put(w, "encodingFormat", str_of(d->types[i]));
        put(w, "contentUrl", here(g, "%s", d->files[i]));
        json_close(w, '}');
    }
    json_close(w, ']');
    json_close(w, '}');
}

str catalogue_for_search(struct page *p)
{
    struct graph g = {.page = p};
    buf whole = {.max = CATALOGUE_BYTES_MAX}, safe = {.max = CATALOGUE_BYTES_MAX};
    json_writer w = json_writer_on(&whole);
    json_open(&w, '[');
    for (size_t i = 0; i < catalogue_dataset_count; i++)
        write_dataset(&w, &g, words_language(p->words), &catalogue_datasets[i]);
    json_close(&w, ']');
    for (size_t i = 0; i < whole.n; i++)
        if (whole.p[i] == '<')
            BUF_LIT(&safe, "\\u003c");
        else
            buf_add_char(&safe, whole.p[i]);
    safe.failed |= whole.failed;
    buf_free(&whole);
    return page_buf(p, &safe);
}
