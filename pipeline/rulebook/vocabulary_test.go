package rulebook_test

import (
	"strings"
	"testing"

	"github.com/earshot/earshot/analyzers"
	"github.com/earshot/earshot/pipeline/rulebook"
	"github.com/earshot/earshot/schemas"
)

// vocabulary is what the analyzers emit, as far as rules see it.
func vocabulary() []analyzers.KindDoc {
	kind := func(name, value, measures string, sources ...string) analyzers.KindDoc {
		d := analyzers.KindDoc{Kind: name, Value: value, Measures: map[string]string{}, Sources: sources}
		for _, m := range strings.Fields(measures) {
			d.Measures[m] = "s"
		}
		return d
	}
	return []analyzers.KindDoc{
		kind("speech", "dBov", "level floor snr"),
		kind("hold", "s", "music signal agent_speech speech_before before speech_after after index", "music", "signal", "both"),
		kind("silence", "s", "agent_last customer_last agent_next customer_next muted"),
		kind("response", "s", "spoke"),
		kind("raised", "dB", "tilt_rise pitch_rise held"),
		kind("overlap", "s", "agent_yielded customer_yielded"),
		kind("interruption", "s", ""),
		kind("quarrel", "s", "turns"),
		kind("hangup", "s", "since_customer since_agent agent_last customer_last cut"),
		kind("departed", "s", ""),
		kind("ring", "s", "rings hz on off answered", "tone", "signal", "both"),
		kind("tempo", "syllables/min", "syllables speech fastest slowest snr"),
		kind("noise", "dB", "level speech_level snr seconds speech"),
		kind("swapped", "s", "waits contradicted customer_first agent_music"),
	}
}

// shipped loads the rulebook that Earshot comes with.
func shipped(t testing.TB, profile string) *rulebook.Rulebook {
	t.Helper()
	return load(t, string(schemas.Rulebook), profile)
}

func load(t testing.TB, text, profile string) *rulebook.Rulebook {
	t.Helper()
	b, err := rulebook.Load("rulebook.yaml", []byte(text), profile, vocabulary())
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// oneRule is a rulebook with one rule; tests replace lines of it.
const oneRule = `needs:
  two-legs:
    that: call.legs == 2
    reason: {en: mono recording, zh: 单声道录音}
rules:
  - id: long-hold
    title: {zh: 保持超时, en: Hold too long}
    about: {zh: 说明, en: Explained}
    clause: D16.三.11
    basis: regulation
    on: hold
    needs: [two-legs]
    when: it.leg == 'agent'
    measure: it.duration
    above: 120
    unless: overlaps(it, 'departed')
    points: 5
    class: serious
profiles:
  strict:
    long-hold: {above: 60}
`
