// SPDX-License-Identifier: EUPL-1.2
#include "ingest/intake.h"

#include "base/json.h"
#include "ingest/raw/raw.h"
#include "ingest/readings.h"

#include <stdlib.h>

#define EARLIEST ((instant)-5364662400000000)  // 1800-01-01T00:00:00Z: nothing was measured before
#define AHEAD_MAX (36525 * TIME_DAY)  // a hundred years: forecasts are welcome, broken clocks are not

static metric appended = {
    .name = "peil_ingest_observations_total", .help = "Observations taken in", .type = METRIC_COUNTER};

struct ingest *ingest_new(struct store *s, const ingest_config *c, err *e)
{
    struct ingest *in = calloc(1, sizeof *in);
    if (!in || !features_init(&in->features, c->metrics) || !(in->series = line_series_table_new())) {
        if (in) features_free(&in->features);
        free(in);
        err_no_memory(e);
        return NULL;
    }
    in->store = s;
    in->site = c->site;
    ingest_configure(in, c);
    if (c->metrics) {
        metrics_add(c->metrics, &appended);
        readings_add_metrics(c->metrics);
    }
    const raw_config raw = {c->raw_days, c->raw_bytes_max, c->metrics};
    if (c->raw_days && !(in->raw = raw_new(s, &raw, e))) {
        ingest_free(in);
        return NULL;
    }
    return in;
}

void ingest_free(struct ingest *in)
{
    if (!in) return;
    features_free(&in->features);
    line_series_table_free(in->series);
    raw_free(in->raw);
    free(in);
}

void ingest_configure(struct ingest *in, const ingest_config *c)
{
    atomic_store(&in->accepts_new_devices, c->accept_new_devices);
}

static bool check_instant(instant t, instant received, err *e)
{
    if (t < EARLIEST)
        return err_set(e, ERR_RANGE, ERR_NOWHERE, "phenomenonTime: before 1800 nothing was measured");
    return t <= received + AHEAD_MAX ||
           err_set(e, ERR_RANGE, ERR_NOWHERE, "phenomenonTime: more than 100 years in the future");
}

static bool check_time(interval t, instant received, err *e)
{
    return check_instant(t.start, received, e) &&
           (interval_is_instant(t) || check_instant(t.end, received, e));
}

static bool count_items(str array, size_t *out, err *e)
{
    json_reader r = json_reader_of(array, e);
    bool more;
    str item;
    *out = 0;
    if (!json_enter(&r, '[')) return false;
    while (json_more(&r, '[', &more) && more) {
        if (!json_skip(&r, &item)) return false;
        ++*out;
    }
    return !r.failed;
}

// The result of a MultiDatastream's Observation has one value for each ObservedProperty.
static bool check_fields(const value *result, uint32_t fields, err *e)
{
    size_t count;
    if (result->type != VALUE_JSON || !str_starts(result->text, STR("["))) {
        return err_set(e, ERR_TYPE, ERR_NOWHERE, "result: in a MultiDatastream it is an array of %u values",
                       fields);
    }
    if (!count_items(result->text, &count, e)) return false;
    return count == fields || err_set(e, ERR_TYPE, ERR_NOWHERE,
                                      "result: this MultiDatastream has %u values, not %zu", fields, count);
}

bool ingest_check(struct store_tx *tx, const struct observation *o, instant received, err *e)
{
    const struct stream_info *info;
    if (!check_time(o->phenomenon_time, received, e) || !store_stream_info(tx, o->stream, &info, e))
        return false;
    return info->kind == SET_DATASTREAM || check_fields(&o->result, info->field_count, e);
}

static bool needs_feature(err *e)
{
    return err_set(e, ERR_LINK, ERR_NOWHERE,
                   "FeatureOfInterest: name one, or give the Thing a Location from which it can be made");
}

void ingest_count_appended(int64_t n)
{
    metric_count(&appended, n);
}

bool ingest_append(struct ingest *in, struct store_tx *tx, struct observation *o, instant received, err *e)
{
    if (!ingest_append_uncounted(in, tx, o, received, e)) return false;
    metric_count(&appended, 1);
    return true;
}

bool ingest_append_run(struct ingest *in, struct store_tx *tx, const struct reading_run *run,
                       instant received, uint32_t *first, err *e)
{
    const struct stream_info *info;
    const struct plain_reading *const all = run->all;
    const size_t count = run->count;
    entity_id feature = run->feature;
    for (size_t i = 0; i < count; i++)
        if (!check_instant(all[i].time, received, e)) return false;
    if (!store_stream_info(tx, run->stream, &info, e)) return false;
    if (info->kind != SET_DATASTREAM)
        return err_set(e, ERR_TYPE, ERR_NOWHERE, "result: in a MultiDatastream it is an array of %u values",
                       info->field_count);
    if (!feature && !feature_of_stream(&in->features, tx, run->stream, &feature, e)) return false;
    if (!feature) return needs_feature(e);
    return store_append_run(tx, &(struct reading_run){run->stream, feature, all, count}, first, e);
}

bool ingest_append_uncounted(struct ingest *in, struct store_tx *tx, struct observation *o, instant received,
                             err *e)
{
    if (interval_is_none(o->phenomenon_time)) o->phenomenon_time = (interval){received, TIME_NONE};
    if (!ingest_check(tx, o, received, e)) return false;
    if (!o->feature && !feature_of_stream(&in->features, tx, o->stream, &o->feature, e)) return false;
    return o->feature ? store_append(tx, o, e) : needs_feature(e);
}
