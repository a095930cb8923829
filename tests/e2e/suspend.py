#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""A machine of the library is suspended while its guest works, and goes on when it is run again.

suspend.py LATHE GUESTS INIT CASE...: a case is DEVICES-CPUS: default-1, default-2, other-1, uefi-1, ... The
last one's firmware is OVMF, and the guest writes a variable of it each round.
"""
import hashlib
import http.server
import json
import os
import re
import subprocess
import sys
import tempfile
import threading
import time

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), ".."))
import initramfs  # pylint: disable=wrong-import-position
from verdict import finish, guest_cases, report  # pylint: disable=wrong-import-position

LATHE, GUESTS, INIT = (os.path.abspath(path) for path in sys.argv[1:4])
CASES = sys.argv[4:]
ENGINE = ["--accel", os.environ["ACCEL"]] if "ACCEL" in os.environ else []
LIMIT = 80 * int(os.environ.get("PATIENCE", "3"))  # seconds
MODULES = ["virtio_pci", "virtio_blk", "virtio_net", "virtio-rng", "sd_mod", "sr_mod", "nvme", "ahci", "ext4",
           "crc32c_generic", "xhci_pci", "usb_storage", "usbhid", "hid-generic", "e1000e", "af_packet", "virtio_input",
           "bochs", "virtio-gpu", "efivarfs"]
PAGE = bytes(range(256)) * 4096
SUM = hashlib.md5(PAGE).hexdigest()
ROUNDS = 14
DEVICES = {
    "default": ("vda", "sr0", ["--disk", "size=64M", "--net", "user", "--input", "usb", "--cdrom", "page.iso"]),
    "other": ("nvme0n1", "sr0", ["--disk", "size=64M,bus=nvme", "--disk", "size=32M,bus=usb", "--net",
                                 "user,model=e1000e", "--gpu", "virtio", "--input", "virtio", "--cdrom",
                                 "page.iso"]),
    "uefi": ("vda", "", ["--disk", "size=64M", "--net", "user", "--firmware", "uefi"]),
    "sata": ("sda", "", ["--disk", "size=64M,bus=sata", "--net", "user", "--input", "ps2", "--gpu", "bochs"]),
}


class Page(http.server.BaseHTTPRequestHandler):
    def do_GET(self):  # pylint: disable=invalid-name
        self.send_response(200)
        self.send_header("Content-Length", str(len(PAGE)))
        self.end_headers()
        self.wfile.write(PAGE)

    def log_message(self, *_):  # pylint: disable=arguments-differ
        pass


def lathe(*words):
    done = subprocess.run([LATHE, *words], stdin=subprocess.DEVNULL, capture_output=True, text=True,
                          timeout=LIMIT, check=False)
    return done.returncode, done.stdout + done.stderr


def must(*words):
    status, text = lathe(*words)
    if status != 0:
        report("lathe " + " ".join(words), False, text)
    return text


def state(name):
    rows = json.loads(must("list", "--json"))
    return next(row for row in rows if row["name"] == name)["state"]


class Run:
    """`lathe run NAME`; its serial port's text grows behind its back."""

    def __init__(self, name):
        self.text = ""
        self.process = subprocess.Popen([LATHE, "run", name, "--display", "none", "--timeout", str(LIMIT)],
                                        stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                                        stderr=subprocess.STDOUT)
        self.reader = threading.Thread(target=self.read)
        self.reader.start()

    def read(self):
        while piece := os.read(self.process.stdout.fileno(), 65536):
            self.text += piece.decode(errors="replace").replace("\r", "")

    def await_text(self, pattern):
        end = time.monotonic() + LIMIT
        while not re.search(pattern, self.text, re.M) and self.process.poll() is None and time.monotonic() < end:
            time.sleep(0.02)
        return re.search(pattern, self.text, re.M) is not None

    def end(self):
        status = self.process.wait(timeout=LIMIT + 30)
        self.reader.join()
        return status


def rounds(text):
    return [int(number) for number in re.findall(r"^round (\d+)$", text, re.M)]


def create(name, devices, cpus, port, kernel="generic"):
    disk, cd, options = DEVICES[devices]
    append = "efi=%s " % ("yes" if devices == "uefi" else "no")
    append += "console=ttyS0 quiet panic=-1 disk=%s cd=%s port=%d rounds=%d sum=%s" % (disk, cd, port, ROUNDS, SUM)
    must("create", name, *ENGINE, "--kernel", os.path.join(GUESTS, kernel, "vmlinuz"), "--initrd",
         os.path.abspath("init.gz"), "--memory", "512M", "--smp", str(cpus), "--serial", "stdio", "--no-reboot",
         "--append", append, *options)


def works(devices, cpus, port):
    """Twice suspended: once while it runs, once while it is paused."""
    name = "%s-%d" % (devices, cpus)
    create(name, devices, cpus, port)
    text = ""
    for turn in range(3):
        run = Run(name)
        if turn < 2:
            report("suspend-%s-works-%d" % (name, turn), run.await_text("^round %d$" % (turn * 3 + 3)), run.text[-3000:])
            if turn == 1:
                must("pause", name)
            began = time.monotonic()
            status, said = lathe("suspend", name)
            report("suspend-%s-suspends-%d" % (name, turn), status == 0, said)
            print("# %.1f s" % (time.monotonic() - began))
            report("suspend-%s-state-%d" % (name, turn), state(name) == "suspended", state(name))
            picture = os.path.join("data", "lathe", "machines", name, "thumbnail.png")
            report("suspend-%s-picture-%d" % (name, turn), os.path.exists(picture) and os.path.getsize(picture) > 500)
            if "PICTURES" in os.environ:
                subprocess.run(["cp", picture, os.path.join(os.environ["PICTURES"], "suspended.png")], check=False)
        status = run.end()
        report("suspend-%s-ends-%d" % (name, turn), status == 0, "exit status %d: %s" % (status, run.text[-3000:]))
        if turn > 0:
            report("suspend-%s-boots-once-%d" % (name, turn), "Linux version" not in run.text)
        text += run.text
    guest_cases("suspend-" + name, text)
    report("suspend-%s-rounds" % name, rounds(text) == list(range(1, ROUNDS + 1)), rounds(text))
    report("suspend-%s-done" % name, "lathe guest done" in text, text[-3000:])
    report("suspend-%s-off" % name, state(name) == "off", state(name))
    if devices == "uefi":
        check_store(name)


def check_store(name):
    """What the guest wrote before, between and after is in the machine's variable store."""
    kept = os.path.join("data", "lathe", "machines", name, "vars.fd")
    said = must("firmware", "vars", kept)
    report("suspend-%s-store" % name, all("LatheRound%d" % number in said for number in (1, ROUNDS)), said[-3000:])


def main():
    initramfs.make("init", os.path.join(GUESTS, "generic"), MODULES, INIT, "mke2fs", "e2fsck")
    with open("page.iso", "wb") as stream:
        stream.write(PAGE)
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Page) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        for case in CASES:
            devices, cpus = case.rsplit("-", 1)
            works(devices, int(cpus), server.server_port)
        server.shutdown()


with tempfile.TemporaryDirectory(prefix="lathe-suspend-") as scratch:
    os.chdir(scratch)
    os.environ.update(XDG_DATA_HOME=os.path.join(scratch, "data"), XDG_RUNTIME_DIR=os.path.join(scratch, "run"),
                      LC_ALL="C.UTF-8")
    os.makedirs("run", mode=0o700)
    main()
finish()
