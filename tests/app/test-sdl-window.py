#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""The plain window of --display sdl, under a virtual X server: what screen.py asks of every front
end, its hot keys, and that it draws the pixels that the other one draws.

usage: test-sdl-window.py PROGRAM PICTURES [TEST...]
PROGRAM is lathe-fake, PICTURES a folder for pictures of the window.
"""
import glob
import os
import sys

import screen
from screen import (BARS, EDGE, Machine, Pixels, is_full_screen, looks, picture_box, recorded, scaled, test_becomes_absolute,
                    test_guest_follows, test_keys, test_locks, test_positions, test_release_on_focus_loss, test_ways,
                    wait_bright, wait_dimmed, window_manager)
from xwindow import PATIENCE, Failed, keep_preferences, run_tests, wait_for

PICTURES = sys.argv[2]
MARK = (0xe0, 0x1b, 0x24)  # of a window whose screens are recorded
SDL = {"by": "--class", "options": ["--display", "sdl"]}
GTK = dict(screen.FRONT_END)
screen.FRONT_END.update(SDL)


def test_scaling(display, folder):
    scaled(display, folder, "320 200", "native", 1, "sdl-native")
    scaled(display, folder, "320 200", "whole", 3, "sdl-whole")
    scaled(display, folder, "800 400", "fit", None, "sdl-fit")


def shown(display, folder, mode):
    """The picture's pixels, with nothing around it."""
    manager = window_manager(display)
    try:
        machine = Machine(display, folder, "absolute 1;mode %s;spin" % mode)
        machine.tool("windowactivate", "--sync", machine.window)
        machine.keys("ctrl+shift+F11" if screen.FRONT_END["options"] == [] else "ctrl+alt+f")
        wait_for("a full screen", lambda: is_full_screen(machine))
        machine.tool("mousemove", 1099, 799)
        wait_for("the whole screen", lambda: picture_box(display) == (0, 0, 1100, 800) and
                 Pixels(display).at(550, 0) == EDGE)  # no bar over it
        display.wait_rest()
        pixels = Pixels(display)
        machine.end_now()
        return pixels
    finally:
        manager.terminate()
        manager.wait()


def test_same_pixels(display, folder):
    """Both front ends make the same of a picture that has to be scaled."""
    keep_preferences(folder, display_scaling="fit", display_resize_guest=False)
    found = []
    for front_end in (SDL, GTK):
        screen.FRONT_END.update(front_end)
        found.append(shown(display, folder, "733 533"))
    screen.FRONT_END.update(SDL)
    if found[0].data != found[1].data:
        differ = sum(a != b for a, b in zip(found[0].data, found[1].data))
        raise Failed("%d of %d bytes differ" % (differ, len(found[0].data)))


def test_software_and_opengl(display, folder):
    """SDL's own renderer and OpenGL show the same."""
    keep_preferences(folder, display_scaling="native", display_resize_guest=False)
    found = []
    for driver in ("software", "opengl"):
        display.environment["SDL_RENDER_DRIVER"] = driver
        machine = Machine(display, folder, "absolute 1;mode 640 480;spin")
        box = picture_box(display)
        pixels = Pixels(display)
        found.append([pixels.at(box[0] + x, box[1] + y) for x in range(0, 640, 7) for y in range(0, 480, 5)])
        machine.end_now()
    if found[0] != found[1]:
        raise Failed("the pictures differ")


def test_hot_keys(display, folder):
    """Their keys are not the guest's; the table is shown, a pause is, and both go."""
    machine = Machine(display, folder, "absolute 1;mode 640 480;spin")
    machine.change(lambda: machine.keys("ctrl+alt+h"))
    display.picture("sdl-hot-keys")
    machine.change(lambda: machine.keys("Escape"))
    wait_bright(display)
    machine.mark()
    machine.keys("ctrl+alt+p")
    wait_dimmed(display)
    machine.wait_lines("key 29 down", "key 56 down", "release")
    display.picture("sdl-paused")
    machine.keys("a")  # of a machine that does not run
    machine.keys("Return")
    wait_bright(display)
    machine.mark()
    machine.keys("a")
    machine.wait_lines("key 30 down", "key 30 up")
    machine.mark()
    machine.keys("ctrl+alt+d")
    wait_for("the last key up", lambda: "key 111 up" in machine.lines())
    machine.end_now()


def test_sound(display, folder):
    """The microphone's switch and mute; the title tells while one is on."""
    machine = Machine(display, folder, "absolute 1;mode 640 480;spin", "--sound", "virtio,backend=none")
    if "microphone" in machine.title():
        raise Failed("the microphone is on at first")
    machine.keys("ctrl+alt+i")
    machine.wait_text("microphone on")
    wait_for("the title", lambda: "microphone on" in machine.title())
    display.picture("sdl-microphone")
    machine.keys("ctrl+alt+i", "ctrl+alt+u")
    machine.wait_text("microphone off")
    machine.wait_text("mute on")
    wait_for("the title", lambda: "muted" in machine.title())
    machine.end_now()


def test_screenshot(display, folder):
    machine = Machine(display, folder, "absolute 1;mode 320 200;spin")
    machine.keys("ctrl+alt+s")
    path = wait_for("the picture", lambda: glob.glob(os.path.join(folder, "**", "demo*.png"), recursive=True))[0]
    size = display.tool("identify", "-format", "%w %h", path).split()
    if size != ["320", "200"]:
        raise Failed("the picture is %s" % size)
    machine.end_now()


def test_record(display, folder):
    """The title and a red mark say that it goes on."""
    machine = Machine(display, folder, "absolute 1;mode 640 480;film;spin")
    recording = recorded(machine, "ctrl+alt+r")
    next(recording)
    wait_for("a red mark", lambda: MARK in Pixels(display))
    next(recording, None)
    wait_for("the mark to go", lambda: MARK not in Pixels(display))
    machine.end_now()


def test_monitors(display, folder):
    """A second monitor is a window; the hot key takes it away, and brings it."""
    machine = Machine(display, folder, "absolute 1;mode 640 480;sizes;spin", screens="screens")

    def windows():
        return display.tool("xdotool", "search", "--onlyvisible", "--class", "^lathe-fake$").split()
    machine.wait_text("monitor 2 plugged in")
    for told, count in (("monitor 2 unplugged", 1), ("monitor 2 plugged in", 2)):
        machine.mark()
        machine.focus(windows()[0])
        machine.keys("ctrl+alt+2")
        wait_for(told, lambda: told in machine.lines())
        wait_for("%d windows" % count, lambda: len(windows()) == count)
    machine.end_now()


def test_closing(display, folder):
    """It asks; Escape stays, Enter leaves."""
    manager = window_manager(display)
    try:
        machine = Machine(display, folder, "absolute 1;mode 640 480;spin")
        for answer in ("Escape", "Return"):
            machine.tool("windowactivate", "--sync", machine.window)
            machine.keys("ctrl+alt+q")
            wait_dimmed(display)
            display.picture("sdl-closing")
            machine.keys(answer)
            if answer == "Escape":
                wait_bright(display)
        machine.end(0)
    finally:
        manager.terminate()
        manager.wait()


def test_stop(display, folder):
    """A fault is said, and Enter starts the machine again."""
    machine = Machine(display, folder, "print up;mode 640 480;until broken;crash Something broke.")
    wait_for("a start", lambda: machine.text().count("up") == 1)
    machine.change(lambda: machine.go("broken"))
    display.picture("sdl-stopped")
    machine.hold("broken")
    machine.keys("Return")
    wait_for("a second start", lambda: machine.text().count("up") == 2)
    wait_bright(display)
    machine.end_now()


def test_pace(display, folder):
    """A still picture is looked at rarely and costs next to nothing."""
    display.close()
    display.__init__(folder, display.pictures, (1400, 1000))
    keep_preferences(folder, display_scaling="native", display_resize_guest=False)
    looked, changed, used = looks("absolute 1;mode 1280 800;film", display, folder, 3)
    print("# film 1280x800: %.1f frames a second, %.1f %% of a core" % (changed, 100 * used))
    if looked > 61 or changed < 20 or used / changed > 0.4 / 60 * PATIENCE / 3:
        raise Failed("a film is looked at %.1f times a second, %.1f new, %.0f %% of a core" % (looked, changed, 100 * used))
    looked, changed, used = looks("absolute 1;mode 1024 768", display, folder, 4)
    print("# still 1024x768: %.1f looks a second, %.1f %% of a core" % (looked, 100 * used))
    if looked > 9 or changed > 0:
        raise Failed("a still picture is looked at %.1f times a second" % looked)


run_tests("sdl", [test_keys, test_release_on_focus_loss, test_positions, test_ways, test_becomes_absolute, test_locks,
                  test_guest_follows, test_scaling, test_same_pixels, test_software_and_opengl, test_hot_keys, test_sound,
                  test_screenshot, test_record, test_monitors, test_closing, test_stop, test_pace], PICTURES, sys.argv[3:])
