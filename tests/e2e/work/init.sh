#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# /init of the guest that works: a Debian root tree in memory. lathe=WORK[,WORD...] on the kernel's
# command line chooses one of the scripts in /opt/lathe; it says "ok" or "not ok" a case.
export PATH=/usr/sbin:/usr/bin:/sbin:/bin HOME=/root TERM=linux LC_ALL=C.UTF-8 TMPDIR=/tmp
mount -t proc proc /proc
mount -t sysfs sys /sys
mount -t devtmpfs dev /dev 2>/dev/null
mkdir -p /dev/shm /dev/pts
mount -t tmpfs shm /dev/shm
mount -t devpts pts /dev/pts
mount -t tmpfs tmp /tmp
ip link set lo up 2>/dev/null
words=$(sed -n 's/.*lathe=\([^ ]*\).*/\1/p' /proc/cmdline | tr , ' ')
echo "lathe guest: $(uname -r), $(nproc) processors, words: $words"
cd /opt/lathe || exit
# shellcheck disable=SC2086
set -- $words
work=$1
shift
sh "/opt/lathe/$work.sh" "$@" </dev/null
dmesg | grep -E 'BUG|WARNING|Oops|soft lockup|rcu.*detected.*stall|general protection|segfault' >/tmp/log
if [ -s /tmp/log ]; then
    echo "not ok $work-log: $(head -n 3 /tmp/log | tr '\n' ' ')"
else
    echo "ok $work-log"
fi
echo "lathe guest done"
sleep 1 # the kernel speaks in between otherwise
echo o >/proc/sysrq-trigger
sleep 60
