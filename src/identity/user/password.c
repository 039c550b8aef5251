// SPDX-License-Identifier: EUPL-1.2
#include "identity/user/password.h"

#include "base/queue.h"

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define QUEUE_LENGTH 16
#define PASSWORD_BYTES 256

struct passwords {
    password_config config;
    struct workers *workers;
    char no_account[crypto_pwhash_STRBYTES];  // what is checked when there is no account: takes as long
};

struct task {
    char password[PASSWORD_BYTES];
    size_t n;
    char hash[crypto_pwhash_STRBYTES];
    bool is_known;
    void (*checked)(bool is_right, void *context);
    void (*made)(const char *hash, void *context);
    void *context;
};

static bool make(const password_config *c, const char *password, size_t n,
                 char out[static crypto_pwhash_STRBYTES])
{
    return crypto_pwhash_str_alg(out, password, n, c->passes ? c->passes : crypto_pwhash_OPSLIMIT_INTERACTIVE,
                                 c->memory_bytes ? c->memory_bytes : crypto_pwhash_MEMLIMIT_INTERACTIVE,
                                 crypto_pwhash_ALG_ARGON2ID13) == 0;
}

static void run(void *item, void *context)
{
    const struct passwords *p = context;
    struct task *t = item;
    if (t->checked) {
        const bool is_right = crypto_pwhash_str_verify(t->hash, t->password, t->n) == 0;
        t->checked(is_right && t->is_known, t->context);
    } else {
        const bool ok = make(&p->config, t->password, t->n, t->hash);
        t->made(ok ? t->hash : NULL, t->context);
    }
    sodium_memzero(t, sizeof *t);
    free(t);
}

// A hash that nobody knows a password of, with the costs that new ones have.
static void make_no_account(struct passwords *p)
{
    const size_t memory = p->config.memory_bytes ? p->config.memory_bytes
                                                 : crypto_pwhash_MEMLIMIT_INTERACTIVE;
    const size_t passes = p->config.passes ? p->config.passes : crypto_pwhash_OPSLIMIT_INTERACTIVE;
    unsigned char salt[16], hash[32];
    char salt_text[23], hash_text[44];
    randombytes_buf(salt, sizeof salt);
    randombytes_buf(hash, sizeof hash);
    sodium_bin2base64(salt_text, sizeof salt_text, salt, sizeof salt,
                      sodium_base64_VARIANT_ORIGINAL_NO_PADDING);
    sodium_bin2base64(hash_text, sizeof hash_text, hash, sizeof hash,
                      sodium_base64_VARIANT_ORIGINAL_NO_PADDING);
    const int n = snprintf(p->no_account, sizeof p->no_account, "$argon2id$v=19$m=%u,t=%u,p=1$%s$%s",
                           (unsigned)(memory / 1024), (unsigned)passes, salt_text, hash_text);
    assert(n > 0 && (size_t)n < sizeof p->no_account);
}

struct passwords *passwords_new(const password_config *c)
{
    struct passwords *p = calloc(1, sizeof *p);
    if (!p || sodium_init() < 0) {
        free(p);
        return NULL;
    }
    p->config = *c;
    make_no_account(p);
    p->workers = workers_new("peil-password", 1, c->queue_length ? c->queue_length : QUEUE_LENGTH, run, p);
    if (p->workers) return p;
    free(p);
    return NULL;
}

void passwords_free(struct passwords *p)
{
    if (!p) return;
    workers_stop(p->workers);
    free(p);
}

static bool submit(struct passwords *p, str password, const struct task *like, err *e)
{
    if (password.n > PASSWORD_BYTES)
        return err_set(e, ERR_RANGE, ERR_NOWHERE, "a password has at most %d bytes", PASSWORD_BYTES);
    struct task *t = malloc(sizeof *t);
    if (!t) return err_no_memory(e);
    *t = *like;
    t->n = password.n;
    if (password.n) memcpy(t->password, password.p, password.n);
    if (workers_submit(p->workers, t)) return true;
    sodium_memzero(t, sizeof *t);
    free(t);
    return err_set(e, ERR_BUSY, ERR_NOWHERE, "too many are logging in at this moment");
}

bool password_check(struct passwords *p, str password, const char *hash, void (*done)(bool, void *),
                    void *context, err *e)
{
    struct task t = {.checked = done, .context = context, .is_known = hash && hash[0]};
    memcpy(t.hash, t.is_known ? hash : p->no_account, sizeof t.hash);
    return submit(p, password, &t, e);
}

bool password_make(struct passwords *p, str password, void (*done)(const char *, void *), void *context,
                   err *e)
{
    const struct task t = {.made = done, .context = context};
    return submit(p, password, &t, e);
}

struct waiter {
    struct queue *done;
    bool is_right;
    char hash[crypto_pwhash_STRBYTES];
};

static void wake_checked(bool is_right, void *context)
{
    struct waiter *w = context;
    w->is_right = is_right;
    (void)queue_push(w->done, w);
}

static void wake_made(const char *hash, void *context)
{
    struct waiter *w = context;
    w->is_right = hash != NULL;
    if (hash) memcpy(w->hash, hash, sizeof w->hash);
    (void)queue_push(w->done, w);
}

static bool wait_for(const struct waiter *w)
{
    void *item;
    return queue_take(w->done, &item, 1, -1) == 1 && w->is_right;
}

bool password_check_wait(struct passwords *p, str password, const char *hash, err *e)
{
    struct waiter w = {.done = queue_new(1)};
    if (!w.done) return err_no_memory(e);
    bool ok = password_check(p, password, hash, wake_checked, &w, e);
    if (ok) ok = wait_for(&w) || err_set(e, ERR_AUTH, ERR_NOWHERE, "the password is not right");
    queue_free(w.done);
    return ok;
}

bool password_make_wait(struct passwords *p, str password, char out[static crypto_pwhash_STRBYTES], err *e)
{
    struct waiter w = {.done = queue_new(1)};
    if (!w.done) return err_no_memory(e);
    bool ok = password_make(p, password, wake_made, &w, e);
    if (ok) ok = wait_for(&w) || err_no_memory(e);
    if (ok) memcpy(out, w.hash, sizeof w.hash);
    queue_free(w.done);
    return ok;
}

bool password_make_now(const password_config *c, str password, char out[static crypto_pwhash_STRBYTES],
                       err *e)
{
    if (sodium_init() < 0) return err_set(e, ERR_INTERNAL, ERR_NOWHERE, "libsodium does not start");
    return make(c, password.p ? password.p : "", password.n, out) || err_no_memory(e);
}

void password_invent(char out[static PASSWORD_INVENTED_MAX])
{
    static const char letters[] = "abcdefghjkmnpqrstuvwxyz23456789";  // none that is taken for another
    size_t n = 0;
    for (int k = 0; k < 20; k++) {
        if (k && k % 5 == 0) out[n++] = '-';
        out[n++] = letters[randombytes_uniform(sizeof letters - 1)];
    }
    out[n] = 0;
}
