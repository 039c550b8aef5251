// SPDX-License-Identifier: EUPL-1.2
#include "commit.h"
#include <pthread.h>
#include <stdbool.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <time.h>

enum { WAITING_MAX = 1 << 16 };

struct commit {
    pthread_mutex_t lock;
    pthread_cond_t filled;
    pthread_t thread;
    void (*answer)(void *request);
    unsigned sync_us;
    bool stopped;
    size_t count;
    void *waiting[WAITING_MAX];
    void *batch[WAITING_MAX];
};

static size_t take_all(struct commit *c)
{
    pthread_mutex_lock(&c->lock);
    while (!c->count && !c->stopped) pthread_cond_wait(&c->filled, &c->lock);
    const size_t count = c->count;
    for (size_t i = 0; i < count; i++) c->batch[i] = c->waiting[i];
    c->count = 0;
    pthread_mutex_unlock(&c->lock);
    return count;
}

static void *run(void *context)
{
    struct commit *c = context;
    prctl(PR_SET_TIMERSLACK, 1000UL, 0UL, 0UL, 0UL);
    for (size_t count; (count = take_all(c)) > 0;) {
        if (c->sync_us) nanosleep(&(struct timespec){.tv_nsec = (long)c->sync_us * 1000}, NULL);
        for (size_t i = 0; i < count; i++) c->answer(c->batch[i]);
    }
    return NULL;
}

struct commit *commit_start(unsigned sync_us, void (*answer)(void *request))
{
    struct commit *c = calloc(1, sizeof *c);
    if (!c) abort();
    c->answer = answer;
    c->sync_us = sync_us;
    pthread_mutex_init(&c->lock, NULL);
    pthread_cond_init(&c->filled, NULL);
    if (pthread_create(&c->thread, NULL, run, c)) abort();
    return c;
}

void commit_add(struct commit *c, void *request)
{
    pthread_mutex_lock(&c->lock);
    if (c->count == WAITING_MAX) abort();
    c->waiting[c->count++] = request;
    pthread_cond_signal(&c->filled);
    pthread_mutex_unlock(&c->lock);
}

void commit_stop(struct commit *c)
{
    pthread_mutex_lock(&c->lock);
    c->stopped = true;
    pthread_cond_signal(&c->filled);
    pthread_mutex_unlock(&c->lock);
    pthread_join(c->thread, NULL);
    free(c);
}
