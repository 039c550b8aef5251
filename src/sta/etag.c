// SPDX-License-Identifier: EUPL-1.2
#include "sta/form.h"

#include <stdio.h>

#define FNV_START 0xcbf29ce484222325u
#define FNV_PRIME 0x100000001b3u
#define ENTITY_BYTES_MAX ((size_t)64 << 20)

// FNV-1a, 64 bits: nobody gains by a collision of his own entity with itself.
static uint64_t hash(str s)
{
    uint64_t h = FNV_START;
    for (size_t i = 0; i < s.n; i++) h = (h ^ (unsigned char)s.p[i]) * FNV_PRIME;
    return h;
}

static void add_content(buf *b, const struct record *r)
{
    const struct entity_schema *s = entity_schema_of(r->set);
    buf_print(b, "%d %lld", (int)r->set, (long long)r->id);
    for (int i = 0; i < s->property_count; i++) {
        buf_add_char(b, '\n');
        value_write_json(b, &r->properties[i]);
    }
    for (int i = 0; i < s->relation_count; i++)
        if (!s->relations[i].is_many) buf_print(b, "\n%lld", (long long)r->links[i]);
}

str sta_etag_of(const struct record *r, char out[static STA_ETAG_MAX])
{
    buf b = {.max = ENTITY_BYTES_MAX};
    add_content(&b, r);
    const int n = snprintf(out, STA_ETAG_MAX, "\"%016llx\"", (unsigned long long)hash(buf_str(&b)));
    buf_free(&b);
    return (str){out, (size_t)n};
}

bool sta_etag_matches(str header, str etag)
{
    if (str_eq(str_trim(header), STR("*"))) return true;
    if (str_starts(etag, STR("W/"))) etag = str_slice(etag, 2, etag.n);
    for (str one; str_cut(&header, ',', &one);) {
        one = str_trim(one);
        if (str_starts(one, STR("W/"))) one = str_slice(one, 2, one.n);
        if (str_eq(one, etag)) return true;
    }
    return false;
}
