/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The look at a file: opens it, asks the parsers in turn, and puts what they found into words. */
#include "app/media/media.h"

#include <errno.h>
#include <fcntl.h>
#include <glib/gi18n.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "app/media/media-private.h"
#include "app/plan/error.h"
#include "emulator/api/block.h"

bool media_read(const struct lathe_media_source *source, guint64 offset, void *buffer, gsize length)
{
    memset(buffer, 0, length);
    if (offset > source->size || length > source->size - offset)
        return false;
    return source->read(source->opaque, offset, buffer, length) == 0;
}

void lathe_media_clear(struct lathe_media *media)
{
    g_free(media->volume);
    g_free(media->system);
    g_free(media->publisher);
    g_free(media->application);
    *media = (struct lathe_media){.format = "raw"};
}

/* ---- looking ---- */

bool lathe_media_look_source(const struct lathe_media_source *source, const char *name,
                             struct lathe_media *media, GError **error)
{
    *media = (struct lathe_media){.format = "raw"};
    if (media_iso_look(source, media))
        return true;
    const char *foreign = media_foreign(source);
    if (foreign != NULL)
        return lathe_error_input(error, "'%s' %s", name, foreign);
    *media = (struct lathe_media){.kind = LATHE_MEDIA_DISK, .format = "raw", .size = source->size};
    media->boots = media_disk_boots(source);
    return true;
}

int media_read_file(void *opaque, guint64 offset, void *buffer, gsize length)
{
    gsize done = 0;

    while (done < length) {
        ssize_t got =
            pread(*(int *)opaque, (char *)buffer + done, length - done, (off_t)(offset + done));
        if (got < 0 && errno == EINTR)
            continue;
        if (got <= 0)
            return got < 0 ? errno : EIO;
        done += (gsize)got;
    }
    return 0;
}

static int media_read_image(void *opaque, guint64 offset, void *buffer, gsize length)
{
    struct emu_block_backend *image = opaque;

    return image->ops->read(image->opaque, offset, buffer, length);
}

/* What a qcow2 image holds, by the emulator's own reader. */
static bool media_look_qcow2(const char *path, struct lathe_media *media, GError **error)
{
    const struct emu_block_options options = {.path = path, .format = "qcow2", .read_only = true};
    struct emu_block_backend image = {0};
    struct emu_error found = EMU_ERROR_INIT;

    if (!emu_block_open(&options, &image, &found))
        return lathe_error_from_emu(error, &found);
    const struct lathe_media_source source = {image.ops->size(image.opaque), media_read_image,
                                              &image};
    *media = (struct lathe_media){.kind = LATHE_MEDIA_DISK, .format = "qcow2", .size = source.size};
    media->boots = media_disk_boots(&source);
    emu_block_backend_close(&image);
    return true;
}

/* A file or a block device; not what blocks or has no end. */
static int media_open(const char *path, guint64 *size, GError **error)
{
    struct stat info;
    int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
    off_t end = -1;

    if (fd < 0) {
        lathe_error_input(error, "cannot read '%s': %s", path, g_strerror(errno));
        return -1;
    }
    if (fstat(fd, &info) == 0 && (S_ISREG(info.st_mode) || S_ISBLK(info.st_mode)))
        end = lseek(fd, 0, SEEK_END);
    if (end < 0) {
        lathe_error_input(error, "'%s' is %s, no image", path,
                          S_ISDIR(info.st_mode) ? _("a folder") : _("no file"));
        close(fd);
        return -1;
    }
    *size = (guint64)end;
    return fd;
}

bool lathe_media_look(const char *path, struct lathe_media *media, GError **error)
{
    struct lathe_media_source source = {.read = media_read_file};
    char magic[4];
    bool good;
    int fd = media_open(path, &source.size, error);

    *media = (struct lathe_media){.format = "raw"};
    if (fd < 0)
        return false;
    source.opaque = &fd;
    if (source.size == 0)
        good = lathe_error_input(error, "'%s' is empty", path);
    else if (media_read(&source, 0, magic, 4) && memcmp(magic, "QFI\xfb", 4) == 0)
        good = media_look_qcow2(path, media, error);
    else
        good = lathe_media_look_source(&source, path, media, error);
    close(fd);
    return good;
}

/* ---- words ---- */

static bool media_say_cut_short(const struct lathe_media *media, const char *name, GError **error)
{
    if (media->claimed <= media->size)
        return lathe_error_input(error,
                                 "'%s' is cut short: what it boots lies behind its end; "
                                 "fetch it again",
                                 name);
    g_autofree char *has = g_format_size_full(media->size, G_FORMAT_SIZE_IEC_UNITS);
    g_autofree char *claims = g_format_size_full(media->claimed, G_FORMAT_SIZE_IEC_UNITS);
    return lathe_error_input(
        error, "'%s' is cut short: the disc has %s and the file only %s; fetch it again", name,
        claims, has);
}

bool lathe_media_check_boots(const struct lathe_media *media, const char *name, GError **error)
{
    unsigned boots = media->boots | media->as_disk;

    if (media->cut_short)
        return media_say_cut_short(media, name, error);
    if ((boots & (LATHE_BOOTS_BIOS | LATHE_BOOTS_UEFI)) != 0)
        return true;
    if ((boots & LATHE_BOOTS_UEFI32) != 0)
        return lathe_error_input(error,
                                 "'%s' starts with 32-bit UEFI only, for which there is no "
                                 "firmware here: take its 64-bit edition",
                                 name);
    if (boots != 0)
        return lathe_error_input(error,
                                 "'%s' is for computers with other processors: take the edition "
                                 "for PCs (amd64, x86-64)",
                                 name);
    if (media->kind == LATHE_MEDIA_DISC)
        return lathe_error_input(error,
                                 "'%s' is a disc with nothing that boots; --cdrom puts it into "
                                 "the drive of a machine that boots something else",
                                 name);
    return lathe_error_input(error,
                             "'%s' is nothing that boots: give a disc or disk image, or a "
                             "kernel (bzImage, ELF or Multiboot)",
                             name);
}

/* What it starts with, as an index for media_sentences. */
static gsize media_sort(const struct lathe_media *media)
{
    if ((media->boots & LATHE_BOOTS_BIOS) && (media->boots & LATHE_BOOTS_UEFI))
        return 0;
    if (media->boots & LATHE_BOOTS_UEFI)
        return 1;
    if (media->boots & LATHE_BOOTS_BIOS)
        return 2;
    if (media->boots & LATHE_BOOTS_UEFI32)
        return 3;
    return media->boots != 0 ? 4 : 5;
}

static const char *const media_sentences[][2] = {
    {N_("This disk starts with BIOS and UEFI"), N_("This disc starts with BIOS and UEFI")},
    {N_("This disk starts with UEFI only"), N_("This disc starts with UEFI only")},
    {N_("This disk starts with BIOS only"), N_("This disc starts with BIOS only")},
    {N_("This disk starts with 32-bit UEFI only"), N_("This disc starts with 32-bit UEFI only")},
    {N_("This disk is for computers with other processors"),
     N_("This disc is for computers with other processors")},
    {N_("This disk does not boot"), N_("This disc does not boot")},
};

char *lathe_media_describe(const struct lathe_media *media)
{
    return g_strdup(_(media_sentences[media_sort(media)][media->kind == LATHE_MEDIA_DISC]));
}
