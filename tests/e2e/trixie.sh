#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# trixie.sh DIRECTORY: Debian 13's firmware, unpacked and not installed, from the mirror that apt itself
# uses. DIRECTORY/config is for XDG_CONFIG_HOME: descriptors there hide those of the host.
set -eu
mkdir -p "$1"
folder=$(cd "$1" && pwd -P)
[ ! -e "$folder/config" ] || exit 0

release=$(sed -n 's/^VERSION_CODENAME=//p' /etc/os-release)
mirror=$(apt-get indextargets --format '$(RELEASE) $(COMPONENT) $(REPO_URI)' 'Identifier: Packages' |
    sed -n "s/^$release main //p" | head -n 1)
[ -n "$mirror" ] || {
    echo "guests: apt names no mirror of $release main" >&2
    exit 1
}

# apt, with lists and an archive of its own.
own_apt() {
    (cd "$folder/apt" && apt-get -qq -o Dir::State="$folder/apt" -o Dir::Cache="$folder/apt" \
        -o Dir::State::status=/dev/null -o Dir::Etc::sourcelist="$folder/apt/sources" \
        -o Dir::Etc::sourceparts=- -o APT::Sandbox::User="$(id -un)" -o Acquire::Languages=none "$@")
}

mkdir -p "$folder/apt/lists/partial" "$folder/apt/archives/partial" "$folder/new/qemu/firmware"
echo "deb [signed-by=/usr/share/keyrings/debian-archive-keyring.gpg] $mirror trixie main" \
    >"$folder/apt/sources"
own_apt update
for package in ovmf seabios; do
    own_apt download "$package"
    dpkg -x "$folder"/apt/"$package"_*.deb "$folder/root"
done
rm -rf "$folder/apt"
for descriptor in "$folder"/root/usr/share/qemu/firmware/*.json; do
    sed "s#\"/usr/share#\"$folder/root/usr/share#" "$descriptor" \
        >"$folder/new/qemu/firmware/${descriptor##*/}"
done
cat >"$folder/new/qemu/firmware/90-seabios.json" <<DESCRIPTOR
{"description": "SeaBIOS", "interface-types": ["bios"],
 "mapping": {"device": "memory", "filename": "$folder/root/usr/share/seabios/bios-256k.bin"},
 "targets": [{"architecture": "x86_64", "machines": ["pc-q35-*"]}], "features": [], "tags": []}
DESCRIPTOR
mv "$folder/new" "$folder/config"
