package ingest

import (
	"fmt"
	"slices"
	"strings"

	"github.com/earshot/earshot/schemas"
)

// pcapLeg is the streams that make up one leg, one after the other: a switch that plays hold music begins a new SSRC
// on the same ports.
type pcapLeg struct {
	leg     schemas.Leg
	streams []RTPStream
}

func (l *pcapLeg) has(ssrc uint32) bool {
	return slices.ContainsFunc(l.streams, func(s RTPStream) bool { return s.SSRC == ssrc })
}

// joinStreams joins streams between the same ports that do not overlap in time.
func joinStreams(streams []RTPStream) []pcapLeg {
	var found []pcapLeg
	for _, s := range streams {
		i := slices.IndexFunc(found, func(l pcapLeg) bool {
			last := l.streams[len(l.streams)-1]
			return last.Src == s.Src && last.Dst == s.Dst && !s.First.Before(last.Last.Add(-defaultTail))
		})
		if i >= 0 {
			found[i].streams = append(found[i].streams, s)
		} else {
			found = append(found, pcapLeg{streams: []RTPStream{s}})
		}
	}
	return found
}

// legs settles which streams are the agent's and which the customer's: as named by SSRC, or else by order.
func (p *Pcap) legs() ([]pcapLeg, error) {
	all := joinStreams(p.Streams)
	if p.opts.AgentSSRC != 0 || p.opts.CustomerSSRC != 0 {
		return p.namedLegs(all)
	}
	channels := p.rec.Channels
	if len(channels) == 0 {
		channels = p.opts.Channels
	}
	if len(channels) == 0 {
		channels = []schemas.Leg{schemas.Leg_LEG_AGENT, schemas.Leg_LEG_CUSTOMER}
	}
	if err := checkChannels(channels); err != nil {
		return nil, err
	}
	switch {
	case len(all) > 2:
		return nil, fmt.Errorf("%d streams that may be legs: choose two of them with --agent-ssrc and --customer-ssrc%s", len(all), p.list())
	case len(all) > len(channels):
		return nil, fmt.Errorf("channels name %d (%s), the capture has %d streams: expected as many%s", len(channels), legList(channels), len(all), p.list())
	}
	for i := range all {
		all[i].leg = channels[i]
	}
	return all, nil
}

// namedLegs needs both names only where more than two streams leave a choice; with one name there, the call has one leg.
func (p *Pcap) namedLegs(all []pcapLeg) ([]pcapLeg, error) {
	for _, named := range []struct {
		leg  schemas.Leg
		ssrc uint32
		flag string
	}{
		{schemas.Leg_LEG_AGENT, p.opts.AgentSSRC, "--agent-ssrc"},
		{schemas.Leg_LEG_CUSTOMER, p.opts.CustomerSSRC, "--customer-ssrc"},
	} {
		if named.ssrc == 0 {
			continue
		}
		i := slices.IndexFunc(all, func(l pcapLeg) bool { return l.has(named.ssrc) })
		switch {
		case i < 0:
			return nil, fmt.Errorf("%s %d: no such stream, expected one of%s", named.flag, named.ssrc, p.list())
		case all[i].leg != schemas.Leg_LEG_UNSPECIFIED:
			return nil, fmt.Errorf("%s %d: already the other leg's stream, expected another of%s", named.flag, named.ssrc, p.list())
		}
		all[i].leg = named.leg
	}
	if len(all) == 2 {
		for i := range all {
			if all[i].leg == schemas.Leg_LEG_UNSPECIFIED {
				all[i].leg = schemas.Leg_LEG_AGENT + schemas.Leg_LEG_CUSTOMER - all[1-i].leg
			}
		}
	}
	return slices.DeleteFunc(all, func(l pcapLeg) bool { return l.leg == schemas.Leg_LEG_UNSPECIFIED }), nil
}

// list is the streams to choose from, one a line.
func (p *Pcap) list() string {
	var b strings.Builder
	for i := range p.Streams {
		b.WriteString("\n  ")
		b.WriteString(p.Streams[i].String())
	}
	return b.String()
}

// announce makes the streams of a CallStart: each payload type whose meaning is known.
func (p *Pcap) announce(legs []pcapLeg) ([]*schemas.Stream, error) {
	finder := newStreamFinder(p.opts.Codecs)
	var announced []*schemas.Stream
	for _, l := range legs {
		for i := range l.streams {
			s := &l.streams[i]
			if s.Codec == schemas.Codec_CODEC_UNSPECIFIED {
				return nil, fmt.Errorf("payload type %d has no codec that is known here: expected 0 (PCMU), 8 (PCMA), or its codec to be named%s", s.PayloadType, p.list())
			}
			for pt := range uint8(128) {
				count := s.payloads[pt]
				if count == nil {
					continue
				}
				id := finder.codec(pt)
				if id == schemas.Codec_CODEC_UNSPECIFIED && count.events && pt != s.PayloadType {
					id = schemas.Codec_CODEC_TELEPHONE_EVENT // dynamic, and four bytes in each packet: nothing else is like that
				}
				if id != schemas.Codec_CODEC_UNSPECIFIED {
					announced = append(announced, &schemas.Stream{
						Leg: l.leg, Ssrc: s.SSRC, PayloadType: uint32(pt), Codec: id, ClockRate: p.opts.Codecs[pt].ClockRate,
					})
				}
			}
		}
	}
	return announced, nil
}
