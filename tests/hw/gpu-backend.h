/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A back end of the graphics adapter for tests (api/ops/gpu.h): images and blobs in memory, and
 * command streams of three words: a resource, a colour that all of it becomes, and how many
 * looks (polls) it takes until a fence behind that is done.
 */
#ifndef LATHE_TESTS_HW_GPU_BACKEND_H
#define LATHE_TESTS_HW_GPU_BACKEND_H

#include "emulator/api/ops/gpu.h"

#define GPU_TEST_CAPSET  5u
#define GPU_TEST_WINDOW  0x100000u
#define GPU_TEST_REFUSED 0xbadu /* a kind of contexts, and a stream's first word, that it refuses  \
                                 */

/* Fresh; closed with what it is given to. broken: it does not start. */
struct emu_gpu_backend gpu_test_backend(bool broken);

/* How many of each it has now. */
struct gpu_test_count {
    unsigned contexts, resources, pages, started, reads;
};
struct gpu_test_count gpu_test_count(const struct emu_gpu_backend *backend);

#endif
