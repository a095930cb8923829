/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * swtpm's two channels (swtpm_ioctls(3)): over the control socket, numbers in network order, it
 * gets one end of a socket pair for TPM commands, and is told to start anew. Its state is locked by
 * itself.
 */
#include "app/session/swtpm.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <gio/gio.h>
#include <glib/gi18n.h>
#include <glib/gstdio.h>
#include <poll.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "app/plan/error.h"

enum swtpm_control {
    SWTPM_INIT = 2,
    SWTPM_SHUTDOWN = 3,
    SWTPM_CANCEL = 9,
    SWTPM_STOP = 14,
    SWTPM_SET_DATA_FD = 16,
    SWTPM_SET_BUFFER_SIZE = 17,
};

#define SWTPM_HEADER   10u    /* bytes of a TPM response's header */
#define SWTPM_PATIENCE 120000 /* ms; making a key can take a minute */
#define SWTPM_START_MS 5000   /* until its socket is there */

struct swtpm {
    GSubprocess *process; /* NULL: not ours */
    char *scratch;        /* directory of the socket, and of the state if it is thrown away */
    GMutex lock;          /* of the control channel */
    int control, data;
};

/* ---- bytes ---- */

static bool swtpm_wait(int fd, short events)
{
    struct pollfd item = {fd, events, 0};
    int ready;

    do
        ready = poll(&item, 1, SWTPM_PATIENCE);
    while (ready < 0 && errno == EINTR);
    return ready == 1;
}

static bool swtpm_read(int fd, void *buffer, size_t length)
{
    char *at = buffer;

    while (length > 0) {
        ssize_t part = swtpm_wait(fd, POLLIN) ? read(fd, at, length) : 0;
        if (part < 0 && errno == EINTR)
            continue;
        if (part <= 0)
            return false;
        at += part;
        length -= (size_t)part;
    }
    return true;
}

static bool swtpm_write(int fd, const void *buffer, size_t length)
{
    const char *at = buffer;

    while (length > 0) {
        ssize_t part = send(fd, at, length, MSG_NOSIGNAL);
        if (part < 0 && errno == EINTR)
            continue;
        if (part <= 0)
            return false;
        at += part;
        length -= (size_t)part;
    }
    return true;
}

/* ---- the control channel ---- */

/* Sends a command with at most one number, and reads extra numbers behind the result. */
static bool swtpm_control(struct swtpm *swtpm, enum swtpm_control command, int number,
                          unsigned extra)
{
    uint32_t request[2] = {htonl(command), htonl((uint32_t)number)}, answer[4];
    bool good;

    g_mutex_lock(&swtpm->lock);
    good = swtpm_write(swtpm->control, request, number >= 0 ? 8 : 4) &&
           swtpm_read(swtpm->control, answer, 4 * (1 + extra)) && answer[0] == 0;
    g_mutex_unlock(&swtpm->lock);
    return good;
}

static bool swtpm_send_fd(struct swtpm *swtpm, int fd)
{
    uint32_t request = htonl(SWTPM_SET_DATA_FD), answer;
    union {
        struct cmsghdr header;
        char space[CMSG_SPACE(sizeof(int))];
    } control = {0};
    struct iovec part = {&request, sizeof(request)};
    struct msghdr message = {.msg_iov = &part,
                             .msg_iovlen = 1,
                             .msg_control = &control,
                             .msg_controllen = sizeof(control)};

    control.header.cmsg_level = SOL_SOCKET;
    control.header.cmsg_type = SCM_RIGHTS;
    control.header.cmsg_len = CMSG_LEN(sizeof(int));
    memcpy(CMSG_DATA(&control.header), &fd, sizeof(fd));
    return sendmsg(swtpm->control, &message, MSG_NOSIGNAL) == sizeof(request) &&
           swtpm_read(swtpm->control, &answer, sizeof(answer)) && answer == 0;
}

static bool swtpm_open_data(struct swtpm *swtpm)
{
    int pair[2];
    bool sent;

    if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair) != 0)
        return false;
    sent = swtpm_send_fd(swtpm, pair[1]);
    close(pair[1]);
    swtpm->data = pair[0];
    return sent;
}

/* ---- the back end ---- */

static bool swtpm_reset(void *opaque)
{
    struct swtpm *swtpm = opaque;

    return swtpm_control(swtpm, SWTPM_STOP, -1, 0) &&
           swtpm_control(swtpm, SWTPM_SET_BUFFER_SIZE, EMU_TPM_BUFFER, 3) &&
           swtpm_control(swtpm, SWTPM_INIT, 0, 0);
}

static size_t swtpm_execute(void *opaque, const uint8_t *command, size_t length, uint8_t *response,
                            size_t max)
{
    struct swtpm *swtpm = opaque;
    size_t total;

    if (!swtpm_write(swtpm->data, command, length) ||
        !swtpm_read(swtpm->data, response, SWTPM_HEADER))
        return 0;
    total = (size_t)response[2] << 24 | (size_t)response[3] << 16 | (size_t)response[4] << 8 |
            response[5];
    if (total < SWTPM_HEADER || total > max ||
        !swtpm_read(swtpm->data, response + SWTPM_HEADER, total - SWTPM_HEADER))
        return 0;
    return total;
}

static void swtpm_remove_directory(const char *path)
{
    GDir *directory = g_dir_open(path, 0, NULL);
    const char *name;

    while (directory != NULL && (name = g_dir_read_name(directory)) != NULL) {
        char *file = g_build_filename(path, name, NULL);
        g_unlink(file);
        g_free(file);
    }
    if (directory != NULL)
        g_dir_close(directory);
    g_rmdir(path);
}

static void swtpm_close(void *opaque)
{
    struct swtpm *swtpm = opaque;

    if (swtpm->control >= 0 && swtpm->process != NULL)
        swtpm_control(swtpm, SWTPM_SHUTDOWN, -1, 0);
    if (swtpm->data >= 0)
        close(swtpm->data);
    if (swtpm->control >= 0)
        close(swtpm->control);
    if (swtpm->process != NULL) {
        g_subprocess_send_signal(swtpm->process, SIGTERM);
        g_subprocess_wait(swtpm->process, NULL, NULL);
        g_object_unref(swtpm->process);
    }
    if (swtpm->scratch != NULL)
        swtpm_remove_directory(swtpm->scratch);
    g_free(swtpm->scratch);
    g_mutex_clear(&swtpm->lock);
    g_free(swtpm);
}

static const struct emu_tpm_ops swtpm_ops = {
    .name = "swtpm",
    .reset = swtpm_reset,
    .execute = swtpm_execute,
    .close = swtpm_close,
};

/* ---- beginning ---- */

static struct swtpm *swtpm_new(void)
{
    struct swtpm *swtpm = g_new0(struct swtpm, 1);

    g_mutex_init(&swtpm->lock);
    swtpm->control = swtpm->data = -1;
    return swtpm;
}

static bool swtpm_try_connect(struct swtpm *swtpm, const char *path)
{
    struct sockaddr_un address = {.sun_family = AF_UNIX};

    if (g_strlcpy(address.sun_path, path, sizeof(address.sun_path)) >= sizeof(address.sun_path))
        return false;
    swtpm->control = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (swtpm->control >= 0 &&
        connect(swtpm->control, (struct sockaddr *)&address, sizeof(address)) == 0)
        return true;
    if (swtpm->control >= 0)
        close(swtpm->control);
    swtpm->control = -1;
    return false;
}

static bool swtpm_finish(struct swtpm *swtpm, struct emu_tpm_backend *backend, const char *what,
                         GError **error)
{
    if (swtpm->control >= 0 && swtpm_open_data(swtpm)) {
        *backend = (struct emu_tpm_backend){&swtpm_ops, swtpm};
        return true;
    }
    swtpm_close(swtpm);
    g_set_error(error, LATHE_ERROR, LATHE_ERROR_INPUT, _("%s is no control socket of swtpm"), what);
    return false;
}

bool lathe_swtpm_connect(const char *path, struct emu_tpm_backend *backend, GError **error)
{
    struct swtpm *swtpm = swtpm_new();

    swtpm_try_connect(swtpm, path);
    return swtpm_finish(swtpm, backend, path, error);
}

static bool swtpm_spawn(struct swtpm *swtpm, const char *directory, const char *socket_path,
                        GError **error)
{
    char *state = g_strdup_printf("dir=%s,mode=0600", directory);
    char *control = g_strdup_printf("type=unixio,path=%s,mode=0600", socket_path);
    const char *const arguments[] = {"swtpm",  "socket", "--tpm2",      "--tpmstate", state,
                                     "--ctrl", control,  "--terminate", NULL};
    GSubprocessLauncher *launcher = g_subprocess_launcher_new(G_SUBPROCESS_FLAGS_STDOUT_SILENCE);

    swtpm->process = g_subprocess_launcher_spawnv(launcher, arguments, error);
    g_object_unref(launcher);
    g_free(control);
    g_free(state);
    if (swtpm->process == NULL)
        g_prefix_error(error, _("a TPM needs the program swtpm (package swtpm): "));
    return swtpm->process != NULL;
}

bool lathe_swtpm_start(const char *directory, struct emu_tpm_backend *backend, GError **error)
{
    struct swtpm *swtpm = swtpm_new();
    char *path;

    swtpm->scratch = g_dir_make_tmp("lathe-tpm-XXXXXX", error);
    if (swtpm->scratch == NULL ||
        (directory != NULL && g_mkdir_with_parents(directory, 0700) != 0)) {
        if (swtpm->scratch != NULL)
            g_set_error(error, LATHE_ERROR, LATHE_ERROR_INPUT,
                        _("cannot make %s for the TPM's state: %s"), directory, g_strerror(errno));
        swtpm_close(swtpm);
        return false;
    }
    path = g_build_filename(swtpm->scratch, "control", NULL);
    if (!swtpm_spawn(swtpm, directory != NULL ? directory : swtpm->scratch, path, error)) {
        g_free(path);
        swtpm_close(swtpm);
        return false;
    }
    for (unsigned i = 0; i < SWTPM_START_MS / 10 && !swtpm_try_connect(swtpm, path); i++)
        g_usleep(10000);
    g_free(path);
    return swtpm_finish(swtpm, backend, _("what was started"), error);
}
