#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Screenshots and recordings of a real guest, SeaBIOS and GRUB: what they show, whatever ends them.

recording.py LATHE DISC
"""
import json
import os
import resource
import select
import shutil
import signal
import struct
import subprocess
import sys
import tempfile
import time
import zlib

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), ".."))
from verdict import finish, report  # pylint: disable=wrong-import-position

LATHE, DISC = (os.path.abspath(word) for word in sys.argv[1:3])
PATIENCE = int(os.environ.get("PATIENCE", "3"))
FOLDER = tempfile.mkdtemp(prefix="lathe-recording-")
ENVIRONMENT = dict(os.environ, XDG_DATA_HOME=os.path.join(FOLDER, "data"), LC_ALL="C.UTF-8",
                   XDG_RUNTIME_DIR=os.path.join(FOLDER, "run"))
for NAME in ("DISPLAY", "WAYLAND_DISPLAY"):
    ENVIRONMENT.pop(NAME, None)


class Failed(Exception):
    pass


def lathe(*words, status=0):
    """Status None: any will do."""
    done = subprocess.run([LATHE, *words], env=ENVIRONMENT, cwd=FOLDER, stdin=subprocess.DEVNULL,
                          capture_output=True, timeout=60 * PATIENCE, check=False)
    if status is not None and done.returncode != status:
        raise Failed("lathe %s: %d, %s" % (" ".join(words), done.returncode, done.stderr.decode()))
    return done


def path(name):
    return os.path.join(FOLDER, name)


def run(*words):
    """The machine, once its first screen shows something."""
    process = subprocess.Popen([LATHE, "run", "vm", *words], env=ENVIRONMENT, cwd=FOLDER,  # pylint: disable=consider-using-with
                               stdin=subprocess.DEVNULL, stderr=subprocess.PIPE)
    for _ in range(100 * PATIENCE):
        done = subprocess.run([LATHE, "screenshot", "vm", path("first.png")], env=ENVIRONMENT, cwd=FOLDER,
                              capture_output=True, check=False)
        if done.returncode == 0:
            return process
        if process.poll() is not None:
            raise Failed("the machine ended: %s" % process.stderr.read().decode())
        time.sleep(0.1)
    raise Failed("nothing is shown: %s" % done.stderr.decode())


def end(process):
    lathe("stop", "--force", "vm")
    return process.communicate(timeout=30 * PATIENCE)[1].decode()


def wait_for(what, condition):
    """By the clock of a busy host."""
    for _ in range(100 * PATIENCE):
        if condition():
            return
        time.sleep(0.2)
    raise Failed("never: " + what)


def wait_frames(name, count):
    """Until the recording, which goes on, has more than so many."""
    wait_for("%s with more than %d frames" % (name, count),
             lambda: json.loads(lathe("recording", "info", "--json", name).stdout)["frames"] > count)


# ---- pictures ----


def chunks(data):
    at = 8
    while at < len(data):
        size, = struct.unpack_from(">I", data, at)
        yield data[at + 4:at + 8], data[at + 8:at + 8 + size]
        at += 12 + size


def unfilter(data, width, height):
    rows, above = zlib.decompress(data), bytes(3 * width)
    for y in range(height):
        row = rows[y * (1 + 3 * width):(y + 1) * (1 + 3 * width)]
        kind, row = row[0], row[1:]
        if kind == 2:
            row = bytes((a + b) & 255 for a, b in zip(row, above))
        elif kind != 0:
            raise Failed("filter %d" % kind)
        above = row
        yield row


def play(name):
    """The last picture of an animated PNG, and how many there are."""
    with open(path(name), "rb") as file:
        data = file.read()
    canvas, rect, packed, frames = [], None, b"", 0
    for kind, contents in list(chunks(data)) + [(b"fcTL", None)]:
        if kind == b"IHDR":
            width, height = struct.unpack_from(">II", contents)
            canvas, rect = [bytearray(3 * width) for _ in range(height)], (width, height, 0, 0)
        elif kind == b"IDAT":
            packed += contents
        elif kind == b"fdAT":
            packed += contents[4:]
        elif kind == b"fcTL":
            if packed:
                for y, row in enumerate(unfilter(packed, *rect[:2])):
                    canvas[rect[3] + y][3 * rect[2]:3 * (rect[2] + rect[0])] = row
                packed, frames = b"", frames + 1
            rect = struct.unpack_from(">IIII", contents, 4) if contents else rect
    return b"".join(canvas), frames


def ppm(name):
    with open(path(name), "rb") as file:
        return file.read().split(b"\n255\n", 1)[1]


# ---- cases ----


def test_shown():
    process = run("--record", "boot.lrec")
    wait_frames("boot.lrec", 3)
    lathe("pause", "vm")
    time.sleep(1)
    lathe("screenshot", "vm", "last.ppm")
    lathe("screenshot", "vm", "last.png")
    lathe("screenshot", "vm", "-o", "both.ppm", "--head", "all")
    piped = lathe("screenshot", "vm", "-").stdout
    for words, wanted in ((("vm", "x", "--head", "2"), "screen 2 of 'vm' is off"), (("vm", "x", "--head", "3"), "it has 2"),
                          (("vm", "x", "--head", "0"), "is no screen"), (("nope", "x"), "nope")):
        said = lathe("screenshot", *words, status=2).stderr.decode()
        if wanted not in said or said.count("\n") != 1:
            raise Failed("screenshot %s says %s" % (words, said))
    end(process)
    if "does not run" not in lathe("screenshot", "vm", status=2).stderr.decode():
        raise Failed("a machine that does not run has a screenshot")
    if "frames are good" not in lathe("recording", "verify", "boot.lrec").stdout.decode():
        raise Failed("verify says nothing")
    lathe("recording", "export", "boot.lrec", "boot.png")
    picture, frames = play("boot.png")
    if frames < 3 or picture != ppm("last.ppm") or ppm("both.ppm") != picture:
        raise Failed("the recording does not end with what was shown: %d frames" % frames)
    with open(path("last.png"), "rb") as file:
        if file.read() != piped:
            raise Failed("a pipe gets another picture than a file")
    count = len(lathe("recording", "info", "--frames", "boot.lrec").stdout.splitlines())
    told = json.loads(lathe("recording", "info", "--frames", "--json", "boot.lrec").stdout)
    if told["machine"] != "vm" or not told["whole"] or told["screens"] != 2 or count != told["frames"] or \
       [frame["number"] for frame in told["list"]] != list(range(1, count + 1)):
        raise Failed("info --json says %s" % told)
    lathe("recording", "frame", "boot.lrec", str(count), "one.png")
    if play("one.png")[0] != picture:
        raise Failed("the last frame is another picture")
    lathe("recording", "frame", "boot.lrec", str(count + 1), "two.png", status=2)


def test_killed():
    process = run("--record", "killed.lrec")
    wait_frames("killed.lrec", 1)
    process.send_signal(signal.SIGKILL)
    process.communicate()
    said = lathe("recording", "verify", "killed.lrec", status=2).stderr.decode()
    if "frames are good, but it is cut off" not in said:
        raise Failed("after SIGKILL: %s" % said)
    lathe("recording", "export", "killed.lrec", "killed.png")


def test_asked():
    process = run()
    said = lathe("record", "vm", "asked.lrec", "--for", "1").stdout.decode()
    if "frames" not in said:
        raise Failed("record says %s" % said)
    if "there already" not in lathe("record", "vm", "asked.lrec", status=2).stderr.decode():
        raise Failed("a recording was overwritten")
    recorder = subprocess.Popen([LATHE, "record", "vm", "again.lrec"], env=ENVIRONMENT, cwd=FOLDER,  # pylint: disable=consider-using-with
                                stdout=subprocess.PIPE)
    wait_for("the second recording", lambda: os.path.exists(path("again.lrec")))
    if "already, to" not in lathe("record", "vm", "third.lrec", status=2).stderr.decode():
        raise Failed("two recordings at once")
    recorder.send_signal(signal.SIGINT)
    if recorder.wait(timeout=30 * PATIENCE) != 0:
        raise Failed("Ctrl-C: %d" % recorder.returncode)
    for name in ("asked.lrec", "again.lrec"):
        lathe("recording", "verify", name)
    end(process)


def test_screens():
    """The monitors of a running guest."""
    process = run()
    for words, wanted in (((), "connected"), (("unplug", "2"), False), (("plug", "2"), True)):
        lathe("screens", "vm", *words)
        told = json.loads(lathe("screens", "vm", "--json").stdout)
        if len(told) != 2 or (words and told[1]["connected"] != wanted):
            raise Failed("screens %s: %s" % (words, told))
    for words, wanted in ((("unplug", "1"), "first screen stays"), (("unplug", "3"), "no screen 3"),
                          (("pull", "2"), "plug or unplug"), (("plug",), "NUMBER"), (("plug", "x"), "no screen")):
        said = lathe("screens", "vm", *words, status=2).stderr.decode()
        if wanted not in said or said.count("\n") != 1:
            raise Failed("screens %s says %s" % (words, said))
    end(process)


def test_full():
    process = run("--record", "full.lrec")
    limit = max(os.path.getsize(path("full.lrec")), 5000) + 300  # more than a screenshot has
    resource.prlimit(process.pid, resource.RLIMIT_FSIZE, (limit, limit))
    said = b""
    for _ in range(100 * PATIENCE):
        said += os.read(process.stderr.fileno(), 4096) if select.select([process.stderr], [], [], 0.2)[0] else b""
        if b"no room" in said:
            break
    else:
        raise Failed("a full disk: %s" % said.decode())
    lathe("screenshot", "vm", path("goes-on.png"))  # the machine lives
    end(process)
    done = lathe("recording", "verify", "full.lrec", status=None)  # its end may have had no room
    if b"frames are good" not in done.stdout + done.stderr:
        raise Failed("a full disk took what was there: %s" % done.stderr.decode())


def main():
    os.makedirs(path("run"), mode=0o700)
    lathe("create", "vm", "--memory", "128M", "--display", "none", "--net", "none", "--serial", "null", "--gpu",
          "virtio,heads=2", "--cdrom", DISC, "--firmware", "bios")
    for case in (test_shown, test_killed, test_asked, test_screens, test_full):
        try:
            case()
            report("recording-" + case.__name__[5:], True)
        except (Failed, subprocess.TimeoutExpired) as error:
            report("recording-" + case.__name__[5:], False, error)
    shutil.rmtree(FOLDER, ignore_errors=True)
    finish()


main()
