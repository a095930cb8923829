/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Saved states: any bytes are loaded into a machine with one processor, one device and some RAM. */
#include "tests/fuzz/fuzz.h"

#include <stdlib.h>
#include <string.h>

#include "emulator/core/machine.h"
#include "emulator/state/state.h"

struct fuzz_device {
    struct emu_device device;
    bool flag, flags[2];
    uint8_t bytes[3];
    uint16_t half;
    uint32_t word;
    uint64_t wide;
    uint8_t blob[16];
};

static const struct emu_field fuzz_fields[] = {
    EMU_FIELD(struct fuzz_device, flag),
    EMU_FIELD_ARRAY(struct fuzz_device, flags),
    EMU_FIELD_ARRAY(struct fuzz_device, bytes),
    EMU_FIELD(struct fuzz_device, half),
    EMU_FIELD(struct fuzz_device, word),
    EMU_FIELD(struct fuzz_device, wide),
    EMU_FIELD_END,
};

static void fuzz_save(struct emu_device *device, struct emu_writer *out)
{
    struct fuzz_device *fuzz = (struct fuzz_device *)device;

    emu_write_fields(out, fuzz, fuzz_fields);
    emu_write_bytes(out, "blob", fuzz->blob, sizeof(fuzz->blob));
}

static bool fuzz_load(struct emu_device *device, struct emu_reader *in, struct emu_error *err)
{
    struct fuzz_device *fuzz = (struct fuzz_device *)device;

    return emu_read_fields(in, fuzz, fuzz_fields, err) &&
           emu_read_bytes(in, "blob", fuzz->blob, sizeof(fuzz->blob), err);
}

static const struct emu_device_class fuzz_class = {
    .name = "fuzz", .size = sizeof(struct fuzz_device), .save = fuzz_save, .load = fuzz_load};

static void fuzz_vcpu_run(struct emu_vcpu *vcpu)
{
}

static const struct emu_vcpu_ops fuzz_vcpu_ops = {.run = fuzz_vcpu_run, .reset = fuzz_vcpu_run};

struct fuzz_machine {
    struct emu_machine *machine;
    _Atomic uint32_t request;
};

static void fuzz_machine_init(struct fuzz_machine *fuzz)
{
    struct emu_machine *machine = emu_machine_alloc(NULL, NULL);
    struct emu_ram *ram = emu_ram_new("ram", 0x4000, NULL);

    fuzz->machine = machine;
    fuzz->request = 0;
    if (machine == NULL || ram == NULL || !emu_machine_set_vcpu_count(machine, 1, NULL) ||
        !emu_vcpu_init(machine->vcpus, machine, 0, &fuzz_vcpu_ops, NULL, &fuzz->request, NULL) ||
        !emu_machine_add_device(machine, emu_device_new(&fuzz_class, "dev", NULL), NULL) ||
        !emu_machine_add_ram(machine, ram, NULL))
        abort(); /* the test's own surroundings, not the input */
    emu_ram_host(ram)[0x1234] = 0x56;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct emu_error err = EMU_ERROR_INIT;
    struct emu_reader *in = emu_reader_new(data, size);
    struct fuzz_machine fuzz;
    bool loaded;

    fuzz_machine_init(&fuzz);
    loaded = emu_machine_load(fuzz.machine, in, &err);
    if (loaded == (err.kind != EMU_ERROR_NONE) || strlen(err.text) >= sizeof(err.text))
        abort(); /* failure and error must go together */
    emu_machine_free(fuzz.machine);
    emu_reader_free(in);
    return 0;
}

size_t fuzz_seed(unsigned index, uint8_t *out, size_t size)
{
    struct emu_writer *writer = emu_writer_new();
    struct fuzz_machine fuzz;
    size_t length;

    fuzz_machine_init(&fuzz);
    emu_machine_save(fuzz.machine, writer, NULL);
    emu_writer_data(writer, &length);
    if (index != 0 || length > size)
        length = 0;
    if (length != 0)
        memcpy(out, emu_writer_data(writer, &length), length);
    emu_writer_free(writer);
    emu_machine_free(fuzz.machine);
    return length;
}
