# SPDX-License-Identifier: GPL-3.0-or-later
"""The benchmark programs, natively and in the guest: how they are built, started and read.

A job is a program's name and how many units it runs, on how many threads; a result is nanoseconds and
processor nanoseconds per unit, and the checksum.
"""
import collections
import os
import re
import struct
import subprocess
import sys

import machines

HERE = os.path.dirname(os.path.abspath(__file__))
ROOT = os.path.dirname(os.path.dirname(HERE))
FLAGS = ["-std=c11", "-D_GNU_SOURCE", "-O2", "-Wall", "-Wextra", "-Werror", "-static", "-s", "-pthread",
         "-I" + ROOT]
KERNELS = ("integer", "sha256", "memory", "nbody", "qsort", "bytecode")
LOADS = ("spawn", "pipes", "syscalls", "faults", "smc-data", "smc-code")
SHARED = {"smc-data": ["loads/smc.c"], "smc-code": ["loads/smc.c"]}

Job = collections.namedtuple("Job", "program units threads", defaults=(1,))
Result = collections.namedtuple("Result", "ns busy sum")


def directory():
    return os.path.join(machines.build, "bench")


def compile_program(name, *sources):
    paths = [os.path.join(HERE, source) for source in sources]
    subprocess.run(["gcc", *FLAGS, *paths, "-o",
                    os.path.join(directory(), name), "-lm"], check=True)


def compile_all():
    """Builds the programs and the initramfs; returns the initramfs's path."""
    os.makedirs(directory(), exist_ok=True)
    compile_program("init", "init.c")
    for name in KERNELS:
        compile_program(name, "harness.c", "kernels/%s.c" % name)
    for name in LOADS:
        compile_program(name, "harness.c", "loads/%s.c" % name, *SHARED.get(name, []))
    return pack_initramfs()


def cpio_entry(number, name, mode, data):
    """One member of a cpio archive in the "newc" format, padded to four bytes."""
    fields = (number, mode, 0, 0, 1, 0, len(data), 0, 0, 0, 0, len(name) + 1, 0)
    head = b"070701" + b"".join(b"%08X" % field for field in fields) + name.encode() + b"\0"
    return head + bytes(-len(head) % 4) + data + bytes(-len(data) % 4)


def pack_files(archive, members):
    """An initramfs of (name, file's path), without a path a folder; returns its path."""
    with open(archive, "wb") as out:
        for number, (name, path) in enumerate(members):
            data = b""
            if path:
                with open(path, "rb") as file:
                    data = file.read()
            out.write(cpio_entry(number + 1, name, 0o100755 if path else 0o40755, data))
        out.write(cpio_entry(0, "TRAILER!!!", 0, b""))
    return archive


def pack_initramfs():
    programs = [("init" if name == "init" else "bin/" + name, os.path.join(directory(), name))
                for name in ("init", *KERNELS, *LOADS)]
    return pack_files(os.path.join(directory(), "bench.cpio"), [("bin", None), *programs])


def parse_end(line):
    """(job, result) of a program's last line, or None."""
    match = re.match(r"bench-end: (\S+) units (\d+) threads (\d+) ns (\d+) busy (\d+) sum (\w+)$",
                     line)
    if not match:
        return None
    units, threads, ns, busy = map(int, match.group(2, 3, 4, 5))
    return Job(match.group(1), units, threads), Result(ns / units, busy / units, match.group(6))


def run_native(job):
    done = subprocess.run([os.path.join(directory(), job.program), str(job.units), str(job.threads)],
                          check=True, capture_output=True, text=True)
    return parse_end(done.stdout.splitlines()[-1])[1]


def check_clock(peer, job, result, seconds):
    """The guest's clock against the host's: a figure by a wrong clock would be worth nothing."""
    guest = result.ns * job.units / 1e9
    if abs(guest - seconds) > 0.05 + 0.05 * seconds:
        print("bench: %s: %s took %.2f s by the guest's clock, %.2f s by the host's" %
              (peer, job.program, guest, seconds), file=sys.stderr)


def append(jobs, *words):
    text = ",".join("%s:%d:%d" % job for job in jobs)
    return " ".join(["console=ttyS0 quiet panic=-1", "run=" + text, *words])


def run_guest(peer, initramfs, jobs, cpus=1):
    """Boots a guest that runs the jobs one after the other; returns their results in that order.

    The guest can't know what processor time it had: the emulator's is taken.
    """
    command = machines.PEERS[peer](machines.CLOUD, initramfs, append(jobs), cpus, 512)
    results = []
    with machines.Machine(command) as machine:
        for second, line in machine.lines():
            if line.startswith("bench-failed"):
                sys.exit("bench: %s: %s" % (peer, line))
            if line.startswith("bench-begin"):
                begin, used = second, machine.busy()
            end = parse_end(line)
            if end:
                used = machine.busy() - used
                check_clock(peer, *end, second - begin)
                results.append(end[1]._replace(busy=used * 1e9 / end[0].units))
            if line == "bench-done":
                break
    if len(results) != len(jobs):
        sys.exit("bench: %s ended after %d of %d programs" % (peer, len(results), len(jobs)))
    return results
