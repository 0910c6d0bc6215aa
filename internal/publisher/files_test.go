package publisher

import (
	"encoding/binary"
	"math"
	"os"
	"path/filepath"
	"testing"
)

// wavFile writes a recording of 16 bit PCM. Every channel has its own tone, so that no two samples are taken for each other.
func wavFile(t *testing.T, name string, rate, channels, samples int) string {
	t.Helper()
	var data []byte
	for i := range samples {
		for c := range channels {
			data = binary.LittleEndian.AppendUint16(data, uint16(sample(i, c, rate)))
		}
	}
	b := []byte("RIFF")
	b = binary.LittleEndian.AppendUint32(b, uint32(36+len(data)))
	b = append(b, "WAVEfmt "...)
	b = binary.LittleEndian.AppendUint32(b, 16)
	b = binary.LittleEndian.AppendUint16(b, 1)
	b = binary.LittleEndian.AppendUint16(b, uint16(channels))
	b = binary.LittleEndian.AppendUint32(b, uint32(rate))
	b = binary.LittleEndian.AppendUint32(b, uint32(rate*channels*2))
	b = binary.LittleEndian.AppendUint16(b, uint16(channels*2))
	b = binary.LittleEndian.AppendUint16(b, 16)
	b = append(b, "data"...)
	b = binary.LittleEndian.AppendUint32(b, uint32(len(data)))
	return file(t, name, append(b, data...))
}

func sample(i, channel, rate int) int16 {
	hz := 300 + 170*float64(channel)
	return int16(12000 * math.Sin(2*math.Pi*hz*float64(i)/float64(rate)))
}

// file writes a file of that name into a folder of its own, or beside another file if the name is a path.
func file(t *testing.T, name string, content []byte) string {
	t.Helper()
	if !filepath.IsAbs(name) {
		name = filepath.Join(t.TempDir(), name)
	}
	if err := os.WriteFile(name, content, 0o600); err != nil {
		t.Fatal(err)
	}
	return name
}

// sidecar writes the file of facts beside a recording.
func sidecar(t *testing.T, recording, json string) {
	t.Helper()
	file(t, recording[:len(recording)-len(filepath.Ext(recording))]+".json", []byte(json))
}
