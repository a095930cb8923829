#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""What recording costs: a window with a film of 60 frames a second, of which every pixel changes, with and without
a recording in turn in one run; the process's share of a core, and what it wrote.

usage: recording.py LATHE-FAKE [SECONDS]   (under an X server, as by xvfb-run -a -s "-screen 0 1400x1000x24")
"""
import json
import os
import shutil
import socket
import subprocess
import sys
import tempfile
import time

PROGRAM, SECONDS = os.path.abspath(sys.argv[1]), float((sys.argv + ["6"])[2])
ROUNDS = 3


def used(pid):
    with open("/proc/%d/stat" % pid, encoding="utf-8") as file:
        words = file.read().rsplit(")", 1)[1].split()
    return (int(words[11]) + int(words[12])) / os.sysconf("SC_CLK_TCK")


class Control:
    def __init__(self, path):
        for _ in range(200):
            try:
                self.socket = socket.socket(socket.AF_UNIX)
                self.socket.connect(path)
                break
            except OSError:
                time.sleep(0.05)
        self.file = self.socket.makefile("rw")
        self.file.readline()
        self.call("qmp_capabilities")

    def call(self, command, **arguments):
        self.file.write(json.dumps({"execute": command, "arguments": arguments}) + "\n")
        self.file.flush()
        while True:
            answer = json.loads(self.file.readline())
            if "return" in answer or "error" in answer:
                return answer.get("return", answer)


def measure(pid):
    begin, before = time.monotonic(), used(pid)
    time.sleep(SECONDS)
    return 100 * (used(pid) - before) / (time.monotonic() - begin)


def main():
    folder = tempfile.mkdtemp(prefix="lathe-bench-")
    with open(folder + "/demo", "wb") as file:
        file.write(b"\x7fELF, or so")
    process = subprocess.Popen([PROGRAM, "run", folder + "/demo", "--display", "sdl", "--control", "unix:%s/qmp" % folder,  # pylint: disable=consider-using-with
                                "--serial", "null", "--append", "screen;absolute 1;mode 1280 800;film;spin"])
    try:
        control = Control(folder + "/qmp")
        time.sleep(2)
        plain, recorded, infos = [], [], []
        for turn in range(ROUNDS):
            plain.append(measure(process.pid))
            control.call("__org.lathe_vm_record-start", filename="%s/%d.lrec" % (folder, turn))
            recorded.append(measure(process.pid))
            control.call("__org.lathe_vm_record-stop")
            time.sleep(1)
            infos.append(control.call("__org.lathe_vm_query-record"))
        for info, without, share in zip(infos, plain, recorded):
            seconds = info["time"] / 1e9
            print("%.0f %% of a core without, %.0f %% while recording: %.0f frames a second and %.0f merged, "
                  "%.1f MiB a second, %.0f KiB a frame" %
                  (without, share, info["frames"] / seconds, info["merged"] / seconds, info["size"] / seconds / (1 << 20),
                   info["size"] / max(info["frames"], 1) / 1024))
    finally:
        process.terminate()
        process.wait()
        shutil.rmtree(folder)


main()
