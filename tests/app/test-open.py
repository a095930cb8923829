#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""The start window, drops with a real pointer and D-Bus, over the fake machine.

usage: test-open.py PROGRAM DRAG-SOURCE PICTURES [TEST...]
"""
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time

from xwindow import Display, Failed, Pointer, wait_for

PROGRAM, SOURCE, PICTURES = sys.argv[1:4]


class Start:
    """The program without arguments, under a session bus if there is an environment for it."""

    def __init__(self, display, folder, *arguments, environment=None):
        self.display = display
        self.errors = os.path.join(folder, "errors-%d" % time.monotonic_ns())
        with open(self.errors, "w") as file:
            self.process = subprocess.Popen([PROGRAM, *arguments], stderr=file,
                                            stdin=subprocess.DEVNULL,
                                            env=environment or display.environment)

    def window(self, title="Lathe"):
        return wait_for("the window " + title, lambda: find(self.display, title))

    def said(self, words):
        with open(self.errors) as file:
            return words in file.read()

    def end(self):
        self.process.terminate()
        self.process.wait()
        with open(self.errors) as file:
            text = file.read()
        if "CRITICAL" in text or "WARNING" in text:
            raise Failed("GTK complains: " + text)


def find(display, title):
    found = display.tool("xdotool", "search", "--onlyvisible", "--name", "^%s$" % title).split()
    return found[-1] if found else None


def close(display, title):
    """Ends the machine's process."""
    process = display.tool("xdotool", "getwindowpid", find(display, title))
    os.kill(int(process), signal.SIGTERM)
    wait_for("%s to go" % title, lambda: find(display, title) is None)


def kernel(folder, name="demo"):
    path = os.path.join(folder, name)
    with open(path, "wb") as file:
        file.write(b"\x7fELF, or so")
    return path


def test_drop_starts(display, folder):
    """A file is dragged onto the start window: a machine of its own runs."""
    start = Start(display, folder)
    window = start.window()
    time.sleep(0.7)
    display.picture("start")
    with Pointer(display, SOURCE, kernel(folder)) as pointer:
        pointer.drop_on(window)
        start.window("demo")
    time.sleep(0.7)
    display.picture("start-dropped")
    close(display, "demo")
    start.end()


def test_recent(display, folder):
    """What was opened is listed, and a click starts it again."""
    start = Start(display, folder)
    window = start.window()
    with Pointer(display, SOURCE, kernel(folder)) as pointer:
        pointer.drop_on(window)
        start.window("demo")
        close(display, "demo")
    display.tool("xdotool", "windowfocus", "--sync", window)
    time.sleep(0.5)
    display.picture("start-recent")
    display.tool("xdotool", "key", "--delay", "60", "alt+r", "Down", "Up", "Return")
    start.window("demo")
    close(display, "demo")
    start.end()


def test_bad_file(display, folder):
    """The sentence that says what is wrong is in the window."""
    path = os.path.join(folder, "page.iso")
    with open(path, "wb") as file:
        file.write(b"<html>" + bytes(9000))
    start = Start(display, folder)
    window = start.window()
    with Pointer(display, SOURCE, path) as pointer:
        pointer.drop_on(window)
        wait_for("an error", lambda: start.said("is a web page"))
    time.sleep(0.7)
    display.picture("start-error")
    start.end()


def test_choose(display, folder):
    """The button, and the file chooser by the keyboard."""
    start = Start(display, folder)
    display.tool("xdotool", "windowfocus", "--sync", start.window())
    display.tool("xdotool", "key", "alt+c")
    dialog = wait_for("a file dialog", lambda: find(display, "Choose a Disc or Disk Image"))
    display.tool("xdotool", "windowfocus", "--sync", dialog)
    time.sleep(0.5)
    display.tool("xdotool", "type", "--delay", "20", kernel(folder))
    time.sleep(0.5)
    display.tool("xdotool", "key", "Return")
    start.window("demo")
    close(display, "demo")
    start.end()


def test_several(display, folder):
    """lathe FILE FILE: two machines; the file manager's URIs are fine, too."""
    first, second = kernel(folder), kernel(folder, "demo two")
    start = Start(display, folder, first, "file://" + second.replace(" ", "%20"))
    start.window("demo")
    start.window("demo two")
    close(display, "demo")
    close(display, "demo two")
    if start.process.wait(20) != 128 + signal.SIGTERM:  # the first's
        raise Failed("status %d" % start.process.returncode)


def test_single_instance(display, folder):
    """One start window in a session; D-Bus starts it, and opens files."""
    services = os.path.join(folder, "dbus-1", "services")
    os.makedirs(services)
    with open(os.path.join(services, "org.lathe_vm.Lathe.service"), "w") as file:
        file.write("[D-BUS Service]\nName=org.lathe_vm.Lathe\nExec=%s --gapplication-service\n"
                   % os.path.abspath(PROGRAM))
    environment = dict(display.environment, XDG_DATA_DIRS=folder + ":/usr/share")
    script = """
"$0" & sleep 2
timeout 10 "$0" || exit 1
kill $! && wait $!
gdbus call --session --dest org.lathe_vm.Lathe --object-path /org/lathe_vm/Lathe \
    --method org.freedesktop.Application.Open "['file://$1']" '{}' || exit 2
sleep 3
"""
    done = subprocess.Popen(["dbus-run-session", "--", "sh", "-c", script, PROGRAM, kernel(folder)],
                            env=environment, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
                            stderr=subprocess.DEVNULL)
    wait_for("the machine that D-Bus opened", lambda: find(display, "demo"), 40)
    if find(display, "Lathe"):
        raise Failed("there is a start window that nobody asked for")
    close(display, "demo")
    if done.wait(30) != 0:
        raise Failed("status %d" % done.returncode)


TESTS = [test_drop_starts, test_recent, test_bad_file, test_choose, test_several,
         test_single_instance]


def run(test):
    folder = tempfile.mkdtemp(prefix="lathe-open-")
    display = None
    name = "open: " + test.__name__[5:].replace("_", " ")
    try:
        display = Display(folder, PICTURES)
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
