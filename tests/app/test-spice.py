#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Viewers elsewhere, with real clients: pictures of spicy-screenshot equal the screen's, remote-viewer
drives keyboard and pointer, tickets and TLS keep others out, and clients that misbehave part only
themselves.

usage: test-spice.py PROGRAM PICTURES [TEST...]
PROGRAM is lathe-fake, PICTURES a folder for pictures of remote-viewer.
"""
import atexit
import os
import re
import signal
import socket
import subprocess
import sys
import time

from qmp import Qmp, Schema
from xwindow import WAIT, Failed, keep_preferences, run_tests, wait_for

PROGRAM, PICTURES = sys.argv[1:3]
CLIENT = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "spice-client.py")
LINK = b"REDQ" + (2).to_bytes(4, "little") + (2).to_bytes(4, "little")
PATIENCE_OF_THE_DOOR = 10
OPEN = []  # processes


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


class Machine:
    """lathe run over a script of the fake machine, with viewers at its socket, or where options say."""

    def __init__(self, display, folder, script, *options, where=None, shown="none", serial=True):
        self.display, self.folder = display, folder
        self.path = os.path.join(folder, "viewers")
        self.serial = os.path.join(folder, "serial")
        control = os.path.join(folder, "control")
        kernel = os.path.join(folder, "demo")
        with open(kernel, "wb") as file:
            file.write(b"\x7fELF, or so")
        script = script.replace("until ", "until %s/" % folder)
        self.stderr = open(os.path.join(folder, "stderr"), "w+")
        self.process = subprocess.Popen(
            [PROGRAM, "run", kernel, "--append", "screen;" + script, "--display", shown, "--display",
             "spice=" + (where or "unix:" + self.path), "--control", "unix:" + control,
             *(["--serial", "file:" + self.serial] if serial else []), *options],
            env=display.environment, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=self.stderr)
        OPEN.append(self.process)
        wait_for("a socket for viewers", lambda: "remote-viewer" in self.messages())
        wait_for("the control socket", lambda: os.path.exists(control))
        self.qmp = Qmp(control)

    def messages(self):
        with open(self.stderr.name) as file:
            return file.read()

    def uri(self):
        return re.search(r"remote-viewer '(.*)'", self.messages())[1]

    def go(self, name):
        with open(os.path.join(self.folder, name), "w"):
            pass

    def text(self):
        with open(self.serial, errors="replace", newline="") as file:
            return file.read()

    def wait_text(self, text):
        wait_for("'%s' on the serial port" % text, lambda: text in self.text())

    def dump(self):
        path = os.path.join(self.folder, "dump.ppm")
        self.qmp("screendump", filename=path)
        with open(path, "rb") as file:
            return file.read()

    def picture(self, *words):
        """What spicy-screenshot sees; None: it sees nothing."""
        path = os.path.join(self.folder, "shot.ppm")
        if os.path.exists(path):
            os.remove(path)
        try:
            subprocess.run(["spicy-screenshot", *(words or ["--uri=" + self.uri()]), "-o", path],
                           env=self.display.environment, timeout=WAIT, stdin=subprocess.DEVNULL,
                           stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        except subprocess.TimeoutExpired:
            pass
        if not os.path.exists(path):
            return None
        with open(path, "rb") as file:
            return file.read()

    def check_picture(self, *words):
        def same():
            return self.picture(*words) == self.dump()
        wait_for("a client's picture that is the screen's", same)

    def end(self):
        self.process.terminate()
        status = self.process.wait(WAIT)
        self.stderr.close()
        if status != 128 + 15:
            raise Failed("exit status %d: %s" % (status, self.messages()))
        if os.path.exists(self.path):
            raise Failed("the socket is still there")


class Viewer:
    """remote-viewer, whose window shows the guest from (self.left, self.top) on."""

    def __init__(self, machine, *words):
        self.display = machine.display
        self.process = subprocess.Popen(["remote-viewer", *(words or [machine.uri()])],
                                        env=self.display.environment, stdin=subprocess.DEVNULL,
                                        stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        OPEN.append(self.process)
        self.window = wait_for("a viewer's window", self.find)
        self.display.tool("xdotool", "windowfocus", "--sync", self.window)

    def find(self):
        found = self.display.tool("xdotool", "search", "--onlyvisible", "--name", r"^demo \([0-9]\)").split()
        return found[-1] if found else None

    def wait_guest(self, color, length=20):
        """Until it shows so many pixels of that colour in a row; where that begins."""
        width = self.display.size[0]

        def place():
            at = self.display.shot().find(bytes(color) * length)
            return (at // 3 % width, at // 3 // width) if at >= 0 else None
        return wait_for("the guest in the viewer", place)

    def close(self):
        self.process.kill()
        self.process.wait()


def test_picture(display, folder):
    """Text, graphics, and another size while nobody looks."""
    machine = Machine(display, folder, "text Hello, world;until one;mode 640 480;until two;"
                      "mode 1023 769;spin")
    if os.stat(machine.path).st_mode & 0o777 != 0o600:
        raise Failed("others may reach the socket")
    machine.check_picture()
    for name, size in (("one", b"640 480"), ("two", b"1023 769")):
        machine.go(name)
        wait_for("the mode", lambda: size in machine.dump()[:20])
        machine.check_picture()
    machine.end()


def test_changes(display, folder):
    """A client that stays sees what moves, and another size; then all is as it should be."""
    machine = Machine(display, folder, "mode 640 480;until film;film;until one;still;mode 800 600;until two;spin")
    viewer = Viewer(machine)
    viewer.wait_guest((255, 255, 0))
    before = display.shot()
    machine.go("film")
    wait_for("the film in the viewer", lambda: display.shot() != before)
    machine.go("one")
    wait_for("the mode", lambda: b"800 600" in machine.dump()[:20])
    viewer.wait_guest((255, 255, 0), 100)
    display.picture("spice-viewer")
    machine.check_picture()  # of another client, for which the first one has to go
    wait_for("the first client's end", lambda: viewer.process.poll() is not None)
    machine.end()


def test_window(display, folder):
    """A local window and a client at once show the same."""
    keep_preferences(folder, display_scaling="native")
    machine = Machine(display, folder, "absolute 1;mode 640 480;spin", shown="gtk")
    wait_for("the window's picture", lambda: bytes((255, 255, 0)) * 40 in display.shot())
    display.wait_rest()
    data, width = display.shot(), display.size[0]
    at = data.find(bytes((255, 128, 0)) * 640) // 3
    rows = [data[(at + y * width) * 3:(at + y * width + 640) * 3] for y in range(480)]
    if machine.picture() != b"P6\n640 480\n255\n" + b"".join(rows):
        raise Failed("the client's picture is another than the window's")
    machine.end()


def test_keyboard(display, folder):
    machine = Machine(display, folder, "absolute 1;mode 640 480;spin")
    viewer = Viewer(machine)
    viewer.wait_guest((255, 255, 0))
    display.tool("xdotool", "key", "--delay", "80", "a", "F10", "Up", "shift+KP_Enter", "Pause")
    for code in (30, 68, 103, 42, 96, 119):
        machine.wait_text("key %d down" % code)
        machine.wait_text("key %d up" % code)
    display.tool("xdotool", "keydown", "b")
    machine.wait_text("key 48 down")
    viewer.close()
    machine.wait_text("release")
    machine.end()


def test_positions(display, folder):
    machine = Machine(display, folder, "absolute 1;mode 640 480;spin")
    viewer = Viewer(machine)
    left, top = viewer.wait_guest((255, 255, 0))  # the second bar, below the middle
    left, top = left - 80, top - 241
    for x, y in ((100, 50), (639, 479)):
        text = "pointer at %d %d buttons 0" % ((2 * x + 1) * 32768 // 1280, (2 * y + 1) * 32768 // 960)

        def moved(x=x, y=y, text=text):  # a viewer that has just come up may miss one
            display.tool("xdotool", "mousemove", str(left + x - 1), str(top + y), "mousemove", str(left + x), str(top + y))
            time.sleep(0.2)
            return text in machine.text()
        wait_for("'%s' on the serial port" % text, moved)
    display.tool("xdotool", "mousedown", "1", "mouseup", "1", "mousedown", "3", "mouseup", "3", "click", "5")
    for text in ("buttons 1 wheel 0 0", "buttons 2 wheel 0 0", "wheel 1 0"):
        machine.wait_text(text)
    viewer.close()
    machine.end()


def test_ways(display, folder):
    """A mouse: the client captures the pointer."""
    machine = Machine(display, folder, "mode 640 480;spin")
    viewer = Viewer(machine)
    left, top = viewer.wait_guest((255, 255, 0))
    display.tool("xdotool", "mousemove", str(left + 100), str(top), "click", "1")
    time.sleep(1)  # the client takes the pointer
    display.tool("xdotool", "click", "1")
    machine.wait_text("buttons 1")
    for _ in range(20):
        display.tool("xdotool", "mousemove_relative", "--", "9", "-4")
        time.sleep(0.02)

    def moved():
        ways = re.findall(r"pointer by (-?\d+) (-?\d+) buttons 0", machine.text())
        return sum(int(x) for x, _ in ways) > 0 > sum(int(y) for _, y in ways)
    wait_for("a way to the right and up", moved)
    viewer.close()
    machine.end()


def test_turns(display, folder):
    """Two clients, one after the other; the second one comes while the first is killed."""
    machine = Machine(display, folder, "mode 800 600;until film;film;until one;still;spin")
    first = Viewer(machine)
    first.wait_guest((255, 255, 0))
    before = display.shot()
    machine.go("film")
    wait_for("the film in the viewer", lambda: display.shot() != before)
    os.kill(first.process.pid, signal.SIGKILL)  # in mid-frame
    first.process.wait()
    second = Viewer(machine)
    machine.go("one")
    machine.check_picture()
    second.close()
    machine.end()


def connect(machine):
    client = socket.socket(socket.AF_UNIX)
    client.settimeout(WAIT + PATIENCE_OF_THE_DOOR)
    client.connect(machine.path)
    return client


def test_garbage(display, folder):
    """Who says nothing is put out, who talks rubbish too; a crowd leaves no room, and then there is room again."""
    machine = Machine(display, folder, "mode 640 480;spin")
    for words in (b"GET / HTTP/1.0\r\n\r\n" * 9, b"\xff" * 65536, LINK + b"\xff\xff\xff\x7f" + b"\0" * 64,
                  LINK + (18).to_bytes(4, "little") + b"\xff" * 18, b"REDQ"):
        client = connect(machine)
        try:
            client.sendall(words)
            client.shutdown(socket.SHUT_WR)
            while client.recv(4096):
                pass
        except ConnectionError:
            pass
        client.close()
    machine.check_picture()
    begin = time.monotonic()
    silent = [connect(machine) for _ in range(40)]
    silent[0].sendall(b"RED")
    for client in silent:
        while True:
            try:
                if not client.recv(4096):
                    break
            except ConnectionError:
                break
    if time.monotonic() - begin < PATIENCE_OF_THE_DOOR - 2:
        raise Failed("nobody is waited for")
    machine.check_picture()
    machine.end()


def test_ticket(display, folder):
    """On a port, where a ticket is asked for."""
    port = free_port()
    secret = os.path.join(folder, "ticket")
    with open(secret, "w") as file:
        file.write("open sesame\n")
    machine = Machine(display, folder, "mode 640 480;spin",
                      where="tcp:127.0.0.1:%d,ticket-file=%s" % (port, secret))
    words = ["-h", "127.0.0.1", "-p", str(port)]
    machine.check_picture(*words, "-w", "open sesame")
    for wrong in (["-w", "open"], ["-w", "open sesame\n"], []):
        if machine.picture(*words, *wrong) is not None:
            raise Failed("somebody was let in with %s" % wrong)
    machine.check_picture(*words, "-w", "open sesame")
    machine.end()


def listen(machine):
    """A connection of QMP's that checks all against the schema."""
    client = Qmp(os.path.join(machine.folder, "control"))
    client.schema = Schema(client("query-qmp-schema"))
    return client


def test_control(display, folder):
    """Who is there, and tickets that change and expire, by QMP."""
    port = free_port()
    machine = Machine(display, folder, "absolute 1;mode 640 480;spin", where="tcp:127.0.0.1:%d,ticket=sesame" % port)
    words = ["-h", "127.0.0.1", "-p", str(port), "-w"]
    client = listen(machine)
    if client("query-spice") != {"enabled": True, "migrated": False, "host": "127.0.0.1", "port": port,
                                 "auth": "spice", "mouse-mode": "client", "channels": []}:
        raise Failed("nobody is there: %s" % client("query-spice"))
    for _ in range(2):  # the second one puts the first one out
        machine.check_picture(*words, "sesame")
    wait_for("the client's leaving", lambda: not client("query-spice")["channels"])
    names = [event["event"] for event in client.events]
    for name in ("SPICE_CONNECTED", "SPICE_INITIALIZED", "SPICE_DISCONNECTED"):
        if names.count(name) < 2:
            raise Failed("%s is not told twice: %s" % (name, names))
    told = next(event["data"] for event in client.events if event["event"] == "SPICE_INITIALIZED")
    if told["server"] != {"host": "127.0.0.1", "port": str(port), "family": "ipv4", "auth": "spice"} or \
            told["client"]["channel-type"] != 1 or told["client"]["tls"]:
        raise Failed("the client's main channel is told otherwise: %s" % told)
    check_tickets(machine, client, words)
    machine.end()


def check_tickets(machine, client, words):
    def refused(ticket):
        if machine.picture(*words, ticket) is not None:
            raise Failed("let in with %s" % ticket)
    client("set_password", protocol="spice", password="simsim")
    refused("sesame")
    machine.check_picture(*words, "simsim")
    client("expire_password", protocol="spice", time="now")
    refused("simsim")
    client("set_password", protocol="spice", password="salt")
    refused("salt")  # its time is over all the same
    client("expire_password", protocol="spice", time="+100")
    machine.check_picture(*words, "salt")
    client("expire_password", protocol="spice", time="never")
    machine.check_picture(*words, "salt")
    for command, arguments in (("expire_password", {"time": "tomorrow"}), ("set_password", {"password": ""}),
                               ("set_password", {"password": "x" * 61})):
        if client.fails(command, protocol="spice", **arguments)[0] != "GenericError":
            raise Failed("%s %s is not refused" % (command, arguments))


def test_unasked(display, folder):
    """Where no ticket is asked for, none can be set; a viewer that stays is in the list, and is parted."""
    machine = Machine(display, folder, "absolute 1;mode 640 480;spin")
    client = listen(machine)
    if client("query-spice")["auth"] != "none" or "ticket" not in \
            client.fails("set_password", protocol="spice", password="x")[1]:
        raise Failed("a ticket where none is asked for")
    viewer = Viewer(machine)
    viewer.wait_guest((255, 255, 0))
    channels = client("query-spice")["channels"]
    if {1, 2, 3} - {channel["channel-type"] for channel in channels} or \
            {channel["family"] for channel in channels} - {"unix", "unknown"}:
        raise Failed("the viewer's channels: %s" % channels)
    viewer.close()
    wait_for("the viewer's leaving", lambda: not client("query-spice")["channels"])
    machine.end()


def read_until(stream, text):
    for line in stream:
        if text in line:
            return
    raise Failed("never '%s'" % text)


def test_port(display, folder):
    """The first serial port under the name that remote-viewer knows, to and fro; the next client comes to it too."""
    machine = Machine(display, folder, "screen;echo;spin", shown="gtk", serial=False)
    for word in ("cat", "dog"):
        client = subprocess.Popen([CLIENT, machine.uri(), "port=org.qemu.console.serial.0"], text=True,
                                  env=display.environment, stdin=subprocess.PIPE, stdout=subprocess.PIPE)
        OPEN.append(client)
        read_until(client.stdout, "port: open")
        client.stdin.write(word + "\n")
        client.stdin.flush()
        read_until(client.stdout, word)
        client.kill()
        client.wait()
    machine.end()


def make_certificate(folder):
    """For 127.0.0.1, signed by itself."""
    os.mkdir(os.path.join(folder, "tls"))
    names = [os.path.join(folder, "tls", name) for name in ("ca-cert.pem", "server-cert.pem", "server-key.pem")]
    subprocess.run(["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", "/CN=127.0.0.1",
                    "-addext", "subjectAltName=IP:127.0.0.1", "-keyout", names[2], "-out", names[0]],
                   check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    with open(names[0], "rb") as source, open(names[1], "wb") as file:
        file.write(source.read())
    return names[0]


def test_tls(display, folder):
    port = free_port()
    display.environment["SSL_CERT_FILE"] = make_certificate(folder)
    where = "tcp:127.0.0.1:%d,ticket=sesame,tls=%s/tls" % (port, folder)
    machine = Machine(display, folder, "mode 640 480;spin", where=where)
    machine.check_picture("-h", "127.0.0.1", "-s", str(port), "-w", "sesame")
    if machine.picture("-h", "127.0.0.1", "-s", str(port), "-w", "wrong") is not None:
        raise Failed("a wrong ticket is good enough")
    if machine.picture("-h", "127.0.0.1", "-p", str(port), "-w", "sesame") is not None:
        raise Failed("a client without TLS is let in")
    del display.environment["SSL_CERT_FILE"]
    if machine.picture("-h", "127.0.0.1", "-s", str(port), "-w", "sesame") is not None:
        raise Failed("the client trusts anybody")
    machine.end()


def complaint(display, folder, where, **environment):
    kernel = os.path.join(folder, "demo")
    with open(kernel, "wb") as file:
        file.write(b"\x7fELF, or so")
    done = subprocess.run([PROGRAM, "run", kernel, "--append", "poweroff", "--display", "spice=" + where],
                          env=dict(display.environment, **environment), stdin=subprocess.DEVNULL,
                          stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True, timeout=WAIT)
    if done.returncode != 2:
        raise Failed("status %d: %s" % (done.returncode, done.stderr))
    return done.stderr


def test_refusals(display, folder):
    """Each says what is wrong."""
    file, empty = os.path.join(folder, "file"), os.path.join(folder, "empty")
    os.mkdir(empty)
    with open(file, "w"):
        pass
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        rows = [("unix:" + file, "exists already"), ("tcp:127.0.0.1:%d" % port, "in use"),
                ("tcp:0.0.0.0:5900", "needs ticket-file"), ("tcp:127.0.0.1", "no port"), ("here", "no address"),
                ("unix:x,tls=y", "needs no tls"), ("unix:x,tickets=y", "has no 'tickets=y'"),
                ("tcp:127.0.0.1:1,ticket-file=%s/none" % folder, "cannot read the ticket"),
                ("unix:%s/a,ticket=%s" % (folder, "x" * 61), "1 to 60 characters"),
                ("tcp:127.0.0.1:1,tls=" + empty, "there is no"), ("tcp:nowhere:1,ticket=x", "no address")]
        for where, why in rows:
            found = complaint(display, folder, where)
            if why not in found:
                raise Failed("spice=%s is refused with: %s" % (where, found))
    if "libspice-server" not in complaint(display, folder, "unix:%s/b" % folder, LATHE_MODULES=empty):
        raise Failed("nobody says that the library is missing")


def end_all():
    for process in OPEN:
        process.kill()
        process.wait()


atexit.register(end_all)
run_tests("spice", [test_picture, test_changes, test_window, test_keyboard, test_positions, test_ways, test_turns,
                    test_garbage, test_ticket, test_control, test_unasked, test_port, test_tls, test_refusals], PICTURES, sys.argv[3:])
