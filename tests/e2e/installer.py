#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Debian's installer on the serial console in a terminal, answered by keys.

installer.py LATHE GUESTS: language, country and keyboard, until the next screens come; then Ctrl-]
leaves, and the terminal is as it was before.
"""
import os
import pty
import re
import select
import subprocess
import sys
import termios
import time

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), ".."))
from verdict import finish, report  # pylint: disable=wrong-import-position

LATHE, GUESTS = sys.argv[1:3]
IMAGES = os.path.join(GUESTS, "installer")
ESCAPES = re.compile(r"\x1b(\[[0-9;?]*[A-Za-z@`]|[()][A-Za-z0-9]|[=>78cMDEH])|[\x0e\x0f\r]")
PATIENCE = int(os.environ.get("PATIENCE", "3"))
SCREENS = [("Select a language", 200), ("Select your location", 70),
           ("Configure the keyboard", 70)]  # seconds, times PATIENCE
NEXT = re.compile(r"Detecting|Loading additional components|network", re.I)

screen, status = "", 0


def read(terminal, seconds):
    """What came within the time; "" when nothing did."""
    global screen
    if not select.select([terminal], [], [], seconds)[0]:
        return False
    try:
        data = os.read(terminal, 65536)
    except OSError:
        return False
    screen = (screen + ESCAPES.sub("", data.decode(errors="replace")))[-20000:]
    return True


def wait(terminal, pattern, seconds):
    """Waits for a text, then until the screen is quiet. The screen is then taken as seen."""
    global screen
    end = time.monotonic() + seconds * PATIENCE
    while not re.search(pattern, screen):
        if time.monotonic() > end:
            return False
        read(terminal, 1)
    while read(terminal, 2):
        pass
    screen = ""
    return True


def main():
    controller, terminal = pty.openpty()
    before = termios.tcgetattr(terminal)
    process = subprocess.Popen(
        [LATHE, "run", "--kernel", os.path.join(IMAGES, "linux"), "--initrd",
         os.path.join(IMAGES, "initrd.gz"), "--append", "console=ttyS0", "--memory", "1G",
         "--display", "none", "--serial", "stdio"],
        stdin=terminal, stdout=terminal, stderr=terminal, start_new_session=True)
    for text, seconds in SCREENS:
        good = wait(controller, text, seconds)
        report("installer-" + text.lower().replace(" ", "-"), good, screen[-2000:])
        if not good:
            break
        os.write(controller, b"\r")
    else:
        report("installer-goes-on", wait(controller, NEXT, 100), screen[-2000:])
    os.write(controller, b"\x1d")
    try:
        report("installer-ctrl-]-leaves", process.wait(10 * PATIENCE) == 0)
    except subprocess.TimeoutExpired:
        process.kill()
        report("installer-ctrl-]-leaves", False)
    report("installer-terminal-restored", termios.tcgetattr(terminal) == before)
    finish()


main()
