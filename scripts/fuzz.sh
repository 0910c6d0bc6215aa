#!/usr/bin/env bash
# Runs every fuzz target for so long, one after another, and prints what each did: fuzz.sh FUZZTIME [REGEXP]
#
# REGEXP picks targets by name. What a target finds, Go writes as a seed into its testdata/fuzz, to be mended and committed.
# FUZZFLAGS goes to `go test`, such as -parallel=1. The exit status is 1 when a target failed.
set -euo pipefail
cd "$(dirname "$0")/.."

time=${1:-10m} pick=${2:-Fuzz}
said=$(mktemp) table=$(mktemp) failed=0
trap 'rm -f "$said" "$table"' EXIT
echo "target package executions minutes new inputs crashes" >"$table"
while read -r package; do
	targets=$(go test -list '^Fuzz' "$package" | grep '^Fuzz' | grep -E "$pick" || true)
	for target in $targets; do
		crashes=0
		# Making inputs smaller would otherwise take most of the time.
		# shellcheck disable=SC2086
		go test -run '^$' -fuzz "^$target\$" -fuzztime "$time" -fuzzminimizetime 20x ${FUZZFLAGS:-} "$package" 2>&1 | tee "$said" >&2 || crashes=1 failed=1
		awk -v target="$target" -v package="${package#*/*/*/}" -v crashes=$crashes '
			/^fuzz: elapsed:/ { n = $5; new = $9
				minutes = 0; t = $3; sub(/,/, "", t)
				if (match(t, /^[0-9]+h/)) { minutes += 60 * substr(t, 1, RLENGTH - 1); t = substr(t, RLENGTH + 1) }
				if (match(t, /^[0-9]+m/)) { minutes += substr(t, 1, RLENGTH - 1); t = substr(t, RLENGTH + 1) }
				sub(/s/, "", t); minutes += t / 60 }
			END { printf "%s %s %d %.1f %d %d\n", target, package, n, minutes, new, crashes }' "$said" >>"$table"
	done
done < <(git ls-files '*_test.go' | xargs grep -l '^func Fuzz' | xargs -n 1 dirname | sort -u | sed 's|^|./|' | xargs go list)
awk 'NR == 1 { printf "%-14s %-30s %12s %8s %7s %8s\n", $1, $2, $3, $4, $5, $7; next }
	{ printf "%-14s %-30s %12d %8.1f %7d %8d\n", $1, $2, $3, $4, $5, $6 }' "$table"
exit $failed
