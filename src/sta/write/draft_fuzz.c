// SPDX-License-Identifier: EUPL-1.2
// A create body as a draft of each entity set, and as a plain Observation: both readers must agree on what is
// well formed.
#include "base/fuzz.h"
#include "sta/write/draft.h"
#include "sta/write/observation_body.h"

static void read_draft(str body, entity_set set, draft_mode mode, arena *a)
{
    struct draft *d;
    err e = {0};
    const struct draft_request r = {.body = body, .set = set, .mode = mode, .parent_relation = -1};
    if (draft_read(&r, a, &d, &e)) {
        FUZZ_REQUIRE(d->set == set && (d->record == NULL) == (set == SET_OBSERVATION));
    } else {
        FUZZ_REQUIRE(e.code != ERR_NONE && e.text[0] != '\0');
        FUZZ_REQUIRE(e.at == ERR_NOWHERE || e.at <= body.n);
    }
}

static void read_observation(str body, arena *a)
{
    struct observation_body b;
    struct draft *d;
    err e = {0}, why = {0};
    const bool ok = observation_body_read(body, a, &b, &e);
    FUZZ_REQUIRE(ok || (e.text[0] != '\0' && e.at <= body.n));
    if (!ok || b.is_deep) return;
    // What the short way takes, the long way takes, but for what must be there.
    const struct draft_request r = {
        .body = body, .set = SET_OBSERVATION, .mode = DRAFT_PATCH, .parent_relation = -1};
    FUZZ_REQUIRE(draft_read(&r, a, &d, &why) || why.code == ERR_RANGE || why.code == ERR_LIMIT);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (size == 0) return 0;
    arena *a = arena_new((size_t)4 << 20);
    if (!a) return 0;
    const str body = {(const char *)data + 1, size - 1};
    read_draft(body, (entity_set)(data[0] % ENTITY_SET_COUNT), (draft_mode)(data[0] / ENTITY_SET_COUNT % 3),
               a);
    read_observation(body, a);
    arena_free(a);
    return 0;
}
