// SPDX-License-Identifier: EUPL-1.2
#include "sta/write/draft.h"

#include "model/geojson.h"
#include "sta/write/observation_body.h"

static const str complex_observation = STR(
    "http://www.opengis.net/def/observationType/OGC-OM/2.0/OM_ComplexObservation");

struct reading {
    str body;
    draft_mode mode;
    const struct draft_references *references;
    arena *a;
    err *e;
};

struct draft_reference *draft_reference_find(const struct draft_references *known, str name)
{
    for (size_t i = 0; known && i < known->count; i++) {
        if (str_eq(known->items[i].name, str_slice(name, 1, name.n))) return &known->items[i];
    }
    return NULL;
}

bool draft_where(const struct draft *d, str name, arena *a, str *out)
{
    *out = name;
    return !d->where.n || arena_print(a, out, "%.*s.%.*s", STR_ARG(d->where), STR_ARG(name));
}

static bool fail(const struct reading *r, const struct draft *d, str name, err_code code, size_t at,
                 const char *what)
{
    str where;
    if (!draft_where(d, name, r->a, &where)) return err_no_memory(r->e);
    return err_set(r->e, code, at, "%.*s: %s", STR_ARG(where), what);
}

static bool wrong_type(const struct reading *r, const struct draft *d, str name, const char *wanted,
                       const json *found)
{
    str where;
    if (!draft_where(d, name, r->a, &where)) return err_no_memory(r->e);
    return err_set(r->e, ERR_TYPE, found->at, "%.*s: expected %s, found %s", STR_ARG(where), wanted,
                   json_type_name(found->type).p);
}

// An error that was found beneath a member, with the member before it.
static bool within(const struct reading *r, const struct draft *d, str name)
{
    str where;
    if (!draft_where(d, name, r->a, &where)) return err_no_memory(r->e);
    return err_within(r->e, "%.*s", STR_ARG(where));
}

// ---- properties ----

static bool value_of(const struct reading *r, const json *j, value *out)
{
    json_reader reader = json_reader_of(r->body, r->e);
    reader.at = j->at;
    return value_read_json(&reader, r->a, out);
}

static bool read_text(const struct reading *r, const struct draft *d, const struct property *p, const json *j,
                      value *out)
{
    if (j->type != JSON_TEXT) return wrong_type(r, d, p->name, "a text", j);
    *out = value_text(j->text);
    return true;
}

static bool read_json(const struct reading *r, const struct draft *d, const struct property *p, const json *j,
                      value *out)
{
    if ((p->flags & PROPERTY_OBJECT) && j->type != JSON_OBJECT)
        return wrong_type(r, d, p->name, "an object", j);
    if ((p->flags & PROPERTY_ARRAY) && j->type != JSON_ARRAY) return wrong_type(r, d, p->name, "an array", j);
    return value_of(r, j, out);
}

static bool read_time(const struct reading *r, const struct draft *d, const struct property *p, const json *j,
                      value *out)
{
    interval t = {TIME_NONE, TIME_NONE};
    err why;
    if (j->type != JSON_TEXT) return wrong_type(r, d, p->name, "a text with a time", j);
    const bool ok = p->type == PROPERTY_INSTANT    ? time_parse(j->text, &t.start, &why)
                    : p->type == PROPERTY_INTERVAL ? interval_parse(j->text, &t, &why)
                                                   : time_object_parse(j->text, &t, &why);
    *out = value_time(t);
    return ok || fail(r, d, p->name, why.code, j->at, why.text);
}

static bool (*const readers[])(const struct reading *, const struct draft *, const struct property *,
                               const json *, value *) = {
    [PROPERTY_TEXT] = read_text,    [PROPERTY_JSON] = read_json,     [PROPERTY_GEOMETRY] = read_json,
    [PROPERTY_INSTANT] = read_time, [PROPERTY_INTERVAL] = read_time, [PROPERTY_TIME] = read_time,
    [PROPERTY_RESULT] = read_json,
};

// ---- properties with a form of their own ----

static const str unit_members[] = {STR("name"), STR("symbol"), STR("definition")};
#define UNIT_MEMBERS (sizeof unit_members / sizeof unit_members[0])

// The three members are texts or null.
static bool check_unit(const struct reading *r, const struct draft *d, str name, const json *unit)
{
    if (unit->type != JSON_OBJECT)
        return wrong_type(r, d, name, "an object with name, symbol and definition", unit);
    for (size_t i = 0; i < UNIT_MEMBERS; i++) {
        const json *member = json_get(unit, unit_members[i]);
        if (member && member->type != JSON_TEXT && member->type != JSON_NULL) {
            return wrong_type(r, d, name, "texts (or null) as name, symbol and definition", member);
        }
    }
    return true;
}

// A unit always has its three members when it is read back: what the client left out is null.
static void write_unit(json_writer *w, const json *unit)
{
    json_open(w, '{');
    for (const json *c = unit->first; c; c = c->next) {
        json_name(w, c->key);
        json_put_raw(w, c->raw);
    }
    for (size_t i = 0; i < UNIT_MEMBERS; i++) {
        if (json_get(unit, unit_members[i])) continue;
        json_name(w, unit_members[i]);
        json_put_null(w);
    }
    json_close(w, '}');
}

static bool written(const struct reading *r, buf *b, value *out)
{
    str text;
    const bool ok = !b->failed && arena_copy(r->a, buf_str(b), &text) && json_compact(text, r->a, &text);
    buf_free(b);
    if (!ok) return err_no_memory(r->e);
    *out = value_json(text);
    return true;
}

static bool read_unit(const struct reading *r, const struct draft *d, const struct property *p, const json *j,
                      value *out)
{
    if (!check_unit(r, d, p->name, j)) return false;
    buf b = {.max = r->body.n + 64};
    json_writer w = json_writer_on(&b);
    write_unit(&w, j);
    return written(r, &b, out);
}

static bool read_units(const struct reading *r, const struct draft *d, const struct property *p,
                       const json *j, value *out)
{
    if (j->type != JSON_ARRAY) return wrong_type(r, d, p->name, "an array of units", j);
    for (const json *unit = j->first; unit; unit = unit->next)
        if (!check_unit(r, d, p->name, unit)) return false;
    buf b = {.max = r->body.n + 64 * (j->count + 1)};
    json_writer w = json_writer_on(&b);
    json_open(&w, '[');
    for (const json *unit = j->first; unit; unit = unit->next) write_unit(&w, unit);
    json_close(&w, ']');
    return written(r, &b, out);
}

static bool read_types(const struct reading *r, const struct draft *d, const struct property *p,
                       const json *j, value *out)
{
    if (j->type != JSON_ARRAY) return wrong_type(r, d, p->name, "an array of observation types", j);
    for (const json *type = j->first; type; type = type->next)
        if (type->type != JSON_TEXT) return wrong_type(r, d, p->name, "texts", type);
    return value_of(r, j, out);
}

static bool read_complex(const struct reading *r, const struct draft *d, const struct property *p,
                         const json *j, value *out)
{
    if (!read_text(r, d, p, j, out)) return false;
    return str_eq(out->text, complex_observation) ||
           fail(r, d, p->name, ERR_RANGE, j->at, "a MultiDatastream's type is always OM_ComplexObservation");
}

static const struct {
    entity_set set;
    int property;
    bool (*read)(const struct reading *, const struct draft *, const struct property *, const json *,
                 value *);
} special_forms[] = {
    {SET_DATASTREAM, DATASTREAM_UNIT_OF_MEASUREMENT, read_unit},
    {SET_MULTI_DATASTREAM, MULTI_DATASTREAM_UNIT_OF_MEASUREMENTS, read_units},
    {SET_MULTI_DATASTREAM, MULTI_DATASTREAM_MULTI_OBSERVATION_DATA_TYPES, read_types},
    {SET_MULTI_DATASTREAM, MULTI_DATASTREAM_OBSERVATION_TYPE, read_complex},
};

static bool read_form(const struct reading *r, struct draft *d, int property, const json *j)
{
    const struct property *p = &entity_schema_of(d->set)->properties[property];
    value *out = &d->record->properties[property];
    for (size_t i = 0; i < sizeof special_forms / sizeof special_forms[0]; i++) {
        if (special_forms[i].set == d->set && special_forms[i].property == property) {
            return special_forms[i].read(r, d, p, j, out);
        }
    }
    return readers[p->type](r, d, p, j, out);
}

static bool read_observation_property(const struct reading *r, struct draft *d, int property, const json *j)
{
    json_reader reader = json_reader_of(r->body, r->e);
    reader.at = j->at;
    if (observation_read_property(&reader, property, r->a, d->observation)) return true;
    return d->where.n ? err_within(r->e, "%.*s", STR_ARG(d->where)) : false;
}

static bool read_property(const struct reading *r, struct draft *d, int property, const json *j)
{
    const struct property *p = &entity_schema_of(d->set)->properties[property];
    if (p->flags & PROPERTY_SERVER_KEPT) return true;
    d->properties |= 1u << property;
    if (d->observation) return read_observation_property(r, d, property, j);
    if (j->type != JSON_NULL) return read_form(r, d, property, j);
    return !(p->flags & PROPERTY_MANDATORY) || fail(r, d, p->name, ERR_TYPE, j->at, "must not be null");
}

// ---- relations ----

static void add_link(struct draft *d, int relation, struct draft_link *link)
{
    struct draft_link *last = d->last_links[relation];
    *(last ? &last->next : &d->links[relation]) = link;
    d->last_links[relation] = link;
}

// {"@iot.id": 7}, whatever links and selfLink a client sends back with it.
static bool is_link(const json *j)
{
    for (const json *c = j->first; c; c = c->next)
        if (!is_control_information(c->key)) return false;
    return json_get(j, STR("@iot.id"));
}

bool relation_owns_links(entity_set set, int relation)
{
    return (set == SET_THING && relation == THING_LOCATIONS) ||
           (set == SET_HISTORICAL_LOCATION && relation == HISTORICAL_LOCATION_LOCATIONS) ||
           (set == SET_MULTI_DATASTREAM && relation == MULTI_DATASTREAM_OBSERVED_PROPERTIES);
}

static bool read_entity(const struct reading *r, const json *j, struct draft *d, int parent_relation,
                        const entity_id *parent);

static bool read_new(const struct reading *r, struct draft *d, int relation, str where, const json *j,
                     struct draft_link *link)
{
    const struct relation *rel = &entity_schema_of(d->set)->relations[relation];
    if (r->mode != DRAFT_CREATE) {
        return err_set(
            r->e, ERR_TYPE, j->at,
            "%.*s: an update only links to entities by {\"@iot.id\": ...}; make new ones with POST",
            STR_ARG(where));
    }
    link->draft = ARENA_NEW(r->a, struct draft);
    if (!link->draft) return err_no_memory(r->e);
    link->draft->set = rel->target;
    link->draft->where = where;
    // The new entity's link back to this one. Many-to-many links are made by the side that owns them: see
    // create.c.
    const struct relation *back = &entity_schema_of(rel->target)->relations[rel->inverse];
    const bool links_back = rel->is_many && (!back->is_many || !relation_owns_links(d->set, relation));
    return read_entity(r, j, link->draft, links_back ? rel->inverse : -1, links_back ? &d->id : NULL);
}

static bool read_reference(const struct reading *r, struct draft *d, int relation, str where, const json *id,
                           struct draft_link *link)
{
    const struct draft_reference *found = draft_reference_find(r->references, id->text);
    const entity_set target = entity_schema_of(d->set)->relations[relation].target;
    if (!found || found->set != target) {
        return err_set(r->e, ERR_LINK, id->at,
                       "%.*s: no earlier request of this change set makes a %s named '%.*s'", STR_ARG(where),
                       entity_schema_of(target)->entity_name.p, STR_ARG(str_slice(id->text, 0, 60)));
    }
    link->id = &found->id;
    return true;
}

static bool read_related(const struct reading *r, struct draft *d, int relation, str where, const json *j)
{
    struct draft_link *link = ARENA_NEW(r->a, struct draft_link);
    if (!link) return err_no_memory(r->e);
    if (j->type != JSON_OBJECT) {
        return err_set(r->e, ERR_TYPE, j->at, "%.*s: expected an object, found %s", STR_ARG(where),
                       json_type_name(j->type).p);
    }
    link->at = j->at;
    link->id = &link->own_id;
    add_link(d, relation, link);
    if (!is_link(j)) return read_new(r, d, relation, where, j, link);
    const json *id = json_get(j, STR("@iot.id"));
    if (id->type == JSON_TEXT && str_starts(id->text, STR("$")))
        return read_reference(r, d, relation, where, id, link);
    bool is_deep;
    json_reader reader = json_reader_of(r->body, r->e);
    reader.at = j->at;
    return entity_link_read(&reader, r->a, &link->own_id, &is_deep) ||
           err_within(r->e, "%.*s", STR_ARG(where));
}

static bool read_relation(const struct reading *r, struct draft *d, int relation, const json *j)
{
    const struct relation *rel = &entity_schema_of(d->set)->relations[relation];
    str where;
    if (j->type == JSON_NULL) return true;
    if (!draft_where(d, rel->name, r->a, &where)) return err_no_memory(r->e);
    if (!rel->is_many) return read_related(r, d, relation, where, j);
    if (j->type != JSON_ARRAY) return wrong_type(r, d, rel->name, "an array", j);
    size_t i = 0;
    for (const json *c = j->first; c; c = c->next, i++) {
        str item;
        if (!arena_print(r->a, &item, "%.*s[%zu]", STR_ARG(where), i)) return err_no_memory(r->e);
        if (!read_related(r, d, relation, item, c)) return false;
    }
    return true;
}

// The path or the entity around gives one related entity; the body may name the same one. What the path says
// is known only when it has been resolved, so that a contradiction is found by link_agrees of create.c.
static bool add_parent(const struct reading *r, struct draft *d, int relation, const entity_id *parent)
{
    struct draft_link *link = ARENA_NEW(r->a, struct draft_link);
    if (!link) return err_no_memory(r->e);
    *link = (struct draft_link){.id = parent, .at = d->at, .next = d->links[relation]};
    d->links[relation] = link;
    return true;
}

// ---- the whole ----

static bool check_observation(const struct reading *r, struct draft *d)
{
    const bool in_one = d->links[OBSERVATION_DATASTREAM], in_many = d->links[OBSERVATION_MULTI_DATASTREAM];
    if (in_one && in_many) {
        return fail(r, d, STR("MultiDatastream"), ERR_RANGE, d->at,
                    "an Observation has a Datastream or a MultiDatastream, not both");
    }
    if (!in_one && !in_many && r->mode == DRAFT_CREATE)
        return fail(r, d, STR("Datastream"), ERR_MISSING, d->at, "is missing");
    return true;
}

static bool check_mandatory(const struct reading *r, struct draft *d)
{
    const struct entity_schema *s = entity_schema_of(d->set);
    if (r->mode == DRAFT_PATCH) return true;
    for (int i = 0; i < s->property_count; i++) {
        if (!(s->properties[i].flags & PROPERTY_MANDATORY) || (d->properties & 1u << i)) continue;
        return fail(r, d, s->properties[i].name, ERR_MISSING, d->at, "is missing");
    }
    for (int i = 0; i < s->relation_count && r->mode == DRAFT_CREATE; i++) {
        if (!s->relations[i].is_mandatory || d->links[i]) continue;
        return fail(r, d, s->relations[i].name, ERR_MISSING, d->at, "is missing");
    }
    return true;
}

// Index of the property that encodingType speaks of, -1 when the set has none.
static int geometry_of(entity_set set, int *encoding)
{
    *encoding = set == SET_LOCATION ? LOCATION_ENCODING_TYPE : FEATURE_ENCODING_TYPE;
    return set == SET_LOCATION ? LOCATION_LOCATION : set == SET_FEATURE_OF_INTEREST ? FEATURE_FEATURE : -1;
}

static bool check_geometry(const struct reading *r, struct draft *d, const json *j)
{
    int encoding;
    const int property = geometry_of(d->set, &encoding);
    if (property < 0) return true;
    const str name = entity_schema_of(d->set)->properties[property].name;
    const json *type = json_get(j, STR("encodingType")), *geometry = json_get(j, name);
    if (!type || !geometry || !geojson_is_encoding(type->text)) return true;
    return geojson_check(geometry, r->e) || within(r, d, name);
}

static bool check_multi_datastream(const struct reading *r, struct draft *d)
{
    size_t observed = 0;
    if (d->set != SET_MULTI_DATASTREAM || r->mode == DRAFT_PATCH) return true;
    value *type = &d->record->properties[MULTI_DATASTREAM_OBSERVATION_TYPE];
    if (type->type == VALUE_NULL) *type = value_text(complex_observation);
    if (r->mode == DRAFT_PUT) return true;  // its ObservedProperties are in the store
    for (const struct draft_link *l = d->links[MULTI_DATASTREAM_OBSERVED_PROPERTIES]; l; l = l->next)
        observed++;
    if (draft_check_multi_datastream(d->record, observed, r->a, r->e)) return true;
    r->e->at = d->at;
    return d->where.n ? err_within(r->e, "%.*s", STR_ARG(d->where)) : false;
}

static bool read_member(const struct reading *r, struct draft *d, const json *j)
{
    const int property = entity_property_find(d->set, j->key);
    if (property >= 0) return read_property(r, d, property, j);
    const int relation = entity_relation_find(d->set, j->key);
    if (relation >= 0) return read_relation(r, d, relation, j);
    if (is_control_information(j->key)) return true;
    const struct entity_schema *s = entity_schema_of(d->set);
    str where;
    if (!draft_where(d, str_slice(j->key, 0, 60), r->a, &where)) return err_no_memory(r->e);
    return err_set(r->e, ERR_UNKNOWN, j->at, "%.*s: a %s has no such member", STR_ARG(where),
                   s->entity_name.p);
}

static bool read_entity(const struct reading *r, const json *j, struct draft *d, int parent_relation,
                        const entity_id *parent)
{
    d->at = j->at;
    if (d->set == SET_OBSERVATION) {
        d->observation = ARENA_NEW(r->a, struct observation);
        if (!d->observation) return err_no_memory(r->e);
        *d->observation = observation_empty();
    } else {
        d->record = ARENA_NEW(r->a, struct record);
        if (!d->record) return err_no_memory(r->e);
        d->record->set = d->set;
    }
    for (const json *c = j->first; c; c = c->next)
        if (!read_member(r, d, c)) return false;
    if (parent_relation >= 0 && !add_parent(r, d, parent_relation, parent)) return false;
    if (!check_mandatory(r, d) || (d->observation && !check_observation(r, d))) return false;
    return check_geometry(r, d, j) && check_multi_datastream(r, d);
}

bool draft_read(const struct draft_request *request, arena *a, struct draft **out, err *e)
{
    const struct reading r = {request->body, request->mode, request->references, a, e};
    json *j;
    if (!json_parse(request->body, a, &j, e)) return false;
    if (j->type != JSON_OBJECT) {
        return err_set(e, ERR_TYPE, j->at, "expected an object with a %s, found %s",
                       entity_schema_of(request->set)->entity_name.p, json_type_name(j->type).p);
    }
    struct draft *d = ARENA_NEW(a, struct draft);
    if (!d) return err_no_memory(e);
    d->set = request->set;
    if (!read_entity(&r, j, d, request->parent_relation, request->parent)) return false;
    *out = d;
    return true;
}

// ---- checks of a whole record ----

bool draft_check_geometry(const struct record *r, arena *a, err *e)
{
    int encoding;
    json *j;
    const int property = geometry_of(r->set, &encoding);
    if (property < 0 || !geojson_is_encoding(r->properties[encoding].text)) return true;
    const value *geometry = &r->properties[property];
    const str name = entity_schema_of(r->set)->properties[property].name;
    if (geometry->type != VALUE_JSON) {
        return err_set(e, ERR_TYPE, ERR_NOWHERE, "%.*s: expected a GeoJSON object", STR_ARG(name));
    }
    if (json_parse(geometry->text, a, &j, e) && geojson_check(j, e)) return true;
    e->at = ERR_NOWHERE;
    return err_within(e, "%.*s", STR_ARG(name));
}

static size_t length_of(const value *v, arena *a)
{
    json *j;
    return v->type == VALUE_JSON && json_parse(v->text, a, &j, NULL) ? j->count : 0;
}

bool draft_check_multi_datastream(const struct record *r, size_t observed_properties, arena *a, err *e)
{
    const size_t units = length_of(&r->properties[MULTI_DATASTREAM_UNIT_OF_MEASUREMENTS], a);
    const size_t types = length_of(&r->properties[MULTI_DATASTREAM_MULTI_OBSERVATION_DATA_TYPES], a);
    if (units == types && types == observed_properties) return true;
    return err_set(e, ERR_RANGE, ERR_NOWHERE,
                   "a MultiDatastream has as many unitOfMeasurements as multiObservationDataTypes as "
                   "ObservedProperties, "
                   "not %zu, %zu and %zu",
                   units, types, observed_properties);
}
