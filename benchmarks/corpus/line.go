package corpus

import (
	"math"

	"github.com/earshot/earshot/ingest/codec"
	"github.com/earshot/earshot/internal/sound"
)

func (s *scene) degrade(name string) { s.degradations = append(s.degradations, name) }

// line does to the call what telephones do: each line has its noise, and most some more. A scenario that is plain keeps
// to codecs, so that what is measured is there.
func (s *scene) line() {
	mild := []string{"a-law", "mu-law", "loss-3%", "band-300-3400", "adpcm", ""}
	rough := append(mild, "agc", "clipping", "echo-25dB", "noise-15dB")
	what := pick(s.r, rough)
	if s.draft.scenario.plain || s.mono { // in a mono recording two lines' noise adds up
		what = pick(s.r, mild)
	}
	if s.channel != "" {
		what = s.channel
	}
	if what != "" {
		s.degrade(what)
	}
	if what == "echo-25dB" {
		s.echo()
	}
	for k := range s.sound {
		x := s.sound[k]
		if what == "agc" {
			agc(x)
		}
		for i := range x {
			if i < len(s.noise[k]) {
				x[i] += s.noise[k][i]
			}
		}
		floor := s.floor[k]
		if what == "noise-15dB" {
			floor = s.level[k] - 15
		}
		bed := pink(s, len(x))
		bed = sound.Scaled(bed, sound.MeanSquare(bed), floor)
		for i := range x {
			x[i] += bed[i]
		}
		for _, m := range s.mute[k] {
			if k == agent && s.heldAt(m) {
				continue // the music stands in for the agent; it has no background of its own
			}
			clear(x[min(m.from, len(x)):min(m.to, len(x))])
		}
		s.encode(k, what)
	}
	if what == "loss-3%" {
		s.loss = 0.03
	}
}

// heldAt says whether a mute is that of a hold with music; a hold without is mute indeed.
func (s *scene) heldAt(m stretch) bool {
	for _, h := range s.f.holds {
		if h.stretch == m {
			return h.music
		}
	}
	return false
}

func (s *scene) encode(k int, what string) {
	x := s.sound[k]
	switch what {
	case "clipping":
		gain := float32(math.Pow(10, (-14-s.level[k])/20)) // so loud that the peaks do not fit
		for i, v := range x {
			x[i] = min(max(v*gain, -0.5), 0.5)
		}
	case "band-300-3400":
		s.sound[k] = band(x)
	case "adpcm":
		s.sound[k] = adpcm(x)
	case "mu-law":
		s.sound[k] = codec.DecodePCMU(nil, codec.EncodePCMU(nil, x))
	case "", "agc", "loss-3%":
	default:
		s.sound[k] = codec.DecodePCMA(nil, codec.EncodePCMA(nil, x))
	}
}

// echo has each party hear the other's line again, 25 dB down and a moment later.
func (s *scene) echo() {
	gain := float32(math.Pow(10, -25.0/20))
	delay := int(s.between(0.01, 0.06) * rate)
	var was [2][]float32
	for k := range was {
		was[k] = append([]float32(nil), s.sound[k]...)
	}
	for k := range was {
		for i := delay; i < len(s.sound[k]) && i-delay < len(was[1-k]); i++ {
			s.sound[k][i] += gain * was[1-k][i-delay]
		}
	}
}

// agc brings the sound slowly to -24 dBov, by up to 12 dB either way.
func agc(x []float32) {
	power, target := sound.Power(-24), sound.Power(-24)
	for i, v := range x {
		if p := float64(v) * float64(v); p > 1e-6 {
			power += (p - power) / (1.5 * rate)
		}
		x[i] = v * float32(math.Sqrt(min(max(target/power, 0.06), 16)))
	}
}

// band keeps 300 to 3400 Hz, by Butterworth filters of the second order.
func band(x []float32) []float32 {
	biquad := func(x []float32, hz float64, high bool) []float32 {
		w := math.Tan(math.Pi * hz / rate)
		d := 1 / (1 + math.Sqrt2*w + w*w)
		a1, a2 := 2*(w*w-1)*d, (1-math.Sqrt2*w+w*w)*d
		b0, b1 := w*w*d, 2*w*w*d
		if high {
			b0, b1 = d, -2*d
		}
		out := make([]float32, len(x))
		var x1, x2, y1, y2 float64
		for i, v := range x {
			y := b0*(float64(v)+x2) + b1*x1 - a1*y1 - a2*y2
			x2, x1, y2, y1 = x1, float64(v), y1, y
			out[i] = float32(y)
		}
		return out
	}
	return biquad(biquad(x, 300, true), 3400, false)
}

// tracks are the recording's channels.
func (s *scene) tracks() [][]float32 {
	switch {
	case s.mono:
		mix := make([]float32, s.length)
		for i := range mix {
			mix[i] = s.sound[0][i] + s.sound[1][i]
		}
		return [][]float32{mix}
	case s.swapped:
		return [][]float32{s.sound[1], s.sound[0]}
	}
	return [][]float32{s.sound[0], s.sound[1]}
}
