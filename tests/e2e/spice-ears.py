#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""A viewer that only listens and speaks, by SpiceClientGLib, until the machine parts it.

spice-ears.py SOCKET HEARD SPOKEN: writes a WAV file of what it hears, and says what is in the other one, which is
at 48 kHz, over and over.
"""
import ctypes
import os
import sys
import time
import wave

import gi
gi.require_version("SpiceClientGLib", "2.0")
from gi.repository import GLib, GObject, SpiceClientGLib  # pylint: disable=wrong-import-position

SOCKET, HEARD, SPOKEN = sys.argv[1:4]
PIECE_MS = 10
loop = GLib.MainLoop()


class Ears:
    """What is played goes to the file; its rate is the first start's."""

    def __init__(self, channel):
        self.file = None
        GObject.Object.connect(channel, "playback-start", self.start)
        GObject.Object.connect(channel, "playback-data", self.hear)

    def start(self, _channel, _format, channels, rate):
        if self.file is None:
            self.file = wave.open(HEARD, "wb")
            self.file.setnchannels(channels)
            self.file.setsampwidth(2)
            self.file.setframerate(rate)

    def hear(self, _channel, data, size):
        self.file.writeframes(ctypes.string_at(data, size))

    def close(self):
        if self.file is not None:
            self.file.close()


class Mouth:
    """Speaks while it is asked to, at the pace of its clock."""

    def __init__(self, channel):
        with wave.open(SPOKEN, "rb") as file:
            self.frame = 2 * file.getnchannels()
            self.sound = file.readframes(file.getnframes())
        self.channel, self.timer = channel, 0
        GObject.Object.connect(channel, "record-start", self.start)
        GObject.Object.connect(channel, "record-stop", self.stop)

    def start(self, _channel, _format, channels, rate):
        print("asked for %d channels at %d" % (channels, rate), flush=True)
        self.began, self.said = time.monotonic(), 0
        self.timer = GLib.timeout_add(PIECE_MS, self.speak, rate)

    def speak(self, rate):
        due = int((time.monotonic() - self.began) * rate) * self.frame
        while self.said + 480 * self.frame <= due:
            at = self.said % (len(self.sound) - 480 * self.frame)
            piece = self.sound[at:at + 480 * self.frame]
            buffer = ctypes.create_string_buffer(piece, len(piece))
            self.channel.send_data(ctypes.addressof(buffer), len(piece), int(self.said // self.frame * 1000 // rate))
            self.said += len(piece)
        return True

    def stop(self, _channel):
        print("stopped", flush=True)
        if self.timer != 0:
            GLib.source_remove(self.timer)
        self.timer = 0


known = []


def on_event(_channel, event):
    if event not in (SpiceClientGLib.ChannelEvent.NONE, SpiceClientGLib.ChannelEvent.OPENED,
                     SpiceClientGLib.ChannelEvent.SWITCHING):
        loop.quit()


def on_channel(_session, channel):
    GObject.Object.connect(channel, "channel-event", on_event)
    if isinstance(channel, SpiceClientGLib.PlaybackChannel):
        known.append(Ears(channel))
    elif isinstance(channel, SpiceClientGLib.RecordChannel):
        known.append(Mouth(channel))
    else:
        return
    SpiceClientGLib.Channel.connect(channel)


for _ in range(300):  # until the machine is there
    if os.path.exists(SOCKET):
        break
    time.sleep(0.1)
session = SpiceClientGLib.Session()
session.set_property("unix-path", SOCKET)
GObject.Object.connect(session, "channel-new", on_channel)
if not SpiceClientGLib.Session.connect(session):
    sys.exit("spice-ears.py: cannot connect")
GLib.timeout_add_seconds(300, loop.quit)
loop.run()
for one in known:
    if isinstance(one, Ears):
        one.close()
