#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""modules.py TREE TARGET NAME...: copies kernel modules and what they depend on out of an unpacked
package into TARGET, and writes TARGET/order, their names in the order of loading. Debian's are
compressed since release 13; TARGET's are not."""
import lzma
import os
import re
import sys

TREE, TARGET, *NAMES = sys.argv[1:]
paths = {}
for where, _, files in os.walk(TREE):
    for name in files:
        if name.endswith((".ko", ".ko.xz")):
            paths[name.split(".ko")[0].replace("-", "_")] = os.path.join(where, name)
order = []


def load(path):
    with lzma.open(path) if path.endswith(".xz") else open(path, "rb") as stream:
        return stream.read()


def add(name):
    path = paths.get(name.replace("-", "_"))
    if path is None or name in order:  # built in, or there already
        return
    module = load(path)
    depends = re.search(rb"\0depends=([^\0]*)\0", module)
    for other in (depends.group(1).decode() if depends else "").split(","):
        if other:
            add(other)
    order.append(name)
    with open(os.path.join(TARGET, name + ".ko"), "wb") as stream:
        stream.write(module)


os.makedirs(TARGET, exist_ok=True)
for wanted in NAMES:
    add(wanted)
with open(os.path.join(TARGET, "order"), "w", encoding="utf-8") as stream:
    stream.write("".join(name + "\n" for name in order))
