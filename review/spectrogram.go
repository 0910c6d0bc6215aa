package review

import (
	"bytes"
	"image/png"
	"strconv"
	"time"

	"github.com/earshot/earshot/pipeline/evidence"
)

// serveSpectrogram gives the frequencies of a stretch of one leg as a picture, from the earliest column to the latest and
// from the highest frequency to the lowest. It is made of the sound and so is in the log like it.
func (s *Server) serveSpectrogram(v *visit) error {
	q := v.r.URL.Query()
	call, err := s.callRow(v)
	if err != nil {
		return err
	}
	from, err1 := strconv.ParseFloat(q.Get("from"), 64)
	to, err2 := strconv.ParseFloat(q.Get("to"), 64)
	columns, err3 := strconv.Atoi(q.Get("columns"))
	most := evidence.MaxSpectrogram.Seconds()
	if err1 != nil || err2 != nil || err3 != nil || !(from >= 0) || !(to > from) || to-from > most || columns < 1 || columns > evidence.MaxSpectrogramColumns {
		return refused("problem.spectrogram", "n", most)
	}
	leg := q.Get("leg")
	audio, err := s.listen(v, call, "spectrogram", leg, func(a *evidence.Audio) (span, error) {
		return span{first: -1, last: -1, start: from, end: min(to, a.Duration().Seconds())}, nil
	})
	if err != nil {
		return err
	}
	defer audio.Close()
	picture, err := audio.Spectrogram(legOf(leg), time.Duration(from*float64(time.Second)), time.Duration(to*float64(time.Second)), columns)
	if err != nil {
		return refused("problem.manual.leg")
	}
	var out bytes.Buffer
	if err := png.Encode(&out, picture); err != nil {
		return err
	}
	v.w.Header().Set("Content-Type", "image/png")
	_, err = v.w.Write(out.Bytes())
	return ignoreGone(err)
}
