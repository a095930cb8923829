#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Every window by nothing but the keyboard, as a screen reader tells it (access.py), over the fake machine.

usage: test-access.py PROGRAM PICTURES [TEST...]
"""
import os
import subprocess
import sys

from access import Access, check_places, walk, walk_pages
from library import LibraryWindow
from recorded import record
from xwindow import Failed, check_complaints, run_tests, wait_for

PROGRAM, PICTURES = (os.path.abspath(word) for word in sys.argv[1:3])


class Reader:
    """A screen reader, a library, and programs that are started and ended."""

    def __init__(self, display, folder):
        self.display, self.folder = display, folder
        self.access = Access(display, folder)
        self.library = LibraryWindow(PROGRAM, display, folder)
        self.process = self.beside = self.errors = None

    def run_beside(self, name):
        """A machine without a window."""
        self.beside = subprocess.Popen([PROGRAM, "run", name], env=self.library.environment,
                                       stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        self.library.wait_state(name, "running")

    def run(self, title, *words):
        """The program with these words, and a window."""
        self.errors = os.path.join(self.folder, "program-errors")
        with open(self.errors, "w", encoding="utf-8") as file:
            self.process = subprocess.Popen([PROGRAM, *words], env=self.library.environment, stderr=file,
                                            stdin=subprocess.DEVNULL, cwd=self.folder)
        self.access.wait_window(title)
        wait_for("something with the focus", self.access.focused)

    def end(self):
        self.process.terminate()
        self.process.wait()
        with open(self.errors, encoding="utf-8") as file:
            check_complaints(file.read())

    def close(self):
        self.library.close()

    def __enter__(self):
        self.access.__enter__()
        return self

    def __exit__(self, *_):
        for process in (self.process, self.beside):
            if process is not None:
                process.kill()
                process.wait()
        self.access.__exit__()


def open_library(reader):
    reader.library.environment = dict(reader.display.environment, XDG_RUNTIME_DIR=reader.folder + "/run")
    reader.library.create("Alpha")
    reader.library.create("Beta", "--group", "Work")
    reader.library.open()
    reader.access.wait_window("Lathe")


def test_library(display, folder):
    """Tiles and lines, the search; deleted and brought back."""
    with Reader(display, folder) as reader:
        open_library(reader)
        access = reader.access
        walk(access, "New", "Start", "Search", "Show as a list", "Menu", "Alpha, Off", "Beta, Off")
        access.press("ctrl+t")
        walk(access, "Alpha, Off", "Beta, Off")
        access.press("ctrl+f")
        access.to("Search for machines")
        walk(access, "Search for machines", "Alpha, Off")
        access.press("Escape")
        access.to("Alpha, Off")
        access.press("Delete")
        wait_for("Alpha to go", lambda: list(reader.library.states()) == ["Beta"])
        access.to("Undo")
        display.wait_rest()
        walk(access, "Undo", "Close")
        access.to("Undo")
        access.press("space")
        wait_for("Alpha to come back", lambda: "Alpha" in reader.library.states())
        reader.close()


def test_names(display, folder):
    """What asks for a name, and for a group."""
    with Reader(display, folder) as reader:
        open_library(reader)
        access = reader.access
        for keys, title in (("F2", "Rename"), ("ctrl+shift+c", "Clone"), ("ctrl+g", "Group")):
            access.to("Alpha, Off")
            access.press(keys)
            wait_for("another focus", lambda: access.focused() and access.focused()["name"] != "Alpha, Off")
            walk(access, inside=True)
            access.press("Escape")
            wait_for("the library", lambda: access.window() == "Lathe")
        reader.close()


def test_create(display, folder):
    with Reader(display, folder) as reader:
        open_library(reader)
        reader.access.press("ctrl+n")
        reader.access.wait_window("New Machine")
        reader.access.to("Name")
        walk(reader.access, "Name", "Memory", "Processors", "New disk", "Firmware", "Network", "Create and Start")
        reader.access.press("Escape")
        reader.access.wait_window("Lathe")
        reader.close()


def test_settings(display, folder):
    with Reader(display, folder) as reader:
        open_library(reader)
        reader.access.to("Alpha, Off")
        reader.access.press("alt+Return")
        reader.access.wait_window("Settings of Alpha")
        reader.access.to("Overview")
        walk_pages(reader.access, "Overview", "Memory", "Firmware", "Boot Order", "Disks and Discs", "Network", "XML")
        reader.access.press("Escape")
        reader.access.wait_window("Lathe")
        reader.close()


def machine(reader, *options):
    with open(os.path.join(reader.folder, "demo"), "wb") as file:
        file.write(b"\x7fELF, or so")
    reader.library.environment = dict(reader.display.environment, XDG_RUNTIME_DIR=reader.folder + "/run")
    reader.run("demo", "run", "demo", "--append", "print up;echo", "--serial", "default", *options)


def test_machine(display, folder):
    """A machine's window, and the question at the end."""
    with Reader(display, folder) as reader:
        machine(reader)
        walk(reader.access, "Pause", "Reset", "Menu")
        reader.access.press("ctrl+shift+q")
        wait_for("a question", lambda: reader.access.window() not in ("", "demo"))
        walk(reader.access)
        reader.end()


def test_performance(display, folder):
    """The page of graphs, which are read out; the search in a terminal."""
    with Reader(display, folder) as reader:
        machine(reader)
        reader.access.press("ctrl+shift+m")
        reader.access.to("10 Minutes")
        walk(reader.access, "10 Minutes", "Processors", "Memory", "Disks")
        reader.access.press("ctrl+shift+m", "ctrl+shift+f")
        reader.access.to("Search")
        walk(reader.access, "Match case")
        reader.end()


def test_forwards(display, folder):
    with Reader(display, folder) as reader:
        machine(reader, "--net", "user,forward=tcp:127.0.0.1:23103-:22")
        reader.access.press("ctrl+shift+n")
        reader.access.wait_window("Port Forwards")
        walk(reader.access, "Protocol:", "Add", "Close")
        reader.access.press("Escape")
        reader.access.wait_window("demo")
        reader.end()


def test_tabs(display, folder):
    """Two consoles in tabs."""
    with Reader(display, folder) as reader:
        library = reader.library
        library.environment = dict(display.environment, XDG_RUNTIME_DIR=folder + "/run")
        library.create("Alpha", "--display", "none", "--serial", "pty", "--serial", "pty", script="print up;echo")
        reader.run_beside("Alpha")
        reader.run("Alpha: Serial 2", "console", "--window", "Alpha", "Alpha", "2")
        walk(reader.access)
        reader.end()
        reader.close()


def test_console(display, folder):
    """The viewer of consoles: the log, its search, patterns; what can be opened."""
    with Reader(display, folder) as reader:
        library, access = reader.library, reader.access
        library.environment = dict(display.environment, XDG_RUNTIME_DIR=folder + "/run")
        library.create("Alpha", "--display", "none", script="print up;echo")
        reader.run_beside("Alpha")
        reader.run("Alpha: Serial 1", "console", "--window", "Alpha")
        walk(access)
        access.press("ctrl+shift+f")
        access.to("Search the whole log")
        walk(access, "Search the whole log")
        access.press("Escape", "ctrl+shift+n")
        wait_for("what can be opened", lambda: access.window() not in ("", "Alpha: Serial 1"))
        walk(access)
        access.press("Escape")
        reader.end()
        reader.close()


def test_firmware(display, folder):
    """A store's pages."""
    with Reader(display, folder) as reader:
        store = os.path.join(folder, "machine.fd")
        reader.library.verb("firmware", "vars", store, "--create", "ovmf-4m", "--boot-add", "title=one,/EFI/one.efi",
                            "--boot-add", "title=two,/EFI/two.efi")
        reader.library.environment = dict(display.environment, XDG_RUNTIME_DIR=folder + "/run")
        reader.run("Variables in machine.fd", "firmware", "vars", store, "--window")
        reader.access.to("Boot Entries")
        walk_pages(reader.access, "Boot Entries")
        reader.end()


def test_flipbook(display, folder):
    """A recording of two screens."""
    with Reader(display, folder) as reader:
        reader.library.environment = dict(display.environment, XDG_RUNTIME_DIR=folder + "/run")
        record(PROGRAM, folder, os.path.join(folder, "demo.lrec"))
        reader.run("Recording of demo", "recording", "show", "demo.lrec")
        walk(reader.access, "Frame", "Screen", "Next frame (Right)", "Save Frame…", "Save Film…", "Draw the pointer")
        reader.end()


def test_assistant(display, folder):
    """Each page of an assistant."""
    with Reader(display, folder) as reader:
        reader.library.environment = dict(display.environment, XDG_RUNTIME_DIR=folder + "/run")
        reader.run("CPU Doctor", "wizard", "doctor", "--window")
        walk_pages(reader.access, "Message", "Processors", "What helps")
        reader.end()


def seen_large(reader, name):
    reader.display.picture("large-" + name)
    check_places(reader.access)


def test_large(display, folder):
    """Text of twice the size in high contrast: all is on the screen, and nothing lies on another."""
    display.environment.update(GDK_DPI_SCALE="2", GTK_THEME="HighContrast")
    with Reader(display, folder) as reader:
        access = reader.access
        machine(reader)
        seen_large(reader, "machine")
        access.press("ctrl+shift+m")
        access.to("10 Minutes")
        seen_large(reader, "performance")
        reader.end()
        open_library(reader)
        seen_large(reader, "library")
        access.press("ctrl+t")
        seen_large(reader, "library-list")
        access.press("ctrl+n")
        access.wait_window("New Machine")
        seen_large(reader, "create")
        access.press("Escape")
        reader.library.verb("firmware", "vars", folder + "/machine.fd", "--create", "ovmf-4m", "--boot-add",
                            "title=one,/EFI/one.efi")
        reader.run("Variables in machine.fd", "firmware", "vars", folder + "/machine.fd", "--window")
        for page in ("boot", "keys", "variables", "compare"):
            seen_large(reader, "firmware-" + page)
            access.press("ctrl+Page_Down")
        reader.end()
        reader.close()


TESTS = [value for name, value in list(globals().items()) if name.startswith("test_")]
run_tests("access", TESTS, PICTURES, sys.argv[3:])
