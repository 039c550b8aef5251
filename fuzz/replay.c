// SPDX-License-Identifier: EUPL-1.2
// Gives a fuzz target the files of the directories named, without a fuzzer: the replay of known inputs in
// every test run. Inputs that once failed lie in fuzz/regress/NAME, seeds in fuzz/corpus/NAME.
#include "base/file.h"
#include "base/fuzz.h"

#include <dirent.h>
#include <errno.h>
#include <string.h>

#define INPUT_MAX ((size_t)16 * 1024 * 1024)

static bool replay_file(const char *path)
{
    buf bytes = {.max = INPUT_MAX};
    err e;
    const bool ok = file_read(path, &bytes, &e);
    if (ok) {
        // its own block of memory, so that the address sanitizer sees a read beyond the end
        uint8_t *copy = malloc(bytes.n ? bytes.n : 1);
        if (!copy) abort();
        if (bytes.n) memcpy(copy, bytes.p, bytes.n);
        LLVMFuzzerTestOneInput(copy, bytes.n);
        free(copy);
    } else {
        fprintf(stderr, "%s\n", e.text);
    }
    buf_free(&bytes);
    return ok;
}

// The number of inputs, or -1 when one could not be read.
static int replay_directory(const char *directory)
{
    DIR *d = opendir(directory);
    int count = 0;
    if (!d) return errno == ENOENT ? 0 : -1;  // a target without seeds or past failures
    for (const struct dirent *entry; count >= 0 && (entry = readdir(d));) {
        char path[4096];
        if (entry->d_name[0] == '.') continue;
        const int n = snprintf(path, sizeof path, "%s/%s", directory, entry->d_name);
        fprintf(stderr, "%s\n", path);  // the last one named is the one that failed
        count = (size_t)n < sizeof path && replay_file(path) ? count + 1 : -1;
    }
    closedir(d);
    return count;
}

int main(int argc, char **argv)
{
    int total = 0;
    for (int i = 1; i < argc; i++) {
        const int count = replay_directory(argv[i]);
        if (count < 0) return 1;
        total += count;
    }
    printf("%d inputs\n", total);
    return total > 0 ? 0 : 1;  // a target must have at least one seed
}
