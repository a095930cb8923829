#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""The boot service of `lathe run`, with real firmware: what the wizard makes of its answers is started.

netboot.py LATHE GUESTS CASE...: qemu (what it writes for QEMU starts there), pxe-secure (Debian's installer behind
shim and GRUB, Secure Boot on), iso (a disc in memory by HTTP), uki (a unified kernel by HTTP), ipxe (SeaBIOS),
grub-efi, grub-http, grub-menu (a GRUB alone, with the record of its frames). Signed programs are fetched by apt.
"""
import glob
import json
import os
import re
import shlex
import shutil
import signal
import struct
import subprocess
import sys
import tempfile
import time

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), ".."))
from camera import Camera  # pylint: disable=wrong-import-position
from verdict import finish, report  # pylint: disable=wrong-import-position

LATHE, GUESTS = (os.path.abspath(path) for path in sys.argv[1:3])
INSTALLER = os.path.join(GUESTS, "installer")
GRUB = "/usr/lib/grub/x86_64-efi/monolithic/grubnetx64.efi"
PATIENCE = float(os.environ.get("PATIENCE", "1"))
APPEND = "console=tty0 console=ttyS0 DEBIAN_FRONTEND=text"
INSTALLED = "Choose the language to be used|Choose language"


def unpack(*packages):
    """Debian's packages, in this folder; False: they cannot be had."""
    if subprocess.run(["apt-get", "download", *packages], capture_output=True).returncode:
        return False
    return all(subprocess.run(["dpkg-deb", "-x", deb, "."]).returncode == 0 for deb in glob.glob("*.deb"))


def wizard(**answers):
    """The words of `lathe run` that the wizard writes."""
    with open("answers.json", "w", encoding="utf-8") as stream:
        json.dump({"wizard": "netboot", "answers": answers}, stream)
    done = subprocess.run([LATHE, "wizard", "netboot", "--answers", "answers.json", "--output", "netboot"],
                          capture_output=True, text=True, stdin=subprocess.DEVNULL)
    if done.returncode:
        print(done.stderr)
        return None
    with open("netboot/lathe.args", encoding="utf-8") as stream:
        return shlex.split(stream.read())


def heard(path):
    with open(path, encoding="utf-8", errors="replace") as stream:
        return stream.read()


def wait_for_text(process, path, expected, limit):
    """What the serial port said, until this is in it, or the machine ends, or the time is over."""
    end, said = time.monotonic() + limit * PATIENCE, ""
    while time.monotonic() < end and not re.search(expected, said):
        ended = process.poll() is not None
        said = heard(path)
        if ended:
            break
        time.sleep(0.5)
    return said


def run(name, words, expected, limit):
    """What the serial port said, and the requests; with pictures it goes on for a while."""
    camera = Camera(name)
    with open("serial.log", "wb") as out, open("requests.log", "wb") as errors:
        process = subprocess.Popen([LATHE, "run", "--display", "none", "--no-reboot", "--serial", "stdio", *words,
                                    *camera.options], stdin=subprocess.DEVNULL, stdout=out, stderr=errors)
    said = wait_for_text(process, "serial.log", expected, limit)
    camera.close(20)
    process.terminate()
    process.wait()
    requests = re.findall(r"(?m)^lathe: (.*?)\r?$", heard("requests.log"))
    camera.keep("requests", "\n".join(requests) + "\n")
    camera.keep("serial", said)
    print("\n".join("  " + line for line in requests), flush=True)
    return said, requests


def sent(requests, name, protocol):
    return any(re.match(r"asked for /?%s over %s: sent " % (re.escape(name), protocol), line) for line in requests)


def check(name, words, expected, limit, *files):
    said, requests = run(name, words, expected, limit) if words else ("", [])
    report("netboot-" + name, re.search(expected, said) is not None, said[-1500:])
    for file, protocol in files:
        report("netboot-%s-sent-%s" % (name, os.path.basename(file)), sent(requests, file, protocol), requests)
    return requests


def signed():
    """Answers of shim and GRUB of one distributor."""
    if not os.path.isdir("usr") and not unpack("shim-signed", "grub-efi-amd64-signed"):
        print("not there: shim-signed and grub-efi-amd64-signed")
        return None
    return {"secure": True, "shim": os.path.abspath("usr/lib/shim/shimx64.efi.signed"),
            "grub": os.path.abspath("usr/lib/grub/x86_64-efi-signed/grubnetx64.efi.signed")}


def kernel(**answers):
    return wizard(source="kernel", kernel=INSTALLER + "/linux", initrd=INSTALLER + "/initrd.gz", append=APPEND,
                  memory="1G", **answers)


def pxe_secure():
    chain = signed()
    if chain is None:
        return
    requests = check("pxe-secure", kernel(client="efi", **chain), INSTALLED, 400, ("shimx64.efi", "TFTP"),
                     ("grubx64.efi", "TFTP"), ("grub/grub.cfg", "TFTP"), ("linux", "TFTP"), ("initrd.gz", "TFTP"))
    report("netboot-pxe-secure-nothing-wrong", not any("no such file" in line for line in requests), requests)


MENU = """set timeout=5
menuentry "Installer on this disc" {
    linux /linux %s
    initrd /initrd.gz
}
"""


def iso():
    """A disc with a menu of its own and the installer."""
    os.makedirs("disc/boot/grub")
    for file in ("linux", "initrd.gz"):
        shutil.copy(os.path.join(INSTALLER, file), "disc")
    with open("disc/boot/grub/grub.cfg", "w", encoding="ascii") as stream:
        stream.write(MENU % APPEND)
    if subprocess.run(["grub-mkrescue", "-o", "disc.iso", "disc"], capture_output=True).returncode:
        print("not there: grub-mkrescue, or what it needs")
        return
    check("iso", wizard(source="iso", iso=os.path.abspath("disc.iso"), client="http", memory="3G"), INSTALLED, 400,
          ("boot.iso", "HTTP"))


def make_uki(stub):
    """systemd's stub with the installer in it."""
    with open("cmdline", "w", encoding="ascii") as stream:
        stream.write(APPEND)
    lines = subprocess.run(["objdump", "-h", "-w", stub], capture_output=True, text=True, check=True).stdout
    rows = re.findall(r"(?m)^\s*\d+ (\S+)\s+([0-9a-f]+)\s+([0-9a-f]+)", lines)
    at, words = max(int(size, 16) + int(start, 16) for _, size, start in rows), []
    for section, path in ((".cmdline", "cmdline"), (".initrd", INSTALLER + "/initrd.gz"),
                          (".linux", INSTALLER + "/linux")):
        at = (at + 4095) & ~4095
        words += ["--add-section", "%s=%s" % (section, path), "--change-section-vma", "%s=%#x" % (section, at)]
        at += os.path.getsize(path)
    subprocess.run(["objcopy", *words, stub, "uki.efi"], check=True)


def uki():
    if not unpack("systemd-boot-efi"):
        print("not there: systemd-boot-efi")
        return
    make_uki("usr/lib/systemd/boot/efi/linuxx64.efi.stub")
    check("uki", wizard(source="uki", uki=os.path.abspath("uki.efi"), client="http", memory="2G"), INSTALLED, 400,
          ("boot.efi", "HTTP"))


def ipxe():
    check("ipxe", kernel(client="ipxe"), INSTALLED, 300, ("boot.ipxe", "HTTP"), ("linux", "HTTP"),
          ("initrd.gz", "HTTP"))


def qemu_starts(name, expected, limit):
    """QEMU's serial port says this, started by the wizard's command."""
    with open("serial.log", "wb") as log:
        process = subprocess.Popen(["sh", "netboot/qemu.sh", "-display", "none", "-no-reboot", "-serial", "stdio"],
                                   stdin=subprocess.DEVNULL, stdout=log, stderr=subprocess.STDOUT,
                                   start_new_session=True, env=dict(os.environ, ACCEL="tcg"))
    said = wait_for_text(process, "serial.log", expected, limit)
    if process.poll() is None:
        os.killpg(process.pid, signal.SIGTERM)
    process.wait()
    report("netboot-qemu-" + name, re.search(expected, said) is not None, said[-1500:])


def qemu():
    if shutil.which("qemu-system-x86_64") is None:
        print("not there: qemu-system-x86_64")
        return
    chain = signed()
    for name, answers in (("ipxe", {"client": "ipxe"}), ("efi", {"client": "efi", "grub": GRUB}),
                          ("secure", chain and dict(chain, client="efi"))):
        if answers and kernel(**answers):
            qemu_starts(name, r"Linux version \d", 300)


def frames(path):
    """Each frame of a record."""
    with open(path, "rb") as stream:
        data = stream.read()
    if struct.unpack_from("<IHHIIII", data) != (0xa1b2c3d4, 2, 4, 0, 0, 65553, 1):
        return []
    at, found = 24, []
    while at < len(data):
        kept, length = struct.unpack_from("<8xII", data, at)
        found.append(data[at + 16:at + 16 + kept])
        at += 16 + kept
        if kept != length or at > len(data):
            return []
    return found


def grub(client, protocol, expected, *files):
    """A GRUB without a kernel behind it comes to its own script, or, by HTTP, which it does not know, to itself."""
    os.makedirs("folder/grub", exist_ok=True)
    shutil.copy(GRUB, "folder/first.efi")
    with open("folder/grub/grub.cfg", "w", encoding="ascii") as stream:
        stream.write("serial\nterminal_output serial\necho the script by $net_default_server\nhalt\n")
    words = wizard(source="folder", folder=os.path.abspath("folder"), first="first.efi", client=client, memory="512M",
                   pcap=os.path.abspath("boot.pcap"))
    check("grub-" + client, words, expected, 120, ("first.efi", protocol), *files)
    kept = frames("boot.pcap")
    kinds = {(frame[23], struct.unpack_from(">HH", frame, 34)) for frame in kept if frame[12:14] == b"\x08\0"}
    port = (6, 80) if protocol == "HTTP" else (17, 69)
    report("netboot-grub-%s-record" % client, (17, (67, 68)) in kinds and
           any(kind == port[0] and port[1] in ports for kind, ports in kinds), str(sorted(kinds))[:500])


def grub_efi():
    grub("efi", "TFTP", "the script by 10", ("grub/grub.cfg", "TFTP"))


def grub_http():
    grub("http", "HTTP", "GNU GRUB")


def grub_menu():
    """One that sets up the network itself finds its menu, which the assistant proposes."""
    os.makedirs("folder/grub")
    with open("embedded.cfg", "w", encoding="ascii") as stream:
        stream.write("net_bootp\nset root=(http,10.0.2.4)\nconfigfile /grub/grub.cfg\n")
    with open("folder/grub/grub.cfg", "w", encoding="ascii") as stream:
        stream.write("serial\nterminal_output serial\necho the menu by HTTP\nhalt\n")
    subprocess.run(["grub-mkimage", "-O", "x86_64-efi", "-p", "/grub", "-c", "embedded.cfg", "-o", "folder/first.efi",
                    "net", "efinet", "http", "configfile", "normal", "serial", "terminal", "echo", "test", "halt"],
                   check=True)
    check("grub-menu", wizard(source="folder", folder=os.path.abspath("folder"), first="first.efi", client="http",
                              memory="512M"), "the menu by HTTP", 120, ("grub/grub.cfg", "HTTP"))


with tempfile.TemporaryDirectory(dir="/var/tmp") as folder:
    for case in sys.argv[3:]:
        os.makedirs(os.path.join(folder, case))
        os.chdir(os.path.join(folder, case))
        globals()[case.replace("-", "_")]()
    os.chdir("/")
finish()
