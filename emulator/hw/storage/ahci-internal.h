/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What the parts of the AHCI controller share: ahci.c has the registers, ahci-command.c the command
 * lists and frames, ata.c what a disk does, atapi.c a CD drive. All with the device's lock held.
 */
#ifndef EMU_HW_STORAGE_AHCI_INTERNAL_H
#define EMU_HW_STORAGE_AHCI_INTERNAL_H

#include "emulator/hw/pci/pci.h"
#include "emulator/hw/storage/ahci.h"
#include "emulator/hw/storage/cdrom.h"

#define AHCI_SLOTS 32

enum ahci_port_register {
    PORT_CLB = 0x00, /* command list */
    PORT_CLBU = 0x04,
    PORT_FB = 0x08, /* received frames */
    PORT_FBU = 0x0c,
    PORT_IS = 0x10, /* interrupts: pending, */
    PORT_IE = 0x14, /* wanted */
    PORT_CMD = 0x18,
    PORT_TFD = 0x20, /* status, error << 8 */
    PORT_SIG = 0x24,
    PORT_SSTS = 0x28,
    PORT_SCTL = 0x2c,
    PORT_SERR = 0x30,
    PORT_SACT = 0x34, /* queued commands under way */
    PORT_CI = 0x38,   /* commands given */
};

#define PORT_IS_DHRS 0x00000001u /* a register frame came */
#define PORT_IS_PSS  0x00000002u /* PIO set-up */
#define PORT_IS_SDBS 0x00000008u /* set device bits */
#define PORT_IS_DPS  0x00000020u
#define PORT_IS_PCS  0x00000040u /* the link changed */
#define PORT_IS_TFES 0x40000000u /* the device says error */

#define ATA_ERR  0x01u
#define ATA_DRQ  0x08u
#define ATA_SEEK 0x10u
#define ATA_DRDY 0x40u
#define ATA_BSY  0x80u
#define ATA_ABRT 0x04u /* in the error register */
#define ATA_UNC  0x40u
#define ATA_IDNF 0x10u

struct ahci;
struct ahci_port;

/* A command under way. */
struct ahci_command {
    struct emu_disk_request disk; /* first */
    struct ahci_port *port;
    uint8_t slot;
    bool queued; /* NCQ */
    bool pio;
    uint8_t fis[20];    /* from the host */
    uint8_t packet[16]; /* ATAPI */
    emu_gpa header;     /* its entry in the command list */
    uint64_t room;      /* bytes of memory that it brings */
    uint8_t *ranges;    /* of TRIM, still to be done */
    unsigned range_count, range_next;
    unsigned segment_count;
    struct emu_disk_segment segments[];
};

struct ahci_port {
    struct ahci *ahci;
    uint8_t index;
    bool cdrom, present;
    struct emu_disk *disk;
    struct emu_cdrom cd;

    uint32_t list, list_high, frames, frames_high;
    uint32_t is, ie, cmd, tfd, sig, sctl, serr, sact, ci;
    bool busy;        /* a command that is not queued is under way */
    bool halted;      /* after an error, until ST is cleared */
    bool resetting;   /* SRST is set */
    bool running;     /* ahci_run is at work: commands that end at once come back to it */
    uint8_t multiple; /* sectors of READ MULTIPLE */
    uint8_t last_slot;
    uint8_t error_tag; /* of the queued command that failed; 0x80: none */
    uint8_t error_status, error_code;
    bool caches; /* the write cache is on */
};

struct ahci {
    struct emu_pci_device pci; /* first */
    struct emu_region bar;
    uint32_t ghc, is;
    struct ahci_port ports[EMU_AHCI_PORTS];
};

/* ---- ahci.c ---- */

void ahci_raise(struct ahci_port *port, uint32_t bits);

/* ---- ahci-command.c ---- */

/* Takes commands from the list as far as the port can. */
void ahci_run(struct ahci_port *port);
/* Writes the register frame that a device sends after a reset. */
void ahci_send_signature(struct ahci_port *port);
/* The device as after power on: signature, status. */
void ahci_reset_device(struct ahci_port *port);
/* Lets go of all that is under way. */
void ahci_cancel(struct ahci_port *port);

/* Ends a command: status and error as the device has them, done bytes were moved. Frees it. */
void ahci_complete(struct ahci_command *command, uint8_t status, uint8_t error, uint32_t done);
/* Sends length bytes to the host's memory and ends the command. */
void ahci_reply(struct ahci_command *command, const void *data, size_t length);
/* Ends it with an error. */
void ahci_abort(struct ahci_command *command, uint8_t error);
/* Reads from the host's memory; false: it brings less. */
bool ahci_fetch(struct ahci_command *command, void *data, size_t length);
/* Hands command->disk to the disk; done ends it. */
void ahci_submit(struct ahci_command *command, enum emu_disk_op op, uint64_t offset,
                 uint64_t length, void (*done)(struct emu_disk_request *request));

/* ---- ata.c, atapi.c ---- */

void ata_command(struct ahci_command *command);
void atapi_command(struct ahci_command *command);
/* Fields of IDENTIFY data. */
void ata_identify_text(uint16_t *words, unsigned first, unsigned count, const char *text);

#endif
