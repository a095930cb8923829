#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# trixie-host.sh DIRECTORY PACKAGE...: a Debian 13 root with these packages, made by debootstrap from
# the mirror that apt itself uses, in which the project is built and run as on such a host. More
# packages are added to one that is there. Run as root.
set -eu
root=$1
shift
wanted=$(printf '%s\n' "$@" | sort -u)
list=$root/.packages

mirror_of() {
    release=$(sed -n 's/^VERSION_CODENAME=//p' /etc/os-release)
    apt-get indextargets --format '$(RELEASE) $(COMPONENT) $(REPO_URI)' 'Identifier: Packages' |
        sed -n "s/^$release main //p" | head -n 1
}

make_root() {
    mirror=$(mirror_of)
    [ -n "$mirror" ] || {
        echo "guests: apt names no mirror of this release's main" >&2
        exit 1
    }
    rm -rf --one-file-system "$root.new"
    debootstrap --variant=minbase trixie "$root.new" "$mirror" >"$root.log" 2>&1 || {
        tail -n 5 "$root.log" >&2
        exit 1
    }
    mv "$root.new" "$root"
    rm -f "$root.log"
}

# As the host reaches its mirror, so does what is in there.
install_packages() {
    for file in /etc/resolv.conf /etc/hosts; do
        [ ! -e "$file" ] || cp -L "$file" "$root$file"
    done
    cp /etc/apt/apt.conf.d/*proxy* "$root/etc/apt/apt.conf.d/" 2>/dev/null || true
    printf '#!/bin/sh\nexit 101\n' >"$root/usr/sbin/policy-rc.d"
    chmod 755 "$root/usr/sbin/policy-rc.d"
    # shellcheck disable=SC2086
    unshare --mount --propagation private sh -c '
        root=$1 && shift
        mount -t proc proc "$root/proc"
        mount --rbind /dev "$root/dev"
        export DEBIAN_FRONTEND=noninteractive
        chroot "$root" apt-get -qq update
        chroot "$root" apt-get -qq -y --no-install-recommends install "$@"
        chroot "$root" apt-get clean
    ' sh "$root" $wanted >"$root.log" 2>&1 || {
        tail -n 5 "$root.log" >&2
        exit 1
    }
    rm -f "$root.log"
    printf '%s\n' "$wanted" >"$list"
}

[ -e "$root/etc/os-release" ] || make_root
missing=$(printf '%s\n' "$wanted" | if [ -e "$list" ]; then grep -vxFf "$list"; else cat; fi || true)
[ -z "$missing" ] || install_packages
