#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""The ports of running machines from outside of their processes: "lathe console" on a pty, several viewers, breaks,
restarts, and clients that mean ill.

test-ports.py FAKE: the program with the fake machine.
"""
import os
import shutil
import signal
import socket
import stat
import subprocess
import sys
import tempfile
import time

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), ".."))
import verdict  # pylint: disable=wrong-import-position
from viewer import Viewer as AnyViewer, frame  # pylint: disable=wrong-import-position

FAKE = os.path.abspath(sys.argv[1])
SCRATCH = tempfile.mkdtemp(prefix="lathe-ports-")
RUN = os.path.join(SCRATCH, "run")
KERNEL = os.path.join(SCRATCH, "kernel")
ENVIRONMENT = {**os.environ, "XDG_DATA_HOME": os.path.join(SCRATCH, "data"), "XDG_RUNTIME_DIR": RUN,
               "LC_ALL": "C.UTF-8"}
PATIENCE = 20 * int(os.environ.get("PATIENCE", "1"))


def report(name, good, why=""):
    verdict.report("ports: " + name, good, why)


def until(condition, seconds=PATIENCE):
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if condition():
            return True
        time.sleep(0.02)
    return False


class Machine:
    """A machine of the library that runs a script."""

    def __init__(self, name, script):
        self.name = name
        subprocess.run([FAKE, "create", name, "--kernel", KERNEL, "--append", script, "--display", "none", "--gpu",
                        "none"], env=ENVIRONMENT, check=True, stdout=subprocess.DEVNULL)
        self.process = None
        self.start()

    def start(self):
        # pylint: disable-next=consider-using-with
        self.process = subprocess.Popen([FAKE, "run", self.name], env=ENVIRONMENT, stdin=subprocess.DEVNULL,
                                        stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        if not until(lambda: os.path.exists(self.socket())):
            report(self.name + " starts", False)

    def socket(self):
        return os.path.join(RUN, "lathe", "%d.console" % self.process.pid)

    def end(self):
        self.process.terminate()
        self.process.wait()


class Viewer(AnyViewer):
    def __init__(self, *words):
        super().__init__(FAKE, ENVIRONMENT, PATIENCE, *words)


def connect(machine):
    client = socket.socket(socket.AF_UNIX)
    client.settimeout(PATIENCE)
    client.connect(machine.socket())
    return client


def ended(client):
    """Does the other end close?"""
    try:
        while client.recv(65536):
            pass
    except TimeoutError:
        return False
    except OSError:
        pass
    return True


def check_viewers():
    machine = Machine("one", "print before;echo")
    mode = stat.S_IMODE(os.stat(machine.socket()).st_mode)
    report("the socket is its owner's alone", mode == 0o600, oct(mode))
    first = Viewer("one")
    report("what was written before is replayed", first.wait("before\r\n"), first.seen)
    second = Viewer("one", "1")
    second.wait("before\r\n")
    first.type("from the first")
    report("a viewer sees what it typed", first.wait("from the first"), first.seen)
    report("the other one sees it", second.wait("from the first"), second.seen)
    second.type("\x03\x1a")
    report("control characters go to the guest", first.wait("\x03\x1a"), first.seen)
    report("Ctrl-] leaves", second.leave() == 0)
    report("the machine goes on", machine.process.poll() is None)
    first.type("again")
    report("the other viewer stays", first.wait("again"), first.seen)
    third = Viewer("one", "serial0")
    report("a later viewer gets all", third.wait("again") and b"before" in third.seen, third.seen)
    os.kill(third.pid, signal.SIGKILL)
    os.waitpid(third.pid, 0)
    machine.end()
    report("a viewer ends with the machine", first.finish() == 0 and b"does not run" in first.seen, first.seen)
    report("the socket goes with the process", not os.path.exists(machine.socket()))


def check_refusals():
    rows = (("no such machine", ["nobody"], "no machine"), ("a machine that is off", ["one"], "does not run"),
            ("no name", [], "NAME"), ("no port", ["one", "parallel"], "is no port"), ("no device", ["/nowhere"], "No such"))
    for name, words, why in rows:
        done = subprocess.run([FAKE, "console", *words], env=ENVIRONMENT, capture_output=True, text=True,
                              stdin=subprocess.DEVNULL, timeout=60, check=False)
        report(name + " is refused", done.returncode == 2 and why in done.stderr and done.stderr.count("\n") == 1,
               (done.returncode, done.stderr))


def check_hostile():
    machine = Machine("two", "print up;echo")
    viewer = Viewer("two")
    viewer.wait("up")
    for name, data in (("a frame that is too long", b"I\xff\xff\xff"), ("an unknown kind", frame(b"?")),
                       ("typing before a port is chosen", frame(b"I", b"x")),
                       ("too much in one frame", frame(b"A", b"serial0") + frame(b"I", bytes(60000))),
                       ("a port that is not there", frame(b"A", b"serial7")), ("noise", os.urandom(5000))):
        client = connect(machine)
        client.sendall(data)
        report(name + " is cut off", ended(client))
        client.close()
    silent = [connect(machine) for _ in range(40)]
    viewer.type("alive")
    report("many that say nothing hold nobody up", viewer.wait("alive"), viewer.seen[-200:])
    for client in silent:
        client.close()
    asker = connect(machine)
    asker.setblocking(False)
    try:
        while True:
            asker.send(frame(b"L") * 100)
    except BlockingIOError:
        pass
    except OSError:
        pass
    viewer.type("still")
    report("one that asks without reading holds nobody up", viewer.wait("still"), viewer.seen[-200:])
    asker.close()
    report("a viewer after that", Viewer("two").wait("alive"))
    machine.end()
    viewer.finish()


def check_flood():
    """A viewer that does not read: the guest writes on, and is told what is missing when it reads."""
    go = os.path.join(SCRATCH, "go")
    machine = Machine("three", "print up;until %s;%swait 300;print over;spin" %
                      (go, 4 * "flood 2000;wait 300;"))
    slow = connect(machine)
    slow.sendall(frame(b"A", b"serial0"))
    viewer = Viewer("three")
    viewer.wait("up")
    with open(go, "w", encoding="utf-8"):
        pass
    report("the guest does not wait for a slow viewer", viewer.wait("over", 3 * PATIENCE), len(viewer.seen))
    got = b""
    try:
        while b"over" not in got[-4096:]:
            piece = slow.recv(1 << 20)
            if not piece:
                break
            got += piece
    except TimeoutError:
        pass
    report("the slow one gets the end", b"over" in got, len(got))
    report("and is told what it lost", frame(b"G", bytes(8))[:4] in got)
    with open("/proc/%d/status" % machine.process.pid, encoding="utf-8") as stream:
        peak = next(int(line.split()[1]) for line in stream if line.startswith("VmHWM"))
    report("memory stays bounded", peak < 120000, "%d KiB" % peak)
    slow.close()
    viewer.leave()
    machine.end()


def check_break_and_reset():
    machine = Machine("four", "print up;echo")
    client = connect(machine)
    client.sendall(frame(b"A", b"serial0") + frame(b"I", b"a") + frame(b"B") + frame(b"I", b"z"))
    seen = b""
    while b"z" not in seen.replace(b"serial", b""):
        seen += client.recv(65536)
    report("a break reaches the guest", b"[break]" in seen, seen)
    subprocess.run([FAKE, "reset", "four"], env=ENVIRONMENT, check=True)
    while b"R\x08\0\0" not in seen:
        seen += client.recv(65536)
    report("a reset is told", seen.index(b"R\x08\0\0") > seen.index(b"[break]"))
    client.close()
    os.kill(machine.process.pid, signal.SIGKILL)
    machine.process.wait()
    left = machine.socket()
    machine.start()
    report("the next machine removes a dead one's socket", not os.path.exists(left))
    machine.end()


def main():
    os.mkdir(RUN, 0o700)
    with open(KERNEL, "wb") as stream:
        stream.write(b"\x7fELF, or so")
    try:
        check_viewers()
        check_refusals()
        check_hostile()
        check_flood()
        check_break_and_reset()
    finally:
        shutil.rmtree(SCRATCH, ignore_errors=True)
    verdict.finish()


main()
