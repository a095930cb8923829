#!/bin/busybox sh
# SPDX-License-Identifier: GPL-3.0-or-later
# Tells which nodes the kernel has found, how far apart they are, and where the processors are.
words=""
. /start.sh
echo # firmware leaves the line unfinished
for node in /sys/devices/system/node/node[0-9]*; do
    echo "${node##*/} cpus $(cat "$node/cpulist")"
    echo "${node##*/} distance $(cat "$node/distance")"
    echo "${node##*/} $(sed -n 's/.*MemTotal: *\([0-9]*\) kB/memory \1/p' "$node/meminfo")"
    for file in "$node"/access0/initiators/*_latency "$node"/access0/initiators/*_bandwidth; do
        [ -f "$file" ] && echo "${node##*/} ${file##*/} $(cat "$file")"
    done
done
lscpu -e=CPU,NODE,SOCKET,CORE
echo lathe guest done
poweroff -f
