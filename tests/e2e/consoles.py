#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Debian's kernel with shells at two serial ports and a virtio console, reached by "lathe console" from outside of its process.

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


def check_sizes(console):
    """The guest's terminal has the size of the viewer's, also when that changes."""
    console.resize(97, 31)
    console.wait("leaves")
    console.type("echo size $(stty size)\n")
    report("a virtio console has the viewer's size", console.wait("size 31 97"), console.seen[-500:])
    console.resize(120, 45)
    console.type("until [ \"$(stty size)\" = '45 120' ]; do sleep 1; done; echo now $(stty size)\n")
    report("and follows it", console.wait("now 45 120"), console.seen[-500:])
    console.type("seq 1 30000; echo all-$((1 + 2))\n")
    report("and writes much", console.wait("all-3") and console.wait("29999"), console.seen[-300:])


def check_channel():
    with socket.socket(socket.AF_UNIX) as agent:
        agent.settimeout(PATIENCE)
        agent.connect("agent.sock")
        agent.sendall(b"are you there?\n")
        got = b""
        while not got.endswith(b"\n"):
            got += agent.recv(1000)
    report("a channel goes both ways", got == b"back: are you there?\n", got)


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
    check_sizes(viewer("console0"))
    check_channel()
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
    initramfs.make("init", os.path.join(GUESTS, "generic"), ["virtio_pci", "virtio_console"], INIT)
    subprocess.run([LATHE, "create", "box", "--kernel", os.path.join(GUESTS, "generic", "vmlinuz"), "--initrd",
                    "init.gz", "--append", "console=ttyS0 quiet panic=-1", "--memory", "256M", "--display", "none",
                    "--gpu", "none", "--serial", "pty", "--serial", "pty", "--console", "default",
                    "--channel", "org.example.agent=unix:agent.sock"],
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
