#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Installers that the network starts and that ask nothing: what the wizard for network boot tells their
kernels, which files of answers it gives, and that all of that fits together.

unattended.py LATHE
"""
import json
import os
import re
import shlex
import shutil
import subprocess
import sys
import tempfile

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), ".."))
from verdict import finish, report  # pylint: disable=wrong-import-position

LATHE = os.path.abspath(sys.argv[1])
SCRATCH = tempfile.mkdtemp(prefix="lathe-unattended-")
SECRET = "so-geheim-9"
BASE = {"source": "kernel", "kernel": "/etc/passwd", "initrd": "/etc/group", "append": "quiet", "client": "ipxe"}
HERE = {"unattended": "here", "login": "ann", "password": SECRET, "hostname": "lotte", "mirror": "http://h.example/r"}
# The files of answers, and words that its kernel has to be told, as the installers' handbooks say.
SYSTEMS = {
    "debian12": (["preseed.cfg"], ["auto=true", "priority=critical", "preseed/url=http://10.0.2.4/preseed.cfg",
                                   "netcfg/get_hostname=lotte", "mirror/http/hostname=h.example"]),
    "debian13": (["preseed.cfg"], ["auto=true", "priority=critical", "preseed/url=http://10.0.2.4/preseed.cfg",
                                   "netcfg/get_hostname=lotte", "mirror/http/directory=/r"]),
    "ubuntu24.04": (["meta-data", "user-data"], ["autoinstall", "ds=nocloud-net;s=http://10.0.2.4/",
                                                 "url=http://h.example/r", "ip=::::lotte::dhcp"]),
    "rhel9": (["ks.cfg"], ["inst.ks=http://10.0.2.4/ks.cfg", "inst.repo=http://h.example/r", "ip=::::lotte::dhcp"]),
    "rhel10": (["ks.cfg"], ["inst.ks=http://10.0.2.4/ks.cfg", "inst.repo=http://h.example/r", "ip=::::lotte::dhcp"]),
    "sles15": (["autoinst.xml"], ["autoyast=http://10.0.2.4/autoinst.xml", "install=http://h.example/r"]),
}
MINIMAL = {"preseed.cfg": "install-recommends boolean false\ntasksel tasksel/first multiselect\n",
           "ks.cfg": "%packages --exclude-weakdeps\n@core\n", "user-data": "  id: ubuntu-server-minimal\n",
           "autoinst.xml": "<pattern>minimal_base</pattern>"}
VALIDATORS = {"preseed.cfg": ["debconf-set-selections", "-c"], "user-data": ["cloud-init", "schema", "-c"],
              "ks.cfg": ["ksvalidator"], "autoinst.xml": ["xmllint", "--noout"]}
FILES = {"d-i time/zone string UTC\n": ("preseed.cfg", "preseed/url=http://10.0.2.4/preseed.cfg"),
         "# ours\n\n#cloud-config\nautoinstall:\n": ("user-data", "ds=nocloud-net;s=http://10.0.2.4/"),
         "<?xml version=\"1.0\"?>\n<profile/>\n": ("autoinst.xml", "autoyast=http://10.0.2.4/autoinst.xml"),
         "lang en_US\n%packages\n%end\n": ("ks.cfg", "inst.ks=http://10.0.2.4/ks.cfg")}


def lathe(*words, given=None):
    return subprocess.run([LATHE, *words], cwd=SCRATCH, text=True, capture_output=True, input=given,
                          env=dict(os.environ, LC_ALL="C.UTF-8"))


def wizard(case, **answers):
    """Its status, what it complains of, and the files of the folder that it writes."""
    place = os.path.join(SCRATCH, case)
    given = {"wizard": "netboot", "answers": dict(BASE, place=place, **answers)}
    done = lathe("wizard", "netboot", "--answers", "-", "--output", place, given=json.dumps(given))
    files = {}
    for name in os.listdir(place) if os.path.isdir(place) else []:
        with open(os.path.join(place, name), encoding="utf-8") as stream:
            files[name] = stream.read()
    return done.returncode, done.stderr, files


def told(files):
    """The words of iPXE's script, or of GRUB's menu."""
    script = files.get("boot.ipxe") or files.get("grub.cfg") or ""
    return shlex.split((re.search(r"(?m)^ *(?:kernel|linux) (.*)$", script) or [None, ""])[1])


def given_files(files):
    """Name: path, of the boot service."""
    words = shlex.split(files["lathe.args"])
    parts = words[words.index("--net") + 1].split(",")
    return dict(part[5:].split("=", 1) for part in parts if part.startswith("file="))


def validate(case, name):
    command = VALIDATORS.get(name)
    if command is None or shutil.which(command[0]) is None:
        print("ok %s-valid # skipped: nothing here checks it" % case)
        return
    done = subprocess.run([*command, os.path.join(SCRATCH, case, name)], text=True, capture_output=True)
    report(case + "-valid", done.returncode == 0 and "error" not in (done.stdout + done.stderr).lower(),
           done.stdout + done.stderr)


def check_system(system, client):
    case = "%s-%s" % (system, client)
    names, words = SYSTEMS[system]
    status, said, files = wizard(case, system=system, **dict(HERE, client=client))
    report(case, status == 0 and told(files)[-1:] == ["quiet"] and set(words) <= set(told(files)), (said, told(files)))
    served = given_files(files)
    report(case + "-given", all(served.get(name) == os.path.join(SCRATCH, case, name) and name in files
                                for name in names), served)
    report(case + "-no-secret", not any(SECRET in text for text in files.values()))
    report(case + "-disk-first", "--boot disk,network" in files["lathe.args"], files["lathe.args"])
    validate(case, names[-1])


def check_minimal(system):
    name = SYSTEMS[system][0][-1]
    _, said, files = wizard(system + "-minimal", system=system, **dict(HERE, software="minimal"))
    report(system + "-minimal", MINIMAL[name] in files.get(name, ""), said)
    _, said, files = wizard(system + "-standard", system=system, **HERE)
    report(system + "-standard", name in files and MINIMAL[name] not in files[name], said)


def check_files():
    for text, (name, word) in FILES.items():
        path = os.path.join(SCRATCH, "answers")
        with open(path, "w", encoding="utf-8") as stream:
            stream.write(text)
        status, said, files = wizard("file-" + name, **{"unattended": "file", "answer-file": path})
        report("file-" + name, status == 0 and word in told(files) and given_files(files).get(name) == path,
               (said, files))
        report("file-%s-alone" % name, name not in files and ("meta-data" in files) == (name == "user-data"), files)


def check_saved():
    """The same as the installers' own assistant makes, all its answers included."""
    path, own = os.path.join(SCRATCH, "saved.json"), os.path.join(SCRATCH, "own")
    answers = {"wizard": "installer", "answers": {
        "system": "rhel9", "platform": "x86_64", "hostname": "lotte", "interface": "ens3", "method": "static",
        "address": "192.0.2.7", "gateway": "192.0.2.1", "nameserver": "192.0.2.2", "url": "http://h.example/r",
        "vnc": False, "automatic": True, "login": "ann", "login-password": SECRET, "salt": "abcdefgh"}}
    with open(path, "w", encoding="utf-8") as stream:
        json.dump(answers, stream)
    done = lathe("wizard", "installer", "--answers", path, "--output", own)
    status, said, files = wizard("saved", unattended="saved", saved=path)
    report("saved", status == 0 and done.returncode == 0, said + done.stderr)
    with open(os.path.join(own, "ks.cfg"), encoding="utf-8") as stream:
        report("saved-same-file", files.get("ks.cfg") == stream.read(), files)
    report("saved-words", "ip=192.0.2.7::192.0.2.1:24:lotte:ens3:none" in told(files), told(files))
    for case, change in (("z", {"platform": "s390x"}), ("asks", {"automatic": False}), ("nowhere", {"url": ""})):
        with open(path, "w", encoding="utf-8") as stream:
            json.dump({"wizard": "installer", "answers": dict(answers["answers"], **change)}, stream)
        status, said, files = wizard("saved-" + case, unattended="saved", saved=path)
        report("saved-refused-" + case, status == 2 and said.startswith("lathe: saved: ") and not files, said)


def check_wrong():
    for case, change, where in (("login", {"login": "Root"}, "login"), ("mirror", {"mirror": "here"}, "mirror"),
                                ("password", {"password": ""}, "password")):
        status, said, files = wizard("wrong-" + case, system="debian13", **dict(HERE, **change))
        report("wrong-" + case, status == 2 and said.startswith("lathe: %s: " % where) and not files, said)
    status, said, files = wizard("long", system="debian13", **dict(HERE, append="x" * 2000))
    report("wrong-too-long", status == 2 and "2047" in said and not files, said)


def main():
    for system in SYSTEMS:
        check_system(system, "ipxe")
        check_minimal(system)
    check_system("debian13", "efi")
    check_system("ubuntu24.04", "efi")
    check_files()
    check_saved()
    check_wrong()


main()
shutil.rmtree(SCRATCH, ignore_errors=True)
finish()
