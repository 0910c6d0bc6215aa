package evidence

import (
	"bytes"
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"io/fs"
	"math"
	"time"
)

// PeakStep is the time that one peak stands for.
const PeakStep = 20 * time.Millisecond

// Peaks are a call's waveform: the lowest and the highest sample of each PeakStep and leg.
type Peaks struct {
	Step time.Duration
	// Legs holds the peaks of each leg, in the order of Audio.Legs: lowest, highest, lowest, …; full scale ±32768.
	Legs [][]int16
	// Duration is the audio's length; the last peak may stand for less than a Step.
	Duration time.Duration
}

// peaksMagic begins the stored form: magic, legs, step in µs, duration in µs, peaks of a leg, then leg after leg, all
// little-endian. An hour of two legs is 1.44 MB.
const peaksMagic = "EPK1"

// Encode gives the stored form.
func (p *Peaks) Encode() []byte {
	n := 0
	if len(p.Legs) > 0 {
		n = len(p.Legs[0])
	}
	b := make([]byte, 0, 28+2*n*len(p.Legs))
	b = append(b, peaksMagic...)
	b = binary.LittleEndian.AppendUint32(b, uint32(len(p.Legs)))
	b = binary.LittleEndian.AppendUint64(b, uint64(p.Duration.Microseconds()))
	b = binary.LittleEndian.AppendUint64(b, uint64(p.Step.Microseconds()))
	b = binary.LittleEndian.AppendUint32(b, uint32(n))
	for _, leg := range p.Legs {
		for _, v := range leg {
			b = binary.LittleEndian.AppendUint16(b, uint16(v))
		}
	}
	return b
}

// longestPeaks bounds what is read as a time, µs: a year.
const longestPeaks = uint64(366 * 24 * time.Hour / time.Microsecond)

// DecodePeaks reads the stored form.
func DecodePeaks(b []byte) (*Peaks, error) {
	if len(b) < 28 || !bytes.HasPrefix(b, []byte(peaksMagic)) {
		return nil, errors.New("cannot decode peaks: no header")
	}
	legs, n := int(binary.LittleEndian.Uint32(b[4:])), int(binary.LittleEndian.Uint32(b[24:]))
	if legs < 1 || legs > 2 || len(b) != 28+2*n*legs {
		return nil, fmt.Errorf("cannot decode peaks: %d bytes for %d legs of %d", len(b), legs, n)
	}
	duration, step := binary.LittleEndian.Uint64(b[8:]), binary.LittleEndian.Uint64(b[16:])
	if duration > longestPeaks || step < 1 || step > longestPeaks || n%2 != 0 {
		return nil, fmt.Errorf("cannot decode peaks: %d values in steps of %d µs for a call of %d µs: expected pairs, and times up to a year", n, step, duration)
	}
	p := &Peaks{Duration: time.Duration(duration) * time.Microsecond, Step: time.Duration(step) * time.Microsecond}
	b = b[28:]
	for range legs {
		leg := make([]int16, n)
		for i := range leg {
			leg[i] = int16(binary.LittleEndian.Uint16(b[2*i:]))
		}
		p.Legs, b = append(p.Legs, leg), b[2*n:]
	}
	return p, nil
}

// Between gives the peaks of a stretch of time, joined so that there are at most so many of each leg.
func (p *Peaks) Between(from, to time.Duration, most int) *Peaks {
	n := int64(0)
	if len(p.Legs) > 0 {
		n = int64(len(p.Legs[0]) / 2)
	}
	first := min(max(int64(from/p.Step), 0), n)
	last := min(max(int64((to+p.Step-1)/p.Step), first), n)
	join := max((last-first+int64(most)-1)/int64(max(most, 1)), 1)
	out := &Peaks{Step: p.Step * time.Duration(join), Duration: max(min(to, p.Duration)-time.Duration(first)*p.Step, 0)}
	for _, leg := range p.Legs {
		joined := make([]int16, 0, 2*((last-first+join-1)/join))
		for i := first; i < last; i += join {
			low, high := leg[2*i], leg[2*i+1]
			for k := i + 1; k < min(i+join, last); k++ {
				low, high = min(low, leg[2*k]), max(high, leg[2*k+1])
			}
			joined = append(joined, low, high)
		}
		out.Legs = append(out.Legs, joined)
	}
	return out
}

// computePeaks reads the whole audio, a second at a time.
func computePeaks(a *Audio) (*Peaks, error) {
	step := int64(a.Rate()) * PeakStep.Milliseconds() / 1000
	count := (a.Samples() + step - 1) / step
	p := &Peaks{Step: PeakStep, Duration: a.Duration(), Legs: make([][]int16, len(a.Legs()))}
	for i := range p.Legs {
		p.Legs[i] = make([]int16, 0, 2*count)
	}
	for from := int64(0); from < a.Samples(); from += 50 * step {
		pcm, err := a.ReadSamples(from, int(min(50*step, a.Samples()-from)))
		if err != nil {
			return nil, err
		}
		for i, samples := range pcm {
			for len(samples) > 0 {
				n := min(int(step), len(samples))
				low, high := float32(math.Inf(1)), float32(math.Inf(-1))
				for _, v := range samples[:n] {
					low, high = min(low, v), max(high, v)
				}
				p.Legs[i] = append(p.Legs[i], linear16(low), linear16(high))
				samples = samples[n:]
			}
		}
	}
	return p, nil
}

// Peaks gives a call's waveform: in one read if the call has ended, from the audio so far if it goes on. What is not
// there yet is computed and stored. Errors are those of Open.
func (s *Store) Peaks(ctx context.Context, callID string) (*Peaks, error) {
	n := name(callID)
	key := place("peaks", n, ".peaks")
	data, err := s.read(ctx, key)
	if err == nil {
		if p, err := DecodePeaks(data); err == nil {
			return p, nil
		}
	} else if !errors.Is(err, fs.ErrNotExist) {
		return nil, &StateError{CallID: callID, State: Unreachable, Err: err}
	}
	a, err := s.ended(ctx, n)
	over := err == nil
	if !over {
		if a, err = s.referenced(ctx, n); err == nil {
			over = true
		} else if a, err = s.Open(ctx, callID); err != nil {
			return nil, err
		}
	}
	defer a.Close()
	p, err := computePeaks(a)
	if err != nil {
		return nil, &StateError{CallID: callID, State: Unreachable, Err: err}
	}
	if over {
		// If it cannot be stored, it is computed again the next time.
		_ = s.put(ctx, key, p.Encode())
	}
	return p, nil
}
