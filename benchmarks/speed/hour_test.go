// Package speed measures how fast Earshot judges audio.
package speed

import (
	"context"
	"syscall"
	"testing"
	"time"

	"github.com/earshot/earshot/analyzers"
	"github.com/earshot/earshot/benchmarks/synthetic"
	"github.com/earshot/earshot/ingest"
	"github.com/earshot/earshot/pipeline"
	"github.com/earshot/earshot/pipeline/rulebook"
	"github.com/earshot/earshot/schemas"
)

// BenchmarkHour judges an hour of two-channel audio of 8 kHz, from the WAV file's bytes to the verdict, on one core:
// both legs talk 40 % of the time, 8 % is hold music, and the noise floor is real. It reports how many times faster
// than real time that is, and as x-leg-core how many times for one leg by the processor's time.
func BenchmarkHour(b *testing.B) { judge(b, synthetic.Typical) }

// BenchmarkHourWorst is the same with music and speech on both legs throughout.
func BenchmarkHourWorst(b *testing.B) { judge(b, synthetic.Worst) }

func judge(b *testing.B, call synthetic.Call) {
	hour := call.WAV(time.Hour)
	book, err := rulebook.Load("rulebook.yaml", schemas.Rulebook, "", analyzers.Vocabulary())
	if err != nil {
		b.Fatal(err)
	}
	a := pipeline.NewAnalysis(book)
	segments := 0
	b.SetBytes(int64(len(hour)))
	b.ReportAllocs()
	var length time.Duration
	began := cpuTime()
	for b.Loop() {
		rec, err := ingest.OpenRecording(&schemas.Recording{CallId: "hour", Audio: &schemas.Recording_Uri{Uri: "file://" + file(b, hour)}},
			ingest.RecordingOptions{Roots: []string{dir(b)}})
		if err != nil {
			b.Fatal(err)
		}
		a.Begin(rec.Info(), pipeline.Outlet{Segment: func(analyzers.Segment) { segments++ }})
		end, err := rec.Run(context.Background(), a)
		if err != nil {
			b.Fatal(err)
		}
		a.End(end)
		rec.Close()
		length = end.At
	}
	if segments == 0 {
		b.Fatal("no segment in an hour: the benchmark measures nothing")
	}
	audio := length.Seconds() * float64(b.N)
	b.ReportMetric(audio/b.Elapsed().Seconds(), "x-realtime")
	b.ReportMetric(2*audio/(cpuTime()-began).Seconds(), "x-leg-core")
}

// cpuTime is what the process has had of all cores: on a machine that others use too, time passes that it does not have.
func cpuTime() time.Duration {
	var u syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &u); err != nil {
		panic(err) // it has no cause to fail
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}
