// SPDX-License-Identifier: EUPL-1.2
// Streamed answers, piece by piece, on a real store: nothing is lost or told twice, also when the snapshot changes on the way.
#include "sta/request.h"

#include "store/test/graph.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define COUNT 20000

static entity_id the_stream;

static bool append_many(struct store_tx *tx, void *context, err *e)
{
    (void)context;
    for (int i = 0; i < COUNT; i++) {
        struct observation o = {.stream = the_stream,
                                .phenomenon_time = {i * TIME_MINUTE, TIME_NONE},
                                .result_time = TIME_NONE,
                                .valid_time = {TIME_NONE, TIME_NONE},
                                .result = value_int(i)};
        if (!store_append(tx, &o, e)) return false;
    }
    return true;
}

static int set_up(void **state)
{
    if (graph_open(state)) return -1;
    the_stream = make_datastream("numbers", make_thing("meter", NULL), make_sensor("sensor"),
                                 make_observed_property("pm25"));
    write_ok(append_many, NULL);
    return 0;
}

// ---- one answer ----

struct received {
    int status;
    buf body;
    size_t pieces;
    void (*between)(size_t piece);  // called between two pieces
};

static void receive(const struct sta_reply *reply, void *context)
{
    struct received *r = context;
    r->status = reply->status;
    if (!reply->is_stream) {
        buf_add(&r->body, reply->body);
        return;
    }
    bool more = true;
    while (more) {
        err e;
        buf piece = {.max = 1 << 20};
        if (!reply->stream.next(reply->stream.context, &piece, &more, &e)) fail_msg("%s", e.text);
        buf_add(&r->body, buf_str(&piece));
        buf_free(&piece);
        if (more && r->between) r->between(r->pieces);
        r->pieces++;
    }
    reply->stream.done(reply->stream.context);
}

static struct received read_answer(const char *path, const char *query, int64_t snapshot_us,
                                   void (*between)(size_t piece))
{
    const struct sta sta = {
        .store = the_store, .root_url = STR("https://host"), .limits = {.snapshot_us = snapshot_us}};
    struct received r = {.body = {.max = 64 << 20}, .between = between};
    const struct sta_request request = {.method = HTTP_GET,
                                        .version = STA_V1_1,
                                        .path = str_of(path),
                                        .query = str_of(query),
                                        .arena = arena_new(16 << 20)};
    sta_read(&sta, &request, receive, &r);
    arena_free(request.arena);
    return r;
}

static void assert_status(const struct received *r, int status)
{
    if (r->status != status) fail_msg("%d: %.*s", r->status, STR_ARG(buf_str(&r->body)));
}

// The lines of a CSV of results behind its header are the numbers from `first` on, one apart.
static void assert_lines(str csv, int first, int count)
{
    str line;
    assert_true(str_cut(&csv, '\n', &line));
    for (int i = 0; i < count; i++) {
        assert_true(str_cut(&csv, '\n', &line));
        assert_int_equal(strtol(line.p, NULL, 10), first + i);
    }
    assert_int_equal(csv.n, 0);
}

static char path_text[64];
static const char *observations(void)
{
    snprintf(path_text, sizeof path_text, "/Datastreams(%lld)/Observations", (long long)the_stream);
    return path_text;
}

// ---- the tests ----

static void a_long_answer_comes_in_pieces(void **state)
{
    (void)state;
    struct received r = read_answer(observations(), "$resultFormat=CSV&$select=result", 0, NULL);
    assert_status(&r, 200);
    assert_true(r.pieces > 2);
    assert_lines(buf_str(&r.body), 0, COUNT);
    buf_free(&r.body);
}

static void an_answer_moves_to_new_snapshots_without_a_gap(void **state)
{
    (void)state;
    static const char *const queries[] = {
        "$resultFormat=CSV&$select=result", "$resultFormat=CSV&$select=result&$orderby=result",
        "$resultFormat=CSV&$select=result&$orderby=phenomenonTime,result desc"};
    for (size_t i = 0; i < sizeof queries / sizeof *queries; i++) {
        struct received r = read_answer(observations(), queries[i], 1, NULL);
        assert_status(&r, 200);
        assert_lines(buf_str(&r.body), 0, COUNT);
        buf_free(&r.body);
    }
}

static void skip_and_top_hold_across_snapshots(void **state)
{
    (void)state;
    struct received r = read_answer(observations(), "$resultFormat=CSV&$select=result&$skip=7&$top=15000", 1,
                                    NULL);
    assert_lines(buf_str(&r.body), 7, 15000);
    buf_free(&r.body);
}

static void every_form_is_the_same_in_many_snapshots_as_in_one(void **state)
{
    (void)state;
    static const char *const queries[] = {
        "$top=9000", "$top=9000&$expand=Datastream/Thing&$select=result", "$top=9000&$resultFormat=dataArray",
        "$top=2000&$resultFormat=GeoJSON", "$top=9000&$orderby=result desc"};
    for (size_t i = 0; i < sizeof queries / sizeof *queries; i++) {
        struct received one = read_answer(observations(), queries[i], 0, NULL),
                        many = read_answer(observations(), queries[i], 1, NULL);
        assert_status(&one, 200);
        assert_true(one.pieces > 2);
        assert_true(str_eq(buf_str(&one.body), buf_str(&many.body)));
        buf_free(&one.body);
        buf_free(&many.body);
    }
}

// The list within one entity is longer than a piece: the answer stops in the middle of it and goes on.
static void an_expansion_may_be_longer_than_a_piece(void **state)
{
    (void)state;
    struct received r = read_answer("/Datastreams",
                                    "$select=id&$expand=Observations($top=9000;$select=result)", 1, NULL);
    assert_status(&r, 200);
    assert_true(r.pieces > 2);
    str rest = buf_str(&r.body);
    for (int i = 0; i < 9000; i++) {
        char row[32];
        size_t at;
        snprintf(row, sizeof row, "{\"result\":%d}", i);
        assert_true(str_find(rest, str_of(row), &at));
        rest = str_slice(rest, at, rest.n);
    }
    buf_free(&r.body);
}

static bool append_late(struct store_tx *tx, void *context, err *e)
{
    struct observation o = {.stream = the_stream,
                            .phenomenon_time = {*(const instant *)context, TIME_NONE},
                            .result_time = TIME_NONE,
                            .valid_time = {TIME_NONE, TIME_NONE},
                            .result = value_int(-1)};
    return store_append(tx, &o, e);
}

// Early ones arrive behind the reader, who has passed them; what comes at the end is seen once.
static void readings_arrive(size_t piece)
{
    instant early = (instant)piece, late = (COUNT + (instant)piece) * TIME_MINUTE;
    write_ok(append_late, &early);
    write_ok(append_late, &late);
}

static void an_answer_is_stable_while_readings_arrive(void **state)
{
    (void)state;
    struct received r = read_answer(observations(), "$resultFormat=CSV&$select=result", 1, readings_arrive);
    str csv = buf_str(&r.body), line;
    assert_true(str_cut(&csv, '\n', &line));
    for (int i = 0; i < COUNT; i++) {
        assert_true(str_cut(&csv, '\n', &line));
        assert_int_equal(strtol(line.p, NULL, 10), i);
    }
    while (csv.n > 0 && str_cut(&csv, '\n', &line)) assert_int_equal(strtol(line.p, NULL, 10), -1);
    buf_free(&r.body);
}

static void faults_are_replies_in_frosts_form(void **state)
{
    (void)state;
    static const struct {
        const char *path, *query, *body;
        int status;
    } rows[] = {
        {"/Things(9999)", "",
         "{\"code\":404,\"type\":\"error\",\"message\":\"there is no Thing with id 9999\"}", 404},
        {"/Things", "$top=x",
         "{\"code\":400,\"type\":\"error\",\"message\":\"$top, position 1: expected a whole number, 0 or "
         "more, found 'x'\"}",
         400},
        {"/Things", "$apply=x",
         "{\"code\":501,\"type\":\"error\",\"message\":\"the option $apply is not supported\"}", 501},
        {"/$batch", "", "{\"code\":405,\"type\":\"error\",\"message\":\"only POST is possible here\"}", 405},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct received r = read_answer(rows[i].path, rows[i].query, 0, NULL);
        assert_int_equal(r.status, rows[i].status);
        assert_true(str_eq(buf_str(&r.body), str_of(rows[i].body)));
        buf_free(&r.body);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_long_answer_comes_in_pieces),
        cmocka_unit_test(an_answer_moves_to_new_snapshots_without_a_gap),
        cmocka_unit_test(skip_and_top_hold_across_snapshots),
        cmocka_unit_test(every_form_is_the_same_in_many_snapshots_as_in_one),
        cmocka_unit_test(an_expansion_may_be_longer_than_a_piece),
        cmocka_unit_test(an_answer_is_stable_while_readings_arrive),
        cmocka_unit_test(faults_are_replies_in_frosts_form),
    };
    return cmocka_run_group_tests(tests, set_up, graph_close);
}
