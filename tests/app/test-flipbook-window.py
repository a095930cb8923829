#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""The flip-book with real keys: what is saved of a page is what the command line has of the frame.

usage: test-flipbook-window.py PROGRAM PICTURES [TEST...]
"""
import filecmp
import json
import os
import subprocess
import sys
import time

from library import LibraryWindow
from recorded import record
from xwindow import FOCUS_READER, Failed, check_complaints, run_tests, wait_for

PROGRAM, PICTURES = sys.argv[1:3]


def call(*words, status=0, **more):
    done = subprocess.run([PROGRAM, "recording", *words], stdin=subprocess.DEVNULL, text=True, stdout=subprocess.PIPE,
                          stderr=subprocess.PIPE, **more)
    if done.returncode != status:
        raise Failed("%s: %d, %s" % (words, done.returncode, done.stderr))
    return done.stdout if status == 0 else done.stderr


def frames(path, head):
    """The numbers of a screen's frames."""
    told = json.loads(call("info", "--frames", "--json", path))["list"]
    return [frame["number"] for frame in told if frame["screen"] == head]


def choose(display, title, path):
    """In a file chooser. Its Return may only take what it completed."""
    def find():
        found = display.tool("xdotool", "search", "--onlyvisible", "--name", "^%s$" % title).split()
        return found[-1] if found else None

    def goes():
        display.tool("xdotool", "key", "Return")
        time.sleep(0.5)
        return not find()
    display.tool("xdotool", "windowfocus", "--sync", wait_for("the dialog " + title, find))
    time.sleep(0.2)
    display.tool("xdotool", "key", "ctrl+l", "ctrl+a")
    display.tool("xdotool", "type", "--delay", "20", path)
    wait_for("the dialog to go", goes)


class Book:
    def __init__(self, display, folder):
        self.display, self.folder = display, folder
        self.path = os.path.join(folder, "demo.lrec")
        record(PROGRAM, folder, self.path)
        self.errors = os.path.join(folder, "errors")
        self.focus_file = os.path.join(folder, "focus")
        own = dict(display.environment, GTK_MODULES=FOCUS_READER, FOCUS_FILE=self.focus_file)
        with open(self.errors, "w") as file:
            self.process = subprocess.Popen([PROGRAM, "recording", "show", self.path], stderr=file, env=own,
                                            stdin=subprocess.DEVNULL)
        self.window = wait_for("the window", lambda: self.find("Recording of demo"))
        self.focus(self.window)
        self.wait_focus("Frame")

    def find(self, title):
        found = self.display.tool("xdotool", "search", "--onlyvisible", "--name", "^%s$" % title).split()
        return found[-1] if found else None

    def focus(self, window):
        self.display.tool("xdotool", "windowfocus", "--sync", window)
        time.sleep(0.2)

    def focused(self):
        if not os.path.exists(self.focus_file):
            return ""
        with open(self.focus_file, encoding="utf-8") as file:
            return (file.read().splitlines() or [""])[-1]

    def wait_focus(self, name):
        wait_for("the focus on %s" % name, lambda: self.focused() == name)

    def keys(self, *keys):
        self.display.tool("xdotool", "key", "--delay", "40", *keys)

    def save(self, key, title, name):
        """What this key saves, in a file of this name."""
        path = os.path.join(self.folder, name)
        self.keys(key)
        choose(self.display, title, path)
        wait_for(name, lambda: os.path.exists(path))
        self.focus(self.window)
        return path

    def shows(self, number):
        """The page is this frame."""
        saved = self.save("ctrl+s", "Save This Frame", "page-%d.png" % time.monotonic_ns())
        wanted = os.path.join(self.folder, "frame-%d.png" % time.monotonic_ns())
        call("frame", "--cursor", self.path, str(number), wanted)
        if not filecmp.cmp(saved, wanted, shallow=False):
            raise Failed("the page is not frame %d" % number)

    def end(self):
        self.keys("Escape")
        wait_for("the window's end", lambda: self.process.poll() is not None)
        with open(self.errors) as file:
            check_complaints(file.read())


def test_pages(display, folder):
    """Steps, ends, another screen and back."""
    book = Book(display, folder)
    first, second = frames(book.path, 1), frames(book.path, 2)
    if len(first) < 4 or not second:
        raise Failed("the recording has frames %s and %s" % (first, second))
    book.shows(first[0])
    book.keys("Right", "period")
    display.picture("flipbook")
    book.shows(first[2])
    book.keys("Left")
    book.shows(first[1])
    book.keys("End")
    book.shows(first[-1])
    book.keys("2")
    display.picture("flipbook-second")
    book.shows(second[-1])
    book.keys("1", "Page_Up")
    book.shows(first[0])
    book.keys("9")  # no such screen: the page stays
    display.picture("flipbook-no-screen")
    book.shows(first[0])
    book.end()


def test_film(display, folder):
    """It is what the command line makes; a second one does not take its place."""
    book = Book(display, folder)
    wanted = os.path.join(folder, "wanted.png")
    call("export", "--cursor", book.path, wanted)
    film = book.save("ctrl+e", "Save a Film of This Screen", "film.png")
    if not filecmp.cmp(film, wanted, shallow=False):
        raise Failed("another film than the command line's")
    display.picture("flipbook-film")
    before = os.stat(film).st_mtime_ns
    book.save("ctrl+e", "Save a Film of This Screen", "film.png")
    display.picture("flipbook-film-there")
    if os.stat(film).st_mtime_ns != before:
        raise Failed("the film was overwritten")
    book.end()


def test_library(display, folder):
    """Opened from the library; what is no recording is said."""
    path = os.path.join(folder, "demo.lrec")
    record(PROGRAM, folder, path)
    with open(os.path.join(folder, "none.lrec"), "w") as file:
        file.write("something else")
    library = LibraryWindow(PROGRAM, display, folder)
    library.create("Alpha")
    library.open()
    for name, title in (("demo.lrec", "Recording of demo"), ("none.lrec", "The Recording Cannot Be Shown")):
        library.keys("ctrl+shift+v")
        choose(display, "Open a Recording", os.path.join(folder, name))
        window = wait_for(title, lambda: display.tool("xdotool", "search", "--onlyvisible", "--name",
                                                      "^%s$" % title).split())
        display.picture("library-recording-" + name)
        display.tool("xdotool", "windowfocus", "--sync", window[-1])
        time.sleep(0.2)
        display.tool("xdotool", "key", "Escape")
        wait_for("its end", lambda: not display.tool("xdotool", "search", "--onlyvisible", "--name",
                                                     "^%s$" % title).split())
        library.focus()
    library.close()


def test_refused(display, folder):
    """A line each: no file, no recording, no desktop."""
    path = os.path.join(folder, "none.lrec")
    with open(path, "w") as file:
        file.write("something else")
    nowhere = {name: value for name, value in display.environment.items() if name != "DISPLAY"}
    for words, environment, wanted in (((os.path.join(folder, "nothing"),), display.environment, "nothing"),
                                       ((path,), display.environment, "recording"), ((path,), nowhere, "no desktop"),
                                       ((), display.environment, "takes FILE")):
        said = call("show", *words, status=2, env=environment)
        if wanted not in said or said.count("\n") != 1:
            raise Failed("show %s says %s" % (words, said))


run_tests("flipbook", [test_pages, test_film, test_library, test_refused], PICTURES, sys.argv[3:])
