#!/bin/busybox sh
# SPDX-License-Identifier: GPL-3.0-or-later
# /init of the guest that tells what its keyboards and its tablet send. It has no driver for virtio's
# until something came from the PS/2 keyboard.
/bin/busybox mkdir -p /proc /sys /dev /tmp /bin
/bin/busybox --install -s /bin
export PATH=/bin HOME=/
mount -t proc proc /proc
mount -t sysfs sys /sys
mount -t devtmpfs dev /dev 2>/dev/null

load() { # MODULE...: of those that are there
    for module; do insmod "/modules/$module.ko" 2>/dev/null; done
}

event_of() { # NAME
    for event in /sys/class/input/event*; do
        [ "$(cat "$event/device/name")" = "$1" ] && echo "/dev/input/$(basename "$event")"
    done
}

reading() { # PID FILE: the process has it open
    for fd in "/proc/$1/fd"/*; do
        [ "$(readlink "$fd")" = "$2" ] && return
    done
    return 1
}

# Events that come before somebody reads are nobody's.
listen() { # NAME WORD
    until [ -n "$(event_of "$1")" ]; do usleep 50000; done
    cat "$(event_of "$1")" >"/tmp/$2" &
    until reading $! "$(event_of "$1")"; do usleep 50000; done
}

# Types, codes and values of what came, without times and ends of reports.
events() { # WORD
    od -An -v -tu2 -w24 "/tmp/$1" | while read -r _ _ _ _ _ _ _ _ type code low high; do
        [ "$type" = 0 ] || [ "$type" = 4 ] || echo "$type/$code/$((low + 65536 * high))"
    done | tr '\n' ' '
}

# All that came from a device so far, whenever it is more.
tell() { # WORD
    size=$(wc -c <"/tmp/$1")
    [ "$size" = "$(cat "/tmp/$1.told" 2>/dev/null)" ] && return 1
    echo "$size" >"/tmp/$1.told"
    echo "$1: $(events "$1")"
}

load evdev
listen "AT Translated Set 2 keyboard" ps2
echo 0 >/tmp/ps2.told
echo "lathe listens"
until tell ps2; do usleep 100000; done
while read -r module; do load "$module"; done </modules/order
listen "Lathe Virtio Keyboard" keyboard
listen "Lathe Virtio Tablet" tablet
echo "lathe has drivers"
while :; do
    for word in ps2 keyboard tablet; do tell "$word"; done
    usleep 100000
done
