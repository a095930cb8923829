#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""A cloud image starts with what the assistant wrote for cloud-init, to a login prompt without a key pressed.

cloud.py LATHE GUESTS CASE...: "disc", the files on a volume CIDATA, and one named OEMDRV beside it; "smbios", the
system's serial number (SMBIOS type 1) says that they come by HTTP from the machine's own network, and credentials for
systemd come as strings of SMBIOS type 11. Then the user logs in and looks at what was set up.
"""
import json
import os
import re
import shlex
import subprocess
import sys
import tempfile
import threading

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), ".."))
import verdict  # pylint: disable=wrong-import-position

LATHE, GUESTS, *CASES = sys.argv[1:]
LATHE, IMAGE = os.path.abspath(LATHE), os.path.abspath(os.path.join(GUESTS, "cloud-image", "cloud.qcow2"))
PATIENCE = 400 * int(os.environ.get("PATIENCE", "1"))
USER, PASSWORD, HOST = "ada", "correct horse 7", "engine-1"
KEY = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIJp0V2mJ1M8J6sSQ0p0y5c1i2Hn1Uu1m0qk3Zk1bq2xY ada@example.org"
ANSWERS = {"login": USER, "full-name": "Ada Lovelace", "password": PASSWORD, "ssh-keys": [KEY], "hostname": HOST,
           "timezone": "Europe/Berlin", "commands": ["echo \"ran as $(id -un)\" >/var/tmp/command"], "method": "dhcp"}
KICKSTART = "text\nlang en_US.UTF-8\n"
CREDENTIALS = ["lathe.told=by SMBIOS", "tmpfiles.extra=f /var/tmp/told 0644 root root - also by SMBIOS"]


class Guest:
    """A machine whose first serial port is read and typed at."""

    def __init__(self, *options):
        self.text, self.place, self.asked = "", 0, 0
        self.changed = threading.Condition()
        self.process = subprocess.Popen(
            [LATHE, "run", "--firmware", "uefi", "--smp", "2", "--memory", "2G", "--display", "none", "--serial", "stdio",
             "--timeout", str(3 * PATIENCE), *options], stdin=subprocess.PIPE, stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT)
        threading.Thread(target=self.read, daemon=True).start()

    def read(self):
        while True:
            data = os.read(self.process.stdout.fileno(), 65536)
            with self.changed:
                self.text += re.sub(r"\x1b\[[0-9;?=]*[a-zA-Z]|\r", "", data.decode(errors="replace"))
                self.changed.notify()
                if not data:
                    self.text += "\n== the end\n"
                    return

    def wait(self, pattern, seconds=PATIENCE):
        """The match behind what was waited for before; None: it does not come."""
        with self.changed:
            self.changed.wait_for(lambda: re.search(pattern, self.text[self.place:], re.M) or
                                  self.text.endswith("== the end\n"), seconds)
            found = re.search(pattern, self.text[self.place:], re.M)
            if found:
                self.place += found.end()
            return found

    def type(self, line):
        self.process.stdin.write(line.encode() + b"\n")
        self.process.stdin.flush()

    def ask(self, command):
        """What a command prints, between two marks that are not in what is typed; asked again if others wrote into it.
        Its last line may have no end."""
        for _ in range(3):
            self.asked += 1
            self.type("echo be''gin%d; %s; echo e''nd%d" % (self.asked, command, self.asked))
            found = self.wait(r"begin%d\n((?:.|\n)*?)end%d$" % (self.asked, self.asked), PATIENCE / 3)
            if found:
                return found.group(1).strip()
        return "no answer"


def lathe(*words):
    return subprocess.run([LATHE, *words], stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False)


def make_files(name):
    with open("answers.json", "w", encoding="utf-8") as file:
        json.dump({"wizard": "cloud-init", "answers": ANSWERS}, file)
    done = lathe("wizard", "cloud-init", "--answers", "answers.json", "--output", "seed")
    verdict.report(name + "-wizard", done.returncode == 0 and
                   {"user-data", "meta-data", "network-config"} <= set(os.listdir("seed")), done.stderr)


def credentials():
    """What the assistant for network boot says of them to "lathe run"."""
    with open("netboot.json", "w", encoding="utf-8") as file:
        json.dump({"wizard": "netboot", "answers": {"source": "uki", "uki": os.path.abspath("answers.json"),
                                                    "client": "http", "credentials": CREDENTIALS}}, file)
    done = lathe("wizard", "netboot", "--answers", "netboot.json", "--output", "netboot")
    verdict.report("smbios-credentials", done.returncode == 0, done.stderr)
    with open("netboot/lathe.args", encoding="utf-8") as file:
        words = shlex.split(file.read())
    return [word for i, word in enumerate(words) if "--smbios" in (word, words[i - 1])]


def options(case):
    if case == "smbios":
        with open("seed/vendor-data", "w", encoding="ascii"):
            pass
        return ["--net", "user,tftp=seed", "--smbios", "type=1,serial=ds=nocloud-net;s=http://10.0.2.4/", *credentials()]
    with open("ks.cfg", "w", encoding="ascii") as file:
        file.write(KICKSTART)
    for done in (lathe("seed", "disc", "seed/user-data", "seed/meta-data", "seed/network-config", "--output", "seed.iso"),
                 lathe("seed", "disc", "ks.cfg", "--label", "OEMDRV", "--output", "oemdrv.iso")):
        verdict.report(case + "-disc", done.returncode == 0, done.stderr)
    # The cloud's kernel has no driver for SATA.
    return ["--disk", "seed.iso,format=raw,readonly", "--disk", "oemdrv.iso,format=raw,readonly"]


def log_in(case, guest):
    found = guest.wait(r"^%s login: " % HOST)
    verdict.report(case + "-login-prompt", found, guest.text[-4000:])
    if not found:
        return False
    guest.type(USER)
    guest.wait("Password: ")
    guest.type(PASSWORD)
    found = guest.wait(r"%s@%s:~\$ " % (USER, HOST))
    verdict.report(case + "-logs-in", found, guest.text[-1500:])
    return found


def look(case, guest):
    """What cloud-init says of itself, and what is there."""
    said = guest.ask("cloud-init status --wait")
    verdict.report(case + "-done", "status: done" in said, said)
    source = guest.ask("cat /run/cloud-init/result.json")
    verdict.report(case + "-source", "DataSourceNoCloud" in source and '"errors": []' in source, source)
    schema = guest.ask("echo '%s' | sudo -S -p '' cloud-init schema --system" % PASSWORD)
    verdict.report(case + "-schema", "Valid cloud-config" in schema, schema)
    wanted = {"hostname": HOST, "cat .ssh/authorized_keys": KEY, "cat /var/tmp/command": "ran as root",
              "readlink /etc/localtime": "/usr/share/zoneinfo/Europe/Berlin", "id -nG": "ada adm sudo",
              "getent passwd ada | cut -d: -f5": ANSWERS["full-name"], "ls /etc/ssh/ssh_host_ed25519_key": "/etc/ssh/ssh_host_ed25519_key",
              "systemctl list-units --failed --plain --no-legend": ""}
    for command, answer in wanted.items():
        said = guest.ask(command)
        verdict.report("%s-%s" % (case, command.split()[0] + "-" + str(len(command))), said == answer, (command, said))
    said = guest.ask("ip -4 -o address show scope global")
    verdict.report(case + "-address", " 10.0.2.15/24 " in said, said)
    said = guest.ask("systemd-analyze verify /run/systemd/network/*.network /etc/netplan/*.yaml 2>&1; cat /etc/netplan/*")
    verdict.report(case + "-netplan", "dhcp4: true" in said, said)
    size = int(guest.ask("df --output=size -k / | tail -n 1").strip() or 0)
    verdict.report(case + "-grown", size > 3 << 20, size)


def as_root(guest, command):
    return guest.ask("echo '%s' | sudo -S -p '' sh -c '%s'" % (PASSWORD, command))


def look_volumes(guest):
    """By their labels, as installers find them."""
    said = as_root(guest, "blkid -t TYPE=iso9660 -s LABEL -o value | sort | tr \"\\n\" \" \"")
    verdict.report("disc-labels", said == "CIDATA OEMDRV", said)
    said = as_root(guest, "mount -o ro LABEL=OEMDRV /mnt && cat /mnt/ks.cfg && umount /mnt")
    verdict.report("disc-oemdrv", said == KICKSTART.strip(), said)


def look_credentials(guest):
    """systemd has taken them: one is there to be asked for, the other made a file at the start."""
    said = as_root(guest, "systemd-creds --system cat lathe.told")
    verdict.report("smbios-credential", said == "by SMBIOS", said)
    said = guest.ask("cat /var/tmp/told")
    verdict.report("smbios-credential-acts", said == "also by SMBIOS", said)


def check(case):
    make_files(case)
    subprocess.run(["qemu-img", "create", "-q", "-f", "qcow2", "-b", IMAGE, "-F", "qcow2", "disk.qcow2", "4G"], check=True)
    guest = Guest("--disk", "disk.qcow2", *options(case))
    try:
        if log_in(case, guest):
            look(case, guest)
            {"disc": look_volumes, "smbios": look_credentials}[case](guest)
            guest.type("echo '%s' | sudo -S -p '' poweroff" % PASSWORD)
            verdict.report(case + "-powers-off", guest.process.wait(PATIENCE) == 0, guest.text[-2000:])
    finally:
        guest.process.kill()
        guest.process.wait()
        if os.environ.get("KEEP"):
            with open(os.environ["KEEP"] + case, "w", encoding="utf-8") as log:
                log.write(guest.text)


for one in CASES:
    with tempfile.TemporaryDirectory(dir="/var/tmp", prefix="lathe-cloud-") as scratch:
        os.chdir(scratch)
        check(one)
        os.chdir("/")
verdict.finish()
