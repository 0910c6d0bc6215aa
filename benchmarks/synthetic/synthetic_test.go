package synthetic

import (
	"bytes"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/earshot/earshot/ingest"
)

// A file that lasts longer than its period goes on with the same samples, and says its own length.
func TestWAVRepeatsItsPeriod(t *testing.T) {
	long := Call(Typical).WAV(period + 30*time.Second)
	path := filepath.Join(t.TempDir(), "long.wav")
	if err := os.WriteFile(path, long, 0o600); err != nil {
		t.Fatal(err)
	}
	rec, err := ingest.OpenFile(path, nil)
	if err != nil {
		t.Fatal(err)
	}
	defer rec.Close()
	if rec.Duration() != period+30*time.Second {
		t.Errorf("lasts %v, expected %v", rec.Duration(), period+30*time.Second)
	}
	again := 44 + samples(period)*4
	if tail := long[again:]; !bytes.Equal(tail, long[44:44+len(tail)]) {
		t.Error("the period does not repeat")
	}
}

// A capture holds both legs, packet by packet, as a call that earshot can read.
func TestCaptureHoldsBothLegs(t *testing.T) {
	capture, err := Call(Worst).Capture(3 * time.Second)
	if err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(t.TempDir(), "call.pcap")
	if err := os.WriteFile(path, capture, 0o600); err != nil {
		t.Fatal(err)
	}
	pcap, err := ingest.ReadPcap(path, ingest.PcapOptions{AgentSSRC: 1, CustomerSSRC: 2})
	if err != nil {
		t.Fatal(err)
	}
	records, err := pcap.Records()
	if err != nil {
		t.Fatal(err)
	}
	packets := map[string]int{}
	for r, err := range records {
		if err != nil {
			t.Fatal(err)
		}
		packets[r.GetMedia().GetLeg().Name()] += len(r.GetMedia().GetPackets())
	}
	if packets["agent"] != 150 || packets["customer"] != 150 {
		t.Errorf("packets by leg: %v, expected 150 each", packets)
	}
}
