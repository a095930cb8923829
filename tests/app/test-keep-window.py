#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""A trial is kept from its window: the question that closing it asks, and what becomes of it.

usage: test-keep-window.py PROGRAM PICTURES [TEST...]
"""
import os
import signal
import sys

from xwindow import Window, run_tests, wait_for

PROGRAM, PICTURES = sys.argv[1:3]


def test_question(display, folder):
    """The library has the machine when Keep was chosen, and the window stays."""
    image, data = os.path.join(folder, "try me.img"), os.path.join(folder, "data")
    with open(image, "wb") as file:
        file.write(b"\xeb\xfe" + bytes(508) + b"\x55\xaa" + bytes(1 << 20))
    display.environment["XDG_DATA_HOME"] = data
    machine = Window(display, folder, "try me.img", [PROGRAM, "run", image, "--memory", "64M"])
    machine.keys("ctrl+shift+q")
    display.wait_rest()
    display.tool("import", "-window", "root", os.path.join(PICTURES, "keep-question.png"))
    machine.keys("alt+k")
    library = os.path.join(data, "lathe/machines")
    wait_for("the machine in the library",
             lambda: os.path.isdir(library) and any(os.path.exists(os.path.join(library, name, "machine.xml"))
                                                    for name in os.listdir(library)), 60)
    display.wait_rest()
    display.tool("import", "-window", "root", os.path.join(PICTURES, "keep-kept.png"))
    machine.process.terminate()
    machine.end(128 + signal.SIGTERM)


run_tests("keep-window", [test_question], PICTURES, sys.argv[3:])
