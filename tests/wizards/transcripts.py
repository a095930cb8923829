#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Plays transcripts: "$ COMMAND" lines, each followed by what the shell prints.

Usage: transcripts.py LATHE DATA TRANSCRIPT... Commands run in an empty folder of their own, with
"lathe" the program and $DATA the folder of test data; "*" in an expected line stands for anything,
a status other than 0 is a last line "[STATUS]". With UPDATE=1 in the environment the transcripts
are written anew.
"""
import os
import re
import shutil
import subprocess
import sys
import tempfile


def parts(text):
    """(comment or command, expected lines) of a transcript."""
    for block in re.split(r"(?m)^(?=[$#])", text):
        lines = block.splitlines()
        if lines:
            yield lines[0], [line for line in lines[1:] if line]


def matches(found, expected):
    pattern = "\n".join(re.escape(line).replace(r"\*", ".*") for line in expected)
    return re.fullmatch(pattern, "\n".join(found)) is not None


def shell(command, folder, environment):
    done = subprocess.run(["sh", "-c", command], cwd=folder, env=environment, text=True,
                          errors="replace", stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                          stderr=subprocess.STDOUT)
    lines = [line.rstrip() for line in done.stdout.splitlines() if line.strip()]
    return lines + (["[%d]" % done.returncode] if done.returncode else [])


def play(path, environment):
    """The number of failures; prints a verdict a command."""
    name, failed, new = os.path.basename(path).rsplit(".", 1)[0], 0, []
    folder = tempfile.mkdtemp(prefix="lathe-transcript-")
    with open(path, encoding="utf-8") as stream:
        text = stream.read()
    for head, expected in parts(text):
        if head.startswith("#"):
            new += [head]
            continue
        found = shell(head[2:], folder, environment)
        good = matches(found, expected)
        new += [head] + (expected if good else found)
        print("%s %s: %s" % ("ok" if good else "not ok", name, head[2:]))
        if not good:
            failed += 1
            print("  expected:", *expected, "  found:", *found, sep="\n    ")
    shutil.rmtree(folder)
    if os.environ.get("UPDATE"):
        with open(path, "w", encoding="utf-8") as stream:
            stream.write("\n".join(new) + "\n")
    return failed


def main():
    program, data, transcripts = sys.argv[1], sys.argv[2], sys.argv[3:]
    tools = tempfile.mkdtemp(prefix="lathe-tools-")
    os.symlink(os.path.abspath(program), os.path.join(tools, "lathe"))
    environment = dict(os.environ, PATH=tools + ":" + os.environ["PATH"], LC_ALL="C.UTF-8",
                       TZ="UTC", DATA=os.path.abspath(data))
    failed = sum(play(path, environment) for path in transcripts)
    shutil.rmtree(tools)
    sys.exit(failed != 0)


main()
