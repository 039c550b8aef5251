// SPDX-License-Identifier: EUPL-1.2
// Import: POST a CSV header and lines; ?stream= for all of them, ?first_line= for the report.
// A long file comes as an import of many requests, each read while the writer stores those before: ?begin=1 with the header is answered
// with a number, ?import=NUMBER takes lines and tells which of all of them are on disk by now, ?import=NUMBER&end=1 waits for the rest.
#include "app/admin/admin.h"

#include "base/log.h"
#include "base/queue.h"
#include "ingest/table/import.h"

#include <stdio.h>
#include <stdlib.h>

#define REFUSALS_MAX 1000  // told of one request
#define ANSWER_BYTES_MAX ((size_t)4 << 20)
#define IMPORTS_MAX 8  // each has up to 25 MB
#define IDLE_US (10 * TIME_MINUTE)

// ---- Imports under way -------------------------------------------------------------------------------------------

struct open_import {
    int64_t number;  // 0: none
    struct csv_import *import;
    bool is_busy;  // with a request
    int64_t used_us;
};

struct imports {
    struct lock *lock;
    int64_t last_number;
    struct open_import all[IMPORTS_MAX];
};

struct imports *imports_new(void)
{
    struct imports *m = calloc(1, sizeof *m);
    if (m && (m->lock = lock_new())) return m;
    free(m);
    return NULL;
}

void imports_free(struct imports *m)
{
    if (!m) return;
    for (size_t k = 0; k < IMPORTS_MAX; k++) csv_import_free(m->all[k].import);
    lock_free(m->lock);
    free(m);
}

// Whoever sent its lines is gone.
static bool is_abandoned(const struct open_import *o)
{
    return o->number && !o->is_busy && time_monotonic_us() - o->used_us > IDLE_US;
}

static struct csv_import *take_out(struct open_import *o)
{
    struct csv_import *i = o->import;
    *o = (struct open_import){.number = 0};
    return i;
}

static void free_abandoned(struct imports *m)
{
    for (size_t k = 0; k < IMPORTS_MAX; k++) {
        lock_take(m->lock);
        struct csv_import *i = is_abandoned(&m->all[k]) ? take_out(&m->all[k]) : NULL;
        lock_drop(m->lock);
        csv_import_free(i);
    }
}

// Takes the import when there is room; 0: there is none.
static int64_t put_in(struct imports *m, struct csv_import *i)
{
    int64_t number = 0;
    lock_take(m->lock);
    for (size_t k = 0; k < IMPORTS_MAX && number == 0; k++) {
        if (m->all[k].number) continue;
        number = ++m->last_number;
        m->all[k] = (struct open_import){number, i, false, time_monotonic_us()};
    }
    lock_drop(m->lock);
    return number;
}

static struct open_import *find_free(struct imports *m, int64_t number)
{
    struct open_import *found = NULL;
    lock_take(m->lock);
    for (size_t k = 0; k < IMPORTS_MAX; k++)
        if (number && m->all[k].number == number && !m->all[k].is_busy) found = &m->all[k];
    if (found) found->is_busy = true;
    lock_drop(m->lock);
    return found;
}

static void give_back(struct imports *m, struct open_import *o, bool is_over)
{
    lock_take(m->lock);
    o->is_busy = false;
    o->used_us = time_monotonic_us();
    struct csv_import *i = is_over ? take_out(o) : NULL;
    lock_drop(m->lock);
    csv_import_free(i);
}

// ---- Answers -----------------------------------------------------------------------------------------------------

struct answer {
    buf text;
    json_writer w;
    int64_t refusals;
    struct csv_report report;
};

static void refusal_write(int64_t line, str why, void *context)
{
    struct answer *a = context;
    if (a->refusals++ >= REFUSALS_MAX) return;
    json_open(&a->w, '{');
    json_member_int(&a->w, STR("line"), line);
    json_name(&a->w, STR("message"));
    json_put_text(&a->w, why);
    json_close(&a->w, '}');
}

static void answer_start(struct answer *a)
{
    *a = (struct answer){.text.max = ANSWER_BYTES_MAX, .report = {.refuse = refusal_write, .context = a}};
    a->w = json_writer_on(&a->text);
    json_open(&a->w, '{');
    json_name(&a->w, STR("refusals"));
    json_open(&a->w, '[');
}

// What is on disk is told also when what came behind it could not be stored: `fault`, or NULL.
static void answer_send(struct answer *a, struct http_request *r, const err *fault)
{
    json_writer *w = &a->w;
    json_close(w, ']');
    json_member_int(w, STR("stored"), a->report.stored);
    json_member_int(w, STR("refused"), a->report.refused);
    json_member_int(w, STR("known"), a->report.known);
    json_member_int(w, STR("lines"), a->report.lines);
    if (fault) {
        json_name(w, STR("fault"));
        json_put_text(w, str_of(fault->text));
    }
    json_close(w, '}');
    if (fault && a->report.lines == 0)
        admin_reply_error(r, fault);
    else
        admin_reply_json(r, 200, buf_str(&a->text));
    buf_free(&a->text);
}

static void tell(struct http_request *r, struct peil *p)
{
    err e;
    if (!csv_import_note(p->store, admin_query_number(r, STR("stream"), 0), time_now(), &e))
        log_error("what a command did could not be logged", "error=%s", err_code_name(e.code).p);
}

// ---- Requests ----------------------------------------------------------------------------------------------------

static bool header_read(struct http_request *r, str *lines, struct csv_layout *out, err *e)
{
    str header;
    *lines = http_request_body(r);
    if (!str_cut(lines, '\n', &header)) return err_set(e, ERR_MISSING, 0, "expected a header line");
    return csv_layout_read(header, admin_query_number(r, STR("stream"), 0), out, e);
}

static bool begin(struct http_request *r, struct peil *p, int64_t *number, err *e)
{
    struct csv_layout layout;
    struct csv_import *i;
    str rest;
    free_abandoned(p->imports);
    if (!header_read(r, &rest, &layout, e) || !(i = csv_import_new(p->store, p->ingest, &layout, e)))
        return false;
    *number = put_in(p->imports, i);
    if (*number == 0) csv_import_free(i);
    return true;
}

// The number 0 says that too many are under way: each piece is then sent with its header, as an import of its own.
static void begin_post(struct http_request *r, struct peil *p)
{
    int64_t number;
    err e;
    if (!begin(r, p, &number, &e)) {
        admin_reply_error(r, &e);
        return;
    }
    if (number) tell(r, p);
    buf b = {.max = 64};
    json_writer w = json_writer_on(&b);
    json_open(&w, '{');
    json_member_int(&w, STR("import"), number);
    json_close(&w, '}');
    admin_reply_json(r, 200, buf_str(&b));
    buf_free(&b);
}

static bool go_on(struct http_request *r, struct peil *p, int64_t number, struct csv_report *report, err *e)
{
    struct open_import *o = find_free(p->imports, number);
    if (!o)
        return err_set(
            e, ERR_CONFLICT, ERR_NOWHERE,
            "this import is not under way: peil was started anew, or nothing came for ten minutes");
    const bool is_end = admin_query_number(r, STR("end"), 0) != 0;
    bool ok = csv_import_add(o->import, http_request_body(r), admin_query_number(r, STR("first_line"), 2),
                             time_now(), report, e);
    if (ok && is_end) ok = csv_import_finish(o->import, report, e);
    give_back(p->imports, o, is_end || !ok);
    return ok;
}

static bool import_whole(struct http_request *r, struct peil *p, struct csv_report *report, err *e)
{
    const int64_t first_line = admin_query_number(r, STR("first_line"), 2);
    struct csv_layout layout;
    str lines;
    if (admin_query_number(r, STR("devices"), 0)
            ? !table_import(p->ingest, http_request_body(r), first_line, time_now(), report, e)
            : !header_read(r, &lines, &layout, e) ||
                  !csv_import_lines(p->store, p->ingest, &layout, lines, first_line, time_now(), report, e))
        return false;
    if (admin_query_number(r, STR("tell"), 0)) tell(r, p);
    return true;
}

void admin_import_post(struct http_request *r, void *context)
{
    struct peil *p = context;
    const int64_t number = admin_query_number(r, STR("import"), 0);
    struct answer a;
    err e;
    if (admin_query_number(r, STR("begin"), 0)) {
        begin_post(r, p);
        return;
    }
    answer_start(&a);
    const bool ok = number ? go_on(r, p, number, &a.report, &e) : import_whole(r, p, &a.report, &e);
    answer_send(&a, r, ok ? NULL : &e);
}
