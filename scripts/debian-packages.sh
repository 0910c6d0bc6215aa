#!/usr/bin/env bash
# Downloads Debian packages into a folder: debian-packages.sh DIR PACKAGE...
#
# It goes through whatever mirrors apt is configured for, needs no root, installs nothing and leaves apt's own state alone:
# lists go into DIR/.apt, which is removed at the end.
set -euo pipefail

die() { echo "debian-packages: $*" >&2; exit 1; }

[[ $# -ge 2 && -n $1 ]] || { echo "usage: debian-packages.sh DIR PACKAGE..." >&2; exit 2; }
mkdir -p "$1"
dir=$(cd "$1" && pwd)
shift
for tool in apt-get dpkg-deb; do
	command -v "$tool" >/dev/null || die "there is no $tool here, and $* are Debian packages"
done

apt=$dir/.apt
rm -rf "$apt"
trap 'rm -rf "$apt"' EXIT
mkdir -p "$apt"/{state/lists/partial,cache/archives/partial}

# A configuration of its own, read last: hooks that the machine runs after an update, to clean a cache say, are not for
# this, and as root apt would complain that its own user may not write here.
cat >"$apt/apt.conf" <<END
#clear APT::Update::Pre-Invoke;
#clear APT::Update::Post-Invoke;
#clear APT::Update::Post-Invoke-Success;
Dir::State "$apt/state";
Dir::State::status "/var/lib/dpkg/status";
Dir::Cache "$apt/cache";
APT::Sandbox::User "root";
Acquire::Languages "none";
END
run_apt() { apt-get -c "$apt/apt.conf" -qq "$@" >&2; }

echo "reading the package lists ..." >&2
# One mirror out of order must not matter if the others have the packages: the download tells.
run_apt update 2>"$apt/log" || true
echo "fetching $* ..." >&2
(cd "$dir" && run_apt download "$@" 2>>"$apt/log") ||
	{ cat "$apt/log" >&2; die "apt-get cannot fetch $*; its sources are those of /etc/apt"; }
