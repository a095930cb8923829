# SPDX-License-Identifier: GPL-3.0-or-later
"""A moving picture that fills 1280x800, from a real guest to a window under an X server: how many of its 60
frames a second the window shows, and what processor time that takes beside the guest's own."""
import collections
import os
import subprocess
import sys
import tempfile
import time

import guest
import machines
from table import Bound, Table

for folder in ("app", "e2e"):
    sys.path.insert(0, os.path.join(guest.HERE, "..", folder))
import initramfs  # pylint: disable=wrong-import-position
import xwindow  # pylint: disable=wrong-import-position

ADAPTERS = (("virtio", ["virtio_pci", "virtio_gpu"]), ("std", ["bochs"]))
SETTLE, WATCH = 3, 10  # seconds


def compile_frames():
    program = os.path.join(guest.directory(), "frames")
    subprocess.run(["gcc", "-std=c11", "-D_GNU_SOURCE", "-O2", "-Wall", "-Wextra", "-Werror",
                    os.path.join(guest.HERE, "frames.c"), "-o", program, "-lX11"], check=True)
    return os.path.abspath(program)


def make_guest(modules):
    guest.compile_program("film", "film.c")
    here = os.getcwd()
    generic, film = (os.path.abspath(os.path.join(*path)) for path in
                     ((machines.GUESTS, "generic"), (guest.directory(), "film")))
    os.chdir(guest.directory())
    made = initramfs.make("film-root", generic, modules, film)
    os.chdir(here)
    return os.path.join(generic, "vmlinuz"), os.path.abspath(os.path.join(guest.directory(), made))


def thread_times(pid):
    """Seconds of processor time of all threads until now: the guest's processors, and the others by name."""
    times = collections.Counter()
    tick = os.sysconf("SC_CLK_TCK")
    for task in os.listdir("/proc/%d/task" % pid):
        with open("/proc/%d/task/%s/stat" % (pid, task), encoding="ascii") as file:
            head, rest = file.read().rsplit(")", 1)
        fields = rest.split()
        times[head.split("(", 1)[1]] += (int(fields[11]) + int(fields[12])) / tick
    return times


def watch(pid, frames, display):
    before, start = thread_times(pid), time.monotonic()
    said = display.tool(frames, str(WATCH)).split()
    seconds = time.monotonic() - start
    used = thread_times(pid) - before
    if len(said) != 3:
        sys.exit("bench: the window shows no film")
    guests = sum(spent for name, spent in used.items() if name.startswith("cpu"))
    return (int(said[0]) / WATCH, int(said[2]) / WATCH, (sum(used.values()) - guests) / seconds,
            guests / seconds)


def show(frames, adapter, modules):
    kernel, initrd = make_guest(modules)
    with tempfile.TemporaryDirectory(prefix="lathe-film-") as folder:
        xwindow.keep_preferences(folder, display_scaling="native", display_resize_guest=False)
        display = xwindow.Display(folder, folder, (1700, 1100))
        try:
            window = xwindow.Window(
                display, folder, "vmlinuz",
                [os.path.abspath(os.path.join(machines.build, "lathe")), "run", *machines.ENGINE,
                 "--kernel", kernel, "--initrd", initrd, "--append", "console=ttyS0 quiet", "--memory",
                 "512M", "--net", "none", "--gpu", adapter])
            window.wait_text("film: frame 60", 60)
            display.tool("xdotool", "windowsize", "--sync", window.window, "1600", "1050")
            time.sleep(SETTLE)
            figures = watch(window.process.pid, frames, display)
            window.process.terminate()
            window.process.wait()
            return figures
        finally:
            display.close()


def film(settings):
    os.makedirs(guest.directory(), exist_ok=True)
    frames = compile_frames()
    table = Table("A film of 1280x800, 60 frames a second", "", "drawn", "shown", "guest", "beside it", "bound")
    for adapter, modules in ADAPTERS:
        rounds = sorted(show(frames, adapter, modules) for _ in range(settings.rounds))
        shown, drawn, beside, guests = rounds[len(rounds) // 2]
        table.add(adapter, "%.1f" % drawn, "%.1f" % shown, "%.0f %%" % (100 * guests),
                  "%.0f %%" % (100 * beside), Bound(25, 12.5, most=True).text("%.1f %% of a core", 100 * beside))
    table.show(settings.markdown)
