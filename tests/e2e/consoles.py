#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Debian's kernel with shells at two serial ports, reached by "lathe console" from outside of its process.

consoles.py LATHE GUESTS INIT
"""
import os
import socket
import subprocess
import sys
import tempfile

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), ".."))
import initramfs  # pylint: disable=wrong-import-position
import verdict  # pylint: disable=wrong-import-position
from viewer import Viewer, frame  # pylint: disable=wrong-import-position

LATHE, GUESTS, INIT = (os.path.abspath(path) for path in sys.argv[1:4])
PATIENCE = 40 * int(os.environ.get("PATIENCE", "3"))


def report(name, good, why=""):
    verdict.report("consoles: " + name, good, why)


def say(environment, process, *frames):
    """To the first port, by the socket itself."""
    path = "%s/lathe/%d.console" % (environment["XDG_RUNTIME_DIR"], process.pid)
    with socket.socket(socket.AF_UNIX) as client:
        client.connect(path)
        client.sendall(frame(b"A", b"serial0") + b"".join(frames))
        client.settimeout(PATIENCE)
        while b"D\0\0\0" not in client.recv(65536):
            pass


def check(environment, process):
    def viewer(*words):
        return Viewer(LATHE, environment, PATIENCE, "box", *words)
    first = viewer()
    report("the kernel's messages and the shell", first.wait("lathe guest ready"), first.seen[-2000:])
    late, other = viewer("1"), viewer("serial1")
    report("a late viewer sees the boot", late.wait("lathe guest ready"), late.seen[-2000:])
    first.type("echo one-$((6 * 7))\n")
    report("a shell answers", first.wait("one-42"), first.seen[-500:])
    report("both viewers see it", late.wait("one-42"), late.seen[-500:])
    other.type("echo two-$((5 * 5))\n")
    report("the second port is another shell", other.wait("two-25") and b"two-25" not in first.seen, other.seen[-500:])
    say(environment, process, frame(b"B"), frame(b"I", b"h"))
    report("a break and h: the kernel's help", late.wait("sysrq: HELP"), late.seen[-500:])
    report("Ctrl-] leaves, the guest stays", late.leave() == 0 and process.poll() is None)
    first.type("for i in $(seq 1 20000); do echo line $i; done; echo all-$((1 + 1))\n")
    report("much output comes whole", first.wait("all-2") and first.wait("line 20000"), first.seen[-300:])
    first.type("reboot -f\n")
    report("the viewer sees the next boot", first.wait("lathe guest ready", count=2), first.seen[-2000:])
    first.type("poweroff -f\n")
    report("and ends with the machine", first.finish() == 0, (first.status, first.seen[-500:]))
    report("so does the other one", other.finish() == 0, (other.status, other.seen[-500:]))


def main():
    environment = {**os.environ, "XDG_DATA_HOME": os.path.abspath("data"), "XDG_RUNTIME_DIR": os.path.abspath("run"),
                   "LC_ALL": "C.UTF-8"}
    os.mkdir("run", 0o700)
    initramfs.make("init", os.path.join(GUESTS, "generic"), [], INIT)
    subprocess.run([LATHE, "create", "box", "--kernel", os.path.join(GUESTS, "generic", "vmlinuz"), "--initrd",
                    "init.gz", "--append", "console=ttyS0 quiet panic=-1", "--memory", "256M", "--display", "none",
                    "--gpu", "none", "--serial", "pty", "--serial", "pty"],
                   env=environment, check=True, stdout=subprocess.DEVNULL)
    with subprocess.Popen([LATHE, "run", "box"], env=environment, stdin=subprocess.DEVNULL,
                          stderr=subprocess.PIPE, text=True) as process:
        process.stderr.readline()  # where the ports are: it listens by then
        try:
            check(environment, process)
            report("the machine powered off", process.wait(PATIENCE) == 0, process.returncode)
        finally:
            process.kill()


with tempfile.TemporaryDirectory(dir="/var/tmp") as scratch:
    os.chdir(scratch)
    main()
    os.chdir("/")
verdict.finish()
