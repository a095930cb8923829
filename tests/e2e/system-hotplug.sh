#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# In the guest, run by systemd: disks and USB devices come and go. Lines "do ..." ask usb-host for them.
# Each disk holds a file system with one file.
exec >/dev/ttyS0 2>&1

check() { # NAME ACTUAL EXPECTED
    if [ "$2" = "$3" ]; then echo "ok guest-$1"; else echo "not ok guest-$1: '$2', expected '$3'"; fi
}

wait_for() { # COMMAND...
    for _ in $(seq 1 300); do
        "$@" && return
        sleep 0.1
    done
    echo "not ok guest-wait: $*"
}

listed() { # by udev's links, so the whole way is gone
    [ -e "$1" ]
}

unlisted() {
    [ ! -e "$1" ]
}

inputs() { # NUMBER: keyboards and tablets
    [ "$(lsusb -t | grep -c Driver=usbhid)" = "$1" ]
}

holds() { # NAME DEVICE
    wait_for listed "$2"
    udevadm settle
    mount -o ro "$2" /mnt
    check "$1-holds" "$(cat /mnt/name)" "lathe disk"
    umount /mnt
}

slot() { # BUS DEVICE NUMBER
    echo "do slot $1"
    holds "$1" "$2"
    check "$1-type" "$(lsblk -dno TYPE,SIZE "$2")" "disk  16M"
    check "$1-filled" "$(cat /sys/bus/pci/slots/*/power | tr -d '\n')" 1000
    echo "do eject $3"
    wait_for unlisted "$2"
    wait_for empty
    check "$1-emptied" "$(cat /sys/bus/pci/slots/*/power | tr -d '\n')" 0000
}

empty() { # all slots
    [ "$(cat /sys/bus/pci/slots/*/power | tr -d '\n')" = 0000 ]
}

slot virtio /dev/vdc 2
slot nvme /dev/nvme0n1 2

echo "do add usb-storage stick"
holds usb /dev/sda
check usb-tree "$(lsusb -t | grep -c 'Driver=usb-storage, 5000M')" 1
echo "do remove stick"
wait_for unlisted /dev/sda

echo "do remove tablet"
wait_for inputs 1
echo "do add usb-tablet other"
wait_for inputs 2
check tablet "$(grep -c 'Lathe USB Tablet' /proc/bus/input/devices)" 1

lspci -vv
lsusb -t
dmesg --level=emerg,alert,crit,err,warn
dmesg | grep -E '(xhci|usb|nvme|virtio|pcieport|pciehp|ACPI).*([Ee]rror|[Ww]arn|[Ff]ail|died|[Tt]imeout|not respond|[Uu]nable)|BUG:|WARNING:' &&
    echo "not ok guest-log" || echo "ok guest-log"
echo "lathe guest done"
