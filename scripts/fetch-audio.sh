#!/usr/bin/env bash
# Puts the audio of the example calls into a folder: fetch-audio.sh DIR
#
# The audio is Asterisk's hold music and prompts, out of three Debian packages (50 MB), through whatever mirrors apt is
# configured for (debian-packages.sh). Packages go into DIR/.apt, which is removed at the end. DIR is then laid out as
# Asterisk's own folder is: DIR/moh/*.wav and DIR/sounds/<voice>/*.wav. Run again, it sees that all is there and does
# nothing. NOTICE names authors and licences.
set -euo pipefail

die() { echo "fetch-audio: $*" >&2; exit 1; }

# Where the audio is in its package and here, and the checksum of its WAV files together: what the examples were
# written for.
sets=(
	"asterisk-moh-opsound-wav moh 21d72061ff87e77ee74560cbb4dd27ed0a1d2dda464df2fb06dc324b32fc20b3"
	"asterisk-core-sounds-en-wav sounds/en_US_f_Allison 758e4036171fbc90bf76bb0c4567ac7d7247c7ef7d011d927a6c537afb542de7"
	"asterisk-core-sounds-it-wav sounds/it_IT_m_Carlo e94e88fe4044fdffa148dc223a9fce06567e972ffb16daea99cbe5cf266df1c1"
)

[[ $# == 1 && -n $1 ]] || { echo "usage: fetch-audio.sh DIR" >&2; exit 2; }

if command -v sha256sum >/dev/null; then sha256=(sha256sum); else sha256=(shasum -a 256); fi
checksum() { # of all WAV files in a folder, names included
	(cd "$1" && export LC_ALL=C && "${sha256[@]}" -- *.wav | sed 's/ \*/  /' | "${sha256[@]}" | cut -d' ' -f1)
}
good() { [[ -d $1 ]] && [[ $(checksum "$1" 2>/dev/null) == "$2" ]]; }

missing=()
for set in "${sets[@]}"; do
	read -r package folder sum <<<"$set"
	good "$1/$folder" "$sum" || missing+=("$package")
done
[[ ${#missing[@]} == 0 ]] && exit 0

for tool in apt-get dpkg-deb; do
	command -v "$tool" >/dev/null || die "there is no $tool here, and the audio comes in Debian packages.
On a Debian or Ubuntu machine, run this script, copy the folder it makes, and set EARSHOT_AUDIO to it. It holds Asterisk's
moh/*.wav and sounds/{en_US_f_Allison,it_IT_m_Carlo}/*.wav; a folder with the same files from elsewhere will do."
done

mkdir -p "$1"
dir=$(cd "$1" && pwd)
apt=$dir/.apt
rm -rf "$apt"
trap 'rm -rf "$apt"' EXIT
"$(dirname "${BASH_SOURCE[0]}")/debian-packages.sh" "$apt/packages" "${missing[@]}"
mkdir -p "$apt/unpacked"

echo "unpacking into $dir ..." >&2
for set in "${sets[@]}"; do
	read -r package folder sum <<<"$set"
	[[ " ${missing[*]} " == *" $package "* ]] || continue
	dpkg-deb -x "$apt"/packages/"$package"_*.deb "$apt/unpacked"
	from=$apt/unpacked/usr/share/asterisk/$folder
	good "$from" "$sum" || die "$package holds other audio than expected: got $(checksum "$from" 2>/dev/null || echo none), want $sum"
	rm -rf "${dir:?}/$folder" "$dir/$folder.part"
	mkdir -p "$dir/$folder.part"
	cp "$from"/*.wav "$dir/$folder.part"
	mv "$dir/$folder.part" "$dir/$folder" # in one step: nobody ever composes from half a voice
done
