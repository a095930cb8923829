#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# What is installed works: a Debian package is made of it, unpacked, and its program starts a kernel with
# its window's module. usage: package.sh SOURCE KERNELS
set -u
source=$1 kernels=$2
failed=0
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

check() { # NAME COMMAND...
    name=$1
    shift
    if "$@" >"$work/log" 2>&1; then
        echo "ok package-$name"
    else
        echo "not ok package-$name: $*"
        cat "$work/log"
        failed=1
    fi
}

check configure meson setup "$work/build" "$source" --prefix /usr --libdir lib --buildtype release -Dtests=false
check install env DESTDIR="$work/stage" meson install -C "$work/build" --quiet
check make "$source/assets/package.sh" "$work/stage" 1.2.3 "$work"
check unpack dpkg-deb -x "$work/lathe_1.2.3_$(dpkg --print-architecture).deb" "$work/root"
check desktop-file desktop-file-validate "$work/root/usr/share/applications/org.lathe_vm.Lathe.desktop"
check man-page man --warnings -l "$work/root/usr/share/man/man1/lathe.1.gz"
export LATHE_MODULES="$work/root/usr/lib/lathe"
check kernel "$work/root/usr/bin/lathe" run --kernel "$kernels/vmlinuz" --append console=ttyS0 --display none \
    --expect-serial "Linux version" --timeout 60
check window xvfb-run -a "$work/root/usr/bin/lathe" run --kernel "$kernels/vmlinuz" --append console=ttyS0 \
    --display gtk --serial null --serial stdio --expect-serial "Linux version" --timeout 60
exit $failed
