#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""clipboard.py LATHE GUEST-FOLDER DRAG-SOURCE CLIPBOARD PICTURES: a guest's desktop with its own agent.

A Debian guest with Xorg, Openbox and spice-vdagent in a window of an X server of our own: texts
and pictures of both clipboards, both ways and by their bytes; nothing of a window that nobody is at;
what a password manager marks; the size of the window; a file that is dropped; and that QEMU's agent answers.
"""
import base64
import hashlib
import os
import re
import shutil
import socket
import subprocess
import sys
import tempfile
import time

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "app"))
from xwindow import PATIENCE, Display, Failed, Pointer, Window, wait_for  # noqa: E402

LATHE, GUEST, DRAG, CLIPBOARD, PICTURES = sys.argv[1:6]
NAME = os.path.basename(GUEST)
APPEND = "root=/dev/vda rw console=ttyS0 quiet"
DESKTOP = """systemctl stop spice-vdagentd.socket spice-vdagentd; modprobe uinput
mkdir -p /run/spice-vdagentd /root/Downloads; rm -f /run/spice-vdagentd/*
export DISPLAY=:0 HOME=/root
(Xorg :0 -nolisten tcp >/tmp/x.log 2>&1 &)
for i in $(seq 100); do xset q >/dev/null 2>&1 && break; sleep 0.3; done
xset s off -dpms
(openbox >/tmp/openbox.log 2>&1 &); spice-vdagentd -X; sleep 1; spice-vdagent -f /root/Downloads
xsetroot -solid "#335577"
"""


class Line:
    """The guest's shell on a serial port, a socket."""

    def __init__(self, path):
        self.line = wait_for("the serial port", lambda: self.connect(path))
        self.text = ""

    @staticmethod
    def connect(path):
        line = socket.socket(socket.AF_UNIX)
        try:
            line.connect(path)
        except OSError:
            return None
        line.settimeout(1)
        return line

    def wait(self, pattern, seconds):
        end = time.monotonic() + seconds * PATIENCE
        while True:
            found = re.search(pattern, self.text)
            if found:
                before, self.text = self.text[:found.start()], self.text[found.end():]
                return before
            if time.monotonic() > end:
                raise Failed("waited for %r in: %s" % (pattern, self.text[-1500:]))
            try:
                self.text += self.line.recv(65536).decode(errors="replace").replace("\r", "")
            except socket.timeout:
                continue

    def run(self, command, seconds=20):
        """What a command writes."""
        self.line.sendall(command.encode() + b"\necho ENDED=$?\n")
        return self.wait(r"ENDED=\d+\n", seconds).strip()

    def boot(self):
        self.wait(r"root@\S+# ?$", 120)
        self.line.sendall(b"stty -echo; PS1=; bind 'set enable-bracketed-paste off'\n")
        time.sleep(2)
        self.text = ""
        for line in DESKTOP.splitlines():
            self.run(line, 60)


class Desktop:
    """The host's clipboards, by xclip."""

    def __init__(self, display):
        self.environment = display.environment

    def put(self, data, selection="clipboard", target="UTF8_STRING"):
        subprocess.run(["xclip", "-selection", selection, "-t", target, "-i"], input=data, check=True,
                       env=self.environment, stdout=subprocess.DEVNULL)

    def get(self, selection="clipboard", target="UTF8_STRING"):
        try:
            return subprocess.run(["xclip", "-selection", selection, "-t", target, "-o"], env=self.environment,
                                  stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, timeout=10).stdout
        except subprocess.TimeoutExpired:
            return b""


def guest_get(line, selection="clipboard", target="UTF8_STRING"):
    """The SHA-256 of what the guest's clipboard has."""
    return line.run("timeout 5 xclip -selection %s -t %s -o 2>/dev/null | sha256sum" % (selection, target)).split(" ")[0]


def guest_put(line, piece, count, selection):
    line.run("python3 -c \"import base64, sys; sys.stdout.buffer.write(base64.b64decode('%s') * %d)\" | "
             "xclip -selection %s -i >/dev/null 2>&1" % (base64.b64encode(piece).decode(), count, selection))


def sha(data):
    return hashlib.sha256(data).hexdigest()


def check_guest_agent(path):
    """QEMU's, by its channel."""
    line = Line(path)
    line.line.sendall(b'{"execute": "guest-get-host-name"}\n')
    line.wait(r'"host-name": "guest"', 30)
    print("# qemu-guest-agent answers", flush=True)


def check_text(line, desktop):
    for number, selection in enumerate(("clipboard", "primary")):
        text = ("Grüße %d, 世界\nsecond line\n" % number).encode() * 2000
        desktop.put(text, selection)
        wait_for("the host's text in the guest's %s" % selection,
                 lambda: guest_get(line, selection) == sha(text), 60)
        for piece, count in (("naïve %d\n" % number, 1), ("back again %d, ещё раз\n" % number, 3000)):
            guest_put(line, piece.encode(), count, selection)
            wait_for("the guest's text in the host's %s" % selection,
                     lambda: desktop.get(selection) == piece.encode() * count, 30)
    print("# text both ways", flush=True)


def check_picture(line, desktop, folder):
    path = os.path.join(folder, "plasma.png")
    subprocess.run(["convert", "-size", "640x480", "plasma:red-blue", path], check=True)
    with open(path, "rb") as file:
        png = file.read()
    desktop.put(png, target="image/png")
    wait_for("the host's picture in the guest", lambda: guest_get(line, target="image/png") == sha(png), 60)
    line.run("xclip -selection clipboard -t image/png -o >/tmp/p.png; xclip -selection clipboard -i </dev/null")
    line.run("cp /tmp/p.png /tmp/q.png; printf tail >>/tmp/q.png; "
             "xclip -selection clipboard -t image/png -i /tmp/q.png >/dev/null 2>&1")
    wait_for("the guest's picture on the host", lambda: desktop.get(target="image/png") == png + b"tail", 60)
    print("# pictures both ways, %d bytes" % len(png), flush=True)


def check_manners(line, desktop, window, display):
    """What must not go; each time something that may goes after it, so that it had its time."""
    desktop.put(b"open to all")
    wait_for("what is no secret", lambda: guest_get(line) == sha(b"open to all"), 30)
    keeper = subprocess.Popen([CLIPBOARD, "hunter2"], env=display.environment)
    wait_for("a password in the clipboard", lambda: desktop.get() == b"hunter2")
    time.sleep(3)
    if guest_get(line) == sha(b"hunter2"):
        raise Failed("the guest has the password")
    keeper.terminate()
    keeper.wait()
    other = Pointer(display, DRAG, DRAG)
    window.focus(other.window)
    desktop.put(b"not for the guest yet")
    line.run("printf unasked | xclip -selection clipboard -i >/dev/null 2>&1")
    time.sleep(3)
    if desktop.get() != b"not for the guest yet":
        raise Failed("a guest that nobody is at filled the clipboard")
    desktop.put(b"a later one")
    time.sleep(2)
    if guest_get(line) != sha(b"unasked"):
        raise Failed("a guest that nobody is at got the clipboard")
    window.focus(window.window)
    wait_for("the clipboard when somebody is there", lambda: guest_get(line) == sha(b"a later one"), 30)
    other.process.terminate()
    other.process.wait()
    print("# nothing goes that must not", flush=True)


def check_file(line, folder, window, display):
    path = os.path.join(folder, "ein großes file.bin")
    data = os.urandom(5 << 20)
    with open(path, "wb") as file:
        file.write(data)
    begin = time.monotonic()
    with Pointer(display, DRAG, path) as pointer:
        window.display.tool("xdotool", "windowmove", pointer.window, "0", "0")
        pointer.drop_on(window.window)
        begin = time.monotonic()
        wait_for("the file in the guest",
                 lambda: line.run("sha256sum /root/Downloads/*.bin", 60).startswith(sha(data)), 60)
    print("# 5 MiB in %.1f s at most" % (time.monotonic() - begin), flush=True)


def check_size(line, window, display):
    before = line.run("xrandr | grep '\\*'")
    display.tool("xdotool", "windowsize", window.window, "900", "640")
    wait_for("another mode than %s" % before,
             lambda: line.run("xrandr | grep '\\*'").split()[:1] != before.split()[:1], 30)
    print("# xrandr: %s, then %s" % (before.split()[0], line.run("xrandr | grep '\\*'").split()[0]), flush=True)


def test(display, folder):
    serial, agent = os.path.join(folder, "serial"), os.path.join(folder, "agent")
    command = [LATHE, "run", "--accel", "jit", "--smp", "2", "--memory", "2G", "--net", "none",
               "--kernel", GUEST + "/vmlinuz", "--initrd", GUEST + "/initrd.img", "--append", APPEND,
               "--disk", GUEST + "/disk.qcow2,discard-changes", "--gpu", "virtio", "--display", "gtk",
               "--channel", "com.redhat.spice.0=default", "--channel", "org.qemu.guest_agent.0=unix:" + agent,
               "--serial", "unix:" + serial]
    window = Window(display, folder, "(vmlinuz|disk.*)", command)
    line = Line(serial)
    line.boot()
    check_guest_agent(agent)
    desktop = Desktop(display)
    check_text(line, desktop)
    check_picture(line, desktop, folder)
    check_manners(line, desktop, window, display)
    check_size(line, window, display)
    display.tool("import", "-window", "root", os.path.join(PICTURES, NAME + ".png"))
    check_file(line, folder, window, display)
    display.tool("import", "-window", "root", os.path.join(PICTURES, NAME + "-file.png"))
    window.process.terminate()
    window.process.wait()


def main():
    os.makedirs(PICTURES, exist_ok=True)
    folder = tempfile.mkdtemp(prefix="lathe-clipboard-")
    display = Display(folder, PICTURES)
    try:
        test(display, folder)
        print("ok clipboard-" + NAME)
    except Failed as failure:
        display.tool("import", "-window", "root", os.path.join(PICTURES, NAME + "-failed.png"))
        print("# %s" % failure)
        print("not ok clipboard-" + NAME)
        sys.exit(1)
    finally:
        display.close()
        shutil.rmtree(folder, ignore_errors=True)


main()
