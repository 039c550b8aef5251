// SPDX-License-Identifier: EUPL-1.2
// Writes the template of the data protection impact assessment with the facts of this program; given a file, holds it against
// them instead (exit status 1: it differs).
#include "base/file.h"
#include "care/care.h"
#include "care/processing.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void put_facts(buf *b, const char *head, const struct care_fact *facts, int count)
{
    buf_print(b, "\n## %s\n\n", head);
    for (int i = 0; i < count; i++) buf_print(b, "- **%s.** %s\n", facts[i].head_en, facts[i].text_en);
}

static void put_risks(buf *b)
{
    BUF_LIT(
        b,
        "\n## Risks and what is done about them\n\n"
        "| risk | what is done | what is left |\n|---|---|---|\n"
        "| Somebody learns when a home is empty | decided in the home; the line that leaves has one "
        "length and no times; no list of "
        "homes | who has readings sent to the town is told that they show when somebody is in |\n"
        "| A worker is curious | two people, a case, a reason, 24 hours, logged, told to the resident | "
        "two who agree to do wrong; "
        "the log shows them |\n"
        "| The store is stolen | names sealed apart, the key elsewhere, if wanted in two shares that two "
        "people "
        "keep | pseudonymous cases |\n"
        "| A copy is put back from before somebody stopped | who stopped is marked beside the store, and "
        "deleted "
        "again when peil starts on the copy; without the marks each start and `peil doctor` warn | *keep the "
        "file of marks on another disk, and copies for few days* |\n"
        "| Nobody is warned in time | hard limit, late steps raised, outages told apart, figures "
        "published | *the time that "
        "the desk needs* |\n"
        "| People feel watched, or pressed to take part | separate from other care, one button to stop, "
        "paused at will | *how it is "
        "offered* |\n"
        "| Use for another purpose | no interface for it; named in the register | *a council decision* |\n"
        "\n## Still to be filled in\n\n*Necessity and proportion; views of residents and of the data "
        "protection officer; who owns the "
        "care desk, its hours and its calls; processors; decision and date of review.*\n");
}

static void put_all(buf *b)
{
    int n;
    size_t rows;
    BUF_LIT(b, "# Data protection impact assessment: signs of life (template)\n\n"
               "AVG article 35: systematic watching of people who may be vulnerable, so an assessment comes "
               "before the start. The facts "
               "below are written by\n`care-dpia` from the program's own tables, and a test holds this page "
               "against them. What is marked "
               "with *…* the municipality fills in.\n");
    const struct care_fact *facts = care_processing_facts(&n);
    put_facts(b, "The processing", facts, n);
    const struct care_datum *data = care_data(&n);
    BUF_LIT(b, "\n## What is kept\n\n| what | where | why | how long |\n|---|---|---|---|\n");
    arena *a = arena_new(1 << 16);
    for (int i = 0; i < n; i++) {
        str kept = {0};
        if (!a ||
            !care_kept(str_of(data[i].kept_en), CARE_RAW_DAYS_STANDARD, CARE_BACKUP_DAYS_STANDARD, a, &kept))
            abort();
        buf_print(b, "| %s | %s | %s | %.*s |\n", data[i].name_en, data[i].where, data[i].purpose_en,
                  STR_ARG(kept));
    }
    arena_free(a);
    facts = care_algorithm_facts(&n);
    put_facts(b, "The algorithm", facts, n);
    BUF_LIT(b, "\n| parameter | value | from - to | meaning |\n|---|---|---|---|\n");
    const struct sign_parameter *p = sign_parameter_table(&rows);
    for (size_t i = 0; i < rows; i++)
        buf_print(b, "| `%s` | %g | %g - %g | %s |\n", p[i].name, p[i].standard, p[i].least, p[i].most,
                  p[i].text_en);
    BUF_LIT(b, "\n## The ladder\n\n| step | within | what a person does |\n|---|---|---|\n");
    for (int i = 0; i < LADDER_STEP_COUNT; i++) {
        const struct ladder_rung *r = ladder_rung((ladder_step)i);
        buf_print(b, "| %s | %d h | %s |\n", r->name, r->deadline_h, r->text_en);
    }
    put_risks(b);
}

int main(int argc, char **argv)
{
    buf made = {.max = 1 << 20}, read = {.max = 1 << 20};
    err e;
    put_all(&made);
    if (argc < 2) return fwrite(made.p, 1, made.n, stdout) == made.n ? 0 : 1;
    if (!file_read(argv[1], &read, &e)) {
        fprintf(stderr, "%s\n", e.text);
        return 1;
    }
    const bool same = str_eq(buf_str(&made), buf_str(&read));
    if (!same) fprintf(stderr, "%s is not what care-dpia writes: make it anew\n", argv[1]);
    buf_free(&made);
    buf_free(&read);
    return same ? 0 : 1;
}
