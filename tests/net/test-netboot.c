/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The boot service: answers of DHCP to what firmwares and iPXE send, transfers of TFTP with losses,
 * windows and numbers that wrap, HTTP's requests and ranges, names that lead out of what is given.
 */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "emulator/net/boot-files.h"
#include "emulator/net/dhcp.h"
#include "emulator/net/http.h"
#include "emulator/net/tftp.h"
#include "tests/test.h"

#define SECOND 1000000000ull

/* ---- DHCP ---- */

static const uint8_t dhcp_mac[6] = {0x52, 0x54, 0, 0x12, 0x34, 0x56};

struct dhcp_packet {
    uint8_t bytes[1024];
    size_t length;
};

static void dhcp_option(struct dhcp_packet *packet, uint8_t code, const void *value, size_t length)
{
    packet->bytes[packet->length++] = code;
    packet->bytes[packet->length++] = (uint8_t)length;
    memcpy(packet->bytes + packet->length, value, length);
    packet->length += length;
}

/* A request of this type and class; arch below 0: none is told. */
static struct dhcp_packet dhcp_make(uint8_t type, const char *class, int arch)
{
    const uint8_t number[2] = {0, (uint8_t)arch};
    struct dhcp_packet packet = {{1, 1, 6, 0, 0xde, 0xad, 0xbe, 0xef}, 240};

    packet.bytes[10] = 0x80;
    memcpy(packet.bytes + 28, dhcp_mac, 6);
    memcpy(packet.bytes + 236, "\x63\x82\x53\x63", 4);
    dhcp_option(&packet, 53, &type, 1);
    if (class != NULL)
        dhcp_option(&packet, 60, class, strlen(class));
    if (arch >= 0)
        dhcp_option(&packet, 93, number, 2);
    return packet;
}

/* NULL: the answer does not have it. */
static const uint8_t *dhcp_find(const uint8_t *reply, size_t length, uint8_t code, uint8_t *size)
{
    for (size_t at = 240; at + 2 <= length && reply[at] != 255; at += 2u + reply[at + 1]) {
        if (reply[at] == code) {
            *size = reply[at + 1];
            return reply + at + 2;
        }
    }
    return NULL;
}

static bool dhcp_says(const uint8_t *reply, size_t length, uint8_t code, const char *text)
{
    uint8_t size = 0;
    const uint8_t *value = dhcp_find(reply, length, code, &size);

    return value != NULL && size == strlen(text) && memcmp(value, text, size) == 0;
}

static struct emu_dhcp dhcp_server(void)
{
    return (struct emu_dhcp){
        .answers = {{EMU_NETBOOT_EFI, 11, "shimaa64.efi"},
                    {EMU_NETBOOT_EFI, EMU_NETBOOT_ANY, "shimx64.efi"},
                    {EMU_NETBOOT_HTTP, EMU_NETBOOT_ANY, "/debian.iso"},
                    {EMU_NETBOOT_IPXE, EMU_NETBOOT_ANY, "http://10.0.2.4/boot.ipxe"},
                    {EMU_NETBOOT_BIOS, EMU_NETBOOT_ANY, "undionly.kpxe"}},
        .answer_count = 5,
    };
}

static void test_dhcp_classes(void)
{
    static const struct {
        const char *class, *user_class;
        int arch;
        const char *file, *answer_class;
    } rows[] = {
        {"PXEClient:Arch:00007:UNDI:003000", NULL, 7, "shimx64.efi", "PXEClient"},
        {"PXEClient:Arch:00009:UNDI:003000", NULL, 9, "shimx64.efi", "PXEClient"},
        {"PXEClient:Arch:00011:UNDI:003000", NULL, 11, "shimaa64.efi", "PXEClient"},
        {"PXEClient:Arch:00000:UNDI:002001", NULL, 0, "undionly.kpxe", "PXEClient"},
        {"PXEClient:Arch:00000:UNDI:002001", "iPXE", 0, "http://10.0.2.4/boot.ipxe", NULL},
        {"PXEClient:Arch:00007:UNDI:003010", "\4iPXE", 7, "http://10.0.2.4/boot.ipxe", NULL},
        {"HTTPClient:Arch:00016:UNDI:003001", NULL, 16, "http://10.0.2.4/debian.iso", "HTTPClient"},
        {"HTTPClient:Arch:00019:UNDI:003001", NULL, 19, "http://10.0.2.4/debian.iso", "HTTPClient"},
        {"d-i", NULL, -1, NULL, NULL},
        {NULL, NULL, -1, NULL, NULL},
    };

    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct dhcp_packet packet = dhcp_make(EMU_DHCP_DISCOVER, rows[i].class, rows[i].arch);
        uint8_t reply[EMU_DHCP_REPLY_MAX], address[4], type, size;
        struct emu_dhcp dhcp = dhcp_server();
        struct emu_dhcp_request request;
        size_t length;

        if (rows[i].user_class != NULL)
            dhcp_option(&packet, 77, rows[i].user_class, strlen(rows[i].user_class));
        dhcp_option(&packet, 97, "\0guidguidguidguid", 17);
        CHECK(emu_dhcp_parse(packet.bytes, packet.length, &request));
        length = emu_dhcp_reply(&dhcp, &request, reply, address, &type);
        CHECK_EQ(type, EMU_DHCP_OFFER);
        CHECK(length >= 300 && reply[0] == 2 && memcmp(reply + 4, packet.bytes + 4, 4) == 0);
        CHECK_EQ(reply[19], 15);                                  /* 10.0.2.15 */
        CHECK(dhcp_says(reply, length, 54, "\n\0\2\2") == false); /* of 4 bytes, not a text */
        CHECK(dhcp_find(reply, length, 54, &size) != NULL && size == 4);
        CHECK(dhcp_find(reply, length, 97, &size) != NULL && size == 17);
        if (rows[i].file == NULL) {
            CHECK(dhcp_find(reply, length, 67, &size) == NULL && reply[108] == 0);
            continue;
        }
        CHECK(dhcp_says(reply, length, 67, rows[i].file));
        CHECK(strcmp((char *)reply + 108, rows[i].file) == 0);
        CHECK(memcmp(reply + 20, "\n\0\2\4", 4) == 0); /* the next server */
        if (rows[i].answer_class != NULL)
            CHECK(dhcp_says(reply, length, 60, rows[i].answer_class));
        else
            CHECK(dhcp_find(reply, length, 60, &size) == NULL);
    }
}

/* A name of more than BOOTP's field stands in the option alone. */
static void test_dhcp_long(void)
{
    char name[EMU_NETBOOT_NAME_MAX + 1] = "";
    struct emu_dhcp dhcp = {.answers = {{EMU_NETBOOT_EFI, EMU_NETBOOT_ANY, name}},
                            .answer_count = 1};
    struct dhcp_packet packet = dhcp_make(EMU_DHCP_DISCOVER, "PXEClient", 7);
    uint8_t reply[EMU_DHCP_REPLY_MAX], address[4], type;
    struct emu_dhcp_request request;
    size_t length;

    memset(name, 'n', EMU_NETBOOT_NAME_MAX);
    CHECK(emu_dhcp_parse(packet.bytes, packet.length, &request));
    length = emu_dhcp_reply(&dhcp, &request, reply, address, &type);
    CHECK(dhcp_says(reply, length, 67, name) && reply[108] == 0);
}

static uint8_t dhcp_ask(struct emu_dhcp *dhcp, struct dhcp_packet *packet, uint8_t *last)
{
    uint8_t reply[EMU_DHCP_REPLY_MAX], address[4] = {0}, type = 0;
    struct emu_dhcp_request request;

    CHECK(emu_dhcp_parse(packet->bytes, packet->length, &request));
    emu_dhcp_reply(dhcp, &request, reply, address, &type);
    *last = address[3];
    return type;
}

static void test_dhcp_leases(void)
{
    struct emu_dhcp dhcp = dhcp_server();
    struct dhcp_packet packet;
    uint8_t last;

    for (unsigned i = 0; i < EMU_DHCP_LEASES + 2; i++) {
        packet = dhcp_make(EMU_DHCP_DISCOVER, NULL, -1);
        packet.bytes[33] = (uint8_t)i;
        CHECK_EQ(dhcp_ask(&dhcp, &packet, &last), EMU_DHCP_OFFER);
        CHECK_EQ(last, 15 + i % EMU_DHCP_LEASES); /* the oldest goes where all are taken */
    }
    packet = dhcp_make(EMU_DHCP_REQUEST, NULL, -1);
    packet.bytes[33] = 5;
    dhcp_option(&packet, 50, "\n\0\2\x14", 4);
    CHECK_EQ(dhcp_ask(&dhcp, &packet, &last), EMU_DHCP_ACK);
    CHECK_EQ(last, 20);
    packet.bytes[33] = 6; /* another's */
    CHECK_EQ(dhcp_ask(&dhcp, &packet, &last), EMU_DHCP_NAK);
    packet = dhcp_make(EMU_DHCP_REQUEST, NULL, -1);
    dhcp_option(&packet, 50, "\n\0\3\x14", 4); /* not of this network */
    CHECK_EQ(dhcp_ask(&dhcp, &packet, &last), EMU_DHCP_NAK);
    dhcp_option(&packet, 54, "\n\0\2\x63", 4); /* another server's */
    CHECK_EQ(dhcp_ask(&dhcp, &packet, &last), 0);
    packet = dhcp_make(EMU_DHCP_RELEASE, NULL, -1);
    packet.bytes[33] = 5;
    CHECK_EQ(dhcp_ask(&dhcp, &packet, &last), 0);
    packet = dhcp_make(EMU_DHCP_DISCOVER, NULL, -1);
    packet.bytes[33] = 77;
    CHECK_EQ(dhcp_ask(&dhcp, &packet, &last), EMU_DHCP_OFFER);
    CHECK_EQ(last, 20);
}

static void test_dhcp_bad(void)
{
    struct dhcp_packet packet = dhcp_make(EMU_DHCP_DISCOVER, "PXEClient", 7);
    struct emu_dhcp_request request;

    CHECK(!emu_dhcp_parse(packet.bytes, 239, &request));
    packet.bytes[packet.length++] = 60; /* an option without its length, */
    CHECK(!emu_dhcp_parse(packet.bytes, packet.length, &request));
    packet.bytes[packet.length++] = 9; /* and one that is cut */
    CHECK(!emu_dhcp_parse(packet.bytes, packet.length, &request));
    packet.length -= 2;
    CHECK(emu_dhcp_parse(packet.bytes, packet.length, &request));
    packet.bytes[0] = 2;
    CHECK(!emu_dhcp_parse(packet.bytes, packet.length, &request));
}

/* ---- files ---- */

static char folder[64];
static struct emu_bootfiles files;

static void put_file(const char *name, const char *text)
{
    char path[128];
    FILE *stream;

    snprintf(path, sizeof(path), "%s/%s", folder, name);
    stream = fopen(path, "w");
    CHECK(stream != NULL && fputs(text, stream) >= 0 && fclose(stream) == 0);
}

static void make_folder(void)
{
    char path[128];
    struct emu_netboot config = {.folder = path};
    const struct emu_netboot_file single = {"kernel/linux", "/proc/self/exe"};

    snprintf(folder, sizeof(folder), "/tmp/test-netboot-XXXXXX");
    CHECK(mkdtemp(folder) != NULL);
    snprintf(path, sizeof(path), "%s/given", folder);
    CHECK(mkdir(path, 0700) == 0);
    snprintf(path, sizeof(path), "%s/given/sub", folder);
    CHECK(mkdir(path, 0700) == 0);
    put_file("secret", "secret");
    put_file("given/plain", "0123456789");
    put_file("given/sub/below", "below");
    snprintf(path, sizeof(path), "%s/given/out", folder);
    CHECK(symlink("../secret", path) == 0);
    snprintf(path, sizeof(path), "%s/given/absolute", folder);
    CHECK(symlink("/etc/hostname", path) == 0);
    snprintf(path, sizeof(path), "%s/given/up", folder);
    CHECK(symlink("..", path) == 0);
    snprintf(path, sizeof(path), "%s/given/inside", folder);
    CHECK(symlink("sub/below", path) == 0);
    snprintf(path, sizeof(path), "%s/given/pipe", folder);
    CHECK(mkfifo(path, 0600) == 0);
    snprintf(path, sizeof(path), "%s/given", folder);
    config.files = &single;
    config.file_count = 1;
    CHECK(emu_bootfiles_init(&files, &config, NULL));
}

static void drop_folder(void)
{
    char command[96];

    emu_bootfiles_finish(&files);
    snprintf(command, sizeof(command), "rm -r %s", folder);
    CHECK(system(command) == 0);
}

static void test_names(void)
{
    static const struct {
        const char *asked, *name; /* NULL: refused */
    } rows[] = {
        {"plain", "plain"},
        {"/plain", "plain"},
        {"\\sub\\below", "sub/below"},
        {"//sub//./below", "sub/below"},
        {".", NULL},
        {"", NULL},
        {"/", NULL},
        {"../secret", NULL},
        {"sub/../plain", NULL},
        {"sub\\..\\..\\x", NULL},
        {"..", NULL},
        {"a\nb", NULL},
        {"...", "..."},
        {"sub/..hidden", "sub/..hidden"},
    };
    char name[EMU_BOOT_NAME_MAX], long_name[EMU_BOOT_NAME_MAX + 1];

    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        bool good = emu_bootfile_name(rows[i].asked, strlen(rows[i].asked), name);

        CHECK_EQ(good, rows[i].name != NULL);
        if (rows[i].name != NULL)
            CHECK(strcmp(name, rows[i].name) == 0);
    }
    memset(long_name, 'x', sizeof(long_name));
    CHECK(!emu_bootfile_name(long_name, EMU_BOOT_NAME_MAX, name));
    CHECK(emu_bootfile_name(long_name, EMU_BOOT_NAME_MAX - 2, name));
}

static void test_confined(void)
{
    static const struct {
        const char *name;
        enum emu_netboot_outcome outcome;
    } rows[] = {
        {"plain", EMU_NETBOOT_DONE},           {"sub/below", EMU_NETBOOT_DONE},
        {"inside", EMU_NETBOOT_DONE},          {"kernel/linux", EMU_NETBOOT_DONE},
        {"nothing", EMU_NETBOOT_ABSENT},       {"sub", EMU_NETBOOT_ABSENT},
        {"pipe", EMU_NETBOOT_ABSENT},          {"plain/below", EMU_NETBOOT_ABSENT},
        {"out", EMU_NETBOOT_DENIED},           {"absolute", EMU_NETBOOT_DENIED},
        {"up/secret", EMU_NETBOOT_DENIED},     {"../secret", EMU_NETBOOT_DENIED},
        {"/etc/hostname", EMU_NETBOOT_DENIED},
    };

    make_folder();
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct emu_bootfile file;
        enum emu_netboot_outcome outcome = emu_bootfile_open(&files, rows[i].name, &file);

        if (outcome != rows[i].outcome)
            fprintf(stderr, "%s: %d\n", rows[i].name, outcome);
        CHECK_EQ(outcome, rows[i].outcome);
        CHECK_EQ(file.fd >= 0, outcome == EMU_NETBOOT_DONE);
        if (file.fd >= 0)
            close(file.fd);
    }
    drop_folder();
}

/* ---- TFTP ---- */

struct tftp_client {
    struct emu_tftp tftp;
    uint16_t port; /* the server's of the transfer */
    struct {
        uint8_t bytes[1600];
        size_t length;
    } got[64];
    unsigned count;
    enum emu_netboot_outcome outcome;
    uint64_t told_sent;
    unsigned told;
};

static void tftp_take(void *opaque, const struct emu_datagram *datagram)
{
    struct tftp_client *client = opaque;

    CHECK(client->count < 64 && datagram->length <= 1472 && datagram->to_port == 2000);
    client->port = datagram->from_port;
    memcpy(client->got[client->count].bytes, datagram->data, datagram->length);
    client->got[client->count++].length = datagram->length;
}

static void tftp_told(void *opaque, const struct emu_netboot_event *event)
{
    struct tftp_client *client = opaque;

    client->outcome = event->outcome;
    client->told_sent = event->sent;
    client->told++;
}

static void tftp_init(struct tftp_client *client)
{
    *client = (struct tftp_client){.tftp = {.files = &files, .send = tftp_take, .tell = tftp_told}};
    client->tftp.opaque = client;
}

static void tftp_give(struct tftp_client *client, uint16_t port, const void *data, size_t length,
                      emu_ns now)
{
    const struct emu_datagram datagram = {
        .from = {10, 0, 2, 15},
        .to = {10, 0, 2, 4},
        .from_port = 2000,
        .to_port = port,
        .data = data,
        .length = length,
    };

    client->count = 0;
    if (emu_tftp_wants(&client->tftp, &datagram))
        emu_tftp_input(&client->tftp, &datagram, now);
}

static void tftp_ack(struct tftp_client *client, uint16_t number, emu_ns now)
{
    const uint8_t data[4] = {0, 4, (uint8_t)(number >> 8), (uint8_t)number};

    tftp_give(client, client->port, data, sizeof(data), now);
}

#define TFTP_ASK(client, text) tftp_give(client, EMU_TFTP_PORT, text, sizeof(text), 0)

static void test_tftp(void)
{
    struct tftp_client client;

    make_folder();
    tftp_init(&client);
    TFTP_ASK(&client, "\0\1plain\0octet");
    CHECK(client.count == 1 && client.got[0].length == 14 && client.port >= 49152);
    CHECK(memcmp(client.got[0].bytes,
                 "\0\3\0\1"
                 "0123456789",
                 14) == 0);
    tftp_ack(&client, 7, 1); /* a block that was never sent */
    CHECK(client.count == 0 && client.told == 0);
    tftp_ack(&client, 1, 2);
    CHECK(client.told == 1 && client.outcome == EMU_NETBOOT_DONE && client.told_sent == 10);
    TFTP_ASK(&client, "\0\1nothing\0octet");
    CHECK(client.count == 1 && memcmp(client.got[0].bytes, "\0\5\0\1", 4) == 0);
    CHECK_EQ(client.outcome, EMU_NETBOOT_ABSENT);
    TFTP_ASK(&client, "\0\1../secret\0octet");
    CHECK(memcmp(client.got[0].bytes, "\0\5\0\2", 4) == 0);
    CHECK_EQ(client.outcome, EMU_NETBOOT_DENIED);
    TFTP_ASK(&client, "\0\2plain\0octet"); /* to write */
    CHECK(memcmp(client.got[0].bytes, "\0\5\0\2", 4) == 0);
    TFTP_ASK(&client, "\0\1plain\0mail");
    CHECK(memcmp(client.got[0].bytes, "\0\5\0\4", 4) == 0);
    emu_tftp_finish(&client.tftp);
    drop_folder();
}

static void test_tftp_options(void)
{
    static const char wanted[] = "\0\6blksize\0"
                                 "1468\0tsize\0"
                                 "10\0timeout\0"
                                 "3\0windowsize\0"
                                 "32";
    struct tftp_client client;

    make_folder();
    tftp_init(&client);
    TFTP_ASK(&client, "\0\1PLAIN\0octet");
    CHECK_EQ(client.outcome, EMU_NETBOOT_ABSENT);
    TFTP_ASK(&client, "\0\1plain\0OCTET\0blksize\0"
                      "65464\0tsize\0"
                      "0\0timeout\0"
                      "3\0windowsize\0"
                      "64\0multicast\0");
    CHECK(client.count == 1 && client.got[0].length == sizeof(wanted));
    CHECK(memcmp(client.got[0].bytes, wanted, sizeof(wanted)) == 0);
    tftp_give(&client, client.port, "\0\5\0\0User aborted", 17, 1);
    CHECK_EQ(client.outcome, EMU_NETBOOT_ASKED); /* it asked for the size alone */
    TFTP_ASK(&client, "\0\1plain\0octet\0blksize\0"
                      "7\0timeout\0"
                      "256\0tsize\0x");
    CHECK_EQ(client.got[0].bytes[1], 3); /* none of them can be had */
    emu_tftp_finish(&client.tftp);
    drop_folder();
}

/* A window of four, of which blocks are lost, and a client that goes away. */
static void test_tftp_window(void)
{
    struct tftp_client client;
    char text[101];

    make_folder();
    memset(text, 'x', 100);
    text[100] = '\0';
    put_file("given/hundred", text);
    tftp_init(&client);
    TFTP_ASK(&client, "\0\1hundred\0octet\0blksize\0"
                      "10\0windowsize\0"
                      "4");
    CHECK_EQ(client.got[0].bytes[1], 6);
    tftp_ack(&client, 0, 0);
    CHECK(client.count == 4 && client.got[3].bytes[3] == 4);
    tftp_ack(&client, 2, 0); /* the third was lost */
    CHECK(client.count == 4 && client.got[0].bytes[3] == 3 && client.got[3].bytes[3] == 6);
    tftp_ack(&client, 2, 0); /* twice: nothing new */
    CHECK_EQ(client.count, 0);
    client.count = 0;
    CHECK_EQ(emu_tftp_tick(&client.tftp, SECOND / 2), SECOND);
    CHECK_EQ(client.count, 0);
    CHECK_EQ(emu_tftp_tick(&client.tftp, SECOND), 2 * SECOND);
    CHECK(client.count == 4 && client.got[0].bytes[3] == 3);
    tftp_ack(&client, 6, SECOND);
    CHECK(client.count == 4);
    tftp_ack(&client, 10, SECOND);
    CHECK(client.count == 1 && client.got[0].length == 4); /* 100 is ten whole blocks, and an end */
    for (unsigned i = 2; i < 7; i++) {
        client.count = 0;
        CHECK_EQ(emu_tftp_tick(&client.tftp, i * SECOND), (i + 1) * SECOND);
        CHECK_EQ(client.count, 1);
    }
    client.count = 0;
    CHECK_EQ(emu_tftp_tick(&client.tftp, 7 * SECOND), UINT64_MAX);
    CHECK(client.outcome == EMU_NETBOOT_SILENT && client.told_sent == 100);
    drop_folder();
}

/* More blocks than a number of 16 bits has. */
static void test_tftp_wrap(void)
{
    struct tftp_client client;
    uint32_t blocks = 0;
    char path[128];

    make_folder();
    put_file("given/large", "");
    snprintf(path, sizeof(path), "%s/given/large", folder);
    CHECK(truncate(path, 70000 * 8 + 3) == 0);
    tftp_init(&client);
    TFTP_ASK(&client, "\0\1large\0octet\0blksize\0"
                      "8\0windowsize\0"
                      "32");
    while (client.told == 0 && blocks < 80000) {
        tftp_ack(&client, (uint16_t)blocks, 0);
        blocks += client.count;
    }
    CHECK_EQ(blocks, 70001);
    CHECK(client.outcome == EMU_NETBOOT_DONE && client.told_sent == 70000 * 8 + 3);
    drop_folder();
}

/* A guest that begins transfers and never goes on loses the oldest. */
static void test_tftp_many(void)
{
    struct tftp_client client;

    make_folder();
    tftp_init(&client);
    for (unsigned i = 0; i < EMU_TFTP_SESSIONS + 3; i++) {
        const struct emu_datagram datagram = {
            .to_port = EMU_TFTP_PORT,
            .from_port = 2000,
            .from = {10, 0, 2, (uint8_t)(20 + i)},
            .data = (const uint8_t *)"\0\1plain\0octet",
            .length = 15,
        };
        client.count = 0;
        emu_tftp_input(&client.tftp, &datagram, i);
        CHECK_EQ(client.count, 1);
    }
    CHECK_EQ(client.told, 3);
    emu_tftp_finish(&client.tftp);
    drop_folder();
}

/* ---- HTTP ---- */

static void test_http_requests(void)
{
    static const struct {
        const char *text;
        size_t length;
        unsigned status;
        const char *name;
    } rows[] = {
        {"GET /a/b.iso HTTP/1.1\r\nHost: 10.0.2.4\r\n\r\n", 41, 0, "a/b.iso"},
        {"\r\nGET /a HTTP/1.1\nHost: x\n\nGET", 27, 0, "a"},
        {"HEAD /a%20b%2ec?x=../y HTTP/1.0\r\n\r\n", 35, 0, "a b.c"},
        {"GET http://10.0.2.4:80/dir/x HTTP/1.1\r\n\r\n", 41, 0, "dir/x"},
        {"GET /a HTTP/1.1\r\nHost: x\r\n", 0, 0, NULL},
        {"GET /../etc/passwd HTTP/1.1\r\n\r\n", 31, 403, NULL},
        {"GET /%2e%2e/etc/passwd HTTP/1.1\r\n\r\n", 35, 403, NULL},
        {"GET /a%2f..%5c..%2fb HTTP/1.1\r\n\r\n", 33, 403, NULL},
        {"GET /a%00b HTTP/1.1\r\n\r\n", 23, 403, NULL},
        {"GET /a%4 HTTP/1.1\r\n\r\n", 21, 400, NULL},
        {"GET a HTTP/1.1\r\n\r\n", 18, 400, NULL},
        {"GET /a\r\n\r\n", 10, 400, NULL},
        {"GET /a HTTP/2.0\r\n\r\n", 19, 505, NULL},
        {"PUT /a HTTP/1.1\r\n\r\n", 19, 405, NULL},
    };

    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct emu_http_request request;

        CHECK_EQ(emu_http_parse(rows[i].text, strlen(rows[i].text), &request), rows[i].length);
        if (rows[i].length == 0)
            continue;
        CHECK_EQ(request.status, rows[i].status);
        if (rows[i].name != NULL)
            CHECK(strcmp(request.name, rows[i].name) == 0);
    }
}

static void test_http_ranges(void)
{
    static const struct {
        const char *range;
        bool there;
        uint64_t first, count;
    } rows[] = {
        {"bytes=0-", true, 0, 100},
        {"bytes=10-19", true, 10, 10},
        {"bytes=90-200", true, 90, 10},
        {"bytes=100-", false, 0, 0},
        {"bytes=-30", true, 70, 30},
        {"bytes=-300", true, 0, 100},
        {"bytes=-0", false, 0, 0},
        {"bytes=20-10", true, 0, 100},
        {"bytes=0-1,5-6", true, 0, 100},
        {"lines=1-2", true, 0, 100},
        {"bytes=-", true, 0, 100},
        {"bytes=0-18446744073709551615", true, 0, 100},
        {"bytes=99999999999999999999999-", true, 0, 100},
    };

    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct emu_http_request request;
        uint64_t first = 0, count = 0;
        char text[128];

        snprintf(text, sizeof(text), "GET /a HTTP/1.1\r\nrange:  %s \r\n\r\n", rows[i].range);
        CHECK(emu_http_parse(text, strlen(text), &request) != 0);
        CHECK_EQ(emu_http_cut(&request, 100, &first, &count), rows[i].there);
        if (!rows[i].there)
            continue;
        CHECK_EQ(first, rows[i].first);
        CHECK_EQ(count, rows[i].count);
    }
}

static emu_ns http_now(void *opaque)
{
    return 0;
}

static void http_told(void *opaque, const struct emu_netboot_event *event)
{
    __atomic_fetch_add((unsigned *)opaque + event->outcome, 1, __ATOMIC_RELAXED);
}

static int http_connect(const struct emu_http *http)
{
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    int fd = socket(AF_UNIX, SOCK_STREAM, 0);

    snprintf(address.sun_path, sizeof(address.sun_path), "%s", emu_http_path(http));
    CHECK(connect(fd, (struct sockaddr *)&address, sizeof(address)) == 0);
    return fd;
}

/* All that comes until the connection is closed. */
static void http_all(int fd, char *out, size_t size)
{
    size_t used = 0;
    ssize_t got;

    while (used < size - 1 && (got = read(fd, out + used, size - 1 - used)) > 0)
        used += (size_t)got;
    out[used] = '\0';
    close(fd);
}

static void http_ask(const struct emu_http *http, const char *text, char *out, size_t size)
{
    int fd = http_connect(http);

    CHECK(write(fd, text, strlen(text)) == (ssize_t)strlen(text));
    http_all(fd, out, size);
}

static void test_http_server(void)
{
    unsigned told[EMU_NETBOOT_BAD + 1] = {0};
    char text[4096], *second;
    struct emu_http *http;

    make_folder();
    http = emu_http_new(&files, http_told, http_now, told, NULL);
    CHECK(http != NULL);
    http_ask(http,
             "HEAD /plain HTTP/1.1\r\n\r\nGET /plain HTTP/1.1\r\nRange: bytes=3-5\r\n\r\n"
             "GET /none HTTP/1.1\r\n\r\nGET /sub/below HTTP/1.1\r\nConnection: close\r\n\r\n",
             text, sizeof(text));
    CHECK(strncmp(text, "HTTP/1.1 200 OK\r\n", 17) == 0);
    CHECK(strstr(text, "Content-Length: 10\r\n\r\nHTTP/1.1 206 Partial Content\r\n") != NULL);
    second = strstr(text, "Content-Range: bytes 3-5/10\r\n");
    CHECK(second != NULL && strstr(second, "Content-Length: 3\r\n\r\n345HTTP/1.1 404 ") != NULL);
    CHECK(strstr(text, "Connection: close\r\n") != NULL);
    CHECK(strcmp(text + strlen(text) - 9, "\r\n\r\nbelow") == 0);
    http_ask(http, "GET /out HTTP/1.0\r\n\r\n", text, sizeof(text));
    CHECK(strncmp(text, "HTTP/1.1 403 ", 13) == 0);
    http_ask(http, "GET /plain HTTP/1.1\r\nRange: bytes=10-\r\nConnection: close\r\n\r\n", text,
             sizeof(text));
    CHECK(strncmp(text, "HTTP/1.1 416 ", 13) == 0);
    emu_http_free(http); /* all is told then */
    CHECK(told[EMU_NETBOOT_ASKED] == 1 && told[EMU_NETBOOT_DONE] == 2);
    CHECK(told[EMU_NETBOOT_ABSENT] == 1 && told[EMU_NETBOOT_DENIED] == 1);
    drop_folder();
}

/* More connections than are served at once, of which none says anything. */
static void test_http_crowd(void)
{
    int crowd[EMU_HTTP_CONNECTIONS + 8];
    unsigned told[EMU_NETBOOT_BAD + 1] = {0};
    struct emu_http *http;
    char text[512];

    make_folder();
    http = emu_http_new(&files, http_told, http_now, told, NULL);
    for (unsigned i = 0; i < EMU_HTTP_CONNECTIONS + 8; i++)
        crowd[i] = http_connect(http);
    http_all(crowd[EMU_HTTP_CONNECTIONS + 7], text, sizeof(text));
    CHECK(text[0] == '\0'); /* hung up */
    for (unsigned i = 0; i < EMU_HTTP_CONNECTIONS + 7; i++)
        close(crowd[i]);
    for (unsigned i = 0; i < 1000; i++) { /* until the server has seen that they are gone */
        http_ask(http, "GET /plain HTTP/1.0\r\n\r\n", text, sizeof(text));
        if (text[0] != '\0')
            break;
        usleep(1000);
    }
    CHECK(strstr(text, "\r\n\r\n0123456789") != NULL);
    emu_http_free(http);
    drop_folder();
}

int main(int argc, char **argv)
{
    static const struct test_case cases[] = {
        {"netboot-dhcp-classes", test_dhcp_classes},
        {"netboot-dhcp-long", test_dhcp_long},
        {"netboot-dhcp-leases", test_dhcp_leases},
        {"netboot-dhcp-bad", test_dhcp_bad},
        {"netboot-names", test_names},
        {"netboot-confined", test_confined},
        {"netboot-tftp", test_tftp},
        {"netboot-tftp-options", test_tftp_options},
        {"netboot-tftp-window", test_tftp_window},
        {"netboot-tftp-wrap", test_tftp_wrap},
        {"netboot-tftp-many", test_tftp_many},
        {"netboot-http-requests", test_http_requests},
        {"netboot-http-ranges", test_http_ranges},
        {"netboot-http-server", test_http_server},
        {"netboot-http-crowd", test_http_crowd},
        {NULL},
    };

    return test_main(argc, argv, cases);
}
