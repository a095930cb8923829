#!/bin/busybox sh
# SPDX-License-Identifier: GPL-3.0-or-later
# /init of the USB test's guest. Lines "do ..." ask usb-host to type, to point, and to plug devices in and
# out. The kernel's command line has sum=MD5 of the disk's contents.
words="sum case"
. /start.sh
cd /sys/bus/usb/devices || exit

wait_for() { # COMMAND...
    for _ in $(seq 1 1200); do # a minute: busy hosts take their time
        "$@" && return
        usleep 50000
    done
    echo "not ok guest-wait: $*"
}

there() { # FILE
    [ -e "$1" ]
}

gone() { # FILE
    [ ! -e "$1" ]
}

reading() { # PID FILE: the process has it open
    for fd in "/proc/$1/fd"/*; do
        [ "$(readlink "$fd")" = "$2" ] && return
    done
    return 1
}

# Events that come before somebody reads are nobody's.
listen() { # NAME FILE
    wait_for has_event "$1"
    cat "$(event_of "$1")" >"$2" &
    readers="$readers $!"
    wait_for reading $! "$(event_of "$1")"
}

# The place of the event device with that name.
sysfs_of() { # NAME
    for event in /sys/class/input/event*; do
        [ "$(cat "$event/device/name")" = "$1" ] && readlink -f "$event"
    done
}

event_of() { # NAME
    echo "/dev/input/$(basename "$(sysfs_of "$1")")"
}

has_event() { # NAME
    [ -c "$(event_of "$1")" ]
}

# Types, codes and values of what came, without times and ends of reports.
events() { # FILE
    od -An -v -tu2 -w24 "$1" | while read -r _ _ _ _ _ _ _ _ type code low high; do
        [ "$type" = 0 ] || [ "$type" = 4 ] || echo "$type/$code/$((low + 65536 * high))"
    done | tr '\n' ' '
}

came() { # NUMBER FILE: so many events or more
    [ "$(events "$2" | wc -w)" -ge "$1" ]
}

product() { # DEVICE
    echo "$(cat "$1/product"), $(cat "$1/speed")"
}

tree() {
    check hub "$(product 1-1)" "USB Hub, 480"
    check tablet "$(product 1-2)" "USB Tablet, 480"
    check keyboard "$(product 1-1.1)" "USB Keyboard, 480"
    check drivers "$(for i in 1-1:1.0 1-2:1.0 1-1.1:1.0; do basename "$(readlink $i/driver)"; done | tr '\n' ' ')" \
        "hub usbhid usbhid "
}

# Both keyboards are read: each key comes once, from the first of them.
keyboard() { # NAME OTHER
    readers=
    listen "$1" /tmp/usb
    listen "$2" /tmp/ps2
    echo "do key 30"
    echo "do key 125"
    echo "do key 88"
    wait_for came 6 /tmp/usb
    check keys "$(events /tmp/usb)" "1/30/1 1/30/0 1/125/1 1/125/0 1/88/1 1/88/0 "
    check keys-once "$(events /tmp/ps2)" ""
    for led in "$(dirname "$(sysfs_of "$1")")"/*::capslock; do echo 1 >"$led/brightness"; done
    echo "do leds 4"
    # shellcheck disable=SC2086
    kill $readers
}

tablet() { # NAME WHAT-A-NOTCH-IS
    readers=
    listen "$1" /tmp/tablet
    echo "do pointer 1000 32767 0 0"
    wait_for came 2 /tmp/tablet
    echo "do pointer 1000 32767 0 1"
    wait_for came 3 /tmp/tablet
    echo "do pointer 1000 32767 2 0"
    # shellcheck disable=SC2086
    wait_for came $((3 + $(echo $2 | wc -w))) /tmp/tablet
    # shellcheck disable=SC2086
    kill $readers
    check pointer "$(events /tmp/tablet)" \
        "3/0/1000 3/1/32767 1/272/1 $2"
}

# A disk comes into a socket, then another into the hub; each goes while nobody writes.
plug() { # NAME DEVICE SPEED HUB
    echo "do add usb-storage $1 $4"
    wait_for there /sys/block/sda
    wait_for there /dev/sda
    check "$1-speed" "$(cat "$2/speed")" "$3"
    check "$1-sum" "$(md5sum </dev/sda | cut -c 1-32)" "$sum"
    echo "do remove $1"
    wait_for gone /sys/block/sda
    wait_for gone "$2"
}

# Pulled out while it is read: errors, and then all is as it was.
pull() {
    echo "do add usb-storage pulled"
    wait_for there /dev/sda
    (while dd if=/dev/sda of=/dev/null bs=1M iflag=direct 2>/dev/null; do :; done) &
    sleep 1
    echo "do remove pulled"
    wait_for gone /sys/block/sda
    wait
    dmesg -c >/tmp/pulled
    plug again 2-3 5000
}

swap() {
    echo "do refuse hub"
    echo "do remove keyboard"
    wait_for gone 1-1.1
    echo "do remove hub"
    wait_for gone 1-1
    echo "do add usb-keyboard other"
    wait_for has_event "Lathe USB Keyboard"
    check other "$(product 1-1)" "USB Keyboard, 480"
}

# After sleep (S3) all of them are there, and do what they did.
sleeps() {
    echo "do add usb-storage kept"
    wait_for there /dev/sda
    check sum-before "$(md5sum </dev/sda | cut -c 1-32)" "$sum"
    echo +3 >/sys/class/rtc/rtc0/wakealarm
    echo mem >/sys/power/state
    check woke "$(cat /sys/power/suspend_stats/success)" 1
    echo 3 >/proc/sys/vm/drop_caches
    check sum-after "$(md5sum </dev/sda | cut -c 1-32)" "$sum"
    tree
    keyboard "Lathe USB Keyboard" "AT Translated Set 2 keyboard"
    tablet "Lathe USB Tablet" "1/272/0 2/8/4294967294 2/11/4294967056 "
    echo "do remove kept"
    wait_for gone /sys/block/sda
    plug socket 2-3 5000
    dmesg | grep -E 'ACPI.*(Error|Warning|BUG)|BUG:|WARNING:|Oops|died|not respond|I/O error|[Rr]estore error' &&
        echo "not ok guest-log" || echo "ok guest-log"
    echo "lathe guest done"
    poweroff -f
}

echo # firmware ends its last line where it likes
wait_for there 1-1.1:1.0/driver
wait_for there 1-2:1.0/driver
if [ "$case" = virtio ]; then
    keyboard "Lathe Virtio Keyboard" "Lathe USB Keyboard"
    tablet "Lathe Virtio Tablet" "2/8/4294967294 1/272/0 "
    echo "lathe guest done"
    poweroff -f
fi
[ "$case" = sleep ] && sleeps
tree
keyboard "Lathe USB Keyboard" "AT Translated Set 2 keyboard"
tablet "Lathe USB Tablet" "1/272/0 2/8/4294967294 2/11/4294967056 "
plug socket 2-3 5000
plug inhub 1-1.2 480 hub
dmesg | grep -E '(xhci|usb|hid|sd ).*([Ee]rror|[Ww]arn|[Ff]ail|died|[Tt]imeout|not respond|[Uu]nable|[Cc]annot)|BUG:|WARNING:|Oops' &&
    echo "not ok guest-log" || echo "ok guest-log"
swap
pull
dmesg | grep -E 'BUG:|WARNING:|Oops|died|not respond' && echo "not ok guest-log-end" || echo "ok guest-log-end"
echo "lathe guest done"
poweroff -f
