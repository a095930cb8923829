#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# trixie-run.sh ROOT COMMAND...: runs a command in the root that trixie-host.sh made, in this folder,
# which is mounted there under its own name. The mounts are this command's alone. Run as root.
set -eu
root=$(cd "$1" && pwd -P)
shift
here=$(pwd -P)
guests=$(cd build/guests && pwd -P)
# shellcheck disable=SC2016
exec unshare --mount --propagation private sh -c '
    set -eu
    root=$1 here=$2 guests=$3
    shift 3
    mkdir -p "$root$here" "$root$guests"
    mount -t proc proc "$root/proc"
    mount --rbind /dev "$root/dev"
    mount --rbind /sys "$root/sys"
    mount -t tmpfs -o mode=1777 tmp "$root/tmp"
    mkdir -p "$root/run" && mount -t tmpfs -o mode=755 run "$root/run"
    mount --bind "$here" "$root$here"
    mount --bind "$guests" "$root$guests"
    exec chroot "$root" /usr/bin/env HOME=/root LC_ALL=C.UTF-8 PATH=/usr/sbin:/usr/bin:/sbin:/bin \
        sh -c "cd \"\$1\" && shift && exec \"\$@\"" sh "$here" "$@"
' sh "$root" "$here" "$guests" "$@"
