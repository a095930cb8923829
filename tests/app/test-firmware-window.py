#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""The window of a variable store with real keys and drags: what is saved is read by the command line.

usage: test-firmware-window.py PAGES PROGRAM PICTURES [TEST...]
"""
import fcntl
import os
import subprocess
import sys
import time

from xwindow import FOCUS_READER, Failed, check_complaints, run_tests, wait_for

PAGES, PROGRAM, PICTURES = sys.argv[1:4]
TEMPLATE = "/usr/share/OVMF/OVMF_VARS_4M.ms.fd"
CERTIFICATE = os.path.abspath(os.path.join(os.path.dirname(__file__), "../wizards/data/ca.pem"))


def call(*words):
    done = subprocess.run([PROGRAM, "firmware", "vars", *words], stdin=subprocess.DEVNULL, text=True,
                          stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
    if done.returncode != 0:
        raise Failed("%s: %s" % (words, done.stdout))
    return done.stdout


def value(store, name):
    """What the file says of a variable; "": it has none."""
    for line in call(store).splitlines():
        if line.split()[:1] == [name]:
            return line.split(None, 1)[1].strip()
    return ""


def make(folder):
    """A store with three entries, one, two and three."""
    store = os.path.join(folder, "machine.fd")
    call(store, "--create", "ovmf-4m", "--boot-add", "title=one,/EFI/one.efi", "--boot-add",
         "title=two,/EFI/two.efi", "--boot-add", "title=three,/EFI/three.efi", "--keys-from", TEMPLATE,
         "--secure-boot", "on")
    return store


class Store:
    """The window of a store, or what leads to it."""

    def __init__(self, display, folder, title, *words):
        self.display = display
        self.errors = os.path.join(folder, "errors-%d" % time.monotonic_ns())
        self.focus_file = self.errors + "-focus"
        own = dict(display.environment, XDG_DATA_HOME=folder, GTK_MODULES=FOCUS_READER,
                   FOCUS_FILE=self.focus_file)
        with open(self.errors, "w") as file:
            self.process = subprocess.Popen(words, stderr=file, stdin=subprocess.DEVNULL, env=own)
        self.show(title)

    def find(self, title):
        found = self.display.tool("xdotool", "search", "--onlyvisible", "--name", "^%s$" % title).split()
        return found[-1] if found else None

    def show(self, title):
        self.window = wait_for("the window " + title, lambda: self.find(title))
        self.display.tool("xdotool", "windowfocus", "--sync", self.window)
        time.sleep(0.2)

    def keys(self, *keys):
        self.display.tool("xdotool", "key", "--delay", "40", *keys)

    def type(self, text):
        self.display.tool("xdotool", "type", "--delay", "20", text)

    def enter(self, text):
        self.type(text)
        self.keys("Return")

    def focused(self):
        if not os.path.exists(self.focus_file):
            return [""]
        with open(self.focus_file, encoding="utf-8") as file:
            return file.read().splitlines() or [""]

    def wait_focus(self, name):
        wait_for("the focus on %s; it is on %s" % (name, self.focused()[-1]),
                 lambda: self.focused()[-1].startswith(name))

    def step(self, key, name):
        """By this key again and again to what has a name that begins so."""
        for _ in range(40):
            if self.focused()[-1].startswith(name):
                return
            before = len(self.focused())
            self.keys(key)
            wait_for("another focus than %s" % self.focused()[-1], lambda: len(self.focused()) > before)
        raise Failed("%s does not lead to '%s', but to %s" % (key, name, self.focused()[-40:]))

    def saves(self, store, name, expected):
        self.keys("ctrl+s")
        wait_for("%s saved as %s; it is %s" % (name, expected, value(store, name)),
                 lambda: value(store, name) == expected)

    def end(self):
        wait_for("the window's end", lambda: self.process.poll() is not None)
        with open(self.errors) as file:
            check_complaints(file.read())


def open_store(display, folder):
    store = make(folder)
    window = Store(display, folder, "Variables in machine.fd", PROGRAM, "firmware", "vars", store, "--window")
    window.wait_focus("Boot Entries")
    return store, window


def test_boot_order(display, folder):
    """Moved by keys, undone, done again, saved; then one is removed, one is added, one is next."""
    store, window = open_store(display, folder)
    window.step("Tab", "one: ")
    window.keys("alt+Down", "alt+Down")
    window.wait_focus("one: ")
    display.picture("firmware-boot")
    window.saves(store, "BootOrder", "0001, 0002, 0000")
    window.keys("ctrl+z")
    window.saves(store, "BootOrder", "0001, 0000, 0002")
    window.keys("ctrl+shift+z")
    window.saves(store, "BootOrder", "0001, 0002, 0000")
    window.keys("Up", "Delete")
    window.saves(store, "BootOrder", "0001, 0000")
    window.keys("alt+t")
    window.type("four\t")
    window.keys("ctrl+a")
    window.enter("/EFI/four.efi\tquiet")
    window.saves(store, "BootOrder", "0001, 0000, 0002")
    if value(store, "Boot0002") != r"four: \EFI\four.efi":
        raise Failed("another entry: " + value(store, "Boot0002"))
    window.keys("alt+u", "ctrl+a")
    window.enter("http://192.0.2.1/x.iso")
    window.saves(store, "BootNext", "0099")
    window.keys("Escape")
    window.end()


def test_dragging(display, folder):
    """The first entry is dragged to the third place."""
    store, window = open_store(display, folder)
    lines = display.tool("xdotool", "getwindowgeometry", "--shell", window.window).split()
    place = dict(line.split("=") for line in lines)
    left, top = int(place["X"]), int(place["Y"])
    before = display.shot()
    words = ["mousemove", str(left + 154), str(top + 113), "mousedown", "1"]
    for step in range(1, 12):
        words += ["mousemove", str(left + 154 + step), str(top + 113 + 7 * step), "sleep", "0.05"]
    display.tool("xdotool", *words, "mouseup", "1")
    display.wait_rest(before)
    window.saves(store, "BootOrder", "0001, 0002, 0000")
    window.keys("Escape")
    window.end()


def test_keys(display, folder):
    """Secure Boot is switched off; a key is taken out, and comes back by undo."""
    store, window = open_store(display, folder)
    window.keys("Down")
    window.wait_focus("Secure Boot")
    display.picture("firmware-keys")
    window.keys("alt+b")
    window.saves(store, "SecureBootEnable", "off")
    window.step("Tab", "KEK: ")
    window.keys("Delete")
    window.saves(store, "KEK", "1 signature: x509 1")
    window.keys("ctrl+z")
    window.saves(store, "KEK", "2 signatures: x509 2")
    window.keys("alt+b")
    window.saves(store, "SecureBootEnable", "on")
    window.keys("Escape")
    window.end()


def choose(window, title, path):
    """A file in GTK's own chooser, which takes its time to open, rests between, and so does its entry."""
    window.show(title)
    time.sleep(0.7)
    window.display.wait_rest()
    if not title.startswith("Save"):  # else its entry is there already
        before = window.display.shot()
        window.keys("ctrl+l")
        window.display.wait_rest(before)
    time.sleep(0.4)
    window.keys("ctrl+a")
    window.type(path)
    time.sleep(0.4)
    window.display.wait_rest()
    window.keys("Return")
    wait_for("the end of " + title, lambda: window.find(title) is None)
    window.show("Variables in machine.fd")


def test_files(display, folder):
    """A certificate is enrolled, a key is made, stores are compared, variables go out as JSON."""
    store, window = open_store(display, folder)
    window.keys("Down")
    window.wait_focus("Secure Boot")
    window.keys("alt+a")
    choose(window, "Choose a Certificate, a List or a Program", CERTIFICATE)
    window.saves(store, "db", "3 signatures: x509 3")
    window.keys("alt+m")
    key = os.path.join(folder, "own.key")
    choose(window, "Save the Private Key", key)
    window.saves(store, "db", "4 signatures: x509 4")
    if os.stat(key).st_mode & 0o777 != 0o600 or "My key" not in call(store, "--verbose", "--var", "PK"):
        raise Failed("no key of one's own: " + call(store, "--verbose", "--var", "PK"))
    window.keys("ctrl+Next", "ctrl+Next")
    window.wait_focus("Differences")
    window.keys("alt+w")
    choose(window, "Choose a Variable Store", TEMPLATE)
    display.picture("firmware-compare")
    window.keys("Escape")
    window.end()


def test_variables(display, folder):
    """A variable is set; a value that cannot be is told; closing asks, and saves."""
    store, window = open_store(display, folder)
    window.keys("Down", "Down")
    window.wait_focus("Variables")
    window.keys("alt+n")
    window.enter("Timeout\t7x")
    time.sleep(0.4)
    display.picture("firmware-wrong")
    window.keys("ctrl+a")
    window.enter("7")
    window.saves(store, "Timeout", "7")
    window.keys("ctrl+a")
    window.enter("8")
    display.picture("firmware-variables")
    window.keys("ctrl+Next")
    window.wait_focus("Differences")
    display.picture("firmware-differences")
    window.keys("Escape")
    window.show("Changes Are Not Saved")
    window.keys("alt+s")
    window.end()
    if value(store, "Timeout") != "8":
        raise Failed("not saved: " + value(store, "Timeout"))


def test_in_use(display, folder):
    """A store that a machine has is shown, and cannot be changed."""
    store = make(folder)
    with open(store, "rb") as held:
        before = held.read()
        fcntl.flock(held, fcntl.LOCK_EX)
        window = Store(display, folder, "Variables in machine.fd", PROGRAM, "firmware", "vars", store, "--window")
        window.wait_focus("Boot Entries")
        window.step("Tab", "one: ")
        window.keys("alt+Down", "ctrl+s")
        display.picture("firmware-in-use")
        window.keys("Escape")
        window.end()
    with open(store, "rb") as file:
        if file.read() != before:
            raise Failed("it was changed")


def test_from_settings(display, folder):
    """The page of firmware leads to the machine's own store, which is made for it."""
    subprocess.run([PROGRAM, "create", "demo", "--firmware", "uefi"], check=True, stdout=subprocess.DEVNULL,
                   env=dict(display.environment, XDG_DATA_HOME=folder))
    window = Store(display, folder, "Settings of demo", PAGES, "settings", "demo")
    window.wait_focus("Overview")
    window.step("Down", "Firmware")
    window.keys("alt+e")
    window.show("Variables in vars.fd")
    display.picture("firmware-from-settings")
    store = os.path.join(folder, "lathe", "machines", "demo", "vars.fd")
    window.keys("Down", "Down", "alt+n")
    window.enter("Timeout\t3")
    window.saves(store, "Timeout", "3")
    window.keys("Escape")
    window.show("Settings of demo")
    window.keys("Escape")
    window.end()


run_tests("firmware-window", [test_boot_order, test_dragging, test_keys, test_files, test_variables, test_in_use,
                              test_from_settings], PICTURES, sys.argv[4:])
