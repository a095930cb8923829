#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""QEMU command lines as pairs of files in tests/app/exchange/ and tests/app/config/.

NAME.args becomes NAME.xml, and what is not carried over NAME.left; with a fault only NAME.left is
there. The definitions of tests/app/config become NAME.qemu in tests/app/exchange, with what is not
carried over behind the command. An import that is exported and imported again says the same, if in
another order.
`test-exchange.py PROGRAM --update` writes the expected files anew: read what git says then.
"""
import os
import re
import shlex
import shutil
import subprocess
import sys

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.dirname(HERE))
from verdict import finish, report  # noqa: E402

PROGRAM = os.path.abspath(sys.argv[1])
UPDATE = sys.argv[2:] == ["--update"]
FOLDER = os.path.join(HERE, "exchange")
DEFINITIONS = os.path.join(HERE, "config")
VALIDATE = shutil.which("virt-xml-validate")
NEWER = ("sound",)  # than the schema of Debian 12's libvirt: virtio's card came with 10.4
NOT_AGAIN = ("sbsa-basic", "old")  # another processor; USB that is the old board's own


def lathe(*words, folder=FOLDER, stdin=None):
    return subprocess.run([PROGRAM, *words], cwd=folder, capture_output=True, input=stdin,
                          timeout=60, check=False)


def plain(data):
    """Without what depends on where this is and which firmware is installed."""
    text = data.decode().replace(FOLDER, "/FOLDER")
    return re.sub(r"(unit=[01],(?:readonly|snapshot)=on,file=)/usr/share/\S*", r"\1/FIRMWARE", text)


def expect(case, path, found):
    if UPDATE and found:
        with open(path, "w", encoding="utf-8") as stream:
            stream.write(found)
    wanted = ""
    if os.path.exists(path):
        with open(path, encoding="utf-8") as stream:
            wanted = stream.read()
    report(case, found == wanted, "expected\n%s\nfound\n%s" % (wanted, found))


def validate(case, text):
    with subprocess.Popen([VALIDATE, "-", "domain"], stdin=subprocess.PIPE,
                          stdout=subprocess.PIPE, stderr=subprocess.STDOUT) as tool:
        said = tool.communicate(text)[0]
    report(case, tool.returncode == 0, said.decode())


def again(name, text):
    """Out as a command line, and in again by its words."""
    out = lathe("export", "--format", "qemu", "/dev/stdin", stdin=text)
    words = shlex.split(out.stdout.decode().replace("\\\n", ""))
    back = lathe("import", "--print", "--", *words)
    lost = set(text.splitlines()) ^ set(back.stdout.splitlines())
    report(name + "-again", not lost and not back.stderr, (lost, back.stderr))


def line(name):
    done = lathe("import", "--print", name + ".args")
    bad = name.startswith("bad-")
    report(name + "-status", done.returncode == (2 if bad else 0), done.returncode)
    expect(name + "-left", os.path.join(FOLDER, name + ".left"), plain(done.stderr))
    expect(name + "-import", os.path.join(FOLDER, name + ".xml"), plain(done.stdout))
    if bad:
        return
    if VALIDATE and name not in NEWER:
        validate(name + "-validate", done.stdout)
    if name not in NOT_AGAIN:
        again(name, done.stdout)


def definition(name):
    done = lathe("export", "--format", "qemu", name + ".xml", folder=DEFINITIONS)
    expect(name + "-export", os.path.join(FOLDER, name + ".qemu"),
           plain(done.stdout) + plain(done.stderr))
    report(name + "-export-status", done.returncode == (2 if name.startswith("bad-") else 0),
           done.returncode)


for entry in sorted(os.listdir(FOLDER)):
    if entry.endswith(".args"):
        line(entry[:-len(".args")])
for entry in ("desktop", "ours", "parts", "small", "told", "bad-values"):
    definition(entry)
finish()
