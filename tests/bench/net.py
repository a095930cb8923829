# SPDX-License-Identifier: GPL-3.0-or-later
"""TCP between a guest and a server of the host, by the user-mode network of both emulators."""
import os
import re
import socket
import statistics
import subprocess
import sys
import threading

import guest
import machines
from table import Bound, Table

MIB = 256
MODULES = {"virtio": ["virtio_pci", "virtio_net"], "e1000e": ["e1000e"]}
TREES = {"virtio": "cloud", "e1000e": "generic"}
DEVICES = {"virtio": "virtio-net-pci", "e1000e": "e1000e"}
WAYS = {"fetch": "host to guest", "send": "guest to host"}


def serve_one(sock):
    """A line "fetch N" or "send N", then so many MiB; what was sent is confirmed by a byte."""
    with sock:
        word, mib = sock.makefile("rb", buffering=0).readline().split()
        left = int(mib) << 20
        if word == b"fetch":
            piece = bytes(1 << 20)
            while left:
                sock.sendall(piece)
                left -= len(piece)
            return
        buffer = bytearray(1 << 20)
        while left:
            got = sock.recv_into(buffer)
            if not got:
                return
            left -= got
        sock.sendall(b"!")


def serve():
    listener = socket.create_server(("127.0.0.1", 0))

    def loop():
        while True:
            sock, _ = listener.accept()
            threading.Thread(target=serve_one, args=[sock], daemon=True).start()

    threading.Thread(target=loop, daemon=True).start()
    return listener.getsockname()[1]


def pack(model):
    """The benchmark's initramfs with this program and an adapter's modules."""
    root = os.path.join(guest.directory(), "net-" + model)
    modules = os.path.join(guest.HERE, "..", "e2e", "modules.py")
    subprocess.run([sys.executable, modules, os.path.join(machines.GUESTS, TREES[model], "modules"),
                    root, *MODULES[model]], check=True)
    names = [(name, os.path.join(root, name)) for name in sorted(os.listdir(root))]
    members = [("bin", None), ("modules", None), ("init", "init"), ("bin/net", "net")]
    members = [(name, path and os.path.join(guest.directory(), path)) for name, path in members]
    members += [("modules/" + name, path) for name, path in names]
    return guest.pack_files(os.path.join(guest.directory(), "net-%s.cpio" % model), members)


def command(peer, model, initramfs, port):
    kernel = os.path.join(machines.GUESTS, TREES[model], "vmlinuz")
    words = machines.PEERS[peer](kernel, initramfs, "console=ttyS0 quiet panic=-1 net.ifnames=0 "
                                 "run=net:%d:%d" % (port, MIB), 1, 512)
    if peer == "qemu":
        return words + ["-netdev", "user,id=n", "-device", DEVICES[model] + ",netdev=n,romfile="]
    words[words.index("--net") + 1] = "user,model=" + model
    return words


def run_once(peer, model, initramfs, port, by_processor):
    """MiB a second of both ways, or a second of the emulator's processor time."""
    found, used = {}, 0
    with machines.Machine(command(peer, model, initramfs, port)) as machine:
        for _, line in machine.lines():
            if line.startswith("bench-failed"):
                sys.exit("bench: %s: %s" % (peer, line))
            end = re.match(r"net-end: (\w+) ns (\d+)$", line)
            if end:
                before, used = used, machine.busy()
                found[end.group(1)] = MIB / (used - before if by_processor else int(end.group(2)) / 1e9)
            if line == "bench-done":
                return found
    sys.exit("bench: %s ended too early" % peer)


def net(settings):
    settings.initramfs()
    guest.compile_program("net", "net.c")
    port = serve()
    bound = Bound(1.0, 2.0)
    title = "TCP with a server of the host, %d MiB%s" % (MIB, ", by processor time" if settings.busy else "")
    table = Table(title, "", "Lathe", "TCG", "ratio", "bound")
    for model in MODULES:
        initramfs, figures = pack(model), {}
        for _ in range(settings.rounds):
            for peer in machines.PEERS:
                for way, rate in run_once(peer, model, initramfs, port,
                                          settings.busy).items():
                    figures.setdefault((way, peer), []).append(rate)
        for way, words in WAYS.items():
            lathe, qemu = (statistics.median(figures[way, peer]) for peer in machines.PEERS)
            table.add("%s, %s" % (model, words), "%.0f MiB/s" % lathe, "%.0f MiB/s" % qemu,
                      "%.2f" % (lathe / qemu), bound.text("%.1f", lathe / qemu))
    table.show(settings.markdown)
