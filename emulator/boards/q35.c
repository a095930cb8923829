/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The q35 board: the devices of a PC with Intel's MCH and ICH9, for firmware or for direct boot.
 */
#include <stdlib.h>

#include "emulator/boards/board.h"
#include "emulator/chardev/chardev.h"
#include "emulator/firmware/acpi.h"
#include "emulator/hw/intc/ioapic.h"
#include "emulator/hw/intc/pic.h"
#include "emulator/hw/misc/fw-cfg.h"
#include "emulator/hw/pci/pci-host.h"
#include "emulator/hw/pci/pcie-port.h"
#include "emulator/hw/pci/q35.h"
#include "emulator/hw/timer/acpi-pm.h"
#include "emulator/hw/timer/hpet.h"
#include "emulator/hw/timer/rtc-cmos.h"
#include "emulator/hw/tpm/tpm.h"

/* ---- what devices need beyond lines and regions ---- */

static bool q35_prepare_pic(struct board *board, struct emu_device *device, struct emu_error *err)
{
    board->pic = device;
    return true;
}

static bool q35_prepare_ioapic(struct board *board, struct emu_device *device,
                               struct emu_error *err)
{
    board->ioapic = device;
    emu_ioapic_join(device, board->apic_bus);
    return true;
}

static bool q35_prepare_host(struct board *board, struct emu_device *device, struct emu_error *err)
{
    board->pci_host = device;
    emu_pci_host_set_spaces(device, emu_memory_root(board->machine->memory),
                            emu_memory_root(board->machine->io));
    return true;
}

static bool q35_prepare_mch(struct board *board, struct emu_device *device, struct emu_error *err)
{
    bool direct = board->firmware == NULL;

    board->mch = device;
    emu_q35_mch_set_ecam(device, board->pci_host->regions[2]);
    emu_q35_mch_set_memory(device, board->ram, board->map.low, board_firmware_low(board));
    return emu_device_set(device, "shadow", direct ? "true" : "false", err) &&
           emu_device_set(device, "pciexbar", direct ? "0xb0000000" : "0", err);
}

static bool q35_prepare_pm(struct board *board, struct emu_device *device, struct emu_error *err)
{
    board->pm = device;
    return true;
}

static bool q35_prepare_lpc(struct board *board, struct emu_device *device, struct emu_error *err)
{
    board->lpc = device;
    emu_ich9_lpc_set_pm(device, board->pm->regions[0]);
    return emu_device_set(device, "pmbase", board->firmware == NULL ? "0x600" : "0", err) &&
           emu_device_set(device, "rcba", board->firmware == NULL ? "0xfed1c000" : "0", err);
}

static bool q35_prepare_rtc(struct board *board, struct emu_device *device, struct emu_error *err)
{
    emu_rtc_cmos_set_memory(device, board->map.low, board->map.high);
    return true;
}

/* Without firmware the buses behind them have their numbers from the start. */
static bool q35_prepare_port(struct board *board, struct emu_device *device, struct emu_error *err)
{
    unsigned n = (unsigned)(device->id[4] - '0');
    char bus[4] = {(char)('1' + n), '\0'};

    board->slots[board->slot_count++] = device;
    emu_pcie_port_on_eject(device, board_eject, board);
    return emu_device_set(device, "secondary", board->firmware == NULL ? bus : "0", err);
}

static void q35_settle_tpm(void *object)
{
    emu_tpm_settle(object);
}

static void q35_free_tpm(void *object)
{
    emu_tpm_free(object);
}

static bool q35_prepare_tpm(struct board *board, struct emu_device *device, struct emu_error *err)
{
    static const struct emu_machine_part part = {.settle = q35_settle_tpm, .free = q35_free_tpm};
    struct emu_tpm_backend taken = board->config->tpm;

    board->config->tpm = (struct emu_tpm_backend){0};
    board->tpm = true;
    device->tpm = emu_tpm_new(board->machine->queue, &taken, err);
    return device->tpm != NULL && emu_machine_add_part(board->machine, &part, device->tpm, err);
}

static bool q35_prepare_fw_cfg(struct board *board, struct emu_device *device,
                               struct emu_error *err)
{
    unsigned cpus = board->topology.cpus;

    return emu_fw_cfg_add_number(device, EMU_FW_CFG_RAM_SIZE, board->config->memory, 8, err) &&
           emu_fw_cfg_add_number(device, EMU_FW_CFG_NB_CPUS, cpus, 2, err) &&
           emu_fw_cfg_add_number(device, EMU_FW_CFG_MAX_CPUS, cpus, 2, err);
}

/* ---- the table ---- */

#define Q35_SERIAL(n, port, irq)                                                                   \
    {                                                                                              \
        .class = &emu_serial_16550_class, .id = "serial" #n, .presence = BOARD_SERIAL,             \
        .instance = n, .maps = {{0, BOARD_PORTS, port, 0}},                                        \
        .wires = {{0, 1, BOARD_ISA, irq, NULL}},                                                   \
    }

/* A root port with a hot-plug slot, function n of device 28 as on an ICH9. */
#define Q35_PORT(n, text)                                                                          \
    {                                                                                              \
        .class = &emu_pcie_port_class, .id = "port" #n, .devfn = EMU_PCI_DEVFN(28, n),             \
        .presence = BOARD_OWN_BUSES, .pci = true, .prepare = q35_prepare_port,                     \
        .properties = {{"function", #n}, {"slot", text}},                                          \
    }

/* In the order of realizing: what receives a line comes before what drives it. */
static const struct board_device q35_devices[] = {
    {
        .class = &emu_pci_host_class,
        .id = "pci-host",
        .maps = {{0, BOARD_PORTS, 0xcf8, 0},
                 {1, BOARD_PORTS, 0xcfc, 0},
                 {2, BOARD_MEMORY, EMU_PC_ECAM, 0}},
        .wires = {{0, 8, BOARD_PIRQ, 0, NULL}},
        .prepare = q35_prepare_host,
    },
    {
        .class = &emu_pic_class,
        .id = "pic",
        .maps = {{0, BOARD_PORTS, 0x20, 0}, {1, BOARD_PORTS, 0xa0, 0}, {2, BOARD_PORTS, 0x4d0, 0}},
        .wires = {{0, 1, BOARD_LINT0, 0, NULL}},
        .prepare = q35_prepare_pic,
    },
    {
        .class = &emu_ioapic_class,
        .id = "ioapic",
        .maps = {{0, BOARD_MEMORY, EMU_PC_IOAPIC, 0}},
        .prepare = q35_prepare_ioapic,
    },
    {
        .class = &emu_i8237_class,
        .id = "dma",
        .maps = {{0, BOARD_PORTS, 0x00, 0}, {1, BOARD_PORTS, 0xc0, 0}, {2, BOARD_PORTS, 0x80, 0}},
    },
    {
        .class = &emu_hpet_class,
        .id = "hpet",
        .maps = {{0, BOARD_MEMORY, EMU_PC_HPET, 0}},
        .wires = {{0, 24, BOARD_GSI, 0, NULL},
                  {EMU_HPET_LINE_PIT, 1, BOARD_ISA, 0, NULL},
                  {EMU_HPET_LINE_RTC, 1, BOARD_ISA, 8, NULL}},
    },
    {
        .class = &emu_pit_class,
        .id = "pit",
        .maps = {{0, BOARD_PORTS, 0x40, 0}, {1, BOARD_PORTS, 0x61, 0}},
        .wires = {{0, 1, BOARD_DEVICE, 0, "hpet"}},
    },
    {
        .class = &emu_acpi_pm_class,
        .id = "acpi-pm",
        .maps = {{0, BOARD_PORTS, EMU_PC_PMBASE, 0}, {1, BOARD_PORTS, EMU_ACPI_PM_SMI_CMD, 0}},
        .wires = {{0, 1, BOARD_ISA, EMU_PC_SCI, NULL}, {1, 1, BOARD_SMI, 0, NULL}},
        .prepare = q35_prepare_pm,
    },
    {
        .class = &emu_rtc_cmos_class,
        .id = "rtc",
        .maps = {{0, BOARD_PORTS, 0x70, 0}},
        .wires = {{0, 1, BOARD_DEVICE, 1, "hpet"},
                  {1, 1, BOARD_LINT1, 0, NULL},
                  {2, 1, BOARD_DEVICE, EMU_ACPI_PM_ALARM, "acpi-pm"}},
        .prepare = q35_prepare_rtc,
    },
    {
        .class = &emu_i8042_class,
        .id = "i8042",
        .maps = {{0, BOARD_PORTS, 0x60, 0}, {1, BOARD_PORTS, 0x64, 0}},
        .wires = {{0, 1, BOARD_ISA, 1, NULL},
                  {1, 1, BOARD_ISA, 12, NULL},
                  {2, 1, BOARD_A20, 0, NULL}},
    },
    Q35_SERIAL(0, 0x3f8, 4),
    Q35_SERIAL(1, 0x2f8, 3),
    Q35_SERIAL(2, 0x3e8, 4),
    Q35_SERIAL(3, 0x2e8, 3),
    {
        .class = &emu_ich9_lpc_class,
        .id = "lpc",
        .wires = {{0, 16, BOARD_ISA, 0, NULL},
                  {16, 8, BOARD_GSI, 16, NULL},
                  {EMU_ICH9_LPC_SMI_LOCK, 1, BOARD_DEVICE, EMU_ACPI_PM_SMI_LOCK, "acpi-pm"},
                  {EMU_ICH9_LPC_NO_REBOOT, 1, BOARD_DEVICE, EMU_ACPI_PM_NO_REBOOT, "acpi-pm"}},
        .devfn = EMU_PCI_DEVFN(31, 0),
        .pci = true,
        .prepare = q35_prepare_lpc,
    },
    {
        .class = &emu_q35_mch_class,
        .id = "mch",
        .devfn = EMU_PCI_DEVFN(0, 0),
        .pci = true,
        .prepare = q35_prepare_mch,
    },
    Q35_PORT(0, "1"),
    Q35_PORT(1, "2"),
    Q35_PORT(2, "3"),
    Q35_PORT(3, "4"),
    {
        .class = &emu_virtio_rng_class,
        .id = "rng",
        .presence = BOARD_OWN_RNG,
        .devfn = EMU_PCI_DEVFN(16, 0),
        .pci = true,
    },
    {
        .class = &emu_fw_cfg_class,
        .id = "fw-cfg",
        .maps = {{0, BOARD_PORTS, EMU_PC_FW_CFG, 0}, {1, BOARD_PORTS, EMU_PC_FW_CFG + 4, 0}},
        .prepare = q35_prepare_fw_cfg,
    },
    {
        .class = &emu_pflash_class,
        .id = "flash", /* below the firmware's image, wherever that begins */
        .presence = BOARD_FLASH,
        .prepare = board_prepare_flash,
    },
    {
        .class = &emu_coprocessor_class,
        .id = "coprocessor",
        .maps = {{0, BOARD_PORTS, 0xf0, 0}},
        .wires = {{0, 1, BOARD_ISA, 13, NULL}, {1, 1, BOARD_IGNNE, 0, NULL}},
    },
    {
        .class = &emu_port92_class,
        .id = "port92",
        .maps = {{0, BOARD_PORTS, 0x92, 0}},
        .wires = {{0, 1, BOARD_A20, 0, NULL}},
    },
    {
        .class = &emu_tpm_crb_class,
        .id = "tpm",
        .presence = BOARD_TPM,
        .maps = {{0, BOARD_MEMORY, EMU_PC_TPM, 0}, {1, BOARD_MEMORY, EMU_PC_TPM_PPI, 0}},
        .prepare = q35_prepare_tpm,
    },
    {
        .class = &emu_pvpanic_class,
        .id = "pvpanic",
        .maps = {{0, BOARD_PORTS, EMU_PC_PVPANIC, 0}},
    },
    {
        .class = &emu_reset_control_class,
        .id = "reset-control", /* its port lies within pci-host's, which passes it on */
    },
    {
        .class = &emu_debugcon_class,
        .id = "debugcon",
        .presence = BOARD_DEBUGCON,
        .maps = {{0, BOARD_PORTS, 0x402, 0}},
    },
    {
        .class = &emu_debug_exit_class,
        .id = "debug-exit",
        .presence = BOARD_DEBUG_EXIT,
        .maps = {{0, BOARD_PORTS, 0xf4, 0}},
    },
    {
        .class = &emu_testdev_class,
        .id = "testdev",
        .presence = BOARD_TESTDEV,
        .maps = {{0, BOARD_PORTS, 0xe0, 0},
                 {1, BOARD_PORTS, 0xe4, 0},
                 {2, BOARD_PORTS, 0xe8, 0},
                 {3, BOARD_PORTS, 0x2000, 0},
                 {4, BOARD_MEMORY, 0xff000000, 0}},
        .wires = {{0, 24, BOARD_GSI, 0, NULL}},
    },
};

/* Between them are a display's window and what the MCH shadows. */
#define Q35_LOW_RAM    0xa0000u
#define Q35_MIDDLE_RAM 0x100000u

static bool q35_add_ram(struct board *board, struct emu_error *err)
{
    struct emu_region *root = emu_memory_root(board->machine->memory);
    struct emu_ram *ram = emu_ram_new("ram", board->config->memory, err);

    if (ram == NULL || !emu_machine_add_ram(board->machine, ram, err))
        return false;
    board->ram = ram;
    emu_region_init_ram(&board->low_ram, "ram-low", ram, 0, Q35_LOW_RAM);
    emu_region_add(root, 0, &board->low_ram, -1);
    emu_region_init_ram(&board->middle_ram, "ram", ram, Q35_MIDDLE_RAM,
                        board->map.low - Q35_MIDDLE_RAM);
    emu_region_add(root, Q35_MIDDLE_RAM, &board->middle_ram, -1);
    if (board->map.high != 0) {
        emu_region_init_ram(&board->high_ram, "ram-high", ram, board->map.low, board->map.high);
        emu_region_add(root, EMU_PC_HIGH, &board->high_ram, -1);
    }
    board_add_a20(board);
    return true;
}

static bool q35_add_devices(struct board *board, struct emu_error *err)
{
    struct emu_device *reset;

    board->apic_bus = emu_apic_bus_new(err);
    if (board->apic_bus == NULL)
        return false;
    emu_region_add(emu_memory_root(board->machine->memory), EMU_PC_LAPIC,
                   emu_apic_bus_msi_region(board->apic_bus), 0);
    if (!board_add_devices(board, q35_devices, sizeof(q35_devices) / sizeof(q35_devices[0]), err))
        return false;
    reset = emu_machine_find_device(board->machine, "reset-control");
    emu_pci_host_set_reset_port(board->pci_host, reset->regions[0]);
    board_map_flash(board);
    return true;
}

/* ---- hooks ---- */

static void q35_after_reset(struct emu_machine *machine)
{
    board_reset_smm(machine->board_data);
    board_apply_boot(machine->board_data);
}

static void q35_power_button(struct emu_machine *machine)
{
    struct board *board = machine->board_data;

    emu_acpi_pm_power_button(board->pm);
}

/* LINT1, as the chip set's NMI logic drives it. */
static void q35_nmi(struct emu_machine *machine)
{
    struct board *board = machine->board_data;

    board_pulse_nmi(board);
}

static size_t q35_list_pci(struct emu_machine *machine, struct emu_pci_function *out, size_t max)
{
    struct board *board = machine->board_data;

    return emu_pci_host_list(board->pci_host, out, max);
}

static bool q35_was_watchdog(const struct emu_machine *machine)
{
    const struct board *board = machine->board_data;

    return emu_acpi_pm_was_watchdog(board->pm);
}

static void q35_save(struct emu_machine *machine, struct emu_writer *out)
{
    board_save_lines(machine->board_data, out);
}

static bool q35_load(struct emu_machine *machine, struct emu_reader *in, struct emu_error *err)
{
    if (!board_load_lines(machine->board_data, in, err))
        return false;
    board_change_vmgenid(machine->board_data);
    return true;
}

static void q35_free(struct emu_machine *machine)
{
    struct board *board = machine->board_data;

    board_finish_flash(board);
    board_free_cpus(board);
    board_free_numa(board);
    emu_boot_finish(&board->image);
    emu_boot_file_close(&board->kernel);
    emu_apic_bus_free(board->apic_bus);
    pthread_mutex_destroy(&board->lines_lock);
    free(board);
}

static const struct emu_board_hooks q35_hooks = {
    .name = "q35",
    .after_reset = q35_after_reset,
    .init_cpus = board_init_cpus,
    .fall_asleep = board_fall_asleep,
    .before_wake = board_before_wake,
    .after_wake = board_after_wake,
    .input_wakes = board_input_wakes,
    .power_button = q35_power_button,
    .nmi = q35_nmi,
    .list_pci = q35_list_pci,
    .was_watchdog = q35_was_watchdog,
    .save = q35_save,
    .load = q35_load,
    .free = q35_free,
};

static unsigned q35_serial_ports(const struct emu_machine_config *config)
{
    unsigned count = 1;

    for (unsigned i = 1; i < EMU_MAX_SERIAL; i++) {
        if (config->serial[i].ops != NULL)
            count = i + 1;
    }
    return count;
}

static bool q35_prepare(struct board *board, struct emu_error *err)
{
    return board->firmware != NULL ? board_prepare_firmware(board, err)
                                   : board_prepare_boot(board, err);
}

bool board_build_q35(struct emu_machine *machine, struct emu_machine_config *config,
                     struct emu_error *err)
{
    struct board *board = calloc(1, sizeof(*board));

    if (board == NULL)
        return emu_error_set(err, EMU_ERROR_HOST, "out of memory");
    pthread_mutex_init(&board->lines_lock, NULL);
    board->machine = machine;
    board->config = config;
    board->topology = config->topology;
    board->serial_ports = q35_serial_ports(config);
    machine->board = &q35_hooks;
    machine->board_data = board;
    emu_memory_map_init(&board->map, config->memory);
    board->smm_memory = emu_memory_add_secure(machine->memory, err);
    if (board->smm_memory == NULL || !emu_topology_complete(&board->topology, err) ||
        !board_add_numa(board, err) || !q35_add_ram(board, err) ||
        !board_add_firmware(board, err) || !q35_add_devices(board, err) ||
        !board_add_buses(board, err) || !board_add_display(board, err) ||
        !board_add_usb(board, err) || !board_add_drives(board, err) ||
        !board_add_nics(board, err) || !board_add_consoles(board, err) ||
        !board_add_sound(board, err) || !board_add_shares(board, err) ||
        !board_add_cpus(board, err) || !q35_prepare(board, err))
        return false;
    board->config = NULL;
    return true;
}
