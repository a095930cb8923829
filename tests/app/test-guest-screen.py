#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""A real guest in the window: GRUB's menu on the VGA text screen answers the keys of a person.

usage: test-guest-screen.py PROGRAM PICTURES
"""
import os
import shutil
import subprocess
import sys
import tempfile

from xwindow import Display, Failed, Window, wait_for

PROGRAM, PICTURES = sys.argv[1:3]
MENU = """serial --unit=0
terminal_output console serial
set timeout=600
menuentry "First entry" { echo the-first; sleep 600 }
menuentry "Second entry" { echo the-second; sleep 600 }
"""


def make_disc(folder):
    os.makedirs(os.path.join(folder, "disc", "boot", "grub"))
    with open(os.path.join(folder, "disc", "boot", "grub", "grub.cfg"), "w") as file:
        file.write(MENU)
    disc = os.path.join(folder, "menu.iso")
    subprocess.run(["grub-mkrescue", "-o", disc, os.path.join(folder, "disc")], check=True,
                   stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    return disc


def highlighted(display):
    """The row of the X screen where the menu's bar is; None: there is none."""
    width = display.size[0]
    data = subprocess.run(["import", "-window", "root", "-depth", "8", "rgb:-"],
                          env=display.environment, stdout=subprocess.PIPE).stdout
    at = data.find(b"\xaa\xaa\xaa" * (width // 2))  # light grey over half of the screen
    return at // 3 // width if at >= 0 else None


def choose(window, display):
    window.wait_text("Second entry", 120)
    first = wait_for("the menu's bar on the screen", lambda: highlighted(display), 20)
    display.picture("grub-menu")
    window.keys("Down")
    wait_for("the bar to go down", lambda: (highlighted(display) or 0) > first, 20)
    display.picture("grub-menu-down")
    window.keys("Return")
    window.wait_text("the-second", 30)


def main():
    folder = tempfile.mkdtemp(prefix="lathe-guest-screen-")
    os.makedirs(PICTURES, exist_ok=True)
    display = Display(folder, PICTURES)
    good = True
    try:
        window = Window(display, folder, "menu.iso",
                        [PROGRAM, "run", make_disc(folder), "--firmware", "bios", "--memory",
                         "256M", "--net", "none"])
        try:
            choose(window, display)
        finally:
            window.process.terminate()
        window.end(128 + 15)
    except Failed as failure:
        print("#", failure, file=sys.stderr)
        good = False
    finally:
        display.close()
        shutil.rmtree(folder, ignore_errors=True)
    print("ok" if good else "not ok", "screen: GRUB's menu answers keys in the window")
    sys.exit(0 if good else 1)


main()
