#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""What comes of the assistant for firmware, put into a machine of the library: image, protection, variables.

apply.py PROGRAM
"""
import json
import os
import subprocess
import sys
import tempfile
import xml.etree.ElementTree as tree

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), ".."))
from verdict import finish, report  # pylint: disable=wrong-import-position

PROGRAM = os.path.abspath(sys.argv[1])
SIZE = {"4M": 540672, "2M": 131072}  # bytes of a store


class Host:
    """A folder with firmware, their descriptors and a library."""

    def __init__(self, folder):
        self.folder = folder
        self.machine = os.path.join(folder, "data/lathe/machines/box")
        self.environment = dict(os.environ, XDG_DATA_HOME=self.path("data"), LC_ALL="C.UTF-8")
        os.mkdir(self.path("firmware"))

    def path(self, *names):
        return os.path.join(self.folder, *names)

    def add(self, name, features, code, template, machine="pc-q35-*", form="raw"):
        """A firmware of the host, whose store is as Debian's templates are."""
        for file in (code, template):
            if not os.path.exists(self.path(file)):
                layout = "ovmf-2m" if "small" in file else "ovmf-4m"
                self.lathe("firmware", "vars", self.path(file), "--create", layout)
        text = {"description": name, "interface-types": ["uefi"], "features": features, "tags": [],
                "targets": [{"architecture": "x86_64", "machines": [machine]}],
                "mapping": {"device": "flash",
                            "executable": {"filename": self.path(code), "format": form},
                            "nvram-template": {"filename": self.path(template), "format": form}}}
        with open(self.path("firmware", name + ".json"), "w", encoding="utf-8") as file:
            json.dump(text, file)

    def lathe(self, *words):
        done = subprocess.run([PROGRAM, *words], stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, text=True,
                              stderr=subprocess.STDOUT, env=self.environment, cwd=self.folder)
        self.status = done.returncode
        return done.stdout

    def apply(self, **answers):
        answers.setdefault("folders", [self.path("firmware")])
        with open(self.path("answers.json"), "w", encoding="utf-8") as file:
            json.dump({"wizard": "firmware", "answers": answers}, file)
        return self.lathe("wizard", "firmware", "--answers", "answers.json", "--apply", "box")

    def os(self):
        """What stands in the definition: the image, its attributes, template and store."""
        root = tree.parse(os.path.join(self.machine, "machine.xml")).getroot()
        loader, nvram = root.find("os/loader"), root.find("os/nvram")
        return (loader.text, loader.get("type"), loader.get("secure", "no"),
                nvram.get("template") if nvram is not None else None, nvram.text if nvram is not None else None,
                root.find("features/smm") is not None)

    def check(self, name, code, secure, template, store, smm):
        want = (self.path(code), "pflash", secure, self.path(template), store, smm)
        report("apply-" + name, self.os() == want, "%s, not %s" % (self.os(), want))


def test_stores(host):
    """Each firmware of a machine has a store of its own, and no store is lost."""
    host.apply(**{"firmware": "50-secure.json"})
    host.check("secure", "code", "yes", "keyless.fd", "vars-50-secure.fd", True)
    host.lathe("edit", "box", "--title", "A box")
    host.check("kept-by-other-changes", "code", "yes", "keyless.fd", "vars-50-secure.fd", True)
    store = os.path.join(host.machine, "vars-50-secure.fd")
    host.lathe("firmware", "vars", store, "--create", "ovmf-4m", "--boot-add", "title=Mine,/one.efi")
    said = host.apply(**{"firmware": "60-plain.json"})
    host.check("plain", "plain", "no", "keyless.fd", "vars.fd", True)
    report("apply-tells", "vars.fd when the machine starts" in said and
           "until now stay in vars-50-secure.fd" in said, said)
    said = host.apply(**{"firmware": "50-secure.json"})
    host.check("again", "code", "yes", "keyless.fd", "vars-50-secure.fd", True)
    report("apply-keeps-old", "Mine" in host.lathe("firmware", "vars", store) and "are those in" in said, said)
    said = host.apply(**{"firmware": "50-secure.json"})
    report("apply-same", host.os()[4] == "vars-50-secure.fd" and "variables" not in said, said)
    said = host.apply(**{"firmware": "40-keys.json"})
    host.check("other-template", "code", "yes", "keys.fd", "vars-secure.fd", True)


def test_strangers(host):
    """A file of that name that is no such store is left alone, and one that is named is refused."""
    other = os.path.join(host.machine, "vars-70-small.fd")
    host.lathe("firmware", "vars", other, "--create", "ovmf-4m")
    host.apply(**{"firmware": "70-small.json"})
    host.check("name-is-taken", "small-code", "no", "small.fd", "vars-70-small-2.fd", True)
    report("apply-leaves-others", os.path.getsize(other) == SIZE["4M"], str(os.path.getsize(other)))
    before = host.os()
    said = host.apply(**{"firmware": "60-plain.json", "vars": host.path("small.fd")})
    report("apply-unfit-store", host.status == 2 and "does not hold variables" in said and host.os() == before, said)
    host.apply(**{"firmware": "60-plain.json", "vars": host.path("mine.fd")})
    host.check("named-store", "plain", "no", "keyless.fd", host.path("mine.fd"), True)


def test_refusals(host):
    """What Lathe's machines cannot start in is refused with the reason; nothing is changed."""
    before = host.os()
    for name, answers, reason in (("kind", {"firmware": "80-other.json", "machine": "pc"}, "another kind of machine"),
                                  ("format", {"firmware": "90-qcow2.json", "raw": "no"}, "qcow2 image")):
        said = host.apply(**answers)
        report("apply-refuses-" + name, host.status == 2 and reason in said and host.os() == before, said)


def test_way_back(host):
    """The answers of before lead back to what was there."""
    before = host.os()
    host.lathe("wizard", "firmware", "--machine", "box", "--save", "before.json")
    with open(host.path("before.json"), encoding="utf-8") as file:
        taken = json.load(file)["answers"]
    host.apply(**{"firmware": "50-secure.json"})
    report("apply-changes", host.os() != before, str(before))
    host.apply(**dict({"firmware": "60-plain.json"}, **{"vars": taken["vars"]}))
    report("apply-way-back", host.os() == before, "%s, not %s" % (host.os(), before))
    host.lathe("edit", "box", "--firmware", "uefi")
    with open(os.path.join(host.machine, "machine.xml"), encoding="utf-8") as file:
        text = file.read()
    report("apply-word-after", 'firmware="efi"' in text and "loader" not in text and "nvram" not in text, text)


def main():
    with tempfile.TemporaryDirectory() as folder:
        host = Host(os.path.realpath(folder))
        host.add("40-keys", ["secure-boot", "requires-smm", "enrolled-keys"], "code", "keys.fd")
        host.add("50-secure", ["secure-boot", "requires-smm"], "code", "keyless.fd")
        host.add("60-plain", [], "plain", "keyless.fd")
        host.add("70-small", [], "small-code", "small.fd")
        host.add("80-other", [], "plain", "keyless.fd", machine="pc-i440fx-*")
        host.add("90-qcow2", [], "plain", "keyless.fd", form="qcow2")
        host.lathe("create", "box", "--firmware", "uefi")
        for test in (test_stores, test_strangers, test_refusals, test_way_back):
            test(host)
    finish()


main()
