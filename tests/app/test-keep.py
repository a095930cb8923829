#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Trials that are kept, by the verbs and with the fake machine: they run on as machines of the library, with
their disks' changes in an image of their own.

test-keep.py FAKE
"""
import json
import os
import re
import shutil
import signal
import struct
import subprocess
import sys
import tempfile
import time

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), ".."))
import verdict  # pylint: disable=wrong-import-position

FAKE = os.path.abspath(sys.argv[1])
SCRATCH = tempfile.mkdtemp(prefix="lathe-keep-")
MACHINES = os.path.join(SCRATCH, "data", "lathe", "machines")
IMAGE, KERNEL = os.path.join(SCRATCH, "try me.img"), os.path.join(SCRATCH, "kernel")


def report(name, good, why=""):
    verdict.report("keep: " + name, good, why)


def environment():
    kept = {name: value for name, value in os.environ.items() if name not in ("DISPLAY", "WAYLAND_DISPLAY")}
    return {**kept, "XDG_DATA_HOME": os.path.join(SCRATCH, "data"), "LC_ALL": "C.UTF-8",
            "XDG_RUNTIME_DIR": os.path.join(SCRATCH, "run")}


def lathe(*words):
    return subprocess.run([FAKE, *words], env=environment(), cwd=SCRATCH, stdin=subprocess.DEVNULL,
                          capture_output=True, text=True, timeout=60, check=False)


def refused(name, *words, why):
    done = lathe(*words)
    report(name, done.returncode == 2 and why in done.stderr, (done.returncode, done.stderr))


def machines():
    return {row["name"]: row for row in json.loads(lathe("list", "--json").stdout)}


class Trial:
    """A machine that nobody keeps yet, in a process of its own."""

    def __init__(self, *words):
        self.process = subprocess.Popen([FAKE, "run", *words, "--display", "none"], env=environment(), cwd=SCRATCH,
                                        stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL)
        self.socket = os.path.join(SCRATCH, "run", "lathe", "%d.control" % self.process.pid)
        end = time.monotonic() + 30
        while not os.path.exists(self.socket) and time.monotonic() < end:
            time.sleep(0.02)

    def __enter__(self):
        return self

    def __exit__(self, *why):
        self.process.kill()
        self.process.wait()


def backing(path):
    """What a qcow2 image names behind it."""
    with open(path, "rb") as stream:
        head = stream.read(4096)
    offset, size = struct.unpack_from(">QI", head, 8)
    return head[:4] == b"QFI\xfb" and head[offset:offset + size].decode()


def definition(folder):
    with open(os.path.join(MACHINES, folder, "machine.xml"), encoding="utf-8") as stream:
        return stream.read()


def disk():
    with Trial(IMAGE, "--kernel", KERNEL) as trial:
        report("there is nothing yet", machines() == {}, machines())
        done = lathe("keep")
        report("its name", done.stdout == "try me\n", done.stdout + done.stderr)
        row = machines().get("try me", {})
        report("it runs", row.get("state") == "running", row)
        report("same process", str(trial.process.pid) in definition_of_lock("try-me"), definition_of_lock("try-me"))
        image = os.path.join(MACHINES, "try-me", "disk.qcow2")
        report("its disk", os.path.exists(image) and backing(image) == IMAGE, os.listdir(os.path.dirname(image)))
        text = definition("try-me")
        report("its definition", "disk.qcow2" in text and "transient" not in text and IMAGE not in text, text)
        refused("no trial is left", "keep", why="no trial runs here")
        refused("once is enough", "keep", str(trial.process.pid), why="is no trial")
        report("verbs reach it", lathe("pause", "try me").returncode == 0 and machines()["try me"]["state"] == "paused")
        report("it is suspended", lathe("suspend", "try me").returncode == 0 and trial.process.wait(30) == 0)
        report("what it was doing is kept", machines()["try me"]["state"] == "suspended", machines())
    lathe("discard", "try me")
    with Trial("try me"):
        report("it starts again", machines()["try me"]["state"] == "running", machines())
    with open(IMAGE, "rb") as stream:
        report("the file is as it was", stream.read() == CONTENTS)


def definition_of_lock(folder):
    with open(os.path.join(MACHINES, folder, "lock"), encoding="utf-8") as stream:
        return stream.read()


def names():
    with Trial(IMAGE, "--kernel", KERNEL) as trial:
        refused("another's name", "keep", "--name", "try me", why="try me")
        refused("no name", "keep", "--name", "../x", why="name")
        report("it is a trial still", lathe("keep").stdout == "try me (2)\n", machines())
        os.kill(trial.process.pid, signal.SIGKILL)
        trial.process.wait()
        report("it crashed as others do", machines()["try me (2)"]["state"] == "crashed", machines())
    with Trial(IMAGE, "--kernel", KERNEL), Trial(IMAGE, "--kernel", KERNEL) as second:
        refused("several", "keep", why="several trials run")
        done = lathe("keep", str(second.process.pid), "--name", "Second")
        report("one of several", done.stdout == "Second\n", done.stderr)
        done = lathe("keep", "--name", "First")
        report("the other one", done.stdout == "First\n", done.stderr)
    refused("no process", "keep", "4194305", why="4194305")
    refused("no number", "keep", "x", why="'x' is none")


def kernel():
    """A trial without a disk, given by options, is reached at its own socket."""
    with Trial(KERNEL, "--append", "print one; spin", "--memory", "96M", "--smp", "2"):
        report("a kernel", lathe("keep").stdout == "kernel\n", machines())
        text = definition("kernel")
        report("its settings", re.search(r"<kernel>%s</kernel>" % re.escape(KERNEL), text) and "print one; spin" in text
               and ">2</vcpu>" in text, text)
        report("nothing else is there", sorted(os.listdir(os.path.join(MACHINES, "kernel"))) ==
               ["lock", "machine.log", "machine.xml"], os.listdir(os.path.join(MACHINES, "kernel")))


def full():
    """Where there is no room nothing has changed."""
    shutil.rmtree(MACHINES)
    with open(MACHINES, "wb"):
        pass
    with Trial(IMAGE, "--kernel", KERNEL) as trial:
        refused("no library", "keep", why="machines")
        os.unlink(MACHINES)
        report("it goes on", trial.process.poll() is None and lathe("keep").stdout == "try me\n", machines())


CONTENTS = b"\xeb\xfe" + bytes(508) + b"\x55\xaa" + bytes(1 << 20)
with open(IMAGE, "wb") as image_file:
    image_file.write(CONTENTS)
with open(KERNEL, "wb") as kernel_file:
    kernel_file.write(b"\177ELF, or so")
disk()
names()
kernel()
full()
shutil.rmtree(SCRATCH, ignore_errors=True)
verdict.finish()
