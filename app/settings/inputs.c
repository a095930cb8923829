/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Looks at input files before a machine is made. Whether an image is whole and boots is for the
 * emulator's loaders to say; here only what it is and whether it can be read.
 */
#include "app/settings/inputs.h"

#include <errno.h>
#include <fcntl.h>
#include <glib/gi18n.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "app/media/media.h"
#include "app/plan/boot-order.h"
#include "app/plan/definition.h"
#include "app/plan/error.h"
#include "emulator/api/host.h"

#define INPUT_ISO_MAGIC_AT 0x8001 /* ISO 9660, volume descriptor: "CD001" */
#define INPUT_BZIMAGE_AT   0x202  /* Linux boot protocol: "HdrS" */
#define INPUT_MULTIBOOT_IN 8192   /* Multiboot 1: the header lies in these first bytes */

/* Why it cannot be read; NULL if it can. Static or errno's text. */
static const char *input_obstacle(const char *path)
{
    struct stat info;
    int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);

    if (fd < 0)
        return g_strerror(errno);
    bool directory = fstat(fd, &info) == 0 && S_ISDIR(info.st_mode);
    close(fd);
    return directory ? _("is a directory") : NULL;
}

/* format: what to say if it is not, of the path and the obstacle. */
static bool input_readable(const char *format, const char *path, GError **error)
{
    const char *obstacle = input_obstacle(path);

    if (obstacle == NULL)
        return true;
    g_autofree char *text = g_strdup_printf(format, path, obstacle);
    return lathe_error_input(error, "%s", text);
}

/* One file, or the modules of a Multiboot kernel: "FILE args,FILE args". */
static bool input_check_initrd(const char *initrd, GError **error)
{
    if (strpbrk(initrd, ", ") == NULL || input_obstacle(initrd) == NULL)
        return input_readable(_("cannot read the initrd '%s': %s"), initrd, error);
    g_auto(GStrv) modules = g_strsplit(initrd, ",", -1);
    for (size_t i = 0; modules[i] != NULL; i++) {
        modules[i][strcspn(modules[i], " ")] = '\0';
        if (!input_readable(_("cannot read the initrd '%s': %s"), modules[i], error))
            return false;
    }
    return true;
}

bool lathe_inputs_check(const struct lathe_definition *definition, GError **error)
{
    for (unsigned i = 0; i < definition->disks; i++) {
        if (definition->disk[i].size != 0)
            return lathe_error_input(error, "--disk size= is for a machine that is kept: lathe "
                                            "create makes one");
    }
    bool none = strcmp(definition->firmware, "none") == 0;
    bool automatic = strcmp(definition->firmware, "auto") == 0;

    if (definition->kernel == NULL && !none && (!automatic || definition->disks != 0))
        return true;
    if (definition->kernel == NULL)
        return lathe_error_input(error, "nothing to run: give a kernel image with --kernel FILE, a "
                                        "disk with --disk, or firmware with --firmware");
    return input_readable(_("cannot read the kernel '%s': %s"), definition->kernel, error) &&
           (definition->initrd == NULL || input_check_initrd(definition->initrd, error));
}

static bool input_has(const char *path, off_t offset, const char *magic)
{
    char found[8] = "";
    int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);

    if (fd < 0)
        return false;
    ssize_t got = pread(fd, found, strlen(magic), offset);
    close(fd);
    return got == (ssize_t)strlen(magic) && memcmp(found, magic, (size_t)got) == 0;
}

static bool input_is_multiboot(const char *path)
{
    static const unsigned char magic[4] = {0x02, 0xb0, 0xad, 0x1b};
    unsigned char head[INPUT_MULTIBOOT_IN];
    int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
    ssize_t got = fd < 0 ? -1 : pread(fd, head, sizeof(head), 0);

    if (fd >= 0)
        close(fd);
    return got > 0 && memmem(head, (size_t)got, magic, sizeof(magic)) != NULL;
}

static bool input_is_kernel(const char *path)
{
    return input_has(path, INPUT_BZIMAGE_AT, "HdrS") || input_has(path, 0, "\177ELF") ||
           input_is_multiboot(path);
}

/* UEFI knows no floppies: what only it can start is a disk, whatever its size. */
static bool input_is_floppy(const struct lathe_media *media)
{
    return media->kind == LATHE_MEDIA_DISK && strcmp(media->format, "raw") == 0 &&
           media->boots == LATHE_BOOTS_BIOS && emu_is_floppy_size(media->size);
}

/* The machine is thrown away, and so is what it writes. */
static bool input_add_disk(struct lathe_definition *definition, const char *path,
                           const struct lathe_media *media, GError **error)
{
    g_auto(GStrv) parts = g_strsplit(path, ",", -1);
    g_autofree char *name = g_strjoinv(",,", parts);

    if (!(input_is_floppy(media) ? lathe_definition_add_floppy(definition, name, error)
                                 : lathe_definition_add_disk(definition, name, error)))
        return false;
    definition->disk[definition->disks - 1].discard_changes = true;
    return true;
}

/* A hybrid image that boots as a disk only is given as one. */
static bool input_take_media(struct lathe_definition *definition, const char *path,
                             const struct lathe_media *media, GError **error)
{
    if (!lathe_media_check_boots(media, path, error))
        return false;
    if (media->kind == LATHE_MEDIA_DISC && media->boots != 0)
        return lathe_definition_add_cdrom(definition, path, error);
    return input_add_disk(definition, path, media, error);
}

static bool input_take_kernel(struct lathe_definition *definition, const char *path, GError **error)
{
    if (definition->kernel != NULL)
        return lathe_error_input(error, "'%s' and --kernel %s: give one of them", path,
                                 definition->kernel);
    definition->kernel = g_strdup(path);
    return true;
}

bool lathe_inputs_take_file(struct lathe_definition *definition, const char *path, GError **error)
{
    const char *obstacle = input_obstacle(path);
    struct lathe_media media;

    if (obstacle != NULL)
        return lathe_error_input(error,
                                 "cannot read '%s': %s; lathe run takes a machine's name, a disc "
                                 "image, a disk image or a kernel",
                                 path, obstacle);
    if (!input_has(path, INPUT_ISO_MAGIC_AT, "CD001") && input_is_kernel(path))
        return input_take_kernel(definition, path, error);
    if (!lathe_media_look(path, &media, error))
        return false;
    if (definition->name == NULL)
        definition->name = g_path_get_basename(path);
    bool good = input_take_media(definition, path, &media, error);
    lathe_media_clear(&media);
    return good;
}

void lathe_inputs_settle_memory(struct lathe_definition *definition)
{
    const uint64_t usual = UINT64_C(2) << 30;

    if (definition->kernel == NULL && emu_host_memory_limit() / 2 >= usual)
        definition->memory = usual;
}

/* ---- what boots ---- */

/* False: nothing that decides, because it does not boot or cannot be looked at. */
static bool input_look_at(struct lathe_definition *definition,
                          const struct lathe_disk_definition *disk)
{
    struct lathe_media media;
    unsigned boots = 0;

    if (disk->bus == EMU_DRIVE_FLOPPY) { /* which UEFI does not know */
        definition->boots = LATHE_BOOTS_BIOS;
        g_free(definition->boots_text);
        definition->boots_text = g_strdup("A floppy disk is started by BIOS firmware");
        return true;
    }
    if (disk->path == NULL || !lathe_media_look(disk->path, &media, NULL))
        return false;
    if (disk->cdrom == (media.kind == LATHE_MEDIA_DISC))
        boots = media.boots;
    else if (!disk->cdrom)
        boots = media.as_disk;
    if (boots != 0) {
        definition->boots = boots;
        definition->boots_text = lathe_media_describe(&media);
    }
    if (disk->cdrom && media.cut_short)
        lathe_definition_note(definition, _("The disc image is cut short: fetch it again"));
    lathe_media_clear(&media);
    return boots != 0;
}

static bool input_look_at_kind(struct lathe_definition *definition, enum lathe_boot_kind kind)
{
    for (unsigned i = 0; i < definition->disks; i++) {
        const struct lathe_disk_definition *disk = &definition->disk[i];
        if (lathe_boot_kind_of(disk) == kind && input_look_at(definition, disk))
            return true;
    }
    return false;
}

/* As the firmware looks: in the boot order, or else disks first (plan/boot-order.h). */
void lathe_inputs_look(struct lathe_definition *definition)
{
    static const struct lathe_boot_order usual = {
        {LATHE_BOOT_DISK, LATHE_BOOT_CDROM, LATHE_BOOT_FLOPPY}, 3};
    const struct lathe_boot_order *order = definition->boot.count != 0 ? &definition->boot : &usual;
    bool decided = definition->kernel != NULL;

    for (unsigned i = 0; i < order->count && !decided; i++)
        decided = order->kinds[i] != LATHE_BOOT_NETWORK &&
                  input_look_at_kind(definition, order->kinds[i]);
}

static void input_identify(struct lathe_definition *definition, const char *path)
{
    struct lathe_media media;

    if (!lathe_media_look(path, &media, NULL))
        return;
    g_autofree char *name = lathe_media_identify(&media);
    g_autofree char *note = g_strdup_printf(_("The disc holds %s"), name);
    if (name != NULL)
        lathe_definition_note(definition, note);
    lathe_media_clear(&media);
}

void lathe_inputs_identify(struct lathe_definition *definition)
{
    for (unsigned i = 0; i < definition->disks; i++) {
        if (definition->disk[i].cdrom)
            input_identify(definition, definition->disk[i].path);
    }
}
