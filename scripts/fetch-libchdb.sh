#!/usr/bin/env bash
# Puts the ClickHouse engine, libchdb.so, into bin/.
#
# The library comes from the npm package @chdb/lib-<platform>, through whatever
# registry npm is configured for. The package is kept in .cache/chdb, so that a
# cleaned bin/ does not mean another download of 170 MB. Run again, it sees that
# the right library is there and does nothing.
set -euo pipefail

version=26.7.3-stable.1
root=$(cd "$(dirname "$0")/.." && pwd)
bin=$root/bin
cache=$root/.cache/chdb
lib=$bin/libchdb.so
stamp=$cache/installed

die() { echo "fetch-libchdb: $*" >&2; exit 1; }

# What npm calls the integrity of a package, for the platforms this was tried on.
# For the others npm still checks what the registry itself states.
case "$(uname -s)-$(uname -m)" in
Linux-x86_64)
	platform=linux-x64-gnu
	integrity=sha512-XP97mMqnc5tZpKQywR8N7cLTsHNiTmHr30pC5mzo3jWmukjKn2IBa60c2B/gWUNcuFjOMjWoorQICCqBVj5wpw==
	;;
Linux-aarch64) platform=linux-arm64-gnu integrity= ;;
Darwin-arm64) platform=darwin-arm64 integrity= ;;
Darwin-x86_64) platform=darwin-x64 integrity= ;;
*) die "there is no libchdb for $(uname -s) on $(uname -m); give Earshot a ClickHouse server with --clickhouse instead" ;;
esac

sha512() { openssl dgst -sha512 -binary "$1" | openssl base64 -A; }

# The stamp holds the version and the checksum of the library that was installed,
# and beside it size and time of the file: reading 540 MB again at every build to
# learn that nothing changed would cost seconds.
fingerprint() { # of the library as it lies there
	case "$(uname -s)" in
	Darwin) stat -f '%z %m' "$lib" ;;
	*) stat -c '%s %Y' "$lib" ;;
	esac
}
if [[ -f $lib && -f $stamp ]]; then
	read -r was_version was_sum was_print <"$stamp" || true
	if [[ $was_version == "$platform-$version" ]]; then
		[[ $was_print == "$(fingerprint)" ]] && exit 0
		if [[ $was_sum == "$(sha512 "$lib")" ]]; then
			echo "$was_version $was_sum $(fingerprint)" >"$stamp"
			exit 0
		fi
	fi
fi

for tool in npm openssl tar; do
	command -v "$tool" >/dev/null || die "$tool is needed to fetch libchdb and is not installed"
done

mkdir -p "$cache" "$bin"
tarball=$cache/chdb-lib-$platform-$version.tgz
good() { [[ -f $tarball ]] && { [[ -z $integrity ]] || [[ sha512-$(sha512 "$tarball") == "$integrity" ]]; }; }

if ! good; then
	rm -f "$tarball"
	echo "fetching the ClickHouse engine (@chdb/lib-$platform $version, about 170 MB) ..." >&2
	# Into a folder of its own first: a download cut short must not look like a package.
	part=$(mktemp -d "$cache/part.XXXXXX")
	trap 'rm -rf "$part"' EXIT
	(cd "$part" && npm pack --silent "@chdb/lib-$platform@$version" >/dev/null) ||
		die "npm cannot fetch @chdb/lib-$platform@$version; see 'npm config get registry'"
	mv "$part/$(basename "$tarball")" "$tarball"
	good || { got=$(sha512 "$tarball"); rm -f "$tarball"; die "the package is not the one expected: got sha512-$got, want $integrity"; }
fi

echo "unpacking libchdb.so into $bin ..." >&2
tar -xzOf "$tarball" package/libchdb.so >"$lib.part"
chmod 755 "$lib.part"
mv "$lib.part" "$lib" # in one step: nobody ever loads half a library
echo "$platform-$version $(sha512 "$lib") $(fingerprint)" >"$stamp"
