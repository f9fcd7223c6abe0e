#!/bin/bash
# Installs or removes netwatch on this machine, or lays out the files of a package. The Makefile calls it:
#   make install         [PREFIX=/usr/local] [DESTDIR=] [UNITDIR=] [PYTHON=/usr/bin/python3] [WHEELS=folder]
#   make uninstall       [PURGE=1] and the same PREFIX, DESTDIR and UNITDIR
#   make offline-bundle  [PYTHON=/usr/bin/python3] [OUT=dist]
# docs/operations.md describes it, docs/decisions/0001-installation.md says why it is so.
set -euo pipefail
umask 022

here=$(cd "$(dirname "$0")/.." && pwd)
lib=${PREFIX:=/usr/local}/lib/netwatch
link=$PREFIX/bin/netwatch
sysusers=$PREFIX/lib/sysusers.d/netwatch.conf
tmpfiles=$PREFIX/lib/tmpfiles.d/netwatch.conf
share=$PREFIX/share/netwatch
unit=${UNITDIR:=/etc/systemd/system}/netwatch.service
config=/etc/netwatch
state=/var/lib/netwatch
socket=/run/netwatch/control.sock
packages="netwatch probes inventory alerts exporters"

say() { printf 'netwatch: %s\n' "$*"; }
fail() { printf 'netwatch: %s\n' "$*" >&2; exit 1; }
live() { [ -z "$DESTDIR" ]; }
systemd_runs() { [ -d /run/systemd/system ]; }

scratch=$(mktemp -d)
stage=
trap 'rm -rf "$scratch" ${stage:+"$stage"}' EXIT

choose_destination() {
    DESTDIR=${DESTDIR:-}
    if live; then
        [ "$(id -u)" -eq 0 ] || fail "this makes a user and a service, so it needs root: sudo make $1"
        for tool in systemd-sysusers systemd-tmpfiles systemctl; do
            command -v $tool >/dev/null || fail "$tool is not here; to lay out files only: make $1 DESTDIR=folder"
        done
    else
        mkdir -p "$DESTDIR"
        DESTDIR=$(cd "$DESTDIR" && pwd)
    fi
}

choose_python() {
    if [ -z "${PYTHON:-}" ]; then
        PYTHON=python3
        [ ! -x /usr/bin/python3 ] || PYTHON=/usr/bin/python3
    fi
    "$PYTHON" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null ||
        fail "$PYTHON is missing or older than Python 3.11; name another: make install PYTHON=/path/to/python3"
    "$PYTHON" -c 'import ensurepip, venv' 2>/dev/null ||
        fail "$PYTHON cannot make virtual environments; on Debian: apt-get install python3-venv"
}

# The service runs as its own user with every home hidden: an interpreter kept in one could not be started.
refuse_private_python() {
    local prefix
    prefix=$("$PYTHON" -c 'import os, sys; print(os.path.realpath(sys.base_prefix))')
    case $prefix/ in
        /root/* | /home/*) fail "the service cannot see $prefix; use the system's: make install PYTHON=/usr/bin/python3" ;;
    esac
}

pip() { # ENVIRONMENT ARGUMENT...
    local python=$1/bin/python
    shift
    "$python" -I -m pip --quiet --disable-pip-version-check "$@"
}

# Built from a copy, so that root leaves no files of its own in somebody's checkout.
build_wheel() { # FOLDER
    mkdir "$scratch/source"
    # shellcheck disable=SC2086
    (cd "$here" && cp -R $packages pyproject.toml hatch_build.py README.md LICENSE "$scratch/source")
    "$PYTHON" -m venv "$scratch/build"
    pip "$scratch/build" install --require-hashes -r "$here/requirements/build.txt"
    pip "$scratch/build" wheel --no-build-isolation --no-deps --wheel-dir "$1" "$scratch/source"
}

# An offline bundle carries its wheels beside the Makefile; they are used unless others are named.
find_wheels() {
    local own=("$here"/wheels/netwatch_daemon-*.whl)
    if [ -z "${WHEELS:-}" ] && [ -f "${own[0]}" ]; then
        WHEELS=$here/wheels
    fi
    source_options=()
    if [ -n "${WHEELS:-}" ]; then
        [ -d "$WHEELS" ] || fail "WHEELS=$WHEELS is not a folder"
        source_options=(--no-index --find-links "$WHEELS")
    fi
}

our_wheel() { # prints the path of netwatch's own wheel
    local given=("${WHEELS:-$scratch/none}"/netwatch_daemon-*.whl)
    [ "${#given[@]}" -eq 1 ] || fail "more than one netwatch_daemon wheel in $WHEELS; keep the one to install"
    if [ ! -f "${given[0]}" ]; then
        build_wheel "$scratch" >&2
        given=("$scratch"/netwatch_daemon-*.whl)
    fi
    printf '%s\n' "${given[0]}"
}

# Made beside the one in use and moved into its place when complete: a failed upgrade leaves the old one running.
make_environment() {
    local wheel
    find_wheels
    wheel=$(our_wheel)
    stage=$DESTDIR$lib.new
    rm -rf "$stage"
    mkdir -p "$stage"
    "$PYTHON" -m venv "$stage"
    pip "$stage" install --no-compile ${source_options[@]+"${source_options[@]}"} --require-hashes -r "$here/requirements/run.txt"
    pip "$stage" install --no-compile --no-index --no-deps "$wheel"
    "$stage/bin/python" -I -m compileall -q -j 0 -s "$stage" -p "$lib" "$stage/lib" || true
    grep -rlIF "$stage" "$stage/bin" "$stage/pyvenv.cfg" | xargs -r sed -i "s|$stage|$lib|g"
}

swap_environment() {
    rm -rf "$DESTDIR$lib.old"
    [ ! -e "$DESTDIR$lib" ] || mv "$DESTDIR$lib" "$DESTDIR$lib.old"
    mv "$stage" "$DESTDIR$lib"
    stage=
    rm -rf "$DESTDIR$lib.old"
}

lay_files() {
    install -d "$DESTDIR$PREFIX/bin" "$DESTDIR$UNITDIR"
    ln -sfn ../lib/netwatch/bin/netwatch "$DESTDIR$link"
    install -D -m 0644 "$here/packaging/sysusers.conf" "$DESTDIR$sysusers"
    install -D -m 0644 "$here/packaging/tmpfiles.conf" "$DESTDIR$tmpfiles"
    install -D -m 0644 "$here/packaging/prometheus/netwatch.rules.yml" "$DESTDIR$share/netwatch.rules.yml"
    sed "s|@LIB@|$lib|g" "$here/packaging/netwatch.service" >"$scratch/unit"
    install -m 0644 "$scratch/unit" "$DESTDIR$unit"
    install -d -m 0750 "$DESTDIR$config" "$DESTDIR$state"
    install -d -m 0700 "$DESTDIR$config/secrets"
    # The operator's file is never overwritten.
    [ -e "$DESTDIR$config/netwatch.toml" ] || install -m 0640 "$scratch/settings" "$DESTDIR$config/netwatch.toml"
}

# The documented settings file, with what a service has elsewhere than a checkout.
make_settings() {
    cp "$here/netwatch.toml" "$scratch/settings"
    set_key store url "sqlite:///$state/netwatch.db"
    set_key daemon control_socket "$socket"
    set_key daemon control_group netwatch
}

set_key() { # SECTION KEY VALUE: the section has the key once, in force or as a remark
    sed -i -E "/^\[$1\]/,/^\[/ s|^(# ?)?$2 = .*|$2 = \"$3\"|" "$scratch/settings"
    [ "$(grep -cxF "$2 = \"$3\"" "$scratch/settings")" -eq 1 ] ||
        fail "section [$1] of the netwatch.toml beside the Makefile does not name $2 exactly once"
}

start_service() {
    systemctl enable --quiet netwatch.service
    if systemd_runs; then
        systemctl daemon-reload
        systemctl restart netwatch.service
        say "the service runs and starts at boot; its messages: journalctl -u netwatch"
    else
        say "the service starts at boot; systemd is not running here, so it was not started now"
    fi
}

do_install() {
    choose_destination install
    choose_python
    ! live || refuse_private_python
    make_settings
    say "preparing $lib (a minute or two)"
    make_environment
    swap_environment
    lay_files
    if live; then
        systemd-sysusers "$sysusers"
        systemd-tmpfiles --create "$tmpfiles"
        start_service
        say "settings: $config/netwatch.toml; who may run netwatch's commands: adduser NAME netwatch"
    else
        say "files are in $DESTDIR; no user was made and no service started: a package's own steps are" \
            "systemd-sysusers $sysusers, systemd-tmpfiles --create $tmpfiles, systemctl enable --now netwatch"
    fi
}

do_uninstall() {
    choose_destination uninstall
    if live && [ -e "$unit" ]; then
        ! systemd_runs || systemctl stop netwatch.service
        systemctl disable --quiet netwatch.service
    fi
    rm -rf "$DESTDIR$lib" "$DESTDIR$link" "$DESTDIR$unit" "$DESTDIR$sysusers" "$DESTDIR$tmpfiles" "$DESTDIR$share"
    ! live || ! systemd_runs || systemctl daemon-reload
    if [ -z "${PURGE:-}" ]; then
        say "removed; settings in $config and data in $state are kept (make uninstall PURGE=1 removes them too)"
        return
    fi
    rm -rf "$DESTDIR$config" "$DESTDIR$state"
    ! live || ! id netwatch >/dev/null 2>&1 || userdel netwatch
    say "removed, with settings, data and user"
}

do_bundle() {
    choose_python
    local made name
    mkdir "$scratch/wheels"
    build_wheel "$scratch/wheels"
    pip "$scratch/build" download --only-binary :all: --dest "$scratch/wheels" --require-hashes \
        -r "$here/requirements/run.txt"
    made=$(cd "$scratch/wheels" && echo netwatch_daemon-*.whl)
    name=netwatch-$(echo "$made" | cut -d- -f2)-$("$PYTHON" -c 'import sys, platform
print("python{}.{}-{}".format(*sys.version_info[:2], platform.machine()))')
    mkdir -p "$scratch/$name/docs" "$scratch/$name/requirements" "${OUT:=$here/dist}"
    (cd "$here" && cp -R Makefile README.md LICENSE netwatch.toml packaging "$scratch/$name")
    cp "$here/requirements/run.txt" "$scratch/$name/requirements"
    cp "$here"/docs/*.md "$scratch/$name/docs"
    mv "$scratch/wheels" "$scratch/$name/wheels"
    tar -C "$scratch" -czf "$OUT/$name.tar.gz" "$name"
    say "$OUT/$name.tar.gz is for machines of this kind with this Python; there: tar xzf, cd, make install"
}

case "${1:-}" in
    install) do_install ;;
    uninstall) do_uninstall ;;
    offline-bundle) DESTDIR=none do_bundle ;;
    *) fail "usage: $0 install|uninstall|offline-bundle" ;;
esac
