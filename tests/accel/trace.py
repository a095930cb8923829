#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the translator's trace events say of a guest: `--trace jit-stats`, jit_slow, jit_perf_map.

trace.py LATHE KERNEL. The kernel is tests/guest/sys-compute.S, which loads at 1 MiB.
"""
import os
import re
import stat
import subprocess
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), ".."))
from verdict import finish, report  # pylint: disable=wrong-import-position

LATHE, KERNEL = sys.argv[1:]


def run(*options):
    """(what it printed, the names that it left for perf)."""
    with subprocess.Popen([LATHE, "run", "--kernel", KERNEL, "--smp", "2", "--display", "none",
                           "--memory", "16M", "--debug-exit", "--no-reboot", "--serial", "null",
                           "--timeout", "100", *options], stdin=subprocess.DEVNULL,
                          stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True) as process:
        text = process.communicate(timeout=110)[0]
        path = "/tmp/perf-%d.map" % process.pid
    lines = None
    if os.path.exists(path):
        report("perf-map-is-private", stat.S_IMODE(os.stat(path).st_mode) == 0o600)
        with open(path, encoding="ascii") as stream:
            lines = stream.read().splitlines()
        os.unlink(path)
    return text, lines


def counts(text):
    """The numbers of the last line of jit_stats."""
    found = re.findall(r"^jit: (\d+) blocks in (\d+) KiB, (\d+) translated, (\d+) invalidated, "
                       r"(\d+) misses of the jump tables, (\d+) links joined, (\d+) slow ops$", text,
                       re.MULTILINE)
    return [int(number) for number in found[-1]] if found else [0] * 7


def check_stats(text):
    blocks, kib, translated, invalidated, misses, links, slow = counts(text)
    report("stats-blocks", 0 < blocks <= translated and kib > 0, text)
    report("stats-invalidated", 1000 < invalidated <= translated, text)  # it changes its own code
    report("stats-misses", misses > 0, text)
    report("stats-links", links > 0, text)
    kinds = [int(number) for number in re.findall(r"^jit: slow op \S+: (\d+) times$", text,
                                                  re.MULTILINE)]
    report("slow-sorted", kinds == sorted(kinds, reverse=True) and 0 < len(kinds) <= 16, text)
    report("slow-sum", 0 < sum(kinds) <= slow, text)


def check_names(lines):
    names = [re.fullmatch(r"([0-9a-f]+) ([0-9a-f]+) guest ([0-9a-f]+)-([0-9a-f]+)", line)
             for line in lines[1:]]
    report("perf-map-form", len(names) > 20 and all(names), lines[:20])
    begins = {int(name.group(3), 16) for name in names if name}
    report("perf-map-names-the-kernel", 0x100000 < max(begins) < 0x200000, begins)
    report("perf-map-common-code", lines[0].endswith(" guest: between blocks"), lines[0])


text, lines = run("--accel", "jit", "--trace", "jit-*")
check_stats(text)
check_names(lines or [""])
text, lines = run("--accel", "jit")
report("quiet-without-trace", "jit:" not in text and lines is None, text)
text, lines = run("--accel", "interp", "--trace", "jit_*")
report("quiet-without-translator", "jit:" not in text and lines is None, text)
finish()
