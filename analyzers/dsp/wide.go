//go:build goexperiment.simd && amd64

package dsp

import "simd/archsimd"

// Wide says whether eight values are computed at a time. What is computed is the same to the bit. It may be set to compare the two.
var Wide = archsimd.X86.AVX2()

func levelWide(p *[FrameSamples]float32) (sum, square [4]float32) {
	var s, q archsimd.Float32x4
	for i := 0; i < len(p); i += 4 {
		v := archsimd.LoadFloat32x4((*[4]float32)(p[i:]))
		s, q = s.Add(v), q.Add(v.Mul(v))
	}
	s.Store(&sum)
	q.Store(&square)
	return sum, square
}

// totalWide is total.
func totalWide(x []float32) float32 {
	var s archsimd.Float32x4
	for ; len(x) >= 4; x = x[4:] {
		s = s.Add(archsimd.LoadFloat32x4((*[4]float32)(x)))
	}
	return joined(s, x)
}

// dotWide is dot.
func dotWide(a, b []float32) float32 {
	var s archsimd.Float32x4
	b = b[:len(a)]
	for len(a) >= 4 && len(b) >= 4 {
		s = s.Add(archsimd.LoadFloat32x4((*[4]float32)(a)).Mul(archsimd.LoadFloat32x4((*[4]float32)(b))))
		a, b = a[4:], b[4:]
	}
	var rest [3]float32
	for i, v := range a {
		rest[i] = v * b[i]
	}
	return joined(s, rest[:len(a)])
}

// joined adds what was left over, then four sums, in the order of those that work one at a time.
func joined(s archsimd.Float32x4, rest []float32) float32 {
	var sum [4]float32
	s.Store(&sum)
	archsimd.ClearAVXUpperBits()
	for _, v := range rest {
		sum[0] += v
	}
	return sum[0] + sum[1] + (sum[2] + sum[3])
}

// log2Wide is Log2.
func log2Wide(x archsimd.Float32x8) archsimd.Float32x8 {
	bits := x.AsInt32x8()
	exponent := bits.AsUint32x8().ShiftAllRight(23).AsInt32x8().Sub(archsimd.BroadcastInt32x8(127)).ConvertToFloat32()
	one := archsimd.BroadcastFloat32x8(1)
	t := bits.And(archsimd.BroadcastInt32x8(0x7fffff)).Or(archsimd.BroadcastInt32x8(0x3f800000)).AsFloat32x8().Sub(one)
	q := archsimd.BroadcastFloat32x8(0.0252855060).Mul(t).Sub(archsimd.BroadcastFloat32x8(0.0948147533))
	q = q.Mul(t).Add(archsimd.BroadcastFloat32x8(0.1811542036))
	q = q.Mul(t).Sub(archsimd.BroadcastFloat32x8(0.2753862074))
	q = q.Mul(t).Add(archsimd.BroadcastFloat32x8(0.4425272727))
	return exponent.Add(t).Add(t.Mul(one.Sub(t)).Mul(q))
}
