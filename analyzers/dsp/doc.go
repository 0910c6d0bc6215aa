// Package dsp is the signal processing that the analyzers share: what can be measured of 20 ms of telephone audio
// without knowing what it is.
//
// Everything is float32 on 8 kHz audio, full scale ±1, and allocates nothing after construction. Products are rounded
// explicitly, float32(a*b)+c, wherever they are summed: the language lets a compiler fuse a multiplication and an
// addition, which rounds differently, and a call has to give the same segments on every machine. The logarithm and the
// exponential are polynomials of our own for the same reason, and for speed.
package dsp
