#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# In the guest: tells on the first serial port how the system came up and what hardware it sees,
# then reboots, and powers off at its second start.

# The port's getty hangs up who holds it open, so it is opened when all is known.
exec >/run/report 2>&1

section() {
    echo "== begin $1"
    shift
    "$@"
    echo "== end $?"
}

efi_variables() {
    [ -d /sys/firmware/efi ] && efivar -l
}

acpi_tables() {
    mkdir -p /run/tables
    cp /sys/firmware/acpi/tables/[A-Z]* /run/tables
    cd /run/tables && for table in *; do
        iasl -d "$table" >/run/iasl.log 2>&1 && ! grep -iE 'error|warning' /run/iasl.log || echo "bad $table"
    done
}

state=$(systemctl is-system-running --wait)
echo "== state $state"
section failed systemctl --failed --no-legend
section kernel dmesg --level=emerg,alert,crit,err,warn
section acpi-messages sh -c 'dmesg | grep -E "ACPI (BIOS )?(Error|Warning|Exception)"'
section tables acpi_tables
section pci lspci -vv
section usb lsusb -t
section smbios dmidecode
section variables efi_variables
section secure-boot mokutil --sb-state
section secure-variable efivar -d -n 8be4df61-93ca-11d2-aa0d-00e098032b8c-SecureBoot
section disks lsblk -o NAME,TYPE,SIZE,FSTYPE,MOUNTPOINTS
section root findmnt -no SOURCE,FSTYPE /
section cpus nproc
section target systemctl is-active multi-user.target

if [ -e /var/lib/rebooted ]; then
    echo "== second start"
    next=poweroff
else
    touch /var/lib/rebooted
    echo "== first start"
    next=reboot
fi
{ echo && cat /run/report; } >/dev/ttyS0 # behind the login prompt
systemctl "$next"
