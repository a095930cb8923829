#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""What other programs say of the same files: stores of this host by virt-fw-vars, its UEFI programs by
objdump, pe-inspect and sbverify.

Usage: peers.py LATHE [--all FOLDER]. Files are those of this host's packages; programs that it lacks are left out by
name. --all: those of Debian 12 and 13 and all programs, as peers.sh makes the folder.
"""
import glob
import json
import os
import re
import shutil
import subprocess
import sys

PROGRAM = sys.argv[1]
FOLDER = sys.argv[3] if len(sys.argv) > 3 else None
ROOTS = [os.path.join(FOLDER, release) for release in ("bookworm", "trixie")] if FOLDER else ["/"]
LEAST = {False: 12, True: 50}  # templates, programs
STORES = ["usr/share/OVMF/*VARS*.fd", "usr/share/AAVMF/*VARS*.fd"]
IMAGES = ["usr/lib/shim/*.efi*", "usr/lib/grub/*/*.efi*", "usr/lib/grub/*/monolithic/*.efi", "usr/lib/ipxe/*.efi",
          "usr/lib/systemd/boot/efi/*.efi*", "usr/libexec/fwupd/efi/*.efi*", "boot/vmlinuz*"]


def found(patterns):
    paths = [path for root in ROOTS for pattern in patterns for path in sorted(glob.glob(os.path.join(root, pattern)))]
    return [path for path in paths if os.path.isfile(path)]


def call(*words):
    return subprocess.run(words, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL,
                          text=True).stdout


def ours(command, path):
    return json.loads(call(PROGRAM, "firmware", command, path, "--json"))


def variables(listing):
    """{(owner, name): the rest}, letters of hexadecimal digits all small."""
    return {(one["guid"].lower(), one["name"]):
            (one["attr"], one["data"].lower(), one.get("time", "").lower()) for one in listing["variables"]}


def store_by_virt_fw_vars(path):
    """A blank store is none for it."""
    said = call("virt-fw-vars", "-i", path, "--output-json", "/dev/stdout")
    theirs = variables(json.loads(said[said.index("{"):])) if "{" in said else {}
    return theirs == variables(ours("vars", path))


def sections(listing):
    return [(one["name"], one["file-offset"], one["file-size"], one["memory-offset"], one["memory-size"],
             one["rights"]) for one in listing["sections"]]


def image_by_pe_inspect(path):
    lines = re.findall(r"(?m)^# +section: file 0x(\w+) \+0x(\w+)  virt 0x(\w+) \+0x(\w+)  (\S+) \((.*)\)",
                       call("pe-inspect", path))
    return sections(ours("pe", path)) == [(line[5], *[int(digits, 16) for digits in line[:4]], line[4])
                                          for line in lines]


def image_by_objdump(path):
    """It counts memory from the image's base, and says no place in the file of what is empty there."""
    said = call("objdump", "-h", path)
    rows = re.findall(r"(?m)^ *\d+ (\S+) +\w+  (\w+)  \w+  (\w+)", said)
    listing = ours("pe", path)["sections"]
    if not said.strip():
        return None  # of an architecture that it was built without
    if len(rows) != len(listing):
        return False
    base = int(rows[0][1], 16) - listing[0]["memory-offset"] if rows else 0
    return all(row[0] == one["name"] and int(row[1], 16) - base == one["memory-offset"] and
               (one["file-size"] == 0 or int(row[2], 16) == one["file-offset"])
               for row, one in zip(rows, listing))


def image_by_sbverify(path):
    signatures = ours("pe", path)["signatures"]
    said = call("sbverify", "--list", path)
    names = set(re.findall(r"(?m)subject: .*CN ?= ?([^,/\n]*)", said))
    mine = {re.search("CN=([^,]*)", one["subject"]).group(1) for signature in signatures
            for one in signature["chain"] if "CN=" in one["subject"]}
    return len(re.findall(r"(?m)^signature \d+", said)) == len(signatures) and mine <= names and \
        all(signature["good"] for signature in signatures)


PEERS = [("virt-fw-vars", STORES, store_by_virt_fw_vars), ("pe-inspect", IMAGES, image_by_pe_inspect),
         ("objdump", IMAGES, image_by_objdump), ("sbverify", IMAGES, image_by_sbverify)]


def compare(peer, patterns, agrees):
    """False: somebody disagrees, or, where all is there, nobody was asked of enough."""
    asked, good = 0, True
    if shutil.which(peer) is None:
        print("not there: " + peer)
        return FOLDER is None
    for path in found(patterns):
        same = agrees(path)
        asked += same is not None
        good &= same is not False
        print("%s %s: %s" % ("not for" if same is None else "ok" if same else "not ok", peer, path), flush=True)
    if FOLDER is not None and asked < LEAST[patterns is IMAGES]:
        print("not ok %s: it was asked of %d files only" % (peer, asked))
        return False
    return good


def main():
    if FOLDER is not None:
        os.environ["PATH"] = os.path.join(FOLDER, "bin") + ":" + os.environ["PATH"]
    sys.exit(not all([compare(*row) for row in PEERS]))


main()
