package evidence

import (
	"io"
	"testing"
	"time"
)

// An hour of a call of two legs: how long its page waits for the waveform and for the first sound.
func BenchmarkHour(b *testing.B) {
	for kind, open := range kinds {
		b.Run(kind, func(b *testing.B) { benchmarkHour(b, open(b, Options{})) })
	}
}

func benchmarkHour(b *testing.B, s *Store) {
	w, err := s.Create(twoLegs("call"))
	if err != nil {
		b.Fatal(err)
	}
	for second := range 3600 {
		speak(w, second*50, 50)
		if err := w.Flush(b.Context()); err != nil {
			b.Fatal(err)
		}
	}
	began := time.Now()
	if err := w.Close(b.Context()); err != nil {
		b.Fatal(err)
	}
	closed := time.Since(began)
	b.Run("close", func(b *testing.B) { b.ReportMetric(closed.Seconds(), "s/close"); b.ReportMetric(0, "ns/op") })
	b.Run("peaks", func(b *testing.B) {
		var p *Peaks
		for b.Loop() {
			if p, err = s.Peaks(b.Context(), "call"); err != nil {
				b.Fatal(err)
			}
		}
		b.ReportMetric(float64(len(p.Encode())), "bytes")
	})
	b.Run("overview", func(b *testing.B) { // what a page of 2,000 pixels draws
		var n int
		for b.Loop() {
			p, err := s.Peaks(b.Context(), "call")
			if err != nil {
				b.Fatal(err)
			}
			n = len(p.Between(0, time.Hour, 2000).Encode())
		}
		b.ReportMetric(float64(n), "bytes")
	})
	b.Run("listen", func(b *testing.B) { // the whole of it, as a browser does
		p := make([]byte, 32<<10)
		for b.Loop() {
			a, err := s.Open(b.Context(), "call")
			if err != nil {
				b.Fatal(err)
			}
			b.SetBytes(a.Size())
			for err == nil {
				_, err = a.Read(p)
			}
			if err != io.EOF {
				b.Fatal(err)
			}
			a.Close()
		}
	})
	b.Run("compute", func(b *testing.B) { // what reading stored ones saves
		for b.Loop() {
			a, err := s.Open(b.Context(), "call")
			if err != nil {
				b.Fatal(err)
			}
			if _, err := computePeaks(a); err != nil {
				b.Fatal(err)
			}
			a.Close()
		}
	})
	b.Run("sound", func(b *testing.B) { // 64 KiB from the middle
		p := make([]byte, 64<<10)
		for b.Loop() {
			a, err := s.Open(b.Context(), "call")
			if err != nil {
				b.Fatal(err)
			}
			if _, err := a.Seek(a.Size()/2, io.SeekStart); err != nil {
				b.Fatal(err)
			}
			if _, err := io.ReadFull(a, p); err != nil {
				b.Fatal(err)
			}
			a.Close()
		}
	})
}
