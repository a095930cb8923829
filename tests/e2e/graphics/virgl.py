#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""A guest's OpenGL in a window, on an X server without a graphics card.

virgl.py LATHE GUEST-FOLDER CASE...: gtk and sdl (a cube turns at two sizes), heads (a compositor with a
program on each of two screens), desktop (Xfce, driven by the window's pointer and keys, follows the window's
size), and bench, the cube's frames beside QEMU's. PICTURES=folder keeps what was on the screen.
"""
import json
import os
import re
import subprocess
import sys
import tempfile
import time

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path[:0] = [os.path.join(HERE, "..", ".."), os.path.join(HERE, "..", "..", "app")]
import guest as guests  # pylint: disable=wrong-import-position
from verdict import finish, report  # pylint: disable=wrong-import-position
from xwindow import Display, Failed  # pylint: disable=wrong-import-position

LATHE, GUEST = (os.path.abspath(path) for path in sys.argv[1:3])
RELEASE = os.path.basename(GUEST).replace("graphics", "virgl")
GREY = bytes((128, 128, 128))  # what kmscube clears the screen with
MODES = ["800x600", "1280x800"]
PATIENCE = guests.PATIENCE


class Machine:
    """A guest in a window, that the other commands know by its name too."""

    def __init__(self, folder, ui, gpu="virtio-gl", size=(1500, 1050)):
        self.display = Display(folder, os.environ.get("PICTURES", folder), size)
        self.folder = folder
        self.environment = dict(self.display.environment, XDG_DATA_HOME=folder + "/data", XDG_RUNTIME_DIR=folder)
        line = os.path.join(folder, "line-" + ui)
        self.lathe("create", "vm", "--disk", GUEST + "/disk.qcow2,discard-changes", "--kernel", GUEST + "/vmlinuz",
                   "--initrd", GUEST + "/initrd.img", "--append", guests.APPEND, "--memory", "2G", "--smp", "2",
                   "--net", "none", "--gpu", gpu, "--serial", "unix:" + line)
        self.guest = guests.Guest([LATHE, "run", "vm", "--accel", "jit", "--display", ui],
                                  line, self.environment)

    def __enter__(self):
        if not self.guest.boot():
            why = self.guest.messages()
            self.__exit__()
            raise Failed("the guest does not boot: " + why)
        return self

    def __exit__(self, *_):
        self.guest.end()
        self.display.close()
        self.lathe("delete", "vm", "--yes", status=None)

    def lathe(self, *words, status=0):
        done = subprocess.run([LATHE, *words], env=self.environment, capture_output=True, check=False,
                              stdin=subprocess.DEVNULL, timeout=60 * PATIENCE)
        if status is not None and done.returncode != status:
            raise Failed("lathe %s: %s" % (" ".join(words), done.stderr.decode()))
        return done.stdout

    def screens(self):
        return json.loads(self.lathe("screens", "vm", "--json"))

    def shot(self, head):
        """The guest's own picture: its size and pixels, three bytes each."""
        data = self.lathe("screenshot", "vm", "--head", str(head), "--output", self.folder + "/shot.ppm")
        with open(self.folder + "/shot.ppm", "rb") as file:
            data = file.read()
        width, height = re.match(rb"P6\s(\d+)\s(\d+)\s255\s", data).groups()
        return (int(width), int(height)), data[-3 * int(width) * int(height):]

    def picture(self, name):
        """For people; what is on the screen may move."""
        self.display.tool("import", "-window", "root",
                          os.path.join(self.display.pictures, "%s-%s.png" % (RELEASE, name)))


def spoken(name, act):
    """A case's verdict."""
    try:
        report(RELEASE + "-" + name, *act())
    except (Failed, subprocess.SubprocessError) as failed:
        report(RELEASE + "-" + name, False, failed)


def share(pixels, color):
    """How much of it is of this colour."""
    return sum(1 for i in range(0, len(pixels), 33) if pixels[i:i + 3] == color) / (len(pixels) / 33)


def moves(shoot):
    """Whether four pictures are four."""
    seen = set()
    for _ in range(4):
        seen.add(shoot())
        time.sleep(0.4)
    return len(seen) == 4


def cube(machine, ui, mode):
    """kmscube turns in that mode, in the guest's picture and in the window."""
    guest = machine.guest
    before = machine.screens()[0]
    guest.run("kmscube -v %s -c 1000000 >/tmp/cube 2>&1 & sleep 4; true" % mode)
    size, pixels = machine.shot(1)
    machine.picture("%s-%s" % (ui, mode))
    grey, window = share(pixels, GREY), share(machine.display.shot(), GREY)
    turns, shown = moves(lambda: machine.shot(1)[1]), moves(machine.display.shot)
    after = machine.screens()[0]
    frames, copies = (after[what] - before[what] for what in ("frames", "copies"))
    ended = guest.run("kill %1; wait; grep -a -v extensions /tmp/cube | tail -n 3", 60)
    print("# %s at %s: %d frames shown, %d copies" % (ui, mode, frames, copies))
    good = "%dx%d" % size == mode and 0.2 < grey < 0.95 and window > 0.1 and turns and shown
    return (good and frames > 20 and copies <= frames + 3,  # some are on their way
            "%s, grey %.2f, in the window %.2f, turns %s, there %s, %d frames, %d copies: %s" %
            (size, grey, window, turns, shown, frames, copies, ended))


def named(machine):
    out = machine.guest.run("glmark2-es2-drm --off-screen -b build:duration=1 2>&1 | grep -e GL_ -e Score", 120) or ""
    print("# " + out.replace("\n", "\n# "))
    return "GL_RENDERER:    virgl" in out and "Score" in out, out


def in_window(ui, folder):
    with Machine(folder, ui) as machine:
        if ui == "gtk":
            spoken("glmark2", lambda: named(machine))
        for mode in MODES:
            spoken("%s-%s" % (ui, mode), lambda: cube(machine, ui, mode))


def weston(machine):
    """A compositor over both screens, with a panel on each; a triangle turns. It starts on a terminal as from a login."""
    guest = machine.guest
    guest.run("mkdir -pm 700 /run/user/0; export XDG_RUNTIME_DIR=/run/user/0; "
              "setsid weston --backend=drm-backend.so --continue-without-input --idle-time=0 "
              "</dev/tty2 >/tmp/weston 2>&1 & sleep 12; true")
    guest.run("WAYLAND_DISPLAY=$(cd /run/user/0; ls -d wayland-* | head -n 1) weston-simple-egl >/tmp/egl 2>&1 & "
              "sleep 8; true")
    shots = [machine.shot(head) for head in (1, 2)]
    machine.picture("heads-gtk")
    turns = moves(lambda: b"".join(machine.shot(head)[1] for head in (1, 2)))
    colors = [len(set(pixels[i:i + 3] for i in range(0, len(pixels), 33))) for _, pixels in shots]
    about = guest.run("tail -n 30 /tmp/weston; tail -n 3 /tmp/egl", 60)
    return min(colors) > 20 and turns, "colours %s, turns %s: %s" % (colors, turns, about)


def heads(folder):
    with Machine(folder, "gtk", "virtio-gl,heads=2") as machine:
        machine.lathe("screens", "vm", "plug", "2")
        spoken("heads", lambda: weston(machine))


def desktop_starts(machine):
    machine.guest.run("(xinit /usr/bin/dbus-run-session /usr/bin/startxfce4 -- :0 vt1 >/tmp/x 2>&1 &) ; true")
    ready = machine.guest.run("export DISPLAY=:0; for i in $(seq 120); do pgrep xfdesktop >/dev/null && break; sleep 1; done; "
                              "sleep 15; pgrep -l xf; glxinfo -B | grep renderer", 240) or ""
    machine.picture("desktop")
    return "xfdesktop" in ready and "virgl" in ready, ready + (machine.guest.run("tail -n 20 /tmp/x") or "")


def desktop_input(machine):
    """A terminal gets what is typed."""
    machine.guest.run("xterm -geometry 80x24+60+60 >/dev/null 2>&1 & sleep 6; true")
    window = machine.display.tool("xdotool", "search", "--onlyvisible", "--name", "^vm").split()[-1]
    machine.display.tool("xdotool", "mousemove", "--window", window, "300", "300", "sleep", "1", "click", "1", "sleep", "2")
    machine.display.tool("xdotool", "type", "--delay", "120", "echo typed >/root/typed")
    machine.display.tool("xdotool", "key", "Return")
    for _ in range(20):
        got = machine.guest.run("cat /root/typed 2>/dev/null") or ""
        if "typed\n" in got:
            break
        time.sleep(1)
    machine.picture("desktop-typed")
    return "typed\n" in got, got


def desktop_follows(machine):
    """The guest is offered the window's size, and takes it as an agent or a person would."""
    window = machine.display.tool("xdotool", "search", "--onlyvisible", "--name", "^vm").split()[-1]
    before = machine.shot(1)[0]
    machine.display.tool("xdotool", "windowsize", "--sync", window, "900", "700")
    time.sleep(3)
    modes = machine.guest.run("xrandr --output Virtual-1 --preferred; sleep 4; xrandr | head -n 4") or ""
    size, _ = machine.shot(1)
    machine.picture("desktop-resized")
    return size != before and 800 <= size[0] <= 900, "%s, then %s: %s" % (before, size, modes)


def desktop(folder):
    with Machine(folder, "gtk") as machine:
        spoken("desktop", lambda: desktop_starts(machine))
        spoken("desktop-input", lambda: desktop_input(machine))
        spoken("desktop-size", lambda: desktop_follows(machine))


def frames(guest, mode):
    """A second, the best of three runs of 5 seconds or so."""
    found = []
    for _ in range(3):
        out = guest.run("kmscube -v %s -c 600 2>&1 | grep Rendered | tail -n 1" % mode, 120) or ""
        found += [float(rate) for rate in re.findall(r"\(([0-9.]+) fps\)", out)]
    return max(found, default=0)


def bench(folder):
    """In windows of the same kind, SDL's, one after the other."""
    figures = {}
    for name in ("lathe", "qemu"):
        line = os.path.join(folder, "line-" + name)
        display = Display(folder, folder, (1400, 1000)) if name == "lathe" else None
        guest = (guests.lathe(LATHE, GUEST, line, "--gpu", "virtio-gl", "--display", "sdl",
                              environment=display.environment) if display else
                 guests.qemu(GUEST, line, "-device", "virtio-gpu-gl-pci"))
        report("bench-boots-" + name, guest.boot(), guest.messages())
        figures[name] = [frames(guest, mode) for mode in MODES]
        guest.end()
        if display:
            display.close()
    for mode, ours, theirs in zip(MODES, figures["lathe"], figures["qemu"]):
        print("# kmscube at %s, frames a second: lathe %.1f, qemu %.1f, ratio %.2f" %
              (mode, ours, theirs, ours / theirs if theirs else 0))


CASES = {"gtk": lambda folder: in_window("gtk", folder), "sdl": lambda folder: in_window("sdl", folder),
         "heads": heads, "desktop": desktop, "bench": bench}
for case in sys.argv[3:]:
    with tempfile.TemporaryDirectory(prefix="lathe-virgl-") as scratch:
        try:
            CASES[case](scratch)
        except Failed as failure:
            report(RELEASE + "-" + case, False, failure)
finish()
