# SPDX-License-Identifier: GPL-3.0-or-later
"""What a secure guest is made from, by OpenSSL, gpg and qemu-img: an authority, IBM's signing key under it, documents of
host keys, lists of revoked certificates, an image and its public key."""
import os
import subprocess

IBM = "/C=US/ST=New York/L=%s/O=International Business Machines Corporation/OU=Key Signing Service/CN=IBM"


class Authority:
    """In a folder, which is filled at once."""

    def __init__(self, folder):
        self.folder = folder
        self.certificate("ca", "/CN=Authority")
        self.certificate("ibm", IBM % "Armonk", "ca")
        self.certificate("ibm-old", IBM % "Poughkeepsie", key="ibm")  # the older place, in documents' issuers
        self.certificate("host", "/CN=host", "ibm", extensions="")
        self.certificate("host-old", "/CN=older host", "ibm-old", extensions="")
        self.certificate("other", "/CN=Other")
        self.certificate("host-false", "/CN=host", "other", extensions="")
        self.run("openssl", "x509", "-in", "host-old.crt", "-outform", "DER", "-out", "host-old.der")
        self.crl("ibm.crl", "ibm")
        self.crl("ca.crl", "ca")
        self.run("qemu-img", "create", "-q", "-f", "qcow2", "image.qcow2", "3G")
        os.mkdir(os.path.join(folder, "gpg"), 0o700)
        self.gpg("--quick-generate-key", "--passphrase", "", "ignition-secex", "rsa2048", "encr", "never")
        self.gpg("--armor", "--output", "image.pub", "--export")

    def close(self):
        """Ends gpg's helpers."""
        subprocess.run(["gpgconf", "--homedir", os.path.join(self.folder, "gpg"), "--kill", "all"], check=False)

    def run(self, *words, stdin=None):
        return subprocess.run(words, cwd=self.folder, capture_output=True, check=True, input=stdin).stdout

    def put(self, name, text):
        with open(os.path.join(self.folder, name), "w", encoding="utf-8") as stream:
            stream.write(text)

    def gpg(self, *words, stdin=None):
        return self.run("gpg", "--homedir", "gpg", "--batch", "--quiet", "--pinentry-mode", "loopback", *words,
                        stdin=stdin)

    def certificate(self, name, subject, by=None, key=None,
                    extensions="basicConstraints=CA:true\nkeyUsage=keyCertSign,cRLSign\n"):
        """Signed by another, or by itself; with a key of its own, or one that is there."""
        key = (key or name) + ".key"
        if not os.path.exists(os.path.join(self.folder, key)):
            self.run("openssl", "genpkey", "-algorithm", "EC", "-pkeyopt", "ec_paramgen_curve:P-521", "-out", key)
        self.put("ext", extensions)
        self.run("openssl", "req", "-new", "-key", key, "-subj", subject, "-out", "request")
        signer = ["-signkey", key]
        if by:
            signer = ["-CA", by + ".crt", "-CAkey", by.split("-")[0] + ".key", "-CAcreateserial"]
        self.run("openssl", "x509", "-req", "-in", "request", *signer, "-days", "9", "-extfile", "ext", "-out",
                 name + ".crt")

    def crl(self, name, by):
        self.put("index", "")
        self.put("number", "01\n")
        self.put("cnf", "[ca]\ndefault_ca=x\n[x]\ndatabase=index\ncrlnumber=number\ndefault_md=sha512\n"
                 "default_crl_days=9\n")
        self.run("openssl", "ca", "-config", "cnf", "-cert", by + ".crt", "-keyfile", by + ".key", "-gencrl", "-out",
                 name)
