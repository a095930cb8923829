/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Files to the guest, one after the other: start, the guest's leave, the content as fast as the
 * channel takes it, and the guest's word that it has it.
 */
#include <errno.h>
#include <fcntl.h>
#include <gio/gio.h>
#include <glib/gi18n.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "display/agent/agent-private.h"

#define TRANSFER_PIECE   (64u << 10) /* bytes of one message */
#define TRANSFER_WAITING (4 * TRANSFER_PIECE)
#define TRANSFERS_MAX    256 /* that wait */

/* ---- one of them ---- */

static void transfer_free(struct agent_transfer *transfer)
{
    close(transfer->fd);
    g_free(transfer->name);
    g_free(transfer);
}

static void transfer_tell(struct disp_agent *agent, struct agent_transfer *transfer)
{
    agent->hooks.file(agent->opaque, &transfer->file);
}

/* trouble NULL: it arrived. */
static void transfer_end(struct disp_agent *agent, struct agent_transfer *transfer,
                         const char *trouble)
{
    g_queue_remove(&agent->transfers, transfer);
    transfer->file.over = true;
    transfer->file.trouble = trouble;
    transfer_tell(agent, transfer);
    transfer_free(transfer);
}

void agent_transfer_end_all(struct disp_agent *agent, const char *trouble)
{
    struct agent_transfer *transfer;

    while ((transfer = g_queue_peek_head(&agent->transfers)) != NULL) {
        if (trouble != NULL) {
            transfer_end(agent, transfer, trouble);
        } else {
            g_queue_pop_head(&agent->transfers);
            transfer_free(transfer);
        }
    }
}

static void transfer_send_status(struct disp_agent *agent, unsigned id, unsigned status)
{
    uint8_t message[8];

    agent_put32(message, id);
    agent_put32(message + 4, status);
    agent_send(agent, AGENT_FILE_STATUS, message, sizeof(message), NULL, 0);
}

static void transfer_give_up(struct disp_agent *agent, struct agent_transfer *transfer,
                             const char *trouble)
{
    if (transfer->started)
        transfer_send_status(agent, transfer->file.id, AGENT_FILE_CANCELLED);
    transfer_end(agent, transfer, trouble);
}

/* ---- to the guest ---- */

static void transfer_start(struct disp_agent *agent, struct agent_transfer *transfer)
{
    g_autoptr(GKeyFile) words = g_key_file_new();
    uint8_t head[4];

    g_key_file_set_string(words, "vdagent-file-xfer", "name", transfer->name);
    g_key_file_set_uint64(words, "vdagent-file-xfer", "size", transfer->file.size);
    g_autofree char *text = g_key_file_to_data(words, NULL, NULL);
    agent_put32(head, transfer->file.id);
    transfer->started =
        agent_send(agent, AGENT_FILE_START, head, sizeof(head), text, strlen(text) + 1);
}

/* False: it is over. */
static bool transfer_send_piece(struct disp_agent *agent, struct agent_transfer *transfer)
{
    uint64_t left = transfer->file.size - transfer->file.sent;
    g_autofree uint8_t *piece = g_malloc(TRANSFER_PIECE);
    ssize_t got = left > 0 ? read(transfer->fd, piece, MIN(left, TRANSFER_PIECE)) : 0;
    uint8_t head[12];

    if (got < 0 || (got == 0 && left > 0)) {
        transfer_give_up(agent, transfer,
                         got < 0 ? g_strerror(errno) : _("it became shorter meanwhile"));
        return false;
    }
    agent_put32(head, transfer->file.id);
    agent_put64(head + 4, (uint64_t)got);
    agent_send(agent, AGENT_FILE_DATA, head, sizeof(head), piece, (size_t)got);
    transfer->file.sent += (uint64_t)got;
    transfer->all_sent = transfer->file.sent == transfer->file.size;
    return true;
}

/* The guest's leave makes file.sent count: all_sent is false only between it and the end. */
void agent_transfer_pump(struct disp_agent *agent)
{
    struct agent_transfer *transfer = g_queue_peek_head(&agent->transfers);
    uint64_t before;

    if (transfer == NULL || !agent_is_ready(agent))
        return;
    if (!transfer->started)
        transfer_start(agent, transfer);
    before = transfer->file.sent;
    while (!transfer->all_sent && agent_link_get_waiting(agent->link) < TRANSFER_WAITING) {
        if (!transfer_send_piece(agent, transfer)) {
            agent_transfer_pump(agent);
            return;
        }
    }
    if (transfer->file.sent != before)
        transfer_tell(agent, transfer);
}

/* ---- from the guest ---- */

/* Owned by the caller. */
static char *transfer_trouble(unsigned status, const uint8_t *data, size_t size)
{
    g_autofree char *space = size >= 8 ? g_format_size(agent_get64(data)) : NULL;

    switch (status) {
    case AGENT_FILE_CANCELLED:
        return g_strdup(_("the guest called it off"));
    case AGENT_FILE_NO_SPACE:
        /* Translators: %s is a size: "1.2 GB" */
        return space != NULL ? g_strdup_printf(_("the guest has only %s left"), space)
                             : g_strdup(_("the guest has too little space left"));
    case AGENT_FILE_LOCKED:
        return g_strdup(_("the guest's session is locked: unlock it"));
    case AGENT_FILE_NO_SESSION:
        return g_strdup(_("nobody is logged in to the guest's desktop, or its agent does not run"));
    case AGENT_FILE_DISABLED:
        return g_strdup(_("the guest does not take files"));
    default:
        return g_strdup(_("the guest could not write it"));
    }
}

static struct agent_transfer *transfer_find(struct disp_agent *agent, unsigned id)
{
    for (GList *link = agent->transfers.head; link != NULL; link = link->next) {
        struct agent_transfer *transfer = link->data;
        if (transfer->file.id == id)
            return transfer;
    }
    return NULL;
}

/* Of a transfer that is not there, or was not begun, nothing can be said. */
bool agent_transfer_status(struct disp_agent *agent, const uint8_t *data, size_t size)
{
    if (size < 8)
        return false;
    struct agent_transfer *transfer = transfer_find(agent, agent_get32(data));
    unsigned status = agent_get32(data + 4);

    if (transfer == NULL || !transfer->started)
        return true;
    if (status == AGENT_FILE_CAN_SEND) {
        if (transfer->file.sent == 0)
            transfer->all_sent = false;
    } else if (status == AGENT_FILE_SUCCESS && transfer->file.sent == transfer->file.size) {
        transfer_end(agent, transfer, NULL);
    } else {
        g_autofree char *trouble = transfer_trouble(status, data + 8, size - 8);
        transfer_end(agent, transfer, trouble);
    }
    agent_transfer_pump(agent);
    return true;
}

/* ---- what people ask for ---- */

static unsigned transfer_fail(GError **error, const char *name, const char *why)
{
    /* Translators: a file's name, and a reason */
    g_set_error(error, G_IO_ERROR, G_IO_ERROR_FAILED, _("“%s” is not sent: %s"), name, why);
    return 0;
}

/* Not blocking: it may be a pipe. */
static int transfer_open(const char *path, uint64_t *size, const char **why)
{
    int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
    struct stat status;

    if (fd < 0 || fstat(fd, &status) != 0)
        *why = g_strerror(errno);
    else if (!S_ISREG(status.st_mode))
        *why = S_ISDIR(status.st_mode) ? _("it is a folder: pack it first") : _("it is no file");
    else {
        *size = (uint64_t)status.st_size;
        return fd;
    }
    if (fd >= 0)
        close(fd);
    return -1;
}

unsigned disp_agent_send_file(struct disp_agent *agent, const char *path, GError **error)
{
    g_autofree char *base = g_path_get_basename(path);
    g_autofree char *name = g_filename_display_name(base);
    const char *why = NULL;
    uint64_t size = 0;

    if ((disp_agent_get_abilities(agent) & DISP_AGENT_FILES) == 0)
        return transfer_fail(error, name, _("the guest's agent takes no files"));
    if (g_queue_get_length(&agent->transfers) >= TRANSFERS_MAX)
        return transfer_fail(error, name, _("too many are on their way"));
    int fd = transfer_open(path, &size, &why);
    if (fd < 0)
        return transfer_fail(error, name, why);
    struct agent_transfer *transfer = g_new0(struct agent_transfer, 1);
    transfer->name = g_steal_pointer(&name);
    transfer->fd = fd;
    transfer->all_sent = true; /* nothing goes before the guest's leave */
    transfer->file =
        (struct disp_agent_file){++agent->last_id, transfer->name, 0, size, false, NULL};
    g_queue_push_tail(&agent->transfers, transfer);
    agent_transfer_pump(agent);
    return agent->last_id;
}

void disp_agent_cancel_file(struct disp_agent *agent, unsigned id)
{
    struct agent_transfer *transfer = transfer_find(agent, id);

    if (transfer == NULL)
        return;
    transfer_give_up(agent, transfer, _("it was called off"));
    agent_transfer_pump(agent);
}
