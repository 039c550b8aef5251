// SPDX-License-Identifier: EUPL-1.2
#include "kpi/testing.h"

#include "base/file.h"
#include "base/test.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

void testing_start(struct testing *t)
{
    err e = {0};
    buf b = {.max = 8 << 20};
    str text;
    *t = (struct testing){.a = arena_new((size_t)256 << 20)};
    test_directory_make(t->directory);
    const store_config c = {.directory = t->directory, .create = true};
    const bool ok = store_open(&c, &t->store, &e) && file_read(SHARE "/u4ssc.json", &b, &e) &&
                    arena_copy(t->a, buf_str(&b), &text) && kpi_set_read(text, t->a, &t->set, &e);
    buf_free(&b);
    if (!ok) fail_msg("%s", e.text);
}

void testing_end(struct testing *t)
{
    store_close(t->store);
    arena_free(t->a);
    test_directory_remove(t->directory);
}

struct principal testing_person(const char *name, role r)
{
    struct principal p = {.role = r, .kind = PRINCIPAL_USER};
    snprintf(p.name, sizeof p.name, "%s", name);
    return p;
}

struct kpi_acting testing_acting(struct testing *t, const struct principal *who)
{
    // 2026-11-26T12:00:00Z
    return (struct kpi_acting){t->set, who, 1795694400 * TIME_SECOND, 2026, t->a, NULL};
}

struct doing {
    struct kpi_acting by;
    struct kpi_entry entry;
    struct kpi_doubts *doubts;
    kpi_status to;
    str reason;
};

static bool enter(struct store_tx *tx, void *context, err *e)
{
    struct doing *d = context;
    struct kpi_value v;
    return kpi_enter(tx, &d->by, &d->entry, &v, d->doubts, e);
}

bool testing_enter(struct testing *t, const struct principal *who, const char *input, double v,
                   const char *confirm, struct kpi_doubts *doubts, err *e)
{
    static struct kpi_doubts unasked;
    const str code = str_of(confirm);
    struct doing d = {.by = testing_acting(t, who), .doubts = doubts ? doubts : &unasked};
    d.entry = (struct kpi_entry){.year = 2025,
                                 .area = STR("GM0603"),
                                 .input = str_of(input),
                                 .status = KPI_SUBMITTED,
                                 .has_number = true,
                                 .number = v,
                                 .source = STR("a letter"),
                                 .capture = (double)NAN,
                                 .confirmed = &code,
                                 .confirmed_count = confirm ? 1 : 0};
    return store_run(t->store, enter, &d, e);
}

static bool move(struct store_tx *tx, void *context, err *e)
{
    struct doing *d = context;
    struct kpi_value v;
    return kpi_move(tx, &d->by, 2025, STR("GM0603"), d->entry.input, d->to, d->reason, &v, e);
}

bool testing_move(struct testing *t, const struct principal *who, const char *input, kpi_status to,
                  const char *reason, err *e)
{
    struct doing d = {
        .by = testing_acting(t, who), .entry.input = str_of(input), .to = to, .reason = str_of(reason)};
    return store_run(t->store, move, &d, e);
}
