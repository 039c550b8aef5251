// SPDX-License-Identifier: EUPL-1.2
// Streamed answers, piece by piece, on a real store: nothing is lost or told twice, also when the snapshot changes on the way.
#include "sta/request.h"

#include "store/test/graph.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define COUNT 20000

static entity_id the_stream, another_stream;

static bool append_many(struct store_tx *tx, void *context, err *e)
{
    const entity_id *stream = context;
    for (int i = 0; i < COUNT; i++) {
        struct observation o = {.stream = *stream,
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
    another_stream = make_datastream("more numbers", make_thing("other meter", NULL), make_sensor("sensor"),
                                     make_observed_property("pm10"));
    write_ok(append_many, &the_stream);
    write_ok(append_many, &another_stream);
    return 0;
}

// ---- one answer ----

static const buf *received_so_far;

struct received {
    int status;
    buf body;
    size_t pieces;
    bool is_slow;                   // rests behind each piece
    void (*between)(size_t piece);  // called between two pieces
};

static void receive(const struct sta_reply *reply, void *context)
{
    struct received *r = context;
    received_so_far = &r->body;
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
        if (r->is_slow) reply->stream.rest(reply->stream.context);
        if (more && r->between) r->between(r->pieces);
        r->pieces++;
    }
    reply->stream.done(reply->stream.context);
}

static struct received receive_answer(const char *path, const char *query, int64_t snapshot_us,
                                      struct received r)
{
    const struct sta sta = {
        .store = the_store, .root_url = STR("https://host"), .limits = {.snapshot_us = snapshot_us}};
    const struct sta_request request = {.method = HTTP_GET,
                                        .version = STA_V1_1,
                                        .path = str_of(path),
                                        .query = str_of(query),
                                        .arena = arena_new(16 << 20)};
    sta_read(&sta, &request, receive, &r);
    arena_free(request.arena);
    return r;
}

static struct received read_answer(const char *path, const char *query, int64_t snapshot_us,
                                   void (*between)(size_t piece))
{
    return receive_answer(path, query, snapshot_us,
                          (struct received){.body = {.max = 64 << 20}, .between = between});
}

static struct received read_slowly(const char *path, const char *query, void (*between)(size_t piece))
{
    return receive_answer(path, query, 0,
                          (struct received){.body = {.max = 64 << 20}, .is_slow = true, .between = between});
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
                        many = read_answer(observations(), queries[i], 1, NULL),
                        slow = read_slowly(observations(), queries[i], NULL);
        assert_status(&one, 200);
        assert_true(one.pieces > 2);
        assert_true(str_eq(buf_str(&one.body), buf_str(&many.body)));
        assert_true(str_eq(buf_str(&one.body), buf_str(&slow.body)));
        buf_free(&one.body);
        buf_free(&many.body);
        buf_free(&slow.body);
    }
}

// Pieces end at any depth: what is above goes on, and the next parent's list is whole again.
static void expansions_are_the_same_in_many_snapshots_as_in_one(void **state)
{
    (void)state;
    char one_stream[64];
    snprintf(one_stream, sizeof one_stream, "/Datastreams(%lld)", (long long)another_stream);
    const struct {
        const char *path, *query;
    } asked[] = {
        {"/Things", "$expand=Datastreams($expand=Observations($top=3000))"},
        {"/Things",
         "$count=true&$top=1&$expand=Datastreams($expand=Observations($top=3000;$skip=17;$orderby=result "
         "desc;$count=true),Sensor)"},
        {"/Datastreams",
         "$expand=Thing,Observations($top=3000;$filter=result gt 5;$expand=Datastream/Thing),Sensor"},
        {one_stream, "$expand=Observations($top=3000),Thing"},
        {"/Things", "$resultFormat=GeoJSON&$expand=Datastreams($expand=Observations($top=3000))"},
    };
    for (size_t i = 0; i < sizeof asked / sizeof *asked; i++) {
        struct received one = read_answer(asked[i].path, asked[i].query, 0, NULL),
                        many = read_answer(asked[i].path, asked[i].query, 1, NULL),
                        slow = read_slowly(asked[i].path, asked[i].query, NULL);
        assert_status(&one, 200);
        assert_true(one.pieces > 1);
        assert_true(str_eq(buf_str(&one.body), buf_str(&many.body)));
        assert_true(str_eq(buf_str(&one.body), buf_str(&slow.body)));
        buf_free(&one.body);
        buf_free(&many.body);
        buf_free(&slow.body);
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
    struct received r = read_slowly(observations(), "$resultFormat=CSV&$select=result", readings_arrive);
    str csv = buf_str(&r.body), line;
    assert_true(str_cut(&csv, '\n', &line));
    for (int i = 0; i < COUNT; i++) {
        assert_true(str_cut(&csv, '\n', &line));
        assert_int_equal(strtol(line.p, NULL, 10), i);
    }
    while (csv.n > 0 && str_cut(&csv, '\n', &line)) assert_int_equal(strtol(line.p, NULL, 10), -1);
    buf_free(&r.body);
}

// An Observation's result is its number, from its id, less one.
static int64_t number_of(const char *line)
{
    return (int64_t)(uint32_t)strtoll(line, NULL, 10) - 1;
}

static bool delete_one(struct store_tx *tx, void *context, err *e)
{
    return store_delete(tx, SET_OBSERVATION, OBSERVATION_ID(the_stream, *(const int64_t *)context + 1), e);
}

static bool is_deleted[COUNT];

// The row that the answer stands on, and one it has yet to come to.
static void rows_vanish(size_t piece)
{
    (void)piece;
    const str all = buf_str(received_so_far);
    size_t start = all.n - 2;
    while (all.p[start - 1] != '\n') start--;
    int64_t last = number_of(all.p + start), ahead = last + 4000;
    write_ok(delete_one, &last);
    if (ahead >= COUNT) return;
    write_ok(delete_one, &ahead);
    is_deleted[ahead] = true;
}

static void an_answer_goes_on_behind_a_row_that_is_deleted(void **state)
{
    (void)state;
    struct received r = read_slowly(observations(),
                                    "$resultFormat=CSV&$select=id,result"
                                    "&$filter=result ge 0",
                                    rows_vanish);
    assert_status(&r, 200);
    assert_true(r.pieces > 5);
    str csv = buf_str(&r.body), line;
    assert_true(str_cut(&csv, '\n', &line));
    for (int i = 0; i < COUNT; i++) {
        if (is_deleted[i]) continue;
        assert_true(str_cut(&csv, '\n', &line));
        assert_int_equal(number_of(line.p), i);
    }
    assert_int_equal(csv.n, 0);
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
        cmocka_unit_test(expansions_are_the_same_in_many_snapshots_as_in_one),
        cmocka_unit_test(an_expansion_may_be_longer_than_a_piece),
        cmocka_unit_test(an_answer_is_stable_while_readings_arrive),
        cmocka_unit_test(an_answer_goes_on_behind_a_row_that_is_deleted),
        cmocka_unit_test(faults_are_replies_in_frosts_form),
    };
    return cmocka_run_group_tests(tests, set_up, graph_close);
}
