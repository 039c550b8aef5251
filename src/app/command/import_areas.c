// SPDX-License-Identifier: EUPL-1.2
#include "app/command/import_areas.h"

#include "app/admin/admin.h"
#include "app/command/admin_client.h"
#include "app/command/open_store.h"
#include "app/command/progress.h"
#include "area/import.h"
#include "base/file.h"

#include <stdio.h>

#define FILE_BYTES_MAX ((size_t)2 << 30)
#define PIECE_BYTES ((size_t)8 << 20)

struct importing {
    struct invocation *in;
    const char *path;
    int64_t year;
    struct store *store;  // NULL: the running peil imports
    struct area_import done;
    buf piece;  // features with commas between them
    int64_t in_piece;
};

static void refusal_print(int64_t feature, const err *why, void *context)
{
    const struct importing *i = context;
    fprintf(stderr, "%s: feature %lld: %s\n", i->path, (long long)feature, why->text);
}

// ---- a piece -------------------------------------------------------------------------------------------------------

static int64_t number_of(const json *answer, str key)
{
    double v = 0;
    return json_number(answer, key, &v) ? (int64_t)v : 0;
}

static void answer_take(struct importing *i, const json *answer)
{
    const json *refusals = json_get(answer, STR("refusals"));
    for (const json *r = refusals ? refusals->first : NULL; r; r = r->next) {
        err why = {0};
        (void)err_set(&why, ERR_RANGE, ERR_NOWHERE, "%.*s", STR_ARG(json_text(r, STR("message"))));
        refusal_print(number_of(r, STR("feature")), &why, i);
    }
    i->done.stored += number_of(answer, STR("stored"));
    i->done.repaired += number_of(answer, STR("repaired"));
    i->done.refused += number_of(answer, STR("refused"));
}

static bool by_service(struct importing *i, str body, bool is_last, arena *a, err *e)
{
    str path;
    json *answer;
    if (!arena_print(a, &path, "/areas?year=%lld&crs=%d&first=%lld%s", (long long)i->year, (int)i->done.crs,
                     (long long)i->done.first_feature, is_last ? "&last=1" : ""))
        return err_no_memory(e);
    if (!admin_ask(&i->in->settings, "POST", path.p, body, a, &answer, e)) return false;
    answer_take(i, answer);
    return true;
}

static bool piece_import(struct importing *i, bool is_last, err *e)
{
    buf body = {.max = PIECE_BYTES + AREA_FEATURE_BYTES_MAX + 1024};
    arena *a = arena_new((size_t)64 << 20);
    BUF_LIT(&body, "{\"type\":\"FeatureCollection\",\"features\":[");
    buf_add(&body, buf_str(&i->piece));
    BUF_LIT(&body, "]}");
    const int64_t before = i->done.stored + i->done.refused;
    bool ok = (a && !body.failed) || err_no_memory(e);
    if (ok && !i->store) {
        ok = by_service(i, buf_str(&body), is_last, a, e);
        // Nobody is running on the store: open it ourselves, but never half-way through.
        if (!ok && e->code == ERR_ABSENT && before == 0)
            ok = command_open_store(i->in, STORE_TO_WRITE, &i->store, e);
    }
    if (ok && i->store) ok = area_import(i->store, buf_str(&body), time_now(), &i->done, e);
    arena_free(a);
    buf_free(&body);
    i->done.first_feature += i->in_piece;
    i->in_piece = 0;
    buf_clear(&i->piece);
    return ok;
}

// ---- files ---------------------------------------------------------------------------------------------------------

static bool features_import(struct importing *i, struct feature_reader *r, bool is_last_file, err *e)
{
    struct progress p = progress_start("importing areas");
    bool ok = true, got = true;
    str feature;
    while ((ok = feature_reader_next(r, &feature, &got)) && got) {
        i->done.crs = r->crs;
        if (i->piece.n && !(ok = i->piece.n + feature.n < PIECE_BYTES || piece_import(i, false, e))) break;
        if (i->in_piece++) buf_add_char(&i->piece, ',');
        buf_add(&i->piece, feature);
        progress_show(&p, (int64_t)r->json.at, (int64_t)r->json.source.n);
    }
    ok = ok && piece_import(i, is_last_file, e);
    progress_end(&p);
    return ok;
}

static bool file_import(struct importing *i, bool is_last, err *e)
{
    buf text = {.max = FILE_BYTES_MAX};
    arena *a = arena_new(1 << 20);
    struct feature_reader r;
    i->done.first_feature = 1;
    bool ok = (a || err_no_memory(e)) && file_read(i->path, &text, e);
    if (ok)
        ok = (feature_reader_open(buf_str(&text), a, &r, e) && features_import(i, &r, is_last, e)) ||
             err_within(e, "%s", i->path);
    arena_free(a);
    buf_free(&text);
    return ok;
}

int import_areas(struct invocation *in, char **files, int count, err *e)
{
    struct importing i = {.in = in, .piece = {.max = PIECE_BYTES + AREA_FEATURE_BYTES_MAX}};
    const char *year = flag_value(in, "year");
    if (year && (!num_parse_int(str_of(year), &i.year, e) || i.year < 1800 || i.year > 2200)) {
        (void)err_set(e, ERR_USAGE, ERR_NOWHERE, "--year must be a year, not '%s'", year);
        return -1;
    }
    i.done = (struct area_import){.year = (int)i.year, .refuse = refusal_print, .context = &i};
    bool ok = true;
    for (int k = 0; ok && k < count; k++) {
        i.path = files[k];
        ok = file_import(&i, k == count - 1, e);
    }
    if (ok && i.store && i.done.stored) ok = area_import_tell(i.store, &i.done, e);
    if (i.store) store_close(i.store);
    buf_free(&i.piece);
    printf("%lld areas stored (%lld repaired), %lld refused\n", (long long)i.done.stored,
           (long long)i.done.repaired, (long long)i.done.refused);
    return ok ? (i.done.refused ? 1 : 0) : -1;
}
