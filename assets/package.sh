#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# Makes lathe_VERSION_ARCHITECTURE.deb of an installation. What it depends on is read off the programs.
# usage: package.sh STAGE VERSION OUTPUT: STAGE has what "meson install --destdir" wrote
set -eu
stage=$1 version=$2 output=$3
architecture=$(dpkg --print-architecture)
file=$output/lathe_${version}_$architecture.deb

here=$(cd "$(dirname "$0")" && pwd)
documents=$stage/usr/share/doc/lathe
install -D -m 644 "$here/copyright" "$documents/copyright"
printf 'lathe (%s) unstable; urgency=medium\n\n  * This version.\n\n -- %s  %s\n' "$version" \
    "The Lathe developers <developers@lathe-vm.org>" "$(date -R -u -d "@${SOURCE_DATE_EPOCH:-$(date +%s)}")" |
    gzip -9n >"$documents/changelog.gz"
gzip -9n "$stage/usr/share/man/man1/lathe.1"
mv "$stage/usr/share/zsh/site-functions" "$stage/usr/share/zsh/vendor-completions" # where Debian's zsh looks
find "$stage" -type f \( -name lathe -path '*/bin/*' -o -name '*.so' \) -exec strip --strip-unneeded {} +

# dpkg-shlibdeps wants to be in a source package.
work=$(mktemp -d)
trap 'rm -r "$work"' EXIT
mkdir "$work/debian"
printf 'Source: lathe\n\nPackage: lathe\nArchitecture: any\n' >"$work/debian/control"
depends=$(cd "$work" && find "$stage" -type f \( -path '*/bin/lathe' -o -name '*.so' \) -print0 |
    xargs -0 dpkg-shlibdeps -O --ignore-missing-info | sed -n 's/^shlibs:Depends=//p')

mkdir -p "$stage/DEBIAN"
cat >"$stage/DEBIAN/control" <<END
Package: lathe
Version: $version
Architecture: $architecture
Maintainer: The Lathe developers <developers@lathe-vm.org>
Installed-Size: $(du -sk --exclude=DEBIAN "$stage" | cut -f 1)
Depends: $depends, xkb-data, dconf-gsettings-backend | gsettings-backend
Recommends: seabios, ovmf, osinfo-db, libglib2.0-bin
Suggests: ipxe-qemu, swtpm
Section: misc
Priority: optional
Description: workstation for virtual machines
 Drop an ISO or a disk image onto the window, and it boots, in a virtual
 machine of its own. Lathe brings its own emulator: no daemon, no root, no
 kernel module.
END
(cd "$stage" && find usr -type f -print0 | sort -z | xargs -0 md5sum) >"$stage/DEBIAN/md5sums"
mkdir -p "$output"
dpkg-deb --root-owner-group --build "$stage" "$file" >/dev/null
echo "$file"
