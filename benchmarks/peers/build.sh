#!/usr/bin/env bash
# Builds the detectors that Earshot is compared with: build.sh DIR
#
# Opus 1.3.1 comes as Debian's source package, WebRTC's voice activity detector inside PyPI's webrtcvad-wheels, Silero VAD with its
# model as PyPI's silero-vad beside ONNX Runtime. They are fetched by their ordinary clients into DIR, built there with gcc
# where they are C, and are no part of Earshot. DIR then holds opus_frames, vad_frames and silero/frames. Run again, it sees
# that all are there and does nothing.
set -euo pipefail

die() { echo "build.sh: $*" >&2; exit 1; }
[[ $# == 1 && -n $1 ]] || { echo "usage: build.sh DIR" >&2; exit 2; }

opus_sum=65b58e1e25b2a114157014736a3d9dfeaad8d41be1c8179866f144a2fb44ff9d
vad_sum=c740e93d24b5d0d7ecdd5548c43e37e2c88564826e869c861d5e3fa7f1cee7ff
silero_sum=1a153a22f4509e292a94e67d6f9b85e8deb25b4988682b7e174c65279d8788e3
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
mkdir -p "$1"
dir=$(cd "$1" && pwd)
cd "$dir"

for tool in gcc tar; do
	command -v $tool >/dev/null || die "there is no $tool here"
done

opus() {
	command -v apt-get >/dev/null || die "there is no apt-get here, and Opus comes as Debian's source package"
	local apt=$dir/apt
	mkdir -p "$apt"/{lists/partial,cache/archives/partial}
	# The mirrors that apt is configured for, as sources of source packages.
	local uri
	uri=$(apt-get indextargets --format '$(SITE)' 'Created-By: Packages' | grep -m1 -E '/debian/?$' || true)
	[[ -n $uri ]] || die "apt knows no mirror of Debian"
	echo "deb-src [signed-by=/usr/share/keyrings/debian-archive-keyring.gpg] $uri bookworm main" >"$apt/sources"
	cat >"$apt/apt.conf" <<END
#clear APT::Update::Pre-Invoke;
#clear APT::Update::Post-Invoke;
#clear APT::Update::Post-Invoke-Success;
Dir::State::lists "$apt/lists";
Dir::Cache "$apt/cache";
Dir::Etc::sourcelist "$apt/sources";
Dir::Etc::sourceparts "-";
APT::Sandbox::User "root";
END
	apt-get -c "$apt/apt.conf" -qq update >&2
	apt-get -c "$apt/apt.conf" -qq source --download-only opus=1.3.1-3 >&2
	echo "$opus_sum  opus_1.3.1.orig.tar.gz" | sha256sum --check --quiet - || die "Opus's source is not the one expected"
	tar xzf opus_1.3.1.orig.tar.gz
	(
		cd opus-1.3.1
		gcc -O2 -w -DOPUS_BUILD -DVAR_ARRAYS -DHAVE_LRINTF -DHAVE_LRINT -DCUSTOM_MODES -Iinclude -Icelt -Isilk -Isrc \
			-o ../opus_frames.part "$here/opus_frames.c" src/analysis.c src/mlp.c src/mlp_data.c \
			$(ls celt/*.c | grep -v demo) -lm
	)
	mv opus_frames.part opus_frames
}

vad() {
	command -v python3 >/dev/null || die "there is no python3 here, and WebRTC's detector comes from PyPI"
	python3 -m pip download --quiet --no-binary :all: --no-deps webrtcvad-wheels==2.0.14.post1 >&2
	echo "$vad_sum  webrtcvad_wheels-2.0.14.post1.tar.gz" | sha256sum --check --quiet - || die "the detector's source is not the one expected"
	tar xzf webrtcvad_wheels-2.0.14.post1.tar.gz
	(
		cd webrtcvad_wheels-2.0.14.post1/cbits
		gcc -O2 -w -DWEBRTC_POSIX -I. -o ../../vad_frames.part "$here/vad_frames.c" \
			$(find webrtc -name '*.c') -lpthread
	)
	mv vad_frames.part vad_frames
}

silero() {
	command -v python3 >/dev/null || die "there is no python3 here, and Silero VAD comes from PyPI"
	rm -rf silero.part
	python3 -m pip install --quiet --disable-pip-version-check --root-user-action=ignore --no-deps --only-binary :all: --target silero.part \
		silero-vad==6.2.0 onnxruntime==1.23.2 numpy==2.2.6 >&2
	echo "$silero_sum  silero.part/silero_vad/data/silero_vad.onnx" | sha256sum --check --quiet - || die "Silero's model is not the one expected"
	cp "$here/silero_frames.py" silero.part/
	printf '#!/bin/sh\nexec env PYTHONPATH="%s" python3 "%s/silero_frames.py"\n' "$dir/silero" "$dir/silero" >silero.part/frames
	chmod +x silero.part/frames
	mv silero.part silero
}

[[ -x opus_frames ]] || opus
[[ -x vad_frames ]] || vad
[[ -x silero/frames ]] || silero
