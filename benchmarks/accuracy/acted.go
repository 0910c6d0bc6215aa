package main

import (
	"context"
	"errors"
	"fmt"
	"math"
	"math/rand/v2"
	"path/filepath"
	"slices"
	"strconv"
	"strings"

	"github.com/earshot/earshot/ingest"
	"github.com/earshot/earshot/internal/sound"
)

// utterance is a sentence that an actor speaks, named as RAVDESS names its files (Livingstone and Russo, PLoS ONE 13,
// 2018): modality-channel-emotion-intensity-statement-repetition-actor.
type utterance struct {
	emotion, intensity, statement, repetition, actor int
	pcm                                              []float32
}

// Emotions by their number, and intensities.
const (
	neutral = 1
	calm    = 2
	happy   = 3
	angry   = 5
	fearful = 6
	strong  = 2
)

// acted is a folder of such utterances by actor.
type acted map[int][]utterance

func loadActed(ctx context.Context, dir string) (acted, error) {
	files, err := wavFiles(dir)
	if err != nil {
		return nil, err
	}
	all := acted{}
	for _, f := range files {
		u, err := parseActed(filepath.Base(f))
		if err != nil {
			return nil, err
		}
		pcm, err := readWAV(ctx, f)
		if err != nil {
			return nil, err
		}
		u.pcm = trimmed(pcm)
		all[u.actor] = append(all[u.actor], u)
	}
	if len(all) < 2 {
		return nil, errors.New("expected the utterances of two actors at least: one is the other's customer")
	}
	return all, nil
}

func parseActed(name string) (u utterance, err error) {
	parts := strings.Split(strings.TrimSuffix(name, filepath.Ext(name)), "-")
	if len(parts) != 7 {
		return u, fmt.Errorf("cannot tell what %s is: expected a name like 03-01-05-02-01-01-12.wav", name)
	}
	for i, to := range []*int{&u.emotion, &u.intensity, &u.statement, &u.repetition, &u.actor} {
		if *to, err = strconv.Atoi(parts[i+2]); err != nil {
			return u, fmt.Errorf("cannot tell what %s is: %q is no number", name, parts[i+2])
		}
	}
	return u, nil
}

func (a acted) actors() []int {
	var all []int
	for n := range a {
		all = append(all, n)
	}
	slices.Sort(all)
	return all
}

// of are an actor's utterances of an emotion and, unless it is 0, of an intensity.
func (a acted) of(actor, emotion, intensity int) (all []utterance) {
	for _, u := range a[actor] {
		if u.emotion == emotion && (intensity == 0 || u.intensity == intensity) {
			all = append(all, u)
		}
	}
	return all
}

// customer is who an actor talks to: the next one.
func (a acted) customer(actor int) int {
	all := a.actors()
	return all[(slices.Index(all, actor)+1)%len(all)]
}

// condition is how the utterances' levels are treated.
type condition struct {
	name string
	// equal brings each utterance to the same active level; jump raises what the agent says last, in dB.
	equal bool
	jump  float64
}

// usualLevel is that of an actor's plain speech in a call, in dBov of its active parts.
const usualLevel = -30

// before is how much plain speech of the agent comes before the utterance in question, in seconds at least.
const before = 15

// actedCall is a call whose agent speaks plainly first and then says something in some manner.
type actedCall struct {
	agent, customer []float32
	from, to        int // the utterance in question, in samples
}

// compose makes a call: turns of agent and customer, then the utterance, then a turn of each again.
func (a acted) compose(what utterance, c condition) (call actedCall, err error) {
	plain := append(a.of(what.actor, neutral, 0), a.of(what.actor, calm, 0)...)
	plain = slices.DeleteFunc(plain, func(u utterance) bool { return same(u, what) })
	other := append(a.of(a.customer(what.actor), neutral, 0), a.of(a.customer(what.actor), calm, 0)...)
	if len(plain) < 2 || len(other) == 0 {
		return call, fmt.Errorf("cannot compose a call of actor %d: too few neutral and calm utterances", what.actor)
	}
	r := rand.New(rand.NewPCG(uint64(what.actor), uint64(what.emotion*1000+what.intensity*100+what.statement*10+what.repetition)))
	r.Shuffle(len(plain), func(i, k int) { plain[i], plain[k] = plain[k], plain[i] })
	r.Shuffle(len(other), func(i, k int) { other[i], other[k] = other[k], other[i] })
	gain, customerGain := toUsual(plain), toUsual(other)
	level := func(u utterance, gain float64) []float32 {
		if c.equal {
			gain = toUsual([]utterance{u})
		}
		return amplified(u.pcm, gain)
	}
	pause := func() { // 0.4 to 0.8 s
		silence := make([]float32, int((0.4+0.4*r.Float64())*ingest.SampleRate))
		call.agent, call.customer = append(call.agent, silence...), append(call.customer, silence...)
	}
	say := func(pcm []float32, agent bool) {
		silence := make([]float32, len(pcm))
		if agent {
			call.agent, call.customer = append(call.agent, pcm...), append(call.customer, silence...)
		} else {
			call.agent, call.customer = append(call.agent, silence...), append(call.customer, pcm...)
		}
		pause()
	}
	pause()
	spoken, i := 0, 0
	for ; spoken < before*ingest.SampleRate && i < len(plain)-1; i++ {
		say(level(plain[i], gain), true)
		spoken += len(plain[i].pcm)
		if i%2 == 1 {
			say(level(other[i%len(other)], customerGain), false)
		}
	}
	call.from = len(call.agent)
	call.to = call.from + len(what.pcm)
	say(amplified(level(what, gain), c.jump), true)
	say(level(other[(i+1)%len(other)], customerGain), false)
	say(amplified(level(plain[len(plain)-1], gain), c.jump), true)
	noise := rand.New(rand.NewPCG(r.Uint64(), 1))
	onLine(noise, call.agent)
	onLine(noise, call.customer)
	return call, nil
}

func same(a, b utterance) bool {
	a.pcm, b.pcm = nil, nil
	return a.actor == b.actor && a.emotion == b.emotion && a.intensity == b.intensity && a.statement == b.statement && a.repetition == b.repetition
}

// toUsual is the gain in dB that brings utterances as a whole to usualLevel.
func toUsual(all []utterance) float64 {
	var pcm []float32
	for _, u := range all {
		pcm = append(pcm, u.pcm...)
	}
	return usualLevel - decibel(sound.ActiveLevel(pcm))
}

func decibel(power float64) float64 { return 10 * math.Log10(power+1e-13) }
