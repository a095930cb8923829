#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# root.sh DIRECTORY ARCHIVE: a Debian root tree of this release made by debootstrap, with the work
# of this folder and its answers, as an uncompressed initramfs. Run as root, from the project's root.
set -eu
root=$1 archive=$2
here=tests/e2e/work

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

mkdir -p "$root/opt/lathe/expected" "$root/opt/lathe/fixtures" "$root/opt/lathe/source/tests/core"
cp "$here"/*.sh "$root/opt/lathe/"
cp "$here/init.sh" "$root/init"
chmod 755 "$root/init"
for folder in api util state core chardev ir hw firmware; do
    find emulator/$folder -name '*.[ch]' -o -name '*.inc'
done | cpio --quiet -pdm "$root/opt/lathe/source"
cp tests/core/test-machine.c tests/core/dummy.[ch] "$root/opt/lathe/source/tests/core/"
cp tests/test.[ch] "$root/opt/lathe/source/tests/"
chroot "$root" sh /opt/lathe/compile.sh prepare
chroot "$root" sh /opt/lathe/openssl.sh prepare

(cd "$root" && find . -xdev | LC_ALL=C sort | cpio --quiet -H newc -o) >"$archive.new"
mv "$archive.new" "$archive"
rm -rf --one-file-system "$root"
