#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""QMP over the control socket of a real machine with a small guest (qmp-guest.S).

test-qmp.py LATHE GUEST SHAPES CLIENT. CLIENT is control-call.c's program. SHAPES has what QEMU answers to the same commands, by names and types of
members; "test-qmp.py record GUEST SHAPES" writes it anew, with the QEMU of this host.
"""
import json
import os
import shutil
import socket
import stat
import subprocess
import sys
import tempfile
import time

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), ".."))
from verdict import finish, report  # pylint: disable=wrong-import-position

import qmp
from qmp import Failed, Qmp, wait_for

FOLDER = tempfile.mkdtemp(prefix="lathe-qmp-")
LATHE, GUEST, SHAPES = sys.argv[1:4]
NAMES = {"lathe": ("ide0-cd0", "virtio0"), "qemu": ("ide2-cd0", "virtio0")}


def path(name, content=None):
    whole = os.path.join(FOLDER, name)
    if content is not None:
        with open(whole, "wb") as file:
            file.write(content)
    return whole


def expect(what, found, wanted):
    if found != wanted:
        raise Failed("%s: %r, not %r" % (what, found, wanted))


def run_lathe(*options, name="machine"):
    return qmp.lathe(FOLDER, LATHE, GUEST, *options, name=name)


def disks():
    return ["--cdrom", path("disc.iso", bytes(40960)), "--disk", path("disk.raw", bytes(1 << 20))]


# ---- cases; each gets a machine of its own, but for those that only ask ----

def test_negotiation(machine):
    machine.says("ready")
    client = Qmp(machine.socket, negotiate=False)
    expect("greeting", sorted(client.greeting["QMP"]), ["capabilities", "version"])
    expect("version", sorted(client.greeting["QMP"]["version"]["qemu"]),
           ["major", "micro", "minor"])
    expect("too early", client.fails("query-status"),
           ("CommandNotFound", "Expecting capabilities negotiation with 'qmp_capabilities'"))
    expect("unknown capability", client.fails("qmp_capabilities", enable=["oob"])[0],
           "GenericError")
    client("qmp_capabilities", enable=[])
    expect("too late", client.fails("qmp_capabilities")[0], "CommandNotFound")
    expect("status", client("query-status")["running"], True)
    client.close()


def test_errors(machine):
    client = machine.connect()
    expect("unknown", client.fails("nonsense"),
           ("CommandNotFound", "The command nonsense has not been found"))
    cases = [
        ('{"foo": 1}', "QMP input member 'foo' is unexpected"),
        ('{"id": 1}', "QMP input lacks member 'execute'"),
        ('{"execute": 1}', "QMP input member 'execute' must be a string"),
        ('{"execute": "stop", "arguments": 1}', "QMP input member 'arguments' must be an object"),
        ('{"execute": "stop", "arguments": {"a": 1}}', "Parameter 'a' is unexpected"),
        ('[1]', "QMP input must be a JSON object"),
        ('"x"', "QMP input must be a JSON object"),
        ('12 ', "QMP input must be a JSON object"),
        ('{"execute": "screendump"}', "Parameter 'filename' is missing"),
        ('{"execute": "screendump", "arguments": {"filename": 1}}',
         "Invalid parameter type for 'filename', expected: string"),
        ('{"execute": "screendump", "arguments": {"filename": "x", "format": "gif"}}',
         "Parameter 'format' does not accept value 'gif'"),
        ('{"execute": "send-key", "arguments": {"keys": {}}}',
         "Invalid parameter type for 'keys', expected: array"),
        ('{"execute": "send-key", "arguments": {"keys": [1]}}',
         "Invalid parameter type for 'keys[0]', expected: object"),
        ('{"execute": "send-key", "arguments": {"keys": [{"type": "qcode"}]}}',
         "Parameter 'keys[0].data' is missing"),
        ('{"execute": "send-key", "arguments": {"keys": [{"type": "qcode", "data": "zzz"}]}}',
         "Parameter 'data' does not accept value 'zzz'"),
        ('{"execute": "send-key", "arguments": {"keys": [{"type": "note", "data": "a"}]}}',
         "Parameter 'type' does not accept value 'note'"),
        ('{"execute": "eject"}', "Need exactly one of 'device' and 'id'"),
        ('{"execute": "eject", "arguments": {"device": "nope"}}', "Device 'nope' not found"),
        ('{"execute": "eject", "arguments": {"id": "virtio0"}}',
         "Device 'virtio0' is not removable"),
        ('{"execute": "system_wakeup"}', "Unable to wake up: guest is not in suspended state"),
    ]
    for line, wanted in cases:
        answer = client.raw(line + "\n")
        expect(line, answer.get("error", {}).get("desc"), wanted)
    ids = [None, 7, "x", [1, {"a": None}], {"b": 1.5}, True]
    for value in ids:
        answer = client.raw(json.dumps({"execute": "query-name", "id": value}))
        expect("id", (answer["id"], "return" in answer), (value, True))
    client.close()


def test_introspection(machine):
    client = machine.connect()
    commands = {entry["name"] for entry in client("query-commands")}
    events = {entry["name"] for entry in client("query-events")}
    entries = client("query-qmp-schema")
    expect("commands", commands,
           {entry["name"] for entry in entries if entry["meta-type"] == "command"})
    expect("events", events,
           {entry["name"] for entry in entries if entry["meta-type"] == "event"})
    types = {entry["name"] for entry in entries if entry["meta-type"] not in ("command", "event")}
    for entry in entries:
        used = [entry[key] for key in ("arg-type", "ret-type", "element-type") if key in entry]
        used += [member["type"] for member in entry.get("members", []) if "type" in member]
        used += [variant["type"] for variant in entry.get("variants", [])]
        if not set(used) <= types:
            raise Failed("%s uses unknown types: %r" % (entry["name"], set(used) - types))
    for name in sorted(commands):
        if name.startswith("query-"):
            client(name, **({"target": "vm"} if name == "query-stats" else {}))  # checked against the schema
    client.close()


def test_queries(machine):
    client = machine.connect()
    with open("/proc/%d/stat" % machine.process.pid) as file:
        pid = int(file.read().split()[0])
    expect("cpus", [(cpu["cpu-index"], cpu["thread-id"]) for cpu in client("query-cpus-fast")],
           [(0, pid)])
    expect("memory", client("query-memory-size-summary")["base-memory"], 64 << 20)
    expect("name", client("query-name")["name"], os.path.basename(GUEST))
    disc, disk = client("query-block")
    expect("disc", (disc["device"], disc["removable"], disc["inserted"]["image"]["virtual-size"]),
           ("ide0-cd0", True, 40960))
    expect("disk", (disk["device"], disk["removable"], disk["inserted"]["ro"]),
           ("virtio0", False, False))
    expect("serial", client("query-chardev")[0]["filename"], "file:" + machine.serial)
    client.close()


def test_run_control(machine):
    machine.says("ready")
    client, other = machine.connect(), machine.connect()
    client("stop")
    expect("stopped", client("query-status")["status"], "paused")
    other.event("STOP")
    client("stop")
    client("cont")
    expect("runs", client("query-status")["status"], "running")
    other.event("RESUME")
    client("system_reset")
    expect("reset", client.event("RESET"), {"guest": False, "reason": "host-qmp-system-reset"})
    expect("other's reset", other.event("RESET")["guest"], False)
    expect("line", client("human-monitor-command", command_line="info status"),
           "VM status: running\r\n")
    expect("no line", client("human-monitor-command", command_line="frobnicate"),
           "unknown command: 'frobnicate'\r\n")
    client("human-monitor-command", command_line="stop")
    expect("stopped by a line", other.event("STOP"), {})
    client("human-monitor-command", command_line="cont")
    client("system_powerdown")
    client.event("POWERDOWN")
    machine.says("power")
    expect("shutdown", client.event("SHUTDOWN"), {"guest": True, "reason": "guest-shutdown"})
    expect("end", client.receive(), None)
    expect("status", machine.ended(), 0)
    expect("socket", os.path.exists(machine.socket), False)


def keys(*names):
    return [{"type": "qcode", "data": name} for name in names]


def test_keys(machine):
    machine.says("ready")
    client = machine.connect()
    client("send-key", keys=keys("ctrl", "a"), hold_time=20)
    machine.says("key 1d\nkey 1e\nkey 9e\nkey 9d\n")
    client("send-key", keys=[{"type": "number", "data": 0x30}])
    machine.says("key 30\nkey b0\n")
    event = {"type": "key", "data": {"down": True, "key": {"type": "qcode", "data": "x"}}}
    client("input-send-event", events=[event])
    machine.says("key 2d\n")
    event["data"]["down"] = False
    moves = [{"type": "rel", "data": {"axis": axis, "value": 5}} for axis in "xy"]
    button = {"type": "btn", "data": {"down": True, "button": "left"}}
    client("input-send-event", events=[event, *moves, button])
    machine.says("key ad\n")
    client("human-monitor-command", command_line="sendkey shift-f1")
    machine.says("key 2a\nkey 3b\nkey bb\nkey aa\n")
    client("stop")
    expect("paused", client.fails("input-send-event", events=[event])[1], "VM not running")
    client.close()


def test_reset_by_guest(machine):
    machine.says("ready")
    client = machine.connect()
    client("send-key", keys=keys("r"))
    expect("reset", client.event("RESET"), {"guest": True, "reason": "guest-reset"})
    client.close()


def test_nmi(machine):
    machine.says("ready")
    client = machine.connect()
    client("send-key", keys=keys("n"))
    machine.says("armed")
    client("inject-nmi")
    machine.says("nmi")
    client.close()


def test_watchdog(machine):
    machine.says("ready")
    client = machine.connect()
    client("send-key", keys=keys("d"))
    expect("bitten", client.event("WATCHDOG"), {"action": "reset"})
    expect("reset", client.event("RESET"), {"guest": True, "reason": "guest-reset"})
    client.events = []
    client("system_reset")
    client.event("RESET")
    expect("no other", [event["event"] for event in client.events if event["event"] == "WATCHDOG"], [])
    client.close()


def test_pci(machine):
    machine.says("ready")
    client = machine.connect()
    buses = client("query-pci")
    expect("one root", [bus["bus"] for bus in buses], [0])
    found = {device["class_info"].get("desc"): device for device in buses[0]["devices"]}
    for name in ("Host bridge", "ISA bridge", "SATA controller", "SCSI controller", "VGA controller"):
        if name not in found:
            raise Failed("no %s in %r" % (name, list(found)))
    expect("host bridge", (found["Host bridge"]["slot"], found["Host bridge"]["id"]["vendor"]), (0, 0x8086))
    expect("disk", found["SCSI controller"]["id"]["vendor"], 0x1af4)
    sizes = {region["bar"]: region["size"] for region in found["VGA controller"]["regions"]}
    if not sizes.get(0):
        raise Failed("the VGA has no window: %r" % sizes)
    image = path("pci.raw", bytes(1 << 20))
    client("blockdev-add", driver="raw", node_name="pci", file={"driver": "file", "filename": image})
    count = len(json.dumps(client("query-pci")))
    client("device_add", driver="nvme", drive="pci", id="pci")
    if len(json.dumps(client("query-pci"))) < count:
        raise Failed("less than before")
    client.close()


def test_panic(machine):
    machine.says("ready")
    client = machine.connect()
    client("send-key", keys=keys("p"))
    expect("panic", client.event("GUEST_PANICKED"), {"action": "poweroff"})
    expect("shutdown", client.event("SHUTDOWN"), {"guest": True, "reason": "guest-panic"})
    machine.ended()


def test_sleep(machine):
    machine.says("ready")
    client = machine.connect()
    client("send-key", keys=keys("s"))
    client.event("SUSPEND")
    expect("asleep", client("query-status"),
           {"status": "suspended", "singlestep": False, "running": False})
    client("system_wakeup")
    client.event("WAKEUP")
    client.close()


def test_screendump(machine):
    machine.says("ready")
    client = machine.connect()
    ppm, png = path("shot.ppm"), path("shot.png")
    client("screendump", filename=ppm)
    with open(ppm, "rb") as file:
        kind, width, height, depth = file.read(64).split()[:4]
    expect("picture", (kind, depth), (b"P6", b"255"))
    expect("size", os.path.getsize(ppm),
           len("P6\n%d %d\n255\n" % (int(width), int(height))) + 3 * int(width) * int(height))
    client("screendump", filename=png, format="png")
    with open(png, "rb") as file:
        expect("png", file.read(8), b"\x89PNG\r\n\x1a\n")
    expect("no device", client.fails("screendump", filename=ppm, device="nope")[0],
           "DeviceNotFound")
    client("screendump", filename=ppm, device="vga", head=0)
    expect("no folder", client.fails("screendump", filename="/nope/x.ppm")[0], "GenericError")
    client.close()


def medium(client):
    return client("query-block")[0].get("inserted", {}).get("file")


def test_media(machine):
    client = machine.connect()
    other = path("other.iso", bytes(8192))
    client("eject", device="ide0-cd0")
    expect("empty", medium(client), None)
    client("blockdev-change-medium", id="ide0-cd0", filename=other)
    expect("other", medium(client), other)
    expect("no file", client.fails("blockdev-change-medium", device="ide0-cd0",
                                   filename=path("none.iso"))[0], "GenericError")
    expect("still other", medium(client), other)
    expect("format", client.fails("blockdev-change-medium", device="ide0-cd0", filename=other,
                                  format="vmdk")[1], "Unknown driver 'vmdk'")
    client("eject", device="ide2-cd0")  # what QEMU calls it
    expect("empty again", medium(client), None)
    client.close()


def tray(client):
    return client("query-block")[0]["tray_open"]


def test_tray(machine):
    client = machine.connect()
    client("eject", device="ide0-cd0")
    expect("out", client.event("DEVICE_TRAY_MOVED"),
           {"device": "ide0-cd0", "id": "ide0-cd0", "tray-open": True})
    expect("open", (tray(client), medium(client)), (True, None))
    client("blockdev-change-medium", device="ide0-cd0", filename=path("disc.iso"))
    expect("in", client.event("DEVICE_TRAY_MOVED")["tray-open"], False)
    client("stop")
    client("blockdev-open-tray", id="ide0-cd0")
    expect("out, stopped", client.event("DEVICE_TRAY_MOVED")["tray-open"], True)
    expect("with its disc", (tray(client), medium(client)), (True, path("disc.iso")))
    client("blockdev-open-tray", id="ide0-cd0")
    client("blockdev-close-tray", id="ide0-cd0")
    expect("in again", client.event("DEVICE_TRAY_MOVED")["tray-open"], False)
    expect("closed", tray(client), False)
    client.close()


def plugged(client):
    return [entry["qdev"] for entry in client("query-block") if entry["device"] == ""]


def test_devices(_):
    machine = run_lathe("--disk", path("own.raw", bytes(1 << 20)) + ",bus=usb", name="usb")
    try:
        plug_and_pull(machine)
    finally:
        machine.close()


def plug_and_pull(machine):
    machine.says("ready")
    client = machine.connect()
    image = path("more.raw", bytes(1 << 20))
    client("blockdev-add", driver="file", node_name="bytes", filename=image)
    client("blockdev-add", driver="raw", node_name="more", file="bytes")
    client("blockdev-add", driver="raw", node_name="stick", read_only=True,
           file={"driver": "file", "filename": path("stick.raw", bytes(1 << 20))})
    expect("same name", client.fails("blockdev-add", driver="raw", node_name="more", file="bytes")[1],
           "Duplicate nodes with node-name='more'")
    expect("no file", client.fails("blockdev-add", driver="raw", node_name="x")[1],
           "Parameter 'file' is missing")
    expect("stranger", client.fails("blockdev-add", driver="raw", node_name="x", file="bytes",
                                    offset=3)[1], "Parameter 'offset' is unexpected")
    for more, why in (({"aio": "native"}, "aio"), ({"discard": "ignore"}, "discard"),
                      ({"detect_zeroes": "on"}, "detect-zeroes"), ({"cache": {"direct": True}}, "cache"),
                      ({"cache": {"no-flush": 1}}, "cache"), ({"cache": "none"}, "cache")):
        said = client.fails("blockdev-add", driver="raw", node_name="x", file="bytes", **more)[1]
        if "Parameter '%s' cannot be had so: " % why not in said:
            raise Failed(said)
    client("blockdev-add", driver="raw", node_name="usual", file="bytes", aio="threads", discard="unmap",
           detect_zeroes="off", auto_read_only=True, cache={"direct": False, "no-flush": False})
    client("blockdev-del", node_name="usual")
    for name, value in (("bus", "pcie.1"), ("serial", "0815"), ("addr", "3")):
        expect(name, client.fails("device_add", driver="nvme", drive="more", **{name: value})[1].split(":")[0],
               "Property 'nvme.%s' cannot be set" % name)
    client("device_add", driver="virtio-blk-pci", drive="more", id="second")
    client("device_add", driver="usb-storage", drive="stick", id="usb")
    expect("plugged", plugged(client), ["second", "usb"])
    expect("twice", client.fails("device_add", driver="nvme", drive="stick", id="usb")[1],
           "Duplicate device ID 'usb'")
    expect("locked", client.fails("device_add", driver="nvme", drive="more", id="third")[0],
           "GenericError")
    expect("model", client.fails("device_add", driver="xx", id="x")[1],
           "'xx' is not a valid device model name")
    expect("property", client.fails("device_add", driver="nvme", drive="more", colour="red")[1],
           "Property 'nvme.colour' not found")
    expect("drive", client.fails("device_add", driver="nvme", drive="zz")[1],
           "Property 'nvme.drive' can't find value 'zz'")
    expect("used", client.fails("blockdev-del", node_name="stick")[1], "Node 'stick' is in use")
    client("device_del", id="usb")
    expect("deleted", client.event("DEVICE_DELETED"),
           {"device": "usb", "path": "/machine/peripheral/usb"})
    expect("gone", client.fails("device_del", id="usb"),
           ("DeviceNotFound", "Device 'usb' not found"))
    client("blockdev-del", node_name="stick")
    expect("no node", client.fails("blockdev-del", node_name="stick")[0], "GenericError")
    expect("left", plugged(client), ["second"])
    client("device_del", id="second")
    client.close()


def call(machine, *words):
    done = subprocess.run([sys.argv[4], machine.socket, *words], capture_output=True, text=True,
                          timeout=qmp.WAIT)
    return done.returncode, done.stdout.splitlines()


def test_client(machine):
    """Our own side of the socket."""
    expect("answers", call(machine, "stop", "+STOP", "query-target", "cont", "+RESUME"),
           (0, ["{}", "{}", '{"arch": "x86_64"}', "{}", "{}"]))
    shot = path("client.png")
    expect("arguments", call(machine, 'screendump={"filename": "%s", "format": "png"}' % shot),
           (0, ["{}"]))
    expect("picture", os.path.exists(shot), True)
    expect("refusal", call(machine, 'eject={"device": "x"}'), (1, ["0 Device 'x' not found"]))
    status, lines = call(machine, "+NOTHING")
    expect("time out", (status, "does not answer" in lines[0]), (1, True))
    expect("the end", call(machine, "quit", "+SHUTDOWN"),
           (0, ["{}", '{"guest": false, "reason": "host-qmp-quit"}']))
    machine.ended()
    status, lines = call(machine, "query-status")
    expect("nobody", (status, "does not answer" in lines[0]), (1, True))


def test_memory(machine):
    machine.says("ready")
    client = machine.connect()
    name = path("memory")
    expect("running", client.fails("memsave", val=0x100000, size=12, filename=name)[0],
           "GenericError")
    client("stop")
    client("memsave", val=0x100000, size=12, filename=name)
    with open(name, "rb") as file:
        expect("multiboot header", file.read(4), (0x1badb002).to_bytes(4, "little"))
    expect("too much", client.fails("memsave", val=0, size=1 << 40, filename=name)[0],
           "GenericError")
    expect("beyond", client.fails("memsave", val=-1, size=16, filename=name)[0], "GenericError")
    client.close()


def test_link(machine):
    client = machine.connect()
    client("set_link", name="net0", up=False)
    client("set_link", name="net0", up=True)
    expect("no adapter", client.fails("set_link", name="net9", up=True)[0], "DeviceNotFound")
    client.close()


def null(**data):
    return {"type": "null", "data": data}


def socket_backend(name, **more):
    return {"type": "socket", "data": {"addr": {"type": "unix", "data": {"path": name}}, **more}}


def file_backend(name, **more):
    return {"type": "file", "data": {"out": name, **more}}


def press_and_read(client, stream, wanted):
    """A key makes the guest say something to what is on the other end now."""
    client("send-key", keys=keys("a"))
    text = b""
    while wanted not in text:
        text += stream(4096)
    return text


def test_chardev(machine):
    """The machine's port is led elsewhere while the guest writes to it."""
    machine.says("ready")
    client = machine.connect()
    name = path("port.sock")
    time.sleep(0.2)  # until all is written that the guest has said
    before = os.path.getsize(machine.serial)
    expect("to a socket", client("chardev-change", id="serial0",
                                 backend=socket_backend(name, server=True, wait=False)), {})
    reader = socket.socket(socket.AF_UNIX)
    reader.settimeout(qmp.WAIT)
    wait_for("the socket", lambda: os.path.exists(name))
    reader.connect(name)
    time.sleep(0.2)  # until it is accepted: what comes before goes nowhere
    press_and_read(client, reader.recv, b"key 9e")
    expect("the old end", os.path.getsize(machine.serial), before)
    pty = client("chardev-change", id="serial0", backend={"type": "pty", "data": {}})["pty"]
    expect("the socket is gone", (reader.recv(1 << 16), os.path.exists(name)), (b"", False))
    reader.close()
    expect("its name", client("query-chardev")[0]["filename"], "pty:" + pty)
    terminal = os.open(pty, os.O_RDWR | os.O_NOCTTY)
    time.sleep(0.2)
    press_and_read(client, lambda size: os.read(terminal, size), b"key 9e")
    os.close(terminal)
    other = path("port.txt", b"old text")
    client("chardev-change", id="serial0", backend=file_backend(other))
    client("system_reset")
    wait_for("the guest's start in the file", lambda: b"ready" in open(other, "rb").read())
    expect("emptied", b"old text" in open(other, "rb").read(), False)
    client("chardev-change", id="serial0", backend=file_backend(machine.serial, append=True))
    client("system_reset")
    wait_for("the guest's start in the first file", lambda: os.path.getsize(machine.serial) > before)
    expect("a client's end", client.fails("chardev-add", id="x", backend=socket_backend(name, server=False))[0],
           "GenericError")
    expect("another network", client.fails("chardev-add", id="x", backend={
        "type": "socket", "data": {"addr": {"type": "inet", "data": {}}}})[1],
           "Parameter 'type' does not accept value 'inet'")
    expect("no folder", client.fails("chardev-change", id="serial0", backend=file_backend("/nope/x"))[0],
           "GenericError")
    expect("it stays", client("query-chardev")[0]["filename"], "file:" + machine.serial)
    for number in range(64):
        client("chardev-add", id="many%d" % number, backend=null())
    expect("too many", client.fails("chardev-add", id="x", backend=null())[0], "GenericError")
    client.close()


def test_quit(machine):
    client = machine.connect()
    client("quit")
    expect("shutdown", client.event("SHUTDOWN"), {"guest": False, "reason": "host-qmp-quit"})
    expect("status", machine.ended(), 0)


# ---- bad input and odd clients ----

def bad(client, data, fragment):
    answer = client.raw(data)
    if fragment not in answer.get("error", {}).get("desc", ""):
        raise Failed("%r was answered by %r" % (data[:40], answer))


def test_bad_input(machine):
    client = machine.connect()
    bad(client, b'{"execute": }\n', "JSON parse error")
    bad(client, b'{"execute": "stop",}\n', "JSON parse error")
    bad(client, b'{"execute" "stop"}\n', "JSON parse error")
    bad(client, b'{"a": \'x\'}\n', "a character does not belong here")
    bad(client, b'{"a": 010}\n', "neither a number")
    bad(client, b'{"a": nul}\n', "neither a number")
    bad(client, b'}\n', "a bracket is closed")
    bad(client, b'{"a": "\\ud800"}\n', "surrogate")
    bad(client, b'{"a": "\\udc00\\ud800"}\n', "surrogate")
    bad(client, b'{"a": "\\ud800\\ud800"}\n', "surrogate")
    bad(client, b'{"a": "\\u0000"}\n', "NUL")
    bad(client, b'{"a": "\\x"}\n', "no such escape")
    bad(client, b'{"a": "\x01"}\n', "control character")
    bad(client, b'{"a": "\xff\xfe"}\n', "not UTF-8")
    bad(client, b'{"a": "\xc0\xaf"}\n', "not UTF-8")
    bad(client, b"\xff\n", "a character does not belong here")
    bad(client, b"[" * 1000 + b"\n", "nested too deep")
    bad(client, b'{"a": "' + b"x" * (2 << 20) + b'"}\n', "too long")
    answer = client.raw(b'{"execute": "query-name", "id": "\\ud83d\\ude00 \xc3\xa9"}')
    expect("characters", answer["id"], "\U0001f600 \u00e9")
    expect("status", client("query-status")["running"], True)
    client.close()


def test_pieces(machine):
    client = machine.connect()
    for byte in b'{"execute":\n"query-name"}':
        client.send(bytes([byte]))
    expect("bytes", "return" in client.answer(), True)
    client.send('{"execute":"stop","id":1}{"execute":"cont","id":2} {"execute":"query-status","id":3}')
    expect("order", [client.answer()["id"] for _ in range(3)], [1, 2, 3])
    client.close()


def resident(machine):
    with open("/proc/%d/statm" % machine.process.pid) as file:
        return int(file.read().split()[1]) * os.sysconf("SC_PAGESIZE")


def flood(client, data, rounds):
    """Sends without reading, until the other side has had enough."""
    client.socket.settimeout(0.5)
    try:
        for _ in range(rounds):
            client.socket.send(data)
    except (socket.timeout, ConnectionError):
        pass


def test_flood(machine):
    before = resident(machine)
    endless, deaf = machine.connect(), machine.connect()
    flood(endless, b"x" * (1 << 20), 64)
    flood(deaf, b'{"execute": "query-qmp-schema"}' * 1000, 64)
    # An ordinary client is served all the same.
    client = machine.connect()
    expect("status", client("query-status")["running"], True)
    if resident(machine) > before + (32 << 20):
        raise Failed("grew from %d to %d bytes" % (before, resident(machine)))
    while deaf.receive() is not None:  # cut off in the end
        pass
    for other in (endless, deaf, client):
        other.close()


def test_slow_reader(machine):
    """Who does not read for a while gets its events later."""
    deaf, client = machine.connect(), machine.connect()
    for _ in range(200):
        client("stop")
        client("cont")
    expect("status", client("query-status")["running"], True)
    for _ in range(200):
        deaf.event("STOP")
        deaf.event("RESUME")
    deaf.close()
    client.close()


def test_many_clients(machine):
    clients = [machine.connect() for _ in range(10)]
    clients[0]("stop")
    for client in clients:
        client.event("STOP")
    for client in clients:
        client.close()
    for _ in range(100):  # one after the other, some gone before the greeting
        probe = socket.socket(socket.AF_UNIX)
        probe.connect(machine.socket)
        probe.close()
    client = machine.connect()
    client("cont")
    client.close()


def test_full(machine):
    """Those for whom there is no room wait, and are served when somebody goes."""
    clients = [machine.connect() for _ in range(16)]
    late = socket.socket(socket.AF_UNIX)
    late.connect(machine.socket)
    late.settimeout(0.5)
    try:
        raise Failed("served beside 16: %r" % late.recv(1))
    except socket.timeout:
        pass
    clients.pop().close()
    late.settimeout(qmp.WAIT)
    expect("greeting", late.recv(1), b"{")
    for client in (late, *clients):
        client.close()


def test_gone_during_command(machine):
    for _ in range(20):
        client = machine.connect()
        client.send('{"execute": "stop"}{"execute": "cont"}')
        client.close()
    client = machine.connect()
    client("cont")
    expect("status", client("query-status")["running"], True)
    client.close()


def test_sound(machine):
    """The card's switches, and what is behind it; a machine without one says so."""
    expect("no card", machine.connect().fails("__org.lathe_vm_sound"),
           ("GenericError", "the machine has no sound card"))
    heard = run_lathe("--sound", "virtio,backend=none", name="heard")
    client = heard.connect()
    info = client("__org.lathe_vm_sound")
    expect("at first", (info["microphone"], info["mute"], info["playing"]), (False, False, False))
    expect("listeners", [entry["backend"] for entry in info["listeners"]], ["null"])
    expect("on", client("__org.lathe_vm_sound", microphone=True)["microphone"], True)
    info = client("__org.lathe_vm_sound", mute=True)
    expect("both", (info["microphone"], info["mute"]), (True, True))
    expect("off", client("__org.lathe_vm_sound", microphone=False, mute=False)["microphone"], False)
    expect("no word", client.fails("__org.lathe_vm_sound", loud=True)[0], "GenericError")
    client.close()
    heard.close()


# ---- the socket ----

def test_socket(machine):
    expect("mode", stat.S_IMODE(os.stat(machine.socket).st_mode), 0o600)
    second = subprocess.run([LATHE, "run", "--kernel", GUEST, "--display", "none", "--serial", "null",
                             "--control", "unix:" + machine.socket], capture_output=True,
                            text=True, timeout=qmp.WAIT)
    expect("second", (second.returncode, "exists already" in second.stderr), (2, True))
    client = machine.connect()
    expect("status", client("query-status")["running"], True)
    client.close()
    machine.process.kill()  # which leaves the socket
    machine.process.wait()
    expect("left", os.path.exists(machine.socket), True)
    again = run_lathe()
    again.connect().close()
    again.close()


def test_no_socket(_):
    name = path("file", b"precious")
    done = subprocess.run([LATHE, "run", "--kernel", GUEST, "--display", "none", "--serial", "null",
                           "--control", "unix:" + name], capture_output=True, text=True,
                          timeout=qmp.WAIT)
    expect("file", (done.returncode, "exists already" in done.stderr), (2, True))
    with open(name, "rb") as file:
        expect("its content", file.read(), b"precious")


def test_script(machine):
    """A script of the kind that is written for QEMU."""
    machine.says("ready")
    lines = ["qmp_capabilities", "query-status", "stop", "query-status", "cont"]
    text = "".join('{ "execute": "%s" }\n' % line for line in lines)
    done = subprocess.run(["socat", "-t5", "-", "UNIX-CONNECT:" + machine.socket], input=text,
                          capture_output=True, text=True, timeout=qmp.WAIT)
    for wanted in ('{"QMP": {"version":', '"status": "running"', '"status": "paused"',
                   '"event": "STOP"', '"event": "RESUME"'):
        if wanted not in done.stdout:
            raise Failed("no %s in %s" % (wanted, done.stdout))


# ---- the same as QEMU ----

ASKED = ["query-version", "query-name", "query-uuid", "query-kvm", "query-status", "query-target",
         "query-current-machine", "query-cpus-fast", "query-memory-size-summary", "query-iothreads",
         "query-mice", "query-chardev", "query-block", "query-pci", "stop", "cont", "system_reset"]


def test_stats(machine):
    """Numbers of the machine and of each vcpu, with what they mean; they grow."""
    machine.says("ready")
    client = machine.connect()
    schemas = {schema["target"]: {value["name"]: value for value in schema["stats"]}
               for schema in client("query-stats-schemas")}
    expect("targets", sorted(schemas), ["vcpu", "vm"])
    expect("a time", {"unit": "seconds", "base": 10, "exponent": -9, "type": "cumulative", "name": "time"},
           schemas["vm"]["time"])

    def values(target, **more):
        return [{stat["name"]: stat["value"] for stat in result["stats"]}
                for result in client("query-stats", target=target, **more)]
    first, = values("vm")
    expect("all of the machine's", sorted(first), sorted(schemas["vm"]))
    time.sleep(0.1)
    if not values("vm")[0]["time"] > first["time"]:
        raise Failed("time stands still: %r" % first)
    cpus = client("query-cpus-fast")
    found = client("query-stats", target="vcpu")
    expect("the vcpus", [result["qom-path"] for result in found], [cpu["qom-path"] for cpu in cpus])
    expect("one of them", values("vcpu", vcpus=["/machine/cpu[9]"]), [])
    ours = [{"provider": "__org.lathe_vm", "names": ["halted"]}]
    expect("one number", [sorted(each) for each in values("vcpu", providers=ours)], [["halted"]] * len(cpus))
    expect("nobody's numbers", values("vm", providers=[]), [])
    expect("no such provider", client.fails("query-stats-schemas", provider="kvm")[0], "GenericError")


def test_suspend(machine):
    """A machine that nobody keeps cannot be suspended, and runs on."""
    machine.says("ready")
    client = machine.connect()
    expect("refused", client.fails("__org.lathe_vm_suspend"),
           ("GenericError", "only a machine of the library can be suspended"))
    expect("it runs", client("query-status")["status"], "running")


def shape(value):
    """Types in place of values."""
    if isinstance(value, dict):
        return {name: shape(member) for name, member in sorted(value.items())}
    if isinstance(value, list):
        return [shape(value[0])] if value else []
    return type(value).__name__


def drive_chardevs(client):
    """Answers, and complaints in QEMU's words."""
    pty = {"type": "pty", "data": {}}
    seen = [shape(client("chardev-add", id="extra", backend=null())),
            shape(client("chardev-add", id="line", backend=pty)),
            shape(client("chardev-change", id="extra", backend=pty)),
            shape(client("chardev-change", id="serial0", backend=null()))]
    seen.append([client.fails(command, **arguments) for command, arguments in (
        ("chardev-add", {"id": "extra", "backend": null()}), ("chardev-remove", {"id": "serial0"}),
        ("chardev-remove", {"id": "nobody"}), ("chardev-change", {"id": "nobody", "backend": null()}))])
    for name in ("extra", "line"):
        client("chardev-remove", id=name)
    return seen


def drive(machine, disc):
    """What a QEMU script does, and the shapes of what it sees."""
    machine.says("ready")
    client = Qmp(machine.socket)
    seen = {name: shape(client(name)) for name in ASKED}
    seen["empty"] = shape(client("eject", device=disc))
    seen["query-block empty"] = shape(client("query-block")[0])
    client("blockdev-change-medium", device=disc, filename=path("disc.iso"))
    client("screendump", filename=path("shot"))
    machine.says("ready", 2)  # it was reset
    client("send-key", keys=keys("a"))
    machine.says("key 1e")
    client("input-send-event", events=[])
    seen["line"] = client("human-monitor-command", command_line="info status")
    seen["errors"] = [shape(client.ask("nonsense")), shape(client.ask("eject"))]
    seen["chardevs"] = json.loads(json.dumps(drive_chardevs(client)))
    client.events = []
    client("system_powerdown")
    seen["POWERDOWN"] = client.event("POWERDOWN")
    seen["SHUTDOWN"] = client.event("SHUTDOWN")
    machine.ended()
    return seen


def arguments_of(schema, kind):
    """Those of a variant are needed by none."""
    taken = {member["name"]: True for variant in schema.entries[False, kind].get("variants", [])
             for member in schema.members(variant["type"])}
    taken.update({member["name"]: "default" in member for member in schema.members(kind)})
    return taken


def arguments(schema, commands):
    """{command: {argument: optional}}"""
    return {name: arguments_of(schema, schema.entries[True, name]["arg-type"]) for name in sorted(commands)}


def same(where, ours, theirs):
    """Ours has what theirs has; what theirs tells of hosts' files we need not."""
    if isinstance(theirs, dict) and isinstance(ours, dict):
        if set(ours) != set(theirs):
            raise Failed("%s: %r" % (where, set(ours) ^ set(theirs)))
        for name, member in theirs.items():
            same(where + "." + name, ours[name], member)
    elif isinstance(theirs, list) and isinstance(ours, list):
        for mine, other in zip(ours, theirs):
            same(where + "[]", mine, other)
    else:
        expect(where, ours, theirs)


def test_like_qemu(machine):
    with open(SHAPES) as file:
        theirs = json.load(file)
    machine.connect().close()
    ours = arguments(machine.schema, theirs["arguments"])
    for command, wanted in theirs["arguments"].items():
        needed = {name for name, optional in wanted.items() if not optional}
        if not set(ours[command]) <= set(wanted) and "driver" not in wanted:
            raise Failed("%s takes %r" % (command, set(ours[command]) - set(wanted)))
        if not needed <= {name for name, optional in ours[command].items() if not optional}:
            raise Failed("%s needs %r" % (command, needed))
    seen = drive(machine, NAMES["lathe"][0])
    for name, wanted in theirs["answers"].items():
        same(name, seen[name], wanted)


def record():
    """Asks the QEMU of this host, for the commands that the Lathe of argv[1] has, if any."""
    options = ["-drive", "file=%s,media=cdrom,if=ide,index=2" % path("disc.iso", bytes(40960)),
               "-drive", "file=%s,if=virtio,format=raw" % path("disk.raw", bytes(1 << 20)),
               "-action", "panic=shutdown"]
    machine = qmp.qemu(FOLDER, GUEST, *options)
    ours = qmp.lathe(FOLDER, os.environ["LATHE"], GUEST, name="lathe")
    client = ours.connect()
    commands = {entry["name"] for entry in client("query-commands")}
    ours.close()
    machine.connect().close()
    commands = {name for name in commands if (True, name) in machine.schema.entries}
    taken = arguments(machine.schema, commands)
    seen = {"arguments": taken, "answers": drive(machine, NAMES["qemu"][0])}
    with open(SHAPES, "w") as file:
        json.dump(seen, file, indent=1, sort_keys=True)
        file.write("\n")


def run_case(case):
    name = case.__name__[5:].replace("_", "-")
    machine = None
    try:
        machine = run_lathe(*disks())
        case(machine)
        if machine.process.poll() not in (None, 0, -9, 4):
            raise Failed("it ended with %d" % machine.process.returncode)
        report("qmp-" + name, True)
    except (Failed, OSError, KeyError) as failed:
        report("qmp-" + name, False, repr(failed))
    finally:
        if machine is not None:
            machine.close()
            if os.path.exists(machine.socket):
                os.unlink(machine.socket)


def main():
    if LATHE == "record":
        record()
    else:
        wanted = sys.argv[5:]
        for name, case in list(globals().items()):
            if name.startswith("test_") and (not wanted or name[5:] in wanted):
                run_case(case)
    shutil.rmtree(FOLDER, ignore_errors=True)
    finish()


main()
