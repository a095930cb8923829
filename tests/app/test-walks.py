#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Each assistant by the keyboard alone, in its window and on a terminal, every page and every field that the answers in
walks/ are for: what is saved is what the command line makes of the same answers.

usage: test-walks.py PROGRAM PICTURES [WALK...]
WALK is a file of walks/ without its end. Pictures of each page, and what the terminal shows, are left for people.
"""
import glob
import json
import os
import re
import shutil
import subprocess
import sys
import time

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(HERE, "..", "wizards"))
from assistant import Wizard  # pylint: disable=wrong-import-position
from authority import Authority  # pylint: disable=wrong-import-position
from terminal import Terminal  # pylint: disable=wrong-import-position
from xwindow import Failed, run_tests, wait_for  # pylint: disable=wrong-import-position

PROGRAM, PICTURES = (os.path.abspath(word) for word in sys.argv[1:3])
PASSED = ("PATH", "LATHE_MODULES", "ASAN_OPTIONS", "TSAN_OPTIONS", "LSAN_OPTIONS", "UBSAN_OPTIONS")
SIZES = ((80, 24), (132, 43))
WIDE = 116  # columns from which there is a preview
CHANCE = ("config.crypted",)  # whose bytes are others each time
LAST = ["File", "Copy, with the secrets in it", "Save this file, with the secrets in it", "Preview", "Menu"]
MANY = 60  # keys in a row that lead nowhere
TYPED = ("text", "number", "secret", "file")
MODELS = {"s390x_gen15a.xml": "<cpus><model name='gen15a'><feature name='msa9_pckmo'/></model></cpus>",
          "s390x_features.xml": "<cpus><feature name='msa9_pckmo'/></cpus>"}


class Walk:
    """An assistant, and answers for it; in a folder with the files that they name."""

    def __init__(self, path, folder):
        self.name = os.path.splitext(os.path.basename(path))[0]
        self.folder = folder
        with open(path, encoding="utf-8") as file:
            answers = json.load(file)
        self.id, self.answers = answers["wizard"], answers["answers"]
        self.environment = {name: os.environ[name] for name in PASSED if name in os.environ}
        self.environment.update(HOME=folder, LC_ALL="C.UTF-8", XDG_DATA_HOME=os.path.join(folder, "data"))
        for name in ("linux", "initrd.gz", "grubnetx64.efi"):
            with open(os.path.join(folder, name), "wb"):
                pass
        os.mkdir(os.path.join(folder, "models"))
        for name, text in MODELS.items():
            with open(os.path.join(folder, "models", name), "w", encoding="utf-8") as file:
                file.write(text)

    def questions(self, answers):
        """The steps with their questions, as they are asked with these answers."""
        done = subprocess.run([PROGRAM, "wizard", self.id, "--answers", "-", "--questions", "--json"], text=True,
                              input=json.dumps({"wizard": self.id, "answers": answers}), capture_output=True,
                              env=self.environment, cwd=self.folder, check=False)
        if done.returncode != 0:
            raise Failed(done.stderr)
        return json.loads(done.stdout)

    def steps(self):
        return self.questions(self.answers)

    def now(self, answers, wanted):
        """A question once more, with other answers."""
        return next(question for step in self.questions(answers) for question in step["questions"]
                    if question["id"] == wanted["id"])

    def lines(self, question):
        """The wanted answer as it is typed."""
        answer = self.answers[question["id"]]
        return answer if isinstance(answer, list) else [str(answer)]

    def by_command(self):
        """What the command line makes of the answers."""
        path = os.path.join(self.folder, "given.json")
        with open(path, "w", encoding="utf-8") as file:
            json.dump({"wizard": self.id, "answers": self.answers}, file)
        done = subprocess.run([PROGRAM, "wizard", self.id, "--answers", path, "--output", "command"], text=True,
                              capture_output=True, env=self.environment, cwd=self.folder, check=False)
        if done.returncode != 0:
            raise Failed("lathe wizard: " + done.stderr)
        return self.files("command")

    def files(self, folder):
        place = os.path.join(self.folder, folder)
        found = {}
        for name in sorted(os.listdir(place)):
            with open(os.path.join(place, name), "rb") as file:
                found[name] = "" if name in CHANCE else file.read()
        return found

    def compare(self, folder, wanted):
        """Fails if the folder has other files than these."""
        found = self.files(folder)
        if sorted(found) != sorted(wanted):
            raise Failed("%s has the files %s, not %s" % (folder, sorted(found), sorted(wanted)))
        for name, text in found.items():
            if text != wanted[name]:
                raise Failed("%s/%s is\n%s\nand not\n%s" % (folder, name, text, wanted[name]))

    def check_answers(self, path):
        """Fails if other answers count than the wanted ones."""
        with open(os.path.join(self.folder, path), encoding="utf-8") as file:
            found = json.load(file)["answers"]
        for had, wanted in zip(self.questions(found), self.steps()):
            for one, other in zip(had["questions"], wanted["questions"]):
                if one != other:
                    raise Failed("%s: %s is '%s' and not '%s'" % (path, one["id"], one["value"], other["value"]))


# ---- in the window ----


class WindowWalk:
    """A walk's answers, in the assistant's window."""

    def __init__(self, walk, display, title):
        self.walk, self.display = walk, display
        self.wizard = Wizard(PROGRAM, display, walk.folder, walk.id, title)
        self.answers = {}
        self.steps = walk.steps()

    def picture(self, *words):
        self.display.picture("-".join(["walk", self.walk.name, *words]))

    def fill(self, question):
        """What has the focus is the question's field."""
        wizard, kind = self.wizard, question["kind"]
        lines = self.walk.lines(question)
        if kind in TYPED or kind == "list":
            wizard.type("\n".join(lines))
        elif kind == "choice":
            ids = [choice["id"] for choice in self.walk.now(self.answers, question)["choices"] if choice["possible"]]
            wizard.keys("Home", *["Down"] * (1 + ids.index(lines[0])))
        elif self.walk.now(self.answers, question)["value"] != lines[0]:
            wizard.keys("space")
        self.answers[question["id"]] = self.walk.answers[question["id"]]
        time.sleep(0.3)  # what depends on it is shown a moment later

    def page(self, step):
        """Tab all around: each field that there is an answer for is filled when the focus comes to it."""
        wanted = [question for question in step["questions"] if question["asked"] and question["id"] in self.walk.answers]
        seen, filled = [], 0
        self.picture(step["id"])
        while "Menu" not in seen and len(seen) < MANY:
            name = self.wizard.step("Tab")
            seen.append(name)
            if wanted and wanted[0]["label"] == name:
                self.fill(wanted.pop(0))
                filled += 1
                if filled % 5 == 0 or not wanted:
                    self.picture(step["id"], "filled-%d" % filled)
        if wanted:
            raise Failed("on the page %s Tab comes by %s, and not to %s" %
                         (step["title"], seen, [question["label"] for question in wanted]))
        return seen

    def go(self):
        """Each page, and what comes of it into a folder."""
        wizard = self.wizard
        wizard.wait_focus(self.steps[0]["title"])
        for number, step in enumerate(self.steps + [{"id": "result", "title": "Result", "questions": []}]):
            if number:
                wizard.keys("ctrl+Next")
                wait_for("the page " + step["title"],
                         lambda title=step["title"]: wizard.focused()[-1].split(",")[0] == title)
            seen = self.page(step)
            self.wizard.step("Tab")  # to the list of steps
            if [name for name in seen if name in LAST] != LAST:
                raise Failed("on the page %s Tab comes by %s" % (step["title"], seen))
        wizard.save_answers("window.json")
        self.walk.check_answers("window.json")
        wizard.keys("ctrl+shift+s")
        wizard.dialog("Save All Files in a Folder", os.path.join(self.walk.folder, "window"))
        wait_for("the files", lambda: os.path.isdir(os.path.join(self.walk.folder, "window")))
        self.picture("saved")
        wizard.end()


# ---- on a terminal ----


class TerminalWalk:
    """The same on the whole terminal."""

    def __init__(self, walk, size):
        self.walk, self.size = walk, size
        self.folder = "terminal-%d" % size[0]
        command = ["sh", "-c", 'cd "$1"; shift; exec "$@"', "sh", walk.folder, PROGRAM, "wizard", walk.id]
        self.terminal = Terminal(walk.folder, command, dict(walk.environment, TERM="xterm-256color"), size)
        self.answers = {}
        self.steps = walk.steps()

    def picture(self, *words):
        name = "-".join(["walk", self.walk.name, str(self.size[0]), *words]) + ".txt"
        with open(os.path.join(PICTURES, name), "w", encoding="utf-8") as stream:
            stream.write(self.terminal.text())

    def page_text(self):
        """The page alone, as words in one line."""
        rows = [row.split("│") for row in self.terminal.rows()]
        last = -1 if self.size[0] >= WIDE else None  # the preview
        return " ".join(" ".join(" ".join(row[1:last]) for row in rows if len(row) > 1).split())

    def is_selected(self, question):
        """Its label has the selection's colour, as far as there is room for it, and its help stands below."""
        text = re.sub(r"\x1b\[(?!46m)[0-9;]*m", "", self.terminal.text("-e"))
        return "\x1b[46m " + question["label"][:12] in text and \
            " ".join(question["help"].split())[:60] in self.page_text()

    def select(self, question):
        """Down, until the question is selected."""
        for _ in range(MANY):
            end = time.monotonic() + 0.3
            while time.monotonic() < end:
                if self.is_selected(question):
                    return
                time.sleep(0.03)
            self.terminal.keys("Down")
        raise Failed("Down does not lead to %s with its help:\n%s" % (question["label"], self.terminal.text()))

    def type(self, text):
        self.terminal.type(text)
        self.terminal.keys("Enter")

    def fill(self, question):
        terminal, kind = self.terminal, question["kind"]
        lines = self.walk.lines(question)
        if kind in TYPED or kind == "list":
            for line in lines if kind != "list" else [""] + lines:  # to its first line
                terminal.keys("Enter")
                if kind != "list" or line:
                    self.type(line)
        elif kind == "choice":
            ids = [choice["id"] for choice in self.walk.now(self.answers, question)["choices"] if choice["possible"]]
            terminal.keys("Enter")
            terminal.wait("As proposed")
            terminal.keys("Home", *["Down"] * (1 + ids.index(lines[0])), "Enter")
            terminal.wait(gone=("As proposed",))
        elif self.walk.now(self.answers, question)["value"] != lines[0]:
            terminal.keys("Enter")
        self.answers[question["id"]] = self.walk.answers[question["id"]]

    def page(self, step):
        wanted = [question for question in step["questions"] if question["asked"] and question["id"] in self.walk.answers]
        self.picture(step["id"])
        if wanted:
            self.terminal.keys("Enter")
        for number, question in enumerate(wanted):
            self.select(question)
            self.fill(question)
            if (number + 1) % 5 == 0 or number + 1 == len(wanted):
                time.sleep(0.2)
                self.picture(step["id"], "filled-%d" % (number + 1))
        if wanted:
            self.terminal.keys("Escape")

    def save(self, key, title, name):
        terminal = self.terminal
        terminal.keys(key)
        terminal.wait(title)
        terminal.keys("C-u")
        self.type(os.path.join(self.walk.folder, name))
        terminal.wait("Saved in")

    def go(self):
        terminal = self.terminal
        for number, step in enumerate(self.steps):
            if number:
                terminal.keys("n")
            time.sleep(0.5)  # Escape is a key of its own after a moment
            self.page(step)
        terminal.keys("n")
        time.sleep(0.5)
        self.picture("result")
        terminal.keys("v")
        terminal.wait("Preview")
        self.picture("preview")
        text = terminal.text()
        secrets = [question["id"] for step in self.steps for question in step["questions"]
                   if question["kind"] == "secret" and question["asked"] and self.walk.answers.get(question["id"], "-") in text]
        if secrets:
            raise Failed("%s are on the screen:\n%s" % (secrets, text))
        terminal.keys("q")
        self.save("s", "Save Answers", self.folder + ".json")
        self.walk.check_answers(self.folder + ".json")
        self.save("w", "Save All Files", self.folder)
        self.picture("saved")
        terminal.keys("F10")
        terminal.wait("status 0")


# ---- each ----


def do_walk(path, display, folder):
    walk = Walk(path, folder)
    authority = Authority(folder) if walk.id == "secure-execution" else None
    try:
        wanted = walk.by_command()
        listed = subprocess.run([PROGRAM, "wizard", walk.id, "--questions"], capture_output=True, text=True, check=True)
        if not listed.stdout.startswith(walk.steps()[0]["title"]):
            raise Failed("the questions are " + listed.stdout)
        WindowWalk(walk, display, TITLES[walk.id]).go()
        walk.compare("window", wanted)
        for size in SIZES:
            on_terminal = TerminalWalk(walk, size)
            try:
                on_terminal.go()
            finally:
                on_terminal.terminal.close()
            walk.compare(on_terminal.folder, wanted)
    finally:
        if authority is not None:
            authority.close()


TITLES = {"doctor": "CPU Doctor", "firmware": "Firmware", "topology": "Topology", "netboot": "Network boot",
          "installer": "Installer parameters", "cloud-init": "Cloud image", "secure-execution": "Secure guest on IBM Z"}


def test_of(path):
    def test(display, folder):
        do_walk(path, display, folder)
    test.__name__ = "test_" + os.path.splitext(os.path.basename(path))[0]
    return test


run_tests("walk", [test_of(path) for path in sorted(glob.glob(os.path.join(HERE, "walks", "*.json")))], PICTURES,
          sys.argv[3:])
