#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""The library's window by keyboard and pointer, over the fake machine: what a person does with machines.

usage: test-library-window.py PROGRAM DRAG-SOURCE PICTURES [TEST...]
"""
import functools
import os
import re
import signal
import subprocess
import sys
import time

from library import LibraryWindow
from xwindow import WAIT, Failed, Pointer, run_tests, wait_for

PROGRAM, SOURCE, PICTURES = sys.argv[1:4]
MANY = 1000
MANY_SECONDS = 1.0  # until the window with all of them can be used, on a machine that does nothing else
MANY_KIB = 200 << 10
Library = functools.partial(LibraryWindow, PROGRAM)


def test_first_start(display, folder):
    """An empty library invites; a file that is dropped is tried, and nothing of it is kept; machines
    that others make are there at once."""
    library = Library(display, folder)
    library.open()
    display.picture("library-empty")
    image = os.path.join(folder, "tiny")
    with open(image, "wb") as file:
        file.write(b"\x7fELF, or so")
    with Pointer(display, SOURCE, image) as pointer:
        pointer.drop_on(library.window)
        process = display.tool("xdotool", "getwindowpid",
                               wait_for("the trial's window", lambda: library.find("tiny")))
    os.kill(int(process), signal.SIGTERM)
    if library.states():
        raise Failed("a trial was kept")
    library.create("Debian 12")
    library.create("Router", "--group", "Network")
    library.focus()
    library.select("Debian 12")
    library.keys("Escape")
    display.picture("library-two")
    library.close()


def test_walk(display, folder):
    """Start, pause, go on, off, rename, clone, delete and undo, all by the keyboard."""
    library = Library(display, folder)
    library.create("Debian 12")
    library.open()
    library.select("Debian 12")
    library.keys("Escape", "ctrl+Return")
    library.put_aside("Debian 12")
    library.wait_state("Debian 12", "running")
    library.keys("ctrl+p")
    library.wait_state("Debian 12", "paused")
    display.picture("library-paused")
    library.keys("ctrl+p")
    library.wait_state("Debian 12", "running")
    library.keys("Return")
    wait_for("the machine's window in front",
             lambda: display.tool("xdotool", "getwindowfocus").strip() != library.window)
    library.focus()
    library.keys("ctrl+k")
    wait_for("the window of its consoles",
             lambda: display.tool("xdotool", "search", "--onlyvisible", "--name", "^Debian 12: Serial 1$"))
    display.picture("library-consoles")
    library.focus()
    library.keys("ctrl+shift+d")
    library.wait_state("Debian 12", "off")
    library.focus()
    time.sleep(0.5)  # the window hears of it a moment later
    library.keys_to("New name", "F2")
    library.type("Debian thirteen")
    display.picture("library-rename")
    library.keys("Return")
    wait_for("the new name", lambda: list(library.states()) == ["Debian thirteen"])
    time.sleep(0.5)  # the window hears of it a moment later
    library.keys_to("Name of the clone", "ctrl+shift+c")
    library.keys("Return")
    wait_for("the clone", lambda: len(library.states()) == 2)
    library.keys("Escape")
    library.select("Debian thirteen (copy)")
    library.keys("Delete")
    wait_for("the clone to go", lambda: list(library.states()) == ["Debian thirteen"])
    display.picture("library-deleted")
    library.keys("alt+u")
    wait_for("the clone to come back", lambda: len(library.states()) == 2)
    library.wait_focus(r"Debian thirteen \(copy\), Off")
    library.close()


def test_crash(display, folder):
    """One of three is killed: it is shown as crashed with what is known, the others run on, also
    when the library closes; it starts again from where it is told."""
    library = Library(display, folder)
    names = ["One", "Two", "Three"]
    for name in names:
        library.create(name)
    library.open()
    for name in names:
        library.select(name)
        library.keys("ctrl+Return")
        library.put_aside(name)
        library.wait_state(name, "running")
    library.select("Two")
    os.kill(library.process_of("Two"), signal.SIGKILL)
    library.wait_state("Two", "crashed")
    library.keys("Escape")
    display.picture("library-crashed")
    if [library.states()[name] for name in names] != ["running", "crashed", "running"]:
        raise Failed(str(library.states()))
    with open(os.path.join(library.machines, "two", "machine.log")) as file:
        if "killed by signal 9" not in file.read():
            raise Failed("its log does not say that it was killed")
    library.keys("alt+a")
    library.wait_state("Two", "running")
    library.process.terminate()
    library.process.wait()
    time.sleep(0.5)
    if set(library.states().values()) != {"running"}:
        raise Failed("machines went with the library: %s" % library.states())
    library.close()


def test_suspend(display, folder):
    """Suspended by a key, shown with its last picture, and it goes on; one whose disk was changed says so,
    and starts afresh where that is told."""
    library = Library(display, folder)
    go = os.path.join(folder, "go")
    library.create("Debian 12", "--disk", "size=1M", script="print up;until %s;print on;echo" % go)
    library.open()
    library.select("Debian 12")
    library.keys("Escape", "ctrl+Return")
    library.put_aside("Debian 12")
    library.wait_state("Debian 12", "running")
    library.keys("ctrl+shift+p")
    library.wait_state("Debian 12", "suspended")
    wait_for("no window of the machine", lambda: library.find("Debian 12") is None)
    library.focus()
    display.picture("library-suspended")
    library.keys("ctrl+t")
    display.picture("library-suspended-list")
    library.keys("ctrl+t")
    library.keys("ctrl+Return")
    library.put_aside("Debian 12")
    library.wait_state("Debian 12", "running")
    library.keys("ctrl+shift+p")
    library.wait_state("Debian 12", "suspended")
    with open(os.path.join(library.machines, "debian-12", "disk.qcow2"), "ab") as file:
        file.write(bytes(512))
    library.focus()
    time.sleep(0.5)
    library.keys("ctrl+Return")
    wait_for("its log to say why", lambda: "was changed" in library.log("debian-12"))
    library.wait_state("Debian 12", "suspended")
    time.sleep(0.5)
    display.picture("library-suspended-stuck")
    library.keys("alt+a")
    library.put_aside("Debian 12")
    library.wait_state("Debian 12", "running")
    library.close()


def test_suspend_from_window(display, folder):
    """The machine's own window suspends it by its key, and offers it when it is closed."""
    library = Library(display, folder)
    library.create("Debian 12", script="print up;echo")
    library.open()
    library.select("Debian 12")
    library.keys("Escape", "ctrl+Return")
    for what in ("key", "close"):
        window = wait_for("the machine's window", lambda: library.find("Debian 12"))
        library.wait_state("Debian 12", "running")
        time.sleep(0.5)
        display.tool("xdotool", "windowfocus", "--sync", window)
        library.wait_focus("Serial 1 of Debian 12")
        library.keys("ctrl+shift+z" if what == "key" else "ctrl+shift+q")
        if what == "close":
            question = wait_for("the question", lambda: library.dialog(window))
            display.tool("xdotool", "windowfocus", "--sync", question)
            display.picture("window-close-suspend")
            library.keys("alt+p")
        library.wait_state("Debian 12", "suspended")
        wait_for("no window of the machine", lambda: library.find("Debian 12") is None)
        library.focus()
        time.sleep(0.5)  # the window hears of it a moment later
        if what == "key":
            library.keys("ctrl+Return")
    library.close()


def is_closed(library):
    return library.process.poll() is not None


def test_leave(display, folder):
    """Closing asks while a machine runs: first it is let be, then the answer is remembered."""
    library = Library(display, folder)
    for name in ("One", "Two"):
        library.create(name, "--display", "none", script="spin")
    library.open()
    library.keys("ctrl+w")
    wait_for("the library to close without a question", lambda: is_closed(library))
    library.open()
    for name in ("One", "Two"):
        library.select(name)
        library.keys("Escape", "ctrl+Return")
        library.wait_state(name, "running")
    library.keys("ctrl+w")
    library.wait_focus("Leave Running")
    display.picture("library-leave")
    library.keys("Escape")
    library.focus()
    library.keys("ctrl+w")
    library.wait_focus("Leave Running")
    library.keys("Return")
    wait_for("the library to close", lambda: is_closed(library))
    if set(library.states().values()) != {"running"}:
        raise Failed("they were to run on: %s" % library.states())
    library.open()
    time.sleep(0.5)
    library.keys("ctrl+w")
    library.wait_focus("Leave Running")
    library.keys("alt+r", "alt+s")
    wait_for("the library to close", lambda: is_closed(library))
    if set(library.states().values()) != {"suspended"}:
        raise Failed("they were to be suspended: %s" % library.states())
    library.open()
    library.select("One")
    library.keys("Escape", "ctrl+Return")
    library.wait_state("One", "running")
    time.sleep(0.5)
    library.keys("ctrl+w")
    wait_for("the library to close without a question", lambda: is_closed(library))
    library.wait_state("One", "suspended")
    library.process = None
    library.close()


def test_refused(display, folder):
    """A machine that cannot start says why; one whose definition is broken, too."""
    library = Library(display, folder)
    library.create("Lost", "--disk", "size=1M,format=raw")
    library.create("Torn")
    os.remove(os.path.join(library.machines, "lost", "disk.img"))
    with open(os.path.join(library.machines, "torn", "machine.xml"), "w") as file:
        file.write("<domain>")
    library.open()
    library.select("Lost")
    library.keys("ctrl+Return")
    library.wait_state("Lost", "crashed")
    library.wait_state("torn", "broken")
    display.picture("library-lost")
    library.keys("ctrl+l")
    log = wait_for("the log", lambda: library.find("Lost – Log"))
    display.picture("library-log")
    display.tool("xdotool", "windowfocus", "--sync", log)
    library.keys("Escape")
    wait_for("no log", lambda: library.find("Lost – Log") is None)
    library.close()


def order_of(library):
    return list(library.states())


def test_drag(display, folder):
    """Machines are dragged to other places, and into another group; the order is kept on the disk."""
    library = Library(display, folder)
    for name in ("Alpha", "Beta", "Gamma"):
        library.create(name)
    library.open()
    library.select("Alpha")
    library.keys("Escape")
    tile = library.tiles("Alpha", "Beta")
    library.drag(tile(2), tile(0, 0.2))
    wait_for("Gamma before the others", lambda: order_of(library) == ["Gamma", "Alpha", "Beta"])
    time.sleep(0.5)  # the window hears of it a moment later
    library.drag(tile(0), tile(1, 0.8))
    wait_for("Gamma in the middle", lambda: order_of(library) == ["Alpha", "Gamma", "Beta"])
    time.sleep(0.5)
    display.picture("library-dragged")
    with open(os.path.join(library.machines, ".order")) as file:
        if file.read().split() != ["alpha", "gamma", "beta"]:
            raise Failed("it is not on the disk")
    library.drag(tile(0), (tile(0)[0] + 30, tile(0)[1]))
    time.sleep(0.5)
    if order_of(library) != ["Alpha", "Gamma", "Beta"]:
        raise Failed("a drag to where it is moved it: %s" % order_of(library))
    library.process.terminate()
    library.process.wait()
    library.open()
    library.select("Alpha")
    library.keys("Escape")
    library.keys_to("Gamma, Off", "Right")
    library.keys_to("Beta, Off", "Right")
    library.create("Delta", "--group", "Lab")
    time.sleep(1)
    library.verb("edit", "Alpha", "--group", "Lab")
    library.verb("edit", "Beta", "--group", "Lab")
    library.verb("edit", "Delta", "--position", "1")
    time.sleep(1)
    display.picture("library-drag-groups")
    library.keys_to("Gamma, Off", "Home")
    y = library.span("Gamma", "End")[1]
    library.drag((tile(0)[0], y), (tile(0, 0.2)[0], y + 240))
    wait_for("Gamma in the group", lambda: library.verb("list").count("Lab") == 4)
    library.close()


def test_several(display, folder):
    """Several are selected by keys, clicks and a rubber band; switched, moved to a group, and deleted after one
    question and brought back by one button."""
    library = Library(display, folder)
    names = ["Alpha", "Beta", "Gamma"]
    for name in names:
        library.create(name, "--display", "none", script="spin")
    library.open()
    library.select("Alpha")
    library.keys("Escape")
    tile = library.tiles("Alpha", "Beta")
    library.keys("ctrl+a", "ctrl+Return")
    for name in names:
        library.wait_state(name, "running")
    time.sleep(0.5)  # the window hears of it a moment later
    display.picture("library-several")
    library.click(tile(0))
    library.keys("shift+Right", "ctrl+p")
    library.wait_state("Alpha", "paused")
    library.wait_state("Beta", "paused")
    if library.states()["Gamma"] != "running":
        raise Failed("Gamma was selected")
    time.sleep(1)  # two clicks are no double click
    library.click(tile(0))
    library.click(tile(2), "ctrl")
    library.keys("Delete", "F2")  # impossible: one is paused, one runs; and a name is for one
    library.keys("ctrl+a", "ctrl+shift+d")
    library.wait_focus("Cancel")
    display.picture("library-several-plug")
    library.keys("alt+f")
    for name in names:
        library.wait_state(name, "off")
    time.sleep(0.5)
    library.focus()
    library.drag((tile(2, 1.0)[0] + 30, tile(0)[1] + 300), tile(0, 0.5))
    time.sleep(0.3)
    display.picture("library-band")
    library.keys_to("Group", "ctrl+g")
    library.type("Lab")
    library.keys("Return")
    wait_for("all in a group", lambda: library.verb("list").count("Lab") == 3)
    time.sleep(0.5)
    library.keys("ctrl+f")
    library.wait_focus("Search for machines")
    library.type("Lab")
    time.sleep(0.5)
    display.picture("library-several-search")
    library.keys_to("Gamma, Off", "Tab")
    library.keys("Escape", "Home", "ctrl+Right", "ctrl+Right", "ctrl+space", "Delete")
    library.wait_focus("Cancel")
    display.picture("library-several-delete")
    library.keys("Escape")
    time.sleep(0.3)
    if len(library.states()) != 3:
        raise Failed("it was cancelled")
    library.focus()
    library.keys("Delete")
    library.wait_focus("Cancel")
    library.keys("alt+d")
    wait_for("two to go", lambda: order_of(library) == ["Beta"])
    time.sleep(0.5)
    library.focus()
    display.picture("library-several-deleted")
    library.keys("alt+u")
    wait_for("both to come back", lambda: order_of(library) == names)
    library.close()


def make_many(library):
    library.create("Machine 0")
    first = os.path.join(library.machines, "machine-0", "machine.xml")
    with open(first, encoding="utf-8") as file:
        text = file.read()
    for number in range(1, MANY):
        folder = os.path.join(library.machines, "machine-%d" % number)
        os.mkdir(folder)
        with open(os.path.join(folder, "machine.xml"), "w", encoding="utf-8") as file:
            file.write(text.replace("Machine 0<", "Machine %d<" % number))


def used_kib(process):
    with open("/proc/%d/status" % process.pid) as file:
        return int(re.search(r"VmRSS:\s*(\d+) kB", file.read()).group(1))


def test_many(display, folder):
    """With a thousand machines the window is there as fast and small as with one."""
    library = Library(display, folder)
    make_many(library)
    begin = time.monotonic()
    library.open()
    took = time.monotonic() - begin - 0.2  # which the test itself waits
    library.select("Machine %d" % (MANY - 1))
    library.keys("Escape")
    library.keys_to("Machine 0, Off", "Home")
    display.picture("library-many")
    library.keys_to("Machine %d, Off" % (MANY - 1), "End")
    print("# %d machines: window after %.2f s, %d MiB" % (MANY, took, used_kib(library.process) >> 10))
    if took > MANY_SECONDS * WAIT / 5:
        raise Failed("the window came after %.2f s" % took)
    if used_kib(library.process) > MANY_KIB:
        raise Failed("it takes %d KiB" % used_kib(library.process))
    library.close()


TESTS = [test_first_start, test_walk, test_drag, test_several, test_suspend, test_suspend_from_window, test_leave, test_crash, test_refused, test_many]

if __name__ == "__main__":
    run_tests("library-window", TESTS, PICTURES, sys.argv[4:])
