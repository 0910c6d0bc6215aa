package ingest

import (
	"context"
	"errors"
	"fmt"
	"io"
	"time"

	"github.com/earshot/earshot/schemas"
)

// recordedLeg is one channel on its way into ticks.
type recordedLeg struct {
	leg       schemas.Leg
	channel   int
	resampler *resampler
	pending   []float32 // 8 kHz audio that is in no tick yet
}

// playback is one run of a recording.
type playback struct {
	*RecordingReader
	sink   Sink
	index  int // of the next tick
	events []*schemas.CallEvent
	audio  []Audio // the tick's
}

// Run plays the whole recording into the sink, once. The last tick is filled up with its last sample; the Ending has the
// exact length. A channel that is silent throughout is open all the same: the recorder was there.
// It allocates nothing per tick.
func (r *RecordingReader) Run(ctx context.Context, sink Sink) (Ending, error) {
	if r.played {
		return Ending{}, fmt.Errorf("cannot play %s: it has been played", r.name)
	}
	r.played = true
	p := &playback{RecordingReader: r, sink: sink, events: r.rec.Events, audio: make([]Audio, len(r.legs))}
	for i := range r.legs {
		p.audio[i] = Audio{Leg: r.legs[i].leg, Open: true}
		r.legs[i].pending = make([]float32, 0, wavBlock+2*TickSamples)
	}
	for {
		if err := ctx.Err(); err != nil {
			return Ending{}, fmt.Errorf("cannot play %s: %w", r.name, err)
		}
		channels, err := r.wav.next()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return Ending{}, fmt.Errorf("cannot play %s: %w", r.name, err)
		}
		for i := range r.legs {
			l := &r.legs[i]
			l.pending = l.resampler.Write(l.pending, channels[l.channel])
		}
		p.ticks()
	}
	p.finish()
	return Ending{At: r.Duration(), By: r.rec.EndedBy}, nil
}

// ticks hands over what is pending in whole ticks, and keeps the rest.
func (p *playback) ticks() {
	whole := len(p.legs[0].pending) / TickSamples * TickSamples // the legs go through equal filters: all have as much
	for at := 0; at < whole; at += TickSamples {
		for i := range p.legs {
			p.audio[i].PCM = p.legs[i].pending[at : at+TickSamples]
		}
		p.eventsUntilTick()
		p.sink.Tick(p.index, p.audio)
		p.index++
	}
	for i := range p.legs {
		l := &p.legs[i]
		l.pending = l.pending[:copy(l.pending, l.pending[whole:])]
	}
}

// eventsUntilTick sends the events at or before the beginning of the next tick.
func (p *playback) eventsUntilTick() {
	for len(p.events) > 0 {
		e := p.events[0]
		at := e.Offset.AsDuration()
		if at > time.Duration(p.index)*TickDuration {
			return
		}
		p.sink.Event(Event{Kind: e.Kind, By: e.By, At: at})
		p.events = p.events[1:]
	}
}

func (p *playback) finish() {
	for i := range p.legs {
		l := &p.legs[i]
		l.pending = l.resampler.Flush(l.pending)
		for len(l.pending)%TickSamples != 0 {
			// As it was last, so that a leg that carries nothing (in A-law that is a constant other than 0) goes on so.
			l.pending = append(l.pending, l.pending[len(l.pending)-1])
		}
	}
	p.ticks()
	for _, e := range p.events {
		p.sink.Event(Event{Kind: e.Kind, By: e.By, At: min(e.Offset.AsDuration(), p.Duration())})
	}
}
