// SPDX-License-Identifier: EUPL-1.2
#include "ingest/csv_row.h"

#include "base/json.h"
#include "base/plain.h"

// ---- any line ----------------------------------------------------------------------------------------------------

// What JSON would take as it stands; ".5" and "+5" are texts, so that nothing is changed on the way.
static bool is_json_number(str text)
{
    err ignored;
    str digits;
    json_reader r = json_reader_of(text, &ignored);
    return json_read_number(&r, &digits) && json_end(&r);
}

static value result_of(str text)
{
    if (str_eq(text, STR("true"))) return value_bool(true);
    if (str_eq(text, STR("false"))) return value_bool(false);
    return is_json_number(text) ? value_of_number(text) : value_text(text);
}

bool csv_row_read(const struct csv_layout *l, str line, arena *a, struct observation *out, err *e)
{
    str fields[CSV_COLUMNS_MAX];
    size_t count;
    if (!csv_split(line, l->separator, a, fields, &count, e)) return false;
    if (count != l->columns)
        return err_set(e, ERR_SYNTAX, ERR_NOWHERE, "%zu columns, the header has %zu", count, l->columns);
    int64_t stream = l->fixed_stream;
    if (l->stream >= 0 && !num_parse_int(fields[l->stream], &stream, e))
        return err_within(e, "the Datastream's id");
    const str result = fields[l->result];
    if (result.n == 0) return err_set(e, ERR_MISSING, ERR_NOWHERE, "the result is empty");
    *out = (struct observation){.stream = stream,
                                .result_time = TIME_NONE,
                                .valid_time = {TIME_NONE, TIME_NONE},
                                .result = result_of(result)};
    return time_object_parse(fields[l->time], &out->phenomenon_time, e) || err_within(e, "phenomenonTime");
}

bool csv_row_is_plain(const struct observation *o)
{
    return observation_is_plain(o) && o->stream >= 1 && o->stream <= STREAM_ID_MAX;
}

// ---- plain lines -------------------------------------------------------------------------------------------------

static bool read_stream(const char **at, const char *end, entity_id *out)
{
    const char *c = *at;
    entity_id id = 0;
    if (c == end || *c == '0') return false;
    for (; c < end && (unsigned)(*c - '0') < 10; c++)
        if ((id = id * 10 + (*c - '0')) > STREAM_ID_MAX) return false;
    *out = id;
    *at = c;
    return id > 0;
}

static bool pass_over(const char **at, const char *end, char separator)
{
    const char *c = *at;
    if (c < end && *c == '"') return false;
    while (c < end && *c != separator && *c != '\n') c++;
    *at = c;
    return true;
}

static bool read_field(const struct csv_layout *l, size_t column, const char **at, const char *end,
                       struct csv_plain_row *out)
{
    if ((int)column == l->stream) return read_stream(at, end, &out->stream);
    if ((int)column == l->time) return plain_time(at, end, &out->reading.time);
    if ((int)column == l->result) return plain_decimal(at, end, &out->reading.value);
    return pass_over(at, end, l->separator);
}

bool csv_row_read_plain(const struct csv_layout *l, const char **at, const char *end,
                        struct csv_plain_row *out)
{
    const char *c = *at;
    out->stream = l->fixed_stream;
    for (size_t k = 0; k < l->columns; k++) {
        if (k > 0 && (c == end || *c++ != l->separator)) return false;
        if (!read_field(l, k, &c, end, out)) return false;
    }
    if (c < end && *c == '\r') c++;
    if ((c < end && *c != '\n') || out->stream < 1 || out->stream > STREAM_ID_MAX) return false;
    *at = c;
    return true;
}
