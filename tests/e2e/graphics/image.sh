#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# image.sh DIRECTORY RELEASE: a Debian for what its screen shows: Mesa, kmscube, glmark2, Vulkan's tools,
# Weston, Xorg with Openbox and Xfce, the guest agents, a shell for root on ttyS0. It makes
# DIRECTORY/disk.qcow2, one ext4 file system without partitions (root=/dev/vda), and the vmlinuz and
# initrd.img that start it. Run as root, from the project's root.
set -eu
folder=$1 release=$2
root=$folder/root

. tests/e2e/debian.sh

base=systemd-sysv,dbus,udev,kmod,initramfs-tools,zstd,linux-image-amd64,login,passwd,procps,iproute2,e2fsprogs
base=$base,ca-certificates
graphics="libgl1-mesa-dri mesa-vulkan-drivers libvulkan1 vulkan-tools kmscube glmark2-es2-drm mesa-utils weston libdrm-tests
    xserver-xorg-core xserver-xorg-input-libinput xinit x11-xserver-utils x11-utils x11-apps xterm xclip openbox
    xfwm4 xfce4-session xfce4-panel xfdesktop4 xfce4-settings dbus-user-session dbus-x11 fonts-dejavu-core
    spice-vdagent qemu-guest-agent alsa-utils python3"

# Only what Lathe's machines have: a small image that starts soon.
initramfs() {
    sed -i 's/^MODULES=.*/MODULES=list/; s/^COMPRESS=.*/COMPRESS=zstd/' "$root/etc/initramfs-tools/initramfs.conf"
    printf '%s\n' virtio_pci virtio_blk ext4 >>"$root/etc/initramfs-tools/modules"
    chroot "$root" update-initramfs -u
}

packages() {
    cp /etc/resolv.conf "$root/etc/resolv.conf"
    echo "deb $mirror $release main" >"$root/etc/apt/sources.list"
    mkdir -p "$root/var/lib/apt/lists/partial" "$root/var/cache/apt/archives/partial"
    mount -t proc proc "$root/proc"
    chroot "$root" apt-get update -qq
    # shellcheck disable=SC2086
    chroot "$root" env DEBIAN_FRONTEND=noninteractive apt-get install -qq -y --no-install-recommends $graphics
    initramfs
    umount "$root/proc"
}

settings() {
    echo '/dev/vda / ext4 errors=remount-ro 0 1' >"$root/etc/fstab"
    echo guest >"$root/etc/hostname"
    echo '127.0.0.1 localhost guest' >"$root/etc/hosts"
    chroot "$root" passwd -d root >/dev/null
    mkdir -p "$root/etc/systemd/system/serial-getty@ttyS0.service.d"
    cat >"$root/etc/systemd/system/serial-getty@ttyS0.service.d/login.conf" <<'UNIT'
[Service]
ExecStart=
ExecStart=-/sbin/agetty --autologin root --noclear --keep-baud 115200 - linux
UNIT
    # Nothing that a test waits for in vain.
    chroot "$root" systemctl -q mask apt-daily.timer apt-daily-upgrade.timer systemd-networkd-wait-online.service
    chroot "$root" systemctl -q set-default multi-user.target
}

rm -f "$folder"/vmlinuz "$folder"/initrd.img
mkdir -p "$folder"
debian_tree "$root" "$base" "$release"
packages >"$folder/packages.log" 2>&1 || {
    umount "$root/proc" 2>/dev/null || true
    tail -n 5 "$folder/packages.log" >&2
    exit 1
}
settings
cp "$root"/boot/vmlinuz-* "$folder/vmlinuz"
cp "$root"/boot/initrd.img-* "$folder/initrd.img"
rm -rf "$root"/usr/share/doc "$root"/usr/share/man "$root"/usr/share/locale "$root"/var/cache/apt/* \
    "$root"/var/lib/apt/lists/*
truncate -s 4G "$folder/root.img"
mkfs.ext4 -q -F -d "$root" "$folder/root.img"
qemu-img convert -O qcow2 "$folder/root.img" "$folder/disk.new"
chmod 644 "$folder"/vmlinuz "$folder"/initrd.img "$folder/disk.new"
rm -rf --one-file-system "$folder/root.img" "$root"
mv "$folder/disk.new" "$folder/disk.qcow2"
