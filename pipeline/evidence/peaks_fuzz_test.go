package evidence

import (
	"bytes"
	"testing"
	"time"
)

// FuzzPeaks decodes the stored form of peaks: what is taken is written again as the same bytes, and can be joined.
func FuzzPeaks(f *testing.F) {
	whole := Peaks{Duration: time.Second, Step: PeakStep, Legs: [][]int16{{-1, 1, -300, 200}, {0, 0, -2, 5}}}
	f.Add(whole.Encode(), int64(0), int64(40_000), 1)
	f.Add([]byte(peaksMagic), int64(-1), int64(1), 0)
	f.Fuzz(func(t *testing.T, b []byte, from, to int64, most int) {
		p, err := DecodePeaks(b)
		if err != nil {
			return
		}
		if again := p.Encode(); !bytes.Equal(again, b) {
			t.Fatalf("%x is encoded as %x", b, again)
		}
		joined := p.Between(time.Duration(from)*time.Microsecond, time.Duration(to)*time.Microsecond, most)
		for _, leg := range joined.Legs {
			if len(leg) > len(p.Legs[0])+1 || most > 0 && len(leg) > 2*most {
				t.Fatalf("%d values, asked for %d pairs of %d values", len(leg), most, len(p.Legs[0]))
			}
		}
	})
}
