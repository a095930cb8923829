#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Discs and disk images made by the usual tools, and broken ones: what `lathe run FILE` makes of them.

test-media.py LATHE IDENTIFY: the program; one that names a disc's system.
"""
import os
import shutil
import struct
import subprocess
import sys
import tempfile

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), ".."))
import verdict  # pylint: disable=wrong-import-position

LATHE, IDENTIFY = sys.argv[1:]
SCRATCH = tempfile.mkdtemp(prefix="lathe-media-")
ESP = bytes.fromhex("28732ac11ff8d211ba4b00a0c93ec93b")


def report(name, good, why=""):
    verdict.report("media: " + name, good, why)


def tool(*command):
    subprocess.run(command, check=True, cwd=SCRATCH, stdout=subprocess.DEVNULL,
                   stderr=subprocess.DEVNULL)


def path(name):
    return os.path.join(SCRATCH, name)


def write(name, data):
    with open(path(name), "wb") as file:
        file.write(data)
    return path(name)


def read(name):
    with open(path(name), "rb") as file:
        return file.read()


def rescue(name, *platforms):
    """A disc of grub-mkrescue for these of GRUB's platforms."""
    folders = [["-d", "/usr/lib/grub/" + platform] for platform in platforms]
    os.makedirs(path("root"), exist_ok=True)
    tool("grub-mkrescue", *(folders[0] if len(folders) == 1 else []), "-o", name, "root")
    return path(name)


def fat(name, *files, folder="/EFI/BOOT", blocks=2880, bits=()):
    """A FAT file system with empty programs."""
    tool("mformat", "-C", "-i", name, "-v", "ESP", *bits, "-T", str(blocks), "::")
    tool("mmd", "-i", name, "::/EFI")
    if folder != "/EFI":
        tool("mmd", "-i", name, "::" + folder)
    write("empty", b"MZ")
    for file in files:
        tool("mcopy", "-i", name, "empty", "::%s/%s" % (folder, file))
    return path(name)


def efi_disc(name, image):
    """A disc that boots by an EFI image only."""
    shutil.rmtree(path("tree"), ignore_errors=True)
    os.makedirs(path("tree"))
    shutil.copy(path(image), path("tree/efi.img"))
    tool("xorriso", "-as", "mkisofs", "-o", name, "-V", "TEST", "-e", "efi.img", "-no-emul-boot", "tree")
    return path(name)


def mbr(partition_type, first, sectors, code=b""):
    entry = struct.pack("<B3sB3sII", 0x80, b"", partition_type, b"", first, sectors)
    return code.ljust(446, b"\0") + entry.ljust(64, b"\0") + b"\x55\xaa"


def mbr_disk(name, image, kind=0xef, code=b""):
    data = read(image)
    return write(name, mbr(kind, 2048, len(data) // 512, code).ljust(1 << 20, b"\0") + data)


def gpt_disk(name, image, count=128, size=128, table=2):
    data = read(image)
    last = 2048 + len(data) // 512 - 1
    header = struct.pack("<8sIIIIQQQQ16sQIII", b"EFI PART", 0x10000, 92, 0, 0, 1, last + 34, 34,
                         last, b"", table, count, size, 0)
    entry = ESP + b"\1" * 16 + struct.pack("<QQ", 2048, last)
    head = mbr(0xee, 1, 0xffffffff) + header.ljust(512, b"\0") + entry
    return write(name, head.ljust(1 << 20, b"\0") + data + bytes(34 * 512))


# ---- what is asked ----

def plan(file, *options, **variables):
    command = [LATHE, "run", *([file] if file else []), "--dry-run", "--display", "none", *options]
    done = subprocess.run(command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                          stderr=subprocess.PIPE, timeout=60, env=dict(os.environ, **variables))
    return done.returncode, done.stdout.decode(), done.stderr.decode()


def boots(name, file, note, row="", *options):
    """The plan has this note, and this row of a disk."""
    status, out, err = plan(file, *options)
    good = status == 0 and "note           " + note in out and row in out
    report(name, good, "status %d\n%s%s" % (status, out, err))


def refused(name, file, *words):
    """One line that has these words, and status 2."""
    status, out, err = plan(file)
    good = status == 2 and err.count("\n") == 1 and all(word in err for word in words)
    report(name, good, "status %d\n%s%s" % (status, out, err))


def discs():
    both = rescue("both.iso")
    boots("both", both, "This disc starts with BIOS and UEFI; using OVMF", "in a CD drive")
    boots("BIOS only", rescue("bios.iso", "i386-pc"),
          "This disc starts with BIOS only; using SeaBIOS", "in a CD drive")
    uefi = rescue("uefi.iso", "x86_64-efi")
    boots("UEFI only", uefi, "This disc starts with UEFI only; using OVMF", "in a CD drive")
    boots("asked for the other", uefi, "This disc starts with UEFI only, so --firmware bios will not",
          "", "--firmware", "bios")
    boots("asked for one of two", both, "This disc starts with BIOS and UEFI; using SeaBIOS", "",
          "--firmware", "bios")
    status, out, _ = plan(both, "--memory", "1G")
    report("memory as asked", status == 0 and "memory         1 GiB" in out, out)
    boots("a drive's disc", None, "This disc starts with BIOS only; using SeaBIOS", "in a CD drive",
          "--cdrom", path("bios.iso"))
    tool("xorriso", "-as", "mkisofs", "-o", "data.iso", "-V", "DATA", "root")
    refused("nothing boots", path("data.iso"), "a disc with nothing that boots", "--cdrom")
    status, out, _ = plan(None, "--cdrom", path("data.iso"), "--firmware", "bios")
    report("a drive's data", status == 0 and "note" not in out, out)


def missing_firmware():
    """A host without OVMF: its descriptors are hidden by empty files of the user's."""
    hidden = path("config/qemu/firmware")
    os.makedirs(hidden)
    for name in os.listdir("/usr/share/qemu/firmware"):
        open(os.path.join(hidden, name), "w").close()
    status, out, err = plan(path("uefi.iso"), XDG_CONFIG_HOME=path("config"))
    report("UEFI only, and none is installed", status == 2 and "install ovmf" in err and
           "This disc starts with UEFI only" in err and err.count("\n") == 1, out + err)
    status, out, err = plan(path("both.iso"), XDG_CONFIG_HOME=path("config"))
    report("both, and one is installed", status == 0 and "and UEFI; using SeaBIOS" in out, out + err)


def other_computers():
    fat("ia32.img", "BOOTIA32.EFI")
    fat("arm.img", "BOOTAA64.EFI")
    fat("three.img", "BOOTAA64.EFI", "BOOTIA32.EFI", "BOOTX64.EFI", bits=("-F",), blocks=80000)
    refused("32-bit UEFI only", efi_disc("ia32.iso", "ia32.img"), "32-bit UEFI only", "64-bit edition")
    refused("ARM only", efi_disc("arm.iso", "arm.img"), "other processors")
    boots("several, FAT32", efi_disc("three.iso", "three.img"), "This disc starts with UEFI only")


def disks():
    fat("esp.img", "BOOTX64.EFI")
    fat("linux.img", "grubx64.efi", folder="/EFI/debian", blocks=40000)
    discard = "changes are discarded"
    boots("a FAT", path("esp.img"), "This disk starts with", discard)
    boots("MBR with an ESP", mbr_disk("esp-mbr.img", "esp.img"), "This disk starts with UEFI only",
          discard)
    boots("MBR with code", write("code.img", mbr(0x83, 2048, 2048, b"\xeb\xfe").ljust(1 << 21, b"\0")),
          "This disk starts with BIOS only; using SeaBIOS", discard)
    boots("MBR with both", mbr_disk("both.img", "esp.img", 0x0c, b"\xeb\xfe"),
          "This disk starts with BIOS and UEFI; using OVMF", discard)
    boots("GPT", gpt_disk("gpt.img", "esp.img"), "This disk starts with UEFI only", discard)
    boots("GPT, an installed system", gpt_disk("linux-gpt.img", "linux.img"),
          "This disk starts with UEFI only", discard)
    tool("qemu-img", "convert", "-c", "-O", "qcow2", "gpt.img", "gpt.qcow2")
    boots("qcow2", path("gpt.qcow2"), "This disk starts with UEFI only", discard)
    boots("a disk's name with a comma", shutil.copy(path("gpt.img"), path("a,b.img")),
          "This disk starts with UEFI only", "a,b.img on virtio")


def broken():
    whole = read("both.iso")
    refused("a short disc", write("short.iso", whole[:len(whole) // 2]), "is cut short", "fetch it again")
    refused("a very short disc", write("shorter.iso", whole[:40000]), "is cut short")
    record = whole.index(b"EL TORITO") - 7
    lying = bytearray(whole)
    lying[record + 0x47:record + 0x4b] = b"\xff\xff\xff\x7f"
    refused("a catalogue that is not there", write("lying.iso", lying), "is cut short")
    refused("a disc and no more", write("head.iso", whole[:34816]), "")
    boots("a GPT that lies", gpt_disk("lie.img", "esp.img", count=0xffffffff), "This disk starts")
    refused("a GPT beyond the end", gpt_disk("lie2.img", "esp.img", table=1 << 60), "nothing that boots")
    qcow = read("gpt.qcow2")
    for length in (4, 71, 104, 4096):
        refused("qcow2 of %d bytes" % length, write("short.qcow2", qcow[:length]), "short.qcow2")
    refused("empty", write("empty.iso", b""), "is empty")
    refused("no file", "/dev/null", "no image")
    refused("a folder", SCRATCH, "directory")
    refused("a web page", write("page.iso", b"<!DOCTYPE html><html>" + bytes(9000)), "web page")
    refused("a program", write("x.efi", b"MZ" + bytes(9000)), "BOOTX64.EFI")
    tool("xz", "-k", "gpt.img")
    refused("compressed", path("gpt.img.xz"), "xz -d")
    for format, words in (("vmdk", "VMware"), ("vdi", "VirtualBox"), ("vhdx", "Hyper-V"),
                          ("vpc", "Virtual PC")):
        tool("qemu-img", "convert", "-O", format, "gpt.img", "x." + format)
        refused(format, path("x." + format), words, "qemu-img convert")


def identified(volume):
    """The system's name, by the strings of the volume descriptor alone."""
    tool("xorriso", "-as", "mkisofs", "-o", "debian.iso", "-V", volume, "root")
    done = subprocess.run([IDENTIFY, path("debian.iso")], stdout=subprocess.PIPE, timeout=60)
    return done.stdout.decode().strip()


def systems():
    """libosinfo's database."""
    newer = identified("Debian 16.2.0 amd64 n")
    report("newer than the database", newer in ("Debian 16", "built without libosinfo"), newer)
    none = identified("Frobnix 12.2.0 amd64 n")
    report("not in the database", none in ("", "built without libosinfo"), none)
    text = identified("Debian 11.4.0 amd64 n")
    known = text == "Debian 11"
    report("libosinfo knows Debian 11", known or text == "built without libosinfo", text)
    status, out, _ = plan(None, "--cdrom", path("debian.iso"), "--firmware", "bios")
    report("the plan names the system", status == 0 and ("The disc holds Debian 11" in out) == known,
           out)


try:
    discs()
    missing_firmware()
    other_computers()
    disks()
    broken()
    systems()
finally:
    shutil.rmtree(SCRATCH)
verdict.finish()
