/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The bench with a USB controller, devices in it, and what its driver would set up. */
#ifndef LATHE_TESTS_HW_USB_RIG_H
#define LATHE_TESTS_HW_USB_RIG_H

#include "emulator/api/block.h"
#include "emulator/core/queue.h"
#include "emulator/hw/pci/pci.h"
#include "emulator/hw/usb/xhci.h"
#include "tests/hw/rig.h"

#define USB_DISK_SIZE (1u << 20)

/* Where usb_start puts things. */
#define USB_CONTEXTS       (RIG_RAM)
#define USB_COMMANDS       (RIG_RAM + 0x1000)
#define USB_SEGMENTS       (RIG_RAM + 0x2000)
#define USB_EVENTS         (RIG_RAM + 0x3000)
#define USB_EVENT_SIZE     64
#define USB_INPUT          (RIG_RAM + 0x4000)
#define USB_DEVICE(slot)   (RIG_RAM + 0x5000 + (slot)*0x400)
#define USB_RING(slot, id) (RIG_RAM + 0x10000 + ((slot)*32 + (id)) * 0x200)
#define USB_RING_SIZE      32 /* TRBs, of which the last is a link */
#define USB_DATA           (RIG_RAM + 0x80000)

struct usb_event {
    uint64_t parameter;
    uint32_t status, control;
};

struct usb_rig {
    struct rig rig;
    struct emu_queue *queue;
    struct emu_block_backend backend;
    struct emu_disk *disk;
    struct rig_device *xhci, *hub, *keyboard, *tablet, *storage;
    unsigned command, event; /* next in their rings */
    bool command_cycle, event_cycle;
    unsigned next[8][32]; /* in the ring of a slot's endpoint */
    bool cycle[8][32];
};

/* Five devices that are in no port; cdrom: storage is a CD drive. */
void usb_init(struct usb_rig *usb, bool cdrom);
void usb_finish(struct usb_rig *usb);
uint8_t *usb_ram(struct usb_rig *usb, emu_gpa address);
uint32_t usb_read(struct usb_rig *usb, uint64_t offset);
void usb_write(struct usb_rig *usb, uint64_t offset, uint32_t value);
/* Into a socket of the controller. The root port's number. */
unsigned usb_plug(struct usb_rig *usb, unsigned socket, struct rig_device *device);
/* Waits for the disk's workers, and delivers what is done. */
void usb_settle(struct usb_rig *usb);

/* ---- the driver ---- */

void usb_start(struct usb_rig *usb);
/* The next event; false: there is none. */
bool usb_event(struct usb_rig *usb, struct usb_event *out);
/* Events that do not matter are taken. */
void usb_drain(struct usb_rig *usb);
/* Queues a command, rings, and returns its completion code. */
unsigned usb_command(struct usb_rig *usb, uint64_t parameter, uint32_t control);
/* Resets the port, enables a slot and gives an address. The slot; 0: it failed. */
unsigned usb_address(struct usb_rig *usb, unsigned port, uint32_t route);
/* Adds an endpoint (type as in its context) to a slot; the completion code. */
unsigned usb_add_endpoint(struct usb_rig *usb, unsigned slot, unsigned id, unsigned type);
/* Puts a TRB into an endpoint's ring. */
void usb_put(struct usb_rig *usb, unsigned slot, unsigned id, uint64_t parameter, uint32_t status,
             uint32_t control);
void usb_ring(struct usb_rig *usb, unsigned slot, unsigned id);
/* A control transfer with its data at USB_DATA; the completion code. moved: bytes; may be NULL. */
unsigned usb_control(struct usb_rig *usb, unsigned slot, uint16_t request, uint16_t value,
                     uint16_t index, uint16_t length, unsigned *moved);
/* A transfer of an endpoint with its data at USB_DATA; the completion code, 0: under way. */
unsigned usb_transfer(struct usb_rig *usb, unsigned slot, unsigned id, uint32_t length,
                      unsigned *moved);

#endif
