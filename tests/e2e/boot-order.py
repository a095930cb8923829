#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Debian's firmware tries disks of all buses, CDs and the network in the order that `lathe run` was given.

boot-order.py LATHE GUESTS BOOT-SECTOR bios|uefi
"""
import os
import re
import subprocess
import sys
import tempfile

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), ".."))
from verdict import finish, report  # pylint: disable=wrong-import-position

LATHE, GUESTS, SECTOR = (os.path.abspath(path) for path in sys.argv[1:4])
ENGINE = ["--accel", os.environ["ACCEL"]] if "ACCEL" in os.environ else []
PATIENCE = int(os.environ.get("PATIENCE", "1"))
WORDS = b"Lathe's second sector"
BUSES = ("virtio", "nvme", "sata", "usb")
DISC = os.path.join(GUESTS, "discs", "ipxe.iso")


def run(firmware, expect, *options):
    """What a machine said on its serial port, until it said what is expected."""
    done = subprocess.run([LATHE, "run", *ENGINE, "--firmware", firmware, "--memory", "512M", "--display", "none",
                           "--serial", "stdio", "--no-reboot", "--timeout", str(60 * PATIENCE),
                           "--expect-serial", expect, *options],
                          stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                          timeout=60 * PATIENCE + 30)
    text = re.sub(r"\x1b\[[0-9;?=]*[a-zA-Z]", "", done.stdout.decode(errors="replace"))
    return done.returncode == 0, text.replace("\r", "")


def make_disks(sector):
    """A disk for each bus, which says its own name when it is started, or cannot be started."""
    for bus in BUSES:
        with open(bus + ".img", "wb") as disk:
            disk.write(sector.replace(WORDS, ("started from " + bus).encode().ljust(len(WORDS))))


def disk_options(buses):
    return [word for bus in buses for word in ("--disk", "%s.img,format=raw,readonly,bus=%s" % (bus, bus))]


def bios():
    with open(SECTOR, "rb") as file:
        make_disks(file.read())
    for i, bus in enumerate(BUSES):
        good, text = run("bios", "started from ", *disk_options(BUSES[i:] + BUSES[:i]))
        report("order-bios-" + bus, good and "started from " + bus in text, text)
    for order, first in (("cdrom,disk", "iPXE initialising"), ("disk,cdrom", "started from usb"),
                         ("network,disk", "iPXE initialising"), ("disk,network", "started from usb")):
        disc = ["--cdrom", DISC] if "cdrom" in order else []
        good, text = run("bios", "iPXE initialising|started from usb", "--boot", order, *disk_options(["usb"]), *disc)
        report("order-bios-" + order, good and first in text, text)
    good, text = run("bios", "No bootable device")
    report("order-bios-no-network", good and "iPXE" not in text, text)


def uefi():
    """Boot options that cannot be started are tried one after the other; then comes the shell."""
    paths = {"virtio": r"Pci\(0x\w+,0x0\)", "nvme": r"Pci\(0x\w+,0x0\)/NVMe\(.*", "sata": r"Pci\(0x1F,0x2\)/Sata\(.*",
             "usb": r"Pci\(0x14,0x0\)/USB\(.*"}
    make_disks(bytes(1 << 20))
    for buses in BUSES, tuple(reversed(BUSES)):
        good, text = run("uefi", "UEFI Interactive Shell", *disk_options(buses))
        tried = re.findall(r'failed to load Boot\w+ ".*" from PciRoot\(0x0\)/(\S+):', text)
        report("order-uefi-" + "-".join(buses), good and len(tried) == len(buses) and
               all(re.fullmatch(paths[bus], path) for bus, path in zip(buses, tried)), "%s\n%s" % (tried, text))
    good, text = run("uefi", "UEFI Interactive Shell")
    report("order-uefi-no-network", good and "PXE" not in text and "HTTP" not in text, text)


with tempfile.TemporaryDirectory(dir="/var/tmp") as folder:
    os.chdir(folder)
    {"bios": bios, "uefi": uefi}[sys.argv[4]]()
    os.chdir("/")
finish()
