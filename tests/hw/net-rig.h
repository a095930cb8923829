/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The bench with a test back end behind a network adapter, and what its driver would set up. */
#ifndef LATHE_TESTS_HW_NET_RIG_H
#define LATHE_TESTS_HW_NET_RIG_H

#include "emulator/api/net.h"
#include "emulator/core/queue.h"
#include "emulator/hw/pci/pci.h"
#include "emulator/net/net.h"
#include "tests/hw/rig.h"

struct net_rig {
    struct rig rig;
    struct emu_queue *queue;
    struct emu_net_backend backend;
    struct emu_net *net;
    struct rig_device *device;
};

void net_init(struct net_rig *rig, const struct emu_device_class *class);
void net_finish(struct net_rig *rig);
void net_write(struct net_rig *rig, uint64_t offset, uint64_t value, unsigned size);
uint32_t net_read(struct net_rig *rig, uint64_t offset);
uint8_t *net_ram(struct net_rig *rig, uint64_t offset); /* from RIG_RAM on */
void net_put(struct net_rig *rig, uint64_t offset, uint64_t value, unsigned size);
/* A frame from the network, delivered. */
void net_deliver_frame(struct net_rig *rig, const uint8_t *frame, size_t length);

/* As a driver does. virtio: each queue's table, rings at 0x4000 * number, a page each, 16 entries.
 * e1000e: transmission at 0, reception at 0x1000, 8 descriptors each. */
void net_start_virtio(struct net_rig *rig, uint32_t features);
void net_start_e1000e(struct net_rig *rig);

#endif
