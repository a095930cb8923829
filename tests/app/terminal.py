# SPDX-License-Identifier: GPL-3.0-or-later
"""A terminal of any size and kind, by tmux, and the keys of a person: for tests of what runs in terminals."""
import os
import subprocess
import time

from xwindow import PATIENCE, Failed


class Terminal:
    """A program in a tmux of our own. After it has ended its exit status stands there: "status N"."""

    count = 0

    def __init__(self, folder, command, environment, size=(80, 24)):
        Terminal.count += 1
        self.socket = os.path.join(folder, "tmux-%d" % Terminal.count)
        words = ["env", "-i", *("%s=%s" % pair for pair in environment.items()), *command]
        line = " ".join("'%s'" % word.replace("'", "'\\''") for word in words)
        self.tmux("-f", "/dev/null", "new-session", "-d", "-x", str(size[0]), "-y", str(size[1]),
                  line + "; echo status $?; stty -a | grep -o ' -\\?echo ' ; exec sleep 100")

    def tmux(self, *words):
        environment = {name: value for name, value in os.environ.items() if name != "TMUX"}
        environment["LC_ALL"] = "C.UTF-8"
        return subprocess.run(["tmux", "-u", "-S", self.socket, *words], env=environment, check=True,
                              capture_output=True, text=True, timeout=20).stdout

    def keys(self, *keys):
        """Names as tmux has them: "Enter", "F10", "C-]"."""
        self.tmux("send-keys", *keys)

    def type(self, text):
        self.tmux("send-keys", "-l", text)

    def resize(self, columns, rows):
        self.tmux("resize-window", "-x", str(columns), "-y", str(rows))

    def press(self, column, row, button=0):
        """A press of the mouse, counted from 0, as xterm reports it."""
        self.type("\x1b[<%d;%d;%dM\x1b[<%d;%d;%dm" % ((button, column + 1, row + 1) * 2))

    def process(self):
        """The program's: what the shell in there waits for."""
        shell = self.tmux("display-message", "-p", "#{pane_pid}").strip()
        return int(subprocess.run(["pgrep", "-P", shell], check=True, capture_output=True, text=True).stdout)

    def text(self, *options):
        return self.tmux("capture-pane", "-p", *options)

    def rows(self):
        return self.text().split("\n")

    def wait(self, *wanted, gone=(), any_of=("",), seconds=5 * PATIENCE):
        """Until all of these are there, none of those, and one of the last."""
        end = time.monotonic() + seconds
        while True:
            text = self.text()
            if all(word in text for word in wanted) and not any(word in text for word in gone) and \
                    any(word in text for word in any_of):
                return text
            if time.monotonic() > end:
                raise Failed("never %s%s:\n%s" % (wanted, " without %s" % (gone,) if gone else "", text))
            time.sleep(0.05)

    def find(self, word):
        """Column and row of a word."""
        for row, text in enumerate(self.rows()):
            if word in text:
                return text.index(word), row
        raise Failed("no %r in:\n%s" % (word, self.text()))

    def close(self):
        try:
            self.tmux("kill-server")
        except subprocess.SubprocessError:
            pass
