#!/bin/busybox sh
# SPDX-License-Identifier: GPL-3.0-or-later
# Tells what is on the PCI buses and in which nodes, and uses the disk and the network adapter that are there.
words=""
. /start.sh
echo # firmware leaves the line unfinished
echo "tree begins"
lspci -tn
echo "tree ends"
lspci -n | sed 's/^/function /'
for bus in /sys/class/pci_bus/*; do
    echo "bus ${bus##*/} node $(cat "$bus/device/numa_node" 2>/dev/null)"
done
if [ -b /dev/vda ]; then
    echo "disk $(readlink /sys/block/vda | sed 's|.*\(0000:[^/]*\)/virtio.*|\1|') $(head -c 9 /dev/vda)"
    echo lathe >/tmp/word
    dd if=/tmp/word of=/dev/vda bs=512 seek=1 conv=notrunc,sync 2>/dev/null
    echo 3 >/proc/sys/vm/drop_caches
    echo "written $(dd if=/dev/vda bs=512 skip=1 count=1 2>/dev/null | head -c 5)"
fi
for card in /sys/class/net/e*; do
    [ -e "$card" ] || continue
    ip link set "${card##*/}" up
    udhcpc -i "${card##*/}" -n -q -t 10 -T 2 -s /bin/true >/dev/null 2>&1 && echo "net $(readlink "$card/device" | sed 's|.*/||') lease"
done
grep -E 'virtio|pciehp|PCIe|nvme|eth' /proc/interrupts | sed 's/^/interrupts /'
[ -x /bin/numactl ] && numactl --hardware
lscpu -e=CPU,NODE,SOCKET,CORE
dmesg | grep -E "BAR .*(no space|failed to assign)|AE_|ACPI Error|ACPI BIOS|ignoring host bridge" | sed 's/^/trouble /'
echo lathe guest done
poweroff -f
