#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# image.sh DIRECTORY IMAGE: a complete Debian of this release, made by debootstrap, as a qcow2 image
# that UEFI starts through the signed shim and GRUB. It reports on itself at each start (report.sh).
# Run as root, from the project's root; DIRECTORY is scratch.
set -eu
scratch=$1 image=$2
here=tests/e2e/system
root=$scratch/root

. tests/e2e/debian.sh

packages=systemd-sysv,dbus,udev,kmod,initramfs-tools,zstd,linux-image-amd64,shim-signed
packages=$packages,grub-efi-amd64-signed,e2fsprogs,fdisk,login,iproute2,pciutils,usbutils
packages=$packages,dmidecode,efivar,mokutil,acpica-tools

settings() {
    echo "UUID=$1 / ext4 errors=remount-ro 0 1" >"$root/etc/fstab"
    echo lathe-guest >"$root/etc/hostname"
    echo "127.0.0.1 localhost lathe-guest" >"$root/etc/hosts"
    chroot "$root" passwd -d root >/dev/null
    install -m 755 "$here/report.sh" "$root/usr/local/sbin/report"
    install -m 644 "$here/report.service" "$root/etc/systemd/system/"
    chroot "$root" systemctl enable -q report.service
}

# What the firmware starts, and what GRUB then looks for, on the EFI system partition.
boot_loader() {
    cat >"$scratch/grub.cfg" <<CONFIG
serial --unit=0 --speed=115200
terminal_input serial console
terminal_output serial console
search --no-floppy --fs-uuid --set=root $1
set timeout=0
menuentry "Debian" {
    linux /vmlinuz root=UUID=$1 ro console=tty0 console=ttyS0
    initrd /initrd.img
}
CONFIG
    rm -f "$scratch/esp.img"
    truncate -s 32M "$scratch/esp.img"
    mformat -i "$scratch/esp.img" ::
    mmd -i "$scratch/esp.img" ::EFI ::EFI/BOOT ::EFI/debian
    mcopy -i "$scratch/esp.img" "$root/usr/lib/shim/shimx64.efi.signed" ::EFI/BOOT/BOOTX64.EFI
    mcopy -i "$scratch/esp.img" "$root/usr/lib/grub/x86_64-efi-signed/grubx64.efi.signed" \
        ::EFI/BOOT/grubx64.efi
    mcopy -i "$scratch/esp.img" "$scratch/grub.cfg" ::EFI/debian/grub.cfg
}

# Two partitions of a GPT: 32 MiB for the firmware from 1 MiB, the system from 33 MiB.
join() {
    truncate -s 2G "$scratch/root.img"
    mkfs.ext4 -q -F -U "$1" -d "$root" "$scratch/root.img"
    truncate -s 2082M "$scratch/disk.img"
    printf 'label: gpt\nstart=2048, size=65536, type=U\nstart=67584, size=4194304, type=L\n' |
        /usr/sbin/sfdisk -q "$scratch/disk.img"
    dd if="$scratch/esp.img" of="$scratch/disk.img" bs=1M seek=1 conv=notrunc,sparse status=none
    dd if="$scratch/root.img" of="$scratch/disk.img" bs=1M seek=33 conv=notrunc,sparse status=none
    qemu-img convert -O qcow2 "$scratch/disk.img" "$image.new"
    rm -f "$scratch"/*.img
}

mkdir -p "$scratch"
uuid=$(cat /proc/sys/kernel/random/uuid)
debian_tree "$root" "$packages"
settings "$uuid"
boot_loader "$uuid"
join "$uuid"
chmod 644 "$image.new"
mv "$image.new" "$image"
rm -rf --one-file-system "$root"
