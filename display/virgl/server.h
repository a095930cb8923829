/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The process in which a guest's Vulkan runs: virglrenderer's render server, one for a back end,
 * which makes a process of its own for each context. It is started confined (confine.h), ends with
 * us, and is started again when it has died: a fault of a driver ends there. One thread, which is
 * kept while a server runs.
 */
#ifndef DISP_VIRGL_SERVER_H
#define DISP_VIRGL_SERVER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

struct disp_server {
    const char *program;
    pid_t pid;   /* 0: none */
    int library; /* the library's end of the socket: its number stays the same, and the library
                    closes it; -1: none */
    int waiting; /* the other end until a server has it; -1: none */
    uint8_t greeting[256]; /* what the library first said, for those that come later */
    size_t greeting_length;
};

/* The program; static. NULL: it is not installed. */
const char *disp_server_find(void);

/* Nothing is started. program: kept. */
void disp_server_init(struct disp_server *server, const char *program);
/* A connected SOCK_SEQPACKET for the library, which owns it; -1: the host has none. */
int disp_server_connect(struct disp_server *server);
/* A server runs at the other end; the first or, when that has died, another. False: none starts. */
bool disp_server_ensure(struct disp_server *server);
/* Ends it with all that it started. NULL program is legal. */
void disp_server_finish(struct disp_server *server);

#endif
