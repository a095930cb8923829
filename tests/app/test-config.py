#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Definitions as pairs of files in tests/app/config/: what `lathe show` says of NAME.xml is NAME.txt.

What it exports is the same document, or NAME.out.xml, and exporting that again changes nothing.
libvirt's virt-xml-validate, where it is installed, takes all of it that has no fault.
`test-config.py PROGRAM --update` writes the expected files anew: read what git says then.
"""
import os
import shutil
import subprocess
import sys
import time

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.dirname(HERE))
from verdict import finish, report  # noqa: E402

PROGRAM = os.path.abspath(sys.argv[1])
UPDATE = sys.argv[2:] == ["--update"]
FOLDER = os.path.join(HERE, "config")
VALIDATE = shutil.which("virt-xml-validate")
NOT_LIBVIRTS = ("relative",)  # names that are no whole path, which libvirt does not take


def lathe(*words, stdin=None):
    return subprocess.run([PROGRAM, *words], cwd=FOLDER, capture_output=True, input=stdin,
                          timeout=60, check=False)


def expect(case, path, found):
    """Compares with a file, or makes it."""
    if UPDATE:
        with open(path, "wb") as stream:
            stream.write(found)
    if not os.path.exists(path):
        return report(case, False, "%s is missing" % path)
    with open(path, "rb") as stream:
        wanted = stream.read()
    report(case, found == wanted, "expected\n%s\nfound\n%s" % (
        wanted.decode(errors="replace"), found.decode(errors="replace")))


def validate(case, text):
    """libvirt's own schema."""
    with subprocess.Popen([VALIDATE, "-", "domain"], stdin=subprocess.PIPE,
                          stdout=subprocess.PIPE, stderr=subprocess.STDOUT) as tool:
        said = tool.communicate(text)[0]
    report(case, tool.returncode == 0, said.decode())


def round_trip(name):
    """The document out, and that out again. Whether there is one at all is for `show` to say."""
    first = lathe("export", "--format", "xml", name + ".xml")
    if first.returncode != 0:
        return report(name + "-export", name.startswith("bad-"), first.stderr)
    with open(os.path.join(FOLDER, name + ".xml"), "rb") as stream:
        same = stream.read() == first.stdout
    report_path = os.path.join(FOLDER, name + ".out.xml")
    if not same or os.path.exists(report_path):
        expect(name + "-export", report_path, first.stdout)
    else:
        report(name + "-export", True)
    again = lathe("export", "--format", "xml", "/dev/stdin", stdin=first.stdout)
    report(name + "-again", again.stdout == first.stdout, again.stdout.decode())
    return first.stdout


def definition(name):
    shown = lathe("show", name + ".xml")
    expect(name + "-show", os.path.join(FOLDER, name + ".txt"), shown.stdout + shown.stderr)
    bad = name.startswith("bad-") or name == "blocked"
    report(name + "-status", shown.returncode == (2 if bad else 0), shown.returncode)
    text = round_trip(name)
    if VALIDATE and not bad and name not in NOT_LIBVIRTS and not name.startswith("piece-"):
        validate(name + "-validate", text)


def slow_pipe(path):
    """A pipe whose writer is slower than its reader is waited for."""
    with subprocess.Popen([PROGRAM, "export", "--format", "xml", "/dev/stdin"], stdin=subprocess.PIPE,
                          stdout=subprocess.PIPE) as reader:
        time.sleep(0.5)  # by then it reads
        with open(path, "rb") as stream:
            text = stream.read()
        report("slow-pipe", reader.communicate(text)[0] == lathe("export", "--format", "xml", path).stdout)


slow_pipe(os.path.join(FOLDER, "desktop.xml"))
for entry in sorted(os.listdir(FOLDER)):
    if entry.endswith(".xml") and not entry.endswith(".out.xml"):
        definition(entry[:-len(".xml")])
finish()
