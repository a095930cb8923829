#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Answers and what comes of them: each NAME.json of a folder is given to a wizard and its print
compared with NAME.txt (what it says on standard error first, a status other than 0 last); each
NAME.mended is what comes of them after --repair;
NAME.prm is read, and the answers compared with NAME.answers.

Usage: pairs.py LATHE WIZARD FOLDER. With UPDATE=1 in the environment the expectations are written.
"""
import glob
import os
import subprocess
import sys


def run(*command):
    done = subprocess.run(command, text=True, stdin=subprocess.DEVNULL, capture_output=True)
    return done.stderr + done.stdout + ("[%d]\n" % done.returncode if done.returncode else "")


def read(program, wizard, path):
    """The answers that parameters are read as, or why they are not."""
    saved = path + ".tmp"
    text = run(program, "wizard", wizard, "--read", path, "--save", saved, "--draft", "--preview")
    if not os.path.exists(saved):
        return text.replace(os.path.dirname(path) + "/", "")
    with open(saved, encoding="utf-8") as stream:
        text = stream.read() + "\n"
    os.remove(saved)
    return text


def same(found, path):
    if os.environ.get("UPDATE"):
        with open(path, "w", encoding="utf-8") as stream:
            stream.write(found)
    with open(path, encoding="utf-8") as stream:
        expected = stream.read()
    good = found == expected
    print("%s %s" % ("ok" if good else "not ok", os.path.basename(path)))
    if not good:
        print("  expected:", expected, "  found:", found, sep="\n")
    return good


def main():
    program, wizard, folder = sys.argv[1:]
    os.environ["LC_ALL"] = "C.UTF-8"
    good = True
    for path in sorted(glob.glob(os.path.join(folder, "*.json"))):
        found = run(program, "wizard", wizard, "--answers", path, "--print")
        good = same(found.replace(folder + "/", ""), path[:-5] + ".txt") and good
        if os.path.exists(path[:-5] + ".mended"):
            found = run(program, "wizard", wizard, "--answers", path, "--repair", "--preview")
            good = same(found.replace(folder + "/", ""), path[:-5] + ".mended") and good
    for path in sorted(glob.glob(os.path.join(folder, "*.prm"))):
        good = same(read(program, wizard, path), path[:-4] + ".answers") and good
    sys.exit(not good)


main()
