#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Boots Debian's cloud kernel with the self-testing initramfs through `lathe run`.

boot.py LATHE GUESTS INITRAMFS CASE...: cases are smp-N, reboot, reboots, expect, timeout.
"""
import os
import subprocess
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), ".."))
from verdict import finish, guest_cases, report  # pylint: disable=wrong-import-position

LATHE, GUESTS, INITRAMFS, *CASES = sys.argv[1:]
ENGINE = ["--accel", os.environ["ACCEL"]] if "ACCEL" in os.environ else []
LIMIT = 80 * int(os.environ.get("PATIENCE", "3"))  # seconds
KERNEL = os.path.join(GUESTS, "cloud", "vmlinuz")


def run(append, *options, limit=LIMIT):
    """Runs a machine to its end; returns (exit status, what its serial port said)."""
    command = [LATHE, "run", *ENGINE, "--kernel", KERNEL, "--initrd", INITRAMFS, "--memory", "512M",
               "--display", "none", "--serial", "stdio", "--timeout", str(limit),
               "--append", "console=ttyS0 quiet panic=-1 " + append, *options]
    done = subprocess.run(command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                          stderr=subprocess.STDOUT, timeout=limit + 30)
    return done.returncode, done.stdout.decode(errors="replace").replace("\r", "")


def smp(count):
    prefix = "boot-smp%d" % count
    status, text = run("cpus=%d" % count, "--smp", str(count), "--no-reboot")
    cases = guest_cases(prefix, text)
    report(prefix + "-done", "lathe guest done" in text and cases >= 16 + count - 1,
           text[-3000:])
    report(prefix + "-powers-off", status == 0, "exit status %d" % status)


def reboot():
    status, text = run("lathe=reboot", "--no-reboot")
    report("no-reboot-ends-with-4", status == 4 and "lathe guest done" in text,
           "exit status %d\n%s" % (status, text[-2000:]))


def reboots():
    """The machine comes up a second time after the guest's reboot."""
    status, text = run("lathe=reboot", "--expect-serial", "lathe guest done[^~]*lathe guest: ")
    report("reboot-reboots", status == 0 and text.count("lathe guest: ") == 2,
           "exit status %d\n%s" % (status, text[-2000:]))


def expect():
    status, text = run("lathe=idle", "--expect-serial", "lathe guest i[a-z]le")
    report("expect-serial-ends-with-0", status == 0 and "lathe guest idle" in text,
           "exit status %d" % status)


def timeout():
    status, _ = run("lathe=idle", limit=2)
    report("timeout-ends-with-124", status == 124, "exit status %d" % status)


for case in CASES:
    if case.startswith("smp-"):
        smp(int(case[4:]))
    else:
        {"reboot": reboot, "reboots": reboots, "expect": expect, "timeout": timeout}[case]()
finish()
