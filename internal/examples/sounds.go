package examples

import (
	"bytes"
	"errors"
	"fmt"
	"github.com/earshot/earshot/internal/sound"
	"os"
	"path/filepath"

	"github.com/go-audio/wav"
)

// A voice is a folder of prompts by one speaker.
const (
	allison = "en_US_f_Allison"
	carlo   = "it_IT_m_Carlo"
)

// Hold music, by its file in moh/.
const (
	coldDay       = "macroform-cold_day"
	robotDity     = "macroform-robot_dity"
	simplicity    = "macroform-the_simplicity"
	morningCoffee = "manolo_camp-morning_coffee"
	system        = "reno_project-system"
)

// sounds reads audio from the folder, each file once.
type sounds struct {
	dir   string
	files map[string][]float32
}

func newSounds(dir string) *sounds { return &sounds{dir: dir, files: map[string][]float32{}} }

// prompt is what a voice says, without the silence around it.
func (s *sounds) prompt(voice, name string) ([]float32, error) {
	return s.once(filepath.Join("sounds", voice, name+".wav"), func(pcm []float32) []float32 { return trimmed(pcm) })
}

// raised is the same with a raised voice.
func (s *sounds) raised(voice, name string) ([]float32, error) {
	pcm, err := s.prompt(voice, name)
	if err != nil {
		return nil, err
	}
	key := filepath.Join("raised", voice, name)
	if s.files[key] == nil {
		s.files[key] = raised(pcm)
	}
	return s.files[key], nil
}

// music is a whole track.
func (s *sounds) music(track string) ([]float32, error) {
	return s.once(filepath.Join("moh", track+".wav"), func(pcm []float32) []float32 { return pcm })
}

func (s *sounds) once(name string, prepare func([]float32) []float32) ([]float32, error) {
	if pcm, ok := s.files[name]; ok {
		return pcm, nil
	}
	path := filepath.Join(s.dir, name)
	pcm, err := readWAV(path)
	if err != nil {
		return nil, fmt.Errorf("cannot read example audio %s: %w", path, err)
	}
	s.files[name] = prepare(pcm)
	return s.files[name], nil
}

func readWAV(path string) ([]float32, error) {
	data, err := os.ReadFile(path) // at once: the decoder reads sample by sample
	if err != nil {
		return nil, err
	}
	d := wav.NewDecoder(bytes.NewReader(data))
	if !d.IsValidFile() {
		return nil, errors.New("expected a WAV file")
	}
	buf, err := d.FullPCMBuffer()
	switch {
	case err != nil:
		return nil, err
	case d.SampleRate != sampleRate || d.NumChans != 1 || d.BitDepth != 16 || d.WavAudioFormat != 1:
		return nil, fmt.Errorf("expected 16-bit PCM of one channel at %d Hz, got %d-bit of %d channels at %d Hz",
			sampleRate, d.BitDepth, d.NumChans, d.SampleRate)
	case len(buf.Data) < sampleRate/10:
		return nil, fmt.Errorf("expected at least 0.1 s of audio, got %d samples", len(buf.Data))
	}
	pcm := make([]float32, len(buf.Data))
	for i, v := range buf.Data {
		pcm[i] = float32(v) / (1 << 15)
	}
	return pcm, nil
}

// trimmed cuts off what is more than 30 dB below the speech at both ends.
func trimmed(pcm []float32) []float32 {
	limit := sound.ActiveLevel(pcm) / sound.Power(30)
	levels := sound.FrameLevels(pcm)
	from, to := 0, len(levels)
	for from < to && levels[from] < limit {
		from++
	}
	for to > from && levels[to-1] < limit {
		to--
	}
	return pcm[from*sound.Frame : to*sound.Frame]
}
