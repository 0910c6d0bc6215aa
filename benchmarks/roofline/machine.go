package main

import (
	"runtime"
	"time"
)

// machine is what one core has, a second.
type machine struct {
	Operations float64 `json:"operations"`     // of float32 in plain Go
	First      float64 `json:"first_cache_b"`  // bytes read from the first cache
	Second     float64 `json:"second_cache_b"` // from the second
	Memory     float64 `json:"memory_b"`       // from memory
}

func measureMachine() machine {
	return machine{
		Operations: best(operations),
		First:      best(func() float64 { return reads(16 << 10) }),
		Second:     best(func() float64 { return reads(512 << 10) }),
		Memory:     best(func() float64 { return reads(256 << 20) }),
	}
}

// best is the most of several tries: whatever else the machine does only slows them.
func best(try func() float64) (most float64) {
	for range 7 {
		most = max(most, try())
	}
	return most
}

// operations multiplies and adds in twelve chains, so that none waits for the one before.
func operations() float64 {
	const rounds = 10_000_000
	a, b, c, d, e, f := float32(1), float32(1.1), float32(1.2), float32(1.3), float32(1.4), float32(1.5)
	g, h, i, j, k, l := float32(1.6), float32(1.7), float32(1.8), float32(1.9), float32(2.0), float32(2.1)
	const x, y = 0.999, 0.001
	began := time.Now()
	for range rounds {
		a, b, c, d = float32(a*x)+y, float32(b*x)+y, float32(c*x)+y, float32(d*x)+y
		e, f, g, h = float32(e*x)+y, float32(f*x)+y, float32(g*x)+y, float32(h*x)+y
		i, j, k, l = float32(i*x)+y, float32(j*x)+y, float32(k*x)+y, float32(l*x)+y
	}
	took := time.Since(began)
	runtime.KeepAlive(a + b + c + d + e + f + g + h + i + j + k + l) // computed for nothing, it would be left out
	return rounds * 24 / took.Seconds()
}

// reads sums words of so many bytes again and again.
func reads(size int) float64 {
	words := make([]uint64, size/8)
	for i := range words {
		words[i] = uint64(i)
	}
	rounds := max(1, (256<<20)/size)
	began := time.Now()
	for range rounds {
		var a, b, c, d uint64
		for at := 0; at+8 <= len(words); at += 8 {
			w := words[at : at+8 : at+8]
			a += w[0] + w[4]
			b += w[1] + w[5]
			c += w[2] + w[6]
			d += w[3] + w[7]
		}
		runtime.KeepAlive(a + b + c + d)
	}
	return float64(size) * float64(rounds) / time.Since(began).Seconds()
}
