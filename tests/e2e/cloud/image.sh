#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# image.sh DIRECTORY IMAGE: what Debian's cloud images are, made by debootstrap of this release's
# packages: the cloud kernel, cloud-init, netplan, an SSH server, no password and no user. UEFI starts
# it through systemd-boot. Run as root, from the project's root; DIRECTORY is scratch.
set -eu
scratch=$1 image=$2
root=$scratch/root

. tests/e2e/debian.sh

packages=systemd-sysv,systemd-resolved,dbus,udev,kmod,initramfs-tools,zstd,linux-image-cloud-amd64
packages=$packages,systemd-boot-efi,e2fsprogs,fdisk,login,passwd,iproute2,sudo,openssh-server,netplan.io
# debootstrap knows no virtual packages, so who provides them is named: python3-cffi-backend.
packages=$packages,cloud-init,cloud-guest-utils,python3-cffi-backend,locales,tzdata

# What a first start makes itself must not be there yet.
generalize() {
    echo "PARTUUID=$1 / ext4 errors=remount-ro 0 1" >"$root/etc/fstab"
    rm -f "$root"/etc/ssh/ssh_host_* "$root/etc/hostname"
    : >"$root/etc/machine-id"
    echo LANG=C.UTF-8 >"$root/etc/default/locale"
    # Debian's choice for its images, which dpkg asks for elsewhere.
    echo 'datasource_list: [ NoCloud, ConfigDrive, None ]' >"$root/etc/cloud/cloud.cfg.d/90_dpkg.cfg"
}

boot_partition() {
    truncate -s 128M "$scratch/esp.img"
    mformat -i "$scratch/esp.img" -F ::
    mmd -i "$scratch/esp.img" ::EFI ::EFI/BOOT ::loader ::loader/entries
    printf 'timeout 0\n' >"$scratch/loader.conf"
    cat >"$scratch/debian.conf" <<CONFIG
title Debian
linux /vmlinuz
initrd /initrd.img
options root=PARTUUID=$1 ro console=tty0 console=ttyS0,115200
CONFIG
    mcopy -i "$scratch/esp.img" "$root/usr/lib/systemd/boot/efi/systemd-bootx64.efi" ::EFI/BOOT/BOOTX64.EFI
    mcopy -i "$scratch/esp.img" "$scratch/loader.conf" ::loader/loader.conf
    mcopy -i "$scratch/esp.img" "$scratch/debian.conf" ::loader/entries/debian.conf
    mcopy -i "$scratch/esp.img" "$root"/boot/vmlinuz-* ::vmlinuz
    mcopy -i "$scratch/esp.img" "$root"/boot/initrd.img-* ::initrd.img
}

# Two partitions of a GPT: 128 MiB for the firmware from 1 MiB, the system behind it, which may grow.
join() {
    truncate -s 1500M "$scratch/root.img"
    mkfs.ext4 -q -F -d "$root" "$scratch/root.img"
    truncate -s 1630M "$scratch/disk.img"
    printf 'label: gpt\nstart=1MiB, size=128MiB, type=U\nstart=129MiB, size=1500MiB, type=L, uuid=%s\n' "$1" |
        /usr/sbin/sfdisk -q "$scratch/disk.img"
    dd if="$scratch/esp.img" of="$scratch/disk.img" bs=1M seek=1 conv=notrunc,sparse status=none
    dd if="$scratch/root.img" of="$scratch/disk.img" bs=1M seek=129 conv=notrunc,sparse status=none
    qemu-img convert -O qcow2 "$scratch/disk.img" "$image.new"
}

mkdir -p "$scratch"
uuid=$(cat /proc/sys/kernel/random/uuid)
debian_tree "$root" "$packages"
generalize "$uuid"
boot_partition "$uuid"
join "$uuid"
chmod 644 "$image.new"
mv "$image.new" "$image"
rm -rf --one-file-system "$scratch"
