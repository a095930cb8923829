#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Measures Lathe beside QEMU (TCG) in one run, interleaved: bench.py BUILD [boot|start|memory ...].

Only ratios mean anything: the machine is shared. Medians of ROUNDS (3) rounds; ACCEL chooses Lathe's
engine.
"""
import os
import statistics
import struct
import subprocess
import sys
import tempfile
import threading
import time

BUILD, *WHICH = sys.argv[1:]
GUESTS = os.path.join("build", "guests")
INSTALLER = [os.path.join(GUESTS, "installer", name) for name in ("linux", "initrd.gz")]
ROUNDS = int(os.environ.get("ROUNDS", "3"))
MEMORY = 1024
ENGINE = ["--accel", os.environ["ACCEL"]] if "ACCEL" in os.environ else []


def lathe(kernel, initrd=None, append=""):
    command = [os.path.join(BUILD, "lathe"), "run", *ENGINE, "--kernel", kernel, "--memory",
               "%dM" % MEMORY, "--display", "none", "--serial", "stdio"]
    if initrd:
        command += ["--initrd", initrd, "--append", append]
    return command


def qemu(kernel, initrd=None, append=""):
    command = ["qemu-system-x86_64", "-accel", "tcg", "-cpu", "max", "-machine", "q35", "-m",
               str(MEMORY), "-kernel", kernel, "-display", "none", "-serial", "stdio",
               "-monitor", "none", "-nodefaults"]
    if initrd:
        command += ["-initrd", initrd, "-append", append]
    return command


PEERS = {"lathe": lathe, "qemu": qemu}


def until(command, text, limit=900):
    """Seconds from the start of a process until its output has text, and the process, running."""
    started = time.monotonic()
    process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                               stderr=subprocess.DEVNULL)
    watchdog = threading.Timer(limit, process.kill)
    watchdog.start()
    seen = b""
    while text not in seen:
        data = os.read(process.stdout.fileno(), 65536)
        if not data:
            sys.exit("bench: %s ended before it said %r" % (command[0], text))
        seen = seen[-4096:] + data
    seconds = time.monotonic() - started
    watchdog.cancel()
    return seconds, process


def finish(process):
    process.kill()
    process.wait()
    process.stdout.close()


def resident_beyond_ram(pid):
    """MiB resident in all mappings but the guest's RAM, which is the largest one."""
    sizes = []
    with open("/proc/%d/smaps" % pid, encoding="ascii", errors="replace") as smaps:
        for line in smaps:
            fields = line.split()
            if fields[0] == "Size:":
                sizes.append([int(fields[1]), 0])
            elif fields[0] == "Rss:":
                sizes[-1][1] = int(fields[1])
    sizes.sort()
    return sum(rss for _, rss in sizes[:-1]) / 1024


def compare(name, unit, measure, bound):
    """Prints medians and the ratio lathe / qemu; measure(peer) gives a number."""
    results = {peer: [] for peer in PEERS}
    for _ in range(ROUNDS):
        for peer in PEERS:
            results[peer].append(measure(peer))
    ours, theirs = (statistics.median(results[peer]) for peer in ("lathe", "qemu"))
    print("%-34s lathe %8.3f %s   qemu %8.3f %s   ratio %.2f   (%s)" %
          (name, ours, unit, theirs, unit, ours / theirs, bound), flush=True)


def boot():
    def measure(peer):
        seconds, process = until(PEERS[peer](*INSTALLER, "console=ttyS0"),
                                 b"Run /init as init process")
        finish(process)
        return seconds

    compare("installer to Run /init", "s", measure, "interp: at most 12")


def first_instruction_kernel(path):
    """A flat Multiboot kernel whose first instructions print one character."""
    code = bytes([0x66, 0xBA, 0xF8, 0x03, 0xB0, ord("!"), 0xEE, 0xF4, 0xEB, 0xFD])
    base, flags = 0x100000, 1 << 16
    header = struct.pack("<8I", 0x1BADB002, flags, -(0x1BADB002 + flags) & 0xFFFFFFFF, base, base,
                         base + 32 + len(code), 0, base + 32)
    with open(path, "wb") as out:
        out.write(header + code)


def start():
    with tempfile.TemporaryDirectory() as scratch:
        kernel = os.path.join(scratch, "kernel")
        first_instruction_kernel(kernel)

        def measure(peer):
            seconds, process = until(PEERS[peer](kernel), b"!", 60)
            finish(process)
            return seconds * 1000

        compare("start to first instruction", "ms", measure, "lathe below 120 ms")


def memory():
    def measure(peer):
        _, process = until(PEERS[peer](*INSTALLER, "console=ttyS0"), b"Run /init as init process")
        size = resident_beyond_ram(process.pid)
        finish(process)
        return size

    compare("memory beyond guest RAM", "MiB", measure, "lathe below 80 MiB")


BENCHES = {"start": start, "boot": boot, "memory": memory}
for bench in WHICH or BENCHES:
    if bench not in BENCHES:
        sys.exit("bench: there is no '%s'; there are %s" % (bench, ", ".join(BENCHES)))
    BENCHES[bench]()
