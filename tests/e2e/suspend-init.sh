#!/bin/busybox sh
# SPDX-License-Identifier: GPL-3.0-or-later
# /init of the guest that is suspended at work: round after round each processor computes, files are
# written and read back, and a page is fetched; it says what went wrong, and that it goes on. It ends
# after so many rounds. The kernel's command line: disk=vda, port= of the host's server, rounds=,
# sum= of what the server sends, cd= a CD drive (or none), efi=yes: variables of the firmware are written.
words="disk port rounds sum cd efi"
. /start.sh
mkdir -p /etc

cat >/dhcp <<'END'
#!/bin/sh
[ "$1" = bound ] || exit 0
ip addr add "$ip/$mask" dev "$interface"
ip route add default via "$router"
END
chmod 755 /dhcp

until_true() { # COMMAND: a minute at most
    for _ in $(seq 1 600); do
        eval "$1" && return
        usleep 100000
    done
    echo "not ok guest-wait: $1"
}

until_true '[ -b "/dev/$disk" ]'
mke2fs "/dev/$disk" >/dev/null 2>&1
mount -t ext4 "/dev/$disk" /mnt
card=$(ls /sys/class/net | grep -v -e lo -e sit | head -n 1)
ip link set lo up
ip link set "$card" up
udhcpc -i "$card" -s /dhcp -n -q -t 10 >/dev/null 2>&1
wanted=$(seq 1 4000 | md5sum)

# Memory that stays what it is while other things happen.
dd if=/dev/urandom of=/tmp/kept bs=64k count=100 2>/dev/null
kept=$(md5sum </tmp/kept)

for cpu in $(seq 0 $(($(grep -c ^processor /proc/cpuinfo) - 1))); do
    taskset -c "$cpu" sh -c 'while :; do
        [ "$(seq 1 4000 | md5sum)" = "$0" ] || echo "not ok guest-computed"
        x=$(awk "BEGIN { x = 0; for (i = 1; i <= 10000; i++) x += 1 / (i * i); printf \"%.9f\", x }")
        [ "$x" = 1.644834072 ] || echo "not ok guest-float: $x"
    done' "$wanted" &
done

fetch() {
    got=$(timeout 10 wget -q -O - "http://10.0.2.2:$port/" | md5sum | cut -c 1-32)
}

# Each round has a variable of its own, and those of earlier rounds are what they were.
vars=/sys/firmware/efi/efivars guid=5f6b1c6e-3d4e-4a1b-9a53-6c6174686531
[ "$efi" = yes ] && mount -t efivarfs efivarfs $vars
store() {
    printf '\007\000\000\000%s' "$round" >"$vars/LatheRound$round-$guid" || echo "not ok guest-variable: round $round"
    for number in $(seq 1 "$round"); do
        [ "$(dd if="$vars/LatheRound$number-$guid" bs=4 skip=1 2>/dev/null)" = "$number" ] ||
            echo "not ok guest-variable: round $round, the one of $number"
    done
}

echo # the firmware may have left something on the line
round=0
while [ $round -lt "$rounds" ]; do
    round=$((round + 1))
    dd if=/dev/urandom of=/mnt/a bs=64k count=20 2>/dev/null
    sum_a=$(md5sum </mnt/a)
    sync
    echo 3 >/proc/sys/vm/drop_caches
    [ "$(md5sum </mnt/a)" = "$sum_a" ] || echo "not ok guest-disk: round $round"
    [ "$(md5sum </tmp/kept)" = "$kept" ] || echo "not ok guest-memory: round $round"
    fetch
    [ "$got" = "$sum" ] || fetch # a connection of before the machine was suspended has gone
    [ "$got" = "$sum" ] || echo "not ok guest-network: round $round: $got"
    if [ -n "$cd" ] && [ "$(dd if="/dev/$cd" bs=64k 2>/dev/null | md5sum | cut -c 1-32)" != "$sum" ]; then
        echo "not ok guest-cd: round $round"
    fi
    [ "$efi" != yes ] || store
    echo "round $round"
done
read -r up _ </proc/uptime
echo "uptime $up"
dmesg | grep -E 'BUG|WARNING|Oops|soft lockup|rcu.*stall|I/O error|timeout|reset' >/tmp/log
check log "$(cat /tmp/log)" ""
umount /mnt
check fsck "$(e2fsck -fn "/dev/$disk" >/dev/null 2>&1 && echo clean)" clean
check done "$round" "$rounds"
echo "lathe guest done"
poweroff -f
