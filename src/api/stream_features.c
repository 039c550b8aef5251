// SPDX-License-Identifier: EUPL-1.2
#include "api/stream_features.h"

#include <stdlib.h>

#define PIECE_BYTES \
    ((size_t)256 << 10)  // an answer of 13 MB goes to and fro between worker and loop 50 times

struct features {
    struct areas *areas;
    const struct atlas *atlas;
    const struct area *const *list;
    size_t count, next;
    area_put_properties put;
    void *context;
    void (*release)(void *context);
};

static bool next_piece(void *context, buf *out, bool *more, err *e)
{
    struct features *f = context;
    if (f->next == 0) BUF_LIT(out, "{\"type\":\"FeatureCollection\",\"features\":[");
    for (; f->next < f->count && out->n < PIECE_BYTES; f->next++) {
        json_writer w = json_writer_on(out);
        if (f->next) buf_add_char(out, ',');
        area_write_feature(&w, f->list[f->next], f->next, f->put, f->context);
    }
    *more = f->next < f->count;
    if (!*more) BUF_LIT(out, "]}");
    return !out->failed || err_no_memory(e);
}

static void end(void *context)
{
    struct features *f = context;
    if (f->release) f->release(f->context);
    areas_give(f->areas, f->atlas);
    free(f);
}

bool api_stream_features(struct api_call *c, const struct atlas *t, const struct area *const *list,
                         size_t count, area_put_properties put, void *context, void (*release)(void *context),
                         err *e)
{
    struct features *f = calloc(1, sizeof *f);
    if (!f) {
        if (release) release(context);
        return err_no_memory(e);
    }
    *f = (struct features){c->parts->areas, t, list, count, 0, put, context, release};
    areas_hold(f->areas, t);
    api_answer_stream(c, (http_stream){f, next_piece, end});
    // cppcheck-suppress memleak ; the stream frees it
    return true;
}
