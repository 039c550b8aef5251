// SPDX-License-Identifier: EUPL-1.2
// The first line is a token, what follows a list of keys. No token is a login and a logout; none holds by a short signature.
#include "base/fuzz.h"
#include "base/time.h"
#include "oidc/claim.h"
#include "oidc/jws.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    str rest = {(const char *)data, size}, token = {0};
    arena *a = arena_new((size_t)8 << 20);
    struct jws j;
    json *keys;
    err e;
    char name[65];
    if (!a) return 0;
    str_cut(&rest, '\n', &token);
    if (jws_read(token, a, &j, &e)) {
        const struct claim_wants w = {STR("https://op.example"), STR("peil"), STR("n"), {0}, {0}, 0};
        FUZZ_REQUIRE(!(claim_check_login(j.claims, &w, &e) && claim_check_logout(j.claims, &w, &e)));
        (void)claim_role(j.claims, STR("realm_access.roles"), STR("a=reader, b=editor"));
        claim_name(j.claims, STR("preferred_username"), name, sizeof name);
        if (json_parse(rest, a, &keys, &e) && jws_verify(&j, keys, a, &e)) FUZZ_REQUIRE(j.signature.n >= 64);
    }
    arena_free(a);
    return 0;
}
