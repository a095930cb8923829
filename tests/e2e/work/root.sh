#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# root.sh DIRECTORY ARCHIVE: a Debian root tree of this release made by debootstrap, as an
# uncompressed initramfs without /init. Run as root, from the project's root.
set -eu
root=$1 archive=$2

. tests/e2e/debian.sh

# Python's tests are in a package with the version in its name.
python=$(apt-cache depends libpython3-stdlib |
    sed -n 's/.*Depends: libpython\([0-9.]*\)-stdlib/\1/p' | head -n 1)

debian_tree "$root" "stress-ng,gcc,libc6-dev,openssl,python3,libpython$python-testsuite"

(cd "$root" && find . -xdev | LC_ALL=C sort | cpio --quiet -H newc -o) >"$archive.new"
mv "$archive.new" "$archive"
rm -rf --one-file-system "$root"
