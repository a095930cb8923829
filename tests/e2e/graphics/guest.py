# SPDX-License-Identifier: GPL-3.0-or-later
"""A Debian with a desktop (image.sh), run by Lathe or by QEMU, whose root shell is on a serial line."""
import re
import socket
import subprocess
import sys
import time
import os

PATIENCE = float(os.environ.get("PATIENCE", "1"))
APPEND = "root=/dev/vda rw console=ttyS0 quiet"


class Guest:
    """A guest that a command runs; its serial line is the socket of that path."""

    def __init__(self, command, path, environment=None):
        self.log = open(path + ".log", "w+b")
        self.process = subprocess.Popen(command, stdout=self.log, stderr=self.log,
                                        stdin=subprocess.DEVNULL, env=environment)
        self.text = ""
        self.line = socket.socket(socket.AF_UNIX)
        for _ in range(int(200 * PATIENCE)):
            try:
                self.line.connect(path)
                break
            except OSError:
                time.sleep(0.1)
        self.line.settimeout(1)

    def wait(self, pattern, seconds):
        """What came up to the pattern's match; None: it did not come."""
        end = time.monotonic() + seconds * PATIENCE
        while True:
            found = re.search(pattern, self.text)
            if found:
                before, self.text = self.text[:found.end()], self.text[found.end():]
                return before
            if time.monotonic() > end:
                sys.stdout.write("# waited for %r in:\n# %s\n" %
                                 (pattern, self.text[-1500:].replace("\n", "\n# ")))
                return None
            try:
                got = self.line.recv(65536)
            except socket.timeout:
                continue
            except OSError:
                return None
            if not got:
                return None
            self.text += got.decode(errors="replace").replace("\r", "")

    def say(self, text):
        self.line.sendall(text.encode() + b"\n")

    def run(self, command, seconds=60):
        """A command's output; None: it did not end."""
        self.say(command + "; echo ENDED=$?")
        return self.wait(r"ENDED=\d+", seconds)

    def boot(self):
        if self.wait(r"root@\S+# ?$", 180) is None:
            return False
        return self.run("stty -echo; bind 'set enable-bracketed-paste off'", 30) is not None

    def messages(self):
        """What the program that runs it has said."""
        self.log.seek(0)
        return self.log.read().decode(errors="replace")

    def end(self):
        self.process.kill()
        self.process.wait()
        self.line.close()
        self.log.close()


def lathe(program, folder, path, *words, environment=None):
    """The guest of that folder by "lathe run"."""
    return Guest([program, "run", "--accel", "jit", "--smp", "2", "--memory", "2G", "--net", "none",
                  "--kernel", folder + "/vmlinuz", "--initrd", folder + "/initrd.img", "--append", APPEND,
                  "--disk", folder + "/disk.qcow2,discard-changes", *words, "--serial", "unix:" + path],
                 path, environment)


def qemu(folder, path, *words):
    """The same by QEMU, in a window of its own X server."""
    return Guest(["xvfb-run", "-a", "-s", "-screen 0 1400x1000x24", "qemu-system-x86_64", "-machine", "q35",
                  "-accel", "tcg", "-cpu", "max", "-smp", "2", "-m", "2G", "-nic", "none",
                  "-kernel", folder + "/vmlinuz", "-initrd", folder + "/initrd.img", "-append", APPEND,
                  "-drive", "file=%s/disk.qcow2,if=virtio,snapshot=on" % folder, *words, "-vga", "none",
                  "-display", "sdl,gl=on", "-serial", "unix:%s,server=on,wait=off" % path], path)
