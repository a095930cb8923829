#!/bin/busybox sh
# SPDX-License-Identifier: GPL-3.0-or-later
# /init of the consoles test's guest: a shell at each of two serial ports. "reboot -f" and "poweroff -f" end it.
words=""
. /start.sh
echo 1 >/proc/sys/kernel/sysrq
stty -echo </dev/ttyS1
setsid sh -c 'exec sh </dev/ttyS1 >/dev/ttyS1 2>&1' &
echo "lathe guest ready"
stty -echo </dev/ttyS0
setsid sh -c 'exec sh </dev/ttyS0 >/dev/ttyS0 2>&1'
poweroff -f
