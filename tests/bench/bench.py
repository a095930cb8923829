#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Measures Lathe beside QEMU (TCG) in one run, interleaved: bench.py BUILD [--markdown] [--busy] [NAME...].

Only ratios mean anything: the machine may be shared. Medians of ROUNDS (3) rounds; ACCEL chooses
Lathe's engine. README.md says what each name measures.
"""
import argparse
import os

import film
import guest
import machines
import net
import whole
import workloads

BENCHES = {"cpu": workloads.cpu, "processes": workloads.processes, "smp": workloads.smp,
           "smc": workloads.smc, "start": whole.start, "firmware": whole.firmware, "boot": whole.boot,
           "memory": whole.memory, "idle": whole.idle, "net": net.net,
           "film": film.film}


class Settings:
    """What holds for the whole run. The programs are built when the first measure wants them."""

    def __init__(self, arguments):
        self.markdown, self.busy = arguments.markdown, arguments.busy
        self.rounds = int(os.environ.get("ROUNDS", "3"))
        self.packed = None

    def initramfs(self):
        if not self.packed:
            self.packed = guest.compile_all()
        return self.packed


def main():
    parser = argparse.ArgumentParser(prog="./dev bench")
    parser.add_argument("build")
    parser.add_argument("names", nargs="*", metavar="NAME", help="%s, or a single program: %s" %
                        (", ".join(BENCHES), ", ".join(workloads.JOBS)))
    parser.add_argument("--markdown", action="store_true", help="tables for a README")
    parser.add_argument("--busy", action="store_true",
                        help="processor time instead of seconds: for a machine that is busy")
    arguments = parser.parse_intermixed_args()
    for name in arguments.names:
        if name not in BENCHES and name not in workloads.JOBS:
            parser.error("there is no '%s'; there are %s, and single programs: %s" %
                         (name, ", ".join(BENCHES), ", ".join(workloads.JOBS)))
    machines.build = arguments.build
    settings = Settings(arguments)
    for name in arguments.names or BENCHES:
        if name in BENCHES:
            BENCHES[name](settings)
        else:
            workloads.one(settings, name)


main()
