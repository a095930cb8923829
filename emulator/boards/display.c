/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The machine's graphics adapter, with the VGA's places on a PC, and the mode that a kernel finds
 * which no firmware has started.
 */
#include "emulator/boards/board.h"
#include <stdio.h>
#include <string.h>

#include "emulator/hw/display/ramfb.h"
#include "emulator/hw/display/std-vga.h"
#include "emulator/hw/display/vga.h"
#include "emulator/hw/display/virtio-gpu.h"
#include "emulator/hw/misc/fw-cfg.h"
#include "emulator/hw/pci/pci-bus.h"

#define DISPLAY_SLOT 1

/* As firmware would have set it up. */
#define DISPLAY_MEMORY    EMU_PC_MMIO
#define DISPLAY_REGISTERS (EMU_PC_MMIO + 0x1000000u)
#define DISPLAY_WIDTH     1280u
#define DISPLAY_HEIGHT    800u
#define DISPLAY_BYTES     4u /* of a pixel */

static bool display_prepare(struct board *board, struct emu_device *device, struct emu_error *err)
{
    const char *rom = board->config->gpu_rom;

    board->display = device;
    return rom == NULL || emu_device_set(device, "romfile", rom, err);
}

static bool display_prepare_virtio(struct board *board, struct emu_device *device,
                                   struct emu_error *err)
{
    struct emu_gpu_backend *backend = &board->config->gpu_backend;
    char heads[12];

    snprintf(heads, sizeof(heads), "%u", board->config->gpu_heads);
    if (board->config->gpu_heads != 0 && !emu_device_set(device, "heads", heads, err))
        return false;
    if (!display_prepare(board, device, err))
        return false;
    emu_virtio_gpu_set_backend(device, backend);
    *backend = (struct emu_gpu_backend){0};
    return true;
}

/* Firmware without UEFI finds its VGA BIOS beside the file. */
static bool display_add_rom(struct emu_device *fw_cfg, const char *path, struct emu_error *err)
{
    struct emu_boot_file rom = {0};
    const char *base = strrchr(path, '/');
    char name[56];
    bool done;

    snprintf(name, sizeof(name), "vgaroms/%s", base != NULL ? base + 1 : path);
    done = emu_boot_file_open(&rom, path, err) &&
           emu_fw_cfg_add_file(fw_cfg, name, rom.data, rom.size, err);
    emu_boot_file_close(&rom);
    return done;
}

/* No kernel that is started without firmware can set it up: it then shows nothing. */
static bool display_prepare_ramfb(struct board *board, struct emu_device *device,
                                  struct emu_error *err)
{
    static const uint8_t off[EMU_RAMFB_FILE_SIZE];
    struct emu_device *fw_cfg = emu_machine_find_device(board->machine, "fw-cfg");
    const char *rom = board->config->gpu_rom;

    return emu_fw_cfg_add_writable_file(fw_cfg, EMU_RAMFB_FILE, off, sizeof(off), emu_ramfb_written,
                                        device, err) &&
           (rom == NULL || display_add_rom(fw_cfg, rom, err));
}

bool board_add_display(struct board *board, struct emu_error *err)
{
    static const struct board_device std = {
        .class = &emu_std_vga_class,
        .id = "vga",
        .maps = {{EMU_STD_VGA_WINDOW, BOARD_MEMORY, VGA_WINDOW, 1},
                 {EMU_STD_VGA_PORTS, BOARD_PORTS, VGA_PORTS, 0},
                 {EMU_STD_VGA_VBE_PORTS, BOARD_PORTS, VGA_VBE_PORTS, 0}},
        .pci = true,
        .prepare = display_prepare,
    };
    static const struct board_device virtio = {
        .class = &emu_virtio_vga_class,
        .id = "virtio-gpu",
        .maps = {{EMU_VIRTIO_VGA_WINDOW, BOARD_MEMORY, VGA_WINDOW, 1},
                 {EMU_VIRTIO_VGA_PORTS, BOARD_PORTS, VGA_PORTS, 0},
                 {EMU_VIRTIO_VGA_VBE_PORTS, BOARD_PORTS, VGA_VBE_PORTS, 0}},
        .pci = true,
        .prepare = display_prepare_virtio,
    };

    static const struct board_device bochs = {
        .class = &emu_bochs_display_class,
        .id = "bochs-display",
        .pci = true,
        .prepare = display_prepare,
    };
    static const struct board_device ramfb = {
        .class = &emu_ramfb_class,
        .id = "ramfb",
        .prepare = display_prepare_ramfb,
    };
    static const struct board_device *const rows[] = {
        [EMU_GPU_STD] = &std,     [EMU_GPU_VIRTIO] = &virtio,    [EMU_GPU_BOCHS] = &bochs,
        [EMU_GPU_RAMFB] = &ramfb, [EMU_GPU_VIRTIO_GL] = &virtio, [EMU_GPU_VENUS] = &virtio,
    };
    struct board_device row;

    if (board->config->gpu == EMU_GPU_NONE)
        return true;
    row = *rows[board->config->gpu];
    board->display_place = board_choose_place(board, &board->config->buses.gpu, DISPLAY_SLOT);
    row.place = &board->display_place;
    if (board->display_place.slot == EMU_PCI_SLOTS)
        return emu_error_set(err, EMU_ERROR_INPUT, "there is no PCI slot left for the display");
    return board_add_device(board, &row, err);
}

bool board_screen(const struct board *board, struct emu_boot_screen *screen)
{
    *screen = (struct emu_boot_screen){
        .address = DISPLAY_MEMORY,
        .width = DISPLAY_WIDTH,
        .height = DISPLAY_HEIGHT,
        .stride = DISPLAY_WIDTH * DISPLAY_BYTES,
    };
    return board->display != NULL && board->display_place.bus == 0;
}

void board_start_display(struct board *board)
{
    struct emu_pci_device *pci = (struct emu_pci_device *)board->display;

    if (pci == NULL || board->display_place.bus != 0)
        return;
    emu_pci_config_write(pci, EMU_PCI_BAR0, DISPLAY_MEMORY, 4);
    emu_pci_config_write(pci, EMU_PCI_BAR0 + 2 * 4, DISPLAY_REGISTERS, 4);
    emu_pci_config_write(pci, EMU_PCI_COMMAND, EMU_PCI_COMMAND_MEMORY | EMU_PCI_COMMAND_IO, 2);
    if (board->display->class == &emu_virtio_vga_class)
        emu_virtio_vga_show(board->display, DISPLAY_WIDTH, DISPLAY_HEIGHT);
    else
        emu_std_vga_show(board->display, DISPLAY_WIDTH, DISPLAY_HEIGHT);
}
