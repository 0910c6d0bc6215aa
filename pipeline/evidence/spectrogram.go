package evidence

import (
	"fmt"
	"image"
	"math"
	"time"

	"gonum.org/v1/gonum/dsp/fourier"
	"gonum.org/v1/gonum/dsp/window"

	"github.com/earshot/earshot/schemas"
)

// A spectrogram shows the telephone band, in steps as wide as a window of 32 ms can tell apart.
const (
	SpectrogramRows   = 128
	SpectrogramTop    = 4000 // hertz, the upper edge of the first row
	SpectrogramWindow = 32 * time.Millisecond
	SpectrogramFloor  = -100 // dB below a full-scale sine; what is at or below it is black
	// MaxSpectrogram is the longest stretch of time that one may show, and MaxSpectrogramColumns the widest.
	MaxSpectrogram        = time.Minute
	MaxSpectrogramColumns = 4096
)

// Spectrogram computes the spectrum of one leg over a stretch of time, as a picture: so many columns from the earliest to the
// latest, SpectrogramRows from the highest to the lowest. White (255) is a full-scale sine, black SpectrogramFloor. Where
// the stretch lies outside of the audio it is black.
func (a *Audio) Spectrogram(leg schemas.Leg, from, to time.Duration, columns int) (*image.Gray, error) {
	switch {
	case from < 0 || to <= from || to-from > MaxSpectrogram:
		return nil, fmt.Errorf("cannot compute a spectrogram from %v to %v: expected a stretch of at most %v", from, to, MaxSpectrogram)
	case columns < 1 || columns > MaxSpectrogramColumns:
		return nil, fmt.Errorf("cannot compute a spectrogram of %d columns: expected 1 to %d", columns, MaxSpectrogramColumns)
	}
	one, err := a.Only(leg)
	if err != nil {
		return nil, err
	}
	rate := float64(a.Rate())
	size := int(math.Round(rate * SpectrogramWindow.Seconds()))
	// One read of all that the windows touch: a bucket answers few large requests sooner than many small ones.
	first := int64(from.Seconds()*rate) - int64(size)
	start := min(max(first, 0), a.Samples())
	end := min(int64(to.Seconds()*rate)+int64(size), a.Samples())
	samples := make([]float32, 0)
	if end > start {
		read, err := one.ReadSamples(start, int(end-start))
		if err != nil {
			return nil, err
		}
		samples = read[0]
	}
	picture := image.NewGray(image.Rect(0, 0, columns, SpectrogramRows))
	fft := fourier.NewFFT(size)
	taper := window.NewValues(window.Hann, size)
	var sum float64
	for _, w := range taper {
		sum += w
	}
	in, spectrum := make([]float64, size), []complex128(nil)
	for column := range columns {
		middle := from.Seconds() + (float64(column)+0.5)*(to-from).Seconds()/float64(columns)
		at := int(int64(middle*rate)-int64(size/2)) - int(start)
		for i := range in {
			in[i] = 0
			if k := at + i; k >= 0 && k < len(samples) {
				in[i] = float64(samples[k]) * taper[i]
			}
		}
		spectrum = fft.Coefficients(spectrum, in)
		for row := range SpectrogramRows {
			c := spectrum[SpectrogramRows-1-row]
			db := 20 * math.Log10(2*math.Hypot(real(c), imag(c))/sum)
			picture.Pix[row*picture.Stride+column] = uint8(255 * min(max(1-db/SpectrogramFloor, 0), 1))
		}
	}
	return picture, nil
}
