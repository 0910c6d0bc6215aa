package main

import (
	"math"

	"github.com/earshot/earshot/analyzers"
	"github.com/earshot/earshot/ingest"
	"github.com/earshot/earshot/pipeline/rulebook"
)

// report is what `analyze --json` prints of a call: one line each. Its form is a contract. Times are seconds from the
// call's start.
type report struct {
	CallID        string                `json:"call_id"`
	File          string                `json:"file"`
	Error         string                `json:"error,omitempty"`
	Duration      float64               `json:"duration"`
	Legs          []string              `json:"legs"`
	EndedBy       string                `json:"ended_by,omitempty"`
	Segments      []reportSegment       `json:"segments"`
	Flags         []reportFlag          `json:"flags"`
	NotAssessable []reportNotAssessable `json:"not_assessable"`
	Score         *reportScore          `json:"score,omitempty"`
	Quality       *reportQuality        `json:"quality,omitempty"`
	Rulebook      string                `json:"rulebook,omitempty"`
}

type reportSegment struct {
	Kind       string             `json:"kind"`
	Leg        string             `json:"leg,omitempty"`
	Start      float64            `json:"start"`
	End        float64            `json:"end"`
	Source     string             `json:"source,omitempty"`
	Value      float64            `json:"value"`
	Confidence float64            `json:"confidence"`
	Measures   map[string]float64 `json:"measures"`
}

type reportFlag struct {
	FlagID     string  `json:"flag_id"`
	Rule       string  `json:"rule"`
	Leg        string  `json:"leg,omitempty"`
	Start      float64 `json:"start"`
	End        float64 `json:"end"`
	Measured   float64 `json:"measured"`
	Limit      float64 `json:"limit"`
	Margin     float64 `json:"margin"`
	Comparison string  `json:"comparison"`
	Points     float64 `json:"points"`
	Class      string  `json:"class"`
	Clause     string  `json:"clause"`
	State      string  `json:"state"`
	Reason     string  `json:"reason,omitempty"`
	Confidence float64 `json:"confidence"`
}

type reportNotAssessable struct {
	Rule     string `json:"rule"`
	Reason   string `json:"reason"`
	ReasonZH string `json:"reason_zh"`
}

type reportScore struct {
	Points float64 `json:"points"`
	Score  float64 `json:"score"`
}

// reportQuality is what the transport did. A recording says nothing of it: its values are null.
type reportQuality struct {
	MOS      *float64 `json:"mos"`
	Loss     *float64 `json:"loss"`
	JitterMS *float64 `json:"jitter_ms"`
}

// failed is the report of a file that could not be analysed.
func failed(file string, err error) *report {
	return &report{CallID: ingest.BaseName(file), File: file, Error: err.Error(),
		Legs: []string{}, Segments: []reportSegment{}, Flags: []reportFlag{}, NotAssessable: []reportNotAssessable{}}
}

func newReport(file string, info ingest.Info, end ingest.Ending, segments []analyzers.Segment, v rulebook.Verdict, book *rulebook.Rulebook) *report {
	r := failed(file, errNone)
	r.Error = ""
	r.CallID, r.Duration, r.EndedBy = info.CallID, round(end.At.Seconds()), end.By.Name()
	r.Rulebook = book.Version()
	for _, l := range info.Legs {
		r.Legs = append(r.Legs, l.Name())
	}
	for i := range segments {
		r.Segments = append(r.Segments, segmentReport(&segments[i]))
	}
	for i := range v.Flags {
		if f := &v.Flags[i]; f.State != rulebook.Withdrawn {
			r.Flags = append(r.Flags, flagReport(f))
		}
	}
	for _, n := range v.NotAssessable {
		r.NotAssessable = append(r.NotAssessable, reportNotAssessable{n.Rule, n.Reason, n.ReasonZH})
	}
	r.Score = &reportScore{Points: v.Points, Score: v.Score}
	r.Quality = &reportQuality{}
	return r
}

func segmentReport(s *analyzers.Segment) reportSegment {
	r := reportSegment{
		Kind: s.Kind, Leg: s.Leg.Name(), Start: round(s.Start.Seconds()), End: round(s.End.Seconds()),
		Source: s.Source, Value: round(s.Value), Confidence: round(s.Confidence),
		Measures: map[string]float64{"duration": round(s.Duration().Seconds())},
	}
	for _, m := range s.Measures() {
		r.Measures[m.Name] = round(m.Value)
	}
	return r
}

func flagReport(f *rulebook.Flag) reportFlag {
	return reportFlag{
		FlagID: f.ID, Rule: f.Rule, Leg: f.Leg, Start: round(f.Start.Seconds()), End: round(f.End.Seconds()),
		Measured: round(f.Measured), Limit: f.Limit, Margin: round(f.Margin), Comparison: f.Comparison,
		Points: f.Points, Class: string(f.Class), Clause: f.Clause, State: string(f.State), Reason: f.Reason,
		Confidence: round(f.Confidence),
	}
}

// round keeps milliseconds and thousandths of a dB: more is not measured.
func round(v float64) float64 { return math.Round(v*1000) / 1000 }
