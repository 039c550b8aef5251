// SPDX-License-Identifier: EUPL-1.2
#include "app/serve/peil.h"

#include <signal.h>

static void handled_signals(sigset_t *set)
{
    sigemptyset(set);
    sigaddset(set, SIGTERM);
    sigaddset(set, SIGINT);
    sigaddset(set, SIGHUP);
}

void peil_block_signals(void)
{
    sigset_t set;
    handled_signals(&set);
    pthread_sigmask(SIG_BLOCK, &set, NULL);
    signal(SIGPIPE, SIG_IGN);
}

void peil_wait(void (*reload)(void *context), void *context)
{
    sigset_t set;
    handled_signals(&set);
    for (;;) {
        const int got = sigwaitinfo(&set, NULL);
        if (got == SIGHUP && reload)
            reload(context);
        else if (got > 0)
            return;
    }
}
