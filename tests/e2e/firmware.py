#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Starts Debian's firmware through `lathe run` and looks at what it says.

firmware.py LATHE GUESTS INITRAMFS BOOT-SECTOR CASE...: the functions below are the cases.
"""
import os
import re
import subprocess
import sys
import tempfile

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), ".."))
from verdict import finish, report  # pylint: disable=wrong-import-position

LATHE, GUESTS, INITRAMFS, SECTOR, *CASES = sys.argv[1:]
ENGINES = [os.environ["ACCEL"]] if "ACCEL" in os.environ else ["interp", "jit"]
LIMIT = 70 * int(os.environ.get("PATIENCE", "3"))  # seconds
KERNEL = os.path.join(GUESTS, "cloud", "vmlinuz")
SCRATCH = tempfile.mkdtemp(prefix="lathe-firmware-")


def run(engine, *options, expect=None, limit=LIMIT):
    """Runs a machine; returns (exit status, what its serial port said, its debug console)."""
    log = os.path.join(SCRATCH, "debugcon")
    if os.path.exists(log):
        os.remove(log)
    command = [LATHE, "run", "--accel", engine, "--display", "none", "--serial", "stdio",
               "--debugcon", "file:" + log, "--timeout", str(limit), "--no-reboot", "--net", "none",
               *options]
    if expect:
        command += ["--expect-serial", expect]
    done = subprocess.run(command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                          stderr=subprocess.STDOUT, timeout=limit + 30)
    with open(log, errors="replace") as file:
        debug = file.read()
    text = re.sub(r"\x1b\[[0-9;?=]*[a-zA-Z]", "", done.stdout.decode(errors="replace"))
    return done.returncode, text.replace("\r", ""), debug


def seabios():
    """It finds all there is: RAM, the chip set, processors, tables; and nothing to boot."""
    for engine in ENGINES:
        status, text, debug = run(engine, "--firmware", "bios", "--smp", "2", "--memory", "3G",
                                  expect="No bootable device")
        name = "seabios-%s-" % engine
        report(name + "no-bootable-device", status == 0, "status %d\n%s" % (status, text))
        for what, sign in (("ram", "e820: addr 0x0000000100000000 len 0x0000000040000000 [RAM]"),
                           ("mch", "PCIe: using q35 mmconfig at 0xb0000000"),
                           ("cpus", "Found 2 cpu(s) max supported 2 cpu(s)"),
                           ("smbios", "Copying SMBIOS 3.0"),
                           ("sercon", "sercon: configuring in splitmode"),
                           ("vga", "VBE DISPI: bdf 00:01.0, bar 0"),
                           ("keyboard", "PS2 keyboard initialized")):
            report(name + what, sign in debug, debug[-3000:])


def ovmf():
    """The image as plain ROM boots to its shell."""
    for engine in ENGINES:
        status, text, _ = run(engine, "--firmware", "/usr/share/ovmf/OVMF.fd", "--memory", "512M",
                              expect="UEFI Interactive Shell")
        report("ovmf-%s-shell" % engine, status == 0 and "starting Boot0001" in text,
               "status %d\n%s" % (status, text[-2000:]))


class Shell:
    """A machine in OVMF's shell, whose serial port is a pipe in both directions."""

    def __init__(self, *options):
        command = [LATHE, "run", "--display", "none", "--serial", "stdio", "--timeout", str(LIMIT),
                   "--no-reboot", "--net", "none", *options]
        self.machine = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                                        stderr=subprocess.STDOUT)
        self.text = ""

    def wait_for(self, words):
        """What came until then; ends with the machine."""
        start = len(self.text)
        while words not in self.text[start:]:
            byte = os.read(self.machine.stdout.fileno(), 4096)
            if not byte:
                break
            self.text += byte.decode(errors="replace")
        return words in self.text[start:]

    def type(self, line):
        for byte in (line + "\r").encode():
            self.machine.stdin.write(bytes([byte]))
            self.machine.stdin.flush()

    def command(self, line):
        """Types a line; returns what is answered until the next prompt."""
        start = len(self.text)
        self.type(line)
        self.wait_for("Shell> ")
        return re.sub(r"\x1b\[[0-9;?=]*[a-zA-Z]", "", self.text[start:])

    def start(self):
        """To the prompt, past the countdown to a script."""
        return self.wait_for("Press ") and (self.type("") or self.wait_for("Shell> "))

    def power_off(self):
        self.type("reset -s")
        self.wait_for("\0never")
        return self.machine.wait(LIMIT)


def variables():
    """A variable outlives its machine, in the machine's own copy of the store."""
    store = os.path.join(SCRATCH, "vars.fd")
    guid = "-guid 12345678-1234-1234-1234-123456789abc"
    options = ["--firmware", "uefi,vars=" + store, "--memory", "512M"]
    first = Shell(*options)
    report("variables-shell", first.start(), first.text[-2000:])
    first.command("setvar LatheTest %s -nv -bs =0x5a" % guid)
    report("variables-powers-off", first.power_off() == 0, first.text[-2000:])
    with open(store, "rb") as file:
        changed = file.read()
    report("variables-in-file", "LatheTest".encode("utf-16-le") in changed, "not in the file")
    report("variables-size", len(changed) == 540672, "%d bytes" % len(changed))
    second = Shell(*options)
    second.start()
    answer = second.command("setvar LatheTest " + guid)
    report("variables-again", "5A" in answer.split("LatheTest")[-1], answer)
    second.power_off()
    other = Shell("--firmware", "uefi", "--memory", "512M")
    other.start()
    answer = other.command("setvar LatheTest " + guid)
    report("variables-not-in-others", "Unable to get" in answer, answer)
    other.power_off()


def kernel():
    """OVMF loads Debian's kernel from fw_cfg and hands it tables that it has nothing to say to."""
    status, text, _ = run("jit", "--firmware", "uefi", "--kernel", KERNEL, "--initrd", INITRAMFS,
                          "--append", "console=ttyS0 panic=-1 cpus=2", "--smp", "2",
                          "--memory", "3G")
    report("uefi-kernel-done", status == 0 and "lathe guest done" in text,
           "status %d\n%s" % (status, text[-2000:]))
    for what, sign in (("efi", "efi: EFI v2"), ("smbios", "DMI: Lathe Standard PC"),
                       ("ecam", "MCFG"), ("cpus", "Brought up 1 node, 2 CPUs"),
                       ("acpi", "AML tables successfully acquired and loaded"),
                       ("windows", "0000000-0xfebfffff window]"),  # from where, firmware decides
                       ("high-ram", "[mem 0x0000000100000000-0x000000013fffffff] usable")):
        report("uefi-kernel-" + what, sign in text, text[:6000])
    bad = [line for line in text.splitlines() if re.search("ACPI.*(Error|Warning|BIOS Bug)", line)]
    report("uefi-kernel-no-acpi-error", not bad, "\n".join(bad))


def disk():
    """SeaBIOS reads and starts a disk."""
    for engine in ENGINES:
        status, text, _ = run(engine, "--firmware", "bios", "--disk",
                              SECTOR + ",format=raw,bus=virtio,readonly",
                              expect="Lathe's second sector")
        report("seabios-%s-disk" % engine, status == 0, "status %d\n%s" % (status, text))


def secure():
    """Secure Boot with enrolled keys: an unsigned program is refused, and the guest knows."""
    store = os.path.join(SCRATCH, "secure.fd")
    status, text, _ = run("jit", "--firmware", "uefi-secure,vars=" + store, "--smp", "2",
                          "--memory", "512M", expect="Press any key to enter the Boot Manager")
    # Debian 12's firmware has a shell, which it refuses; Debian 13's has none (CVE-2023-48733).
    no_shell = "Security Violation" in text or "No bootable option or device was found" in text
    report("secure-no-shell", status == 0 and no_shell and "Shell>" not in text,
           "status %d\n%s" % (status, text[-2000:]))
    with open(store, "rb") as file:
        report("secure-variables", "Boot0001".encode("utf-16-le") in file.read(), "no Boot0001")
    status, text, _ = run("jit", "--firmware", "uefi-secure", "--kernel", KERNEL, "--initrd",
                          INITRAMFS, "--append", "console=ttyS0 panic=-1 cpus=1", "--memory",
                          "1G")
    report("secure-kernel-done", status == 0 and "lathe guest done" in text,
           "status %d\n%s" % (status, text[-2000:]))
    report("secure-kernel-knows", "secureboot: Secure boot enabled" in text, text[:4000])


def unsigned_disk():
    """An EFI system partition whose loader nobody signed: GRUB, which says a word."""
    path, config = os.path.join(SCRATCH, "unsigned.img"), os.path.join(SCRATCH, "grub.cfg")
    loader = os.path.join(SCRATCH, "BOOTX64.EFI")
    with open(config, "w", encoding="ascii") as file:
        file.write("serial --unit=0 --speed=115200\nterminal_output serial\necho lathe unsigned\nhalt\n")
    subprocess.run(["grub-mkimage", "-O", "x86_64-efi", "-o", loader, "-p", "/", "-c", config, "serial",
                    "terminal", "echo", "halt"], check=True)
    subprocess.run(["mformat", "-C", "-F", "-T", "80000", "-i", path, "::"], check=True)
    subprocess.run(["mmd", "-i", path, "::/EFI", "::/EFI/BOOT"], check=True)
    subprocess.run(["mcopy", "-i", path, loader, "::/EFI/BOOT"], check=True)
    return path + ",format=raw,bus=nvme"


def unsigned():
    """A loader that nobody signed starts by the plain firmware, and not by the one with keys."""
    disk_option = unsigned_disk()
    status, text, _ = run("jit", "--firmware", "uefi", "--memory", "512M", "--disk", disk_option,
                          expect="lathe unsigned")
    report("unsigned-plain", status == 0, "status %d\n%s" % (status, text[-2000:]))
    status, text, _ = run("jit", "--firmware", "uefi-secure", "--memory", "512M", "--disk",
                          disk_option, expect="Press any key to enter the Boot Manager")
    refused = re.search(r"failed to load Boot\d+ \S*[^\n]*NVMe?[^\n]*: Access Denied", text)
    report("unsigned-refused", status == 0 and refused is not None and "lathe unsigned" not in text,
           "status %d\n%s" % (status, text[-2000:]))


for case in CASES:
    {"seabios": seabios, "ovmf": ovmf, "variables": variables, "kernel": kernel,
     "disk": disk, "secure": secure, "unsigned": unsigned}[case]()
finish()
