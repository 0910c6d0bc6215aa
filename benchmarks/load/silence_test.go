//go:build load

package load

import (
	"errors"
	"testing"
	"time"

	"github.com/earshot/earshot/analyzers"
	"github.com/earshot/earshot/benchmarks/livecalls"
	"github.com/earshot/earshot/ingest"
	"github.com/earshot/earshot/pipeline"
	"github.com/earshot/earshot/pipeline/rulebook"
	"github.com/earshot/earshot/schemas"
)

// silence is a template's dead air, from its start: when it begins, and when it is as long as the rule allows.
type silence struct{ begins, broken time.Duration }

// speaks is how long before a silence somebody must have joined for it to be sure that it is heard as one.
const speaks = 5 * time.Second

// fact is when dead air is one in a call that began at a time with the template's media from a time of it on. It is zero if there is
// none, or if the call may have joined when it was silent already.
func (s silence) fact(began time.Time, from time.Duration) time.Time {
	if s.broken == 0 || from > s.begins-speaks {
		return time.Time{}
	}
	return began.Add(s.broken - from)
}

// listen finds the silence that is flagged while a call goes on that nothing holds up.
func listen(t *livecalls.Template) (s silence, err error) {
	book, err := rulebook.Load("schemas/rulebook.yaml", schemas.Rulebook, "", analyzers.Vocabulary())
	if err != nil {
		return s, err
	}
	call, analysis, sent := ingest.NewCall(), pipeline.NewAnalysis(book), t.Begin("listened to", time.Unix(0, 0), 0)
	var r ingest.Record
	var value []byte
	for !sent.Over() {
		value = sent.Append(value[:0])
		if err := r.Decode(value); err != nil {
			return s, err
		}
		switch r.Body {
		case ingest.StartBody:
			info, err := call.Begin(&r, analysis)
			if err != nil {
				return s, err
			}
			analysis.Begin(info, pipeline.Outlet{Segment: func(analyzers.Segment) {}, Flag: func(f rulebook.Flag) {
				if f.Rule == "dead-air" && s.broken == 0 {
					s = silence{f.Start, f.Start + time.Duration(f.Limit*float64(time.Second))}
				}
			}})
		case ingest.MediaBody:
			if err := call.Media(&r); err != nil && !errors.As(err, new(*ingest.PacketError)) {
				return s, err
			}
		case ingest.EventBody:
			if err := call.Event(&r); err != nil {
				return s, err
			}
		}
	}
	return s, nil
}

// A flag that never came is missing, and late; one that came late is late; one that nobody can expect is neither.
func TestAFlagThatNeverCame(t *testing.T) {
	s := silence{begins: 20 * time.Second, broken: 40 * time.Second}
	now := time.Now()
	began := now.Add(-60 * time.Second)
	f := &flags{calls: map[string]*told{}}
	f.begins("came", began, s.fact(began, 0))
	f.calls["came"].open["dead-air"] = raised{began.Add(s.broken), began.Add(s.broken + 3*time.Second)}
	f.begins("never came", began, s.fact(began, 0))
	f.begins("joined, never came", began, s.fact(began, 10*time.Second))
	f.begins("joined in silence", began, s.fact(began, 16*time.Second))
	f.begins("has none", began, silence{}.fact(began, 0))
	f.begins("is not due", now, s.fact(now, 0))
	live, final, missing := f.between(began, now)
	if missing != 2 || len(live) != 3 || len(final) != 0 {
		t.Fatalf("%d are missing of %v and %v, expected 2 of 3", missing, live, final)
	}
	if most := percentile(live, 1); most < 30 {
		t.Errorf("the latest is %.1f s late, expected the one that should have come 30 s ago", most)
	}
	if live, _, missing := f.between(began, began.Add(35*time.Second)); missing != 1 || len(live) != 1 {
		t.Errorf("%d are missing of %v in the first 35 s, expected one", missing, live)
	}
}
