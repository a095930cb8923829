#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""A good citizen of the desktop: search, preferences, notifications.

usage: test-manners.py PROGRAM PICTURES [TEST...]; GSETTINGS_SCHEMA_DIR has the schema
"""
import ast
import os
import subprocess
import sys
import time

from xwindow import WAIT, Failed, Window, keep_preferences, run_tests, wait_for

PROGRAM, PICTURES = sys.argv[1:3]
PROVIDER = "org.lathe_vm.Lathe.SearchProvider"

XML = """<domain type="kvm"><name>%s</name>%s<memory unit="MiB">64</memory><vcpu>1</vcpu>
<os><type arch="x86_64" machine="q35">hvm</type></os></domain>"""


class Bus:
    """A session bus with what the installation puts there, and a library of machines."""

    def __init__(self, display, folder, *machines):
        self.display = display
        services = os.path.join(folder, "dbus-1", "services")
        os.makedirs(services)
        for name, option in ((PROVIDER, "--search-provider"), ("org.lathe_vm.Lathe", "--gapplication-service")):
            with open(os.path.join(services, name + ".service"), "w") as file:
                file.write("[D-BUS Service]\nName=%s\nExec=%s %s\n" % (name, os.path.abspath(PROGRAM), option))
        for name, title in machines:
            place = os.path.join(folder, "lathe", "machines", name)
            os.makedirs(place)
            with open(os.path.join(place, "machine.xml"), "w") as file:
                file.write(XML % (name, "<title>%s</title>" % title if title else ""))
        self.environment = dict(display.environment, XDG_DATA_DIRS=folder + ":/usr/share", XDG_DATA_HOME=folder)
        self.daemon = subprocess.Popen(["dbus-daemon", "--session", "--nofork", "--print-address=1"],
                                       env=self.environment, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL,
                                       text=True)
        self.environment["DBUS_SESSION_BUS_ADDRESS"] = self.daemon.stdout.readline().strip()

    def call(self, method, *arguments):
        done = subprocess.run(["gdbus", "call", "--session", "--timeout", "30", "--dest", PROVIDER, "--object-path",
                               "/org/lathe_vm/Lathe/SearchProvider", "--method",
                               "org.gnome.Shell.SearchProvider2." + method, *arguments],
                              env=self.environment, capture_output=True, text=True)
        if done.returncode != 0:
            raise Failed("%s: %s" % (method, done.stderr))
        return done.stdout.strip()

    def found(self, method, *arguments):
        return sorted(ast.literal_eval(self.call(method, *arguments).replace("@as ", ""))[0])

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.daemon.terminate()
        self.daemon.wait()


def expect(what, found, wanted):
    if found != wanted:
        raise Failed("%s: %s, not %s" % (what, found, wanted))


def test_search(display, folder):
    """D-Bus starts the provider, which finds machines by their names and titles."""
    machines = (("debian-12", None), ("web", "Café Server"), ("日本語", None), ("Debian-Sid", None))
    with Bus(display, folder, *machines) as bus:
        expect("a word", bus.found("GetInitialResultSet", "['debian']"), ["Debian-Sid", "debian-12"])
        expect("two words", bus.found("GetInitialResultSet", "['debian','12']"), ["debian-12"])
        expect("an accent", bus.found("GetInitialResultSet", "['cafe']"), ["web"])
        expect("no spaces", bus.found("GetInitialResultSet", "['本']"), ["日本語"])
        expect("nothing", bus.found("GetInitialResultSet", "['windows']"), [])
        expect("no words", bus.found("GetInitialResultSet", "@as []"), [])
        expect("among them", bus.found("GetSubsearchResultSet", "['web','debian-12']", "['d']"), ["debian-12"])
        metas = bus.call("GetResultMetas", "['web','../../etc','gone']")
        if "<'Café Server'>" not in metas or metas.count("'id'") != 1:
            raise Failed(metas)


def test_search_opens(display, folder):
    """What was chosen is asked of the window by its action, also if the window has to be started."""
    with Bus(display, folder, ("demo", None)) as bus:
        watch = subprocess.Popen(["dbus-monitor", "--session", "type=method_call,interface=org.freedesktop.Application"],
                                 env=bus.environment, stdout=subprocess.PIPE, text=True)
        said = []
        bus.call("ActivateResult", "demo", "['demo']", "0")
        deadline = time.monotonic() + 2 * WAIT
        while time.monotonic() < deadline and '"demo"' not in "".join(said):
            said.append(watch.stdout.readline())
        watch.terminate()
        if '"open-machine"' not in "".join(said):
            raise Failed("nobody was asked: " + "".join(said))


def kernel(folder):
    path = os.path.join(folder, "demo")
    with open(path, "wb") as file:
        file.write(b"\x7fELF, or so")
    return path


def notified(display, folder, script, wanted, **preferences):
    """What a machine behind another window tells the desktop. wanted None: nothing."""
    if preferences:
        keep_preferences(folder, **preferences)
    with Bus(display, folder) as bus:
        log = open(os.path.join(folder, "notifications"), "w+")
        watch = subprocess.Popen(["dbus-monitor", "--session", "type=method_call,interface=org.freedesktop.Notifications"],
                                 env=bus.environment, stdout=log)
        plain, display.environment = display.environment, bus.environment
        try:
            machine = Window(display, folder, "demo", [PROGRAM, "run", kernel(folder), "--append", script])
            other = subprocess.Popen(["xmessage", "another window"], env=display.environment)
            window = wait_for("another window", lambda: machine.find("xmessage"))
            machine.focus(window)
            machine.go("away")
            machine.wait_text("told")
            if wanted is not None:
                wait_for("a notification", lambda: wanted in open(log.name).read())
            else:
                time.sleep(1)
                expect("notifications", "Notify" in open(log.name).read(), False)
            machine.process.terminate()
            machine.process.wait()
            other.terminate()
            other.wait()
        finally:
            display.environment = plain
            watch.terminate()
            watch.wait()


def test_guest_restarts(display, folder):
    notified(display, folder, "until away;print told;wait 2000;reset;spin", "“demo” started again")


def test_machine_faults(display, folder):
    notified(display, folder, "until away;print told;crash the roof fell in", "“demo” stopped by an error")


def test_not_wanted(display, folder):
    notified(display, folder, "until away;print told;crash the roof fell in", None, notify=False)


def test_no_schema(display, folder):
    """The program runs without its schema, and says that it keeps nothing."""
    plain, display.environment = display.environment, dict(display.environment, GSETTINGS_SCHEMA_DIR=folder)
    try:
        machine = Window(display, folder, "demo", [PROGRAM, "run", kernel(folder), "--append", "print here;spin"])
        machine.wait_text("here")
        wait_for("a word about it", lambda: "preferences are not kept" in machine.messages())
        machine.process.terminate()
        machine.process.wait()
    finally:
        display.environment = plain


run_tests("manners", [test_search, test_search_opens, test_guest_restarts, test_machine_faults, test_not_wanted,
                      test_no_schema], PICTURES, sys.argv[3:])
