#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""The installer wizard against expectations of their own: the vectors, and each combination of
system, device, family, VLAN and target, written once more here from what the installers document.

Usage: installer.py LATHE VECTORS FOLDER, the folder of pairs of files
"""
import concurrent.futures
import glob
import hashlib
import ipaddress
import itertools
import json
import os
import shutil
import subprocess
import sys
import tempfile
import xml.dom.minidom

try:
    import yaml
except ImportError:
    yaml = None

PROGRAM, VECTORS, FOLDER = sys.argv[1:]
SCRATCH = tempfile.mkdtemp(prefix="lathe-installer-")
# Characters and lines on cards of 80 columns; R2's with its interface named rightly.
ZVM = {"R1": (261, [44, 57, 59, 64, 33]), "R2": (240, [44, 57, 75, 61]), "R3": (170, [44, 79, 45]),
       "S1": (328, [73, 71, 20, 74, 63, 22]), "U1": (155, [79, 75]), "U3": (108, [63, 44])}


def wizard(name, *options):
    done = subprocess.run([PROGRAM, "wizard", "installer", *options], text=True,
                          stdin=subprocess.DEVNULL, capture_output=True,
                          env=dict(os.environ, LC_ALL="C.UTF-8"))
    if done.returncode:
        return "%s[%d]" % (done.stderr, done.returncode)
    return done.stdout[:-1]


def write(name, answers):
    path = os.path.join(SCRATCH, name + ".json")
    with open(path, "w", encoding="utf-8") as stream:
        json.dump({"wizard": "installer", "answers": answers}, stream)
    return path


def compose(name, answers):
    return wizard(name, "--answers", write(name, answers), "--print")


def check(name, found, expected):
    print("%s %s" % ("ok" if found == expected else "not ok", name))
    if found != expected:
        print("  expected:", expected, "  found:", found, sep="\n")
    return found == expected


# ---- the vectors ----

def vector_answers(vector):
    """The vector's input in our words."""
    given = vector["input"]
    names = {"r": "read", "w": "write", "da": "data", "fid": "fid", "uid": "uid", "ip": "address",
             "pfx": "prefix", "gw": "gateway", "ns": "nameserver", "host": "hostname",
             "search": "search", "url": "url"}
    answers = {ours: given[theirs] for theirs, ours in names.items() if theirs in given}
    answers["system"] = {"rhel": "rhel9", "sles": "sles15", "ubuntu": "ubuntu24.04"}[vector["distro"]]
    answers["network"] = given.get("dev", "osa")
    answers["family"] = "ipv6" if given.get("v6") else "ipv4"
    answers["layer"] = "2" if given.get("layer", 1) else "3"
    answers["port"] = str(given.get("port", 0))
    if "vlan" in given:
        answers.update({"vlan": True, "vlan-id": given["vlan"]})
    for key in ("vnc", "ssh"):
        answers[key] = key in given
        if given.get(key):
            answers[key + "-password"] = given[key]
    return answers


def vector_output(vector):
    """Without that assistant's defects: names of interfaces, and a blank at a line's end."""
    text = vector["output"].replace("enc1.A00", "enc1.0a00")
    return "\n".join(line.rstrip() for line in text.split("\n"))


def check_vectors():
    with open(VECTORS, encoding="utf-8") as stream:
        vectors = json.load(stream)["vectors"]
    good = True
    for name, vector in vectors.items():
        answers, expected = vector_answers(vector), vector_output(vector)
        good &= check("vector " + name, compose(name, answers), expected)
        cards = compose(name, dict(answers, target="zvm")).split("\n")
        good &= check("cards " + name, str((len(" ".join(cards)), [len(c) for c in cards])),
                      str(ZVM[name]))
        path = os.path.join(SCRATCH, name + ".prm")
        with open(path, "w", encoding="utf-8") as stream:
            stream.write(vector["output"])
        good &= check("read " + name, wizard(name, "--read", path, "--print"), expected)
    return good


# ---- the combinations ----

DEVICE = {"osa": {"read": "0.0.F500", "write": "f501", "data": "f502", "port": "1"},
          "hipersockets": {"read": "0.1.8000", "write": "0.1.8001", "data": "0.1.8002"},
          "roce": {"uid": "1A"}, "virtio": {"bus": "1"}, "pc": {"interface": "enp1s0"}}
NAME = {"osa": "encf500", "hipersockets": "enc1.8000", "roce": "eno26", "virtio": "enc1",
        "pc": "enp1s0"}
FAMILY = {"ipv4": ("10.1.2.30", "22", "10.1.1.1", "10.9.9.9"),
          "ipv6": ("fd00::30", "56", "fd00::1", "fd00::53")}
TARGETS = ("qemu", "lpar", "zvm")
CHANNELS = {"osa": ["0.0.f500", "0.0.f501", "0.0.f502"],
            "hipersockets": ["0.1.8000", "0.1.8001", "0.1.8002"]}


def rhel(system, device, family, vlan):
    address, bits, gateway, dns = FAMILY[family]
    name = NAME[device] + (".7" if vlan else "")
    wrap = (lambda a: "[%s]" % a) if family == "ipv6" else (lambda a: a)
    if device in CHANNELS:
        yield "rd.znet=qeth,%s,layer2=1%s" % (",".join(CHANNELS[device]),
                                              ",portno=1" if device == "osa" else "")
    if vlan:
        yield "vlan=%s:%s" % (name, NAME[device])
    yield "ip=%s::%s:%s:h1:%s:none" % (wrap(address), wrap(gateway), bits, name)
    yield "nameserver=" + wrap(dns)
    yield "inst.repo=http://h/d/"
    yield "inst.rdp" if system == "rhel10" else "inst.vnc"
    yield "inst.sshd"


def sles(system, device, family, vlan):
    address, bits, gateway, dns = FAMILY[family]
    if device in CHANNELS:
        yield ("instnetdev=osa osainterface=qdio layer2=1 portno=1 osahwaddr=" if device == "osa"
               else "instnetdev=hsi layer2=1")
        yield "readchannel=%s writechannel=%s datachannel=%s" % tuple(CHANNELS[device])
    on = "enp1s0" if device == "pc" else "*"
    yield "ifcfg=%s=try,%s/%s,%s,%s," % (on + (".7" if vlan else ""), address, bits, gateway, dns)
    yield "ipv6=1 hostname=h1" if family == "ipv6" else "hostname=h1"
    yield "install=http://h/d/"
    yield "vnc=1"
    yield "ssh=1 ssh.password=geheim"


def ubuntu(system, device, family, vlan):
    address, bits, gateway, dns = FAMILY[family]
    name = NAME[device] + (".7" if vlan else "")
    if vlan:
        yield "vlan=%s:%s" % (name, NAME[device])
    mask = ipaddress.ip_network("0.0.0.0/" + bits).netmask
    yield "ip=%s::%s:%s:h1:%s:none:%s" % (address, gateway, mask, name, dns)
    yield "url=http://h/d/"
    yield "cc: password: %67%65%68%65%69%6d end_cc"


def debian(system, device, family, vlan):
    address, bits, gateway, dns = FAMILY[family]
    if device in CHANNELS:
        yield ("s390-netdevice/choose_networktype=qeth s390-netdevice/qeth/layer2=true" +
               (" s390-netdevice/qeth/port=1" if device == "osa" else ""))
        yield "s390-netdevice/qeth/choose=" + "-".join(CHANNELS[device])
    elif device == "virtio":
        yield "s390-netdevice/choose_networktype=virtio"
    else:
        yield "netcfg/choose_interface=" + NAME[device]
    if vlan:
        yield "netcfg/vlan_id=7"
    if family == "ipv6":
        yield "netcfg/disable_autoconfig=true netcfg/get_ipaddress=%s/%s" % (address, bits)
    else:
        yield "netcfg/disable_autoconfig=true netcfg/get_ipaddress=%s netcfg/get_netmask=%s" % (
            address, ipaddress.ip_network("0.0.0.0/" + bits).netmask)
    yield "netcfg/get_gateway=%s netcfg/get_nameservers=%s" % (gateway, dns)
    yield "netcfg/confirm_static=true"
    yield "netcfg/get_hostname=h1"
    yield "mirror/country=manual mirror/protocol=http"
    yield "mirror/http/hostname=h mirror/http/directory=/d/ mirror/http/proxy="
    yield "anna/choose_modules=network-console"
    yield "network-console/password=geheim network-console/password-again=geheim"


SYSTEM = {"rhel9": (rhel, "ro ramdisk_size=40000 cio_ignore=all,!condev"),
          "rhel10": (rhel, "ro ramdisk_size=40000 cio_ignore=all,!condev"),
          "sles15": (sles, "ro TERM=dumb MANUAL=0 deviceautoconfig=0"),
          "ubuntu24.04": (ubuntu, "TERM=dumb"),
          "debian12": (debian, "ro locale=C"), "debian13": (debian, "ro locale=C")}


def cards(words):
    """Greedy lines of at most 79 columns; no word here is longer."""
    lines = []
    for word in words:
        if lines and len(lines[-1]) + 1 + len(word) <= 79:
            lines[-1] += " " + word
        else:
            lines.append(word)
    return "\n".join(lines)


def expectation(system, device, family, vlan, target):
    lines = []
    if system.startswith("ubuntu") and family == "ipv6":
        lines += ["lathe: family: Ubuntu's installer takes no IPv6 address on its command line"]
    if device == "pc" and target != "qemu":
        lines += ["lathe: target: '%s' is no choice here; there are: qemu" % target]
    if lines:
        return "\n".join(lines + ["[2]"])
    writer, preset = SYSTEM[system]
    lines = ([] if device == "pc" else [preset]) + list(writer(system, device, family, vlan))
    words = " ".join(lines).split()
    if target == "qemu":
        return " ".join(lines)
    if len(" ".join(lines)) > 895:
        return "lathe: target: the parameters have %d characters; the kernel takes 895\n[2]" % len(
            " ".join(lines))
    return cards(words) if target == "zvm" else "\n".join(lines)


def combination(case):
    system, device, family, vlan, target = case
    name = "-".join(map(str, case))
    address, bits, gateway, dns = FAMILY[family]
    answers = {"system": system, "platform": "x86_64" if device == "pc" else "s390x",
               "network": device if device != "pc" else "osa", "family": family, "vlan": vlan,
               "vlan-id": 7, "address": address, "prefix": bits, "gateway": gateway,
               "nameserver": dns, "hostname": "h1", "url": "HTTP://H/d/", "vnc": True, "ssh": True,
               "ssh-password": "geheim", "target": target, **DEVICE[device]}
    return name, compose(name, answers), expectation(*case)


def check_choices():
    """Whatever the wizard offers there has its expectations here."""
    steps = json.loads(wizard("choices", "--questions", "--json"))
    found = {question["id"]: [choice["id"] for choice in question["choices"]]
             for step in steps for question in step["questions"] if question.get("choices")}
    wanted = {"system": list(SYSTEM), "platform": ["s390x", "x86_64"], "family": list(FAMILY),
              "network": [device for device in DEVICE if device != "pc"], "target": sorted(TARGETS)}
    return check("choices", str({key: sorted(found[key]) for key in wanted}),
                 str({key: sorted(ids) for key, ids in wanted.items()}))


def check_combinations():
    cases = list(itertools.product(SYSTEM, DEVICE, FAMILY, (False, True), TARGETS))
    with concurrent.futures.ThreadPoolExecutor(2) as pool:
        wrong = [c for c in pool.map(combination, cases) if c[1] != c[2]]
    for name, found, expected in wrong[:5]:
        check(name, found, expected)
    print("%s %d combinations" % ("ok" if not wrong else "not ok", len(cases)))
    return not wrong


# ---- files of answers ----

def hash_of(password, user):
    """What openssl makes of it, with the user's salt: of the answers' salt and the name."""
    salt = hashlib.sha256(("0123456789abcdef/" + user).encode()).hexdigest()[:16]
    return subprocess.run(["openssl", "passwd", "-6", "-salt", salt, password], check=True,
                          capture_output=True, text=True).stdout.strip()


def check_file(path):
    """None, or what is wrong with the file in the eyes of who knows its format."""
    name = os.path.basename(path)
    if os.stat(path).st_mode & 0o777 != 0o600:
        return "its mode is %o" % os.stat(path).st_mode
    if name.endswith(".xml"):
        xml.dom.minidom.parse(path)
    if name == "preseed.cfg" and shutil.which("debconf-set-selections"):
        done = subprocess.run(["debconf-set-selections", "-c", path], capture_output=True, text=True)
        return done.stdout + done.stderr or None
    if name == "user-data" and yaml:
        with open(path, encoding="utf-8") as stream:
            seed = yaml.safe_load(stream)["autoinstall"]
        return None if seed["version"] == 1 and seed["identity"]["password"] else "no identity"
    return None


def check_files():
    good = True
    for answers in sorted(glob.glob(os.path.join(FOLDER, "auto-[!w]*.json"))):
        name = os.path.basename(answers)[:-5]
        folder = os.path.join(SCRATCH, name)
        wizard(name, "--answers", answers, "--output", folder)
        paths, texts = sorted(glob.glob(os.path.join(folder, "*"))), ""
        wrong = [check_file(path) for path in paths if check_file(path)]
        for path in paths:
            with open(path, encoding="utf-8") as stream:
                texts += stream.read()
        with open(answers, encoding="utf-8") as stream:
            given = json.load(stream)["answers"]
        if len(given["salt"]) == 16 and hash_of(given["login-password"], "ann") not in texts:
            wrong += ["the user's hash is another one"]
        good &= check("files " + name, str((len(paths) >= 2, wrong)), "(True, [])")
    return good


def main():
    good = check_files()
    good = check_vectors() and good
    good = check_choices() and good
    good = check_combinations() and good
    sys.exit(not good)


main()
