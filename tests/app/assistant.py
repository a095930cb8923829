# SPDX-License-Identifier: GPL-3.0-or-later
"""An assistant's window, as a person uses it by keys: for tests of windows."""
import json
import os
import subprocess
import time

from xwindow import FOCUS_READER, Failed, check_complaints, wait_for


class Wizard:
    """A "lathe wizard NAME --window"."""

    def __init__(self, program, display, folder, name, title, *words):
        self.display = display
        self.folder = folder
        self.errors = os.path.join(folder, "errors-%d" % time.monotonic_ns())
        self.focus_file = self.errors + "-focus"
        own = dict(display.environment, XDG_DATA_HOME=os.path.join(folder, "data"), FOCUS_FILE=self.focus_file,
                   GTK_MODULES=FOCUS_READER)
        with open(self.errors, "w", encoding="utf-8") as file:
            self.process = subprocess.Popen([program, "wizard", name, "--window", *words], stderr=file,
                                            stdin=subprocess.DEVNULL, env=own, cwd=folder)
        self.window = wait_for("the window " + title, lambda: self.find(title))
        self.focus(self.window)

    def find(self, title):
        found = self.display.tool("xdotool", "search", "--onlyvisible", "--name", "^%s$" % title).split()
        return found[-1] if found else None

    def focus(self, window):
        self.display.tool("xdotool", "windowfocus", "--sync", window)
        time.sleep(0.2)

    def keys(self, *keys):
        self.display.tool("xdotool", "key", "--delay", "40", *keys)

    def type(self, text):
        """Several lines with Return between them."""
        for number, line in enumerate(text.split("\n")):
            if number:
                self.keys("Return")
            self.display.tool("xdotool", "type", "--delay", "15", line)

    def drag(self, start, end):
        """With the pointer, as a hand does it: down, on the way, up. Places in the window."""
        tool = self.display.tool
        middle = [(start[i] + end[i]) // 2 for i in (0, 1)]
        tool("xdotool", "mousemove", "--window", self.window, *map(str, start), "mousedown", "1")
        for place in (middle, end):
            time.sleep(0.15)
            tool("xdotool", "mousemove", "--window", self.window, *map(str, place))
        time.sleep(0.15)
        tool("xdotool", "mouseup", "1")
        time.sleep(0.3)

    def focused(self):
        if not os.path.exists(self.focus_file):
            return [""]
        with open(self.focus_file, encoding="utf-8") as file:
            return file.read().splitlines() or [""]

    def wait_focus(self, name):
        wait_for("the focus on %s; it is on %s" % (name, self.focused()[-1]), lambda: self.focused()[-1] == name)

    def step(self, key):
        before = len(self.focused())
        self.keys(key)
        wait_for("another focus than %s" % self.focused()[-1], lambda: len(self.focused()) > before)
        return self.focused()[-1]

    def tab_to(self, name):
        for _ in range(40):
            if self.step("Tab") == name:
                return
        raise Failed("Tab does not lead to '%s', but to %s" % (name, self.focused()[-40:]))

    def dialog(self, title, path):
        """Types a path into a chooser of files."""
        window = wait_for("the dialog " + title, lambda: self.find(title))
        self.focus(window)
        time.sleep(0.7)  # it takes its time to open, rests between, and so does its entry
        self.display.wait_rest()
        if title.startswith("Open"):
            before = self.display.shot()
            self.keys("ctrl+l")
            self.display.wait_rest(before)
            time.sleep(0.4)
        self.keys("ctrl+a")
        self.type(path)
        time.sleep(0.4)
        self.display.wait_rest()  # it may go on with the name by itself
        self.keys("Return")
        wait_for("the dialog's end", lambda: not self.find(title))
        self.focus(self.window)

    def save_answers(self, name):
        """The answers as they are in the window."""
        path = os.path.join(self.folder, name)
        self.keys("ctrl+s")
        self.dialog("Save Answers", path)
        wait_for("the file " + name, lambda: os.path.exists(path))
        with open(path, encoding="utf-8") as file:
            return json.load(file)["answers"]

    def end(self):
        self.keys("Escape")
        wait_for("the program's end", lambda: self.process.poll() is not None)
        with open(self.errors, encoding="utf-8") as file:
            messages = file.read()
        check_complaints(messages)
        if self.process.returncode != 0:
            raise Failed("exit status %d: %s" % (self.process.returncode, messages))
