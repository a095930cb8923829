/* SPDX-License-Identifier: GPL-3.0-or-later */
/* DHCP's requests and answers (dhcp.h). */
#include "emulator/net/dhcp.h"

#include <stdio.h>
#include <string.h>

/* Fields of BOOTP's packet. */
#define DHCP_OP           0 /* 1: a request, 2: a reply */
#define DHCP_HARDWARE     1 /* 1: Ethernet, */
#define DHCP_HARDWARE_LEN 2 /* of 6 bytes */
#define DHCP_TRANSACTION  4
#define DHCP_FLAGS        10
#define DHCP_CLIENT       12 /* the client's address, as it knows it */
#define DHCP_YOURS        16
#define DHCP_NEXT         20 /* the server that has the boot file */
#define DHCP_MAC          28
#define DHCP_FILE         108
#define DHCP_FILE_SIZE    128u
#define DHCP_COOKIE       236
#define DHCP_OPTIONS      240u
#define DHCP_SHORTEST     300u

enum dhcp_option {
    OPTION_PAD = 0,
    OPTION_MASK = 1,
    OPTION_ROUTER = 3,
    OPTION_DNS = 6,
    OPTION_VENDOR = 43, /* PXE's own, encapsulated */
    OPTION_WANTED = 50,
    OPTION_LEASE = 51,
    OPTION_TYPE = 53,
    OPTION_SERVER = 54,
    OPTION_CLASS = 60,
    OPTION_TFTP_NAME = 66,
    OPTION_BOOT_FILE = 67,
    OPTION_USER_CLASS = 77,
    OPTION_ARCH = 93,
    OPTION_GUID = 97,
    OPTION_IPXE = 175, /* iPXE's own, encapsulated */
    OPTION_END = 255,
};

#define GUID_SIZE   17u /* a type and 16 bytes */
#define FIRST_LEASE 15u /* 10.0.2.15 */

static const uint8_t dhcp_cookie[4] = {0x63, 0x82, 0x53, 0x63};
static const uint8_t dhcp_net[3] = {10, 0, 2};
static const uint8_t dhcp_self[4] = {10, 0, 2, 2};
static const uint8_t dhcp_boot[4] = {10, 0, 2, 4};
static const uint8_t dhcp_nothing[6];

/* ---- requests ---- */

struct dhcp_found {
    const uint8_t *class, *user_class;
    size_t class_length, user_class_length;
    bool ipxe;
};

static bool dhcp_begins(const uint8_t *text, size_t length, const char *with)
{
    return text != NULL && length >= strlen(with) && memcmp(text, with, strlen(with)) == 0;
}

/* "iPXE", with its length in front where RFC 3004 is kept. */
static bool dhcp_is_ipxe(const struct dhcp_found *found)
{
    const uint8_t *text = found->user_class;
    size_t length = found->user_class_length;

    return found->ipxe || dhcp_begins(text, length, "iPXE") ||
           (length == 5 && text[0] == 4 && dhcp_begins(text + 1, 4, "iPXE"));
}

static enum emu_netboot_client dhcp_client(const struct dhcp_found *found, int arch)
{
    if (dhcp_begins(found->class, found->class_length, "HTTPClient"))
        return EMU_NETBOOT_HTTP;
    if (dhcp_is_ipxe(found))
        return EMU_NETBOOT_IPXE;
    if (dhcp_begins(found->class, found->class_length, "PXEClient"))
        return arch > 0 ? EMU_NETBOOT_EFI : EMU_NETBOOT_BIOS;
    return EMU_NETBOOT_OTHER;
}

static void dhcp_take_option(struct emu_dhcp_request *out, struct dhcp_found *found, uint8_t code,
                             const uint8_t *value, size_t length)
{
    if (code == OPTION_TYPE && length == 1)
        out->type = value[0];
    else if (code == OPTION_WANTED && length == 4)
        memcpy(out->wanted, value, 4);
    else if (code == OPTION_SERVER && length == 4)
        memcpy(out->server, value, 4);
    else if (code == OPTION_ARCH && length >= 2)
        out->arch = emu_get_be16(value);
    else if (code == OPTION_IPXE)
        found->ipxe = true;
    else if (code == OPTION_CLASS) {
        found->class = value;
        found->class_length = length;
    } else if (code == OPTION_USER_CLASS) {
        found->user_class = value;
        found->user_class_length = length;
    } else if (code == OPTION_GUID && length <= GUID_SIZE) {
        out->guid = value;
        out->guid_length = length;
    }
}

/* False: an option is longer than what is there. */
static bool dhcp_take_options(struct emu_dhcp_request *out, const uint8_t *at, const uint8_t *end)
{
    struct dhcp_found found = {0};

    while (at < end && *at != OPTION_END) {
        if (*at == OPTION_PAD) {
            at++;
            continue;
        }
        if (end - at < 2 || end - at - 2 < at[1])
            return false;
        dhcp_take_option(out, &found, at[0], at + 2, at[1]);
        at += 2 + at[1];
    }
    out->client = dhcp_client(&found, out->arch);
    return true;
}

bool emu_dhcp_parse(const uint8_t *data, size_t length, struct emu_dhcp_request *out)
{
    *out = (struct emu_dhcp_request){.arch = -1};
    if (length < DHCP_OPTIONS || data[DHCP_OP] != 1 || data[DHCP_HARDWARE] != 1 ||
        data[DHCP_HARDWARE_LEN] != 6 ||
        memcmp(data + DHCP_COOKIE, dhcp_cookie, sizeof(dhcp_cookie)) != 0)
        return false;
    memcpy(out->transaction, data + DHCP_TRANSACTION, 4);
    memcpy(out->flags, data + DHCP_FLAGS, 2);
    memcpy(out->address, data + DHCP_CLIENT, 4);
    memcpy(out->mac, data + DHCP_MAC, 6);
    return memcmp(out->mac, dhcp_nothing, 6) != 0 &&
           dhcp_take_options(out, data + DHCP_OPTIONS, data + length) && out->type != 0;
}

/* ---- addresses ---- */

static bool dhcp_is_free(const struct emu_dhcp *dhcp, unsigned lease)
{
    return memcmp(dhcp->macs[lease], dhcp_nothing, 6) == 0;
}

/* Its own, or a free one; returns EMU_DHCP_LEASES: there is none. */
static unsigned dhcp_find(const struct emu_dhcp *dhcp, const uint8_t mac[6])
{
    unsigned free_one = EMU_DHCP_LEASES;

    for (unsigned i = 0; i < EMU_DHCP_LEASES; i++) {
        if (memcmp(dhcp->macs[i], mac, 6) == 0)
            return i;
        if (free_one == EMU_DHCP_LEASES && dhcp_is_free(dhcp, i))
            free_one = i;
    }
    return free_one;
}

/* A guest that asks under many names loses the oldest. */
static unsigned dhcp_lease(struct emu_dhcp *dhcp, const uint8_t mac[6])
{
    unsigned lease = dhcp_find(dhcp, mac);

    if (lease == EMU_DHCP_LEASES) {
        lease = dhcp->oldest;
        dhcp->oldest = (dhcp->oldest + 1) % EMU_DHCP_LEASES;
    }
    memcpy(dhcp->macs[lease], mac, 6);
    return lease;
}

/* The one that a client says it has, where it may: what it got before this process began too. */
static bool dhcp_confirm(struct emu_dhcp *dhcp, const struct emu_dhcp_request *request,
                         const uint8_t *said, unsigned *lease)
{
    unsigned number = said[3] - FIRST_LEASE;

    if (memcmp(said, dhcp_net, sizeof(dhcp_net)) != 0 || number >= EMU_DHCP_LEASES)
        return false;
    if (memcmp(dhcp->macs[number], request->mac, 6) != 0) {
        if (!dhcp_is_free(dhcp, number))
            return false;
        for (unsigned i = 0; i < EMU_DHCP_LEASES; i++)
            if (memcmp(dhcp->macs[i], request->mac, 6) == 0)
                memset(dhcp->macs[i], 0, 6);
        memcpy(dhcp->macs[number], request->mac, 6);
    }
    *lease = number;
    return true;
}

/* ---- answers ---- */

const char *emu_dhcp_choose(const struct emu_dhcp *dhcp, const struct emu_dhcp_request *request)
{
    for (unsigned i = 0; i < dhcp->answer_count; i++) {
        const struct emu_netboot_answer *answer = &dhcp->answers[i];

        if (answer->client == request->client &&
            (answer->arch == EMU_NETBOOT_ANY || answer->arch == request->arch))
            return answer->file;
    }
    return NULL;
}

struct dhcp_writer {
    uint8_t *bytes;
    size_t length;
};

/* All that is written fits: each option at most once, EMU_DHCP_REPLY_MAX has room for them. */
static void dhcp_add(struct dhcp_writer *writer, uint8_t code, const void *value, size_t length)
{
    if (writer->length + 2 + length + 1 > EMU_DHCP_REPLY_MAX || length > 255)
        return;
    writer->bytes[writer->length] = code;
    writer->bytes[writer->length + 1] = (uint8_t)length;
    memcpy(writer->bytes + writer->length + 2, value, length);
    writer->length += 2 + length;
}

/* A name alone is no address for HTTP boot. */
static size_t dhcp_name(const struct emu_dhcp_request *request, const char *file,
                        char out[EMU_NETBOOT_NAME_MAX + 1])
{
    bool bare = request->client == EMU_NETBOOT_HTTP && strstr(file, "://") == NULL;
    int length;

    while (bare && *file == '/')
        file++;
    length = snprintf(out, EMU_NETBOOT_NAME_MAX + 1, "%s%s",
                      bare ? "http://" EMU_NETBOOT_ADDRESS "/" : "", file);
    return length > 0 && (unsigned)length <= EMU_NETBOOT_NAME_MAX ? (size_t)length : 0;
}

/*
 * A firmware's PXE takes the name without a menu or a search for servers (sub-option 6, bit 3), and
 * HTTP boot only an offer of its class. iPXE need not wait for a proxy (its option 176).
 */
static void dhcp_add_class(struct dhcp_writer *writer, const struct emu_dhcp_request *request)
{
    static const uint8_t discovery[] = {6, 1, 8, 255}, no_proxy[] = {176, 1, 1};

    if (request->client == EMU_NETBOOT_HTTP)
        dhcp_add(writer, OPTION_CLASS, "HTTPClient", 10);
    if (request->client == EMU_NETBOOT_BIOS || request->client == EMU_NETBOOT_EFI) {
        dhcp_add(writer, OPTION_CLASS, "PXEClient", 9);
        dhcp_add(writer, OPTION_VENDOR, discovery, sizeof(discovery));
    }
    if (request->client == EMU_NETBOOT_IPXE)
        dhcp_add(writer, OPTION_IPXE, no_proxy, sizeof(no_proxy));
}

static void dhcp_add_boot(struct dhcp_writer *writer, const struct emu_dhcp_request *request,
                          const char *file)
{
    char name[EMU_NETBOOT_NAME_MAX + 1];
    size_t length = dhcp_name(request, file, name);

    if (length == 0)
        return;
    memcpy(writer->bytes + DHCP_NEXT, dhcp_boot, 4);
    if (length < DHCP_FILE_SIZE)
        memcpy(writer->bytes + DHCP_FILE, name, length);
    dhcp_add(writer, OPTION_TFTP_NAME, EMU_NETBOOT_ADDRESS, strlen(EMU_NETBOOT_ADDRESS));
    dhcp_add(writer, OPTION_BOOT_FILE, name, length);
    dhcp_add_class(writer, request);
}

static void dhcp_begin(struct dhcp_writer *writer, const struct emu_dhcp_request *request)
{
    memset(writer->bytes, 0, EMU_DHCP_REPLY_MAX);
    writer->bytes[DHCP_OP] = 2;
    writer->bytes[DHCP_HARDWARE] = 1;
    writer->bytes[DHCP_HARDWARE_LEN] = 6;
    memcpy(writer->bytes + DHCP_TRANSACTION, request->transaction, 4);
    memcpy(writer->bytes + DHCP_FLAGS, request->flags, 2);
    memcpy(writer->bytes + DHCP_MAC, request->mac, 6);
    memcpy(writer->bytes + DHCP_COOKIE, dhcp_cookie, sizeof(dhcp_cookie));
    writer->length = DHCP_OPTIONS;
}

static size_t dhcp_end(struct dhcp_writer *writer)
{
    writer->bytes[writer->length++] = OPTION_END;
    return writer->length > DHCP_SHORTEST ? writer->length : DHCP_SHORTEST;
}

/* What a client learns with an address, or by INFORM without one. */
static void dhcp_add_network(struct dhcp_writer *writer, bool lease)
{
    static const uint8_t mask[4] = {255, 255, 255, 0}, dns[4] = {10, 0, 2, 3};
    static const uint8_t day[4] = {0, 1, 0x51, 0x80};

    if (lease)
        dhcp_add(writer, OPTION_LEASE, day, sizeof(day));
    dhcp_add(writer, OPTION_MASK, mask, sizeof(mask));
    dhcp_add(writer, OPTION_ROUTER, dhcp_self, sizeof(dhcp_self));
    dhcp_add(writer, OPTION_DNS, dns, sizeof(dns));
}

/* Another server's offer was taken. */
static bool dhcp_is_others(const struct emu_dhcp_request *request)
{
    return memcmp(request->server, dhcp_nothing, 4) != 0 &&
           memcmp(request->server, dhcp_self, 4) != 0;
}

/* The answer's type, and which lease it gives; 0: no answer. */
static uint8_t dhcp_decide(struct emu_dhcp *dhcp, const struct emu_dhcp_request *request,
                           unsigned *lease)
{
    const uint8_t *said =
        memcmp(request->wanted, dhcp_nothing, 4) != 0 ? request->wanted : request->address;
    unsigned mine = dhcp_find(dhcp, request->mac);

    switch (request->type) {
    case EMU_DHCP_DISCOVER:
        *lease = dhcp_lease(dhcp, request->mac);
        return EMU_DHCP_OFFER;
    case EMU_DHCP_REQUEST:
        if (dhcp_is_others(request))
            return 0;
        return dhcp_confirm(dhcp, request, said, lease) ? EMU_DHCP_ACK : EMU_DHCP_NAK;
    case EMU_DHCP_DECLINE:
    case EMU_DHCP_RELEASE:
        if (mine != EMU_DHCP_LEASES)
            memset(dhcp->macs[mine], 0, 6);
        return 0;
    case EMU_DHCP_INFORM:
        *lease = EMU_DHCP_LEASES;
        return EMU_DHCP_ACK;
    default:
        return 0;
    }
}

size_t emu_dhcp_reply(struct emu_dhcp *dhcp, const struct emu_dhcp_request *request, uint8_t *out,
                      uint8_t address[4], uint8_t *type)
{
    const char *file = emu_dhcp_choose(dhcp, request);
    struct dhcp_writer writer = {out, 0};
    unsigned lease = EMU_DHCP_LEASES;

    *type = dhcp_decide(dhcp, request, &lease);
    if (*type == 0)
        return 0;
    memcpy(address, request->address, 4);
    dhcp_begin(&writer, request);
    dhcp_add(&writer, OPTION_TYPE, type, 1);
    dhcp_add(&writer, OPTION_SERVER, dhcp_self, sizeof(dhcp_self));
    if (*type == EMU_DHCP_NAK)
        return dhcp_end(&writer);
    if (lease < EMU_DHCP_LEASES) {
        memcpy(address, dhcp_net, sizeof(dhcp_net));
        address[3] = (uint8_t)(FIRST_LEASE + lease);
        memcpy(out + DHCP_YOURS, address, 4);
    }
    memcpy(out + DHCP_CLIENT, request->address, 4);
    dhcp_add_network(&writer, lease < EMU_DHCP_LEASES);
    if (file != NULL)
        dhcp_add_boot(&writer, request, file);
    if (request->guid != NULL)
        dhcp_add(&writer, OPTION_GUID, request->guid, request->guid_length);
    return dhcp_end(&writer);
}
