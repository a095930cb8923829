/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The boot service's HTTP (RFC 9110, 9112): GET and HEAD of files, with one range of bytes, and
 * connections that stay. Requests come through libslirp, which joins each connection of the guest
 * to a Unix socket of this process that has no name on the host. Left out: several ranges at once
 * (the whole file is sent), bodies, redirects, TLS.
 */
#ifndef EMU_NET_HTTP_H
#define EMU_NET_HTTP_H

#include "emulator/net/boot-files.h"

#define EMU_HTTP_PORT        80
#define EMU_HTTP_HEAD_MAX    8192u /* bytes of a request */
#define EMU_HTTP_CONNECTIONS 32u

/* What a request says; *status 0: it is good so far, else what to answer. */
struct emu_http_request {
    unsigned status;
    bool head;  /* HEAD */
    bool close; /* the connection ends with the answer */
    char name[EMU_BOOT_NAME_MAX];
    char shown[EMU_BOOT_NAME_MAX]; /* the same as it was asked for, printable */
    enum { EMU_HTTP_WHOLE, EMU_HTTP_FROM, EMU_HTTP_LAST } range;
    uint64_t first, last; /* FROM; last UINT64_MAX: to the end. LAST: so many bytes in `last` */
};

/* Reads a request at the beginning of bytes. Returns its length; 0: it is not whole yet, and less
 * than EMU_HTTP_HEAD_MAX. */
size_t emu_http_parse(const char *bytes, size_t length, struct emu_http_request *out);
/* Which bytes of a file of that size are sent; false: none are there (416). */
bool emu_http_cut(const struct emu_http_request *request, uint64_t size, uint64_t *first,
                  uint64_t *count);
/* What a name's end says of the contents: a firmware chooses by it. */
const char *emu_http_type(const char *name);

struct emu_http;

/* The server's thread starts at once. files, tell and its opaque must outlive it; now is called on
 * the thread. NULL with *err. */
struct emu_http *emu_http_new(const struct emu_bootfiles *files,
                              void (*tell)(void *opaque, const struct emu_netboot_event *event),
                              emu_ns (*now)(void *opaque), void *opaque, struct emu_error *err);
/* Where a connect reaches it in this process alone; borrowed. */
const char *emu_http_path(const struct emu_http *http);
/* Waits for the thread. NULL is legal. */
void emu_http_free(struct emu_http *http);

#endif
