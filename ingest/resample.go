package ingest

import (
	"fmt"

	speex "github.com/oov/audio/resampler"
)

// resampleQuality is Speex's 4 of 10: flat to 3.4 kHz at 8 kHz, what would alias is 90 dB down.
const resampleQuality = 4

// resampleBlock is how much input goes through the filter at a time. It does not show in the output.
const resampleBlock = 1024

// resampler changes the rate of one leg's audio. Output sample n stands for the time n/to, like input sample n for
// n/from: the filter's delay is taken out, so Write holds back the last 4 ms until it knows what follows.
// The output is the same whatever the sizes of the writes.
//
// The filter is Speex's (github.com/oov/audio), and its float64 interface is used because the other allocates.
type resampler struct {
	filter      *speex.Resampler // nil: the rates are equal
	from, to    int
	taken, made int64
	in, out     []float64
}

// newResampler takes rates of 8 to 48 kHz.
func newResampler(from, to int) (*resampler, error) {
	for _, rate := range []int{from, to} {
		if rate < 8000 || rate > 48000 {
			return nil, fmt.Errorf("cannot resample %d Hz to %d Hz: expected rates of 8000 to 48000 Hz", from, to)
		}
	}
	r := &resampler{from: from, to: to}
	if from == to {
		return r, nil
	}
	r.filter = speex.NewWithSkipZeros(1, from, to, resampleQuality)
	r.in = make([]float64, resampleBlock)
	r.out = make([]float64, resampleBlock*to/from+2)
	return r, nil
}

// Write appends to dst the samples that src makes known.
func (r *resampler) Write(dst, src []float32) []float32 {
	if r.filter == nil {
		return append(dst, src...)
	}
	r.taken += int64(len(src))
	for len(src) > 0 {
		block := r.in[:min(len(src), len(r.in))]
		for i := range block {
			block[i] = float64(src[i])
		}
		src = src[len(block):]
		dst = r.feed(dst, block)
	}
	return dst
}

// Flush appends the samples held back, as if silence followed, so that the output lasts as long as the input. Nothing
// can be written after it.
func (r *resampler) Flush(dst []float32) []float32 {
	if r.filter == nil {
		return dst
	}
	want := (r.taken*int64(r.to) + int64(r.from) - 1) / int64(r.from)
	clear(r.in)
	for r.made < want {
		before := r.made
		dst = r.feed(dst, r.in)
		if extra := r.made - want; extra > 0 && before <= want {
			dst, r.made = dst[:len(dst)-int(extra)], want
		}
	}
	return dst
}

func (r *resampler) feed(dst []float32, block []float64) []float32 {
	for len(block) > 0 {
		read, written := r.filter.ProcessFloat64(0, block, r.out)
		block = block[read:]
		r.made += int64(written)
		for _, v := range r.out[:written] {
			dst = append(dst, float32(v))
		}
	}
	return dst
}
