/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Opening without leaving the folder (confine.h); Linux 5.6 for openat2. */
#include "emulator/share/confine.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <linux/openat2.h>
#include <stdio.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#define CONFINE_ALWAYS (O_CLOEXEC | O_NOCTTY | O_NONBLOCK)
#define CONFINE_HOLD   (O_PATH | O_NOFOLLOW | O_CLOEXEC)

static int confine_result(int descriptor)
{
    return descriptor >= 0 ? descriptor : -errno;
}

static int confine_openat2(int folder, const char *path)
{
    struct open_how how = {
        .flags = CONFINE_HOLD,
        .resolve = RESOLVE_BENEATH | RESOLVE_NO_SYMLINKS | RESOLVE_NO_MAGICLINKS,
    };

    return confine_result((int)syscall(SYS_openat2, folder, path, &how, sizeof(how)));
}

bool share_root_open(struct share_root *root, const char *folder, struct emu_error *err)
{
    int probe;

    root->proc = -1;
    root->folder = open(folder, O_PATH | O_DIRECTORY | O_CLOEXEC);
    if (root->folder < 0)
        return emu_error_set(err, EMU_ERROR_INPUT, "cannot share the folder '%s': %s", folder,
                             strerror(errno));
    root->proc = open("/proc/self/fd", O_PATH | O_DIRECTORY | O_CLOEXEC);
    probe = confine_openat2(root->folder, ".");
    if (root->proc < 0 || probe < 0) {
        share_root_close(root);
        return emu_error_set(err, EMU_ERROR_HOST,
                             "cannot share the folder '%s' safely: that needs /proc and Linux 5.6",
                             folder);
    }
    close(probe);
    return true;
}

void share_root_close(struct share_root *root)
{
    if (root->folder >= 0)
        close(root->folder);
    if (root->proc >= 0)
        close(root->proc);
    root->folder = root->proc = -1;
}

bool share_name_good(const char *name)
{
    return name[0] != '\0' && strcmp(name, ".") != 0 && strcmp(name, "..") != 0 &&
           strchr(name, '/') == NULL && strlen(name) <= NAME_MAX;
}

int share_hold(int directory, const char *name)
{
    if (!share_name_good(name))
        return -EINVAL;
    return confine_result(openat(directory, name, CONFINE_HOLD));
}

int share_hold_path(const struct share_root *root, const char *path)
{
    return confine_openat2(root->folder, path[0] != '\0' ? path : ".");
}

struct share_proc_name share_proc_name(int descriptor)
{
    struct share_proc_name name;

    snprintf(name.text, sizeof(name.text), "%d", descriptor);
    return name;
}

/* A link cannot be found through /proc and held at once. */
int share_hold_again(const struct share_root *root, int descriptor)
{
    return confine_result(
        fcntl(descriptor, F_GETFL) & O_PATH
            ? fcntl(descriptor, F_DUPFD_CLOEXEC, 0)
            : openat(root->proc, share_proc_name(descriptor).text, O_PATH | O_CLOEXEC));
}

int share_reopen(const struct share_root *root, int held, int flags)
{
    struct stat found;

    if (fstat(held, &found) != 0)
        return -errno;
    if (S_ISLNK(found.st_mode))
        return -ELOOP;
    if (!S_ISREG(found.st_mode) && !S_ISDIR(found.st_mode))
        return -EOPNOTSUPP;
    return confine_result(openat(root->proc, share_proc_name(held).text, flags | CONFINE_ALWAYS));
}

/* O_EXCL in any case: so nothing that is there is opened by its name. */
int share_create(const struct share_root *root, int directory, const char *name, int flags,
                 unsigned mode, bool *made)
{
    int made_flags = flags | O_CREAT | O_EXCL | O_NOFOLLOW | CONFINE_ALWAYS;
    int held, opened;

    *made = false;
    if (!share_name_good(name))
        return -EINVAL;
    opened = confine_result(openat(directory, name, made_flags, mode));
    *made = opened >= 0;
    if (opened != -EEXIST || (flags & O_EXCL))
        return opened;
    held = share_hold(directory, name);
    if (held < 0)
        return held;
    opened = share_reopen(root, held, flags);
    close(held);
    return opened;
}
