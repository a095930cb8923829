#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""What comes of topologies, in the eyes of QEMU and libvirt: QEMU starts with the arguments, its
SeaBIOS gives the bus numbers that our tree has, and its nodes are ours; the definition is valid.

Usage: topology.py LATHE FOLDER. What the host lacks is left out by name.
"""
import glob
import os
import re
import shutil
import subprocess
import sys
import tempfile
import time

PROGRAM, FOLDER = sys.argv[1:]
QEMU = shutil.which("qemu-system-x86_64")
VALIDATE = shutil.which("virt-xml-validate")
SCHEMA = "/usr/share/libvirt/schemas/cputypes.rng"
CLUSTERS = os.path.exists(SCHEMA) and "clusters" in open(SCHEMA, encoding="utf-8").read()
OWN = ("00:00.0", "00:1f.")


def compose(path, folder):
    done = subprocess.run([PROGRAM, "wizard", "topology", "--answers", path, "--output", folder],
                          stdin=subprocess.DEVNULL, capture_output=True)
    return done.returncode == 0


def text(folder, name):
    with open(os.path.join(folder, name), encoding="utf-8") as stream:
        return stream.read()


def our_devices(folder):
    """{address: vendor:device} of the tree, without the machine's own."""
    rows = re.findall(r"(?m)^ *(\S+:\S+\.\d) (\S+)", text(folder, "tree.txt"))
    return {at: ids for at, ids in rows if not at.startswith(OWN)}


class Monitor:
    """QEMU with these arguments, asked over its human monitor."""

    def __init__(self, words):
        self.process = subprocess.Popen(
            [QEMU, "-nodefaults", "-display", "none", "-monitor", "stdio", *words], text=True,
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
            env=dict(os.environ, QEMU_AUDIO_DRV="none"))

    def ask(self, command):
        """What it says up to a marker: an unknown command's complaint."""
        try:
            self.process.stdin.write(command + "\nthe-end\n")
            self.process.stdin.flush()
        except BrokenPipeError:
            return self.process.stdout.read()
        said = ""
        for line in self.process.stdout:
            said += line
            if "unknown command: 'the-end'" in line:
                break
        return said

    def end(self):
        self.process.kill()
        self.process.wait()


def their_devices(said):
    """The same of "info pci"; QEMU counts in decimal."""
    found, at = {}, None
    for line in said.splitlines():
        place = re.match(r"\s*Bus\s+(\d+), device\s+(\d+), function (\d)", line)
        ids = re.search(r"PCI device (\w{4}:\w{4})", line)
        if place:
            at = "%02x:%02x.%d" % tuple(map(int, place.groups()))
        elif ids and at:
            found[at] = ids.group(1)
    return {at: ids for at, ids in found.items() if not at.startswith(OWN)}


def their_nodes(said):
    """Processors and mebibytes by node."""
    cpus = re.findall(r"node (\d+) cpus:([ \d]*)", said)
    sizes = dict(re.findall(r"node (\d+) size: (\d+) MB", said))
    return [(node, words.split(), sizes[node]) for node, words in cpus]


def our_nodes(folder):
    sizes = dict(re.findall(r"id=(node\d+),size=(\d+)G", text(folder, "qemu.args")))
    nodes = []
    for row in re.findall(r"-numa node,nodeid=(\d+)(\S*)", text(folder, "qemu.args")):
        cpus = []
        for first, last in re.findall(r"cpus=(\d+)(?:-(\d+))?", row[1]):
            cpus += [str(cpu) for cpu in range(int(first), int(last or first) + 1)]
        nodes.append((row[0], cpus, str(int(sizes.get("node" + row[0], 0)) * 1024)))
    return nodes


def check_qemu(folder):
    """Whether QEMU sees what we say. Its firmware numbers buses some time after the start."""
    words = text(folder, "qemu.args").split()
    wanted, found, until = our_devices(folder), None, time.monotonic() + 60
    monitor = Monitor(words)
    nodes = their_nodes(monitor.ask("info numa"))
    while found != wanted and time.monotonic() < until and monitor.process.poll() is None:
        found = their_devices(monitor.ask("info pci"))
        time.sleep(0.2)
    monitor.end()
    if found != wanted or nodes != our_nodes(folder):
        print("  we:", wanted, our_nodes(folder), "  QEMU:", found, nodes, sep="\n")
    return found == wanted and nodes == our_nodes(folder)


def check_xml(folder):
    done = subprocess.run([VALIDATE, os.path.join(folder, "domain.xml"), "domain"],
                          capture_output=True, text=True)
    if done.returncode:
        print(done.stdout, done.stderr)
    return done.returncode == 0


def verdict(name, good):
    print("%s %s" % ("ok" if good else "not ok", name))
    return good


def main():
    good, scratch = True, tempfile.mkdtemp(prefix="lathe-topology-")
    for path in sorted(glob.glob(os.path.join(FOLDER, "*.json"))):
        name = os.path.basename(path)[:-5]
        folder = os.path.join(scratch, name)
        if not compose(path, folder):
            continue
        arguments = text(folder, "qemu.args")
        if VALIDATE and (CLUSTERS or "clusters=" not in text(folder, "domain.xml")):
            good &= verdict("libvirt " + name, check_xml(folder))
        if QEMU and "-machine q35" in arguments and (our_devices(folder) or name == "three-nodes"):
            good &= verdict("qemu " + name, check_qemu(folder))
    shutil.rmtree(scratch)
    if not (QEMU and VALIDATE):
        print("not there: QEMU or virt-xml-validate")
    sys.exit(not good)


main()
