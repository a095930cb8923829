#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Debian's kernel on the network of `lathe run`: addresses, names, servers in both directions.

network.py LATHE GUESTS INIT FORWARDS UDP-ECHO CASE...: cases are MODEL-client-smpN, MODEL-server, MODEL-pxe,
MODEL-efi, MODEL-installer, MODEL-speed, none, two, taken. Runs itself in name spaces of its own, so that ports and the host's resolver are the
test's.
"""
import hashlib
import http.server
import os
import random
import re
import shutil
import socket
import subprocess
import sys
import tempfile
import threading
import time

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), ".."))
import initramfs  # pylint: disable=wrong-import-position
from verdict import finish, guest_run, report  # pylint: disable=wrong-import-position

HERE = os.path.dirname(os.path.abspath(__file__))
LATHE, GUESTS, INIT, FORWARDS, UDP_ECHO = (os.path.abspath(path) for path in sys.argv[1:6])
CASES = sys.argv[6:]
ENGINE = ["--accel", os.environ["ACCEL"]] if "ACCEL" in os.environ else []
PATIENCE = float(os.environ.get("PATIENCE", "1"))
MODULES = {"virtio": ["virtio_pci", "virtio_net"], "e1000e": ["e1000e"]}
KERNELS = {"virtio": "cloud", "e1000e": "generic"}
INSTALLER = os.path.join(GUESTS, "installer")
INSTALLER_INIT = os.path.join(HERE, "installer-net.sh")
GRUB = "/usr/lib/grub/x86_64-efi/monolithic/grubnetx64.efi"
SPEED_MIB = 200
PORT = 8000
FILE = random.Random(1).randbytes(3 << 20)
SUM = hashlib.md5(FILE).hexdigest()
ending = threading.Event()


def isolate():
    """Name spaces for mounts and networks, as root or as a user who is root in them."""
    if os.environ.get("LATHE_ISOLATED"):
        return
    options = "-mn" if os.geteuid() == 0 else "-rmn"
    os.environ["LATHE_ISOLATED"] = "1"
    os.execvp("unshare", ["unshare", options, sys.executable, os.path.abspath(__file__), *sys.argv[1:]])


def set_up_host(scratch):
    """Loopback, and a resolver that is the test's own."""
    subprocess.run(["ip", "link", "set", "lo", "up"], check=True)
    path = os.path.join(scratch, "resolv.conf")
    with open(path, "w", encoding="ascii") as stream:
        stream.write("nameserver 127.0.0.1\n")
    subprocess.run(["mount", "--bind", path, os.path.realpath("/etc/resolv.conf")], check=True)


# ---- servers of the host ----

class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.0"

    def answer(self, data):
        self.send_response(200)
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        self.wfile.write(data)

    def do_GET(self):
        if self.path == "/file":
            self.answer(FILE)
        elif self.path == "/second.ipxe":
            self.answer(b"#!ipxe\necho the second by HTTP\n")
        elif self.path == "/end":
            self.answer(b"end" if ending.is_set() else b"go on")
        elif self.path == "/zeros":
            self.send_response(200)
            self.send_header("Content-Length", str(SPEED_MIB << 20))
            self.end_headers()
            piece = bytes(1 << 20)
            for _ in range(SPEED_MIB):
                self.wfile.write(piece)
        else:
            self.send_error(404)

    def do_POST(self):
        data = self.rfile.read(int(self.headers["Content-Length"]))
        self.answer(hashlib.md5(data).hexdigest().encode())

    def log_message(self, *_):
        pass


class Server(http.server.ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 64


class Server6(Server):
    address_family = socket.AF_INET6


NAMES = {b"\4host\5lathe\4test\0": b"\xc0\0\2\x4d", b"\3web\5lathe\4test\0": b"\x0a\0\2\2"}


def serve_names(sock):
    """A resolver that knows two names, one of which is the host as guests see it."""
    while True:
        query, peer = sock.recvfrom(2048)
        end = query.index(b"\0", 12) + 5
        name, kind = query[12:end - 4], query[end - 4:end - 2]
        known = name in NAMES and kind == b"\0\1"
        flags = b"\x81\x80" if name.endswith(b"\4test\0") else b"\x81\x83"
        answer = query[:2] + flags + b"\0\1" + (b"\0\1" if known else b"\0\0") + bytes(4) + query[12:end]
        if known:
            answer += b"\xc0\x0c\0\1\0\1\0\0\0\x3c\0\4" + NAMES[name]
        sock.sendto(answer, peer)


def serve_sink(sock):
    while True:
        peer, _ = sock.accept()
        with peer:
            while peer.recv(1 << 20):
                pass


def start_servers():
    for server in Server(("127.0.0.1", PORT), Handler), Server6(("::1", PORT), Handler):
        threading.Thread(target=server.serve_forever, daemon=True).start()
    names = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    names.bind(("127.0.0.1", 53))
    threading.Thread(target=serve_names, args=[names], daemon=True).start()
    sink = socket.create_server(("127.0.0.1", PORT + 1))
    threading.Thread(target=serve_sink, args=[sink], daemon=True).start()


# ---- guests ----

def initrd(model):
    root = "root-" + model
    if os.path.exists(root + ".gz"):
        return root + ".gz"
    return initramfs.make(root, os.path.join(GUESTS, KERNELS[model]), MODULES[model], INIT, UDP_ECHO)


def boot(model, append):
    return ["--kernel", os.path.join(GUESTS, KERNELS[model], "vmlinuz"), "--initrd", initrd(model),
            "--append", "console=ttyS0 quiet panic=-1 port=%d sum=%s %s" % (PORT, SUM, append)]


def lathe(*options, limit=240, memory="512M"):
    return [LATHE, "run", *ENGINE, "--memory", memory, "--display", "none", "--serial", "stdio",
            "--timeout", str(limit * PATIENCE), "--no-reboot", *options]


def run(command, limit=240):
    done = subprocess.run(command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                          stderr=subprocess.STDOUT, timeout=(limit + 30) * PATIENCE)
    return done.returncode, done.stdout.decode(errors="replace").replace("\r", "")


def client(model, cpus):
    status, text = run(lathe("--smp", cpus, "--net", "user,model=" + model,
                             *boot(model, "lathe=client")))
    guest_run("net-%s-smp%s" % (model, cpus), status, text, 12)


def none():
    status, text = run(lathe("--net", "none", *boot("virtio", "lathe=none")))
    guest_run("net-none", status, text, 3)


def two():
    """Two adapters have addresses of their own, and a network each."""
    status, text = run(lathe("--net", "user", "--net", "user", *boot("virtio", "lathe=two")))
    guest_run("net-two", status, text, 4)


def taken():
    """A port that another program has is named; the machine is not made."""
    with socket.create_server(("127.0.0.1", 2222)):
        status, text = run(lathe("--net", "user,forward=tcp:127.0.0.1:2222-:22",
                                 *boot("virtio", "lathe=none")))
    report("net-taken", status == 2 and "TCP port 2222 is taken on 127.0.0.1" in text and
           text.count("\n") == 1, text)


class Session:
    """A machine of the forwards program."""

    def __init__(self, model, net):
        kernel, initrd, append = boot(model, "lathe=server")[1::2]
        self.process = subprocess.Popen([FORWARDS, kernel, initrd, append, net], stdin=subprocess.PIPE,
                                        stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        self.watchdog = threading.Timer(300 * PATIENCE, self.process.kill)
        self.watchdog.start()
        self.text = ""

    def wait_for(self, words):
        start = len(self.text)
        while words not in self.text[start:]:
            data = os.read(self.process.stdout.fileno(), 4096)
            if not data:
                return False
            self.text += data.decode(errors="replace").replace("\r", "")
        return True

    def ask(self, line):
        self.process.stdin.write((line + "\n").encode())
        self.process.stdin.flush()
        return self.process.stderr.readline().decode().strip()

    def end(self):
        self.process.kill()
        self.process.wait()
        self.watchdog.cancel()


def fetch(address, port):
    """What the guest's web server says through a forward; "": nobody listens or answers."""
    try:
        with socket.create_connection((address, port), 20 * PATIENCE) as sock:
            sock.settimeout(20 * PATIENCE)
            sock.sendall(b"GET /index.html HTTP/1.0\r\n\r\n")
            text = b""
            while data := sock.recv(4096):
                text += data
            return text.decode().splitlines()[-1] if text else ""
    except OSError:
        return ""


def echo(address, port):
    """Do datagrams of all sizes come back from the guest through a forward? Lost ones are sent again."""
    family = socket.AF_INET6 if ":" in address else socket.AF_INET
    with socket.socket(family, socket.SOCK_DGRAM) as sock:
        sock.connect((address, port))
        sock.settimeout(1)
        sizes = (1, 64, 1400, 1) if ":" in address else (1, 64, 1472, 1, 8000)  # IPv6 is not fragmented
        return all(echo_one(sock, os.urandom(size)) for size in sizes)


def echo_one(sock, data):
    for _ in range(int(10 * PATIENCE)):
        try:
            sock.send(data)
            while sock.recv(65536) != data:
                pass
            return True
        except OSError:
            pass
    return False


def server(model):
    """The host reaches the guest by forwards that were there, that come, and no more when they went."""
    name = "net-%s-" % model
    session = Session(model, "user,model=%s,forward=tcp:127.0.0.1:2280-:80,"
                      "forward=udp:127.0.0.1:2206-:7" % model)
    report(name + "serves", session.wait_for("lathe guest serves"), session.text[-2000:])
    served = "served by the guest"
    report(name + "forward", fetch("127.0.0.1", 2280) == served, fetch("127.0.0.1", 2280))
    report(name + "udp", echo("127.0.0.1", 2206))
    for what, text, check in (
            ("tcp", "tcp::2281-:80", lambda: fetch("127.0.0.1", 2281) == served),
            ("udp", "udp:127.0.0.1:2207-10.0.2.15:9", lambda: echo("127.0.0.1", 2207)),
            ("udp6", "udp:[::1]:2208-[fec0::5054:ff:fe12:3456]:9", lambda: echo("::1", 2208)),
            ("ip6", "tcp:[::1]:2282-:8080", lambda: fetch("::1", 2282) == served)):
        answer = session.ask("add " + text)
        report(name + "add-" + what, answer == "done" and check(), answer)
    answer = session.ask("add tcp:127.0.0.1:2280-:22")
    report(name + "add-taken", "TCP port 2280 is taken on 127.0.0.1" in answer, answer)
    answer = session.ask("add udp::2209-:7")
    report(name + "add-udp-again", "UDP port 7 of the guest has a forward already" in answer, answer)
    answer = session.ask("remove tcp::2281-:80")
    report(name + "remove", answer == "done" and fetch("127.0.0.1", 2281) == "", answer)
    answer = session.ask("remove tcp::2281-:80")
    report(name + "remove-again", "there is no forward" in answer, answer)
    answer = session.ask("list")
    report(name + "list", answer == "tcp:127.0.0.1:2280-:80 udp:127.0.0.1:2206-:7 "
           "udp:127.0.0.1:2207-10.0.2.15:9 udp:[::1]:2208-[fec0::5054:ff:fe12:3456]:9 tcp:[::1]:2282-[::]:8080", answer)
    report(name + "link-down", session.ask("link down") == "done" and session.wait_for("carrier 0"))
    report(name + "link-up", session.ask("link up") == "done" and session.wait_for("carrier 1"))
    session.end()


def pxe(model):
    """SeaBIOS starts iPXE from the adapter's ROM, which gets an address, a script by TFTP and another by HTTP."""
    os.makedirs("tftp", exist_ok=True)
    with open("tftp/first.ipxe", "w", encoding="ascii") as script:
        script.write("#!ipxe\necho the first by TFTP\nchain http://10.0.2.2:%d/second.ipxe\n" % PORT)
    status, text = run(lathe("--firmware", "bios", "--boot", "network", "--net",
                             "user,tftp=tftp,bootfile=first.ipxe,model=" + model,
                             "--expect-serial", "the second by HTTP", limit=120))
    report("net-%s-pxe" % model, status == 0 and re.search(r"iPXE \(https?://ipxe.org\)", text) and
           "10.0.2.15/255.255.255.0 gw 10.0.2.2" in text and "the first by TFTP" in text, text[-2000:])


def efi(model):
    """OVMF gets GRUB by TFTP and starts it."""
    os.makedirs("tftp", exist_ok=True)
    shutil.copy(GRUB, "tftp/grub.efi")
    status, text = run(lathe("--firmware", "uefi", "--boot", "network", "--net",
                             "user,tftp=tftp,bootfile=grub.efi,model=" + model,
                             "--expect-serial", "GNU GRUB", limit=120))
    report("net-%s-efi" % model, status == 0, text[-2000:])


def installer(model):
    """The installer's own busybox, by its own DHCP script, reaches the host's server by address and name."""
    with open("installer.gz", "wb") as both:
        for part in INSTALLER + "/initrd.gz", initramfs.pack("installer-net", "lathe-init", INSTALLER_INIT):
            with open(part, "rb") as file:
                shutil.copyfileobj(file, both)
    status, text = run(lathe("--net", "user,model=" + model, "--kernel",
                             INSTALLER + "/linux", "--initrd", "installer.gz", "--append",
                             "console=ttyS0 quiet panic=-1 rdinit=/lathe-init driver=%s port=%d sum=%s"
                             % (MODULES[model][-1], PORT, SUM), memory="1G"))
    guest_run("net-%s-installer" % model, status, text, 3)


def qemu(model):
    device = {"virtio": "virtio-net-pci", "e1000e": "e1000e"}[model]
    return ["qemu-system-x86_64", "-accel", "tcg", "-cpu", "max", "-machine", "q35", "-m", "512",
            "-display", "none", "-serial", "stdio", "-monitor", "none", "-nodefaults", "-no-reboot",
            "-netdev", "user,id=n", "-device", device + ",netdev=n,romfile="]


def speed(model):
    """Seconds for as much as SPEED_MIB in each direction, against QEMU in the same run."""
    figures = {}
    guest = boot(model, "lathe=speed size=%d" % SPEED_MIB)
    for peer, command in (("lathe", lathe("--net", "user,model=" + model, *guest, limit=600)),
                          ("qemu", qemu(model) + [word.replace("--", "-", 1) if word.startswith("--")
                                                  else word for word in guest])):
        _, text = run(command, limit=600)
        for what, seconds in re.findall(r"^speed (\w+) ([\d.]+)", text, re.M):
            figures[peer, what] = SPEED_MIB / max(float(seconds), 0.01)
    for what in "fetch", "send":
        pair = [figures.get((peer, what), 0) for peer in ("lathe", "qemu")]
        print("# %s %s: lathe %.1f MiB/s, qemu %.1f MiB/s" % (model, what, *pair), flush=True)
        report("net-%s-speed-%s" % (model, what), 0 < pair[0] > 0.5 * pair[1], str(figures))


isolate()
with tempfile.TemporaryDirectory(dir="/var/tmp") as folder:
    os.chdir(folder)
    set_up_host(folder)
    start_servers()
    for case in CASES:
        word, *rest = case.split("-")
        if word in MODULES:
            globals()[rest[0]](word, *(part.removeprefix("smp") for part in rest[1:]))
        else:
            globals()[word](*rest)
    os.chdir("/")
finish()
