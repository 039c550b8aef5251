// SPDX-License-Identifier: EUPL-1.2
#include "app/serve/settings_tell.h"

#include "base/json.h"
#include "identity/audit.h"

#include <sodium.h>
#include <string.h>

#define KIND STR("settings")
#define KEY STR("last")
#define HASH_BYTES 16
#define HEX_BYTES (2 * crypto_generichash_KEYBYTES + 1)

struct telling {
    const struct settings *settings;
    instant at;
    arena *a;
    const json *before;  // NULL: the first start
    unsigned char key[crypto_generichash_KEYBYTES];
    json_writer w;
    buf document, names;
};

// The document is {"key":"...","values":{"http.listen":"<hash>", ...}}: a short value cannot be guessed from its hash without the store.
static void compare(str name, str text, void *context)
{
    struct telling *t = context;
    unsigned char hash[HASH_BYTES];
    char hex[HEX_BYTES];
    crypto_generichash(hash, sizeof hash, (const unsigned char *)text.p, text.n, t->key, sizeof t->key);
    const str is = str_of(sodium_bin2hex(hex, sizeof hex, hash, sizeof hash));
    json_name(&t->w, name);
    json_put_text(&t->w, is);
    const json *const was = t->before ? json_get(t->before, name) : NULL;
    if (t->before && was && str_eq(was->text, is)) return;
    if (t->names.n) buf_add_char(&t->names, ' ');
    buf_add(&t->names, name);
}

static bool read_before(struct telling *t, struct store_tx *tx, err *e)
{
    str text;
    json *tree;
    size_t n;
    err absent;
    if (!store_document_get(store_tx_snapshot(tx), KIND, KEY, t->a, &text, &absent)) {
        randombytes_buf(t->key, sizeof t->key);
        if (absent.code == ERR_ABSENT) return true;
        *e = absent;
        return false;
    }
    if (!json_parse(text, t->a, &tree, e)) return err_within(e, "the settings of the last start");
    const str key = json_text(tree, STR("key"));
    t->before = json_get(tree, STR("values"));
    if (!t->before || sodium_hex2bin(t->key, sizeof t->key, key.p, key.n, NULL, &n, NULL) != 0)
        randombytes_buf(t->key, sizeof t->key);
    return true;
}

// A change of many is told by as many names as fit a line.
static bool tell(const struct telling *t, struct store_tx *tx, err *e)
{
    const str all = buf_str(&t->names);
    const struct audit_event event = {.what = t->before ? STR("settings.change") : STR("settings.first"),
                                      .which = STR("settings"),
                                      .detail = t->before ? str_slice(all, 0, AUDIT_DETAIL_MAX) : (str){0},
                                      .at = t->at};
    return audit_record(tx, &event, e);
}

static bool run(struct store_tx *tx, void *context, err *e)
{
    struct telling *t = context;
    char hex[HEX_BYTES];
    if (!read_before(t, tx, e)) return false;
    t->w = json_writer_on(&t->document);
    json_open(&t->w, '{');
    json_name(&t->w, STR("key"));
    json_put_text(&t->w, str_of(sodium_bin2hex(hex, sizeof hex, t->key, sizeof t->key)));
    json_name(&t->w, STR("values"));
    json_open(&t->w, '{');
    settings_each(t->settings, compare, t);
    json_close(&t->w, '}');
    json_close(&t->w, '}');
    if (t->names.n == 0) return true;
    if (t->document.failed || t->names.failed) return err_no_memory(e);
    return store_document_put(tx, KIND, KEY, buf_str(&t->document), e) && tell(t, tx, e);
}

bool settings_tell(struct store *s, const struct settings *now, instant at, err *e)
{
    struct telling t = {.settings = now,
                        .at = at,
                        .a = arena_new((size_t)1 << 20),
                        .document = {.max = (size_t)64 << 10},
                        .names = {.max = (size_t)16 << 10}};
    err why;
    if (!store_is_writable(s, &why)) {
        arena_free(t.a);
        return true;
    }
    const bool ok = t.a ? store_run(s, run, &t, e) : err_no_memory(e);
    buf_free(&t.document);
    buf_free(&t.names);
    arena_free(t.a);
    return ok;
}
