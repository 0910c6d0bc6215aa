package dsp

// spectral measures the spectrum of a frame against those before it, and keeps it.
func (a *Analysis) spectral(now *Spectrum, f *Features) {
	const first, end = 5, 122 // BandEdges' ends, as constants
	var power, mag [Bins]float32
	for k := first - 2; k < end+2; k++ {
		power[k] = float32(now.Re[k]*now.Re[k]) + float32(now.Im[k]*now.Im[k])
		mag[k] = Sqrt(power[k])
	}
	peak := first
	for k := first; k < end; k++ {
		if power[k] > power[peak] {
			peak = k
		}
	}
	total := a.bandLevels(&power, f)
	f.Peak, f.PeakShare = peakOf(&power, &mag, peak, total)
	f.Peakiness = peakiness(mag[first:end], total)
	if a.run > 1 {
		f.Steady[0] = likeness(mag[first:end], a.mag[first:end])
	}
	if a.run > 2 {
		f.Steady[1] = likeness(mag[first:end], a.older[first:end])
	}
	a.tonality(now, &mag, f)
	a.spectrum, a.older, a.mag = *now, a.mag, mag
}

// bandLevels measures bands, tilt and flux, and returns the power of all bands.
func (a *Analysis) bandLevels(power *[Bins]float32, f *Features) float32 {
	var total, lower, upper, change float32
	k := BandEdges[0]
	for i := range f.Bands {
		sum := float32(0)
		for ; k < BandEdges[i+1]; k++ {
			sum += power[k&(Bins-1)]
		}
		f.Bands[i] = DB(sum*powerScale + 1e-10)
		total += sum
		switch {
		case i >= upperBand && i < upperEnd:
			upper += sum
		case i >= lowerBand && i < upperBand:
			lower += sum
		}
		d := f.Bands[i] - a.bands[i]
		change += max(d, -d)
	}
	if a.run > 1 {
		f.Flux = change / NumBands
	}
	a.bands = f.Bands
	f.Tilt = DB(upper*powerScale+1e-10) - DB(lower*powerScale+1e-10)
	return total + minPower
}

// peakOf gives the strongest frequency and its share of the power. The window spreads a tone over five bins, and tells
// from the larger neighbour where between two bins it lies.
func peakOf(power, mag *[Bins]float32, k int, total float32) (hz, share float32) {
	near := power[k-2] + power[k-1] + power[k] + power[k+1] + power[k+2]
	side, sign := mag[k+1], float32(1)
	if mag[k-1] > side {
		side, sign = mag[k-1], -1
	}
	ratio := side / (mag[k] + minPower)
	offset := (2*ratio - 1) / (1 + ratio)
	return (float32(k) + sign*offset) * BinWidth, min(near/total, 1)
}

func peakiness(mag []float32, total float32) float32 {
	sum := float32(0)
	for _, m := range mag {
		sum += m
	}
	return 1 - sum*sum/(float32(len(mag))*total)
}

func likeness(a, b []float32) float32 {
	b = b[:len(a)]
	var ab, aa, bb float32
	for i, v := range a {
		w := b[i]
		ab += float32(v * w)
		aa += float32(v * v)
		bb += float32(w * w)
	}
	return ab / Sqrt(float32(aa*bb)+minPower*minPower)
}

// tonality compares how far the phase of each bin turned in the last two steps: equally far for a steady tone,
// whatever its frequency. The angle itself is never needed, only the cosine of the difference, weighted by power.
func (a *Analysis) tonality(now *Spectrum, mag *[Bins]float32, f *Features) {
	for g := range f.Tonality {
		var straight, weight float32
		for k := groups[g]; k < groups[g+1]; k++ {
			k := k & (Bins - 1)
			re := float32(now.Re[k]*a.spectrum.Re[k]) + float32(now.Im[k]*a.spectrum.Im[k])
			im := float32(now.Im[k]*a.spectrum.Re[k]) - float32(now.Re[k]*a.spectrum.Im[k])
			straight += float32(re*a.turn.Re[k]) + float32(im*a.turn.Im[k])
			weight += float32(mag[k]*a.older[k]) * float32(a.mag[k]*a.mag[k])
			a.turn.Re[k], a.turn.Im[k] = re, im
		}
		if a.run > 2 {
			f.Tonality[g] = straight / (weight + minPower*minPower)
		}
	}
}
