#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""The assistants on the whole terminal, under tmux with real keys; line by line where it is dumb.

usage: test-wizard-tui.py PROGRAM PICTURES
"""
import json
import os
import shutil
import sys
import tempfile

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), ".."))
import verdict  # pylint: disable=wrong-import-position
from terminal import Failed, Terminal  # pylint: disable=wrong-import-position

PROGRAM, PICTURES = (os.path.abspath(word) for word in sys.argv[1:3])
PASSED = ("LATHE_MODULES", "ASAN_OPTIONS", "TSAN_OPTIONS", "LSAN_OPTIONS", "UBSAN_OPTIONS")


class Place:
    """A folder, and a terminal in it."""

    def __init__(self):
        self.folder = tempfile.mkdtemp(prefix="lathe-wizard-tui-")
        self.terminal = None

    def open(self, *words, size=(80, 24), **more):
        environment = {name: os.environ[name] for name in PASSED if name in os.environ}
        environment.update({"PATH": os.environ["PATH"], "HOME": self.folder, "LC_ALL": "C.UTF-8",
                            "XDG_DATA_HOME": os.path.join(self.folder, "data"), "TERM": "xterm-256color"})
        environment.update(more)
        self.terminal = Terminal(self.folder, [PROGRAM, *words], environment, size)
        return self.terminal

    def path(self, name):
        return os.path.join(self.folder, name)

    def picture(self, name):
        os.makedirs(PICTURES, exist_ok=True)
        with open(os.path.join(PICTURES, "tui-%s.txt" % name), "w", encoding="utf-8") as stream:
            stream.write(self.terminal.text("-e"))

    def close(self):
        if self.terminal is not None:
            self.terminal.close()
        shutil.rmtree(self.folder, ignore_errors=True)


def fill(terminal, text):
    """Over what stands in the form's field."""
    terminal.keys("C-u")
    terminal.type(text)
    terminal.keys("Enter")


def test_topology(place):
    """Through the steps, with mistakes; the files and the answers are as they were typed."""
    terminal = place.open("wizard", "topology")
    terminal.wait("Topology", "Processors", "Memory and nodes", "Result", "a PC with PCIe")
    place.picture("wizard-topology-first")
    terminal.keys("Enter", "Down", "Enter")
    terminal.wait("How many the guest starts with")
    terminal.type("six")
    terminal.wait("'six' is no number from 1 to 4096")
    place.picture("wizard-topology-fault")
    terminal.keys("C-u")
    terminal.type("6")
    terminal.keys("Enter", "Down", "Enter")
    terminal.type("3")
    terminal.keys("Enter", "n")
    terminal.wait("Slots for more memory")
    terminal.keys("Enter")
    terminal.type("6G")
    terminal.keys("Enter", "Down", "Down", "Down", "Enter")
    for node in range(3):
        terminal.type("id=%d,cpus=%d-%d,memory=2G" % (node, 2 * node, 2 * node + 1))
        terminal.keys("Enter")
        terminal.wait("id=%d,cpus" % node)
        terminal.keys("Enter")
    terminal.keys("Escape")
    terminal.keys("n")
    terminal.wait("00:1f.0 8086:2918 ISA bridge")
    terminal.keys("Down", "Enter")
    terminal.type("pcie-root-port,id=rp1,chassis=1")
    terminal.keys("Enter", "Enter")
    terminal.type("nvme,bus=rp2")
    terminal.keys("Enter", "n")
    terminal.wait("there is no bus 'rp2'", "tree.txt", "qemu.args")
    place.picture("wizard-topology-left")
    terminal.keys("Home", "Down", "Enter")  # the proposal
    terminal.wait("tree.txt", gone=("there is no bus 'rp2'",))
    terminal.keys("p")
    terminal.wait("nvme,bus=rp1")
    terminal.keys("Down", "Down", "Enter", "BSpace")
    terminal.type("2")
    terminal.keys("Enter", "n")
    terminal.wait("there is no bus 'rp2'")
    terminal.keys("Home", "Enter")  # leads to the question
    terminal.wait("A line each, as QEMU's -device takes it")
    terminal.keys("Down", "Down", "Enter", "BSpace")
    terminal.type("1")
    terminal.keys("Enter")
    terminal.wait("01:00.0 1b36:0010 NVMe")
    terminal.resize(150, 40)
    terminal.wait("-smp 6,sockets=3,cores=2")
    place.picture("wizard-topology-wide")
    terminal.keys("s")
    terminal.wait("Save Answers")
    fill(terminal, place.path("t.json"))
    terminal.wait("Saved in")
    terminal.keys("w")
    terminal.wait("Save All Files")
    fill(terminal, place.path("all"))
    terminal.wait("Saved in", "/all.")
    terminal.keys("F10")
    terminal.wait("status 0", "-numa node,nodeid=2,cpus=4-5")
    with open(place.path("t.json"), encoding="utf-8") as file:
        answers = json.load(file)["answers"]
    if answers["cpus"] != "6" or answers["devices"] != ["pcie-root-port,id=rp1,chassis=1", "nvme,bus=rp1"]:
        raise Failed("the answers are %s" % answers)
    if sorted(os.listdir(place.path("all"))) != ["domain.xml", "qemu.args", "tree.txt"]:
        raise Failed("the files are %s" % os.listdir(place.path("all")))


def test_firmware(place):
    """A choice, its reasons, and a machine that gets it and has its own again."""
    terminal = place.open("create", "box", "--firmware", "uefi")
    terminal.wait("status 0")
    terminal.close()
    machine = place.path("data/lathe/machines/box/machine.xml")
    with open(machine, encoding="utf-8") as file:
        before = file.read()
    terminal = place.open("wizard", "firmware")
    terminal.wait("What the firmware", "q35")
    place.picture("wizard-firmware-first")
    terminal.keys("n", "Enter", "Enter")
    terminal.wait("As proposed", "it must")
    place.picture("wizard-firmware-menu")
    terminal.keys("Down", "Down", "Enter")
    terminal.wait("Secure Boot", gone=("As proposed",))
    terminal.keys("Escape")
    terminal.keys("n")
    terminal.wait("Chosen:", "and more")
    place.picture("wizard-firmware-choice")
    terminal.keys("v")
    terminal.wait("Preview", "Passed over")
    terminal.keys("q")
    terminal.wait("Chosen:", gone=("Passed over",))
    terminal.keys("a")
    terminal.wait("Apply to a Machine", "box")
    terminal.keys("Enter")
    terminal.wait("when the machine starts")
    place.picture("wizard-firmware-applied")
    with open(machine, encoding="utf-8") as file:
        if "OVMF_CODE_4M" not in file.read():
            raise Failed("the firmware is not in the machine")
    terminal.keys("u")
    terminal.wait("as it was before")
    with open(machine, encoding="utf-8") as file:
        if file.read() != before:
            raise Failed("the machine is not as it was")
    terminal.keys("u")
    terminal.wait("Nothing was applied")
    terminal.keys("F10")
    terminal.wait("status 0")


def test_installer(place):
    """Menus, switches, questions that come and go; a secret is nowhere on the screen."""
    terminal = place.open("wizard", "installer", size=(100, 30))
    terminal.wait("Installer parameters", "(choose)")
    terminal.keys("Enter", "Enter")
    terminal.wait("As proposed", "Ubuntu")
    place.picture("wizard-installer-menu")
    terminal.keys("Escape")
    terminal.wait(gone=("As proposed",))
    with open(place.path("given.json"), "w", encoding="utf-8") as file:
        json.dump({"answers": {"system": "ubuntu24.04", "read": "a00", "address": "192.0.2.9", "gateway": "192.0.2.1",
                               "nameserver": "192.0.2.2", "url": "http://h/"}}, file)
    terminal.keys("o")
    terminal.wait("Open Answers")
    fill(terminal, place.path("given.json"))
    terminal.wait("Ubuntu", "ok")
    terminal.keys("Escape")
    terminal.keys("n", "n", "n", "n")
    terminal.wait("SSH password")
    terminal.keys("Enter", "End", "Enter")
    terminal.type("topsecret")
    text = terminal.wait("*********")
    if "topsecret" in text:
        raise Failed("the secret is on the screen: " + text)
    terminal.keys("Enter", "v")
    text = terminal.wait("Preview", "cc: password: ********")
    if "topsecret" in text or "%74%6f" in text:
        raise Failed("the secret is in the preview: " + text)
    terminal.keys("Escape")
    terminal.wait(gone=("==>",))
    terminal.keys("q")
    terminal.wait("The answers are not saved.")
    terminal.keys("d")
    text = terminal.wait("status 0")
    if "url=" in text:
        raise Failed("it tells what comes of it though nobody was done: " + text)


def test_dumb(place):
    """Line by line, on the same questions."""
    terminal = place.open("wizard", "topology", TERM="dumb")
    terminal.wait("Enter keeps what stands in brackets", "Machine [q35]:")
    terminal.keys("Enter")
    terminal.wait("Processors [1]:")
    terminal.keys("C-d")
    terminal.wait("status 0", "-machine q35")


def test_library(place):
    """From the library, over it and back."""
    terminal = place.open("tui")
    terminal.wait("0 machines")
    terminal.keys("w")
    terminal.wait("Assistants", "Installer parameters")
    terminal.keys("Down", "Enter")
    terminal.wait("What the firmware", "q35", gone=("Assistants",))
    terminal.keys("q")
    terminal.wait("0 machines", gone=("What the firmware",))
    terminal.keys("q")
    terminal.wait("status 0")


def main():
    for name, test in sorted(globals().items()):
        if not name.startswith("test_"):
            continue
        place = Place()
        try:
            test(place)
            verdict.report("wizard-tui: " + name[5:], True)
        except Failed as failed:
            verdict.report("wizard-tui: " + name[5:], False, failed)
        finally:
            place.close()
    verdict.finish()


main()
