#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# Desktop file and metainfo, by the tools that desktops and shops check them with.
# usage: assets.sh DESKTOP-FILE METAINFO SERVICE
set -u
failed=0

check() {
    name=$1
    shift
    if "$@" >/dev/null; then
        echo "ok assets: $name"
    else
        echo "not ok assets: $name"
        failed=1
    fi
}

check "desktop file" desktop-file-validate "$1"
check "metainfo" appstreamcli validate --no-net "$2"
check "the service starts what the desktop file names" \
    test "$(sed -n 's/^Name=//p' "$3")" = "$(basename "$1" .desktop)"
exit $failed
