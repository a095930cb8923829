#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Making machines and editing their settings with real keys and drops, over the fake machine.

usage: test-pages.py PAGES PROGRAM DRAG-SOURCE PICTURES [TEST...]
"""
import os
import re
import subprocess
import sys
import time
import xml.etree.ElementTree as ElementTree

import qmp
from xwindow import FOCUS_READER, Failed, Pointer, check_complaints, run_tests, wait_for

PAGES, PROGRAM, SOURCE, PICTURES = sys.argv[1:5]
TITLE = "Settings of demo"


def find(display, title):
    found = display.tool("xdotool", "search", "--onlyvisible", "--name", "^%s$" % title).split()
    return found[-1] if found else None


class Page:
    """The program that shows one of the pages."""

    def __init__(self, display, folder, title, *words, **environment):
        self.display = display
        self.folder = folder
        self.errors = os.path.join(folder, "errors-%d" % time.monotonic_ns())
        self.focus_file = self.errors + "-focus"
        self.launched = self.errors + "-launched"
        own = dict(setting(display, folder), GTK_MODULES=FOCUS_READER, FOCUS_FILE=self.focus_file,
                   LAUNCHED=self.launched, **environment)
        with open(self.errors, "w") as file:
            self.process = subprocess.Popen([PAGES, *words], stderr=file, stdin=subprocess.DEVNULL,
                                            env=own)
        self.window = wait_for("the window " + title, lambda: self.find(title))
        self.focus(self.window)

    def find(self, title):
        return find(self.display, title)

    def focus(self, window):
        self.display.tool("xdotool", "windowfocus", "--sync", window)
        time.sleep(0.2)

    def keys(self, *keys):
        self.display.tool("xdotool", "key", "--delay", "40", *keys)

    def type(self, text):
        self.display.tool("xdotool", "type", "--delay", "20", text)

    def focused(self):
        if not os.path.exists(self.focus_file):
            return [""]
        with open(self.focus_file, encoding="utf-8") as file:
            return file.read().splitlines() or [""]

    def wait_focus(self, name):
        wait_for("the focus on %s; it is on %s" % (name, self.focused()[-1]),
                 lambda: self.focused()[-1] == name)

    def step(self, key):
        """To what has the focus next; its name."""
        before = len(self.focused())
        self.keys(key)
        wait_for("another focus than %s" % self.focused()[-1], lambda: len(self.focused()) > before)
        return self.focused()[-1]

    def tab_to(self, name):
        for _ in range(30):
            if self.step("Tab") == name:
                return
        raise Failed("Tab does not lead to '%s', but to %s" % (name, self.focused()[-30:]))

    def page(self, name):
        """From the list of pages, which has the focus first."""
        self.wait_focus("Overview")
        for _ in range(20):
            if self.focused()[-1] == name:
                return
            self.step("Down")
        raise Failed("there is no page " + name)

    def replace(self, text):
        self.keys("ctrl+a")
        self.type(text)

    def pause(self):
        """For what should not happen."""
        time.sleep(0.4)

    def ended(self):
        return self.process.poll() is not None

    def end(self):
        if not self.ended():
            self.process.terminate()
        self.process.wait()
        with open(self.errors) as file:
            check_complaints(file.read())


def setting(display, folder):
    return dict(display.environment, XDG_DATA_HOME=folder)


def machine(display, folder, *options):
    subprocess.run([PROGRAM, "create", "demo", *options], env=setting(display, folder), check=True,
                   stdout=subprocess.DEVNULL)


def path(folder, name="demo"):
    return os.path.join(folder, "lathe", "machines", name, "machine.xml")


def text(folder, name="demo"):
    try:
        with open(path(folder, name), encoding="utf-8") as file:
            return file.read()
    except FileNotFoundError:
        return ""


def wait_text(folder, words, name="demo"):
    wait_for("'%s' in the definition" % words, lambda: words in text(folder, name))


def check_valid(folder, name="demo"):
    whole = os.path.join(folder, "whole.xml")  # with all names of files whole, as libvirt wants it
    with open(whole, "w") as file:
        subprocess.run([PROGRAM, "export", name, "--format", "xml"], stdout=file, check=True,
                       env=dict(os.environ, XDG_DATA_HOME=folder))
    done = subprocess.run(["virt-xml-validate", whole, "domain"], text=True,
                          stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
    if done.returncode != 0:
        raise Failed("virt-xml-validate: " + done.stdout)


def disc(folder, volume="Debian 11.4.0 amd64 n", name="installer.iso"):
    """A disc that BIOS boots, named as an installer's."""
    root = os.path.join(folder, "root")
    os.makedirs(root, exist_ok=True)
    with open(os.path.join(root, "boot.img"), "wb") as file:
        file.write(b"\xf4" * 2048)
    subprocess.run(["xorriso", "-as", "mkisofs", "-o", os.path.join(folder, name), "-V", volume,
                    "-b", "boot.img", "-no-emul-boot", "-boot-load-size", "4", root], check=True,
                   stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    return os.path.join(folder, name)


def launched(page):
    wait_for("a machine that starts", lambda: os.path.exists(page.launched))
    with open(page.launched) as file:
        return file.read()


# ---- creating ----

def test_create(display, folder):
    """An installer's disc is recognised; one key makes the machine and starts it."""
    page = Page(display, folder, "New Machine", "create", disc(folder))
    page.wait_focus("Name")
    display.picture("create")
    page.keys("alt+s")
    name = launched(page).split(" -- ")[1]
    if name not in ("Debian 11", "installer"):  # as libosinfo is there or not
        raise Failed("started " + name)
    folder_name = name.lower().replace(" ", "-")
    wait_text(folder, "<name>%s</name>" % name, folder_name)
    check_valid(folder, folder_name)
    domain = ElementTree.fromstring(text(folder, folder_name))
    disks = domain.findall("devices/disk")
    if [disk.get("device") for disk in disks] != ["disk", "cdrom"]:
        raise Failed("disks: %s" % text(folder, folder_name))
    if disks[1].find("source").get("file") != os.path.join(folder, "installer.iso"):
        raise Failed("another disc: " + text(folder, folder_name))
    if int(domain.findtext("memory")) < 1 << 20 or domain.find("os").get("firmware") != "bios":
        raise Failed("memory or firmware: " + text(folder, folder_name))
    size = subprocess.run(["qemu-img", "info", os.path.join(os.path.dirname(path(folder, folder_name)),
                                                            "disk.qcow2")],
                          stdout=subprocess.PIPE, text=True, check=True).stdout
    if "virtual size: 20 GiB" not in size:
        raise Failed(size)
    page.end()


def express_disc(folder):
    """Debian's, with a kernel where its installer has one."""
    files = os.path.join(folder, "root", "install.amd")
    os.makedirs(files)
    for name in ("vmlinuz", "initrd.gz"):
        with open(os.path.join(files, name), "w", encoding="utf-8") as file:
            file.write(name)
    return disc(folder, "Debian 12.7.0 amd64 n")


def test_create_express(display, folder):
    """An installer's disc that can do without questions: they are on the page, by keys alone."""
    page = Page(display, folder, "New Machine", "create", express_disc(folder))
    page.wait_focus("Name")
    page.replace("demo")
    page.keys("alt+i")
    page.wait_focus("User")
    page.replace("Ann")  # a capital is wrong
    page.tab_to("Password")
    page.type("so-geheim-9")
    page.pause()
    display.picture("create-express-wrong")
    page.keys("alt+s")
    page.pause()
    if text(folder):
        raise Failed("it was made with a name that is none")
    page.keys("shift+Tab")
    page.wait_focus("User")
    page.replace("ann")
    page.pause()
    display.picture("create-express")
    page.keys("alt+s")
    if launched(page).split(" -- ")[1] != "demo":
        raise Failed("started another machine")
    check_valid(folder)
    install = os.path.join(os.path.dirname(path(folder)), "install")
    if "<lathe:install/>" not in text(folder) or sorted(os.listdir(install)) != ["initrd", "initrd.disc", "vmlinuz"]:
        raise Failed("no installation: %s, %s" % (text(folder), os.listdir(install)))
    with open(os.path.join(install, "initrd"), "rb") as file:
        data = file.read()
    if b"passwd/username string ann\n" not in data or b"so-geheim-9" in data:
        raise Failed("other answers: %s" % data.decode(errors="replace"))
    page.end()


def test_create_dropped(display, folder):
    """Nothing first; a disc is dropped, a name typed, and the settings open before the start."""
    page = Page(display, folder, "New Machine", "create")
    page.wait_focus("Name")
    with Pointer(display, SOURCE, disc(folder, "TEST", "test.iso")) as pointer:
        pointer.drop_on(page.window)
        wait_for("the look at the disc", lambda: page.focused().count("Name") == 2)
    page.focus(page.window)
    page.keys("alt+n")
    page.replace("demo")
    page.keys("alt+d")
    page.replace("8M")
    page.pause()
    page.keys("alt+u")
    wait_for("the settings", lambda: page.find(TITLE))
    if "test.iso" not in text(folder) or os.path.exists(page.launched):
        raise Failed("not as it was dropped: " + text(folder))
    check_valid(folder)
    page.end()


def test_create_wrong(display, folder):
    """What is wrong is said beside the field, and nothing is made; then it is right."""
    page = Page(display, folder, "New Machine", "create")
    page.wait_focus("Name")
    page.replace("a/b")
    page.keys("alt+m")
    page.replace("lots")
    page.keys("Return", "alt+s")
    page.pause()
    if os.path.exists(os.path.join(folder, "lathe", "machines", "a-b")):
        raise Failed("it was made")
    page.replace("512M")
    page.keys("alt+n")
    page.replace("demo")
    page.keys("Return")
    if launched(page) != "run --display gtk -- demo":
        raise Failed(launched(page))
    wait_text(folder, '<memory unit="KiB">524288</memory>')
    page.end()


def test_create_kernel(display, folder):
    """A kernel, its initial RAM disk dropped beside it, and its command line."""
    kernel, initrd = os.path.join(folder, "vmlinuz"), os.path.join(folder, "initrd.img")
    for name in kernel, initrd:
        with open(name, "wb") as file:
            file.write(b"\x7fELF, or so")
    page = Page(display, folder, "New Machine", "create", kernel)
    page.wait_focus("Name")
    with Pointer(display, SOURCE, initrd) as pointer:
        pointer.drop_on(page.window)
        page.pause()
    page.focus(page.window)
    page.keys("alt+l")
    page.type("console=ttyS0")
    display.picture("create-kernel")
    page.keys("Return")
    if launched(page) != "run --display gtk -- vmlinuz":
        raise Failed(launched(page))
    wait_text(folder, "<kernel>%s</kernel>" % kernel, "vmlinuz")
    wait_text(folder, "<initrd>%s</initrd>" % initrd, "vmlinuz")
    wait_text(folder, "<cmdline>console=ttyS0</cmdline>", "vmlinuz")
    check_valid(folder, "vmlinuz")
    page.end()


def test_create_try(display, folder):
    """Just try it: the file runs, and no machine is kept."""
    path_of_disc = disc(folder)
    page = Page(display, folder, "New Machine", "create", path_of_disc)
    page.wait_focus("Name")
    page.keys("alt+j")
    if launched(page) != "run --display gtk -- " + path_of_disc:
        raise Failed(launched(page))
    if os.path.exists(os.path.join(folder, "lathe")) and os.listdir(os.path.join(folder, "lathe")):
        raise Failed("a machine is kept")
    page.end()


# ---- editing ----

def test_edit(display, folder):
    """A value, a wrong one, undo, and what is applied."""
    machine(display, folder, "--memory", "1G", "--title", "A title")
    before = text(folder)
    page = Page(display, folder, TITLE, "settings", "demo")
    page.page("Memory")
    page.tab_to("Memory")
    page.replace("lots")
    page.keys("ctrl+s")
    page.pause()
    if text(folder) != before:
        raise Failed("what cannot be was written")
    page.keys("ctrl+z")
    page.replace("3G")
    page.keys("ctrl+z")
    page.keys("ctrl+s")
    page.pause()
    if text(folder) != before:
        raise Failed("what was undone was written")
    page.keys("ctrl+shift+z")
    page.keys("ctrl+s")
    wait_text(folder, '<memory unit="KiB">3145728</memory>')
    wait_text(folder, "<title>A title</title>")
    check_valid(folder)
    page.end()


def test_boot_order(display, folder):
    """The order by the keyboard alone; Ctrl+Page Down turns pages."""
    machine(display, folder)
    page = Page(display, folder, TITLE, "settings", "demo")
    page.wait_focus("Overview")
    for name in "Processor", "Memory", "Firmware", "Boot Order":
        if page.step("ctrl+Next") != name:
            raise Failed("the next page is " + page.focused()[-1])
    page.tab_to("Disks")
    page.keys("alt+Down")
    page.wait_focus("Disks")
    page.keys("alt+Down")
    page.keys("ctrl+s")
    wait_text(folder, '<boot dev="cdrom"/>')
    order = re.findall('<boot dev="([a-z]*)"/>', text(folder))
    if order != ["cdrom", "fd", "hd"]:
        raise Failed("the order is %s" % order)
    check_valid(folder)
    page.end()


def test_boot_drag(display, folder):
    """The same by dragging the first row's handle below the others."""
    machine(display, folder)
    page = Page(display, folder, TITLE, "settings", "demo")
    page.page("Boot Order")
    page.pause()
    display.picture("settings-boot")
    x, y, height = 183, 120, 38
    words = ["mousemove", str(x), str(y), "mousedown", "1"]
    for step in range(1, 11):
        words += ["mousemove", str(x), str(y + 2 * height * step // 10), "sleep", "0.05"]
    display.tool("xdotool", *words, "mouseup", "1")
    page.pause()
    page.keys("ctrl+s")
    wait_text(folder, '<boot dev="cdrom"/>')
    order = re.findall('<boot dev="([a-z]*)"/>', text(folder))
    if order != ["cdrom", "fd", "hd"]:
        raise Failed("the order is %s" % order)
    page.end()


def test_disks(display, folder):
    """A new disk, whose image is made when it is applied; and one is taken out."""
    machine(display, folder, "--disk", "size=8M")
    page = Page(display, folder, TITLE, "settings", "demo")
    image = os.path.join(os.path.dirname(path(folder)), "disk-2.qcow2")
    page.page("Disks and Discs")
    page.keys("alt+s")
    page.wait_focus("Size")
    page.replace("some")
    page.keys("Return")
    page.replace("16M")
    page.keys("alt+a")
    page.pause()
    if os.path.exists(image):
        raise Failed("the image is there already")
    page.keys("ctrl+s")
    wait_text(folder, "disk-2.qcow2")
    if not os.path.exists(image):
        raise Failed("no image")
    check_valid(folder)
    page.end()


def test_network(display, folder):
    """A forward is added, a wrong address explained, an adapter added."""
    machine(display, folder)
    page = Page(display, folder, TITLE, "settings", "demo")
    page.page("Network")
    page.tab_to("Address")
    page.replace("53:54:00:12:34:56")  # that of a group
    page.keys("ctrl+s")
    page.pause()
    page.replace("52:54:00:12:34:56")
    page.keys("alt+t")
    page.replace("8022")
    page.step("alt+f")
    page.keys("alt+n")
    display.picture("settings-network")
    page.keys("ctrl+s")
    wait_text(folder, '<range start="8022" to="22"/>')
    wait_text(folder, '<mac address="52:54:00:12:34:56"/>')
    if text(folder).count("<interface ") != 2:
        raise Failed("adapters: " + text(folder))
    check_valid(folder)
    page.end()


def test_serial(display, folder):
    """A port that leads to a file."""
    machine(display, folder)
    page = Page(display, folder, TITLE, "settings", "demo")
    page.page("Serial Ports")
    page.keys("alt+s")
    page.wait_focus("Port 2")
    page.keys("Down", "Down", "Down", "Down")
    page.tab_to("File or socket of port 2")
    page.type("/tmp/log")
    page.pause()
    page.keys("ctrl+s")
    wait_text(folder, '<source path="/tmp/log"/>')
    check_valid(folder)
    page.end()


def choose(page, chooser):
    """Return first takes what the chooser proposes while it still reads the folder."""
    def closed():
        if page.find("Choose a Folder to Share"):
            page.display.tool("xdotool", "windowfocus", chooser, "key", "Return")
            page.pause()
        return not page.find("Choose a Folder to Share")
    wait_for("no chooser", closed)
    page.focus(page.window)


def test_shares(display, folder):
    """Folders are chosen, named, made read-only; what cannot be is said; the line is copied; one is taken out."""
    machine(display, folder)
    music = os.path.join(folder, "My Music")
    os.makedirs(music)
    page = Page(display, folder, TITLE, "settings", "demo")
    page.page("Shared Folders")
    for _ in range(2):  # the same twice: the names differ
        page.keys("alt+f")
        chooser = wait_for("the chooser", lambda: page.find("Choose a Folder to Share"))
        page.focus(chooser)
        display.wait_rest()
        page.type(music)
        choose(page, chooser)
        page.wait_focus("Name")
    page.replace("My-Music")
    page.keys("ctrl+s")
    page.pause()
    display.picture("settings-shares-wrong")
    if "My-Music" in text(folder):
        raise Failed("two folders of one name were written")
    page.replace("tunes")
    page.tab_to("The guest may only read")
    page.keys("space")
    page.tab_to("Files belong to")
    page.type("1000:100")
    page.tab_to("Copy the line")
    page.keys("space")
    wait_for("the line on the clipboard", lambda: display.tool("xclip", "-o", "-selection", "clipboard") ==
             "mkdir -p /mnt/tunes && mount -t 9p -o trans=virtio,msize=262144,ro tunes /mnt/tunes")
    display.picture("settings-shares")
    page.keys("ctrl+s")
    wait_text(folder, '<target dir="tunes"/>')
    wait_text(folder, '<target dir="My-Music"/>')
    for piece in ('<source dir="%s"/>' % music, '<lathe:share name="tunes" uid="1000" gid="100"/>', "<readonly/>"):
        wait_text(folder, piece)
    check_valid(folder)
    page.tab_to("Shared Folders")
    page.tab_to("Remove folder 1; its files stay")
    page.keys("space")
    page.wait_focus("Name")
    page.keys("ctrl+s")
    wait_for("one folder", lambda: text(folder).count("<filesystem ") == 1)
    wait_text(folder, '<target dir="tunes"/>')
    page.keys("ctrl+z", "ctrl+s")
    wait_for("both again", lambda: text(folder).count("<filesystem ") == 2)
    page.end()


def test_graphics(display, folder):
    """The page of the display says what this computer has for guests, without waiting for it."""
    machine(display, folder)
    page = Page(display, folder, TITLE, "settings", "demo")
    page.page("Display")
    page.pause()
    display.picture("settings-graphics")
    page.tab_to("Graphics adapter")
    page.end()


def test_xml(display, folder):
    """The text: broken while it is typed, then with something that is not known but kept."""
    machine(display, folder)
    before = text(folder)
    page = Page(display, folder, TITLE, "settings", "demo")
    page.page("XML")
    page.tab_to("Definition in XML")
    page.keys("ctrl+Home", "Down", "Home")
    page.type("<teapot>")
    page.keys("ctrl+s")
    page.pause()
    if text(folder) != before:
        raise Failed("a broken text was written")
    page.type("</teapot>")
    display.picture("settings-xml")
    page.keys("ctrl+s")
    wait_text(folder, "<teapot")
    page.end()


def test_close(display, folder):
    """Escape asks; discard leaves the machine as it was."""
    machine(display, folder)
    before = text(folder)
    page = Page(display, folder, TITLE, "settings", "demo")
    page.tab_to("Title")
    page.type("Other")
    page.keys("Escape")
    dialog = wait_for("a question", lambda: page.find("Changes Are Not Applied"))
    page.focus(dialog)
    page.keys("alt+d")
    wait_for("the end", page.ended)
    if text(folder) != before:
        raise Failed("it was written")
    page.end()


def test_tab(display, folder):
    """Tab comes to all fields of each page, out of texts, and back; everything has a name."""
    machine(display, folder, "--disk", "size=8M", "--net", "user,forward=tcp:127.0.0.1:2222-:22")
    page = Page(display, folder, TITLE, "settings", "demo")
    page.wait_focus("Overview")
    for name, fields in (("Overview", ["Name", "Title", "Group", "Description"]),
                         ("Firmware", ["Firmware", "Kernel", "Choose a File"]),
                         ("Boot Order", ["Disks", "Move Disks down"]),
                         ("Disks and Discs", ["Remove vda; its file stays", "Size", "Add New Disk"]),
                         ("Network", ["Model", "Remove TCP 127.0.0.1:2222 → guest :22", "Add Forward"]),
                         ("XML", ["Definition in XML"])):
        while page.focused()[-1] != name:
            page.step("Down")
        names = [page.step("Tab")]
        while names.count(name) < 1 + fields.count(name) and len(names) < 40:
            names.append(page.step("Tab"))
        missing = [field for field in fields if field not in names]
        if names[-1] != name or missing or "" in names:
            raise Failed("Tab on %s leads to %s" % (name, names))
    page.end()


def test_contrast(display, folder):
    """High contrast and text of twice the size: Tab goes through each page and back, and all on the way has a name."""
    machine(display, folder, "--disk", "size=8M", "--sound", "ich9", "--console", "pty", "--share", "/srv=files")
    page = Page(display, folder, TITLE, "settings", "demo", GDK_DPI_SCALE="2", GTK_THEME="HighContrast")
    page.wait_focus("Overview")
    seen = []
    while True:
        name = page.focused()[-1]
        seen.append(name)
        display.picture("contrast-" + name.split(" ")[0].lower())
        names = [page.step("Tab"), page.step("Tab")]
        while names[-2:] != [name, names[0]] and len(names) < 40:  # a field may be called as its page is
            names.append(page.step("Tab"))
        if names[-2:] != [name, names[0]] or "" in names:
            raise Failed("Tab on %s leads to %s" % (name, names))
        for _ in names:
            page.step("shift+Tab")
        page.keys("Down")
        time.sleep(0.3)
        if page.focused()[-1] == name:
            break
    missing = {"Sound", "Shared Folders", "TPM", "USB and Input", "Memory", "XML"} - set(seen)
    if missing:
        raise Failed("there is no page %s among %s" % (missing, seen))
    page.end()


def test_kept(display, folder):
    """What later versions have is typed, explained where it cannot be, and written."""
    machine(display, folder)
    for name, field, value, piece in (
            ("Sound", "Sound card", "ich9", '<sound model="ich9"/>'),
            ("Memory", "Nodes", "memory=1G", '<cell memory="1048576" unit="KiB"/>'),
            ("USB and Input", "Devices of this computer", "usb:1.4", '<address bus="1" device="4"/>'),
            ("Serial Ports", "Consoles", "pty", '<target type="virtio"/>'),
            ("Serial Ports", "Channels", "org.example.agent=null", 'name="org.example.agent"')):
        page = Page(display, folder, TITLE, "settings", "demo")
        page.page(name)
        page.tab_to(field)
        page.replace(value)
        page.keys("ctrl+s")
        wait_text(folder, piece)
        page.end()


def forwards(client):
    return client("human-monitor-command", **{"command-line": "info usernet"})


def test_running(display, folder):
    """A running machine's second adapter gets a forward, and its disc is taken out, at once."""
    kernel = os.path.join(folder, "kernel")
    with open(kernel, "wb") as file:
        file.write(b"\x7fELF, or so")
    machine(display, folder, "--kernel", kernel, "--append", "until %s/end" % folder, "--cdrom",
            disc(folder, "FIRST", "first.iso"), "--net", "user", "--net", "user")
    os.makedirs(os.path.join(folder, "run"), mode=0o700)
    own = dict(setting(display, folder), XDG_RUNTIME_DIR=os.path.join(folder, "run"))
    runs = subprocess.Popen([PROGRAM, "run", "demo", "--display", "none", "--serial", "null"],
                            env=own, stdin=subprocess.DEVNULL)
    try:
        change_running(display, folder, runs.pid)
    finally:
        runs.terminate()
        runs.wait()


def has_medium(client):
    return any("inserted" in drive for drive in client("query-block") if "cd0" in drive["device"])


def change_running(display, folder, process):
    socket = os.path.join(folder, "run", "lathe", "%d.control" % process)
    wait_for("the machine's socket", lambda: os.path.exists(socket))
    client = qmp.Qmp(socket)
    if not has_medium(client):
        raise Failed("there is no disc in the drive")
    page = Page(display, folder, TITLE, "settings", "demo",
                XDG_RUNTIME_DIR=os.path.join(folder, "run"))
    page.page("Network")
    page.keys("alt+t", "alt+t")
    page.replace("8022")
    page.keys("Return")
    page.keys("ctrl+s")
    wait_text(folder, '<range start="8022" to="22"/>')
    wait_for("the forward", lambda: "net1 tcp:127.0.0.1:8022-:22" in forwards(client))
    page.end()
    page = Page(display, folder, TITLE, "settings", "demo",
                XDG_RUNTIME_DIR=os.path.join(folder, "run"))
    page.page("Disks and Discs")
    page.tab_to("Take the medium out of sda")
    page.step("space")
    page.keys("ctrl+s")
    wait_for("the drive to be empty", lambda: not has_medium(client))
    if "first.iso" in text(folder):
        raise Failed("the disc is still in the definition")
    page.end()


def test_library(display, folder):
    """The library's window opens both pages: by Ctrl+N, and by Alt+Return for the chosen machine."""
    machine(display, folder)
    with subprocess.Popen([PROGRAM], env=setting(display, folder), stdin=subprocess.DEVNULL,
                          stderr=subprocess.DEVNULL) as library:
        try:
            window = wait_for("the library", lambda: find(display, "Lathe"))
            display.tool("xdotool", "windowfocus", "--sync", window)
            display.wait_rest()
            display.tool("xdotool", "key", "--delay", "60", "Down", "alt+Return")
            settings = wait_for("the settings", lambda: find(display, TITLE))
            display.tool("xdotool", "windowfocus", "--sync", settings)
            display.tool("xdotool", "key", "Escape")
            wait_for("the library alone", lambda: not find(display, TITLE))
            display.tool("xdotool", "windowfocus", "--sync", window)
            display.tool("xdotool", "key", "ctrl+n")
            wait_for("the creating page", lambda: find(display, "New Machine"))
        finally:
            library.terminate()


def test_large(display, folder):
    """Text of twice the size, from right to left: what is there fits on the screen."""
    machine(display, folder)
    for words, title, name in ((["settings", "demo"], TITLE, "settings-large"),
                               (["create"], "New Machine", "create-large")):
        page = Page(display, folder, title, *words, GDK_DPI_SCALE="2", RIGHT_TO_LEFT="1")
        display.picture(name)
        lines = display.tool("xdotool", "getwindowgeometry", "--shell", page.window).split()
        place = dict(line.split("=") for line in lines)
        if int(place["WIDTH"]) > display.size[0] or int(place["HEIGHT"]) > display.size[1]:
            raise Failed("it is %s x %s" % (place["WIDTH"], place["HEIGHT"]))
        page.end()


run_tests("pages", [test_create, test_create_express, test_create_dropped, test_create_wrong, test_create_kernel, test_create_try, test_edit,
                    test_boot_order, test_boot_drag, test_disks, test_network, test_serial, test_shares, test_graphics, test_xml,
                    test_close, test_tab, test_contrast, test_kept, test_running, test_library, test_large], PICTURES, sys.argv[5:])
