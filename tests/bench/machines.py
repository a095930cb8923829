# SPDX-License-Identifier: GPL-3.0-or-later
"""The two emulators as processes: their command lines for the same guest, and what their serial port says."""
import os
import subprocess
import sys
import threading
import time

GUESTS = os.path.join("build", "guests")
CLOUD = os.path.join(GUESTS, "cloud", "vmlinuz")
INSTALLER = [os.path.join(GUESTS, "installer", name) for name in ("linux", "initrd.gz")]
ENGINE = ["--accel", os.environ["ACCEL"]] if "ACCEL" in os.environ else []
build = "build"


def lathe(kernel, initrd=None, append="", cpus=1, memory=1024):
    command = [os.path.join(build, "lathe"), "run", *ENGINE, "--kernel", kernel, "--memory",
               "%dM" % memory, "--smp", str(cpus), "--display", "none", "--serial", "stdio",
               "--net", "none", "--gpu", "none"]  # as QEMU's -nodefaults
    if initrd:
        command += ["--initrd", initrd, "--append", append]
    return command


def qemu(kernel, initrd=None, append="", cpus=1, memory=1024):
    threads = "tcg,thread=multi" if cpus > 1 else "tcg"
    command = ["qemu-system-x86_64", "-accel", threads, "-cpu", "max", "-machine", "q35", "-m",
               str(memory), "-smp", str(cpus), "-kernel", kernel, "-display", "none", "-serial",
               "stdio", "-monitor", "none", "-nodefaults"]
    if initrd:
        command += ["-initrd", initrd, "-append", append]
    return command


PEERS = {"lathe": lathe, "qemu": qemu}


class Machine:
    """A running emulator whose first serial port is read line by line."""

    def __init__(self, command, limit=900):
        self.name = os.path.basename(command[0])
        self.started = time.monotonic()
        self.process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                                        stderr=subprocess.DEVNULL)
        self.watchdog = threading.Timer(limit, self.process.kill)
        self.watchdog.start()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.watchdog.cancel()
        self.process.kill()
        self.process.wait()
        self.process.stdout.close()

    def must_run(self):
        if self.process.poll() is not None:
            sys.exit("bench: %s ended too early" % self.name)

    def busy(self):
        """Seconds of processor time, user and system, of all threads until now, in hundredths."""
        with open("/proc/%d/stat" % self.process.pid, encoding="ascii") as stat:
            fields = stat.read().rsplit(")", 1)[1].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")

    def until(self, text):
        """Seconds from the start until the output has text, at the moment when it comes."""
        seen = b""
        while text not in seen:
            data = os.read(self.process.stdout.fileno(), 65536)
            if not data:
                sys.exit("bench: %s ended before it said %r" % (self.name, text))
            seen = seen[-4096:] + data
        return time.monotonic() - self.started

    def lines(self):
        """Each line with the second at which its end came."""
        rest = b""
        while True:
            data = os.read(self.process.stdout.fileno(), 65536)
            if not data:
                return
            *whole, rest = (rest + data).split(b"\n")
            for line in whole:
                yield time.monotonic() - self.started, line.decode(errors="replace").strip()
