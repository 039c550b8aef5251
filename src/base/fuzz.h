// SPDX-License-Identifier: EUPL-1.2
// fuzz.h: what every fuzz target (x_fuzz.c) includes. libFuzzer calls it with made-up bytes; fuzz/replay.c
// with files.
// Source   https://llvm.org/docs/LibFuzzer.html
#ifndef PEIL_BASE_FUZZ_H
#define PEIL_BASE_FUZZ_H

#include "base/str.h"

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);  // 0

// As assert, which says too little in a fuzzer's report and must not be switched off there.
#define FUZZ_REQUIRE(claim)                                                        \
    do {                                                                           \
        if (claim) break;                                                          \
        fprintf(stderr, "%s:%d: does not hold: %s\n", __FILE__, __LINE__, #claim); \
        abort();                                                                   \
    } while (0)

#endif
