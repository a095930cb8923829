#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# Puts guest kernels where tests and the demonstration find them: build/guests/{cloud,installer},
# a root tree to work in, build/guests/work, an installed system, build/guests/system, and discs
# that boot, build/guests/discs.
# Each Debian release gives its own kernel and installer: packages are downloaded with apt and
# unpacked, not installed.
set -eu

cd "$(dirname "$0")/.."
guests=build/guests
mkdir -p "$guests"

# fetch PACKAGE DIRECTORY: unpacks a package. False: it could not be had.
fetch() {
    scratch=$(mktemp -d)
    chmod 755 "$scratch"
    echo "guests: downloading $1" >&2
    if (cd "$scratch" && apt-get download -qq "$1" >apt.log 2>&1) && mkdir -p "$2"; then
        dpkg -x "$scratch"/*.deb "$2"
        fetched=$?
    else
        cat "$scratch/apt.log" >&2
        echo "guests: apt could not download $1" >&2
        fetched=1
    fi
    rm -rf "$scratch"
    return "$fetched"
}

# again COMMAND...: once more with new lists if it fails. Old ones may name packages that the servers
# have replaced, and not have others at all.
again() {
    "$@" || { update && "$@"; } || exit 1
}

update() {
    echo "guests: updating the lists of packages" >&2
    if [ "$(id -u)" = 0 ]; then
        apt-get update -qq
    else
        sudo apt-get update -qq
    fi
}

# The versioned package behind linux-image-cloud-amd64.
fetch_cloud() {
    package=$(apt-cache depends linux-image-cloud-amd64 2>/dev/null |
        sed -n 's/.*Depends: \(linux-image-[0-9][^ ]*\).*/\1/p' | head -n 1)
    [ -n "$package" ] && fetch "$package" "$guests/cloud/root"
}

cloud() {
    if [ -e "$guests/cloud/vmlinuz" ] && [ -e "$guests/cloud/modules" ]; then
        return 0
    fi
    rm -rf "$guests/cloud/root" "$guests/cloud/modules"
    again fetch_cloud
    mv "$guests/cloud/root/lib/modules" "$guests/cloud/modules"
    cp "$guests"/cloud/root/boot/vmlinuz-* "$guests/cloud/vmlinuz.new"
    rm -rf "$guests/cloud/root"
    mv "$guests/cloud/vmlinuz.new" "$guests/cloud/vmlinuz"
}

# The kernel for all machines, whose modules have what the cloud's leaves out (SATA).
fetch_generic() {
    package=$(apt-cache depends linux-image-amd64 2>/dev/null |
        sed -n 's/.*Depends: \(linux-image-[0-9][^ ]*\).*/\1/p' | head -n 1)
    [ -n "$package" ] && fetch "$package" "$guests/generic/root"
}

generic() {
    if [ -e "$guests/generic/vmlinuz" ] && [ -e "$guests/generic/modules" ]; then
        return 0
    fi
    rm -rf "$guests/generic"
    again fetch_generic
    mv "$guests/generic/root/lib/modules" "$guests/generic/modules"
    cp "$guests"/generic/root/boot/vmlinuz-* "$guests/generic/vmlinuz.new"
    rm -rf "$guests/generic/root"
    mv "$guests/generic/vmlinuz.new" "$guests/generic/vmlinuz"
}

installer() {
    if [ -e "$guests/installer/initrd.gz" ] && [ -e "$guests/installer/initrd-gtk.gz" ]; then
        return 0
    fi
    release=$(sed -n 's/^VERSION_ID="\(.*\)"/\1/p' /etc/os-release)
    again fetch "debian-installer-$release-netboot-amd64" "$guests/installer/root"
    images=$(find "$guests/installer/root" -path '*text/debian-installer/amd64' -type d)
    cp "$images/linux" "$guests/installer/linux"
    cp "$images/initrd.gz" "$guests/installer/initrd.new"
    images=$(find "$guests/installer/root" -path '*gtk/debian-installer/amd64' -type d)
    cp "$images/initrd.gz" "$guests/installer/initrd-gtk.gz"
    rm -rf "$guests/installer/root"
    mv "$guests/installer/initrd.new" "$guests/installer/initrd.gz"
}

# made_from FILE SOURCE...: was it made from these, as they are now?
made_from() {
    made=$1
    shift
    [ -e "$made" ] && cat "$@" | cksum | cmp -s - "$made.from"
}

# A root tree of this release in an initramfs, and the work in it with its answers, made with the
# packages' own scripts: as root. Each is made again when its scripts have changed.
work() {
    mkdir -p "$guests/work"
    scripts=tests/e2e/work tree=$guests/work/tree.cpio archive=$guests/work/work.cpio
    as=
    [ "$(id -u)" = 0 ] || as=sudo
    if ! made_from "$tree" $scripts/root.sh; then
        apt-cache show debootstrap >/dev/null 2>&1 || update
        echo "guests: making a Debian root tree" >&2
        $as sh $scripts/root.sh "$guests/work/root" "$tree"
        cksum <$scripts/root.sh >"$tree.from"
        rm -f "$archive"
    fi
    if ! made_from "$archive" $scripts/*.sh; then
        echo "guests: preparing the work in it" >&2
        $as sh $scripts/answers.sh "$guests/work/root" "$tree" "$archive"
        cat $scripts/*.sh | cksum >"$archive.from"
    fi
}

# Discs that boot: a memory test, iPXE, GRUB alone, and GRUB with the graphical installer.
discs() {
    [ ! -e "$guests/discs/installer.iso" ] || return 0
    release=$(sed -n 's/^VERSION_ID="\(.*\)"/\1/p' /etc/os-release)
    root=$guests/discs/root tree=$guests/discs/tree
    rm -rf "$guests/discs"
    for package in memtest86+ ipxe "debian-installer-$release-netboot-amd64"; do
        again fetch "$package" "$root"
    done
    find "$root" -name 'memtest86+*x64.iso' -exec cp {} "$guests/discs/memtest.iso" ';'
    cp "$root/usr/lib/ipxe/ipxe.iso" "$guests/discs/"
    mkdir -p "$tree/boot/grub"
    grub-mkrescue -o "$guests/discs/grub.iso" "$tree" 2>"$guests/discs/grub.log"
    images=$(find "$root" -path '*gtk/debian-installer/amd64' -type d)
    cp "$images/linux" "$images/initrd.gz" "$tree/"
    cat >"$tree/boot/grub/grub.cfg" <<CONFIG
set timeout=2
menuentry "Graphical installer" {
    linux /linux vga=788
    initrd /initrd.gz
}
CONFIG
    grub-mkrescue -o "$guests/discs/installer.new" "$tree" 2>"$guests/discs/grub.log"
    rm -rf "$root" "$tree" "$guests/discs/grub.log"
    mv "$guests/discs/installer.new" "$guests/discs/installer.iso"
}

# An installed Debian of this release, with a boot loader: as root.
system() {
    mkdir -p "$guests/system"
    scripts=tests/e2e/system image=$guests/system/system.qcow2
    ! made_from "$image" $scripts/* || return 0
    apt-cache show debootstrap >/dev/null 2>&1 || update
    echo "guests: making a Debian system" >&2
    as=
    [ "$(id -u)" = 0 ] || as=sudo
    $as sh $scripts/image.sh "$guests/system/scratch" "$image"
    cat $scripts/* | cksum >"$image.from"
}

for guest in "$@"; do
    case $guest in
    kernels)
        cloud
        generic
        ;;
    installer) installer ;;
    work) work ;;
    system) system ;;
    discs) discs ;;
    esac
done
