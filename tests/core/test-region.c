/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The region tree, its flattened view, and accesses through it. */
#include "tests/test.h"

#include <pthread.h>
#include <stdatomic.h>

#include "emulator/api/error.h"
#include "emulator/core/region.h"
#include "emulator/core/trace.h"

/* ---- a device that notes what reaches it ---- */

struct probe {
    unsigned reads, writes;
    uint64_t offset[16], value[16];
    unsigned size[16];
};

/* Each byte reads as the low byte of its offset. */
static uint64_t probe_read(void *opaque, uint64_t offset, unsigned size)
{
    struct probe *probe = opaque;
    uint64_t value = 0;
    unsigned i;

    if (probe->reads < 16) {
        probe->offset[probe->reads] = offset;
        probe->size[probe->reads] = size;
    }
    probe->reads++;
    for (i = 0; i < size; i++)
        value |= ((offset + i) & 0xff) << (8 * i);
    return value;
}

static void probe_write(void *opaque, uint64_t offset, uint64_t value, unsigned size)
{
    struct probe *probe = opaque;

    if (probe->writes < 16) {
        probe->offset[probe->writes] = offset;
        probe->value[probe->writes] = value;
        probe->size[probe->writes] = size;
    }
    probe->writes++;
}

static const struct emu_region_ops probe_ops = {.read = probe_read, .write = probe_write};

struct space {
    struct emu_memory *memory;
    struct emu_region *root;
    struct emu_ram *ram;
};

static struct space space_new(uint64_t size)
{
    struct emu_error err = EMU_ERROR_INIT;
    struct space space;

    space.memory = emu_memory_new("test", size, &err);
    CHECK(space.memory != NULL);
    space.root = emu_memory_root(space.memory);
    space.ram = emu_ram_new("ram", 0x10000, &err);
    CHECK(space.ram != NULL);
    return space;
}

static void space_free(struct space *space)
{
    emu_memory_free(space->memory);
    emu_ram_free(space->ram);
}

/* ---- the view ---- */

static void test_empty(void)
{
    struct space space = space_new(0);
    struct emu_range range = emu_memory_find(space.memory, 0x1234);

    CHECK(range.region == NULL && range.host == NULL);
    CHECK_EQ(range.length, UINT64_MAX - 0x1233);
    CHECK_EQ(emu_memory_find(space.memory, 0).length, UINT64_MAX);
    CHECK_EQ(emu_memory_load(space.memory, 0x1000, 4), 0xffffffffu);
    emu_memory_store(space.memory, 0x1000, 1, 4);
    space_free(&space);
}

static void test_ram(void)
{
    struct space space = space_new(0);
    struct emu_region ram;
    struct emu_range range;

    emu_region_init_ram(&ram, "ram", space.ram, 0x1000, 0x2000);
    emu_region_add(space.root, 0x8000, &ram, 0);
    range = emu_memory_find(space.memory, 0x8010);
    CHECK(range.region == &ram && range.writable);
    CHECK(range.host == emu_ram_host(space.ram) + 0x1010);
    CHECK_EQ(range.offset, 0x10);
    CHECK_EQ(range.length, 0x1ff0);
    CHECK_EQ(emu_memory_find(space.memory, 0x7000).length, 0x1000);
    emu_memory_store(space.memory, 0x8003, 0x1122334455667788ull, 8);
    CHECK_EQ(emu_memory_load(space.memory, 0x8003, 8), 0x1122334455667788ull);
    CHECK_EQ(emu_memory_load(space.memory, 0x8004, 2), 0x6677);
    CHECK_EQ(emu_memory_load(space.memory, 0x9ffe, 4), 0xffff0000u); /* over the end */
    emu_region_remove(&ram);
    CHECK(emu_memory_find(space.memory, 0x8010).region == NULL);
    space_free(&space);
}

static void test_rom(void)
{
    struct space space = space_new(0);
    struct emu_region rom;
    uint32_t value = 0x12345678, back = 0;

    emu_region_init_rom(&rom, "rom", space.ram, 0, 0x1000);
    emu_region_add(space.root, 0xf0000, &rom, 0);
    emu_memory_store(space.memory, 0xf0000, 1, 4);
    CHECK(emu_memory_write(space.memory, 0xf0000, &value, 4));
    CHECK_EQ(emu_memory_load(space.memory, 0xf0000, 4), 0);
    CHECK(emu_memory_write_rom(space.memory, 0xf0000, &value, 4));
    CHECK(emu_memory_read(space.memory, 0xf0000, &back, 4));
    CHECK_EQ(back, value);
    CHECK(!emu_memory_find(space.memory, 0xf0000).writable);
    space_free(&space);
}

static void test_priority(void)
{
    struct space space = space_new(0);
    struct emu_region low, high, later;

    emu_region_init_ram(&low, "low", space.ram, 0, 0x4000);
    emu_region_init_ram(&high, "high", space.ram, 0, 0x1000);
    emu_region_init_ram(&later, "later", space.ram, 0, 0x1000);
    emu_region_add(space.root, 0x1000, &high, 1);
    emu_region_add(space.root, 0, &low, 0);
    CHECK(emu_memory_find(space.memory, 0xfff).region == &low);
    CHECK(emu_memory_find(space.memory, 0x1000).region == &high);
    CHECK(emu_memory_find(space.memory, 0x2000).region == &low);
    CHECK_EQ(emu_memory_find(space.memory, 0x2000).offset, 0x2000);
    CHECK_EQ(emu_memory_find(space.memory, 0).length, 0x1000);
    emu_region_add(space.root, 0x3000, &later, 0);
    CHECK(emu_memory_find(space.memory, 0x3000).region == &later);
    emu_region_set_enabled(&high, false);
    CHECK(emu_memory_find(space.memory, 0x1000).region == &low);
    CHECK_EQ(emu_memory_find(space.memory, 0).length, 0x3000);
    emu_region_set_enabled(&high, true);
    emu_region_set_address(&high, 0x2800);
    CHECK(emu_memory_find(space.memory, 0x3400).region == &high);
    CHECK(emu_memory_find(space.memory, 0x1000).region == &low);
    space_free(&space);
}

static void test_containers_clip(void)
{
    struct space space = space_new(0x10000);
    struct emu_region outer, inner, ram;

    emu_region_init_container(&outer, "outer", 0x1000);
    emu_region_init_container(&inner, "inner", 0x10000);
    emu_region_init_ram(&ram, "ram", space.ram, 0, 0x4000);
    emu_region_add(&inner, 0, &ram, 0);
    emu_region_add(&outer, 0x800, &inner, 0);
    emu_region_add(space.root, 0x2000, &outer, 0);
    CHECK(emu_memory_find(space.memory, 0x27ff).region == NULL);
    CHECK(emu_memory_find(space.memory, 0x2800).region == &ram);
    CHECK_EQ(emu_memory_find(space.memory, 0x2800).length, 0x800);
    CHECK(emu_memory_find(space.memory, 0x3000).region == NULL);
    emu_region_set_address(&outer, 0xfc00); /* clipped by the space */
    CHECK(emu_memory_find(space.memory, 0x10000).region == NULL);
    emu_region_set_enabled(&inner, false);
    emu_region_set_address(&outer, 0x2000);
    CHECK(emu_memory_find(space.memory, 0x2800).region == NULL);
    space_free(&space);
}

static void test_alias(void)
{
    struct space space = space_new(0);
    struct emu_region target, ram, device, alias;
    struct probe probe = {0};

    emu_region_init_container(&target, "target", 0);
    emu_region_init_ram(&ram, "ram", space.ram, 0, 0x10000);
    emu_region_init_io(&device, "device", &probe_ops, &probe, NULL, 0x100);
    emu_region_init_alias(&alias, "alias", &target, 0xa000, 0x1000);
    emu_region_add(space.root, 0x100000, &alias, 0);
    CHECK(emu_memory_find(space.memory, 0x100000).region == NULL);
    emu_region_add(&target, 0x8000, &ram, 0); /* a change behind the alias shows */
    CHECK(emu_memory_find(space.memory, 0x100000).region == &ram);
    CHECK_EQ(emu_memory_find(space.memory, 0x100000).offset, 0x2000);
    CHECK_EQ(emu_memory_find(space.memory, 0x100000).length, 0x1000);
    emu_region_add(&target, 0xa800, &device, 1);
    CHECK(emu_memory_find(space.memory, 0x100810).region == &device);
    CHECK_EQ(emu_memory_load(space.memory, 0x100810, 1), 0x10);
    emu_region_remove(&ram);
    CHECK(emu_memory_find(space.memory, 0x100000).region == NULL);
    space_free(&space);
}

static void test_alias_of_itself(void)
{
    struct space space = space_new(0);
    struct emu_region alias, ram;

    emu_region_init_ram(&ram, "ram", space.ram, 0, 0x1000);
    emu_region_init_alias(&alias, "alias", space.root, 0, 0);
    emu_region_add(space.root, 0x1000, &alias, 0);
    emu_region_add(space.root, 0, &ram, 0);
    CHECK(emu_memory_find(space.memory, 0x1000).region == &ram);
    CHECK(emu_memory_find(space.memory, 0x2000).region == &ram);
    space_free(&space);
}

static void test_last_byte(void)
{
    struct space space = space_new(0);
    struct emu_region rom;

    emu_region_init_rom(&rom, "rom", space.ram, 0, 0x10000);
    emu_region_add(space.root, UINT64_MAX - 0xffff, &rom, 0);
    CHECK(emu_memory_find(space.memory, UINT64_MAX).region == &rom);
    CHECK_EQ(emu_memory_find(space.memory, UINT64_MAX).length, 1);
    CHECK_EQ(emu_memory_load(space.memory, UINT64_MAX, 1), 0);
    space_free(&space);
}

static void count_change(void *opaque)
{
    (*(unsigned *)opaque)++;
}

static void test_transactions(void)
{
    struct space space = space_new(0);
    struct emu_region a, b;
    unsigned changes = 0;

    emu_memory_on_change(space.memory, count_change, &changes);
    emu_region_init_ram(&a, "a", space.ram, 0, 0x1000);
    emu_region_init_ram(&b, "b", space.ram, 0, 0x1000);
    emu_memory_begin(space.memory);
    emu_region_add(space.root, 0, &a, 0);
    emu_memory_begin(space.memory);
    emu_region_add(space.root, 0x1000, &b, 0);
    emu_memory_commit(space.memory);
    CHECK(emu_memory_find(space.memory, 0).region == NULL);
    CHECK_EQ(changes, 0);
    emu_memory_commit(space.memory);
    CHECK(emu_memory_find(space.memory, 0).region == &a);
    CHECK_EQ(changes, 1);
    emu_memory_begin(space.memory);
    emu_memory_commit(space.memory);
    emu_region_set_enabled(&a, true); /* no change, no new view */
    emu_region_place(&a, true, 0);
    CHECK_EQ(changes, 1);
    emu_region_place(&a, false, 0x9000);
    CHECK_EQ(changes, 2);
    CHECK(emu_memory_find(space.memory, 0).region == NULL);
    emu_region_place(&a, true, 0x4000); /* both in one view */
    CHECK_EQ(changes, 3);
    CHECK(emu_memory_find(space.memory, 0x4000).region == &a);
    space_free(&space);
}

static void test_describe(void)
{
    struct space space = space_new(0);
    struct emu_region ram;
    char *text;

    emu_region_init_ram(&ram, "main", space.ram, 0, 0x1000);
    emu_region_add(space.root, 0x2000, &ram, 0);
    text = emu_memory_describe(space.memory);
    CHECK_STR(text, "0000000000002000-0000000000002fff ram main+0x0\n");
    free(text);
    space_free(&space);
}

/* ---- sizes ---- */

struct io_space {
    struct space space;
    struct probe probe;
    struct emu_region region;
    pthread_mutex_t lock;
};

static void io_init(struct io_space *io, const struct emu_region_ops *ops)
{
    memset(&io->probe, 0, sizeof(io->probe));
    io->space = space_new(0);
    pthread_mutex_init(&io->lock, NULL);
    emu_region_init_io(&io->region, "device", ops, &io->probe, &io->lock, 0x100);
    emu_region_add(io->space.root, 0x1000, &io->region, 0);
}

static void io_finish(struct io_space *io)
{
    space_free(&io->space);
    pthread_mutex_destroy(&io->lock);
}

static void test_io_split(void)
{
    struct io_space io;

    io_init(&io, &probe_ops);
    CHECK_EQ(emu_memory_load(io.space.memory, 0x1008, 8), 0x0f0e0d0c0b0a0908ull);
    CHECK_EQ(io.probe.reads, 2);
    CHECK_EQ(io.probe.size[0], 4);
    CHECK_EQ(io.probe.offset[1], 0xc);
    emu_memory_store(io.space.memory, 0x1010, 0x1122334455667788ull, 8);
    CHECK_EQ(io.probe.writes, 2);
    CHECK_EQ(io.probe.value[0], 0x55667788);
    CHECK_EQ(io.probe.value[1], 0x11223344);
    io_finish(&io);
}

static void test_io_misaligned(void)
{
    static const struct emu_region_ops any = {
        .read = probe_read, .write = probe_write, .unaligned = true};
    struct io_space io;

    io_init(&io, &probe_ops);
    CHECK_EQ(emu_memory_load(io.space.memory, 0x1001, 4), 0x04030201);
    CHECK_EQ(io.probe.reads, 4);
    CHECK_EQ(io.probe.size[0], 1);
    io_finish(&io);
    io_init(&io, &any);
    CHECK_EQ(emu_memory_load(io.space.memory, 0x1001, 4), 0x04030201);
    CHECK_EQ(io.probe.reads, 1);
    CHECK_EQ(io.probe.size[0], 4);
    io_finish(&io);
}

static void test_io_widen(void)
{
    static const struct emu_region_ops wide = {
        .read = probe_read, .write = probe_write, .impl_min = 4, .impl_max = 8};
    struct io_space io;

    io_init(&io, &wide);
    CHECK_EQ(emu_memory_load(io.space.memory, 0x1016, 2), 0x1716);
    CHECK_EQ(io.probe.reads, 1);
    CHECK_EQ(io.probe.offset[0], 0x14);
    CHECK_EQ(io.probe.size[0], 4);
    emu_memory_store(io.space.memory, 0x1016, 0xabcd, 2); /* as it is */
    CHECK_EQ(io.probe.offset[0], 0x16);
    CHECK_EQ(io.probe.size[0], 2);
    CHECK_EQ(io.probe.value[0], 0xabcd);
    emu_memory_load(io.space.memory, 0x1018, 8);
    CHECK_EQ(io.probe.reads, 2);
    CHECK_EQ(io.probe.size[1], 8);
    io_finish(&io);
}

static void test_io_valid(void)
{
    static const struct emu_region_ops only4 = {
        .read = probe_read, .write = probe_write, .valid_min = 4, .valid_max = 4};
    struct io_space io;

    io_init(&io, &only4);
    CHECK_EQ(emu_memory_load(io.space.memory, 0x1004, 1), 0xff);
    CHECK_EQ(emu_memory_load(io.space.memory, 0x1004, 8), UINT64_MAX);
    emu_memory_store(io.space.memory, 0x1004, 1, 2);
    CHECK_EQ(io.probe.reads + io.probe.writes, 0);
    CHECK_EQ(emu_memory_load(io.space.memory, 0x1004, 4), 0x07060504);
    io_finish(&io);
}

static void test_io_without_callbacks(void)
{
    static const struct emu_region_ops none = {0};
    struct io_space io;

    io_init(&io, &none);
    CHECK_EQ(emu_memory_load(io.space.memory, 0x1000, 2), 0xffff);
    emu_memory_store(io.space.memory, 0x1000, 0, 2);
    io_finish(&io);
}

/* ---- bulk ---- */

static void test_bulk(void)
{
    struct space space = space_new(0);
    struct emu_region ram, device;
    struct probe probe = {0};
    uint8_t data[32], back[32];
    unsigned i;

    for (i = 0; i < sizeof(data); i++)
        data[i] = (uint8_t)(0x80 + i);
    emu_region_init_ram(&ram, "ram", space.ram, 0, 0x1000);
    emu_region_init_io(&device, "device", &probe_ops, &probe, NULL, 8);
    emu_region_add(space.root, 0, &ram, 0);
    emu_region_add(space.root, 0x1000, &device, 0);
    CHECK(emu_memory_write(space.memory, 0xff0, data, 16));
    memset(back, 0xee, sizeof(back));
    CHECK(!emu_memory_read(space.memory, 0xff0, back, 32)); /* 8 bytes have nothing behind them */
    CHECK(memcmp(back, data, 16) == 0);
    CHECK_EQ(back[16], 0);
    CHECK_EQ(back[23], 7);
    CHECK_EQ(back[24], 0);
    CHECK_EQ(back[31], 0);
    CHECK_EQ(probe.reads, 2);
    CHECK(emu_memory_write(space.memory, 0x1001, data, 7));
    CHECK_EQ(probe.writes, 3); /* 1, 2, 4 */
    CHECK_EQ(probe.size[2], 4);
    space_free(&space);
}

/* A device whose DMA hits its own registers must come back. */
static void test_bulk_own_lock(void)
{
    struct io_space io;
    uint8_t data[64] = {0};

    io_init(&io, &probe_ops);
    pthread_mutex_lock(&io.lock);
    CHECK(!emu_memory_read(io.space.memory, 0x1000, data, sizeof(data)));
    CHECK(!emu_memory_write(io.space.memory, 0x1000, data, sizeof(data)));
    pthread_mutex_unlock(&io.lock);
    CHECK_EQ(io.probe.reads + io.probe.writes, 0);
    CHECK(emu_memory_read(io.space.memory, 0x1000, data, sizeof(data)));
    io_finish(&io);
}

struct written {
    unsigned calls;
    emu_gpa address;
    uint64_t length;
};

static void note_written(void *opaque, emu_gpa address, uint64_t length)
{
    struct written *written = opaque;

    written->calls++;
    written->address = address;
    written->length = length;
}

static void test_code_tracker(void)
{
    struct space space = space_new(0);
    struct emu_region ram;
    struct written written = {0};
    uint8_t data[100] = {0};

    emu_region_init_ram(&ram, "ram", space.ram, 0, 0x1000);
    emu_region_add(space.root, 0x4000, &ram, 0);
    emu_memory_on_write(space.memory, note_written, &written);
    emu_memory_write(space.memory, 0x4010, data, sizeof(data));
    CHECK_EQ(written.calls, 1);
    CHECK_EQ(written.address, 0x4010);
    CHECK_EQ(written.length, 100);
    emu_memory_store(space.memory, 0x4010, 1, 4); /* engines see their own stores */
    emu_memory_write(space.memory, 0x8000, data, sizeof(data));
    CHECK_EQ(written.calls, 1);
    space_free(&space);
}

static void note_line(void *opaque, const char *line)
{
    snprintf(opaque, 128, "%s", line);
}

static void test_trace_unassigned(void)
{
    struct space space = space_new(0);
    struct emu_trace trace = {0};
    char line[128] = "";

    trace.sink = note_line;
    trace.opaque = line;
    emu_memory_set_trace(space.memory, &trace);
    emu_memory_load(space.memory, 0x1234, 4);
    CHECK_STR(line, "");
    CHECK_EQ(emu_trace_match(&trace, "memory_*"), 1);
    emu_memory_load(space.memory, 0x1234, 4);
    CHECK_STR(line, "memory: load of 4 bytes at 0x1234 finds nothing");
    space_free(&space);
}

/* ---- look-ups while the tree changes ---- */

struct remapping {
    struct space space;
    struct emu_region ram, overlay;
    _Atomic bool stop;
    _Atomic unsigned wrong;
};

static void *remapping_reader(void *opaque)
{
    struct remapping *test = opaque;

    while (!atomic_load(&test->stop)) {
        struct emu_range range = emu_memory_find(test->space.memory, 0x2800);

        if ((range.region != &test->ram || range.offset != 0x2800) &&
            (range.region != &test->overlay || range.offset != 0x800))
            atomic_fetch_add(&test->wrong, 1);
        if (emu_memory_load(test->space.memory, 0x3000, 4) != 0)
            atomic_fetch_add(&test->wrong, 1);
    }
    return NULL;
}

static void test_concurrent_remapping(void)
{
    struct remapping test = {.space = space_new(0)};
    pthread_t readers[3];
    unsigned i;

    emu_region_init_ram(&test.ram, "ram", test.space.ram, 0, 0x8000);
    emu_region_init_ram(&test.overlay, "overlay", test.space.ram, 0x8000, 0x1000);
    emu_region_add(test.space.root, 0, &test.ram, 0);
    for (i = 0; i < 3; i++)
        pthread_create(&readers[i], NULL, remapping_reader, &test);
    for (i = 0; i < 3000; i++) {
        emu_region_add(test.space.root, 0x2000, &test.overlay, 1);
        emu_region_set_enabled(&test.overlay, (i & 1) != 0);
        emu_region_remove(&test.overlay);
    }
    atomic_store(&test.stop, true);
    for (i = 0; i < 3; i++)
        pthread_join(readers[i], NULL);
    CHECK_EQ(test.wrong, 0);
    space_free(&test.space);
}

/* A register that remaps while it is being accessed, as PAM and BARs do. */
struct remapper {
    struct emu_region region, ram;
};

static void remapper_write(void *opaque, uint64_t offset, uint64_t value, unsigned size)
{
    struct remapper *remapper = opaque;

    emu_region_set_enabled(&remapper->ram, value != 0);
    emu_region_set_enabled(&remapper->region, false);
}

static void test_remap_in_callback(void)
{
    static const struct emu_region_ops ops = {.write = remapper_write};
    struct space space = space_new(0);
    struct remapper remapper;

    emu_region_init_io(&remapper.region, "register", &ops, &remapper, NULL, 4);
    emu_region_init_ram(&remapper.ram, "ram", space.ram, 0, 0x1000);
    emu_region_set_enabled(&remapper.ram, false);
    emu_region_add(space.root, 0, &remapper.region, 0);
    emu_region_add(space.root, 0x1000, &remapper.ram, 0);
    emu_memory_store(space.memory, 0, 1, 4);
    CHECK(emu_memory_find(space.memory, 0x1000).region == &remapper.ram);
    CHECK(emu_memory_find(space.memory, 0).region == NULL);
    space_free(&space);
}

static void test_secure_view(void)
{
    struct space space = space_new(0);
    struct emu_memory *secure = emu_memory_add_secure(space.memory, NULL);
    struct emu_region ram, cover;

    emu_region_init_ram(&ram, "ram", space.ram, 0, 0x1000);
    emu_region_init_io(&cover, "cover", &(struct emu_region_ops){0}, NULL, NULL, 0x100);
    emu_region_hide(&cover, EMU_VIEW_SECURE);
    emu_region_add(space.root, 0, &ram, 0);
    emu_region_add(space.root, 0x200, &cover, 1);
    emu_memory_store(secure, 0x200, 0x5a, 1);
    CHECK_EQ(emu_memory_load(secure, 0x200, 1), 0x5a);
    CHECK_EQ(emu_memory_load(space.memory, 0x200, 1), 0xff);
    CHECK(emu_memory_root(secure) == space.root);
    emu_region_hide(&cover, EMU_VIEW_PLAIN);
    CHECK_EQ(emu_memory_load(secure, 0x200, 1), 0xff);
    CHECK_EQ(emu_memory_load(space.memory, 0x200, 1), 0x5a);
    emu_region_hide(&cover, 0);
    CHECK_EQ(emu_memory_load(space.memory, 0x200, 1), 0xff);
    emu_region_remove(&cover);
    CHECK_EQ(emu_memory_load(space.memory, 0x200, 1), 0x5a);
    space_free(&space);
}

static void test_ram_limits(void)
{
    struct emu_error err = EMU_ERROR_INIT;
    struct emu_ram *ram;

    CHECK(emu_ram_new("none", 0, &err) == NULL);
    CHECK_EQ(err.kind, EMU_ERROR_INPUT);
    err.kind = EMU_ERROR_NONE;
    CHECK(emu_ram_new("vast", INT64_MAX & ~0xfffll, &err) == NULL);
    CHECK_EQ(err.kind, EMU_ERROR_HOST);
    ram = emu_ram_new("sparse", 8ull << 30, NULL); /* costs nothing until it is touched */
    CHECK(ram != NULL && emu_ram_size(ram) == 8ull << 30);
    emu_ram_free(ram);
    emu_ram_free(NULL);
}

int main(int argc, char **argv)
{
    static const struct test_case cases[] = {
        {"region-empty", test_empty},
        {"region-ram", test_ram},
        {"region-rom", test_rom},
        {"region-priority", test_priority},
        {"region-containers-clip", test_containers_clip},
        {"region-alias", test_alias},
        {"region-alias-of-itself", test_alias_of_itself},
        {"region-last-byte", test_last_byte},
        {"region-transactions", test_transactions},
        {"region-describe", test_describe},
        {"region-io-split", test_io_split},
        {"region-io-misaligned", test_io_misaligned},
        {"region-io-widen", test_io_widen},
        {"region-io-valid", test_io_valid},
        {"region-io-without-callbacks", test_io_without_callbacks},
        {"region-bulk", test_bulk},
        {"region-bulk-own-lock", test_bulk_own_lock},
        {"region-code-tracker", test_code_tracker},
        {"region-trace-unassigned", test_trace_unassigned},
        {"region-concurrent-remapping", test_concurrent_remapping},
        {"region-remap-in-callback", test_remap_in_callback},
        {"region-secure-view", test_secure_view},
        {"region-ram-limits", test_ram_limits},
        {NULL, NULL},
    };

    return test_main(argc, argv, cases);
}
