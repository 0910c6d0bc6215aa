package pipeline

import (
	"github.com/earshot/earshot/analyzers"
	"github.com/earshot/earshot/ingest"
	"github.com/earshot/earshot/pipeline/rulebook"
	"github.com/earshot/earshot/schemas"
)

// Outlet takes what an Analysis says while the call goes on.
type Outlet struct {
	// Segment takes every segment that has ended.
	Segment func(analyzers.Segment)
	// Flag takes flags raised while the call goes on. They are not final.
	Flag func(rulebook.Flag)
}

// Analysis measures and judges one call: it is the Sink that a live call or a recording plays into. It is reused for
// call after call; Begin makes it as new.
type Analysis struct {
	session *analyzers.Session
	book    *rulebook.Rulebook
	judge   *rulebook.Judge
	out     Outlet
	info    ingest.Info
	inputs  [2]analyzers.Input
	speech  [2]float64 // seconds by leg, in the order of info.Legs
	// What the switch said of the answer: ringing without an answer leaves it unknown.
	rang, answered bool
	events         []ingest.Event // the first mostEvents
	wiring         wiring
}

// mostEvents is how many events of the switch a call keeps: none has so many, and a switch gone mad must not fill the
// memory.
const mostEvents = 200

// NewAnalysis returns an Analysis that judges by the rulebook.
func NewAnalysis(book *rulebook.Rulebook) *Analysis {
	return NewAnalysisWith(book, analyzers.NewSession())
}

// NewAnalysisWith is NewAnalysis on a session of the caller's, which must hear nothing else.
func NewAnalysisWith(book *rulebook.Rulebook, session *analyzers.Session) *Analysis {
	return &Analysis{session: session, book: book, judge: book.NewJudge("")}
}

// Begin starts a call.
func (a *Analysis) Begin(info ingest.Info, out Outlet) {
	a.info, a.out = info, out
	a.rang, a.answered, a.wiring = false, false, newWiring()
	a.speech, a.events = [2]float64{}, a.events[:0]
	a.judge.Reset(info.CallID)
	a.session.Begin(info.Legs, a.segment)
}

// Tick is ingest.Sink's.
func (a *Analysis) Tick(_ int, legs []ingest.Audio) {
	for i := range legs {
		l := &legs[i]
		a.inputs[i] = analyzers.Input{Leg: l.Leg, PCM: l.PCM, Lost: l.Lost, Open: l.Open, Tone: l.Tone, Comfort: l.Comfort}
	}
	a.session.Tick(a.inputs[:len(legs)])
}

// Event is ingest.Sink's.
func (a *Analysis) Event(e ingest.Event) {
	switch e.Kind {
	case schemas.Kind_KIND_RINGING:
		a.rang = true
	case schemas.Kind_KIND_ANSWERED:
		a.answered = true
	}
	if len(a.events) < mostEvents {
		a.events = append(a.events, e)
	}
	a.session.Event(analyzers.Event{Kind: e.Kind, By: e.By, At: e.At})
}

func (a *Analysis) segment(s analyzers.Segment) {
	for _, f := range a.judge.Segment(&s) {
		if a.out.Flag != nil {
			a.out.Flag(f)
		}
	}
	if s.Open {
		return
	}
	a.wiring.segment(&s)
	if s.Kind == "speech" {
		for i, leg := range a.info.Legs {
			if leg == s.Leg {
				a.speech[i] += s.Duration().Seconds()
			}
		}
	}
	if a.out.Segment != nil {
		a.out.Segment(s)
	}
}

// End closes every segment and judges the call as a whole.
func (a *Analysis) End(end ingest.Ending) rulebook.Verdict {
	a.session.End(analyzers.Ending{At: end.At, By: end.By})
	return a.judge.End(rulebook.Call{
		Legs:        len(a.info.Legs),
		Mono:        len(a.info.Legs) == 1,
		Duration:    end.At,
		EndedBy:     end.By,
		AnswerKnown: a.answered || !a.rang,
		Direction:   a.info.Direction,
		Swapped:     a.wiring.swapped(a.info.Direction),
	})
}

// Speech is how long each of the call's legs has spoken, in seconds.
func (a *Analysis) Speech() [2]float64 { return a.speech }

// Events is what the switch has told of the call, in order. It is kept until the next Begin.
func (a *Analysis) Events() []ingest.Event { return a.events }
