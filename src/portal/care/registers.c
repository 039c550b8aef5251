// SPDX-License-Identifier: EUPL-1.2
// The processing register and the algorithm register, from the tables that the code runs on.
#include "care/care.h"
#include "care/processing.h"
#include "portal/care/care_pages.h"
#include "portal/view/kept.h"

static bool is_nl(const struct page *p)
{
    return words_language(p->words) == LANGUAGE_NL;
}

static str in_language(const struct page *p, const char *nl, const char *en)
{
    return str_of(is_nl(p) ? nl : en);
}

static void put_facts(struct page *p, const struct care_fact *facts, int count)
{
    struct view *list = view_list(&p->maker, p->root, STR("facts"));
    for (int i = 0; i < count; i++) {
        struct view *v = view_object(&p->maker, list, (str){0});
        view_text(&p->maker, v, STR("head"), in_language(p, facts[i].head_nl, facts[i].head_en));
        view_text(&p->maker, v, STR("text"), in_language(p, facts[i].text_nl, facts[i].text_en));
    }
    view_flag(&p->maker, p->root, STR("is_kept"), p->portal->config.care != NULL);
}

bool view_processing(struct page *p, err *e)
{
    (void)e;
    int n;
    const struct care_fact *facts = care_processing_facts(&n);
    put_facts(p, facts, n);
    const struct care *care = p->portal->config.care;
    const int raw_days = care ? care_raw_days(care) : CARE_RAW_DAYS_STANDARD,
              backup_days = care ? care_backup_days(care) : CARE_BACKUP_DAYS_STANDARD;
    const struct care_datum *data = care_data(&n);
    struct view *list = view_list(&p->maker, p->root, STR("data"));
    for (int i = 0; i < n; i++) {
        struct view *v = view_object(&p->maker, list, (str){0});
        view_text(&p->maker, v, STR("name"), in_language(p, data[i].name_nl, data[i].name_en));
        view_text(&p->maker, v, STR("purpose"), in_language(p, data[i].purpose_nl, data[i].purpose_en));
        str kept = {0};
        if (!care_kept(in_language(p, data[i].kept_nl, data[i].kept_en), raw_days, backup_days, p->a, &kept))
            p->maker.failed = true;
        view_text(&p->maker, v, STR("kept"), kept);
    }
    kept_put(p, STR("service"));
    return true;
}

bool view_algorithms(struct page *p, err *e)
{
    (void)e;
    int n;
    size_t rows;
    const struct care_fact *facts = care_algorithm_facts(&n);
    put_facts(p, facts, n);
    const struct sign_parameters standard = sign_parameters_standard();
    const struct sign_parameters *now = p->portal->config.care ? care_parameters(p->portal->config.care)
                                                               : &standard;
    const struct sign_parameter *table = sign_parameter_table(&rows);
    struct view *list = view_list(&p->maker, p->root, STR("parameters"));
    for (size_t i = 0; i < rows; i++) {
        str number = {0};
        struct view *v = view_object(&p->maker, list, (str){0});
        if (!arena_print(p->a, &number, "%g", sign_parameter_get(now, &table[i]))) p->maker.failed = true;
        view_text(&p->maker, v, STR("name"), str_of(table[i].name));
        view_text(&p->maker, v, STR("value"), number);
        view_text(&p->maker, v, STR("text"), in_language(p, table[i].text_nl, table[i].text_en));
    }
    return true;
}
