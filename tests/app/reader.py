#!/usr/bin/python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""What programs tell a screen reader, seen by dogtail: for access.py, which asks by a line, whatever it
says, and is answered by a line of JSON. A process of its own, as dogtail is a module of Debian's Python and belongs to one
display."""
import json
import os
import sys

os.environ["GTK_MODULES"] = os.environ.get("GTK_MODULES", "") + ":gail:atk-bridge"  # dogtail wants to be told

import pyatspi  # pylint: disable=wrong-import-position
from gi.repository.GLib import Error as GLibError  # pylint: disable=wrong-import-position
from dogtail.config import config  # pylint: disable=wrong-import-position

config.logDebugToFile = config.logDebugToStdOut = False
from dogtail import tree  # pylint: disable=wrong-import-position

MANY = 60  # of the children of one: the others of a long list are like them
IDS = {}  # of what was seen: a number that stays
STATES = {"focusable": pyatspi.STATE_FOCUSABLE, "focused": pyatspi.STATE_FOCUSED,
          "sensitive": pyatspi.STATE_SENSITIVE, "active": pyatspi.STATE_ACTIVE,
          "checked": pyatspi.STATE_CHECKED, "selected": pyatspi.STATE_SELECTED}


def box(node):
    try:
        extents = node.queryComponent().getExtents(pyatspi.DESKTOP_COORDS)
        return [extents.x, extents.y, extents.width, extents.height]
    except NotImplementedError:
        return [0, 0, 0, 0]


def describe(node, states, path):
    found = {name: states.contains(state) for name, state in STATES.items()}
    found.update(id=IDS.setdefault(node, len(IDS)), name=node.name, role=node.roleName, box=box(node), path=path)
    found["labelled"] = any(relation.getRelationType() == pyatspi.RELATION_LABELLED_BY
                            for relation in node.getRelationSet())
    return found


def walk(node, path, into):
    """What is on the screen of a node and of what is in it, parents first; a path is the numbers of children."""
    try:
        states = node.getState()
        if not states.contains(pyatspi.STATE_SHOWING):
            return
        into.append(describe(node, states, path))
        for at in range(min(node.childCount, MANY)):
            child = node.getChildAtIndex(at)
            if child is not None:
                walk(child, [*path, at], into)
    except (GLibError, LookupError):
        return  # it went away meanwhile


def look():
    """All windows of all programs on this display."""
    found = []
    for number, application in enumerate(tree.root.applications()):
        for at, window in enumerate(application.children):
            walk(window, [number, at], found)
    return found


for _ in sys.stdin:
    print(json.dumps(look()), flush=True)
