# SPDX-License-Identifier: GPL-3.0-or-later
"""A machine's screen in a window of any front end, with what both must do: real keys and pointer
movements arrive as the guest should see them, and what it shows is where it should be."""
import glob
import json
import os
import re
import subprocess
import sys
import time

from xwindow import WAIT, Failed, Window, keep_preferences, wait_for

PROGRAM = sys.argv[1]
FRONT_END = {"by": "--name", "options": []}  # another front end's test changes it; how xdotool finds its window
BARS = [(255, 255, 255), (255, 255, 0), (0, 255, 255), (0, 255, 0), (255, 0, 255), (255, 0, 0),
        (0, 0, 255), (48, 48, 48)]
EDGE = (255, 128, 0)
RED = (0xc0, 0x1c, 0x28)  # of what says that the screens are recorded


class Machine(Window):
    """lathe run over a script of the fake machine that begins with a screen."""

    def __init__(self, display, folder, script, *options, shows=BARS[1], screens="screen"):
        """It shows something of that colour at first; None: it does not. screens="screens": with a second monitor."""
        kernel = os.path.join(folder, "demo")
        with open(kernel, "wb") as file:
            file.write(b"\x7fELF, or so")
        super().__init__(display, folder, "demo",
                         [PROGRAM, "run", kernel, "--append", screens + ";" + script],
                         [*FRONT_END["options"], *options])
        if shows is not None:
            wait_bright(display, shows)

    def find(self, name):
        """SDL's titles have a type that xdotool does not read."""
        if FRONT_END["by"] == "--name":
            return super().find(name)
        found = self.display.tool("xdotool", "search", "--onlyvisible", "--class", "^lathe-fake$").split()
        return found[0] if found else None

    def capture(self, action):
        """Does what captures the pointer, or lets go of it."""
        if FRONT_END["by"] == "--name":
            self.change(action)
        else:  # only the title tells
            before = self.title()
            action()
            wait_for("another title", lambda: self.title() != before)

    def title(self):
        return self.display.tool("xprop", "-id", self.window, "_NET_WM_NAME")

    def size(self):
        """What the guest is asked for now."""
        sizes = re.findall(r"size (\d+)x(\d+)", self.text())
        return tuple(map(int, sizes[-1])) if sizes else (0, 0)

    def release_keys(self):
        self.tool("keydown", "ctrl", "keydown", "alt", "keyup", "alt", "keyup", "ctrl")

    def tool(self, *words):
        return self.display.tool("xdotool", *[str(word) for word in words])

    def mark(self):
        """What is on the serial port from now on is what wait_line looks at."""
        self.seen = len(self.text())

    def lines(self):
        return self.text()[self.seen:].replace("\r", "").splitlines()

    def wait_lines(self, *lines):
        """These lines come, one after the other, with nothing but movements in between."""
        def come():
            return [line for line in self.lines()
                    if line in lines or "pointer" not in line] == list(lines)
        try:
            wait_for("the lines", come)
        except Failed:
            raise Failed("wanted %s, got %s" % (list(lines), self.lines())) from None

    def end_now(self):
        self.process.terminate()
        self.end(128 + 15)


def recorded(machine, keys):
    """The recording that these keys begin and end, while the title tells; and that it is whole."""
    machine.keys(keys)
    wait_for("a title that tells", lambda: "(recording)" in machine.title())
    path, = wait_for("a file", lambda: glob.glob(os.path.join(machine.folder, "*.lrec")))
    wait_for("frames", lambda: recording_info(path)["frames"] > 5)
    yield path
    machine.keys(keys)
    wait_for("its end", lambda: recording_info(path)["whole"])
    wait_for("the title", lambda: "(recording)" not in machine.title())
    said = subprocess.run([PROGRAM, "recording", "verify", path], stdout=subprocess.PIPE, text=True)
    if said.returncode != 0 or "frames are good" not in said.stdout:
        raise Failed("the recording is not good: %s" % said.stdout)


def recording_info(path):
    done = subprocess.run([PROGRAM, "recording", "info", "--json", path], stdout=subprocess.PIPE)
    return json.loads(done.stdout) if done.returncode == 0 else {"frames": 0, "whole": False}


class Pixels:
    """What the X server shows."""

    def __init__(self, display):
        self.width, self.height = display.size
        self.data = subprocess.run(["import", "-window", "root", "-depth", "8", "rgb:-"],
                                   env=display.environment, stdout=subprocess.PIPE).stdout

    def __contains__(self, color):
        return bytes(color) * 3 in self.data

    def at(self, x, y):
        start = (y * self.width + x) * 3
        return tuple(self.data[start:start + 3])

    def find(self, color):
        """The box around everything of this colour: left, top, right, bottom, all inside."""
        places = [i // 3 for i in
                  (m.start() for m in re.finditer(re.escape(bytes(color)), self.data)) if i % 3 == 0]
        if not places:
            raise Failed("nothing on the screen is %s" % (color,))
        columns = [place % self.width for place in places]
        return (min(columns), places[0] // self.width, max(columns), places[-1] // self.width)


def wait_bright(display, color=BARS[1]):
    wait_for("the picture", lambda: color in Pixels(display))


def wait_dimmed(display):
    wait_for("a card before the picture", lambda: BARS[1] not in Pixels(display))


def test_keys(display, folder):
    """By their places, whatever the host's layout makes of them."""
    machine = Machine(display, folder, "absolute 1;mode 640 480;spin")
    machine.mark()
    machine.keys("a", "Tab", "F10")
    machine.wait_lines("key 30 down", "key 30 up", "key 15 down", "key 15 up", "key 68 down",
                       "key 68 up")
    display.tool("setxkbmap", "fr")
    machine.mark()
    machine.keys("a", "ctrl+Page_Down", "ctrl+Tab")  # "a" is where Q is on the others
    machine.wait_lines("key 16 down", "key 16 up", "key 29 down", "key 109 down", "key 29 up",
                       "key 109 up", "key 29 down", "key 15 down", "key 29 up", "key 15 up")
    machine.end_now()


def test_release_on_focus_loss(display, folder):
    machine = Machine(display, folder, "absolute 1;mode 640 480;spin")
    machine.mark()
    machine.tool("keydown", "shift", "keydown", "b")
    wait_for("the keys", lambda: "key 48 down" in machine.lines())
    other = subprocess.Popen(["xmessage", "another window"], env=display.environment)
    try:
        window = wait_for("another window",
                          lambda: display.tool("xdotool", "search", "--name", "xmessage").strip())
        machine.tool("windowfocus", window.split()[-1])
        wait_for("the release", lambda: "release" in machine.lines() or
                 {"key 48 up", "key 42 up"} <= set(machine.lines()))
        machine.mark()
        machine.tool("keyup", "b", "keyup", "shift")
        machine.focus(machine.window)
    finally:
        other.terminate()
        other.wait()
    machine.keys("c")
    machine.wait_lines("key 46 down", "key 46 up")
    machine.end_now()


def picture_box(display):
    """Where the guest's picture is, by the line around it."""
    left, top, right, bottom = Pixels(display).find(EDGE)
    return left, top, right + 1 - left, bottom + 1 - top


def test_positions(display, folder):
    keep_preferences(folder, display_scaling="native")
    machine = Machine(display, folder, "absolute 1;mode 640 480;spin")
    left, top, width, height = picture_box(display)
    if (width, height) != (640, 480):
        raise Failed("1:1 is %dx%d" % (width, height))
    for x, y in ((0, 0), (639, 479), (320, 17)):
        machine.mark()
        machine.tool("mousemove", left + x, top + y)
        machine.wait_lines("pointer at %d %d buttons 0 wheel 0 0" %
                           ((2 * x + 1) * 32768 // 1280, (2 * y + 1) * 32768 // 960))
    at = "pointer at %d %d" % (641 * 32768 // 1280, 35 * 32768 // 960)
    machine.mark()
    machine.tool("mousedown", 1, "mousedown", 3, "mouseup", 1, "mouseup", 3, "click", 2)
    machine.wait_lines(*[at + " buttons %d wheel 0 0" % b for b in (1, 3, 2, 0, 4, 0)])
    machine.mark()
    machine.tool("click", 5, "click", 4, "click", 7)
    machine.wait_lines(at + " buttons 0 wheel 1 0", at + " buttons 0 wheel -1 0",
                       at + " buttons 0 wheel 0 1")
    machine.end_now()


def sums(lines):
    """The ways of all movements together."""
    found = [re.match(r"pointer by (-?\d+) (-?\d+) buttons 0", line) for line in lines]
    return (sum(int(m[1]) for m in found if m), sum(int(m[2]) for m in found if m))


def test_ways(display, folder):
    """A mouse: a click captures, long ways do not end at the screen's edge, Ctrl+Alt lets go."""
    machine = Machine(display, folder, "mode 640 480;spin")
    machine.mark()
    machine.tool("mousemove", 500, 400)
    machine.capture(lambda: machine.tool("click", 1))
    if machine.lines():
        raise Failed("what happens before the pointer is captured is told: %s" % machine.lines())
    for _ in range(60):
        machine.tool("mousemove_relative", "--", 30, -7)
        time.sleep(0.02)
    wait_for("a way of 1800, -420", lambda: sums(machine.lines()) == (1800, -420))
    machine.mark()
    machine.tool("click", 1)
    machine.wait_lines("pointer by 0 0 buttons 1 wheel 0 0", "pointer by 0 0 buttons 0 wheel 0 0")
    display.picture("captured")
    machine.mark()
    machine.capture(machine.release_keys)
    machine.wait_lines("key 29 down", "key 56 down", "release")
    machine.mark()
    machine.tool("mousemove_relative", "--", 30, 30)
    machine.keys("a")
    machine.wait_lines("key 30 down", "key 30 up")
    if any("pointer" in line for line in machine.lines()):
        raise Failed("a pointer that was let go tells %s" % machine.lines())
    machine.end_now()


def test_becomes_absolute(display, folder):
    """A driver that listens to positions comes: the pointer is free at once."""
    machine = Machine(display, folder, "mode 640 480;until driver;absolute 1;spin")
    machine.capture(lambda: machine.tool("mousemove", 500, 400, "click", 1))
    machine.mark()
    machine.tool("mousemove_relative", "--", 20, 0)
    wait_for("a way", lambda: sums(machine.lines())[0] == 20)
    machine.capture(lambda: machine.go("driver"))
    machine.mark()
    machine.tool("mousemove", 510, 410)
    wait_for("a position", lambda: any("pointer at" in line for line in machine.lines()))
    machine.end_now()


def other_window(display, text):
    """A window that takes the focus until it is ended."""
    other = subprocess.Popen(["xmessage", text], env=display.environment)
    window = wait_for("another window",
                      lambda: display.tool("xdotool", "search", "--name", "xmessage").strip())
    display.tool("xdotool", "windowfocus", "--sync", window.split()[-1])
    return other


def test_locks(display, folder):
    """Whoever comes to the guest finds Caps Lock as it is on the host."""
    machine = Machine(display, folder, "absolute 1;mode 640 480;leds 0;locks 1;print now;until later;"
                      "locks 0;print deaf;spin")
    machine.wait_text("now")
    machine.mark()
    machine.keys("Caps_Lock")  # a person's, and not answered by another
    machine.wait_lines("key 58 down", "key 58 up")
    for _ in range(2):  # off and on again, elsewhere
        other = other_window(display, "somewhere else")
        machine.mark()
        display.tool("xdotool", "key", "Caps_Lock")
        other.terminate()
        other.wait()
        machine.focus(machine.window)
        machine.wait_lines("key 58 down", "key 58 up")
    machine.go("later")
    machine.wait_text("deaf")
    other = other_window(display, "somewhere else")
    machine.mark()
    display.tool("xdotool", "key", "Caps_Lock")
    for _ in range(3):  # a guest that does not answer is asked once
        machine.focus(machine.window)
        machine.wait_lines("key 58 down", "key 58 up")
        machine.focus(display.tool("xdotool", "search", "--name", "xmessage").split()[-1])
    other.terminate()
    other.wait()
    machine.end_now()


def check_bars(display, box, scale):
    """The bars are where they are on the guest's screen, and no pixel between them is mixed."""
    left, top, width, height = box
    pixels = Pixels(display)
    for i, color in enumerate(BARS):
        at = (left + int((i + 0.5) * width / 8), top + height * 3 // 4)
        if pixels.at(*at) != color:
            raise Failed("bar %d at %s is %s" % (i, at, pixels.at(*at)))
    if scale == int(scale):  # the checkerboard's squares
        for x in range(4):
            for y in range(4):
                inside = (left + int((x + 2) * scale), top + int((y + 2) * scale))
                wanted = (255, 255, 255) if (x + y) % 2 else (0, 0, 0)
                if pixels.at(*inside) != wanted:
                    raise Failed("square %d %d is %s" % (x, y, pixels.at(*inside)))


def scaled(display, folder, mode, scaling, wanted, name):
    keep_preferences(folder, display_scaling=scaling, display_resize_guest=False)
    machine = Machine(display, folder, "absolute 1;mode %s;spin" % mode)
    box = picture_box(display)
    scale = box[2] / int(mode.split()[0])
    if wanted is not None and scale != wanted:
        raise Failed("%s of %s is at %g" % (scaling, mode, scale))
    check_bars(display, box, scale)
    display.picture(name)
    machine.end_now()


def test_guest_follows(display, folder):
    machine = Machine(display, folder, "absolute 1;mode 640 480;sizes;spin")
    wait_for("a wide guest", lambda: machine.size()[0] > 700)
    machine.tool("windowsize", machine.window, 700, 600)
    wait_for("a guest as wide as the window",
             lambda: picture_box(display)[2] <= machine.size()[0] <= 700)
    machine.end_now()


def looks(script, display, folder, seconds, *options):
    """Looks, changes and processor time of the process, each a second, over some seconds."""
    machine = Machine(display, folder, "%s;wait 3000;looks;wait %d;looks;spin" %
                      (script, seconds * 1000), *options)
    wait_for("looks", lambda: "looks" in machine.text())
    with open("/proc/%d/stat" % machine.process.pid) as file:
        before = sum(map(int, file.read().rsplit(")")[1].split()[11:13]))
    wait_for("looks again", lambda: machine.text().count("looks") == 2, seconds + WAIT)
    with open("/proc/%d/stat" % machine.process.pid) as file:
        after = sum(map(int, file.read().rsplit(")")[1].split()[11:13]))
    found = [(int(a), int(b)) for a, b in re.findall(r"looks (\d+) changes (\d+)", machine.text())]
    machine.end_now()
    return ((found[1][0] - found[0][0]) / seconds, (found[1][1] - found[0][1]) / seconds,
            (after - before) / os.sysconf("SC_CLK_TCK") / seconds)


def window_manager(display):
    manager = subprocess.Popen(["openbox", "--sm-disable"], env=display.environment,
                               stdin=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    wait_for("the window manager", lambda: display.tool("xdotool", "get_num_desktops").strip())
    return manager


def is_full_screen(machine):
    return "FULLSCREEN" in machine.display.tool("xprop", "-id", machine.window, "_NET_WM_STATE")
