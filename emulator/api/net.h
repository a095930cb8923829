/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The network back ends that the emulator brings along, and what can be done to a machine's network
 * while it runs. The constructors fill *out for a struct emu_machine_config; on failure they return
 * false and *err says in one line what the host refused. A back end that never gets to a machine is
 * closed with emu_net_backend_close. Any thread.
 */
#ifndef EMU_API_NET_H
#define EMU_API_NET_H

#include "emulator/api/netboot.h"
#include "emulator/api/ops/net.h"

#define EMU_NET_PCAP_MAX                                                                           \
    (UINT64_C(1) << 30) /* bytes of a record; it ends with the last whole frame */

/* What a user-mode network has beyond the host; all may be 0. Read during the call only. */
struct emu_net_user_config {
    const struct emu_net_forward *forwards;
    unsigned forward_count;
    const struct emu_netboot *boot; /* NULL: there is nothing to boot */
    const char *pcap; /* a file for the first frames, made anew; NULL: none are kept */
};

/*
 * A network of the machine's own in this process, without any right on the host: 10.0.2.0/24 and
 * fec0::/64, where .2 is the host (its loopback too), .3 answers DNS as the host resolves names,
 * and DHCP gives .15. Connections go out as the program's own. The forwards listen at once.
 */
bool emu_net_user(const struct emu_net_user_config *config, struct emu_net_backend *out,
                  struct emu_error *err);

/* A cable with nothing at its end. */
bool emu_net_null(struct emu_net_backend *out, struct emu_error *err);

/* Keeps what the guest sent, for tests. large: as in struct emu_net_ops. */
bool emu_net_test(bool large, struct emu_net_backend *out, struct emu_error *err);
/* How many frames the guest sent so far. */
unsigned emu_net_test_count(const struct emu_net_backend *backend);
/* Copies up to size bytes of frame number index (from 0); returns its length, 0: not there. */
size_t emu_net_test_frame(const struct emu_net_backend *backend, unsigned index, uint8_t *buffer,
                          size_t size);
/* Sends a frame to the guest through a test back end that is in a machine; see emu_net_input. */
bool emu_net_test_send(const struct emu_net_backend *backend, const uint8_t *frame, size_t length);

void emu_net_backend_close(struct emu_net_backend *backend);

/* ---- a machine's adapters, counted from 0 as in its configuration ---- */

/*
 * Forwards come and go while the machine runs. Any thread; shortly waits for the back end. False
 * with *err: no such adapter, its back end forwards nothing, the host's port is taken, there is no
 * such forward; or datagrams that the user-mode network cannot lead back: a second forward to the
 * same port of the guest, or IPv6 without the guest's address.
 */
bool emu_machine_add_forward(struct emu_machine *machine, unsigned adapter,
                             const struct emu_net_forward *forward, struct emu_error *err);
bool emu_machine_remove_forward(struct emu_machine *machine, unsigned adapter,
                                const struct emu_net_forward *forward, struct emu_error *err);
/* Plugs the cable in or out; the guest is told. Never waits. False with *err: no such adapter. */
bool emu_machine_set_link(struct emu_machine *machine, unsigned adapter, bool up,
                          struct emu_error *err);

#endif
