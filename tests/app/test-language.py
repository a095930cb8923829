#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the program says in the language of its user: a catalogue with one sentence, and those of po/.

test-language.py LATHE LOCALE PO: the program; the folder where it looks for catalogues; their sources.
"""
import os
import shutil
import subprocess
import sys
import tempfile

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), ".."))
import verdict  # pylint: disable=wrong-import-position

LATHE, LOCALE, PO = sys.argv[1:]
SENTENCE = "'%s' is empty"
OURS = "nothing at all is in '%s'"


def report(name, good, why=""):
    verdict.report("language: " + name, good, why)


def make_locales(scratch):
    """A locale with a name of its own: what is named after C has no translations since glibc 2.39 or so."""
    shutil.copytree("/usr/lib/locale/C.utf8", os.path.join(scratch, "xx.utf8"))
    return scratch


def compile_catalogue(language, source):
    """What the checks of msgfmt find: nothing, if the catalogue is good."""
    folder = os.path.join(LOCALE, language, "LC_MESSAGES")
    os.makedirs(folder, exist_ok=True)
    done = subprocess.run(["msgfmt", "--check-format", "--check-domain", "-o",
                           os.path.join(folder, "lathe.mo"), source],
                          stderr=subprocess.PIPE, text=True)
    return done.stderr if done.returncode != 0 else ""


def said(language, *words, **more):
    environment = {**os.environ, "LOCPATH": LOCALES, "LC_ALL": "xx.UTF-8", "LANGUAGE": language, **more}
    environment.pop("DISPLAY", None)
    environment.pop("WAYLAND_DISPLAY", None)
    done = subprocess.run([LATHE, *words], env=environment, stdout=subprocess.PIPE,
                          stderr=subprocess.PIPE, text=True, timeout=60)
    return done.returncode, done.stderr


def one_sentence(scratch):
    empty = os.path.join(scratch, "empty.iso")
    source = os.path.join(scratch, "eo.po")
    open(empty, "w").close()
    with open(source, "w") as file:
        file.write('msgid ""\nmsgstr "Content-Type: text/plain; charset=UTF-8\\n"\n\n'
                   'msgid "%s"\nmsgstr "%s"\n' % (SENTENCE, OURS))
    report("a catalogue of one sentence", compile_catalogue("eo", source) == "")
    wanted = "lathe: " + OURS % empty + "\n"
    report("the sentence is translated", said("eo", "run", empty) == (2, wanted),
           said("eo", "run", empty))
    report("another is not", said("eo", "run", "--nothing")[1].startswith("lathe: lathe run has no"))
    wanted = "lathe: " + SENTENCE % empty + "\n"
    report("English elsewhere", said("", "run", empty) == (2, wanted), said("", "run", empty))
    report("and for scripts", said("eo", "run", empty, LC_ALL="C") == (2, wanted))


def catalogues(scratch):
    with open(os.path.join(PO, "LINGUAS")) as file:
        languages = [line.strip() for line in file if not line.startswith("#")]
    empty = os.path.join(scratch, "empty.iso")
    for language in languages:
        complaint = compile_catalogue(language, os.path.join(PO, language + ".po"))
        report(language + " can be compiled", complaint == "", complaint)
        report(language + " is spoken", said(language, "run", empty) != said("", "run", empty))


with tempfile.TemporaryDirectory(prefix="lathe-language-") as scratch_folder:
    LOCALES = make_locales(scratch_folder)
    one_sentence(scratch_folder)
    catalogues(scratch_folder)
verdict.finish()
