# SPDX-License-Identifier: GPL-3.0-or-later
"""A screen reader's view of windows (reader.py, dogtail), and walks through them by nothing but the keyboard:
everything that can have the focus gets it, says what it is, shows it, and lets it go again."""
import json
import os
import subprocess
import time

from xwindow import Failed, wait_for

READER = os.path.join(os.path.dirname(os.path.abspath(__file__)), "reader.py")
MOST = 90  # steps of a walk
WINDOWS = ("frame", "dialog", "alert", "file chooser", "window")
KEEPERS = ("terminal", "drawing area", "canvas")  # these keep Tab for the guest
GROUPS = ("list item", "radio button", "page tab", "table cell")  # Tab comes to one, arrows to the others
PARTS = ("scroll pane", "viewport", "split pane", "menu item", "menu", "check menu item", "radio menu item")
EDGE = 5  # around a control, where its frame may show that it has the focus
REST = 0.6  # seconds in which the focus moves if it does


class Access:
    """A session bus with a screen reader, and a window manager, which gives new windows the focus: for the programs
    that are started on the display from now on."""

    def __init__(self, display, folder):
        self.display = display
        self.focus_file = os.path.join(folder, "focus")  # by focus-reader.c
        display.environment["FOCUS_FILE"] = self.focus_file
        display.environment.pop("NO_AT_BRIDGE", None)
        self.bus = subprocess.Popen(["dbus-daemon", "--session", "--nofork", "--print-address=1"],
                                    env=display.environment, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL,
                                    text=True)
        display.environment["DBUS_SESSION_BUS_ADDRESS"] = self.bus.stdout.readline().strip()
        self.manager = subprocess.Popen(["openbox", "--sm-disable"], env=display.environment,
                                        stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        self.reader = subprocess.Popen([READER], env=display.environment, stdin=subprocess.PIPE,
                                       stdout=subprocess.PIPE, text=True)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        for process in (self.reader, self.manager, self.bus):
            process.kill()
            process.wait()

    def look(self):
        """What is in the window that has the focus: its controls, as reader.py tells, the window first."""
        self.reader.stdin.write("look\n")
        self.reader.stdin.flush()
        seen = json.loads(self.reader.stdout.readline())
        active = [tuple(one["path"]) for one in seen if one["role"] in WINDOWS and one["active"]]
        if not active:
            return []
        return self.boxes([one for one in seen if tuple(one["path"][:len(active[-1])]) == active[-1]])

    def boxes(self, seen):
        """GTK 3 tells of the button in a combo box that has the focus, and not that it belongs to the box."""
        name = ""
        if not any(one["focused"] for one in seen) and os.path.exists(self.focus_file):
            with open(self.focus_file, encoding="utf-8") as file:
                name = (file.read().splitlines() or [""])[-1]
        for one in seen:
            if one["role"] == "combo box":
                one["focusable"] = True
                one["focused"] = one["name"] == name != ""
        return seen

    def window(self):
        """The name of the window that has the focus."""
        seen = self.look()
        return seen[0]["name"] if seen else ""

    def wait_window(self, name):
        wait_for("the window %s" % name, lambda: self.window() == name)

    def focused(self):
        """What has the focus; None: nothing."""
        return focused(self.look())

    def press(self, *keys):
        self.display.tool("xdotool", "key", "--delay", "30", *keys)

    def to(self, name, key="Tab"):
        """By this key to what is called so."""
        for _ in range(MOST):
            if self.focused() is not None and self.focused()["name"] == name:
                return
            self.move(key)
        raise Failed("%s: %s does not lead to %s" % (self.window(), key, name))

    def move(self, key):
        """Presses a key; what has the focus then, if it moved."""
        before = self.focused()
        self.press(key)
        end = time.monotonic() + REST
        while time.monotonic() < end:
            now = self.focused()
            if now is not None and (before is None or now["id"] != before["id"]):
                return now
        return None


def focused(seen):
    found = [one for one in seen if one["focused"]]
    return found[-1] if found else None


def title(one):
    return "%s “%s”" % (one["role"], one["name"])


def region(shot, width, box):
    """The pixels of a place on the screen and around it."""
    x, y, w, h = box
    left, right = max(0, x - EDGE), min(width, x + w + EDGE)
    return [shot[(row * width + left) * 3:(row * width + right) * 3]
            for row in range(max(0, y - EDGE), min(len(shot) // width // 3, y + h + EDGE))]


class Walk:
    """Tab through the window that has the focus, until it comes back to where it began."""

    def __init__(self, access, arrows=True, inside=False):
        self.access = access
        self.inside = inside  # of a popover
        self.arrows = arrows  # also to the others of a group; in a list of pages they turn the page
        self.wanted = {}  # what could have the focus, by the reader's number for it
        self.reached = {}
        self.faults = []
        self.shot = None  # of the screen as it is

    def fault(self, text):
        self.faults.append(text)

    def note(self, seen):
        """A popover keeps the focus: the rest of its window is not wanted."""
        here = focused(seen)
        for one in seen[1:]:
            x, y, width, height = one["box"]
            if one["focusable"] and one["sensitive"] and width > 1 and height > 1 and x >= 0 and y >= 0 and \
                    (not self.inside or here is None or one["path"][:3] == here["path"][:3]):
                self.wanted[one["id"]] = one

    def shows(self, one, before):
        """Something looks otherwise where the focus came to; soon, as it is drawn a moment later."""
        width = self.access.display.size[0]
        for rest in (0.05, 0.3):
            time.sleep(rest)
            self.shot = self.access.display.shot()
            if region(before, width, one["box"]) != region(self.shot, width, one["box"]):
                return True
        return one["role"] in ("table cell", "scroll pane")  # its row was shown before; GTK leaves it to the scroll bar

    def arrive(self, one, before):
        again = one["id"] in self.reached
        self.reached[one["id"]] = one
        if again:
            return True
        if not one["name"] and not one["labelled"]:
            self.fault("%s at %s has no name" % (title(one), one["box"]))
        if not self.shows(one, before):
            self.fault("%s at %s does not show that it has the focus" % (title(one), one["box"]))
        return False

    def step(self, key):
        before = self.shot or self.access.display.shot()
        self.shot = None
        one = self.access.move(key)
        if one is None:
            return None
        self.note(self.access.look())
        return self.arrive(one, before)

    def group(self, one):
        """The others of a group, by arrows."""
        parent = one["path"][:-1]
        for forward, back in (("Down", "Up"), ("Right", "Left")):
            steps = 0
            while steps < MOST and self.step(forward) is not None:
                steps += 1
                if self.access.focused()["path"][:-1] != parent:
                    break
            for _ in range(steps):
                self.access.move(back)
        self.shot = None

    def has_others(self, one):
        return one["role"] in GROUPS and any(other["path"][:-1] == one["path"][:-1] and number not in self.reached
                                             for number, other in self.wanted.items())

    def round(self, key):
        """On by a key until it comes to what it knows."""
        for _ in range(MOST):
            now = self.access.focused()
            again = self.step("ctrl+Tab" if now is not None and now["role"] in KEEPERS else key)
            if again is None:
                self.fault("the focus stays on %s" % (title(now) if now is not None else "nothing"))
            if again is None or again:
                return
            now = self.access.focused()
            if self.arrows and self.has_others(now):
                self.group(now)
        self.fault("it goes on and on")

    def go(self):
        """The whole way, and back for what is not on it: from a terminal Ctrl+Tab leads to the beginning."""
        self.note(self.access.look())
        start = self.access.focused()
        self.round("Tab")
        if start is not None:
            self.reached[start["id"]] = start
        for _ in range(MOST):
            if not self.missing() or self.step("shift+Tab") is None:
                break
        return self

    def is_reached(self, one):
        """It had the focus, or what it is made of or belongs to."""
        if one["role"] in PARTS or (not self.arrows and one["role"] == "list item"):
            return True
        path = one["path"]
        return any(path == other["path"][:len(path)] or other["path"] == path[:len(other["path"])]
                   for other in self.reached.values())

    def missing(self):
        return [one for number, one in self.wanted.items() if number not in self.reached and not self.is_reached(one)]

    def check(self):
        """Fails for what was not reached, and for all that was noted on the way."""
        for one in self.missing():
            self.fault("%s at %s is not reached" % (title(one), one["box"]))
        names = [title(one) for one in self.reached.values()]
        print("# %s: %s" % (self.access.window(), ", ".join(names)))
        if self.faults:
            raise Failed("%s: %s; the way was %s" % (self.access.window(), "; ".join(self.faults), names))
        return names


def is_apart(one, other):
    (x, y, w, h), (u, v, a, b) = one["box"], other["box"]
    return x + w <= u or u + a <= x or y + h <= v or v + b <= y


def check_places(access):
    """The window is on the screen, what can have the focus is in the window, and nothing lies on another."""
    seen = access.look()
    controls = [one for one in seen[1:] if one["focusable"] and one["role"] not in PARTS and one["box"][2] > 1]
    x, y, width, height = seen[0]["box"]
    faults = []
    if width > access.display.size[0] or height > access.display.size[1]:
        faults.append("it is %d x %d" % (width, height))
    for number, one in enumerate(controls):
        left, top, wide, high = one["box"]
        if left < x or left + wide > x + width or (top < y and top + high > y):
            faults.append("%s is out of it at %s" % (title(one), one["box"]))
        for other in controls[:number]:
            nested = one["path"][:len(other["path"])] == other["path"]
            if not nested and not is_apart(one, other):
                faults.append("%s at %s and %s at %s overlap" % (title(one), one["box"], title(other), other["box"]))
    if faults:
        raise Failed("%s: %s" % (seen[0]["name"], "; ".join(faults)))


def walk(access, *expected, **how):
    """A walk that comes by these names."""
    names = Walk(access, **how).go().check()
    missing = [name for name in expected if not any(name in found for found in names)]
    if missing:
        raise Failed("%s: never came to %s, but to %s" % (access.window(), missing, names))


def walk_pages(access, *expected):
    """The same on each page of a window that has a list of them, which has the focus; the pages have these names."""
    seen = []
    while access.focused()["name"] not in seen:
        seen.append(access.focused()["name"])
        walk(access, arrows=False)
        access.to(seen[-1])
        access.move("ctrl+Page_Down")
    missing = [name for name in expected if name not in seen]
    if missing:
        raise Failed("no page %s among %s" % (missing, seen))
