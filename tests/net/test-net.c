/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The ring of frames, TCP segmentation and merging, forwards of the user-mode network and its
 * answer to ARP. */
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "emulator/api/net.h"
#include "emulator/core/clock.h"
#include "emulator/core/queue.h"
#include "emulator/net/frames.h"
#include "emulator/net/merge.h"
#include "emulator/net/pcap.h"
#include "emulator/net/segment.h"
#include "tests/test.h"

static void test_frames(void)
{
    struct emu_frames frames;
    unsigned put = 0, got = 0;
    uint8_t frame[200];

    CHECK(emu_frames_init(&frames, 1000));
    for (unsigned round = 0; round < 5000; round++) {
        size_t length = 14 + put * 37 % 180;

        memset(frame, (int)(put & 0xff), length);
        put += emu_frames_put(&frames, frame, length);
        if (round % 3 != 0 || put == got)
            continue;
        const uint8_t *first = emu_frames_first(&frames, &length), *next = first;
        CHECK(first != NULL && length == 14 + got * 37 % 180);
        for (unsigned i = got + 1; i < put; i++) {
            next = emu_frames_next(&frames, next, &length);
            CHECK(next != NULL && length == 14 + i * 37 % 180 && next[0] == (i & 0xff));
        }
        CHECK(emu_frames_next(&frames, next, &length) == NULL);
        length = 14 + got * 37 % 180;
        CHECK_EQ(first[0], got & 0xff);
        CHECK_EQ(first[length - 1], got & 0xff);
        emu_frames_drop(&frames);
        got++;
    }
    CHECK(got > 1000);
    CHECK_EQ(frames.count, put - got);
    emu_frames_finish(&frames);
}

#define HEADERS 54u

/* Ethernet, IPv4 and TCP; lengths and checksums are to be filled in. */
static void make_segment(uint8_t *frame, size_t payload)
{
    memset(frame, 0, HEADERS);
    frame[12] = 8;
    frame[14] = 0x45;
    frame[22] = 64;
    frame[23] = 6;
    memset(frame + 38, 0xff, 4); /* the sequence number wraps */
    frame[46] = 0x50;
    frame[47] = 0x19; /* ACK, PSH, FIN */
    for (size_t i = 0; i < payload; i++)
        frame[HEADERS + i] = (uint8_t)(i * 7 + i / 256);
}

struct pieces {
    unsigned count;
    size_t total;
};

static void take_piece(void *opaque, const uint8_t *frame, size_t length)
{
    struct emu_net_parsed parsed = emu_net_parse(frame, length);
    struct pieces *pieces = opaque;
    uint32_t sequence;

    memcpy(&sequence, frame + 38, 4);
    CHECK(parsed.ip4 && parsed.ip_good && parsed.tcp && parsed.l4_good);
    CHECK_EQ(__builtin_bswap32(sequence), (uint32_t)(UINT32_MAX + pieces->total));
    CHECK_EQ(frame[19], pieces->count); /* the IP header's id */
    for (size_t i = HEADERS, at = pieces->total; i < length; i++, at++)
        CHECK_EQ(frame[i], (uint8_t)(at * 7 + at / 256));
    CHECK_EQ(frame[47] & 9, length - HEADERS == 1000 ? 0 : 9); /* FIN and PSH in the last */
    pieces->count++;
    pieces->total += length - HEADERS;
}

static void test_segments(void)
{
    static const struct emu_net_segments good = {14, 34, HEADERS, 1000},
                                         bad[] = {{14, 34, HEADERS, 0},  {14, 34, 1000, 500},
                                                  {0, 34, HEADERS, 500}, {14, 20, HEADERS, 500},
                                                  {14, 34, 40, 500},     {14, 34, HEADERS, 1500}};
    static uint8_t frame[EMU_NET_MAX_FRAME];
    struct pieces pieces = {0, 0};

    make_segment(frame, 60000);
    CHECK(emu_net_segments_join(frame, HEADERS + 60000, &good));
    CHECK(emu_net_parse(frame, HEADERS + 60000).l4_good);
    frame[6000] ^= 1;
    CHECK(!emu_net_parse(frame, HEADERS + 60000).l4_good);
    make_segment(frame, 5500);
    for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
        CHECK(!emu_net_segments_check(frame, HEADERS + 500, &bad[i]));
    CHECK(emu_net_segments_check(frame, HEADERS + 5500, &good));
    emu_net_segments_cut(frame, HEADERS + 5500, &good, take_piece, &pieces);
    CHECK_EQ(pieces.count, 6);
    CHECK_EQ(pieces.total, 5500);
}

static struct emu_net_merge merge;

static void merge_piece(void *opaque, const uint8_t *frame, size_t length)
{
    unsigned *refused = opaque;

    if (!(merge.count == 0 ? emu_net_merge_begin(&merge, frame, length)
                           : emu_net_merge_add(&merge, frame, length)))
        ++*refused;
}

/* What is cut and merged is what it was. */
static void test_merge(void)
{
    static const struct emu_net_segments cut = {14, 34, HEADERS, 1000};
    static uint8_t frame[EMU_NET_MAX_FRAME], whole[EMU_NET_MAX_FRAME];
    unsigned refused = 0;

    make_segment(frame, 30500);
    frame[47] = 0x18; /* ACK, PSH */
    CHECK(emu_net_segments_join(frame, HEADERS + 30500, &cut));
    memcpy(whole, frame, sizeof(whole));
    merge.count = 0;
    emu_net_segments_cut(frame, HEADERS + 30500, &cut, merge_piece, &refused);
    CHECK_EQ(refused, 0);
    CHECK_EQ(merge.count, 31);
    CHECK_EQ(merge.length, HEADERS + 30500);
    CHECK_EQ(merge.segments.size, 1000);
    CHECK(merge.closed);
    emu_net_merge_end(&merge);
    CHECK(emu_net_segments_join(merge.bytes, merge.length, &merge.segments));
    CHECK(memcmp(merge.bytes, whole, merge.length) == 0);
}

/* Makes a frame right in its checksums and says whether it is appended to a first one. */
static bool merge_second(const uint8_t *first, uint8_t *second, size_t payload)
{
    const struct emu_net_segments segments = {14, 34, HEADERS, 1000};

    CHECK(emu_net_segments_join(second, HEADERS + payload, &segments));
    CHECK(emu_net_merge_begin(&merge, first, HEADERS + 1000));
    return emu_net_merge_add(&merge, second, HEADERS + payload);
}

static void test_merge_not(void)
{
    static const struct emu_net_segments segments = {14, 34, HEADERS, 1000};
    /* Addresses, type of service, time to live, ports, order, acknowledgement, flags, window. */
    static const uint8_t places[] = {0, 6, 15, 22, 27, 33, 35, 37, 41, 45, 47, 49};
    static uint8_t first[EMU_NET_FRAME], good[EMU_NET_FRAME], second[EMU_NET_FRAME];

    make_segment(first, 1000);
    first[47] = 0x10;
    CHECK(emu_net_segments_join(first, HEADERS + 1000, &segments));
    memcpy(good, first, sizeof(good));
    good[38] = good[39] = 0; /* 0xffffffff and 1000 */
    good[40] = 3;
    good[41] = 0xe7;
    memcpy(second, good, sizeof(good));
    CHECK(merge_second(first, second, 1000));
    CHECK(merge_second(first, second, 999));
    CHECK(merge.closed && !emu_net_merge_add(&merge, second, HEADERS + 999));
    CHECK(!merge_second(first, second, 1001));
    for (size_t i = 0; i < sizeof(places); i++) {
        memcpy(second, good, sizeof(good));
        second[places[i]] ^= 2;
        CHECK(!merge_second(first, second, 1000));
    }
    memcpy(second, good, sizeof(good));
    CHECK(merge_second(first, second, 1000));
    second[500] ^= 1; /* a wrong checksum */
    CHECK(emu_net_merge_begin(&merge, first, HEADERS + 1000));
    CHECK(!emu_net_merge_add(&merge, second, HEADERS + 1000));
    CHECK(!emu_net_merge_begin(&merge, second, HEADERS + 1000));
    CHECK(!emu_net_merge_begin(&merge, first, HEADERS + 1001)); /* something behind it */
    first[47] = 0x11;                                           /* FIN */
    CHECK(emu_net_segments_join(first, HEADERS + 1000, &segments));
    CHECK(!emu_net_merge_begin(&merge, first, HEADERS + 1000));
}

struct listener {
    pthread_mutex_t lock;
    unsigned count;
    uint8_t last[EMU_NET_FRAME];
    bool refuse;
};

static bool listener_receive(void *opaque, const uint8_t *frame, size_t length)
{
    struct listener *listener = opaque;

    if (listener->refuse)
        return false;
    memcpy(listener->last, frame, length);
    listener->count++;
    return true;
}

static void listener_received(void *opaque)
{
}

static void listener_link(void *opaque, bool up)
{
}

/* The host answers who has 10.0.2.2; an adapter without memory gets the answer later. */
static void test_user(void)
{
    static const struct emu_net_port port = {
        .receive = listener_receive, .received = listener_received, .link_changed = listener_link};
    uint8_t arp[42] = "\xff\xff\xff\xff\xff\xff\x52\x54\0\x12\x34\x56\x08\x06\0\1\x08\0\6\4\0\1"
                      "\x52\x54\0\x12\x34\x56\x0a\0\2\x0f\0\0\0\0\0\0\x0a\0\2\2";
    const struct emu_net_user_config plain = {0};
    struct listener listener = {.refuse = true};
    struct emu_queue *queue = emu_queue_new(NULL);
    struct emu_clock *clock = emu_clock_new(NULL);
    struct emu_net_backend backend;
    struct emu_net *net;

    pthread_mutex_init(&listener.lock, NULL);
    CHECK(emu_net_user(&plain, &backend, NULL));
    net = emu_net_new(queue, clock, &backend, NULL);
    emu_net_attach(net, &port, &listener, &listener.lock);
    emu_net_send(net, arp, sizeof(arp));
    for (unsigned i = 0; i < 5000 * test_patience() && emu_queue_run(queue, 0) == 0; i++)
        usleep(1000);
    listener.refuse = false;
    emu_queue_run(queue, 0);
    CHECK_EQ(listener.count, 0);
    emu_net_drained(net);
    emu_queue_run(queue, 0);
    CHECK_EQ(listener.count, 1);
    CHECK(memcmp(listener.last, arp + 6, 6) == 0 && listener.last[21] == 2);
    CHECK(memcmp(listener.last + 28, arp + 38, 4) == 0);
    emu_net_attach(net, NULL, NULL, NULL);
    emu_net_free(net);
    emu_queue_free(queue);
    emu_clock_free(clock);
    pthread_mutex_destroy(&listener.lock);
}

static void test_forwards(void)
{
    const struct emu_net_forward forward = {
        EMU_NET_TCP, {false, {127, 0, 0, 1}, 23456}, {false, {0}, 22}};
    const struct emu_net_user_config config = {&forward, 1, NULL, NULL};
    struct emu_net_backend first, second;
    struct emu_error err = EMU_ERROR_INIT;

    CHECK(emu_net_user(&config, &first, NULL));
    CHECK(!emu_net_user(&config, &second, &err));
    CHECK(strstr(err.text, "TCP port 23456 is taken on 127.0.0.1") != NULL);
    CHECK(first.ops->remove_forward(first.opaque, &forward, NULL));
    CHECK(!first.ops->remove_forward(first.opaque, &forward, NULL));
    CHECK(emu_net_user(&config, &second, NULL));
    emu_net_backend_close(&first);
    emu_net_backend_close(&second);
}

/* What libslirp would do wrong with datagrams is refused. */
static void test_datagrams(void)
{
    const struct emu_net_forward forwards[] = {
        {EMU_NET_UDP, {false, {127, 0, 0, 1}, 23456}, {false, {0}, 53}},
        {EMU_NET_UDP, {false, {127, 0, 0, 1}, 23457}, {false, {10, 0, 2, 15}, 53}},
        {EMU_NET_UDP, {true, {[15] = 1}, 23456}, {true, {0}, 53}},
        {EMU_NET_UDP, {true, {[15] = 1}, 23456}, {true, {0xfe, 0xc0, [15] = 9}, 53}}};
    const struct emu_net_user_config config = {.forwards = forwards, .forward_count = 1};
    struct emu_error err = EMU_ERROR_INIT;
    struct emu_net_backend net;

    CHECK(emu_net_user(&config, &net, NULL));
    CHECK(!net.ops->add_forward(net.opaque, &forwards[1], &err));
    CHECK(strstr(err.text, "UDP port 53 of the guest has a forward already, from port 23456"));
    err = (struct emu_error)EMU_ERROR_INIT;
    CHECK(!net.ops->add_forward(net.opaque, &forwards[2], &err));
    CHECK(strstr(err.text, "needs the guest's address") != NULL);
    CHECK(net.ops->add_forward(net.opaque, &forwards[3], NULL));
    CHECK(net.ops->remove_forward(net.opaque, &forwards[0], NULL));
    CHECK(net.ops->add_forward(net.opaque, &forwards[1], NULL));
    emu_net_backend_close(&net);
}

static bool boot_refused(const struct emu_netboot *boot, const char *why)
{
    const struct emu_net_user_config config = {.boot = boot};
    struct emu_error err = EMU_ERROR_INIT;
    struct emu_net_backend backend;
    bool good = emu_net_user(&config, &backend, &err);

    if (good)
        emu_net_backend_close(&backend);
    return !good && strstr(err.text, why) != NULL;
}

static void test_boot_files(void)
{
    char name[EMU_NETBOOT_NAME_MAX + 2] = "";
    const struct emu_netboot_answer answer = {EMU_NETBOOT_EFI, EMU_NETBOOT_ANY, name};
    const struct emu_netboot_file up = {"../up", "/dev/null"}, device = {"null", "/dev/null"};
    struct emu_netboot boot = {.folder = "/nowhere"};

    CHECK(boot_refused(&boot, "TFTP folder /nowhere: No such file"));
    boot.folder = "/dev/null";
    CHECK(boot_refused(&boot, "/dev/null is no folder"));
    boot = (struct emu_netboot){.folder = "/", .answers = &answer, .answer_count = 1};
    CHECK(boot_refused(&boot, "1 to 255 bytes"));
    memset(name, 'x', EMU_NETBOOT_NAME_MAX + 1);
    CHECK(boot_refused(&boot, "1 to 255 bytes"));
    name[EMU_NETBOOT_NAME_MAX] = '\0';
    CHECK(!boot_refused(&boot, ""));
    boot = (struct emu_netboot){.files = &up, .file_count = 1};
    CHECK(boot_refused(&boot, "'../up' is no name"));
    boot.files = &device;
    CHECK(boot_refused(&boot, "/dev/null is no plain file"));
}

/* A record ends with the last frame that fits, also for smaller ones that come later. */
static void test_record(void)
{
    static const uint8_t frame[1500];
    char path[] = "/tmp/lathe-record-XXXXXX";
    const off_t head = 24, each = 16;
    struct stat found = {0};
    struct emu_error err = EMU_ERROR_INIT;
    int fd = mkstemp(path);
    struct emu_pcap *pcap;

    CHECK(fd >= 0);
    pcap = emu_pcap_open(path, (uint64_t)(head + 2 * (each + 1500) + each + 60), &err);
    CHECK(pcap != NULL);
    for (unsigned i = 0; i < 3; i++)
        emu_pcap_add(pcap, frame, sizeof(frame));
    emu_pcap_add(pcap, frame, 60);
    emu_pcap_flush(pcap);
    CHECK(fstat(fd, &found) == 0);
    CHECK_EQ(found.st_size, head + 2 * (each + 1500));
    emu_pcap_close(pcap);
    CHECK(emu_pcap_open("/nowhere/at/all", 1, &err) == NULL);
    close(fd);
    unlink(path);
}

int main(int argc, char **argv)
{
    static const struct test_case cases[] = {
        {"net-frames", test_frames},
        {"net-segments", test_segments},
        {"net-merge", test_merge},
        {"net-merge-not", test_merge_not},
        {"net-user-arp", test_user},
        {"net-user-forwards", test_forwards},
        {"net-user-datagrams", test_datagrams},
        {"net-user-boot-files", test_boot_files},
        {"net-record", test_record},
        {NULL},
    };

    return test_main(argc, argv, cases);
}
