// SPDX-License-Identifier: EUPL-1.2
#include "sta/write/json_value.h"
#include "sta/path.h"

static bool index_of(str key, int64_t *out)
{
    if (key.n >= 3 && key.p[0] == '[' && key.p[key.n - 1] == ']') key = str_slice(key, 1, key.n - 1);
    err ignored;
    return num_parse_int(key, out, &ignored) && *out >= 0;
}

static const json *element(const json *array, int64_t index)
{
    const json *c = array->first;
    for (; c && index > 0; index--) c = c->next;
    return c;
}

static const json *step(const json *j, str key)
{
    int64_t index;
    if (j->type == JSON_ARRAY) return index_of(key, &index) ? element(j, index) : NULL;
    return json_get(j, key);
}

bool sta_json_at(const value *whole, const str *keys, size_t key_count, arena *a, value *out)
{
    if (key_count == 0) {
        *out = *whole;
        return true;
    }
    if (whole->type != VALUE_JSON) return false;
    json *root;
    err ignored;
    if (!json_parse(whole->text, a, &root, &ignored)) return false;
    const json *j = root;
    for (size_t i = 0; i < key_count && j; i++) j = step(j, keys[i]);
    if (!j) return false;
    json_reader r = json_reader_of(j->raw, &ignored);
    return value_read_json(&r, a, out);
}
