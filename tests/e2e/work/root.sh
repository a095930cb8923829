#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# root.sh DIRECTORY ARCHIVE: a Debian root tree of this release made by debootstrap, as an
# uncompressed initramfs without /init. Run as root, from the project's root.
set -eu
root=$1 archive=$2

release=$(sed -n 's/^VERSION_CODENAME=//p' /etc/os-release)
# The mirror that apt itself uses for this release.
mirror=$(apt-get indextargets --format '$(RELEASE) $(COMPONENT) $(REPO_URI)' 'Identifier: Packages' |
    sed -n "s/^$release main //p" | head -n 1)
[ -n "$mirror" ] || {
    echo "guests: apt names no mirror of $release main" >&2
    exit 1
}
# Python's tests are in a package with the version in its name.
python=$(apt-cache depends libpython3-stdlib |
    sed -n 's/.*Depends: libpython\([0-9.]*\)-stdlib/\1/p' | head -n 1)

rm -rf --one-file-system "$root"
debootstrap --variant=minbase \
    --include="stress-ng,gcc,libc6-dev,openssl,python3,libpython$python-testsuite" \
    "$release" "$root" "$mirror" >"$archive.log" 2>&1 || {
    tail -n 5 "$archive.log" >&2
    exit 1
}
rm -f "$archive.log"
# What nobody looks at takes memory.
rm -rf "$root"/usr/share/doc "$root"/usr/share/man "$root"/usr/share/locale "$root"/usr/share/info \
    "$root"/var/cache/apt "$root"/var/lib/apt

(cd "$root" && find . -xdev | LC_ALL=C sort | cpio --quiet -H newc -o) >"$archive.new"
mv "$archive.new" "$archive"
rm -rf --one-file-system "$root"
