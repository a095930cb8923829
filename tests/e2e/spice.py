#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""A real guest's agent and a real viewer: what the viewer says to the agent reaches the channel in the guest.

spice.py LATHE GUESTS INIT
"""
import os
import subprocess
import sys
import tempfile
import time

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), ".."))
import initramfs  # pylint: disable=wrong-import-position
import verdict  # pylint: disable=wrong-import-position

LATHE, GUESTS, INIT = (os.path.abspath(path) for path in sys.argv[1:4])
PATIENCE = 40 * int(os.environ.get("PATIENCE", "3"))


def report(name, good, why=""):
    verdict.report("spice: " + name, good, why)


class Guest:
    def __init__(self):
        self.log = open("serial", "w+b")
        self.process = subprocess.Popen(
            [LATHE, "run", "--kernel", os.path.join(GUESTS, "generic", "vmlinuz"), "--initrd", "init.gz", "--append",
             "console=ttyS0 quiet panic=-1", "--memory", "256M", "--net", "none", "--display", "spice=unix:viewers",
             "--serial", "stdio"], stdin=subprocess.PIPE, stdout=self.log, stderr=subprocess.DEVNULL)

    def text(self):
        with open("serial", "rb") as file:
            return file.read().decode(errors="replace")

    def wait(self, words):
        end = time.monotonic() + PATIENCE
        while words not in self.text() and time.monotonic() < end:
            time.sleep(0.2)
        return words in self.text()

    def say(self, line):
        self.process.stdin.write(line.encode() + b"\n")
        self.process.stdin.flush()


def check(guest):
    report("the guest has the agent's channel", guest.wait("lathe guest ready"), guest.text()[-2000:])
    guest.say("sesame")
    report("it opens it", guest.wait("open sesame"), guest.text()[-500:])
    with subprocess.Popen(["xvfb-run", "-a", "remote-viewer", "spice+unix://" + os.path.abspath("viewers")],
                          stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
                          env=dict(os.environ, HOME=os.getcwd(), NO_AT_BRIDGE="1"), start_new_session=True) as viewer:
        good = guest.wait("closed")
        os.killpg(viewer.pid, 15)
    # A chunk of the clients' port (1) with its size, and a message of protocol 1 (vd_agent.h)
    first = guest.text().rpartition("first ")[2][:32]
    report("what the viewer says comes there", good and first[:8] == "01000000" and first[16:24] == "01000000", first)
    guest.say("")
    report("the machine goes on and ends", guest.process.wait(PATIENCE) == 0, guest.text()[-500:])


def main():
    initramfs.make("init", os.path.join(GUESTS, "generic"), ["virtio_pci", "virtio_console"], INIT)
    guest = Guest()
    try:
        check(guest)
    finally:
        guest.process.kill()
        guest.process.wait()


with tempfile.TemporaryDirectory(dir="/var/tmp") as scratch:
    os.chdir(scratch)
    main()
    os.chdir("/")
verdict.finish()
