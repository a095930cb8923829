/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Ports with a hot-plug slot, of the root complex and of switches (PCI Express Base 3.0, 6.7 and
 * 7.8): attention button, power controller, presence and link changes; the bridge in it is
 * pci-bridge.c's. Left out: errors, power management events.
 */
#include "emulator/hw/pci/pcie-port.h"

#include "emulator/hw/pci/pci-bridge.h"
#include "emulator/hw/pci/pci-internal.h"
#include "emulator/hw/save.h"

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

struct pcie_port {
    struct pci_bridge bridge;
    emu_pcie_port_eject_fn *eject;
    void *eject_opaque;
    uint64_t slot, number;
    bool fixed; /* nothing is plugged in or pulled out while the machine runs */

    bool link;     /* to a function that is there and has power */
    bool pending;  /* an event that is enabled */
    bool removing; /* the button was pressed, to take the function out */
};

static struct pcie_port *pcie_port_of(void *device)
{
    return device;
}

/* What is in the slot; NULL: nothing. */
static struct emu_pci_device *port_function(const struct pcie_port *port)
{
    return port->bridge.bus.functions[0];
}

static unsigned port_slot_control(const struct pcie_port *port)
{
    return emu_pci_get(&port->bridge.pci, port->bridge.pci.express + PORT_SLOT_CONTROL, 2);
}

static unsigned port_slot_status(const struct pcie_port *port)
{
    return emu_pci_get(&port->bridge.pci, port->bridge.pci.express + PORT_SLOT_STATUS, 2);
}

/* ---- the slot ---- */

static void port_set_bits(struct pcie_port *port, unsigned offset, unsigned mask, unsigned bits)
{
    unsigned at = port->bridge.pci.express + offset;

    for (unsigned i = 0; i < 2; i++) {
        uint8_t *byte = &port->bridge.pci.config[at + i];
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
    if (!emu_pci_msi_enabled(&port->bridge.pci)) {
        emu_pci_set_intx(&port->bridge.pci, pending);
        return;
    }
    emu_pci_set_intx(&port->bridge.pci, false);
    if (rises)
        emu_pci_notify(&port->bridge.pci, 0);
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
    port_set_bits(port, PORT_SLOT_STATUS, PORT_PRESENT,
                  port_function(port) != NULL ? PORT_PRESENT : 0);
}

static bool port_has_link(const struct pcie_port *port)
{
    unsigned link =
        emu_pci_get(&port->bridge.pci, port->bridge.pci.express + PCI_EXPRESS_LINK_CONTROL, 2);

    return port_function(port) != NULL && !(port_slot_control(port) & PORT_POWER_OFF) &&
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
    if (!link)
        emu_pci_bus_reset(&port->bridge.bus);
    port_event(port, PORT_LINK_CHANGED);
}

/* The guest has let go of the function, or never cared. */
static void port_eject(struct pcie_port *port)
{
    port->removing = false;
    if (port->eject != NULL)
        port->eject(port->eject_opaque, &port->bridge.pci.device);
}

static void port_written(struct emu_pci_device *pci, unsigned offset, unsigned size)
{
    struct pcie_port *port = (struct pcie_port *)pci;

    pci_bridge_written(pci, offset, size);
    port_update_link(port);
    if (port->removing && !port->link && port_function(port) != NULL)
        port_eject(port);
    port_update_irq(port);
}

/* ---- what is behind it ---- */

static struct emu_pci_device *port_behind(struct emu_pci_device *pci, unsigned number,
                                          unsigned devfn)
{
    bool link;

    pthread_mutex_lock(&pci->device.lock);
    link = ((struct pcie_port *)pci)->link;
    pthread_mutex_unlock(&pci->device.lock);
    return link ? pci_bridge_behind(pci, number, devfn) : NULL;
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

bool emu_pcie_port_plug(struct emu_device *device, struct emu_pci_device *function,
                        struct emu_error *err)
{
    struct pcie_port *port = pcie_port_of(device);

    if (port_function(port) != NULL)
        return emu_error_set(err, EMU_ERROR_INPUT, "the slot of %s is taken by %s", device->id,
                             port_function(port)->device.id);
    if (!emu_pci_bus_add(&port->bridge.bus, 0, function, err))
        return false;
    pthread_mutex_lock(&device->lock);
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
    struct emu_pci_device *function = port_function(port);

    if (function == NULL)
        return;
    emu_pci_bus_remove(&port->bridge.bus, function);
    pthread_mutex_lock(&device->lock);
    port->removing = false;
    port_show_presence(port);
    port_update_link(port);
    port_event(port, PORT_PRESENCE);
    pthread_mutex_unlock(&device->lock);
}

void emu_pcie_port_ask(struct emu_device *device)
{
    struct pcie_port *port = pcie_port_of(device);

    pthread_mutex_lock(&device->lock);
    if (port_function(port) != NULL) {
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
    return port_function((const struct pcie_port *)device);
}

/* ---- the device ---- */

struct port_model {
    const struct emu_device_class *class;
    uint16_t vendor, device;
    uint8_t revision;
    enum emu_pci_express_type type;
    bool several; /* the chip set has some of them: functions of one device */
};

static const struct port_model port_models[] = {
    {&emu_pcie_port_class, 0x8086, 0x2940, 2, EMU_PCI_EXPRESS_ROOT_PORT, true},
    {&emu_pcie_root_port_class, 0x1b36, 0x000c, 0, EMU_PCI_EXPRESS_ROOT_PORT, false},
    {&emu_xio3130_downstream_class, 0x104c, 0x8233, 1, EMU_PCI_EXPRESS_DOWNSTREAM, false},
};

static const struct port_model *port_model(const struct emu_device *device)
{
    const struct port_model *model = port_models;

    while (model->class != device->class)
        model++;
    return model;
}

static void port_add_slot(struct pcie_port *port)
{
    struct emu_pci_device *pci = &port->bridge.pci;
    unsigned at = pci->express;
    uint32_t plugs =
        PORT_HAS_BUTTON | PORT_HAS_POWER | PORT_HAS_LIGHTS | PORT_SURPRISE | PORT_HOT_PLUG;

    emu_pci_set(pci, at + PORT_SLOT_CAPABILITIES, 4,
                (port->fixed ? 0 : plugs) | PORT_NO_COMMAND_END |
                    (uint32_t)port->slot << PORT_SLOT_SHIFT);
    if (!port->fixed)
        emu_pci_set(pci, at + PORT_SLOT_CONTROL, 2,
                    PORT_ATTENTION_OFF | 3u << PORT_LIGHT_SHIFT | PORT_POWER_OFF);
    emu_pci_allow(pci, at + PORT_SLOT_CONTROL, 2, port->fixed ? 0 : PORT_SLOT_WRITABLE);
    pci->clear_mask[at + PORT_SLOT_STATUS] = PORT_EVENTS;
    pci->clear_mask[at + PORT_SLOT_STATUS + 1] = PORT_LINK_CHANGED >> 8;
}

static bool port_add_capabilities(struct pcie_port *port, enum emu_pci_express_type type)
{
    struct emu_pci_device *pci = &port->bridge.pci;

    if (!emu_pci_add_express(pci, type) || !emu_pci_add_msi(pci, 1))
        return false;
    port_add_slot(port);
    if (type == EMU_PCI_EXPRESS_ROOT_PORT)
        emu_pci_allow(pci, pci->express + PORT_ROOT_CONTROL, 2, 0x000f);
    return true;
}

static bool pcie_port_realize(struct emu_device *device, struct emu_error *err)
{
    struct pcie_port *port = pcie_port_of(device);
    const struct port_model *model = port_model(device);
    const struct emu_pci_identity identity = {
        .vendor = model->vendor,
        .device = (uint16_t)(model->device + 2 * port->number),
        .class_code = 0x060400,
        .revision = model->revision,
        .interrupt_pin = (uint8_t)(1 + port->number % 4),
        .multifunction = model->several,
    };

    pci_bridge_init(&port->bridge, &identity, EMU_PCI_BUS_LINK);
    port->bridge.pci.config_written = port_written;
    port->bridge.pci.behind = port_behind;
    return port_add_capabilities(port, model->type) ||
           emu_error_set(err, EMU_ERROR_INTERNAL, "%s: no room for capabilities", device->id);
}

static void pcie_port_unrealize(struct emu_device *device)
{
    pci_bridge_finish(&pcie_port_of(device)->bridge);
}

/* An occupied slot has power. */
static void pcie_port_reset(struct emu_device *device)
{
    struct pcie_port *port = pcie_port_of(device);
    bool there = port_function(port) != NULL;

    port->removing = port->pending = port->link = false;
    emu_pci_reset(&port->bridge.pci);
    if (there && !port->fixed)
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
    port->bridge.pci.config_written = NULL; /* nothing happened that the guest is to hear of */
    loaded = emu_pci_load(&port->bridge.pci, in, err);
    port->bridge.pci.config_written = port_written;
    port->link = port_has_link(port);
    port_show_link(port);
    port_show_presence(port);
    pci_bridge_update_windows(&port->bridge);
    return loaded;
}

#define PORT_PROPERTIES                                                                            \
    {"slot", "number of the slot", EMU_PROPERTY_UINT, offsetof(struct pcie_port, slot), 0, 8191,   \
     "1"},                                                                                         \
        PCI_BRIDGE_PROPERTIES(struct pcie_port)

static const struct emu_property pcie_port_properties[] = {
    PORT_PROPERTIES,
    {"function", "which of the chip set's ports it is", EMU_PROPERTY_UINT,
     offsetof(struct pcie_port, number), 0, 5, "0"},
    {NULL},
};

static const struct emu_property pcie_named_port_properties[] = {
    PORT_PROPERTIES,
    {"fixed", "nothing comes or goes while the machine runs", EMU_PROPERTY_BOOL,
     offsetof(struct pcie_port, fixed), 0, 0, NULL},
    {NULL},
};

#define PORT_CLASS(symbol, text, words, rows)                                                      \
    const struct emu_device_class symbol = {                                                       \
        .name = text,                                                                              \
        .description = words,                                                                      \
        .size = sizeof(struct pcie_port),                                                          \
        .properties = rows,                                                                        \
        .realize = pcie_port_realize,                                                              \
        .unrealize = pcie_port_unrealize,                                                          \
        .reset = pcie_port_reset,                                                                  \
        .save = pcie_port_save,                                                                    \
        .load = pcie_port_load,                                                                    \
    }

PORT_CLASS(emu_pcie_port_class, "pcie-port", "PCI Express root port with a hot-plug slot",
           pcie_port_properties);
PORT_CLASS(emu_pcie_root_port_class, "pcie-root-port", "PCI Express root port of any slot",
           pcie_named_port_properties);
PORT_CLASS(emu_xio3130_downstream_class, "xio3130-downstream",
           "downstream port of a PCI Express switch", pcie_named_port_properties);
