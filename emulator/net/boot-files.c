/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The files of a boot service (boot-files.h). The kernel keeps lookups in the folder: openat2. */
#include "emulator/net/boot-files.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/openat2.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

/* ---- names ---- */

static bool boot_is_part(const char *part, size_t length)
{
    return length != 0 && !(length == 1 && part[0] == '.');
}

static bool boot_leads_up(const char *part, size_t length)
{
    return length == 2 && part[0] == '.' && part[1] == '.';
}

static bool boot_is_slash(char letter)
{
    return letter == '/' || letter == '\\';
}

bool emu_bootfile_name(const char *asked, size_t length, char out[EMU_BOOT_NAME_MAX])
{
    size_t used = 0, at = 0;

    while (at < length) {
        size_t start = at;

        while (at < length && !boot_is_slash(asked[at])) {
            if ((unsigned char)asked[at] < 0x20 || asked[at] == 0x7f)
                return false;
            at++;
        }
        if (boot_leads_up(asked + start, at - start))
            return false;
        if (boot_is_part(asked + start, at - start)) {
            if (used + 1 + at - start >= EMU_BOOT_NAME_MAX)
                return false;
            if (used != 0)
                out[used++] = '/';
            memcpy(out + used, asked + start, at - start);
            used += at - start;
        }
        at++;
    }
    out[used] = '\0';
    return used != 0;
}

void emu_bootfile_show(const char *name, size_t length, char *out, size_t size)
{
    size_t shown = length < size - 1 ? length : size - 1;

    for (size_t i = 0; i < shown; i++)
        out[i] = (unsigned char)name[i] >= 0x20 && (unsigned char)name[i] < 0x7f ? name[i] : '?';
    out[shown] = '\0';
}

/* ---- opening ---- */

static enum emu_netboot_outcome boot_told(int error)
{
    switch (error) {
    case ENOENT:
    case ENOTDIR:
        return EMU_NETBOOT_ABSENT;
    case EXDEV: /* it would have left the folder */
    case ELOOP:
    case EACCES:
    case EPERM:
        return EMU_NETBOOT_DENIED;
    default:
        return EMU_NETBOOT_FAILED;
    }
}

/* Only plain files; a pipe would wait, a device would act. */
static enum emu_netboot_outcome boot_take(int fd, struct emu_bootfile *out)
{
    struct stat found;

    if (fd < 0)
        return boot_told(errno);
    if (fstat(fd, &found) != 0 || !S_ISREG(found.st_mode)) {
        close(fd);
        return EMU_NETBOOT_ABSENT;
    }
    *out = (struct emu_bootfile){fd, (uint64_t)found.st_size};
    return EMU_NETBOOT_DONE;
}

static int boot_open_below(int folder, const char *name)
{
    const struct open_how how = {
        .flags = O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY,
        .resolve = RESOLVE_BENEATH | RESOLVE_NO_MAGICLINKS,
    };

    return (int)syscall(SYS_openat2, folder, name, &how, sizeof(how));
}

enum emu_netboot_outcome emu_bootfile_open(const struct emu_bootfiles *files, const char *name,
                                           struct emu_bootfile *out)
{
    *out = (struct emu_bootfile){.fd = -1};
    for (unsigned i = 0; i < files->count; i++)
        if (strcmp(files->files[i].name, name) == 0)
            return boot_take(
                open(files->files[i].path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY), out);
    if (files->folder < 0)
        return EMU_NETBOOT_ABSENT;
    return boot_take(boot_open_below(files->folder, name), out);
}

/* ---- what is given ---- */

static bool boot_add_file(struct emu_bootfiles *files, const struct emu_netboot_file *file,
                          struct emu_error *err)
{
    struct emu_netboot_file *slot = &files->files[files->count];
    char name[EMU_BOOT_NAME_MAX];
    struct stat found;

    if (!emu_bootfile_name(file->name, strlen(file->name), name))
        return emu_error_set(err, EMU_ERROR_INPUT,
                             "'%s' is no name that a boot file can be asked for by", file->name);
    if (stat(file->path, &found) != 0)
        return emu_error_set(err, EMU_ERROR_INPUT, "cannot find the boot file %s: %s", file->path,
                             strerror(errno));
    if (!S_ISREG(found.st_mode))
        return emu_error_set(err, EMU_ERROR_INPUT, "the boot file %s is no plain file", file->path);
    *slot = (struct emu_netboot_file){strdup(name), strdup(file->path)};
    files->count++;
    return (slot->name != NULL && slot->path != NULL) ||
           emu_error_set(err, EMU_ERROR_HOST, "out of memory");
}

static bool boot_open_folder(struct emu_bootfiles *files, const char *folder, struct emu_error *err)
{
    struct stat found;

    if (folder == NULL)
        return true;
    if (stat(folder, &found) != 0)
        return emu_error_set(err, EMU_ERROR_INPUT, "cannot find the TFTP folder %s: %s", folder,
                             strerror(errno));
    if (!S_ISDIR(found.st_mode))
        return emu_error_set(err, EMU_ERROR_INPUT, "%s is no folder for TFTP", folder);
    files->folder = open(folder, O_PATH | O_DIRECTORY | O_CLOEXEC);
    return files->folder >= 0 ||
           emu_error_set(err, EMU_ERROR_INPUT, "cannot open the folder %s: %s", folder,
                         strerror(errno));
}

bool emu_bootfiles_init(struct emu_bootfiles *files, const struct emu_netboot *config,
                        struct emu_error *err)
{
    bool good;

    *files = (struct emu_bootfiles){.folder = -1};
    if (config->file_count > EMU_NETBOOT_FILES)
        return emu_error_set(err, EMU_ERROR_INPUT,
                             "at most %u single files can be given: put them into a folder",
                             EMU_NETBOOT_FILES);
    good = boot_open_folder(files, config->folder, err);
    for (unsigned i = 0; good && i < config->file_count; i++)
        good = boot_add_file(files, &config->files[i], err);
    if (!good)
        emu_bootfiles_finish(files);
    return good;
}

void emu_bootfiles_finish(struct emu_bootfiles *files)
{
    for (unsigned i = 0; i < files->count; i++) {
        free((char *)files->files[i].name);
        free((char *)files->files[i].path);
    }
    if (files->folder >= 0)
        close(files->folder);
    *files = (struct emu_bootfiles){.folder = -1};
}
