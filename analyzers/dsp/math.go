package dsp

import "math"

// MinDB is the level of digital silence.
const MinDB = -127

// minPower is the power whose level is MinDB.
const minPower = 1.9952623e-13

// dbPerOctave is the level of a doubled power, 10·log10(2).
const dbPerOctave = 3.0102999566

// Log2 is the binary logarithm of a positive, normal x, to within 0.00001.
func Log2(x float32) float32 {
	bits := math.Float32bits(x)
	exponent := float32(int32(bits>>23) - 127)
	t := math.Float32frombits(bits&0x7fffff|0x3f800000) - 1
	// log2(1+t) = t + t(1-t)·q(t): exact at both ends, so the curve has no step where the exponent changes.
	q := float32(0.0252855060*t) - 0.0948147533
	q = float32(q*t) + 0.1811542036
	q = float32(q*t) - 0.2753862074
	q = float32(q*t) + 0.4425272727
	return exponent + t + float32(float32(t*(1-t))*q)
}

// Exp2 is 2 to the power of x, to within a millionth of it; x is limited to ±120.
func Exp2(x float32) float32 {
	x = min(max(x, -120), 120)
	whole := int32(x)
	if x < float32(whole) {
		whole--
	}
	f := x - float32(whole)
	q := float32(-0.0018955586*f) - 0.0108461174
	q = float32(q*f) - 0.0666994708
	q = float32(q*f) - 0.3068470284
	mantissa := 1 + f + float32(float32(f*(1-f))*q)
	return mantissa * math.Float32frombits(uint32(whole+127)<<23)
}

// Sigmoid is 1/(1+e^-x).
func Sigmoid(x float32) float32 { return 1 / (1 + Exp2(-x*math.Log2E)) }

// DB is the level of a power: 0 dB for 1, MinDB at least.
func DB(power float32) float32 {
	if !(power > minPower) {
		return MinDB
	}
	return dbPerOctave * Log2(power)
}

// Power is the power of a level in dB: 1 for 0 dB.
func Power(dB float32) float32 { return Exp2(dB * (1 / dbPerOctave)) }

// Sqrt is the square root, rounded to float32.
func Sqrt(x float32) float32 { return float32(math.Sqrt(float64(x))) }

func abs(x float32) float32 { return math.Float32frombits(math.Float32bits(x) &^ (1 << 31)) }

// dot is the inner product of two vectors of equal length.
func dot(a, b []float32) float32 {
	if Wide {
		return dotWide(a, b)
	}
	var s0, s1, s2, s3 float32
	b = b[:len(a)]
	for len(a) >= 4 && len(b) >= 4 {
		s0 += float32(a[0] * b[0])
		s1 += float32(a[1] * b[1])
		s2 += float32(a[2] * b[2])
		s3 += float32(a[3] * b[3])
		a, b = a[4:], b[4:]
	}
	for i, v := range a {
		s0 += float32(v * b[i])
	}
	return s0 + s1 + (s2 + s3)
}
