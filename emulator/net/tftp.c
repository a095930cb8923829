/* SPDX-License-Identifier: GPL-3.0-or-later */
/* TFTP's transfers (tftp.h). */
#include "emulator/net/tftp.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <unistd.h>

enum tftp_code {
    TFTP_READ = 1,
    TFTP_WRITE = 2,
    TFTP_DATA = 3,
    TFTP_ACK = 4,
    TFTP_ERROR = 5,
    TFTP_OACK = 6,
};

enum tftp_error { TFTP_OTHER = 0, TFTP_ABSENT = 1, TFTP_DENIED = 2, TFTP_ILLEGAL = 4 };

#define TFTP_SECOND     1000000000ull
#define TFTP_FIRST_PORT 49152u /* of the ports that are nobody's */
#define TFTP_OPTIONS    16u    /* looked at in one request */

/* ---- requests ---- */

/* A text with its NUL; NULL: there is none. */
static const char *tftp_text(const uint8_t *data, size_t length, size_t *at, size_t *size)
{
    const char *text = (const char *)data + *at;
    const void *end = *at < length ? memchr(text, '\0', length - *at) : NULL;

    if (end == NULL)
        return NULL;
    *size = (size_t)((const char *)end - text);
    *at += *size + 1;
    return text;
}

/* False: no number from low on. What is above high is high. */
static bool tftp_number(const char *text, unsigned low, unsigned high, unsigned *out)
{
    unsigned long long value;
    char *end;

    if (*text < '0' || *text > '9')
        return false;
    value = strtoull(text, &end, 10);
    if (*end != '\0' || value < low)
        return false;
    *out = value < high ? (unsigned)value : high;
    return true;
}

/* What is not understood is not answered, and so not agreed upon. */
static void tftp_take_option(struct emu_tftp_options *options, const char *name, const char *value)
{
    unsigned ignored;

    if (strcasecmp(name, "blksize") == 0)
        options->blksize |= tftp_number(value, 8, EMU_TFTP_MAX, &options->block);
    else if (strcasecmp(name, "windowsize") == 0)
        options->windowsize |= tftp_number(value, 1, EMU_TFTP_WINDOW, &options->window);
    else if (strcasecmp(name, "tsize") == 0)
        options->tsize |= tftp_number(value, 0, 0, &ignored);
    else if (strcasecmp(name, "timeout") == 0)
        options->timeout |=
            tftp_number(value, 1, 256, &options->seconds) && options->seconds <= 255;
}

bool emu_tftp_parse(const uint8_t *data, size_t length, struct emu_tftp_request *out)
{
    const char *mode, *name, *value;
    size_t at = 2, size;

    *out =
        (struct emu_tftp_request){.options = {.block = EMU_TFTP_BLOCK, .seconds = 1, .window = 1}};
    if (length < 4)
        return false;
    out->code = emu_get_be16(data);
    if (out->code != TFTP_READ && out->code != TFTP_WRITE)
        return false;
    out->name = tftp_text(data, length, &at, &out->length);
    mode = out->name != NULL ? tftp_text(data, length, &at, &size) : NULL;
    if (mode == NULL || (strcasecmp(mode, "octet") != 0 && strcasecmp(mode, "netascii") != 0))
        return false;
    for (unsigned i = 0; i < TFTP_OPTIONS; i++) {
        name = tftp_text(data, length, &at, &size);
        value = name != NULL ? tftp_text(data, length, &at, &size) : NULL;
        if (value == NULL)
            break;
        tftp_take_option(&out->options, name, value);
    }
    if (!out->options.timeout)
        out->options.seconds = 1;
    return true;
}

/* ---- sending ---- */

static void tftp_send(const struct emu_tftp *tftp, const struct emu_datagram *peer,
                      const uint8_t *data, size_t length)
{
    struct emu_datagram datagram = *peer;

    datagram.data = data;
    datagram.length = length;
    tftp->send(tftp->opaque, &datagram);
}

static void tftp_send_error(const struct emu_tftp *tftp, const struct emu_datagram *peer,
                            enum tftp_error code, const char *text)
{
    uint8_t data[64] = {0, TFTP_ERROR, 0, (uint8_t)code};
    int length = snprintf((char *)data + 4, sizeof(data) - 4, "%s", text);

    tftp_send(tftp, peer, data, 4 + (size_t)length + 1);
}

static size_t tftp_add_option(char *out, size_t size, size_t used, const char *name,
                              unsigned long long value)
{
    int length = snprintf(out + used, size - used, "%s%c%llu", name, '\0', value);

    return length > 0 && (size_t)length + 1 <= size - used ? used + (size_t)length + 1 : used;
}

static void tftp_send_options(const struct emu_tftp *tftp, const struct emu_tftp_session *session)
{
    const struct emu_tftp_options *options = &session->options;
    char data[128] = {0, TFTP_OACK};
    size_t used = 2;

    if (options->blksize)
        used = tftp_add_option(data, sizeof(data), used, "blksize", options->block);
    if (options->tsize)
        used = tftp_add_option(data, sizeof(data), used, "tsize", session->file.size);
    if (options->timeout)
        used = tftp_add_option(data, sizeof(data), used, "timeout", options->seconds);
    if (options->windowsize)
        used = tftp_add_option(data, sizeof(data), used, "windowsize", options->window);
    tftp_send(tftp, &session->peer, (const uint8_t *)data, used);
}

static void tftp_tell(const struct emu_tftp *tftp, const struct emu_tftp_session *session,
                      enum emu_netboot_outcome outcome, const char *why, emu_ns now)
{
    uint64_t size = session->file.size, sent = session->acked * session->options.block;
    const struct emu_netboot_event event = {
        .protocol = EMU_NETBOOT_TFTP,
        .outcome = outcome,
        .name = session->name,
        .why = why,
        .size = size,
        .sent = sent < size ? sent : size,
        .time = now - session->started,
    };

    tftp->tell(tftp->opaque, &event);
}

static void tftp_close(struct emu_tftp_session *session)
{
    if (session->file.fd >= 0)
        close(session->file.fd);
    session->file.fd = -1;
    session->used = false;
}

static void tftp_end(const struct emu_tftp *tftp, struct emu_tftp_session *session,
                     enum emu_netboot_outcome outcome, const char *why, emu_ns now)
{
    tftp_tell(tftp, session, outcome, why, now);
    tftp_close(session);
}

/* The whole block, which is short only at the file's end; -1: the host cannot read it. */
static ssize_t tftp_read(const struct emu_tftp_session *session, uint64_t block, uint8_t *out)
{
    uint64_t offset = (block - 1) * session->options.block;
    size_t want = session->options.block, got = 0;

    while (got < want) {
        ssize_t count = pread(session->file.fd, out + got, want - got, (off_t)(offset + got));

        if (count < 0)
            return -1;
        if (count == 0)
            break;
        got += (size_t)count;
    }
    /* A file that was cut meanwhile is not ended early as if it were whole. */
    return got == want || block == session->last ? (ssize_t)got : -1;
}

static bool tftp_send_block(const struct emu_tftp *tftp, const struct emu_tftp_session *session,
                            uint64_t block)
{
    uint8_t data[4 + EMU_TFTP_MAX] = {0, TFTP_DATA};
    ssize_t length = tftp_read(session, block, data + 4);

    if (length < 0)
        return false;
    emu_put_be16(data + 2, (uint16_t)block);
    tftp_send(tftp, &session->peer, data, 4 + (size_t)length);
    return true;
}

/* What follows the last confirmed block: a window of them, or again the options. */
static void tftp_send_window(const struct emu_tftp *tftp, struct emu_tftp_session *session,
                             emu_ns now)
{
    session->deadline = now + session->options.seconds * TFTP_SECOND;
    if (session->agreeing) {
        tftp_send_options(tftp, session);
        return;
    }
    session->sent = session->acked;
    while (session->sent < session->last &&
           session->sent < session->acked + session->options.window) {
        if (!tftp_send_block(tftp, session, session->sent + 1)) {
            tftp_send_error(tftp, &session->peer, TFTP_OTHER, "the file cannot be read");
            tftp_end(tftp, session, EMU_NETBOOT_FAILED, "", now);
            return;
        }
        session->sent++;
    }
}

/* ---- beginning ---- */

/* A free one, else the one that waits longest. */
static struct emu_tftp_session *tftp_room(struct emu_tftp *tftp, emu_ns now)
{
    struct emu_tftp_session *oldest = &tftp->sessions[0];

    for (unsigned i = 0; i < EMU_TFTP_SESSIONS; i++) {
        struct emu_tftp_session *session = &tftp->sessions[i];

        if (!session->used)
            return session;
        if (session->deadline < oldest->deadline)
            oldest = session;
    }
    tftp_end(tftp, oldest, EMU_NETBOOT_SILENT, "", now);
    return oldest;
}

static void tftp_refuse(const struct emu_tftp *tftp, const struct emu_datagram *peer,
                        struct emu_tftp_session *session, enum emu_netboot_outcome outcome,
                        emu_ns now)
{
    static const struct {
        enum tftp_error code;
        const char *text;
    } errors[] = {
        [EMU_NETBOOT_ABSENT] = {TFTP_ABSENT, "there is no such file"},
        [EMU_NETBOOT_DENIED] = {TFTP_DENIED, "not among the files that are given"},
        [EMU_NETBOOT_FAILED] = {TFTP_OTHER, "the file cannot be read"},
        [EMU_NETBOOT_BAD] = {TFTP_ILLEGAL, "not understood"},
    };

    tftp_send_error(tftp, peer, errors[outcome].code, errors[outcome].text);
    session->started = now;
    tftp_tell(tftp, session, outcome, "", now);
}

static enum emu_netboot_outcome tftp_open(const struct emu_tftp *tftp,
                                          const struct emu_tftp_request *request,
                                          struct emu_bootfile *file)
{
    char name[EMU_BOOT_NAME_MAX];

    if (request->code != TFTP_READ || !emu_bootfile_name(request->name, request->length, name))
        return EMU_NETBOOT_DENIED;
    return emu_bootfile_open(tftp->files, name, file);
}

static struct emu_datagram tftp_peer(const struct emu_datagram *from, uint16_t port)
{
    struct emu_datagram peer = {.from_port = port, .to_port = from->from_port};

    memcpy(peer.from_mac, from->to_mac, 6);
    memcpy(peer.to_mac, from->from_mac, 6);
    memcpy(peer.from, from->to, 4);
    memcpy(peer.to, from->from, 4);
    return peer;
}

static struct emu_tftp_session *tftp_find(struct emu_tftp *tftp,
                                          const struct emu_datagram *datagram, bool by_client)
{
    for (unsigned i = 0; i < EMU_TFTP_SESSIONS; i++) {
        struct emu_tftp_session *session = &tftp->sessions[i];

        if (session->used && session->peer.to_port == datagram->from_port &&
            memcmp(session->peer.to, datagram->from, 4) == 0 &&
            (by_client || session->peer.from_port == datagram->to_port))
            return session;
    }
    return NULL;
}

static uint16_t tftp_port(struct emu_tftp *tftp)
{
    tftp->next_port = tftp->next_port < TFTP_FIRST_PORT ? TFTP_FIRST_PORT : tftp->next_port;
    return tftp->next_port++;
}

static void tftp_start(struct emu_tftp *tftp, struct emu_tftp_session *session,
                       const struct emu_tftp_options *options, emu_ns now)
{
    session->used = true;
    session->options = *options;
    session->last = session->file.size / options->block + 1;
    session->agreeing =
        options->blksize || options->tsize || options->timeout || options->windowsize;
    session->started = now;
    tftp_send_window(tftp, session, now);
}

/* A request that comes again from the same port begins the transfer again. */
static void tftp_begin(struct emu_tftp *tftp, const struct emu_datagram *datagram, emu_ns now)
{
    struct emu_tftp_session *again = tftp_find(tftp, datagram, true), *session;
    struct emu_datagram peer = tftp_peer(datagram, EMU_TFTP_PORT);
    struct emu_tftp_session refused = {.file = {.fd = -1}};
    struct emu_bootfile file = {.fd = -1};
    struct emu_tftp_request request;
    enum emu_netboot_outcome outcome = EMU_NETBOOT_BAD;

    if (again != NULL)
        tftp_close(again);
    if (emu_tftp_parse(datagram->data, datagram->length, &request)) {
        emu_bootfile_show(request.name, request.length, refused.name, sizeof(refused.name));
        outcome = tftp_open(tftp, &request, &file);
    }
    if (outcome != EMU_NETBOOT_DONE) {
        tftp_refuse(tftp, &peer, &refused, outcome, now);
        return;
    }
    session = tftp_room(tftp, now);
    *session = refused;
    session->peer = tftp_peer(datagram, tftp_port(tftp));
    session->file = file;
    tftp_start(tftp, session, &request.options, now);
}

/* ---- going on ---- */

static void tftp_confirm(struct emu_tftp *tftp, struct emu_tftp_session *session, uint16_t number,
                         emu_ns now)
{
    uint16_t ahead = (uint16_t)(number - (uint16_t)session->acked);

    if (session->agreeing) {
        if (number != 0)
            return;
        session->agreeing = false;
    } else if (ahead == 0 || ahead > session->sent - session->acked) {
        return; /* one that came twice */
    }
    session->acked += ahead;
    session->tries = 0;
    if (session->acked == session->last)
        tftp_end(tftp, session, EMU_NETBOOT_DONE, "", now);
    else
        tftp_send_window(tftp, session, now);
}

/* A firmware asks for the size first, and refuses the file then. */
static void tftp_gave_up(struct emu_tftp *tftp, struct emu_tftp_session *session,
                         const struct emu_datagram *datagram, emu_ns now)
{
    bool asked = session->agreeing && session->options.tsize;
    char why[64];

    emu_bootfile_show((const char *)datagram->data + 4,
                      strnlen((const char *)datagram->data + 4, datagram->length - 4), why,
                      sizeof(why));
    tftp_end(tftp, session, asked ? EMU_NETBOOT_ASKED : EMU_NETBOOT_BROKEN, why, now);
}

bool emu_tftp_wants(const struct emu_tftp *tftp, const struct emu_datagram *datagram)
{
    return datagram->to_port == EMU_TFTP_PORT ||
           tftp_find((struct emu_tftp *)tftp, datagram, false) != NULL;
}

void emu_tftp_input(struct emu_tftp *tftp, const struct emu_datagram *datagram, emu_ns now)
{
    struct emu_tftp_session *session;
    uint16_t code;

    if (datagram->to_port == EMU_TFTP_PORT) {
        tftp_begin(tftp, datagram, now);
        return;
    }
    session = tftp_find(tftp, datagram, false);
    if (session == NULL || datagram->length < 4)
        return;
    code = emu_get_be16(datagram->data);
    if (code == TFTP_ACK)
        tftp_confirm(tftp, session, emu_get_be16(datagram->data + 2), now);
    else if (code == TFTP_ERROR)
        tftp_gave_up(tftp, session, datagram, now);
}

/* False: it was the last time. */
static bool tftp_again(const struct emu_tftp *tftp, struct emu_tftp_session *session, emu_ns now)
{
    if (++session->tries > EMU_TFTP_TRIES) {
        tftp_end(tftp, session, EMU_NETBOOT_SILENT, "", now);
        return false;
    }
    tftp_send_window(tftp, session, now);
    return session->used;
}

emu_ns emu_tftp_tick(struct emu_tftp *tftp, emu_ns now)
{
    emu_ns next = UINT64_MAX;

    for (unsigned i = 0; i < EMU_TFTP_SESSIONS; i++) {
        struct emu_tftp_session *session = &tftp->sessions[i];

        if (!session->used || (session->deadline <= now && !tftp_again(tftp, session, now)))
            continue;
        if (session->deadline < next)
            next = session->deadline;
    }
    return next;
}

void emu_tftp_finish(struct emu_tftp *tftp)
{
    for (unsigned i = 0; i < EMU_TFTP_SESSIONS; i++)
        if (tftp->sessions[i].used)
            tftp_close(&tftp->sessions[i]);
}
