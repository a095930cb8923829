#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""The strings for people, and their translations.

strings.py sources ROOT: each file with such strings is in po/POTFILES.in, and each of those is there.
strings.py catalogues ROOT: every string is translated into every language that Lathe speaks.
"""
import os
import re
import subprocess
import sys
import tempfile

MODE, ROOT = sys.argv[1:]
os.chdir(ROOT)

WANTED = ["ar", "de", "es", "fr", "ja", "zh_CN"]
FOLDERS = ("app/", "assets/", "display/", "ui/", "wizards/")
KINDS = (".c", ".inc", ".ui", ".desktop.in", ".metainfo.xml.in", ".gschema.xml")
# What meson's preset "glib" gives to xgettext; ours come after it, from po/meson.build.
PRESET = ["--from-code=UTF-8", "--keyword=_", "--keyword=N_", "--keyword=C_:1c,2", "--keyword=NC_:1c,2",
          "--keyword=g_dngettext:2,3", "--flag=N_:1:pass-c-format", "--flag=C_:2:pass-c-format",
          "--flag=g_dngettext:2:pass-c-format"]


def read(path):
    with open(path, encoding="utf-8") as stream:
        return stream.read()


def run(*words):
    return subprocess.run(words, capture_output=True, text=True, env={**os.environ, "LC_ALL": "C"})


def ours():
    return re.findall(r"'(--(?:keyword|flag)=[^']+)'", read("po/meson.build"))


def potfiles():
    return [line for line in read("po/POTFILES.in").splitlines() if line and not line.startswith("#")]


def template(files, output):
    return run("xgettext", *PRESET, *ours(), "--no-wrap", "-o", output, *files)


def tree():
    files = run("git", "ls-files", "--cached", "--others", "--exclude-standard").stdout.splitlines()
    return [f for f in files if f.startswith(FOLDERS) and f.endswith(KINDS) and os.path.exists(f)]


def has_strings(path, scratch):
    output = os.path.join(scratch, "one.pot")
    if os.path.exists(output):
        os.unlink(output)
    template([path], output)
    return os.path.exists(output) and 'msgid ""\nmsgstr ""' in read(output)


def may_have_strings(path):
    """A quick look before xgettext's: a word of po/meson.build or of GLib, or what Glade writes."""
    words = [re.match(r"--keyword=(\w+)", word) for word in PRESET + ours()]
    names = "|".join(word.group(1) for word in words if word)
    return not path.endswith((".c", ".inc")) or re.search(r"\b(%s)\(" % names, read(path))


def check_sources(scratch):
    listed = potfiles()
    for path in listed:
        if not os.path.exists(path):
            yield "po/POTFILES.in has %s, which is not there" % path
    if listed != sorted(listed):
        yield "po/POTFILES.in is not sorted (LC_ALL=C sort -u)"
    for path in tree():
        if path not in listed and may_have_strings(path) and has_strings(path, scratch):
            yield "%s has strings to translate, and is not in po/POTFILES.in" % path


def check_formats(scratch):
    """A format that goes on after a macro is cut there: no catalogue would ever match it."""
    done = template([f for f in potfiles() if os.path.exists(f)], os.path.join(scratch, "all.pot"))
    for line in done.stderr.splitlines():
        if "fallback ITS rule" not in line and "extension" not in line:
            yield line


def first_messages(text, count=5):
    found = re.findall(r'^msgid ((?:".*"\n)+)', text, re.M)
    return "; ".join(m.replace('"\n"', "").strip() for m in found[1:count + 1])


def check_language(language, pot, scratch):
    source, merged = "po/%s.po" % language, os.path.join(scratch, language + ".po")
    if not os.path.exists(source):
        yield "%s is not there" % source
        return
    compiled = run("msgfmt", "-c", "-o", os.devnull, source)
    if compiled.returncode != 0 or "warning" in compiled.stderr:
        yield compiled.stderr.strip()
    run("msgmerge", "--quiet", "--no-fuzzy-matching", "--no-wrap", "-o", merged, source, pot)
    for wrong in ("--untranslated", "--only-fuzzy"):
        left = run("msgattrib", "--no-obsolete", "--no-wrap", wrong, merged).stdout
        if left:
            yield "%s has %d of %s: %s" % (source, left.count("\nmsgid ") - 1, wrong[2:], first_messages(left))


def check_catalogues(scratch):
    pot = os.path.join(scratch, "lathe.pot")
    template(potfiles(), pot)
    linguas = [line for line in read("po/LINGUAS").splitlines() if line and not line.startswith("#")]
    for language in sorted(set(WANTED) - set(linguas)):
        yield "po/LINGUAS lacks %s" % language
    for language in sorted(set(WANTED) | set(linguas)):
        yield from check_language(language, pot, scratch)


def main():
    checks = {"sources": (check_sources, check_formats), "catalogues": (check_catalogues,)}[MODE]
    failed = False
    for check in checks:
        with tempfile.TemporaryDirectory() as scratch:
            faults = list(check(scratch))
        print(("not ok " if faults else "ok ") + "strings: " + check.__name__[len("check_"):])
        for fault in faults:
            print("  " + fault)
        failed = failed or bool(faults)
    sys.exit(failed)


main()
