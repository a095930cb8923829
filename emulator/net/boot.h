/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The boot service in front of the user-mode network: frames from the guest for DHCP and TFTP are
 * taken and answered here, HTTP's server has a thread of its own behind libslirp. All but the
 * latter is called with the network's lock held.
 */
#ifndef EMU_NET_BOOT_H
#define EMU_NET_BOOT_H

#include "emulator/api/error.h"
#include "emulator/api/netboot.h"

struct emu_netboot_service;

struct emu_netboot_host {
    /* A frame for the guest. */
    void (*send)(void *opaque, const uint8_t *frame, size_t length);
    /* Machine time; any thread. */
    emu_ns (*now)(void *opaque);
    void *opaque;
};

/* Copies the configuration. NULL with *err: what is given is not there, names are too long. */
struct emu_netboot_service *emu_netboot_new(const struct emu_netboot *config,
                                            const struct emu_netboot_host *host,
                                            struct emu_error *err);
void emu_netboot_free(struct emu_netboot_service *boot);
/* True: the frame was for the boot service, and nobody else is to see it. */
bool emu_netboot_input(struct emu_netboot_service *boot, const uint8_t *frame, size_t length);
/* Does what is due; returns the machine time of the next call at the latest, UINT64_MAX: none. */
emu_ns emu_netboot_tick(struct emu_netboot_service *boot);
/* Where connections to 10.0.2.4, port 80, are to lead: a Unix socket; borrowed. */
const char *emu_netboot_http(const struct emu_netboot_service *boot);

#endif
