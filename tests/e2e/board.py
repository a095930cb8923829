#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""The board with real software: sleep and wake, hot-plugging, A20 and INIT, watchdog, TPM, panic.

board.py LATHE GUESTS INIT HOTPLUG RESET-SECTOR CASE...: cases are sleep-FIRMWARE, wake, hotplug-CPUS,
init, watchdog, tpm-FIRMWARE, tpmstate, panic,
lists-FIRMWARE.
"""
import os
import re
import subprocess
import sys
import tempfile
import time

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), ".."))
import initramfs  # pylint: disable=wrong-import-position
from verdict import finish, guest_run, report  # pylint: disable=wrong-import-position

LATHE, GUESTS, INIT, HOTPLUG, SECTOR = (os.path.abspath(path) for path in sys.argv[1:6])
CASES = sys.argv[6:]
ENGINE = ["--accel", os.environ["ACCEL"]] if "ACCEL" in os.environ else []
PATIENCE = int(os.environ.get("PATIENCE", "3"))
LIMIT = 80 * PATIENCE  # seconds
KERNEL = os.path.join(GUESTS, "generic", "vmlinuz")
MODULES = ["virtio_pci", "virtio_blk", "nvme", "lpc_ich", "iTCO_wdt",
           "pvpanic", "pvpanic-mmio", "tpm_crb"]
APPEND = "console=ttyS0 quiet panic=-1 "


def command(append, *options, limit=LIMIT):
    return [LATHE, "run", *ENGINE, "--kernel", KERNEL, "--initrd", "init.gz", "--append",
            APPEND + append, *machine(limit), *options]


def machine(limit=LIMIT):
    return ["--memory", "512M", "--smp", "2", "--display", "none", "--serial", "stdio",
            "--net", "none", "--timeout", str(limit), "--no-reboot"]


def run(*arguments, limit=LIMIT):
    done = subprocess.run(arguments, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                          stderr=subprocess.STDOUT, timeout=limit + 30)
    text = re.sub(r"\x1b\[[0-9;?=]*[a-zA-Z]", "", done.stdout.decode(errors="replace"))
    return done.returncode, text.replace("\r", "")


def make_disc(append):
    """GRUB starts the kernel from a CD: a BIOS does not load it by itself."""
    os.makedirs("disc/boot/grub")
    subprocess.run(["cp", KERNEL, "init.gz", "disc/boot"], check=True)
    with open("disc/boot/grub/grub.cfg", "w", encoding="ascii") as stream:
        stream.write("set timeout=0\nmenuentry lathe {\n linux /boot/vmlinuz %s\n"
                     " initrd /boot/init.gz\n}\n" % (APPEND + append))
    subprocess.run(["grub-mkrescue", "-o", "disc.iso", "disc"], check=True,
                   stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)


def sleep(firmware):
    """echo mem >/sys/power/state; the clock's alarm wakes the machine."""
    append = "lathe=sleep cpus=2"
    if firmware == "bios":
        make_disc(append)
        arguments = [LATHE, "run", *ENGINE, "--cdrom", "disc.iso", *machine()]
    else:
        arguments = command(append)
    status, text = run(*arguments, "--firmware", firmware)
    guest_run("sleep-" + firmware, status, text, 6)


def wake():
    """Nothing is set that could wake it: it sleeps until it is stopped, on next to no processor."""
    child = subprocess.Popen(command("lathe=again"), stdin=subprocess.DEVNULL,
                             stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
    text = b""
    while b"lathe guest sleeps" not in text and (piece := child.stdout.read1(4096)):
        text += piece
    used = rest(child.pid)
    report("wake-not-by-itself", child.poll() is None and b"ok guest-woke" not in text,
           text.decode(errors="replace"))
    report("wake-costs-nothing", used < 0.05, "%.3f of a processor" % used)
    child.kill()
    child.wait()
    for by in "key", "button":
        status, text = run(HOTPLUG, KERNEL, "init.gz", APPEND + "lathe=again", "2", by)
        report("wake-by-" + by, status == 0 and "ok guest-woke" in text and "ok guest-log" in text,
               "status %d: %s" % (status, text[-3000:]))


def rest(pid):
    """The share of a processor that a process takes once it takes next to none, or at the end of our patience."""
    end = time.monotonic() + LIMIT
    used = 1
    while used >= 0.05 and time.monotonic() < end:
        began, before = time.monotonic(), processor_time(pid)
        time.sleep(5)
        used = (processor_time(pid) - before) / (time.monotonic() - began)
    return used


def processor_time(pid):
    with open("/proc/%d/stat" % pid, encoding="ascii") as stream:
        fields = stream.read().rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def hotplug(cpus):
    status, text = run(HOTPLUG, KERNEL, "init.gz", APPEND + "lathe=hotplug", cpus, limit=2 * LIMIT)
    for line in re.findall(r"^(?:not )?ok .*$", text, re.M):
        good = line.startswith("ok ")
        report("hotplug-%s-%s" % (cpus, line.split(" ", 1 if good else 2)[-1]), good, text[-4000:])
    report("hotplug-%s-status" % cpus, status == 0, "exit status %d" % status)


def watchdog():
    """The guest lets the chip set's watchdog run out."""
    status, text = run(*command("lathe=watchdog", limit=LIMIT // 2))
    report("watchdog-driver", "ok guest-driver" in text, text[-4000:])
    report("watchdog-resets", status == 4 and text.endswith("lathe guest hangs\n") or
           status == 4 and "lathe guest hangs" in text, "exit status %d: %s" % (status, text[-4000:]))


def tpm(firmware):
    """swtpm's TPM: the guest's driver works with it; UEFI firmware measures itself into it."""
    words = "lathe=tpm" + (" ppi=1.3" if firmware != "none" else "")
    status, text = run(*command(words), "--firmware", firmware, "--tpm", "emulated")
    guest_run("tpm-" + firmware, status, text, 4 if firmware == "none" else 9)
    measured = re.search(r"^pcr0 (\w{64})$", text, re.M)
    report("tpm-%s-pcr" % firmware, measured is not None and
           (measured.group(1) != "0" * 64) == (firmware != "none"), text[-3000:])


def tpm_state():
    """The TPM's state is kept beside the machine's variables, and else leaves nothing behind."""
    status, text = run(*command("lathe=tpm"), "--firmware", "uefi,vars=vars.fd", "--tpm", "emulated")
    report("tpm-state-kept", status == 0 and os.path.exists("vars.fd.tpm/tpm2-00.permall"),
           text[-3000:])
    status, text = run(*command("lathe=tpm"), "--tpm", "unix:/nowhere")
    report("tpm-state-no-socket", status == 2 and text.count("\n") == 1, text)


def lists(firmware):
    """lspci and dmidecode have nothing to complain about."""
    status, text = run(*command("lathe=lists"), "--firmware", firmware)
    guest_run("lists-" + firmware, status, text, 5)


def panic():
    """A kernel that panics ends the machine, which says so."""
    status, text = run(*command("lathe=panic", limit=LIMIT // 2))
    report("panic", status == 4 and "kernel panicked" in text, "status %d: %s" % (status, text[-3000:]))


def init():
    """A program of the BIOS moves the A20 gate and goes through INIT."""
    status, text = run(LATHE, "run", *ENGINE, *machine(LIMIT // 4), "--firmware", "bios", "--disk",
                       SECTOR + ",format=raw,bus=virtio,readonly", "--expect-serial",
                       "A20 and INIT are good|failed at step .")
    report("init-and-a20", status == 0 and "A20 and INIT are good" in text,
           "status %d\n%s" % (status, text))


JOBS = {"sleep": sleep, "wake": wake, "hotplug": hotplug, "init": init, "watchdog": watchdog, "tpm": tpm,
        "tpmstate": tpm_state, "panic": panic, "lists": lists}

with tempfile.TemporaryDirectory(dir="/var/tmp") as scratch:
    os.chdir(scratch)
    initramfs.make("init", os.path.join(GUESTS, "generic"), MODULES, INIT, "lspci", "dmidecode")
    for case in CASES:
        job, _, argument = case.partition("-")
        JOBS[job](*([argument] if argument else []))
    os.chdir("/")
finish()
