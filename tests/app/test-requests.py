#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a machine boots from its network, as its window shows it: SeaBIOS and iPXE with a script of ours.

usage: test-requests.py PROGRAM PICTURES [TEST...]
"""
import os
import signal
import sys

from xwindow import Window, run_tests, wait_for

PROGRAM, PICTURES = sys.argv[1:3]


def test_page(display, folder):
    """It opens by its key, with a hint, then with the requests; a file that is missed is told with what to do."""
    script = os.path.join(folder, "boot.ipxe")
    with open(script, "w", encoding="ascii") as file:
        file.write("#!ipxe\nimgfetch http://10.0.2.4/missing.bin || echo without\nshell\n")
    machine = Window(display, folder, "machine", [
        PROGRAM, "run", "--memory", "256M", "--firmware", "bios", "--boot", "network", "--net",
        "user,file=boot.ipxe=%s,bootfile-ipxe=boot.ipxe" % script])
    machine.keys("ctrl+shift+y")
    wait_for("the script", lambda: "asked for boot.ipxe over TFTP: sent" in machine.messages(), 60)
    wait_for("the missing file", lambda: "missing.bin over HTTP: there is no such file: put it" in machine.messages(), 60)
    machine.wait_focus("Boot requests")
    display.wait_rest()
    display.tool("import", "-window", "root", os.path.join(PICTURES, "requests.png"))
    machine.keys("ctrl+shift+y")
    machine.process.terminate()
    machine.end(128 + signal.SIGTERM)


run_tests("requests", [test_page], PICTURES, sys.argv[3:])
