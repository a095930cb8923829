#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""The performance page of a machine's window, over the fake machine.

usage: test-performance.py PROGRAM PICTURES [TEST...]
"""
import os
import signal
import sys
import time

from xwindow import Failed, Window, run_tests

PROGRAM, PICTURES = sys.argv[1:3]


def processor_time(machine):
    """Seconds that the process has taken so far."""
    with open("/proc/%d/stat" % machine.process.pid, encoding="utf-8") as stream:
        fields = stream.read().rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def spend(machine, seconds):
    before = processor_time(machine)
    time.sleep(seconds)
    return (processor_time(machine) - before) / seconds


def test_page(display, folder):
    """It opens and closes by its key, the keyboard goes on from it, and it costs little."""
    kernel = os.path.join(folder, "demo")
    with open(kernel, "wb") as file:
        file.write(b"\x7fELF, or so")
    machine = Window(display, folder, "demo", [PROGRAM, "run", kernel, "--append", "print up;spin", "--smp", "3"])
    machine.wait_text("up")
    before = spend(machine, 4)
    machine.keys("ctrl+shift+m")
    machine.wait_focus("10 Minutes")
    after = spend(machine, 5)
    print("# processor time: %.1f %% without the page, %.1f %% with it" % (100 * before, 100 * after))
    display.tool("import", "-window", "root", os.path.join(PICTURES, "performance.png"))
    if after - before > 0.1:
        raise Failed("the page takes %.0f %% of a processor" % (100 * (after - before)))
    machine.keys("Right")
    machine.wait_focus("24 Hours")
    display.tool("import", "-window", "root", os.path.join(PICTURES, "performance-hours.png"))
    machine.keys("ctrl+shift+m")
    machine.wait_focus("Serial 1 of demo")
    machine.keys("ctrl+shift+m")
    machine.wait_focus("10 Minutes")
    machine.process.terminate()
    machine.end(128 + signal.SIGTERM)


run_tests("performance", [test_page], PICTURES, sys.argv[3:])
