/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The boot service's parts together (boot.h). */
#include "emulator/net/boot.h"

#include <stdlib.h>
#include <string.h>

#include "emulator/net/dhcp.h"
#include "emulator/net/http.h"
#include "emulator/net/tftp.h"

struct emu_netboot_service {
    struct emu_netboot_host host;
    struct emu_bootfiles files;
    struct emu_dhcp dhcp;
    struct emu_tftp tftp;
    struct emu_http *http;
    void (*tell)(void *opaque, const struct emu_netboot_event *event);
    void *opaque;
};

/* What libslirp has as its own hardware's address. */
static const uint8_t boot_mac[6] = {0x52, 0x55, 10, 0, 2, 2};
static const uint8_t boot_net[3] = {10, 0, 2};

static void boot_send(void *opaque, const struct emu_datagram *datagram)
{
    struct emu_netboot_service *boot = opaque;
    uint8_t frame[EMU_NET_FRAME];

    boot->host.send(boot->host.opaque, frame, emu_datagram_put(datagram, frame));
}

static void boot_tell(void *opaque, const struct emu_netboot_event *event)
{
    struct emu_netboot_service *boot = opaque;

    if (boot->tell != NULL)
        boot->tell(boot->opaque, event);
}

static emu_ns boot_now(void *opaque)
{
    struct emu_netboot_service *boot = opaque;

    return boot->host.now(boot->host.opaque);
}

/* ---- DHCP ---- */

/* Offers are not told of: what was taken is. */
static void boot_tell_dhcp(struct emu_netboot_service *boot, const struct emu_dhcp_request *request,
                           const uint8_t address[4])
{
    const char *file = emu_dhcp_choose(&boot->dhcp, request);
    struct emu_netboot_event event = {
        .protocol = EMU_NETBOOT_DHCP,
        .outcome = file != NULL ? EMU_NETBOOT_DONE : EMU_NETBOOT_NOTHING,
        .client = request->client,
        .arch = request->arch,
        .name = file != NULL ? file : "",
        .why = "",
    };

    memcpy(event.address, address, 4);
    boot_tell(boot, &event);
}

static void boot_dhcp(struct emu_netboot_service *boot, const struct emu_datagram *asked)
{
    uint8_t reply[EMU_DHCP_REPLY_MAX], address[4], type;
    struct emu_dhcp_request request;
    struct emu_datagram answer = {
        .from_port = EMU_DHCP_SERVER_PORT,
        .to_port = EMU_DHCP_CLIENT_PORT,
        .data = reply,
    };

    if (!emu_dhcp_parse(asked->data, asked->length, &request))
        return;
    answer.length = emu_dhcp_reply(&boot->dhcp, &request, reply, address, &type);
    if (answer.length == 0)
        return;
    memcpy(answer.from_mac, boot_mac, 6);
    memset(answer.to_mac, 0xff, 6);
    memcpy(answer.from, boot_mac + 2, 4);
    memset(answer.to, 0xff, 4);
    boot_send(boot, &answer);
    if (type == EMU_DHCP_ACK)
        boot_tell_dhcp(boot, &request, address);
}

/* ---- frames ---- */

/* 10.0.2.2 and .4, or everybody. */
static bool boot_is_here(const uint8_t address[4])
{
    return address[0] == 255 || (memcmp(address, boot_net, sizeof(boot_net)) == 0 &&
                                 (address[3] == 2 || address[3] == 4 || address[3] == 255));
}

bool emu_netboot_input(struct emu_netboot_service *boot, const uint8_t *frame, size_t length)
{
    struct emu_datagram datagram;

    if (!emu_datagram_take(frame, length, &datagram) || !boot_is_here(datagram.to))
        return false;
    if (datagram.to_port == EMU_DHCP_SERVER_PORT) {
        boot_dhcp(boot, &datagram);
        return true;
    }
    if (!emu_tftp_wants(&boot->tftp, &datagram))
        return false;
    emu_tftp_input(&boot->tftp, &datagram, boot_now(boot));
    return true;
}

emu_ns emu_netboot_tick(struct emu_netboot_service *boot)
{
    return emu_tftp_tick(&boot->tftp, boot_now(boot));
}

const char *emu_netboot_http(const struct emu_netboot_service *boot)
{
    return emu_http_path(boot->http);
}

/* ---- making one ---- */

static bool boot_add_answer(struct emu_netboot_service *boot,
                            const struct emu_netboot_answer *answer, struct emu_error *err)
{
    size_t room = EMU_NETBOOT_NAME_MAX, length = strlen(answer->file);
    struct emu_netboot_answer *slot = &boot->dhcp.answers[boot->dhcp.answer_count];

    if (answer->client == EMU_NETBOOT_HTTP && strstr(answer->file, "://") == NULL)
        room -= strlen("http://" EMU_NETBOOT_ADDRESS "/");
    if (length == 0 || length > room)
        return emu_error_set(err, EMU_ERROR_INPUT, "a boot file's name has 1 to %zu bytes here",
                             room);
    *slot = *answer;
    slot->file = strdup(answer->file);
    if (slot->file == NULL)
        return emu_error_set(err, EMU_ERROR_HOST, "out of memory");
    boot->dhcp.answer_count++;
    return true;
}

static bool boot_add_answers(struct emu_netboot_service *boot, const struct emu_netboot *config,
                             struct emu_error *err)
{
    if (config->answer_count > EMU_NETBOOT_ANSWERS)
        return emu_error_set(err, EMU_ERROR_INPUT, "DHCP has at most %u answers",
                             EMU_NETBOOT_ANSWERS);
    for (unsigned i = 0; i < config->answer_count; i++)
        if (!boot_add_answer(boot, &config->answers[i], err))
            return false;
    return true;
}

struct emu_netboot_service *emu_netboot_new(const struct emu_netboot *config,
                                            const struct emu_netboot_host *host,
                                            struct emu_error *err)
{
    struct emu_netboot_service *boot = calloc(1, sizeof(*boot));

    if (boot == NULL) {
        emu_error_set(err, EMU_ERROR_HOST, "out of memory");
        return NULL;
    }
    boot->host = *host;
    boot->tell = config->tell;
    boot->opaque = config->opaque;
    boot->tftp.files = &boot->files;
    boot->tftp.send = boot_send;
    boot->tftp.tell = boot_tell;
    boot->tftp.opaque = boot;
    if (emu_bootfiles_init(&boot->files, config, err) && boot_add_answers(boot, config, err))
        boot->http = emu_http_new(&boot->files, boot_tell, boot_now, boot, err);
    if (boot->http != NULL)
        return boot;
    emu_netboot_free(boot);
    return NULL;
}

void emu_netboot_free(struct emu_netboot_service *boot)
{
    if (boot == NULL)
        return;
    emu_http_free(boot->http);
    emu_tftp_finish(&boot->tftp);
    for (unsigned i = 0; i < boot->dhcp.answer_count; i++)
        free((char *)boot->dhcp.answers[i].file);
    emu_bootfiles_finish(&boot->files);
    free(boot);
}
