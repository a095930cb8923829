# SPDX-License-Identifier: GPL-3.0-or-later
# To be sourced by scripts that run as root.

# The mirror that apt itself uses, which has Debian's other releases too.
debian_mirror() {
    host=$(sed -n 's/^VERSION_CODENAME=//p' /etc/os-release)
    mirror=$(apt-get indextargets --format '$(RELEASE) $(COMPONENT) $(REPO_URI)' \
        'Identifier: Packages' | sed -n "s/^$host main //p" | head -n 1)
    [ -n "$mirror" ] || {
        echo "guests: apt names no mirror of $host main" >&2
        return 1
    }
}

# debian_tree DIRECTORY PACKAGE,... [RELEASE]: a Debian root tree with these packages, made by debootstrap;
# of this host's release, if none is named.
debian_tree() {
    debian_mirror
    release=${3:-$host}
    rm -rf --one-file-system "$1"
    debootstrap --variant=minbase --include="$2" "$release" "$1" "$mirror" >"$1.log" 2>&1 || {
        tail -n 5 "$1.log" >&2
        return 1
    }
    # What nobody looks at takes room.
    rm -rf "$1.log" "$1"/usr/share/doc "$1"/usr/share/man "$1"/usr/share/locale \
        "$1"/usr/share/info "$1"/var/cache/apt "$1"/var/lib/apt/lists
}
