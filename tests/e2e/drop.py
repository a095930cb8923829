#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""From the drop of a disc on the start window to the guest's first pixels, with a real pointer.

drop.py LATHE DRAG-SOURCE PICTURES: the time is of the best of a few rounds, in which the machine's
window is made, SeaBIOS starts, and its text is on the screen. What they waited for a processor meanwhile,
that others had, is told beside it.
"""
import ctypes
import os
import shutil
import subprocess
import sys
import tempfile
import time

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "app"))
from xwindow import Display, Failed, Pointer, wait_for  # pylint: disable=wrong-import-position

LATHE, SOURCE, PICTURES = sys.argv[1:]
LIMIT = 1.0 * int(os.environ.get("PATIENCE", "3"))  # seconds; a second where nothing else runs
ROUNDS = 3
TEXT = b"\xaa\xaa\xaa"  # the colour of a PC's text


class XImage(ctypes.Structure):
    """As in Xlib.h, as far as it is needed."""
    _fields_ = [(name, ctypes.c_int) for name in ("width", "height", "xoffset", "format")] + [
        ("data", ctypes.c_void_p)] + [(name, ctypes.c_int) for name in (
            "byte_order", "bitmap_unit", "bitmap_bit_order", "bitmap_pad", "depth",
            "bytes_per_line")]


class Eye:
    """Looks at a part of the screen, quicker than programs that take pictures."""

    def __init__(self, display):
        self.x11 = ctypes.CDLL("libX11.so.6")
        self.x11.XOpenDisplay.restype = ctypes.c_void_p
        self.x11.XGetImage.restype = ctypes.POINTER(XImage)
        self.x11.XDefaultRootWindow.restype = ctypes.c_ulong
        self.display = ctypes.c_void_p(
            self.x11.XOpenDisplay(display.environment["DISPLAY"].encode()))
        self.root = ctypes.c_ulong(self.x11.XDefaultRootWindow(self.display))

    def sees_text(self):
        """White on black, as SeaBIOS writes: much black, some of the text's colour. All of the part
        lies in the start window, which is light, until the machine's window is in front of it."""
        image = self.x11.XGetImage(self.display, self.root, 20, 110, 540, 300,
                                   ctypes.c_ulong(0xffffffff), 2)
        size = image.contents.bytes_per_line * image.contents.height
        pixels = ctypes.string_at(image.contents.data, size)
        self.x11.XDestroyImage(image)
        return pixels.count(TEXT + b"\0") + pixels.count(TEXT + b"\xff") > 50 and \
            pixels.count(b"\0\0\0") > 540 * 300 // 2

    def close(self):
        self.x11.XCloseDisplay(self.display)


def find(display, title):
    found = display.tool("xdotool", "search", "--onlyvisible", "--name", "^%s$" % title).split()
    return found[-1] if found else None


def held_up(*processes):
    """Seconds that those of their threads waited for a processor so far which waited most."""
    waited = 0
    for process in processes:
        threads = []
        for thread in os.listdir("/proc/%d/task" % process):
            with open("/proc/%d/task/%s/schedstat" % (process, thread), encoding="ascii") as file:
                threads.append(int(file.read().split()[1]))
        waited += max(threads)
    return waited / 1e9


def machine_of(display, title):
    return int(display.tool("xdotool", "getwindowpid", find(display, title)))


def drop(display, eye, start, disc):
    """Seconds from the button's release to the text; start is the start window and its process."""
    window, others = start[0], (start[1], display.process.pid)
    with Pointer(display, SOURCE, disc) as pointer:
        pointer.drag_to(window)
        if eye.sees_text():
            raise Failed("there is text before the drop")
        began, waited = time.monotonic(), held_up(*others)
        pointer.let_go()
        wait_for("the firmware's text", eye.sees_text, 60)
        took = time.monotonic() - began
        waited = held_up(machine_of(display, "disc.iso"), *others) - waited
        print("# drop to first pixels: %.2f s; waited for processors: %.2f s" % (took, waited))
        return took


def end_machine(display, title):
    os.kill(machine_of(display, title), 15)
    wait_for("the machine to go", lambda: find(display, title) is None)


def main(folder):
    os.makedirs(os.path.join(folder, "root"))
    subprocess.run(["grub-mkrescue", "-d", "/usr/lib/grub/i386-pc", "-o", folder + "/disc.iso",
                    folder + "/root"], check=True, stderr=subprocess.DEVNULL)
    display = Display(folder, PICTURES)
    eye = Eye(display)
    start = subprocess.Popen([LATHE], env=display.environment, stdin=subprocess.DEVNULL)
    try:
        window = wait_for("the start window", lambda: find(display, "Lathe"))
        times = []
        for _ in range(ROUNDS):
            times.append(drop(display, eye, (window, start.pid), folder + "/disc.iso"))
            display.picture("drop")
            end_machine(display, "disc.iso")
        return min(times)
    finally:
        start.terminate()
        start.wait()
        eye.close()
        display.close()


scratch = tempfile.mkdtemp(prefix="lathe-drop-")
os.makedirs(PICTURES, exist_ok=True)
try:
    best = main(scratch)
    good = best < LIMIT
    print(("ok " if good else "not ok ") + "drop to first pixels" +
          ("" if good else ": %.2f s, more than %.2f s" % (best, LIMIT)))
except Failed as failure:
    print("not ok drop to first pixels: %s" % failure)
    good = False
finally:
    shutil.rmtree(scratch)
sys.exit(not good)
