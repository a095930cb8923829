#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Debian's kernel in a machine of three nodes: what it finds in SRAT, SLIT and HMAT, with firmware and without.

numa.py LATHE GUESTS INIT
"""
import os
import re
import subprocess
import sys
import tempfile

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), ".."))
import initramfs  # pylint: disable=wrong-import-position
import verdict  # pylint: disable=wrong-import-position

LATHE, GUESTS, INIT = (os.path.abspath(path) for path in sys.argv[1:4])

# The nodes of the sample: two processors and 1 GiB, one and 3 GiB, one without memory.
DOMAIN = """<domain type="qemu">
  <name>nodes</name>
  <memory unit="GiB">4</memory>
  <vcpu>4</vcpu>
  <os>
    <type arch="x86_64" machine="q35">hvm</type>
    <kernel>%(kernel)s</kernel>
    <initrd>%(initrd)s</initrd>
    <cmdline>console=ttyS0 quiet panic=-1</cmdline>
  </os>
  <cpu>
    <topology sockets="4" dies="1" cores="1" threads="1"/>
    <numa>
      <cell id="0" cpus="0-1" memory="1" unit="GiB">%(distances)s</cell>
      <cell id="1" cpus="2" memory="3" unit="GiB"/>
      <cell id="2" cpus="3" memory="0" unit="KiB"/>%(links)s
    </numa>
  </cpu>
</domain>
"""
DISTANCES = '<distances><sibling id="1" value="15"/><sibling id="2" value="30"/></distances>'
LINKS = """<interconnects>
  <latency initiator="0" target="0" type="access" value="5"/>
  <latency initiator="0" target="1" type="access" value="10"/>
  <latency initiator="1" target="1" type="access" value="7"/>
  <bandwidth initiator="0" target="0" type="access" value="200000" unit="MiB"/>
</interconnects>"""


def report(name, good, why=""):
    verdict.report("numa: " + name, good, why)


def boot(name, distances="", links="", *options):
    text = DOMAIN % {"kernel": os.path.join(GUESTS, "generic", "vmlinuz"), "initrd": os.path.abspath("init.gz"),
                     "distances": distances, "links": links}
    with open("nodes.xml", "w", encoding="utf-8") as file:
        file.write(text)
    done = subprocess.run([LATHE, "run", "nodes.xml", "--display", "none", "--gpu", "none", "--serial",
                           "stdio", "--timeout", "200", *options], stdin=subprocess.DEVNULL, capture_output=True,
                          text=True, timeout=300, check=False)
    report(name + ", it boots", "lathe guest done" in done.stdout, done.stdout[-3000:] + done.stderr)
    return done.stdout.replace("\r", "")


def nodes(name, text, far, farther):
    lines = text.splitlines()
    report(name + ", processors", [line for line in lines if " cpus " in line] ==
           ["node0 cpus 0-1", "node1 cpus 2", "node2 cpus 3"], text)
    report(name + ", distances", [line for line in lines if " distance " in line] ==
           ["node0 distance 10 %d %d" % (far, farther), "node1 distance %d 10 20" % far,
            "node2 distance %d 20 10" % farther], text)
    memory = [int(kib) >> 10 for kib in re.findall(r"^node\d memory (\d+)$", text, re.M)]
    report(name + ", memory", len(memory) == 3 and 850 < memory[0] <= 1024 and 2800 < memory[1] <= 3072 and
           memory[2] == 0, memory)
    places = re.findall(r"^ *(\d+) +(\d+) +(\d+) +(\d+)$", text, re.M)
    report(name + ", lscpu", [place[:3] for place in places] ==
           [("0", "0", "0"), ("1", "0", "1"), ("2", "1", "2"), ("3", "2", "3")], text)


def main():
    initramfs.make("init", os.path.join(GUESTS, "generic"), [], INIT, "lscpu")
    nodes("plain", boot("plain"), 20, 20)
    text = boot("measured", DISTANCES, LINKS, "--firmware", "uefi")
    nodes("measured", text, 15, 30)
    report("latency of its own memory", "node0 read_latency 5" in text, text)
    report("bandwidth", "node0 read_bandwidth 200000" in text, text)


with tempfile.TemporaryDirectory(dir="/var/tmp") as scratch:
    os.chdir(scratch)
    main()
    os.chdir("/")
verdict.finish()
