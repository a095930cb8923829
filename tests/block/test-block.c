/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The disk's middle over the test back end, raw images, changes that are forgotten, locks. */
#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

#include "emulator/api/block.h"
#include "emulator/block/disk.h"
#include "emulator/core/queue.h"
#include "emulator/core/region.h"
#include "tests/test.h"

#define BLOCK_RAM  0x10000u
#define BLOCK_SIZE (1u << 20)

struct block_rig {
    struct emu_queue *queue;
    struct emu_memory *memory;
    struct emu_ram *ram;
    struct emu_region region;
    struct emu_block_backend backend;
    struct emu_disk *disk;
    pthread_mutex_t lock;
    unsigned done;
    int error;
};

struct block_request {
    struct emu_disk_request disk;
    struct block_rig *rig;
};

static void block_rig_init(struct block_rig *rig)
{
    *rig = (struct block_rig){.done = 0};
    pthread_mutex_init(&rig->lock, NULL);
    rig->queue = emu_queue_new(NULL);
    rig->memory = emu_memory_new("memory", 0, NULL);
    rig->ram = emu_ram_new("ram", BLOCK_RAM, NULL);
    emu_region_init_ram(&rig->region, "ram", rig->ram, 0, BLOCK_RAM);
    emu_region_add(emu_memory_root(rig->memory), 0, &rig->region, 0);
    CHECK(emu_block_test(BLOCK_SIZE, &rig->backend, NULL));
    rig->disk = emu_disk_new(rig->queue, rig->memory, &rig->backend, NULL);
    emu_disk_attach(rig->disk, &rig->lock);
}

static void block_rig_finish(struct block_rig *rig)
{
    emu_disk_free(rig->disk);
    emu_memory_free(rig->memory);
    emu_ram_free(rig->ram);
    emu_queue_free(rig->queue);
    pthread_mutex_destroy(&rig->lock);
}

/* The controller's lock must be held. */
static void block_done(struct emu_disk_request *request)
{
    struct block_rig *rig = ((struct block_request *)request)->rig;

    CHECK_EQ(pthread_mutex_trylock(&rig->lock), EBUSY);
    rig->done++;
    rig->error = request->error;
}

static void block_submit(struct block_rig *rig, struct block_request *request)
{
    request->rig = rig;
    request->disk.done = block_done;
    pthread_mutex_lock(&rig->lock);
    emu_disk_submit(rig->disk, &request->disk);
    pthread_mutex_unlock(&rig->lock);
}

static void block_submit_now(struct block_rig *rig, struct block_request *request)
{
    request->rig = rig;
    request->disk.done = block_done;
    pthread_mutex_lock(&rig->lock);
    emu_disk_submit_now(rig->disk, &request->disk);
    emu_disk_deliver_locked(rig->disk);
    pthread_mutex_unlock(&rig->lock);
}

/* Runs the machine's queue until count requests are done; the last one's error. */
static int block_wait(struct block_rig *rig, unsigned count)
{
    for (unsigned i = 0; i < 5000 * test_patience() && rig->done < count; i++) {
        emu_queue_run(rig->queue, 0);
        if (rig->done < count)
            usleep(1000);
    }
    CHECK_EQ(rig->done, count);
    return rig->error;
}

static void test_scattered(void)
{
    static const struct emu_disk_segment in[] = {{0x100, 700}, {0x2000, 324}};
    static const struct emu_disk_segment out[] = {{0x8000, 1}, {0x9000, 1023}};
    struct block_request write = {{.op = EMU_DISK_WRITE, .offset = 4096, .length = 1024}};
    struct block_request read = {{.op = EMU_DISK_READ, .offset = 4096, .length = 1024}};
    struct block_rig rig;
    uint8_t *ram;

    block_rig_init(&rig);
    ram = emu_ram_host(rig.ram);
    for (unsigned i = 0; i < 700; i++)
        ram[0x100 + i] = (uint8_t)(i * 7);
    for (unsigned i = 0; i < 324; i++)
        ram[0x2000 + i] = (uint8_t)((700 + i) * 7);
    write.disk.segments = in;
    write.disk.segment_count = 2;
    read.disk.segments = out;
    read.disk.segment_count = 2;
    block_submit(&rig, &write);
    CHECK_EQ(block_wait(&rig, 1), 0);
    CHECK_EQ(emu_block_test_data(&rig.backend)[4096 + 701], (uint8_t)(701 * 7));
    block_submit(&rig, &read);
    CHECK_EQ(block_wait(&rig, 2), 0);
    CHECK_EQ(ram[0x8000], 0);
    for (unsigned i = 1; i < 1024; i++)
        CHECK_EQ(ram[0x9000 + i - 1], (uint8_t)(i * 7));
    block_rig_finish(&rig);
}

static void test_errors(void)
{
    static const struct emu_disk_segment nowhere = {0x700000, 512}, here = {0, 512};
    struct block_request request = {{.op = EMU_DISK_READ, .length = 512}};
    struct block_rig rig;

    block_rig_init(&rig);
    request.disk.segments = &nowhere;
    request.disk.segment_count = 1;
    block_submit(&rig, &request);
    CHECK_EQ(block_wait(&rig, 1), EFAULT);
    request.disk.segments = &here;
    request.disk.offset = BLOCK_SIZE;
    block_submit(&rig, &request);
    CHECK_EQ(block_wait(&rig, 2), EINVAL);
    request.disk.offset = UINT64_MAX - 100;
    block_submit(&rig, &request);
    CHECK_EQ(block_wait(&rig, 3), EINVAL);
    request.disk.offset = 0;
    request.disk.length = 1024; /* more than its memory */
    block_submit(&rig, &request);
    CHECK_EQ(block_wait(&rig, 4), EFAULT);
    request.disk.length = 512;
    emu_block_test_fail(&rig.backend, EIO);
    block_submit(&rig, &request);
    CHECK_EQ(block_wait(&rig, 5), EIO);
    block_rig_finish(&rig);
}

static void test_durable(void)
{
    static const struct emu_disk_segment here = {0, 512};
    struct block_request request = {{.op = EMU_DISK_WRITE, .length = 512, .segment_count = 1}};
    struct block_rig rig;

    block_rig_init(&rig);
    request.disk.segments = &here;
    block_submit(&rig, &request);
    CHECK_EQ(block_wait(&rig, 1), 0);
    CHECK_EQ(emu_block_test_flushes(&rig.backend), 0);
    request.disk.durable = true;
    block_submit(&rig, &request);
    CHECK_EQ(block_wait(&rig, 2), 0);
    CHECK_EQ(emu_block_test_flushes(&rig.backend), 1);
    block_rig_finish(&rig);
}

static void *block_release(void *opaque)
{
    struct block_rig *rig = opaque;

    usleep(20000);
    emu_block_test_hold(&rig->backend, false);
    return NULL;
}

/* Ten requests, all held: those at workers end, the others are dropped, all are called. */
static void test_cancel(void)
{
    struct block_request requests[10];
    struct block_rig rig;
    pthread_t thread;

    block_rig_init(&rig);
    emu_block_test_hold(&rig.backend, true);
    for (unsigned i = 0; i < 10; i++) {
        requests[i] = (struct block_request){{.op = EMU_DISK_FLUSH}};
        block_submit(&rig, &requests[i]);
    }
    pthread_create(&thread, NULL, block_release, &rig);
    pthread_mutex_lock(&rig.lock);
    emu_disk_cancel_locked(rig.disk);
    pthread_mutex_unlock(&rig.lock);
    CHECK_EQ(rig.done, 10);
    for (unsigned i = 0; i < 10; i++)
        CHECK_EQ(requests[i].disk.error, ECANCELED);
    CHECK(emu_block_test_flushes(&rig.backend) <= 4);
    emu_queue_run(rig.queue, 0); /* a delivery that finds nothing */
    CHECK_EQ(rig.done, 10);
    pthread_join(thread, NULL);
    block_rig_finish(&rig);
}

static void test_settle(void)
{
    struct block_request requests[6];
    struct block_rig rig;
    pthread_t thread;

    block_rig_init(&rig);
    emu_block_test_hold(&rig.backend, true);
    for (unsigned i = 0; i < 6; i++) {
        requests[i] = (struct block_request){{.op = EMU_DISK_FLUSH}};
        block_submit(&rig, &requests[i]);
    }
    pthread_create(&thread, NULL, block_release, &rig);
    emu_disk_settle(rig.disk);
    CHECK_EQ(rig.done, 6);
    CHECK_EQ(rig.error, 0);
    pthread_join(thread, NULL);
    block_rig_finish(&rig);
}

/* What is at hand comes without a worker and without the queue; the rest as ever. */
static void test_read_now(void)
{
    static const struct emu_disk_segment here[] = {{0x10, 100}, {0x400, 412}};
    struct block_request now = {{.op = EMU_DISK_READ, .length = 512, .segments = here}};
    struct block_request wait = now, far = now;
    struct block_rig rig;

    block_rig_init(&rig);
    now.disk.segment_count = wait.disk.segment_count = far.disk.segment_count = 2;
    emu_block_test_data(&rig.backend)[0] = 0x17;
    emu_block_test_data(&rig.backend)[511] = 0x18;
    block_submit_now(&rig, &now);
    CHECK_EQ(rig.done, 1);
    CHECK_EQ(rig.error, 0);
    CHECK_EQ(emu_ram_host(rig.ram)[0x10], 0x17);
    CHECK_EQ(emu_ram_host(rig.ram)[0x400 + 411], 0x18);
    emu_block_test_hold(&rig.backend, true);
    block_submit_now(&rig, &wait);
    CHECK_EQ(rig.done, 1);
    emu_block_test_hold(&rig.backend, false);
    CHECK_EQ(block_wait(&rig, 2), 0);
    far.disk.offset = BLOCK_SIZE - 256;
    block_submit_now(&rig, &far);
    CHECK_EQ(block_wait(&rig, 3), EINVAL);
    block_rig_finish(&rig);
}

static void test_change(void)
{
    static const struct emu_disk_segment here = {0, 512};
    struct block_request request = {{.op = EMU_DISK_READ, .length = 512, .segment_count = 1}};
    struct emu_block_backend other, old;
    struct block_rig rig;

    block_rig_init(&rig);
    request.disk.segments = &here;
    CHECK(emu_block_test(2048, &other, NULL));
    emu_block_test_data(&other)[0] = 0x42;
    old = emu_disk_change_locked(rig.disk, &other);
    emu_block_backend_close(&old);
    CHECK_EQ(emu_disk_size(rig.disk), 2048);
    block_submit(&rig, &request);
    CHECK_EQ(block_wait(&rig, 1), 0);
    CHECK_EQ(emu_ram_host(rig.ram)[0], 0x42);
    old = emu_disk_change_locked(rig.disk, &(struct emu_block_backend){0});
    emu_block_backend_close(&old);
    block_submit(&rig, &request);
    CHECK_EQ(block_wait(&rig, 2), ENOMEDIUM);
    block_rig_finish(&rig);
}

/* ---- files ---- */

static bool block_open(const char *path, bool read_only, bool discard, const char *format,
                       struct emu_block_backend *out, struct emu_error *err)
{
    const struct emu_block_options options = {path, format, read_only, discard};

    return emu_block_open(&options, out, err);
}

static void block_make_file(char *path, size_t size)
{
    int fd = mkstemp(path);

    CHECK(fd >= 0 && ftruncate(fd, (off_t)size) == 0);
    close(fd);
}

static void test_raw(void)
{
    char path[] = "/var/tmp/test-block-XXXXXX";
    uint8_t data[1024], magic[] = {'Q', 'F', 'I', 0xfb};
    struct emu_block_backend image;

    block_make_file(path, 10000);
    memset(data, 5, sizeof(data));
    CHECK(block_open(path, false, false, NULL, &image, NULL));
    CHECK_EQ(image.ops->size(image.opaque), 10240); /* whole sectors */
    CHECK_EQ(image.ops->write(image.opaque, 0, data, sizeof(data)), 0);
    CHECK_EQ(image.ops->zero(image.opaque, 100, 300, true), 0);
    CHECK_EQ(image.ops->read(image.opaque, 0, data, sizeof(data)), 0);
    CHECK(data[99] == 5 && data[100] == 0 && data[399] == 0 && data[400] == 5);
    /* A guest must not make a probed raw image look like one that names other files. */
    CHECK_EQ(image.ops->write(image.opaque, 0, magic, sizeof(magic)), EPERM);
    CHECK_EQ(image.ops->write(image.opaque, 0, magic, 3), 0);
    CHECK_EQ(image.ops->write(image.opaque, 3, magic + 3, 1), EPERM);
    emu_block_backend_close(&image);
    CHECK(block_open(path, false, false, "raw", &image, NULL));
    CHECK_EQ(image.ops->write(image.opaque, 0, magic, sizeof(magic)), 0);
    emu_block_backend_close(&image);
    unlink(path);
}

static void test_overlay(void)
{
    char path[] = "/var/tmp/test-block-XXXXXX";
    uint8_t data[512] = {1}, other[512];
    struct emu_block_backend image;

    block_make_file(path, 200000);
    CHECK(block_open(path, false, true, NULL, &image, NULL));
    CHECK(!image.read_only);
    CHECK_EQ(image.ops->write(image.opaque, 70000, data, sizeof(data)), 0);
    CHECK_EQ(image.ops->read(image.opaque, 70000, other, sizeof(other)), 0);
    CHECK_EQ(other[0], 1);
    CHECK_EQ(image.ops->zero(image.opaque, 0, 131072, false), 0);
    CHECK_EQ(image.ops->read(image.opaque, 70000, other, sizeof(other)), 0);
    CHECK_EQ(other[0], 0);
    emu_block_backend_close(&image);
    CHECK(block_open(path, true, false, NULL, &image, NULL));
    CHECK_EQ(image.ops->read(image.opaque, 70000, other, sizeof(other)), 0);
    CHECK_EQ(other[0], 0);
    CHECK_EQ(image.ops->write(image.opaque, 0, data, sizeof(data)), EROFS);
    emu_block_backend_close(&image);
    unlink(path);
}

static void check_bytes(const struct emu_block_backend *image, uint64_t offset, uint8_t expected)
{
    uint8_t byte = 0xee;

    CHECK_EQ(image->ops->read(image->opaque, offset, &byte, 1), 0);
    CHECK_EQ(byte, expected);
}

/* Changes that were to be forgotten, and what comes later, are in the new image. */
static void test_overlay_kept(void)
{
    char path[] = "/var/tmp/test-block-XXXXXX", kept[] = "/var/tmp/test-block-kept-XXXXXX";
    const struct emu_block_creation creation = {kept, "qcow2", 0, path, "raw"};
    uint8_t data[512] = {1};
    struct emu_error err = EMU_ERROR_INIT;
    struct emu_block_backend image;

    block_make_file(path, 200000);
    close(mkstemp(kept));
    CHECK(block_open(path, false, true, NULL, &image, NULL));
    CHECK_EQ(image.ops->write(image.opaque, 70000, data, sizeof(data)), 0);
    CHECK(!emu_block_keep(&image, &creation, &err)); /* another file is there */
    check_bytes(&image, 70000, 1);
    unlink(kept);
    CHECK(emu_block_keep(&image, &creation, NULL));
    CHECK(!emu_block_keep(&image, &creation, &err));
    CHECK_EQ(image.ops->write(image.opaque, 150000, data, sizeof(data)), 0);
    CHECK_EQ(image.ops->zero(image.opaque, 70100, 10, false), 0);
    CHECK_EQ(image.ops->flush(image.opaque), 0);
    emu_block_backend_close(&image);
    CHECK(block_open(kept, false, false, NULL, &image, NULL));
    CHECK(strcmp(image.ops->name, "qcow2") == 0);
    check_bytes(&image, 70000, 1);
    check_bytes(&image, 150000, 1);
    check_bytes(&image, 0, 0);
    CHECK(!emu_block_keep(&image, &creation, &err));
    emu_block_backend_close(&image);
    CHECK(block_open(path, true, false, "raw", &image, NULL));
    check_bytes(&image, 70000, 0);
    emu_block_backend_close(&image);
    unlink(path);
    unlink(kept);
}

/* Two machines of one process: readers share, a writer is alone. */
static void test_locks(void)
{
    char path[] = "/var/tmp/test-block-XXXXXX";
    struct emu_block_backend first, second;
    struct emu_error err = EMU_ERROR_INIT;

    block_make_file(path, 4096);
    CHECK(block_open(path, true, false, NULL, &first, NULL));
    CHECK(block_open(path, true, false, NULL, &second, NULL));
    emu_block_backend_close(&second);
    CHECK(!block_open(path, false, false, NULL, &second, NULL));
    emu_block_backend_close(&first);
    CHECK(block_open(path, false, false, NULL, &first, NULL));
    CHECK(!block_open(path, true, false, NULL, &second, NULL));
    CHECK(!block_open(path, false, false, NULL, &second, &err));
    CHECK(strstr(err.text, "is in use by another machine or program") != NULL);
    emu_block_backend_close(&first);
    CHECK(block_open(path, false, false, NULL, &first, NULL));
    emu_block_backend_close(&first);
    unlink(path);
}

/* ---- a full host ---- */

static unsigned block_full_calls;

static void block_on_full(void *opaque, const char *location)
{
    __atomic_fetch_add(&block_full_calls, 1, __ATOMIC_SEQ_CST);
}

static void block_wait_full(unsigned calls)
{
    unsigned left = 5000 * test_patience();

    while (__atomic_load_n(&block_full_calls, __ATOMIC_SEQ_CST) < calls && left-- != 0)
        usleep(1000);
    CHECK_EQ(__atomic_load_n(&block_full_calls, __ATOMIC_SEQ_CST), calls);
}

static void block_full_rig(struct block_rig *rig, struct block_request *request, int error)
{
    static const struct emu_disk_segment here = {0, 512};

    *request = (struct block_request){{.op = EMU_DISK_WRITE, .length = 512}};
    block_full_calls = 0;
    block_rig_init(rig);
    memset(emu_ram_host(rig->ram), 0x5a, 512);
    emu_disk_on_full(rig->disk, block_on_full, NULL);
    emu_block_test_fail(&rig->backend, error);
    request->disk.segments = &here;
    request->disk.segment_count = 1;
    block_submit(rig, request);
}

/* Kept while there is no room, done when there is. */
static void test_full_retry(void)
{
    struct block_request request;
    struct block_rig rig;

    block_full_rig(&rig, &request, ENOSPC);
    block_wait_full(1);
    emu_queue_run(rig.queue, 0);
    CHECK_EQ(rig.done, 0);
    emu_disk_retry(rig.disk); /* still no room */
    block_wait_full(2);
    CHECK_EQ(rig.done, 0);
    emu_block_test_fail(&rig.backend, 0);
    emu_disk_retry(rig.disk);
    CHECK_EQ(block_wait(&rig, 1), 0);
    CHECK_EQ(emu_block_test_data(&rig.backend)[511], 0x5a);
    emu_disk_retry(rig.disk); /* nothing is kept */
    block_rig_finish(&rig);
}

/* A controller that is reset, a machine that is saved: neither waits for room. */
static void test_full_let_go(void)
{
    struct block_request request;
    struct block_rig rig;

    block_full_rig(&rig, &request, EDQUOT);
    block_wait_full(1);
    pthread_mutex_lock(&rig.lock);
    emu_disk_cancel_locked(rig.disk);
    pthread_mutex_unlock(&rig.lock);
    CHECK_EQ(rig.done, 1);
    CHECK_EQ(rig.error, ECANCELED);
    block_submit(&rig, &request);
    block_wait_full(2);
    emu_disk_settle(rig.disk);
    CHECK_EQ(rig.done, 2);
    CHECK_EQ(rig.error, EDQUOT);
    block_rig_finish(&rig);
}

/* Other errors, and reads, are the guest's to see. */
static void test_full_others(void)
{
    struct block_request request;
    struct block_rig rig;

    block_full_rig(&rig, &request, EIO);
    CHECK_EQ(block_wait(&rig, 1), EIO);
    emu_block_test_fail(&rig.backend, ENOSPC);
    request.disk.op = EMU_DISK_READ;
    block_submit(&rig, &request);
    CHECK_EQ(block_wait(&rig, 2), ENOSPC);
    CHECK_EQ(block_full_calls, 0);
    block_rig_finish(&rig);
}

/* ---- new images ---- */

static void block_check_info(const char *path, const char *format, uint64_t size,
                             const char *backing)
{
    struct emu_block_info info;
    struct emu_error err = EMU_ERROR_INIT;

    CHECK(emu_block_inspect(path, NULL, &info, &err));
    CHECK_STR(info.format, format);
    CHECK_EQ(info.size, size);
    CHECK_STR(info.backing, backing);
    CHECK_STR(info.backing_format, *backing != '\0' ? "qcow2" : "");
}

/* qemu-img's opinion of it, where it is installed. */
static void block_check_image(const char *path)
{
    char command[512];

    snprintf(command, sizeof(command),
             "! command -v qemu-img >/dev/null || qemu-img check -q -f qcow2 '%s'", path);
    CHECK_EQ(system(command), 0);
}

/* What is written in front stays there, and what was below shows through. */
static void block_check_front(const char *front)
{
    const struct emu_block_options options = {.path = front};
    struct emu_block_backend backend;
    uint8_t sector[EMU_BLOCK_SECTOR] = {0};

    CHECK(emu_block_open(&options, &backend, NULL));
    CHECK_EQ(backend.ops->read(backend.opaque, 1 << 20, sector, sizeof(sector)), 0);
    CHECK_EQ(sector[7], 0x5a);
    memset(sector, 0xa5, sizeof(sector));
    CHECK_EQ(backend.ops->write(backend.opaque, 0, sector, sizeof(sector)), 0);
    emu_block_backend_close(&backend);
    block_check_image(front);
}

static void block_fill_base(const char *path)
{
    const struct emu_block_options options = {.path = path};
    struct emu_block_backend backend;
    uint8_t sector[EMU_BLOCK_SECTOR];

    memset(sector, 0x5a, sizeof(sector));
    CHECK(emu_block_open(&options, &backend, NULL));
    CHECK_EQ(backend.ops->write(backend.opaque, 1 << 20, sector, sizeof(sector)), 0);
    emu_block_backend_close(&backend);
}

static void test_create(void)
{
    char folder[] = "/tmp/lathe-create-XXXXXX", base[64], front[64], raw[64];
    struct emu_block_creation creation = {.path = base, .format = "qcow2", .size = 20ull << 30};
    struct emu_error err = EMU_ERROR_INIT;

    CHECK(mkdtemp(folder) != NULL);
    snprintf(base, sizeof(base), "%s/base.qcow2", folder);
    snprintf(front, sizeof(front), "%s/front.qcow2", folder);
    snprintf(raw, sizeof(raw), "%s/disk.img", folder);
    CHECK(emu_block_create(&creation, &err));
    block_check_image(base);
    block_check_info(base, "qcow2", 20ull << 30, "");
    block_fill_base(base);
    creation = (struct emu_block_creation){front, "qcow2", 20ull << 30, "base.qcow2", "qcow2"};
    CHECK(emu_block_create(&creation, &err));
    block_check_info(front, "qcow2", 20ull << 30, "base.qcow2");
    block_check_front(front);
    creation = (struct emu_block_creation){.path = raw, .format = "raw", .size = 1 << 20};
    CHECK(emu_block_create(&creation, &err));
    block_check_info(raw, "raw", 1 << 20, "");
    unlink(base), unlink(front), unlink(raw), rmdir(folder);
}

static void test_create_bounds(void)
{
    const uint64_t sizes[] = {0, 511, (64ull << 40) + 512};
    struct emu_block_creation creation = {.path = "/tmp/lathe-create-bounds.qcow2",
                                          .format = "qcow2"};
    struct emu_block_info info;

    for (size_t i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++) {
        creation.size = sizes[i];
        CHECK(!emu_block_create(&creation, NULL));
    }
    creation.size = 64ull << 40;
    CHECK(emu_block_create(&creation, NULL));
    CHECK(!emu_block_create(&creation, NULL)); /* it is there */
    CHECK(emu_block_inspect(creation.path, NULL, &info, NULL));
    CHECK_EQ(info.size, 64ull << 40);
    unlink(creation.path);
    creation.format = "vmdk";
    CHECK(!emu_block_create(&creation, NULL));
    creation = (struct emu_block_creation){"/tmp/lathe-create-bounds.img", "raw", 512, "x", "raw"};
    CHECK(!emu_block_create(&creation, NULL));
    CHECK(access(creation.path, F_OK) != 0);
}

int main(int argc, char **argv)
{
    static const struct test_case cases[] = {
        {"block-scattered", test_scattered},
        {"block-errors", test_errors},
        {"block-durable", test_durable},
        {"block-cancel", test_cancel},
        {"block-settle", test_settle},
        {"block-read-now", test_read_now},
        {"block-change", test_change},
        {"block-raw", test_raw},
        {"block-overlay", test_overlay},
        {"block-overlay-kept", test_overlay_kept},
        {"block-locks", test_locks},
        {"block-full-retry", test_full_retry},
        {"block-full-let-go", test_full_let_go},
        {"block-full-others", test_full_others},
        {"block-create", test_create},
        {"block-create-bounds", test_create_bounds},
        {NULL},
    };

    return test_main(argc, argv, cases);
}
