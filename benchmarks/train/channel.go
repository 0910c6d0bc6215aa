package main

import "math"

// channel does to a session what microphones, gateways and networks do to a call.
func channel(r rng, s *session, c *corpus) {
	x := s.pcm
	if chance(r, 0.5) {
		shelf(x, between(r, 600, 2000), between(r, -9, 9))
	}
	for range r.IntN(3) {
		peaking(x, between(r, 300, 3200), between(r, -8, 8))
	}
	if chance(r, 0.25) {
		echo(r, x)
	}
	if chance(r, 0.6) {
		highpass(x, between(r, 150, 330))
		highpass(x, between(r, 150, 330))
	}
	if chance(r, 0.5) {
		lowpass(x, between(r, 2800, 3600))
	}
	if chance(r, 0.2) {
		agc(x)
	}
	if chance(r, 0.8) {
		bed := noise(r, len(x), pick(r, noises), c)
		scale(bed, -math.Abs(between(r, 8, 45)))
		for i, v := range bed {
			x[i] += v
		}
		for i, m := range masked(s.clean, bed) {
			s.masked[i] = s.masked[i] || m
		}
	}
	// Most calls are neither very loud nor very low.
	scale(x, between(r, -45, -18)*0.5+between(r, -38, -12)*0.5-standard)
	switch k := r.IntN(20); {
	case k < 8:
		companded(x, aLaw)
	case k < 16:
		companded(x, muLaw)
	default:
		for i, v := range x {
			x[i] = float32(math.Round(float64(v)*32768)) / 32768
		}
	}
	if chance(r, 0.12) {
		gate(x)
	}
	if chance(r, 0.15) {
		lose(r, x)
	}
	for i, v := range x {
		x[i] = min(max(v, -1), 32767.0/32768)
	}
}

func shelf(x []float32, hz, db float64) {
	a, g, low := float32(1-math.Exp(-2*math.Pi*hz/rate)), float32(math.Pow(10, db/20)), float32(0)
	for i, v := range x {
		low += a * (v - low)
		x[i] = low + g*(v-low)
	}
}

// peaking raises or lowers what is around a frequency.
func peaking(x []float32, hz, db float64) {
	a, w := math.Pow(10, db/40), 2*math.Pi*hz/rate
	alpha := math.Sin(w) / 2
	d := 1 / (1 + alpha/a)
	b0, b1, b2, a2 := (1+alpha*a)*d, -2*math.Cos(w)*d, (1-alpha*a)*d, (1-alpha/a)*d
	var x1, x2, y1, y2 float64
	for i, v := range x {
		y := b0*float64(v) + b1*x1 + b2*x2 - b1*y1 - a2*y2
		x2, x1, y2, y1 = x1, float64(v), y1, y
		x[i] = float32(y)
	}
}

func highpass(x []float32, hz float64) {
	a, low := float32(1-math.Exp(-2*math.Pi*hz/rate)), float32(0)
	for i, v := range x {
		low += a * (v - low)
		x[i] = v - low
	}
}

// lowpass is a Butterworth filter of the second order, twice.
func lowpass(x []float32, hz float64) {
	w := math.Tan(math.Pi * hz / rate)
	d := 1 / (1 + math.Sqrt2*w + w*w)
	b, a1, a2 := w*w*d, 2*(w*w-1)*d, (1-math.Sqrt2*w+w*w)*d
	for range 2 {
		var x1, x2, y1, y2 float64
		for i, v := range x {
			y := b*(float64(v)+2*x1+x2) - a1*y1 - a2*y2
			x2, x1, y2, y1 = x1, float64(v), y1, y
			x[i] = float32(y)
		}
	}
}

func echo(r rng, x []float32) {
	in := append([]float32(nil), x...)
	for range 8 {
		delay, gain := int(between(r, 0.005, 0.12)*rate), float32(between(r, -0.25, 0.25))
		for i := delay; i < len(x); i++ {
			x[i] += gain * in[i-delay]
		}
	}
}

// agc brings the sound slowly to the standard level, by up to 15 dB.
func agc(x []float32) {
	power, target := 1e-4, math.Pow(10, standard/10.0)
	for i, v := range x {
		if p := float64(v) * float64(v); p > 1e-7 {
			power += (p - power) / (0.6 * rate)
		}
		x[i] = v * float32(math.Sqrt(min(max(target/(power+1e-9), 0.03), 30)))
	}
}

// gate silences what is low, as a gateway with silence suppression does.
func gate(x []float32) {
	least, hold := activeLevel(x)-22, 0
	for n := 0; n+frame <= len(x); n += frame {
		if level(x[n:n+frame]) > least {
			hold = 8
		}
		if hold--; hold < 0 {
			clear(x[n : n+frame])
		}
	}
}

// lose drops packets, alone and in bursts.
func lose(r rng, x []float32) {
	rateOf := between(r, 0.005, 0.06)
	for n := 0; n+frame <= len(x); n += frame {
		if chance(r, rateOf) {
			end := min(n+frame*(1+r.IntN(4)), len(x))
			clear(x[n:end])
		}
	}
}

// companded rounds as a codec with 8 bits a sample would.
func companded(x []float32, law func(float64) float64) {
	for i, v := range x {
		m := law(min(math.Abs(float64(v)), 0.98))
		x[i] = float32(math.Copysign(m, float64(v)))
	}
}

// aLaw and muLaw give the value that G.711 reproduces for a magnitude: 16 steps to each of 8 segments.
func aLaw(m float64) float64 {
	v := int(m * 2048)
	segment := 0
	for v>>segment >= 32 && segment < 6 {
		segment++
	}
	return (float64(v>>segment) + 0.5) * float64(int(1)<<segment) / 2048
}

func muLaw(m float64) float64 {
	v := int(m*8192) + 33
	segment := 0
	for v>>segment >= 64 && segment < 7 {
		segment++
	}
	step := float64(int(1) << (segment + 1))
	return max((math.Floor(float64(v)/step)+0.5)*step-33, 0) / 8192
}
