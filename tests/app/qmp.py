# SPDX-License-Identifier: GPL-3.0-or-later
"""A client of QMP, and machines with a control socket, Lathe's and QEMU's: for tests."""
import json
import os
import socket
import subprocess
import time

PATIENCE = int(os.environ.get("PATIENCE", "3"))
WAIT = 10.0 * PATIENCE
BUILTIN = {"string": str, "int": int, "number": (int, float), "boolean": bool, "object": dict,
           "null": type(None), "value": object, "array": list}


class Failed(Exception):
    pass


def wait_for(what, condition, seconds=WAIT):
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        value = condition()
        if value:
            return value
        time.sleep(0.01)
    raise Failed("never: " + what)


class Schema:
    """query-qmp-schema, to check what comes against what was promised."""

    def __init__(self, entries):
        self.entries = {(entry["meta-type"] in ("command", "event"), entry["name"]): entry
                        for entry in entries}

    def members(self, name):
        return self.entries[False, name]["members"]

    def check(self, name, value, where):
        entry = self.entries[False, name]
        kind = entry["meta-type"]
        if kind == "builtin":
            wanted = BUILTIN[entry["json-type"]]
            good = isinstance(value, wanted) and (wanted is not int or not isinstance(value, bool))
        elif kind == "enum":
            good = value in entry["values"]
        elif kind == "array":
            good = isinstance(value, list)
            for item in value if good else []:
                self.check(entry["element-type"], item, where + "[]")
        else:
            good = isinstance(value, dict)
            if good:
                self.check_members(entry, value, where)
        if not good:
            raise Failed("%s is no %s: %r" % (where, name, value))

    def check_members(self, entry, value, where):
        members = {member["name"]: member for member in entry["members"]}
        if where.startswith("query-qmp-schema"):  # its rows differ by kind
            return
        for name, member in members.items():
            if name in value:
                self.check(member["type"], value[name], where + "." + name)
            elif "default" not in member:
                raise Failed("%s lacks %s" % (where, name))
        if set(value) - set(members):
            raise Failed("%s has more: %r" % (where, set(value) - set(members)))


class Qmp:
    """A connection; every answer and event is checked against the schema, if there is one."""

    def __init__(self, path, schema=None, negotiate=True):
        self.socket = socket.socket(socket.AF_UNIX)
        self.socket.connect(path)
        self.socket.settimeout(WAIT)
        self.buffer = b""
        self.events = []
        self.schema = schema
        self.greeting = self.receive()
        if negotiate:
            self("qmp_capabilities")

    def send(self, data):
        self.socket.sendall(data if isinstance(data, bytes) else data.encode())

    def receive(self):
        """The next message, or None at the end."""
        while b"\n" not in self.buffer:
            try:
                chunk = self.socket.recv(1 << 16)
            except ConnectionResetError:
                chunk = b""
            if not chunk:
                return None
            self.buffer += chunk
        line, self.buffer = self.buffer.split(b"\n", 1)
        return json.loads(line)

    def answer(self):
        """The next message that is no event."""
        while True:
            message = self.receive()
            if message is None or "event" not in message:
                return message
            self.take(message)

    def take(self, event):
        if self.schema is not None:
            entry = self.schema.entries[True, event["event"]]
            self.schema.check(entry["arg-type"], event.get("data", {}), event["event"])
            time_there = event["timestamp"]
            if not (abs(time_there["seconds"] - time.time()) < 60 * PATIENCE and
                    0 <= time_there["microseconds"] < 1000000):
                raise Failed("a strange time: %r" % event)
        self.events.append(event)

    def raw(self, data):
        self.send(data)
        return self.answer()

    def ask(self, command, **arguments):
        """The whole answer."""
        arguments = {name.replace("_", "-"): value for name, value in arguments.items()}
        message = {"execute": command, "id": command}
        if arguments:
            message["arguments"] = arguments
        answer = self.raw(json.dumps(message) + "\n")
        if answer is None or answer.pop("id", None) != command:
            raise Failed("%s was answered by %r" % (command, answer))
        return answer

    def __call__(self, command, **arguments):
        answer = self.ask(command, **arguments)
        if "return" not in answer:
            raise Failed("%s %r: %r" % (command, arguments, answer))
        if self.schema is not None:
            self.schema.check(self.schema.entries[True, command]["ret-type"], answer["return"],
                              command)
        return answer["return"]

    def fails(self, command, **arguments):
        """(class, desc)"""
        answer = self.ask(command, **arguments)
        if "error" not in answer:
            raise Failed("%s %r did not fail: %r" % (command, arguments, answer))
        return answer["error"]["class"], answer["error"]["desc"]

    def event(self, name):
        """Waits for an event and forgets it and all before it; its data."""
        while True:
            while self.events:
                event = self.events.pop(0)
                if event["event"] == name:
                    return event.get("data", {})
            message = self.receive()
            if message is None:
                raise Failed("the end instead of " + name)
            self.take(message)

    def close(self):
        self.socket.close()


class Machine:
    """A running machine with the guest of qmp-guest.S, a disc and a disk."""

    def __init__(self, folder, command, name="machine"):
        self.socket = os.path.join(folder, name + ".sock")
        self.serial = os.path.join(folder, name + ".serial")
        self.errors = open(os.path.join(folder, name + ".err"), "w+")
        self.schema = None
        self.process = subprocess.Popen(
            [word.replace("SOCKET", self.socket).replace("SERIAL", self.serial)
             for word in command], stdin=subprocess.DEVNULL, stdout=self.errors,
            stderr=self.errors)
        wait_for("a control socket", self.listens)

    def listens(self):
        if self.process.poll() is not None:
            self.errors.seek(0)
            raise Failed("it ended: " + self.errors.read())
        try:
            probe = socket.socket(socket.AF_UNIX)
            probe.connect(self.socket)
        except OSError:
            return False
        finally:
            probe.close()
        return True

    def connect(self, **options):
        if self.schema is None:
            client = Qmp(self.socket)
            self.schema = Schema(client("query-qmp-schema"))
            client.close()
        return Qmp(self.socket, self.schema, **options)

    def says(self, text, times=1):
        def look():
            if not os.path.exists(self.serial):
                return False
            with open(self.serial, errors="replace") as file:
                return file.read().count(text) >= times
        wait_for("%r on the serial port" % text, look)

    def ended(self):
        try:
            return self.process.wait(WAIT)
        except subprocess.TimeoutExpired:
            raise Failed("it does not end") from None

    def close(self):
        self.process.kill()
        self.process.wait()
        self.errors.close()


def lathe(folder, program, guest, *options, name="machine"):
    return Machine(folder, [program, "run", "--kernel", guest, "--memory", "64M", "--display",
                            "none", "--serial", "file:SERIAL", "--net", "user", "--control",
                            "unix:SOCKET", *options], name)


def qemu(folder, guest, *options):
    return Machine(folder, ["qemu-system-x86_64", "-machine", "q35", "-accel", "tcg", "-nodefaults",
                            "-vga", "std", "-display", "none", "-name", "guest", "-m", "64M", "-kernel", guest,
                            "-serial", "file:SERIAL", "-device", "pvpanic", "-qmp",
                            "unix:SOCKET,server=on,wait=off", *options], "qemu")
