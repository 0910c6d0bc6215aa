package dsp

// spectral measures the spectrum of a frame against those before it, and keeps it.
func (a *Analysis) spectral(now *Spectrum, f *Features) {
	var m sums
	var powers [NumBands]float32
	if Wide {
		a.bandsWide(now, &m, &powers, f)
	} else {
		for i := range powers {
			powers[i] = a.band(now, &m, BandEdges[i], BandEdges[i+1])
			a.endBand(i, &m, f)
		}
	}
	total := a.bandLevels(&powers, f)
	Cepstrum(&f.Bands, &f.Cepstra)
	f.Peak, f.PeakShare = peakOf(now, m.peak, total)
	f.Peakiness = 1 - float32(m.mag*m.mag/(float32(BandEdges[NumBands]-BandEdges[0])*total))
	if a.run > 1 {
		f.Steady[0] = m.before / Sqrt(float32(total*a.power[0])+minPower*minPower)
	}
	if a.run > 2 {
		f.Steady[1] = m.older / Sqrt(float32(total*a.power[1])+minPower*minPower)
	}
	a.power[0], a.power[1] = total, a.power[0]
}

// sums are what is summed up over the bins of a spectrum.
type sums struct {
	mag              float32 // of the magnitudes
	before, older    float32 // of their products with those of the two frames before
	straight, weight float32 // of a group's phases, and what they would be for steady tones
	peak             int     // the strongest bin
	top              float32 // its power
}

// groupEnd says, by band, which of the groups ends with it; 0 is none.
var groupEnd = func() (end [NumBands]int) {
	for i := range end {
		for g := range numGroups {
			if BandEdges[i+1] == groups[g+1] {
				end[i] = g + 1
			}
		}
	}
	return end
}()

// endBand gives the tonality of the group that ends with a band, if one does.
func (a *Analysis) endBand(i int, m *sums, f *Features) {
	if g := groupEnd[i]; g > 0 {
		if a.run > 2 {
			f.Tonality[g-1] = m.straight / (m.weight + minPower*minPower)
		}
		m.straight, m.weight = 0, 0
	}
}

// band takes the bins of a band, puts them in the place of those of the frame before, and returns their power.
//
// Tonality compares how far the phase of each bin turned in the last two steps: equally far for a steady tone, whatever its
// frequency. The angle itself is never needed, only the cosine of the difference, weighted by power.
func (a *Analysis) band(now *Spectrum, m *sums, from, to int) (power float32) {
	n := to - from
	nre, nim := now.Re[from:to][:n], now.Im[from:to][:n]
	sre, sim := a.spectrum.Re[from:to][:n], a.spectrum.Im[from:to][:n]
	tre, tim := a.turn.Re[from:to][:n], a.turn.Im[from:to][:n]
	mags, older := a.mag[from:to][:n], a.older[from:to][:n]
	// In variables of their own, which registers hold.
	sum, same, older2 := m.mag, m.before, m.older
	straight, weight, top, peak := m.straight, m.weight, m.top, m.peak
	for i, re := range nre {
		im := nim[i]
		p := float32(re*re) + float32(im*im)
		power += p
		if p > top {
			peak, top = from+i, p
		}
		mag, before := Sqrt(p), mags[i]
		product := float32(mag * older[i])
		mags[i], older[i] = mag, before
		sum += mag
		same += float32(mag * before)
		older2 += product
		weight += float32(product * float32(before*before))
		bre, bim := sre[i], sim[i]
		dre := float32(re*bre) + float32(im*bim)
		dim := float32(im*bre) - float32(re*bim)
		straight += float32(dre*tre[i]) + float32(dim*tim[i])
		tre[i], tim[i] = dre, dim
		sre[i], sim[i] = re, im
	}
	m.mag, m.before, m.older = sum, same, older2
	m.straight, m.weight, m.top, m.peak = straight, weight, top, peak
	return power
}

// bandLevels measures bands, tilt and flux, and returns the power of all bands.
func (a *Analysis) bandLevels(powers *[NumBands]float32, f *Features) float32 {
	var total, lower, upper, change float32
	if Wide {
		levelsWide(powers, &f.Bands)
	} else {
		for i, sum := range powers {
			f.Bands[i] = DB(float32(sum*powerScale) + 1e-10)
		}
	}
	for i, sum := range powers {
		total += sum
		switch {
		case i >= upperBand && i < upperEnd:
			upper += sum
		case i >= lowerBand && i < upperBand:
			lower += sum
		}
		change += abs(f.Bands[i] - a.bands[i])
	}
	if a.run > 1 {
		f.Flux = change / NumBands
	}
	a.bands = f.Bands
	f.Tilt = DB(float32(upper*powerScale)+1e-10) - DB(float32(lower*powerScale)+1e-10)
	return total + minPower
}

// peakOf gives the strongest frequency and its share of the power. The window spreads a tone over five bins, and tells
// from the larger neighbour where between two bins it lies.
func peakOf(now *Spectrum, k int, total float32) (hz, share float32) {
	k = max(k, BandEdges[0])
	var power [5]float32
	near := float32(0)
	for i := range power {
		re, im := now.Re[k+i-2], now.Im[k+i-2]
		power[i] = float32(re*re) + float32(im*im)
		near += power[i]
	}
	side, sign := power[3], float32(1)
	if power[1] > side {
		side, sign = power[1], -1
	}
	ratio := Sqrt(side) / (Sqrt(power[2]) + minPower)
	offset := (2*ratio - 1) / (1 + ratio)
	return (float32(k) + sign*offset) * BinWidth, min(near/total, 1)
}
