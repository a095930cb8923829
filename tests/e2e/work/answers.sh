#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# answers.sh DIRECTORY TREE ARCHIVE: the initramfs of root.sh in TREE, and after it the work of this
# folder with the answers that the tree's own programs give on the host. Run as root, from the
# project's root.
set -eu
root=$1 tree=$2 archive=$3
here=tests/e2e/work

rm -rf --one-file-system "$root"
mkdir -p "$root"
(cd "$root" && cpio --quiet -idm) <"$tree"

work=$root/opt/lathe
mkdir -p "$work/expected" "$work/fixtures" "$work/source/tests/core"
cp "$here"/*.sh "$work/"
cp "$here/init.sh" "$root/init"
chmod 755 "$root/init"
for folder in api util state core chardev ir; do
    find emulator/$folder -name '*.[ch]' -o -name '*.inc'
done | cpio --quiet -pdm "$work/source"
cp tests/core/test-machine.c tests/core/dummy.[ch] "$work/source/tests/core/"
cp tests/test.[ch] "$work/source/tests/"
chroot "$root" sh /opt/lathe/compile.sh prepare
chroot "$root" sh /opt/lathe/openssl.sh prepare

# The kernel unpacks one archive after the other.
(cat "$tree" && cd "$root" && find init opt | LC_ALL=C sort | cpio --quiet -H newc -o) >"$archive.new"
mv "$archive.new" "$archive"
rm -rf --one-file-system "$root"
