#!/usr/bin/env bash
# Puts axe-core, which the tests ask what is hard to read or to reach on a page, into .cache/axe-core/axe.min.js.
#
# It comes from npm, through whatever registry npm is configured for. Run again, it sees that it is there.
set -euo pipefail

version=4.14.1
integrity=sha512-FHfa+lmNjQZfJz1q8wKqIDwC6DExcHt/pkjNQb09a3NPjCKg2rhu5qb2S4r76ASyFNNtuFooJpZe37OgudVGtQ==
root=$(cd "$(dirname "$0")/.." && pwd)
dir=$root/.cache/axe-core

die() { echo "fetch-axe: $*" >&2; exit 1; }
[[ -f $dir/axe.min.js && $(cat "$dir/version" 2>/dev/null) == "$version" ]] && exit 0
for tool in npm openssl tar; do
	command -v "$tool" >/dev/null || die "$tool is needed to fetch axe-core and is not installed"
done
mkdir -p "$dir"
part=$(mktemp -d "$dir/part.XXXXXX")
trap 'rm -rf "$part"' EXIT
(cd "$part" && npm pack --silent "axe-core@$version" >/dev/null) || die "npm cannot fetch axe-core@$version; see 'npm config get registry'"
got=sha512-$(openssl dgst -sha512 -binary "$part/axe-core-$version.tgz" | openssl base64 -A)
[[ $got == "$integrity" ]] || die "the package is not the one expected: got $got, want $integrity"
tar -xzOf "$part/axe-core-$version.tgz" package/axe.min.js >"$part/axe.min.js"
mv "$part/axe.min.js" "$dir/axe.min.js"
echo "$version" >"$dir/version"
