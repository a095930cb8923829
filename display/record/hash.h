/* SPDX-License-Identifier: GPL-3.0-or-later */
/* XXH64 (xxHash's specification, 0.1.1), seed 0: what "xxhsum -H1" prints. Any thread. */
#ifndef DISP_RECORD_HASH_H
#define DISP_RECORD_HASH_H

#include <stddef.h>
#include <stdint.h>

uint64_t disp_hash(const void *data, size_t length);

#endif
