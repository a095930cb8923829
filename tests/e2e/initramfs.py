# SPDX-License-Identifier: GPL-3.0-or-later
"""The initramfs of a guest that runs one script: busybox, kernel modules, programs of the host."""
import os
import re
import shutil
import subprocess

HERE = os.path.dirname(os.path.abspath(__file__))


def add_program(root, program):
    """To /bin, with the libraries that it loads; by its path, or by a name that the host finds."""
    path = shutil.which(program, path=os.environ["PATH"] + ":/usr/sbin:/sbin")
    shutil.copy(path, os.path.join(root, "bin"))
    said = subprocess.run(["ldd", path], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
    libraries = re.findall(r"/[^ ]+(?= \()", said.stdout)  # none if it is static
    if libraries:
        subprocess.run(["cp", "--parents", *libraries, root], check=True)


def pack(root, name, script):
    """ROOT.gz of the folder ROOT and of a script that gets this name in it."""
    os.makedirs(root, exist_ok=True)
    shutil.copy(script, os.path.join(root, name))
    os.chmod(os.path.join(root, name), 0o755)
    subprocess.run("cd %s && find . | cpio --quiet -H newc -o -R 0:0 | gzip -1 >../%s.gz" % (root, root),
                   shell=True, check=True)
    return root + ".gz"


def make(root, kernel, modules, init, *programs):
    """ROOT.gz with the modules of an unpacked kernel; the script may begin with ". /start.sh"."""
    shutil.rmtree(root, ignore_errors=True)
    os.makedirs(os.path.join(root, "bin"))
    subprocess.run([os.path.join(HERE, "modules.py"), os.path.join(kernel, "modules"),
                    os.path.join(root, "modules"), *modules], check=True)
    for program in ("busybox", *programs):
        add_program(root, program)
    shutil.copy(os.path.join(HERE, "start.sh"), root)
    return pack(root, "init", init)
