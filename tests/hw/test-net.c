/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Network adapters on the bench: frames out and in by descriptors, offloads, filters, interrupts.
 */
#include "tests/hw/net-rig.h"

#include "emulator/net/segment.h"

static const uint8_t greeting[20] = {0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x52, 0x55, 0,   0,
                                     0,    1,    0x88, 0xb5, 'h',  'e',  'l',  'l',  'o', 0};

/* ---- virtio ---- */

/* One chain of one descriptor in a queue's ring. */
static void virtio_offer(struct net_rig *rig, unsigned queue, unsigned index, uint32_t at,
                         uint32_t length, unsigned flags)
{
    uint64_t base = 0x4000u * queue;

    net_put(rig, base + 16 * index, RIG_RAM + at, 8);
    net_put(rig, base + 16 * index + 8, length | (uint64_t)flags << 32, 8);
    net_put(rig, base + 0x1004 + 2 * index, index, 2);
    net_put(rig, base + 0x1002, index + 1, 2);
    net_write(rig, 0x3000 + 4 * queue, queue, 2);
}

static void test_virtio_send(void)
{
    struct net_rig rig;
    uint8_t frame[64];

    net_init(&rig, &emu_virtio_net_class);
    net_start_virtio(&rig, 1); /* checksums */
    memset(net_ram(&rig, 0x10000), 0, 12);
    memcpy(net_ram(&rig, 0x1000c), greeting, sizeof(greeting));
    virtio_offer(&rig, 1, 0, 0x10000, 12 + sizeof(greeting), 0);
    CHECK_EQ(emu_net_test_count(&rig.backend), 1);
    CHECK_EQ(emu_net_test_frame(&rig.backend, 0, frame, sizeof(frame)), sizeof(greeting));
    CHECK(memcmp(frame, greeting, sizeof(greeting)) == 0);
    CHECK_EQ(net_ram(&rig, 0x6002)[0], 1); /* given back */
    net_ram(&rig, 0x10000)[0] = 1;         /* a checksum from byte 14 on, at byte 18 */
    net_put(&rig, 0x10006, 14 | 4 << 16, 4);
    virtio_offer(&rig, 1, 1, 0x10000, 12 + sizeof(greeting), 0);
    CHECK_EQ(emu_net_test_frame(&rig.backend, 1, frame, sizeof(frame)), sizeof(greeting));
    CHECK_EQ(frame[18] << 8 | frame[19], 0xffff & ~(0x6865 + 0x6c6c + 0x6f00 - 0xffff));
    net_put(&rig, 0x10006, 14 | 40 << 16, 4); /* beyond the frame's end */
    virtio_offer(&rig, 1, 2, 0x10000, 12 + sizeof(greeting), 0);
    CHECK_EQ(emu_net_test_count(&rig.backend), 2);
    net_finish(&rig);
}

static void test_virtio_receive(void)
{
    struct net_rig rig;

    net_init(&rig, &emu_virtio_net_class);
    net_start_virtio(&rig, 1u << 15); /* mergeable buffers */
    net_deliver_frame(&rig, greeting, sizeof(greeting));
    CHECK_EQ(net_ram(&rig, 0x2002)[0], 0); /* no buffer: it waits */
    virtio_offer(&rig, 0, 0, 0x10000, 20, 2);
    emu_queue_run(rig.queue, 0);
    CHECK_EQ(net_ram(&rig, 0x2002)[0], 0); /* too little */
    virtio_offer(&rig, 0, 1, 0x11000, 100, 2);
    emu_queue_run(rig.queue, 0);
    CHECK_EQ(net_ram(&rig, 0x2002)[0], 2);
    CHECK_EQ(net_ram(&rig, 0x1000a)[0], 2); /* two buffers */
    CHECK_EQ(net_ram(&rig, 0x2008)[0], 20);
    CHECK_EQ(net_ram(&rig, 0x2010)[0], 12);
    CHECK(memcmp(net_ram(&rig, 0x1000c), greeting, 8) == 0);
    CHECK(memcmp(net_ram(&rig, 0x11000), greeting + 8, 12) == 0);
    CHECK(rig.device->level[0]);
    net_finish(&rig);
}

/* A TCP segment of 400 bytes, the n-th of a stream, with its checksums. */
static void make_stream(uint8_t *frame, unsigned n)
{
    static const struct emu_net_segments segments = {14, 34, 54, 400};
    static const uint8_t headers[54] = {
        [0] = 0xff, [12] = 8,  [14] = 0x45, [22] = 64, [23] = 6,    [26] = 10,   [29] = 2,
        [30] = 10,  [33] = 15, [35] = 80,   [37] = 9,  [46] = 0x50, [47] = 0x10, [48] = 0x40,
    };

    memset(frame, (int)n, 454);
    memcpy(frame, headers, sizeof(headers));
    frame[40] = (uint8_t)(400 * n >> 8);
    frame[41] = (uint8_t)(400 * n);
    emu_net_segments_join(frame, 454, &segments);
}

/* Three segments that wait come as one; where there is no room for that, one by one. */
static void test_virtio_merge(void)
{
    /* To be completed; TCP4; 54 of headers, 400 each; TCP's begins at 34; two buffers. */
    static const uint8_t header[12] = {1, 1, 54, 0, 400 & 0xff, 1, 34, 0, 16, 0, 2, 0};
    uint8_t frame[454];
    struct net_rig rig;

    net_init(&rig, &emu_virtio_net_class);
    net_start_virtio(&rig, 1u << 15 | 1u << 7 | 1u << 1);
    for (unsigned i = 0; i < 3; i++) {
        make_stream(frame, i);
        emu_net_test_send(&rig.backend, frame, sizeof(frame));
    }
    virtio_offer(&rig, 0, 0, 0x10000, 500, 2);
    emu_queue_run(rig.queue, 0);
    CHECK_EQ(net_ram(&rig, 0x2002)[0], 1);
    CHECK_EQ(net_ram(&rig, 0x10000)[0], 2); /* a single one, checked */
    virtio_offer(&rig, 0, 1, 0x11000, 500, 2);
    virtio_offer(&rig, 0, 2, 0x12000, 500, 2);
    emu_queue_run(rig.queue, 0);
    CHECK_EQ(net_ram(&rig, 0x2002)[0], 3);
    CHECK(memcmp(net_ram(&rig, 0x11000), header, sizeof(header)) == 0);
    CHECK_EQ(net_ram(&rig, 0x1101c)[0] << 8 | net_ram(&rig, 0x1101d)[0], 20 + 20 + 800);
    CHECK_EQ(net_ram(&rig, 0x12000)[0], 2);
    CHECK_EQ(net_ram(&rig, 0x2018)[0], 12 + 54 + 800 - 500 - 256); /* of the second buffer */
    net_finish(&rig);
}

/* A command of the control queue; what the device answers. */
static uint8_t virtio_control(struct net_rig *rig, unsigned index, unsigned class, unsigned command,
                              unsigned value)
{
    uint64_t table = 0x8000;

    net_put(rig, 0x10000, class | command << 8 | value << 16, 3);
    net_ram(rig, 0x10100)[0] = 0xee;
    net_put(rig, table, RIG_RAM + 0x10000, 8);
    net_put(rig, table + 8, 3 | 1ull << 32 | 1ull << 48, 8);
    net_put(rig, table + 16, RIG_RAM + 0x10100, 8);
    net_put(rig, table + 24, 1 | 2ull << 32, 8);
    net_put(rig, 0x9004 + 2 * index, 0, 2);
    net_put(rig, 0x9002, index + 1, 2);
    net_write(rig, 0x3008, 2, 2);
    return net_ram(rig, 0x10100)[0];
}

static void test_virtio_filter(void)
{
    uint8_t other[20] = {0x52, 0x54, 0, 1, 2, 3};
    struct net_rig rig;

    net_init(&rig, &emu_virtio_net_class);
    net_start_virtio(&rig, 1u << 17 | 1u << 18);
    for (unsigned i = 0; i < 4; i++)
        virtio_offer(&rig, 0, i, 0x11000, 1600, 2);
    net_deliver_frame(&rig, other, sizeof(other)); /* all, until the driver wants less */
    CHECK_EQ(net_ram(&rig, 0x2002)[0], 1);
    CHECK_EQ(virtio_control(&rig, 0, 0, 0, 0), 0);
    net_deliver_frame(&rig, other, sizeof(other));
    CHECK_EQ(net_ram(&rig, 0x2002)[0], 1);
    net_deliver_frame(&rig, greeting, sizeof(greeting));
    CHECK_EQ(net_ram(&rig, 0x2002)[0], 2);
    CHECK_EQ(virtio_control(&rig, 1, 0, 5, 1), 0); /* no broadcast */
    net_deliver_frame(&rig, greeting, sizeof(greeting));
    CHECK_EQ(net_ram(&rig, 0x2002)[0], 2);
    CHECK_EQ(virtio_control(&rig, 2, 9, 0, 1), 1);
    net_finish(&rig);
}

/* ---- e1000e ---- */

static void test_e1000e_send(void)
{
    struct net_rig rig;
    uint8_t frame[64];

    net_init(&rig, &emu_e1000e_class);
    net_start_e1000e(&rig);
    memcpy(net_ram(&rig, 0x8000), greeting, sizeof(greeting));
    net_put(&rig, 0, RIG_RAM + 0x8000, 8);
    net_put(&rig, 8, 10 | 8u << 24, 8); /* in two pieces */
    net_put(&rig, 16, RIG_RAM + 0x800a, 8);
    net_put(&rig, 24, 10 | 9u << 24, 8);
    net_write(&rig, 0xd0, 1, 4); /* TXDW */
    net_write(&rig, 0x3818, 2, 4);
    CHECK_EQ(net_read(&rig, 0x3810), 2);
    CHECK_EQ(emu_net_test_frame(&rig.backend, 0, frame, sizeof(frame)), 60);
    CHECK(memcmp(frame, greeting, sizeof(greeting)) == 0);
    CHECK_EQ(net_ram(&rig, 12)[0] & 1, 1);
    CHECK_EQ(net_ram(&rig, 28)[0] & 1, 1);
    CHECK(rig.device->level[0]);
    CHECK_EQ(net_read(&rig, 0xc0) & 0x80000001, 0x80000001);
    CHECK(!rig.device->level[0]);
    CHECK_EQ(net_read(&rig, 0xc0), 0);
    CHECK_EQ(net_read(&rig, 0x4080), 1); /* good packets sent, clear on read */
    CHECK_EQ(net_read(&rig, 0x4080), 0);
    net_finish(&rig);
}

static void test_e1000e_receive(void)
{
    uint8_t other[20] = {0x52, 0x54, 0, 1, 2, 3};
    struct net_rig rig;

    net_init(&rig, &emu_e1000e_class);
    net_start_e1000e(&rig);
    net_write(&rig, 0xd0, 0x80, 4);
    net_put(&rig, 0x1000, RIG_RAM + 0x8000, 8);
    net_put(&rig, 0x1010, RIG_RAM + 0x9000, 8);
    net_deliver_frame(&rig, greeting, sizeof(greeting));
    CHECK_EQ(net_ram(&rig, 0x100c)[0], 0); /* no descriptor: it waits */
    net_write(&rig, 0x2818, 7, 4);
    emu_queue_run(rig.queue, 0);
    CHECK_EQ(net_ram(&rig, 0x100c)[0] & 3, 3);
    CHECK_EQ(net_ram(&rig, 0x1008)[0], 60);
    CHECK(memcmp(net_ram(&rig, 0x8000), greeting, sizeof(greeting)) == 0);
    CHECK(rig.device->level[0]);
    net_read(&rig, 0xc0);
    net_deliver_frame(&rig, other, sizeof(other)); /* not ours */
    CHECK_EQ(net_read(&rig, 0x2810), 1);
    memcpy(other, "\x52\x54\x00\x12\x34\x56", 6);
    net_deliver_frame(&rig, other, sizeof(other));
    CHECK_EQ(net_read(&rig, 0x2810), 2);
    CHECK(rig_survives(rig.device));
    net_finish(&rig);
}

static void test_e1000e_throttled(void)
{
    struct net_rig rig;

    net_init(&rig, &emu_e1000e_class);
    net_write(&rig, 0xc4, 4000, 4); /* about a millisecond */
    net_write(&rig, 0xd0, 1, 4);
    net_write(&rig, 0xc8, 1, 4);
    CHECK_EQ(rig.device->rises[0], 1);
    net_read(&rig, 0xc0);
    net_write(&rig, 0xc8, 1, 4);
    CHECK_EQ(rig.device->rises[0], 1); /* too soon */
    rig_advance(&rig.rig, 2 * RIG_MS);
    CHECK_EQ(rig.device->rises[0], 2);
    net_finish(&rig);
}

static void test_e1000e_phy(void)
{
    struct net_rig rig;
    uint16_t sum = 0;

    net_init(&rig, &emu_e1000e_class);
    net_write(&rig, 0x20, 2u << 26 | 1u << 21 | 2u << 16, 4);
    CHECK_EQ(net_read(&rig, 0x20) & 0x1000ffff, 0x10000141);
    net_write(&rig, 0x20, 2u << 26 | 5u << 21, 4); /* nobody there */
    CHECK_EQ(net_read(&rig, 0x20) >> 28 & 5, 5);
    CHECK_EQ(net_read(&rig, 8) & 3, 3);
    emu_net_set_link(rig.net, false);
    emu_queue_run(rig.queue, 0);
    CHECK_EQ(net_read(&rig, 8) & 3, 1);
    CHECK_EQ(net_read(&rig, 0xc0) & 4, 4);
    for (unsigned i = 0; i < 64; i++) {
        net_write(&rig, 0x14, i << 2 | 1, 4);
        CHECK_EQ(net_read(&rig, 0x14) & 2, 2);
        sum = (uint16_t)(sum + (net_read(&rig, 0x14) >> 16));
    }
    CHECK_EQ(sum, 0xbaba);
    net_finish(&rig);
}

int main(int argc, char **argv)
{
    static const struct test_case cases[] = {
        {"virtio-net-send", test_virtio_send},
        {"virtio-net-receive", test_virtio_receive},
        {"virtio-net-merge", test_virtio_merge},
        {"virtio-net-filter", test_virtio_filter},
        {"e1000e-send", test_e1000e_send},
        {"e1000e-receive", test_e1000e_receive},
        {"e1000e-throttled", test_e1000e_throttled},
        {"e1000e-phy", test_e1000e_phy},
        {NULL},
    };

    return test_main(argc, argv, cases);
}
