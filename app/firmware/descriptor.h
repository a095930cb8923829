/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Firmware descriptors: the JSON files by which packages say what firmware they bring and for which
 * machines (QEMU's docs/interop/firmware.json). Pure; any thread.
 */
#ifndef LATHE_FIRMWARE_DESCRIPTOR_H
#define LATHE_FIRMWARE_DESCRIPTOR_H

#include <glib.h>
#include <stdbool.h>

#define LATHE_DESCRIPTOR_MAX 65536 /* bytes of a file */

enum lathe_firmware_device { LATHE_FIRMWARE_FLASH, LATHE_FIRMWARE_MEMORY, LATHE_FIRMWARE_KERNEL };

/* How a flash is used: code and a copy of the variables, one copy of both, or code alone. */
enum lathe_flash_mode { LATHE_FLASH_SPLIT, LATHE_FLASH_COMBINED, LATHE_FLASH_STATELESS };

struct lathe_firmware_target {
    char *architecture;
    char **machines; /* shell patterns */
};

struct lathe_descriptor {
    char *name; /* of the file, without its folder */
    char *description;
    char **interfaces; /* "uefi", "bios", ...: most native first */
    char **features;   /* "secure-boot", "requires-smm", ... */
    char **tags;       /* how it was built, in its packager's words; none: empty */
    GPtrArray *targets;
    enum lathe_firmware_device device;
    enum lathe_flash_mode mode;
    char *executable, *executable_format;
    char *template, *template_format; /* of a split flash, else NULL */
};

/* NULL with *error saying what is wrong with the text. name is only remembered. Unknown members and
 * features are fine. */
struct lathe_descriptor *lathe_descriptor_parse(const char *name, const char *text, gsize length,
                                                GError **error);
void lathe_descriptor_free(struct lathe_descriptor *descriptor);

bool lathe_descriptor_has_feature(const struct lathe_descriptor *descriptor, const char *feature);
bool lathe_descriptor_has_interface(const struct lathe_descriptor *descriptor,
                                    const char *interface);
/* Is it for machines of this name, for example "x86_64" and "pc-q35-10.0"? */
bool lathe_descriptor_fits(const struct lathe_descriptor *descriptor, const char *architecture,
                           const char *machine);

/* A file that was skipped, and why. */
struct lathe_descriptor_problem {
    char *path, *text;
};

struct lathe_descriptor_list {
    GPtrArray *descriptors; /* of struct lathe_descriptor, in the order of choice */
    GPtrArray *problems;    /* of struct lathe_descriptor_problem */
    GPtrArray *hidden;      /* likewise: files that another one hides, and those that only hide */
};

/*
 * Reads *.json of the folders, the most general first; a file hides those of its name in the
 * folders before, and an empty one is only there to hide. Folders that do not exist are empty.
 */
struct lathe_descriptor_list *lathe_descriptor_list_read(const char *const *folders);
void lathe_descriptor_list_free(struct lathe_descriptor_list *list);
/* Do the brackets of a JSON text, outside of its strings, nest to at most 32 levels? Its parser
 * recurses. Any thread. */
bool lathe_json_depth_ok(const char *text, gsize length);

/* Where this host keeps them: the system's, the administrator's, the user's. g_strfreev. */
char **lathe_descriptor_folders(void);

typedef struct lathe_descriptor lathe_descriptor;
typedef struct lathe_descriptor_list lathe_descriptor_list;
G_DEFINE_AUTOPTR_CLEANUP_FUNC(lathe_descriptor, lathe_descriptor_free)
G_DEFINE_AUTOPTR_CLEANUP_FUNC(lathe_descriptor_list, lathe_descriptor_list_free)

#endif
