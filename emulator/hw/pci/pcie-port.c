/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Root port with a hot-plug slot (PCI Express Base 3.0, 6.7 and 7.8; PCI-to-PCI Bridge Architecture
 * 1.2, chapter 3): bus numbers, windows, attention button, power controller, presence and link
 * changes. Left out: errors, power management events, forwarding for VGA.
 */
#include "emulator/hw/pci/pcie-port.h"

#include "emulator/hw/pci/pci-internal.h"
#include "emulator/hw/save.h"

/* Registers of a bridge's header. */
enum port_register {
    PORT_PRIMARY = 0x18,
    PORT_SECONDARY = 0x19,
    PORT_SUBORDINATE = 0x1a,
    PORT_IO_BASE = 0x1c,
    PORT_IO_LIMIT = 0x1d,
    PORT_SECONDARY_STATUS = 0x1e,
    PORT_MEMORY_BASE = 0x20,
    PORT_MEMORY_LIMIT = 0x22,
    PORT_PREFETCH_BASE = 0x24,
    PORT_PREFETCH_LIMIT = 0x26,
    PORT_PREFETCH_BASE_HIGH = 0x28,
    PORT_PREFETCH_LIMIT_HIGH = 0x2c,
    PORT_CONTROL = 0x3e,
};
#define PORT_CONTROL_RESET 0x40u /* of what is behind the bridge */

/* In the PCI Express capability. */
#define PORT_SLOT_CAPABILITIES 0x14
#define PORT_SLOT_CONTROL      0x18
#define PORT_SLOT_STATUS       0x1a
#define PORT_ROOT_CONTROL      0x1c

/* Slot capabilities */
#define PORT_HAS_BUTTON     0x01u
#define PORT_HAS_POWER      0x02u
#define PORT_HAS_LIGHTS     0x18u /* attention and power */
#define PORT_SURPRISE       0x20u
#define PORT_HOT_PLUG       0x40u
#define PORT_NO_COMMAND_END 0x40000u /* commands take no time */
#define PORT_SLOT_SHIFT     19

/* Slot control; events are enabled by the bits of slot status but for the link's. */
#define PORT_HOT_PLUG_IRQ  0x0020u
#define PORT_LIGHT_SHIFT   8 /* power light: 1 on, 3 off */
#define PORT_ATTENTION_OFF 0x00c0u
#define PORT_POWER_OFF     0x0400u
#define PORT_LINK_ENABLE   0x1000u
#define PORT_SLOT_WRITABLE 0x17ffu

/* Slot status */
#define PORT_BUTTON       0x0001u
#define PORT_PRESENCE     0x0008u /* has changed */
#define PORT_PRESENT      0x0040u
#define PORT_LINK_CHANGED 0x0100u
#define PORT_EVENTS       0x001fu

#define PORT_WINDOWS 3

struct pcie_port {
    struct emu_pci_device pci;
    struct emu_region memory_space, io_space; /* what the function behind it lies in */
    struct emu_region windows[PORT_WINDOWS];  /* of them: I/O, memory, prefetchable */
    struct emu_pci_device *function;          /* NULL: the slot is empty */
    emu_pcie_port_eject_fn *eject;
    void *eject_opaque;
    uint64_t slot, number, secondary;

    bool link;     /* to a function that is there and has power */
    bool pending;  /* an event that is enabled */
    bool removing; /* the button was pressed, to take the function out */
};

static struct pcie_port *pcie_port_of(void *device)
{
    return device;
}

static unsigned port_slot_control(const struct pcie_port *port)
{
    return emu_pci_get(&port->pci, port->pci.express + PORT_SLOT_CONTROL, 2);
}

static unsigned port_slot_status(const struct pcie_port *port)
{
    return emu_pci_get(&port->pci, port->pci.express + PORT_SLOT_STATUS, 2);
}

/* ---- windows ---- */

struct port_window {
    uint64_t first, last; /* first > last: closed */
};

static struct port_window port_io_window(const struct pcie_port *port)
{
    const struct emu_pci_device *pci = &port->pci;

    if (!(emu_pci_get(pci, EMU_PCI_COMMAND, 2) & EMU_PCI_COMMAND_IO))
        return (struct port_window){1, 0};
    return (struct port_window){(emu_pci_get(pci, PORT_IO_BASE, 1) & 0xf0) << 8,
                                (emu_pci_get(pci, PORT_IO_LIMIT, 1) & 0xf0) << 8 | 0xfff};
}

/* base and limit: offsets of 16-bit registers; high: of the upper halves, 0: none. */
static struct port_window port_memory_window(const struct pcie_port *port, unsigned base,
                                             unsigned limit, bool wide)
{
    const struct emu_pci_device *pci = &port->pci;
    struct port_window window;

    if (!(emu_pci_get(pci, EMU_PCI_COMMAND, 2) & EMU_PCI_COMMAND_MEMORY))
        return (struct port_window){1, 0};
    window.first = (uint64_t)(emu_pci_get(pci, base, 2) & 0xfff0) << 16;
    window.last = (uint64_t)(emu_pci_get(pci, limit, 2) & 0xfff0) << 16 | 0xfffff;
    if (wide) {
        window.first |= (uint64_t)emu_pci_get(pci, PORT_PREFETCH_BASE_HIGH, 4) << 32;
        window.last |= (uint64_t)emu_pci_get(pci, PORT_PREFETCH_LIMIT_HIGH, 4) << 32;
    }
    return window;
}

/* A window that reaches to the very end would be all of the address space: nobody wants that. */
static void port_place_window(struct pcie_port *port, unsigned index, struct port_window window)
{
    struct emu_region *region = &port->windows[index];
    bool io = index == 0, open = window.first <= window.last && window.last != UINT64_MAX;
    uint64_t size = open ? window.last - window.first + 1 : 0;
    struct emu_region *root = io ? port->pci.io_root : port->pci.memory_root;

    if (root == NULL || (size == region->size && (size == 0 || region->address == window.first)))
        return;
    emu_region_remove(region);
    region->size = 0;
    if (!open)
        return;
    emu_region_init_alias(region, io ? "port-io" : "port-memory",
                          io ? &port->io_space : &port->memory_space, window.first, size);
    emu_region_add(root, window.first, region, 1);
}

static void port_update_windows(struct pcie_port *port)
{
    port_place_window(port, 0, port_io_window(port));
    port_place_window(port, 1,
                      port_memory_window(port, PORT_MEMORY_BASE, PORT_MEMORY_LIMIT, false));
    port_place_window(port, 2,
                      port_memory_window(port, PORT_PREFETCH_BASE, PORT_PREFETCH_LIMIT, true));
}

/* Closed windows, so that both spaces belong to the machine's from the start. */
static void port_attached(struct emu_pci_device *pci)
{
    struct pcie_port *port = (struct pcie_port *)pci;

    for (unsigned i = 0; i < PORT_WINDOWS; i++) {
        bool io = i == 0;
        struct emu_region *root = io ? pci->io_root : pci->memory_root;

        emu_region_init_alias(&port->windows[i], io ? "port-io" : "port-memory",
                              io ? &port->io_space : &port->memory_space, 0, 0x1000);
        emu_region_set_enabled(&port->windows[i], false);
        if (root != NULL)
            emu_region_add(root, 0, &port->windows[i], 1);
        emu_region_remove(&port->windows[i]);
        port->windows[i].size = 0;
    }
}

/* ---- the slot ---- */

static void port_set_bits(struct pcie_port *port, unsigned offset, unsigned mask, unsigned bits)
{
    unsigned at = port->pci.express + offset;

    for (unsigned i = 0; i < 2; i++) {
        uint8_t *byte = &port->pci.config[at + i];
        *byte = (uint8_t)((*byte & ~(mask >> 8 * i)) | bits >> 8 * i);
    }
}

static bool port_event_enabled(const struct pcie_port *port)
{
    unsigned control = port_slot_control(port), status = port_slot_status(port);

    return (control & PORT_HOT_PLUG_IRQ) &&
           ((status & control & PORT_EVENTS) ||
            ((status & PORT_LINK_CHANGED) && (control & PORT_LINK_ENABLE)));
}

static void port_update_irq(struct pcie_port *port)
{
    bool pending = port_event_enabled(port), rises = pending && !port->pending;

    port->pending = pending;
    if (!emu_pci_msi_enabled(&port->pci)) {
        emu_pci_set_intx(&port->pci, pending);
        return;
    }
    emu_pci_set_intx(&port->pci, false);
    if (rises)
        emu_pci_notify(&port->pci, 0);
}

static void port_event(struct pcie_port *port, unsigned event)
{
    port_set_bits(port, PORT_SLOT_STATUS, event, event);
    port_update_irq(port);
}

static void port_show_link(struct pcie_port *port)
{
    port_set_bits(port, PCI_EXPRESS_LINK_STATUS, PCI_EXPRESS_LINK_ACTIVE,
                  port->link ? PCI_EXPRESS_LINK_ACTIVE : 0);
}

static void port_show_presence(struct pcie_port *port)
{
    port_set_bits(port, PORT_SLOT_STATUS, PORT_PRESENT, port->function != NULL ? PORT_PRESENT : 0);
}

static bool port_has_link(const struct pcie_port *port)
{
    unsigned link = emu_pci_get(&port->pci, port->pci.express + PCI_EXPRESS_LINK_CONTROL, 2);

    return port->function != NULL && !(port_slot_control(port) & PORT_POWER_OFF) &&
           !(link & PCI_EXPRESS_LINK_DISABLE);
}

/* A function that loses the link loses its state. */
static void port_update_link(struct pcie_port *port)
{
    bool link = port_has_link(port);

    if (link == port->link)
        return;
    port->link = link;
    port_show_link(port);
    if (!link && port->function != NULL)
        emu_device_reset(&port->function->device);
    port_event(port, PORT_LINK_CHANGED);
}

/* The guest has let go of the function, or never cared. */
static void port_eject(struct pcie_port *port)
{
    port->removing = false;
    if (port->eject != NULL)
        port->eject(port->eject_opaque, &port->pci.device);
}

static bool port_touches(unsigned offset, unsigned size, unsigned first, unsigned length)
{
    return offset < first + length && first < offset + size;
}

static void port_control_written(struct pcie_port *port)
{
    if (port->function != NULL && (emu_pci_get(&port->pci, PORT_CONTROL, 2) & PORT_CONTROL_RESET) &&
        port->link)
        emu_device_reset(&port->function->device);
}

static void port_written(struct emu_pci_device *pci, unsigned offset, unsigned size)
{
    struct pcie_port *port = (struct pcie_port *)pci;

    port_update_windows(port);
    if (port_touches(offset, size, PORT_CONTROL, 2) && size <= 4)
        port_control_written(port);
    port_update_link(port);
    if (port->removing && !port->link && port->function != NULL)
        port_eject(port);
    port_update_irq(port);
}

/* ---- what is behind it ---- */

static struct emu_pci_device *port_behind(struct emu_pci_device *pci, unsigned bus, unsigned devfn)
{
    struct pcie_port *port = (struct pcie_port *)pci;
    struct emu_pci_device *function;

    pthread_mutex_lock(&pci->device.lock);
    function =
        port->link && devfn == 0 && bus == pci->config[PORT_SECONDARY] ? port->function : NULL;
    pthread_mutex_unlock(&pci->device.lock);
    return function;
}

void emu_pcie_port_on_eject(struct emu_device *device, emu_pcie_port_eject_fn *eject, void *opaque)
{
    pcie_port_of(device)->eject = eject;
    pcie_port_of(device)->eject_opaque = opaque;
}

/* Who puts a card in presses the button then, where that is what a system waits for. */
static unsigned port_plug_button(const struct pcie_port *port)
{
    return !port->link && (port_slot_control(port) & PORT_BUTTON) ? PORT_BUTTON : 0;
}

/* Device 0 of the bus has its pins in the port's own order. */
bool emu_pcie_port_plug(struct emu_device *device, struct emu_pci_device *function,
                        struct emu_error *err)
{
    struct pcie_port *port = pcie_port_of(device);
    uint32_t pin = emu_pci_get(function, EMU_PCI_INTERRUPT_PIN, 1);

    if (port->function != NULL)
        return emu_error_set(err, EMU_ERROR_INPUT, "the slot of %s is taken by %s", device->id,
                             port->function->device.id);
    function->devfn = 0;
    function->memory_root = &port->memory_space;
    function->io_root = &port->io_space;
    if (pin >= 1 && pin <= 4)
        function->intx = port->pci.pins[pin - 1];
    pci_express_place(function, true);
    pci_attach(function);
    pthread_mutex_lock(&device->lock);
    port->function = function;
    port->removing = false;
    port_show_presence(port);
    port_update_link(port);
    port_event(port, PORT_PRESENCE | port_plug_button(port));
    pthread_mutex_unlock(&device->lock);
    return true;
}

void emu_pcie_port_unplug(struct emu_device *device)
{
    struct pcie_port *port = pcie_port_of(device);
    struct emu_pci_device *function = port->function;

    if (function == NULL)
        return;
    pthread_mutex_lock(&device->lock);
    port->function = NULL;
    port->removing = false;
    port_show_presence(port);
    port_update_link(port);
    port_event(port, PORT_PRESENCE);
    pthread_mutex_unlock(&device->lock);
    pci_detach(function);
}

void emu_pcie_port_ask(struct emu_device *device)
{
    struct pcie_port *port = pcie_port_of(device);

    pthread_mutex_lock(&device->lock);
    if (port->function != NULL) {
        port->removing = true;
        if (!port->link || !(port_slot_control(port) & PORT_BUTTON))
            port_eject(port);
        else
            port_event(port, PORT_BUTTON);
    }
    pthread_mutex_unlock(&device->lock);
}

struct emu_pci_device *emu_pcie_port_function(const struct emu_device *device)
{
    return ((const struct pcie_port *)device)->function;
}

/* ---- the device ---- */

static void port_set_header(struct pcie_port *port)
{
    struct emu_pci_device *pci = &port->pci;

    emu_pci_set(pci, EMU_PCI_HEADER_TYPE, 1, 0x81); /* a bridge, one of several functions */
    emu_pci_set(pci, PORT_SECONDARY, 1, (uint32_t)port->secondary);
    emu_pci_set(pci, PORT_SUBORDINATE, 1, (uint32_t)port->secondary);
    emu_pci_allow(pci, PORT_PRIMARY, 4, 0x00ffffff);
    emu_pci_allow(pci, PORT_IO_BASE, 2, 0xf0f0);
    emu_pci_allow(pci, PORT_MEMORY_BASE, 4, 0xfff0fff0);
    emu_pci_set(pci, PORT_PREFETCH_BASE, 4, 0x00010001); /* 64 bits */
    emu_pci_allow(pci, PORT_PREFETCH_BASE, 4, 0xfff0fff0);
    emu_pci_allow(pci, PORT_PREFETCH_BASE_HIGH, 4, UINT32_MAX);
    emu_pci_allow(pci, PORT_PREFETCH_LIMIT_HIGH, 4, UINT32_MAX);
    emu_pci_allow(pci, PORT_CONTROL, 2, 0x0003 | PORT_CONTROL_RESET);
    /* Closed. */
    emu_pci_set(pci, PORT_IO_BASE, 1, 0xf0);
    emu_pci_set(pci, PORT_MEMORY_BASE, 2, 0xfff0);
    emu_pci_set(pci, PORT_PREFETCH_BASE, 2, 0xfff1);
    pci->clear_mask[PORT_SECONDARY_STATUS + 1] = 0xf9;
}

static bool port_add_capabilities(struct pcie_port *port)
{
    struct emu_pci_device *pci = &port->pci;
    unsigned at;

    if (!emu_pci_add_express(pci, EMU_PCI_EXPRESS_ROOT_PORT) || !emu_pci_add_msi(pci, 1))
        return false;
    at = pci->express;
    emu_pci_set(pci, at + PORT_SLOT_CAPABILITIES, 4,
                PORT_HAS_BUTTON | PORT_HAS_POWER | PORT_HAS_LIGHTS | PORT_SURPRISE | PORT_HOT_PLUG |
                    PORT_NO_COMMAND_END | (uint32_t)port->slot << PORT_SLOT_SHIFT);
    emu_pci_set(pci, at + PORT_SLOT_CONTROL, 2,
                PORT_ATTENTION_OFF | 3u << PORT_LIGHT_SHIFT | PORT_POWER_OFF);
    emu_pci_allow(pci, at + PORT_SLOT_CONTROL, 2, PORT_SLOT_WRITABLE);
    emu_pci_allow(pci, at + PORT_ROOT_CONTROL, 2, 0x000f);
    pci->clear_mask[at + PORT_SLOT_STATUS] = PORT_EVENTS;
    pci->clear_mask[at + PORT_SLOT_STATUS + 1] = PORT_LINK_CHANGED >> 8;
    return true;
}

static bool pcie_port_realize(struct emu_device *device, struct emu_error *err)
{
    struct pcie_port *port = pcie_port_of(device);
    const struct emu_pci_identity identity = {
        .vendor = 0x8086,
        .device = (uint16_t)(0x2940 + 2 * port->number),
        .class_code = 0x060400,
        .revision = 2,
        .interrupt_pin = (uint8_t)(1 + port->number % 4),
        .multifunction = true,
    };

    emu_pci_init(&port->pci, &identity);
    port->pci.config_written = port_written;
    port->pci.behind = port_behind;
    port->pci.attached = port_attached;
    emu_region_init_container(&port->memory_space, "port-memory-space", 0);
    emu_region_init_container(&port->io_space, "port-io-space", 0x10000);
    port_set_header(port);
    return port_add_capabilities(port) ||
           emu_error_set(err, EMU_ERROR_INTERNAL, "%s: no room for capabilities", device->id);
}

static void pcie_port_unrealize(struct emu_device *device)
{
    struct pcie_port *port = pcie_port_of(device);

    for (unsigned i = 0; i < PORT_WINDOWS; i++)
        emu_region_remove(&port->windows[i]);
    emu_pci_finish(&port->pci);
}

/* An occupied slot has power. */
static void pcie_port_reset(struct emu_device *device)
{
    struct pcie_port *port = pcie_port_of(device);
    bool there = port->function != NULL;

    port->removing = port->pending = port->link = false;
    emu_pci_reset(&port->pci);
    if (there)
        port_set_bits(port, PORT_SLOT_CONTROL, PORT_POWER_OFF | 3u << PORT_LIGHT_SHIFT,
                      1u << PORT_LIGHT_SHIFT);
    port->link = there;
    port_show_link(port);
    port_show_presence(port);
}

static const struct emu_field pcie_port_fields[] = {
    EMU_FIELD(struct pcie_port, pending),
    EMU_FIELD(struct pcie_port, removing),
    EMU_FIELD_END,
};

static void pcie_port_save(struct emu_device *device, struct emu_writer *out)
{
    emu_hw_save(out, "pcie-port", pcie_port_of(device), pcie_port_fields);
    emu_pci_save((struct emu_pci_device *)device, out);
}

/* The link follows from what was saved and from what is in the slot here. */
static bool pcie_port_load(struct emu_device *device, struct emu_reader *in, struct emu_error *err)
{
    struct pcie_port *port = pcie_port_of(device);

    bool loaded;

    if (!emu_hw_load(in, "pcie-port", port, pcie_port_fields, err))
        return false;
    port->pci.config_written = NULL; /* nothing happened that the guest is to hear of */
    loaded = emu_pci_load(&port->pci, in, err);
    port->pci.config_written = port_written;
    port->link = port_has_link(port);
    port_show_link(port);
    port_show_presence(port);
    port_update_windows(port);
    return loaded;
}

static const struct emu_property pcie_port_properties[] = {
    {"slot", "number of the slot", EMU_PROPERTY_UINT, offsetof(struct pcie_port, slot), 0, 8191,
     "1"},
    {"function", "which of the chip set's ports it is", EMU_PROPERTY_UINT,
     offsetof(struct pcie_port, number), 0, 5, "0"},
    {"secondary", "number of the bus behind it after reset, 0: none yet", EMU_PROPERTY_UINT,
     offsetof(struct pcie_port, secondary), 0, 255, "0"},
    {NULL},
};

const struct emu_device_class emu_pcie_port_class = {
    .name = "pcie-port",
    .description = "PCI Express root port with a hot-plug slot",
    .size = sizeof(struct pcie_port),
    .properties = pcie_port_properties,
    .realize = pcie_port_realize,
    .unrealize = pcie_port_unrealize,
    .reset = pcie_port_reset,
    .save = pcie_port_save,
    .load = pcie_port_load,
};
