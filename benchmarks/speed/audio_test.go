package speed

import (
	"encoding/binary"
	"math"
	"math/rand/v2"
	"os"
	"path/filepath"
	"sync"
	"testing"
)

const rate = 8000

var folder = sync.OnceValues(func() (string, error) { return os.MkdirTemp("", "earshot-speed-") })

func dir(b *testing.B) string {
	d, err := folder()
	if err != nil {
		b.Fatal(err)
	}
	return d
}

// file keeps the hour on disk, where a back catalogue lies; the system's cache makes it warm.
func file(b *testing.B, wav []byte) string {
	path := filepath.Join(dir(b), b.Name()+".wav")
	if info, err := os.Stat(path); err != nil || info.Size() != int64(len(wav)) {
		if err := os.WriteFile(path, wav, 0o600); err != nil {
			b.Fatal(err)
		}
	}
	return path
}

func TestMain(m *testing.M) {
	code := m.Run()
	if d, err := folder(); err == nil {
		os.RemoveAll(d)
	}
	os.Exit(code)
}

// typicalCall is an hour in turns of 4 s: agent, both quiet, customer, both quiet, with 29 s of hold music in 6 min.
// The voices and the music are made by a formula: what they cost to analyse is what real ones cost, since the work
// depends on whether there is speech, pitch and level, not on the words.
func typicalCall() []byte {
	return hour(func(leg int, second float64) (voice, music bool) {
		if math.Mod(second, 360) < 29 {
			return false, leg == 0
		}
		turn := math.Mod(second, 10)
		return leg == 0 && turn < 4 || leg == 1 && turn >= 5 && turn < 9, false
	})
}

func worstCall() []byte {
	return hour(func(leg int, _ float64) (voice, music bool) { return leg == 1, leg == 0 })
}

// hour is ten times the same six minutes, so that it is made in seconds.
func hour(who func(leg int, second float64) (voice, music bool)) []byte {
	const repeats, seconds = 10, 360
	r := rand.New(rand.NewPCG(1, 2))
	data := make([]byte, 44, 44+repeats*seconds*rate*4)
	var phase [2]float64
	for i := range seconds * rate {
		at := float64(i) / rate
		for leg := range 2 {
			v := r.NormFloat64() * 0.0008
			voice, music := who(leg, at)
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
	once := data[44:]
	for range repeats - 1 {
		data = append(data, once...)
	}
	copy(data, header(len(data)-44))
	return data
}

func header(n int) []byte {
	h := append([]byte("RIFF"), binary.LittleEndian.AppendUint32(nil, uint32(36+n))...)
	h = append(h, "WAVEfmt \x10\x00\x00\x00\x01\x00\x02\x00"...)
	h = binary.LittleEndian.AppendUint32(h, rate)
	h = binary.LittleEndian.AppendUint32(h, rate*4)
	h = append(h, "\x04\x00\x10\x00data"...)
	return binary.LittleEndian.AppendUint32(h, uint32(n))
}
