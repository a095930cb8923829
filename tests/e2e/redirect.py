#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Debian's kernel finds a USB drive that a viewer passes on by SPICE, reads its disc, and sees it go with the
viewer; then another one's.

redirect.py LATHE GUESTS INIT CLIENT: CLIENT is spice-client.py.
"""
import hashlib
import os
import shutil
import subprocess
import sys
import tempfile
import time

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), ".."))
import initramfs  # pylint: disable=wrong-import-position
import verdict  # pylint: disable=wrong-import-position

LATHE, GUESTS, INIT, CLIENT = (os.path.abspath(path) for path in sys.argv[1:5])
MODULES = ["xhci-pci", "usb-storage", "sr_mod", "isofs"]
LIMIT = 150 * int(os.environ.get("PATIENCE", "3"))  # seconds
SIZE = 3 << 20


def put(path, data):
    with open(path, "wb") as out:
        out.write(data)


def make_disc():
    """Files and their sum; the vendor is what the client's drive says of itself."""
    data = os.urandom(SIZE)
    os.makedirs("disc")
    put("disc/data", data)
    put("disc/data.sum", hashlib.sha256(data).hexdigest().encode() + b"\n")
    put("disc/vendor", b"RedHat\n")
    subprocess.run(["xorriso", "-as", "mkisofs", "-quiet", "-R", "-o", "disc.iso", "disc"], check=True,
                   stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)


def machine():
    return subprocess.Popen([LATHE, "run", "--kernel", os.path.join(GUESTS, "generic", "vmlinuz"), "--initrd", "init.gz",
                             "--append", "console=ttyS0 quiet panic=-1", "--memory", "512M", "--display", "none",
                             "--display", "spice=unix:" + os.path.abspath("viewers"), "--net", "none", "--serial",
                             "stdio", "--no-reboot", "--timeout", str(LIMIT)],
                            stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)


def main():
    initramfs.make("init", os.path.join(GUESTS, "generic"), MODULES, INIT)
    make_disc()
    process, said, client = machine(), "", None
    for line in process.stdout:
        text = line.decode(errors="replace")
        said += text
        if text.startswith("waits "):
            client = subprocess.Popen([CLIENT, "spice+unix://" + os.path.abspath("viewers"),
                                       "cd=" + os.path.abspath("disc.iso")], stdout=open("client", "ab"),
                                      stdin=subprocess.DEVNULL)
            begin = time.monotonic()
        if text.startswith("read "):
            print("  read %s after %.1f s" % (text.split()[1], time.monotonic() - begin), flush=True)
            client.kill()
            client.wait()
    process.wait()
    if client is not None and client.poll() is None:
        client.kill()
    with open("client", encoding="utf-8") as file:
        said += file.read()
    verdict.guest_run("redirect", process.returncode, said, 8)


FOLDER = tempfile.mkdtemp(prefix="lathe-redirect-")
os.chdir(FOLDER)
main()
os.chdir("/")
shutil.rmtree(FOLDER)
verdict.finish()
