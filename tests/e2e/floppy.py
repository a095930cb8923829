#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Floppy disks: SeaBIOS starts them, GRUB among others, and Linux reads, writes and formats them.

floppy.py LATHE HOST PICTURE GUESTS DISK-SECTOR FLOPPY-SECTOR GUEST-PROGRAM INIT: HOST is usb-host,
PICTURE looks at a machine's screen; the two sectors' programs say what they could read.
"""
import hashlib
import os
import subprocess
import sys
import tempfile

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), ".."))
import initramfs  # pylint: disable=wrong-import-position
from verdict import finish, guest_run, report  # pylint: disable=wrong-import-position

LATHE, HOST, PICTURE, GUESTS, DISK, FLOPPY, PROGRAM, INIT = (os.path.abspath(path) for path in sys.argv[1:])
ENGINE = ["--accel", os.environ["ACCEL"]] if "ACCEL" in os.environ else []
PATIENCE = int(os.environ.get("PATIENCE", "3"))
MODULES = ["floppy", "vfat", "nls_cp437", "nls_ascii"]
SENTENCE = "Lathe reads both sides to the last sector"
GRUB = "/usr/lib/grub/i386-pc"


def run(expect, *options):
    """A machine whose BIOS talks by its serial port."""
    done = subprocess.run([LATHE, "run", *ENGINE, "--display", "none", "--gpu", "none", "--serial", "stdio",
                           "--net", "none", "--timeout", str(40 * PATIENCE), "--expect-serial", expect, *options],
                          stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
    return done.returncode, done.stdout.decode(errors="replace")[-2000:]


def boots():
    """Without a word about firmware: a floppy is for BIOS. A disk comes first unless it is told not to."""
    status, said = run(SENTENCE, "--floppy", FLOPPY + ",readonly")
    report("floppy-boot", status == 0, said)
    status, said = run(SENTENCE, FLOPPY)
    report("floppy-boot-file", status == 0, said)
    both = ["--firmware", "bios", "--floppy", FLOPPY + ",readonly", "--disk", DISK + ",readonly"]
    status, said = run("Lathe's second sector", *both)
    report("floppy-behind-disk", status == 0, said)
    status, said = run(SENTENCE, *both, "--boot", "floppy,disk")
    report("floppy-before-disk", status == 0, said)


def refused():
    with open("odd.img", "wb") as stream:
        stream.truncate(1474560 + 512)
    status, said = run("never", "--floppy", "odd.img")
    report("floppy-odd-size", status == 2 and "1475072 bytes is no floppy disk" in said, said)


def grub():
    """Its own boot sector finds the drive's layout by trying, and reads the rest of it."""
    subprocess.run(["grub-mkimage", "-O", "i386-pc", "-o", "core.img", "-p", "/", "biosdisk", "fat", "ls",
                    "normal"], check=True)
    with open("grub.img", "wb") as image:
        for name in (os.path.join(GRUB, "boot.img"), "core.img"):
            with open(name, "rb") as part:
                image.write(part.read())
        image.truncate(1474560)
    done = subprocess.run([PICTURE, "firmware", "/usr/share/seabios/bios-256k.bin", "rom",
                           "/usr/share/seabios/vgabios-stdvga.bin", "floppy", "grub.img", "text", "grub>",
                           "60", "key", "38 31 28", "text", "(fd0)", "60"],
                          stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
    report("floppy-grub", done.returncode == 0, done.stdout.decode(errors="replace"))


def digest(path):
    with open(path, "rb") as stream:
        return hashlib.md5(stream.read()).hexdigest()


def linux():
    """A disk made by mtools, and what Linux left on it read by mtools again."""
    with open("hello.txt", "w", encoding="ascii") as stream:
        stream.write("Hello from mtools\n")
    subprocess.run("mformat -C -f 1440 -i disk.img :: && mcopy -i disk.img hello.txt ::hello.txt && "
                   "mformat -C -f 720 -i other.img ::", shell=True, check=True)
    initramfs.make("init", os.path.join(GUESTS, "generic"), MODULES, INIT, PROGRAM)
    done = subprocess.run([HOST, os.path.join(GUESTS, "generic", "vmlinuz"), "init.gz",
                           "console=ttyS0 quiet panic=-1 sum=%s other=%s" %
                           (digest("disk.img"), digest("other.img")), "disk.img", "input=usb",
                           "floppy=disk.img"],
                          stdout=subprocess.PIPE, text=True, errors="replace")
    guest_run("floppy", done.returncode, done.stdout, 12)
    for name, expected in (("answer", "Hello from Linux\n"),
                           ("numbers", "".join("%d\n" % i for i in range(1, 40001)))):
        found = subprocess.run(["mtype", "-i", "disk.img", "::%s.txt" % name], stdout=subprocess.PIPE,
                               stderr=subprocess.STDOUT, text=True).stdout
        report("floppy-wrote-" + name, found == expected, found[:200])


with tempfile.TemporaryDirectory(dir="/var/tmp") as scratch:
    os.chdir(scratch)
    boots()
    refused()
    grub()
    linux()
    os.chdir("/")
finish()
