#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""What `lathe doctor` and `lathe run --dry-run` say about the engine on this host.

engine.py LATHE GUESTS. The translator is what "auto" picks where this build has one, since no
engine of it uses hardware virtualization, and both say so and what the host's CPU shows.
"""
import json
import os
import subprocess
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), ".."))
from verdict import finish, report  # pylint: disable=wrong-import-position

LATHE, GUESTS = sys.argv[1:]
KERNEL = os.path.join(GUESTS, "cloud", "vmlinuz")


def lathe(*arguments):
    done = subprocess.run([LATHE, *arguments], capture_output=True, text=True, timeout=50)
    return done.stdout + done.stderr


def cpu_flags():
    with open("/proc/cpuinfo", encoding="ascii", errors="replace") as stream:
        for line in stream:
            if line.startswith("flags"):
                return set(line.split(":")[1].split())
    return set()


def plan_engine(*options):
    """(engine, why) of a plan."""
    text = lathe("run", "--kernel", KERNEL, "--display", "none", "--dry-run", *options)
    for line in text.splitlines():
        if line.startswith("engine "):
            return line.split(None, 2)[1:]
    return "", text


wanted = "jit" if os.uname().machine == "x86_64" else "interp"
shown = "shows vmx or svm" if cpu_flags() & {"vmx", "svm"} else "shows no vmx or svm"
engine, why = plan_engine()
report("engine-auto-in-plan", engine == wanted, engine)
report("engine-why-in-plan", "kvm is not in it" in why and shown in why, why)
rows = {row["name"]: row for row in json.loads(lathe("doctor", "--json"))}
default = rows["default engine"]
report("engine-auto-in-doctor", default["good"] and default["text"] == "%s: %s" % (wanted, why),
       default)
report("engine-rows-in-doctor", rows["engine interp"]["good"] and
       rows["engine jit"]["good"] == (wanted == "jit"), rows)
report("engine-asked-for", plan_engine("--accel", "interp") == ["interp", "asked for"])
finish()
