package voice_test

import (
	"bytes"
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/earshot/earshot/analyzers/dsp"
	"github.com/earshot/earshot/analyzers/voice"
)

// model is of voices whose parts differ in where the spectrum's top is.
func model(t *testing.T) *voice.Model {
	t.Helper()
	m := &voice.Model{Weigh: [1 + voice.NumTraits]float32{2, 2, -4, -1, 0}}
	for k := range voice.Parts {
		m.Weight[k] = -3
		var levels voice.Bands
		for i := range levels {
			levels[i] = float32(-2 * max(i-2*k, 2*k-i))
		}
		m.Mean[k] = voice.Shape(&levels)
		for i := range dsp.NumBands {
			m.Variance[k][i] = 25
		}
	}
	if err := m.Prepare(); err != nil {
		t.Fatal(err)
	}
	return m
}

// speaker says frames: the model's parts, with what is the speaker's own.
type speaker struct {
	own   voice.Bands
	pitch float32
	r     *rand.Rand
}

func newSpeaker(seed uint64, pitch float32) *speaker {
	s := &speaker{pitch: pitch, r: rand.New(rand.NewPCG(seed, 1))}
	for i := range s.own {
		s.own[i] = float32(5 * s.r.NormFloat64())
	}
	return s
}

func (s *speaker) frame(m *voice.Model) (voice.Bands, float32) {
	bands := m.Mean[s.r.IntN(voice.Parts)]
	gain := float32(-40 + 6*s.r.NormFloat64())
	for i := range bands {
		bands[i] += s.own[i] + gain + float32(2*s.r.NormFloat64())
	}
	return bands, s.pitch * float32(1+0.1*s.r.NormFloat64())
}

func TestSameSpeakerIsLikelierThanAnother(t *testing.T) {
	m := model(t)
	agent := newSpeaker(1, 120)
	var p voice.Print
	for range 400 {
		bands, pitch := agent.frame(m)
		p.Add(m, &bands, pitch)
	}
	known := m.Speaker(&p)
	music := voice.Bands{}
	for i := range music {
		music[i] = dsp.Power(-48) // covers what is soft
	}
	likely := func(s *speaker) float32 {
		var e, half voice.Evidence
		for i := range 100 {
			bands, pitch := s.frame(m)
			if i < 50 {
				e.Add(m, &known, &bands, &music, pitch)
			} else {
				half.Add(m, &known, &bands, &music, pitch)
			}
		}
		e.Join(&half)
		l, ok := m.Same(&known, &e)
		if !ok {
			t.Fatal("2 s of a voice over music were not enough to tell, expected them to be")
		}
		return l
	}
	same := likely(agent)
	for seed := range uint64(10) {
		if other := likely(newSpeaker(seed+10, 200)); other >= 0.5 || other >= same {
			t.Errorf("another speaker is the agent with %.2f, the agent with %.2f; expected less than that and than 0.5", other, same)
		}
	}
	if same <= 0.5 {
		t.Errorf("the agent is the agent with %.2f, expected more than 0.5", same)
	}
}

func TestNobodyIsKnownFromTooLittle(t *testing.T) {
	m := model(t)
	agent := newSpeaker(1, 120)
	var p voice.Print
	var e voice.Evidence
	add := func(n int) {
		for range n {
			bands, pitch := agent.frame(m)
			p.Add(m, &bands, pitch)
		}
	}
	add(49)
	known := m.Speaker(&p)
	bands, pitch := agent.frame(m)
	for range 50 {
		e.Add(m, &known, &bands, &voice.Bands{}, pitch)
	}
	if _, ok := m.Same(&known, &e); ok {
		t.Error("0.98 s of the agent were enough, expected 1 s to be needed")
	}
	add(1)
	known, e = m.Speaker(&p), voice.Evidence{}
	for range 9 {
		e.Add(m, &known, &bands, &voice.Bands{}, pitch)
	}
	if _, ok := m.Same(&known, &e); ok {
		t.Error("9 frames of somebody were enough, expected 10 to be needed")
	}
	e.Add(m, &known, &bands, &voice.Bands{}, pitch)
	if _, ok := m.Same(&known, &e); !ok {
		t.Error("10 frames of somebody and 1 s of the agent were not enough, expected them to be")
	}
}

func TestDecodeGivesBackWhatWasEncoded(t *testing.T) {
	m := model(t)
	data := m.Append(nil)
	got, rest, err := voice.Decode(append(data, 7))
	if err != nil || len(rest) != 1 {
		t.Fatalf("decoding left %d bytes and gave %v, expected one byte and no error", len(rest), err)
	}
	if !bytes.Equal(got.Append(nil), data) {
		t.Error("what was decoded is encoded differently")
	}
	if _, _, err := voice.Decode(data[:len(data)-1]); err == nil || !strings.Contains(err.Error(), "expected 1204") {
		t.Errorf("a byte less gives the error %v, expected one that names 1204 bytes", err)
	}
	m.Variance[2][3] = 0
	if _, _, err := voice.Decode(m.Append(nil)); err == nil || !strings.Contains(err.Error(), "band 3 in part 2") {
		t.Errorf("a variance of 0 gives the error %v, expected one that names band 3 in part 2", err)
	}
}

func TestAddAllocatesNothing(t *testing.T) {
	m := model(t)
	agent := newSpeaker(1, 120)
	bands, pitch := agent.frame(m)
	var p voice.Print
	for range 60 {
		p.Add(m, &bands, pitch)
	}
	known := m.Speaker(&p)
	var e voice.Evidence
	if n := testing.AllocsPerRun(100, func() {
		p.Add(m, &bands, pitch)
		e.Add(m, &known, &bands, &voice.Bands{}, pitch)
	}); n != 0 {
		t.Errorf("a frame takes %.0f allocations, expected none", n)
	}
}

func BenchmarkPrint(b *testing.B) {
	m := &voice.Model{}
	for k := range voice.Parts {
		for i := range dsp.NumBands {
			m.Variance[k][i] = 25
		}
	}
	if err := m.Prepare(); err != nil {
		b.Fatal(err)
	}
	var p voice.Print
	bands := voice.Bands{-40, -42, -50, -44}
	for b.Loop() {
		p.Add(m, &bands, 150)
	}
}
