package main

import (
	"errors"
	"fmt"

	"google.golang.org/protobuf/proto"

	"github.com/earshot/earshot/analyzers"
	"github.com/earshot/earshot/ingest"
	"github.com/earshot/earshot/pipeline"
	"github.com/earshot/earshot/pipeline/rulebook"
	"github.com/earshot/earshot/schemas"
)

// capture analyses a pcap as the live call it was: its packets take the way that records from Kafka take.
func (c *analyzeCmd) capture(s *streams, a *pipeline.Analysis, book *rulebook.Rulebook, file string, channels []schemas.Leg, out pipeline.Outlet, segments *[]analyzers.Segment) (*report, error) {
	pcap, err := ingest.ReadPcap(file, ingest.PcapOptions{AgentSSRC: c.AgentSSRC, CustomerSSRC: c.CustomerSSRC, Channels: channels})
	if err != nil {
		return nil, err
	}
	for _, w := range pcap.Warnings {
		fmt.Fprintf(s.err, "earshot: %s: %s\n", file, w)
	}
	records, err := pcap.Records()
	if err != nil {
		return nil, err
	}
	call := ingest.NewCall()
	var record ingest.Record
	var info ingest.Info
	var end ingest.Ending
	for m, err := range records {
		if err != nil {
			return nil, err
		}
		wire, err := proto.Marshal(m)
		if err != nil {
			return nil, fmt.Errorf("cannot analyse %s: %w", file, err)
		}
		if err := record.Decode(wire); err != nil {
			return nil, fmt.Errorf("cannot analyse %s: %w", file, err)
		}
		switch record.Body {
		case ingest.StartBody:
			if info, err = call.Begin(&record, a); err == nil {
				a.Begin(info, out)
			}
		case ingest.MediaBody:
			err = call.Media(&record)
		case ingest.EventBody:
			err = call.Event(&record)
		case ingest.EndBody:
			end = call.End(&record)
		}
		var packet *ingest.PacketError
		if errors.As(err, &packet) { // the other packets are used
			fmt.Fprintf(s.err, "earshot: %s: %v\n", file, err)
		} else if err != nil {
			return nil, fmt.Errorf("cannot analyse %s: %w", file, err)
		}
	}
	v := a.End(end)
	r := newReport(file, info, end, byStart(*segments), v, book)
	r.Quality = transport(call, info)
	return r, nil
}

// transport is the loss over all legs and the worst leg's jitter.
func transport(call *ingest.Call, info ingest.Info) *reportQuality {
	var lost, expected uint64
	var jitter float64
	for _, leg := range info.Legs {
		s := call.Stats(leg)
		lost += s.Lost
		expected += s.Packets + s.Lost - s.Late
		jitter = max(jitter, float64(s.Jitter.Microseconds())/1000)
	}
	q := &reportQuality{JitterMS: &jitter}
	if expected > 0 {
		loss := round(float64(lost) / float64(expected))
		q.Loss = &loss
	}
	return q
}
