# shellcheck shell=sh disable=SC2034,SC2154
# Shared by packaging/quickstart, packaging/test and packaging/deb: what has to be installed, where
# it is safe to build, and how a long step is shown. POSIX sh, read with ".". Expects $source, the
# top of the tree. Changes nothing outside of the place that find_place returns, except that
# install_needs installs packages and says so.

say() {
    printf '%s\n' "$*"
}

die() {
    printf '%s: %s\n' "${0##*/}" "$*" >&2
    exit 1
}

# What a build needs; the names are the same in Debian 12 and 13.
BUILD_NEEDS="gcc libc6-dev make autoconf automake libtool pkg-config libconfig-dev libjansson-dev
    libsqlite3-dev libseccomp-dev zlib1g-dev nettle-dev"

# install_needs PACKAGE…: installs those that are not there. Without anything missing it asks
# neither the network nor for rights.
install_needs() {
    missing=
    if ! command -v dpkg-query >/dev/null 2>&1 || ! command -v apt-get >/dev/null 2>&1; then
        say "Not a Debian system: relying on what is installed. Needed, by Debian's names:"
        say "  $*"
        return 0
    fi
    for package in "$@"; do
        case $(dpkg-query -W -f '${db:Status-Status} ' "$package" 2>/dev/null) in
        installed\ *) ;;
        *) missing="$missing $package" ;;
        esac
    done
    [ -n "$missing" ] || return 0
    as_root=
    if [ "$(id -u)" -ne 0 ]; then
        command -v sudo >/dev/null 2>&1 ||
            die "packages are missing and there is no sudo; as root: apt-get install$missing"
        as_root=sudo
    fi
    say "Installing with ${as_root:+sudo }apt-get:$missing"
    # The lists may be absent, as in a container, or old.
    # shellcheck disable=SC2086
    $as_root env DEBIAN_FRONTEND=noninteractive apt-get install -qy --no-install-recommends \
        $missing >"$place/apt.log" 2>&1 ||
        { $as_root apt-get update -q >>"$place/apt.log" 2>&1 &&
            $as_root env DEBIAN_FRONTEND=noninteractive apt-get install -qy \
                --no-install-recommends $missing >>"$place/apt.log" 2>&1; } || {
        tail -n 20 "$place/apt.log" >&2
        die "apt-get could not install:$missing"
    }
}

# May a plugin lie in this folder? The host asks the same: root's or our own, all the way up, and
# nobody else may write there. A shared sticky folder as /tmp will do only for ordinary users.
is_safe() {
    folder=$1
    me=$(id -u)
    below=$me
    while :; do
        # shellcheck disable=SC2046
        set -- $(stat -c '%u %a' "$folder") || return 1
        [ "$1" = 0 ] || [ "$1" = "$me" ] || return 1
        bits=$((0$2))
        if [ $((bits & 022)) -ne 0 ]; then
            [ $((bits & 01000)) -ne 0 ] && [ "$me" != 0 ] && [ "$1" = 0 ] &&
                [ "$below" = "$me" ] || return 1
        fi
        below=$1
        [ "$folder" != / ] || return 0
        folder=$(dirname "$folder")
    done
}

# A folder of ours that we may write to, made if need be.
is_ours() {
    mkdir -p "$1" 2>/dev/null && [ -O "$1" ] && [ -w "$1" ] && [ -x "$1" ]
}

# find_place NAME: sets $place, where to build, and $tree, what to build. That is NAME in the tree
# and the tree itself; where that is not safe or not permitted, a folder below $HOME and a copy.
find_place() {
    place=$source/$1
    tree=$source
    if [ -w "$source" ] && [ -O "$source" ] && is_ours "$place" && is_safe "$place"; then
        [ -e "$source/config.status" ] || return 0
    else
        home=${HOME:-$(getent passwd "$(id -u)" | cut -d: -f6)}
        place=$home/.cache/bothy/${1#_}-$(printf '%s' "$source" | cksum | cut -d' ' -f1)
        is_ours "$place" || die "neither $source nor $place can be written to; copy the tree into \
your home directory, or set HOME"
        is_safe "$place" || die "others may write to a folder above $place, and plugins are not \
loaded from there: chmod go-w it, or set HOME to a folder that is yours alone"
        say "Building in $place: $source is not this user's alone."
    fi
    copy_tree
}

copy_tree() {
    tree=$place/source
    mkdir -p "$tree" || die "cannot make $tree"
    (cd "$source" && tar -cf - --exclude=./.git --exclude=./_quickstart --exclude=./_test \
        --exclude=./_deb --exclude=./build --exclude=./config.status --exclude=./config.h \
        --exclude=./Makefile --exclude=.libs --exclude=.deps --exclude=.dirstamp \
        --exclude='*.o' --exclude='*.lo' --exclude='*.la' --exclude='*.log' --exclude='*.trs' .) |
        (cd "$tree" && tar --no-same-owner -xf -) || die "cannot copy the tree to $tree"
}

now() {
    date +%s
}

# step LOG TEXT COMMAND…: runs the command with its output in LOG; a failure shows the end of it.
step() {
    step_log=$1
    printf '%s … ' "$2"
    shift 2
    step_began=$(now)
    if "$@" >"$step_log" 2>&1; then
        printf '%d s\n' "$(($(now) - step_began))"
        return 0
    fi
    printf 'FAILED after %d s; the end of %s:\n' "$(($(now) - step_began))" "$step_log"
    tail -n 40 "$step_log" | cut -c 1-200
    return 1
}

# prepare: configure in $tree, made once; later changes are make's business.
prepare() {
    [ -x "$tree/configure" ] || step "$place/autogen.log" "Preparing" "$tree/autogen.sh"
}

processors() {
    getconf _NPROCESSORS_ONLN 2>/dev/null || echo 1
}
