#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Debian's kernel and alsa-utils at a sound card: what they play is in the WAV file, note for note.

sound.py LATHE GUESTS INIT CARD CASE...: cards are hda and virtio, whose driver Debian has since release 13; cases are play, busy (all processors have other things to
do), rates (files of several rates, one after the other), silent (the microphone that nobody allowed), microphone
(the host's, for which SDL's driver with files stands in), viewer-hears and viewer-speaks (a SPICE client).
"""
import math
import os
import re
import shutil
import struct
import subprocess
import sys
import tempfile
import wave

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(HERE, ".."))
import initramfs  # pylint: disable=wrong-import-position
import verdict  # pylint: disable=wrong-import-position

LATHE, GUESTS, INIT = (os.path.abspath(path) for path in sys.argv[1:4])
# The codec's driver first: the controller's looks for it once.
MODULES = {"hda": ["snd_hda_codec_generic", "snd_hda_intel"], "virtio": ["virtio_pci", "virtio_snd"]}
PITCH, SECONDS, LOUD = 440, 3, 16000


def report(name, good, why=""):
    verdict.report("sound: " + name, good, why)


def kernel(card):
    """Debian 12's has no driver of virtio's card; then it is Debian 13's."""
    for folder in ("generic", "trixie-kernel"):
        for _, _, files in os.walk(os.path.join(GUESTS, folder, "modules")):
            if any(name.replace("-", "_").startswith(MODULES[card][-1] + ".ko") for name in files):
                return os.path.join(GUESTS, folder)
    sys.exit("sound.py: no guest kernel has %s: tests/guests.sh kernels trixie-kernel" % MODULES[card][-1])


def tone(path, rate, seconds):
    with wave.open(path, "wb") as out:
        out.setnchannels(2)
        out.setsampwidth(2)
        out.setframerate(rate)
        # The right side is an octave higher.
        out.writeframes(b"".join(
            struct.pack("<hh", round(LOUD * math.sin(2 * math.pi * PITCH * i / rate)),
                        round(LOUD * math.sin(4 * math.pi * PITCH * i / rate)))
            for i in range(rate * seconds)))
        out.writeframes(bytes(4 * (rate // 2)))  # and quiet


def read(path):
    with wave.open(path, "rb") as sound:
        assert (sound.getnchannels(), sound.getsampwidth()) == (2, 2)
        frames = sound.readframes(sound.getnframes())
        samples = struct.unpack("<%dh" % (len(frames) // 2), frames)
        return sound.getframerate(), samples[::2], samples[1::2]


def parts(samples, rate):
    """What is between pauses of 50 ms: (from, to). The player stops the card some time after its last sample, which
    may play what was in the ring before: such a tail of less than 200 ms is none."""
    found, begin, last = [], None, 0
    for i, sample in enumerate(samples):
        if sample == 0:
            continue
        if begin is not None and i - last > rate // 20:
            found.append((begin, last + 1))
            begin = None
        begin = i if begin is None else begin
        last = i
    if begin is not None:
        found.append((begin, last + 1))
    return [(one, other) for one, other in found if other - one > rate // 5]


def pitch(samples, rate):
    """By its zero crossings upwards, the first and the last placed between their samples."""
    ups = [i + samples[i] / (samples[i] - samples[i + 1]) for i in range(len(samples) - 1)
           if samples[i] <= 0 < samples[i + 1]]
    return rate * (len(ups) - 1) / (ups[-1] - ups[0]) if len(ups) > 2 else 0


def breaks(samples, rate, note):
    """Places where it is not the same sine: its samples follow from the two before."""
    factor = 2 * math.cos(2 * math.pi * note / rate)
    return [i for i in range(1, len(samples) - 1)
            if abs(samples[i + 1] - factor * samples[i] + samples[i - 1]) > 8]


def run(card, name, *options):
    do = {"busy": "play", "silent": "record", "microphone": "record", "viewer-hears": "play",
          "viewer-speaks": "record"}.get(name, name)
    append = "console=ttyS0 quiet panic=-1 do=%s busy=%d" % (do, 3 if name == "busy" else 0)
    done = subprocess.run([LATHE, "run", "--kernel", os.path.join(kernel(card), "vmlinuz"), "--initrd", "init.gz",
                           "--append", append, "--display", "none", "--gpu", "none", "--net", "none", "--serial",
                           "stdio", "--smp", "2", "--timeout", "300", *options], stdin=subprocess.DEVNULL,
                          stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, errors="replace", check=False)
    verdict.guest_run("sound-%s-%s" % (card, name), done.returncode, done.stdout, 1)
    return done.stdout


def check_tone(name, path, seconds):
    rate, left, right = read(path)
    found = parts(left, rate)
    report(name + " is one piece", len(found) == 1, found)
    begin, end = found[0] if found else (0, 0)
    left, right = left[begin:end], right[begin:end]
    report(name + " has its length", abs(len(left) - rate * seconds) < 4, "%d frames at %d" % (len(left), rate))
    heard = pitch(left, rate), pitch(right, rate)
    report(name + " has its pitch", abs(heard[0] - PITCH) < 0.1 and abs(heard[1] - 2 * PITCH) < 0.2, heard)
    report(name + " is loud", max(left, default=0) in range(LOUD - 200, LOUD + 1), max(left, default=0))
    wrong = breaks(left, rate, PITCH)
    report(name + " has no breaks", not wrong, "%d of them, at %s" % (len(wrong), wrong[:8]))


def play(card, name):
    run(card, name, "--sound", card + ",backend=wav:out.wav")
    check_tone("%s %s" % (card, name), "out.wav", SECONDS)


def rates(card, name):
    """Each is a second; the file has the first one's rate."""
    run(card, name, "--sound", card + ",backend=wav:out.wav")
    rate, left, _ = read("out.wav")
    found = parts(left, rate)
    heard = [((end - begin) / rate, pitch(left[begin:end], rate)) for begin, end in found]
    report("%s rates come one after the other" % card, rate == 44100 and len(heard) == 3 and
           all(abs(length - 1) < 0.001 and abs(note - PITCH) < 0.5 for length, note in heard), (rate, heard))


def silent(card, name):
    text = run(card, name, "--sound", card)
    report("%s microphone is silent until it is allowed" % card, "\nheard 0\n" in text.replace("\r", ""), text[-2000:])


def microphone(card, name):
    text = run(card, name, "--sound", card + ",microphone=on").replace("\r", "")
    samples = [int(word) for word in re.findall(r"\nsamples ([-0-9 ]+)", text)[0].split()]
    note = pitch(samples, 48000)
    report("%s hears the host's microphone" % card, abs(note - PITCH) < 0.01 * PITCH, (note, len(samples)))


def with_viewer(card, name, *options):
    """A run beside which a viewer listens and speaks."""
    viewer = None
    path = os.path.abspath("vm.sock")
    with open("viewer.log", "wb") as log:
        viewer = subprocess.Popen(["/usr/bin/python3", os.path.join(HERE, "spice-ears.py"), path, "heard.wav", "spoken.wav"],
                                  stdout=log, stderr=subprocess.STDOUT)
    try:
        text = run(card, name, "--sound", card + "".join(options), "--display", "spice=unix:" + path)
        viewer.wait(30)
    finally:
        viewer.kill()
    with open("viewer.log", encoding="utf-8", errors="replace") as log:
        return text, log.read()


def viewer_hears(card, name):
    """What crossed a lossy codec: its pitch and length are the same, and no gap is in it."""
    os.environ.update(SDL_AUDIODRIVER="dummy")
    _, said = with_viewer(card, name)
    rate, left, right = read("heard.wav") if os.path.exists("heard.wav") else (48000, [], [])
    left, right = ([0 if abs(sample) < LOUD // 50 else sample for sample in side] for side in (left, right))
    found = parts(left, rate)
    report("%s is heard by a viewer in one piece" % card, len(found) == 1, (found, said))
    begin, end = found[0] if found else (0, 0)
    heard = pitch(left[begin:end], rate), pitch(right[begin:end], rate)
    report("%s has its length there" % card, abs((end - begin) / rate - SECONDS) < 0.05, (end - begin) / rate)
    report("%s has its pitch there" % card, abs(heard[0] - PITCH) < 0.005 * PITCH and
           abs(heard[1] - 2 * PITCH) < 0.01 * PITCH, heard)


def viewer_speaks(card, name):
    os.environ.update(SDL_AUDIODRIVER="dummy")  # the host has none
    text, said = with_viewer(card, name, ",microphone=on")
    found = re.findall(r"\nsamples ([-0-9 ]+)", text.replace("\r", ""))
    note = pitch([int(word) for word in found[0].split()], 48000) if found else 0
    # The viewer's clock is this busy computer's: display/sound/queue.h follows it by up to 2.5 percent.
    report("%s hears a viewer's microphone" % card, abs(note - PITCH) < 0.03 * PITCH, (note, said))


CASES = {"viewer-hears": viewer_hears, "viewer-speaks": viewer_speaks, "microphone": microphone, "play": play, "busy": play, "rates": rates, "silent": silent}


def main(card, names):
    initramfs.make("init", kernel(card), MODULES[card], INIT, "aplay", "arecord", "amixer")
    shutil.copytree("/usr/share/alsa", "init/usr/share/alsa", symlinks=True)
    tone("init/tone.wav", 48000, SECONDS)
    for rate in (44100, 48000, 96000):
        tone("init/tone-%d.wav" % rate, rate, 1)
    initramfs.pack("init", "init", INIT)
    tone("spoken.wav", 48000, 60)
    with open("spoken.wav", "rb") as sound, open("spoken.raw", "wb") as out:
        out.write(sound.read()[44:])
    for name in names:
        os.environ.update(SDL_AUDIODRIVER="disk", SDL_DISKAUDIOFILE="played.raw", SDL_DISKAUDIOFILEIN="spoken.raw")
        CASES[name](card, name)


with tempfile.TemporaryDirectory(dir="/var/tmp") as scratch:
    os.chdir(scratch)
    main(sys.argv[4], sys.argv[5:])
    os.chdir("/")
verdict.finish()
