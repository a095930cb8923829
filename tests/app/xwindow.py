# SPDX-License-Identifier: GPL-3.0-or-later
"""An X server, a window in it, and the keys of a person: for tests of windows."""
import os
import re
import shutil
import subprocess
import sys
import tempfile
import time

FOCUS_READER = os.environ.get("FOCUS_READER", "")  # a GTK module, focus-reader.c
PATIENCE = int(os.environ.get("PATIENCE", "3"))
WAIT = 5.0 * PATIENCE


class Failed(Exception):
    pass


def wait_for(what, condition, seconds=WAIT):
    """The condition's value once there is one. A condition that fails may come true later."""
    end = time.monotonic() + seconds
    why = ""
    while time.monotonic() < end:
        try:
            value = condition()
        except Failed as failed:
            value, why = None, ": %s" % failed
        if value:
            return value
        time.sleep(0.05)
    raise Failed("never: " + what + why)


def kept_file(folder):
    """Of GSettings' key file backend, which tests have instead of the desktop's."""
    return os.path.join(folder, "glib-2.0", "settings", "keyfile")


def keep_preferences(folder, **values):
    """Before the program starts: "_" in names is "-", and what is no number or truth is a text."""
    os.makedirs(os.path.dirname(kept_file(folder)), exist_ok=True)
    with open(kept_file(folder), "w") as file:
        file.write("[org/lathe_vm/Lathe]\n")
        for name, value in values.items():
            text = "'%s'" % value if isinstance(value, str) else str(value).lower()
            file.write("%s=%s\n" % (name.replace("_", "-"), text))


def check_complaints(messages):
    """What GTK says about us. Its own file chooser gives keys to an entry that is not shown yet."""
    if "Sanitizer" in messages:
        raise Failed("a sanitizer complains: " + messages)
    lines = [line for line in messages.splitlines() if "CRITICAL" in line or "WARNING" in line]
    lines = [line for line in lines if "WIDGET_REALIZED_FOR_EVENT" not in line]
    if lines:
        raise Failed("GTK complains: " + "\n".join(lines))


def check_names(path):
    """Whatever could have the focus in a window that a test has opened has a name for screen readers."""
    if path is not None and os.path.exists(path):
        with open(path, encoding="utf-8") as file:
            raise Failed("nobody could tell by ear what these are: " + "; ".join(sorted(set(file.read().splitlines()))))


class Display:
    """An X server of our own, on a free number. Pictures go to the folder of that name."""

    def __init__(self, folder, pictures, size=(1100, 800)):
        self.pictures = pictures
        self.size = size
        read, write = os.pipe()
        self.log = open(os.path.join(folder, "xvfb.log"), "w")
        self.process = subprocess.Popen(
            ["Xvfb", "-displayfd", str(write), "-screen", "0", "%dx%dx24" % size, "-nolisten", "tcp",
             "-r",  # on a busy host a key would repeat before it is let go
             "-noreset"],  # a reset after the last client would cut off the next
            pass_fds=[write], stdout=self.log, stderr=self.log)
        os.close(write)
        with os.fdopen(read) as pipe:  # the line's end comes by itself, and the server waits for it
            number = pipe.readline().strip()
        if not number:
            raise Failed("Xvfb did not start")
        self.environment = dict(os.environ, DISPLAY=":" + number, GDK_BACKEND="x11",
                                NO_AT_BRIDGE="1", XDG_CONFIG_HOME=folder, GSETTINGS_BACKEND="keyfile", LC_ALL="C.UTF-8",
                                GTK_USE_PORTAL="0", HOME=folder)
        if FOCUS_READER:
            self.environment.update(GTK_MODULES=FOCUS_READER, NAMELESS_FILE=os.path.join(folder, "nameless"))
        self.environment.pop("WAYLAND_DISPLAY", None)
        self.environment.pop("DBUS_SESSION_BUS_ADDRESS", None)

    def close(self):
        self.process.terminate()
        self.process.wait()
        self.log.close()

    def tool(self, *words):
        return subprocess.run(words, env=self.environment, stdout=subprocess.PIPE,
                              stderr=subprocess.DEVNULL, text=True).stdout

    def shot(self):
        """What is on the screen, three bytes a pixel, without the lower edge: windows tell how busy
        the machine is there, and that changes by itself."""
        data = subprocess.run(["import", "-window", "root", "-depth", "8", "rgb:-"],
                              env=self.environment, stdout=subprocess.PIPE).stdout
        return data[:self.size[0] * (self.size[1] - 60) * 3]

    def wait_rest(self, before=None):
        """Until the screen rests, and shows something else than before."""
        last = [None]

        def rests():
            now = self.shot()
            rested = now == last[0] and now != before
            last[0] = now
            return rested
        wait_for("the screen to rest" if before is None else "the screen to change", rests)

    def picture(self, name):
        """Keeps what is on the screen for people; nothing should move by then."""
        path = os.path.join(self.pictures, name + ".png")
        self.wait_rest()

        def shows():
            self.tool("import", "-window", "root", path)
            return int(self.tool("identify", "-format", "%k", path) or 0) >= 16
        wait_for("something in the picture %s" % path, shows)


class Pointer:
    """Drags files out of a small window of their own, with real pointer events."""

    def __init__(self, display, program, *files):
        self.display = display
        self.said = tempfile.TemporaryFile("w+")
        self.process = subprocess.Popen([program, *files], env=display.environment,
                                        stdin=subprocess.DEVNULL, stdout=self.said,
                                        stderr=subprocess.DEVNULL)
        self.window = wait_for("the drag source", self.find)

    def find(self):
        found = self.display.tool("xdotool", "search", "--onlyvisible", "--name", "^drag-source$")
        return found.split()[-1] if found.split() else None

    def middle(self, window):
        lines = self.display.tool("xdotool", "getwindowgeometry", "--shell", window).split()
        place = dict(line.split("=") for line in lines)
        return (int(place["X"]) + int(place["WIDTH"]) // 2,
                int(place["Y"]) + int(place["HEIGHT"]) // 2)

    def drag_to(self, window):
        """Steps, as a drag begins only after some way, and targets answer on the way; until the
        window has answered that it takes the files."""
        self.display.wait_rest()
        (x, y), (to_x, to_y) = self.middle(self.window), self.middle(window)
        words = ["mousemove", str(x), str(y), "mousedown", "1"]
        for step in range(1, 11):
            words += ["mousemove", str(x + (to_x - x) * step // 10),
                      str(y + (to_y - y) * step // 10), "sleep", "0.05"]
        self.display.tool("xdotool", *words)
        wait_for("a window that takes the files", self.is_taken)

    def is_taken(self):
        self.said.seek(0)
        return self.said.read().splitlines()[-1:] == ["taken here"]

    def let_go(self):
        self.display.tool("xdotool", "mouseup", "1")

    def drop_on(self, window):
        self.drag_to(window)
        self.let_go()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.process.terminate()
        self.process.wait()
        self.said.close()


class Window:
    """A "lathe run" with a window; its first serial port goes to the file self.serial too. A script
    of the fake machine waits with "until NAME" for go(NAME)."""

    def __init__(self, display, folder, title, command, options=()):
        self.display = display
        self.folder = folder
        self.serial = os.path.join(folder, "serial-%d" % time.monotonic_ns())
        command = [word.replace("until ", "until %s/" % folder) for word in command]
        command = [*command, "--serial", "file:" + self.serial, *options]
        self.stderr = open(os.path.join(folder, "stderr"), "w+")
        self.focus_file = self.serial + "-focus"
        environment = dict(display.environment, GTK_MODULES=FOCUS_READER, FOCUS_FILE=self.focus_file)
        self.process = subprocess.Popen(command, env=environment, stderr=self.stderr,
                                        stdin=subprocess.DEVNULL)
        self.window = wait_for("a window", lambda: self.find(title))
        self.focus(self.window)

    def find(self, name):
        found = self.display.tool("xdotool", "search", "--onlyvisible", "--name", "^%s$" % name)
        return found.split()[-1] if found.split() else None

    def focus(self, window):
        self.display.tool("xdotool", "windowfocus", "--sync", window)
        time.sleep(0.2)

    def focused(self):
        """The accessible names of what had the keyboard's focus in its windows, one after the other."""
        if not os.path.exists(self.focus_file):
            return []
        with open(self.focus_file, encoding="utf-8") as file:
            return file.read().splitlines()

    def wait_focus(self, pattern):
        """Until what has the focus has such a name."""
        wait_for("the focus on '%s', which went to %s" % (pattern, self.focused()),
                 lambda: re.fullmatch(pattern, (self.focused() or [""])[-1]))

    def leave(self, *keys):
        """Out of the terminal or screen by these keys, to the first button."""
        self.keys(*keys)
        self.wait_focus("Pause|Start|Start again")

    def tab_to(self, name):
        """Tab, until what has that accessible name, or one of that pattern, has the focus."""
        for _ in range(30):
            before = len(self.focused())
            self.keys("Tab")
            wait_for("another focus than %s" % self.focused()[-1:], lambda: len(self.focused()) > before)
            if self.focused()[-1] == name or (isinstance(name, re.Pattern) and name.fullmatch(self.focused()[-1])):
                return
        raise Failed("Tab does not lead to '%s', but to %s" % (name, self.focused()[-30:]))

    def go(self, name):
        with open(os.path.join(self.folder, name), "w"):
            pass

    def hold(self, name):
        """The script's next run waits again."""
        os.remove(os.path.join(self.folder, name))

    def change(self, action):
        """Does something that changes the window, and waits for that."""
        before = self.display.shot()
        action()
        self.display.wait_rest(before)

    def keys(self, *keys):
        self.display.tool("xdotool", "key", "--delay", "30", *keys)

    def type(self, text):
        self.display.tool("xdotool", "type", "--delay", "15", text)

    def text(self):
        with open(self.serial, errors="replace", newline="") as file:
            return file.read()

    def messages(self):
        """What it said on standard error so far."""
        with open(self.stderr.name) as file:
            return file.read()

    def wait_text(self, text, seconds=WAIT):
        wait_for("'%s' on the serial port" % text, lambda: text in self.text(), seconds)

    def wait_quiet(self, seconds=2):
        """Until the guest has written nothing for so long: a screen is complete then."""
        length = -1
        while length != len(self.text()):
            length = len(self.text())
            time.sleep(seconds)

    def dialog(self):
        windows = self.display.tool("xdotool", "search", "--onlyvisible", "--class", "lathe").split()
        others = [window for window in windows if window != self.window]
        return others[-1] if others else None

    def end(self, status):
        try:
            found = self.process.wait(WAIT)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
            raise Failed("the process does not end")
        self.stderr.seek(0)
        messages = self.stderr.read()
        check_complaints(messages)
        if found != status:
            raise Failed("exit status %d, not %d: %s" % (found, status, messages))
        return messages


def run_test(kind, test, pictures):
    """Does one test, a function of a display and a folder; true if it is good."""
    folder = tempfile.mkdtemp(prefix="lathe-%s-" % kind)
    display = None
    name = "%s: %s" % (kind, test.__name__[5:].replace("_", " "))
    try:
        display = Display(folder, pictures)
        test(display, folder)
        check_names(display.environment.get("NAMELESS_FILE"))
        print("ok", name, flush=True)
        return True
    except Failed as failure:
        print("# %s" % failure, file=sys.stderr)
        print("not ok", name, flush=True)
        return False
    finally:
        if display is not None:
            display.close()
        shutil.rmtree(folder, ignore_errors=True)


def run_tests(kind, tests, pictures, wanted):
    """Does those tests that are wanted by name, or all; the pictures go to a folder. Ends the process."""
    os.makedirs(pictures, exist_ok=True)
    chosen = [test for test in tests if not wanted or test.__name__[5:] in wanted]
    sys.exit(0 if all([run_test(kind, test, pictures) for test in chosen]) else 1)
