#!/usr/bin/env bash
# Sees to it that there is valgrind, which counts the instructions of the hot path.
#
# Where there is none, root on Debian or Ubuntu gets Debian's package, and everybody else is told what to install.
set -euo pipefail

die() { echo "need-valgrind: $*" >&2; exit 1; }

command -v valgrind >/dev/null && exit 0
command -v apt-get >/dev/null && [[ $(id -u) == 0 ]] || die "the guard of the hot path counts instructions with valgrind: install it"
echo "installing valgrind ..." >&2
export DEBIAN_FRONTEND=noninteractive
apt-get -qq update >&2 || true # one mirror out of order must not matter
apt-get -qq install -y --no-install-recommends valgrind >&2 || die "apt-get cannot install valgrind"
