#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# Puts guest kernels where tests and the demonstration find them: build/guests/{cloud,installer},
# a root tree to work in, build/guests/work, an installed system, build/guests/system, and discs
# that boot, build/guests/discs; a cloud image, build/guests/cloud-image; Debian 13's firmware,
# build/guests/trixie, and kernel, build/guests/trixie-kernel; Debians with a desktop,
# build/guests/graphics-{12,13}; EFI programs and what reads them, build/guests/peers.
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

as_root() {
    if [ "$(id -u)" = 0 ]; then
        "$@"
    else
        sudo "$@"
    fi
}

update() {
    echo "guests: updating the lists of packages" >&2
    as_root apt-get update -qq
}

# fetch_kernel PACKAGE DIRECTORY: the versioned package behind a package that names the newest.
fetch_kernel() {
    package=$(apt-cache depends "$1" 2>/dev/null |
        sed -n 's/.*Depends: \(linux-image-[0-9][^ ]*\).*/\1/p' | head -n 1)
    [ -n "$package" ] && fetch "$package" "$2"
}

# kernel PACKAGE DIRECTORY: its image and its modules.
kernel() {
    if [ -e "$2/vmlinuz" ] && [ -e "$2/modules" ]; then
        return 0
    fi
    rm -rf "$2"
    again fetch_kernel "$1" "$2/root"
    mv "$(find "$2/root" -path '*lib/modules' -type d)" "$2/modules" # in /usr since Debian 13
    cp "$2"/root/boot/vmlinuz-* "$2/vmlinuz.new"
    rm -rf "$2/root"
    mv "$2/vmlinuz.new" "$2/vmlinuz"
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

# debian DIRECTORY FILE SCRIPT SOURCE...: a file that SCRIPT makes of Debian's packages as root, in a
# scratch directory. It is made again when the sources have changed.
debian() {
    directory=$1 file=$2 script=$3
    shift 3
    ! made_from "$file" "$@" || return 0
    mkdir -p "$directory"
    apt-cache show debootstrap >/dev/null 2>&1 || update
    echo "guests: making $file" >&2
    # shellcheck disable=SC2086
    as_root sh $script
    cat "$@" | cksum >"$file.from"
}

# A root tree in an initramfs, and the work in it with its answers.
work() {
    folder=$guests/work scripts=tests/e2e/work
    debian "$folder" "$folder/tree.cpio" "$scripts/root.sh $folder/root $folder/tree.cpio" \
        $scripts/root.sh tests/e2e/debian.sh
    debian "$folder" "$folder/work.cpio" \
        "$scripts/answers.sh $folder/root $folder/tree.cpio $folder/work.cpio" \
        $scripts/*.sh tests/e2e/debian.sh
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
    grub-mkrescue -o "$guests/discs/installer.new" "$tree" -- -volid "Debian $release.0.0 amd64 n" 2>"$guests/discs/grub.log"
    rm -rf "$root" "$tree" "$guests/discs/grub.log"
    mv "$guests/discs/installer.new" "$guests/discs/installer.iso"
}

# An installed Debian with a boot loader.
system() {
    folder=$guests/system scripts=tests/e2e/system
    debian "$folder" "$folder/system.qcow2" \
        "$scripts/image.sh $folder/scratch $folder/system.qcow2" $scripts/* tests/e2e/debian.sh
}

# A Debian as its cloud images are, which cloud-init sets up when it first starts.
cloud_image() {
    folder=$guests/cloud-image scripts=tests/e2e/cloud
    debian "$folder" "$folder/cloud.qcow2" "$scripts/image.sh $folder/scratch $folder/cloud.qcow2" \
        $scripts/image.sh tests/e2e/debian.sh
}

# graphics RELEASE NAME: a Debian with Mesa, Weston and Xorg.
graphics() {
    folder=$guests/graphics-$1 script=tests/e2e/graphics/image.sh
    debian "$folder" "$folder/disk.qcow2" "$script $folder $2" $script tests/e2e/debian.sh
}

# Debian 13's firmware, for slow tests on any release.
trixie() {
    tests/e2e/trixie.sh "$guests/trixie" firmware
}

# Debian 13's kernel, for drivers that Debian 12's lacks: virtio_snd.
trixie_kernel() {
    [ -z "$(find "$guests/generic/modules" -name 'virtio_snd.ko*')" ] || return 0
    tests/e2e/trixie.sh "$guests/trixie-kernel" kernel
}

# EFI programs of Debian 12 and 13, and other programs that read them, for a slow test.
peers() {
    tests/wizards/peers.sh "$guests/peers"
}

for guest in "$@"; do
    case $guest in
    kernels)
        kernel linux-image-cloud-amd64 "$guests/cloud"
        # Its modules have what the cloud's leaves out: SATA, USB.
        kernel linux-image-amd64 "$guests/generic"
        ;;
    installer) installer ;;
    work) work ;;
    system) system ;;
    discs) discs ;;
    cloud-image) cloud_image ;;
    trixie) trixie ;;
    trixie-kernel) trixie_kernel ;;
    peers) peers ;;
    graphics-12) graphics 12 bookworm ;;
    graphics-13) graphics 13 trixie ;;
    esac
done
