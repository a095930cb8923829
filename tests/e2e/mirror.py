# SPDX-License-Identifier: GPL-3.0-or-later
"""A Debian mirror on the loopback between an installer and the mirror that apt uses.

Archives' copies are not always whole: the index of the installer's packages may be older or newer than
the packages and the Release file. Those that an installation needs and that are missing are made of
the ordinary packages, and the index says so; then signatures do not fit, and the installer has to be
told (debian-installer/allow_unauthenticated). Everything else is passed on as it is.
"""
import hashlib
import http.server
import lzma
import os
import re
import shutil
import socketserver
import subprocess
import tempfile
import threading
import urllib.error
import urllib.request

INDEX = "main/debian-installer/binary-amd64/Packages"
# What an installation on one disk pulls in beside the packages of standard priority.
ROOTS = ["apt-mirror-setup", "partman-auto", "partman-ext3", "partman-efi", "grub-installer", "partman-auto-lvm"]
# What in place of an installer's package; others are not needed and come out empty.
PARTS = {"e2fsprogs-udeb": ["e2fsprogs", "libext2fs2t64", "libcom-err2", "libss2"],
         "libmount1-udeb": ["libmount1"], "libblkid1-udeb": ["libblkid1"], "libuuid1-udeb": ["libuuid1"]}


def stanzas(text):
    return [dict(re.findall(r"(?m)^([A-Za-z0-9-]+): (.*)$", part)) for part in text.split("\n\n") if part.strip()]


def names(field):
    return [word.split()[0] for word in re.split(r"[,|]", field) if word.strip()]


class Mirror:
    """What is served of the mirror at url, with the installer's packages of a release."""

    def __init__(self, url, release):
        self.url, self.release = url.rstrip("/"), release
        self.scratch = tempfile.mkdtemp(prefix="lathe-mirror-")
        self.made = {}  # path: bytes
        self.log = []
        self.index = ""
        self.mend()
        handler = type("Handler", (Handler,), {"mirror": self})
        self.server = Server(("127.0.0.1", 0), handler)
        self.port = self.server.server_address[1]
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def close(self):
        self.server.shutdown()
        shutil.rmtree(self.scratch, ignore_errors=True)

    def open(self, path, method="GET"):
        return urllib.request.urlopen(urllib.request.Request(self.url + path, method=method), timeout=60)

    def has(self, path):
        try:
            with self.open(path, "HEAD"):
                return True
        except urllib.error.HTTPError:
            return False

    def installer(self, folder):
        """Puts the newest installer whose kernel's modules are there into the folder: linux, initrd.gz."""
        if os.path.exists(os.path.join(folder, "initrd.gz")):
            return
        newest = self.ordinary()["debian-installer-13-netboot-amd64"]["Filename"]
        number = int(re.search(r"\+deb13u(\d+)_", newest).group(1))
        for update in range(number, 0, -1):
            path = "/" + re.sub(r"\+deb13u\d+_", "+deb13u%d_" % update, newest)
            if self.has(path) and self.unpack_installer(path, folder):
                return
        raise RuntimeError("the mirror has modules for none of its installers' kernels")

    def unpack_installer(self, path, folder):
        """Takes it if the index has a kernel of this version, and the mirror its modules."""
        tree = os.path.join(self.scratch, "installer")
        shutil.rmtree(tree, ignore_errors=True)
        with self.open(path) as stream, open(tree + ".deb", "wb") as out:
            shutil.copyfileobj(stream, out)
        subprocess.run(["dpkg-deb", "-x", tree + ".deb", tree], check=True)
        images = os.path.join(tree, "usr/lib/debian-installer/images/13/amd64/text/debian-installer/amd64")
        with open(os.path.join(images, "linux"), "rb") as stream:
            version = re.search(rb"6\.12\.[0-9]+[^ ]*", stream.read()).group().decode()
        modules = [package for package in stanzas(self.index)
                   if package["Package"] == "ext4-modules-%s-di" % version]
        if not modules or not self.has("/" + modules[0]["Filename"]):
            return False
        os.makedirs(folder, exist_ok=True)
        for name in ("linux", "initrd.gz"):
            shutil.copy(os.path.join(images, name), os.path.join(folder, name))
        return True

    def ordinary(self):
        """The release's ordinary packages by name."""
        with self.open("/dists/%s/main/binary-amd64/Packages.xz" % self.release) as stream:
            return {package["Package"]: package for package in stanzas(lzma.decompress(stream.read()).decode())}

    def needed(self, packages):
        """The standard packages, and what the roots and they depend on; kernels' modules are not looked at."""
        by_name = {package["Package"]: package for package in packages}
        todo = ROOTS + [package["Package"] for package in packages
                        if package.get("Priority") in ("required", "important", "standard")]
        found = {}
        while todo:
            name = todo.pop()
            if name in by_name and name not in found and "-modules-" not in name:
                found[name] = by_name[name]
                todo += names(by_name[name].get("Depends", ""))
        return found.values()

    def mend(self):
        folder = "/dists/%s/" % self.release
        with self.open(folder + INDEX + ".xz") as stream:
            index = self.index = lzma.decompress(stream.read()).decode()
        missing = [package for package in self.needed(stanzas(index)) if not self.has("/" + package["Filename"])]
        if not missing:
            return
        ordinary = self.ordinary()
        for package in missing:
            index = self.replace(index, package, ordinary)
        self.publish(folder, index.encode())

    def replace(self, index, package, ordinary):
        data = self.make(package, ordinary)
        self.made["/" + package["Filename"]] = data
        begin = index.index("Package: %s\n" % package["Package"])
        end = index.index("\n\n", begin)
        text = index[begin:end]
        for field, value in (("Size", str(len(data))), ("MD5sum", hashlib.md5(data).hexdigest()),
                             ("SHA256", hashlib.sha256(data).hexdigest())):
            text = re.sub(r"(?m)^%s: .*$" % field, "%s: %s" % (field, value), text)
        return index[:begin] + text + index[end:]

    def make(self, package, ordinary):
        tree = os.path.join(self.scratch, package["Package"])
        for part in PARTS.get(package["Package"], []):
            with self.open("/" + ordinary[part]["Filename"]) as stream:
                path = os.path.join(self.scratch, part + ".deb")
                with open(path, "wb") as out:
                    shutil.copyfileobj(stream, out)
            subprocess.run(["dpkg-deb", "-x", path, tree], check=True)
        os.makedirs(os.path.join(tree, "DEBIAN"))
        with open(os.path.join(tree, "DEBIAN/control"), "w", encoding="utf-8") as out:
            for field in ("Package", "Version", "Architecture", "Maintainer", "Depends", "Provides", "Description"):
                if field in package:
                    out.write("%s: %s\n" % (field, package[field]))
        subprocess.run(["dpkg-deb", "-Zxz", "--root-owner-group", "--nocheck", "-b", tree, tree + ".udeb"], check=True,
                       stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        with open(tree + ".udeb", "rb") as stream:
            return stream.read()

    def publish(self, folder, index):
        with self.open(folder + "Release") as stream:
            release = stream.read().decode()
        data = lzma.compress(index)
        self.made[folder + INDEX + ".xz"] = data
        for kind in ("md5", "sha256"):
            digest = hashlib.new(kind, data).hexdigest()
            release = re.sub(r"(?m)^ [0-9a-f]{%d} +\d+ %s\.xz$" % (len(digest), INDEX),
                             " %s %d %s.xz" % (digest, len(data), INDEX), release)
        self.made[folder + "Release"] = release.encode()


class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    mirror = None

    def log_message(self, *words):  # pylint: disable=arguments-differ
        self.mirror.log.append(" ".join(str(word) for word in words[1:]))

    def answer(self, status, data):
        self.send_response(status)
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        if self.command == "GET":
            self.wfile.write(data)

    def do_GET(self):
        path = self.path.removeprefix("/debian")
        try:
            if path not in self.mirror.made:
                with self.mirror.open(path) as stream:
                    self.answer(200, stream.read())
            else:
                self.answer(200, self.mirror.made[path])
        except urllib.error.HTTPError as error:
            self.answer(error.code, b"")
        except OSError:
            self.close_connection = True

    do_HEAD = do_GET


class Server(socketserver.ThreadingMixIn, http.server.HTTPServer):
    daemon_threads = True
