// SPDX-License-Identifier: EUPL-1.2
#include "identity/session.h"

#include "base/queue.h"

#include <stdlib.h>
#include <string.h>

#define HASH_BYTES SESSION_HASH_BYTES
#define SECRET_BYTES 32

struct slot {
    unsigned char hash[HASH_BYTES];
    struct session session;
    bool is_used;
};

struct sessions {
    struct users *users;
    struct lock *lock;  // guards the slots
    unsigned char form_key[crypto_generichash_KEYBYTES];
    struct slot slots[SESSIONS_MAX];
};

struct sessions *sessions_new(struct users *u)
{
    struct sessions *s = calloc(1, sizeof *s);
    if (!s || sodium_init() < 0 || !(s->lock = lock_new())) {
        free(s);
        return NULL;
    }
    s->users = u;
    randombytes_buf(s->form_key, sizeof s->form_key);
    return s;
}

void sessions_free(struct sessions *s)
{
    if (!s) return;
    lock_free(s->lock);
    free(s);
}

static void encode(const unsigned char *bytes, size_t n, char *out, size_t room)
{
    sodium_bin2base64(out, room, bytes, n, sodium_base64_VARIANT_URLSAFE_NO_PADDING);
}

void session_secret_make(char out[static SESSION_SECRET_MAX])
{
    unsigned char bytes[SECRET_BYTES];
    randombytes_buf(bytes, sizeof bytes);
    encode(bytes, sizeof bytes, out, SESSION_SECRET_MAX);
    sodium_memzero(bytes, sizeof bytes);
}

void session_hash(str secret, unsigned char out[static HASH_BYTES])
{
    crypto_generichash(out, HASH_BYTES, (const unsigned char *)secret.p, secret.n, NULL, 0);
}

static bool has_ended(const struct session *s, instant now)
{
    const instant idle = s->is_pending ? SESSION_PENDING : SESSION_IDLE;
    return now - s->last_seen > idle || now - s->began > SESSION_MOST ||
           (s->is_pending && now - s->began > SESSION_PENDING);
}

// A free slot: unused or ended, else the oldest of this user when he has too many, else none.
static struct slot *room_for(struct sessions *s, const char *name, instant now)
{
    struct slot *free_slot = NULL, *oldest = NULL;
    size_t of_user = 0;
    for (size_t k = 0; k < SESSIONS_MAX; k++) {
        struct slot *slot = &s->slots[k];
        if (slot->is_used && has_ended(&slot->session, now)) slot->is_used = false;
        if (!slot->is_used) {
            if (!free_slot) free_slot = slot;
            continue;
        }
        if (strcmp(slot->session.name, name) != 0) continue;
        of_user++;
        if (!oldest || slot->session.began < oldest->session.began) oldest = slot;
    }
    return of_user >= SESSIONS_PER_USER || !free_slot ? oldest : free_slot;
}

bool session_open(struct sessions *s, const struct user *user, bool is_pending, str sid, instant now,
                  char secret[static SESSION_SECRET_MAX], err *e)
{
    if (sid.n > SESSION_SID_MAX) sid = (str){0};
    session_secret_make(secret);
    lock_take(s->lock);
    struct slot *slot = room_for(s, user->name, now);
    if (slot) {
        *slot = (struct slot){
            .is_used = true,
            .session = {.is_pending = is_pending, .version = user->version, .began = now, .last_seen = now}};
        memcpy(slot->session.name, user->name, sizeof slot->session.name);
        if (sid.n) memcpy(slot->session.sid, sid.p, sid.n);
        session_hash(str_of(secret), slot->hash);
    }
    lock_drop(s->lock);
    return slot || err_set(e, ERR_BUSY, ERR_NOWHERE, "too many are logged in");
}

static struct slot *slot_by_hash(struct sessions *s, const unsigned char hash[static HASH_BYTES])
{
    for (size_t k = 0; k < SESSIONS_MAX; k++)
        if (s->slots[k].is_used && memcmp(s->slots[k].hash, hash, HASH_BYTES) == 0) return &s->slots[k];
    return NULL;
}

static struct slot *slot_of(struct sessions *s, str secret)
{
    unsigned char hash[HASH_BYTES];
    if (secret.n == 0 || secret.n >= SESSION_SECRET_MAX) return NULL;
    session_hash(secret, hash);
    return slot_by_hash(s, hash);
}

// The account of a session, when it is still the one that logged in.
static bool account_of(struct sessions *s, const struct session *session, struct user *user)
{
    return users_find(s->users, str_of(session->name), user) && !user->is_disabled &&
           user->version == session->version;
}

bool session_find(struct sessions *s, str secret, instant now, struct session *out, struct user *user)
{
    lock_take(s->lock);
    struct slot *slot = slot_of(s, secret);
    if (slot && has_ended(&slot->session, now)) slot->is_used = false;
    const bool found = slot && slot->is_used;
    if (found) {
        if (!slot->session.is_pending) slot->session.last_seen = now;
        *out = slot->session;
    }
    lock_drop(s->lock);
    if (!found) return false;
    const bool is_same = account_of(s, out, user);
    if (!is_same) session_close(s, secret);
    return is_same;
}

bool session_goes_on(struct sessions *s, const unsigned char hash[static HASH_BYTES], instant now,
                     struct user *user)
{
    struct session there;
    lock_take(s->lock);
    const struct slot *slot = slot_by_hash(s, hash);
    const bool found = slot && !slot->session.is_pending && !has_ended(&slot->session, now);
    if (found) there = slot->session;
    lock_drop(s->lock);
    return found && account_of(s, &there, user);
}

void session_close(struct sessions *s, str secret)
{
    lock_take(s->lock);
    struct slot *slot = slot_of(s, secret);
    if (slot) *slot = (struct slot){0};
    lock_drop(s->lock);
}

static void end_those(struct sessions *s, bool (*is_one)(const struct session *, str), str what)
{
    lock_take(s->lock);
    for (size_t k = 0; k < SESSIONS_MAX; k++)
        if (s->slots[k].is_used && is_one(&s->slots[k].session, what)) s->slots[k] = (struct slot){0};
    lock_drop(s->lock);
}

static bool has_sid(const struct session *s, str sid)
{
    return str_eq(str_of(s->sid), sid);
}

static bool has_name(const struct session *s, str name)
{
    return str_eq(str_of(s->name), name);
}

void session_close_sid(struct sessions *s, str sid)
{
    if (sid.n) end_those(s, has_sid, sid);
}

void session_close_user(struct sessions *s, str name)
{
    end_those(s, has_name, name);
}

size_t sessions_count(struct sessions *s, instant now)
{
    size_t n = 0;
    lock_take(s->lock);
    for (size_t k = 0; k < SESSIONS_MAX; k++)
        n += s->slots[k].is_used && !has_ended(&s->slots[k].session, now);
    lock_drop(s->lock);
    return n;
}

void session_form_token(const struct sessions *s, str secret, char out[static SESSION_TOKEN_MAX])
{
    unsigned char hash[HASH_BYTES];
    crypto_generichash(hash, sizeof hash, (const unsigned char *)secret.p, secret.n, s->form_key,
                       sizeof s->form_key);
    encode(hash, sizeof hash, out, SESSION_TOKEN_MAX);
}

bool session_form_token_is(const struct sessions *s, str secret, str token)
{
    char wanted[SESSION_TOKEN_MAX];
    session_form_token(s, secret, wanted);
    const str w = str_of(wanted);
    return secret.n && token.n == w.n && sodium_memcmp(token.p, w.p, w.n) == 0;
}
