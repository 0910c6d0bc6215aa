#!/usr/bin/env bash
# Sees to it that there is a Chromium, and letters for Chinese, for the tests that look at pages.
#
# EARSHOT_CHROMIUM names one; otherwise chromium, chromium-browser or google-chrome is looked for. Where there is none,
# root on Debian or Ubuntu gets Debian's package, and everybody else is told what to install.
set -euo pipefail

die() { echo "need-chromium: $*" >&2; exit 1; }
found() {
	[[ -n ${EARSHOT_CHROMIUM:-} ]] && { [[ -x $EARSHOT_CHROMIUM ]] || die "EARSHOT_CHROMIUM=$EARSHOT_CHROMIUM is no program"; return 0; }
	command -v chromium || command -v chromium-browser || command -v google-chrome
}
letters() { command -v fc-list >/dev/null && [[ -n $(fc-list :lang=zh-cn family) ]]; }

packages=()
found >/dev/null || packages+=(chromium)
letters || packages+=(fontconfig fonts-noto-cjk)
[[ ${#packages[@]} == 0 ]] && exit 0
command -v apt-get >/dev/null && [[ $(id -u) == 0 ]] ||
	die "the tests of the web application look at pages in Chromium: install ${packages[*]}, or set EARSHOT_CHROMIUM to a Chromium or Chrome"
echo "installing ${packages[*]} ..." >&2
export DEBIAN_FRONTEND=noninteractive
apt-get -qq update >&2 || true # one mirror out of order must not matter
apt-get -qq install -y --no-install-recommends "${packages[@]}" >&2 || die "apt-get cannot install ${packages[*]}"
