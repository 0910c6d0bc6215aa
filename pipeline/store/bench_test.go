package store

import (
	"context"
	"fmt"
	"testing"
	"time"
)

// BenchmarkWrite writes batches as a worker does: a call, its 30 segments and 2 flags.
func BenchmarkWrite(b *testing.B) {
	for _, calls := range []int{1, 33, 330, 3300} {
		b.Run(fmt.Sprintf("rows=%d", 33*calls), func(b *testing.B) {
			s, _ := open(b)
			var batch Batch
			for i := range calls {
				fillCall(&batch, i)
			}
			b.ReportAllocs()
			n := 0
			for b.Loop() {
				n++
				if err := s.Write(context.Background(), &batch); err != nil {
					b.Fatal(err)
				}
			}
			b.ReportMetric(float64(n*batch.Len())/b.Elapsed().Seconds(), "rows/s")
		})
	}
}

func fillCall(b *Batch, i int) {
	example := exampleBatch()
	id := fmt.Sprintf("call-%06d", i)
	begin := start.Add(time.Duration(i) * time.Second)
	call := example.Calls[0]
	call.CallID, call.StartedAt, call.AgentID = id, begin, fmt.Sprintf("A%d", i%200)
	b.Calls = append(b.Calls, call)
	for j := range 30 {
		segment := example.Segments[0]
		segment.CallID, segment.StartedAt, segment.Start = id, begin, float64(j)
		b.Segments = append(b.Segments, segment)
	}
	for j := range 2 {
		flag := example.Flags[0]
		flag.FlagID, flag.CallID, flag.StartedAt = fmt.Sprintf("%s-%d", id, j), id, begin
		b.Flags = append(b.Flags, flag)
	}
}
