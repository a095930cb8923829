/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The TPM's interface over a back end that answers with what it was asked. */
#include "tests/hw/rig.h"

#include <stdatomic.h>

#include "emulator/core/queue.h"
#include "emulator/hw/tpm/tpm.h"

#define TPM_REQUEST 0x40
#define TPM_STATUS  0x44
#define TPM_START   0x4c
#define TPM_BUFFER  0x80

struct echo {
    _Atomic unsigned resets, commands, closed;
    _Atomic bool fails;
};

static bool echo_reset(void *opaque)
{
    ((struct echo *)opaque)->resets++;
    return true;
}

static size_t echo_execute(void *opaque, const uint8_t *command, size_t length, uint8_t *response,
                           size_t max)
{
    struct echo *echo = opaque;

    echo->commands++;
    for (size_t i = 0; i < length; i++)
        response[i] = (uint8_t)~command[i];
    return echo->fails ? 0 : length;
}

static void echo_close(void *opaque)
{
    ((struct echo *)opaque)->closed++;
}

static const struct emu_tpm_ops echo_ops = {
    .name = "echo", .reset = echo_reset, .execute = echo_execute, .close = echo_close};

struct bench {
    struct rig rig;
    struct echo echo;
    struct emu_queue *queue;
    struct emu_tpm *tpm;
    struct rig_device *crb;
};

static void bench_init(struct bench *bench)
{
    struct emu_tpm_backend backend = {&echo_ops, &bench->echo};

    memset(bench, 0, sizeof(*bench));
    rig_init(&bench->rig);
    bench->queue = emu_queue_new(NULL);
    bench->tpm = emu_tpm_new(bench->queue, &backend, NULL);
    bench->crb = rig_new(&bench->rig, &emu_tpm_crb_class);
    bench->crb->device->tpm = bench->tpm;
    rig_realize(bench->crb);
    emu_tpm_settle(bench->tpm);
}

static void bench_finish(struct bench *bench)
{
    rig_finish(&bench->rig);
    emu_tpm_free(bench->tpm);
    emu_queue_free(bench->queue);
    CHECK_EQ(bench->echo.closed, 1);
}

static void bench_ready(struct bench *bench)
{
    rig_write(bench->crb, 0, 0x08, 1, 4); /* access to locality 0 */
    rig_write(bench->crb, 0, TPM_REQUEST, 1, 4);
}

/* A command of 12 bytes. */
static void bench_command(struct bench *bench)
{
    rig_write(bench->crb, 0, TPM_BUFFER, 0x00000180, 4);
    rig_write(bench->crb, 0, TPM_BUFFER + 4, 0x00000c00, 4);
    rig_write(bench->crb, 0, TPM_BUFFER + 8, 0x12345678, 4);
    rig_write(bench->crb, 0, TPM_START, 1, 4);
}

static void test_command(void)
{
    struct bench bench;

    bench_init(&bench);
    CHECK_EQ(bench.echo.resets, 1);
    CHECK_EQ(rig_read(bench.crb, 0, 0x30, 4) & 0xf, 1); /* CRB */
    CHECK_EQ(rig_read(bench.crb, 0, TPM_STATUS, 4), 2); /* idle */
    bench_command(&bench);
    CHECK_EQ(rig_read(bench.crb, 0, TPM_START, 4), 0); /* nobody asked for access */
    bench_ready(&bench);
    CHECK_EQ(rig_read(bench.crb, 0, 0x0c, 4), 1);
    CHECK_EQ(rig_read(bench.crb, 0, TPM_STATUS, 4), 0);
    bench_command(&bench);
    rig_write(bench.crb, 0, TPM_BUFFER + 8, 0, 4); /* too late */
    emu_tpm_settle(bench.tpm);
    CHECK_EQ(rig_read(bench.crb, 0, TPM_START, 4), 0);
    CHECK_EQ(rig_read(bench.crb, 0, TPM_BUFFER + 8, 4), ~0x12345678u);
    CHECK_EQ(bench.echo.commands, 1);
    rig_write(bench.crb, 0, TPM_REQUEST, 2, 4);
    CHECK_EQ(rig_read(bench.crb, 0, TPM_STATUS, 4), 2);
    bench_finish(&bench);
}

static void test_errors(void)
{
    struct bench bench;

    bench_init(&bench);
    bench_ready(&bench);
    rig_write(bench.crb, 0, TPM_BUFFER, 0xffffff80, 4); /* longer than the buffer */
    rig_write(bench.crb, 0, TPM_START, 1, 4);
    CHECK_EQ(rig_read(bench.crb, 0, TPM_STATUS, 4), 1);
    CHECK_EQ(bench.echo.commands, 0);
    bench_ready(&bench);
    bench.echo.fails = true;
    bench_command(&bench);
    emu_tpm_settle(bench.tpm);
    CHECK_EQ(rig_read(bench.crb, 0, TPM_STATUS, 4), 1);
    bench.echo.fails = false;
    bench_ready(&bench);
    bench_command(&bench);
    emu_device_reset(bench.crb->device); /* its answer is of no interest any more */
    emu_tpm_settle(bench.tpm);
    CHECK_EQ(rig_read(bench.crb, 0, TPM_BUFFER + 8, 4), 0);
    CHECK_EQ(bench.echo.resets, 2);
    CHECK_EQ(emu_queue_run(bench.queue, 0) <= 3, true);
    bench_finish(&bench);
}

/* Requests for firmware outlive a reset, and not a new machine. */
static void test_presence(void)
{
    struct bench bench;

    bench_init(&bench);
    CHECK_EQ(rig_read(bench.crb, 1, 0x109, 4), 0);
    rig_write(bench.crb, 1, 0x109, 0x12345678, 4); /* at an odd address */
    rig_write(bench.crb, 1, 0x3ff, 0xa5, 1);
    emu_device_reset(bench.crb->device);
    CHECK_EQ(rig_read(bench.crb, 1, 0x109, 4), 0x12345678);
    CHECK_EQ(rig_read(bench.crb, 1, 0x10a, 1), 0x56);
    CHECK_EQ(rig_read(bench.crb, 1, 0x3ff, 1), 0xa5);
    bench_finish(&bench);
}

int main(int argc, char **argv)
{
    static const struct test_case cases[] = {
        {"tpm-command", test_command},
        {"tpm-failures", test_errors},
        {"tpm-presence", test_presence},
        {NULL},
    };

    return test_main(argc, argv, cases);
}
