#!/bin/busybox sh
# SPDX-License-Identifier: GPL-3.0-or-later
# /init of the sound test's guest: plays /tone.wav, records, or both, as the kernel's command line says: do=play,
# rates, record. busy=N: so many processes that never sleep beside it.
words="do busy"
. /start.sh

for _ in $(seq 1 "${busy:-0}"); do
    while :; do :; done &
done
wait_for_card() {
    for _ in $(seq 1 600); do
        [ -e /dev/snd/controlC0 ] && return
        usleep 100000
    done
    echo "not ok guest-card: there is none"
}

wait_for_card
cat /proc/asound/cards /proc/asound/pcm
# A codec begins in silence; a card without a mixer has none of these.
for control in Master PCM Speaker "Line Out" Capture Mic; do
    amixer -q sset "$control" 100% unmute 2>/dev/null
    amixer -q sset "$control" cap 2>/dev/null
done
amixer

play() { # FILE
    aplay -q -D hw:0,0 "$1"
    check "played $1" $? 0
}

case "$do" in
play)
    play /tone.wav
    ;;
rates)
    for rate in 44100 48000 96000; do play "/tone-$rate.wav"; done
    ;;
record)
    arecord -q -D hw:0,0 -f S16_LE -c 2 -r 48000 -d 2 /recorded.wav
    check recorded $? 0
    # Two seconds of sound: its bytes, and how many of them are not 0.
    check length "$(wc -c </recorded.wav)" 384044
    echo "heard $(tail -c 384000 /recorded.wav | tr -d '\000' | wc -c)"
    echo "samples $(tail -c 96000 /recorded.wav | od -An -v -t d2 -w4 | awk '{ print $1 }' | tr '\n' ' ')"
    ;;
esac
echo "lathe guest done"
poweroff -f
