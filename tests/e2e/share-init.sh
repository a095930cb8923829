#!/bin/busybox sh
# SPDX-License-Identifier: GPL-3.0-or-later
# /init of the shared folders' guest; do=files, readonly, race, times, suspend: what it does in /mnt, the folder
# "share" of the host's.
words="do cache msize"
. /start.sh

sum() { sha256sum "$1" | cut -c 1-64; }

refused() { # NAME COMMAND...: it fails
    name=$1
    shift
    "$@" >/dev/null 2>&1
    check "$name" "$([ $? -ne 0 ] && echo refused)" refused
}

now() { # milliseconds
    read -r up _ </proc/uptime
    echo "${up%.*}${up#*.}0"
}

timed() { # NAME COMMAND...
    name=$1
    shift
    before=$(now)
    "$@"
    echo "took $name $(($(now) - before))"
}

mount_it() {
    mount -t 9p -o "trans=virtio,version=9p2000.L,msize=${msize:-262144},cache=${cache:-none}$1" share /mnt
    check mounted $? 0
    cd /mnt || exit 1
}

files() {
    check reads "$(cat hello)" "of the host"
    check "reads a big file" "$(sum big)" "$(cat big.sum)"
    dd if=/dev/urandom of=back bs=1M count=12 2>/dev/null
    sum back >back.sum
    sync
    check "reads back" "$(sum back)" "$(cat back.sum)"
    echo one >a && mv a b && check renames "$(cat b)" one
    mkdir -p deep/er && echo x >deep/er/x && mv deep deeper && check "renames directories" "$(cat deeper/er/x)" x
    chmod 640 b && check modes "$(stat -c %a b)" 640
    chmod 4755 b && check "no set-id" "$(stat -c %a b)" 755
    touch -d "2001-02-03 04:05:06" b && check times "$(stat -c %Y b)" "$(date -d "2001-02-03 04:05:06" +%s)"
    chown 12:34 b && check "a chown is no error" $? 0
    check owner "$(stat -c %u:%g b)" 1234:567
    ln b hard && ln -s b soft && check links "$(stat -c %h b) $(readlink soft) $(cat soft)" "2 b one"
    mkfifo pipe && check pipes "$(stat -c %F pipe)" fifo
    refused "no devices" mknod disk b 8 0
    echo 123456789 >short && truncate -s 4 short && check truncates "$(cat short)" 1234
    echo more >>short && check appends "$(cat short)" 1234more
    rm -r deeper hard soft && check removes "$(ls -d deeper hard soft 2>/dev/null)" ""
    exec 3>unlinked && rm unlinked && echo "still here" >&3 && check unlinked "$(ls unlinked 2>/dev/null)" ""
    exec 3>&-
    check "lists many" "$(ls many | wc -l)" 10000
    check "lists each once" "$(ls many | sort -u | wc -l)" 10000
    tar -xf tree.tar && check "unpacks a tree" "$(cd tree && find . -type f -print0 | sort -z | xargs -0 cat | sha256sum | cut -c 1-64)" "$(cat tree.sum)"
    tar -cf tree2.tar tree && check "packs it" "$(tar -tf tree2.tar | wc -l)" "$(tar -tf tree.tar | wc -l)"
    rm -r tree && check "removes a tree" "$(ls -d tree 2>/dev/null)" ""
    /bin/share-guest locks file-of-locks && check locks $? 0
    check "what the host has locked" "$(/bin/share-guest try locked; echo $?)" 11
    cat proc-link >/dev/null 2>&1
    refused "a link of the host's leads into the guest" cat out/secret
    check "a link to the guest's own" "$(cat etc-link)" "of the guest"
    df /mnt | tail -1
}

mapped() { # with cache=mmap
    /bin/share-guest map mapped && check maps $? 0
    /bin/share-guest sync synced && check fsync $? 0
}

readonly_one() {
    check reads "$(cat hello)" "of the host"
    refused "no writes" sh -c 'echo x >hello'
    refused "no new files" touch new
    refused "no directories" mkdir new
    refused "no removing" rm hello
    refused "no modes" chmod 600 hello
    refused "no renames" mv hello bye
    refused "no links" ln -s a b
}

race() { # the host exchanges a directory and a link to elsewhere all the time
    for _ in $(seq 1 1500); do
        cat swap/secret 2>/dev/null
        ls swap/ >/dev/null 2>&1
    done | sort | uniq -c
    echo "raced"
}

measure() {
    timed read dd if=big of=/dev/null bs=1M
    echo 3 >/proc/sys/vm/drop_caches
    timed write dd if=/zeroes of=written bs=1M
    timed tar tar -xf tree.tar
    timed list sh -c 'ls -l many >/dev/null'
    timed find sh -c 'find tree -type f | xargs cat >/dev/null'
    timed remove rm -r tree
}

suspend() { # counts into an open file, and goes on counting
    exec 3>>counted
    cd deep/in
    for i in $(seq 1 40); do
        echo "$i" >&3
        echo "$i" >now
        echo "count $i"
        usleep 250000
    done
    exec 3>&-
    cd /mnt
    check counted "$(wc -l <counted) $(cat deep/in/now)" "40 40"
}

echo "of the guest" >/etc-file
head -c 67108864 /dev/zero >/zeroes
case "$do" in
files) mount_it "" && files ;;
mapped) cache=mmap mount_it "" && mapped ;;
readonly) mount_it "" && readonly_one ;;
race) mount_it "" && race ;;
times) mount_it "" && measure ;;
suspend) mount_it "" && suspend ;;
esac
cd / && umount /mnt
check unmounts $? 0
echo "lathe guest done"
poweroff -f
