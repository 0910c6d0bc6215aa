package sound

import "math"

// Shelved raises what is above corner by dB: the high shelf of R. Bristow-Johnson's Audio EQ Cookbook, slope 1.
func Shelved(pcm []float32, corner, dB float64) []float32 {
	a := math.Pow(10, dB/40)
	w := 2 * math.Pi * corner / Rate
	cos, alpha := math.Cos(w), math.Sin(w)/2*math.Sqrt2
	root := 2 * math.Sqrt(a) * alpha
	b0, b1, b2 := a*((a+1)+(a-1)*cos+root), -2*a*((a-1)+(a+1)*cos), a*((a+1)+(a-1)*cos-root)
	a0, a1, a2 := (a+1)-(a-1)*cos+root, 2*((a-1)-(a+1)*cos), (a+1)-(a-1)*cos-root

	out := make([]float32, len(pcm))
	var x1, x2, y1, y2 float64
	for i, v := range pcm {
		x := float64(v)
		y := (b0*x + b1*x1 + b2*x2 - a1*y1 - a2*y2) / a0
		x2, x1, y2, y1 = x1, x, y1, y
		out[i] = float32(y)
	}
	return out
}
