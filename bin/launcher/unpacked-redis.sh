#!/bin/sh
# unpacked-redis.sh DIR: unpacks the system's own redis-server package, and the libraries of it that the system lacks, into DIR,
# checked by apt's signatures, without root and without touching the system. Called by redis.ts where there is no redis-server.
set -eu
mkdir -p "$1"; dir=$(cd "$1" && pwd)
mkdir -p "$dir/lists/partial" "$dir/cache/archives/partial"
apt() {
  apt-get -q -o Dir::State::lists="$dir/lists" -o Dir::Cache="$dir/cache" -o APT::Sandbox::User= -o Acquire::Languages=none \
    -o Debug::NoLocking=1 "$@"
}
apt update >&2
# What an installation would bring is what is missing; redis itself is fetched also where it is only half installed.
missing=$(apt install --simulate --no-install-recommends redis-server | sed -n 's/^Inst \([^ ]*\) .*/\1/p')
cd "$dir"
for package in $(printf '%s\n' $missing redis-server redis-tools | sort -u); do
  apt download "$package" >&2
done
for file in *.deb; do dpkg-deb -x "$file" root; done
rm -rf lists cache ./*.deb
