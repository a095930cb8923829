/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The bench with a USB controller (usb-rig.h). */
#include "tests/hw/usb-rig.h"

#define TRB(type) ((type) << 10)

void usb_init(struct usb_rig *usb, bool cdrom)
{
    struct emu_pci_device *pci;

    *usb = (struct usb_rig){.queue = NULL};
    rig_init(&usb->rig);
    usb->queue = emu_queue_new(NULL);
    emu_block_test(USB_DISK_SIZE, &usb->backend, NULL);
    usb->disk = emu_disk_new(usb->queue, usb->rig.memory, &usb->backend, NULL);
    /* they are freed in this order, which must end with what they are in */
    usb->storage = rig_new(&usb->rig, &emu_usb_storage_class);
    usb->storage->device->disk = usb->disk;
    emu_device_set(usb->storage->device, "cdrom", cdrom ? "on" : "off", NULL);
    rig_realize(usb->storage);
    usb->keyboard = rig_add(&usb->rig, &emu_usb_keyboard_class);
    usb->tablet = rig_add(&usb->rig, &emu_usb_tablet_class);
    usb->hub = rig_add(&usb->rig, &emu_usb_hub_class);
    usb->xhci = rig_add(&usb->rig, &emu_xhci_class);
    pci = (struct emu_pci_device *)usb->xhci->device;
    pci->intx = usb->xhci->device->irqs[0];
    emu_pci_config_write(pci, EMU_PCI_COMMAND, EMU_PCI_COMMAND_MASTER | EMU_PCI_COMMAND_MEMORY, 2);
}

void usb_finish(struct usb_rig *usb)
{
    struct rig_device *devices[] = {usb->storage, usb->keyboard, usb->tablet, usb->hub};

    emu_device_reset(usb->xhci->device); /* so that it touches no memory any more */
    for (unsigned i = 0; i < 4; i++)
        emu_usb_unplug((struct emu_usb_device *)devices[i]->device);
    rig_finish(&usb->rig);
    emu_disk_free(usb->disk);
    emu_queue_free(usb->queue);
}

uint8_t *usb_ram(struct usb_rig *usb, emu_gpa address)
{
    return rig_ram(&usb->rig) + (address - RIG_RAM);
}

uint32_t usb_read(struct usb_rig *usb, uint64_t offset)
{
    return (uint32_t)rig_read(usb->xhci, 0, offset, 4);
}

void usb_write(struct usb_rig *usb, uint64_t offset, uint32_t value)
{
    rig_write(usb->xhci, 0, offset, value, 4);
}

unsigned usb_plug(struct usb_rig *usb, unsigned socket, struct rig_device *device)
{
    struct emu_usb_device *plugged = (struct emu_usb_device *)device->device;
    struct emu_usb_port *port = emu_xhci_port(usb->xhci->device, socket, plugged);

    return port != NULL && emu_usb_plug(port, plugged, NULL) ? port->number : 0;
}

void usb_settle(struct usb_rig *usb)
{
    emu_disk_settle(usb->disk);
    emu_queue_run(usb->queue, 0);
}

/* ---- the driver ---- */

void usb_start(struct usb_rig *usb)
{
    const uint64_t segment[2] = {USB_EVENTS, USB_EVENT_SIZE};

    memset(usb_ram(usb, RIG_RAM), 0, 0x80000);
    memcpy(usb_ram(usb, USB_SEGMENTS), segment, sizeof(segment));
    usb->command = usb->event = 0;
    usb->command_cycle = usb->event_cycle = true;
    usb_write(usb, 0x40, 2); /* reset */
    usb_write(usb, 0x78, 64);
    usb_write(usb, 0x70, USB_CONTEXTS);
    usb_write(usb, 0x74, 0);
    usb_write(usb, 0x58, USB_COMMANDS | 1);
    usb_write(usb, 0x5c, 0);
    usb_write(usb, 0x1028, 1);
    usb_write(usb, 0x1038, USB_EVENTS);
    usb_write(usb, 0x103c, 0);
    usb_write(usb, 0x1030, USB_SEGMENTS);
    usb_write(usb, 0x1034, 0);
    usb_write(usb, 0x1020, 2);
    usb_write(usb, 0x40, 5); /* run, with interrupts */
}

bool usb_event(struct usb_rig *usb, struct usb_event *out)
{
    memcpy(out, usb_ram(usb, USB_EVENTS + 16 * usb->event), sizeof(*out));
    if ((out->control & 1) != usb->event_cycle)
        return false;
    if (++usb->event == USB_EVENT_SIZE) {
        usb->event = 0;
        usb->event_cycle = !usb->event_cycle;
    }
    usb_write(usb, 0x1020, 3);
    usb_write(usb, 0x1038, (USB_EVENTS + 16 * usb->event) | 8);
    return true;
}

void usb_drain(struct usb_rig *usb)
{
    struct usb_event event;

    while (usb_event(usb, &event))
        ;
}

static void usb_put_trb(struct usb_rig *usb, emu_gpa at, uint64_t parameter, uint32_t status,
                        uint32_t control)
{
    const struct usb_event trb = {parameter, status, control};

    memcpy(usb_ram(usb, at), &trb, sizeof(trb));
}

/* The last place of a ring is a link to the first. */
static void usb_advance(struct usb_rig *usb, emu_gpa ring, unsigned *next, bool *cycle)
{
    if (++*next < USB_RING_SIZE - 1)
        return;
    usb_put_trb(usb, ring + 16 * *next, ring, 0, TRB(6) | 2 | *cycle);
    *next = 0;
    *cycle = !*cycle;
}

unsigned usb_command(struct usb_rig *usb, uint64_t parameter, uint32_t control)
{
    struct usb_event event;

    usb_put_trb(usb, USB_COMMANDS + 16 * usb->command, parameter, 0, control | usb->command_cycle);
    usb_advance(usb, USB_COMMANDS, &usb->command, &usb->command_cycle);
    usb_write(usb, 0x2000, 0);
    while (usb_event(usb, &event))
        if ((event.control >> 10 & 63) == 33)
            return event.status >> 24 | (event.control >> 24) << 8;
    return 0;
}

static void usb_context(struct usb_rig *usb, unsigned index, const uint32_t words[5])
{
    memset(usb_ram(usb, USB_INPUT + 32 * index), 0, 32);
    memcpy(usb_ram(usb, USB_INPUT + 32 * index), words, 20);
}

static void usb_endpoint_context(struct usb_rig *usb, unsigned slot, unsigned id, unsigned type)
{
    emu_gpa ring = USB_RING(slot, id);
    const uint32_t words[5] = {0, type << 3 | 64u << 16, (uint32_t)ring | 1, 0, 8};

    usb->next[slot][id] = 0;
    usb->cycle[slot][id] = true;
    memset(usb_ram(usb, ring), 0, 16 * USB_RING_SIZE);
    usb_context(usb, id + 1, words);
}

unsigned usb_address(struct usb_rig *usb, unsigned port, uint32_t route)
{
    unsigned slot;
    const uint32_t control[5] = {0, 3};
    const uint32_t context[5] = {1u << 27 | route, port << 16};
    uint64_t device;

    if (route == 0)
        usb_write(usb, 0x440 + 16 * (port - 1), 0x210); /* reset the port */
    usb_drain(usb);
    slot = usb_command(usb, 0, TRB(9)) >> 8;
    if (slot == 0 || slot >= 8)
        return 0;
    device = USB_DEVICE(slot);
    memcpy(usb_ram(usb, USB_CONTEXTS + 8 * slot), &device, 8);
    usb_context(usb, 0, control);
    usb_context(usb, 1, context);
    usb_endpoint_context(usb, slot, 1, 4);
    return (usb_command(usb, USB_INPUT, TRB(11) | slot << 24) & 0xff) == 1 ? slot : 0;
}

unsigned usb_add_endpoint(struct usb_rig *usb, unsigned slot, unsigned id, unsigned type)
{
    const uint32_t control[5] = {0, 1u << id | 1};
    uint32_t context[5];

    memcpy(context, usb_ram(usb, USB_DEVICE(slot)), sizeof(context));
    context[0] = (context[0] & 0x07ffffff) | id << 27;
    usb_context(usb, 0, control);
    usb_context(usb, 1, context);
    usb_endpoint_context(usb, slot, id, type);
    return usb_command(usb, USB_INPUT, TRB(12) | slot << 24) & 0xff;
}

void usb_put(struct usb_rig *usb, unsigned slot, unsigned id, uint64_t parameter, uint32_t status,
             uint32_t control)
{
    emu_gpa ring = USB_RING(slot, id);

    usb_put_trb(usb, ring + 16 * usb->next[slot][id], parameter, status,
                control | usb->cycle[slot][id]);
    usb_advance(usb, ring, &usb->next[slot][id], &usb->cycle[slot][id]);
}

void usb_ring(struct usb_rig *usb, unsigned slot, unsigned id)
{
    usb_write(usb, 0x2000 + 4 * slot, id);
}

/* The outcome of a transfer whose data had length bytes. */
static unsigned usb_outcome(struct usb_rig *usb, uint32_t length, unsigned *moved)
{
    unsigned code = 0, left = 0;
    struct usb_event event;

    while (usb_event(usb, &event)) {
        if ((event.control >> 10 & 63) != 32 || code == 13)
            continue;
        code = event.status >> 24;
        left = event.status & 0xffffff;
    }
    if (moved != NULL)
        *moved = length - left;
    return code;
}

unsigned usb_control(struct usb_rig *usb, unsigned slot, uint16_t request, uint16_t value,
                     uint16_t index, uint16_t length, unsigned *moved)
{
    bool in = request & 0x8000;
    uint64_t setup = (request >> 8) | (uint64_t)(request & 0xff) << 8 | (uint64_t)value << 16 |
                     (uint64_t)index << 32 | (uint64_t)length << 48;

    usb_put(usb, slot, 1, setup, 8, TRB(2) | 0x40 | (length == 0 ? 0 : in ? 3u << 16 : 2u << 16));
    if (length != 0)
        usb_put(usb, slot, 1, USB_DATA, length, TRB(3) | 4 | (in ? 1u << 16 : 0));
    usb_put(usb, slot, 1, 0, 0, TRB(4) | 0x20 | (in && length != 0 ? 0 : 1u << 16));
    usb_ring(usb, slot, 1);
    return usb_outcome(usb, length, moved);
}

unsigned usb_transfer(struct usb_rig *usb, unsigned slot, unsigned id, uint32_t length,
                      unsigned *moved)
{
    usb_put(usb, slot, id, USB_DATA, length, TRB(1) | 0x24);
    usb_ring(usb, slot, id);
    usb_settle(usb);
    return usb_outcome(usb, length, moved);
}
