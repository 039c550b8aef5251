// SPDX-License-Identifier: EUPL-1.2
#include "app/command/admin_client.h"
#include "app/command/command.h"
#include "app/command/open_store.h"
#include "app/serve/peil.h"
#include "base/file.h"
#include "base/tz.h"
#include "kpi/import/import.h"
#include "kpi/office.h"

#include <stdio.h>
#include <string.h>

#define FILE_BYTES_MAX ((size_t)15 << 20)  // what the admin listener takes
#define WORK_BYTES_MAX ((size_t)512 << 20)

static const struct flag flags[] = {
    {"map", "FILE", "import: the mapping; or the name of one that peil comes with: cbs-kwb, long", NULL,
     NULL},
    {"year", "N", "import: the year of rows that do not say theirs", NULL, NULL},
    {"area", "CODE", "import: only this municipality, with its districts and neighbourhoods", NULL, NULL},
    {"preview", NULL, "import: show what would happen, store nothing", NULL, NULL},
    {"replace", NULL, "import: also where another value is there (it stays in the history)", NULL, NULL},
    {"confirm", "CODES", "import: doubts that you have looked at, with commas between: jump,over-100", NULL,
     NULL},
    {0},
};

// ---- check -------------------------------------------------------------------------------------------------------

static bool check(const char *path, err *e)
{
    struct kpi_set *s;
    arena *a = arena_new((size_t)64 << 20);
    const bool ok = (a || err_no_memory(e)) && kpi_set_load(path, a, &s, e);
    if (ok)
        printf(
            "%s: %zu indicators with %zu data points, %zu inputs, %zu checks: all formulas fit their units\n",
            path, s->indicator_count, s->point_count, s->input_count, s->check_count);
    else
        fprintf(stderr, "%s\n", e->text);
    arena_free(a);
    return ok;
}

static int check_all(struct invocation *in, err *e)
{
    bool ok = true;
    for (int i = 1; i < in->word_count; i++) ok = check(in->words[i], e) && ok;
    return ok ? 0 : 1;
}

// ---- import ------------------------------------------------------------------------------------------------------

static bool mapping_put(const struct invocation *in, json_writer *w, arena *a, err *e)
{
    const char *map = flag_value(in, "map");
    buf b = {.max = 1 << 20};
    json *tree;
    str text;
    if (!map) return err_set(e, ERR_USAGE, ERR_NOWHERE, "--map says which column is what");
    json_name(w, STR("mapping"));
    if (!strpbrk(map, "./")) {
        json_put_text(w, str_of(map));
        return true;
    }
    bool ok = file_read(map, &b, e) && (arena_copy(a, buf_str(&b), &text) || err_no_memory(e));
    buf_free(&b);
    ok = ok && (json_parse(text, a, &tree, e) || err_within(e, "%s", map));
    if (ok) json_put_raw(w, tree->raw);
    return ok;
}

static void confirm_put(const struct invocation *in, json_writer *w)
{
    str rest = str_of(flag_value(in, "confirm")), code;
    json_name(w, STR("confirm"));
    json_open(w, '[');
    while (rest.n && str_cut(&rest, ',', &code)) json_put_text(w, str_trim(code));
    json_close(w, ']');
}

static bool request_make(const struct invocation *in, const char *path, arena *a, str *out, err *e)
{
    buf file = {.max = FILE_BYTES_MAX}, b = {.max = 2 * FILE_BYTES_MAX};
    json_writer w = json_writer_on(&b);
    int64_t year = 0;
    const char *given = flag_value(in, "year");
    if (given && !num_parse_int(str_of(given), &year, e)) {
        e->code = ERR_USAGE;
        return err_within(e, "--year");
    }
    json_open(&w, '{');
    bool ok = mapping_put(in, &w, a, e) && file_read(path, &file, e);
    json_member_text(&w, STR("table"), buf_str(&file));
    json_member_text(&w, STR("area"), str_of(flag_value(in, "area")));
    json_name(&w, STR("year"));
    json_put_int(&w, year);
    json_name(&w, STR("preview"));
    json_put_bool(&w, flag_given(in, "preview"));
    json_name(&w, STR("takeConflicts"));
    json_put_bool(&w, flag_given(in, "replace"));
    confirm_put(in, &w);
    json_close(&w, '}');
    ok = ok && ((!b.failed && arena_copy(a, buf_str(&b), out)) || err_no_memory(e));
    buf_free(&file);
    buf_free(&b);
    return ok;
}

static bool office_run(const struct invocation *in, struct store *s, str request, arena *a, json **answer,
                       err *e)
{
    str zone, directory, text;
    struct kpi_office *o;
    json *body;
    buf b = {.max = (size_t)64 << 20};
    json_writer w = json_writer_on(&b);
    if (!arena_copy(a, in->settings.portal.zone, &zone) || !kpi_directory(&in->settings, a, &directory))
        return err_no_memory(e);
    struct tz *tz = tz_load(zone.p, e);
    if (!tz) return false;
    const kpi_office_config c = {.store = s,
                                 .zone = tz,
                                 .directory = directory.p,
                                 .set = in->settings.kpi.set,
                                 .area = in->settings.kpi.area};
    bool ok = kpi_office_open(&c, &o, e);
    if (ok) {
        const struct kpi_acting by = kpi_office_acting(o, &principal_local, time_now(), a);
        ok = json_parse(request, a, &body, e) && kpi_import_answer(s, &by, body, directory.p, &w, e) &&
             (arena_copy(a, buf_str(&b), &text) || err_no_memory(e)) && json_parse(text, a, answer, e);
        kpi_office_close(o);
    }
    buf_free(&b);
    tz_free(tz);
    return ok;
}

// Nobody runs on the store: it is opened here.
static bool without_service(const struct invocation *in, str request, arena *a, json **answer, err *e)
{
    struct store *s;
    if (!command_open_store(in, STORE_TO_WRITE, &s, e)) return false;
    const bool ok = office_run(in, s, request, a, answer, e);
    store_close(s);
    return ok;
}

static void row_print(const json *r)
{
    static const str quiet[] = {{"new", 3}, {"same", 4}};
    const str kind = json_text(r, STR("kind"));
    if (str_eq(kind, quiet[1])) return;
    const json *v = json_get(r, STR("value")), *there = json_get(r, STR("there")),
               *doubts = json_get(r, STR("doubts"));
    printf("%-9.*s %.*s %.*s %.*s", STR_ARG(kind), STR_ARG(json_get(r, STR("year"))->text),
           STR_ARG(json_text(r, STR("area"))), STR_ARG(json_text(r, STR("input"))));
    if (v && v->type == JSON_NUMBER) printf(" = %.*s", STR_ARG(v->text));
    if (there)
        printf(" (there: %.*s, %.*s)", STR_ARG(json_get(there, STR("value"))->raw),
               STR_ARG(json_text(there, STR("status"))));
    printf("\n");
    for (const json *d = doubts ? doubts->first : NULL; d; d = d->next)
        printf("          %.*s: %.*s\n", STR_ARG(json_text(d, STR("code"))),
               STR_ARG(json_text(d, STR("en"))));
    if (json_text(r, STR("why")).n) printf("          %.*s\n", STR_ARG(json_text(r, STR("why"))));
}

static void answer_print(const json *answer)
{
    static const char *const counts[] = {"new", "same", "conflict", "doubt", "fault", "missing", "stored"};
    const json *rows = json_get(answer, STR("rows"));
    for (const json *r = rows ? rows->first : NULL; r; r = r->next) row_print(r);
    for (size_t i = 0; i < sizeof counts / sizeof counts[0]; i++) {
        const json *n = json_get(answer, str_of(counts[i]));
        printf("%s%.*s %s", i ? ", " : "", STR_ARG(n ? n->text : STR("?")), counts[i]);
    }
    printf("\n");
}

static int import_one(struct invocation *in, err *e)
{
    str request;
    json *answer = NULL;
    arena *a = arena_new(WORK_BYTES_MAX);
    bool ok = (a || err_no_memory(e)) && request_make(in, in->words[1], a, &request, e);
    if (ok && !admin_ask(&in->settings, "POST", "/kpi/import", request, a, &answer, e))
        ok = e->code == ERR_ABSENT && without_service(in, request, a, &answer, e);
    if (ok) answer_print(answer);
    arena_free(a);
    return ok ? 0 : -1;
}

static int run(struct invocation *in, err *e)
{
    if (strcmp(in->words[0], "check") == 0) return check_all(in, e);
    if (strcmp(in->words[0], "import") == 0 && in->word_count == 2) return import_one(in, e);
    err_set(e, ERR_USAGE, ERR_NOWHERE, "expected 'check FILE...' or 'import FILE'");
    return -1;
}

const struct command command_kpi = {
    .name = "kpi",
    .summary = "check a set of indicators, or take in figures for it",
    .words = "check FILE... | import FILE",
    .words_min = 2,
    .words_max = 100,
    .flags = flags,
    .about = "check reads sets of indicators (docs/kpi-format.md) and says where one is wrong: a formula "
             "that adds persons to euros\n"
             "is. import takes CSV, also as spreadsheets write it, and StatLine's JSON (OData 3 and 4), by a "
             "mapping. Every figure\n"
             "that is new, other than what is there, or doubtful is shown; with --preview nothing is stored. "
             "Works on a running peil\n"
             "and on a stopped one.",
    .examples = "  peil kpi check share/kpi/u4ssc.json\n"
                "  peil kpi import 85984NED.json --map cbs-kwb --year 2024 --area GM0603 --preview\n",
    .run = run,
};
