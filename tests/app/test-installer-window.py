#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Debian's installer in the window, with real key events: language, country, keyboard, and on.

usage: test-installer-window.py PROGRAM PICTURES INSTALLER
INSTALLER is a folder with linux and initrd.gz; where it is missing, those of an installed package
debian-installer-NN-netboot-amd64 are taken. Takes minutes.
"""
import glob
import os
import shutil
import sys
import tempfile

from xwindow import Display, Failed, Window

PROGRAM, PICTURES, INSTALLER = sys.argv[1:4]
IMAGES = "/usr/lib/debian-installer/images/*/amd64/text/debian-installer/amd64"
SCREENS = [("Select a language", 600), ("Select your location", 120),
           ("Configure the keyboard", 120), ("Detecting", 120)]


def walk(window, display):
    for number, (text, seconds) in enumerate(SCREENS):
        window.wait_text(text, seconds)
        window.wait_quiet()
        display.picture("installer-%d" % (number + 1))
        window.keys("Return")


def main():
    folders = [folder for folder in [INSTALLER, *sorted(glob.glob(IMAGES))]
               if os.path.exists(os.path.join(folder, "linux"))]
    if not folders:
        sys.exit("needs %s or the package debian-installer-12-netboot-amd64" % INSTALLER)
    kernel, initrd = (os.path.join(folders[0], name) for name in ("linux", "initrd.gz"))
    folder = tempfile.mkdtemp(prefix="lathe-installer-")
    os.makedirs(PICTURES, exist_ok=True)
    display = Display(folder, PICTURES)
    good = True
    try:
        window = Window(display, folder, "linux", [PROGRAM, "run", "--kernel", kernel, "--initrd",
                                                   initrd, "--append", "console=ttyS0",
                                                   "--gpu", "none"])
        try:
            walk(window, display)
        finally:
            window.process.terminate()
        window.end(128 + 15)
    except Failed as failure:
        print("#", failure, file=sys.stderr)
        good = False
    finally:
        display.close()
        shutil.rmtree(folder, ignore_errors=True)
    print("ok" if good else "not ok", "window: Debian's installer answers keys")
    sys.exit(0 if good else 1)


main()
