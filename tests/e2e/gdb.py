#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Debian's gdb on a booting kernel: `lathe run --gdb`.

gdb.py LATHE GUESTS INITRAMFS. The kernel's symbols come out of its memory (kallsyms.py), read by a
small client of our own, which also sends what gdb would not.
"""
import os
import re
import shutil
import signal
import socket
import struct
import subprocess
import sys
import tempfile
import threading
import time

import kallsyms

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), ".."))
from verdict import finish, report  # pylint: disable=wrong-import-position

LATHE, GUESTS, INITRAMFS = sys.argv[1:]
ENGINE = ["--accel", os.environ["ACCEL"]] if "ACCEL" in os.environ else []
KERNEL = os.path.join(GUESTS, "cloud", "vmlinuz")
FAST = "jit" if os.uname().machine == "x86_64" else "interp"
LIMIT = 80 * int(os.environ.get("PATIENCE", "3"))  # seconds, for each wait


def wait_until(condition, limit=LIMIT):
    end = time.monotonic() + limit
    while time.monotonic() < end:
        if condition():
            return True
        time.sleep(0.02)
    return False


class Machine:
    """`lathe run --gdb`, and what its serial port says."""

    def __init__(self, directory, append="", smp=1):
        self.path = os.path.join(directory, "gdb.sock")
        self.text = ""
        self.process = subprocess.Popen(
            [LATHE, "run", *ENGINE, "--kernel", KERNEL, "--initrd", INITRAMFS, "--memory", "512M",
             "--display", "none", "--serial", "stdio", "--smp", str(smp), "--timeout", str(4 * LIMIT),
             "--append", "console=ttyS0 quiet nokaslr panic=-1 " + append, "--no-reboot",
             "--gdb", "unix:" + self.path],
            stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
        threading.Thread(target=self._read, daemon=True).start()
        if not wait_until(lambda: "waits for gdb" in self.text):
            raise RuntimeError("lathe does not serve gdb: " + self.text)

    def _read(self):
        while chunk := os.read(self.process.stdout.fileno(), 65536):
            self.text += chunk.decode(errors="replace")

    def serial_has(self, text, limit=LIMIT):
        return wait_until(lambda: text in self.text, limit)

    def is_silent(self):
        """Nothing comes for a second, when what was under way has come."""
        for _ in range(5):
            length = len(self.text)
            time.sleep(1)
            if len(self.text) == length:
                return True
        return False

    def ended(self, limit=LIMIT):
        """The exit status, or None."""
        try:
            return self.process.wait(limit)
        except subprocess.TimeoutExpired:
            return None

    def close(self):
        self.process.kill()
        self.process.wait()
        if os.path.exists(self.path):
            os.unlink(self.path)


class Wire:
    """The protocol by hand."""

    def __init__(self, path):
        self.socket = socket.socket(socket.AF_UNIX)
        self.socket.settimeout(LIMIT)
        self.socket.connect(path)
        self.buffer = b""

    def send(self, payload):
        self.socket.sendall(b"$" + payload + b"#%02x" % (sum(payload) & 0xff))

    def receive(self):
        """The next packet's text; escapes are not undone."""
        while not (found := re.search(rb"\$([^#]*)#..", self.buffer)):
            chunk = self.socket.recv(1 << 17)
            if not chunk:
                raise EOFError
            self.buffer += chunk
        self.buffer = self.buffer[found.end():]
        return found.group(1)

    def ask(self, payload):
        self.send(payload)
        return self.receive()

    def memory(self, address, length):
        """What there is of a range, from its beginning."""
        data, step = bytearray(), 32768
        while len(data) < length:
            answer = self.ask(b"m%x,%x" % (address + len(data), min(step, length - len(data))))
            if answer[:1] == b"E":
                break
            data += bytes.fromhex(answer.decode())
        return bytes(data)

    def close(self):
        self.socket.close()


class Gdb:
    """A gdb that reads commands from a pipe."""

    def __init__(self, *arguments):
        self.process = subprocess.Popen(["gdb", "-nx", "-q", *arguments], stdin=subprocess.PIPE,
                                        stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
        self.text, self.count, self.seen = "", 0, 0
        threading.Thread(target=self._read, daemon=True).start()
        for line in ("set confirm off", "set pagination off", "set width 0"):
            self.run(line)

    def _read(self):
        while chunk := os.read(self.process.stdout.fileno(), 65536):
            self.text += chunk.decode(errors="replace")

    def start(self, *commands):
        self.count += 1
        script = "\n".join(commands) + "\necho \\n<<%d>>\\n\n" % self.count
        self.process.stdin.write(script.encode())
        self.process.stdin.flush()

    def finish(self, limit=LIMIT):
        """What the commands that were started printed."""
        mark = "<<%d>>" % self.count
        if not wait_until(lambda: mark in self.text[self.seen:] or
                          self.process.poll() is not None, limit):
            self.process.kill()
        text = self.text[self.seen:]
        self.seen = len(self.text)
        return text.replace("(gdb) ", "")

    def run(self, *commands, limit=LIMIT):
        self.start(*commands)
        return self.finish(limit)

    def number(self, expression):
        """A value, as an unsigned number."""
        found = re.search(r"= 0x([0-9a-f]+)", self.run("p/x (unsigned long)(%s)" % expression))
        return int(found.group(1), 16) if found else None

    def close(self):
        self.process.kill()
        self.process.wait()


def has(name, text, pattern):
    report(name, re.search(pattern, text) is not None, text[-1500:])


# ---- the kernel's symbols ----

KERNEL_BASE = 0xffffffff80000000  # where physical memory 0 would be; with nokaslr


def kernel_place():
    """(physical address, size in memory) that the bzImage's header asks for."""
    with open(KERNEL, "rb") as stream:
        head = stream.read(0x270)
    return struct.unpack_from("<Q", head, 0x258)[0], struct.unpack_from("<I", head, 0x260)[0]


def extract_symbols(directory, out):
    """Reads the kernel out of memory once it runs."""
    address, size = kernel_place()
    machine = Machine(directory, "earlyprintk=serial,ttyS0,115200 ignore_loglevel")
    wire = Wire(machine.path)
    report("gdb-no-ack", wire.ask(b"QStartNoAckMode") == b"OK")
    report("gdb-stopped-at-first", wire.ask(b"?").startswith(b"T05thread:1;"))
    wire.send(b"vCont;c")
    report("gdb-kernel-speaks", machine.serial_has("[    0.000000]"), machine.text)
    wire.socket.sendall(b"\x03")
    stop = wire.receive()
    report("gdb-ctrl-c", stop == b"T02thread:1;", stop)
    entries = kallsyms.symbols(wire.memory(KERNEL_BASE + address, size))
    kallsyms.write_elf(out, entries)
    report("gdb-kernel-symbols", len(entries) > 20000, len(entries))
    hostile(wire)
    wire.send(b"k")
    report("gdb-kill-ends-machine", machine.ended() == 0, machine.text)
    wire.close()
    machine.close()


def hostile(wire):
    """What no gdb sends: answered with errors, and the connection lives on."""
    packets = [b"m", b"m0", b"m0,", b"m,1", b"mffffffffffffffffff,1", b"m0,ffffffffffffffff",
               b"Mffffffffffffffff,ffffffffffffffff:00", b"X0,ffffffff:a", b"M0,2:0", b"M0,1:zz",
               b"Z9,0,1", b"Z2,0,0", b"Z2,0,ffffffff", b"Z", b"z0", b"Hg77777777", b"Hx1", b"H",
               b"pffffffff", b"p", b"P0", b"P0=1", b"G0", b"Gzz", b"vCont;", b"vCont;s:99",
               b"vCont;x", b"vCont;s:0:0", b"T0fff", b"s zz", b"Czz", b"qRcmd,0", b"qRcmd,zz",
               b"qXfer:features:read:../x:0,10", b"qXfer:features:read:target.xml:,",
               b"qThreadExtraInfo,99", b"\0\0\0", b"A" * 70000]
    bad = []
    for packet in packets:
        answer = wire.ask(packet)
        if answer[:1] != b"E" and not (answer == b"" and packet[:1] in b"\0A") and \
                packet != b"m0,ffffffffffffffff":
            bad.append((packet[:40], answer[:40]))
    report("gdb-hostile-packets", not bad, bad)
    wire.socket.sendall(b"$m0,4#00$m0,4#zz}}}##$$$$-+\x03\x03$g}#aa")
    time.sleep(0.2)
    wire.socket.setblocking(False)
    try:
        while wire.socket.recv(65536):
            pass
    except BlockingIOError:
        pass
    wire.socket.settimeout(LIMIT)
    wire.buffer = b""
    report("gdb-after-garbage", wire.ask(b"vMustReplyEmpty") == b"" and
           wire.ask(b"qC") == b"QC1")


# ---- a session ----

def from_the_start(gdb, machine):
    text = gdb.run("target remote " + machine.path)
    report("gdb-waits-at-start", "0x0000000000100000" in text and "Linux" not in machine.text, text)
    text = gdb.run("info threads")
    report("gdb-threads", text.count("Thread ") == 2 and "waits to be started" in text, text)
    text = gdb.run("monitor help")
    has("gdb-monitor", text, "power-button")
    change_engine(gdb, "interp")
    text = gdb.run("hbreak start_kernel", "continue")
    has("gdb-hbreak-start-kernel", text, r"Breakpoint 1, 0x\w+ in start_kernel \(\)")


def change_engine(gdb, name):
    """From here on another engine runs the guest."""
    text = gdb.run("monitor engine " + name, "monitor engine")
    report("gdb-engine-" + name, text.count("The engine is %s." % name) == 2, text)


def look_around(gdb):
    has("gdb-memory-banner", gdb.run("x/s &linux_banner"), r'"Linux version 6\.')
    first = gdb.number("$rip")
    has("gdb-nexti", gdb.run("nexti", "nexti", "x/i $rip"), r"=> 0x\w+ <start_kernel\+\d+>")
    second = gdb.number("$rip")
    report("gdb-nexti-moves", first < second < first + 32, (first, second))
    gdb.run("set $rip = start_kernel", "maintenance flush register-cache")
    report("gdb-write-pc", gdb.number("$rip") == first)
    gdb.run("stepi")  # the call that all of the kernel's functions begin with
    has("gdb-stepi-into-call", gdb.run("stepi", "bt 2"), r"#1 +0x\w+ in start_kernel")
    has("gdb-finish-call", gdb.run("finish"), r"0x\w+ in start_kernel \(\)")
    has("gdb-registers", gdb.run("info registers"), r"rip +0x\w+ +0x\w+ <start_kernel\+\d+>(.|\n)*"
        r"efer +0x\w+")
    has("gdb-flags-by-name", gdb.run("p $eflags"), r"\[ .*\]")
    has("gdb-long-mode", gdb.run("p/x $efer", "p/x $cr0"), r"= 0x\w*[4-7d-f]\d\d\n(.|\n)*0x8005")


def write_things(gdb):
    old = gdb.number("$r15")
    gdb.run("set $r15 = 0x1122334455667788")
    report("gdb-write-register", gdb.number("$r15") == 0x1122334455667788)
    gdb.run("maintenance flush register-cache")
    report("gdb-register-kept", gdb.number("$r15") == 0x1122334455667788)
    gdb.run("set $r15 = %d" % old)
    gdb.run("set $xmm3.v2_int64[1] = 77", "maintenance flush register-cache")
    has("gdb-write-vector", gdb.run("p $xmm3.v2_int64"), r"\{0, 77\}")
    text = gdb.run("find /1 (char*)&init_uts_ns, +512, '6', '.'",
                   "set {char}$_ = 'L'", "x/s $_")
    has("gdb-write-memory", text, r'"L\.\d+\.')
    has("gdb-no-memory", gdb.run("x/x 0xffff123400000000"), "Cannot access memory")


def breaks_and_watches(gdb):
    gdb.run("delete")
    has("gdb-break-setup-arch", gdb.run("break *setup_arch", "continue"),
        r"Breakpoint 2, 0x\w+ in setup_arch \(\)")
    has("gdb-backtrace", gdb.run("backtrace 2"), r"#1 +0x\w+ in start_kernel")
    has("gdb-finish", gdb.run("finish"), r"0x\w+ in start_kernel \(\)")
    gdb.run("delete")
    has("gdb-break-rest-init", gdb.run("break *rest_init", "continue"),
        r"Breakpoint 3, 0x\w+ in rest_init \(\)")
    gdb.run("delete")
    text = gdb.run("watch *(int*)&system_state", "continue")
    has("gdb-watch", text, r"Hardware watchpoint 4(.|\n)*Old value = 0\nNew value = 1")
    gdb.run("delete")
    text = gdb.run("rwatch *(int*)&system_state", "continue")
    has("gdb-rwatch", text, r"Hardware read watchpoint 5(.|\n)*Value = 1")
    gdb.run("delete")
    text = gdb.run("awatch *(int*)&system_state", "continue")
    has("gdb-awatch", text, r"Hardware access \(read/write\) watchpoint 6(.|\n)*alue = ")
    gdb.run("delete")


def second_processor(gdb):
    text = gdb.run("hbreak *start_secondary", "continue")
    has("gdb-break-on-second-cpu", text, r"Thread 2 hit Breakpoint 7, 0x\w+ in start_secondary")
    report("gdb-thread-2-is-current", gdb.number("$_thread") == 2)
    before = gdb.number("$rip")
    gdb.run("stepi")
    report("gdb-step-second-cpu", gdb.number("$rip") != before)
    has("gdb-all-threads", gdb.run("thread apply all p/x $cr3"),
        r"Thread 2 (.|\n)*= 0x\w+(.|\n)*Thread 1 (.|\n)*= 0x\w+")
    has("gdb-switch-thread", gdb.run("thread 1", "p $rip"), r"Switching to thread 1")
    gdb.run("delete")


def interrupts(gdb, machine):
    gdb.start("continue")
    report("gdb-runs-to-shell", machine.serial_has("lathe guest: "), machine.text[-1500:])
    has("gdb-guest-sees-write", machine.text, r"lathe guest: L\.")
    gdb.process.send_signal(signal.SIGINT)
    has("gdb-interrupt", gdb.finish(), "SIGINT")
    report("gdb-stands-still", machine.is_silent(), machine.text[-1500:])
    has("gdb-threads-later", gdb.run("info threads"), r"Thread 1 (.|\n)*Thread 2 ")


def both_at_once(gdb):
    """A break that both processors hit all the time, in turn."""
    gdb.run("break *native_sched_clock")
    threads = set()
    end = time.monotonic() + LIMIT
    while time.monotonic() < end:
        text = gdb.run("continue")
        hit = re.search(r"Thread (\d) hit Breakpoint 8, 0x\w+ in native_sched_clock", text)
        threads.add(hit.group(1) if hit else text)
        if len(threads) > 1:
            break
    report("gdb-break-on-both", threads == {"1", "2"}, threads)


def session(directory, elf):
    machine = Machine(directory, smp=2)
    mode = os.stat(machine.path).st_mode & 0o777
    report("gdb-socket-mode", mode == 0o600, oct(mode))
    gdb = Gdb(elf)
    from_the_start(gdb, machine)
    second = Wire(machine.path)
    report("gdb-one-client", second.socket.recv(1) == b"")
    second.close()
    look_around(gdb)
    write_things(gdb)
    breaks_and_watches(gdb)
    change_engine(gdb, FAST)
    second_processor(gdb)
    interrupts(gdb, machine)
    change_engine(gdb, "interp")
    both_at_once(gdb)
    has("gdb-detach", gdb.run("detach"), "detached")
    report("gdb-detached-goes-on", machine.serial_has("lathe guest done"), machine.text[-1500:])
    report("gdb-detached-powers-off", machine.ended() == 0, machine.process.returncode)
    report("gdb-socket-removed", not os.path.exists(machine.path))
    report("gdb-guest-undisturbed", "not ok" not in machine.text, machine.text[-3000:])
    gdb.close()
    machine.close()


def software_break_to_the_end(directory, elf):
    """A software breakpoint, set before the kernel's code is there; then to power-off."""
    machine = Machine(directory)
    gdb = Gdb(elf)
    text = gdb.run("target remote " + machine.path, "break *start_kernel", "continue")
    has("gdb-break-start-kernel", text, r"Breakpoint 1, 0x\w+ in start_kernel \(\)")
    text = gdb.run("continue")
    has("gdb-exit", text, r"exited normally")
    report("gdb-powers-off", machine.ended() == 0, machine.text[-1500:])
    report("gdb-reaches-shell", "lathe guest done" in machine.text and
           "not ok" not in machine.text, machine.text[-3000:])
    gdb.close()
    machine.close()


def connection_lost(directory, elf):
    """A gdb that is killed: its breaks go, the machine stays paused, and another one takes over."""
    machine = Machine(directory, "lathe=idle")
    gdb = Gdb(elf)
    gdb.run("target remote " + machine.path, "hbreak *start_kernel", "continue")
    gdb.close()
    gdb = Gdb(elf)
    text = gdb.run("target remote " + machine.path)
    has("gdb-again", text, r"start_kernel \(\)")
    gdb.start("continue")
    report("gdb-again-runs", machine.serial_has("lathe guest idle"), machine.text[-1500:])
    gdb.process.send_signal(signal.SIGINT)
    has("gdb-again-interrupts", gdb.finish(), "SIGINT")
    text = gdb.run("monitor reset", "maintenance flush register-cache", "p/x $rip")
    has("gdb-monitor-reset", text, r"was reset(.|\n)*= 0x100000\n")
    gdb.start("continue")
    report("gdb-boots-again", wait_until(lambda: machine.text.count("lathe guest idle") == 2),
           machine.text[-1500:])
    gdb.close()
    machine.close()


def refusals(directory):
    path = os.path.join(directory, "taken")
    with open(path, "w", encoding="utf-8"):
        pass
    for name, address, wanted in (("taken-path", "unix:" + path, "exists"),
                                  ("other-host", "tcp:0.0.0.0:1234", "address"),
                                  ("bad-port", "tcp:127.0.0.1:0", "port"),
                                  ("no-folder", "unix:/nonexistent/x", "gdb")):
        done = subprocess.run([LATHE, "run", *ENGINE, "--kernel", KERNEL, "--display", "none", "--serial",
                               "null", "--timeout", "20", "--gdb", address],
                              capture_output=True, text=True, timeout=60)
        report("gdb-refuses-" + name, done.returncode == 2 and wanted in done.stderr and
               done.stderr.count("\n") == 1, (done.returncode, done.stderr))


def main():
    directory = tempfile.mkdtemp(prefix="lathe-gdb-")
    elf = os.path.join(directory, "vmlinux")
    try:
        refusals(directory)
        extract_symbols(directory, elf)
        session(directory, elf)
        software_break_to_the_end(directory, elf)
        connection_lost(directory, elf)
    finally:
        shutil.rmtree(directory, ignore_errors=True)
    finish()


main()
