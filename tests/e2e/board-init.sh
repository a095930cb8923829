#!/bin/busybox sh
# SPDX-License-Identifier: GPL-3.0-or-later
# /init of the board test's guest. The kernel's command line says what to do: lathe=JOB.
words="lathe cpus ppi"
. /start.sh

# The alarm wakes it; then, twice, nothing but what the test does outside.
job_sleep() {
    check offers "$(cat /sys/power/mem_sleep)" "s2idle [deep]"
    seq 1 100000 >/tmp/numbers
    sum=$(md5sum </tmp/numbers)
    echo +3 >/sys/class/rtc/rtc0/wakealarm
    before=$(cut -d. -f1 /proc/uptime)
    echo mem >/sys/power/state
    check woke "$(cat /sys/power/suspend_stats/success)" 1
    check memory "$(md5sum </tmp/numbers)" "$sum"
    check cpus "$(nproc)" "$cpus"
    check clock "$(($(cut -d. -f1 /proc/uptime) - before < 120))" 1
}

job_again() {
    echo "lathe guest sleeps"
    echo mem >/sys/power/state
    check woke "$(cat /sys/power/suspend_stats/success)" 1
}

disks() { # how many there are, once they are N
    for _ in $(seq 1 400); do # half a minute and more: the button blinks for five seconds
        count=$(ls /sys/block | grep -cE 'vd|nvme')
        [ "$count" = "$1" ] && break
        usleep 100000
    done
    echo "$count"
}

# Disks come and go; each says what it holds.
job_hotplug() {
    check none "$(disks 0)" 0
    echo "lathe guest ready"
    check two "$(disks 2)" 2
    check virtio "$(head -c 13 /dev/vda)" "lathe disk 0"
    check nvme "$(head -c 13 /dev/nvme0n1)" "lathe disk 1"
    echo "lathe guest has two"
    check gone "$(disks 0)" 0
    echo "lathe guest has none"
    check again "$(disks 1)" 1
    check back "$(head -c 13 /dev/nvme0n1)" "lathe disk 2" # virtio drivers wait for a device that is gone
    echo "lathe guest is surprised"
    check surprise "$(disks 0)" 0
}

# Nobody pets it.
job_watchdog() {
    check driver "$(cat /sys/class/watchdog/watchdog0/identity)" iTCO_wdt
    echo "lathe guest hangs"
    exec watchdog -F -t 100 -T 4 /dev/watchdog0
}

# A request for firmware: to clear the TPM when the machine starts again.
presence() {
    cd /sys/class/tpm/tpm0/ppi || return
    check ppi "$(cat version)" "$ppi"
    check ppi-none "$(cat request)" 0
    echo 5 >request
    check ppi-request "$(cat request)" 5
    check ppi-action "$(cat transition_action)" "2: Reboot"
    check ppi-clear "$(grep '^5 ' tcg_operations)" "5 3: User required"
}

job_tpm() {
    check version "$(cat /sys/class/tpm/tpm0/tpm_version_major)" 2
    check banks "$(ls /sys/class/tpm/tpm0 | grep -c pcr-sha256)" 1
    check device "$(ls /dev/tpm0)" /dev/tpm0
    [ -n "$ppi" ] && presence
    echo "pcr0 $(cat /sys/class/tpm/tpm0/pcr-sha256/0)"
    check vmgenid "$(ls /sys/bus/acpi/devices | grep LATH0001)" LATH0001:00
}

# What tools that know the standards think of the machine.
job_lists() {
    lspci -vv >/tmp/lspci 2>&1
    check lspci "$(grep -cE '!!!|broken|denied|Unknown header|rev ff' /tmp/lspci)" 0
    check ports "$(grep -c 'Root Port (Slot+)' /tmp/lspci)" 4
    dmidecode >/tmp/dmi 2>&1
    check dmidecode "$(grep -cE 'BROKEN|BAD INDEX|WRONG|OUT OF SPEC|truncated|No SMBIOS' /tmp/dmi)" 0
    for type in 0 1 3 4 16 17 19 32 127; do
        grep -q "DMI type $type," /tmp/dmi || echo "not ok guest-dmi: no type $type"
    done
    check processors "$(dmidecode -s processor-version | wc -l)" 1
    cat /tmp/lspci /tmp/dmi
}

job_panic() {
    echo "lathe guest panics"
    echo c >/proc/sysrq-trigger
}

"job_$lathe"
dmesg | grep -E 'ACPI.*(Error|Warning|BUG)|BUG:|WARNING:|Oops|soft lockup|rcu.*stall|I/O error|Firmware Bug' &&
    echo "not ok guest-log" || echo "ok guest-log"
echo "lathe guest done"
poweroff -f
