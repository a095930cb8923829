#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Debian's kernel at a USB controller: hub, keyboard, tablet, disks that come and go.

usb.py USB-HOST GUESTS INIT CASE...: cases are usb; virtio: its keyboard and tablet beside them; and
"sleep-" with the firmware that wakes the machine.
"""
import hashlib
import os
import random
import subprocess
import sys
import tempfile

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), ".."))
import initramfs  # pylint: disable=wrong-import-position
from verdict import finish, guest_run  # pylint: disable=wrong-import-position

HOST, GUESTS, INIT = (os.path.abspath(path) for path in sys.argv[1:4])
OVMF = os.environ.get("FIRMWARE", "/usr/share") + "/OVMF/OVMF_%s_4M%s.fd"
FIRMWARE = {"none": [], "uefi": ["firmware=" + OVMF % ("CODE", ""), "vars=" + OVMF % ("VARS", "")],
            "secure": ["firmware=" + OVMF % ("CODE", ".ms"), "vars=" + OVMF % ("VARS", ".ms"),
                       "secure=1"]}
MODULES = ["sd_mod", "xhci_pci", "usb_storage", "usbhid", "hid_generic", "evdev", "virtio_pci",
           "virtio_input"]
CASES = {"usb": 23, "virtio": 4, "sleep": 17}  # of the guest, at least


def main():
    contents = random.Random(1).randbytes(12 << 20)
    with open("disk.raw", "wb") as stream:
        stream.write(contents)
    initramfs.make("init", os.path.join(GUESTS, "generic"), MODULES, INIT)
    for name in sys.argv[4:]:
        run(name, contents)


def run(name, contents):
    case, _, firmware = name.partition("-")
    done = subprocess.run([HOST, os.path.join(GUESTS, "generic", "vmlinuz"), "init.gz",
                           "console=ttyS0 quiet panic=-1 case=%s sum=%s" %
                           (case, hashlib.md5(contents).hexdigest()), "disk.raw",
                           "input=" + ("virtio" if case == "virtio" else "usb"),
                           *FIRMWARE[firmware or "none"]],
                          stdout=subprocess.PIPE, text=True, errors="replace")
    guest_run(name, done.returncode, done.stdout, CASES[case])


with tempfile.TemporaryDirectory(dir="/var/tmp") as scratch:
    os.chdir(scratch)
    main()
    os.chdir("/")
finish()
