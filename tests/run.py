#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Runs the tests of a build directory and counts cases.

Each test is a program that prints "ok NAME" or "not ok NAME" a case. One that ends badly without a
"not ok" counts as one failure. Guests and windows live by the clock, which a busy machine takes away
from them: what failed beside others is run once more alone at the end, and only what fails then too
has failed. Both outputs are shown. The last line is "N passed, N failed".
"""
import concurrent.futures
import json
import os
import subprocess
import sys
import time

BUILD = os.path.abspath(sys.argv[1])  # also where tests run, as with meson test
JOBS = os.cpu_count() or 2
HERE = os.path.dirname(os.path.abspath(__file__))
PATIENCE = 3  # machines are busy at times; a hang is a hang later too
SANITIZED = 15  # the same for code that sanitizers slow down
SECOND_CHANCES = 3  # more failures than that are no matter of the clock


def introspect(build, what):
    """What meson knows of a build directory."""
    out = subprocess.run(["meson", "introspect", what, build], check=True, capture_output=True,
                         text=True).stdout
    return json.loads(out)


def patience_of(build):
    """What the time limits of the tests are multiplied with."""
    values = {option["name"]: option["value"] for option in introspect(build, "--buildoptions")}
    return PATIENCE if values["b_sanitize"] in ("none", []) else SANITIZED


def tests_of(build, suites, slow):
    """The tests that meson knows, as (name, command, environment, timeout, parallel)."""
    for test in introspect(build, "--tests"):
        names = [suite.split(":")[-1] for suite in test["suite"]]
        if "slow" in names and not slow:
            continue
        if suites and not set(suites) & set(names):
            continue
        yield test


def run(test, patience):
    environment = dict(os.environ, **test["env"])
    environment.update(LC_ALL="C.UTF-8", LANGUAGE="")  # messages are read as they are written
    environment["PATH"] += ":/usr/sbin:/sbin"  # not everybody has them, and e2fsck lies there
    environment["PATIENCE"] = str(patience)  # for tests that wait for something themselves
    environment.setdefault("ASAN_OPTIONS", "detect_leaks=1:abort_on_error=0")
    environment.setdefault("UBSAN_OPTIONS", "print_stacktrace=1:halt_on_error=1")
    environment.setdefault("TSAN_OPTIONS", "history_size=7:suppressions=" +
                           os.path.join(HERE, "tsan.supp"))
    started = time.monotonic()
    try:
        done = subprocess.run(test["cmd"], env=environment, cwd=test["workdir"] or BUILD, text=True,
                              errors="replace", stdout=subprocess.PIPE, stdin=subprocess.DEVNULL,
                              stderr=subprocess.STDOUT, timeout=patience * test["timeout"])
        output, status = done.stdout, done.returncode
    except subprocess.TimeoutExpired as late:
        output = late.stdout or ""
        if isinstance(output, bytes):
            output = output.decode(errors="replace")
        status = "time out after %d s" % (patience * test["timeout"])
    return output, status, time.monotonic() - started


def report(test, result):
    """Prints a line, and the output where something failed; returns (passed, failed)."""
    output, status, seconds = result
    lines = output.splitlines()
    passed = sum(line.startswith("ok ") for line in lines)
    failed = sum(line.startswith("not ok ") for line in lines)
    if status != 0 and failed == 0:
        failed = 1
    elif status == 0 and passed + failed == 0:
        failed = 1
        output += "\n(it printed no case)"
    print("%-28s %4d passed %3d failed %7.1f s" % (test["name"], passed, failed, seconds),
          flush=True)
    if failed:
        print("---- %s: exit %s\n%s\n----" % (test["name"], status, output[-8000:]), flush=True)
    return passed, failed


def run_all(tests, patience):
    """Runs and reports all; yields (test, passed, failed)."""
    together = [test for test in tests if test["is_parallel"]]
    alone = [test for test in tests if not test["is_parallel"]]
    with concurrent.futures.ThreadPoolExecutor(JOBS) as pool:
        for test, result in zip(together, pool.map(run, together, [patience] * len(together))):
            yield (test, *report(test, result))
    for test in alone:
        yield (test, *report(test, run(test, patience)))


def run_again(results, patience):
    """Replaces results of failed tests by those of a second run, alone; not those of sanitizers."""
    failed = [at for at, result in enumerate(results) if result[2]]
    if patience == SANITIZED or len(failed) > SECOND_CHANCES:
        return
    for at in failed:
        test = results[at][0]
        print("once more, alone:", flush=True)
        results[at] = (test, *report(test, run(test, patience)))
        if results[at][2] == 0:
            print("FLAKY: %s passed the second time only" % test["name"], flush=True)


def main():
    arguments = sys.argv[1:]
    slow = "--slow" in arguments
    suites = [argument for argument in arguments if argument != "--slow"][1:]
    tests = list(tests_of(BUILD, suites, slow))
    if not tests:
        sys.exit("no such tests: " + " ".join(suites))
    patience = patience_of(BUILD)
    results = list(run_all(tests, patience))
    run_again(results, patience)
    failed = sum(result[2] for result in results)
    print("%d passed, %d failed" % (sum(result[1] for result in results), failed))
    sys.exit(failed != 0)


main()
