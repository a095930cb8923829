#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the topology assistant makes, in machines: the guest finds the tree that the assistant showed.

topology.py LATHE GUESTS INIT CASE...: cases are SAMPLE-FIRMWARE, with the samples switch, buses and nodes, and the
firmware none, bios and uefi; and SAMPLE-qemu: the arguments make the same tree in QEMU.
"""
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), ".."))
import initramfs  # pylint: disable=wrong-import-position
import verdict  # pylint: disable=wrong-import-position

LATHE, GUESTS, INIT = (os.path.abspath(path) for path in sys.argv[1:4])
KERNEL = os.path.join(GUESTS, "generic", "vmlinuz")
APPEND = "console=ttyS0 quiet panic=-1"
LIMIT = 240  # seconds
MODULES = ["virtio_pci", "virtio_blk", "virtio_net", "e1000e"]

# The samples of ../shared/data/examples, with devices that a machine of Lathe has at the ends.
SAMPLES = {
    "switch": {"cpus": "2", "memory": "1G", "devices": [
        "pcie-root-port,id=root_port_for_switch1,chassis=0,slot=0",
        "x3130-upstream,id=up_port1,bus=root_port_for_switch1",
        "xio3130-downstream,id=down_port1,bus=up_port1,chassis=1,slot=0",
        "virtio-blk-pci,bus=down_port1,drive=disk",
        "xio3130-downstream,id=down_port2,bus=up_port1,chassis=1,slot=1",
        "pcie-pci-bridge,id=pci1,bus=down_port2",
        "VGA,bus=pci1,addr=2",
        "xio3130-downstream,id=down_port3,bus=up_port1,chassis=1,slot=2",
        "virtio-net-pci,bus=down_port3,netdev=net,romfile="]},
    "buses": {"cpus": "2", "memory": "1G", "nodes": ["cpus=0,memory=512M", "cpus=1,memory=512M"], "devices": [
        "e1000e,netdev=net,romfile=",
        "pcie-root-port,id=rp0,chassis=1",
        "pxb-pcie,id=pxb1,bus_nr=0x40,bus=pcie.0,numa_node=1",
        "pxb-pcie,id=pxb2,bus_nr=128",
        "virtio-rng-pci,bus=rp0",
        "pcie-root-port,id=rp1,bus=pxb1,chassis=2",
        "pcie-root-port,id=rp2,bus=pxb1,chassis=3",
        "virtio-blk-pci,bus=rp1,drive=disk",
        "VGA,bus=rp2",
        "pcie-pci-bridge,id=br1,bus=pxb2",
        "pcie-root-port,id=rp3,bus=pxb2,chassis=4"]},
    "nodes": {"cpus": "4", "sockets": "4", "cores": "1", "threads": "1", "memory": "4G",
              "nodes": ["id=0,cpus=0-1,memory=1G", "id=1,cpus=2,memory=3G", "id=2,cpus=3"], "devices": []},
}
QEMU_EXTRA = ["-accel", "tcg", "-nodefaults", "-no-reboot", "-nographic", "-serial", "stdio", "-cpu", "max",
              "-drive", "file=disk.img,format=raw,if=none,id=disk", "-netdev", "user,id=net",
              "-kernel", KERNEL, "-initrd", "init.gz", "-append", APPEND]


def report(name, good, why=""):
    verdict.report("topology: " + name, good, why)


def assist(sample):
    """The files that the assistant makes."""
    with open("answers.json", "w", encoding="utf-8") as file:
        json.dump({"wizard": "topology", "answers": SAMPLES[sample]}, file)
    done = subprocess.run([LATHE, "wizard", "topology", "--answers", "answers.json", "--output", "made"],
                          capture_output=True, text=True, timeout=60, check=False)
    report(sample + ", the assistant", done.returncode == 0, done.stderr)
    texts = {}
    for name in ("tree.txt", "qemu.args", "domain.xml"):
        with open(os.path.join("made", name), encoding="utf-8") as file:
            texts[name] = file.read()
    return texts


def make_disk():
    with open("disk.img", "wb") as file:
        file.write(b"lathedisk".ljust(1 << 20, b"\0"))


def make_machine(sample):
    """A machine with a disk, an adapter and a display, which the assistant then places."""
    shutil.rmtree("data", ignore_errors=True)
    model = "e1000e" if sample == "buses" else "virtio"
    options = ["--disk", os.path.abspath("disk.img") + ",format=raw", "--net", "user,model=" + model, "--gpu", "std"]
    if sample == "nodes":
        options = ["--net", "none", "--gpu", "none"]
    steps = [["create", "sample", "--kernel", KERNEL, "--initrd", os.path.abspath("init.gz"), "--append", APPEND,
              "--serial", "stdio", *options], ["wizard", "topology", "--answers", "answers.json", "--apply", "sample"]]
    for step in steps:
        done = subprocess.run([LATHE, *step], capture_output=True, text=True, timeout=60, check=False)
        report(sample + ", " + step[0], done.returncode == 0, done.stdout + done.stderr)


def guest(name, command):
    done = subprocess.run(command, stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=LIMIT + 60,
                          check=False, errors="replace")
    text = re.sub(r"\x1b\[[0-9;?=]*[a-zA-Z]", "", done.stdout).replace("\r", "")
    report(name + ", it boots", "lathe guest done" in text, text[-3000:] + done.stderr)
    report(name + ", the kernel has no troubles", "trouble " not in text,
           "\n".join(line for line in text.splitlines() if "trouble " in line))
    return text


def functions(text):
    """What the guest found, as "01:00.0 1b36:000c"."""
    return sorted(" ".join((m[0], m[1])) for m in
                  re.findall(r"^function ([0-9a-f:.]+) [0-9a-f]{4}: ([0-9a-f:]+)", text, re.M))


def shown(tree):
    """The same of the assistant's tree."""
    return sorted(re.findall(r"^ *([0-9a-f]{2}:[0-9a-f]{2}\.[0-7] [0-9a-f]{4}:[0-9a-f]{4})", tree, re.M))


def drawn(text):
    match = re.search(r"^tree begins\n(.*?)^tree ends", text, re.M | re.S)
    return match[1] if match else ""


def check_use(name, sample, text):
    home = {"switch": ("0000:03:00.0", "0000:06:00.0"), "buses": ("0000:41:00.0", "0000:00:01.0")}[sample]
    report(name + ", the disk", re.search(r"^disk %s lathedisk$" % home[0], text, re.M), text[-2500:])
    report(name + ", it takes what is written", "written lathe" in text, text[-2500:])
    report(name + ", the adapter", re.search(r"^net (virtio\d|%s) lease$" % home[1], text, re.M), text[-2500:])
    if sample == "buses":
        report(name + ", nodes of the buses", re.search(r"^bus 0000:41 node 1$", text, re.M), text[-2500:])


def check_nodes(name, text):
    wanted = ["available: 3 nodes (0-2)", "node 0 cpus: 0 1", "node 1 cpus: 2", "node 2 cpus: 3", "node 2 size: 0 MB",
              "  0:  10  20  20 ", "  1:  20  10  20 ", "  2:  20  20  10 "]
    lines = text.splitlines()
    report(name + ", numactl", all(line in lines for line in wanted), text[-2500:])
    sizes = [int(size) for size in re.findall(r"^node \d size: (\d+) MB$", text, re.M)]
    report(name + ", sizes", len(sizes) == 3 and 850 < sizes[0] <= 1024 and 2800 < sizes[1] <= 3072, sizes)
    places = re.findall(r"^ *(\d+) +(\d+) +(\d+) +(\d+)$", text, re.M)
    report(name + ", lscpu", [place[:3] for place in places] ==
           [("0", "0", "0"), ("1", "0", "1"), ("2", "1", "2"), ("3", "2", "3")], text[-2500:])


def make_disc():
    """GRUB starts the kernel from a CD: a BIOS does not load it by itself."""
    os.makedirs("disc/boot/grub", exist_ok=True)
    subprocess.run(["cp", KERNEL, "init.gz", "disc/boot"], check=True)
    with open("disc/boot/grub/grub.cfg", "w", encoding="ascii") as stream:
        stream.write("set timeout=0\nmenuentry lathe {\n linux /boot/vmlinuz %s\n initrd /boot/init.gz\n}\n" % APPEND)
    subprocess.run(["grub-mkrescue", "-o", "disc.iso", "disc"], check=True, stdout=subprocess.DEVNULL,
                   stderr=subprocess.DEVNULL)


def command(firmware):
    """Options stand in for what the machine has."""
    disc = []
    if firmware == "bios":
        make_disc()
        disc = ["--cdrom", "disc.iso"]
    return [LATHE, "run", "sample", "--firmware", firmware, *disc, "--display", "none",
            "--timeout", str(LIMIT), "--no-reboot"]


def lathe(sample, firmware):
    name = sample + "-" + firmware
    texts = assist(sample)
    make_disk()
    make_machine(sample)
    text = guest(name, command(firmware))
    if sample == "nodes":
        check_nodes(name, text)
        return
    report(name + ", lspci shows the assistant's tree", functions(text) == shown(texts["tree.txt"]),
           "%s\n%s\n%s" % (functions(text), shown(texts["tree.txt"]), text[-2500:]))
    check_use(name, sample, text)


def qemu(sample):
    """The same tree, drawn by lspci, as in a machine of ours."""
    name = sample + "-qemu"
    texts = assist(sample)
    make_disk()
    arguments = [word for line in texts["qemu.args"].splitlines() for word in line.split(" ")]
    text = guest(name, ["qemu-system-x86_64", *arguments, *QEMU_EXTRA])
    if sample == "nodes":
        check_nodes(name, text)
        return
    report(name + ", lspci shows the assistant's tree", functions(text) == shown(texts["tree.txt"]),
           "%s\n%s" % (functions(text), shown(texts["tree.txt"])))
    check_use(name, sample, text)
    make_machine(sample)
    ours = guest(sample + "-uefi", command("uefi"))
    report(name + ", lspci draws the same", drawn(ours) == drawn(text) != "", drawn(ours) + drawn(text))


with tempfile.TemporaryDirectory(dir="/var/tmp") as scratch:
    os.chdir(scratch)
    os.environ.update({"XDG_DATA_HOME": scratch + "/data", "XDG_CONFIG_HOME": scratch + "/config",
                       "XDG_STATE_HOME": scratch + "/state", "XDG_RUNTIME_DIR": scratch})
    initramfs.make("init", os.path.join(GUESTS, "generic"), MODULES, INIT, "lspci", "lscpu", "numactl")
    for case in sys.argv[4:]:
        SAMPLE, FIRMWARE = case.split("-")
        if FIRMWARE == "qemu":
            qemu(SAMPLE)
        else:
            lathe(SAMPLE, FIRMWARE)
    os.chdir("/")
verdict.finish()
