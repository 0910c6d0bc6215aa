//go:build goexperiment.simd && amd64

package dsp

import "simd/archsimd"

// halveWide gives the samples of half the rate: each of the middle one of three, and of those on either side half as much.
func halveWide(x, y []float32) {
	quarter, half, order := archsimd.BroadcastFloat32x8(0.25), archsimd.BroadcastFloat32x8(0.5), archsimd.LoadUint32x8(&paired)
	for i := 0; i < len(y); i += 8 {
		i := min(i, len(y)-8) // the last eight overlap with those before
		v := (*[17]float32)(x[2*i:])
		a, b := archsimd.LoadFloat32x8((*[8]float32)(v[0:])), archsimd.LoadFloat32x8((*[8]float32)(v[8:]))
		c, d := archsimd.LoadFloat32x8((*[8]float32)(v[1:])), archsimd.LoadFloat32x8((*[8]float32)(v[9:]))
		before, middle, after := a.SelectFromPairGrouped(0, 2, 4, 6, b), a.SelectFromPairGrouped(1, 3, 5, 7, b), c.SelectFromPairGrouped(1, 3, 5, 7, d)
		quarter.Mul(before.Add(after)).Add(half.Mul(middle)).Permute(order).Store((*[8]float32)(y[i:]))
	}
	archsimd.ClearAVXUpperBits()
}

// lessWide takes a value from each of some.
func lessWide(x, y []float32, mean float32) {
	m := archsimd.BroadcastFloat32x8(mean)
	for i := 0; i < len(y); i += 8 {
		i := min(i, len(y)-8)
		archsimd.LoadFloat32x8((*[8]float32)(x[i:])).Sub(m).Store((*[8]float32)(y[i:]))
	}
	archsimd.ClearAVXUpperBits()
}

// coarseWide gives the inner products of the last samples with those from least lags earlier on.
func coarseWide(y *[coarseSamples]float32, c *[coarseLags]float32) {
	var s0, s1, s2 archsimd.Float32x8
	for i := range coarseWindow {
		v := archsimd.LoadFloat32x8((*[8]float32)(y[i : i+8]))
		h := archsimd.BroadcastFloat32x8(y[coarseSamples-coarseWindow+i])
		s2 = s2.Add(h.Mul(v))
		s1 = s1.Add(h.Mul(archsimd.LoadFloat32x8((*[8]float32)(y[i+8 : i+16]))))
		s0 = s0.Add(h.Mul(archsimd.LoadFloat32x8((*[8]float32)(y[i+16 : i+24]))))
	}
	back := archsimd.LoadUint32x8(&reversed)
	s0.Permute(back).Store((*[8]float32)(c[0:]))
	s1.Permute(back).Store((*[8]float32)(c[8:]))
	s2.Permute(back).Store((*[8]float32)(c[16:]))
	archsimd.ClearAVXUpperBits()
}

// fitWide is fit.
func fitWide(y *[coarseSamples]float32, r *[coarseLags]float32, energy float32) {
	var c, shifted [coarseLags]float32
	var steps [coarseMost + 1]float32
	coarseWide(y, &c)
	stepsWide(y, &steps)
	now := energy
	for _, s := range steps[1:coarseLeast] {
		now += s
	}
	for i, s := range steps[coarseLeast:] {
		now += s
		shifted[i] = now
	}
	ratiosWide(&c, &shifted, r, energy)
}

// stepsWide gives what the energy of the window changes by from each lag to the next.
func stepsWide(y *[coarseSamples]float32, steps *[coarseMost + 1]float32) {
	back := archsimd.LoadUint32x8(&reversed)
	for l := 1; l <= coarseMost; l += 8 {
		l := min(l, coarseMost-7)
		then := archsimd.LoadFloat32x8((*[8]float32)(y[coarseMost-l-7:]))
		now := archsimd.LoadFloat32x8((*[8]float32)(y[coarseSamples-l-7:]))
		then.Mul(then).Sub(now.Mul(now)).Permute(back).Store((*[8]float32)(steps[l:]))
	}
	archsimd.ClearAVXUpperBits()
}

// ratiosWide gives how well each lag fits from its inner product and energy: nothing where one of them is not positive.
func ratiosWide(c, shifted, r *[coarseLags]float32, energy float32) {
	var zero archsimd.Float32x8
	e, least := archsimd.BroadcastFloat32x8(energy), archsimd.BroadcastFloat32x8(minPower)
	for i := 0; i < coarseLags; i += 8 {
		p, s := archsimd.LoadFloat32x8((*[8]float32)(c[i:])), archsimd.LoadFloat32x8((*[8]float32)(shifted[i:]))
		none := p.LessEqual(zero).Or(s.LessEqual(zero))
		zero.Merge(p.Mul(p).Div(e.Mul(s).Add(least)), none).Store((*[8]float32)(r[i:]))
	}
	archsimd.ClearAVXUpperBits()
}

// products5Wide is products5.
func products5Wide(head *[pitchWindow]float32, x *[pitchWindow + 7]float32) (c [fineLags]float32) {
	var s archsimd.Float32x8
	for i, v := range head {
		s = s.Add(archsimd.BroadcastFloat32x8(v).Mul(archsimd.LoadFloat32x8((*[8]float32)(x[i:]))))
	}
	var lanes [8]float32
	s.Store(&lanes)
	archsimd.ClearAVXUpperBits()
	for i := range c {
		c[i] = lanes[fineLags-1-i]
	}
	return c
}
