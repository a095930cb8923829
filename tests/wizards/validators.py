#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Files of answers given to the programs that check such files, where they are installed:
debconf-set-selections, cloud-init, ksvalidator, xmllint, ignition-validate.

validators.py LATHE FOLDER, the folder of the wizards' pairs of files
"""
import glob
import json
import os
import shutil
import subprocess
import sys
import tempfile

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), ".."))
from verdict import finish, report  # pylint: disable=wrong-import-position

LATHE, FOLDER = sys.argv[1:3]
SCRATCH = tempfile.mkdtemp(prefix="lathe-validators-")
VALIDATORS = {"preseed.cfg": ["debconf-set-selections", "-c"], "user-data": ["cloud-init", "schema", "-c"],
              "ks.cfg": ["ksvalidator"], "autoinst.xml": ["xmllint", "--noout"],
              "config.ign": ["ignition-validate"]}


def lathe(*words):
    return subprocess.run([LATHE, *words], text=True, capture_output=True, stdin=subprocess.DEVNULL,
                          env=dict(os.environ, LC_ALL="C.UTF-8"))


def validate(case, path):
    """Says what the file's program says to it; skipped with the reason where there is none."""
    command = VALIDATORS[os.path.basename(path)]
    if shutil.which(command[0]) is None:
        print("ok %s # skipped: %s is not installed" % (case, command[0]))
        return
    done = subprocess.run([*command, path], text=True, capture_output=True)
    # debconf-set-selections says what is wrong and succeeds all the same.
    complaints = done.stdout + done.stderr if command[0] == "debconf-set-selections" else ""
    report(case, done.returncode == 0 and "error" not in complaints.lower(), done.stdout + done.stderr)


def check_wizard(wizard, path):
    name = os.path.basename(path)[:-5]
    folder = os.path.join(SCRATCH, wizard, name)
    if lathe("wizard", wizard, "--answers", path, "--output", folder).returncode:
        return  # the wrong ones
    for file in sorted(os.listdir(folder)):
        if file in VALIDATORS:
            validate("%s-%s-%s" % (wizard, name, file), os.path.join(folder, file))


def check_read():
    """What the wizard writes is read as the same answers."""
    with open(os.path.join(FOLDER, "cloud-init", "static.json"), encoding="utf-8") as stream:
        given = json.load(stream)["answers"]
    user_data = os.path.join(SCRATCH, "cloud-init", "static", "user-data")
    saved = os.path.join(SCRATCH, "read.json")
    done = lathe("wizard", "cloud-init", "--read", user_data, "--save", saved, "--preview")
    with open(saved, encoding="utf-8") as stream:
        found = json.load(stream)["answers"]
    same = ("login", "full-name", "ssh-keys", "hostname", "locale", "keyboard", "timezone", "packages", "commands")
    report("cloud-init-read", all(found[key] == given[key] for key in same), found)
    report("cloud-init-read-hash", found["password"].startswith("$6$") and "$6$" not in done.stdout, done.stdout)


def check_ignition():
    butane, made = os.path.join(SCRATCH, "x.bu"), os.path.join(SCRATCH, "config.ign")
    with open(butane, "w", encoding="utf-8") as stream:
        stream.write("variant: fcos\nversion: 1.4.0\npasswd:\n  users:\n    - name: core\n")
    done = lathe("seed", "ignition", butane, "--output", made)
    report("ignition-made", done.returncode == 0, done.stderr)
    validate("ignition-config.ign", made)


def main():
    for wizard in ("installer", "cloud-init"):
        for path in sorted(glob.glob(os.path.join(FOLDER, wizard, "*.json"))):
            check_wizard(wizard, path)
    check_read()
    check_ignition()


main()
shutil.rmtree(SCRATCH, ignore_errors=True)
finish()
