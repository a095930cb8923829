#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""The assistants' windows with real keys: steps, fields, what is wrong, previews, files.

usage: test-wizard-window.py PROGRAM CLIPBOARD PICTURES [TEST...]
"""
import json
import os
import subprocess
import sys

import assistant
from xwindow import Failed, run_tests, wait_for

PROGRAM, CLIPBOARD, PICTURES = (os.path.abspath(word) for word in sys.argv[1:4])


class Wizard(assistant.Wizard):
    """Of the program that is tested."""

    def __init__(self, *words):
        super().__init__(PROGRAM, *words)

    def clipboard(self):
        return subprocess.run([CLIPBOARD], env=self.display.environment, capture_output=True, text=True, timeout=20,
                              check=False).stdout


def test_topology(display, folder):
    """Through the steps by keyboard, with mistakes; the preview and the files follow."""
    subprocess.run([PROGRAM, "create", "box", "--memory", "6G", "--smp", "6", *2 * ["--disk", "size=16M,bus=nvme"]], check=True, stdout=subprocess.DEVNULL,
                   env=dict(display.environment, XDG_DATA_HOME=os.path.join(folder, "data")))
    wizard = Wizard(display, folder, "topology", "Topology")
    wizard.wait_focus("Processors")
    display.picture("wizard-topology-first")
    for name, text in (("Processors", "6"), ("Sockets", "3"), ("Threads in a core", "two")):
        wizard.tab_to(name)
        wizard.type(text)
    wizard.keys("Tab")
    wizard.wait_focus("Next")
    display.picture("wizard-topology-fault")
    wizard.keys("ctrl+Next")
    wizard.wait_focus("Memory and nodes")
    wizard.tab_to("Memory")
    wizard.type("6G")
    wizard.tab_to("Nodes")
    wizard.type("id=0,cpus=0-1,memory=2G\nid=1,cpus=2-3,memory=2G\nid=2,cpus=4-5,memory=2G")
    wizard.keys("ctrl+Next")
    wizard.wait_focus("Devices")
    wizard.tab_to("Devices")
    wizard.type("pcie-root-port,id=rp1,chassis=1\nnvme,bus=rp1\nnvme,bus=rp2")
    wizard.keys("ctrl+Next")
    wizard.wait_focus("Result")
    display.picture("wizard-topology-left")
    wizard.tab_to("Threads in a core: 'two' is no number from 1 to 4096")
    wizard.keys("Return")  # leads to the field
    wizard.wait_focus("Threads in a core")
    wizard.keys("ctrl+a", "BackSpace")
    wizard.keys("ctrl+Next", "ctrl+Next")
    wizard.wait_focus("Devices, 1 left to do")
    wizard.tab_to("Devices")
    wizard.keys("ctrl+End", "BackSpace")
    wizard.type("1")
    wizard.tab_to("File")
    wizard.keys("Down")
    wizard.keys("ctrl+shift+c")
    wait_for("the arguments in the clipboard", lambda: "-smp 6,sockets=3" in wizard.clipboard())
    found = wizard.save_answers("t.json")
    if "threads" in found or found["nodes"][2] != "id=2,cpus=4-5,memory=2G":
        raise Failed("answers that nobody gave: %s" % found)
    wizard.keys("ctrl+shift+s")
    wizard.dialog("Save All Files in a Folder", os.path.join(folder, "all"))
    names = wait_for("three files", lambda: sorted(os.listdir(os.path.join(folder, "all")))
                     if os.path.isdir(os.path.join(folder, "all")) else None)
    if names != ["domain.xml", "qemu.args", "tree.txt"]:
        raise Failed("the files are %s" % names)
    display.picture("wizard-topology-saved")
    wizard.keys("ctrl+Next")
    wizard.wait_focus("Result")
    wizard.tab_to("Devices: nvme: behind a port there is the slot 0 alone")
    wizard.step("Down")
    display.picture("wizard-topology-repair")
    wizard.keys("Return")  # takes the proposal
    wizard.keys("ctrl+m")
    window = wait_for("the question for a machine", lambda: wizard.find("Apply to a Machine"))
    wizard.focus(window)
    wizard.keys("alt+a")
    machine = os.path.join(folder, "data", "lathe", "machines", "box", "machine.xml")
    wait_for("the nodes in the machine", lambda: open(machine, encoding="utf-8").read().count("<cell ") == 3)
    wizard.focus(wizard.window)
    display.picture("wizard-topology-applied")
    wizard.save_answers("again.json")
    wizard.end()


def test_firmware(display, folder):
    """A choice by keyboard, what it says, and a machine that gets it and has its own again."""
    subprocess.run([PROGRAM, "create", "box", "--firmware", "uefi"], check=True, stdout=subprocess.DEVNULL,
                   env=dict(display.environment, XDG_DATA_HOME=os.path.join(folder, "data")))
    wizard = Wizard(display, folder, "firmware", "Firmware")
    wizard.wait_focus("Machine")
    display.picture("wizard-firmware-first")
    wizard.keys("ctrl+Next")
    wizard.wait_focus("What the firmware shall do")
    wizard.tab_to("Secure Boot")
    wizard.keys("Down", "Down")
    wizard.tab_to("Keys enrolled")
    wizard.keys("Down", "Down", "Down")
    display.picture("wizard-firmware-wishes")
    wizard.keys("ctrl+Next")
    wizard.wait_focus("Choice")
    display.picture("wizard-firmware-choice")
    wizard.keys("ctrl+Next")
    wizard.wait_focus("Result")
    display.picture("wizard-firmware-result")
    machine = os.path.join(folder, "data", "lathe", "machines", "box", "machine.xml")
    with open(machine, encoding="utf-8") as file:
        before = file.read()
    wizard.keys("ctrl+m")
    window = wait_for("the question for a machine", lambda: wizard.find("Apply to a Machine"))
    wizard.focus(window)
    wizard.keys("alt+a")
    wait_for("the firmware in the machine", lambda: "OVMF_CODE_4M.secboot.fd" in open(machine, encoding="utf-8").read())
    wizard.focus(wizard.window)
    display.picture("wizard-firmware-applied")
    wizard.keys("alt+u")
    wait_for("the machine as it was", lambda: open(machine, encoding="utf-8").read() == before)
    display.picture("wizard-firmware-undone")
    wizard.save_answers("f.json")
    wizard.end()


def test_installer(display, folder):
    """Questions that come and go, a secret that is not shown, and answers that are taken up again."""
    answers = {"system": "ubuntu24.04", "read": "a00", "address": "192.0.2.9", "gateway": "192.0.2.1",
               "nameserver": "192.0.2.2", "url": "http://h/", "vlan-id": "7"}
    with open(os.path.join(folder, "given.json"), "w", encoding="utf-8") as file:
        json.dump({"wizard": "installer", "answers": answers}, file)
    wizard = Wizard(display, folder, "installer", "Installer parameters")
    wizard.wait_focus("System")
    wizard.keys("ctrl+o")
    wizard.dialog("Open Answers", os.path.join(folder, "given.json"))
    for name in ("What to have at hand", "Network device", "Network address"):
        wizard.keys("ctrl+Next")
        wizard.wait_focus(name)
    display.picture("wizard-installer-address")
    wizard.keys("ctrl+Next")
    wizard.wait_focus("Installation source")
    wizard.tab_to("SSH password")
    wizard.type("topsecret")
    display.picture("wizard-installer-secret")
    wizard.keys("ctrl+shift+c")
    wait_for("the secret in the clipboard", lambda: "password: %74%6f%70%73" in wizard.clipboard())
    wizard.keys("Escape")  # asks whether the answers shall be saved
    question = wait_for("the question", lambda: wizard.find("Answers Are Not Saved"))
    wizard.focus(question)
    wizard.keys("Return")
    wizard.dialog("Save Answers", os.path.join(folder, "kept.json"))
    wait_for("the program's end", lambda: wizard.process.poll() is not None)
    with open(os.path.join(folder, "kept.json"), encoding="utf-8") as file:
        kept = json.load(file)["answers"]
    wanted = dict(answers, **{"ssh-password": "topsecret"})
    if {name: kept.get(name) for name in wanted} != wanted:
        raise Failed("the answers are %s" % kept)
    if os.stat(os.path.join(folder, "kept.json")).st_mode & 0o077:
        raise Failed("others may read the answers")


def test_drawing(display, folder):
    """Processors moved between nodes and devices between buses, by keys and by dragging."""
    with open(os.path.join(folder, "t.json"), "w", encoding="utf-8") as file:
        json.dump({"answers": {"cpus": "8", "sockets": "2", "cores": "2", "threads": "2", "memory": "4G",
                               "nodes": ["id=0,cpus=0-3,memory=2G", "id=1,cpus=4-7,memory=2G"],
                               "devices": ["pcie-root-port,id=rp1,chassis=1", "pcie-root-port,id=rp2,chassis=2",
                                           "nvme,id=disk,bus=rp1"]}}, file)
    wizard = Wizard(display, folder, "topology", "Topology", "--answers", os.path.join(folder, "t.json"))
    wizard.wait_focus("Processors")
    wizard.keys("ctrl+Next")
    wizard.wait_focus("Memory and nodes")
    wizard.tab_to("Processors in nodes: Alt and Left or Right moves one")
    wizard.keys("Right", "alt+Right")  # processor 1 to node 1
    display.picture("wizard-drawing-nodes")
    wizard.keys("alt+Left", "ctrl+alt+Right")  # back, and its socket there
    if wizard.save_answers("keys.json")["nodes"] != ["id=0,memory=2G", "id=1,memory=2G,cpus=0-7"]:
        raise Failed("the nodes are others")
    wizard.drag((555, 148), (400, 180))  # processor 2 to node 0
    display.picture("wizard-drawing-dragged")
    found = wizard.save_answers("dragged.json")["nodes"]
    if found != ["id=0,memory=2G,cpus=2", "id=1,memory=2G,cpus=0-1,cpus=3-7"]:
        raise Failed("after dragging the nodes are %s" % found)
    wizard.drag((355, 148), (260, 180))  # and out of all nodes, where it cannot be
    if wizard.save_answers("nowhere.json")["nodes"] != found:
        raise Failed("a processor is in no node")
    wizard.keys("ctrl+Next")
    wizard.wait_focus("Devices")
    wizard.tab_to("Devices on buses: Alt and Up or Down moves one")
    wizard.keys("Down", "alt+Down")  # the disk, below its port, to the second one
    display.picture("wizard-drawing-devices")
    found = wizard.save_answers("devices.json")["devices"]
    if found[2] != "nvme,id=disk,bus=rp2":
        raise Failed("the devices are %s" % found)
    for end, bus in (((300, 239), "rp1"), ((300, 212), "pcie.0")):
        wizard.drag((400, 291) if bus == "rp1" else (400, 265), end)
        display.picture("wizard-drawing-on-" + bus)
        found = wizard.save_answers("on-%s.json" % bus)["devices"]
        if found[2] != "nvme,id=disk,bus=" + bus:
            raise Failed("after dragging to %s the devices are %s" % (bus, found))
    wizard.end()


run_tests("wizard", [value for name, value in sorted(globals().items()) if name.startswith("test_")], PICTURES,
          sys.argv[4:])
