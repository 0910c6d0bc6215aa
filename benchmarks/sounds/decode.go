package sounds

import (
	"encoding/binary"
	"fmt"
	"math"
	"os"
	"os/exec"
	"path/filepath"
	"slices"

	"github.com/jfreymuth/oggvorbis"
	"github.com/oov/audio/resampler"
)

// decode gives a file's audio at Rate, mono. WAV and Ogg Vorbis are decoded here, everything else by ffmpeg.
func decode(path string) ([]float32, error) {
	var pcm []float32
	var rate int
	var err error
	switch filepath.Ext(path) {
	case ".wav":
		pcm, rate, err = decodeWAV(path)
	case ".ogg":
		pcm, rate, err = decodeVorbis(path)
	default:
		pcm, rate, err = decodeElse(path)
	}
	if err != nil {
		return nil, fmt.Errorf("cannot decode %s: %w", path, err)
	}
	return resampled(pcm, rate), nil
}

func decodeVorbis(path string) ([]float32, int, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, 0, err
	}
	defer f.Close()
	pcm, format, err := oggvorbis.ReadAll(f)
	if err != nil {
		return nil, 0, err
	}
	return mono(pcm, format.Channels), format.SampleRate, nil
}

func decodeElse(path string) ([]float32, int, error) {
	args := []string{"-v", "error", "-i", path, "-ac", "1", "-ar", fmt.Sprint(Rate), "-f", "s16le", "-"}
	if filepath.Ext(path) == ".gsm" {
		args = slices.Insert(args, 2, "-f", "gsm")
	}
	raw, err := exec.Command("ffmpeg", args...).Output()
	if err != nil {
		return nil, 0, fmt.Errorf("ffmpeg: %w", err)
	}
	pcm := make([]float32, len(raw)/2)
	for i := range pcm {
		pcm[i] = float32(int16(binary.LittleEndian.Uint16(raw[2*i:]))) / 32768
	}
	return pcm, Rate, nil
}

// resampled brings audio to Rate.
func resampled(pcm []float32, rate int) []float32 {
	if rate == Rate || len(pcm) == 0 {
		return pcm
	}
	const quality = 6
	r := resampler.New(1, rate, Rate, quality)
	out := make([]float32, int(float64(len(pcm))*Rate/float64(rate))+Rate)
	n := 0
	padded := append(slices.Clone(pcm), make([]float32, rate/20)...) // the filter's delay
	for len(padded) > 0 {
		read, written := r.ProcessFloat32(0, padded, out[n:])
		if read == 0 && written == 0 {
			break
		}
		padded, n = padded[read:], n+written
	}
	return out[:min(n, int(math.Ceil(float64(len(pcm))*Rate/float64(rate))))]
}
