// Package sounds is what calls are composed of to teach Earshot and to measure it: voices, hold music and other sounds, all
// out of Debian's packages, so that anyone can fetch the same.
//
// manifest.txt names them: which files of which package are one voice or are tracks, the language and the sex of the voice,
// and the split. A voice or a track is in one split only: Train teaches, Tune chooses between settings, and Test is only
// measured.
//
//	go run ./benchmarks/sounds/fetch -dir .cache/sounds -split test
//
// fetches a split's packages through whatever mirrors apt is configured for, decodes them, and lays them out as
//
//	DIR/<split>/voice/<name>/*.wav    8 kHz, 16 bit, mono, without silence at the ends, active level -26 dBov
//	DIR/<split>/track/<name>.wav      whole pieces, four minutes of their middle at most
//
// which Open reads.
package sounds
