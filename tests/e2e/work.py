#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""A Debian guest works: the scripts of tests/e2e/work in a root tree in memory.

work.py LATHE GUESTS CPUS WORK: WORK is a script's name and its arguments, joined by commas. The
guest's verdicts are passed on.
"""
import os
import subprocess
import sys

LATHE, GUESTS, CPUS, WORK = sys.argv[1:]
ENGINE = ["--accel", os.environ["ACCEL"]] if "ACCEL" in os.environ else []
# Cases that a whole run has; fewer, and it did not come to its end.
CASES = {"stress,cpu": 80, "stress,memory": 40, "stress,vm": 30, "stress,cache": 7,
         "stress,atomic": 10, "stress,interrupt": 20, "compile": 4, "openssl": 90, "python": 18}


def run():
    command = [LATHE, "run", *ENGINE, "--kernel", os.path.join(GUESTS, "cloud", "vmlinuz"),
               "--initrd", os.path.join(GUESTS, "work", "work.cpio"), "--memory", "3G",
               "--smp", CPUS, "--display", "none", "--serial", "stdio", "--no-reboot",
               "--append", "console=ttyS0 quiet panic=-1 watchdog_thresh=30 "
               "rcupdate.rcu_cpu_stall_timeout=60 lathe=" + WORK]  # hosts are busy at times
    done = subprocess.run(command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                          stderr=subprocess.STDOUT)
    return done.returncode, done.stdout.decode(errors="replace").replace("\r", "")


def main():
    prefix = "work-%s-smp%s" % (WORK.replace(",", "-"), CPUS)
    status, text = run()
    verdicts = [line for line in text.splitlines() if line.startswith(("ok ", "not ok "))]
    for line in verdicts:
        good, name = line.startswith("ok "), line.replace("not ok ", "ok ", 1)[3:]
        print("%s smp%s-%s" % ("ok" if good else "not ok", CPUS, name), flush=True)
    whole = len(verdicts) >= CASES[WORK] and "lathe guest done" in text
    print("ok " + prefix if whole and status == 0 else "not ok %s: exit status %d, %d cases\n%s" %
          (prefix, status, len(verdicts), text[-3000:]), flush=True)
    sys.exit(status != 0 or not whole or any(line.startswith("not") for line in verdicts))


main()
