/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What a hostile guest sends to the boot service. The first byte chooses: DHCP's requests, TFTP's
 * datagrams one after the other, a request of HTTP, a frame.
 */
#include <fcntl.h>
#include <stdlib.h>
#include <unistd.h>

#include "emulator/net/dhcp.h"
#include "emulator/net/http.h"
#include "emulator/net/tftp.h"
#include "tests/fuzz/fuzz.h"

static void fuzz_dhcp(const uint8_t *data, size_t size)
{
    struct emu_dhcp dhcp = {.answers = {{EMU_NETBOOT_EFI, 7, "shimx64.efi"},
                                        {EMU_NETBOOT_HTTP, EMU_NETBOOT_ANY, "x.iso"},
                                        {EMU_NETBOOT_IPXE, EMU_NETBOOT_ANY, "http://x/y"}},
                            .answer_count = 3};
    uint8_t reply[EMU_DHCP_REPLY_MAX], address[4], type;
    struct emu_dhcp_request request;

    if (!emu_dhcp_parse(data, size, &request))
        return;
    for (unsigned i = 0; i < 2; i++)
        if (emu_dhcp_reply(&dhcp, &request, reply, address, &type) > sizeof(reply))
            abort();
}

static void fuzz_send(void *opaque, const struct emu_datagram *datagram)
{
    uint8_t frame[EMU_NET_FRAME];

    if (datagram->length > EMU_DATAGRAM_MAX || emu_datagram_put(datagram, frame) > sizeof(frame))
        abort();
    if (datagram->from_port != EMU_TFTP_PORT)
        *(uint16_t *)opaque = datagram->from_port;
}

static void fuzz_tell(void *opaque, const struct emu_netboot_event *event)
{
    if (event->sent > event->size || event->name == NULL || event->why == NULL)
        abort();
}

/* Each is a length, the port, and that many bytes; ports other than TFTP's are the transfer's. */
static void fuzz_tftp(const uint8_t *data, size_t size)
{
    const struct emu_netboot_file file = {"f", "/proc/self/exe"};
    const struct emu_netboot config = {.files = &file, .file_count = 1};
    struct emu_tftp tftp = {.send = fuzz_send, .tell = fuzz_tell};
    struct emu_bootfiles files;
    uint16_t port = 0;
    emu_ns now = 0;

    if (!emu_bootfiles_init(&files, &config, NULL))
        abort();
    tftp.files = &files;
    tftp.opaque = &port;
    while (size >= 2) {
        size_t length = data[0] < size - 2 ? data[0] : size - 2;
        const struct emu_datagram datagram = {.to_port = data[1] & 1 ? EMU_TFTP_PORT : port,
                                              .from_port = data[1] >> 4,
                                              .data = data + 2,
                                              .length = length};

        if (emu_tftp_wants(&tftp, &datagram))
            emu_tftp_input(&tftp, &datagram, now);
        now += (data[1] & 2) * 500000000ull;
        emu_tftp_tick(&tftp, now);
        data += 2 + length;
        size -= 2 + length;
    }
    emu_tftp_finish(&tftp);
    emu_bootfiles_finish(&files);
}

/* A name leads nowhere else, and what is sent is in the file. */
static void fuzz_http(const uint8_t *data, size_t size)
{
    struct emu_http_request request;
    size_t length = size < EMU_HTTP_HEAD_MAX ? size : EMU_HTTP_HEAD_MAX;
    size_t used = emu_http_parse((const char *)data, length, &request);
    uint64_t first, count;

    if (used > length)
        abort();
    if (used == 0 || request.status != 0)
        return;
    if (request.name[0] == '/' || strstr(request.name, "../") != NULL)
        abort();
    if (emu_http_cut(&request, 1000, &first, &count) && (first > 1000 || count > 1000 - first))
        abort();
    emu_http_type(request.name);
}

static void fuzz_frame(const uint8_t *data, size_t size)
{
    struct emu_datagram datagram;

    if (size < EMU_NET_HEADER || size > EMU_NET_MAX_FRAME ||
        !emu_datagram_take(data, size, &datagram))
        return;
    if (datagram.data < data || datagram.data + datagram.length > data + size)
        abort();
    fuzz_dhcp(datagram.data, datagram.length);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static void (*const targets[])(const uint8_t *data, size_t size) = {fuzz_dhcp, fuzz_tftp,
                                                                        fuzz_http, fuzz_frame};

    if (size > 0)
        targets[data[0] % 4](data + 1, size - 1);
    return 0;
}

static size_t seed_dhcp(uint8_t *out)
{
    static const char options[] = "\x63\x82\x53\x63\x35\1\1\x3c\x20"
                                  "PXEClient:Arch:00007:UNDI:003000\x4d\4iPXE\x5d\2\0\7"
                                  "\x61\x11\0guidguidguidguid\x32\4\n\0\2\x0f\x36\4\n\0\2\2\xff";

    memset(out, 0, 236);
    memcpy(out, "\1\1\6\0xidx", 8);
    memcpy(out + 28, "RT\0\x12\x34\x56", 6);
    memcpy(out + 236, options, sizeof(options) - 1);
    return 236 + sizeof(options) - 1;
}

static size_t seed_tftp(uint8_t *out)
{
    static const char text[] =
        "\x30\1\0\1f\0octet\0blksize\0001468\0tsize\0000\0windowsize\0004\0\0"
        "\4\0\0\4\0\0\4\0\0\4\0\2\4\2\0\4\0\6\7\0\0\5\0\0no\0";

    memcpy(out, text, sizeof(text) - 1);
    return sizeof(text) - 1;
}

/* The DHCP seed in a frame. */
static size_t seed_frame(uint8_t *out)
{
    uint8_t data[1024];
    const struct emu_datagram datagram = {
        .from_port = 68, .to_port = 67, .data = data, .length = seed_dhcp(data)};

    return emu_datagram_put(&datagram, out);
}

size_t fuzz_seed(unsigned index, uint8_t *out, size_t size)
{
    static const char *const requests[] = {
        "GET /a/b%20c.iso?q HTTP/1.1\r\nHost: 10.0.2.4\r\nRange: bytes=10-99\r\n\r\n",
        "HEAD http://10.0.2.4/x HTTP/1.0\r\nConnection: keep-alive\r\nRange: bytes=-5\r\n\r\n",
    };
    size_t length;

    if (index >= 5 || size < 2048)
        return 0;
    out[0] = (uint8_t)(index < 4 ? index : 2);
    if (index == 0)
        length = seed_dhcp(out + 1);
    else if (index == 1)
        length = seed_tftp(out + 1);
    else if (index == 3)
        length = seed_frame(out + 1);
    else
        length = fuzz_seed_text(requests, 2, index / 4, out + 1, size - 1);
    return 1 + length;
}
