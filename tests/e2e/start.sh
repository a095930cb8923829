# SPDX-License-Identifier: GPL-3.0-or-later
# Sourced first by the /init of guests that initramfs.py makes: file systems, busybox's commands, modules. Words
# NAME=VALUE of the kernel's command line become variables where $words names them.
/bin/busybox mkdir -p /proc /sys /dev /tmp /mnt
/bin/busybox --install -s /bin
export PATH=/bin HOME=/ TERM=linux
mount -t proc proc /proc
mount -t sysfs sys /sys
mount -t devtmpfs dev /dev 2>/dev/null
while read -r module; do insmod "/modules/$module.ko"; done </modules/order
# shellcheck disable=SC2154
for word in $(cat /proc/cmdline); do
    case " $words " in *" ${word%%=*} "*) export "${word?}" ;; esac
done

check() { # NAME ACTUAL EXPECTED
    if [ "$2" = "$3" ]; then echo "ok guest-$1"; else echo "not ok guest-$1: '$2', expected '$3'"; fi
}
