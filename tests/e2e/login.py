# SPDX-License-Identifier: GPL-3.0-or-later
"""A machine of the library on its serial port: somebody waits for its login, and logs in."""
import os
import re
import select
import subprocess

from verdict import report

PATIENCE = int(os.environ.get("PATIENCE", "3"))
PASSWORD = "so-geheim-9"


def apt_mirror():
    """The address of the mirror that apt uses; None: it has none."""
    done = subprocess.run(["apt-get", "indextargets", "--format", "$(COMPONENT) $(REPO_URI)", "Identifier: Packages"],
                          text=True, capture_output=True)
    found = re.search(r"(?m)^main (http://\S+/debian)/?$", done.stdout)
    return found and found.group(1)


class Console:
    """The serial port of "lathe run guest" on the process's standard input and output; all that it
    says is kept in the file log, and what lathe says itself in log.errors."""

    def __init__(self, lathe, environment, log):
        self.log, self.errors = open(log, "wb"), open(log + ".errors", "wb")
        self.process = subprocess.Popen([lathe, "run", "guest", "--display", "none"], stdin=subprocess.PIPE,
                                        stdout=subprocess.PIPE, stderr=self.errors, env=environment)
        self.text, self.typed = "", []

    def wait(self, pattern, seconds):
        """Until there is such a text, which is then taken as read; its match, or None. Seconds may be silent."""
        while not re.search(pattern, self.text):
            if not select.select([self.process.stdout], [], [], seconds)[0]:
                return None
            data = os.read(self.process.stdout.fileno(), 65536)
            if not data:
                return None
            self.log.write(data)
            self.log.flush()
            self.text = (self.text + data.decode(errors="replace"))[-200000:]
        found = re.search(pattern, self.text)
        self.text = self.text[found.end():]
        return found

    def type(self, line):
        self.typed.append(line)
        os.write(self.process.stdin.fileno(), line.encode() + b"\r")

    def said(self):
        """What lathe said."""
        with open(self.errors.name, encoding="utf-8", errors="replace") as stream:
            return stream.read()

    def log_in(self, case):
        """As ann, on Debian 13."""
        self.type("ann")
        asked = self.wait(r"Password: ", 120 * PATIENCE)
        self.type(PASSWORD)
        report(case + "-logs-in", asked and self.wait(r"ann@\w+:~\$ ", 120 * PATIENCE), self.text[-2000:])
        self.type("echo $((6 * 7)) $(id -un) $(. /etc/os-release; echo $VERSION_CODENAME)")
        report(case + "-system", self.wait(r"42 ann trixie", 60 * PATIENCE), self.text[-2000:])

    def power_off(self, case):
        self.type("echo %s | sudo -S poweroff" % PASSWORD)
        try:
            report(case + "-powers-off", self.process.wait(120 * PATIENCE) == 0)
        except subprocess.TimeoutExpired:
            report(case + "-powers-off", False, self.text[-2000:])

    def close(self):
        self.process.kill()
        self.process.wait()
        self.log.close()
        self.errors.close()
