#!/bin/sh
# unpacked.sh DIR PACKAGE…: unpacks packages of the system's own, and the libraries of theirs that the system lacks, into DIR/root,
# checked by apt's signatures, without root and without touching the system or starting a service. Called by unpacked.ts.
set -eu
mkdir -p "$1"; dir=$(cd "$1" && pwd)
shift
mkdir -p "$dir/lists/partial" "$dir/cache/archives/partial"
apt() {
  apt-get -q -o Dir::State::lists="$dir/lists" -o Dir::Cache="$dir/cache" -o APT::Sandbox::User= -o Acquire::Languages=none \
    -o Debug::NoLocking=1 "$@"
}
apt update >&2
# What an installation would bring is what is missing; the packages themselves are fetched also where they are only half installed.
missing=$(apt install --simulate --no-install-recommends "$@" | sed -n 's/^Inst \([^ ]*\) .*/\1/p')
cd "$dir"
for package in $(printf '%s\n' $missing "$@" | sort -u); do
  apt download "$package" >&2
done
for file in *.deb; do dpkg-deb -x "$file" root; done
rm -rf lists cache ./*.deb
