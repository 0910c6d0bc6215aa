#!/usr/bin/env bash
# Holds schemas/calls.proto to its last tagged release, or where there is none yet to the commit before it was last
# changed: nobody's producer may be broken by a new version of Earshot.
set -euo pipefail
cd "$(dirname "$0")/.."
buf=$1
base=$(git describe --tags --abbrev=0 2>/dev/null || true)
if [ -z "$base" ]; then
	base=$(git log --format=%H -n 2 -- schemas/calls.proto | tail -n 1)
fi
against=$(mktemp -d)
trap 'rm -rf "$against"' EXIT
git show "$base:schemas/calls.proto" >"$against/calls.proto"
cp schemas/buf.yaml "$against/buf.yaml"
cd schemas
$buf breaking --against "$against"
