//go:build !goexperiment.simd || !amd64

package ingest

// unit scales samples to ±1.
func unit(to *[TickSamples]float32, from *[TickSamples]int16) { unitEach(to, from) }
