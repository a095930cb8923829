#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# The first program of Debian's installer in the network test, in place of the installer: its modules,
# its busybox and its DHCP script fetch a file from the host. driver, port and sum are on the kernel's
# command line.
export PATH=/usr/sbin:/usr/bin:/sbin:/bin
mount -t proc proc /proc
mount -t sysfs sys /sys
mount -t devtmpfs dev /dev
for word in $(cat /proc/cmdline); do
    case $word in driver=* | port=* | sum=*) export "${word?}" ;; esac
done

check() { # NAME ACTUAL EXPECTED
    if [ "$2" = "$3" ]; then echo "ok guest-$1"; else echo "not ok guest-$1: '$2', expected '$3'"; fi
}

modprobe virtio_pci
modprobe "$driver"
for _ in $(seq 1 60); do
    card=$(ls /sys/class/net | grep -v lo)
    [ -z "$card" ] || break
    sleep 1
done
ip link set "$card" up
udhcpc -i "$card" -n -q -t 10 >/dev/null 2>&1
check installer-address "$(ip -4 addr show dev "$card" | grep -c 'inet 10.0.2.15')" 1
check installer-wget "$(wget -q -O - "http://10.0.2.2:$port/file" | md5sum | cut -d ' ' -f 1)" "$sum"
check installer-name "$(wget -q -O - "http://web.lathe.test:$port/file" | md5sum | cut -d ' ' -f 1)" "$sum"
echo "lathe guest done"
poweroff -f
