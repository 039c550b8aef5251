// SPDX-License-Identifier: EUPL-1.2
#include "care/home.h"

#include "care/document.h"
#include "care/raw.h"
#include "sign/codec.h"

#include <string.h>

#define RECORD_BYTES ((size_t)8 << 10)

bool care_home_get(struct care *c, str pseudonym, struct care_home *out, err *e)
{
    arena *a = arena_new(RECORD_BYTES);
    str record;
    if (!a) return err_no_memory(e);
    bool ok = vault_get(c->vault, KIND_HOME, pseudonym, a, &record, e);
    const size_t head = sizeof out->meter;
    if (ok && record.n < head)
        ok = err_set(e, ERR_CORRUPT, ERR_NOWHERE, "what was learnt of a home is cut off");
    ok = ok && sign_home_read(str_slice(record, head, record.n), &out->home, e);
    if (ok) memcpy(&out->meter, record.p, head);
    arena_free(a);
    return ok || (e->code == ERR_CORRUPT && raw_learn(c, pseudonym, out, e));
}

bool care_home_put(struct care *c, str pseudonym, const struct care_home *home, err *e)
{
    buf b = {.max = RECORD_BYTES};
    buf_add(&b, (str){(const char *)&home->meter, sizeof home->meter});
    sign_home_write(&home->home, &b);
    const bool ok = b.failed ? err_no_memory(e) : vault_put(c->vault, KIND_HOME, pseudonym, buf_str(&b), e);
    buf_free(&b);
    return ok;
}
