/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * PCI and PCI Express functions: configuration space with write masks, BARs that follow it, INTx,
 * capabilities, MSI and MSI-X (PCI Local Bus 3.0, PCI Express Base 3.0). A device embeds struct
 * emu_pci_device as its first member and calls emu_pci_init in its realize.
 */
#ifndef EMU_HW_PCI_PCI_H
#define EMU_HW_PCI_PCI_H

#include "emulator/core/device.h"

#define EMU_PCI_CONFIG_SIZE           4096
#define EMU_PCI_BARS                  6
#define EMU_PCI_ROM_BAR               EMU_PCI_BARS /* the expansion ROM's, in struct emu_pci_device */
#define EMU_PCI_DEVFN(slot, function) ((uint8_t)((slot) << 3 | (function)))

/* Configuration registers of header type 0 that all functions have. */
enum emu_pci_register {
    EMU_PCI_VENDOR = 0x00,
    EMU_PCI_DEVICE = 0x02,
    EMU_PCI_COMMAND = 0x04,
    EMU_PCI_STATUS = 0x06,
    EMU_PCI_REVISION = 0x08,
    EMU_PCI_CLASS = 0x09, /* 3 bytes: interface, subclass, class */
    EMU_PCI_CACHE_LINE = 0x0c,
    EMU_PCI_LATENCY = 0x0d,
    EMU_PCI_HEADER_TYPE = 0x0e,
    EMU_PCI_BAR0 = 0x10,
    EMU_PCI_SUBSYSTEM_VENDOR = 0x2c,
    EMU_PCI_SUBSYSTEM = 0x2e,
    EMU_PCI_ROM = 0x30,
    EMU_PCI_CAPABILITIES = 0x34,
    EMU_PCI_INTERRUPT_LINE = 0x3c,
    EMU_PCI_INTERRUPT_PIN = 0x3d,
};

#define EMU_PCI_COMMAND_IO       0x0001u
#define EMU_PCI_COMMAND_MEMORY   0x0002u
#define EMU_PCI_COMMAND_MASTER   0x0004u
#define EMU_PCI_COMMAND_INTX_OFF 0x0400u
#define EMU_PCI_STATUS_INTX      0x0008u
#define EMU_PCI_STATUS_CAPS      0x0010u

enum emu_pci_bar_kind {
    EMU_PCI_BAR_NONE,
    EMU_PCI_BAR_IO,
    EMU_PCI_BAR_MEMORY32,
    EMU_PCI_BAR_MEMORY32_PREFETCH,
    EMU_PCI_BAR_MEMORY64, /* takes two registers */
    EMU_PCI_BAR_MEMORY64_PREFETCH,
    EMU_PCI_BAR_ROM, /* of bar EMU_PCI_ROM_BAR only */
};

struct emu_pci_device;

struct emu_pci_bar {
    enum emu_pci_bar_kind kind;
    struct emu_region *region; /* its size is a power of two */
    uint64_t address;          /* where it is mapped now; UINT64_MAX: nowhere */
};

/* The identity of a function. */
struct emu_pci_identity {
    uint16_t vendor, device, subsystem_vendor, subsystem;
    uint32_t class_code; /* class << 16 | subclass << 8 | interface */
    uint8_t revision;
    uint8_t interrupt_pin; /* 0 none, 1 INTA.. */
    bool multifunction;
};

struct emu_pci_msix {
    uint8_t capability; /* offset, 0: none */
    unsigned vectors;
    uint8_t *table; /* 16 bytes a vector */
    uint64_t *pending;
    struct emu_region region; /* table, then the pending bits at half of it */
};

struct emu_pci_device {
    struct emu_device device; /* first */
    uint8_t config[EMU_PCI_CONFIG_SIZE];
    uint8_t write_mask[EMU_PCI_CONFIG_SIZE]; /* 1: software may change the bit */
    uint8_t clear_mask[EMU_PCI_CONFIG_SIZE]; /* 1: writing 1 clears the bit */
    uint8_t initial[EMU_PCI_CONFIG_SIZE];    /* config at reset */
    struct emu_pci_bar bars[EMU_PCI_BARS + 1];
    struct emu_ram *rom; /* NULL: none */
    struct emu_region rom_region;
    uint8_t next_capability; /* where emu_pci_add_capability goes on */
    uint8_t last_capability; /* whose next pointer is extended; 0: the header's */
    uint8_t msi_capability;  /* offset, 0: none */
    uint8_t express;         /* offset of the PCI Express capability, 0: none */
    struct emu_pci_msix msix;
    bool intx_level; /* what the device wants */
    bool intx_out;   /* what the router was told */

    /* Called with the device's lock held, before software reads config; may be NULL. */
    void (*config_reading)(struct emu_pci_device *pci, unsigned offset, unsigned size);
    /* Called with the device's lock held, after a change of config; may be NULL. */
    void (*config_written)(struct emu_pci_device *pci, unsigned offset, unsigned size);

    /* Bridges: the function on a bus behind it, NULL: none there. Takes the bridge's lock. */
    struct emu_pci_device *(*behind)(struct emu_pci_device *pci, unsigned bus, unsigned devfn);
    struct emu_pci_bus *bus; /* and the bus right behind it (pci-bus.h) */
    /* Called when it was put on its bus, without lock; may be NULL. */
    void (*attached)(struct emu_pci_device *pci);

    /* set when it is put on a bus */
    struct emu_region *memory_root, *io_root;
    struct emu_irq intx;    /* to the router, by slot and pin */
    struct emu_irq pins[4]; /* INTA to INTD of its slot */
    uint8_t devfn;
};

/* In realize, before anything else here. */
void emu_pci_init(struct emu_pci_device *pci, const struct emu_pci_identity *identity);
/* In realize: registers an initialised region. The region must outlive the device. */
void emu_pci_add_bar(struct emu_pci_device *pci, unsigned index, enum emu_pci_bar_kind kind,
                     struct emu_region *region);
/* In realize: room for a capability of size bytes (header included), zeroed and read-only but for
 * what the caller then sets in write_mask. Its offset, or 0 if the space is full. */
uint8_t emu_pci_add_capability(struct emu_pci_device *pci, uint8_t id, unsigned size);
/* In realize: vectors is a power of two up to 32. */
bool emu_pci_add_msi(struct emu_pci_device *pci, unsigned vectors);
/* In realize: the table and pending bits get BAR bar for themselves. */
bool emu_pci_add_msix(struct emu_pci_device *pci, unsigned vectors, unsigned bar,
                      struct emu_error *err);
/* In realize, once the identity is set: a file of option ROM images for firmware; NULL: none. False
 * with *err: it cannot be read, or is none. */
bool emu_pci_add_rom(struct emu_pci_device *pci, const char *path, struct emu_error *err);
enum emu_pci_express_type {
    EMU_PCI_EXPRESS_ENDPOINT = 0,
    EMU_PCI_EXPRESS_ROOT_PORT = 4,
    EMU_PCI_EXPRESS_UPSTREAM = 5, /* of a switch */
    EMU_PCI_EXPRESS_DOWNSTREAM = 6,
    EMU_PCI_EXPRESS_TO_PCI = 7,     /* a bridge */
    EMU_PCI_EXPRESS_INTEGRATED = 9, /* in the root complex */
};
/* In realize: the PCI Express capability. What is no port becomes endpoint or integrated by where
 * it is put. False: no room. */
bool emu_pci_add_express(struct emu_pci_device *pci, enum emu_pci_express_type type);
/* In the device's reset, save, load and unrealize, lock held (but for unrealize). */
void emu_pci_reset(struct emu_pci_device *pci);
void emu_pci_save(struct emu_pci_device *pci, struct emu_writer *out);
bool emu_pci_load(struct emu_pci_device *pci, struct emu_reader *in, struct emu_error *err);
void emu_pci_finish(struct emu_pci_device *pci);

/* Device lock held. The INTx level; masked by the command register. */
void emu_pci_set_intx(struct emu_pci_device *pci, bool level);
/* Device lock held. Does it send messages, so that INTx is not used? */
bool emu_pci_msi_enabled(const struct emu_pci_device *pci);
/* Device lock held. Sends MSI-X or MSI vector n if either is enabled (false: use INTx). */
bool emu_pci_notify(struct emu_pci_device *pci, unsigned vector);

uint32_t emu_pci_get(const struct emu_pci_device *pci, unsigned offset, unsigned size);
/* Sets config and its reset value, past all masks; in realize. */
void emu_pci_set(struct emu_pci_device *pci, unsigned offset, unsigned size, uint32_t value);
/* It has company in its slot, which software looks for; once realized. */
void emu_pci_set_multifunction(struct emu_pci_device *pci);
/* Makes bits writable; in realize. */
void emu_pci_allow(struct emu_pci_device *pci, unsigned offset, unsigned size, uint32_t mask);

/* Config or command changed past emu_pci_config_write: maps the BARs anew. Device lock held. */
void emu_pci_update_bars(struct emu_pci_device *pci);

/* As software accesses it, with offset below 4096 and size 1, 2 or 4 within one dword. Any thread,
 * takes the device's lock. */
uint32_t emu_pci_config_read(struct emu_pci_device *pci, unsigned offset, unsigned size);
void emu_pci_config_write(struct emu_pci_device *pci, unsigned offset, uint32_t value,
                          unsigned size);

#endif
