// SPDX-License-Identifier: EUPL-1.2
// Answers of other servers: the first byte chooses the kind.
#include "feed/kind.h"

#include <assert.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static const char *const documents[] = {
    "{\"kind\":\"luchtmeetnet\",\"url\":\"https://a\",\"stations\":[\"NL01493\"]}",
    "{\"kind\":\"sensor_community_archive\",\"url\":\"https://a\",\"sensors\":[\"sds011_sensor_1\"]}",
    "{\"kind\":\"sensorthings\",\"url\":\"https://a\"}",
    "{\"kind\":\"sensor_community_api\",\"url\":\"https://a\",\"sensors\":[\"1\",\"2\"]}",
};
static const char *const positions[] = {"{\"NL01493\":{\"placed\":true}}", NULL, NULL, NULL};

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (size == 0) return 0;
    const size_t which = data[0] % 4;
    arena *a = arena_new((size_t)64 << 20);
    json *options, *position = NULL;
    err e;
    bool ok = a && json_parse(str_of(documents[which]), a, &options, &e) &&
              (!positions[which] || json_parse(str_of(positions[which]), a, &position, &e));
    assert(ok);
    const struct feed_kind *kind = feed_kind_by_name(json_text(options, STR("kind")));
    const struct feed_turn turn = {
        .name = STR("fuzz"), .options = options, .position = position, .now = 1735732800000000, .a = a};
    struct feed_answer answer = {0};
    ok = kind->read(&turn, (str){(const char *)data + 1, size - 1}, &answer, &e);
    assert(!ok || answer.position.n > 0);
    arena_free(a);
    return 0;
}
