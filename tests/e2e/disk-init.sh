#!/bin/busybox sh
# SPDX-License-Identifier: GPL-3.0-or-later
# /init of the disk test's guest. The kernel's command line says what to do with which disk:
# lathe=write, lathe=hammer or lathe=readonly and disk=vda; lathe=cd disk=sr0 size=BYTES.
words="lathe disk size"
. /start.sh
lathe=${lathe:-write}

wait_for_disk() {
    for _ in $(seq 1 600); do # a minute: busy hosts take their time
        [ -b "/dev/$disk" ] && return
        usleep 100000
    done
    echo "not ok guest-disk: there is no $disk; $(cat /proc/partitions | tr '\n' ' ')"
}

# A file system, files, and what they hold after the caches were dropped.
job_write() {
    mke2fs "/dev/$disk" >/dev/null
    mount -t ext4 "/dev/$disk" /mnt
    dd if=/dev/urandom of=/mnt/a bs=64k count=200 2>/dev/null
    sum=$(md5sum </mnt/a)
    cp /mnt/a /mnt/b
    for i in $(seq 1 100); do seq 1 "$i" >"/mnt/small$i"; done
    small=$(cat /mnt/small* | md5sum)
    sync
    umount /mnt
    echo 3 >/proc/sys/vm/drop_caches
    mount -t ext4 "/dev/$disk" /mnt
    check big "$(md5sum </mnt/a)" "$sum"
    check copy "$(md5sum </mnt/b)" "$sum"
    check small "$(cat /mnt/small* | md5sum)" "$small"
    rm /mnt/b
    fstrim /mnt 2>/dev/null && echo "ok guest-trim"
    check after-trim "$(md5sum </mnt/a)" "$sum"
    umount /mnt
    blockdev --flushbufs "/dev/$disk"
    check size "$(blockdev --getsize64 "/dev/$disk")" 268435456
    check random "$(head -c 64 /dev/hwrng | wc -c)" 64
    echo "sum $(md5sum <"/dev/$disk")"
}

job_hammer() {
    mke2fs "/dev/$disk" >/dev/null
    mount -t ext4 -o discard "/dev/$disk" /mnt
    echo "lathe guest hammers"
    while :; do
        dd if=/dev/urandom of=/mnt/a bs=64k count=100 2>/dev/null
        sync
        cp /mnt/a /mnt/b
        rm /mnt/a
        sync
    done
}

# What is written to a read-only disk is refused; a SATA disk cannot say so before.
job_readonly() {
    [ "$disk" = sda ] || check ro "$(cat "/sys/block/$disk/ro")" 1
    dd if=/dev/zero of="/dev/$disk" bs=4096 count=1 conv=fsync 2>/dev/null && echo "not ok guest-ro-write"
    echo 3 >/proc/sys/vm/drop_caches
    echo "sum $(md5sum <"/dev/$disk")"
}

job_cd() {
    check size "$(blockdev --getsize64 "/dev/$disk")" "$size"
    echo "sum $(md5sum <"/dev/$disk")"
    eject "/dev/$disk"
    check ejected "$(dd if="/dev/$disk" bs=2048 count=1 2>/dev/null | wc -c)" 0
    eject -t "/dev/$disk"
    check again "$(dd if="/dev/$disk" bs=2048 count=1 2>/dev/null | wc -c)" 2048
}

wait_for_disk
"job_$lathe"
dmesg | grep -E 'BUG|WARNING|Oops|soft lockup|rcu.*stall|I/O error|timeout' &&
    [ "$lathe" = write ] && echo "not ok guest-log" || echo "ok guest-log"
echo "lathe guest done"
poweroff -f
