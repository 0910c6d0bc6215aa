//go:build goexperiment.simd && amd64

package dsp

import (
	"simd/archsimd"
	"unsafe"
)

// binSums are the addends of sums, by bin.
type binSums struct{ power, before, older, straight, weight [Bins]float32 }

// bandsWide is band for all bands: each bin by itself eight at a time, then the sums in their order.
func (a *Analysis) bandsWide(now *Spectrum, m *sums, powers *[NumBands]float32, f *Features) {
	var b binSums
	a.binsWide(now, &b)
	sum, before, older := m.mag, m.before, m.older
	for i := range powers {
		from, to := BandEdges[i], BandEdges[i+1]
		n := to - from
		mags, power := a.mag[from:to][:n], b.power[from:to][:n]
		befores, olders := b.before[from:to][:n], b.older[from:to][:n]
		straights, weights := b.straight[from:to][:n], b.weight[from:to][:n]
		all, straight, weight := float32(0), m.straight, m.weight
		for i, p := range power {
			all += p
			sum += mags[i]
			before += befores[i]
			older += olders[i]
			straight += straights[i]
			weight += weights[i]
		}
		powers[i], m.straight, m.weight = all, straight, weight
		a.endBand(i, m, f)
	}
	m.mag, m.before, m.older = sum, before, older
	m.top = mostWide(&b.power)
	if m.top > 0 {
		for m.peak = BandEdges[0]; m.peak < Bins-1 && b.power[m.peak] != m.top; {
			m.peak++
		}
	}
}

// mostWide is the largest power of the bins in bands, of those that are numbers; 0 if there is none.
func mostWide(power *[Bins]float32) (most float32) {
	const first, end = 5, 122
	var top archsimd.Float32x8
	for i := first; i < end; i += 8 {
		p := archsimd.LoadFloat32x8((*[8]float32)(power[min(i, end-8):]))
		top = p.Merge(top, p.Greater(top))
	}
	var lanes [8]float32
	top.Store(&lanes)
	archsimd.ClearAVXUpperBits()
	for _, v := range lanes {
		if v > most {
			most = v
		}
	}
	return most
}

// binsWide does what band does for a bin, for all of them.
func (a *Analysis) binsWide(now *Spectrum, b *binSums) {
	for i := 0; i < Bins; i += 8 {
		load := func(x *[Bins]float32) archsimd.Float32x8 { return archsimd.LoadFloat32x8(eight(x, i)) }
		re, im := load(&now.Re), load(&now.Im)
		p := re.Mul(re).Add(im.Mul(im))
		mag, before := p.Sqrt(), load(&a.mag)
		product := mag.Mul(load(&a.older))
		p.Store(eight(&b.power, i))
		mag.Store(eight(&a.mag, i))
		before.Store(eight(&a.older, i))
		mag.Mul(before).Store(eight(&b.before, i))
		product.Store(eight(&b.older, i))
		product.Mul(before.Mul(before)).Store(eight(&b.weight, i))
		bre, bim := load(&a.spectrum.Re), load(&a.spectrum.Im)
		dre, dim := re.Mul(bre).Add(im.Mul(bim)), im.Mul(bre).Sub(re.Mul(bim))
		dre.Mul(load(&a.turn.Re)).Add(dim.Mul(load(&a.turn.Im))).Store(eight(&b.straight, i))
		dre.Store(eight(&a.turn.Re, i))
		dim.Store(eight(&a.turn.Im, i))
		re.Store(eight(&a.spectrum.Re, i))
		im.Store(eight(&a.spectrum.Im, i))
	}
	archsimd.ClearAVXUpperBits()
}

// levelsWide gives the levels of bands.
func levelsWide(powers, levels *[NumBands]float32) {
	scale, least := archsimd.BroadcastFloat32x8(powerScale), archsimd.BroadcastFloat32x8(1e-10)
	for i := 0; i < NumBands; i += 8 {
		i := min(i, NumBands-8)
		p := archsimd.LoadFloat32x8((*[8]float32)(powers[i:])).Mul(scale).Add(least)
		level := archsimd.BroadcastFloat32x8(dbPerOctave).Mul(log2Wide(p))
		level.Merge(archsimd.BroadcastFloat32x8(MinDB), p.Greater(archsimd.BroadcastFloat32x8(minPower))).Store((*[8]float32)(levels[i:]))
	}
	archsimd.ClearAVXUpperBits()
}

// wideCosines are the cosines by band, eight coefficients after each other, of which the last is none.
var wideCosines = func() (w [NumBands / 2][8]float32) {
	for q, c := range cosines {
		for b, v := range c {
			w[b][q] = v
		}
	}
	return w
}()

// cepstrumWide is Cepstrum.
func cepstrumWide(bands *[NumBands]float32, out *[NumCepstra]float32) {
	low, high := archsimd.LoadFloat32x8((*[8]float32)(bands[0:])), archsimd.LoadFloat32x8((*[8]float32)(bands[10:]))
	m := low.Max(high).Max(archsimd.LoadFloat32x8((*[8]float32)(bands[8:])))
	n := m.GetLo().Max(m.GetHi())
	n = n.Max(n.SelectFromPair(2, 3, 0, 1, n))
	n = n.Max(n.SelectFromPair(1, 0, 3, 2, n))
	top, least := n.Broadcast1To8(), archsimd.BroadcastFloat32x8(-50)
	near := func(v archsimd.Float32x8) archsimd.Float32x8 {
		v = v.Sub(top)
		return least.Merge(v, v.Less(least))
	}
	low, high = near(low), near(high.Permute(archsimd.LoadUint32x8(&reversed)))
	less, more := low.Sub(high).AsInt32x8(), low.Add(high).AsInt32x8()
	// The differences and sums of the bands that are as far from either end, in turns; what is behind the last is loaded only.
	var x [NumBands/2 + 1][2]float32
	a, b := less.InterleaveLoGrouped(more).AsFloat32x8(), less.InterleaveHiGrouped(more).AsFloat32x8()
	a.Select128FromPair(0, 2, b).Store((*[8]float32)(unsafe.Pointer(&x[0])))
	a.Select128FromPair(1, 3, b).Store((*[8]float32)(unsafe.Pointer(&x[4])))
	most := n.GetElem(0)
	low8, high8 := atLeast(bands[8]-most, -50), atLeast(bands[9]-most, -50)
	x[8] = [2]float32{low8 - high8, low8 + high8}
	term := func(b int) archsimd.Float32x8 {
		y := archsimd.LoadFloat64x2((*[2]float64)(unsafe.Pointer(&x[b]))).Broadcast1To4().AsFloat32x8()
		return y.Mul(archsimd.LoadFloat32x8(&wideCosines[b]))
	}
	var c [8]float32
	s := term(0).Add(term(1)).Add(term(2))
	s = s.Add(term(3).Add(term(4)).Add(term(5)))
	s.Add(term(6).Add(term(7)).Add(term(8))).Store(&c)
	archsimd.ClearAVXUpperBits()
	copy(out[:], c[:])
}
