#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""The CPU doctor and QEMU: what QEMU says of models that it cannot emulate is understood, and without the
features that the doctor leaves out it starts; the same where it is asked what it can do.

Usage: doctor.py LATHE. Without QEMU, or without libvirt's models, what needs them is left out by name.
"""
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile

PROGRAM = sys.argv[1]
QEMU = shutil.which("qemu-system-x86_64")
MODELS = ["Haswell", "Skylake-Server", "EPYC-Milan", "Opteron_G5"]
MAP = "/usr/share/libvirt/cpu_map"
EXPAND = {"execute": "query-cpu-model-expansion", "arguments": {"type": "full", "model": {"name": "max"}}}


def qemu(cpu, *commands):
    """(whether it started, what it answered and complained of)"""
    asked = "".join(json.dumps(command) + "\n" for command in [{"execute": "qmp_capabilities"}, *commands,
                                                               {"execute": "quit"}])
    done = subprocess.run([QEMU, "-machine", "q35", "-accel", "tcg", "-cpu", cpu, "-nodefaults", "-display", "none",
                           "-S", "-qmp", "stdio"], input=asked, text=True, stdout=subprocess.PIPE,
                          stderr=subprocess.PIPE, timeout=60)
    return done.returncode == 0, done.stdout, done.stderr


def off(answers, folder):
    """The features that the doctor leaves out, as QEMU takes them."""
    path = os.path.join(folder, "answers.json")
    with open(path, "w", encoding="utf-8") as file:
        json.dump({"wizard": "doctor", "answers": answers}, file)
    said = subprocess.run([PROGRAM, "wizard", "doctor", "--answers", path, "--print"], stdin=subprocess.DEVNULL,
                          stdout=subprocess.PIPE, text=True).stdout
    return "".join(",%s=off" % name for name in re.findall("policy='disable' name='([^']*)'", said))


def verdict(name, good, why):
    print("%s %s" % ("ok" if good else "not ok", name))
    if not good:
        print(why)
    return good


def definition(model):
    return "<cpu mode='custom' match='exact'><model>%s</model></cpu>" % model


def check_message(model, folder):
    started, _, said = qemu(model + ",enforce")
    if started:
        return verdict("%s can be had" % model, True, "")
    features = off({"message": said, "cpu": definition(model), "map": folder}, folder)
    started, _, why = qemu(model + ",enforce" + features)
    return verdict("%s by its message" % model, started and features != "", features + "\n" + why)


def check_comparison(model, folder, host):
    features = off({"cpu": definition(model), "against": "file", "host": host, "map": MAP}, folder)
    started, _, why = qemu(model + ",enforce" + features)
    return verdict("%s by comparing" % model, started and features != "", features + "\n" + why)


def main():
    if QEMU is None:
        print("not there: qemu-system-x86_64")
        return
    folder = tempfile.mkdtemp(prefix="lathe-doctor-")
    good = all([check_message(model, folder) for model in MODELS])
    host = os.path.join(folder, "max.json")
    with open(host, "w", encoding="utf-8") as file:
        file.write([line for line in qemu("max", EXPAND)[1].splitlines() if '"model"' in line][0])
    if os.path.isdir(MAP):
        good &= all([check_comparison(model, folder, host) for model in MODELS[:2]])
    else:
        print("not there: " + MAP)
    shutil.rmtree(folder)
    sys.exit(not good)


main()
