#!/bin/busybox sh
# SPDX-License-Identifier: GPL-3.0-or-later
# /init of the floppy test's guest: reads, writes and formats by Linux's driver, and has the medium changed
# ("do medium FILE"). The kernel's command line has sum=MD5 of the first medium, other=MD5 of the second.
words="sum other"
. /start.sh

sum() { # KIBIBYTES
    dd if=/dev/fd0 bs=18k count=$(($1 / 18)) 2>/dev/null | md5sum | cut -c 1-32
}

wait_for() { # COMMAND...
    for _ in $(seq 1 600); do # a minute: busy hosts take their time
        "$@" && return
        usleep 100000
    done
    echo "not ok guest-wait: $*"
}

no_medium() {
    ! dd if=/dev/fd0 of=/dev/null bs=512 count=1 2>/dev/null
}

has_medium() { # KIBIBYTES MD5
    [ "$(sum "$1")" = "$2" ]
}

check driver "$(dmesg | grep -oE 'fd0 is 1.44M|post-1991 82077' | tr '\n' ' ')" "fd0 is 1.44M post-1991 82077 "
check read "$(sum 1440)" "$sum"

mount -t vfat /dev/fd0 /mnt
check files "$(cat /mnt/hello.txt)" "Hello from mtools"
echo "Hello from Linux" >/mnt/answer.txt
seq 1 40000 >/mnt/numbers.txt
umount /mnt
check format "$(floppy-guest /dev/fd0 79 1 2>&1)" ""
check formatted "$(dd if=/dev/fd0 bs=512 skip=2862 2>/dev/null | tr -d '\366' | wc -c)" 0
check kept "$(dd if=/dev/fd0 bs=512 skip=2861 count=1 2>/dev/null | tr -d '\0' | wc -c)" 0

echo "do medium"
wait_for no_medium
check empty "$(no_medium && echo empty)" empty
echo "do medium other.img"
wait_for has_medium 720 "$other"
check other "$(sum 720)" "$other"
check protected "$( (echo x >/dev/fd0) 2>/dev/null && echo written)" ""
dmesg | grep -E 'BUG:|WARNING:|Oops|floppy0: (timeout|unexpected|bad)' && echo "not ok guest-log" || echo "ok guest-log"
echo "lathe guest done"
poweroff -f
