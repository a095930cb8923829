#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""The library by its verbs: what they do, what is refused, and that nothing interrupted is half.

test-library.py FAKE INTERRUPT LATHE verbs|interruptions: the program with the fake machine; the library that kills a
program at a write, or says that the disk is full (interrupt.c); the whole program.
"""
import json
import os
import re
import resource
import shutil
import signal
import subprocess
import sys
import tempfile

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), ".."))
import verdict  # pylint: disable=wrong-import-position

FAKE, INTERRUPT, LATHE = (os.path.abspath(word) for word in sys.argv[1:4])
VALIDATE, QEMU_IMG = shutil.which("virt-xml-validate"), shutil.which("qemu-img")
SCRATCH = tempfile.mkdtemp(prefix="lathe-library-")
MANY = 1000


def report(name, good, why=""):
    verdict.report("library: " + name, good, why)


class Library:
    """A data folder of its own."""

    def __init__(self, name):
        self.data = os.path.join(SCRATCH, name)
        self.folder = os.path.join(self.data, "lathe", "machines")

    def environment(self, **more):
        environment = {**os.environ, "XDG_DATA_HOME": self.data, "XDG_RUNTIME_DIR":
                       os.path.join(SCRATCH, "run"), "LC_ALL": "C.UTF-8", **more}
        for name in ("DISPLAY", "WAYLAND_DISPLAY", "VISUAL", "EDITOR"):
            if name not in more:
                environment.pop(name, None)
        return environment

    def run(self, *words, program=FAKE, **more):
        return subprocess.run([program, *words], env=self.environment(**more), cwd=SCRATCH,
                              stdin=subprocess.DEVNULL, capture_output=True, text=True,
                              timeout=60, check=False)

    def must(self, *words, **more):
        done = self.run(*words, **more)
        if done.returncode != 0:
            report("lathe " + " ".join(words), False, done.stderr)
        return done.stdout

    def refused(self, name, *words, why="", **more):
        """Exit status 2 and one clear line."""
        done = self.run(*words, **more)
        lines = done.stderr.splitlines()
        report(name, done.returncode == 2 and len(lines) == 1 and why in done.stderr,
               (done.returncode, done.stderr))

    def list(self, *words):
        return json.loads(self.must("list", "--json", *words))

    def names(self):
        return [machine["name"] for machine in self.list()]

    def find(self, name):
        return next(machine for machine in self.list() if machine["name"] == name)

    def path(self, *names):
        return os.path.join(self.folder, *names)

    def definition(self, identity):
        with open(self.path(identity, "machine.xml"), encoding="utf-8") as stream:
            return stream.read()

    def write(self, identity, text):
        os.makedirs(self.path(identity), exist_ok=True)
        with open(self.path(identity, "machine.xml"), "w", encoding="utf-8") as stream:
            stream.write(text)


def fake_kernel():
    path = os.path.join(SCRATCH, "kernel")
    with open(path, "wb") as stream:
        stream.write(b"\177ELF, or so")
    return path


def validate(name, library, machine):
    text = library.must("export", machine, "--format", "xml")
    if VALIDATE is None:
        return
    path = os.path.join(SCRATCH, "validate.xml")
    with open(path, "w", encoding="utf-8") as stream:
        stream.write(text)
    done = subprocess.run([VALIDATE, path, "domain"], capture_output=True, text=True, check=False)
    report(name + " is libvirt's", done.returncode == 0, done.stdout + done.stderr + text)


# ---- what the verbs do ----

def every_option(library):
    """All that `create` can say comes back by `show`."""
    kernel = fake_kernel()
    done = library.must(
        "create", "All of it", "--memory", "512M", "--smp", "4,cores=2,threads=2", "--cpu",
        "x86-64-v1,+avx2", "--kernel", kernel, "--initrd", kernel, "--append", "a b='c' <&>",
        "--disk", "size=3G,bus=nvme", "--disk", "size=1M,format=raw,readonly", "--cdrom", kernel,
        "--net", "user,model=e1000e,mac=52:54:00:00:00:01,forward=tcp:127.0.0.1:2222-:22",
        "--net", "user,forward=udp:[::1]:53-:53", "--serial", "pty", "--serial", "unix:socket",
        "--debugcon", "file:debug", "--gpu", "bochs", "--display", "none", "--tpm", "unix:tpm",
        "--no-reboot", "--debug-exit", "--testdev", "--accel", "interp", "--title", "For <people>",
        "--description", "Two\nlines", "--group", "Work/Tests")
    report("create says where", library.path("all-of-it") in done, done)
    shown = library.must("show", "all OF it")
    for wanted in (r"memory +512 MiB", r"4 \(sockets=1, dies=1, cores=2, threads=2\)",
                   r"cpu +x86-64-v1,\+avx2", r"all-of-it/disk.qcow2 on nvme, qcow2",
                   r"all-of-it/disk.img on virtio, raw, read-only", r"kernel on sata, raw, in a CD",
                   r"e1000e.*52:54:00:00:00:01.*tcp:127.0.0.1:2222-:22", r"udp:\[::1\]:53-",
                   r"interp", r"unix:%s/socket" % SCRATCH, r"pty", r"debug"):
        report("created: " + wanted, re.search(wanted, shown) is not None, shown)
    report("group and cpus are listed",
           (library.find("All of it")["group"], library.find("All of it")["cpus"]) ==
           ("Work/Tests", 4))
    validate("what create writes", library, "All of it")
    text = library.definition("all-of-it")
    report("the adapter is written", '<model type="bochs"' in text, text)
    report("disks in the folder are relative", 'file="disk.qcow2"' in text, text)


def edits(library):
    library.must("create", "Edit me", "--disk", "size=1G")
    library.must("edit", "edit me", "--memory", "3G", "--smp", "2", "--firmware", "uefi-secure",
                 "--disk", "size=2G", "--cdrom", fake_kernel(), "--boot", "cdrom,disk",
                 "--net", "none", "--group", "A", "--title", "T", "--tpm", "emulated")
    shown = library.must("show", "Edit me")
    for wanted in ("memory +3 GiB", "uefi-secure", "disk-2.qcow2 on virtio", "kernel on sata"):
        report("edited: " + wanted, re.search(wanted, shown) is not None, shown)
    validate("what edit writes", library, "Edit me")
    before = library.definition("edit-me")
    for word in ("vdz", "net1", "serial9", "", "vd"):
        library.refused("remove " + word, "edit", "Edit me", "--remove=" + (word or " "),
                        why="to remove")
    library.refused("an edit that cannot be", "edit", "Edit me", "--memory", "1G", "--cpu",
                    "x86-64-v1,wrong", why="--cpu")
    library.refused("an edit of nothing", "edit", "Edit me", why="nothing to change")
    report("what is refused changes nothing", library.definition("edit-me") == before)
    report("and leaves nothing", not os.path.exists(library.path("edit-me", "disk-3.qcow2")))
    library.must("edit", "Edit me", "--net", "none")
    library.must("edit", "Edit me", "--net", "user", "--net", "user,tftp=/usr,file=k=/etc/passwd,bootfile-efi=x,,y.efi")
    shown, kept = library.must("show", "Edit me"), library.definition("edit-me")
    report("a boot service is kept", "TFTP from /usr, file k=/etc/passwd, boot file for efi x,y.efi" in shown, shown)
    report("in our own part", '<lathe:netboot interface="2" folder="/usr" efi="x,y.efi">' in kept, kept)
    validate("a boot service", library, "Edit me")
    library.must("edit", "Edit me", "--remove=net1")
    report("and goes with its adapter", 'interface="1" folder=' in library.definition("edit-me"))
    library.must("edit", "Edit me", "--remove=net1")
    report("or is gone with it", "lathe:netboot" not in library.definition("edit-me"))
    library.must("edit", "Edit me", "--remove", "vdb", "--title", "", "--group", "", "--cdrom",
                 INTERRUPT, "--name", "Edité", "--firmware", "auto")
    shown = library.must("show", "EDITÉ")
    report("a disc goes into the drive there is", shown.count("in a CD drive") == 1 and
           "libinterrupt" in shown, shown)
    report("what was taken out is out", "disk-2" not in shown and "<title" not in
           library.definition("edit-me") and library.find("Edité")["group"] is None, shown)
    library.must("create", "First")
    library.must("edit", "First", "--position", "1")
    library.must("edit", "Edité", "--position", "2")
    report("the order is the user's", library.names()[:2] == ["First", "Edité"], library.names())


def editor(library):
    """--xml: an editor that is a script."""
    script = os.path.join(SCRATCH, "editor.sh")

    def edit(command):
        with open(script, "w", encoding="utf-8") as stream:
            stream.write("#!/bin/sh\n" + command + "\n")
        os.chmod(script, 0o755)
        return library.run("edit", "First", "--xml", VISUAL=script)

    before = library.definition("first")
    done = edit("sed -i 's/<vcpu>1</<vcpu>0</' \"$1\"")
    kept = re.search(r"the text is in (\S+)", done.stderr)
    report("a definition with faults is not taken", done.returncode == 2 and kept is not None and
           "vcpu '0'" in done.stderr and library.definition("first") == before, done.stderr)
    report("its text is kept", kept is not None and os.path.exists(kept.group(1)))
    if kept is not None:
        os.remove(kept.group(1))
    done = edit("echo '<domain' > \"$1\"")
    report("nor is one that is no XML", done.returncode == 2 and
           library.definition("first") == before, done.stderr)
    os.remove(re.search(r"the text is in (\S+)", done.stderr).group(1))
    done = edit("exit 3")
    report("an editor that gives up changes nothing", done.returncode == 2 and
           library.definition("first") == before, done.stderr)
    done = edit("true")
    report("nor does one that changes nothing", done.returncode == 0 and "nothing" in done.stdout)
    edit("sed -i 's/<vcpu>1</<vcpu>2</; s/sockets=\"1\"/sockets=\"2\"/' \"$1\"")
    report("what is right is taken", library.find("First")["cpus"] == 2)
    library.refused("two ways at once", "edit", "First", "--xml", "--memory", "1G", why="exclude")


def names(library):
    library.must("create", "Taken")
    for name in ("taken", "TAKEN", "ｔａｋｅｎ", "a/b", "..", ".", "", " x", "x\n", "x\x9b2J", "a\u202eb",
                 "x" * 300):
        library.refused("the name " + ascii(name), "create", "--", name)
    library.refused("bytes that are no text", "create", "--", b"\xff\xfe")
    library.refused("a name that is taken", "edit", "Edité", "--name", "Taken", why="already")
    for name in ("taken!", "..x", "日本", "-", "a\\b"):
        if name == "-":
            library.refused("a dash alone", "create", "--", name)
        else:
            library.must("create", "--", name)
            report("the name %s is found" % ascii(name), library.must("show", name) != "")
    report("no folder is outside", sorted(os.listdir(library.data)) == ["lathe"])
    library.refused("no such machine", "delete", "nosuch", why="lathe list")
    library.refused("a missing name", "edit", "--memory", "1G", why="one NAME")
    library.refused("a disk that is not there", "create", "x", "--disk", "/nosuch", why="/nosuch")
    library.refused("a kernel that is not there", "create", "x", "--kernel", "/nosuch",
                    why="/nosuch")
    library.refused("a bad group", "create", "x", "--group", "a//b", why="group")
    report("what was refused is not there", "x" not in library.names())


def moves(library):
    """Folders are moved, renamed, copied and broken by hand."""
    os.rename(library.path("taken"), library.path("elsewhere"))
    report("a renamed folder is found", "taken" in library.must("show", "Taken").lower())
    away = os.path.join(SCRATCH, "away")
    shutil.move(library.path("edit-me"), away)
    os.symlink(away, library.path("linked"))
    report("a folder behind a link is found", away not in library.must("show", "Edité") and
           "linked/disk.qcow2" in library.must("show", "Edité"), library.must("show", "Edité"))
    said = library.must("delete", "Edité")
    report("of a link only the link goes", "only a link" in said and
           os.path.exists(os.path.join(away, "disk.qcow2")), said)
    library.must("delete", "--undo")
    report("and it comes back", "Edité" in library.names())
    os.rename(library.data, library.data + "-moved")
    moved = Library(os.path.basename(library.data) + "-moved")
    report("a library that moved still works",
           moved.data in moved.must("show", "All of it"), moved.must("show", "All of it"))
    os.rename(moved.data, library.data)
    shutil.copytree(library.path("first"), library.path("second"))
    done = library.run("show", "First")
    report("a copy by hand hides nothing", done.returncode == 0)
    os.rename(library.path("first"), library.path("third"))
    library.refused("two of a name are told", "delete", "First", why="second, third")
    library.must("edit", "second", "--name", "Second")
    report("and one of them gets another", {"First", "Second"} <= set(library.names()))


def broken(library):
    count = len(library.names())
    bad = {"no-xml": "<domain", "doctype": "<!DOCTYPE x><domain/>", "fault":
           "<domain><name>fault</name><vcpu>0</vcpu></domain>", "empty": "", "big":
           "<domain><!--" + "x" * (5 << 20) + "--></domain>", "blocked":
           "<domain><name>blocked</name><os><type arch='aarch64'>hvm</type></os></domain>",
           "control": "<domain><name>a\u009b2Jb</name></domain>"}
    for name, text in bad.items():
        library.write(name, text)
    os.makedirs(library.path("nothing"))
    machines = {os.path.basename(machine["folder"]): machine for machine in library.list()}
    report("broken ones hide nobody", len(machines) == count + len(bad) + 1)
    for name in [*bad, "nothing"]:
        report("what is wrong is said: " + name, name == "control" or (
            machines[name]["state"] == "broken" and machines[name]["problem"]), machines[name])
    shown = library.must("list")
    report("a name moves no cursor", "\u009b" not in shown)
    library.refused("a broken one does not run", "run", "no-xml", why="no-xml")
    library.must("edit", "fault", "--smp", "1")
    report("what can be mended is", library.find("fault")["problem"] is None)
    for name in [*bad, "nothing"]:
        library.must("delete", name)
    report("broken ones can be deleted", len(library.names()) == count, library.names())
    library.must("delete", "--purge")
    report("deleted for good", library.list("--deleted") == [])


def runs(library):
    kernel = fake_kernel()
    library.must("create", "Runs", "--kernel", kernel, "--append", "print hello;poweroff")
    done = library.run("run", "runs")
    report("a machine runs by its name", (done.returncode, done.stdout) == (0, "hello\n"),
           (done.returncode, done.stdout, done.stderr))
    with open(library.path("runs", "machine.log"), encoding="utf-8") as stream:
        log = stream.read()
    report("its log tells", "started, process" in log and "ended with status 0" in log, log)
    library.run("run", "runs", "--append", "crash it broke")
    with open(library.path("runs", "machine.log"), encoding="utf-8") as stream:
        report("and its last words", "status 3: it broke" in stream.read())
    with subprocess.Popen([FAKE, "run", "Runs", "--append", "print up;spin"],
                          env=library.environment(), stdin=subprocess.DEVNULL,
                          stdout=subprocess.PIPE, stderr=subprocess.PIPE) as running:
        running.stdout.readline()
        found = library.find("Runs")
        report("a running one is seen", (found["state"], found["pid"]) == ("running", running.pid),
               found)
        process = "process %d" % running.pid
        for words in (("run", "Runs"), ("edit", "Runs", "--memory", "1G"), ("delete", "Runs"),
                      ("clone", "Runs", "Other")):
            library.refused("running: " + words[0], *words, why=process)
        running.send_signal(signal.SIGKILL)
        running.wait()
    report("a killed one has crashed", library.find("Runs")["state"] == "crashed")
    done = library.run("run", "runs")
    report("and starts again", done.returncode == 0, done.stderr)
    report("a dry run locks nothing", library.run("run", "runs", "--dry-run").returncode == 0)
    with open(os.path.join(SCRATCH, "runs"), "w", encoding="utf-8") as stream:
        stream.write("a file of the same name")
    report("a machine counts more than a file", library.run("run", "runs").returncode == 0)
    library.refused("the file is had with a slash", "run", "./runs", why="./runs")


class Running:
    """A machine of the library that runs until it is told to end."""

    def __init__(self, library, *words):
        self.process = subprocess.Popen([FAKE, "run", "Runs", "--append", "print up;spin", *words],
                                        env=library.environment(), stdin=subprocess.DEVNULL,
                                        stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        self.process.stdout.readline()

    def __enter__(self):
        return self

    def __exit__(self, *unused):
        self.process.kill()
        self.process.communicate()

    def ended(self):
        try:
            return self.process.wait(20)
        except subprocess.TimeoutExpired:
            return None


def controls(library):
    """The verbs that reach a running machine."""
    for verb in ("stop", "pause", "resume", "reset"):
        library.refused(verb + " of one that is off", verb, "Runs", why="does not run")
        library.refused(verb + " of none", verb, "nosuch", why="lathe list")
    with Running(library) as running:
        library.must("pause", "runs")
        library.must("resume", "Runs")
        report("paused, resumed and still there", running.process.poll() is None)
        library.must("stop", "Runs", "--force")
        report("the plug is pulled", running.ended() == 0, running.process.returncode)
    with Running(library) as running:
        library.must("reset", "Runs")
        report("a reset reaches it", b"up" in running.process.stdout.readline())
        library.must("stop", "Runs")
        report("the power button reaches it", running.ended() == 0, running.process.returncode)
    report("no socket is left", os.listdir(os.path.join(SCRATCH, "run", "lathe")) == [])


def variables(library):
    """Firmware's variables lie in the folder, and are kept."""
    code, template = os.path.join(SCRATCH, "CODE.fd"), os.path.join(SCRATCH, "VARS.fd")
    for path, size in ((code, 65536), (template, 4096)):
        with open(path, "wb") as stream:
            stream.write(b"\0" * size)
    folder = os.path.join(SCRATCH, "config", "qemu", "firmware")
    os.makedirs(folder)
    descriptor = {
        "description": "for a test", "interface-types": ["uefi"], "features": [], "tags": [],
        "mapping": {"device": "flash", "mode": "split", "executable":
                    {"filename": code, "format": "raw"}, "nvram-template":
                    {"filename": template, "format": "raw"}},
        "targets": [{"architecture": "x86_64", "machines": ["pc-q35-*"]}]}
    with open(os.path.join(folder, "00-test.json"), "w", encoding="utf-8") as stream:
        json.dump(descriptor, stream)
    library.must("create", "Vars", "--firmware", "uefi", "--disk", "size=1M", "--display", "none")
    config = os.path.join(SCRATCH, "config")
    library.run("run", "Vars", "--timeout", "0.2", XDG_CONFIG_HOME=config)
    report("a machine has variables of its own", os.path.exists(library.path("vars", "vars.fd")),
           os.listdir(library.path("vars")))


def imports(library):
    kernel = fake_kernel()
    said = library.must("import", "--", "qemu-system-x86_64", "-name", "Imported", "-m", "1G",
                        "-kernel", kernel)
    report("a command line becomes a machine", "Imported" in library.names(), said)
    library.refused("an import of a taken name", "import", "--", "qemu-system-x86_64", "-name",
                    "imported", why="--name")
    library.must("import", "--name", "Another", "--", "qemu-system-x86_64", "-name", "imported")
    path = os.path.join(SCRATCH, "from-libvirt.xml")
    with open(path, "w", encoding="utf-8") as stream:
        stream.write("<domain type='kvm'><name>../a/b</name><devices><disk type='file'>"
                     "<source file='kernel'/><target dev='vda'/></disk></devices></domain>")
    library.must("import", path)
    report("a foreign name is made fit", ".._a_b" in library.names(), library.names())
    report("its files are found", kernel in library.must("show", ".._a_b"))
    report("export says them whole", 'file="%s"' % kernel in
           library.must("export", ".._a_b", "--format", "xml"))
    report("as a command line too", "qemu-system-x86_64" in
           library.must("export", "Imported", "--format", "qemu"))
    with open(path, "w", encoding="utf-8") as stream:
        stream.write("<domain><vcpu>0</vcpu></domain>")
    library.refused("faults are not taken in", "import", path, why="vcpu '0'")
    before = library.names()
    library.must("import", "--print", "--", "qemu-system-x86_64", "-name", "printed")
    report("what is printed is not kept", library.names() == before)


# ---- clones ----

def fill(path, offset, text):
    if QEMU_IMG:
        subprocess.run(["qemu-io", "-f", "qcow2", "-c", "write -P %s %s 64k" % (text, offset), path],
                       check=True, stdout=subprocess.DEVNULL)


def reads(path, offset, text):
    if not QEMU_IMG:
        return True
    done = subprocess.run(["qemu-io", "-r", "-U", "-f", "qcow2", "-c",
                           "read -P %s %s 64k" % (text, offset), path],
                          capture_output=True, text=True, check=False)
    return done.returncode == 0 and "verification failed" not in done.stdout


def disk_of(library, name):
    shown = library.must("show", name)
    return re.search(r"disk +1 +(\S+) on", shown).group(1)


def check_image(path):
    if not QEMU_IMG:
        return True
    return subprocess.run(["qemu-img", "check", "-q", path], check=False,
                          stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL).returncode == 0


def clones(library):
    library.must("create", "Source", "--disk", "size=1G", "--net",
                 "user,mac=52:54:00:00:00:01", "--group", "G")
    fill(disk_of(library, "Source"), "0", "1")
    os.makedirs(library.path("source", "tpm"))
    with open(library.path("source", "tpm", "state"), "w", encoding="utf-8") as stream:
        stream.write("state")
    library.must("clone", "Source", "Full")
    library.must("clone", "Source", "Linked", "--linked")
    library.must("clone", "Linked", "Further", "--linked")
    disks = {name: disk_of(library, name) for name in ("Source", "Full", "Linked", "Further")}
    for name, path in disks.items():
        report(name + " has its disk in its folder", os.path.dirname(path) ==
               library.find(name)["folder"] and check_image(path), path)
        report(name + " begins as the source was", reads(path, "0", "1"))
    for number, path in enumerate(disks.values()):
        fill(path, "128k", str(number + 2))
    for number, path in enumerate(disks.values()):
        report("clone %d keeps what it wrote" % number, reads(path, "128k", str(number + 2)) and
               reads(path, "0", "1"))
    report("the TPM's state goes along", os.path.exists(library.path("full", "tpm", "state")))
    texts = [library.definition(name) for name in ("source", "full", "linked")]
    uuids = {re.search("<uuid>(.*)</uuid>", text).group(1) for text in texts}
    macs = {re.search('address="(52[^"]*)"', text).group(1) for text in texts}
    report("uuids and addresses are their own", len(uuids) == 3 and len(macs) == 3, (uuids, macs))
    report("the group is the source's", library.find("Full")["group"] == "G")
    said = library.must("delete", "Source", "--dry-run")
    report("what would go is said", "disk.qcow2" in said and "tpm" in said and
           "Source" in library.names(), said)
    library.must("delete", "Source")
    library.must("delete", "--purge", "--dry-run")
    report("and what would go for good", [machine["name"] for machine in
                                          library.list("--deleted")] == ["Source"])
    library.must("delete", "--purge")
    report("a linked clone outlives its source", reads(disks["Linked"], "0", "1") and
           reads(disks["Further"], "0", "1"))
    outside = os.path.join(SCRATCH, "outside.img")
    with open(outside, "wb") as stream:
        stream.write(b"x" * 4096)
    library.must("create", "Outside", "--disk", outside)
    said = library.must("delete", "Outside", "--dry-run")
    report("what lies elsewhere stays", "stays: " + outside in said, said)
    library.refused("what lies elsewhere is not linked", "clone", "Outside", "O", "--linked",
                    why="--linked")
    library.must("clone", "Outside", "O")
    report("but copied", os.path.exists(library.path("o", "outside.img")))
    library.refused("a clone of a taken name", "clone", "Full", "linked", why="already")
    report("nothing half is left", [name for name in os.listdir(library.folder)
                                    if name.startswith(".new-")] == [])


# ---- interruptions ----

def templates(library):
    """A template does not run, and clones go on from its disks, which nobody writes to."""
    library.must("create", "Base", "--disk", "size=64M", "--kernel", fake_kernel(), "--append", "poweroff")
    disk = disk_of(library, "Base")
    fill(disk, "0", "5")
    library.must("edit", "Base", "--template", "yes")
    before = library.definition("base")
    report("it is shown as a template", library.find("Base")["state"] == "template", library.find("Base"))
    library.refused("a template does not run", "run", "Base", why="is a template")
    library.refused("twice a template", "edit", "Base", "--template", "yes", why="already")
    library.refused("neither yes nor no", "edit", "Base", "--template", "maybe", why="--template")
    library.must("clone", "Base", "Linked", "--linked")
    library.must("clone", "Base", "Second", "--linked")
    library.must("clone", "Base", "Full")
    report("the template stays as it was", library.definition("base") == before and
           [name for name in sorted(os.listdir(library.path("base"))) if name.endswith("qcow2")] == ["disk.qcow2"],
           os.listdir(library.path("base")))
    for name in ("Linked", "Second", "Full"):
        report(name + " is a machine", library.find(name)["state"] == "off" and
               library.run("run", name, "--display", "none").returncode == 0, library.find(name))
        report(name + " has what is on its disk", reads(disk_of(library, name), "0", "5"))
    fill(disk_of(library, "Linked"), "0", "6")
    report("the other one sees nothing of it", reads(disk_of(library, "Second"), "0", "5"))
    library.refused("not while clones share it", "edit", "Base", "--template", "no", why="share its disks")
    for name in ("Linked", "Second"):
        library.must("delete", name)
    library.must("delete", "--purge")
    library.must("edit", "Base", "--template", "no")
    report("a machine again", library.find("Base")["state"] == "off" and
           library.run("run", "Base", "--display", "none").returncode == 0, library.find("Base"))
    fill(disk, "0", "7")


def shape(library, listed=None):
    """What a user sees of the library, without what is new each time."""
    machines = {}
    for machine in listed if listed is not None else library.list():
        text = re.sub("<uuid>.*</uuid>", "", library.definition(machine["folder"]))
        machines[machine["name"]] = (machine["problem"], re.sub(r"disk[-0-9]*\.qcow2", "D", text))
    return machines


def images_are_whole(library, listed):
    for machine in listed:
        for name in re.findall('<source file="(.*)"/>', library.definition(machine["folder"])):
            path = os.path.join(machine["folder"], name)
            if not os.path.exists(path) or not check_image(path):
                return False
    return True


def steps(name, words, prepare=()):
    """Interrupts a line of words at each change of a file: old or new is there, and it can be
    said again."""
    base = Library("base-" + name)
    base.must("create", "Old", "--disk", "size=1G")
    for line in prepare:
        base.must(*line)
    old = shape(base)
    number, full = 1, False
    result = Library("step-" + name)

    def fresh():
        shutil.rmtree(result.data, ignore_errors=True)
        shutil.copytree(base.data, result.data, symlinks=True)

    fresh()
    result.must(*words)
    new = shape(result)
    good, why = old != new, "nothing changes"
    while good:
        fresh()
        more = {"INTERRUPT_FULL": "1"} if full else {}
        done = result.run(*words, LD_PRELOAD=INTERRUPT, INTERRUPT_AT=str(number),
                          ASAN_OPTIONS="verify_asan_link_order=0", **more)
        listed = result.list()
        seen = shape(result, listed)
        good = seen in (old, new) and images_are_whole(result, listed)
        why = (number, full, done.returncode, done.stderr, {name: machine[0] for name, machine
                                                            in seen.items()})
        if full and good:
            good = (done.returncode == 0 and seen == new) or (
                done.returncode == 2 and "No space left" in done.stderr)
        if good and seen == old:
            again = result.run(*words)
            good = again.returncode == 0 and shape(result) == new
            why = (number, full, "again", again.stderr)
        if done.returncode == 0 and not (full and seen != new):
            if full:
                break
            report(name + ", killed at each of %d steps" % (number - 1), good and number > 3, why)
            full, number = True, 0
        number += 1
    report(name + ", disk full at each step", good and full, why)


def interruptions():
    steps("create", ("create", "New", "--disk", "size=2G", "--group", "G"))
    steps("edit", ("edit", "Old", "--name", "Other", "--disk", "size=1G"))
    steps("clone", ("clone", "Old", "New"))
    steps("linked", ("clone", "Old", "New", "--linked"))
    steps("delete", ("delete", "Old"))
    steps("undo", ("delete", "--undo"), [("create", "Gone"), ("delete", "Gone")])


# ---- many ----

def list_seconds(library):
    """Processor time of one list of the library."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    library.must("list")
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def many():
    """What a machine costs does not grow with their number: ten times as many take about ten times as long."""
    library = Library("many")
    library.must("create", "Template", "--disk", "size=1G")
    text = library.definition("template")
    seconds = {}
    for first, last in ((0, MANY // 10), (MANY // 10, MANY)):
        for number in range(first, last):
            library.write("vm-%04d" % number, text.replace("<name>Template", "<name>VM %04d" % number))
        found = len(library.must("list").splitlines())
        seconds[last] = min(list_seconds(library) for _ in range(3))
    report("the time to list machines grows as their number", found == MANY + 2 and
           seconds[MANY] < 20 * seconds[MANY // 10], (seconds, found))
    print("# %d machines: %.0f ms of processor time" % (MANY, seconds[MANY] * 1000))


def texts():
    """Help and completions come from the tables."""
    library = Library("texts")
    for verb in ("list", "create", "edit", "clone", "delete", "import", "export", "show"):
        report("help " + verb, ("lathe %s" % verb) in library.must("help", verb))
    report("an empty library invites", "lathe create" in library.must("list"))
    report("listing makes nothing", not os.path.exists(library.data))
    done = library.run("list", program=LATHE)
    report("the whole program lists", done.returncode == 0, done.stderr)


def verbs():
    library = Library("data")
    every_option(library)
    edits(library)
    editor(library)
    names(library)
    moves(library)
    broken(library)
    runs(library)
    controls(library)
    variables(library)
    imports(library)
    clones(Library("clones"))
    templates(Library("templates"))
    texts()
    many()


try:
    {"verbs": verbs, "interruptions": interruptions}[sys.argv[4]]()
finally:
    shutil.rmtree(SCRATCH, ignore_errors=True)
verdict.finish()
