package evidence

import (
	"math"
	"testing"
	"time"

	"github.com/earshot/earshot/ingest"
	"github.com/earshot/earshot/schemas"
)

func TestSpectrogramShowsATone(t *testing.T) {
	s := newFolder(t, Options{})
	w := create(t, s, twoLegs("call"))
	audio := []ingest.Audio{{PCM: make([]float32, ingest.TickSamples)}, {PCM: make([]float32, ingest.TickSamples)}}
	for tick := range 150 { // the customer sends 1 kHz at −20 dB in the second of three seconds
		for i := range ingest.TickSamples {
			n := tick*ingest.TickSamples + i
			audio[1].PCM[i] = 0
			if n >= 8000 && n < 16000 {
				audio[1].PCM[i] = float32(0.1 * math.Sin(2*math.Pi*1000*float64(n)/8000))
			}
		}
		w.Tick(audio)
	}
	if err := w.Close(t.Context()); err != nil {
		t.Fatal(err)
	}
	a := openCall(t, s, "call")
	p, err := a.Spectrogram(schemas.Leg_LEG_CUSTOMER, 500*time.Millisecond, 3500*time.Millisecond, 300)
	if err != nil {
		t.Fatal(err)
	}
	row := SpectrogramRows - 1 - 1000*SpectrogramRows/SpectrogramTop
	for column, want := range map[int]uint8{10: 0, 40: 0, 60: 204, 100: 204, 140: 204, 160: 0, 240: 0, 290: 0} { // −20 dB of −100
		if got := p.GrayAt(column, row).Y; int(got) < int(want)-2 || got > want+2 {
			t.Errorf("column %d is %d at 1 kHz, expected %d", column, got, want)
		}
		if got := p.GrayAt(column, row+20).Y; got > 20 {
			t.Errorf("column %d is %d at 375 Hz, where nothing is", column, got)
		}
	}
	if p, err := a.Spectrogram(schemas.Leg_LEG_AGENT, time.Second, 2*time.Second, 10); err != nil || p.GrayAt(5, row).Y != 0 {
		t.Errorf("the tone is on the other leg: %v", err)
	}
	for _, c := range []struct {
		leg      schemas.Leg
		from, to time.Duration
		columns  int
	}{
		{schemas.Leg_LEG_MIXED, 0, time.Second, 10}, {schemas.Leg_LEG_AGENT, time.Second, 0, 10}, {schemas.Leg_LEG_AGENT, -1, time.Second, 10},
		{schemas.Leg_LEG_AGENT, 0, time.Hour, 10}, {schemas.Leg_LEG_AGENT, 0, time.Second, 0}, {schemas.Leg_LEG_AGENT, 0, time.Second, 1 << 30},
	} {
		if _, err := a.Spectrogram(c.leg, c.from, c.to, c.columns); err == nil {
			t.Errorf("%+v gave a picture", c)
		}
	}
	if _, err := a.Spectrogram(schemas.Leg_LEG_AGENT, 300*time.Hour, 300*time.Hour+time.Second, 10); err != nil {
		t.Errorf("past the end of the audio: %v", err)
	}
}
