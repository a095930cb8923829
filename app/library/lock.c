/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Who uses a machine (lock.h). A lock of the open file (F_OFD_SETLK, fcntl(2)) rather than flock:
 * it goes with its process as well, and can be asked for without being taken.
 */
#include "app/library/lock.h"

#include <glib/gi18n.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "app/plan/error.h"

struct lathe_lock {
    int fd;
};

static struct flock lock_whole(void)
{
    return (struct flock){.l_type = F_WRLCK, .l_whence = SEEK_SET};
}

/* What the holder wrote. */
static enum lathe_lock_use lock_read_holder(int fd, pid_t *pid)
{
    char text[32] = "", use[8] = "";
    int number = 0;

    if (pread(fd, text, sizeof(text) - 1, 0) > 0 && sscanf(text, "%7s %d", use, &number) == 2 &&
        number > 0 && pid != NULL)
        *pid = number;
    return strcmp(use, "edit") == 0 ? LATHE_LOCK_EDIT : LATHE_LOCK_RUN;
}

enum lathe_lock_use lathe_lock_look(const char *folder, pid_t *pid)
{
    g_autofree char *path = g_build_filename(folder, "lock", NULL);
    int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
    struct flock lock = lock_whole();
    enum lathe_lock_use use = LATHE_LOCK_FREE;

    if (pid != NULL)
        *pid = 0;
    if (fd < 0)
        return LATHE_LOCK_FREE;
    if (fcntl(fd, F_OFD_GETLK, &lock) == 0 && lock.l_type != F_UNLCK)
        use = lock_read_holder(fd, pid);
    close(fd);
    return use;
}

static bool lock_refuse(int fd, const char *name, GError **error)
{
    pid_t pid = 0;
    bool edit = lock_read_holder(fd, &pid) == LATHE_LOCK_EDIT;
    g_autofree char *process =
        pid != 0 ? g_strdup_printf(_(" (process %d)"), (int)pid) : g_strdup("");

    g_set_error(error, LATHE_ERROR, LATHE_ERROR_BUSY,
                /* Translators: the second %s is " (process 12)", or nothing */
                edit ? _("'%s' is being changed by another program%s: try again when it is done")
                     : _("'%s' is running%s: stop it first"),
                name, process);
    return false;
}

/* The folder may have been moved away between opening and locking. */
static bool lock_is_there(int fd, const char *path)
{
    struct stat held, there;

    return fstat(fd, &held) == 0 && stat(path, &there) == 0 && held.st_ino == there.st_ino &&
           held.st_dev == there.st_dev;
}

static bool lock_set(int fd, const char *path, const char *name, enum lathe_lock_use use,
                     GError **error)
{
    struct flock lock = lock_whole();
    char text[32];
    int length = snprintf(text, sizeof(text), "%s %d\n", use == LATHE_LOCK_EDIT ? "edit" : "run",
                          (int)getpid());

    if (fcntl(fd, F_OFD_SETLK, &lock) != 0) {
        if (errno == EAGAIN || errno == EACCES)
            return lock_refuse(fd, name, error);
        return lathe_error_input(error, "cannot lock '%s': %s", path, g_strerror(errno));
    }
    if (!lock_is_there(fd, path))
        return lathe_error_input(error, "'%s' was moved away meanwhile", name);
    /* On a full disk it is locked all the same, and does not say by whom. */
    bool written = ftruncate(fd, 0) != 0 || pwrite(fd, text, (size_t)length, 0) != 0;
    futimens(fd, NULL); /* who follows the folder is told (app/watch/notes.c) */
    return written;
}

struct lathe_lock *lathe_lock_take(const char *folder, const char *name, enum lathe_lock_use use,
                                   GError **error)
{
    g_autofree char *path = g_build_filename(folder, "lock", NULL);
    int fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NONBLOCK | O_NOFOLLOW, 0600);
    struct lathe_lock *lock;

    if (fd < 0) {
        lathe_error_input(error, "cannot lock '%s': %s", path, g_strerror(errno));
        return NULL;
    }
    if (!lock_set(fd, path, name, use, error)) {
        close(fd);
        return NULL;
    }
    lock = g_new0(struct lathe_lock, 1);
    lock->fd = fd;
    return lock;
}

void lathe_lock_free(struct lathe_lock *lock)
{
    if (lock == NULL)
        return;
    close(lock->fd);
    g_free(lock);
}
