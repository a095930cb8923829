#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Discs of Debian's packages boot to a picture, under both firmwares.

discs.py PICTURE GUESTS FOLDER CASE...: PICTURE runs a machine and looks at its screen (picture.c).
A case is what to boot, the firmware and where it lies, joined by dashes: "memtest-bios-cdrom". What
the screens showed stays in FOLDER.
"""
import os
import platform
import shutil
import subprocess
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), ".."))
from verdict import finish, report  # pylint: disable=wrong-import-position

PICTURE, GUESTS, FOLDER, *CASES = sys.argv[1:]
PICTURE = os.path.abspath(PICTURE)
ENTER = "28"
SHARE = os.environ.get("FIRMWARE", "/usr/share")
# Pixels of the installer's and their colours: its banner, and what is chosen on its first two pages. The disc
# is of the host's release.
BANNER, ENGLISH, UNITED_STATES = {
    "12": ("20,20,05475c", "600,451,298780", "600,558,29867e"),
    "13": ("20,20,264b63", "600,451,275b79", "600,558,275a77"),
}[platform.freedesktop_os_release()["VERSION_ID"]]


def firmware(name):
    """What makes a machine start by it; UEFI gets variables of its own."""
    if name in ("ramfb", "bochs"):  # UEFI without a VGA
        return ["gpu", name, *firmware("uefi")]
    if name == "bios":
        return ["firmware", SHARE + "/seabios/bios-256k.bin", "rom",
                SHARE + "/seabios/vgabios-stdvga.bin"]
    store = os.path.join(FOLDER, "vars.fd")
    shutil.copy(SHARE + "/OVMF/OVMF_VARS_4M.fd", store)
    return ["firmware", SHARE + "/OVMF/OVMF_CODE_4M.fd", "vars", store]


def memtest(under):
    """Both processors at work without an error; a whole pass takes a minute."""
    if under == "bios":
        return ["text", "Status: Testing", "60", "text", "2T (PAR)", "60", "wait", "15", "text",
                "Errors: 0", "5"]
    return ["size", "640x480", "60", "colour", "320,300,0000aa", "60", "wait", "15"]


def memtest_pass(under):
    return ["memory", "64", "text", "Pass:  1", "300", "text", "Errors: 0", "5"]


def grub(under):
    """The rescue disc's shell takes commands."""
    if under == "bios":
        return ["text", "grub>", "60", "key", "30 31 32" + " " + ENTER, "text", "asd", "60"]
    return ["serial", "grub>", "60"]


def ipxe(under):
    return ["text", "iPXE initialising devices", "60", "text", "Features: DNS HTTP", "30"]


def installer(under):
    """To the choice of a language; the keyboard goes on from there, and the pointer back."""
    return ["memory", "1024", "plug", "usb-tablet", "plug", "usb-keyboard",
            "colour", BANNER, "240", "colour", ENGLISH, "120", "wait", "3", "shoot", "page-1.ppm",
            "click", "1230,778", "colour", UNITED_STATES, "120", "wait", "3", "shoot", "page-2.ppm",
            "key", ENTER, "gone", UNITED_STATES, "120"]


def run(case):
    what, under, where = case.rsplit("-", 2)
    words = {"memtest": memtest, "memtest-pass": memtest_pass, "grub": grub, "ipxe": ipxe,
             "installer": installer}[what](under)
    disc = os.path.abspath(os.path.join(GUESTS, "discs", what.split("-")[0] + ".iso"))
    done = subprocess.run([PICTURE, "cpus", "2", *firmware(under), where, disc, *words, "shoot",
                           case + ".ppm"], cwd=FOLDER, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
    return done.returncode, done.stdout.decode(errors="replace")


def pages_differ(case):
    """The pointer led from the installer's first page to another one, and the keyboard on."""
    pages = []
    for name in ("page-1.ppm", "page-2.ppm", case + ".ppm"):
        with open(os.path.join(FOLDER, name), "rb") as file:
            pages.append(file.read())
    return len(set(pages)) == 3


def is_drawn(case):
    """The picture is none of a single colour."""
    with open(os.path.join(FOLDER, case + ".ppm"), "rb") as file:
        return len(set(file.read()[16:])) > 1


def main():
    os.makedirs(FOLDER, exist_ok=True)
    for case in CASES:
        status, said = run(case)
        good = status == 0 and is_drawn(case) and (not case.startswith("installer") or pages_differ(case))
        report(case, good, said[-3000:])
    finish()


main()
