#!/usr/bin/python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""A viewer without a window, by the library that remote-viewer is made of: for tests.

spice-client.py URI WORD...: until it is ended, three minutes at most. Words: cd=IMAGE passes a USB CD drive with that image on;
port=NAME prints what comes out of the port and sends it the lines of the standard input.
"""
import os
import sys

import gi
gi.require_version("SpiceClientGLib", "2.0")
from gi.repository import GLib, GObject, SpiceClientGLib  # pylint: disable=wrong-import-position

URI = sys.argv[1]
PATIENCE = int(os.environ.get("PATIENCE", "3"))
WORDS = dict(word.split("=", 1) for word in sys.argv[2:])


def say(text):
    print(text, flush=True)


def listen(thing, signal, function):
    """The library's sessions and channels have a connect of their own."""
    GObject.Object.connect(thing, signal, function)


class UsbDrive:
    """The drive is there once the image is shared, and is passed on once a channel for it is free."""

    def __init__(self, session, image):
        self.image, self.shared = image, False
        self.manager = SpiceClientGLib.UsbDeviceManager.get(session)
        listen(self.manager, "device-added", lambda manager, device: self.offer())
        listen(self.manager, "device-error", lambda manager, device, error: say("usb: " + error.message))

    def offer(self):
        if not self.shared:
            self.shared = True
            self.manager.create_shared_cd_device(self.image)
        for device in self.manager.get_devices():
            if self.manager.is_device_shared_cd(device) and not self.manager.is_device_connected(device):
                self.manager.connect_device_async(device, None, self.connected)

    def connected(self, manager, result):
        try:
            manager.connect_device_finish(result)
            say("usb: passed on")
        except GLib.Error as error:
            say("usb: " + error.message)


class Port:
    def __init__(self, channel):
        self.channel = channel
        listen(channel, "port-data", self.receive)
        listen(channel, "notify::port-opened", self.tell)
        self.tell(channel)
        GLib.io_add_watch(0, GLib.PRIORITY_DEFAULT, GLib.IO_IN, self.send)

    @staticmethod
    def tell(channel, *_):
        if channel.props.port_opened:
            say("port: open")

    @staticmethod
    def receive(channel, data, length):
        import ctypes  # the signal gives an address
        os.write(1, ctypes.string_at(data, length))

    def send(self, descriptor, condition):
        data = os.read(descriptor, 4096)
        if data:
            self.channel.write_async(data, None, lambda channel, result: channel.write_finish(result))
        return bool(data)


KEPT = []


def on_port_name(channel, _):
    if channel.props.port_name == WORDS.get("port"):
        KEPT.append(Port(channel))
        say("port: found")


def on_channel(session, channel):
    if isinstance(channel, SpiceClientGLib.PortChannel):
        listen(channel, "notify::port-name", on_port_name)
        channel.connect()
    if isinstance(channel, SpiceClientGLib.UsbredirChannel) and "cd" in WORDS and not KEPT:
        KEPT.append(UsbDrive(session, WORDS["cd"]))
        GLib.timeout_add(500, KEPT[0].offer)
    if isinstance(channel, SpiceClientGLib.MainChannel):
        listen(channel, "channel-event", lambda channel, event: say("main: %s" % event.value_nick))


def main():
    session = SpiceClientGLib.Session(uri=URI)
    listen(session, "channel-new", on_channel)
    if not session.connect():
        say("no connection")
        return 1
    GLib.timeout_add_seconds(60 * PATIENCE, sys.exit, 1)
    GLib.MainLoop().run()
    return 0


sys.exit(main())
