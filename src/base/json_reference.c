// SPDX-License-Identifier: EUPL-1.2
#include "base/json_reference.h"

#include <jansson.h>
#include <string.h>

static json_t *load(str source, json_error_t *error)
{
    const size_t flags = JSON_REJECT_DUPLICATES | JSON_DECODE_ANY | JSON_ALLOW_NUL | JSON_DECODE_INT_AS_REAL;
    return json_loadb(source.n ? source.p : "", source.n, flags, error);
}

bool reference_accepts(str source)
{
    json_error_t error;
    json_t *root = load(source, &error);
    json_decref(root);
    return root;
}

reference_verdict reference_read(str source, char **text)
{
    json_error_t error;
    if (memchr(source.p ? source.p : "", 0, source.n)) return REFERENCE_SILENT;
    json_t *root = load(source, &error);
    if (!root) {
        const enum json_error_code code = json_error_code(&error);
        const bool silent = code == json_error_numeric_overflow || code == json_error_null_byte_in_key;
        return silent ? REFERENCE_SILENT : REFERENCE_REFUSES;
    }
    *text = json_dumps(root, JSON_COMPACT | JSON_ENCODE_ANY);
    json_decref(root);
    return REFERENCE_ACCEPTS;
}
