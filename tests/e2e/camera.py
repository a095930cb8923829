# SPDX-License-Identifier: GPL-3.0-or-later
"""Pictures of a machine's screen while a test runs it, for somebody who wants to look at them: they are taken
where the environment's PICTURES names a folder. Only pictures that differ are kept, in their order.
"""
import filecmp
import os
import sys
import tempfile
import threading
import time

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "app"))
from qmp import Failed, Qmp  # pylint: disable=wrong-import-position

FOLDER = os.environ.get("PICTURES")
EVERY = 1.0
MOST = 150


class Camera:
    """Of the machine that is run with these options: FOLDER/NAME-NNN.png."""

    def __init__(self, name):
        self.name, self.options, self.thread, self.ends = name, [], None, threading.Event()
        if FOLDER:
            os.makedirs(FOLDER, exist_ok=True)
            self.scratch = tempfile.mkdtemp(prefix="lathe-camera-")
            self.socket = os.path.join(self.scratch, "qmp")
            self.options = ["--control", "unix:" + self.socket]
            self.thread = threading.Thread(target=self.watch, daemon=True)
            self.thread.start()

    def path(self, number):
        return os.path.join(os.path.abspath(FOLDER), "%s-%03d.png" % (self.name, number))

    def take(self, machine, kept):
        """The number of pictures afterwards."""
        machine("screendump", filename=self.path(kept), format="png")
        return kept + (kept == 0 or not filecmp.cmp(self.path(kept), self.path(kept - 1), False))

    def watch(self):
        machine, kept = None, 0
        while not self.ends.wait(EVERY) and kept < MOST:
            try:
                if machine is None:
                    machine = Qmp(self.socket)
                kept = self.take(machine, kept)
            except (OSError, Failed):
                continue
        if os.path.exists(self.path(kept)):
            os.remove(self.path(kept))

    def keep(self, name, text):
        """A text beside the pictures."""
        if FOLDER:
            with open(os.path.join(FOLDER, "%s-%s.txt" % (self.name, name)), "w", encoding="utf-8") as stream:
                stream.write(text)

    def close(self, linger):
        """Some more pictures of what is there now."""
        if self.thread:
            time.sleep(linger)
            self.ends.set()
            self.thread.join(30)
