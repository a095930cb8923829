/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The bus contract of USB (Universal Serial Bus 2.0 and 3.2): ports, the devices in them, and the
 * packets between a host controller and a device. All that hangs on one controller, hubs included,
 * works under that controller's lock. Isochronous transfers and streams are left out.
 */
#ifndef EMU_HW_USB_USB_H
#define EMU_HW_USB_USB_H

#include "emulator/block/disk.h"
#include "emulator/core/device.h"

enum emu_usb_speed { EMU_USB_LOW, EMU_USB_FULL, EMU_USB_HIGH, EMU_USB_SUPER };
#define EMU_USB_SPEEDS_USB2 (1u << EMU_USB_LOW | 1u << EMU_USB_FULL | 1u << EMU_USB_HIGH)
#define EMU_USB_SPEED_USB3  (1u << EMU_USB_SUPER)

#define EMU_USB_IN 0x80u /* of an endpoint's address and of a request's type */

enum emu_usb_status {
    EMU_USB_PENDING, /* under way */
    EMU_USB_DONE,    /* actual bytes went over, perhaps fewer than length */
    EMU_USB_STALL,   /* refused; the endpoint is halted unless it is endpoint 0 */
    EMU_USB_ERROR,   /* no answer */
};

struct emu_usb_device;

/*
 * A transfer: a whole control transfer with its stages, or data from or to another endpoint. The
 * controller owns it and all that it points to; it stays as it is until it is no longer pending.
 */
struct emu_usb_packet {
    uint8_t endpoint;                        /* address, with EMU_USB_IN; 0: control */
    uint8_t setup[8];                        /* control only: the request */
    struct emu_memory *memory;               /* what the segments' addresses are in */
    const struct emu_disk_segment *segments; /* hold at least length bytes */
    unsigned segment_count;
    uint32_t length; /* that the host sends, or has room for */
    uint32_t actual; /* out */
    enum emu_usb_status status;
    /* It ended after emu_usb_submit had returned. May submit. Controller's lock held. */
    void (*done)(struct emu_usb_packet *packet);
    bool submitting;               /* usb.c's: emu_usb_submit has not returned */
    struct emu_usb_device *device; /* usb.c's: who has it; NULL: nobody */
};

/* The request of a control transfer. */
static inline uint16_t emu_usb_request(const struct emu_usb_packet *packet)
{
    return (uint16_t)(packet->setup[0] << 8 | packet->setup[1]); /* type << 8 | code */
}
static inline uint16_t emu_usb_value(const struct emu_usb_packet *packet)
{
    return (uint16_t)(packet->setup[2] | packet->setup[3] << 8);
}
static inline uint16_t emu_usb_index(const struct emu_usb_packet *packet)
{
    return (uint16_t)(packet->setup[4] | packet->setup[5] << 8);
}

/* ---- ports ---- */

struct emu_usb_port;

/* All with the controller's lock held. */
struct emu_usb_port_ops {
    /* port->device came or went. */
    void (*changed)(struct emu_usb_port *port);
    /* The device asks to be woken from its suspension. */
    void (*wake)(struct emu_usb_port *port);
};

/* A host controller, as what hangs on it sees it. */
struct emu_usb_bus {
    pthread_mutex_t *lock;
    /* The device is going: packets to it must be cancelled. Lock held; it is still in its port. */
    void (*lost)(struct emu_usb_bus *bus, struct emu_usb_device *device);
};

/* A socket of a controller or a hub, which owns it. */
struct emu_usb_port {
    const struct emu_usb_port_ops *ops;
    void *owner;
    struct emu_usb_bus *bus;       /* NULL while a hub is in no port itself */
    unsigned number;               /* from 1 */
    unsigned speeds;               /* a bit for each enum emu_usb_speed */
    struct emu_usb_device *device; /* NULL: nothing is in it */
};

/* ---- devices ---- */

#define EMU_USB_MAX_ENDPOINTS 2

struct emu_usb_endpoint {
    uint8_t address;
    uint8_t attributes;  /* 2 bulk, 3 interrupt */
    uint16_t size;       /* of interrupt packets; bulk sizes follow from the speed */
    uint8_t interval_ms; /* of interrupt endpoints: a power of two */
};

/* What a device says about itself: one configuration with one interface. */
struct emu_usb_identity {
    uint16_t vendor, product, release;        /* release: binary-coded decimal */
    const char *manufacturer, *name, *serial; /* ASCII */
    uint8_t device_class, device_subclass;
    uint8_t device_protocol[4];        /* by speed */
    uint8_t class, subclass, protocol; /* of the interface */
    bool wakes;                        /* can wake the host */
    const uint8_t *extra;              /* class descriptors after the interface's */
    uint8_t extra_length;
    unsigned endpoint_count;
    struct emu_usb_endpoint endpoints[EMU_USB_MAX_ENDPOINTS];
};

/* All with the controller's lock held, but for what is NULL. */
struct emu_usb_type {
    unsigned speeds; /* a bit for each enum emu_usb_speed */
    /* NULL: the device answers every request itself, and knows its endpoints and their halts. */
    const struct emu_usb_identity *identity;
    /* A reset on the bus or another configuration: what the class keeps goes back to its start.
     * Packets were cancelled. */
    void (*reset)(struct emu_usb_device *usb);
    /* A control request that emu_usb_device does not answer itself: completes it. */
    void (*control)(struct emu_usb_device *usb, struct emu_usb_packet *packet);
    /* A packet of an endpoint in the identity: completes it now or later. */
    void (*transfer)(struct emu_usb_device *usb, struct emu_usb_packet *packet);
    /* Lets go of a packet that it has not completed. */
    void (*cancel)(struct emu_usb_device *usb, struct emu_usb_packet *packet);
    /* It is in usb->port now, or (lock not held) out of it. NULL: it need not know. */
    void (*plugged)(struct emu_usb_device *usb);
    /* The host cleared the halt of an endpoint; NULL: it need not know. */
    void (*unhalted)(struct emu_usb_device *usb, uint8_t endpoint);
    /* A hub's ports, from 1; NULL: there is none with that number. */
    struct emu_usb_port *(*downstream)(struct emu_usb_device *usb, unsigned number);
};

/* A device embeds this as its first member. */
struct emu_usb_device {
    struct emu_device device; /* first */
    const struct emu_usb_type *type;
    unsigned speeds;           /* the type's; while it is in no port, the device may change them */
    const char *serial;        /* instead of the identity's; NULL: that one */
    struct emu_usb_port *port; /* NULL: in none */
    uint8_t speed;             /* enum emu_usb_speed; by the port */
    uint8_t configuration;     /* 0: not configured */
    bool wake_enabled;         /* the host wants to be woken */
    uint32_t halted;           /* endpoints: bit n OUT, bit 16 + n IN */
};

/*
 * Puts a realized device into a port, where it stays until emu_usb_unplug or its end. Takes the
 * controller's lock. Loop thread, or before the machine runs. False with *err: the port is taken,
 * or too slow.
 */
bool emu_usb_plug(struct emu_usb_port *port, struct emu_usb_device *usb, struct emu_error *err);
/* Pulls it out, and the host learns of it. Loop thread. Nothing if it is in no port. */
void emu_usb_unplug(struct emu_usb_device *usb);

/* The device behind a port of the root and up to five hubs: 4 bits a hub, the first one lowest.
 * NULL: nothing is there. Controller's lock held. */
struct emu_usb_device *emu_usb_find(const struct emu_usb_port *root, uint32_t route);
/* Is there a free port below a hub? NULL: it is no hub, or full. Before the machine runs, or loop
 * thread. */
struct emu_usb_port *emu_usb_free_port(struct emu_usb_device *hub);

/* ---- for controllers and hubs; lock held ---- */

/* Hands a packet over. It has ended if packet->status is not EMU_USB_PENDING afterwards. device
 * NULL: nobody answers. */
void emu_usb_submit(struct emu_usb_device *usb, struct emu_usb_packet *packet);
/* Takes a pending packet back; done is not called. */
void emu_usb_cancel(struct emu_usb_packet *packet);
/* A reset on the bus. Its packets were cancelled. */
void emu_usb_bus_reset(struct emu_usb_device *usb);

/* ---- for devices; lock held unless they say otherwise ---- */

/* In realize, reset, unrealize, save and load of the same name. */
void emu_usb_init(struct emu_usb_device *usb, const struct emu_usb_type *type);
void emu_usb_reset(struct emu_usb_device *usb);
/* Leaves its port without a word to the host; takes the controller's lock. */
void emu_usb_finish(struct emu_usb_device *usb);
void emu_usb_save(struct emu_usb_device *usb, struct emu_writer *out);
bool emu_usb_load(struct emu_usb_device *usb, struct emu_reader *in, struct emu_error *err);

/* Ends a packet. What the host sends counts as taken whole if it is DONE. */
void emu_usb_complete(struct emu_usb_packet *packet, enum emu_usb_status status);
/* Copies to the host, or from it, at packet->actual; how many bytes there was room for. */
uint32_t emu_usb_give(struct emu_usb_packet *packet, const void *data, uint32_t length);
uint32_t emu_usb_take(struct emu_usb_packet *packet, void *data, uint32_t length);
/* Gives data, cut to what was asked for, and ends a control transfer. */
void emu_usb_reply(struct emu_usb_packet *packet, const void *data, uint32_t length);
/* Something happened that a host may sleep for. */
void emu_usb_wake(struct emu_usb_device *usb);
/* Takes the lock of the controller that it is on; false: it is on none. Loop thread. */
bool emu_usb_lock(struct emu_usb_device *usb);
void emu_usb_unlock(struct emu_usb_device *usb);

/* ---- descriptor.c ---- */

/* A descriptor as GET_DESCRIPTOR answers it (USB 2.0, 9.6; USB 3.2, 9.6). Its length; 0: there is
 * none. */
#define EMU_USB_MAX_DESCRIPTOR 512
uint32_t emu_usb_descriptor(const struct emu_usb_device *usb, uint8_t kind, uint8_t index,
                            uint8_t out[EMU_USB_MAX_DESCRIPTOR]);

#endif
