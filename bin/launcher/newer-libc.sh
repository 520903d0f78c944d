#!/bin/sh
# newer-libc.sh DIR: unpacks the C library of a newer Debian or Ubuntu release into DIR, checked by apt's signatures, without root and
# without touching the system. Must never be used for anything but the engine's one process. Called by engine.ts.
# Only for Debian and Ubuntu hosts whose own C library is older than 2.38.
set -eu
mkdir -p "$1"; dir=$(cd "$1" && pwd)
. /etc/os-release
case "$ID ${ID_LIKE:-}" in
  *ubuntu*) suite=noble; keys=/usr/share/keyrings/ubuntu-archive-keyring.gpg; mirror=http://archive.ubuntu.com/ubuntu ;;
  *) suite=trixie; keys=/usr/share/keyrings/debian-archive-keyring.gpg; mirror=http://deb.debian.org/debian ;;
esac
# The mirror that the machine already uses, if it names one.
used=$(apt-get indextargets --format '$(REPO_URI)' 'Created-By: Packages' | grep -v -e security -e ppa | head -n 1) || true
mirror=${used:-$mirror}
mkdir -p "$dir/lists/partial" "$dir/cache/archives/partial"
echo "deb [signed-by=$keys] $mirror $suite main" >"$dir/sources.list"
apt() {
  apt-get -q -o Dir::Etc::sourcelist="$dir/sources.list" -o Dir::Etc::sourceparts=/dev/null -o Dir::State::lists="$dir/lists" \
    -o Dir::Cache="$dir/cache" -o APT::Sandbox::User= -o Acquire::Languages=none "$@" >&2
}
apt update
cd "$dir" && apt download libc6
dpkg-deb -x libc6_*.deb root
rm -rf lists cache sources.list libc6_*.deb
