// Package synthetic makes calls by formula, the same bytes everywhere, for measuring what it costs to judge them.
//
// The work of judging depends on whether there is speech, pitch, music and level, not on the words, so that what such a
// voice costs is what a real one costs. What is heard in them is of no use for accuracy.
package synthetic

import (
	"encoding/binary"
	"math"
	"math/rand/v2"
	"time"
)

// rate is in samples a second; a call has two channels, the agent's and the customer's.
const rate = 8000

// period is what a call repeats, so that a long one is made in seconds.
const period = 360 * time.Second

// Call is a kind of call: who is heard on a leg (0 is the agent's) at a second of the call.
type Call func(leg int, second float64) (voice, music bool)

// Typical is in turns of 4 s: agent, both quiet, customer, both quiet, with 29 s of hold music in 6 min. Each leg talks
// about 40 % of the time, 8 % is hold, and there is noise behind all of it.
func Typical(leg int, second float64) (voice, music bool) {
	if math.Mod(second, period.Seconds()) < 29 {
		return false, leg == 0
	}
	turn := math.Mod(second, 10)
	return leg == 0 && turn < 4 || leg == 1 && turn >= 5 && turn < 9, false
}

// Worst is music and speech on both legs throughout.
func Worst(int, float64) (voice, music bool) { return true, true }

// WAV is a two-channel file of 8 kHz and 16 bits with so much of the call.
func (c Call) WAV(length time.Duration) []byte {
	const header = 44
	n := samples(length) * 4
	data := make([]byte, header, header+n)
	copy(data, wavHeader(n))
	data = c.append(data, samples(min(length, period)))
	for once := data[header:]; len(data) < header+n; {
		data = append(data, once[:min(len(once), header+n-len(data))]...)
	}
	return data
}

func samples(d time.Duration) int { return int(d.Milliseconds()) * rate / 1000 }

func (c Call) append(data []byte, n int) []byte {
	r := rand.New(rand.NewPCG(1, 2))
	var phase [2]float64
	for i := range n {
		at := float64(i) / rate
		for leg := range 2 {
			v := r.NormFloat64() * 0.0008
			voice, music := c(leg, at)
			if voice {
				syllable := 0.5 + 0.5*math.Sin(2*math.Pi*4.3*at)
				phase[leg] += 2 * math.Pi * (130 + 60*float64(leg) + 15*math.Sin(2*at)) / rate
				for h := 1.0; h <= 12; h++ {
					v += 0.12 * syllable / h * math.Sin(h*phase[leg])
				}
			}
			if music {
				beat := math.Exp(-3 * math.Mod(at, 0.5))
				for k, f := range [...]float64{261.6, 329.6, 392, 523.3} {
					v += 0.05 * beat * math.Sin(2*math.Pi*f*at+float64(k))
				}
			}
			data = binary.LittleEndian.AppendUint16(data, uint16(int16(max(-1, min(1, v))*32767)))
		}
	}
	return data
}

func wavHeader(n int) []byte {
	h := append([]byte("RIFF"), binary.LittleEndian.AppendUint32(nil, uint32(36+n))...)
	h = append(h, "WAVEfmt \x10\x00\x00\x00\x01\x00\x02\x00"...)
	h = binary.LittleEndian.AppendUint32(h, rate)
	h = binary.LittleEndian.AppendUint32(h, rate*4)
	h = append(h, "\x04\x00\x10\x00data"...)
	return binary.LittleEndian.AppendUint32(h, uint32(n))
}
