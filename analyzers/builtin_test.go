package analyzers

import (
	"fmt"
	"testing"
)

// BenchmarkAnalyzers tells what each analyzer costs per frame of a call of two legs, on frames of real variety.
func BenchmarkAnalyzers(b *testing.B) {
	var frames []Frame
	front, in := newFront(), noisyCall(3000)
	for i := range in {
		if f := front.Push(&in[i]); f != nil {
			f.Speech = i%200 < 120
			frames = append(frames, *f)
		}
	}
	for i, a := range Builtin() {
		b.Run(fmt.Sprintf("%T", a), func(b *testing.B) {
			a := Builtin()[i]
			now := Instant{Answered: true}
			b.ReportAllocs()
			for n := 0; b.Loop(); n++ {
				now.Index = n
				now.Agent, now.Customer = &frames[n%len(frames)], &frames[(n+1500)%len(frames)]
				a.Frame(&now, func(Segment) {})
			}
		})
	}
}
