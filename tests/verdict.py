# SPDX-License-Identifier: GPL-3.0-or-later
"""What test scripts say: a line for each case, as tests/run.py counts them, and the exit status."""
import sys

failures = []


def report(name, good, why=""):
    if not good:
        failures.append(name)
    print(("ok " if good else "not ok ") + name + ("" if good else ": " + str(why)), flush=True)


def guest_cases(prefix, text):
    """A guest's own cases, passed on; how many there are."""
    lines = [line for line in text.splitlines() if line.startswith(("ok ", "not ok "))]
    for line in lines:
        good = line.startswith("ok ")
        report(prefix + "-" + line.split(" ", 1 if good else 2)[-1].split(":")[0], good, line)
    return len(lines)


def guest_run(prefix, status, text, least):
    """The same for a guest that says when it is done; it has this many cases or more."""
    count = guest_cases(prefix, text)
    report(prefix + "-done", status == 0 and "lathe guest done" in text and count >= least,
           "exit status %d, %d cases: %s" % (status, count, text[-4000:]))


def finish():
    """Ends the process: 1 if a case failed."""
    sys.exit(1 if failures else 0)
