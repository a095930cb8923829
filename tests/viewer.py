# SPDX-License-Identifier: GPL-3.0-or-later
"""The program as "lathe console", on a terminal of its own, for tests."""
import fcntl
import os
import pty
import select
import struct
import termios
import time


class Viewer:
    """What it shows, as seen; what is typed into it."""

    def __init__(self, program, environment, patience, *words):
        self.patience = patience
        self.pid, self.fd = pty.fork()
        if self.pid == 0:
            os.execve(program, [program, "console", *words], environment)
        self.seen = b""
        self.status = None

    def read(self, seconds):
        ready, _, _ = select.select([self.fd], [], [], seconds)
        try:
            got = os.read(self.fd, 65536) if ready else b""
        except OSError:  # its terminal is closed
            got = b""
        self.seen += got
        return got

    def wait(self, text, seconds=None, count=1):
        """Until it has shown the text so many times."""
        end = time.monotonic() + (seconds or self.patience)
        while self.seen.count(text.encode()) < count and time.monotonic() < end:
            self.read(0.1)
        return self.seen.count(text.encode()) >= count

    def type(self, text):
        os.write(self.fd, text.encode())

    def resize(self, columns, rows):
        fcntl.ioctl(self.fd, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))

    def finish(self):
        while self.read(self.patience):
            pass
        self.status = os.waitstatus_to_exitcode(os.waitpid(self.pid, 0)[1])
        os.close(self.fd)
        return self.status

    def leave(self):
        self.type("\x1d")
        return self.finish()


def frame(kind, data=b""):
    """Of the console socket's protocol (docs/consoles.md)."""
    return kind + len(data).to_bytes(3, "little") + data
