/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What the parts of the xHCI share (eXtensible Host Controller Interface 1.0): xhci.c has the
 * registers, xhci-event.c event rings and interrupts, xhci-port.c root ports, xhci-command.c slots
 * and commands, xhci-transfer.c endpoints and transfers. All with the device's lock held.
 */
#ifndef EMU_HW_USB_XHCI_INTERNAL_H
#define EMU_HW_USB_XHCI_INTERNAL_H

#include "emulator/hw/pci/pci.h"
#include "emulator/hw/usb/xhci.h"
#include "emulator/state/state.h"

#define XHCI_PORTS        (2 * EMU_XHCI_SOCKETS) /* USB 3 first, as firmware counts them */
#define XHCI_SLOTS        64
#define XHCI_ENDPOINTS    31 /* of a slot; by the device context index, less one */
#define XHCI_INTERRUPTERS 4
#define XHCI_WAITING      128  /* events that an event ring had no room for */
#define XHCI_MAX_TRBS     2048 /* of one transfer */
#define XHCI_BUDGET       64   /* transfers or commands in a row, before others get their turn */

#define XHCI_TRB_SIZE 16u

struct xhci_trb {
    uint64_t parameter;
    uint32_t status, control;
};

#define TRB_CYCLE       0x00000001u
#define TRB_TOGGLE      0x00000002u /* of a link: the cycle bit changes behind it */
#define TRB_ISP         0x00000004u /* interrupt on short packet */
#define TRB_EVENT_DATA  0x00000004u /* of a transfer event: parameter is an event data TRB's */
#define TRB_CHAIN       0x00000010u
#define TRB_IOC         0x00000020u /* interrupt on completion */
#define TRB_IMMEDIATE   0x00000040u /* the parameter is the data */
#define TRB_BLOCK       0x00000200u /* of an address command: do not send SET_ADDRESS */
#define TRB_BEI         0x00000200u /* block event interrupt */
#define TRB_DECONFIGURE 0x00000200u /* of a configure command */
#define TRB_LENGTH      0x0001ffffu /* of the status */

enum xhci_trb_type {
    TRB_NORMAL = 1,
    TRB_SETUP = 2,
    TRB_DATA = 3,
    TRB_STATUS = 4,
    TRB_ISOCH = 5,
    TRB_LINK = 6,
    TRB_EVENT = 7, /* event data */
    TRB_NO_OP = 8,
    TRB_ENABLE_SLOT = 9,
    TRB_DISABLE_SLOT = 10,
    TRB_ADDRESS_DEVICE = 11,
    TRB_CONFIGURE = 12,
    TRB_EVALUATE = 13,
    TRB_RESET_ENDPOINT = 14,
    TRB_STOP_ENDPOINT = 15,
    TRB_SET_DEQUEUE = 16,
    TRB_RESET_DEVICE = 17,
    TRB_NO_OP_COMMAND = 23,
    TRB_TRANSFER_EVENT = 32,
    TRB_COMMAND_EVENT = 33,
    TRB_PORT_EVENT = 34,
};

static inline unsigned xhci_trb_type(const struct xhci_trb *trb)
{
    return trb->control >> 10 & 0x3f;
}

enum xhci_code {
    CODE_SUCCESS = 1,
    CODE_TRANSACTION = 4,
    CODE_TRB = 5,
    CODE_STALL = 6,
    CODE_RESOURCE = 7,
    CODE_BANDWIDTH = 8,
    CODE_NO_SLOT = 9,
    CODE_SLOT_OFF = 11,
    CODE_ENDPOINT_OFF = 12,
    CODE_SHORT = 13,
    CODE_PARAMETER = 17,
    CODE_STATE = 19,
    CODE_RING_STOPPED = 24,
    CODE_STOPPED = 26,
};

/* Where the next TRB of a command or transfer ring is. */
struct xhci_ring {
    uint64_t dequeue;
    bool cycle;
};

/* A TRB of the transfer under way. */
struct xhci_step {
    struct xhci_trb trb;
    uint64_t address;
};

enum xhci_endpoint_state {
    ENDPOINT_DISABLED,
    ENDPOINT_RUNNING,
    ENDPOINT_HALTED,
    ENDPOINT_STOPPED,
    ENDPOINT_ERROR
};

/* A slot's endpoint. Its transfers are done one after the other. */
struct xhci_endpoint {
    struct emu_usb_packet packet; /* first; of the transfer under way */
    struct xhci *xhci;
    uint8_t slot; /* from 0 */
    uint8_t id;   /* device context index: 1 control, 2n OUT n, 2n + 1 IN n */
    uint8_t type; /* enum xhci_endpoint_type */
    uint8_t state;
    struct xhci_ring ring; /* at the transfer under way, or the next one */
    struct xhci_ring behind;
    bool active; /* the packet is under way */
    struct xhci_step *steps;
    struct emu_disk_segment *segments;
    unsigned step_count, room; /* of both */
};

enum xhci_endpoint_type {
    ENDPOINT_ISOCH_OUT = 1,
    ENDPOINT_BULK_OUT,
    ENDPOINT_INTERRUPT_OUT,
    ENDPOINT_CONTROL,
    ENDPOINT_ISOCH_IN,
    ENDPOINT_BULK_IN,
    ENDPOINT_INTERRUPT_IN
};

struct xhci_slot {
    bool enabled;
    bool addressed; /* the next two are set */
    bool lost;      /* the device went, or was reset: it answers to no packet */
    uint8_t port;   /* root port, from 1 */
    uint32_t route;
    uint64_t context;
    struct xhci_endpoint *endpoints[XHCI_ENDPOINTS]; /* NULL: disabled */
};

struct xhci_interrupter {
    uint32_t management, moderation;
    uint32_t segments;       /* of the event ring */
    uint64_t table;          /* of segments */
    uint64_t dequeue;        /* register, with its flags */
    uint32_t segment, index; /* where the next event goes */
    bool cycle;
    bool pending; /* an event asks for an interrupt, which has not come yet */
};

struct xhci_event {
    struct xhci_trb trb;
    uint8_t interrupter;
    bool quiet; /* asks for no interrupt */
};

struct xhci {
    struct emu_pci_device pci; /* first */
    struct emu_region bar;
    struct emu_usb_bus bus;
    struct emu_usb_port ports[XHCI_PORTS];
    uint32_t port_status[XHCI_PORTS];

    uint32_t command, status, notification, config;
    uint64_t contexts; /* the array of device contexts */
    struct xhci_ring commands;
    bool commanding; /* the command ring runs */
    emu_ns started;  /* of the frame counter */
    struct xhci_interrupter interrupters[XHCI_INTERRUPTERS];
    struct xhci_slot slots[XHCI_SLOTS];

    struct xhci_event waiting[XHCI_WAITING];
    uint32_t waiting_count;
    struct emu_timer later; /* rings that had more to do than one turn allows */
};

/* ---- xhci.c ---- */

#define XHCI_RUN 0x1u /* of the command register */
bool xhci_running(const struct xhci *xhci);
bool xhci_load_memory(struct xhci *xhci, uint64_t address, void *out, size_t size);
bool xhci_store_memory(struct xhci *xhci, uint64_t address, const void *data, size_t size);
/* The next TRB of a ring, behind links, and its address; false: none yet. ring moves on. */
bool xhci_fetch(struct xhci *xhci, struct xhci_ring *ring, struct xhci_step *out);
/* Goes on with all rings soon. */
void xhci_continue_later(struct xhci *xhci);

/* ---- xhci-event.c ---- */

/* Queues an event; what does not fit into the ring waits. An interrupter without a ring loses it.
 */
void xhci_post(struct xhci *xhci, unsigned interrupter, const struct xhci_trb *event, bool quiet);
void xhci_reset_interrupters(struct xhci *xhci);
uint32_t xhci_read_interrupter(const struct xhci *xhci, unsigned offset);
void xhci_write_interrupter(struct xhci *xhci, unsigned offset, uint32_t value);
void xhci_update_line(struct xhci *xhci);
extern const struct emu_field xhci_interrupter_fields[];

/* ---- xhci-port.c ---- */

void xhci_init_ports(struct xhci *xhci);
/* Power-on state: what is in them is found anew. */
void xhci_reset_ports(struct xhci *xhci);
/* Tells of the changes that the driver has not cleared. */
void xhci_announce_ports(struct xhci *xhci);
/* After a load: what was in a port, and is not now, was pulled out. */
void xhci_find_lost(struct xhci *xhci);
uint32_t xhci_read_port(const struct xhci *xhci, unsigned offset);
void xhci_write_port(struct xhci *xhci, unsigned offset, uint32_t value);

/* ---- xhci-command.c ---- */

void xhci_run_commands(struct xhci *xhci);
void xhci_write_command_ring(struct xhci *xhci, uint32_t value, bool high);
void xhci_reset_slots(struct xhci *xhci);

/* ---- xhci-transfer.c ---- */

struct emu_usb_device *xhci_device(const struct xhci *xhci, const struct xhci_slot *slot);
struct xhci_endpoint *xhci_endpoint_new(struct xhci *xhci, unsigned slot, unsigned id);
/* Lets go of what is under way; NULL is legal. */
void xhci_endpoint_free(struct xhci_endpoint *endpoint);
/* Takes the transfer under way back. The host is told with code, unless that is 0. */
void xhci_endpoint_cancel(struct xhci_endpoint *endpoint, enum xhci_code code);
/* Does what is in its ring. NULL is legal. */
void xhci_endpoint_run(struct xhci_endpoint *endpoint);
/* Another state, also in the guest's context, with the dequeue pointer. */
void xhci_endpoint_set_state(struct xhci_endpoint *endpoint, enum xhci_endpoint_state state);
void xhci_run_all(struct xhci *xhci);
/* No device answers: the controller stopped. */
void xhci_cancel_all(struct xhci *xhci);
/* The device is gone, or was reset. */
void xhci_lose(struct xhci *xhci, const struct emu_usb_device *usb);

#endif
