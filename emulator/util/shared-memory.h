/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Plain accesses to memory that others change at the same time: guest RAM, which processors,
 * devices and loaders share. What order they see is the guest's affair, who has locked instructions
 * for it, so the race detector does not look in here; it does see everything else that threads
 * share. Atomic operations on guest RAM use the compiler's own. And order that is made by
 * translated code, where the detector does not see it.
 */
#ifndef EMU_UTIL_SHARED_MEMORY_H
#define EMU_UTIL_SHARED_MEMORY_H

#include <stddef.h>
#include <stdint.h>
#include <string.h>

#if defined(__has_feature)
#if __has_feature(thread_sanitizer)
#define EMU_RACE_DETECTOR 1
#endif
#endif
#if defined(__SANITIZE_THREAD__) && !defined(EMU_RACE_DETECTOR)
#define EMU_RACE_DETECTOR 1
#endif

/* What a thread did before BEFORE happens before what another does after an AFTER that came later:
 * for the detector, both of the same address. Nothing without it. */
#ifdef EMU_RACE_DETECTOR
#include <sanitizer/tsan_interface.h>
#define EMU_SHARED_BEFORE(address) __tsan_release(address)
#define EMU_SHARED_AFTER(address)  __tsan_acquire(address)
#else
#define EMU_SHARED_BEFORE(address) ((void)(address))
#define EMU_SHARED_AFTER(address)  ((void)(address))
#endif

/* What is inlined into code that the detector looks at is looked at too. */
#ifdef EMU_RACE_DETECTOR
#define EMU_SHARED_ACCESS static __attribute__((noinline, unused, no_sanitize("thread")))
#else
#define EMU_SHARED_ACCESS static inline __attribute__((always_inline, unused))
#endif

/*
 * emu_shared_get_8 to _64, emu_shared_put_8 to _64. Unaligned is fine; a packed struct makes it one
 * plain access where the host has it, which others never see half done.
 */
#define EMU_SHARED_FUNCTIONS(w)                                                                    \
    struct emu_shared_##w {                                                                        \
        uint##w##_t value;                                                                         \
    } __attribute__((packed, may_alias));                                                          \
    EMU_SHARED_ACCESS uint##w##_t emu_shared_get_##w(const void *shared)                           \
    {                                                                                              \
        return ((const volatile struct emu_shared_##w *)shared)->value;                            \
    }                                                                                              \
    EMU_SHARED_ACCESS void emu_shared_put_##w(void *shared, uint##w##_t value)                     \
    {                                                                                              \
        ((volatile struct emu_shared_##w *)shared)->value = value;                                 \
    }
EMU_SHARED_FUNCTIONS(8)
EMU_SHARED_FUNCTIONS(16)
EMU_SHARED_FUNCTIONS(32)
EMU_SHARED_FUNCTIONS(64)
#undef EMU_SHARED_FUNCTIONS

/* The size is 1, 2, 4 or 8: one access on each side. */
EMU_SHARED_ACCESS void emu_shared_copy_one(void *to, const void *from, size_t size)
{
    if (size == 8)
        emu_shared_put_64(to, emu_shared_get_64(from));
    else if (size == 4)
        emu_shared_put_32(to, emu_shared_get_32(from));
    else if (size == 2)
        emu_shared_put_16(to, emu_shared_get_16(from));
    else
        emu_shared_put_8(to, emu_shared_get_8(from));
}

/* As memmove and memset for any size, in pieces of whatever size and order. The detector knows
 * those by name, so under it they are loops. */
#ifdef EMU_RACE_DETECTOR
EMU_SHARED_ACCESS void emu_shared_copy(void *to, const void *from, size_t size)
{
    if ((uintptr_t)to <= (uintptr_t)from)
        for (size_t n = 0; n < size; n++)
            ((volatile uint8_t *)to)[n] = ((const volatile uint8_t *)from)[n];
    else
        for (size_t n = size; n-- > 0;)
            ((volatile uint8_t *)to)[n] = ((const volatile uint8_t *)from)[n];
}

EMU_SHARED_ACCESS void emu_shared_fill(void *to, uint8_t value, size_t size)
{
    for (size_t n = 0; n < size; n++)
        ((volatile uint8_t *)to)[n] = value;
}
#else
EMU_SHARED_ACCESS void emu_shared_copy(void *to, const void *from, size_t size)
{
    memmove(to, from, size);
}

EMU_SHARED_ACCESS void emu_shared_fill(void *to, uint8_t value, size_t size)
{
    memset(to, value, size);
}
#endif

#endif
