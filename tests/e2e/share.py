#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Debian's kernel in a folder of the host's: what it reads and writes there, and what it does not reach.

share.py LATHE GUESTS INIT PROGRAM CASE...: cases are files, mapped, readonly, race, suspend, and times, which
prints how long things take beside QEMU's.
"""
import fcntl
import hashlib
import os
import shutil
import subprocess
import sys
import tarfile
import tempfile
import threading
import time

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), ".."))
import initramfs  # pylint: disable=wrong-import-position
import verdict  # pylint: disable=wrong-import-position

LATHE, GUESTS, INIT, PROGRAM = (os.path.abspath(path) for path in sys.argv[1:5])
KERNEL = os.path.join(GUESTS, "generic", "vmlinuz")
LIMIT = 150 * int(os.environ.get("PATIENCE", "3"))  # seconds


def report(name, good, why=""):
    verdict.report("share: " + name, good, why)


def put(path, data):
    with open(path, "wb") as out:
        out.write(data)


def get(path):
    with open(path, "rb") as file:
        return file.read()


def hash_of(data):
    return hashlib.sha256(data).hexdigest()


def make_tree(count):
    """A tree of small files as an archive, and the hash of all of them in the order of their names."""
    names, files = [], {}
    for i in range(count):
        names.append("tree/d%02d/s%d/file-%04d" % (i % 20, i % 3, i))
        files[names[-1]] = (b"%d " % i) * (i % 700)
    with tarfile.open("share/tree.tar", "w", format=tarfile.USTAR_FORMAT) as tar:
        os.makedirs("made")
        for name in names:
            path = os.path.join("made", name)
            os.makedirs(os.path.dirname(path), exist_ok=True)
            put(path, files[name])
        tar.add("made/tree", "tree")
    put("share/tree.sum", (hash_of(b"".join(files[name] for name in sorted(names))) + "\n").encode())
    shutil.rmtree("made")


def make_folder(many, big, tree):
    """The shared folder, and what is beside it."""
    for name in ("share", "outside"):
        shutil.rmtree(name, ignore_errors=True)
        os.makedirs(name)
    put("outside/secret", b"SECRET\n")
    put("share/hello", b"of the host\n")
    data = os.urandom(1 << 20) * big
    put("share/big", data)
    put("share/big.sum", (hash_of(data) + "\n").encode())
    os.makedirs("share/many")
    for i in range(many):
        put("share/many/name-of-a-file-%05d" % i, b"")
    make_tree(tree)
    put("share/locked", b"x")
    os.makedirs("share/deep/in")
    os.symlink(os.path.abspath("outside"), "share/out")
    os.symlink("/etc-file", "share/etc-link")


def append(do, **words):
    return " ".join(["console=ttyS0 quiet panic=-1 do=" + do] + ["%s=%s" % word for word in words.items()])


def run(do, *options, share="share,tag=share,owner=1234:567"):
    done = subprocess.run([LATHE, "run", "--kernel", KERNEL, "--initrd", "init.gz", "--append", append(do),
                           "--memory", "512M", "--display", "none", "--gpu", "none", "--net", "none", "--serial",
                           "stdio", "--no-reboot", "--timeout", str(LIMIT), "--share", share, *options],
                          stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
                          errors="replace", check=False)
    verdict.guest_run("share-" + do, done.returncode, done.stdout, 1)
    return done.stdout


def files():
    make_folder(10000, 24, 600)
    with open("share/locked", "r+b") as locked:
        fcntl.lockf(locked, fcntl.LOCK_EX)
        run("files")
    report("what the guest wrote is here", hash_of(get("share/back")).encode() == get("share/back.sum").strip())
    report("modes are here", os.stat("share/b").st_mode & 0o7777 == 0o755, oct(os.stat("share/b").st_mode))
    report("the owner is not the guest's", os.stat("share/b").st_uid == os.getuid())
    report("what is outside is as it was", get("outside/secret") == b"SECRET\n" and
           os.listdir("outside") == ["secret"])


def mapped():
    make_folder(0, 1, 1)
    run("mapped")
    report("what was mapped is here", get("share/mapped") == bytes(i * 7 // 3 & 255 for i in range(100000)))


def readonly():
    make_folder(3, 1, 1)
    before = sorted(os.listdir("share"))
    run("readonly", share="share,tag=share,readonly")
    report("nothing is changed", sorted(os.listdir("share")) == before and get("share/hello") == b"of the host\n")


def race():
    """The name is a directory and a link to elsewhere in turn, while the guest goes through it."""
    make_folder(0, 1, 1)
    os.makedirs("share/swap")
    put("share/swap/secret", b"inside\n")
    os.symlink(os.path.abspath("outside"), "share/link")
    over = threading.Event()

    def swap():
        while not over.is_set():
            for one, other in (("swap", "aside"), ("link", "swap"), ("swap", "link"), ("aside", "swap")):
                os.rename("share/" + one, "share/" + other)

    swapper = threading.Thread(target=swap)
    swapper.start()
    text = run("race")
    over.set()
    swapper.join()
    report("a race never leads out", "raced" in text and "inside" in text and "SECRET" not in text, text[-500:])


def lathe(*words):
    done = subprocess.run([LATHE, *words], stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False,
                          timeout=LIMIT)
    return done.returncode, done.stdout + done.stderr


def suspend():
    """A machine of the library, suspended in the midst of it, finds its open files again."""
    make_folder(0, 1, 1)
    os.environ["XDG_DATA_HOME"] = os.path.abspath("data")
    os.makedirs("data", exist_ok=True)
    status, text = lathe("create", "Sharing", "--kernel", KERNEL, "--initrd", os.path.abspath("init.gz"), "--append",
                         append("suspend"), "--memory", "512M", "--gpu", "none", "--net", "none", "--share",
                         os.path.abspath("share") + ",tag=share")
    report("create", status == 0, text)
    said = ""
    for last in (False, True):
        process = subprocess.Popen([LATHE, "run", "Sharing", "--display", "none", "--timeout", str(LIMIT)],
                                   stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
        for line in process.stdout:
            said += line.decode(errors="replace")
            if not last and "count 12" in said:
                status, text = lathe("suspend", "Sharing")
                report("suspend", status == 0, text)
                last = True
        process.wait()
        time.sleep(0.2)
    report("it goes on where it was", "ok guest-counted" in said and "not ok" not in said, said[-1500:])
    counted = get("share/counted").split()
    report("nothing twice and nothing lost", counted == [b"%d" % i for i in range(1, 41)], counted)


QEMU = ["qemu-system-x86_64", "-accel", "tcg,thread=multi", "-machine", "q35", "-m", "512M", "-smp", "1", "-nodefaults",
        "-no-reboot", "-nographic", "-serial", "stdio", "-monitor", "none", "-kernel", KERNEL, "-initrd", "init.gz",
        "-virtfs", "local,path=share,mount_tag=share,security_model=none"]


def times():
    """Ours and QEMU's in turn, three times each; the best counts."""
    words = {"msize": 262144, "cache": "none"}
    best = {}
    for turn in range(3):
        for who in ("lathe", "qemu"):
            make_folder(3000, 64, 1500)
            line = ["-append", append("times", **words)] if who == "qemu" else []
            command = QEMU + line if who == "qemu" else [
                LATHE, "run", "--accel", "jit", "--kernel", KERNEL, "--initrd", "init.gz", "--append",
                append("times", **words), "--memory", "512M", "--smp", "1", "--display", "none", "--gpu", "none", "--net",
                "none", "--serial", "stdio", "--no-reboot", "--timeout", str(LIMIT), "--share", "share,tag=share"]
            done = subprocess.run(command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                                  text=True, errors="replace", check=False, timeout=LIMIT)
            took = [row.split()[1:] for row in done.stdout.replace("\r", "").splitlines() if row.startswith("took ")]
            report("%s %d" % (who, turn), len(took) == 6, done.stdout[-1500:])
            for name, took_ms in took:
                key = (name, who)
                best[key] = min(best.get(key, 1 << 30), int(took_ms))
    for name in ("read", "write", "tar", "list", "find", "remove"):
        ours, theirs = best.get((name, "lathe"), 0), best.get((name, "qemu"), 0)
        print("%-8s lathe %6d ms, QEMU %6d ms: %.2f times as fast" % (name, ours, theirs, theirs / max(ours, 1)))


CASES = {"files": files, "mapped": mapped, "race": race, "readonly": readonly, "suspend": suspend, "times": times}


def main(names):
    initramfs.make("init", os.path.join(GUESTS, "generic"), ["virtio_pci", "9pnet_virtio", "9p"], INIT, PROGRAM)
    for name in names:
        CASES[name]()


with tempfile.TemporaryDirectory(dir="/var/tmp") as scratch:
    os.chdir(scratch)
    main(sys.argv[5:])
    os.chdir("/")
verdict.finish()
