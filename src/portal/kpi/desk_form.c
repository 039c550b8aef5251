// SPDX-License-Identifier: EUPL-1.2
// The form of a value: reading it, keeping its files, and showing it again with what was typed and what is doubtful.
#include "portal/kpi/desk.h"

#include "kpi/import/table.h"

#include <math.h>

// ---- What it says ------------------------------------------------------------------------------------------------

static bool number_read(struct desk *d, const struct subject *s, str text, struct kpi_entry *x, err *e)
{
    const kpi_decimal_mark mark = d->language == LANGUAGE_NL ? KPI_MARK_COMMA : KPI_MARK_POINT;
    text = str_trim(text);
    x->has_number = true;
    if (s->input ? s->input->unit.is_claim : s->point->unit.is_claim) {
        x->number = str_eq_nocase(text, STR("ja")) || str_eq_nocase(text, STR("yes")) ||
                    str_eq(text, STR("1"));
        return x->number != 0 || str_eq_nocase(text, STR("nee")) || str_eq_nocase(text, STR("no")) ||
               str_eq(text, STR("0")) ||
               err_set(e, ERR_TYPE, ERR_NOWHERE, "'%.*s' is neither yes nor no", STR_ARG(text));
    }
    return kpi_cell_number(text, mark, &x->number, e);
}

static void confirmations_take(struct desk *d, struct kpi_entry *x)
{
    const struct form *f = d->call->form;
    str *codes = ARENA_ARRAY(d->page->a, f->count + 1, str);
    for (size_t i = 0; codes && i < f->count; i++)
        if (str_eq(f->fields[i].name, STR("bevestig"))) codes[x->confirmed_count++] = f->fields[i].value;
    x->confirmed = codes;
}

static bool reference_year_read(const struct form *f, struct kpi_entry *x, err *e)
{
    const str text = str_trim(form_text(f, STR("peiljaar")));
    int64_t year;
    if (!text.n) return true;
    if (!num_parse_int(text, &year, NULL) || year < KPI_YEAR_LEAST || year > KPI_YEAR_MOST)
        return err_set(e, ERR_RANGE, ERR_NOWHERE, "'%.*s' is no year", STR_ARG(str_slice(text, 0, 40)));
    x->reference_year = (int)year;
    return true;
}

static bool entry_read(struct desk *d, struct kpi_entry *x, err *e)
{
    const struct form *f = d->call->form;
    const str status = form_text(f, STR("stand"));
    struct subject s;
    *x = (struct kpi_entry){.year = d->year,
                            .area = d->area,
                            .input = form_text(f, STR("invoer")),
                            .unit = str_trim(form_text(f, STR("eenheid"))),
                            .source = str_trim(form_text(f, STR("bron"))),
                            .note = str_trim(form_text(f, STR("toelichting"))),
                            .reason = str_trim(form_text(f, STR("reden"))),
                            .method = KPI_BY_UNKNOWN,
                            .capture = (double)NAN};
    if (!desk_subject(d, x->input, &s, e)) return false;
    if (!kpi_status_by_name(status, &x->status) || x->status == KPI_VERIFIED || x->status == KPI_REJECTED)
        return err_set(e, ERR_RANGE, ERR_NOWHERE, "the form does not say how far the value is");
    (void)kpi_method_by_name(form_text(f, STR("methode")), &x->method);
    confirmations_take(d, x);
    return reference_year_read(f, x, e) &&
           (x->status == KPI_NOT_APPLICABLE || number_read(d, &s, form_text(f, STR("waarde")), x, e));
}

// ---- Its files ---------------------------------------------------------------------------------------------------

// A ticked file is "HASH NAME": of the revision before, or kept by a form that was refused.
static bool ticked_read(str text, arena *a, struct kpi_evidence *out, err *e)
{
    out->hash = str_slice(text, 0, STORE_BLOB_HASH);
    return (text.n > STORE_BLOB_HASH ||
            err_set(e, ERR_SYNTAX, ERR_NOWHERE, "the form names a file that cannot be")) &&
           kpi_evidence_name(str_slice(text, STORE_BLOB_HASH + 1, text.n), a, &out->name, e);
}

static bool ticked_take(struct desk *d, struct kpi_evidence *all, size_t *count, err *e)
{
    const struct form *f = d->call->form;
    struct snapshot *at;
    bool ok = snapshot_open(d->office->config.store, &at, e);
    if (!ok) return false;
    for (size_t i = 0; ok && i < f->count; i++) {
        if (!str_eq(f->fields[i].name, STR("bewijs"))) continue;
        struct kpi_evidence *x = &all[(*count)++];
        ok = ticked_read(f->fields[i].value, d->page->a, x, e) && kpi_evidence_find(at, x, e);
    }
    snapshot_close(at);
    return ok;
}

struct keeping {
    struct desk *desk;
    struct kpi_evidence *out;
};

static bool keep_files(struct store_tx *tx, void *context, err *e)
{
    const struct keeping *k = context;
    const struct form *f = k->desk->call->form;
    for (size_t i = 0; i < f->file_count; i++) {
        struct kpi_evidence *x = &k->out[i];
        const str name = x->name, media = x->media_type;
        if (!kpi_evidence_keep(tx, &k->desk->by, f->files[i].bytes, x, e)) return false;
        x->name = name;
        x->media_type = media;
    }
    return true;
}

static bool files_take(struct desk *d, struct kpi_evidence *out, err *e)
{
    const struct form *f = d->call->form;
    struct keeping k = {d, out};
    for (size_t i = 0; i < f->file_count; i++) {
        if (!kpi_evidence_name(f->files[i].filename, d->page->a, &out[i].name, e) ||
            !kpi_evidence_check(out[i].name, f->files[i].bytes, e) ||
            !kpi_evidence_media(out[i].name, &out[i].media_type, e))
            return false;
    }
    return !f->file_count || store_run(d->office->config.store, keep_files, &k, e);
}

bool desk_entry_take(struct desk *d, struct kpi_entry *x, err *e)
{
    const struct form *f = d->call->form;
    struct kpi_evidence *all = ARENA_ARRAY(d->page->a, f->count + f->file_count + 1, struct kpi_evidence);
    size_t count = 0;
    if (!all) return err_no_memory(e);
    if (!ticked_take(d, all, &count, e) || !files_take(d, all + count, e)) return false;
    // From here on the page shows them as ticked, should the value itself be refused.
    d->evidence = all;
    d->evidence_count = count + f->file_count;
    if (!entry_read(d, x, e)) return false;
    x->evidence = all;
    x->evidence_count = d->evidence_count;
    return true;
}

// ---- Showing it --------------------------------------------------------------------------------------------------

static bool is_entering(const struct desk *d)
{
    return d->call->form && str_eq(form_text(d->call->form, STR("wat")), STR("invoeren"));
}

static void put_doubts(struct desk *d, const struct kpi_doubts *doubts)
{
    struct view_maker *m = &d->page->maker;
    struct view *list = view_list(m, d->page->root, STR("doubts"));
    for (size_t i = 0; i < doubts->count; i++) {
        str code = {0};
        if (!arena_copy(d->page->a, str_of(doubts->all[i].code), &code)) m->failed = true;
        struct view *row = view_object(m, list, (str){0});
        view_text(m, row, STR("code"), code);
        view_text(m, row, STR("text"), desk_say(d, &doubts->all[i].text));
    }
    view_flag(m, d->page->root, STR("has_doubts"), doubts->count > 0);
}

// After an entry that was refused: what was typed, and what is doubtful about it, to be confirmed one by one.
static void put_typed(struct desk *d)
{
    static const struct {
        str key, field;
    } typed[] = {{STR("typed_value"), STR("waarde")}, {STR("typed_unit"), STR("eenheid")},
                 {STR("typed_source"), STR("bron")},  {STR("typed_note"), STR("toelichting")},
                 {STR("typed_reason"), STR("reden")}, {STR("typed_year"), STR("peiljaar")}};
    struct kpi_entry x;
    struct kpi_value v;
    struct kpi_doubts doubts = {.count = 0};
    err ignored;
    if (!is_entering(d)) return;
    for (size_t i = 0; i < sizeof typed / sizeof typed[0]; i++)
        view_text(&d->page->maker, d->page->root, typed[i].key, form_text(d->call->form, typed[i].field));
    if (entry_read(d, &x, &ignored) && kpi_entry_check(&d->by, d->page->at, &x, &v, &doubts, &ignored))
        put_doubts(d, &doubts);
}

// A list to choose from; `chosen` is what was chosen before.
static void put_choices(struct desk *d, str key, const char *words, str chosen, const str *names,
                        size_t count)
{
    struct view *list = view_list(&d->page->maker, d->page->root, key);
    for (size_t i = 0; i < count; i++) {
        struct view *v = view_object(&d->page->maker, list, (str){0});
        view_text(&d->page->maker, v, STR("value"), names[i]);
        view_text(&d->page->maker, v, STR("label"), desk_words(d, words, names[i]));
        view_flag(&d->page->maker, v, STR("chosen"), str_eq(names[i], chosen));
    }
}

static void put_files(struct desk *d, const struct kpi_value *last)
{
    struct view_maker *m = &d->page->maker;
    const bool is_again = is_entering(d);
    const struct kpi_evidence *all = is_again ? d->evidence : last ? last->evidence : NULL;
    const size_t count = is_again ? d->evidence_count : last ? last->evidence_count : 0;
    struct view *list = view_list(m, d->page->root, STR("evidence"));
    for (size_t i = 0; i < count; i++) {
        struct view *v = view_object(m, list, (str){0});
        view_text(m, v, STR("hash"), all[i].hash);
        view_text(m, v, STR("name"), all[i].name);
    }
    view_flag(m, d->page->root, STR("has_evidence"), count > 0);
}

void desk_put_form(struct desk *d, const struct kpi_value *last)
{
    str methods[KPI_METHOD_COUNT];
    const str statuses[] = {kpi_status_name(KPI_SUBMITTED), kpi_status_name(KPI_DRAFT),
                            kpi_status_name(KPI_NOT_APPLICABLE)};
    const struct form *f = is_entering(d) ? d->call->form : NULL;
    for (int i = 0; i < KPI_METHOD_COUNT; i++) methods[i] = kpi_method_name((kpi_method)i);
    put_choices(d, STR("methods"), "kpi.method.", f ? form_text(f, STR("methode")) : (str){0}, methods,
                KPI_METHOD_COUNT);
    put_choices(d, STR("statuses"), "kpi.status.", f ? form_text(f, STR("stand")) : (str){0}, statuses, 3);
    put_files(d, last);
    put_typed(d);
    const bool is_measured = last && last->origin == KPI_BY_SENSORS &&
                             (last->status == KPI_SUBMITTED || last->status == KPI_VERIFIED);
    view_flag(&d->page->maker, d->page->root, STR("is_measured"), is_measured);
}
