// SPDX-License-Identifier: EUPL-1.2
#include "kpi/result/published.h"

#include <string.h>

#define COLUMNS 13
#define LINES_MAX 100000

bool kpi_published_read(str source, arena *a, struct kpi_published_list *out, err *e)
{
    size_t lines = 1;
    for (size_t i = 0; i < source.n; i++) lines += source.p[i] == '\n';
    if (lines > LINES_MAX) return err_set(e, ERR_LIMIT, 0, "more than %d lines", LINES_MAX);
    struct kpi_published_list list = {.all = ARENA_ARRAY(a, lines, struct kpi_published)};
    if (!list.all) return err_no_memory(e);
    str rest = source, line;
    for (bool is_head = true; str_cut(&rest, '\n', &line); is_head = false) {
        const size_t at = (size_t)(line.p - source.p);
        str fields[COLUMNS] = {0}, field, left = line;
        size_t n = 0;
        while (n < COLUMNS && str_cut(&left, '\t', &field)) fields[n++] = field;
        if (is_head || line.n == 0) continue;
        if (n < 9) return err_set(e, ERR_SYNTAX, at, "expected %d columns, separated by tabs", COLUMNS);
        list.all[list.count++] = (struct kpi_published){.kind = fields[0],
                                                        .city = fields[1],
                                                        .country = fields[2],
                                                        .published = fields[3],
                                                        .indicator = fields[4],
                                                        .point = fields[5],
                                                        .value = fields[6],
                                                        .status = fields[8],
                                                        .source = fields[10],
                                                        .page = fields[11]};
    }
    *out = list;
    return true;
}

const struct kpi_point *kpi_published_point(const struct kpi_set *s, const struct kpi_published *p)
{
    const struct kpi_indicator *k = kpi_indicator_find(s, p->indicator);
    for (size_t i = 0; k && i < k->point_count; i++)
        if (str_eq(k->points[i].id, p->point)) return &k->points[i];
    return NULL;
}

bool kpi_published_number(const struct kpi_published *p, double *out)
{
    if (str_eq(p->value, STR("Yes")) || str_eq(p->value, STR("No"))) {
        *out = str_eq(p->value, STR("Yes"));
        return true;
    }
    return p->value.n && num_parse_double(p->value, out, NULL);
}
