#!/bin/busybox sh
# SPDX-License-Identifier: GPL-3.0-or-later
# /init of the guest that waits for viewers' USB drives: twice one with a disc, which goes again.
. /start.sh

wait_for() { # SECONDS COMMAND...
    left=$(($1 * 5))
    shift
    until "$@" >/dev/null 2>&1; do
        left=$((left - 1))
        [ $left -gt 0 ] || return 1
        sleep 0.2
    done
}

is_gone() { [ ! -e /dev/sr0 ]; }

for turn in 1 2; do
    echo "waits $turn"
    wait_for 120 mount -t iso9660 -o ro /dev/sr0 /mnt
    check "drive $turn" $? 0
    check "disc $turn" "$(sha256sum /mnt/data | cut -c 1-64)" "$(cat /mnt/data.sum)"
    check "model $turn" "$(cat /sys/block/sr0/device/vendor | tr -d ' ')" "$(cat /mnt/vendor)"
    echo "read $turn"
    umount /mnt
    wait_for 60 is_gone
    check "gone $turn" $? 0
done
echo "lathe guest done"
poweroff -f
