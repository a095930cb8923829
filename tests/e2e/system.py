#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""A complete Debian system starts, reboots and powers off, on each kind of disk.

system.py LATHE USB-HOST GUESTS CASE...: a case is a bus of the disk, or "secure" for Secure Boot. The
guest tells about itself (tests/e2e/system/report.sh); its file system is checked when it is off. In the
case "hotplug" disks and USB devices come and go (tests/e2e/system-hotplug.sh).
"""
import os
import re
import subprocess
import sys
import tempfile

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), ".."))
from verdict import finish, guest_run, report  # pylint: disable=wrong-import-position

LATHE, USB_HOST, GUESTS, *CASES = sys.argv[1:]
HERE = os.path.dirname(os.path.abspath(__file__))
SYSTEM = os.path.abspath(os.path.join(GUESTS, "system", "system.qcow2"))
SCRATCH = tempfile.mkdtemp(prefix="lathe-system-")
PATIENCE = int(os.environ.get("PATIENCE", "1"))
# What Linux calls the root partition on each bus.
ROOTS = {"virtio": "/dev/vda2", "nvme": "/dev/nvme0n1p2", "sata": "/dev/sda2"}
ROOT_OFFSET, ROOT_SIZE = 33 << 20, 2 << 30  # of the second partition; see image.sh


def overlay(name):
    """An image of this machine's own on top of the system's."""
    path = os.path.join(SCRATCH, name + ".qcow2")
    subprocess.run(["qemu-img", "create", "-q", "-f", "qcow2", "-b", SYSTEM, "-F", "qcow2", path],
                   check=True)
    return path


def bus_of(case):
    return "virtio" if case == "secure" else case


def run(case, path):
    bus, firmware = bus_of(case), "uefi-secure" if case == "secure" else "uefi"
    command = [LATHE, "run", "--firmware", firmware, "--smp", "2", "--memory", "2G", "--disk",
               "%s,bus=%s" % (path, bus), "--display", "none", "--serial", "stdio", "--timeout",
               str(400 * PATIENCE)]
    done = subprocess.run(command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                          stderr=subprocess.STDOUT)
    text = done.stdout.decode(errors="replace").replace("\r", "")
    with open(os.path.join(SCRATCH, case + ".log"), "w") as log:
        log.write(text)
    return done.returncode, re.sub(r"\x1b\[[0-9;?=]*[a-zA-Z]", "", text)


def section(text, name):
    """What stands under a heading of the guest's report, and the status of what printed it."""
    found = re.search(r"^== begin %s\n(.*?)^== end (\d+)" % name, text, re.S | re.M)
    return (found.group(1).strip(), int(found.group(2))) if found else ("not told", -1)


# What mokutil and efivar say together. Debian 13's plain firmware is built without Secure Boot.
SECURE_BOOT = (("SecureBoot enabled", "1"), ("SecureBoot disabled", "0"),
               ("doesn't support Secure Boot", "No such file"))


def check_start(name, text, case):
    """One start, as far as the guest can tell."""
    report(name + "-running", re.search(r"^== state running", text, re.M), text[-3000:])
    for what in ("failed", "acpi-messages", "tables"):
        said, status = section(text, what)
        report("%s-no-%s" % (name, what), status >= 0 and said == "", said)
    report(name + "-cpus", section(text, "cpus")[0] == "2", section(text, "cpus"))
    said, _ = section(text, "root")
    report(name + "-root", said.split() == [ROOTS[bus_of(case)], "ext4"], said)
    report(name + "-target", section(text, "target")[0] == "active", section(text, "target"))
    for what, sign in (("pci", "ISA bridge"), ("smbios", "System Information"),
                       ("variables", "-BootOrder"), ("disks", "ext4")):
        said, status = section(text, what)
        report("%s-%s" % (name, what), status == 0 and sign in said, said)
    said, variable = (section(text, what)[0] for what in ("secure-boot", "secure-variable"))
    good = SECURE_BOOT[:1] if case == "secure" else SECURE_BOOT[1:]
    report(name + "-secure-boot", any(words in said and value in variable for words, value in good),
           (said, variable))
    said, _ = section(text, "pci")
    report(name + "-pci-sane", "[size=" in said and not re.search(r"!!!|\?\?\?", said), said)


def root_of(path):
    """The root file system of an image, as a file."""
    raw, part = os.path.join(SCRATCH, "disk.raw"), os.path.join(SCRATCH, "root.raw")
    subprocess.run(["qemu-img", "convert", "-O", "raw", path, raw], check=True)
    subprocess.run(["dd", "if=" + raw, "of=" + part, "bs=1M", "skip=%d" % (ROOT_OFFSET >> 20),
                    "count=%d" % (ROOT_SIZE >> 20), "conv=sparse", "status=none"], check=True)
    os.remove(raw)
    return part


def check_disk(name, path):
    """After power off: the image is whole, and the file system was unmounted."""
    done = subprocess.run(["qemu-img", "check", path], capture_output=True, text=True)
    report(name + "-image", done.returncode == 0, done.stdout + done.stderr)
    part = root_of(path)
    done = subprocess.run(["/sbin/e2fsck", "-fn", part], capture_output=True, text=True)
    report(name + "-file-system", done.returncode == 0, done.stdout + done.stderr)
    done = subprocess.run(["/sbin/dumpe2fs", "-h", part], capture_output=True, text=True)
    report(name + "-unmounted", re.search(r"^Filesystem state: *clean$", done.stdout, re.M) and
           "needs_recovery" not in done.stdout, done.stdout + done.stderr)
    os.remove(part)


def check_case(case):
    path = overlay(case)
    status, text = run(case, path)
    starts = text.split("== first start")
    report(case + "-powers-off", status == 0 and "== second start" in text,
           "status %d\n%s" % (status, text[-3000:]))
    report(case + "-reboots", len(starts) == 2, "%d first starts" % (len(starts) - 1))
    for number, start in enumerate(starts[:2], 1):
        check_start("%s-start-%d" % (case, number), start, case)
    names = [set(section(start, "variables")[0].split()) for start in starts[:2]]
    report(case + "-variables-stay", len(names) == 2 and names[0] <= names[1], names)
    check_disk(case, path)


def check_hotplug():
    """Systemd runs the script, which lies on a disk of its own, in place of what it usually starts."""
    part = root_of(SYSTEM)
    listed = subprocess.run(["/sbin/debugfs", "-R", "ls -p /boot", part], capture_output=True,
                            text=True, check=True).stdout
    for name in ("vmlinuz", "initrd.img"):
        real = re.search("/(%s-[^/]*)/" % name, listed).group(1)
        subprocess.run(["/sbin/debugfs", "-R", "dump /boot/%s %s/%s" % (real, SCRATCH, name), part],
                       stderr=subprocess.DEVNULL, check=True)
    os.remove(part)
    with open(os.path.join(HERE, "system-hotplug.sh"), "rb") as file:
        script = file.read()
    with open(os.path.join(SCRATCH, "script"), "wb") as file:
        file.write(script.ljust(-len(script) // 512 * -512, b"\n"))
    stick = os.path.join(SCRATCH, "stick")
    os.makedirs(os.path.join(SCRATCH, "files"))
    with open(os.path.join(SCRATCH, "files", "name"), "w", encoding="ascii") as file:
        file.write("lathe disk\n")
    subprocess.run(["/sbin/mkfs.ext4", "-q", "-d", os.path.join(SCRATCH, "files"), stick, "16M"],
                   stdout=subprocess.DEVNULL, check=True)
    done = subprocess.run(
        [USB_HOST, SCRATCH + "/vmlinuz", SCRATCH + "/initrd.img",
         "root=/dev/vda2 ro console=ttyS0 quiet systemd.mask=serial-getty@ttyS0.service "
         "systemd.mask=report.service systemd.run=\"/bin/sh /dev/vdb\" "
         "systemd.run_success_action=poweroff systemd.run_failure_action=poweroff", stick,
         "input=usb", "memory=1024", "system=" + SYSTEM, "script=" + SCRATCH + "/script"],
        stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, text=True, errors="replace")
    guest_run("hotplug", done.returncode, done.stdout, 14)


for wanted in CASES:
    if wanted == "hotplug":
        check_hotplug()
    else:
        check_case(wanted)
finish()
