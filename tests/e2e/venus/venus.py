#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""venus.py LATHE GUEST-FOLDER [bench]: a guest's Vulkan, on a Debian 13 host (trixie-run.sh).

A Debian 13 guest under jit names Venus, maps memory, clears, computes and reads back exact values;
it loses its contexts, and nothing else, when the render server is killed; new ones work; and it boots
with every other --gpu. With "bench" the same program's figures, and QEMU's beside them.
"""
import os
import re
import signal
import subprocess
import sys
import tempfile
import time

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "graphics"))
import guest as guests  # pylint: disable=wrong-import-position

LATHE, GUEST = os.path.abspath(sys.argv[1]), os.path.abspath(sys.argv[2])
HERE = os.path.dirname(os.path.abspath(__file__))


def program(folder):
    """The guest's program, as a tar file that is a disk."""
    code = os.path.join(folder, "job.inc")
    subprocess.run(["glslangValidator", "-V", "-x", "-o", code, os.path.join(HERE, "job.comp")],
                   check=True, stdout=subprocess.DEVNULL)
    subprocess.run(["gcc", "-O2", "-I", folder, os.path.join(HERE, "vulkan.c"), "-o",
                    os.path.join(folder, "vulkan"), "-lvulkan"], check=True)
    disk = os.path.join(folder, "program.tar")
    subprocess.run(["tar", "-C", folder, "-b", "2048", "-cf", disk, "vulkan"], check=True)
    return disk


def lathe(gpu, disk, folder):
    path = os.path.join(folder, "line-" + gpu.replace(",", "-"))
    return guests.lathe(LATHE, GUEST, path, "--disk", disk + ",readonly", "--gpu", gpu, "--display", "none")


def qemu(disk, folder):
    return guests.qemu(GUEST, os.path.join(folder, "line-qemu"),
                       "-drive", "file=%s,if=virtio,format=raw,readonly=on" % disk,
                       "-device", "virtio-gpu-gl-pci,blob=on,venus=on,hostmem=256M")


def boot(guest):
    """With the program."""
    return guest.boot() and guest.run("tar -C /root -xf /dev/vdb", 30) is not None


failures = 0


def check(name, good):
    global failures
    failures += not good
    print("%s %s" % ("ok" if good else "not ok", name), flush=True)


def servers(parent):
    """The render server and the processes of its contexts: all of its session."""
    found = []
    for pid in filter(str.isdigit, os.listdir("/proc")):
        try:
            with open("/proc/%s/stat" % pid) as file:
                session = file.read().rsplit(")", 1)[1].split()[3]
            about = open("/proc/%s/status" % pid).read()
        except OSError:
            continue
        found.append((int(pid), int(session), "PPid:\t%d\n" % parent in about, about))
    mine = {pid for pid, _, child, about in found if child and "Name:\tvirgl_render" in about}
    return [(pid, about) for pid, session, _, about in found if session in mine]


def confined(about):
    return "NoNewPrivs:\t1" in about and "Seccomp:\t2" in about


def die(guest):
    """SIGKILL to the render server and all contexts while the guest renders."""
    guest.say("/root/vulkan for-ever; echo ENDED=$?")
    check("venus-renders", guest.wait("VULKAN-GOES-ON", 60) is not None)
    killed = servers(guest.process.pid)
    check("venus-confined", len(killed) >= 2 and all(confined(about) for _, about in killed))
    for pid, _ in killed:
        os.kill(pid, signal.SIGKILL)
    lost = guest.wait(r"ENDED=\d+", 90)
    check("venus-device-lost", lost is not None and not lost.endswith("ENDED=0"))
    print("# " + (lost or "").strip().replace("\n", "\n# "))
    check("venus-machine-goes-on", guest.process.poll() is None and
          "ALIVE" in (guest.run("echo AL''IVE", 20) or ""))
    check("venus-new-context", "VULKAN-EXACT" in (guest.run("/root/vulkan check", 60) or ""))
    guest.end()
    time.sleep(1)
    check("venus-server-ends-with-us", servers(guest.process.pid) == [])


def test(disk, folder):
    guest = lathe("venus", disk, folder)
    check("venus-boots", boot(guest))
    summary = guest.run("vulkaninfo --summary 2>&1 | grep -e deviceName -e driverName -e apiVersion", 90) or ""
    print("# " + summary.strip().replace("\n", "\n# "))
    check("venus-named", "Venus" in summary)
    out = guest.run("/root/vulkan check", 60) or ""
    check("venus-exact", "VULKAN-EXACT" in out)
    die(guest)
    for gpu in ("virtio-gl", "virtio", "std", "none"):
        guest = lathe(gpu, disk, folder)
        check("venus-boots-with-" + gpu, boot(guest))
        guest.end()


def bench(disk, folder):
    figures = {}
    for name, guest in (("lathe", lambda: lathe("venus", disk, folder)), ("qemu", lambda: qemu(disk, folder))):
        guest = guest()
        check("bench-boots-" + name, boot(guest))
        out = guest.run("/root/vulkan bench", 120) or ""
        figures[name] = dict(re.findall(r"VULKAN-(CLEARS|JOBS) ([0-9.]+)", out))
        guest.end()
        if not figures[name]:
            print("# " + out.replace("\n", "\n# "))
    for what in ("CLEARS", "JOBS"):
        ours, theirs = (float(figures[name].get(what, 0)) for name in ("lathe", "qemu"))
        print("# %s a second: lathe %.2f, qemu %.2f, ratio %.2f" %
              (what.lower(), ours, theirs, ours / theirs if theirs else 0))


with tempfile.TemporaryDirectory() as scratch:
    made = program(scratch)
    (bench if "bench" in sys.argv[3:] else test)(made, scratch)
sys.exit(failures != 0)
