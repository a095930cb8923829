#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Real guests in the window: GRUB's menu on the VGA text screen answers the keys of a person, and the
text of UEFI's console, which is drawn in a graphics mode, is copied.

usage: test-guest-screen.py PROGRAM CLIPBOARD PICTURES [TEST...]
PROGRAM is lathe, CLIPBOARD prints the clipboard's text, PICTURES is a folder for pictures.
"""
import os
import subprocess
import sys

from xwindow import WAIT, Failed, Window, run_tests, wait_for

PROGRAM, CLIPBOARD, PICTURES = sys.argv[1:4]
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
    at = display.shot().find(b"\xaa\xaa\xaa" * (width // 2))  # light grey over half of the screen
    return at // 3 // width if at >= 0 else None


def test_menu(display, folder):
    """GRUB's menu answers keys."""
    window = Window(display, folder, "menu.iso",
                    [PROGRAM, "run", make_disc(folder), "--firmware", "bios", "--memory", "256M",
                     "--net", "none"])
    window.wait_text("Second entry", 8 * WAIT)
    first = wait_for("the menu's bar on the screen", lambda: highlighted(display))
    display.picture("grub-menu")
    window.keys("Down")
    wait_for("the bar to go down", lambda: (highlighted(display) or 0) > first)
    display.picture("grub-menu-down")
    window.keys("Return")
    window.wait_text("the-second")
    window.process.terminate()
    window.end(128 + 15)


def copied(display, window):
    window.keys("ctrl+shift+c")
    return display.tool(CLIPBOARD)


def test_console(display, folder):
    """The firmware writes the same on its serial port."""
    window = Window(display, folder, "machine",
                    [PROGRAM, "run", "--firmware", "uefi", "--memory", "256M", "--net", "none"])
    window.wait_text("Shell> ", 8 * WAIT)
    window.type("echo A-z_0{9}~")
    window.keys("Return")
    wait_for("the echo on the screen", lambda: copied(display, window).count("A-z_0{9}~") == 2)
    display.picture("console")
    text = copied(display, window)
    print("# " + text.replace("\n", "\n# "))
    for words in ("UEFI Interactive Shell v", "Mapping table", "echo A-z_0{9}~\n"):
        if words not in text:
            raise Failed("not on the screen: %s" % words)
    window.process.terminate()
    window.end(128 + 15)


run_tests("guest screen", [test_menu, test_console], PICTURES, sys.argv[4:])
