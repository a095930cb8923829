#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Host-key documents, made by openssl: good ones, and each thing that can be wrong with one.

host-key.py LATHE
"""
import os
import subprocess
import sys
import tempfile

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), ".."))
from verdict import finish, report  # pylint: disable=wrong-import-position

LATHE = os.path.abspath(sys.argv[1])
SCRATCH = tempfile.mkdtemp(prefix="lathe-host-key-")
IBM = "/C=US/ST=New York/L=%s/O=International Business Machines Corporation/OU=Key Signing Service/CN=IBM"


def openssl(*words):
    subprocess.run(["openssl", *words], cwd=SCRATCH, check=True, capture_output=True)


def key(name):
    openssl("genpkey", "-algorithm", "EC", "-pkeyopt", "ec_paramgen_curve:P-256", "-out", name + ".key")


def root(name, subject):
    """A certificate that signs itself, over the key that is there."""
    openssl("req", "-x509", "-new", "-key", name.split(".")[0] + ".key", "-subj", subject, "-days", "9", "-out", name + ".crt",
            "-addext", "keyUsage=critical,keyCertSign,cRLSign")


def sign(name, subject, by, days="9", extensions=""):
    with open(os.path.join(SCRATCH, "ext"), "w", encoding="utf-8") as stream:
        stream.write(extensions)
    openssl("req", "-new", "-key", name.split(".")[0] + ".key", "-subj", subject, "-out", "request")
    openssl("x509", "-req", "-in", "request", "-CA", by + ".crt", "-CAkey", by.split(".")[0] + ".key", "-days", days,
            "-CAcreateserial", "-out", name + ".crt", "-extfile", "ext")


def crl(name, by, revoked=()):
    """A list by this signer, of these certificates."""
    for file, text in (("index", ""), ("index.attr", ""), ("number", "01\n"), ("cnf", (
            "[ca]\ndefault_ca=x\n[x]\ndatabase=index\ncrlnumber=number\ndefault_md=sha256\ndefault_crl_days=9\n"))):
        with open(os.path.join(SCRATCH, file), "w", encoding="utf-8") as stream:
            stream.write(text)
    signer = ["-config", "cnf", "-cert", by + ".crt", "-keyfile", by.split(".")[0] + ".key"]
    for certificate in revoked:
        openssl("ca", *signer, "-revoke", certificate + ".crt")
    openssl("ca", *signer, "-gencrl", "-out", name)


def make():
    for name in ("ca", "ibm", "host", "other"):
        key(name)
    usage = "basicConstraints=CA:true\nkeyUsage=critical,keyCertSign,cRLSign,digitalSignature\n"
    root("ca", "/CN=Authority")
    root("other", "/CN=Authority")
    sign("ibm", IBM % "Armonk", "ca", extensions=usage)
    sign("ibm.evil", (IBM % "Armonk").replace("International", "Other"), "ca", extensions=usage)
    root("ibm.old", IBM % "Poughkeepsie")  # the same key by its older name, for documents' issuers
    sign("host.new", "/CN=host", "ibm")
    sign("host.old", "/CN=host", "ibm.old")
    sign("host.evil", "/CN=host", "ibm.evil")
    sign("host.other", "/CN=host", "other")
    crl("ibm.crl", "ibm")
    crl("revoked.crl", "ibm", ["host.new"])
    crl("ca.crl", "ca")
    crl("ca-revoked.crl", "ca", ["ibm"])


def check(name, document, sentence, signing="ibm", trusted="ca", lists=("ibm.crl", "ca.crl")):
    words = ["--signing-key", signing + ".crt", "--trusted", trusted + ".crt"]
    for file in lists:
        words += ["--revoked", file]
    done = subprocess.run([LATHE, "seed", "host-key", document, *words], cwd=SCRATCH, text=True, capture_output=True,
                          env=dict(os.environ, LC_ALL="C.UTF-8"))
    good = "signed by IBM" in sentence
    report("host-key-" + name, (done.returncode == 0) == good and sentence in done.stdout + done.stderr,
           done.stdout + done.stderr)


def main():
    make()
    check("good", "host.new.crt", "signed by IBM (Armonk)")
    check("either-place", "host.old.crt", "signed by IBM (Armonk)")
    check("revoked", "host.new.crt", "is revoked", lists=("revoked.crl", "ca.crl"))
    check("no-list", "host.new.crt", "there is no list of revoked documents", lists=("ca.crl",))
    check("other-signer", "host.other.crt", "is not signed by this signing key")
    check("other-name", "host.evil.crt", "is not IBM's by its name", signing="ibm.evil")
    check("other-authority", "host.new.crt", "does not lead to a trusted certificate", trusted="other")
    check("signing-key-revoked", "host.new.crt", "its signing key is revoked", lists=("ibm.crl", "ca-revoked.crl"))
    check("no-certificate", "ibm.key", "is no certificate")
    check("no-such-list", "host.new.crt", "is no list of revoked certificates", lists=("ibm.key",))


main()
finish()
