# SPDX-License-Identifier: GPL-3.0-or-later
"""A recording of the fake machine's two screens, for tests of what shows recordings."""
import os
import subprocess

SCRIPT = "screens;mode 64 48;wait 400;mode 100 60;wait 400;mode 320 200;cursor 16;wait 400;mode 80 50;wait 400;poweroff"


def record(program, folder, path):
    kernel = os.path.join(folder, "demo")
    with open(kernel, "wb") as file:
        file.write(b"\x7fELF, or so")
    subprocess.run([program, "run", kernel, "--display", "none", "--serial", "null", "--append", SCRIPT, "--record", path],
                   check=True, stdin=subprocess.DEVNULL)
