// SPDX-License-Identifier: EUPL-1.2
#include "ingest/decode/pseudonym.h"

#include <sodium.h>

#define HASH_BYTES 16  // the least that libsodium gives
#define SHOWN_BYTES 8  // of them: enough to tell millions of meters apart

bool pseudonym(const char *prefix, str id, const struct device_site *site, arena *a, str *out)
{
    unsigned char hash[HASH_BYTES];
    char text[2 * SHOWN_BYTES + 1];
    const str key = site ? site->pepper : (str){0};
    crypto_generichash(hash, sizeof hash, (const unsigned char *)id.p, id.n, (const unsigned char *)key.p,
                       key.n);
    sodium_bin2hex(text, sizeof text, hash, SHOWN_BYTES);
    return arena_print(a, out, "%s-%s", prefix, text);
}
