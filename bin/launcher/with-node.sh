#!/bin/sh
# bin/launcher/with-node.sh FILE ARGS…: runs a TypeScript file of this project, named from its folder, with the Node that it needs.
# Finds or installs Node and the npm packages (node.sh), so that a system's older Node is in nobody's way. Called by npm's scripts.
set -eu
root=$(cd "$(dirname "$(readlink -f "$0")")/../.." && pwd -P)
. "$root/bin/launcher/node.sh"
file=${1:?names no file}
shift
exec "$node" "$root/$file" "$@"
