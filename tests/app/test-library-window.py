#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""The library's window by keyboard and pointer, over the fake machine: what a person does with machines.

usage: test-library-window.py PROGRAM DRAG-SOURCE PICTURES [TEST...]
"""
import json
import os
import re
import signal
import subprocess
import sys
import time

from xwindow import FOCUS_READER, WAIT, Failed, Pointer, check_complaints, run_tests, wait_for

PROGRAM, SOURCE, PICTURES = sys.argv[1:4]
MANY = 1000
MANY_SECONDS = 1.0  # until the window with all of them can be used, on a machine that does nothing else
MANY_KIB = 200 << 10


class Library:
    """The program without arguments, and the verbs beside it."""

    def __init__(self, display, folder):
        self.display, self.folder = display, folder
        self.machines = os.path.join(folder, ".local/share/lathe/machines")
        self.kernel = os.path.join(folder, "kernel")
        with open(self.kernel, "wb") as file:
            file.write(b"\x7fELF, or so")
        self.errors = os.path.join(folder, "errors")
        self.focus_file = os.path.join(folder, "focus")
        self.environment = dict(display.environment, XDG_RUNTIME_DIR=os.path.join(folder, "run"))
        os.makedirs(self.environment["XDG_RUNTIME_DIR"], mode=0o700, exist_ok=True)
        self.process = self.window = None

    def open(self):
        environment = dict(self.environment, GTK_MODULES=FOCUS_READER, FOCUS_FILE=self.focus_file)
        with open(self.errors, "a") as file:
            self.process = subprocess.Popen([PROGRAM], stderr=file, stdin=subprocess.DEVNULL,
                                            env=environment)
        self.window = wait_for("the library's window", lambda: self.find("Lathe"))
        self.focus()

    def find(self, title):
        found = self.display.tool("xdotool", "search", "--onlyvisible", "--name", "^%s$" % title)
        return found.split()[-1] if found.split() else None

    def focus(self):
        self.display.tool("xdotool", "windowfocus", "--sync", self.window)
        time.sleep(0.2)

    def dialog(self, *windows):
        """A window of the program's that is none of these, nor the library's."""
        found = self.display.tool("xdotool", "search", "--onlyvisible", "--class", "lathe").split()
        others = [window for window in found if window not in (self.window, *windows)]
        return others[-1] if others else None

    def keys(self, *keys):
        self.display.tool("xdotool", "key", "--delay", "30", *keys)

    def type(self, text):
        self.display.tool("xdotool", "type", "--delay", "15", text)

    def put_aside(self, title):
        """A machine's window, as there is no window manager that would place it."""
        window = wait_for("the window of " + title, lambda: self.find(title))
        self.wait_focus("Serial 1 of " + title)
        self.display.tool("xdotool", "windowmove", window, "900", "700")
        self.focus()

    def focused(self):
        """The accessible names of what had the focus, one after the other."""
        if not os.path.exists(self.focus_file):
            return []
        with open(self.focus_file, encoding="utf-8") as file:
            return file.read().splitlines()

    def wait_focus(self, pattern, after=0):
        """Until what has the focus has such a name, and so many had it before."""
        def is_there():
            lines = self.focused()
            if len(lines) <= after or not re.fullmatch(pattern, lines[-1]):
                raise Failed("it is on %s" % lines[-6:])
            return True
        wait_for("the focus on " + pattern, is_there)

    def keys_to(self, pattern, *keys):
        """Keys that move the focus there."""
        before = len(self.focused())
        self.keys(*keys)
        self.wait_focus(pattern, before)

    def select(self, name):
        """By the search: what is left is the only one."""
        self.keys_to("Search for machines", "ctrl+f")
        self.keys("ctrl+a")
        self.type(name)
        time.sleep(0.5)  # the entry waits for the end of typing
        self.keys_to("%s, .*" % re.escape(name), "Tab")

    def span(self, name, away):
        """The points of the first line from the left where a click leads to a tile; away leads to another one."""
        lines = self.display.tool("xdotool", "getwindowgeometry", "--shell", self.window).split()
        shape = dict(line.split("=") for line in lines)
        y, hits = int(shape["Y"]) + 150, []
        for x in range(int(shape["X"]) + 20, int(shape["X"]) + int(shape["WIDTH"]), 40):
            self.keys(away)
            self.click((x, y))
            time.sleep(0.1)
            if self.focused()[-1].startswith(name + ", "):
                hits.append(x)
            elif hits:
                break
        if not hits:
            raise Failed("no click leads to " + name)
        return hits[0] - 20, y, hits[-1] + 20

    def tiles(self, first, second):
        """A function from a tile's number and a share of its width to a point; all are in one line."""
        left, y, _ = self.span(first, "End")
        next_left, _, right = self.span(second, "Home")
        pitch = next_left - left
        return lambda number, share=0.5: (int(left + number * pitch + share * (right - next_left)), y)

    def click(self, point, *keys):
        """With these keys held."""
        words = ["mousemove", str(point[0]), str(point[1])]
        for key in keys:
            words += ["keydown", key]
        words += ["click", "1"]
        for key in keys:
            words += ["keyup", key]
        self.display.tool("xdotool", *words)

    def drag(self, start, end):
        """In steps, as a drag begins only after some way."""
        words = ["mousemove", str(start[0]), str(start[1]), "mousedown", "1"]
        for step in range(1, 11):
            words += ["mousemove", str(start[0] + (end[0] - start[0]) * step // 10),
                      str(start[1] + (end[1] - start[1]) * step // 10), "sleep", "0.05"]
        self.display.tool("xdotool", *words, "sleep", "0.2", "mouseup", "1")

    def verb(self, *words):
        done = subprocess.run([PROGRAM, *words], env=self.environment, stdin=subprocess.DEVNULL,
                              capture_output=True, text=True, check=False)
        if done.returncode != 0:
            raise Failed("lathe %s: %s" % (" ".join(words), done.stderr))
        return done.stdout

    def create(self, name, *options, script="print up;echo"):
        self.verb("create", name, "--kernel", self.kernel, "--append", script, *options)

    def log(self, machine):
        with open(os.path.join(self.machines, machine, "machine.log"), encoding="utf-8") as file:
            return file.read()

    def states(self):
        return {machine["name"]: machine["state"] for machine in json.loads(self.verb("list", "--json"))}

    def wait_state(self, name, state):
        def has():
            if self.states().get(name) != state:
                raise Failed(str(self.states()))
            return True
        wait_for("%s, %s" % (name, state), has)

    def process_of(self, name):
        return next(machine["pid"] for machine in json.loads(self.verb("list", "--json"))
                    if machine["name"] == name)

    def close(self):
        if self.process is not None:
            self.process.terminate()
            self.process.wait()
        for machine in json.loads(self.verb("list", "--json")):
            if machine["pid"] != 0:
                os.kill(machine["pid"], signal.SIGTERM)
        with open(self.errors) as file:
            check_complaints(file.read())


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
