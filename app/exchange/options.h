/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * QEMU's command line as data: words become options of keys and values, as QEMU itself reads them
 * (its manual, "Standard options"; ",," stands for a comma). Whoever asks for a value marks it as
 * used, so that what nobody asked for can be told. Any thread, one list at a time.
 */
#ifndef LATHE_EXCHANGE_OPTIONS_H
#define LATHE_EXCHANGE_OPTIONS_H

#include <glib.h>
#include <stdbool.h>

struct lathe_qemu_pair {
    char *key, *value;
    bool used;
};

struct lathe_qemu_option {
    char *name; /* without dashes */
    GArray *pairs;
    bool used;    /* somebody knew what it is */
    bool flat;    /* all of it is one value, with the key "" */
    bool dropped; /* somebody knew it and has said what is lost */
};

/*
 * The options of a command line; the first word may be the program, which *program then is. Files
 * of -readconfig are read, from the folder. NULL with *error: a word that is no option, JSON that
 * is none, a file that cannot be read or is too large. Free with g_ptr_array_unref; program with
 * g_free.
 */
GPtrArray *lathe_qemu_options_parse(const char *const *words, const char *folder, char **program,
                                    GError **error);

/* The next option of this name after a place in the list; *place starts with 0. NULL: no more. */
struct lathe_qemu_option *lathe_qemu_next(const GPtrArray *options, const char *name,
                                          unsigned *place);
/* The option of a name whose key has a value; NULL: none, or value is NULL. Marks both as used. */
struct lathe_qemu_option *lathe_qemu_find(const GPtrArray *options, const char *name,
                                          const char *key, const char *value);

/* The last value of a key, which is marked as used; NULL: none. Borrowed. */
const char *lathe_qemu_get(struct lathe_qemu_option *option, const char *key);
/* The same without marking. */
const char *lathe_qemu_peek(const struct lathe_qemu_option *option, const char *key);
/* "on", "yes", "true" or "off", "no", "false"; otherwise: what an absent key stands for. */
bool lathe_qemu_get_bool(struct lathe_qemu_option *option, const char *key, bool otherwise);

/* "-device nvme,serial=1": as it could have been written, all of it or what was not used; g_free.
 * NULL: all of it was used. */
char *lathe_qemu_option_text(const struct lathe_qemu_option *option);
char *lathe_qemu_option_rest(const struct lathe_qemu_option *option);

#endif
