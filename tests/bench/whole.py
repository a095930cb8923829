# SPDX-License-Identifier: GPL-3.0-or-later
"""Measures of whole machines: start, firmware, boot, memory, idle."""
import os
import shutil
import statistics
import struct
import subprocess
import time

import guest
import machines
from table import Bound, Table

SETTLE, WATCH = 5, 10  # seconds


def interleaved(settings, measure):
    """Medians of ROUNDS interleaved rounds of measure(peer)."""
    results = {peer: [] for peer in machines.PEERS}
    for _ in range(settings.rounds):
        for peer in machines.PEERS:
            results[peer].append(measure(peer))
    return [statistics.median(results[peer]) for peer in machines.PEERS]


def report(settings, name, form, measure, bound, ratio_bound=False):
    """One line; the bound is for Lathe's figure, or for its ratio to TCG's."""
    lathe, qemu = interleaved(settings, measure)
    ratio = lathe / qemu if qemu else 0
    text = bound.text("%.2f", ratio) if ratio_bound else bound.text(form, lathe)
    table = Table(name, "", "Lathe", "TCG", "ratio", "bound")
    table.add("median", form % lathe, form % qemu, "%.2f" % ratio, text)
    table.show(settings.markdown)


def grub_disc():
    """A disc whose GRUB shows its menu on the serial port."""
    tree, disc = (os.path.join(guest.directory(), name) for name in ("grub", "grub.iso"))
    shutil.rmtree(tree, ignore_errors=True)
    os.makedirs(os.path.join(tree, "boot", "grub"))
    with open(os.path.join(tree, "boot", "grub", "grub.cfg"), "w", encoding="ascii") as file:
        file.write("serial\nterminal_output serial\nmenuentry 'Nothing' { halt; }\n")
    subprocess.run(["grub-mkrescue", "-o", disc, tree], check=True, stderr=subprocess.DEVNULL)
    return disc


def firmware(settings):
    """To the menu of GRUB with SeaBIOS, and to the shell with OVMF, by the serial port; no network."""
    for title, disc, text in (("SeaBIOS to GRUB's menu", grub_disc(), b"GNU GRUB"),
                              ("OVMF to its shell", None, b"Interactive Shell")):
        def measure(peer, disc=disc, text=text):
            with machines.Machine(machines.FIRMWARE_PEERS[peer](disc)) as machine:
                return machine.until(text)

        report(settings, title, "%.2f s", measure, Bound(0.7, 0.5, most=True), ratio_bound=True)


def boot_installer(peer):
    command = machines.PEERS[peer](*machines.INSTALLER, "console=ttyS0")
    machine = machines.Machine(command)
    return machine, machine.until(b"Run /init as init process")


def boot(settings):
    def measure(peer):
        machine, seconds = boot_installer(peer)
        with machine:
            return seconds

    report(settings, "Start to `Run /init` of the installer", "%.2f s", measure,
           Bound(0.6, 0.4, most=True), ratio_bound=True)


def resident_beyond_ram(pid):
    """MiB resident in all mappings but the guest's RAM, which is the largest one."""
    sizes = []
    with open("/proc/%d/smaps" % pid, encoding="ascii", errors="replace") as smaps:
        for line in smaps:
            fields = line.split()
            if fields[0] == "Size:":
                sizes.append([int(fields[1]), 0])
            elif fields[0] == "Rss:":
                sizes[-1][1] = int(fields[1])
    sizes.sort()
    return sum(rss for _, rss in sizes[:-1]) / 1024


def memory(settings):
    def measure(peer):
        machine, _ = boot_installer(peer)
        with machine:
            return resident_beyond_ram(machine.process.pid)

    report(settings, "Memory beyond guest RAM after that boot", "%.0f MiB", measure,
           Bound(250, 100, most=True))


def first_instruction_kernel(path):
    """A flat Multiboot kernel whose first instructions print one character."""
    code = bytes([0x66, 0xBA, 0xF8, 0x03, 0xB0, ord("!"), 0xEE, 0xF4, 0xEB, 0xFD])
    base, flags = 0x100000, 1 << 16
    header = struct.pack("<8I", 0x1BADB002, flags, -(0x1BADB002 + flags) & 0xFFFFFFFF, base, base,
                         base + 32 + len(code), 0, base + 32)
    with open(path, "wb") as out:
        out.write(header + code)


def start(settings):
    os.makedirs(guest.directory(), exist_ok=True)
    kernel = os.path.join(guest.directory(), "first-instruction")
    first_instruction_kernel(kernel)

    def measure(peer):
        with machines.Machine(machines.PEERS[peer](kernel), 60) as machine:
            return machine.until(b"!") * 1000

    report(settings, "Start to the guest's first instruction", "%.0f ms", measure,
           Bound(120, 60, most=True))


def idle(settings):
    initramfs = settings.initramfs()

    def measure(peer):
        command = machines.PEERS[peer](machines.CLOUD, initramfs, guest.append([], "stay=1"), 2, 512)
        with machines.Machine(command) as machine:
            machine.until(b"bench-done")
            time.sleep(SETTLE)
            before = machine.busy()
            time.sleep(WATCH)
            used = machine.busy() - before
            machine.must_run()
            return 100 * used / WATCH

    report(settings, "An idle guest with two vCPUs, of one core", "%.1f %%", measure,
           Bound(2, 0.5, most=True))
