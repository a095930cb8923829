#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""The start window, drops with a real pointer and D-Bus, over the fake machine.

usage: test-open.py PROGRAM DRAG-SOURCE PICTURES [TEST...]
"""
import os
import signal
import subprocess
import sys
import time

from xwindow import WAIT, Failed, Pointer, Window, check_complaints, run_tests, wait_for

PROGRAM, SOURCE, PICTURES = sys.argv[1:4]


class Start:
    """The program without arguments, under a session bus if there is an environment for it."""

    def __init__(self, display, folder, *arguments, environment=None):
        self.display = display
        self.errors = os.path.join(folder, "errors-%d" % time.monotonic_ns())
        with open(self.errors, "w") as file:
            self.process = subprocess.Popen([PROGRAM, *arguments], stderr=file,
                                            stdin=subprocess.DEVNULL,
                                            env=environment or display.environment)

    def window(self, title="Lathe"):
        return wait_for("the window " + title, lambda: find(self.display, title))

    def said(self, words):
        with open(self.errors) as file:
            return words in file.read()

    def end(self):
        self.process.terminate()
        self.process.wait()
        with open(self.errors) as file:
            check_complaints(file.read())


def find(display, title):
    found = display.tool("xdotool", "search", "--onlyvisible", "--name", "^%s$" % title).split()
    return found[-1] if found else None


def close(display, title):
    """Ends the machine's process."""
    process = display.tool("xdotool", "getwindowpid", find(display, title))
    os.kill(int(process), signal.SIGTERM)
    wait_for("%s to go" % title, lambda: find(display, title) is None)


def type_path(display, path):
    """Into a file chooser, which takes its time to open, rests between, and so does its entry."""
    time.sleep(0.7)
    display.wait_rest()
    before = display.shot()
    display.tool("xdotool", "key", "ctrl+l")
    display.wait_rest(before)
    time.sleep(0.4)
    display.tool("xdotool", "key", "ctrl+a")
    display.tool("xdotool", "type", "--delay", "20", path)
    time.sleep(0.4)
    display.wait_rest()


def kernel(folder, name="demo"):
    path = os.path.join(folder, name)
    with open(path, "wb") as file:
        file.write(b"\x7fELF, or so")
    return path


def test_drop_starts(display, folder):
    """A file is dragged onto the start window: a machine of its own runs."""
    start = Start(display, folder)
    window = start.window()
    display.picture("start")
    with Pointer(display, SOURCE, kernel(folder)) as pointer:
        pointer.drop_on(window)
        start.window("demo")
    display.picture("start-dropped")
    close(display, "demo")
    start.end()


def test_recent(display, folder):
    """What was opened is listed, and a click starts it again."""
    start = Start(display, folder)
    window = start.window()
    with Pointer(display, SOURCE, kernel(folder)) as pointer:
        pointer.drop_on(window)
        start.window("demo")
        close(display, "demo")
    display.tool("xdotool", "windowfocus", "--sync", window)
    display.picture("start-recent")
    display.tool("xdotool", "key", "--delay", "60", "alt+r", "Down", "Up", "Return")
    start.window("demo")
    close(display, "demo")
    start.end()


def test_bad_file(display, folder):
    """The sentence that says what is wrong is in the window."""
    path = os.path.join(folder, "page.iso")
    with open(path, "wb") as file:
        file.write(b"<html>" + bytes(9000))
    start = Start(display, folder)
    window = start.window()
    with Pointer(display, SOURCE, path) as pointer:
        pointer.drop_on(window)
        wait_for("an error", lambda: start.said("is a web page"))
    display.picture("start-error")
    start.end()


def test_locked_disk(display, folder):
    """A disk that another program has open: the window says which."""
    path = os.path.join(folder, "disk.qcow2")
    subprocess.run(["qemu-img", "create", "-q", "-f", "qcow2", path, "1M"], check=True)
    with subprocess.Popen(["qemu-io", path], stdin=subprocess.PIPE,
                          stdout=subprocess.PIPE) as holder:
        holder.stdout.read(1)  # its prompt: it has the lock
        start = Start(display, folder)
        window = start.window()
        with Pointer(display, SOURCE, path) as pointer:
            pointer.drop_on(window)
            wait_for("an error", lambda: start.said("in use by another machine or program "
                                                    "(qemu-io, process %d)" % holder.pid))
        display.picture("start-locked")
        holder.communicate(b"q\n")
    start.end()


def test_choose(display, folder):
    """The button, and the file chooser by the keyboard."""
    start = Start(display, folder)
    display.tool("xdotool", "windowfocus", "--sync", start.window())
    display.tool("xdotool", "key", "alt+c")
    dialog = wait_for("a file dialog", lambda: find(display, "Choose a Disc or Disk Image"))
    display.tool("xdotool", "windowfocus", "--sync", dialog)
    type_path(display, kernel(folder))
    display.tool("xdotool", "key", "alt+s")
    start.window("demo")
    close(display, "demo")
    start.end()


def test_several(display, folder):
    """lathe FILE FILE: two machines; the file manager's URIs are fine, too."""
    first, second = kernel(folder), kernel(folder, "demo two")
    start = Start(display, folder, first, "file://" + second.replace(" ", "%20"))
    start.window("demo")
    start.window("demo two")
    close(display, "demo")
    close(display, "demo two")
    if start.process.wait(WAIT) != 128 + signal.SIGTERM:  # the first's
        raise Failed("status %d" % start.process.returncode)


def test_single_instance(display, folder):
    """One start window in a session; D-Bus starts it, and opens files."""
    services = os.path.join(folder, "dbus-1", "services")
    os.makedirs(services)
    with open(os.path.join(services, "org.lathe_vm.Lathe.service"), "w") as file:
        file.write("[D-BUS Service]\nName=org.lathe_vm.Lathe\nExec=%s --gapplication-service\n"
                   % os.path.abspath(PROGRAM))
    environment = dict(display.environment, XDG_DATA_DIRS=folder + ":/usr/share")
    script = """
"$0" & gdbus wait --session --timeout 60 org.lathe_vm.Lathe
timeout 60 "$0" || exit 1
kill $! && wait $!
gdbus call --session --dest org.lathe_vm.Lathe --object-path /org/lathe_vm/Lathe \
    --method org.freedesktop.Application.Open "['file://$1']" '{}' || exit 2
read end
exit 0
"""
    done = subprocess.Popen(["dbus-run-session", "--", "sh", "-c", script, PROGRAM, kernel(folder)],
                            env=environment, stdin=subprocess.PIPE, stdout=subprocess.DEVNULL,
                            stderr=subprocess.DEVNULL)
    wait_for("the machine that D-Bus opened", lambda: find(display, "demo"), 2 * WAIT)
    if find(display, "Lathe"):
        raise Failed("there is a start window that nobody asked for")
    close(display, "demo")
    done.communicate(timeout=2 * WAIT)
    if done.returncode != 0:
        raise Failed("status %d" % done.returncode)


# ---- a running machine ----

class Machine(Window):
    def __init__(self, display, folder, script, *options):
        super().__init__(display, folder, "demo",
                         [PROGRAM, "run", kernel(folder), "--append", script], list(options))

    def finish(self):
        self.process.terminate()
        return self.end(128 + signal.SIGTERM)


def disc(folder, name="disc.iso"):
    """A volume descriptor, and no more than a disc needs."""
    path = os.path.join(folder, name)
    with open(path, "wb") as file:
        file.write(bytes(32768) + b"\1CD001\1".ljust(80, b"\0") + b"\x14".ljust(1968, b"\0"))
        file.write(b"\xffCD001\1".ljust(2048 * 3, b"\0"))
    return path


def test_change_disc(display, folder):
    """A disc that is dropped on a machine goes into its drive, and comes out by the keyboard."""
    machine = Machine(display, folder, "print up;echo")
    machine.wait_text("up")
    with Pointer(display, SOURCE, disc(folder)) as pointer:
        pointer.drop_on(machine.window)
        machine.wait_text("disc /disc.iso")
    display.picture("disc-changed")
    machine.focus(machine.window)
    machine.keys("ctrl+shift+e")
    machine.wait_text("disc gone")
    machine.keys("ctrl+shift+d")
    machine.focus(wait_for("a file dialog",
                           lambda: find(display, "Choose a Disc Image")))
    type_path(display, disc(folder, "second.iso"))
    machine.keys("alt+i")
    machine.wait_text("disc /second.iso")
    machine.finish()


def test_locked_drive(display, folder):
    """The guest that uses its disc is asked; the person decides."""
    machine = Machine(display, folder, "lock 1;print up;echo")
    machine.wait_text("up")
    with Pointer(display, SOURCE, disc(folder)) as pointer:
        pointer.drop_on(machine.window)
        machine.wait_text("eject wanted")
    display.picture("disc-locked")
    if "disc /" in machine.text():
        raise Failed("the lock was not respected")
    machine.focus(machine.window)
    machine.keys("alt+c")
    machine.wait_text("disc /disc.iso")
    machine.finish()


def test_no_disc(display, folder):
    """What is no disc is offered a machine of its own."""
    machine = Machine(display, folder, "print up;echo")
    machine.wait_text("up")
    with Pointer(display, SOURCE, kernel(folder, "other")) as pointer:
        pointer.drop_on(machine.window)
        display.picture("no-disc")
        machine.focus(machine.window)
        machine.keys("alt+s")
        wait_for("the other machine", lambda: find(display, "other"))
    close(display, "other")
    machine.finish()


CHOICES_ROW = 71  # pixels from the bottom of a chooser to the middle of what it asks beside the file


def disk(folder, name):
    path = os.path.join(folder, name)
    with open(path, "wb") as file:
        file.write(bytes(1 << 20))
    return path


def plug_in(display, machine, path, virtio=False):
    """By the keyboard; the chooser is at its entry when this returns."""
    machine.focus(machine.window)
    machine.keys("ctrl+shift+h")
    dialog = wait_for("a file dialog", lambda: find(display, "Choose a Disk to Plug In"))
    machine.focus(dialog)
    time.sleep(0.7)
    if virtio:
        choose_virtio(display, dialog)
        machine.focus(dialog)
    type_path(display, path)


def choose_virtio(display, dialog):
    """The list and the box at the lower left of the chooser, with the pointer, which may lie on any
    line of the list when it opens."""
    lines = display.tool("xdotool", "getwindowgeometry", "--shell", dialog).split()
    place = dict(line.split("=") for line in lines)
    left, row = int(place["X"]), int(place["Y"]) + int(place["HEIGHT"]) - CHOICES_ROW
    for x, keys in ((208, ()), (130, ("Home", "Down", "Return"))):
        display.tool("xdotool", "mousemove", str(left + x), str(row), "click", "1")
        time.sleep(0.7)
        if keys:
            display.tool("xdotool", "key", "--delay", "100", *keys)
    time.sleep(0.5)


def test_disks(display, folder):
    """Disks are plugged in and unplugged; one that the guest keeps goes by force."""
    machine = Machine(display, folder, "keep 1;print up;echo")
    machine.wait_text("up")
    plug_in(display, machine, disk(folder, "stick.img"))
    display.picture("disk-choose")
    machine.keys("alt+p")
    machine.wait_text("plugged stick.img bus 3")
    time.sleep(0.7)
    display.picture("disk-plugged")
    unplug(display, machine)
    display.picture("disk-eject-first")
    machine.keys("alt+u")
    machine.wait_text("unplugged attached1")
    plug_in(display, machine, disk(folder, "disk.img"), virtio=True)
    display.picture("disk-choose-virtio")
    machine.keys("alt+p")
    machine.wait_text("plugged disk.img bus 0 read-only")
    time.sleep(0.7)
    unplug(display, machine)
    machine.wait_text("asked for disk.img")
    machine.keys("alt+u")
    machine.wait_text("unplugged disk.img")
    other = disk(folder, "other.img")
    plug_in(display, machine, other)
    os.remove(other)
    machine.keys("alt+p")
    time.sleep(1)
    display.picture("disk-missing")
    if "other.img" in machine.text():
        raise Failed("a disk that is not there was plugged in")
    machine.finish()


def unplug(display, machine):
    """By the menu of the header bar, with the keyboard, from the terminal."""
    machine.focus(machine.window)
    display.tool("xdotool", "mousemove", "300", "400", "click", "1")
    machine.leave("ctrl+Tab")
    machine.tab_to("Disks")
    machine.keys("space")
    machine.wait_focus("Plug In .*")
    machine.keys("Down")
    machine.wait_focus("Unplug .*")
    machine.keys("Return")
    time.sleep(0.7)


def floppy(folder, name, size=1474560):
    path = os.path.join(folder, name)
    with open(path, "wb") as file:
        file.write(bytes(size))
    return path


def choose_in_menu(machine, steps):
    """Of the floppy drives' menu: its first row changes, the next one ejects."""
    machine.focus(machine.window)
    machine.display.tool("xdotool", "mousemove", "300", "400", "click", "1")
    machine.leave("ctrl+Tab")
    machine.tab_to("Floppy drives")
    machine.keys("space")
    machine.wait_focus("Change Floppy .*")
    if steps:
        machine.keys("Down")
        machine.wait_focus("Eject .*")
    machine.keys("Return")
    time.sleep(0.7)


def choose_floppy(display, machine, path):
    choose_in_menu(machine, 0)
    machine.focus(wait_for("a file dialog", lambda: find(display, "Choose a Floppy Image")))
    type_path(display, path)


def test_floppy(display, folder):
    """Dropped into the drive, ejected, chosen; an image of another size stays outside."""
    machine = Machine(display, folder, "print up;echo", "--floppy", floppy(folder, "first.img"))
    machine.wait_text("up")
    with Pointer(display, SOURCE, floppy(folder, "second.img")) as pointer:
        pointer.drop_on(machine.window)
        machine.wait_text("floppy /second.img")
    display.picture("floppy-changed")
    choose_in_menu(machine, 1)
    machine.wait_text("floppy gone")
    choose_floppy(display, machine, floppy(folder, "third.img"))
    display.picture("floppy-choose")
    machine.keys("alt+i")
    machine.wait_text("floppy /third.img")
    choose_floppy(display, machine, floppy(folder, "large.img", 2949120))
    machine.keys("alt+i")
    time.sleep(1)
    display.picture("floppy-refused")
    if "large.img" in machine.text():
        raise Failed("an image that does not fit went in")
    machine.finish()


def test_full_host(display, folder):
    """The machine paused by itself, says why, and goes on by Retry, which has the focus."""
    machine = Machine(display, folder,
                      "print up;hold There is no room left on the host.;wait 50;print on;echo")
    machine.wait_text("up")
    display.picture("full-host")
    if "on\r" in machine.text():
        raise Failed("it did not wait")
    machine.keys("Return")
    machine.wait_text("on\r")
    display.picture("full-host-over")
    machine.finish()


def test_deleted_image(display, folder):
    """The machine goes on; its person is told."""
    image = os.path.join(folder, "disk.img")
    with open(image, "wb") as file:
        file.write(bytes(1 << 20))
    machine = Machine(display, folder, "print up;echo", "--disk", image + ",format=raw")
    machine.wait_text("up")
    os.remove(image)
    wait_for("a sentence about it", lambda: "disk.img” was deleted" in machine.messages())
    display.picture("deleted-image")
    machine.finish()


TESTS = [test_drop_starts, test_recent, test_bad_file, test_locked_disk, test_choose, test_several,
         test_single_instance, test_change_disc, test_locked_drive, test_no_disc, test_full_host,
         test_deleted_image, test_disks, test_floppy]

run_tests("open", TESTS, PICTURES, sys.argv[4:])
