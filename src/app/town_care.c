// SPDX-License-Identifier: EUPL-1.2
#include "app/town_care.h"

#include "care/care.h"

#include <limits.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define SWEEP_EVERY (10 * TIME_MINUTE)
#define CREDENTIAL "peil-vault-key"

static job_result sweep(void *context, instant now, err *e)
{
    bool more;
    if (!care_sweep(context, now, &more, e)) return JOB_FAILED;
    return more ? JOB_MORE : JOB_DONE;
}

// A credential of systemd goes before the setting.
static bool key_file(const struct peil *p, str *out, bool *make, err *e)
{
    const char *directory = getenv("CREDENTIALS_DIRECTORY");
    *make = false;
    if (directory) {
        if (!arena_print(p->arena, out, "%s/%s", directory, CREDENTIAL)) return err_no_memory(e);
        if (access(out->p, F_OK) == 0) return true;
    }
    if (p->settings.care.key_file.n == 0)
        return err_set(e, ERR_CONFIG, ERR_NOWHERE,
                       "care.key_file: signs of life need the file with the key of the vault, outside the "
                       "data directory");
    *make = true;
    return arena_copy(p->arena, p->settings.care.key_file, out) || err_no_memory(e);
}

// The key beside what it locks protects nothing.
static bool lies_apart(const char *file, const char *data, err *e)
{
    char directory[PATH_MAX], key[PATH_MAX], copy[PATH_MAX];
    snprintf(copy, sizeof copy, "%s", file);
    char *slash = strrchr(copy, '/');
    if (slash) *slash = 0;
    if (!realpath(data, directory) || !realpath(slash ? (copy[0] ? copy : "/") : ".", key)) return true;
    const size_t n = strlen(directory);
    if (strncmp(key, directory, n) == 0 && (key[n] == 0 || key[n] == '/'))
        return err_set(e, ERR_CONFIG, ERR_NOWHERE,
                       "care.key_file: the key must not lie in the data directory");
    return true;
}

bool town_care_start(struct peil *p, err *e)
{
    const struct settings *s = &p->settings;
    unsigned char key[VAULT_KEY_BYTES];
    str file, vault, data;
    bool make;
    if (!s->care.enabled) return true;
    if (!key_file(p, &file, &make, e) || !arena_copy(p->arena, s->store.directory, &data) ||
        !arena_print(p->arena, &vault, "%s/vault.db", data.p) || !lies_apart(file.p, data.p, e) ||
        !vault_key_load(file.p, make, key, e))
        return false;
    care_config c = {.store = p->store,
                     .outbox = p->api.outbox,
                     .vault_file = vault.p,
                     .vault_key = key,
                     .zone = p->zone,
                     .parameters = sign_parameters_standard(),
                     .raw_days = (int)s->care.raw_days,
                     .root_url = &p->sta.root_url};
    c.parameters.cap_h = 24.0 * (double)s->care.cap_days;
    const bool ok = care_open(&c, &p->care, e);
    sodium_memzero(key, sizeof key);
    const struct job j = {.name = "care", .every_us = SWEEP_EVERY, .run = sweep, .context = p->care};
    if (!ok || !schedule_add(p->schedule, &j, e)) return err_within(e, "care");
    p->api.care = p->care;
    return true;
}
