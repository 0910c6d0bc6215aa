package main

import (
	"encoding/binary"
	"fmt"
	"math"
	"os"
	"strconv"
	"testing"

	"github.com/rogpeppe/go-internal/testscript"
)

func TestMain(m *testing.M) {
	testscript.Main(withEngine{m}, map[string]func(){"earshot": main})
}

// The scripts use earshot as a person does. Beside testscript's own commands there are:
//
//	wav FILE SECONDS CHANNELS    writes a recording: a voice-like sound that comes and goes
//	cut FILE BYTES               keeps the file's first bytes
//	poke FILE OFFSET VALUE       overwrites a little-endian 32 bit number
//	until REGEXP COMMAND…        runs it again and again, until it succeeds and its output matches; see script_engines_test.go
//	letter NAME CALL             puts the id of the call's first dead letter into an environment variable
//
// $KAFKA, $CLICKHOUSE, $METRICS, $KAFKA2 and $CLICKHOUSE2 are addresses on which nobody listens.
func TestScripts(t *testing.T) {
	testscript.Run(t, testscript.Params{
		Dir:   "testdata/script",
		Setup: addresses,
		Cmds: map[string]func(*testscript.TestScript, bool, []string){
			"wav": func(ts *testscript.TestScript, _ bool, a []string) { ts.Check(writeWAV(ts.MkAbs(a[0]), a[1], a[2])) },
			"cut": func(ts *testscript.TestScript, _ bool, a []string) {
				ts.Check(os.Truncate(ts.MkAbs(a[0]), number(a[1])))
			},
			"until":  until,
			"letter": letter,
			"poke": func(ts *testscript.TestScript, _ bool, a []string) {
				ts.Check(poke(ts.MkAbs(a[0]), number(a[1]), number(a[2])))
			},
		},
	})
}

func number(s string) int64 {
	n, err := strconv.ParseInt(s, 0, 64)
	if err != nil {
		panic(err)
	}
	return n
}

func poke(file string, offset, value int64) error {
	f, err := os.OpenFile(file, os.O_RDWR, 0)
	if err != nil {
		return err
	}
	defer f.Close()
	_, err = f.WriteAt(binary.LittleEndian.AppendUint32(nil, uint32(value)), offset)
	return err
}

// writeWAV writes 16 bit PCM at 8 kHz. Every channel has a background; the first buzzes like a voice for 2 s in 5.
func writeWAV(file, seconds, channels string) error {
	s, err := strconv.ParseFloat(seconds, 64)
	if err != nil {
		return err
	}
	c := int(number(channels))
	frames := int(s * 8000)
	data := make([]byte, 0, frames*c*2)
	noise := uint32(1)
	for i := range frames {
		for ch := range c {
			noise = noise*1664525 + 1013904223
			v := float64(int32(noise)) / (1 << 31) * 0.001
			if at := float64(i) / 8000; ch == 0 && math.Mod(at, 5) < 2 {
				for h := 1; h < 15; h++ {
					v += 0.1 / float64(h) * math.Sin(2*math.Pi*float64(h)*(130+10*math.Sin(3*at))*at)
				}
			}
			data = binary.LittleEndian.AppendUint16(data, uint16(int16(v*32767)))
		}
	}
	head := fmt.Appendf(nil, "RIFF")
	u32 := func(v int) { head = binary.LittleEndian.AppendUint32(head, uint32(v)) }
	u16 := func(v int) { head = binary.LittleEndian.AppendUint16(head, uint16(v)) }
	u32(36 + len(data))
	head = append(head, "WAVEfmt "...)
	u32(16)
	u16(1)
	u16(c)
	u32(8000)
	u32(8000 * 2 * c)
	u16(2 * c)
	u16(16)
	head = append(head, "data"...)
	u32(len(data))
	return os.WriteFile(file, append(head, data...), 0o644)
}
