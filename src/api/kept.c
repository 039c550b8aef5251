// SPDX-License-Identifier: EUPL-1.2
#include "api/kept.h"

#include "base/queue.h"
#include "http/gzip.h"

#include <stdlib.h>
#include <string.h>

#define TEXT_MAX 96

struct kept {
    char question[TEXT_MAX], state[TEXT_MAX];
    http_piece *answer;  // NULL: a free place
    uint64_t asked;      // when, in asks
};

struct api_kept {
    struct compressors *compressors;
    struct lock *lock;  // of all below
    struct kept all[API_KEPT_ANSWERS];
    size_t bytes;
    uint64_t asks;
};

struct api_kept *api_kept_new(void)
{
    struct api_kept *k = calloc(1, sizeof *k);
    if (!k) return NULL;
    k->lock = lock_new();
    k->compressors = compressors_new(1);
    if (k->lock && k->compressors) return k;
    api_kept_free(k);
    return NULL;
}

static void let_go(struct api_kept *k, struct kept *one)
{
    if (!one->answer) return;
    k->bytes -= http_piece_bytes(one->answer).n;
    http_piece_release(one->answer);
    one->answer = NULL;
}

void api_kept_free(struct api_kept *k)
{
    if (!k) return;
    for (size_t i = 0; i < API_KEPT_ANSWERS; i++) let_go(k, &k->all[i]);
    compressors_free(k->compressors);
    lock_free(k->lock);
    free(k);
}

static struct kept *find(struct api_kept *k, str question)
{
    for (size_t i = 0; i < API_KEPT_ANSWERS; i++)
        if (k->all[i].answer && str_eq(str_of(k->all[i].question), question)) return &k->all[i];
    return NULL;
}

http_piece *api_kept_take(struct api_kept *k, str question, str state)
{
    http_piece *answer = NULL;
    lock_take(k->lock);
    struct kept *one = find(k, question);
    if (one && str_eq(str_of(one->state), state)) {
        answer = one->answer;
        one->asked = ++k->asks;
        http_piece_hold(answer);
    }
    lock_drop(k->lock);
    return answer;
}

static struct kept *oldest(struct api_kept *k)
{
    struct kept *found = NULL;
    for (size_t i = 0; i < API_KEPT_ANSWERS; i++)
        if (k->all[i].answer && (!found || k->all[i].asked < found->asked)) found = &k->all[i];
    return found;
}

// A free place, with as many bytes free.
static struct kept *make_room(struct api_kept *k, size_t bytes)
{
    for (struct kept *old; k->bytes + bytes > API_KEPT_BYTES_MAX && (old = oldest(k));) let_go(k, old);
    for (size_t i = 0; i < API_KEPT_ANSWERS; i++)
        if (!k->all[i].answer) return &k->all[i];
    struct kept *place = oldest(k);
    let_go(k, place);
    return place;
}

void api_kept_put(struct api_kept *k, str question, str state, http_piece *answer)
{
    const size_t bytes = http_piece_bytes(answer).n;
    if (question.n >= TEXT_MAX || state.n >= TEXT_MAX || bytes > API_KEPT_BYTES_MAX) return;
    lock_take(k->lock);
    struct kept *old = find(k, question);
    if (old) let_go(k, old);
    struct kept *one = make_room(k, bytes);
    *one = (struct kept){.answer = answer, .asked = ++k->asks};
    memcpy(one->question, question.p, question.n);
    memcpy(one->state, state.p, state.n);
    http_piece_hold(answer);
    k->bytes += bytes;
    lock_drop(k->lock);
}

// ---- Answering -----------------------------------------------------------------------------------------------------

static http_piece *piece_of(buf *b, err *e)
{
    http_piece *p = b->failed ? NULL : http_piece_new(buf_str(b));
    if (!p) err_set(e, ERR_LIMIT, ERR_NOWHERE, "the answer is too large; ask for less at once");
    buf_free(b);
    return p;
}

static http_piece *pack(struct api_kept *k, const http_piece *plain, err *e)
{
    struct gzip_run run = {0};
    buf b = {.max = API_ANSWER_BYTES_MAX};
    if (!gzip_add(k->compressors, &run, http_piece_bytes(plain), true, &b)) b.failed = true;
    return piece_of(&b, e);
}

struct maker {
    bool (*make)(struct api_call *c, buf *out, const void *context, err *e);
    const void *context;
};

static http_piece *plain_answer(struct api_call *c, str question, str state, const struct maker *m, err *e)
{
    http_piece *p = api_kept_take(c->parts->kept, question, state);
    if (p) return p;
    buf b = {.max = API_ANSWER_BYTES_MAX};
    if (!m->make(c, &b, m->context, e)) {
        buf_free(&b);
        return NULL;
    }
    p = piece_of(&b, e);
    if (p) api_kept_put(c->parts->kept, question, state, p);
    return p;
}

static http_piece *packed_answer(struct api_call *c, str question, str state, const struct maker *m, err *e)
{
    str packed;
    if (!arena_print(c->a, &packed, "%.*s, gzip", STR_ARG(question))) return err_no_memory(e), NULL;
    http_piece *p = api_kept_take(c->parts->kept, packed, state);
    if (p) return p;
    http_piece *plain = plain_answer(c, question, state, m, e);
    if (!plain) return NULL;
    p = pack(c->parts->kept, plain, e);
    http_piece_release(plain);
    if (p) api_kept_put(c->parts->kept, packed, state, p);
    return p;
}

bool api_answer_kept(struct api_call *c, str question, str state,
                     bool (*make)(struct api_call *c, buf *out, const void *context, err *e),
                     const void *context, err *e)
{
    const struct maker m = {make, context};
    const bool packs = http_accepts(http_request_header(c->request, "Accept-Encoding"), STR("gzip"));
    str tag;
    if (!arena_print(c->a, &tag, "%.*s%s", STR_ARG(state), packs ? "-gzip" : "")) return err_no_memory(e);
    if (api_unchanged(c, tag)) return true;
    http_piece *p = packs ? packed_answer(c, question, state, &m, e)
                          : plain_answer(c, question, state, &m, e);
    if (!p) return false;
    if (packs) api_header(c, STR("Content-Encoding"), STR("gzip"));
    api_answer_piece(c, p);
    return true;
}
