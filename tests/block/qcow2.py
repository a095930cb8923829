#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Images that qemu-img makes are written at random and must stay whole and hold what was written.

qcow2.py STRESS CASE...: cases are formats, backing, compressed, snapshots, lazy, killed, threads.
"""
import os
import random
import signal
import struct
import subprocess
import sys
import tempfile
import time

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), ".."))
from verdict import finish, report  # pylint: disable=wrong-import-position

STRESS, CASES = os.path.abspath(sys.argv[1]), sys.argv[2:]


def call(*command):
    done = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    return done.returncode, done.stdout


def must(*command):
    status, text = call(*command)
    if status != 0:
        raise RuntimeError("%s: %s" % (" ".join(command), text))
    return text


def noise(path, size, seed, holes=True):
    """Random data with holes, so that backing images have both."""
    rng = random.Random(seed)
    with open(path, "wb") as stream:
        stream.truncate(size)
        for offset in range(0, size, 1 << 16):
            if not holes or rng.random() < 0.6:
                stream.seek(offset)
                text = b"%d " % rng.getrandbits(40) * 400
                stream.write((rng.randbytes(1 << 13) + text)[:min(1 << 16, size - offset)])


def stress(name, image, model, seed=1, operations=1500, threads=1, expect_check=(0,)):
    status, text = call(STRESS, image, model, str(seed), str(operations), str(threads))
    report(name + "-same", status == 0, text)
    status, text = call("qemu-img", "check", image)
    report(name + "-whole", status in expect_check, text)
    status, text = call("qemu-img", "compare", "-f", "qcow2", "-F", "raw", image, model)
    report(name + "-compares", status == 0, text)


def model_of(image, path):
    must("qemu-img", "convert", "-O", "raw", image, path)
    return path


def formats():
    for name, options, size in (
            ("default", "", 48 << 20), ("v2", "compat=0.10", 40 << 20),
            ("small", "cluster_size=512", 10 << 20), ("large", "cluster_size=2M", 64 << 20),
            ("bits1", "refcount_bits=1", 16 << 20), ("bits8", "refcount_bits=8", 16 << 20),
            ("bits64", "refcount_bits=64,cluster_size=4k", 16 << 20),
            ("odd", "cluster_size=16k", (9 << 20) + 512 * 7),
            ("full", "preallocation=full", 8 << 20)):
        must("qemu-img", "create", "-q", "-f", "qcow2", "-o", options, "a.qcow2", str(size)) \
            if options else must("qemu-img", "create", "-q", "-f", "qcow2", "a.qcow2", str(size))
        with open("a.raw", "wb") as stream:
            stream.truncate(size)
        stress("qcow2-" + name, "a.qcow2", "a.raw")


def backing():
    for name, size, base_size, compat in (("backing", 32 << 20, 32 << 20, "1.1"),
                                          ("backing-v2", 24 << 20, 24 << 20, "0.10"),
                                          ("backing-short", 32 << 20, (20 << 20) + 512, "1.1")):
        noise("base.raw", base_size, name)
        must("qemu-img", "convert", "-O", "qcow2", "base.raw", "base.qcow2")
        before = must("sha256sum", "base.qcow2")
        must("qemu-img", "create", "-q", "-f", "qcow2", "-o", "compat=" + compat, "-b",
             "base.qcow2", "-F", "qcow2", "a.qcow2", str(size))
        model_of("a.qcow2", "a.raw")
        stress("qcow2-" + name, "a.qcow2", "a.raw")
        report("qcow2-%s-base-kept" % name, must("sha256sum", "base.qcow2") == before)


def compressed():
    for kind in ("zlib", "zstd"):
        noise("base.raw", 24 << 20, kind)
        must("qemu-img", "convert", "-c", "-O", "qcow2", "-o", "compression_type=" + kind,
             "base.raw", "a.qcow2")
        model_of("a.qcow2", "a.raw")
        status, text = call(STRESS, "a.qcow2", "a.raw", "1", "0")
        report("qcow2-%s-reads" % kind, status == 0, text)
        stress("qcow2-" + kind, "a.qcow2", "a.raw")


def snapshots():
    must("qemu-img", "create", "-q", "-f", "qcow2", "a.qcow2", "24M")
    with open("a.raw", "wb") as stream:
        stream.truncate(24 << 20)
    for i in range(3):
        stress("qcow2-snapshot%d" % i, "a.qcow2", "a.raw", seed=i + 5, operations=150)
        must("qemu-img", "snapshot", "-c", "s%d" % i, "a.qcow2")
        model_of("a.qcow2", "s%d.raw" % i)
    stress("qcow2-snapshots", "a.qcow2", "a.raw", seed=77)
    for i in (1, 0, 2):
        must("qemu-img", "convert", "-l", "s%d" % i, "-O", "raw", "a.qcow2", "t.raw")
        status, text = call("cmp", "t.raw", "s%d.raw" % i)
        report("qcow2-snapshot%d-kept" % i, status == 0, text)
    must("qemu-img", "snapshot", "-d", "s1", "a.qcow2")
    stress("qcow2-snapshot-deleted", "a.qcow2", "a.raw", seed=78)


def lazy():
    """QEMU leaves counts that were kept lazily behind when it dies; here they are taken away."""
    must("qemu-img", "create", "-q", "-f", "qcow2", "-o", "lazy_refcounts=on", "a.qcow2", "24M")
    must("qemu-io", "-c", "write -P 7 0 8M", "-c", "write -P 9 17M 1M", "a.qcow2")
    model_of("a.qcow2", "a.raw")
    with open("a.qcow2", "r+b") as stream:
        header = stream.read(104)
        table, = struct.unpack_from(">Q", header, 48)
        stream.seek(72)
        stream.write(struct.pack(">Q", 1))  # dirty
        stream.seek(table)
        block, = struct.unpack(">Q", stream.read(8))
        stream.seek(block + 2 * 20)
        stream.write(bytes(2 * 60))
    report("qcow2-lazy-is-broken", call("qemu-img", "check", "a.qcow2")[0] not in (0, 3))
    stress("qcow2-lazy", "a.qcow2", "a.raw")


def killed():
    """Killed at any moment: clusters may leak, nothing else."""
    for seed in range(8):
        must("qemu-img", "create", "-q", "-f", "qcow2", "a.qcow2", "64M")
        must("qemu-io", "-c", "write -P 5 0 8M", "a.qcow2")
        must("qemu-img", "snapshot", "-c", "s", "a.qcow2")
        child = subprocess.Popen([STRESS, "a.qcow2", "-t", str(seed), "1000000", "2"])
        time.sleep(0.15 + 0.1 * seed)
        child.send_signal(signal.SIGKILL)
        child.wait()
        status, text = call("qemu-img", "check", "a.qcow2")
        report("qcow2-killed-%d" % seed, status in (0, 3) and child.returncode == -9, text)
        must("qemu-img", "convert", "-l", "s", "-O", "raw", "a.qcow2", "s.raw")
        with open("s.raw", "rb") as stream:
            report("qcow2-killed-%d-snapshot" % seed, stream.read(8 << 20) == b"\5" * (8 << 20))


def threads():
    noise("base.raw", 48 << 20, 3)
    must("qemu-img", "convert", "-c", "-O", "qcow2", "base.raw", "base.qcow2")
    must("qemu-img", "create", "-q", "-f", "qcow2", "-b", "base.qcow2", "-F", "qcow2", "a.qcow2")
    model_of("a.qcow2", "a.raw")
    stress("qcow2-threads", "a.qcow2", "a.raw", operations=800, threads=4)


os.environ["MALLOC_PERTURB_"] = "165"
with tempfile.TemporaryDirectory() as scratch:
    os.chdir(scratch)
    for case in CASES:
        globals()[case]()
    os.chdir("/")
finish()
