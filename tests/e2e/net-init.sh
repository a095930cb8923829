#!/bin/busybox sh
# SPDX-License-Identifier: GPL-3.0-or-later
# /init of the network test's guest. The kernel's command line says what to do: lathe=client gets an
# address, resolves names, fetches and sends; lathe=server has servers until it is told to end;
# lathe=speed fetches and sends much; lathe=none says what there is; lathe=two
# gets an address for each of two adapters. port and sum belong to the host's server.
words="lathe port sum size mac"
. /start.sh
mkdir /www

# until COMMAND: tries it for a minute, as busy hosts take their time
until_true() {
    for _ in $(seq 1 600); do
        eval "$1" && return
        usleep 100000
    done
}

cat >/dhcp <<'END'
#!/bin/sh
case $1 in
bound | renew)
    ip addr add "$ip/$mask" dev "$interface"
    ip route add default via "$router"
    for server in $dns; do echo "nameserver $server"; done >/etc/resolv.conf
    echo "lease $ip/$mask via $router dns $dns"
    ;;
esac
END
chmod 755 /dhcp
mkdir -p /etc

start_network() {
    card=$(ls /sys/class/net | grep -v -e lo -e sit | head -n 1)
    ip link set lo up
    ip link set "$card" up
    until_true '[ "$(cat /sys/class/net/$card/carrier)" = 1 ]'
    udhcpc -i "$card" -s /dhcp -n -q -t 10 >/tmp/dhcp 2>&1
    grep ^lease /tmp/dhcp || cat /tmp/dhcp
}

job_none() {
    check interfaces "$(ls /sys/class/net | grep -v sit | tr '\n' ' ')" "lo "
    check ethernet "$(grep -l '^0x02' /sys/bus/pci/devices/*/class)" ""
}

job_two() {
    check macs "$(cat /sys/class/net/e*/address | tr '\n' ' ')" "52:54:00:12:34:56 52:54:00:12:34:57 "
    for card in $(cd /sys/class/net && echo e*); do
        ip link set "$card" up
        check "dhcp-$card" "$(udhcpc -i "$card" -s /dhcp -n -q -t 10 2>/dev/null | grep -c ^lease)" 1
        ip addr flush dev "$card"
    done
}

job_client() {
    start_network
    check dhcp "$(grep ^lease /tmp/dhcp)" "lease 10.0.2.15/24 via 10.0.2.2 dns 10.0.2.3"
    check mac "$(cat "/sys/class/net/$card/address")" "${mac:-52:54:00:12:34:56}"
    check resolve "$(nslookup host.lathe.test 2>&1 | sed -n 's/^Address.*: *\(192\.0\.2\.[0-9]*\).*/\1/p')" 192.0.2.77
    check ping "$(ping -c 2 -s 1400 10.0.2.2 2>&1 | grep -c 'bytes from')" 2
    check fetch "$(wget -q -O - "http://10.0.2.2:$port/file" | md5sum | cut -d ' ' -f 1)" "$sum"
    wget -q -O /tmp/file "http://10.0.2.2:$port/file"
    check send "$({ printf 'POST /sum HTTP/1.0\r\nContent-Length: %d\r\n\r\n' "$(wc -c </tmp/file)"
        cat /tmp/file; } | nc 10.0.2.2 "$port" | tail -n 1)" "$sum"
    until_true 'ip -6 addr show dev $card scope site | grep -q fec0 || ip -6 addr show dev $card | grep -q "inet6 fec0"'
    check address6 "$(ip -6 addr show dev "$card" | grep -c 'inet6 fec0')" 1
    until_true '! ip -6 addr show dev $card | grep -q tentative'
    check fetch6 "$(wget -q -O - "http://[fec0::2]:$port/file" | md5sum | cut -d ' ' -f 1)" "$sum"
    check errors "$(cat /sys/class/net/"$card"/statistics/*_errors | sort -u)" 0
    for i in 1 2 3 4; do
        wget -q -O - "http://10.0.2.2:$port/file" | md5sum | cut -d ' ' -f 1 >/tmp/sum$i &
    done
    wait
    check parallel "$(cat /tmp/sum? | sort -u)" "$sum"
    ifdown_up
}

ifdown_up() {
    ip link set "$card" down
    ip link set "$card" up
    until_true '[ "$(cat /sys/class/net/$card/carrier)" = 1 ]'
    ip route add default via 10.0.2.2 2>/dev/null
    check again "$(wget -q -O - "http://10.0.2.2:$port/file" | md5sum | cut -d ' ' -f 1)" "$sum"
}

job_server() {
    start_network
    until_true 'ip -6 addr show dev $card | grep -q "inet6 fec0"'
    until_true '! ip -6 addr show dev $card | grep -q tentative'
    ping -c 1 fec0::2 >/dev/null 2>&1
    echo "served by the guest" >/www/index.html
    httpd -p 80 -h /www
    httpd -p '[::]:8080' -h /www
    udp-echo 7 &
    udp-echo 9 &
    echo "lathe guest serves"
    before=1
    while :; do
        now=$(cat "/sys/class/net/$card/carrier")
        [ "$now" = "$before" ] || echo "carrier $now"
        before=$now
        if [ "$now" = 1 ]; then
            ip route show | grep -q default || ip route add default via 10.0.2.2
            [ "$(wget -q -T 2 -O - "http://10.0.2.2:$port/end" 2>/dev/null)" = end ] && break
        fi
        usleep 200000
    done
}

seconds() {
    start=$(cut -d ' ' -f 1 /proc/uptime)
    eval "$2"
    end=$(cut -d ' ' -f 1 /proc/uptime)
    echo "speed $1 $(awk "BEGIN { printf \"%.2f\", $end - $start }")"
}

job_speed() {
    start_network
    seconds fetch 'wget -q -O /dev/null "http://10.0.2.2:$port/zeros"'
    seconds send 'dd if=/dev/zero bs=64k count=$((size * 16)) 2>/dev/null | nc 10.0.2.2 $((port + 1))'
}

"job_$lathe"
dmesg | grep -E 'BUG|WARNING|Oops|soft lockup|rcu.*stall|NETDEV WATCHDOG|Detected.*Hang' && echo "not ok guest-log" || echo "ok guest-log"
echo "lathe guest done"
poweroff -f
