/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Direct boot on the PC board: the boot image with its tables, and the bootstrap processor's state.
 */
#include "emulator/boards/board.h"

#include <string.h>

#include "emulator/firmware/smbios.h"

struct emu_acpi_board board_acpi(const struct board *board)
{
    return (struct emu_acpi_board){
        .apic_ids = board->apic_ids,
        .cpus = board->cpu_count,
        .serial_ports = board->serial_ports,
        .floppies = board->floppies,
        .tpm = board->tpm,
        .low = board->map.low,
        .numa = board->numa.count != 0 ? &board->numa : NULL,
    };
}

uint8_t *board_smbios(const struct board *board, uint64_t base, size_t limit, size_t *length,
                      struct emu_error *err)
{
    const struct emu_topology *topology = &board->topology;
    uint32_t leaf[4];
    struct emu_smbios_board smbios = {
        .map = &board->map,
        .sockets = topology->sockets,
        .cores = topology->dies * topology->cores,
        .threads = topology->threads,
        .uefi = emu_machine_find_device(board->machine, "flash") != NULL,
        .cpu_maker = board->model->vendor,
        .cpu_name = board->model->brand,
        .told = board->config->told,
    };

    x86_cpuid(board->cpus[0], 1, 0, leaf);
    smbios.cpu_signature = leaf[0];
    smbios.cpu_features = leaf[3];
    return emu_smbios_build(&smbios, base, limit, length, err);
}

static bool boot_add_acpi(struct board *board, struct emu_error *err)
{
    struct emu_acpi_board acpi = board_acpi(board);
    struct emu_acpi_root roots[EMU_ACPI_ROOTS];
    size_t length;
    uint8_t *tables;

    acpi.ecam = EMU_PC_ECAM;
    acpi.vmgenid = EMU_PC_VMGENID;
    acpi.mmio64 = EMU_PC_MMIO64;
    acpi.mmio64_size = EMU_PC_MMIO64_SIZE;
    acpi.roots = roots;
    acpi.root_count = board_roots(board, roots);
    tables = emu_acpi_build(&acpi, EMU_PC_TABLES, EMU_PC_SMBIOS - EMU_PC_TABLES, &length, err);
    return tables != NULL && emu_boot_give(&board->image, EMU_PC_TABLES, tables, length, err);
}

static bool boot_add_smbios(struct board *board, struct emu_error *err)
{
    size_t length;
    uint8_t *tables =
        board_smbios(board, EMU_PC_SMBIOS, EMU_PC_VMGENID - EMU_PC_SMBIOS, &length, err);

    return tables != NULL && emu_boot_give(&board->image, EMU_PC_SMBIOS, tables, length, err);
}

bool board_prepare_boot(struct board *board, struct emu_error *err)
{
    struct emu_boot_screen screen;
    bool shown = board_screen(board, &screen);
    struct emu_boot_request request = {
        .kernel = &board->kernel,
        .initrd = board->config->initrd,
        .append = board->config->append,
        .map = &board->map,
        .acpi_rsdp = EMU_PC_TABLES,
        .screen = shown ? &screen : NULL,
    };

    if (board->config->kernel == NULL)
        return emu_error_set(
            err, EMU_ERROR_INPUT,
            "there is nothing to boot; name a kernel with --kernel FILE, or firmware");
    return emu_boot_file_open(&board->kernel, board->config->kernel, err) &&
           emu_boot_prepare(&request, &board->image, err) && boot_add_acpi(board, err) &&
           boot_add_smbios(board, err) && board_boot_vmgenid(board, err) &&
           board_add_told(board, err);
}

#define BOOT_ATTR_CODE                                                                             \
    (X86_ATTR_P | X86_ATTR_S | X86_ATTR_CODE | X86_ATTR_RW | X86_ATTR_ACCESSED | X86_ATTR_DB |     \
     X86_ATTR_G)
#define BOOT_ATTR_DATA                                                                             \
    (X86_ATTR_P | X86_ATTR_S | X86_ATTR_RW | X86_ATTR_ACCESSED | X86_ATTR_DB | X86_ATTR_G)

/* 32-bit protected mode, flat, paging and interrupts off. */
static void boot_set_entry(struct x86_cpu *cpu, const struct emu_boot_image *image)
{
    static const enum x86_seg_name data[] = {X86_ES, X86_SS, X86_DS, X86_FS, X86_GS};

    cpu->gdt = (struct x86_table){EMU_BOOT_GDT, EMU_BOOT_GDT_SIZE - 1};
    cpu->cr0 = X86_CR0_PE | X86_CR0_ET;
    x86_set_segment(cpu, X86_CS, 0x10, 0, UINT32_MAX, BOOT_ATTR_CODE);
    for (size_t i = 0; i < sizeof(data) / sizeof(data[0]); i++)
        x86_set_segment(cpu, data[i], 0x18, 0, UINT32_MAX, BOOT_ATTR_DATA);
    cpu->gpr[X86_RAX] = image->eax;
    cpu->gpr[X86_RBX] = image->ebx;
    cpu->gpr[X86_RSI] = image->esi;
    cpu->ir.pc = image->entry;
    x86_update_mode(cpu);
}

/* What firmware would have set: MTRRs on, all memory write-back. */
#define BOOT_MTRR_DEF_TYPE 0x806u

static void boot_set_mtrrs(struct board *board)
{
    for (unsigned i = 0; i < board->cpu_count; i++)
        board->cpus[i]->mtrr_def_type = BOOT_MTRR_DEF_TYPE;
}

void board_apply_boot(struct board *board)
{
    struct emu_error err = EMU_ERROR_INIT;

    if (board->firmware != NULL)
        return;
    boot_set_mtrrs(board);
    if (!emu_boot_apply(&board->image, board->machine->memory, &err))
        emu_machine_fail(board->machine, "%s", err.text);
    board_start_display(board);
    boot_set_entry(board->cpus[0], &board->image);
}

/* ---- waking from S3 ---- */

#define BOOT_FACS_ALIGN  64u
#define BOOT_FACS_VECTOR 12u /* in the FACS: the waking vector, 4 bytes */
#define BOOT_REAL_MODE   0x100000u

/* What the kernel has put into its FACS, which is among our tables; 0: nothing. */
static uint32_t boot_waking_vector(const struct board *board)
{
    const uint8_t *ram = emu_ram_host(board->ram);
    uint32_t vector = 0;

    for (uint32_t at = EMU_PC_TABLES; at < EMU_PC_SMBIOS; at += BOOT_FACS_ALIGN) {
        if (memcmp(ram + at, "FACS", 4) == 0) {
            memcpy(&vector, ram + at + BOOT_FACS_VECTOR, sizeof(vector));
            break;
        }
    }
    return vector;
}

void board_wake_boot(struct board *board)
{
    uint32_t vector = boot_waking_vector(board);
    struct x86_cpu *cpu = board->cpus[0];

    if (vector == 0 || vector >= BOOT_REAL_MODE) {
        emu_machine_fail(board->machine, "The guest went to sleep and left no address to wake at.");
        return;
    }
    boot_set_mtrrs(board);
    x86_set_segment(cpu, X86_CS, (uint16_t)(vector >> 4), vector & ~15u, 0xffff,
                    cpu->seg[X86_CS].attr);
    cpu->ir.pc = vector & 15;
    x86_update_mode(cpu);
}
