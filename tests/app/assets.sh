#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# Desktop file and metainfo, by the tools that desktops and shops check them with.
# usage: assets.sh DESKTOP-FILE METAINFO SERVICE ASSETS: the last the folder of the sources
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

build=$(dirname "$1")
check "desktop file" desktop-file-validate "$1"
# Versions before 1.0 know <developer_name> only, later ones want <developer>: there are both.
known=$(mktemp --suffix .metainfo.xml)
trap 'rm -f "$known"' EXIT
case $(appstreamcli --version) in
*" 0."*) sed '/<developer id/,/<\/developer>/d' "$2" ;;
*) sed '/<developer_name/d' "$2" ;;
esac >"$known"
check "metainfo" appstreamcli validate --no-net --strict "$known"
check "the schema" glib-compile-schemas --strict --dry-run "$4"
check "the service starts what the desktop file names" \
    test "$(sed -n 's/^Name=//p' "$3")" = "$(basename "$1" .desktop)"
# What the search provider's file names is what D-Bus starts.
check "search provider" test "$(sed -n 's/^BusName=//p' "$4"/*.search-provider.ini)" = \
    "$(sed -n 's/^Name=//p' "$build"/*.SearchProvider.service)"
check "it is this program's" test "$(sed -n 's/^DesktopId=//p' "$4"/*.search-provider.ini)" = "$(basename "$1")"
check "help is a whole page" xmllint --html --noout --nowarning "$4/help/index.html" 2>/dev/null
# Each of the page's own links leads somewhere.
check "its links" sh -c '! grep -o "href=\"#[a-z]*" "$1" | cut -d "#" -f 2 | while read -r to; do
    grep -q "id=\"$to\"" "$1" || echo "$to"; done | grep .' sh "$4/help/index.html"
exit $failed
