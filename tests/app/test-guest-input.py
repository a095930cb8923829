#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a person types and points at in the window of a machine with --input virtio: it goes to the PS/2
keyboard until the guest has drivers, then to virtio's keyboard and tablet, each event once.

usage: test-guest-input.py PROGRAM GUESTS INIT PICTURES [TEST...]
PROGRAM is lathe, GUESTS has Debian's kernel and its modules, INIT tells what comes (input-init.sh).
"""
import os
import re
import sys

from xwindow import Window, run_tests, wait_for

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "e2e"))
import initramfs  # pylint: disable=wrong-import-position

PROGRAM, GUESTS, INIT, PICTURES = sys.argv[1:5]


def make_initramfs(folder):
    before = os.getcwd()
    os.chdir(folder)
    name = initramfs.make("init", os.path.join(GUESTS, "generic"),
                          ["evdev", "virtio_pci", "virtio_input"], INIT)
    os.chdir(before)
    return os.path.join(folder, name)


def told(window, word):
    """What came from a device until now."""
    lines = re.findall("^%s: (.*)$" % word, window.text().replace("\r", ""), re.M)
    return lines[-1].split() if lines else []


def positions(window, axis):
    return [int(event.split("/")[2]) for event in told(window, "tablet")
            if event.startswith("3/%d/" % axis)]


def point(window, x, y):
    window.display.tool("xdotool", "mousemove", "--window", window.window, str(x), str(y))


def test_virtio(display, folder):
    """The guest's drivers come while the machine runs."""
    window = Window(display, folder, "vmlinuz",
                    [PROGRAM, "run", "--kernel", os.path.join(GUESTS, "generic", "vmlinuz"),
                     "--initrd", make_initramfs(folder), "--append", "console=ttyS0 quiet",
                     "--memory", "256M", "--net", "none", "--input", "virtio"])
    window.wait_text("lathe listens", 120)
    window.keys("a")
    window.wait_text("lathe has drivers", 60)
    window.keys("b")
    wait_for("the letter", lambda: told(window, "keyboard") == ["1/48/1", "1/48/0"])
    point(window, 300, 300)
    wait_for("a position", lambda: positions(window, 0) and positions(window, 1))
    (x, y) = positions(window, 0)[-1], positions(window, 1)[-1]
    point(window, 600, 300)
    wait_for("one further to the right", lambda: positions(window, 0)[-1] > x)
    wait_for("the same height", lambda: positions(window, 1)[-1] == y)
    display.tool("xdotool", "click", "1")
    wait_for("a click", lambda: told(window, "tablet")[-2:] == ["1/272/1", "1/272/0"])
    wait_for("nothing more from PS/2", lambda: told(window, "ps2") == ["1/30/1", "1/30/0"])
    display.picture("guest-input")
    window.process.terminate()
    window.end(128 + 15)


run_tests("guest input", [test_virtio], PICTURES, sys.argv[5:])
