# SPDX-License-Identifier: GPL-3.0-or-later
# debian_tree DIRECTORY PACKAGE,...: a Debian root tree of this release with these packages, made by
# debootstrap from the mirror that apt itself uses. To be sourced by scripts that run as root.
debian_tree() {
    release=$(sed -n 's/^VERSION_CODENAME=//p' /etc/os-release)
    mirror=$(apt-get indextargets --format '$(RELEASE) $(COMPONENT) $(REPO_URI)' \
        'Identifier: Packages' | sed -n "s/^$release main //p" | head -n 1)
    [ -n "$mirror" ] || {
        echo "guests: apt names no mirror of $release main" >&2
        return 1
    }
    rm -rf --one-file-system "$1"
    debootstrap --variant=minbase --include="$2" "$release" "$1" "$mirror" >"$1.log" 2>&1 || {
        tail -n 5 "$1.log" >&2
        return 1
    }
    # What nobody looks at takes room.
    rm -rf "$1.log" "$1"/usr/share/doc "$1"/usr/share/man "$1"/usr/share/locale \
        "$1"/usr/share/info "$1"/var/cache/apt "$1"/var/lib/apt/lists
}
