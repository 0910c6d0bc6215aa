package dsp

import (
	"math"
	"math/cmplx"
	"math/rand/v2"
	"testing"

	"gonum.org/v1/gonum/dsp/fourier"
)

func TestTransformAgreesWithGonum(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	var x [FFTSize]float32
	windowed := make([]float64, FFTSize)
	for i := range x {
		x[i] = float32(r.NormFloat64())
		windowed[i] = float64(x[i]) * (0.5 - 0.5*math.Cos(2*math.Pi*(float64(i)+0.5)/FFTSize))
	}
	want := fourier.NewFFT(FFTSize).Coefficients(nil, windowed)
	var got Spectrum
	Transform(&x, &got)
	for k := range Bins {
		if d := cmplx.Abs(complex(float64(got.Re[k]), float64(got.Im[k])) - want[k]); d > 1e-4 {
			t.Errorf("bin %d is %v%+vi, want %v", k, got.Re[k], got.Im[k], want[k])
		}
	}
}

func TestLogAndExp(t *testing.T) {
	for x := float32(1e-12); x < 1e6; x *= 1.0137 {
		if got, want := float64(Log2(x)), math.Log2(float64(x)); math.Abs(got-want) > 1e-5 {
			t.Errorf("Log2(%v) = %v, want %v", x, got, want)
		}
		y := Log2(x)
		if got, want := float64(Exp2(y)), math.Exp2(float64(y)); math.Abs(got/want-1) > 2e-6 {
			t.Errorf("Exp2(%v) = %v, want %v", y, got, want)
		}
	}
	for power, want := range map[float32]float64{0: MinDB, -1: MinDB, 1: 0, 0.1: -10, 1e-9: -90} {
		if got := float64(DB(power)); math.Abs(got-want) > 1e-3 {
			t.Errorf("DB(%v) = %v, want %v", power, got, want)
		}
	}
}

func BenchmarkTransform(b *testing.B) {
	var x [FFTSize]float32
	for i := range x {
		x[i] = float32(i%7) - 3
	}
	var out Spectrum
	for b.Loop() {
		Transform(&x, &out)
	}
}
