#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""The screen in the window, under a virtual X server: what screen.py asks of every front end, and
what this one has of its own.

usage: test-screen.py PROGRAM PICTURES [TEST...]
PROGRAM is lathe-fake, PICTURES a folder for pictures of the window. The test "measure" tells
what a film costs and is only run by name.
"""
import os
import re
import subprocess
import sys

from screen import (BARS, EDGE, RED, Machine, Pixels, is_full_screen, looks, picture_box, recorded, scaled, test_becomes_absolute,
                    test_guest_follows, test_keys, test_locks, test_positions, test_release_on_focus_loss, test_ways,
                    wait_bright, wait_dimmed, window_manager)
from xwindow import PATIENCE, Failed, keep_preferences, kept_file, run_tests, wait_for

PICTURES = sys.argv[2]


def test_shortcuts(display, folder):
    """The host's have Ctrl and Shift; captured, these are the guest's too."""
    machine = Machine(display, folder, "absolute 1;mode 640 480;spin")
    machine.mark()
    machine.keys("ctrl+shift+p")
    wait_dimmed(display)
    machine.wait_lines("key 29 down", "key 42 down", "release")
    display.picture("paused")
    machine.keys("space")  # Go On has the focus
    wait_bright(display)
    machine.mark()
    machine.keys("a")
    machine.wait_lines("key 30 down", "key 30 up")
    machine.release_keys()
    machine.keys("space")  # the first button has the focus: pauses
    wait_dimmed(display)
    machine.keys("space")
    wait_bright(display)
    machine.mark()
    machine.keys("d")
    machine.wait_lines("key 32 down", "key 32 up")
    machine.end_now()


def test_text_and_typing(display, folder):
    """What a text mode shows is copied, and typed again."""
    machine = Machine(display, folder, "text Boot: ls -l | wc;until copied;mode 640 480;spin",
                      shows=(0xaa, 0xaa, 0xaa))
    machine.keys("ctrl+shift+c", "F12")
    machine.wait_text("key 88 up")
    machine.change(lambda: machine.go("copied"))
    machine.mark()
    machine.keys("ctrl+shift+v")
    wait_for("the typing", lambda: machine.lines().count("key 28 up") == 25)
    typed = [int(m[1]) for m in (re.match(r"key (\d+) down", line) for line in machine.lines()) if m]
    typed = typed[typed.index(48) - 1:]  # from Shift and B on
    wanted = [42, 48, 24, 24, 20, 42, 39, 57, 38, 31, 57, 12, 38, 57, 42, 43, 57, 17, 46, 28]
    if typed[:len(wanted)] != wanted:
        raise Failed("typed %s" % typed)
    machine.end_now()


def test_send_keys(display, folder):
    machine = Machine(display, folder, "absolute 1;mode 640 480;spin")
    machine.mark()
    machine.release_keys()
    machine.wait_lines("key 29 down", "key 56 down", "release")
    machine.leave()
    machine.tab_to("Send keys")
    machine.change(lambda: machine.keys("space"))
    display.picture("send-keys")
    machine.mark()
    machine.keys("Return")
    wait_for("the last key up", lambda: "key 29 up" in machine.lines())
    keys = [line for line in machine.lines() if line.startswith("key")]
    if keys != ["key 29 down", "key 56 down", "key 111 down", "key 111 up", "key 56 up",
                "key 29 up"]:
        raise Failed("Ctrl+Alt+Delete is %s" % keys)
    machine.mark()
    machine.keys("e")  # the focus is back
    machine.wait_lines("key 18 down", "key 18 up")
    machine.end_now()


def test_release_keys(display, folder):
    """The person presses the keys that release, sees them, and they are kept."""
    machine = Machine(display, folder, "absolute 1;mode 640 480;spin")
    machine.release_keys()
    machine.leave()
    machine.tab_to("Menu")
    machine.change(lambda: machine.keys("space"))
    machine.keys("alt+r")
    machine.focus(wait_for("the dialog", machine.dialog))
    display.picture("release-keys")
    machine.keys("x")  # writes, and is not taken
    machine.tool("keydown", "shift", "keydown", "F9", "keyup", "F9", "keyup", "shift")
    display.picture("release-keys-pressed")
    machine.keys("Return")  # Use has the focus
    wait_for("the keys to be kept", lambda: os.path.exists(kept_file(folder)) and
             "display-release='Shift+F9'" in open(kept_file(folder)).read())
    machine.focus(machine.window)
    machine.release_keys()
    machine.end_now()


def test_screenshot(display, folder):
    machine = Machine(display, folder, "absolute 1;mode 320 200;spin")
    path = os.path.join(folder, "shot.png")
    display.wait_rest()
    before = display.shot()
    machine.keys("ctrl+shift+s")
    machine.focus(wait_for("a file dialog", machine.dialog))
    machine.keys("ctrl+a")
    machine.type(path)
    machine.keys("Return")
    wait_for("the picture", lambda: os.path.exists(path))
    size = display.tool("identify", "-format", "%w %h", path).split()
    pixels = subprocess.run(["convert", path, "-depth", "8", "rgb:-"],
                            stdout=subprocess.PIPE).stdout
    if size != ["320", "200"] or tuple(pixels[:3]) != EDGE or \
            tuple(pixels[(150 * 320 + 60) * 3:][:3]) != BARS[1]:
        raise Failed("the picture is wrong: %s" % size)
    display.picture("message")
    after, half = display.shot(), len(before) // 2
    if after == before or after[half:] != before[half:]:
        raise Failed("the message is not there, or moves the guest's picture")
    machine.end_now()


def test_record(display, folder):
    """A red button says that it goes on; what is recorded can be shown at once."""
    machine = Machine(display, folder, "absolute 1;mode 640 480;film;until still;still;spin")
    recording = recorded(machine, "ctrl+shift+r")
    next(recording)
    if RED not in Pixels(display):
        raise Failed("no red button")
    machine.go("still")
    machine.release_keys()
    machine.leave()
    machine.tab_to(re.compile(r"Recording, 0:\d\d: stop"))
    display.picture("recording")
    next(recording, None)
    wait_for("the button to go", lambda: RED not in Pixels(display))
    display.picture("recorded")
    machine.tab_to("Show")
    machine.keys("space")
    book = wait_for("the flip-book", lambda: machine.find("Recording of demo"))
    machine.focus(book)
    machine.wait_focus("Frame")
    machine.keys("Escape")
    machine.end_now()


def test_screens(display, folder):
    """A second monitor, by the menu: its tab goes and comes, and the guest is told."""
    machine = Machine(display, folder, "absolute 1;mode 640 480;sizes;spin", screens="screens")
    machine.wait_text("monitor 2 plugged in")
    machine.release_keys()
    machine.leave()
    machine.tab_to("Screens")
    machine.keys("space")
    machine.wait_focus("Screen 2")
    display.picture("screens-menu")
    for told in ("monitor 2 unplugged", "monitor 2 plugged in"):  # the menu stays
        machine.mark()
        machine.change(lambda: machine.keys("space"))
        wait_for(told, lambda: told in machine.lines())
        display.picture("screens-" + told.split()[-1])
    machine.end_now()


def test_scaling(display, folder):
    scaled(display, folder, "320 200", "native", 1, "native")
    scaled(display, folder, "320 200", "whole", 3, "whole")
    scaled(display, folder, "800 400", "fit", None, "fit")
    machine = Machine(display, folder, "absolute 1;mode 2560 1600;spin")  # edges are mixed
    left, top, right, bottom = Pixels(display).find(BARS[1])
    if abs((bottom - top) / (right - left) - 800 / 320) > 0.05:
        raise Failed("a bar is %dx%d" % (right - left, bottom - top))
    display.picture("fit-smaller")
    machine.end_now()


def test_hidpi(display, folder):
    """Two device pixels for each of the toolkit's: the guest's are still single ones."""
    display.environment["GDK_SCALE"] = "2"
    scaled(display, folder, "300 200", "native", 1, "hidpi-native")
    keep_preferences(folder, display_scaling="fit")
    machine = Machine(display, folder, "absolute 1;mode 300 200;sizes;spin")
    wait_for("a guest as wide as the X screen, in device pixels", lambda: machine.size()[0] >= 1000)
    machine.end_now()


def test_pace(display, folder):
    """A film is looked at 60 times a second (a busy host may lose some) and costs less than a quarter
    of a core; a still picture is looked at rarely."""
    display.close()
    display.__init__(folder, display.pictures, (1400, 1000))
    keep_preferences(folder, display_scaling="native", display_resize_guest=False)
    looked, changed, used = looks("absolute 1;mode 1280 800;film", display, folder, 3)
    print("# film 1280x800: %.1f frames a second, %.1f %% of a core" % (changed, 100 * used))
    if looked > 61 or changed < 20:
        raise Failed("a film is looked at %.1f times a second, %.1f new" % (looked, changed))
    if used / changed > 0.4 / 60 * PATIENCE / 3:  # a busy host is slower, a sanitizer more so
        raise Failed("a frame takes %.1f ms of a processor" % (1000 * used / changed))
    looked, changed, used = looks("absolute 1;mode 1024 768", display, folder, 4)
    print("# still 1024x768: %.1f looks a second, %.1f %% of a core" % (looked, 100 * used))
    if looked > 9 or changed > 0:
        raise Failed("a still picture is looked at %.1f times a second" % looked)


def test_measure(display, folder):
    """Not one of the tests: what a film that fills 1280x800 costs, drawn pixel for pixel and scaled,
    and what a still one does. The X server is another process and not counted."""
    display.close()
    display.__init__(folder, display.pictures, (1700, 1200))
    for script, scaling in (("film", "native"), ("film", "fit"), ("still", "native")):
        keep_preferences(folder, display_scaling=scaling, display_resize_guest=False)
        looked, changed, used = looks("absolute 1;mode 1280 800;" + script, display, folder, 10)
        print("# %s, %s: %.1f looks and %.1f new frames a second, %.1f %% of a core" %
              (script, scaling, looked, changed, 100 * used))


def has_card(display):
    """On a black screen, in its middle or lower half."""
    pixels = Pixels(display)
    return any(pixels.at(520, y) != (0, 0, 0) for y in range(400, 700))


def test_cards(display, folder):
    machine = Machine(display, folder, "print up;until lit;mode 640 480;until unlit;dark;until idle;"
                      "text No bootable device.;until broken;crash Something broke.", shows=None)
    machine.wait_text("up")
    wait_for("a card", lambda: has_card(display))
    display.picture("card-no-picture")
    machine.go("lit")
    wait_bright(display)
    machine.go("unlit")
    wait_dimmed(display)
    display.picture("card-asleep")
    machine.change(lambda: machine.go("idle"))
    wait_for("a card over the text", lambda: has_card(display))
    display.picture("card-nothing")
    machine.change(lambda: machine.go("broken"))
    display.picture("card-stopped")
    machine.hold("unlit")
    machine.keys("Return")  # Start Again has the focus
    wait_for("a second start", lambda: machine.text().count("up") == 2)
    wait_bright(display)
    machine.mark()
    machine.keys("a")
    wait_for("a key", lambda: "key 30 down" in machine.lines())
    machine.end_now()


def test_full_screen(display, folder):
    manager = window_manager(display)
    try:
        machine = Machine(display, folder, "absolute 1;mode 1100 800;spin")
        machine.tool("windowactivate", "--sync", machine.window)
        machine.change(lambda: machine.keys("ctrl+shift+F11"))
        wait_for("a full screen", lambda: is_full_screen(machine))
        display.picture("full-screen-bar")
        wait_for("the bar to go", lambda: picture_box(display) == (0, 0, 1100, 800))
        machine.mark()
        machine.keys("ctrl+shift+p", "ctrl+shift+F11")  # captured: the guest's
        wait_for("the keys", lambda: "key 87 up" in machine.lines())
        machine.release_keys()
        machine.change(machine.release_keys)
        display.picture("full-screen-left")
        machine.keys("Return")  # Leave Full Screen has the focus
        wait_for("a window again", lambda: not is_full_screen(machine))
        machine.end_now()
    finally:
        manager.terminate()
        manager.wait()


def test_pointer_image(display, folder):
    machine = Machine(display, folder, "absolute 1;mode 640 480;cursor 32;spin")
    machine.tool("mousemove", 500, 400)
    wait_for("the pointer", lambda: "pointer" in machine.text())
    display.picture("pointer-image")
    machine.end_now()
    machine = Machine(display, folder, "mode 640 480;cursor 32;spin")
    wait_for("an image", lambda: (0, 255, 64) in Pixels(display))  # painted: the host's is elsewhere
    machine.end_now()


def test_sound(display, folder):
    """The microphone's switch and mute are in the menu where there is a card; what is on is shown."""
    for key, button, name in (("m", "Microphone", "microphone"), ("u", "Mute", "mute")):
        machine = Machine(display, folder, "absolute 1;mode 640 480;spin", "--sound", "hda,backend=none")
        machine.release_keys()
        machine.leave()
        machine.tab_to("Menu")
        machine.change(lambda: machine.keys("space"))
        display.picture("sound-menu")
        machine.change(lambda: machine.keys("alt+" + key))
        machine.wait_text(name + " on")
        machine.change(lambda: machine.keys("Escape"))
        display.picture("sound-" + name)
        machine.keys("shift+Tab")
        machine.keys("shift+Tab")
        machine.wait_focus(button)  # which is there now, before the one to send keys
        machine.change(lambda: machine.keys("space"))
        machine.wait_text(name + " off")
        machine.end_now()


TESTS = [test_keys, test_release_on_focus_loss, test_positions, test_ways, test_becomes_absolute,
         test_shortcuts, test_text_and_typing, test_send_keys, test_locks, test_release_keys,
         test_screenshot, test_record, test_screens, test_scaling, test_hidpi, test_guest_follows, test_pace, test_cards,
         test_full_screen, test_pointer_image, test_sound]

MEASURES = [test_measure] if "measure" in sys.argv[3:] else []
run_tests("screen", TESTS + MEASURES, PICTURES, sys.argv[3:])
