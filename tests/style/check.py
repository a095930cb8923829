#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Measures what CONTRIBUTING.md bounds: sizes, cycles, layers, globals, READMEs, headers alone."""
import os
import re
import subprocess
import sys
import tempfile

ROOT, BUILD = sys.argv[1], sys.argv[2]
os.chdir(ROOT)

FUNCTION_MAX, FUNCTION_P90 = 120, 45
FILE_MAX, FILE_P90, HEADER_MAX = 1500, 800, 300

# What a folder may include, beside itself. A prefix stands for all below it.
CORE = ["emulator/api", "emulator/util", "emulator/state", "emulator/core"]
IR = CORE + ["emulator/ir"]
LAYERS = {
    "emulator/api": [],
    "emulator/util": ["emulator/api"],
    "emulator/state": ["emulator/api", "emulator/util"],
    "emulator/core": CORE,
    "emulator/chardev": CORE,
    "emulator/audio": CORE,
    "emulator/block": CORE,
    "emulator/net": CORE,
    "emulator/share": CORE,
    "emulator/ir": CORE,
    "emulator/jit": IR,
    "emulator/cpu": IR,
    "emulator/isa": IR + ["emulator/cpu"],
    "emulator/accel": IR + ["emulator/cpu", "emulator/isa", "emulator/jit"],
    "emulator/hw": CORE + ["emulator/audio", "emulator/block", "emulator/chardev", "emulator/net",
                           "emulator/share"],
    "emulator/firmware": CORE,
    "emulator/boards": ["emulator"],
    "display": ["emulator/api", "display"],
    "app": ["emulator/api", "display", "app"],
    "wizards/firmware": ["emulator/api", "app/plan", "app/library", "app/firmware"],
    "wizards/flow": ["app/plan", "app/firmware"],
    "wizards/choice": ["app/plan", "app/config", "app/firmware", "wizards/flow", "wizards/firmware"],
    "wizards/doctor": ["emulator/api", "app/plan", "app/config", "app/firmware", "wizards/flow"],
    "wizards/installer": ["app/plan", "wizards/flow"],
    "wizards/netboot": ["app/plan", "wizards/firmware", "wizards/flow", "wizards/installer"],
    "wizards/secure": ["emulator/api", "app/library", "app/plan", "wizards/flow", "wizards/ignition", "wizards/installer"],
    "wizards/topology": ["emulator/api", "app/plan", "wizards/flow"],
    "wizards/ignition": ["app/plan"],
    "wizards/cloud": ["app/plan", "wizards/flow", "wizards/ignition", "wizards/installer"],
    "wizards/express": ["app", "wizards/flow", "wizards/installer"],
    "wizards/apply": ["app", "wizards"],
    "wizards/cli": ["emulator/api", "app", "wizards"],
    "ui": ["display", "app", "wizards", "ui"],
}


def tracked(*suffixes):
    out = subprocess.run(["git", "ls-files", "--cached", "--others", "--exclude-standard"],
                         check=True, capture_output=True, text=True).stdout
    return [f for f in out.splitlines() if f.endswith(suffixes) and os.path.exists(f)]


def read(path):
    with open(path, encoding="utf-8") as stream:
        return stream.read()


SOURCES = [f for f in tracked(".c", ".h") if f.split("/")[0] in ("emulator", "display", "app", "ui",
                                                                  "wizards", "tests")]
PRODUCT = [f for f in SOURCES if not f.startswith("tests/")]


def functions(path):
    """(name, lines) of each function: with our style its braces stand in column 0."""
    name, start = None, None
    lines = read(path).splitlines()
    for number, line in enumerate(lines):
        if line == "{" and number:
            head = number - 1
            while head and not re.match(r"[A-Za-z_]", lines[head]):
                head -= 1
            match = re.search(r"(\w+)\(", lines[head])
            name, start = (match.group(1) if match else "?"), number
        elif line == "}" and start is not None:
            yield name, number - start - 1
            start = None


def percentile(values, part):
    return sorted(values)[int(len(values) * part)] if values else 0


def check_function_sizes():
    sizes = [(size, path, name) for path in PRODUCT if path.endswith(".c")
             for name, size in functions(path)]
    for size, path, name in sizes:
        if size > FUNCTION_MAX:
            yield "%s: %s has %d lines, more than %d" % (path, name, size, FUNCTION_MAX)
    p90 = percentile([size for size, _, _ in sizes], 0.9)
    if p90 > FUNCTION_P90:
        yield "a tenth of the functions has more than %d lines" % p90


def check_file_sizes():
    sizes = {path: read(path).count("\n") for path in PRODUCT}
    for path, size in sizes.items():
        limit = FILE_MAX
        if path.startswith("emulator/api/") and path.endswith(".h"):
            limit = HEADER_MAX
        if size > limit:
            yield "%s has %d lines, more than %d" % (path, size, limit)
    if percentile(list(sizes.values()), 0.9) > FILE_P90:
        yield "a tenth of the files has more than %d lines" % FILE_P90


def includes(path):
    return re.findall(r'^\s*#\s*include "([^"]+)"', read(path), re.M)


def check_include_cycles():
    graph = {path: [i for i in includes(path) if os.path.exists(i)] for path in SOURCES
             if path.endswith(".h")}
    state = {}

    def visit(path, trail):
        if state.get(path) == "done":
            return None
        if path in trail:
            return trail[trail.index(path):] + [path]
        for other in graph.get(path, []):
            cycle = visit(other, trail + [path])
            if cycle:
                return cycle
        state[path] = "done"
        return None

    for path in graph:
        cycle = visit(path, [])
        if cycle:
            yield "headers include each other: " + " -> ".join(cycle)
            return


def layer_of(path):
    matches = [layer for layer in LAYERS if path.startswith(layer + "/")]
    return max(matches, key=len) if matches else None


def check_layers():
    for path in PRODUCT:
        layer = layer_of(path)
        if layer is None:
            yield "%s is in no layer that tests/style knows" % path
            continue
        for include in includes(path):
            inside = include.startswith(layer + "/")
            if not inside and not any(include.startswith(p + "/") for p in LAYERS[layer]):
                if "/" in include and os.path.exists(include):
                    yield "%s includes %s, which is above it" % (path, include)


def check_readmes():
    folders = {os.path.dirname(path) for path in PRODUCT}
    for folder in sorted(folders):
        if folder in ("emulator/api/ops",):
            continue
        readme = os.path.join(folder, "README.md")
        if not os.path.exists(readme):
            yield "%s has no README.md" % folder
        elif read(readme).count("\n") > 70:
            yield "%s is longer than a page" % readme


def check_heads():
    for path in SOURCES + tracked(".inc"):
        if "SPDX-License-Identifier: GPL-3.0-or-later" not in "".join(read(path).splitlines()[:3]):
            yield "%s does not begin with its licence line" % path


def flags():
    out = subprocess.run(["pkg-config", "--cflags", "gtk+-3.0", "vte-2.91", "gio-unix-2.0", "json-glib-1.0",
                          "libxml-2.0", "spice-server", "sdl2"],
                         check=True, capture_output=True, text=True).stdout
    return out.split()


def check_headers_alone():
    extra = flags()
    with tempfile.TemporaryDirectory() as scratch:
        source = os.path.join(scratch, "all.c")
        for path in PRODUCT:
            if not path.endswith(".h") or path.endswith("-template.h"):
                continue
            with open(source, "w", encoding="utf-8") as stream:
                stream.write('#include "%s"\n' % path)
            done = subprocess.run(["gcc", "-std=c11", "-D_GNU_SOURCE", "-fsyntax-only", "-I.",
                                   "-I" + BUILD, *extra, source], capture_output=True, text=True)
            if done.returncode != 0:
                yield "%s does not compile alone: %s" % (path, done.stderr.splitlines()[:1])


def check_globals():
    """Writable data in the libraries of emulator/ and display/, by section, not by keyword."""
    for folder in ("emulator", "display"):
        for where, _, names in os.walk(os.path.join(BUILD, folder)):
            for name in names:
                if name.endswith(".a"):
                    yield from writable_symbols(os.path.join(where, name))


def writable_symbols(library):
    out = subprocess.run(["objdump", "-t", library], capture_output=True, text=True).stdout
    for line in out.splitlines():
        match = re.match(r"[0-9a-f]+ .{7} (\S+)\s+([0-9a-f]+) (?:\.hidden )?(\S+)$", line)
        if match and int(match.group(2), 16) and not match.group(3).startswith("."):
            section = match.group(1)
            if section.startswith((".data", ".bss", ".tdata", ".tbss", "*COM*")) and \
                    not section.startswith(".data.rel.ro"):
                yield "%s: %s is writable at file scope" % (os.path.basename(library),
                                                            match.group(3))


def main():
    failed = False
    for name, check in list(globals().items()):
        if not name.startswith("check_"):
            continue
        faults = list(check())
        print(("not ok " if faults else "ok ") + name[len("check_"):].replace("_", "-"))
        for fault in faults:
            print("  " + fault)
        failed = failed or bool(faults)
    sys.exit(failed)


main()
