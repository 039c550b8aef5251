// SPDX-License-Identifier: EUPL-1.2
// A serial line for tests: prints the name of its other end, and sends what comes on the standard input.
#define _GNU_SOURCE
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

int main(void)
{
    char bytes[4096];
    const int line = posix_openpt(O_RDWR | O_NOCTTY);
    if (line < 0 || grantpt(line) != 0 || unlockpt(line) != 0) return 1;
    printf("%s\n", ptsname(line));
    fflush(stdout);
    for (ssize_t n; (n = read(STDIN_FILENO, bytes, sizeof bytes)) > 0;)
        for (ssize_t at = 0, w; at < n; at += w)
            if ((w = write(line, bytes + at, (size_t)(n - at))) <= 0) return 1;
    return 0;
}
