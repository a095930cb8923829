#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Debian's cloud kernel writes and reads disks through `lathe run`; qemu-img judges the images.

disk.py LATHE GUESTS INIT CASE...: cases are BUS-qcow2, BUS-raw, BUS-readonly, BUS-killed,
BUS-discard-changes, BUS-full, cd, firmware, locked, bad.
"""
import hashlib
import json
import os
import random
import re
import socket
import subprocess
import sys
import tempfile
import time

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), ".."))
import initramfs  # pylint: disable=wrong-import-position
from verdict import finish, guest_run, report  # pylint: disable=wrong-import-position

HERE = os.path.dirname(os.path.abspath(__file__))
LATHE, GUESTS, INIT = (os.path.abspath(path) for path in sys.argv[1:4])
CASES = sys.argv[4:]
ENGINE = ["--accel", os.environ["ACCEL"]] if "ACCEL" in os.environ else []
MODULES = ["virtio_pci", "virtio_blk", "virtio-rng", "sd_mod", "sr_mod", "isofs", "nvme", "ahci", "ext4",
           "crc32c_generic", "xhci_pci", "usb_storage"]
kernel = "cloud"  # which has everything but SATA and USB
PATIENCE = int(os.environ.get("PATIENCE", "3"))
LIMIT = 80 * PATIENCE  # seconds
NAMES = {"virtio": "vda", "nvme": "nvme0n1", "sata": "sda", "usb": "sda"}
QMP_NAMES = {"virtio": "virtio0", "nvme": "nvme0", "sata": "ide0-hd0", "usb": "usb0"}
SIZE = 256 << 20


def call(*command):
    done = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    return done.returncode, done.stdout


def command(append, *options, limit=LIMIT):
    return [LATHE, "run", *ENGINE, "--kernel", os.path.join(GUESTS, kernel, "vmlinuz"),
            "--initrd", "init.gz", "--memory", "512M",
            "--display", "none", "--serial", "stdio", "--timeout", str(limit), "--no-reboot",
            "--append", "console=ttyS0 quiet panic=-1 " + append, *options]


def run(append, *options, limit=LIMIT):
    done = subprocess.run(command(append, *options, limit=limit), stdin=subprocess.DEVNULL,
                          stdout=subprocess.PIPE, stderr=subprocess.STDOUT, timeout=limit + 30)
    return done.returncode, done.stdout.decode(errors="replace").replace("\r", "")


def guest_cases(prefix, status, text, least):
    guest_run(prefix, status, text, least)
    found = re.search(r"^sum (\w+)", text, re.M)
    return found.group(1) if found else None


def digest(path):
    done = hashlib.md5()
    with open(path, "rb") as stream:
        while piece := stream.read(1 << 20):
            done.update(piece)
    return done.hexdigest()


def raw_digest(image):
    call("qemu-img", "convert", "-O", "raw", image, "out.raw")
    return digest("out.raw")


def create(path, *options, form="qcow2"):
    status, text = call("qemu-img", "create", "-q", "-f", form, *options, path, str(SIZE))
    if status != 0:
        raise RuntimeError(text)


def whole(name, image, allowed=(0,)):
    status, text = call("qemu-img", "check", image)
    report(name + "-whole", status in allowed, text)


def qcow2(bus):
    create("a.qcow2")
    status, text = run("lathe=write disk=" + NAMES[bus], "--smp", "2", "--disk",
                       "a.qcow2,bus=" + bus)
    total = guest_cases("disk-%s-qcow2" % bus, status, text, 6)
    whole("disk-%s-qcow2" % bus, "a.qcow2")
    report("disk-%s-qcow2-same" % bus, total == raw_digest("a.qcow2"), "other contents")
    report("disk-%s-qcow2-fsck" % bus, call("e2fsck", "-fn", "out.raw")[0] == 0,
           call("e2fsck", "-fn", "out.raw")[1])


def raw(bus):
    create("a.raw", form="raw")
    status, text = run("lathe=write disk=" + NAMES[bus], "--disk",
                       "a.raw,format=raw,bus=" + bus)
    total = guest_cases("disk-%s-raw" % bus, status, text, 6)
    report("disk-%s-raw-same" % bus, total == digest("a.raw"), "other contents")


def readonly(bus):
    create("a.qcow2")
    call("qemu-io", "-c", "write -P 7 1M 3M", "a.qcow2")
    before = digest("a.qcow2")
    status, text = run("lathe=readonly disk=" + NAMES[bus], "--disk",
                       "a.qcow2,readonly,bus=" + bus)
    total = guest_cases("disk-%s-readonly" % bus, status, text, 1)
    report("disk-%s-readonly-same" % bus, total == raw_digest("a.qcow2"), "other contents")
    report("disk-%s-readonly-kept" % bus, before == digest("a.qcow2"), "the image changed")


def discard_changes(bus):
    create("a.qcow2")
    before = digest("a.qcow2")
    status, text = run("lathe=write disk=" + NAMES[bus], "--disk",
                       "a.qcow2,discard-changes,bus=" + bus)
    guest_cases("disk-%s-discard-changes" % bus, status, text, 6)
    report("disk-%s-discard-changes-kept" % bus, before == digest("a.qcow2"), "the image changed")


def full(bus):
    """The host's file system is full for a while: the machine waits, and nothing is lost."""
    if call("unshare", "-rm", "true")[0] != 0:
        print("# no user namespaces here: the full host is not tried", flush=True)
        return
    done = subprocess.run(["unshare", "-rm", sys.executable, os.path.join(HERE, "disk.py"), LATHE,
                           GUESTS, INIT, bus + "-full-inside"], stdout=subprocess.PIPE, text=True)
    print(done.stdout, end="", flush=True)
    report("disk-%s-full" % bus, done.returncode == 0 and "ok" in done.stdout, done.stdout)


def await_io_error():
    """The data of the next BLOCK_IO_ERROR that the control socket tells."""
    with socket.socket(socket.AF_UNIX) as link:
        link.settimeout(10 * PATIENCE)
        link.connect("control")
        link.sendall(b'{"execute": "qmp_capabilities"}')
        with link.makefile("r", encoding="utf-8") as lines:
            for line in lines:
                told = json.loads(line)
                if told.get("event") == "BLOCK_IO_ERROR":
                    return told["data"]
    return {}


def full_inside(bus):
    os.makedirs("small")
    subprocess.run(["mount", "-t", "tmpfs", "-o", "size=64m", "none", "small"], check=True)
    for name, options in ("qcow2", ()), ("qcow2", ("-o", "cluster_size=512")), ("raw", ()):
        create("small/a", *options, form=name)
        with open("small/ballast", "wb") as stream:
            stream.write(bytes(48 << 20))
        child = subprocess.Popen(
            command("lathe=write disk=" + NAMES[bus], "--smp", "2", "--disk",
                    "small/a,format=%s,bus=%s" % (name, bus), "--control", "unix:control"),
            stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
        text = b""
        while b"lathe: paused: " not in text and (piece := child.stdout.read1(4096)):
            text += piece
        case = "disk-%s-full-%s%s" % (bus, name, "-small" if options else "")
        event = await_io_error()  # it tries again meanwhile, and there is still no room
        report(case + "-event", event.get("device") == QMP_NAMES[bus] and event.get("nospace") is True and
               event.get("operation") == "write" and event.get("action") == "stop", event)
        report(case + "-waits", child.poll() is None and b"small/a)" in text, text.decode()[-2000:])
        os.remove("small/ballast")
        text += child.communicate()[0]
        text = text.decode().replace("\r", "")
        total = guest_cases(case, child.returncode, text, 6)
        if name == "qcow2":
            whole(case, "small/a")
        report(case + "-same",
               total == (raw_digest("small/a") if name == "qcow2" else digest("small/a")),
               "other contents")
        report(case + "-no-error", "I/O error" not in text, text[-2000:])
        os.remove("small/a")
    subprocess.run(["umount", "small"], check=True)


def killed(bus):
    """The process dies while the guest writes: at worst clusters leak."""
    for seconds in (0.5, 2.5):
        create("a.qcow2")
        child = subprocess.Popen(command("lathe=hammer disk=" + NAMES[bus], "--smp", "2", "--disk",
                                         "a.qcow2,bus=" + bus),
                                 stdin=subprocess.DEVNULL, stdout=subprocess.PIPE)
        text = b""
        while b"hammers" not in text and (piece := child.stdout.read1(4096)):
            text += piece
        time.sleep(seconds)
        child.kill()
        child.wait()
        name = "disk-%s-killed-%g" % (bus, seconds)
        report(name, child.returncode == -9 and b"hammers" in text, text.decode()[-2000:])
        whole(name, "a.qcow2", (0, 3))


def cd():
    """A disc is read to its end, its size is right, and the tray opens."""
    with open("disc.iso", "wb") as stream:
        stream.write(random.Random(1).randbytes(30 << 20))
    status, text = run("lathe=cd disk=sr0 size=%d" % (30 << 20), "--cdrom", "disc.iso")
    total = guest_cases("disk-cd", status, text, 4)
    report("disk-cd-same", total == digest("disc.iso"), "other contents")


GRUB = """serial --unit=0 --speed=115200
terminal_output serial
set timeout=0
search --file --set=found /marker
cat ($found)/marker
halt
"""


def firmware():
    """GRUB on a hybrid disc finds its own file system from everywhere, under both firmwares."""
    os.makedirs("disc/boot/grub")
    with open("disc/boot/grub/grub.cfg", "w", encoding="ascii") as stream:
        stream.write(GRUB)
    with open("disc/marker", "w", encoding="ascii") as stream:
        stream.write("lathe-marker-%d\n" % os.getpid())
    status, text = call("grub-mkrescue", "-o", "grub.iso", "disc")
    call("qemu-img", "convert", "-O", "qcow2", "grub.iso", "grub.qcow2")
    report("disk-firmware-disc", status == 0, text)
    for mode in "bios", "uefi":
        for name, option in (("cd", ["--cdrom", "grub.iso"]), *(
                (bus, ["--disk", "grub.qcow2,bus=" + bus]) for bus in NAMES)):
            done = subprocess.run(
                [LATHE, "run", *ENGINE, "--firmware", mode, *option, "--memory", "256M",
                 "--display", "none", "--serial", "stdio", "--timeout", str(40 * PATIENCE), "--expect-serial",
                 "lathe-marker-%d" % os.getpid()],
                stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
            report("disk-firmware-%s-%s" % (mode, name), done.returncode == 0,
                   done.stdout.decode(errors="replace")[-2000:])


def locked():
    """Two machines, and QEMU's programs, keep off each other's images."""
    create("a.qcow2")
    child = subprocess.Popen(command("lathe=hammer disk=vda", "--disk", "a.qcow2"),
                             stdin=subprocess.DEVNULL, stdout=subprocess.PIPE)
    text = b""
    while b"hammers" not in text and (piece := child.stdout.read1(4096)):
        text += piece
    status, text = run("lathe=write disk=vda", "--disk", "a.qcow2")
    report("disk-locked", status == 2 and "is in use by another machine or program (lathe, process "
           "%d)" % child.pid in text and text.count("\n") == 1, text)
    status, text = call("qemu-img", "snapshot", "-c", "x", "a.qcow2")
    report("disk-locked-for-qemu", status == 1 and "lock" in text, text)
    child.kill()
    child.wait()
    holder = subprocess.Popen(["qemu-io", "a.qcow2"], stdin=subprocess.PIPE, stdout=subprocess.PIPE)
    holder.stdout.read(1)  # its prompt: it has the lock
    status, text = run("lathe=write disk=vda", "--disk", "a.qcow2")
    report("disk-locked-by-qemu", status == 2 and "(qemu-io, process %d)" % holder.pid in text,
           text)
    holder.communicate(b"q\n")


def bad():
    """Each bad image gives one line that says what is wrong."""
    create("a.qcow2")
    with open("a.qcow2", "rb") as stream:
        good = stream.read(1 << 18)
    edits = {"version": (4, b"\0\0\0\7", "version"), "clusters": (20, b"\0\0\0\x1f", "cluster size"),
             "crypt": (32, b"\0\0\0\1", "encrypted"), "l1": (36, b"\xff\xff\xff\xff", "L1 table"),
             "reftable": (56, b"\xff\xff\xff\xff", "reference table"),
             "feature": (72, b"\x80" + bytes(7), "does not know"),
             "corrupt": (72, bytes(7) + b"\2", "qemu-img check"),
             "data-file": (72, bytes(7) + b"\4", "another file"),
             "header": (100, b"\0\0\0\1", "header's length")}
    for name, (offset, value, words) in edits.items():
        with open("bad.qcow2", "wb") as stream:
            stream.write(good[:offset] + value + good[offset + len(value):])
        status, text = run("disk=vda", "--disk", "bad.qcow2")
        report("disk-bad-" + name, status == 2 and words in text and text.count("\n") == 1, text)
    for name, path, words in (("missing", "no-such.img", "No such file"), ("folder", "root", "root"),
                              ("format", "a.qcow2,format=vmdk", "vmdk")):
        status, text = run("disk=vda", "--disk", path)
        report("disk-bad-" + name, status == 2 and words in text and text.count("\n") == 1, text)


with tempfile.TemporaryDirectory(dir="/var/tmp") as scratch:
    os.chdir(scratch)
    initramfs.make("init", os.path.join(GUESTS, kernel), MODULES, INIT, "eject")  # busybox has none
    for case in CASES:
        bus, _, kind = case.partition("-")
        if (bus in ("sata", "cd", "usb")) != (kernel == "generic"):
            kernel = "generic" if kernel == "cloud" else "cloud"
            initramfs.make("init", os.path.join(GUESTS, kernel), MODULES, INIT, "eject")
        if bus in NAMES:
            globals()[kind.replace("-", "_")](bus)
        else:
            globals()[case]()
    os.chdir("/")
finish()
