#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""modules.py TREE TARGET NAME...: copies kernel modules and what they depend on out of an unpacked
package into TARGET, and writes TARGET/order, their names in the order of loading."""
import os
import re
import shutil
import sys

TREE, TARGET, *NAMES = sys.argv[1:]
paths = {}
for where, _, files in os.walk(TREE):
    for name in files:
        if name.endswith(".ko"):
            paths[name[:-3].replace("-", "_")] = os.path.join(where, name)
order = []


def add(name):
    path = paths.get(name.replace("-", "_"))
    if path is None or name in order:  # built in, or there already
        return
    with open(path, "rb") as stream:
        depends = re.search(rb"\0depends=([^\0]*)\0", stream.read())
    for other in (depends.group(1).decode() if depends else "").split(","):
        if other:
            add(other)
    order.append(name)
    shutil.copy(path, os.path.join(TARGET, name + ".ko"))


os.makedirs(TARGET, exist_ok=True)
for module in NAMES:
    add(module)
with open(os.path.join(TARGET, "order"), "w", encoding="utf-8") as stream:
    stream.write("".join(name + "\n" for name in order))
