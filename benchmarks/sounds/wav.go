package sounds

import (
	"bytes"
	"errors"
	"fmt"
	"os"

	"github.com/go-audio/audio"
	"github.com/go-audio/wav"
)

// readWAV reads what writeWAV wrote.
func readWAV(path string) ([]float32, error) {
	pcm, rate, err := decodeWAV(path)
	if err == nil && rate != Rate {
		err = fmt.Errorf("%d Hz, expected %d", rate, Rate)
	}
	if err != nil {
		return nil, fmt.Errorf("cannot read sound %s: %w", path, err)
	}
	return pcm, nil
}

// decodeWAV gives the mean of a file's channels.
func decodeWAV(path string) ([]float32, int, error) {
	data, err := os.ReadFile(path) // at once: the decoder reads sample by sample
	if err != nil {
		return nil, 0, err
	}
	d := wav.NewDecoder(bytes.NewReader(data))
	if !d.IsValidFile() {
		return nil, 0, errors.New("expected a WAV file")
	}
	buf, err := d.FullPCMBuffer()
	if err != nil {
		return nil, 0, err
	}
	if d.WavAudioFormat != 1 || d.BitDepth < 8 || d.BitDepth > 32 {
		return nil, 0, fmt.Errorf("WAV format %d of %d bits, expected PCM", d.WavAudioFormat, d.BitDepth)
	}
	samples := make([]float32, len(buf.Data))
	for i, v := range buf.Data {
		if d.BitDepth == 8 {
			v -= 128
		}
		samples[i] = float32(v) / float32(int64(1)<<(d.BitDepth-1))
	}
	return mono(samples, int(d.NumChans)), int(d.SampleRate), nil
}

func mono(samples []float32, channels int) []float32 {
	if channels <= 1 {
		return samples
	}
	out := make([]float32, len(samples)/channels)
	for i := range out {
		for _, v := range samples[i*channels : (i+1)*channels] {
			out[i] += v / float32(channels)
		}
	}
	return out
}

func writeWAV(path string, pcm []float32) error {
	f, err := os.Create(path)
	if err != nil {
		return err
	}
	defer f.Close()
	w := wav.NewEncoder(f, Rate, 16, 1, 1)
	ints := make([]int, len(pcm))
	for i, v := range pcm {
		ints[i] = int(min(max(v*32768, -32768), 32767))
	}
	if err := w.Write(&audio.IntBuffer{Format: &audio.Format{NumChannels: 1, SampleRate: Rate}, Data: ints, SourceBitDepth: 16}); err != nil {
		return err
	}
	if err := w.Close(); err != nil {
		return err
	}
	return f.Close()
}
