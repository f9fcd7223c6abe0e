#!/usr/bin/env bash
# Installs the Debian packages the tests and benchmarks use: install-debian-packages.sh setup|test|lab|bench
#
# Costs nothing when all are there. Without root or apt it names what is missing and succeeds: the tests that need it
# are skipped, the benchmarks left out, and say so.
set -euo pipefail

for_test="snmpd snmp snmptrapd postgresql prometheus prometheus-alertmanager iproute2 sip-tester mbpoll nsd openssh-server"
for_test="$for_test libpango-1.0-0 libpangoft2-1.0-0 libharfbuzz-subset0 fonts-dejavu-core poppler-utils zbar-tools"
for_lab="kamailio rsyslog iputils-ping fping frr frr-snmp nftables chromium fonts-noto-core fonts-dejavu-core poppler-utils"
for_bench="gcc libc6-dev libsnmp-dev libssl-dev prometheus-snmp-exporter collectd-core fping"

case "${1:-}" in
    setup) wanted="python3-venv" ;;
    test) wanted="$for_test" ;;
    lab) wanted="$for_test $for_lab" ;;
    bench) wanted="$for_bench" ;;
    *) echo "usage: $0 setup|test|lab|bench" >&2; exit 2 ;;
esac

installed() { [ "$(dpkg-query -W -f '${db:Status-Status}' "$1" 2>/dev/null)" = installed ]; }

missing() {
    local package
    for package in $wanted; do
        installed "$package" || printf '%s ' "$package"
    done
}

without() {
    echo "Debian packages not installed: $1($2). What needs them will be left out, and says so."
    exit 0
}

if ! command -v dpkg-query >/dev/null; then
    without "$wanted " "this is not a Debian system"
fi
lacking=$(missing)
[ -n "$lacking" ] || exit 0
command -v apt-get >/dev/null || without "$lacking" "apt-get is missing"
[ "$(id -u)" -eq 0 ] || without "$lacking" "installing needs root: apt-get install $lacking"

echo "Installing Debian packages: $lacking"
export DEBIAN_FRONTEND=noninteractive
quiet_apt() { apt-get -qq -o Dpkg::Use-Pty=0 -o DPkg::Lock::Timeout=120 "$@" >/dev/null; }
fetch() { quiet_apt install --yes --no-install-recommends $lacking; }
fetch 2>/dev/null || { quiet_apt update && fetch; } || without "$(missing)" "apt-get could not install them"
