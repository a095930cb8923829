#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""The window of serial consoles, with a person's keys and pointer, over the fake machine.

usage: test-console-window.py PROGRAM CLIPBOARD PICTURES [TEST...]
"""
import os
import pty
import signal
import socket
import subprocess
import sys
import time

from xwindow import WAIT, Failed, Window, run_tests, wait_for

PROGRAM, CLIPBOARD, PICTURES = sys.argv[1:4]
BOOT = "".join("print [    0.%06d] device %d: %s;" % (i * 731, i, ("ready", "ready", "warning: slow", "ready",
                                                                   "error -5, retrying")[i % 5]) for i in range(60))


class Machine:
    """A machine of the library, in a process of its own without a window."""

    def __init__(self, display, folder, name, script, *options):
        self.environment = dict(display.environment, XDG_DATA_HOME=folder + "/data", XDG_RUNTIME_DIR=folder + "/run")
        self.folder, self.name = folder, name
        os.makedirs(folder + "/run", mode=0o700, exist_ok=True)
        with open(folder + "/kernel", "wb") as file:
            file.write(b"\x7fELF, or so")
        subprocess.run([PROGRAM, "create", name, "--kernel", folder + "/kernel", "--append", script, "--display",
                        "none", "--gpu", "none", *options], env=self.environment, check=True,
                       stdout=subprocess.DEVNULL)
        self.process = None
        self.start()

    def start(self):
        self.process = subprocess.Popen([PROGRAM, "run", self.name], env=self.environment, stdin=subprocess.DEVNULL,
                                        stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        wait_for("the ports of " + self.name, lambda: os.path.exists(self.path()))

    def path(self):
        return "%s/run/lathe/%d.console" % (self.folder, self.process.pid)

    def text(self):
        """All that the first port wrote, by a viewer of our own."""
        with socket.socket(socket.AF_UNIX) as client:
            client.connect(self.path())
            client.settimeout(WAIT)
            client.sendall(b"A\x07\0\0serial0")
            seen = b""
            while b"D\0\0\0" not in seen:
                seen += client.recv(65536)
        return seen.decode(errors="replace")

    def wait_text(self, text):
        wait_for("'%s' from the machine" % text, lambda: text in self.text())

    def verb(self, *words):
        subprocess.run([PROGRAM, *words], env=self.environment, check=True)

    def end(self):
        self.process.terminate()
        self.process.wait()


class Viewer(Window):
    """The program as "lathe console --window"."""

    def __init__(self, display, folder, title, *words):  # pylint: disable=super-init-not-called
        self.display, self.folder = display, folder
        self.stderr = open(os.path.join(folder, "stderr-%d" % time.monotonic_ns()), "w+")
        self.focus_file = self.stderr.name + "-focus"
        environment = dict(display.environment, XDG_DATA_HOME=folder + "/data", XDG_RUNTIME_DIR=folder + "/run",
                           FOCUS_FILE=self.focus_file, GTK_MODULES=os.environ.get("FOCUS_READER", ""))
        self.process = subprocess.Popen([PROGRAM, "console", "--window", *words], env=environment, stderr=self.stderr,
                                        stdin=subprocess.DEVNULL)
        self.window = wait_for("a window", lambda: self.find(title))
        self.focus(self.window)
        display.wait_rest()

    def title(self, title):
        wait_for("a window '%s'" % title, lambda: self.find(title))

    def copied(self):
        """What Ctrl+Shift+C copies."""
        self.keys("ctrl+shift+c")
        time.sleep(0.3)
        return self.display.tool(CLIPBOARD)

    def finish(self):
        self.process.terminate()
        self.process.wait()
        self.stderr.seek(0)
        for line in self.stderr.read().splitlines():
            if "CRITICAL" in line or "WARNING" in line:
                raise Failed("GTK complains: " + line)


def test_terminal(display, folder):
    """Keys go to the guest; break; a restart of the process is seen; the window stays."""
    machine = Machine(display, folder, "demo", "print hello from demo;echo")
    viewer = Viewer(display, folder, "demo: Serial 1", "demo")
    viewer.type("typed here")
    machine.wait_text("typed here")
    viewer.keys("ctrl+shift+b")
    machine.wait_text("[break]")
    display.picture("console-terminal")
    machine.verb("reset", "demo")
    machine.end()
    time.sleep(0.5)
    display.picture("console-waiting")
    machine.start()
    time.sleep(1)
    viewer.type("and again")
    machine.wait_text("and again")
    viewer.finish()
    machine.end()


def test_log(display, folder):
    """Search over all of it, patterns, boots, hexadecimal, export."""
    machine = Machine(display, folder, "demo", BOOT + "print login:;echo")
    machine.wait_text("login:")
    machine.verb("reset", "demo")
    machine.wait_text("R\x08\0\0")
    viewer = Viewer(display, folder, "demo: Serial 1", "demo")
    viewer.keys("ctrl+shift+f")
    viewer.wait_focus("Search the whole log")
    viewer.type("device 7:")
    time.sleep(0.6)
    viewer.keys("Return")
    display.picture("console-log")
    if "device 7: warning: slow" not in viewer.copied():
        raise Failed("what was found is not selected: " + viewer.copied())
    viewer.keys("ctrl+shift+Page_Up")
    time.sleep(0.3)
    if "reset" not in viewer.copied():
        raise Failed("no jump to a boot: " + viewer.copied())
    display.picture("console-boot")
    viewer.keys("ctrl+shift+x")
    display.wait_rest()
    display.picture("console-hex")
    viewer.finish()
    machine.end()


def test_tabs(display, folder):
    """Several ports and machines in tabs; one gets a window of its own, by keys and by the pointer."""
    first = Machine(display, folder, "one", "print this is one;echo", "--serial", "pty", "--serial", "pty")
    second = Machine(display, folder, "two", "print this is two;echo")
    viewer = Viewer(display, folder, "two: Serial 1", "one", "one", "2", "two")
    display.picture("console-tabs")
    viewer.type("to two")
    second.wait_text("to two")
    viewer.keys("ctrl+Page_Down")
    viewer.title("one: Serial 1")
    viewer.type("to one")
    first.wait_text("to one")
    viewer.keys("ctrl+shift+d")
    other = wait_for("a second window", viewer.dialog)
    wait_for("its tab", lambda: viewer.find("one: Serial 1") == other)
    viewer.focus(other)
    viewer.type(" again")
    first.wait_text("to one again")
    viewer.focus(viewer.window)
    viewer.keys("ctrl+shift+w")
    display.picture("console-detached")
    viewer.finish()
    first.end()
    second.end()


def test_device(display, folder):
    """A pty of the host; a text is pasted slowly; the other end closes."""
    leader, follower = pty.openpty()
    name = os.ttyname(follower)
    viewer = Viewer(display, folder, name, name)
    os.write(leader, b"a device of the host\r\n")
    viewer.type("hi")
    wait_for("what was typed", lambda: os.read(leader, 100) == b"hi" or True)
    os.close(follower)
    os.close(leader)
    time.sleep(0.5)
    display.picture("console-closed")
    viewer.finish()


run_tests("console-window", [test_terminal, test_log, test_tabs, test_device], PICTURES, sys.argv[4:])
