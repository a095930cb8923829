/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Boards as tables: which devices, where their regions lie, where their lines go. Private to
 * boards/. wiring.c reads the tables; q35.c has them; pc-boot.c brings a kernel in.
 */
#ifndef EMU_BOARDS_BOARD_H
#define EMU_BOARDS_BOARD_H

#include "emulator/api/numa.h"
#include "emulator/core/machine.h"
#include "emulator/cpu/x86/run.h"
#include "emulator/cpu/x86/models.h"
#include "emulator/firmware/acpi.h"
#include "emulator/firmware/boot.h"
#include "emulator/hw/devices.h"
#include "emulator/hw/intc/apic-bus.h"
#include "emulator/hw/pci/pci.h"

enum board_space { BOARD_UNMAPPED, BOARD_MEMORY, BOARD_PORTS };

/* Region number `region` of the device appears at `address`. */
struct board_map {
    uint8_t region;
    enum board_space space;
    uint64_t address;
    int priority;
};

enum board_target {
    BOARD_NOWHERE,
    BOARD_ISA,   /* ISA interrupt `input`: the 8259s and the IOAPIC */
    BOARD_GSI,   /* IOAPIC pin `input` only */
    BOARD_LINT0, /* LINT0 of all local APICs */
    BOARD_LINT1,
    BOARD_IGNNE,  /* IGNNE# of all processors */
    BOARD_SMI,    /* system management interrupt: see pc-smm.c */
    BOARD_A20,    /* the A20 gate, open while high; the last to move it counts */
    BOARD_PIRQ,   /* PIRQ `input` of the LPC bridge */
    BOARD_DEVICE, /* input `input` of device `device` */
};

/* Driven lines line .. line + count - 1 go to inputs input .. input + count - 1. */
struct board_wire {
    uint8_t line, count;
    enum board_target target;
    uint8_t input;
    const char *device;
};

#define BOARD_MAX_MAPS       5
#define BOARD_MAX_WIRES      4
#define BOARD_MAX_PROPERTIES 3

/* When a device is on the board. */
enum board_presence {
    BOARD_ALWAYS,
    BOARD_SERIAL, /* one row for each port; index in `instance` */
    BOARD_DEBUGCON,
    BOARD_DEBUG_EXIT,
    BOARD_TESTDEV,
    BOARD_TPM,
    BOARD_FLASH,     /* a variable store */
    BOARD_OWN_BUSES, /* the configuration has no bridges, */
    BOARD_OWN_RNG,   /* and says nothing of an entropy device */
};

struct board;

struct board_device {
    const struct emu_device_class *class;
    const char *id;
    enum board_presence presence;
    uint8_t instance;
    struct board_map maps[BOARD_MAX_MAPS];
    struct board_wire wires[BOARD_MAX_WIRES];
    struct {
        const char *name, *value;
    } properties[BOARD_MAX_PROPERTIES];
    bool pci;                          /* a function of PCI bus 0, */
    uint8_t devfn;                     /* there, */
    struct emu_device *port;           /* or in the slot of this port, */
    const struct emu_pci_place *place; /* or at this place */
    /* What else it needs between new and realize; NULL: nothing. */
    bool (*prepare)(struct board *board, struct emu_device *device, struct emu_error *err);
};

/* Where a drive is. */
struct board_place {
    struct emu_device *controller; /* NULL: there is no such drive */
    struct emu_disk *disk;
    struct emu_device *slot; /* the port that it is plugged into; NULL: it stays where it is */
    unsigned port;           /* of a SATA controller, or the floppy drive's number */
    struct emu_device *usb;  /* the drive, if it is one by itself; else NULL */
    bool cdrom, floppy;
    uint8_t floppy_kind; /* enum emu_floppy_drive */
};

#define BOARD_MAX_BOOTS 32

/* A device that firmware may boot from. */
struct board_boot {
    unsigned index;
    char path[256];
};

/* A bridge of the configuration, and its buses as firmware numbers them. */
struct board_bridge {
    struct emu_bridge config;
    struct emu_device *device;
    unsigned secondary, subordinate;
};

/* What a PC board keeps; machine->board_data. */
struct board {
    struct emu_machine *machine;
    struct emu_machine_config *config; /* while it is being built */
    unsigned serial_ports;
    struct emu_topology topology;
    struct emu_memory_map map;
    struct emu_numa numa; /* count 0: there are no nodes */
    struct emu_ram *ram;
    struct emu_region low_ram, middle_ram, high_ram; /* below 640 KiB, from 1 MiB, from 4 GiB */
    struct emu_region a20_wrap;                      /* the first MiB again: A20 is closed */
    bool a20_closed;                                 /* under lines_lock */
    struct emu_memory *smm_memory;                   /* as processors in SMM see it */
    struct emu_ram *firmware;                        /* NULL: direct boot */
    struct emu_region firmware_rom, firmware_low;
    size_t acpi_size;                    /* of the tables' file, once it is told */
    struct emu_flash_store *flash_store; /* NULL: nothing is kept */
    struct x86_cpu_model *model;
    struct x86_cpu **cpus;
    uint32_t *apic_ids;
    struct emu_device **lapics;
    unsigned cpu_count;
    struct emu_apic_bus *apic_bus;
    struct emu_device *pic, *ioapic, *pci_host, *pm, *lpc, *mch, *xhci;
    struct emu_device *display;                /* NULL: none, or none that a board can start */
    pthread_mutex_t lines_lock;                /* behind all devices' locks */
    uint64_t isa_drivers[16], gsi_drivers[24]; /* who holds each interrupt; a bit a device */
    unsigned drive;                            /* whose controller is being made, */
    struct emu_drive *new_drive;               /* and what is said of it */
    struct emu_device *slots[EMU_MAX_BRIDGES]; /* ports where drives come and go */
    unsigned slot_count;
    struct board_bridge bridges[EMU_MAX_BRIDGES];
    struct emu_pci_place usb_place, display_place;
    unsigned bridge_count, new_bridge;         /* new_bridge: which is being made */
    struct board_place places[EMU_MAX_DRIVES]; /* by the configuration\'s order */
    unsigned nic;                              /* which adapter is being made */
    struct emu_net *nets[EMU_MAX_NICS];        /* by the configuration's order */
    unsigned share;                            /* which shared folder is being made */
    struct emu_audio *audio;                   /* of the sound card; NULL: there is none */
    struct board_boot boots[BOARD_MAX_BOOTS];
    unsigned boot_count;
    unsigned floppies; /* drives */
    unsigned drivers;  /* devices so far; 0 is the ISA bus itself */
    struct emu_boot_file kernel;
    struct emu_boot_file template; /* of the variable store, while it is being built */
    struct emu_boot_image image;
    uint64_t smi_requested, smi_agreed; /* etc/smi features; under fw_cfg's lock */
    uint64_t vmgenid_address;           /* 0: firmware has not placed it */
    uint8_t vmgenid[EMU_ACPI_VMGENID_SIZE];
    bool bootable;
    bool tpm; /* there is one */
};

/*
 * Makes, wires, realizes and maps all devices of a table whose presence holds, in order: a device
 * that drives lines into another comes after it.
 */
bool board_add_devices(struct board *board, const struct board_device *rows, size_t count,
                       struct emu_error *err);

/* One row of it, whatever its presence says. */
bool board_add_device(struct board *board, const struct board_device *row, struct emu_error *err);

/* What every device gets: clock, memory, input, displays, power. */
void board_give_powers(struct board *board, struct emu_device *device);

/* The drives of the configuration, each with its controller (drives.c). */
bool board_add_drives(struct board *board, struct emu_error *err);
/* The floppy drives among them, with their controller (floppies.c). */
bool board_add_floppies(struct board *board, struct emu_error *err);
/* Can that floppy drive take a medium of so many bytes? */
bool board_check_floppy(const struct board *board, unsigned index, uint64_t size,
                        struct emu_error *err);
/* The middle of a drive, which takes its back end; the machine owns it. NULL with *err. */
struct emu_disk *board_make_disk(struct board *board, struct emu_drive *drive,
                                 struct emu_error *err);

/* The bridges of the configuration, and the slots that others ask for (buses.c). */
bool board_add_buses(struct board *board, struct emu_error *err);
/* Puts a realized function at a place, which is given. */
bool board_put_at(struct board *board, const struct emu_pci_place *place,
                  struct emu_pci_device *function, struct emu_error *err);
/* The place that is asked for, or a free slot of the root bus from `from` on; slot 32: none. */
struct emu_pci_place board_choose_place(const struct board *board,
                                        const struct emu_pci_place *asked, unsigned from);
/* The port with a hot-plug slot that the place is behind; NULL: none. */
struct emu_device *board_slot_at(const struct board *board, const struct emu_pci_place *place);
/* The place as Open Firmware writes it, "/pci@i0cf8/pci-bridge@1/scsi@0". */
void board_put_path(const struct board *board, const struct emu_pci_place *place, const char *name,
                    char *out, size_t size);
/* How many other root buses there are, for firmware; and what ACPI says of them, at most
 * EMU_ACPI_ROOTS: their number. */
bool board_tell_roots(struct board *board, struct emu_device *fw_cfg, struct emu_error *err);
unsigned board_roots(const struct board *board, struct emu_acpi_root *roots);

/* The USB controller and what the configuration plugs into it, but for drives (usb.c). */
bool board_add_usb(struct board *board, struct emu_error *err);
bool board_add_usb_drive(struct board *board, unsigned index, struct emu_error *err);
/* A root port's request to take its function away. */
void board_eject(void *opaque, struct emu_device *port);

/* The network adapters of the configuration (nics.c). */
bool board_add_nics(struct board *board, struct emu_error *err);

/* The sound card of the configuration (sound.c). */
bool board_add_sound(struct board *board, struct emu_error *err);

/* The shared folders of the configuration (shares.c). */
bool board_add_shares(struct board *board, struct emu_error *err);

/* The terminals and channels of the configuration, ports of one virtio console (consoles.c). */
bool board_add_consoles(struct board *board, struct emu_error *err);

/*
 * Notes a device that firmware may boot from, with its Open Firmware path; index 0: it may not.
 * prepare_boot_order tells fw_cfg (boot-order.c).
 */
void board_add_boot(struct board *board, unsigned index, const char *fmt, ...)
    __attribute__((format(printf, 3, 4)));
bool board_prepare_boot_order(struct board *board, struct emu_error *err);

/* The graphics adapter of the configuration (display.c). */
bool board_add_display(struct board *board, struct emu_error *err);
/* For direct boot: what a kernel is told of the picture (false: there is none), and at each reset
 * the adapter's start in this mode. */
bool board_screen(const struct board *board, struct emu_boot_screen *screen);
void board_start_display(struct board *board);

/* Who holds which interrupt: devices tell of changes only, so a loaded machine must know. */
void board_save_lines(const struct board *board, struct emu_writer *out);
bool board_load_lines(struct board *board, struct emu_reader *in, struct emu_error *err);

/* The processors, their local APICs and their vcpus (pc-cpus.c). */
bool board_add_cpus(struct board *board, struct emu_error *err);
void board_free_cpus(struct board *board);

/* Checks and keeps the configuration's nodes (pc-numa.c). */
bool board_add_numa(struct board *board, struct emu_error *err);
void board_free_numa(struct board *board);

/* What the board is, for its ACPI tables; ecam and the 64-bit window are the caller's. */
struct emu_acpi_board board_acpi(const struct board *board);
uint8_t *board_smbios(const struct board *board, uint64_t base, size_t limit, size_t *length,
                      struct emu_error *err);

/* The firmware's image as ROM, if the configuration names one (pc-firmware.c). */
bool board_add_firmware(struct board *board, struct emu_error *err);
/* The contents and the place of the flash with the variables; finish lets go of its file. */
bool board_prepare_flash(struct board *board, struct emu_device *flash, struct emu_error *err);
void board_map_flash(struct board *board);
void board_finish_flash(struct board *board);
/* SMIs: what fw_cfg says of them, and the line itself (pc-smm.c). */
bool board_prepare_smm(struct board *board, struct emu_device *fw_cfg, struct emu_error *err);
void board_reset_smm(struct board *board);
void board_smi(void *opaque, unsigned line, bool level);
/* What lies at 0xe0000 before it is shadowed, 128 KiB; NULL: nothing. */
const uint8_t *board_firmware_low(const struct board *board);
/* What firmware reads from fw_cfg: memory, tables, kernel, settings. All other devices are there.
 */
bool board_prepare_firmware(struct board *board, struct emu_error *err);

/*
 * The A20 gate, INIT and S3 (pc-power.c). add_a20: before the devices. restore_a20: its state was
 * loaded. The others are hooks of the machine.
 */
void board_add_a20(struct board *board);
/* A pulse on LINT1 of every processor. */
void board_pulse_nmi(struct board *board);
void board_restore_a20(struct board *board);
void board_a20(void *opaque, unsigned line, bool level);
bool board_init_cpus(struct emu_machine *machine);
void board_fall_asleep(struct emu_machine *machine);
void board_before_wake(struct emu_machine *machine);
void board_after_wake(struct emu_machine *machine);
void board_input_wakes(struct emu_machine *machine);

/* The VM generation id (pc-vmgenid.c): for firmware, or into the boot image; change: a saved state
 * was loaded. */
bool board_add_vmgenid(struct board *board, struct emu_device *fw_cfg, struct emu_error *err);
bool board_boot_vmgenid(struct board *board, struct emu_error *err);
void board_change_vmgenid(struct board *board);

/* The owner's files in fw_cfg, and the uuid (told.c); the machine's own are there. */
bool board_add_told(struct board *board, struct emu_error *err);

/* Reads the kernel and its company; makes the tables (pc-boot.c). */
bool board_prepare_boot(struct board *board, struct emu_error *err);
/* Into memory and the bootstrap processor; vcpus stand still. A kernel that can no longer be read
 * fails the machine. */
void board_apply_boot(struct board *board);
/* A kernel that sleeps is woken where it wants to be, in real mode. */
void board_wake_boot(struct board *board);

/*
 * The q35 board. A back end that a device takes is cleared in *config. The machine owns what it has
 * got so far, also on failure.
 */
bool board_build_q35(struct emu_machine *machine, struct emu_machine_config *config,
                     struct emu_error *err);

#endif
