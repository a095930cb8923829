#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# trixie.sh DIRECTORY firmware|kernel: of Debian 13, unpacked and not installed, from the mirror that apt
# itself uses. Of the firmware DIRECTORY/config is for XDG_CONFIG_HOME: descriptors there hide those of
# the host. Of the kernel there are DIRECTORY/vmlinuz and DIRECTORY/modules.
set -eu
mkdir -p "$1"
folder=$(cd "$1" && pwd -P)
[ ! -e "$folder/config" ] && [ ! -e "$folder/vmlinuz" ] || exit 0

release=$(sed -n 's/^VERSION_CODENAME=//p' /etc/os-release)
mirror=$(apt-get indextargets --format '$(RELEASE) $(COMPONENT) $(REPO_URI)' 'Identifier: Packages' |
    sed -n "s/^$release main //p" | head -n 1)
[ -n "$mirror" ] || {
    echo "guests: apt names no mirror of $release main" >&2
    exit 1
}

# own apt-get|apt-cache WORD...: with lists and an archive of its own.
own() {
    tool=$1
    shift
    (cd "$folder/apt" && "$tool" -qq -o Dir::State="$folder/apt" -o Dir::Cache="$folder/apt" \
        -o Dir::State::status=/dev/null -o Dir::Etc::sourcelist="$folder/apt/sources" \
        -o Dir::Etc::sourceparts=- -o APT::Sandbox::User="$(id -un)" -o Acquire::Languages=none "$@")
}

# unpack PACKAGE: into DIRECTORY/root.
unpack() {
    own apt-get download "$1"
    dpkg -x "$folder"/apt/"$1"_*.deb "$folder/root"
}

mkdir -p "$folder/apt/lists/partial" "$folder/apt/archives/partial"
echo "deb [signed-by=/usr/share/keyrings/debian-archive-keyring.gpg] $mirror trixie main" \
    >"$folder/apt/sources"
own apt-get update
if [ "$2" = kernel ]; then
    unpack "$(own apt-cache depends linux-image-amd64 |
        sed -n 's/.*Depends: \(linux-image-[0-9][^ ]*\).*/\1/p' | head -n 1)"
    rm -rf "$folder/apt" "$folder/modules"
    mv "$folder/root/usr/lib/modules" "$folder/modules"
    cp "$folder"/root/boot/vmlinuz-* "$folder/vmlinuz.new"
    rm -rf "$folder/root"
    mv "$folder/vmlinuz.new" "$folder/vmlinuz"
    exit 0
fi
for package in ovmf seabios; do
    unpack "$package"
done
rm -rf "$folder/apt"
mkdir -p "$folder/new/qemu/firmware"
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
