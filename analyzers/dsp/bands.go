package dsp

// NumBands is the number of bands.
const NumBands = 18

// BandEdges are the bins at which the bands begin, and the end of the last: 156 Hz to 3.8 kHz, evenly spaced in pitch
// as far as the bins allow. Edges fall on 300 Hz, 1 kHz and 3.4 kHz, between which the telephone carries speech.
var BandEdges = [NumBands + 1]int{5, 6, 7, 8, 10, 12, 14, 17, 20, 24, 28, 32, 39, 47, 58, 71, 88, 109, 122}

// Bands at which the lower part of speech (0.3–1 kHz) begins, and the upper (1–3.4 kHz) begins and ends.
const (
	lowerBand = 4
	upperBand = 11
	upperEnd  = 17
)

// powerScale makes the powers of all bins of a windowed transform sum to the mean square of its samples.
const powerScale = 2.0 / (FFTSize * FFTSize * 3 / 8)
