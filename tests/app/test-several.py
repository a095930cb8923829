#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Several machines by one verb, and ten at once, one of which is killed: real machines with a small guest (qmp-guest.S).

test-several.py LATHE GUEST
"""
import hashlib
import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), ".."))
from verdict import finish, report  # pylint: disable=wrong-import-position

from qmp import PATIENCE, Failed, Qmp, wait_for

LATHE, GUEST = (os.path.abspath(word) for word in sys.argv[1:3])
FOLDER = tempfile.mkdtemp(prefix="lathe-several-")
LIBRARY = os.path.join(FOLDER, "data", "lathe", "machines")
ENVIRONMENT = dict(os.environ, XDG_DATA_HOME=os.path.join(FOLDER, "data"), LC_ALL="C.UTF-8",
                   XDG_RUNTIME_DIR=os.path.join(FOLDER, "run"))
ENVIRONMENT.pop("DISPLAY", None)
ENVIRONMENT.pop("WAYLAND_DISPLAY", None)
NAMES = ["Machine %d" % number for number in range(10)]


def lathe(*words):
    return subprocess.run([LATHE, *words], env=ENVIRONMENT, cwd=FOLDER, stdin=subprocess.DEVNULL,
                          capture_output=True, text=True, timeout=60 * PATIENCE, check=False)


def must(*words):
    done = lathe(*words)
    if done.returncode != 0:
        raise Failed("lathe %s: %s" % (" ".join(words), done.stderr))
    return done.stdout


def machines():
    return {machine["name"]: machine for machine in json.loads(must("list", "--json"))}


def expect_states(what, **wanted):
    """By numbers: m0="running"."""
    found = machines()
    for name, state in wanted.items():
        if found["Machine " + name[1:]]["state"] != state:
            raise Failed("%s: %s is %s, not %s" % (what, name, found["Machine " + name[1:]]["state"], state))


def folder(name):
    return os.path.join(LIBRARY, name.lower().replace(" ", "-"))


def serial(name):
    with open(os.path.join(folder(name), "serial.txt"), encoding="latin-1") as file:
        return file.read()


def sums():
    """Of what the library keeps of each machine, but for what a running one writes."""
    found = {}
    for name in NAMES:
        for file in ("machine.xml", "disk.qcow2"):
            with open(os.path.join(folder(name), file), "rb") as stream:
                found[name, file] = hashlib.sha256(stream.read()).hexdigest()
    return found


def create():
    for name in NAMES:
        must("create", name, "--kernel", GUEST, "--memory", "32M", "--disk", "size=1M", "--serial",
             "file:" + os.path.join(folder(name), "serial.txt"), "--net", "none")


def test_ten():
    """Ten run, one is killed: nine go on and heed what is said to them, and the library is as it was."""
    begin = time.monotonic()
    must("start", *NAMES)
    took = time.monotonic() - begin
    found = machines()
    states = {machine["state"] for machine in found.values()}
    if states != {"running"}:
        raise Failed(str(found))
    used = 0
    for machine in found.values():
        with open("/proc/%d/smaps_rollup" % machine["pid"]) as file:
            used += next(int(line.split()[1]) for line in file if line.startswith("Pss:"))
    print("# ten machines: %.2f s until all answer, %d MiB for all (PSS)" % (took, used >> 10))
    for name in NAMES:
        wait_for("the guest of " + name, lambda name=name: "ready" in serial(name))
    before = sums()
    victim = NAMES[4]
    os.kill(found[victim]["pid"], signal.SIGKILL)
    wait_for("its end", lambda: machines()[victim]["state"] == "crashed")
    after = machines()
    for name in NAMES:
        same = (after[name]["state"], after[name]["pid"]) == ("running", found[name]["pid"])
        if same != (name != victim):
            raise Failed("%s: %s" % (name, after[name]))
        if name != victim:
            hear(name, after[name]["pid"])
    if list(after) != NAMES or sums() != before:
        raise Failed("the library is not what it was")
    shown = must("list")
    if shown.count("running (") != 9 or shown.count("crashed") != 1:
        raise Failed(shown)
    must("start", victim)
    expect_states("again", m4="running")


def hear(name, pid):
    """A key that is sent arrives in the guest."""
    client = Qmp(os.path.join(FOLDER, "run", "lathe", "%d.control" % pid))
    client("send-key", keys=[{"type": "qcode", "data": "a"}])
    wait_for("a key in " + name, lambda: "key 1e" in serial(name))
    client.close()


def expect_failure(done, *words):
    """Exit status 2, and a line for each that failed, with this word in it."""
    lines = done.stderr.splitlines()
    if done.returncode != 2 or len(lines) != len(words):
        raise Failed("%d: %s" % (done.returncode, done.stderr))
    for word, line in zip(words, lines):
        if word not in line:
            raise Failed("no '%s' in: %s" % (word, line))


def test_switches():
    """Several names for each switch; what is wrong with one of them is told, the others are done."""
    must("pause", NAMES[0], NAMES[1], NAMES[0])
    expect_states("paused", m0="paused", m1="paused", m2="running")
    expect_failure(lathe("resume", NAMES[0], "Nobody", NAMES[1]), "Nobody")
    expect_states("one is missing", m0="running", m1="running")
    must("suspend", NAMES[0], NAMES[1], NAMES[2])
    expect_states("suspended", m0="suspended", m1="suspended", m2="suspended", m3="running")
    must("start", NAMES[0], NAMES[1])
    must("discard", NAMES[2])
    expect_states("start and discard", m0="running", m1="running", m2="off")
    expect_failure(lathe("stop", NAMES[2], NAMES[3], "--force"), "Machine 2")
    wait_for("the plug", lambda: machines()[NAMES[3]]["state"] == "off")
    expect_failure(lathe("start", NAMES[0], NAMES[3]), "in use")
    expect_states("start of one that runs", m0="running", m3="running")
    expect_failure(lathe("stop"), "NAMEs")


def test_stuck():
    """One that cannot start says why, beside one that can."""
    disk = os.path.join(folder(NAMES[2]), "disk.qcow2")
    os.rename(disk, disk + ".away")
    must("stop", "--force", NAMES[3])
    wait_for("the plug", lambda: machines()[NAMES[3]]["state"] == "off")
    done = lathe("start", NAMES[2], NAMES[3])
    if done.returncode != 2 or "'Machine 2': It could not start:" not in done.stderr or "disk.qcow2" not in done.stderr:
        raise Failed("%d: %s" % (done.returncode, done.stderr))
    expect_states("beside", m2="crashed", m3="running")
    os.rename(disk + ".away", disk)
    must("stop", "--force", *(name for name in NAMES if name != NAMES[2]))
    wait_for("all to end", lambda: all(machine["pid"] == 0 for machine in machines().values()))


def test_delete():
    """Several are deleted, brought back, and gone for good."""
    shown = must("delete", "--dry-run", NAMES[8], NAMES[9])
    if shown.count("goes:") != 2 or len(machines()) != 10:
        raise Failed(shown)
    expect_failure(lathe("delete", NAMES[8], "Nobody", NAMES[9]), "Nobody")
    if len(machines()) != 8:
        raise Failed(str(list(machines())))
    must("delete", "--undo", NAMES[8], NAMES[9])
    if len(machines()) != 10:
        raise Failed(str(list(machines())))
    must("delete", *NAMES[7:])
    must("delete", "--purge", *NAMES[7:9])
    left = [machine["name"] for machine in json.loads(must("list", "--deleted", "--json"))]
    if left != [NAMES[9]] or list(machines()) != NAMES[:7]:
        raise Failed("%s, %s" % (left, list(machines())))


def stop_all():
    for machine in machines().values():
        if machine["pid"] != 0:
            os.kill(machine["pid"], signal.SIGKILL)


def main():
    create()
    try:
        for test in (test_ten, test_switches, test_stuck, test_delete):
            try:
                test()
                report("several-" + test.__name__[5:], True)
            except (Failed, KeyError, OSError) as problem:
                report("several-" + test.__name__[5:], False, problem)
    finally:
        stop_all()
        shutil.rmtree(FOLDER)
    finish()


main()
