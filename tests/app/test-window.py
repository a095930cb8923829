#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""The window under a virtual X server, with real key events, over the fake machine.

usage: test-window.py PROGRAM INSPECTOR PICTURES [TEST...]
PROGRAM is lathe-fake, INSPECTOR is test-window, PICTURES a folder for pictures of the window.
"""
import os
import signal
import subprocess
import sys
import time

from xwindow import PATIENCE, Failed, Window, run_tests, wait_for

PROGRAM, INSPECTOR, PICTURES = sys.argv[1:4]


class Machine(Window):
    """lathe run over a script of the fake machine."""

    def __init__(self, display, folder, script, *options):
        kernel = os.path.join(folder, "demo")
        with open(kernel, "wb") as file:
            file.write(b"\x7fELF, or so")
        super().__init__(display, folder, "demo",
                         [PROGRAM, "run", kernel, "--append", script], list(options))


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
    machine.change(lambda: machine.keys("ctrl+shift+p"))
    machine.type("late")
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
    machine.leave("ctrl+Tab")
    machine.tab_to("Reset")
    machine.keys("space")
    wait_for("a reset", lambda: machine.text().count("up") == 2)
    machine.keys("ctrl+Tab")
    machine.type("back")
    machine.wait_text("back")
    machine.leave("ctrl+Tab")
    machine.tab_to("Power button")
    machine.change(lambda: machine.keys("space"))
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
    machine = Machine(display, folder, "print up;until later;crash An internal limit was reached.")
    machine.wait_text("up")
    machine.change(lambda: machine.go("later"))
    display.picture("crashed")
    machine.hold("later")
    machine.keys("Return")  # Start Again has the focus
    wait_for("a second start", lambda: machine.text().count("up") == 2)
    machine.change(lambda: machine.go("later"))
    machine.keys("ctrl+shift+w")
    machine.end(3)


def test_search_and_zoom(display, folder):
    machine = Machine(display, folder, "print alpha;print beta;flood 40;echo")
    machine.wait_text("alpha")
    machine.keys("ctrl+shift+f")
    machine.type("beta")
    machine.keys("ctrl+plus", "ctrl+plus")
    display.picture("search")
    machine.keys("Escape", "ctrl+0", "ctrl+minus")
    machine.type("after")
    machine.wait_text("after")
    machine.keys("ctrl+shift+t")
    machine.wait_text("stty rows ")
    machine.change(lambda: machine.keys("ctrl+question"))
    display.picture("shortcuts")
    machine.process.terminate()
    machine.end(128 + signal.SIGTERM)


def test_copy_and_paste(display, folder):
    machine = Machine(display, folder, "print alpha;echo")
    machine.wait_text("alpha")
    machine.keys("ctrl+shift+a", "ctrl+shift+c", "ctrl+shift+v")
    wait_for("the text a second time", lambda: machine.text().count("alpha") == 2)
    machine.keys("ctrl+shift+k")  # clears the screen, not the clipboard
    machine.keys("ctrl+shift+v")
    wait_for("the text a third time", lambda: machine.text().count("alpha") == 3)
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
    for script, options, status in (("until seen;print now;spin", ["--expect-serial", "now"], 0),
                                    ("until seen;exit 2", ["--debug-exit"], 5)):
        machine = Machine(display, folder, script, *options)
        machine.go("seen")
        machine.end(status)
        machine.hold("seen")
    Machine(display, folder, "spin", "--timeout", str(2 * PATIENCE)).end(124)


def listens(port):
    with open("/proc/net/tcp", encoding="ascii") as table:
        return any(line.split()[1:4:2] == ["0100007F:%04X" % port, "0A"] for line in table)


def test_console_size(display, folder):
    """A terminal of the virtio console tells the guest its size, and each other one."""
    machine = Machine(display, folder, "terminals;spin", "--console", "default")
    machine.keys("ctrl+Page_Down")
    wait_for("a size", lambda: "terminal " in machine.text())
    before = machine.text().split("terminal ")[-1]
    display.tool("xdotool", "windowsize", machine.window, "560", "420")
    wait_for("another size than " + before, lambda: machine.text().split("terminal ")[-1] != before)
    machine.process.terminate()
    machine.end(128 + signal.SIGTERM)


def test_forwards(display, folder):
    """A port is forwarded and no more, by keyboard; what cannot be is said, and nothing else changes."""
    machine = Machine(display, folder, "print up;echo", "--net", "user,forward=tcp:127.0.0.1:23101-:22")
    machine.wait_text("up")
    machine.keys("ctrl+shift+n")
    dialog = wait_for("the dialog", machine.dialog)
    machine.focus(dialog)
    machine.keys("ctrl+a")
    machine.type("23102")
    machine.keys("Tab", "ctrl+a")
    machine.type("80")
    machine.keys("Return")
    wait_for("the new forward", lambda: listens(23102))
    machine.keys("Return")  # once more: it is taken
    time.sleep(0.5)
    display.picture("forwards")
    if not listens(23101) or not listens(23102):
        raise Failed("a refused forward ends another")
    machine.keys("shift+Tab", "space")  # the last one's button
    wait_for("the forward to go", lambda: not listens(23102))
    if not listens(23101):
        raise Failed("another forward went too")
    machine.keys("Escape")
    wait_for("the dialog to go", lambda: machine.dialog() is None)
    machine.focus(machine.window)
    machine.type("alive")
    machine.wait_text("alive")
    machine.process.terminate()
    machine.end(128 + signal.SIGTERM)


def test_inspect(display, folder):
    for words in ([], ["start"]):
        done = subprocess.run([INSPECTOR, *words], env=display.environment,
                              stdin=subprocess.DEVNULL, timeout=60)
        if done.returncode != 0:
            raise Failed("see above")


TESTS = [test_inspect, test_typing, test_pause, test_keyboard_reach, test_close_asks,
         test_crash_and_again, test_search_and_zoom, test_copy_and_paste, test_log, test_console_size, test_forwards,
         test_script_ends_window]

run_tests("window", TESTS, PICTURES, sys.argv[4:])
