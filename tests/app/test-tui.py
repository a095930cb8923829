#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""The terminal interface under tmux, with real keys and mouse, over the fake machine.

usage: test-tui.py PROGRAM PICTURES: lathe-fake, and a folder for what stood on the screen.
"""
import os
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import time

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), ".."))
import verdict  # pylint: disable=wrong-import-position
from terminal import Failed, Terminal  # pylint: disable=wrong-import-position

PROGRAM, PICTURES = (os.path.abspath(word) for word in sys.argv[1:3])
SCRATCH = tempfile.mkdtemp(prefix="lathe-tui-")
PASSED = ("LATHE_MODULES", "ASAN_OPTIONS", "TSAN_OPTIONS", "LSAN_OPTIONS", "UBSAN_OPTIONS")


class Library:
    """A library of its own, and terminals that show it."""

    def __init__(self, name):
        self.folder = os.path.join(SCRATCH, name)
        self.name = name
        os.makedirs(os.path.join(self.folder, "run"), mode=0o700)
        self.terminals = []

    def environment(self, **more):
        found = {name: os.environ[name] for name in PASSED if name in os.environ}
        found.update({"PATH": os.environ["PATH"], "HOME": self.folder, "LC_ALL": "C.UTF-8",
                      "XDG_DATA_HOME": os.path.join(self.folder, "data"), "TERM": "xterm-256color",
                      "XDG_RUNTIME_DIR": os.path.join(self.folder, "run")})
        found.update(more)
        return found

    def run(self, *words):
        done = subprocess.run([PROGRAM, *words], env=self.environment(), capture_output=True, text=True,
                              timeout=60, check=False)
        if done.returncode != 0:
            raise Failed("%s: %s" % (words, done.stderr))
        return done.stdout

    def open(self, *words, size=(80, 24), **more):
        terminal = Terminal(SCRATCH, [PROGRAM, *words], self.environment(**more), size)
        self.terminals.append(terminal)
        return terminal

    def picture(self, terminal, name):
        os.makedirs(PICTURES, exist_ok=True)
        with open(os.path.join(PICTURES, "tui-%s-%s.txt" % (self.name, name)), "w", encoding="utf-8") as stream:
            stream.write(terminal.text("-e"))

    def close(self):
        for terminal in self.terminals:
            terminal.close()


def leave(terminal):
    """The terminal is as it was: it echoes, and the shell's line is there."""
    terminal.keys("q")
    terminal.wait("status 0", "\n echo")


def test_empty(library):
    """The first start, by plain lathe where there is no display."""
    terminal = library.open()
    terminal.wait("0 machines", "There are no machines yet", "n makes one")
    library.picture(terminal, "first")
    terminal.keys("?")
    terminal.wait("Keys", "search: names")
    terminal.keys("Escape")
    terminal.wait("0 machines", gone=("search: names",))
    leave(terminal)


def test_list(library):
    """States, columns, search; details where there is room."""
    for name in ("alpha", "beta", "Gamma Ray"):
        library.run("create", name, "--memory", "512M", "--smp", "2", "--group", "Work/Tests")
    terminal = library.open("tui")
    terminal.wait("3 machines, 0 running", "alpha", "Gamma Ray", "512 MiB", "Off", "Work/Tests")
    terminal.keys("/")
    terminal.type("GAM")
    terminal.wait("Gamma Ray", gone=("alpha", "beta"))
    terminal.keys("Enter")
    terminal.keys("/")
    terminal.type("x")
    terminal.wait("No machine is called so")
    terminal.keys("Escape")
    terminal.wait("alpha", "beta", "Gamma Ray")
    terminal.resize(120, 40)
    terminal.wait("Folder", "gamma-ray")
    terminal.press(*terminal.find("alpha"))
    terminal.wait("│ alpha")
    terminal.keys("Down")
    terminal.wait("│ beta")
    library.picture(terminal, "wide")
    terminal.press(*terminal.find("Gamma Ray"))
    terminal.wait("│ Gamma Ray")
    library.run("create", "delta")
    terminal.wait("4 machines", "delta")
    leave(terminal)


def test_plain(library):
    """Without colours and without UTF-8, on a vt100; hostile names cannot move the cursor."""
    library.run("create", "alpha")
    path = os.path.join(library.folder, "data/lathe/machines/alpha/machine.xml")
    with open(path, encoding="utf-8") as stream:
        text = stream.read()
    with open(path, "w", encoding="utf-8") as stream:
        stream.write(text.replace("<name>alpha</name>", "<name>al&#x9b;31m\u00fc\u202e\u4e2dpha</name>"))
    terminal = library.open("tui", TERM="vt100", LC_ALL="C", NO_COLOR="1")
    terminal.wait("al?31m???pha", "1 machine,")
    terminal.keys("Enter")
    terminal.wait("+- ", "|", "Show Log", "Rename.")
    if re.search("\x1b\\[(?:[0-9]+;)*[34][0-7]", terminal.text("-e")) or "\u2500" in terminal.text():
        raise Failed("colours or lines: " + terminal.text("-e"))
    library.picture(terminal, "vt100")
    terminal.keys("Escape")
    terminal.wait("1 machine,", gone=("Show Log",))
    leave(terminal)


def test_refusals(library):
    """No terminal, or one that cannot place text."""
    for name, environment, words in (("unknown", {"TERM": "nothing-known"}, "no terminal 'nothing-known'"),
                                     ("dumb", {"TERM": "dumb"}, "cannot place text")):
        terminal = library.open("tui", **environment)
        verdict.report("tui: a terminal that is " + name, words in terminal.wait("status 2"), terminal.text())
    done = subprocess.run([PROGRAM, "tui"], env=library.environment(), stdin=subprocess.DEVNULL, text=True,
                          capture_output=True, timeout=60, check=False)
    verdict.report("tui: no terminal", done.returncode == 2 and "are no terminal" in done.stderr, done)


def test_small(library):
    """Any size, and the kill signal gives the terminal back."""
    library.run("create", "alpha")
    terminal = library.open("tui", size=(20, 5))
    terminal.wait("Terminal too small")
    for size in ((40, 8), (200, 60), (31, 9), (80, 24)):
        terminal.resize(*size)
        terminal.wait("alpha")
    os.kill(terminal.process(), signal.SIGTERM)
    terminal.wait("status 0", "\n echo")


def kernel(library):
    path = os.path.join(library.folder, "kernel.elf")
    with open(path, "wb") as stream:
        stream.write(b"\177ELF, or so")
    return path


def insist(terminal, key, *wanted):
    """A key that is refused while the machine's definition is written: until it does something."""
    for _ in range(20):
        terminal.keys(key)
        time.sleep(0.3)  # what it said before is gone then
        text = terminal.wait(any_of=(wanted[0], "not possible while"))
        if "not possible while" not in text:
            break
    terminal.wait(*wanted)


def newcomer(library, terminal):
    """From an empty library to a machine that was made, changed, used, cloned, deleted and brought back."""
    terminal.wait("0 machines", "n makes one")
    terminal.keys("n")
    terminal.wait("New machine", "New disk")
    terminal.type(kernel(library)[:-5])  # Tab completes it
    terminal.keys("Tab")
    terminal.wait("kernel.elf", "A kernel that is started directly")
    library.picture(terminal, "create")
    terminal.keys("Tab")
    terminal.keys("C-u")
    terminal.type("First")
    terminal.keys("Tab", "C-u")
    terminal.type("much")
    terminal.keys("F2")
    terminal.wait("New machine", "much")
    terminal.wait("no size", gone=("What it starts",))
    terminal.keys("C-u")
    terminal.type("256M")
    terminal.keys("Tab", "Tab", "C-u", "Tab", "Tab", "Space")  # no new disk, not started yet
    terminal.wait("[ ]")
    terminal.keys("Enter")
    terminal.wait("First was made", "256 MiB", "1 machine, 0 running")
    change(library, terminal)
    use(library, terminal)
    keep(library, terminal)
    leave(terminal)


def installer_disc(library):
    """Debian's, as far as is looked at: a boot record, and a kernel where its installer has one."""
    files = os.path.join(library.folder, "tree", "install.amd")
    os.makedirs(files)
    for path in ("../boot.img", "vmlinuz", "initrd.gz"):
        with open(os.path.join(files, path), "wb") as stream:
            stream.write(bytes(2048))
    disc = os.path.join(library.folder, "debian.iso")
    subprocess.run(["xorriso", "-as", "mkisofs", "-o", disc, "-V", "Debian 12.7.0 amd64 n", "-b", "boot.img",
                    "-no-emul-boot", os.path.join(library.folder, "tree")], check=True, capture_output=True)
    return disc


def test_express(library):
    """A machine that installs its system by itself: its questions on a form, the password not shown."""
    disc = installer_disc(library)
    terminal = library.open("tui")
    terminal.wait("0 machines", "n makes one")
    terminal.keys("n")
    terminal.wait("New machine", "Install without a question")
    terminal.type(disc)
    terminal.keys("Tab")
    terminal.wait("starts with BIOS")
    terminal.keys("C-u")
    terminal.type("First")
    terminal.keys("Tab", "Tab", "Tab", "Tab", "Space")  # install without a question
    terminal.wait("[x]")
    terminal.keys("Tab", "Space", "Enter")  # not started yet
    terminal.wait("Password", "Keyboard", "Time zone")
    terminal.keys("C-u")
    terminal.type("Ann")
    terminal.keys("Tab")
    terminal.type("so-geheim-9")
    terminal.wait("***********", gone=("geheim",))
    library.picture(terminal, "express")
    terminal.keys("F2")
    terminal.wait("is no name of a user")
    terminal.keys("C-u")
    terminal.type("ann")
    terminal.keys("F2")
    terminal.wait("First was made", "1 machine, 0 running")
    folder = os.path.join(library.folder, "data/lathe/machines/first")
    with open(os.path.join(folder, "machine.xml"), encoding="utf-8") as stream:
        definition = stream.read()
    verdict.report("tui: express definition", "<lathe:install/>" in definition and "so-geheim" not in definition,
                   definition)
    with open(os.path.join(folder, "install", "initrd"), "rb") as stream:
        answers = stream.read()
    verdict.report("tui: express answers", b"passwd/username string ann\n" in answers and b"so-geheim" not in answers)
    leave(terminal)


def change(library, terminal):
    """Settings: what is wrong is said, undo, apply."""
    terminal.keys("e")
    terminal.wait("Settings of First", "Overview", "Description")
    terminal.keys("Down", "Enter", "Enter")
    terminal.wait("Accept")
    terminal.keys("C-u")
    terminal.type("lots")
    terminal.keys("Enter")
    terminal.wait("1 to 255 processors")
    terminal.keys("C-u")
    terminal.type("3")
    terminal.keys("Enter")
    terminal.wait("changed, not applied", gone=("Accept ]",))
    terminal.keys("u")
    terminal.wait("Settings of First", gone=("changed, not applied",))
    terminal.keys("Escape")
    share(library, terminal)
    terminal.keys("Down", "Down", "Right", "End", "Enter")
    terminal.wait("Kernel's command line", "Accept ]")
    terminal.type("print hello there;echo")
    terminal.keys("Enter")
    terminal.wait("changed, not applied", gone=("Accept ]",))
    library.picture(terminal, "settings")
    terminal.keys("q")
    terminal.wait("The changes are not applied", "Discard")
    terminal.keys("Enter")
    terminal.wait("The settings are written", "1 machine")
    if "print hello there" not in library.run("show", "First"):
        raise Failed("nothing was written")


def share(library, terminal):
    """A folder is added by its path, its name proposed and how the guest mounts it said; taken out again."""
    terminal.keys("End", "Up", "Up", "Right")
    terminal.wait("Add a folder")
    terminal.keys("Enter")
    terminal.wait("Shared Folder", "Files belong to")
    terminal.keys("F2")
    terminal.wait("Choose the folder")
    terminal.type("/srv/films")
    terminal.keys("F2")
    terminal.wait("mkdir -p /mnt/films", "trans=virtio", "takes the folder out", gone=("Accept ]",))
    library.picture(terminal, "shares")
    terminal.keys("d")
    terminal.wait("Add a folder", gone=("/srv/films",))
    terminal.keys("u", "u")
    terminal.wait("Add a folder", gone=("changed, not applied",))
    terminal.keys("Escape", "Home", "Down")


def use(library, terminal):
    """Start, console, pause, resume, the plug."""
    terminal.keys("s")
    terminal.wait("Running", "1 running")
    library.picture(terminal, "running")
    terminal.keys("o")
    terminal.wait("hello there", "Serial 1", "Ctrl-]")
    terminal.type("typed ü")
    terminal.keys("Enter")
    terminal.wait("typed ü")
    library.picture(terminal, "console")
    terminal.keys("C-]")
    terminal.wait("Full screen")
    terminal.keys("f")
    terminal.wait("hello there", gone=("Serial 1",))
    terminal.type("on all rows")
    terminal.keys("Enter")
    terminal.wait("on all rows")
    library.picture(terminal, "full")
    terminal.keys("C-]")
    terminal.wait("Full screen")
    terminal.keys("q")
    terminal.wait("1 machine, 1 running")
    terminal.keys("p")
    terminal.wait("Paused")
    terminal.keys("p")
    terminal.wait("Running")
    terminal.keys("r")
    terminal.wait("not possible while First is: Running")
    terminal.keys("x")
    terminal.wait("Pulls the plug", "Cancel")
    terminal.keys("Down", "Enter")
    terminal.wait("0 running", "Off", gone=("Pulls",))


def keep(library, terminal):
    """Rename, clone, delete, undo, the log."""
    terminal.keys("r")
    terminal.wait("New name")
    terminal.keys("C-u")
    terminal.type("Renamed")
    terminal.keys("Enter")
    terminal.wait("Renamed", gone=("New name", "First "))
    insist(terminal, "c", "New name", "Renamed (2)")
    terminal.keys("C-u")
    terminal.type("Copy")
    terminal.keys("Enter")
    terminal.wait("2 machines", "Copy", gone=("New name",))
    terminal.keys("Home")
    insist(terminal, "d", "u brings it back", "1 machine,")
    library.picture(terminal, "deleted")
    terminal.keys("u")
    terminal.wait("2 machines", "Copy", "Copy is back")
    terminal.press(*terminal.find("Renamed"))
    terminal.keys("l")
    terminal.wait("started, process")
    terminal.keys("Escape")
    terminal.wait("2 machines", gone=("started, process",))


def test_newcomer(library):
    newcomer(library, library.open())


def test_load(library):
    """Graphs beside the list; nothing is drawn by a process that nobody looks at."""
    library.run("create", "busy", "--kernel", kernel(library), "--append", "print up;echo", "--memory", "32M")
    terminal = library.open("tui", size=(120, 40))
    terminal.wait("busy", "Off")
    insist(terminal, "s", "Running", "1 running")
    terminal.wait("Process", " %", any_of=[chr(0x2581 + i) for i in range(8)], seconds=20)
    library.picture(terminal, "graphs")
    insist(terminal, "x", "Pulls the plug")
    terminal.keys("Down", "Enter")
    terminal.wait("0 running", gone=(" %",))
    leave(terminal)


def test_marks(library):
    """Three machines, of which two are marked: switched, deleted after one question, and brought back at once."""
    for name in ("One", "Two", "Three"):
        library.run("create", name, "--kernel", kernel(library), "--append", "print up;echo")
    terminal = library.open("tui")
    terminal.wait("3 machines", "One")
    terminal.keys("Home", "Space", "Space")
    terminal.wait("0 running, 2 marked")
    library.picture(terminal, "marked")
    insist(terminal, "s", "2 running")
    insist(terminal, "d", "not possible with all that are marked")
    insist(terminal, "p", "Paused")
    terminal.keys("Enter")
    terminal.wait("2 machines", "Resume", "Force Off", gone=("Clone", "Rename"))
    terminal.keys("Escape")
    insist(terminal, "x", "Force Off: 2 machines?", "One", "Three")
    terminal.keys("Down", "Enter")
    terminal.wait("0 running", gone=("Paused", "Force Off"))
    insist(terminal, "g", "2 machines: Move to Group")
    terminal.type("Lab")
    terminal.keys("Enter")
    terminal.wait("Lab", gone=("Move to Group",))
    if [word for word in library.run("list").split() if word == "Lab"] != ["Lab"] * 2:
        raise Failed(library.run("list"))
    insist(terminal, "d", "Delete 2 machines?", "One: ", "Three: ", "files", "it can come back")
    library.picture(terminal, "delete")
    terminal.keys("Escape")
    terminal.wait("3 machines", gone=("Delete 2",))
    insist(terminal, "d", "Delete 2 machines?")
    terminal.keys("Down", "Enter")
    terminal.wait("1 machine, 0 running", "2 machines were deleted", "u brings", gone=("marked",))
    terminal.keys("u")
    terminal.wait("3 machines, 0 running", "2 machines are back")
    for number in range(12):
        library.run("create", "More %d" % number, "--kernel", kernel(library))
    terminal.wait("15 machines")
    terminal.keys("*")
    terminal.wait("15 marked")
    insist(terminal, "d", "Delete 15 machines?", "lines more", "it can come back", "Cancel")
    terminal.keys("Escape")
    terminal.wait("0 running", gone=("Delete 15",))
    terminal.keys("Escape")
    terminal.wait("0 running", gone=("marked",))
    leave(terminal)


def test_newcomer_wide(library):
    newcomer(library, library.open("tui", size=(120, 40)))


def test_newcomer_vt100(library):
    newcomer(library, library.open("tui", TERM="vt100", NO_COLOR="1"))


def main():
    for name, test in list(globals().items()):
        if not name.startswith("test_") or (sys.argv[3:] and name[5:] not in sys.argv[3:]):
            continue
        library = Library(name[5:])
        try:
            test(library)
            verdict.report("tui: " + name[5:], True)
        except (Failed, subprocess.SubprocessError) as failed:
            verdict.report("tui: " + name[5:], False, failed)
        finally:
            library.close()
    shutil.rmtree(SCRATCH)
    verdict.finish()


main()
