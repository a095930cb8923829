/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The lock of a machine that runs says which process has it, and the process's id where it listens.
 */
#include "app/console/find.h"

#include <errno.h>
#include <poll.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "app/console/console.h"
#include "app/console/link.h"
#include "app/library/library.h"
#include "app/plan/error.h"

#define FIND_PATIENCE_MS 1000 /* a window waits meanwhile, and may ask many machines */

char *lathe_console_socket_path(int pid)
{
    g_autofree char *name = g_strdup_printf("%d.console", pid);

    return g_build_filename(g_get_user_runtime_dir(), "lathe", name, NULL);
}

static int find_open(const char *path, GError **error)
{
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);

    g_strlcpy(address.sun_path, path, sizeof(address.sun_path));
    if (fd >= 0 && connect(fd, (struct sockaddr *)&address, sizeof(address)) == 0)
        return fd;
    g_set_error(error, LATHE_ERROR, LATHE_ERROR_HOST, "the machine's ports cannot be reached: %s",
                g_strerror(errno));
    if (fd >= 0)
        close(fd);
    return -1;
}

static struct lathe_machine *find_machine(const char *name, GError **error)
{
    g_autoptr(lathe_library) library = lathe_library_open(NULL);

    return lathe_library_find(library, name, error);
}

bool console_find_exists(const char *machine, GError **error)
{
    g_autoptr(lathe_machine) found = find_machine(machine, error);

    return found != NULL;
}

int console_find_connect(const char *machine, GError **error)
{
    g_autoptr(lathe_machine) found = find_machine(machine, error);

    if (found == NULL)
        return -1;
    if (found->use != LATHE_LOCK_RUN || found->pid == 0) {
        lathe_error_input(error, "'%s' does not run; lathe run '%s' starts it", found->name,
                          found->name);
        return -1;
    }
    g_autofree char *path = lathe_console_socket_path(found->pid);
    return find_open(path, error);
}

/* ---- the list of ports ---- */

void lathe_console_port_free(struct lathe_console_port *port)
{
    g_free(port->name);
    g_free(port->title);
    g_free(port->location);
    g_free(port);
}

static GPtrArray *find_parse_ports(const char *text)
{
    GPtrArray *ports = g_ptr_array_new_with_free_func((GDestroyNotify)lathe_console_port_free);
    g_auto(GStrv) lines = g_strsplit(text, "\n", -1);

    for (guint i = 0; lines[i] != NULL; i++) {
        g_auto(GStrv) words = g_strsplit(lines[i], "\t", 3);
        if (g_strv_length(words) < 3)
            continue;
        struct lathe_console_port *port = g_new0(struct lathe_console_port, 1);
        port->name = g_utf8_make_valid(words[0], -1);
        port->title = g_utf8_make_valid(words[1], -1);
        port->location = g_utf8_make_valid(words[2], -1);
        g_ptr_array_add(ports, port);
    }
    return ports;
}

/* All of it. False: the other end is gone, or the time is over. */
static bool find_read(int fd, void *data, gsize length, gint64 deadline)
{
    guint8 *at = data;

    while (length > 0) {
        struct pollfd waiting = {.fd = fd, .events = POLLIN};
        gint64 left = (deadline - g_get_monotonic_time()) / 1000;
        if (left <= 0 || poll(&waiting, 1, (int)left) <= 0)
            return false;
        ssize_t got = recv(fd, at, length, MSG_DONTWAIT);
        if (got == 0 || (got < 0 && errno != EINTR && errno != EAGAIN))
            return false;
        at += got > 0 ? got : 0;
        length -= got > 0 ? (gsize)got : 0;
    }
    return true;
}

/* The text of the frame that lists the ports, behind the greeting. NULL: none came. */
static char *find_read_list(int fd)
{
    gint64 deadline = g_get_monotonic_time() + FIND_PATIENCE_MS * 1000;
    guint8 head[4] = {0};

    while (find_read(fd, head, sizeof(head), deadline)) {
        gsize length = head[1] | (gsize)head[2] << 8 | (gsize)head[3] << 16;
        g_autofree char *text = length <= CONSOLE_FRAME_MAX ? g_malloc0(length + 1) : NULL;
        if (text == NULL || !find_read(fd, text, length, deadline))
            return NULL;
        if (head[0] == CONSOLE_PORTS)
            return g_steal_pointer(&text);
        if (head[0] != CONSOLE_HELLO)
            return NULL;
    }
    return NULL;
}

GPtrArray *lathe_console_list(const char *machine, GError **error)
{
    const guint8 question[4] = {CONSOLE_LIST};
    int fd = console_find_connect(machine, error);

    if (fd < 0)
        return NULL;
    g_autofree char *text =
        send(fd, question, sizeof(question), MSG_NOSIGNAL) == (ssize_t)sizeof(question)
            ? find_read_list(fd)
            : NULL;
    close(fd);
    if (text != NULL)
        return find_parse_ports(text);
    g_set_error(error, LATHE_ERROR, LATHE_ERROR_HOST, "the machine does not answer");
    return NULL;
}
