// SPDX-License-Identifier: EUPL-1.2
// A store that was put back knows nothing of who stopped since. What opening it does about that, and what a look at it says.
#include "care/document.h"

#include "base/json.h"
#include "base/log.h"
#include "care/raw.h"
#include "care/withdrawn.h"
#include "identity/audit.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define DAY_KEY STR("day")

// ---- Of which day a store is -------------------------------------------------------------------------------------

bool care_note_day(struct store_tx *tx, const char *day, err *e)
{
    char text[RAW_DAY_MAX + 16];
    snprintf(text, sizeof text, "{\"day\":\"%s\"}", day);
    return store_document_put(tx, KIND_DAY, DAY_KEY, str_of(text), e);
}

// Empty when it never had signs of life.
static bool day_of(struct snapshot *at, char out[static RAW_DAY_MAX], err *e)
{
    arena *a = arena_new(1 << 12);
    str text;
    json *root;
    err why = {0};
    if (!a) return err_no_memory(e);
    out[0] = 0;
    bool ok = store_document_get(at, KIND_DAY, DAY_KEY, a, &text, &why) && json_parse(text, a, &root, &why);
    if (ok) text_set(out, RAW_DAY_MAX, json_text(root, STR("day")));
    arena_free(a);
    return ok || why.code == ERR_ABSENT || err_set(e, why.code, ERR_NOWHERE, "%s", why.text);
}

// From which day on the file may lack who stopped; empty: it lacks nobody.
static void find_gap(const struct withdrawn_facts *f, const char *day, char out[static WITHDRAWN_DAY_MAX])
{
    const bool is_lost = day[0] && (!f->is_there || (f->since[0] && strcmp(day, f->since) < 0));
    snprintf(out, WITHDRAWN_DAY_MAX, "%s", is_lost && !(f->gap[0] && strcmp(f->gap, day) < 0) ? day : f->gap);
}

// ---- Who stopped and came back -----------------------------------------------------------------------------------

struct returning {
    struct care *care;
    char (*homes)[SIGN_PSEUDONYM_CHARS + 1];  // of the store, then of the vault
    size_t count, capacity;
    char today[RAW_DAY_MAX];
};

static bool note(struct returning *x, str pseudonym, err *e)
{
    if (!withdrawn_has(x->care->withdrawn, pseudonym)) return true;
    if (x->count == x->capacity) {
        const size_t capacity = x->capacity ? 2 * x->capacity : 64;
        void *more = realloc(x->homes, capacity * sizeof *x->homes);
        if (!more) return err_no_memory(e);
        x->homes = more;
        x->capacity = capacity;
    }
    text_set(x->homes[x->count++], sizeof *x->homes, pseudonym);
    return true;
}

static bool note_home(str key, str text, void *context, err *e)
{
    (void)text;
    return note(context, key, e);
}

static bool note_name(str key, void *context, err *e)
{
    return note(context, key, e);
}

static bool delete_all(struct returning *x, struct store_tx *tx, err *e)
{
    struct participant p;
    int64_t removed;
    if (!store_document_each(store_tx_snapshot(tx), KIND_PARTICIPANT, note_home, x, e)) return false;
    const size_t homes = x->count;
    if (!vault_each(x->care->vault, KIND_IDENTITY, (str){0}, (str){0}, note_name, x, e)) return false;
    for (size_t i = 0; i < x->count; i++)
        if (!vault_forget(x->care->vault, str_of(x->homes[i]), &removed, e)) return false;
    for (size_t i = 0; i < homes; i++)
        if (!participant_get(store_tx_snapshot(tx), str_of(x->homes[i]), &p, e) ||
            !participant_remove(x->care, tx, &p, &removed, e))
            return false;
    return true;
}

static int compare(const void *a, const void *b)
{
    return strcmp(a, b);
}

static size_t count_different(struct returning *x)
{
    size_t n = 0;
    if (x->count) qsort(x->homes, x->count, sizeof *x->homes, compare);
    for (size_t i = 0; i < x->count; i++) n += i == 0 || strcmp(x->homes[i], x->homes[i - 1]) != 0;
    return n;
}

static bool settle(struct store_tx *tx, void *context, err *e)
{
    struct returning *x = context;
    char detail[64];
    if (!care_note_day(tx, x->today, e)) return false;
    if (withdrawn_count(x->care->withdrawn) == 0) return true;
    if (!delete_all(x, tx, e)) return false;
    if (x->count == 0) return true;
    if (!vault_settle(x->care->vault, e)) return false;
    snprintf(detail, sizeof detail, "put-back=yes homes=%zu", count_different(x));
    const struct audit_event event = {.what = STR("care.withdraw"),
                                      .which = STR("home"),
                                      .detail = str_of(detail),
                                      .at = x->care->config.now};
    return audit_record(tx, &event, e);
}

static bool open_file(struct care *c, const unsigned char vault_key[static VAULT_KEY_BYTES],
                      const char *today, err *e)
{
    struct withdrawn_facts facts = {0};
    struct snapshot *at;
    char day[RAW_DAY_MAX], gap[WITHDRAWN_DAY_MAX];
    if (!withdrawn_look(c->config.withdrawn_file, &facts, e) || !snapshot_open(c->config.store, &at, e))
        return false;
    const bool ok = day_of(at, day, e);
    snapshot_close(at);
    if (!ok || !withdrawn_open(c->config.withdrawn_file, vault_key, today, &c->withdrawn, e)) return false;
    // A store from before there was such a file: as old as a copy may be.
    if (facts.is_there && !day[0] && atomic_load(&c->participants) > 0)
        raw_day(c->config.zone, c->config.now - (instant)c->config.backup_days * TIME_DAY, day);
    find_gap(&facts, day, gap);
    if (!gap[0]) return true;
    log_warning("who stopped taking part may be back: see peil doctor", "since=%s", gap);
    return strcmp(gap, facts.gap) == 0 || withdrawn_note_gap(c->withdrawn, gap, e);
}

bool care_settle_restored(struct care *c, const unsigned char vault_key[static VAULT_KEY_BYTES], err *e)
{
    struct returning x = {.care = c};
    if (c->config.now == 0) c->config.now = time_now();
    raw_day(c->config.zone, c->config.now, x.today);
    const bool ok = open_file(c, vault_key, x.today, e) && care_run(c, settle, &x, e);
    free(x.homes);
    return ok;
}

// ---- A look ------------------------------------------------------------------------------------------------------

bool care_examine(struct store *s, const char *withdrawn_file,
                  void (*finding)(const char *sentence, void *context), void *context, int64_t *findings,
                  err *e)
{
    struct withdrawn_facts facts = {0};
    struct snapshot *at;
    char day[RAW_DAY_MAX], gap[WITHDRAWN_DAY_MAX], sentence[1024];
    if (!withdrawn_look(withdrawn_file, &facts, e) || !snapshot_open(s, &at, e)) return false;
    const bool ok = day_of(at, day, e);
    snapshot_close(at);
    if (!ok) return false;
    find_gap(&facts, day, gap);
    if (!gap[0]) return true;
    snprintf(
        sentence, sizeof sentence,
        "Who stopped taking part in signs of life after %s may be back: %s. With peil stopped, add the lines "
        "of the file \"" WITHDRAWN_FILE
        "\" that the old store had, then delete the line \"gap %s\"; if it is lost, ask once more whoever "
        "this store holds, and delete the line then.",
        gap,
        !facts.is_there ? "the file of those who did is not there"
        : facts.gap[0]  ? "the file of those who did is that of a copy, or was lost"
                        : "this store is older than the file of those who did goes back",
        gap);
    finding(sentence, context);
    ++*findings;
    return true;
}
