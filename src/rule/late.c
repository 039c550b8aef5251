// SPDX-License-Identifier: EUPL-1.2
// Readings that came too late for a rule: a document `rule_late` per rule, a list of notes.
#include "rule/inside.h"

#include <string.h>

#define LATE STR("rule_late")
#define LATE_BYTES_MAX ((size_t)16 << 10)
#define SAME_NOTE TIME_HOUR  // what comes within an hour is one note

bool rules_late(struct snapshot *at, str id, arena *a, struct rule_late_list *out, err *e)
{
    *out = (struct rule_late_list){.count = 0};
    str text;
    json *j;
    err why = {0};
    if (!store_document_get(at, LATE, id, a, &text, &why))
        return why.code == ERR_ABSENT || err_set(e, why.code, ERR_NOWHERE, "%s", why.text);
    if (!json_parse(text, a, &j, e)) return false;
    for (const json *c = j->first; c && out->count < RULE_LATE_MAX; c = c->next) {
        struct rule_late *l = &out->all[out->count];
        double streams;
        if (!time_parse(json_text(c, STR("seen")), &l->seen, e) ||
            !time_parse(json_text(c, STR("oldest")), &l->oldest, e) ||
            !json_number(c, STR("streams"), &streams))
            return false;
        l->streams = (size_t)streams;
        out->count++;
    }
    return true;
}

static void add_note(struct rule_late_list *h, const struct rule_late *n)
{
    struct rule_late *last = h->count ? &h->all[h->count - 1] : NULL;
    if (last && n->seen - last->seen < SAME_NOTE) {
        if (n->oldest < last->oldest) last->oldest = n->oldest;
        if (n->streams > last->streams) last->streams = n->streams;
        return;
    }
    if (h->count == RULE_LATE_MAX) memmove(h->all, h->all + 1, --h->count * sizeof *h->all);
    h->all[h->count++] = *n;
}

static bool write_late(struct store_tx *tx, str id, const struct rule_late_list *h, err *e)
{
    buf b = {.max = LATE_BYTES_MAX};
    json_writer w = json_writer_on(&b);
    json_open(&w, '[');
    for (size_t k = 0; k < h->count; k++) rule_late_write(&w, &h->all[k]);
    json_close(&w, ']');
    const bool ok = b.failed ? err_no_memory(e) : store_document_put(tx, LATE, id, buf_str(&b), e);
    buf_free(&b);
    return ok;
}

void rule_late_write(json_writer *w, const struct rule_late *l)
{
    json_open(w, '{');
    json_member_time(w, STR("seen"), l->seen);
    json_member_time(w, STR("oldest"), l->oldest);
    json_member_int(w, STR("streams"), (int64_t)l->streams);
    json_close(w, '}');
}

struct noting {
    str id;
    struct rule_late note;
    arena *a;
};

static bool note_run(struct store_tx *tx, void *context, err *e)
{
    const struct noting *n = context;
    struct rule_late_list h = {0};
    if (!rules_late(store_tx_snapshot(tx), n->id, n->a, &h, e)) return false;
    add_note(&h, &n->note);
    return write_late(tx, n->id, &h, e);
}

bool late_note(struct store *s, str id, const struct rule_late *note, arena *a, err *e)
{
    struct noting n = {id, *note, a};
    return store_run(s, note_run, &n, e);
}
