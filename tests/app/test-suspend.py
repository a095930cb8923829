#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Suspending by the verbs, with the fake machine: what is refused, and that nothing interrupted is half.

test-suspend.py FAKE INTERRUPT verbs|interruptions: as test-library.py. A fake machine's state is its place in
its script, so one that goes on does not say again what it said.
"""
import json
import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), ".."))
import verdict  # pylint: disable=wrong-import-position

FAKE, INTERRUPT = (os.path.abspath(word) for word in sys.argv[1:3])
SCRATCH = tempfile.mkdtemp(prefix="lathe-suspend-")
MACHINES = os.path.join(SCRATCH, "data", "lathe", "machines")
GO = os.path.join(SCRATCH, "go")
NAME = "Works"
FOLDER = os.path.join(MACHINES, "works")
STATE = os.path.join(FOLDER, "suspended")


def report(name, good, why=""):
    verdict.report("suspend: " + name, good, why)


def environment(**more):
    kept = {name: value for name, value in os.environ.items() if name not in ("DISPLAY", "WAYLAND_DISPLAY")}
    return {**kept, "XDG_DATA_HOME": os.path.join(SCRATCH, "data"), "LC_ALL": "C.UTF-8",
            "XDG_RUNTIME_DIR": os.path.join(SCRATCH, "run"), **more}


def lathe(*words):
    return subprocess.run([FAKE, *words], env=environment(), cwd=SCRATCH, stdin=subprocess.DEVNULL,
                          capture_output=True, text=True, timeout=60, check=False)


def must(*words):
    done = lathe(*words)
    if done.returncode != 0:
        report("lathe " + " ".join(words), False, done.stderr)
    return done.stdout


def refused(name, *words, why):
    done = lathe(*words)
    lines = [line for line in done.stderr.splitlines() if line]
    report(name, done.returncode == 2 and len(lines) == 1 and why in done.stderr, (done.returncode, done.stderr))


def machine():
    return next(row for row in json.loads(must("list", "--json")) if row["name"] == NAME)


def state():
    return machine()["state"]


def leftovers():
    return [name for name in os.listdir(FOLDER) if name.startswith(".new")]


class Running:
    """`lathe run`, until it ends or is killed."""

    def __init__(self, *words, said=None, limit=None, **more):
        command = [FAKE, "run", NAME, *words]
        if limit is not None: # of each file, in KiB
            command = ["bash", "-c", "ulimit -f %d; trap '' XFSZ; exec \"$@\"" % limit, "-", *command]
        self.process = subprocess.Popen(command, env=environment(**more), stdin=subprocess.DEVNULL,
                                        stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        self.first = self.process.stdout.readline().strip() if said is not None else None
        if said is not None:
            report("it says " + said, self.first == said, self.first)

    def __enter__(self):
        return self

    def __exit__(self, *unused):
        self.process.kill()
        self.process.communicate()

    def end(self):
        out, err = self.process.communicate(timeout=60)
        return self.process.returncode, out, err


def suspended():
    """One that has said "one", and says "two" as soon as GO is there."""
    if os.path.exists(GO):
        os.unlink(GO)
    with Running(said="one") as running:
        must("suspend", NAME)
        report("its process ends well", running.end()[0] == 0)
    with open(GO, "w", encoding="ascii"):
        pass


def goes_on():
    suspended()
    row = machine()
    report("it is suspended", row["state"] == "suspended", row)
    report("nothing else is left", leftovers() == [], leftovers())
    report("the list says so", re.search(NAME + ".*suspended", must("list")) is not None, must("list"))
    with Running(said="two") as running:
        report("the state is used up", not os.path.exists(STATE))
        report("it runs", state() == "running", state())
        must("pause", NAME)
        must("suspend", NAME)
        report("suspended while it is paused", running.end()[0] == 0 and state() == "suspended")
    with Running(said=None) as running:
        time.sleep(0.3)
        must("stop", NAME, "--force")
        status, out, _ = running.end()
        report("the second time it says nothing more", status == 0 and out == "", (status, out))
    report("it is off", state() == "off", state())


def refusals():
    refused("one that is off", "suspend", NAME, why="does not run")
    refused("nothing to discard", "discard", NAME, why="is not suspended")
    suspended()
    refused("no clone of a suspended one", "clone", NAME, "Clone", why="is suspended")
    refused("no linked clone", "clone", NAME, "Clone", "--linked", why="is suspended")
    refused("no other devices", "edit", NAME, "--memory", "256M", why="is suspended")
    must("edit", NAME, "--group", "Servers")
    must("edit", NAME, "--title", "At work")
    with Running(said="two"):
        refused("a running one is not discarded", "discard", NAME, why="run")


def fits_not(name, why, change):
    """A state that fits no more is told, kept, and can be discarded."""
    suspended()
    undo = change()
    refused(name, "run", NAME, why=why)
    report(name + ": the state stays", state() == "suspended", state())
    refused(name + ": how to go on", "run", NAME, why="lathe discard '%s'" % NAME)
    if undo is not None:
        undo()
        with Running(said="two"):
            pass
        return
    must("discard", NAME)
    report(name + ": it is off", state() in ("off", "crashed") and not os.path.exists(STATE), state())
    with Running(said="one"):
        pass


def change_disk():
    path = os.path.join(FOLDER, "disk.qcow2")
    with open(path, "r+b") as stream:
        stream.seek(0, os.SEEK_END)
        stream.write(bytes(512))


def hide_disk():
    path = os.path.join(FOLDER, "disk.qcow2")
    os.rename(path, path + ".away")
    return lambda: os.rename(path + ".away", path)


def change_definition():
    path = os.path.join(FOLDER, "machine.xml")
    with open(path, encoding="utf-8") as stream:
        before = stream.read()
    with open(path, "w", encoding="utf-8") as stream:
        stream.write(re.sub("<memory([^>]*)>[0-9]+<", "<memory\\1>4096<", before))

    def undo():
        with open(path, "w", encoding="utf-8") as stream:
            stream.write(before)
    return undo


def cut(length):
    def change():
        os.truncate(STATE, length)
    return change


def overwrite():
    with open(STATE, "r+b") as stream:
        stream.seek(128 << 10)
        stream.write(b"nonsense")


def full_disk():
    """No room for the state: it is said, and the machine goes on."""
    if os.path.exists(GO):
        os.unlink(GO)
    with Running(said="one", limit=64) as running:
        refused("no room", "suspend", NAME, why="File too large")
        report("no room: it runs", state() == "running", state())
        with open(GO, "w", encoding="ascii"):
            pass
        report("no room: it goes on", running.process.stdout.readline().strip() == "two")
        report("no room: nothing is left", leftovers() == [] and not os.path.exists(STATE), leftovers())


def throw_away():
    path = os.path.join(SCRATCH, "control")
    with subprocess.Popen([FAKE, "run", "--kernel", os.path.join(SCRATCH, "kernel"), "--append", "spin", "--control",
                           "unix:" + path], env=environment(), stdin=subprocess.DEVNULL) as process:
        while not os.path.exists(path):
            time.sleep(0.02)
        with socket.socket(socket.AF_UNIX) as link:
            link.connect(path)
            link.sendall(b'{"execute": "qmp_capabilities"}{"execute": "__org.lathe_vm_suspend"}')
            said = b""
            while b"error" not in said:
                said += link.recv(4096)
        report("a throw-away machine cannot be suspended", b"only a machine of the library" in said, said)
        process.kill()


def verbs():
    goes_on()
    refusals()
    fits_not("a changed disk", "was changed since", change_disk)
    fits_not("a lost disk", "is gone", hide_disk)
    fits_not("another memory", "settings have changed", change_definition)
    fits_not("half a head", "damaged", cut(1000))
    fits_not("no state behind the head", "another script", cut(128 << 10))
    fits_not("another state", "another script", overwrite)
    full_disk()
    throw_away()


def interruptions():
    """Killed at each change of a file while it is suspended: suspended or not, never half."""
    number, seen = 1, set()
    while True:
        if os.path.exists(GO):
            os.unlink(GO)
        must("discard", NAME) if os.path.exists(STATE) else None
        with Running(said=None, LD_PRELOAD=INTERRUPT, INTERRUPT_AT=str(number),
                     ASAN_OPTIONS="verify_asan_link_order=0") as running:
            if running.process.stdout.readline().strip() == "one":
                lathe("suspend", NAME)
            status = running.end()[0]
        with open(GO, "w", encoding="ascii"):
            pass
        found = state()
        seen.add(found)
        if status == 0 or found not in ("suspended", "crashed", "off"):
            break
        with Running(said=None) as running:
            first = running.process.stdout.readline().strip()
        if first != ("two" if found == "suspended" else "one"):
            report("killed at step %d" % number, False, (found, first))
            return
        number += 1
    report("killed at each of %d steps" % (number - 1),
           status == 0 and number > 8 and seen >= {"suspended", "crashed"}, (number, status, found, seen))


try:
    with open(os.path.join(SCRATCH, "kernel"), "wb") as kernel:
        kernel.write(b"\177ELF, or so")
    os.mkdir(os.path.join(SCRATCH, "run"), mode=0o700)
    must("create", NAME, "--kernel", os.path.join(SCRATCH, "kernel"), "--disk", "size=1M", "--serial", "stdio",
         "--append", "print one;until %s;print two;spin" % GO)
    {"verbs": verbs, "interruptions": interruptions}[sys.argv[3]]()
finally:
    shutil.rmtree(SCRATCH, ignore_errors=True)
verdict.finish()
