#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Debian's kernel at a USB controller: hub, keyboard, tablet, disks that come and go.

usb.py USB-HOST GUESTS INIT
"""
import hashlib
import os
import random
import subprocess
import sys
import tempfile

HERE = os.path.dirname(os.path.abspath(__file__))
HOST, GUESTS, INIT = (os.path.abspath(path) for path in sys.argv[1:4])
MODULES = ["sd_mod", "xhci_pci", "usb_storage", "usbhid", "hid_generic", "evdev"]
CASES = 23
failed = False


def report(name, good, why=""):
    global failed
    failed = failed or not good
    print(("ok " if good else "not ok ") + name + ("" if good else ": " + why), flush=True)


def make_initramfs():
    os.makedirs("root/bin")
    subprocess.run([os.path.join(HERE, "modules.py"), os.path.join(GUESTS, "generic", "modules"),
                    "root/modules", *MODULES], check=True)
    subprocess.run("cp $(command -v busybox) root/bin/busybox && cp '%s' root/init && "
                   "chmod 755 root/init && cd root && find . | "
                   "cpio --quiet -H newc -o -R 0:0 | gzip -1 >../init.gz" % INIT,
                   shell=True, check=True)


def main():
    contents = random.Random(1).randbytes(12 << 20)
    with open("disk.raw", "wb") as stream:
        stream.write(contents)
    make_initramfs()
    done = subprocess.run([HOST, os.path.join(GUESTS, "generic", "vmlinuz"), "init.gz",
                           "console=ttyS0 quiet panic=-1 sum=" + hashlib.md5(contents).hexdigest(),
                           "disk.raw", "input"], stdout=subprocess.PIPE, text=True, errors="replace")
    lines = [line for line in done.stdout.splitlines() if line.startswith(("ok ", "not ok "))]
    for line in lines:
        good = line.startswith("ok ")
        report("usb-" + line.split(" ", 1 if good else 2)[-1].split(":")[0], good, line)
    report("usb-done", done.returncode == 0 and "lathe guest done" in done.stdout and
           len(lines) >= CASES, "status %d, %d cases: %s" % (done.returncode, len(lines),
                                                              done.stdout[-4000:]))


with tempfile.TemporaryDirectory(dir="/var/tmp") as scratch:
    os.chdir(scratch)
    main()
    os.chdir("/")
sys.exit(failed)
