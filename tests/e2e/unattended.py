#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Debian 13 is installed from the network, without a key pressed and with nothing but what the wizard
for network boot makes: its kernel, its initial RAM disk and a file of answers come from the machine's own
boot service. Then it starts from its disk, and the user logs in on the serial console.

unattended.py LATHE FOLDER CLIENT: FOLDER keeps the installer, CLIENT is ipxe (SeaBIOS) or efi (OVMF, by PXE).
Needs the mirror that apt uses.
"""
import json
import os
import shlex
import shutil
import subprocess
import sys
import tempfile
import time

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), ".."))
from login import PASSWORD, Console, apt_mirror  # pylint: disable=wrong-import-position
from mirror import Mirror  # pylint: disable=wrong-import-position
from verdict import finish, report  # pylint: disable=wrong-import-position

LATHE, FOLDER, CLIENT = os.path.abspath(sys.argv[1]), sys.argv[2], sys.argv[3]
SILENCE = 1800
CASE = "unattended-" + CLIENT
DATA = tempfile.mkdtemp(prefix="lathe-unattended-")
ENVIRONMENT = dict(os.environ, XDG_DATA_HOME=DATA, LC_ALL="C.UTF-8")


def lathe(*words, given=None):
    return subprocess.run([LATHE, *words], cwd=DATA, env=ENVIRONMENT, text=True, capture_output=True, input=given)


def answers(mirror):
    """Nothing is asked of signatures: the mirror's index is mended."""
    return {"wizard": "netboot", "answers": {
        "source": "kernel", "kernel": os.path.join(FOLDER, "linux"), "initrd": os.path.join(FOLDER, "initrd.gz"),
        "append": "DEBIAN_FRONTEND=text debian-installer/allow_unauthenticated=true --- console=ttyS0,115200",
        "unattended": "here", "system": "debian13", "login": "ann", "password": PASSWORD, "hostname": "lotte",
        "mirror": "http://10.0.2.2:%d/debian" % mirror.port, "software": "minimal", "client": CLIENT, "memory": "1G",
        "place": os.path.join(DATA, "netboot")}}


def create(mirror):
    """A machine with what the wizard makes."""
    done = lathe("wizard", "netboot", "--answers", "-", "--output", "netboot", given=json.dumps(answers(mirror)))
    report(CASE + "-wizard", done.returncode == 0, done.stderr)
    if done.returncode:
        return False
    with open(os.path.join(DATA, "netboot/lathe.args"), encoding="utf-8") as stream:
        words = shlex.split(stream.read())
    done = lathe("create", "guest", "--smp", "2", "--disk", "size=8G", *words)
    report(CASE + "-created", done.returncode == 0, done.stderr)
    return done.returncode == 0


def watch(console, mirror, begin):
    up = console.wait(r"(\w+) login: ", SILENCE)
    report(CASE + "-installs", up is not None, console.text[-3000:] + "\n" + "\n".join(mirror.log[-5:]))
    print("  %d minutes to the login" % ((time.monotonic() - begin) / 60), flush=True)
    said = console.said()
    for name in ("linux", "initrd.gz", "preseed.cfg"):
        report("%s-sent-%s" % (CASE, name), "asked for %s over" % name in said.replace("asked for /", "asked for "), said)
    if up:
        report(CASE + "-host-name", up.group(1) == "lotte", up.group(1))
        console.log_in(CASE)
        console.power_off(CASE)


def main():
    url = apt_mirror()
    if url is None:
        print("ok %s # skipped: apt names no mirror" % CASE)
        return
    mirror = Mirror(url, "trixie")
    mirror.installer(FOLDER)
    if create(mirror):
        console = Console(LATHE, ENVIRONMENT, os.path.join(DATA, "console.log"))
        watch(console, mirror, time.monotonic())
        console.close()
    mirror.close()
    shutil.rmtree(DATA, ignore_errors=True)


main()
finish()
