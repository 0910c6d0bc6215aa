package store

import (
	"strings"
	"testing"
)

// Bytes grows with what rows hold, however often it is asked, and begins anew after Reset.
func TestBatchBytes(t *testing.T) {
	b := &Batch{Segments: []SegmentRow{{CallID: "a"}}}
	one := b.Bytes()
	if one < segmentBytes || b.Bytes() != one {
		t.Errorf("one segment takes %d bytes, asked again %d", one, b.Bytes())
	}
	long := strings.Repeat("x", 1<<20)
	b.Segments = append(b.Segments, SegmentRow{CallID: "a", AgentID: long})
	b.Flags = append(b.Flags, FlagRow{Customer: long})
	b.Calls = append(b.Calls, CallRow{NotAssessable: []NotAssessable{{ReasonZH: long}}})
	if got := b.Bytes(); got < one+3<<20 || got > one+3<<20+4096 {
		t.Errorf("three rows with a text of 1 MiB each take %d bytes", got)
	}
	b.DropFlags()
	if got := b.Bytes(); got < one+2<<20 || got > one+2<<20+4096 || len(b.Flags) != 0 {
		t.Errorf("without the flag, %d rows with a text of 1 MiB each take %d bytes", b.Len()-1, got)
	}
	b.Reset()
	if b.Bytes() != 0 {
		t.Errorf("an empty batch takes %d bytes", b.Bytes())
	}
}
