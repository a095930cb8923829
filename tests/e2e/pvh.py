#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Boots the ELF file inside Debian's cloud kernel through its PVH entry.

pvh.py LATHE GUESTS INITRAMFS. The bzImage's header tells where the compressed ELF file lies
(Documentation/arch/x86/boot.rst, payload_offset and payload_length).
"""
import os
import struct
import subprocess
import sys
import tempfile

LATHE, GUESTS, INITRAMFS = sys.argv[1:4]
LIMIT = 80 * int(os.environ.get("PATIENCE", "3"))  # seconds
TOOLS = {b"\xfd7zXZ": ["xz", "-dc"], b"\x02\x21\x4c\x18": ["lz4", "-dc"],
         b"\x28\xb5\x2f\xfd": ["zstd", "-dc"], b"\x1f\x8b": ["gzip", "-dc"]}


def unpack(image):
    """The ELF file. Behind the compressed data stands its size, of which tools complain."""
    start = (image[0x1f1] + 1) * 512
    offset, length = struct.unpack_from("<II", image, 0x248)
    payload = image[start + offset:start + offset + length]
    for magic, command in TOOLS.items():
        if payload.startswith(magic):
            return subprocess.run(command, input=payload[:-4], stdout=subprocess.PIPE,
                                  stderr=subprocess.DEVNULL).stdout
    sys.exit("not ok pvh-payload: unknown compression %r" % payload[:6])


def main():
    with open(os.path.join(GUESTS, "cloud", "vmlinuz"), "rb") as stream:
        elf = unpack(stream.read())
    with tempfile.NamedTemporaryFile(prefix="lathe-vmlinux-") as kernel:
        kernel.write(elf)
        kernel.flush()
        done = subprocess.run(
            [LATHE, "run", "--kernel", kernel.name, "--initrd", INITRAMFS, "--memory", "512M",
             "--display", "none", "--serial", "stdio", "--timeout", str(LIMIT), "--no-reboot",
             "--append", "console=ttyS0 quiet"],
            stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
    text = done.stdout.decode(errors="replace")
    good = done.returncode == 0 and "lathe guest done" in text and "not ok" not in text
    print("ok boot-pvh" if good else "not ok boot-pvh: status %d\n%s" %
          (done.returncode, text[-3000:]))
    sys.exit(not good)


main()
