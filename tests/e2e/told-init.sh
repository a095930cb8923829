#!/bin/busybox sh
# SPDX-License-Identifier: GPL-3.0-or-later
# Tells what the machine's owner tells it: files of fw_cfg, and texts of SMBIOS.
words=""
. /start.sh
echo # firmware leaves the line unfinished
names=/sys/firmware/qemu_fw_cfg/by_name
for file in opt/org.example/text opt/com.coreos/config; do
    echo "file $file $(cat "$names/$file/size") $(md5sum <"$names/$file/raw")"
done
for word in bios-vendor bios-version bios-release-date bios-revision system-manufacturer system-product-name \
    system-version system-serial-number system-uuid system-sku-number system-family baseboard-manufacturer \
    baseboard-product-name baseboard-version baseboard-serial-number baseboard-asset-tag chassis-manufacturer \
    chassis-version chassis-serial-number chassis-asset-tag; do
    echo "text $word=$(dmidecode -s "$word")"
done
dmidecode -q -t 2 | sed -n 's/^\tLocation In Chassis: /text location=/p'
dmidecode -q -t 3 | sed -n 's/^\tSKU Number: /text chassis-sku=/p'
dmidecode -q -t 11 | sed -n 's/^\tString /string /p'
echo "complaints $(dmidecode 2>&1 | grep -ci -e invalid -e truncated -e broken -e 'bad index')"
echo lathe guest done
poweroff -f
