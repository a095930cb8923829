#!/bin/busybox sh
# SPDX-License-Identifier: GPL-3.0-or-later
# /init of the test guest. It exercises what an emulator can get wrong, says "ok" or "not ok" a case,
# and powers off. Words on the kernel's command line choose: lathe=shell, lathe=reboot, lathe=idle.
/bin/busybox mkdir -p /proc /sys /dev /tmp /bin
/bin/busybox --install -s /bin
export PATH=/bin HOME=/ TERM=linux
mount -t proc proc /proc
mount -t sysfs sys /sys
mount -t devtmpfs dev /dev 2>/dev/null
mode=$(sed -n 's/.*lathe=\([a-z]*\).*/\1/p' /proc/cmdline)

check() { # NAME ACTUAL EXPECTED
    if [ "$2" = "$3" ]; then echo "ok guest-$1"; else echo "not ok guest-$1: '$2', expected '$3'"; fi
}

processes() {
    check pipes "$(seq 1 1000 | sort -rn | head -n 1)" 1000
    check words "$(seq 1 200 | tr '\n' ' ' | wc -w | tr -d ' ')" 200
    sum=0
    for i in $(seq 1 60); do
        sum=$((sum + $(echo $((i * i)))))
    done
    check forks "$sum" 73810
    check hash "$(seq 1 20000 | sha256sum | cut -c 1-16)" "$(cat /hash.expected)"
    check compress "$(seq 1 5000 | gzip | gunzip | md5sum)" "$(seq 1 5000 | md5sum)"
}

signals() {
    got=none
    trap 'got=usr1' USR1
    kill -USR1 $$
    check trap "$got" usr1
    sleep 100 &
    kill -TERM $!
    wait $! 2>/dev/null
    check terminated "$?" 143
}

# awk computes in doubles; each shell command has its own x87 and SSE state to be kept.
floating() {
    check float "$(awk 'BEGIN { x = 0; for (i = 1; i <= 10000; i++) x += 1 / (i * i); printf "%.9f", x }')" 1.644834072
    check product "$(awk 'BEGIN { x = 1; for (i = 1; i <= 40; i++) x = x * 1.07 - i / 1000; printf "%.9f", x }')" 12.494321127
    for i in 1 2 3 4; do
        awk -v n=$i 'BEGIN { x = n; for (i = 0; i < 20000; i++) x = (x + n / x) / 2; printf "%.6f\n", x }' >/tmp/f$i &
    done
    wait
    check switched "$(cat /tmp/f1 /tmp/f2 /tmp/f3 /tmp/f4 | tr '\n' ' ')" "1.000000 1.414214 1.732051 2.000000 "
}

timers() {
    read -r before _ </proc/uptime
    sleep 1
    read -r after _ </proc/uptime
    check sleep "$(awk -v a="$before" -v b="$after" 'BEGIN { print (b - a >= 0.99 && b - a < 30) ? "yes" : b - a }')" yes
    check ticks "$(grep -c LOC: /proc/interrupts)" 1
}

cpus() {
    online=$(grep -c ^processor /proc/cpuinfo)
    wanted=$(sed -n 's/.*cpus=\([0-9]*\).*/\1/p' /proc/cmdline)
    check cpus "$online" "${wanted:-$online}"
    cpu=0
    while [ $cpu -lt "$online" ]; do
        check "cpu$cpu" "$(taskset -c $cpu sh -c 'seq 1 500 | md5sum')" "$(seq 1 500 | md5sum)"
        cpu=$((cpu + 1))
    done
}

memory() {
    dd if=/dev/urandom of=/tmp/a bs=1M count=4 2>/dev/null
    cp /tmp/a /tmp/b
    check copy "$(md5sum </tmp/a)" "$(md5sum </tmp/b)"
    rm /tmp/a /tmp/b
}

echo "lathe guest: $(uname -r) $(uname -m)"
case $mode in
shell)
    exec setsid sh -c 'exec sh </dev/ttyS0 >/dev/ttyS0 2>&1'
    ;;
idle)
    echo "lathe guest idle"
    while :; do sleep 1000; done
    ;;
esac
processes
signals
floating
timers
cpus
memory
dmesg | grep -E 'BUG|WARNING|Oops|soft lockup|rcu.*stall' && echo "not ok guest-log" || echo "ok guest-log"
echo "lathe guest done"
case $mode in
reboot) reboot -f ;;
esac
poweroff -f
