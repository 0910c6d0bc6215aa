package publisher

import (
	"iter"

	"github.com/earshot/earshot/ingest"
	"github.com/earshot/earshot/schemas"
)

// Capture makes a live call of a pcap or pcapng file, with the packets, codecs and times that are in it. The second
// result is what of the file could not be used.
func Capture(file string, o Options) (iter.Seq2[*schemas.CallRecord, error], []string, error) {
	p, err := ingest.ReadPcap(file, ingest.PcapOptions{AgentSSRC: o.AgentSSRC, CustomerSSRC: o.CustomerSSRC, Channels: o.Channels})
	if err != nil {
		return nil, nil, err
	}
	records, err := p.Records()
	if err != nil {
		return nil, nil, err
	}
	return func(yield func(*schemas.CallRecord, error) bool) {
		for r, err := range records {
			if r != nil {
				r.CallId += o.Suffix
			}
			if !yield(r, err) {
				return
			}
		}
	}, p.Warnings, nil
}
