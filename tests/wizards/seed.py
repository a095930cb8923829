#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Butane made into Ignition against expectations written once more here, and the seeds of "lathe seed"
read by others' programs.

seed.py LATHE
"""
import base64
import json
import os
import subprocess
import sys
import tempfile
import urllib.parse

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), ".."))
from verdict import finish, report  # pylint: disable=wrong-import-position

LATHE = sys.argv[1]
SCRATCH = tempfile.mkdtemp(prefix="lathe-seed-")
HEAD = "variant: fcos\nversion: 1.4.0\n"
SECURE = HEAD + """passwd:
  users:
    - name: core
      ssh_authorized_keys:
        - ssh-ed25519 AAAA you@host
      password_hash: $y$j9T$x
      groups:
        - wheel
storage:
  files:
    - path: /etc/se-hostkeys/ibm-z-hostkey-1
      overwrite: true
      contents:
        local: HKD.crt
systemd:
  units:
    - name: serial-getty@.service
      mask: false
"""
ALL = HEAD.replace("1.4.0", "1.5.0") + """kernel_arguments: {should_exist: [quiet], should_not_exist: ["mitigations=auto"]}
storage:
  disks:
    - device: /dev/vdb
      wipe_table: true
      partitions: [{label: var, number: 1, size_mib: 0x100, start_mib: 0, type_guid: A, wipe_partition_entry: yes}]
  filesystems: [{device: /dev/vdb1, format: xfs, path: /var, wipe_filesystem: true, mount_options: ["noatime"]}]
  files:
    - {path: /etc/hostname, mode: 0644, contents: {inline: "lotte\\n"}}
    - path: /etc/far
      mode: 0o600
      contents: {source: "https://example.com/x", compression: gzip, verification: {hash: sha512-0}}
      append: [{inline: "more"}]
      user: {name: core}
  links: [{path: /etc/localtime, target: ../usr/share/zoneinfo/Europe/Berlin, hard: false}]
""".replace("yes}", "true}")
WRONG = {
    "unknown-key": (HEAD + "storage:\n  files:\n    - path: /a\n      modus: 1\n", "storage.files[0].modus: "),
    "kind": (HEAD + "passwd:\n  users:\n    - name: 5\n", "passwd.users[0].name: this has to be a text"),
    "twice": (HEAD + "storage:\n  files: [{path: /a}, {path: /b}]\n  links: [{path: /a}]\n", "'/a' is there a second"),
    "no-contents": (HEAD + "storage:\n  files: [{path: /a, overwrite: true}]\n", "what overwrites needs contents"),
    "relative": (HEAD + "storage:\n  files: [{path: a}]\n", "no whole path"),
    "mode": (HEAD + "storage:\n  files: [{path: /a, mode: 0o77777}]\n", "the mode is none"),
    "version": ("variant: fcos\nversion: 9.9.9\n", "variant and version"),
    "openshift": ("variant: openshift\nversion: 4.14.0\n", "variant and version"),
    "sugar": (HEAD + "boot_device: {luks: {tpm2: true}}\n", "boot_device: this stands for something longer"),
    "alias": (HEAD + "passwd: &a {users: []}\nstorage: *a\n", "line 3: anchors and aliases"),
    "key-twice": (HEAD + "version: 1.4.0\n", "line 3: the key is there a second time"),
    "no-yaml": ("variant: [fcos\n", "line 2: "),
    "empty": ("", "there is nothing in it"),
    "deep": (HEAD + "passwd: " + "[" * 60 + "\n", "too deep"),
    "outside": (HEAD + "storage:\n  files: [{path: /a, contents: {local: ../secret}}]\n", "no such file"),
    "two-sources": (HEAD + "storage:\n  files: [{path: /a, contents: {local: HKD.crt, inline: x}}]\n", "one of source"),
}


def lathe(*words):
    return subprocess.run([LATHE, "seed", *words], text=True, capture_output=True, env=dict(os.environ, LC_ALL="C.UTF-8"))


def write(name, data):
    path = os.path.join(SCRATCH, name)
    os.makedirs(os.path.dirname(path), exist_ok=True)
    with open(path, "wb") as stream:
        stream.write(data)
    return path


def convert(name, text):
    return lathe("ignition", write(name + ".bu", text.encode()), "--files", os.path.join(SCRATCH, "files"))


def opened(url):
    """What a data URL holds (RFC 2397)."""
    head, data = url.split(",", 1)
    return base64.b64decode(data) if head.endswith(";base64") else urllib.parse.unquote_to_bytes(data)


def check_secure(key):
    found = json.loads(convert("secure", SECURE).stdout)
    source = found["storage"]["files"][0]["contents"].pop("source")
    report("butane-local-file", opened(source) == key, source)
    report("butane-secure-execution", found == {
        "ignition": {"version": "3.3.0"},
        "passwd": {"users": [{"name": "core", "sshAuthorizedKeys": ["ssh-ed25519 AAAA you@host"],
                              "passwordHash": "$y$j9T$x", "groups": ["wheel"]}]},
        "storage": {"files": [{"path": "/etc/se-hostkeys/ibm-z-hostkey-1", "overwrite": True, "contents": {}}]},
        "systemd": {"units": [{"name": "serial-getty@.service", "mask": False}]}}, found)


def check_all():
    found = json.loads(convert("all", ALL).stdout)
    files = found["storage"]["files"]
    report("butane-inline", opened(files[0]["contents"]["source"]) == b"lotte\n" and files[0]["mode"] == 0o644, files)
    report("butane-remote", files[1] == {
        "path": "/etc/far", "mode": 0o600, "user": {"name": "core"}, "append": [{"source": "data:,more"}],
        "contents": {"source": "https://example.com/x", "compression": "gzip", "verification": {"hash": "sha512-0"}}},
        files[1])
    report("butane-disks", found["storage"]["disks"] == [
        {"device": "/dev/vdb", "wipeTable": True, "partitions": [
            {"label": "var", "number": 1, "sizeMiB": 256, "startMiB": 0, "typeGuid": "A", "wipePartitionEntry": True}]}],
        found["storage"]["disks"])
    report("butane-filesystems", found["storage"]["filesystems"] == [
        {"device": "/dev/vdb1", "format": "xfs", "path": "/var", "wipeFilesystem": True, "mountOptions": ["noatime"]}])
    report("butane-arguments", found["kernelArguments"] == {
        "shouldExist": ["quiet"], "shouldNotExist": ["mitigations=auto"]} and found["ignition"] == {"version": "3.4.0"})


def check_seeds():
    disc = os.path.join(SCRATCH, "seed.iso")
    names = ["user-data", "meta-data", "network-config"]
    paths = [write("in/" + name, (name * 999).encode()) for name in names]
    done = lathe("disc", *paths, "--output", disc)
    report("seed-disc", done.returncode == 0, done.stderr)
    target = os.path.join(SCRATCH, "out")
    subprocess.run(["xorriso", "-osirrox", "on", "-indev", disc, "-extract", "/", target], check=True,
                   capture_output=True)
    found = {name: open(os.path.join(target, name), encoding="utf-8").read() for name in os.listdir(target)}
    report("seed-disc-files", found == {name: name * 999 for name in names}, found.keys())
    done = lathe("disc", *paths, "--output", disc)
    report("seed-keeps-what-is-there", done.returncode == 2 and "File exists" in done.stderr, done.stderr)
    done = lathe("disc", paths[0], write("in2/USER.DATA", b"x"), write("in2/user_data", b"x"), "--output", disc + "2")
    report("seed-names-alike", done.returncode == 2 and "has no place for" in done.stderr, done.stderr)
    initrd = write("initrd", b"\x1f\x8bnot really")
    done = lathe("initrd", initrd, paths[0], "--output", initrd + ".new")
    with open(initrd + ".new", "rb") as stream:
        data = stream.read()
    listed = subprocess.run(["cpio", "-t", "--quiet"], input=data[512:], capture_output=True).stdout
    report("seed-initrd", done.returncode == 0 and listed == b"user-data\n" and data[:12] == b"\x1f\x8bnot really", listed)


def main():
    key = bytes(range(256)) * 3
    write("files/HKD.crt", key)
    write("secret", b"no")
    check_secure(key)
    check_all()
    for name, (text, sentence) in WRONG.items():
        done = convert(name, text)
        report("butane-refused-" + name, done.returncode == 2 and sentence in done.stderr, done.stderr)
    check_seeds()


main()
finish()
