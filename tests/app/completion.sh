#!/bin/bash
# SPDX-License-Identifier: GPL-3.0-or-later
# Do bash, zsh and fish complete what lathe takes? usage: completion.sh LATHE
set -u
lathe=$1
failed=0
work=$(mktemp -d)
trap 'rm -r "$work"' EXIT
export XDG_DATA_HOME=$work/data PATH=$work/bin:$PATH
mkdir "$work/bin"
ln -s "$(realpath "$lathe")" "$work/bin/lathe"
for shell in bash zsh fish; do "$lathe" --completion=$shell >"$work/$shell"; done

has() { # NAME TEXT LINE: is it a line of the text?
    if grep -qxF -- "$3" <<<"$2"; then
        echo "ok completion-$1"
    else
        printf 'not ok completion-%s: no "%s" in:\n%s\n' "$1" "$3" "$2"
        failed=1
    fi
}

in_bash() { # WORD...
    # shellcheck disable=SC2016
    bash --norc -c 'source "$0"; COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1)); _lathe; printf "%s\n" "${COMPREPLY[@]}"' \
        "$work/bash" "$@"
}

# What the functions of zsh's completion system are given.
in_zsh() { # WORD...
    # shellcheck disable=SC2016
    zsh -f -c '_describe() { print -l -- $names }; _arguments() { print -l -- "$@" }; _files() { }
        CURRENT=$#; words=("$@"); source "$0"' "$work/zsh" "$@"
}

in_fish() { # LINE
    fish --no-config -c 'source $argv[1]; complete -C $argv[2]' "$work/fish" "$1" | tr '\t' :
}

has bash-verb "$(in_bash lathe fir)" firmware
has bash-option "$(in_bash lathe run --sm)" --smp
has bash-value "$(in_bash lathe run --accel i)" interp
has bash-command "$(in_bash lathe firmware s)" sigdb
has bash-command-option "$(in_bash lathe firmware vars x --ou)" --output
has zsh-verb "$(in_zsh lathe fir)" "firmware:firmware of this host, UEFI variable stores, images and keys"
has zsh-option "$(in_zsh lathe run --sm)" "--smp[number of CPUs and how they are grouped]:value:(1 2 4 8)"
has zsh-file "$(in_zsh lathe run --ke)" "--kernel[start this kernel]:value:_files"
has zsh-command "$(in_zsh lathe firmware p)" "pe:what a UEFI program is"
has zsh-command-option "$(in_zsh lathe firmware list --js)" "*--json[print JSON]"
has fish-verb "$(in_fish 'lathe fir')" "firmware:firmware of this host, UEFI variable stores, images and keys"
has fish-option "$(in_fish 'lathe run --sm')" "--smp:number of CPUs and how they are grouped"
has fish-value "$(in_fish 'lathe run --accel i')" "interp:the engine that runs guest code"
has fish-command "$(in_fish 'lathe firmware p')" "pe:what a UEFI program is"
has fish-command-option "$(in_fish 'lathe firmware vars x --outp')" "--output:save in this file, and leave the first one as it is"

# Machines by their names, which may have spaces; the shells find the program by its name.
"$lathe" create "Web server" >"$work/said" && "$lathe" create Router >"$work/said" || failed=1
has bash-machine "$(in_bash lathe stop Ro)" Router
has bash-machine-space "$(in_bash lathe edit 'Web\ s')" "Web server"
has bash-machine-none "$(cd "$work" && touch Rough && in_bash lathe pause Rou; echo none)" none
has bash-machine-file "$(cd "$work" && in_bash lathe run Rou)" Rough
# shellcheck disable=SC2016
has zsh-machine "$(zsh -f -c 'compadd() { print -l -- ${(P)2} }; CURRENT=2; words=(lathe x); _describe() { }; _files() { }
    source "$0"; _lathe_machines' "$work/zsh")" "Web server"
has zsh-machine-verb "$(in_zsh lathe suspend W)" "*:machine:_lathe_machines"
has fish-machine "$(in_fish 'lathe run W')" "Web server:machine"
exit $failed
