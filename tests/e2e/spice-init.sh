#!/bin/busybox sh
# SPDX-License-Identifier: GPL-3.0-or-later
# /init of the SPICE test's guest: it opens the agent's channel, as spice-vdagentd does, shows what comes there first, and
# closes it.
words=""
. /start.sh
channel=$(grep -l com.redhat.spice.0 /sys/class/virtio-ports/*/name)
channel=/dev/$(basename "$(dirname "$channel")")
echo "lathe guest ready"
read -r line </dev/ttyS0
exec 3<>"$channel"
echo "open $line"
echo "first $(dd bs=1 count=16 <&3 2>/dev/null | hexdump -v -e '16/1 "%02x"')"
exec 3>&-
echo "closed"
read -r line </dev/ttyS0
poweroff -f
