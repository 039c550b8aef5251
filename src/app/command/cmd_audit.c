// SPDX-License-Identifier: EUPL-1.2
#include "app/command/command.h"
#include "app/command/open_store.h"
#include "app/command/told.h"
#include "identity/audit.h"

#include <sodium.h>
#include <stdio.h>
#include <string.h>

#define LIST_MOST 100

static const struct flag flags[] = {
    {"head", "NUMBER:HASH", "with verify: a head noted earlier, which must still stand in the chain", NULL,
     NULL},
    {"last", "N", "with list: how many of the newest lines (default: 100)", NULL, NULL},
    {0},
};

static void print_finding(const struct audit_finding *f, void *context)
{
    (void)context;
    printf("- %s\n", f->text);
}

static bool head_flag(const struct invocation *in, struct audit_head *out, bool *given, err *e)
{
    const char *text = flag_value(in, "head");
    *given = text != NULL;
    if (!text) return true;
    str rest = str_of(text), number;
    size_t n;
    if (!str_cut(&rest, ':', &number) || !num_parse_int(number, &out->number, e) ||
        rest.n != 2 * AUDIT_HASH_BYTES ||
        sodium_hex2bin(out->hash, AUDIT_HASH_BYTES, rest.p, rest.n, NULL, &n, NULL) != 0 ||
        n != AUDIT_HASH_BYTES)
        return err_set(e, ERR_USAGE, ERR_NOWHERE,
                       "expected --head as 'peil audit head' prints it: NUMBER:HASH");
    return true;
}

static int verify(struct invocation *in, struct snapshot *at, err *e)
{
    struct audit_head known = {0}, head;
    bool is_known;
    int64_t findings;
    if (!head_flag(in, &known, &is_known, e) || !audit_head_read(at, &head, e) ||
        !audit_verify(at, is_known ? &known : NULL, print_finding, NULL, &findings, e))
        return -1;
    if (findings == 0)
        printf("The log is whole: lines %lld to %lld.\n", (long long)head.first, (long long)head.number);
    else
        printf("%lld finding%s.\n", (long long)findings, findings == 1 ? "" : "s");
    return findings ? 1 : 0;
}

static int print_head(struct invocation *in, struct snapshot *at, err *e)
{
    (void)in;
    struct audit_head head;
    char hex[2 * AUDIT_HASH_BYTES + 1];
    if (!audit_head_read(at, &head, e)) return -1;
    printf("%lld:%s\n", (long long)head.number, sodium_bin2hex(hex, sizeof hex, head.hash, AUDIT_HASH_BYTES));
    return 0;
}

static bool print_line(const struct audit_line *line, void *context)
{
    (void)context;
    char when[TIME_TEXT_MAX];
    const int n = (int)time_write(when, line->at);
    printf("%lld %.*s %.*s %.*s %.*s%s%.*s\n", (long long)line->number, n, when, STR_ARG(line->who),
           STR_ARG(line->what), STR_ARG(line->which), line->detail.n ? " " : "", STR_ARG(line->detail));
    return true;
}

static int list(struct invocation *in, struct snapshot *at, err *e)
{
    struct audit_head head;
    int64_t most = LIST_MOST;
    const char *last = flag_value(in, "last");
    if (last && (!num_parse_int(str_of(last), &most, e) || most < 1)) {
        err_set(e, ERR_USAGE, ERR_NOWHERE, "--last is a number from 1, not '%s'", last);
        return -1;
    }
    if (!audit_head_read(at, &head, e)) return -1;
    const int64_t from = most > head.number ? 1 : head.number - most + 1;
    return audit_each(at, from, head.number + 1, print_line, NULL, e) ? 0 : -1;
}

static const struct {
    const char *name;
    int (*run)(struct invocation *in, struct snapshot *at, err *e);
} verbs[] = {{"verify", verify}, {"list", list}, {"head", print_head}};

static int run_on_store(struct invocation *in, int (*verb)(struct invocation *, struct snapshot *, err *),
                        err *e)
{
    struct store *s;
    struct snapshot *at;
    if (!command_open_store(in, STORE_TO_READ, &s, e)) return -1;
    int status = -1;
    if (snapshot_open(s, &at, e)) {
        status = verb(in, at, e);
        snapshot_close(at);
    }
    store_close(s);
    if (verb == list) command_tell_read(in, STR("audit.read"), STR("audit"), STR("list"));
    return status;
}

static int run(struct invocation *in, err *e)
{
    for (size_t k = 0; k < sizeof verbs / sizeof verbs[0]; k++)
        if (strcmp(verbs[k].name, in->words[0]) == 0) return run_on_store(in, verbs[k].run, e);
    err_set(e, ERR_USAGE, ERR_NOWHERE, "expected verify, list or head, not '%s'", in->words[0]);
    return -1;
}

const struct command command_audit = {
    .name = "audit",
    .summary = "verify and list the log of who did what",
    .words = "verify | list | head",
    .words_min = 1,
    .words_max = 1,
    .flags = flags,
    .about = "Every line of the log carries the hash of the line before it. verify reads them all and names "
             "a line that was\n"
             "changed, removed or put elsewhere; exit status 0: whole, 1: not. head prints the newest line's "
             "number and hash:\n"
             "keep it outside this machine, for a log that was written anew from the start can only be told "
             "by it.",
    .examples = "  peil audit verify --data /var/lib/peil\n"
                "  peil audit head --data /var/lib/peil\n"
                "  peil audit verify --data /var/lib/peil --head 118:5d1c...\n",
    .run = run,
};
