// SPDX-License-Identifier: EUPL-1.2

#include "app/serve/inside.h"

#include "care/care.h"

#include <limits.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define SWEEP_EVERY (10 * TIME_MINUTE)

static job_result sweep(void *context, instant now, err *e)
{
    bool more;
    if (!care_sweep(context, now, &more, e)) return JOB_FAILED;
    return more ? JOB_MORE : JOB_DONE;
}

// Where a share of the key lies: a credential of systemd goes before the setting.
struct share {
    const char *setting, *credential;
    str set, file;
    bool make;
};

static bool find_share(const struct peil *p, struct share *s, err *e)
{
    const char *directory = getenv("CREDENTIALS_DIRECTORY");
    if (directory) {
        if (!arena_print(p->arena, &s->file, "%s/%s", directory, s->credential)) return err_no_memory(e);
        if (access(s->file.p, F_OK) == 0) return true;
    }
    s->file = (str){0};
    s->make = s->set.n > 0;
    return s->set.n == 0 || arena_copy(p->arena, s->set, &s->file) || err_no_memory(e);
}

// The key beside what it locks protects nothing.
static bool lies_apart(const struct share *s, const char *data, err *e)
{
    char directory[PATH_MAX], key[PATH_MAX], copy[PATH_MAX];
    snprintf(copy, sizeof copy, "%s", s->file.p);
    char *slash = strrchr(copy, '/');
    if (slash) *slash = 0;
    if (!realpath(data, directory) || !realpath(slash ? (copy[0] ? copy : "/") : ".", key)) return true;
    const size_t n = strlen(directory);
    if (strncmp(key, directory, n) == 0 && (key[n] == 0 || key[n] == '/'))
        return err_set(e, ERR_CONFIG, ERR_NOWHERE, "%s: the key must not lie in the data directory",
                       s->setting);
    return true;
}

static bool load_share(const struct share *s, const char *data, unsigned char key[static VAULT_KEY_BYTES],
                       err *e)
{
    return lies_apart(s, data, e) && vault_key_load(s->file.p, s->make, key, e);
}

// One file, or two that two people keep.
static bool load_key(const struct peil *p, const char *data, unsigned char key[static VAULT_KEY_BYTES],
                     err *e)
{
    struct share one = {"care.key_file", "peil-vault-key", p->settings.care.key_file, {0}, false},
                 two = {
                     "care.key_share_file", "peil-vault-share", p->settings.care.key_share_file, {0}, false};
    unsigned char share[VAULT_KEY_BYTES] = {0};
    if (!find_share(p, &one, e) || !find_share(p, &two, e)) return false;
    if (one.file.n == 0)
        return err_set(e, ERR_CONFIG, ERR_NOWHERE,
                       "care.key_file: signs of life need the file with the key of the vault, outside the "
                       "data directory");
    const bool ok = load_share(&one, data, key, e) && (two.file.n == 0 || load_share(&two, data, share, e));
    if (ok) vault_key_join(key, share);
    sodium_memzero(share, sizeof share);
    return ok;
}

bool town_care_start(struct peil *p, err *e)
{
    const struct settings *s = &p->settings;
    unsigned char key[VAULT_KEY_BYTES];
    str vault, data, withdrawn;
    if (!s->care.enabled) return true;
    if (!arena_copy(p->arena, s->store.directory, &data) ||
        !arena_print(p->arena, &vault, "%s/" VAULT_FILE, data.p) ||
        !settings_withdrawn_file(s, p->arena, &withdrawn, e) || !load_key(p, data.p, key, e))
        return false;
    care_config c = {.store = p->store,
                     .outbox = p->api.outbox,
                     .vault_file = vault.p,
                     .vault_key = key,
                     .withdrawn_file = withdrawn.p,
                     .zone = p->zone,
                     .parameters = sign_parameters_standard(),
                     .raw_days = (int)s->care.raw_days,
                     .backup_days = (int)s->care.backup_days,
                     .root_url = &p->sta.root_url};
    c.parameters.cap_h = 24.0 * (double)s->care.cap_days;
    const bool ok = care_open(&c, &p->care, e);
    sodium_memzero(key, sizeof key);
    const struct job j = {.name = "care", .every_us = SWEEP_EVERY, .run = sweep, .context = p->care};
    if (!ok || !schedule_add(p->schedule, &j, e)) return err_within(e, "care");
    p->api.care = p->care;
    return true;
}
