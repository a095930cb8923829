#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""The window under a virtual X server, with real key events, over the fake machine.

usage: test-window.py PROGRAM INSPECTOR PICTURES
PROGRAM is lathe-fake-gtk, INSPECTOR is test-window, PICTURES a folder for pictures of the window.
"""
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time

PROGRAM, INSPECTOR, PICTURES = sys.argv[1:4]
WAIT = 15.0


class Failed(Exception):
    pass


def wait_for(what, condition):
    end = time.monotonic() + WAIT
    while time.monotonic() < end:
        value = condition()
        if value:
            return value
        time.sleep(0.05)
    raise Failed("never: " + what)


class Display:
    """An X server of our own, on a free number."""

    def __init__(self, folder):
        read, write = os.pipe()
        self.log = open(os.path.join(folder, "xvfb.log"), "w")
        self.process = subprocess.Popen(
            ["Xvfb", "-displayfd", str(write), "-screen", "0", "1100x800x24", "-nolisten", "tcp"],
            pass_fds=[write], stdout=self.log, stderr=self.log)
        os.close(write)
        with os.fdopen(read) as pipe:  # the line's end comes by itself, and the server waits for it
            number = pipe.readline().strip()
        if not number:
            raise Failed("Xvfb did not start")
        self.environment = dict(os.environ, DISPLAY=":" + number, GDK_BACKEND="x11",
                                NO_AT_BRIDGE="1", XDG_CONFIG_HOME=folder, LC_ALL="C.UTF-8",
                                GTK_USE_PORTAL="0", HOME=folder)
        self.environment.pop("WAYLAND_DISPLAY", None)
        self.environment.pop("DBUS_SESSION_BUS_ADDRESS", None)

    def close(self):
        self.process.terminate()
        self.process.wait()
        self.log.close()

    def tool(self, *words):
        return subprocess.run(words, env=self.environment, stdout=subprocess.PIPE,
                              stderr=subprocess.DEVNULL, text=True).stdout

    def picture(self, name):
        path = os.path.join(PICTURES, name + ".png")
        self.tool("import", "-window", "root", path)
        colors = int(self.tool("identify", "-format", "%k", path) or 0)
        if colors < 16:
            raise Failed("the picture %s shows nothing" % path)


class Machine:
    """lathe run over a script of the fake machine; its first serial port also goes to a file."""

    def __init__(self, display, folder, script, *options):
        self.display = display
        self.kernel = os.path.join(folder, "demo")
        self.serial = tempfile.mktemp(dir=folder)
        with open(self.kernel, "wb") as file:
            file.write(b"\x7fELF, or so")
        self.stderr = open(os.path.join(folder, "stderr"), "w+")
        self.process = subprocess.Popen(
            [PROGRAM, "run", self.kernel, "--append", script, "--serial", "file:" + self.serial,
             *options], env=display.environment, stderr=self.stderr, stdin=subprocess.DEVNULL)
        self.window = wait_for("a window", lambda: self.find("demo"))
        self.focus(self.window)

    def find(self, name):
        found = self.display.tool("xdotool", "search", "--onlyvisible", "--name", "^%s$" % name)
        return found.split()[-1] if found.split() else None

    def focus(self, window):
        self.display.tool("xdotool", "windowfocus", "--sync", window)
        time.sleep(0.2)

    def keys(self, *keys):
        self.display.tool("xdotool", "key", "--delay", "30", *keys)

    def type(self, text):
        self.display.tool("xdotool", "type", "--delay", "15", text)

    def text(self):
        with open(self.serial, errors="replace", newline="") as file:
            return file.read()

    def wait_text(self, text):
        wait_for("'%s' on the serial port" % text, lambda: text in self.text())

    def dialog(self):
        windows = self.display.tool("xdotool", "search", "--onlyvisible", "--class", "lathe").split()
        others = [window for window in windows if window != self.window]
        return others[-1] if others else None

    def end(self, status):
        try:
            found = self.process.wait(WAIT)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
            raise Failed("the process does not end")
        self.stderr.seek(0)
        messages = self.stderr.read()
        if "CRITICAL" in messages or "WARNING" in messages:
            raise Failed("GTK complains: " + messages)
        if found != status:
            raise Failed("exit status %d, not %d: %s" % (found, status, messages))
        return messages


def test_typing(display, folder):
    machine = Machine(display, folder, "print up;echo", "--serial", "default")
    machine.wait_text("up")
    machine.type("hello")
    machine.keys("Return", "Tab", "ctrl+c", "F10", "alt+x")
    machine.wait_text("hello\r\n\t\x03\x1b[21~\x1bx")
    display.picture("typing")
    machine.keys("ctrl+shift+q")
    machine.focus(wait_for("a question", machine.dialog))
    display.picture("question")
    machine.keys("alt+s")
    machine.end(0)


def test_pause(display, folder):
    machine = Machine(display, folder, "print up;echo")
    machine.wait_text("up")
    machine.keys("ctrl+shift+p")
    time.sleep(0.5)
    machine.type("late")
    time.sleep(0.5)
    if "late" in machine.text():
        raise Failed("a paused machine reads")
    machine.keys("ctrl+shift+p")
    machine.wait_text("late")
    machine.process.send_signal(signal.SIGTERM)
    machine.end(128 + signal.SIGTERM)


def test_keyboard_reach(display, folder):
    """Out of the terminal, over the buttons, to reset; and back."""
    machine = Machine(display, folder, "print up;echo")
    machine.wait_text("up")
    machine.keys("ctrl+Tab", "Tab", "space")
    wait_for("a reset", lambda: machine.text().count("up") == 2)
    machine.keys("ctrl+Tab")
    machine.type("back")
    machine.wait_text("back")
    machine.keys("ctrl+Tab", "Tab", "Tab", "space")  # the power button
    time.sleep(0.5)
    display.picture("stopped")
    machine.keys("ctrl+shift+q")
    machine.end(0)


def test_close_asks(display, folder):
    machine = Machine(display, folder, "print up;echo")
    machine.wait_text("up")
    machine.keys("ctrl+shift+q")
    machine.focus(wait_for("a question", machine.dialog))
    machine.keys("Return")  # Cancel is the default
    wait_for("the question to go", lambda: machine.dialog() is None)
    machine.focus(machine.window)
    machine.type("alive")
    machine.wait_text("alive")
    machine.process.terminate()
    machine.end(128 + signal.SIGTERM)


def test_crash_and_again(display, folder):
    machine = Machine(display, folder, "print up;wait 500;crash An internal limit was reached.")
    time.sleep(1.5)
    display.picture("crashed")
    machine.keys("Return")  # Start Again has the focus
    wait_for("a second start", lambda: machine.text().count("up") == 2)
    time.sleep(1)
    machine.keys("ctrl+shift+w")
    machine.end(3)


def test_search_and_zoom(display, folder):
    machine = Machine(display, folder, "print alpha;print beta;flood 40;echo")
    machine.wait_text("alpha")
    machine.keys("ctrl+shift+f")
    machine.type("beta")
    machine.keys("ctrl+plus", "ctrl+plus")
    time.sleep(0.5)
    display.picture("search")
    machine.keys("Escape", "ctrl+0", "ctrl+minus")
    machine.type("after")
    machine.wait_text("after")
    machine.keys("ctrl+shift+t")
    machine.wait_text("stty rows ")
    machine.keys("ctrl+question")
    time.sleep(0.7)
    display.picture("shortcuts")
    machine.process.terminate()
    machine.end(128 + signal.SIGTERM)


def test_log(display, folder):
    machine = Machine(display, folder, "print logged;echo")
    path = os.path.join(folder, "saved.log")
    machine.wait_text("logged")
    machine.keys("ctrl+shift+s")
    machine.focus(wait_for("a file dialog", machine.dialog))
    machine.keys("ctrl+a")
    machine.type(path)
    display.picture("log-dialog")
    machine.keys("Return")
    wait_for("the log", lambda: os.path.exists(path) and "logged" in open(path).read())
    machine.focus(machine.window)
    machine.type("more")
    wait_for("more log", lambda: "more" in open(path).read())
    machine.process.terminate()
    machine.end(128 + signal.SIGTERM)


def test_script_ends_window(display, folder):
    Machine(display, folder, "wait 1500;print now;spin", "--expect-serial", "now",
            "--timeout", "20").end(0)
    Machine(display, folder, "spin", "--timeout", "1.5").end(124)
    Machine(display, folder, "wait 1500;exit 2", "--debug-exit").end(5)


def test_inspect(display, folder):
    done = subprocess.run([INSPECTOR], env=display.environment, stdin=subprocess.DEVNULL)
    if done.returncode != 0:
        raise Failed("see above")


TESTS = [test_inspect, test_typing, test_pause, test_keyboard_reach, test_close_asks,
         test_crash_and_again, test_search_and_zoom, test_log, test_script_ends_window]


def run(test):
    folder = tempfile.mkdtemp(prefix="lathe-window-")
    display = None
    name = "window: " + test.__name__[5:].replace("_", " ")
    try:
        display = Display(folder)
        test(display, folder)
        print("ok", name, flush=True)
        return True
    except Failed as failure:
        print("# %s" % failure, file=sys.stderr)
        print("not ok", name, flush=True)
        return False
    finally:
        if display is not None:
            display.close()
        shutil.rmtree(folder, ignore_errors=True)


def main():
    os.makedirs(PICTURES, exist_ok=True)
    wanted = sys.argv[4:]
    chosen = [test for test in TESTS if not wanted or test.__name__[5:] in wanted]
    sys.exit(0 if all([run(test) for test in chosen]) else 1)


main()
