/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A server that died is replaced behind the library's back: its socket gets a new other end, and
 * the new server hears what the library said to the first one before anything else (its init).
 * What follows are contexts, and those of a dead server are the guest's loss.
 */
#include "display/virgl/server.h"

#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "display/virgl/confine.h"

#define SERVER_FD      3 /* the socket's number there */
#define SERVER_FD_TEXT "3"

extern char **environ;

const char *disp_server_find(void)
{
    static const char *const places[] = {
        "/usr/libexec/virgl_render_server",
        "/usr/local/libexec/virgl_render_server",
        "/usr/lib/virgl_render_server",
        "/usr/lib/virglrenderer/virgl_render_server",
    };
    const char *told = getenv("RENDER_SERVER_EXEC_PATH"); /* as virglrenderer calls it */

    if (told != NULL)
        return access(told, X_OK) == 0 ? told : NULL;
    for (size_t i = 0; i < sizeof(places) / sizeof(*places); i++)
        if (access(places[i], X_OK) == 0)
            return places[i];
    return NULL;
}

void disp_server_init(struct disp_server *server, const char *program)
{
    *server = (struct disp_server){.program = program, .library = -1, .waiting = -1};
}

static bool server_pair(int ends[2])
{
    return socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, ends) == 0;
}

int disp_server_connect(struct disp_server *server)
{
    int ends[2];

    if (server->library >= 0 || !server_pair(ends))
        return -1;
    server->library = ends[0];
    server->waiting = ends[1];
    return server->library;
}

/* ---- starting one ---- */

/* It has no business with the desktop, and keeps no files. */
static char **server_environment(void)
{
    static const char *const without[] = {
        "DISPLAY=",         "WAYLAND_", "XAUTHORITY=",      "DBUS_",
        "XDG_RUNTIME_DIR=", "SSH_",     "MESA_SHADER_CACHE"};
    size_t count = 0, kept = 0;
    char **made;

    while (environ[count] != NULL)
        count++;
    made = calloc(count + 2, sizeof(*made));
    for (size_t i = 0; made != NULL && i < count; i++) {
        bool keep = true;

        for (size_t j = 0; j < sizeof(without) / sizeof(*without); j++)
            keep = keep && strncmp(environ[i], without[j], strlen(without[j])) != 0;
        if (keep)
            made[kept++] = environ[i];
    }
    if (made != NULL)
        made[kept] = (char *)"MESA_SHADER_CACHE_DISABLE=true";
    return made;
}

/* Between fork and exec, where other threads' locks may be held for ever: system calls only. */
static void server_become(const struct disp_server *server, char **environment, int end,
                          pid_t parent)
{
    static const int quiet[] = {STDIN_FILENO, STDOUT_FILENO, STDERR_FILENO};
    char *arguments[] = {(char *)"virgl_render_server", (char *)"--socket-fd",
                         (char *)SERVER_FD_TEXT, NULL};
    int nothing = open("/dev/null", O_RDWR | O_CLOEXEC);

    end = fcntl(end, F_DUPFD, SERVER_FD + 1); /* so that nothing below is in its way */
    for (size_t i = 0; i < sizeof(quiet) / sizeof(*quiet); i++)
        dup2(nothing, quiet[i]);
    if (nothing < 0 || end < 0 || dup2(end, SERVER_FD) < 0 ||
        close_range(SERVER_FD + 1, ~0u, 0) != 0)
        _exit(1);
    setsid();
    if (!disp_confine(server->program))
        _exit(1);
    prctl(PR_SET_PDEATHSIG, SIGKILL); /* which a new user namespace forgets */
    if (getppid() == parent)          /* it may be gone already */
        execve(server->program, arguments, environment);
    _exit(1);
}

static void server_unblock_signals(void)
{
    struct sigaction normal = {.sa_handler = SIG_DFL};
    sigset_t none;

    for (int signal = 1; signal < NSIG; signal++)
        sigaction(signal, &normal, NULL);
    sigemptyset(&none);
    sigprocmask(SIG_SETMASK, &none, NULL);
}

static bool server_start(struct disp_server *server)
{
    char **environment = server_environment();
    pid_t parent = getpid(), pid = environment != NULL ? fork() : -1;

    if (pid == 0) {
        server_unblock_signals();
        server_become(server, environment, server->waiting, parent);
    }
    free(environment);
    if (pid < 0)
        return false;
    server->pid = pid;
    close(server->waiting);
    server->waiting = -1;
    return true;
}

/* ---- keeping one ---- */

static bool server_runs(struct disp_server *server)
{
    if (server->pid != 0 && waitpid(server->pid, NULL, WNOHANG) != 0)
        server->pid = 0;
    return server->pid != 0;
}

/* The first server finds it on its socket, where it stays. */
static void server_learn_greeting(struct disp_server *server)
{
    ssize_t got =
        recv(server->waiting, server->greeting, sizeof(server->greeting), MSG_PEEK | MSG_DONTWAIT);

    server->greeting_length = got > 0 ? (size_t)got : 0;
}

static bool server_reconnect(struct disp_server *server)
{
    int ends[2];
    bool done;

    if (!server_pair(ends))
        return false;
    done = send(ends[0], server->greeting, server->greeting_length, MSG_NOSIGNAL) >= 0 &&
           dup3(ends[0], server->library, O_CLOEXEC) >= 0;
    close(ends[0]);
    if (!done)
        close(ends[1]);
    else
        server->waiting = ends[1];
    return done;
}

bool disp_server_ensure(struct disp_server *server)
{
    if (server->library < 0)
        return false;
    if (server_runs(server))
        return true;
    if (server->greeting_length == 0 && server->waiting >= 0)
        server_learn_greeting(server);
    else if (server->waiting < 0 && !server_reconnect(server))
        return false;
    return server_start(server);
}

void disp_server_finish(struct disp_server *server)
{
    if (server->waiting >= 0)
        close(server->waiting);
    if (server->pid != 0) {
        kill(-server->pid, SIGKILL); /* and what it made for contexts */
        kill(server->pid, SIGKILL);  /* had it not come so far */
        waitpid(server->pid, NULL, 0);
    }
    disp_server_init(server, NULL);
}
