#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Debian 13 is installed by "lathe create --express" and "lathe run" without a key pressed, and starts
by itself; the user logs in on the serial console.

express.py LATHE FOLDER: FOLDER keeps the installer. Needs the mirror that apt uses.
"""
import glob
import json
import os
import re
import select
import shutil
import subprocess
import sys
import tempfile
import time

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), ".."))
from mirror import Mirror  # pylint: disable=wrong-import-position
from verdict import finish, report  # pylint: disable=wrong-import-position

LATHE, FOLDER = sys.argv[1:3]
PATIENCE = int(os.environ.get("PATIENCE", "3"))
HOURS = 3600
PASSWORD = "so-geheim-9"
DATA = tempfile.mkdtemp(prefix="lathe-express-")
ENVIRONMENT = dict(os.environ, XDG_DATA_HOME=DATA, LC_ALL="C.UTF-8")


def apt_mirror():
    """Its address; None: apt has none."""
    done = subprocess.run(["apt-get", "indextargets", "--format", "$(COMPONENT) $(REPO_URI)", "Identifier: Packages"],
                          text=True, capture_output=True)
    found = re.search(r"(?m)^main (http://\S+/debian)/?$", done.stdout)
    return found and found.group(1)


class Console:
    """The guest's serial port on the process's standard input and output."""

    def __init__(self):
        self.process = subprocess.Popen([LATHE, "run", "guest", "--display", "none"],
                                        stdin=subprocess.PIPE, stdout=subprocess.PIPE, env=ENVIRONMENT)
        self.text = ""

    def wait(self, pattern, seconds):
        """Until there is such a text, which is then taken as read; its match, or None."""
        end = time.monotonic() + seconds
        while not re.search(pattern, self.text):
            left = end - time.monotonic()
            if left < 0 or not select.select([self.process.stdout], [], [], left)[0]:
                return None
            data = os.read(self.process.stdout.fileno(), 65536)
            if not data:
                return None
            self.text += data.decode(errors="replace")
        found = re.search(pattern, self.text)
        self.text = self.text[found.end():]
        return found

    def type(self, line):
        os.write(self.process.stdin.fileno(), line.encode() + b"\r")


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


def log_in(console):
    console.type("ann")
    asked = console.wait(r"Password: ", 120 * PATIENCE)
    console.type(PASSWORD)
    report("express-logs-in", asked and console.wait(r"ann@\w+:~\$ ", 120 * PATIENCE), console.text[-2000:])
    console.type("echo $((6 * 7)) $(id -un) $(. /etc/os-release; echo $VERSION_CODENAME)")
    report("express-system", console.wait(r"42 ann trixie", 60 * PATIENCE), console.text[-2000:])


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
        console = Console()
        up = console.wait(r"(\w+) login: ", 2 * HOURS)
        report("express-installs", up is not None, console.text[-3000:] + "\n" + "\n".join(mirror.log[-5:]))
        if up:
            report("express-host-name", up.group(1) == "lotte", up.group(1))
            settled()
            log_in(console)
            console.type("echo %s | sudo -S poweroff" % PASSWORD)
            try:
                report("express-powers-off", console.process.wait(120 * PATIENCE) == 0)
            except subprocess.TimeoutExpired:
                report("express-powers-off", False, console.text[-2000:])
        console.process.kill()
    mirror.close()
    shutil.rmtree(DATA, ignore_errors=True)


main()
finish()
