#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Debian's kernel and dmidecode find what the owner tells the guest: files of fw_cfg and texts of SMBIOS.

told.py LATHE GUESTS INIT: without firmware, and with UEFI.
"""
import hashlib
import os
import re
import subprocess
import sys
import tempfile

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), ".."))
import initramfs  # pylint: disable=wrong-import-position
import verdict  # pylint: disable=wrong-import-position

LATHE, GUESTS, INIT = (os.path.abspath(path) for path in sys.argv[1:4])
FILES = {"opt/org.example/text": b"a, text", "opt/com.coreos/config": bytes(range(256)) * 300 + b"end"}
# SMBIOS structure -> its texts, with the words of dmidecode.
TEXTS = {
    0: {"vendor": ("bios-vendor", "Firmware, Inc."), "version": ("bios-version", "2.5"),
        "date": ("bios-release-date", "11/23/2026"), "release": ("bios-revision", "2.7")},
    1: {"manufacturer": ("system-manufacturer", "Maker"), "product": ("system-product-name", "Model 5"),
        "version": ("system-version", "v1"), "serial": ("system-serial-number", "ds=nocloud;h=guest"),
        "sku": ("system-sku-number", "SKU-1"), "family": ("system-family", "Tests")},
    2: {"manufacturer": ("baseboard-manufacturer", "Board Maker"), "product": ("baseboard-product-name", "Board"),
        "version": ("baseboard-version", "b1"), "serial": ("baseboard-serial-number", "B-1"),
        "asset": ("baseboard-asset-tag", "A-1"), "location": ("location", "Slot 1")},
    3: {"manufacturer": ("chassis-manufacturer", "Case Maker"), "version": ("chassis-version", "c1"),
        "serial": ("chassis-serial-number", "C-1"), "asset": ("chassis-asset-tag", "A-2"),
        "sku": ("chassis-sku", "SKU-2")},
}
STRINGS = ["io.systemd.credential:motd=hello, world", "second", "long " + "x" * 600]
UUID = "6f2c7f0e-3c1d-4d5e-9d7a-0123456789ab"


def report(name, good, why=""):
    verdict.report("told: " + name, good, why)


def quoted(text):
    return text.replace(",", ",,")


def options():
    for name, data in FILES.items():
        with open(os.path.basename(name), "wb") as file:
            file.write(data)
        yield from ("--fw-cfg", "name=%s,file=%s" % (name, os.path.basename(name)))
    for kind, texts in TEXTS.items():
        yield from ("--smbios", "type=%d,%s" % (kind, ",".join(
            "%s=%s" % (key, quoted(text)) for key, (_, text) in texts.items())))
    for text in STRINGS:
        yield from ("--smbios", "type=11,value=" + quoted(text))


def boot(firmware):
    done = subprocess.run([LATHE, "run", "--kernel", os.path.join(GUESTS, "generic", "vmlinuz"), "--initrd", "init.gz",
                           "--append", "console=ttyS0 quiet panic=-1", "--firmware", firmware, "--display", "none",
                           "--gpu", "none", "--serial", "stdio", "--timeout", "200", *options()],
                          stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=300, check=False)
    report(firmware + ", it boots", "lathe guest done" in done.stdout, done.stdout[-3000:] + done.stderr)
    return done.stdout.replace("\r", "")


def check(firmware):
    text = boot(firmware)
    for name, data in FILES.items():
        line = "file %s %d %s  -" % (name, len(data), hashlib.md5(data).hexdigest())
        report("%s, %s" % (firmware, name), line in text.splitlines(), text[-2500:])
    wanted = {word: value for texts in TEXTS.values() for word, value in texts.values()}
    found = dict(re.findall(r"^text ([a-z-]+)=(.*)$", text, re.M))
    found.pop("system-uuid", None)
    report(firmware + ", texts", found == wanted, (found, wanted))
    report(firmware + ", strings", re.findall(r"^string (\d+: .*)$", text, re.M) ==
           ["%d: %s" % (i, string) for i, string in enumerate(STRINGS, 1)], text[-5000:])
    report(firmware + ", nothing wrong", "complaints 0" in text.splitlines(), text[-2500:])


def check_uuid():
    """A machine of the library has a uuid of its own."""
    with open("uuid.xml", "w", encoding="utf-8") as file:
        file.write("""<domain type="qemu"><name>uuid</name><uuid>%s</uuid><memory unit="GiB">1</memory><os>
<type arch="x86_64" machine="q35">hvm</type><kernel>%s/generic/vmlinuz</kernel><initrd>%s/init.gz</initrd>
<cmdline>console=ttyS0 quiet panic=-1</cmdline></os></domain>""" % (UUID, GUESTS, os.getcwd()))
    done = subprocess.run([LATHE, "run", "uuid.xml", "--display", "none", "--gpu", "none", "--serial", "stdio",
                           "--timeout", "200"], stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=300,
                          check=False)
    report("its uuid", "text system-uuid=" + UUID in done.stdout, done.stdout[-3000:] + done.stderr)
    report("no string of its own", "string 1" not in done.stdout, done.stdout[-3000:])


def main():
    initramfs.make("init", os.path.join(GUESTS, "generic"), ["qemu_fw_cfg"], INIT, "dmidecode")
    for firmware in ("none", "uefi"):
        check(firmware)
    check_uuid()


with tempfile.TemporaryDirectory(dir="/var/tmp") as scratch:
    os.chdir(scratch)
    main()
    os.chdir("/")
verdict.finish()
