# SPDX-License-Identifier: GPL-3.0-or-later
"""The library's window as a person uses it, by keys, and the verbs beside it: for tests of windows."""
import json
import os
import re
import signal
import subprocess
import time

from xwindow import FOCUS_READER, Failed, check_complaints, wait_for


class LibraryWindow:
    """The program without arguments, and the verbs beside it."""

    def __init__(self, program, display, folder):
        self.program, self.display, self.folder = program, display, folder
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
            self.process = subprocess.Popen([self.program], stderr=file, stdin=subprocess.DEVNULL,
                                            env=environment)
        self.window = wait_for("the library's window", lambda: self.find("Lathe"))
        self.focus()

    def find(self, title):
        found = self.display.tool("xdotool", "search", "--onlyvisible", "--name", "^%s$" % title)
        return found.split()[-1] if found.split() else None

    def focus(self):
        self.display.tool("xdotool", "windowfocus", "--sync", self.window)
        time.sleep(0.2)

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
                raise Failed("it is on %s" % lines[-1:])
            return True
        wait_for("the focus on " + pattern, is_there)

    def keys_to(self, pattern, *keys):
        """Keys that move the focus there."""
        before = len(self.focused())
        self.keys(*keys)
        self.wait_focus(pattern, before)

    def select(self, name):
        """By the search: what is left is the only one. The window may hear of it a moment later."""
        def is_only():
            self.keys_to("Search for machines", "ctrl+f")
            self.keys("ctrl+a")
            self.type(name)
            self.keys_to(".*", "Tab")
            if not re.match(re.escape(name) + ", ", self.focused()[-1]):
                raise Failed("it is on %s" % self.focused()[-1:])
            return True
        wait_for("the machine %s alone" % name, is_only)

    def dialog(self, *windows):
        """A window of the program's that is none of these, nor the library's."""
        found = self.display.tool("xdotool", "search", "--onlyvisible", "--class", "lathe").split()
        others = [window for window in found if window not in (self.window, *windows)]
        return others[-1] if others else None

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
        done = subprocess.run([self.program, *words], env=self.environment, stdin=subprocess.DEVNULL,
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
        with open(self.errors, "a+") as file:
            file.seek(0)
            check_complaints(file.read())
