#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""A newcomer's path with the whole program and Debian's installer: from an empty library to a machine that
boots, is paused, renamed, cloned, edited, deleted and brought back. In windows, by verbs, in a terminal.

usage: test-newcomer.py PROGRAM DRAG-SOURCE GUESTS PICTURES [TEST...]
"""
import functools
import json
import os
import subprocess
import sys
import time

import qmp
from library import LibraryWindow
from terminal import Terminal
from xwindow import WAIT, Failed, Pointer, run_tests, wait_for

PROGRAM, SOURCE, GUESTS, PICTURES = (os.path.abspath(word) for word in sys.argv[1:5])
BOOTED = 40 * WAIT  # until the installer's first page is there, on a busy machine
BANNERS = (b"\x05\x47\x5c", b"\x26\x4b\x63")  # of the installer of Debian 12 and of 13
MENU = "Graphical installer"  # of the disc's boot loader
Library = functools.partial(LibraryWindow, PROGRAM)


def installer(folder):
    """The disc, called as people know it."""
    path = os.path.join(folder, "debian-amd64-netinst.iso")
    os.symlink(os.path.join(GUESTS, "discs", "installer.iso"), path)
    return path


def shows_installer(pixels):
    return any(pixels.count(banner) > 500 for banner in BANNERS)


def expect(what, found, *wanted):
    for words in wanted:
        if words not in found:
            raise Failed("%s: no '%s' in %s" % (what, words, found))


# ---- in windows ----

def create_by_drop(library, disc):
    library.keys("ctrl+n")
    page = wait_for("the creating page", lambda: library.find("New Machine"))
    library.display.tool("xdotool", "windowfocus", "--sync", page)
    library.wait_focus("Name")
    with Pointer(library.display, SOURCE, disc) as pointer:
        pointer.drop_on(page)
        wait_for("the look at the disc", lambda: library.focused().count("Name") > 1)
    library.display.picture("newcomer-dropped")
    library.display.tool("xdotool", "windowfocus", "--sync", page)
    library.keys("alt+s")
    return wait_for("a machine", lambda: list(library.states()))[0]


def watch_boot(library, name):
    window = wait_for("the machine's window", lambda: library.find(name), BOOTED)
    library.display.tool("xdotool", "windowmove", window, "100", "100")
    wait_for("the installer on the screen", lambda: shows_installer(library.display.shot()), BOOTED)
    library.display.picture("newcomer-booted")
    library.display.tool("xdotool", "windowmove", window, "800", "600")
    library.focus()


def pause_and_stop(library, name):
    library.select(name)
    library.keys("Escape", "ctrl+p")
    library.wait_state(name, "paused")
    library.display.picture("newcomer-paused")
    library.keys("ctrl+p")
    library.wait_state(name, "running")
    library.keys("ctrl+shift+d")
    library.wait_state(name, "off")
    library.focus()
    time.sleep(0.5)  # the window hears of it a moment later


def edit_memory(library, name):
    """Its settings, to twice the memory."""
    library.select(name)
    library.keys("Escape", "alt+Return")
    page = wait_for("the settings", lambda: library.find("Settings of .*"))
    library.display.tool("xdotool", "windowfocus", "--sync", page)
    library.wait_focus("Overview")
    while library.focused()[-1] != "Memory":
        library.keys_to(".*", "Down")
    library.keys_to("Memory", "Tab")
    library.keys("ctrl+a")
    library.type("3G")
    library.display.picture("newcomer-settings")
    library.keys("ctrl+s")
    wait_for("the settings to be written", lambda: "3 GiB" in library.verb("show", name))
    library.keys("Escape")
    wait_for("the settings to close", lambda: library.find("Settings of .*") is None)
    library.focus()


def test_window(display, folder):
    library = Library(display, folder)
    library.open()
    display.picture("newcomer-first")
    name = create_by_drop(library, installer(folder))
    expect("recognised", name, "Debian 1")
    watch_boot(library, name)
    pause_and_stop(library, name)
    library.keys_to("New name", "F2")
    library.type("My Debian")
    library.keys("Return")
    wait_for("the new name", lambda: list(library.states()) == ["My Debian"])
    time.sleep(0.5)
    library.keys_to("Name of the clone", "ctrl+shift+c")
    library.keys("Return")
    wait_for("the clone", lambda: len(library.states()) == 2)
    display.picture("newcomer-cloned")
    edit_memory(library, "My Debian (copy)")
    library.select("My Debian (copy)")
    library.keys("Escape", "Delete")
    wait_for("the clone to go", lambda: list(library.states()) == ["My Debian"])
    display.picture("newcomer-deleted")
    library.keys("alt+u")
    wait_for("the clone to come back", lambda: len(library.states()) == 2)
    library.wait_focus(r"My Debian \(copy\), Off")
    display.picture("newcomer-undone")
    library.close()


# ---- by verbs ----

def without_display(library):
    for name in ("DISPLAY", "XAUTHORITY"):
        library.environment.pop(name, None)


def watch_console(library, name):
    """What the boot loader writes on the first serial port, as "lathe console" shows it."""
    console = subprocess.Popen([PROGRAM, "console", name], env=library.environment, stdin=subprocess.PIPE,
                               stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
    os.set_blocking(console.stdout.fileno(), False)
    seen = bytearray()

    def has_booted():
        seen.extend(console.stdout.read() or b"")
        return MENU.encode() in seen
    try:
        wait_for("the disc's boot loader", has_booted, BOOTED)
    finally:
        console.terminate()
        console.wait()


def watch_screen(library, name):
    """The screen, as any program that knows QMP gets it."""
    machine = next(one for one in json.loads(library.verb("list", "--json")) if one["name"] == name)
    client = qmp.Qmp(os.path.join(library.environment["XDG_RUNTIME_DIR"], "lathe", "%d.control" % machine["pid"]))
    path = os.path.join(library.folder, "screen.ppm")

    def shows():
        client("screendump", filename=path)
        with open(path, "rb") as file:
            return shows_installer(file.read())
    wait_for("the installer on the screen", shows, BOOTED)


def test_verbs(display, folder):
    library = Library(display, folder)
    without_display(library)
    expect("an empty library", library.verb("list"), "")
    library.verb("create", "Debian", "--cdrom", installer(folder), "--disk", "size=8G")
    expect("recognised", library.verb("run", "Debian", "--dry-run"), "The disc holds Debian 1")
    runs = subprocess.Popen([PROGRAM, "run", "Debian", "--display", "none"], env=library.environment,
                            stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    library.wait_state("Debian", "running")
    watch_console(library, "Debian")
    watch_screen(library, "Debian")
    library.verb("pause", "Debian")
    library.wait_state("Debian", "paused")
    library.verb("resume", "Debian")
    library.wait_state("Debian", "running")
    library.verb("stop", "Debian", "--force")
    runs.wait()
    library.wait_state("Debian", "off")
    library.verb("edit", "Debian", "--name", "My Debian")
    library.verb("clone", "My Debian", "Copy")
    library.verb("edit", "Copy", "--memory", "3G")
    expect("edited", library.verb("show", "Copy"), "3 GiB")
    library.verb("delete", "Copy")
    if list(library.states()) != ["My Debian"]:
        raise Failed("not deleted: %s" % library.states())
    library.verb("delete", "--undo")
    if sorted(library.states()) != ["Copy", "My Debian"]:
        raise Failed("not brought back: %s" % library.states())
    library.close()


# ---- in a terminal ----

def keep(terminal, name):
    """The screen's text with its colours."""
    with open(os.path.join(PICTURES, "newcomer-%s.txt" % name), "w", encoding="utf-8") as file:
        file.write(terminal.text("-e"))


def replace(terminal, text):
    terminal.keys("C-u")
    terminal.type(text)


def create_by_path(terminal, disc):
    terminal.wait("0 machines", "n makes one")
    keep(terminal, "first")
    terminal.keys("n")
    terminal.wait("New machine")
    terminal.type(disc[:-6])  # Tab completes it
    terminal.keys("Tab")
    terminal.wait("starts with", "Debian 1")
    keep(terminal, "create")
    terminal.keys("Tab")
    replace(terminal, "Debian")
    terminal.keys("F2")
    terminal.wait("1 machine, 1 running", "Running", seconds=BOOTED)


def use_in_terminal(terminal):
    terminal.keys("o")
    terminal.wait("Ctrl-]", MENU, seconds=BOOTED)
    keep(terminal, "console")
    terminal.keys("C-]")
    terminal.wait("Full screen")
    terminal.keys("q")
    terminal.wait("1 machine, 1 running")
    terminal.keys("p")
    terminal.wait("Paused")
    keep(terminal, "paused")
    terminal.keys("p")
    terminal.wait("Running")
    terminal.keys("x")
    terminal.wait("Pulls the plug", "Cancel")
    terminal.keys("Down", "Enter")
    terminal.wait("0 running", "Off", gone=("Pulls",))


def change_in_terminal(terminal):
    """Another name, a clone with more memory."""
    time.sleep(1)  # the list hears of the end a moment later
    terminal.keys("r")
    terminal.wait("New name")
    replace(terminal, "My Debian")
    terminal.keys("Enter")
    terminal.wait("My Debian", gone=("New name",))
    time.sleep(1)
    terminal.keys("c")
    terminal.wait("New name")
    replace(terminal, "Copy")
    terminal.keys("Enter")
    terminal.wait("2 machines", "Copy", gone=("New name",))
    terminal.keys("Home", "e")
    terminal.wait("Settings of Copy", "Overview")
    terminal.keys("Down", "Down", "Enter", "Enter")
    terminal.wait("Accept")
    replace(terminal, "3G")
    terminal.keys("Enter")
    terminal.wait("changed, not applied", "3 GiB", gone=("Accept ]",))
    keep(terminal, "settings")
    terminal.keys("q")
    terminal.wait("The changes are not applied")
    terminal.keys("Enter")
    terminal.wait("The settings are written", "2 machines")


def test_terminal(display, folder):
    library = Library(display, folder)
    without_display(library)
    terminal = Terminal(folder, [PROGRAM, "tui"],
                        dict(library.environment, TERM="xterm-256color", HOME=folder))
    try:
        create_by_path(terminal, installer(folder))
        use_in_terminal(terminal)
        change_in_terminal(terminal)
        terminal.keys("Home", "d")
        terminal.wait("u brings it back", "1 machine,")
        keep(terminal, "deleted")
        terminal.keys("u")
        terminal.wait("2 machines", "Copy is back")
        keep(terminal, "undone")
        terminal.keys("q")
        terminal.wait("status 0")
    finally:
        terminal.close()
        library.close()


run_tests("newcomer", [test_window, test_verbs, test_terminal], PICTURES, sys.argv[5:])
