#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# Puts guest kernels where tests and the demonstration find them: build/guests/{cloud,installer}.
# Each Debian release gives its own kernel and installer: packages are downloaded with apt and
# unpacked, not installed.
set -eu

cd "$(dirname "$0")/.."
guests=build/guests
mkdir -p "$guests"

# fetch PACKAGE DIRECTORY: unpacks a package.
fetch() {
    apt-cache show "$1" >/dev/null 2>&1 || update
    scratch=$(mktemp -d)
    chmod 755 "$scratch"
    echo "guests: downloading $1" >&2
    (cd "$scratch" && apt-get download -qq "$1" >/dev/null 2>&1) || {
        echo "guests: apt could not download $1" >&2
        rm -rf "$scratch"
        exit 1
    }
    mkdir -p "$2"
    dpkg -x "$scratch"/*.deb "$2"
    rm -rf "$scratch"
}

update() {
    if [ "$(id -u)" = 0 ]; then
        apt-get update -qq
    else
        sudo apt-get update -qq
    fi
}

# The versioned package behind linux-image-cloud-amd64.
cloud_package() {
    apt-cache show linux-image-cloud-amd64 >/dev/null 2>&1 || update
    apt-cache depends linux-image-cloud-amd64 |
        sed -n 's/.*Depends: \(linux-image-[0-9][^ ]*\).*/\1/p' | head -n 1
}

cloud() {
    [ ! -e "$guests/cloud/vmlinuz" ] || return 0
    fetch "$(cloud_package)" "$guests/cloud/root"
    cp "$guests"/cloud/root/boot/vmlinuz-* "$guests/cloud/vmlinuz.new"
    rm -rf "$guests/cloud/root"
    mv "$guests/cloud/vmlinuz.new" "$guests/cloud/vmlinuz"
}

installer() {
    [ ! -e "$guests/installer/initrd.gz" ] || return 0
    release=$(sed -n 's/^VERSION_ID="\(.*\)"/\1/p' /etc/os-release)
    fetch "debian-installer-$release-netboot-amd64" "$guests/installer/root"
    images=$(find "$guests/installer/root" -path '*text/debian-installer/amd64' -type d)
    cp "$images/linux" "$guests/installer/linux"
    cp "$images/initrd.gz" "$guests/installer/initrd.new"
    rm -rf "$guests/installer/root"
    mv "$guests/installer/initrd.new" "$guests/installer/initrd.gz"
}

for guest in "$@"; do
    case $guest in
    kernels) cloud ;;
    installer) installer ;;
    esac
done
