#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Debian 13 is installed by "lathe create --express" and "lathe run" without a key pressed, and starts
by itself; the user logs in on the serial console.

express.py LATHE FOLDER: FOLDER keeps the installer. Needs the mirror that apt uses.
"""
import glob
import json
import os
import shutil
import subprocess
import sys
import tempfile
import time

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), ".."))
from login import PASSWORD, Console, apt_mirror  # pylint: disable=wrong-import-position
from mirror import Mirror  # pylint: disable=wrong-import-position
from verdict import finish, report  # pylint: disable=wrong-import-position

LATHE, FOLDER = sys.argv[1:3]
SILENCE = 1800
DATA = tempfile.mkdtemp(prefix="lathe-express-")
ENVIRONMENT = dict(os.environ, XDG_DATA_HOME=DATA, LC_ALL="C.UTF-8")


def machine_files():
    return [path for path in glob.glob(os.path.join(DATA, "lathe/machines/guest/**"), recursive=True)
            if os.path.isfile(path) and not path.endswith(".qcow2")]


def holds(path, data):
    with open(path, "rb") as stream:
        return data in stream.read()


def create(mirror):
    answers = {"wizard": "express", "answers": {
        "login": "ann", "password": PASSWORD, "full-name": "Ann Example", "hostname": "lotte",
        "mirror": "http://10.0.2.2:%d/debian" % mirror.port}}
    done = subprocess.run(
        [LATHE, "create", "guest", "--kernel", os.path.join(FOLDER, "linux"), "--initrd",
         os.path.join(FOLDER, "initrd.gz"), "--memory", "1G", "--smp", "2",
         "--append", "debian-installer/allow_unauthenticated=true", "--express", "-"],
        env=ENVIRONMENT, text=True, capture_output=True, input=json.dumps(answers))
    report("express-created", done.returncode == 0, done.stderr)
    report("express-no-plain-password",
           machine_files() and not any(holds(path, PASSWORD.encode()) for path in machine_files()))
    return done.returncode == 0


def settled():
    """Nothing of the installer is left."""
    with open(os.path.join(DATA, "lathe/machines/guest/machine.xml"), encoding="utf-8") as stream:
        definition = stream.read()
    left = [word for word in ("<kernel", "<initrd", "<cmdline", "lathe:install") if word in definition]
    report("express-definition-settled", not left, definition)
    report("express-files-removed", not os.path.exists(os.path.join(DATA, "lathe/machines/guest/install")))


def main():
    url = apt_mirror()
    if url is None:
        print("ok express # skipped: apt names no mirror")
        return
    mirror = Mirror(url, "trixie")
    mirror.installer(FOLDER)
    if create(mirror):
        begin = time.monotonic()
        console = Console(LATHE, ENVIRONMENT, os.path.join(DATA, "console.log"))
        up = console.wait(r"(\w+) login: ", SILENCE)
        report("express-installs", up is not None, console.text[-3000:] + "\n" + "\n".join(mirror.log[-5:]))
        print("  %d minutes to the login" % ((time.monotonic() - begin) / 60), flush=True)
        if up:
            report("express-host-name", up.group(1) == "lotte", up.group(1))
            settled()
            console.log_in("express")
            console.power_off("express")
        console.close()
    mirror.close()
    shutil.rmtree(DATA, ignore_errors=True)


main()
finish()
