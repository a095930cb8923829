#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Debian's OVMF takes variable stores that `lathe firmware vars` made: boot entries and their order, keys, Secure Boot.

store.py LATHE CASE...: order, secure, template
"""
import os
import re
import shutil
import subprocess
import sys
import tempfile

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), ".."))
from verdict import finish, report  # pylint: disable=wrong-import-position

LATHE = os.path.abspath(sys.argv[1])
ENGINE = ["--accel", os.environ["ACCEL"]] if "ACCEL" in os.environ else []
TEMPLATE = os.path.join(os.environ.get("FIRMWARE", "/usr/share"), "OVMF", "OVMF_VARS_4M.ms.fd")
PATIENCE = int(os.environ.get("PATIENCE", "1"))


def call(*words):
    done = subprocess.run(words, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    if done.returncode != 0:
        raise RuntimeError("%s: %s" % (" ".join(words), done.stdout))
    return done.stdout


def change(store, *options):
    """What `lathe firmware vars` says to changes of a store."""
    return call(LATHE, "firmware", "vars", store, *options)


def boot(firmware, expect):
    """What a machine with the disk said on its serial port, until it said what is expected."""
    done = subprocess.run([LATHE, "run", *ENGINE, "--firmware", firmware, "--memory", "512M", "--display", "none",
                           "--net", "none", "--serial", "stdio", "--no-reboot", "--timeout", str(60 * PATIENCE),
                           "--expect-serial", expect, "--disk", "disk.img,format=raw,readonly"],
                          stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                          timeout=60 * PATIENCE + 30)
    text = re.sub(r"\x1b\[[0-9;?=]*[a-zA-Z]", "", done.stdout.decode(errors="replace"))
    return done.returncode == 0, text.replace("\r", "")


def make_disk():
    """A FAT volume with two programs, which say who they are; none of them where firmware looks by itself."""
    with open("disk.img", "wb") as disk:
        disk.truncate(8 << 20)
    call("mformat", "-i", "disk.img", "::")
    for name in ("one", "two"):
        with open("grub.cfg", "w", encoding="ascii") as config:
            config.write('echo "program %s runs"\nsleep 60\n' % name)
        call("grub-mkimage", "-O", "x86_64-efi", "-p", "/", "-c", "grub.cfg", "-o", name + ".efi", "echo", "sleep")
        call("mcopy", "-i", "disk.img", name + ".efi", "::/")


def order():
    """The order that was written is the order that is tried, and BootNext comes before it."""
    change("plain.fd", "--create", "ovmf-4m", "--boot-add", "title=First,/one.efi", "--boot-add",
           "title=Second,/two.efi")
    for first, name in (("0000", "one"), ("0001", "two")):
        change("plain.fd", "--boot-order", first)
        good, text = boot("uefi,vars=plain.fd", "program .* runs")
        report("store-order-" + name, good and "program %s runs" % name in text, text)
    change("plain.fd", "--boot-next", "0000")
    good, text = boot("uefi,vars=plain.fd", "program .* runs")
    report("store-next", good and "program one runs" in text, text)
    text = change("plain.fd")
    report("store-next-is-gone", "BootNext" not in text and "First" in text and "ConOut" in text, text)


def secure():
    """With keys enrolled by us firmware refuses the program whose hash db does not have."""
    change("secure.fd", "--create", "ovmf-4m", "--boot-add", "title=First,/one.efi", "--boot-add",
           "title=Second,/two.efi", "--enrol-new", "Test key", "--add-db-hash", "two.efi", "--secure-boot", "on")
    good, text = boot("uefi-secure,vars=secure.fd", "program .* runs")
    report("store-secure", good and "program two runs" in text and "program one" not in text, text)
    report("store-secure-refuses", re.search('"First".*(Violation|Denied)', text) is not None, text)
    text = change("secure.fd", "--verbose")
    report("store-secure-keeps-keys", "Secure Boot is on" in text and "Test key" in text, text)
    told = [call(LATHE, "firmware", "pe", name, "--store", "secure.fd") for name in ("one.efi", "two.efi")]
    report("store-secure-foretold", "does not start with Secure Boot on" in told[0] and
           re.search("^ *starts", told[1], re.M) is not None, str(told))
    switch("secure.fd", "store-secure", "off", "on-again")


def switch(store, name, *turns):
    """Secure Boot off and on again: each time firmware does as the store says, and keeps the keys."""
    for turn in turns:
        state = turn.split("-", maxsplit=1)[0]
        program = "two" if state == "on" else "one"
        change(store, "--secure-boot", state)
        good, text = boot("uefi-secure,vars=" + store, "program .* runs")
        report("%s-%s" % (name, turn), good and "program %s runs" % program in text, text)
        text = change(store, "--verbose")
        report("%s-%s-is-kept" % (name, turn), "Secure Boot is " + state in text and "PK " in text and "KEK " in text, text)


def template():
    """A machine's store as Debian delivers it, with Microsoft's keys: the program whose hash we add is the only one
    that starts, until Secure Boot is off."""
    shutil.copy(TEMPLATE, "template.fd")
    os.chmod("template.fd", 0o600)
    change("template.fd", "--boot-add", "title=First,/one.efi", "--boot-add", "title=Second,/two.efi", "--add-db-hash",
           "two.efi")
    good, text = boot("uefi-secure,vars=template.fd", "program .* runs")
    report("store-template", good and "program two runs" in text and "program one" not in text, text)
    switch("template.fd", "store-template", "off", "on-again", "off-again")


with tempfile.TemporaryDirectory(dir="/var/tmp") as folder:
    os.chdir(folder)
    make_disk()
    for case in sys.argv[2:]:
        globals()[case]()
    os.chdir("/")
finish()
