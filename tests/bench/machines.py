# SPDX-License-Identifier: GPL-3.0-or-later
"""The two emulators as processes: their command lines for the same guest, and what their serial port says."""
import os
import subprocess
import sys
import threading
import time

GUESTS = os.path.join("build", "guests")
CLOUD = os.path.join(GUESTS, "cloud", "vmlinuz")
OVMF = "/usr/share/OVMF/OVMF_%s_4M.fd"
INSTALLER = [os.path.join(GUESTS, "installer", name) for name in ("linux", "initrd.gz")]
ENGINE = ["--accel", os.environ["ACCEL"]] if "ACCEL" in os.environ else []
build = "build"


def lathe_machine(cpus, memory, gpu="none"):
    return [os.path.join(build, "lathe"), "run", *ENGINE, "--memory", "%dM" % memory, "--smp",
            str(cpus), "--display", "none", "--serial", "stdio", "--net", "none", "--gpu",
            gpu]  # no more devices than QEMU has with -nodefaults


def qemu_machine(cpus, memory):
    threads = "tcg,thread=multi" if cpus > 1 else "tcg"
    return ["qemu-system-x86_64", "-accel", threads, "-cpu", "max", "-machine", "q35", "-m",
            str(memory), "-smp", str(cpus), "-display", "none", "-serial", "stdio", "-monitor",
            "none", "-nodefaults"]


def lathe(kernel, initrd=None, append="", cpus=1, memory=1024):
    linux = ["--initrd", initrd, "--append", append] if initrd else []
    return [*lathe_machine(cpus, memory), "--kernel", kernel, *linux]


def qemu(kernel, initrd=None, append="", cpus=1, memory=1024):
    linux = ["-initrd", initrd, "-append", append] if initrd else []
    return [*qemu_machine(cpus, memory), "-kernel", kernel, *linux]


PEERS = {"lathe": lathe, "qemu": qemu}


def lathe_firmware(disc):
    boot = ["--firmware", "bios", "--cdrom", disc] if disc else ["--firmware", "uefi"]
    return [*lathe_machine(1, 1024, "std"), *boot]


def qemu_firmware(disc):
    """OVMF's variables are dropped at the end, as those of a machine that saves nothing."""
    flash = ["if=pflash,unit=0,readonly=on,format=raw,file=" + OVMF % "CODE",
             "if=pflash,unit=1,snapshot=on,format=raw,file=" + OVMF % "VARS"]
    boot = ["-cdrom", disc] if disc else ["-drive", flash[0], "-drive", flash[1]]
    return [*qemu_machine(1, 1024), "-vga", "std", *boot]


FIRMWARE_PEERS = {"lathe": lathe_firmware, "qemu": qemu_firmware}


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
