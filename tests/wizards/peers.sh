#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# peers.sh DIRECTORY: EFI programs and firmware of Debian 12 and 13, and in DIRECTORY/bin the programs that say
# what is in them: unpacked and not installed, from the mirror that apt itself uses.
set -eu
mkdir -p "$1"
folder=$(cd "$1" && pwd -P)
[ ! -e "$folder/bin" ] || exit 0

release=$(sed -n 's/^VERSION_CODENAME=//p' /etc/os-release)
mirror=$(apt-get indextargets --format '$(RELEASE) $(COMPONENT) $(REPO_URI)' 'Identifier: Packages' |
    sed -n "s/^$release main //p" | head -n 1)
[ -n "$mirror" ] || {
    echo "guests: apt names no mirror of $release main" >&2
    exit 1
}

# own_apt RELEASE PROGRAM WORD...: apt, with lists and an archive of its own.
own_apt() {
    apt="$folder/apt-$1" program=$2
    shift 2
    (cd "$apt" && "$program" -qq -o Dir::State="$apt" -o Dir::Cache="$apt" -o Dir::State::status=/dev/null \
        -o Dir::Etc::sourcelist="$apt/sources" -o Dir::Etc::sourceparts=- \
        -o APT::Sandbox::User="$(id -un)" -o Acquire::Languages=none "$@")
}

# own_lists RELEASE
own_lists() {
    mkdir -p "$folder/apt-$1/lists/partial" "$folder/apt-$1/archives/partial"
    echo "deb [signed-by=/usr/share/keyrings/debian-archive-keyring.gpg] $mirror $1 main" >"$folder/apt-$1/sources"
    own_apt "$1" apt-get update
}

# own_unpack RELEASE ROOT PACKAGE...
own_unpack() {
    codename=$1 root=$2
    shift 2
    for package in "$@"; do
        own_apt "$codename" apt-get download "$package"
        dpkg -x "$folder/apt-$codename/$package"_*.deb "$root"
        rm "$folder/apt-$codename/$package"_*.deb
    done
}

# Programs and templates of variables alone are kept.
images() {
    own_lists "$1"
    kernel=$(own_apt "$1" apt-cache depends linux-image-amd64 | sed -n 's/^ *Depends: //p')
    own_unpack "$1" "$folder/$1" shim-signed shim-unsigned shim-helpers-amd64-signed grub-efi-amd64-signed \
        systemd-boot-efi ipxe fwupd-amd64-signed fwupd-unsigned ovmf qemu-efi-aarch64 "$kernel"
    case $1 in
    bookworm) own_unpack "$1" "$folder/$1" grub-efi-amd64-bin grub-efi-ia32-bin ;;
    *)
        own_unpack "$1" "$folder/$1" grub-efi-amd64-unsigned grub-efi-ia32-unsigned systemd-boot-efi-amd64-signed
        ;;
    esac
    find "$folder/$1" -type d -name modules -prune -exec rm -rf {} +
    find "$folder/$1" ! -type d ! -name '*.efi' ! -name '*.efi.signed' ! -name '*.efi.stub' ! -name 'vmlinuz*' \
        ! -name '*_VARS*.fd' -delete
}

# wrapper NAME LINE
wrapper() {
    printf '#!/bin/sh\n%s "$@"\n' "$2" >"$folder/new/$1"
    chmod +x "$folder/new/$1"
}

# The first of objdump's builds that knows the architecture; which there are, the release says.
tools() {
    [ "$release" = trixie ] || [ "$release" = bookworm ] || own_lists "$release"
    own_unpack "$release" "$folder/tools" binutils-multiarch sbsigntool python3-pefile python3-importlib-resources
    own_unpack trixie "$folder/tools" python3-virt-firmware
    for arch in riscv64 loongarch64; do
        own_unpack "$release" "$folder/tools" "binutils-$arch-linux-gnu" || :
    done
    mkdir "$folder/new"
    wrapper objdump "export LD_LIBRARY_PATH=$folder/tools/usr/lib/x86_64-linux-gnu
for program in $folder/tools/usr/bin/*-objdump; do
    said=\$(\$program \"\$@\" 2>/dev/null) && printf '%s\\n' \"\$said\" && exit
done
exit 1 #"
    wrapper sbverify "exec $folder/tools/usr/bin/sbverify"
    modules=$folder/tools/usr/lib/python3/dist-packages
    for program in virt-fw-vars pe-inspect; do
        wrapper $program "exec env PYTHONPATH=$modules /usr/bin/python3 $folder/tools/usr/bin/$program"
    done
}

images bookworm
images trixie
tools
rm -rf "$folder"/apt-*
mv "$folder/new" "$folder/bin"
