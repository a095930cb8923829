#!/bin/busybox sh
# SPDX-License-Identifier: GPL-3.0-or-later
# /init of the consoles test's guest: a shell at each of two serial ports and at the virtio console; what comes by
# the channel goes back. "reboot -f" and "poweroff -f" end it.
words=""
. /start.sh
echo 1 >/proc/sys/kernel/sysrq
stty -echo </dev/ttyS1
setsid sh -c 'exec sh </dev/ttyS1 >/dev/ttyS1 2>&1' &
stty -echo </dev/hvc0
setsid sh -c 'exec sh </dev/hvc0 >/dev/hvc0 2>&1' &
channel=$(grep -l org.example.agent /sys/class/virtio-ports/*/name)
channel=/dev/$(basename "$(dirname "$channel")")
(while read -r line; do echo "back: $line" >&0; done <>"$channel") & # one can have it open
echo "lathe guest ready"
stty -echo </dev/ttyS0
setsid sh -c 'exec sh </dev/ttyS0 >/dev/ttyS0 2>&1'
poweroff -f
