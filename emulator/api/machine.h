/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A machine: create, run, pause, reset, destroy. Any number of machines live in one process.
 * Unless a function says otherwise it may be called on any thread but a machine's own (vcpu, loop),
 * and calls for one machine are serialised inside.
 */
#ifndef EMU_API_MACHINE_H
#define EMU_API_MACHINE_H

#include "emulator/api/audio.h"
#include "emulator/api/buses.h"
#include "emulator/api/error.h"
#include "emulator/api/gpu.h"
#include "emulator/api/ops/block.h"
#include "emulator/api/ops/chardev.h"
#include "emulator/api/ops/gpu.h"
#include "emulator/api/ops/net.h"
#include "emulator/api/ops/tpm.h"
#include "emulator/api/share.h"
#include "emulator/api/told.h"
#include "emulator/api/types.h"

#define EMU_MAX_VCPUS    255
#define EMU_MAX_SERIAL   4
#define EMU_MAX_CONSOLES 7 /* ports of a virtio console */
#define EMU_MAX_DRIVES   16

enum emu_drive_bus {
    EMU_DRIVE_VIRTIO, /* virtio-blk, a PCI function each */
    EMU_DRIVE_NVME,   /* a controller with one namespace, a PCI function each */
    EMU_DRIVE_SATA,   /* the chip set's AHCI controller, six ports */
    EMU_DRIVE_USB,    /* mass storage in a socket of the xHCI */
    EMU_DRIVE_FLOPPY, /* one of two floppy drives; the medium's size says which kind */
};

/* A disk and how the guest sees it. */
struct emu_drive {
    struct emu_block_backend backend;
    enum emu_drive_bus bus;
    bool hotplug;    /* in a hot-plug slot, where it can be taken out; not SATA */
    unsigned queues; /* request queues of those that have them; 0: one a vcpu, up to 4 */
    bool cdrom;      /* SATA and USB: a CD drive; without a back end it is empty, like a floppy's */
    unsigned boot;   /* firmware tries those with the lowest numbers first; 0: not this one */
    struct emu_pci_place place; /* of virtio and NVMe */
};

/* Is there a floppy disk of so many bytes? Any thread. */
bool emu_is_floppy_size(uint64_t bytes);

/* A device beside the board's own. */
struct emu_device_config {
    /* "usb-keyboard", "usb-tablet", "usb-hub", "usb-storage"; and, only from the beginning,
     * "virtio-keyboard", "virtio-tablet" */
    const char *kind;
    const char *id;         /* that no other device has; shorter than 32 bytes */
    const char *into;       /* id of the hub that it goes into; NULL: a socket of the machine */
    struct emu_drive drive; /* of storage: back end and cdrom */
};

#define EMU_MAX_NICS      8
#define EMU_MAX_REDIRECTS 4

enum emu_nic_model {
    EMU_NIC_VIRTIO,
    EMU_NIC_E1000E, /* Intel 82574L */
};

/* A port of a virtio console. */
struct emu_console {
    struct emu_chardev_backend backend;
    const char *name; /* of a channel, 1 to 63 bytes, no '/'; NULL: a terminal, hvc0 and so on */
};

struct emu_nic {
    struct emu_net_backend backend; /* ops NULL: the cable is out */
    enum emu_nic_model model;
    const char *mac; /* "52:54:00:12:34:56"; NULL: this one, and for others the next ones */
    const char *rom; /* a file with its boot ROM; NULL: none */
    unsigned boot;   /* as a drive's */
    struct emu_pci_place place;
    bool no_pxe4, no_pxe6; /* OVMF leaves out PXE by IPv4 or IPv6, on all adapters */
};

/* 0 stands for "derive it": see emu_topology_complete. */
struct emu_topology {
    unsigned cpus, sockets, dies, cores, threads;
};

/*
 * What to build. Strings and back ends are only read during emu_machine_new; the back ends then
 * belong to the machine, also when it fails.
 */
struct emu_machine_config {
    const char *board; /* "q35" */
    const char *accel; /* "auto", "interp", "jit", "kvm" */
    const char *cpu;   /* "max", "x86-64-v3,+feature,-feature" */
    struct emu_topology topology;
    uint64_t memory;             /* bytes; a multiple of 4 KiB */
    const struct emu_numa *numa; /* nodes: all memory, each processor once; NULL: there are none */
    /*
     * The image that the processor starts in, mapped read-only below 4 GiB; NULL: none, the kernel
     * is put into memory and started. With firmware the kernel, if any, is for the firmware to
     * load.
     */
    const char *firmware;
    /*
     * Its variable store, a flash memory below the image. The guest changes the file, unless
     * firmware_discard is set; NULL: none. firmware_secure: only in system management mode.
     */
    const char *firmware_vars;
    bool firmware_discard, firmware_secure;

    const char *kernel;          /* bzImage, ELF with a PVH note, or Multiboot 1 */
    const char *initrd;          /* or the Multiboot modules: "FILE args,FILE args" */
    const char *append;          /* kernel command line */
    const struct emu_told *told; /* NULL: nothing */
    struct emu_chardev_backend serial[EMU_MAX_SERIAL];
    struct emu_console consoles[EMU_MAX_CONSOLES];
    unsigned console_count;              /* 0: there is no such device */
    struct emu_chardev_backend debugcon; /* port 0x402 */
    struct emu_tpm_backend tpm;          /* a TPM 2.0; ops NULL: none */

    struct emu_drive drives[EMU_MAX_DRIVES];
    unsigned drive_count;
    struct emu_nic nics[EMU_MAX_NICS];
    unsigned nic_count;

    bool usb; /* a USB controller; also if a drive or a device needs it */
    /* Far ends of USB devices that are elsewhere, by the USB network redirection protocol; they come
     * and go as emu_chardev_set_connected says. They need usb. */
    struct emu_chardev_backend redirects[EMU_MAX_REDIRECTS];
    unsigned redirect_count;
    const struct emu_device_config *devices; /* there from the beginning; storage is in drives */
    unsigned device_count;

    enum emu_gpu gpu;
    const char *gpu_rom; /* its VGA BIOS, for firmware that starts it so; NULL: none */
    struct emu_gpu_backend gpu_backend; /* of a virtio adapter: what renders; ops NULL: nothing */
    unsigned gpu_heads;                 /* of a virtio adapter: monitors that it may have; 0: 1 */
    struct emu_sound sound;
    struct emu_shared_folder shares[EMU_MAX_SHARES];
    unsigned share_count;
    struct emu_buses buses; /* PCI */
    bool debug_exit;        /* isa-debug-exit at port 0xF4 */
    bool testdev;           /* pc-testdev ports */
    bool no_reboot;         /* a reset ends the machine: EMU_STOP_RESET */

    const char *const *trace; /* patterns, NULL-terminated; NULL: none */
};

enum emu_machine_state {
    EMU_MACHINE_PAUSED, /* also before the first start */
    EMU_MACHINE_RUNNING,
    EMU_MACHINE_STOPPED, /* for good; see emu_machine_stop_reason */
};

enum emu_stop_cause {
    EMU_STOP_NONE,
    EMU_STOP_POWER_OFF,    /* by the guest */
    EMU_STOP_FORCED,       /* emu_machine_stop */
    EMU_STOP_RESET,        /* the guest reset and no_reboot is set */
    EMU_STOP_TRIPLE_FAULT, /* and no_reboot is set; otherwise the machine resets as the PC does */
    EMU_STOP_PANIC,        /* the guest told that its kernel panicked */
    EMU_STOP_DEBUG_EXIT,   /* code is the value written */
    EMU_STOP_INTERNAL,     /* ours; text says why */
};

struct emu_stop_reason {
    enum emu_stop_cause cause;
    unsigned code;
    char text[256]; /* one line for a person */
};

/* All hooks are called on the machine's loop thread and must not call back into the machine's
 * functions that wait (pause, reset, stop, free). Any may be NULL. */
struct emu_machine_observer {
    void (*state_changed)(void *opaque, enum emu_machine_state state);
    void (*reset)(void *opaque);
    /* It paused by itself, as it cannot go on now: why, in one line, and what to do. Nothing is
     * lost; emu_machine_resume tries again. May come more than once. */
    void (*held)(void *opaque, const char *why);
    void (*input_changed)(void *opaque); /* emu_machine_get_input_status may differ */
    void *opaque;
    /* A drive that was to be removed is gone. */
    void (*drive_removed)(void *opaque, unsigned drive);
    /* The guest went to sleep (S3), or woke; the machine's state stays what it was. */
    void (*sleep_changed)(void *opaque, bool asleep);
};

/* NULL with *err filled. The machine is paused at its reset state. observer may be NULL. */
struct emu_machine *emu_machine_new(const struct emu_machine_config *config,
                                    const struct emu_machine_observer *observer,
                                    struct emu_error *err);
/* Stops what runs and frees everything; NULL is legal. */
void emu_machine_free(struct emu_machine *machine);

/* Start or go on. No effect unless paused. */
void emu_machine_resume(struct emu_machine *machine);
/* When it returns no vcpu runs and time stands still. */
void emu_machine_pause(struct emu_machine *machine);
/* Hard reset, running or paused; the state stays what it was. */
void emu_machine_reset(struct emu_machine *machine);
/* Ends it: as if the plug was pulled. */
void emu_machine_stop(struct emu_machine *machine);
/* Presses the ACPI power button, which also wakes a guest that sleeps. Never waits. */
void emu_machine_power_button(struct emu_machine *machine);

/*
 * Another engine runs the guest from here on: "interp", "jit", or "auto" for the best one here.
 * Only while the machine is paused; the guest sees nothing of it. Translated code is made anew.
 * False with *err: the machine is not paused, the engine is unknown or cannot run here, or there is
 * no memory for it; the engine is the old one then.
 */
bool emu_machine_set_engine(struct emu_machine *machine, const char *name, struct emu_error *err);

/* A CD drive's tray. */
struct emu_tray {
    bool open, locked; /* locked: by the guest, which uses the disc */
};
/* False: no such CD drive; drive counts the configuration's drives from 0. Never waits long. */
bool emu_machine_get_tray(const struct emu_machine *machine, unsigned drive, struct emu_tray *out);
/*
 * Moves a tray by hand, which no lock keeps, with what lies in it. Returns when it is done, after
 * all changes of media before; not on the machine's own threads. False: no such drive, or one on
 * USB, whose tray does not move by itself.
 */
bool emu_machine_move_tray(struct emu_machine *machine, unsigned drive, bool open);
/* The button of a locked tray: the guest is told that somebody wants the disc. Never waits. */
void emu_machine_press_eject(struct emu_machine *machine, unsigned drive);

/*
 * Puts another medium into a CD or floppy drive, or none (ops NULL); drive counts the
 * configuration's drives from 0. The machine takes the back end, also on failure. Never waits: the
 * guest is told when the reads that are under way are done. A locked tray does not keep it. False
 * with *err: no such drive, or a floppy that does not fit it.
 */
bool emu_machine_change_medium(struct emu_machine *machine, unsigned drive,
                               const struct emu_block_backend *medium, struct emu_error *err);

/*
 * Plugs a device in, or pulls one out that is no part of the board, running or paused; the guest
 * sees it come and go. Returns when it is done; not on the machine's own threads. The machine takes
 * the back end, also on failure. False with *err: it has no place, no such device, a hub that is
 * not empty. A machine that is loaded needs the devices that the saved one had, in the same order.
 */
bool emu_machine_device_add(struct emu_machine *machine, const struct emu_device_config *config,
                            struct emu_error *err);
bool emu_machine_device_remove(struct emu_machine *machine, const char *id, struct emu_error *err);

/* A non-maskable interrupt from outside: LINT1 of all processors, for guests that take it as a wish
 * to dump or to be debugged. Never waits. */
void emu_machine_inject_nmi(struct emu_machine *machine);
/* Was the last reset the watchdog's? Any thread. */
bool emu_machine_reset_by_watchdog(const struct emu_machine *machine);

/* Does the guest sleep (S3)? Time goes on, no processor runs. Any thread. */
bool emu_machine_is_asleep(const struct emu_machine *machine);

/*
 * Plugs another drive into a free hot-plug slot, running or paused; the guest is told. *index
 * becomes its number, as the configuration's drives have theirs. The machine takes the back end,
 * also on failure. False with *err: the bus is another than virtio and nvme (USB storage is plugged
 * in as a device), no slot or number is free, no memory.
 */
bool emu_machine_add_drive(struct emu_machine *machine, const struct emu_drive *drive,
                           unsigned *index, struct emu_error *err);
/* Takes such a drive out again: asks the guest, which has to let go of it first; the observer's
 * drive_removed tells the end of it. With force, or when the guest does not listen, at once: the
 * guest finds it gone. False with *err: it is no drive that was plugged in. */
bool emu_machine_remove_drive(struct emu_machine *machine, unsigned index, bool force,
                              struct emu_error *err);

/* Writes all that a paused machine is to a file, from its position on, and its disks to stable
 * storage; syncing the file is the caller's. Waits. False with *err: the file or a disk failed. */
bool emu_machine_save_file(struct emu_machine *machine, int fd, struct emu_error *err);
/* Makes a paused machine, built like the one that was saved, into that one. False with *err: the
 * file is damaged, or of another machine; this one is of no use any more then. */
bool emu_machine_load_file(struct emu_machine *machine, int fd, struct emu_error *err);

enum emu_machine_state emu_machine_get_state(const struct emu_machine *machine);
/* Meaningful once stopped. */
struct emu_stop_reason emu_machine_get_stop_reason(const struct emu_machine *machine);
/* Waits until it is stopped; timeout in ns of host time, UINT64_MAX: forever. False: time out. */
bool emu_machine_wait_stopped(struct emu_machine *machine, uint64_t timeout);

/* What a machine is made of, one device a line ("id class address irq"); malloc'ed. */
char *emu_machine_describe(const struct emu_machine *machine);

/* Fills the zero fields of *topology so that the product is cpus: what is left goes to the cores,
 * or else the sockets, threads, dies, and the others become 1. False with *err if it cannot be: a
 * product that differs, more than EMU_MAX_VCPUS, none. */
bool emu_topology_complete(struct emu_topology *topology, struct emu_error *err);

#endif
