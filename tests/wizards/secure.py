#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""A secure guest's files in the eyes of other programs: gpg decrypts the configuration with the image's secret key,
qemu-img sees the overlay, the Ignition in it has the host keys byte for byte; and what is refused.

secure.py LATHE
"""
import base64
import json
import os
import shutil
import subprocess
import sys
import tempfile

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), ".."))
from authority import Authority  # pylint: disable=wrong-import-position
from verdict import finish, report  # pylint: disable=wrong-import-position

LATHE = os.path.abspath(sys.argv[1])
SCRATCH = tempfile.mkdtemp(prefix="lathe-secure-")
AUTHORITY = Authority(SCRATCH)
KEY = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIJp0V2mJ1M8J6sSQ0p0y5c1i2Hn1Uu1m0qk3Zk1bq2xY core@example.org"
ANSWERS = {"image": "image.qcow2", "gpg-key": "image.pub", "host-keys": ["host.crt", "host-old.der"],
           "signing-key": "ibm.crt", "trusted": ["ca.crt"], "revoked": ["ibm.crl", "ca.crl"], "ssh-keys": [KEY],
           "password": "secret words", "salt": "abcdefgh", "hostname": "vault", "ssh-port": "2022"}


def run(*words, stdin=None):
    return AUTHORITY.run(*words, stdin=stdin)


def put(name, text):
    AUTHORITY.put(name, text)


def wizard(folder, *words, **changes):
    answers = {key: value for key, value in dict(ANSWERS, **{key.replace("_", "-"): value for key, value in
                                                           changes.items()}).items() if value is not None}
    put("answers.json", json.dumps({"wizard": "secure-execution", "answers": answers}))
    return subprocess.run([LATHE, "wizard", "secure-execution", "--answers", "answers.json", *words,
                           *(["--output", folder] if folder else [])], cwd=SCRATCH, text=True, capture_output=True,
                          stdin=subprocess.DEVNULL, env=dict(os.environ, LC_ALL="C.UTF-8"), check=False)


def read(name, mode="rb"):
    with open(os.path.join(SCRATCH, name), mode) as stream:
        return stream.read()


def content(ignition, path):
    """The bytes of a file, as a data URL has them."""
    file = [file for file in ignition["storage"]["files"] if file["path"] == path][0]
    head, data = file["contents"]["source"].split(",", 1)
    return base64.b64decode(data) if head.endswith(";base64") else data.encode()


def check_files():
    done = wizard("out")
    report("secure-made", done.returncode == 0, done.stderr + done.stdout)
    said = wizard(None, "--preview").stdout
    report("secure-both-places", said.count("signed by IBM") == 2, said[-3000:])
    said = done.stdout + done.stderr
    machine = os.uname().machine
    report("secure-host-lacks", machine == "s390x" or "this is " + machine in said, said)
    plain = AUTHORITY.gpg("--decrypt", stdin=read("out/config.crypted"))
    report("secure-decrypts", plain.strip() == read("out/config.ign").strip(), plain[:500])
    ignition = json.loads(plain)
    user = ignition["passwd"]["users"][0]
    report("secure-user", user["name"] == "core" and user["sshAuthorizedKeys"] == [KEY] and user["groups"] == ["wheel"], user)
    salt = user["passwordHash"].split("$")[2]
    openssl = run("openssl", "passwd", "-6", "-salt", salt, "secret words").decode().strip()
    report("secure-hash", user["passwordHash"] == openssl, user)
    for number, name in enumerate(ANSWERS["host-keys"], 1):
        path = "/etc/se-hostkeys/ibm-z-hostkey-%d" % number
        report("secure-key-%d" % number, content(ignition, path) == read(name), ignition)
    report("secure-overwrite", all(file["overwrite"] for file in ignition["storage"]["files"]), ignition)
    report("secure-name", content(ignition, "/etc/hostname") == b"vault", ignition)
    report("secure-getty", {"name": "serial-getty@.service", "mask": False} in ignition["systemd"]["units"], ignition)
    report("secure-version", ignition["ignition"]["version"] == "3.3.0", ignition)
    info = json.loads(run("qemu-img", "info", "--output=json", "out/rhcos.qcow2"))
    report("secure-overlay", info["virtual-size"] == 3 << 30 and info["backing-filename-format"] == "qcow2" and
           os.path.samefile(info["full-backing-filename"], os.path.join(SCRATCH, "image.qcow2")), info)
    report("secure-overlay-whole", run("qemu-img", "check", "-q", "out/rhcos.qcow2") == b"", "")


def check_commands():
    """The recipe's words; the shell reads them; the disk with the configuration is there once."""
    first, later = (read("out/" + name, "r") for name in ("first-start.sh", "start.sh"))
    run("sh", "-n", "out/first-start.sh")
    words = ["s390-pv-guest,id=pv0", "confidential-guest-support=pv0", "hostfwd=tcp:127.0.0.1:2022-:22", "-m 4G", "-smp 4"]
    report("secure-commands", all(word in first and word in later for word in words), first)
    report("secure-config-once", "serial=ignition_crypted" in first and "readonly=on" in first and
           "crypted" not in later, later)
    # All that is in memory for the host goes through bounce buffers.
    report("secure-iommu", first.count("iommu_platform=on") == first.count("-device ") == 3, first)


def refused(name, sentence, **changes):
    done = wizard(name, **changes)
    said = done.stdout + done.stderr
    report("secure-refuses-" + name, done.returncode == 2 and sentence in said and
           not os.path.exists(os.path.join(SCRATCH, name)), said)


def check_wrong():
    shutil.copy(os.path.join(SCRATCH, "image.qcow2"), os.path.join(SCRATCH, "image.qcow2.gz"))
    put("nothing", "x")
    refused("false-key", "is not signed by this signing key", host_keys=["host.crt", "host-false.crt"])
    refused("packed", "gunzip", image="image.qcow2.gz")
    refused("no-image", "nothing", image="nothing")
    refused("no-gpg-key", "gpg does not encrypt", gpg_key="nothing")
    refused("nobody", "nobody can log in", ssh_keys=None, password=None)
    done = wizard("unchecked", host_keys=["host-false.crt"], verify="no")
    report("secure-unchecked", done.returncode == 0 and "are not checked" in done.stderr + done.stdout, done.stderr)
    done = wizard(None, "--preview")
    report("secure-preview", done.returncode == 0 and "secret words" not in done.stdout and "$6$" not in done.stdout and
           "BEGIN PGP MESSAGE" in done.stdout, done.stdout[-3000:])
    done = subprocess.run([LATHE, "wizard", "secure-execution", "--read", "out/config.bu", "--save", "read.json", "--draft",
                           "--preview"], cwd=SCRATCH, capture_output=True, text=True, check=False)
    found = json.loads(read("read.json"))["answers"]
    report("secure-read", found["ssh-keys"] == [KEY] and found["password"].startswith("$6$"), found)


check_files()
check_commands()
check_wrong()
AUTHORITY.close()
shutil.rmtree(SCRATCH, ignore_errors=True)
finish()
