// SPDX-License-Identifier: EUPL-1.2
#include "ingest/site.h"

#include "base/log.h"
#include "base/tz.h"
#include "ingest/lorawan/book.h"
#include "ingest/topic/mapping.h"

#include <sodium.h>
#include <stdlib.h>
#include <string.h>

#define SECRET STR("secret")      // kind of the document
#define PEPPER STR("pseudonyms")  // its key
#define PEPPER_BYTES 32
#define PEPPER_TEXT (2 * PEPPER_BYTES)

struct site {
    struct device_site device;
    struct tz *zone;
    struct payload_book *payloads;
    struct mapping *mapping;
    char pepper[PEPPER_TEXT + 1];
};

// ---- the secret of pseudonyms ------------------------------------------------------------------------------------

static bool pepper_read(struct snapshot *at, char out[static PEPPER_TEXT + 1], err *e)
{
    str text;
    arena *a = arena_new(4096);
    if (!a) return err_no_memory(e);
    bool ok = store_document_get(at, SECRET, PEPPER, a, &text, e);
    if (ok && text.n != PEPPER_TEXT + 2)
        ok = err_set(e, ERR_CORRUPT, ERR_NOWHERE, "the secret of pseudonyms cannot be read");
    if (ok) memcpy(out, text.p + 1, PEPPER_TEXT);  // within its quotes
    arena_free(a);
    return ok;
}

static bool pepper_make(struct store_tx *tx, void *context, err *e)
{
    unsigned char bytes[PEPPER_BYTES];
    char text[PEPPER_TEXT + 3];
    (void)context;
    randombytes_buf(bytes, sizeof bytes);
    text[0] = '"';
    sodium_bin2hex(text + 1, PEPPER_TEXT + 1, bytes, sizeof bytes);
    text[PEPPER_TEXT + 1] = '"';
    return store_document_put(tx, SECRET, PEPPER, (str){text, PEPPER_TEXT + 2}, e);
}

static bool pepper_load(struct store *store, char out[static PEPPER_TEXT + 1], err *e)
{
    struct snapshot *at;
    if (!snapshot_open(store, &at, e)) return false;
    const bool ok = pepper_read(at, out, e);
    snapshot_close(at);
    return ok;
}

static bool pepper_open(struct site *s, struct store *store, err *e)
{
    if (!store) return true;
    if (!pepper_load(store, s->pepper, e)) {
        if (e->code != ERR_ABSENT) return false;
        if (!store_run(store, pepper_make, NULL, e) || !pepper_load(store, s->pepper, e)) return false;
    }
    s->device.pepper = (str){s->pepper, PEPPER_TEXT};
    return true;
}

// ---- descriptions of payloads ------------------------------------------------------------------------------------

static void fault(const char *sentence, void *context)
{
    char text[256];
    (void)context;
    log_error("a payload description is left out", "why=%s", log_quote(text, str_of(sentence)));
}

static bool payloads_open(struct site *s, const site_config *c, err *e)
{
    s->payloads = payload_book_new(e);
    if (!s->payloads) return false;
    s->device.payloads = s->payloads;
    for (size_t i = 0; i < sizeof c->payload_directories / sizeof c->payload_directories[0]; i++) {
        const char *directory = c->payload_directories[i];
        if (directory && !payload_book_add(s->payloads, directory, fault, NULL, e) && e->code != ERR_ABSENT)
            return false;
    }
    return true;
}

// ---- the whole ---------------------------------------------------------------------------------------------------

static bool zone_open(struct site *s, const char *zone, err *e)
{
    if (!zone) return true;
    s->zone = tz_load(zone, e);
    s->device.zone = s->zone;
    return s->zone != NULL;
}

static bool mapping_open(struct site *s, const char *file, err *e)
{
    if (!file) return true;
    if (!mapping_load(file, &s->mapping, e)) return err_within(e, "ingest.mapping_file");
    s->device.mapping = mapping_rules(s->mapping);
    return true;
}

bool site_open(const site_config *c, struct site **out, err *e)
{
    struct site *s = calloc(1, sizeof *s);
    if (!s) return err_no_memory(e);
    if (!zone_open(s, c->zone, e) || !payloads_open(s, c, e) || !mapping_open(s, c->mapping_file, e) ||
        !pepper_open(s, c->store, e)) {
        site_close(s);
        return false;
    }
    *out = s;
    return true;
}

void site_close(struct site *s)
{
    if (!s) return;
    tz_free(s->zone);
    payload_book_free(s->payloads);
    mapping_free(s->mapping);
    sodium_memzero(s->pepper, sizeof s->pepper);
    free(s);
}

const struct device_site *site_of_devices(const struct site *s)
{
    return &s->device;
}
