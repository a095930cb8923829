#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Machines that install themselves: discs of each system are made up, "lathe create --express" makes a
machine of each, and what it puts into its folder is read by others' programs (xorriso, cpio, blkid).

express.py LATHE
"""
import crypt  # pylint: disable=deprecated-module
import json
import os
import re
import subprocess
import sys
import tempfile

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), ".."))
from verdict import finish, report  # pylint: disable=wrong-import-position

LATHE = sys.argv[1]
SCRATCH = tempfile.mkdtemp(prefix="lathe-express-")
MACHINES = os.path.join(SCRATCH, "data/lathe/machines")
ENVIRONMENT = dict(os.environ, XDG_DATA_HOME=os.path.join(SCRATCH, "data"), LC_ALL="C.UTF-8")
# Label of the disc, kernel, initial RAM disk, files of answers, the seed's label, words of the command line.
SYSTEMS = {
    "debian12": ("Debian 12.7.0 amd64 n", "install.amd/vmlinuz", "install.amd/initrd.gz", ["preseed.cfg"], None,
                 "auto=true priority=critical --- console=ttyS0,115200 console=tty0"),
    "debian13": ("Debian 13.1.0 amd64 n", "install.amd/vmlinuz", "install.amd/initrd.gz", ["preseed.cfg"], None,
                 "auto=true priority=critical --- console=ttyS0,115200 console=tty0"),
    "ubuntu24.04": ("Ubuntu-Server 24.04 LTS amd64", "casper/vmlinuz", "casper/initrd", ["meta-data", "user-data"],
                    "CIDATA", "autoinstall --- console=ttyS0,115200 console=tty0"),
    "rhel9": ("RHEL-9-4-0-BaseOS-x86_64", "images/pxeboot/vmlinuz", "images/pxeboot/initrd.img", ["ks.cfg"], "OEMDRV",
              "inst.stage2=hd:LABEL=RHEL-9-4-0-BaseOS-x86_64 inst.ks=hd:LABEL=OEMDRV:/ks.cfg"),
    "rhel10": ("Rocky-10 0 x86_64 dvd", "images/pxeboot/vmlinuz", "images/pxeboot/initrd.img", ["ks.cfg"], "OEMDRV",
               r"inst.stage2=hd:LABEL=Rocky-10\x200\x20x86_64\x20dvd inst.ks=hd:LABEL=OEMDRV:/ks.cfg"),
    "sles15": ("SLE-15-SP6-Full-x86_64111", "boot/x86_64/loader/linux", "boot/x86_64/loader/initrd",
               ["autoinst.xml"], "OEMDRV", "install=cd:/ autoyast=label://OEMDRV/autoinst.xml"),
}
PASSWORD = "so-geheim-9"
ANSWERS = {"login": "ann", "password": PASSWORD, "full-name": "Ann Example", "hostname": "lotte",
           "locale": "de_DE.UTF-8", "keyboard": "de", "timezone": "Europe/Berlin"}


def lathe(*words, given=None):
    return subprocess.run([LATHE, *words], env=ENVIRONMENT, text=True, capture_output=True, input=given)


def make_disc(name, row):
    """A disc that boots by BIOS, with a kernel and an initial RAM disk of some bytes."""
    tree = os.path.join(SCRATCH, name)
    for path, data in ((row[1], b"kernel of " + name.encode() * 1000), (row[2], b"initrd of " + name.encode() * 77),
                       ("boot.img", bytes(2048))):
        os.makedirs(os.path.dirname(os.path.join(tree, path)), exist_ok=True)
        with open(os.path.join(tree, path), "wb") as stream:
            stream.write(data)
    disc = tree + ".iso"
    subprocess.run(["xorriso", "-as", "mkisofs", "-quiet", "-R", "-V", row[0], "-b", "boot.img", "-no-emul-boot",
                    "-o", disc, tree], check=True, stderr=subprocess.DEVNULL)
    return disc


def read(path):
    with open(path, "rb") as stream:
        return stream.read()


def unpack_archive(folder, initrd):
    """What stands behind the disc's own initial RAM disk, by cpio."""
    data = read(os.path.join(folder, "initrd"))
    begin = (len(initrd) + 511) // 512 * 512
    target = folder + ".unpacked"
    os.makedirs(target)
    subprocess.run(["cpio", "-i", "--quiet"], cwd=target, input=data[begin:], check=True)
    return target, data.startswith(initrd) and not any(data[len(initrd):begin])


def unpack_seed(folder, label):
    """The seed's files, by xorriso, and whether blkid sees its label."""
    seed, target = os.path.join(folder, "seed.iso"), folder + ".unpacked"
    subprocess.run(["xorriso", "-osirrox", "on", "-indev", seed, "-extract", "/", target], check=True,
                   capture_output=True)
    done = subprocess.run(["blkid", "-p", "-o", "value", "-s", "LABEL", seed], text=True, capture_output=True)
    return target, done.stdout.strip() == label


def check_password(name, text):
    hashes = re.findall(r"\$6\$[./0-9A-Za-z]+\$[./0-9A-Za-z]+", text)
    good = hashes and all(crypt.crypt(PASSWORD, entry) == entry for entry in hashes)
    report(name + "-password", bool(good) and PASSWORD not in text, text)


def check_answers(name, folder, target, row):
    files = sorted(os.listdir(target))
    report(name + "-files", files == row[3], files)
    text = "\n".join(read(os.path.join(target, file)).decode() for file in files)
    check_password(name, text)
    report(name + "-answers", all(word in text for word in ("ann", "lotte", "Europe/Berlin")), text)
    modes = [os.stat(os.path.join(folder, file)).st_mode & 0o77 for file in os.listdir(folder)]
    report(name + "-for-the-user-alone", not any(modes), modes)


def check_machine(name, disc, row):
    done = lathe("create", name, "--cdrom", disc, "--express", "-",
                 given=json.dumps({"wizard": "express", "answers": ANSWERS}))
    report(name + "-made", done.returncode == 0, done.stderr)
    if done.returncode:
        return
    folder = os.path.join(MACHINES, name, "install")
    report(name + "-kernel", read(os.path.join(folder, "vmlinuz")) == read(os.path.join(SCRATCH, name, row[1])))
    initrd = read(os.path.join(SCRATCH, name, row[2]))
    if row[4] is None:
        target, good = unpack_archive(folder, initrd)
    else:
        target, good = unpack_seed(folder, row[4])
        good = good and read(os.path.join(folder, "initrd.disc")) == initrd
    report(name + "-seed", good)
    check_answers(name, folder, target, row)
    shown = lathe("show", name).stdout
    report(name + "-append", "append         %s\n" % row[5] in shown, shown)
    definition = read(os.path.join(MACHINES, name, "machine.xml")).decode()
    report(name + "-definition", "<lathe:install/>" in definition and 'bus="virtio"' in definition and
           PASSWORD not in definition, definition)


def check_refused():
    """Nothing is made, and a sentence says why."""
    disc = os.path.join(SCRATCH, "debian12.iso")
    cases = {"no-password": (["--cdrom", disc], {"login": "ann"}, "Password: "),
             "bad-name": (["--cdrom", disc], dict(ANSWERS, login="Ann"), "is no name of a user"),
             "wrong-system": (["--cdrom", disc], dict(ANSWERS, system="sles15"), "is no disc that sles15 can be"),
             "no-medium": ([], ANSWERS, "--express installs from --cdrom"),
             "no-such-answer": (["--cdrom", disc], dict(ANSWERS, colour="red"), "colour")}
    for case, (words, answers, sentence) in cases.items():
        done = lathe("create", "wrong", *words, "--express", "-",
                     given=json.dumps({"wizard": "express", "answers": answers}))
        report("refused-" + case, done.returncode == 2 and sentence in done.stderr and
               not os.path.exists(os.path.join(MACHINES, "wrong")), done.stderr)


def main():
    for name, row in SYSTEMS.items():
        check_machine(name, make_disc(name, row), row)
    check_refused()


main()
finish()
