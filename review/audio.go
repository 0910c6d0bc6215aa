package review

import (
	"context"
	"encoding/binary"
	"errors"
	"io"
	"net/http"
	"net/textproto"
	"strconv"
	"strings"
	"time"

	"github.com/google/uuid"

	"github.com/earshot/earshot/pipeline/evidence"
	"github.com/earshot/earshot/pipeline/store"
	"github.com/earshot/earshot/schemas"
)

// This file is the only one that opens a call's audio, and listen is the only function that does. It writes who is about
// to hear what first; nothing is opened unless ClickHouse has taken that.

// listen notes in the access log that a part of a call is about to be read and then opens it.
func (s *Server) listen(v *visit, call store.CallRow, what, leg string, part func(*evidence.Audio) (span, error)) (*evidence.Audio, error) {
	if s.config.Evidence == nil {
		return nil, gone(&evidence.StateError{CallID: call.CallID, State: evidence.NeverKept})
	}
	// The file is opened to learn its length, which tells what the bytes asked for are; none is read before the log has it.
	audio, err := s.config.Evidence.Open(v.r.Context(), call.CallID)
	if err != nil {
		return nil, gone(err)
	}
	p, err := part(audio)
	if err == nil {
		err = s.logAccess(v, call, what, leg, p)
	}
	if err != nil {
		audio.Close()
		return nil, err
	}
	return audio, nil
}

// span is a part of a call's audio: bytes of the answer, -1 = not bounded, and the time they hold.
type span struct {
	first, last int64
	start, end  float64
}

func (s *Server) logAccess(v *visit, call store.CallRow, what, leg string, p span) error {
	id, err := uuid.NewV7()
	if err != nil {
		return err
	}
	return s.store.LogAccess(v.r.Context(), store.AccessRow{
		ID: id.String(), At: s.now(), By: v.who.name, Role: v.who.Role(), CallID: call.CallID, AgentID: call.AgentID, Team: call.Team,
		What: what, Leg: leg, FirstByte: p.first, LastByte: p.last, Start: p.start, End: p.end,
		Address: s.client(v.r), UserAgent: v.r.UserAgent(), Session: v.who.session,
	})
}

// serveAudio plays a call: the whole file or the bytes asked for (RFC 9110, section 14).
func (s *Server) serveAudio(v *visit) error {
	call, err := s.callRow(v)
	if err != nil {
		return err
	}
	audio, err := s.listen(v, call, "audio", "", func(a *evidence.Audio) (span, error) {
		return askedRange(v.r.Header.Get("Range"), a), nil
	})
	if err != nil {
		return err
	}
	defer audio.Close()
	v.w.Header().Set("Content-Type", "audio/wav")
	v.w.Header().Set("Cache-Control", "no-store") // played again is logged again
	http.ServeContent(v.w, v.r, "", audio.ModTime(), io.NewSectionReader(audio, 0, audio.Size()))
	return nil
}

// askedRange is what a Range header asks for, as it is logged: from the first byte to the last of all its ranges. One
// that cannot be read asks for the whole, and http.ServeContent refuses it or ignores it.
func askedRange(header string, a *evidence.Audio) span {
	p := span{first: -1, last: -1, end: a.Duration().Seconds()}
	list, ok := strings.CutPrefix(header, "bytes=")
	if !ok {
		return p
	}
	first, last := a.Size(), int64(-1)
	for r := range strings.SplitSeq(list, ",") {
		from, to, ok := strings.Cut(textproto.TrimString(r), "-")
		if !ok {
			return p
		}
		f, ferr := strconv.ParseInt(from, 10, 64)
		t, terr := strconv.ParseInt(to, 10, 64)
		switch {
		case from == "" && terr == nil: // the last so many
			f, t = max(0, a.Size()-t), a.Size()-1
		case ferr != nil || (to != "" && terr != nil):
			return p
		case to == "" || t >= a.Size():
			t = a.Size() - 1
		}
		first, last = min(first, f), max(last, t)
	}
	if first > last {
		return p
	}
	return span{first, last, a.TimeAt(first).Seconds(), min(a.TimeAt(last+1), a.Duration()).Seconds()}
}

// callRow is the call of a request, if it is in the reader's scope.
func (s *Server) callRow(v *visit) (store.CallRow, error) {
	call, err := s.store.Seen(v.r.Context(), v.who.scope(), v.r.PathValue("call"))
	if errors.Is(err, store.ErrNotFound) {
		return store.CallRow{}, notFound("problem.call")
	}
	return call, err
}

// kept is what there is of a call's audio.
type kept struct {
	state    string // present, expired, unreachable, never
	duration float64
	legs     []store.LegRow
}

// kept says whether a call's audio can be heard, and how much of it there is so far.
func (s *Server) kept(ctx context.Context, callID string) kept {
	if s.config.Evidence == nil {
		return kept{state: "never"}
	}
	audio, err := s.config.Evidence.Open(ctx, callID)
	k := kept{state: stateKey(evidence.StateOf(err))}
	if err != nil {
		return k
	}
	defer audio.Close()
	k.duration = audio.Duration().Seconds()
	for _, l := range audio.Legs() {
		k.legs = append(k.legs, store.LegRow{Leg: l.Name()})
	}
	return k
}

// soFar is a call that goes on with what its audio tells of it; ClickHouse has its duration and legs when it has ended.
func soFar(call store.CallRow, audio kept) store.CallRow {
	call.Duration, call.Legs = audio.duration, audio.legs
	return call
}

func stateKey(state evidence.State) string {
	if state == evidence.NeverKept {
		return "never"
	}
	return string(state)
}

// gone says why there is no audio.
func gone(err error) error {
	state := evidence.StateOf(err)
	p := &problem{status: http.StatusNotFound, key: "audio." + stateKey(state), cause: err}
	switch state {
	case evidence.Expired:
		p.status = http.StatusGone
	case evidence.Unreachable:
		p.status, p.after = http.StatusServiceUnavailable, 30
	}
	return p
}

// servePeaks gives the waveform: legs and milliseconds of a peak (two bytes each), number of peaks (four bytes), then
// lowest and highest of each peak, a byte each, leg after leg; little-endian. It is a picture of how loud it was and holds
// no sound, so it is not logged.
func (s *Server) servePeaks(v *visit) error {
	call, err := s.callRow(v)
	if err != nil {
		return err
	}
	if s.config.Evidence == nil {
		return gone(&evidence.StateError{CallID: call.CallID, State: evidence.NeverKept})
	}
	peaks, err := s.config.Evidence.Peaks(v.r.Context(), call.CallID)
	if err != nil {
		return gone(err)
	}
	count := 0
	if len(peaks.Legs) > 0 {
		count = len(peaks.Legs[0]) / 2
	}
	b := make([]byte, 0, 8+2*count*len(peaks.Legs))
	b = binary.LittleEndian.AppendUint16(b, uint16(len(peaks.Legs)))
	b = binary.LittleEndian.AppendUint16(b, uint16(peaks.Step/time.Millisecond))
	b = binary.LittleEndian.AppendUint32(b, uint32(count))
	for _, leg := range peaks.Legs {
		for _, p := range leg {
			b = append(b, byte(int8(p>>8)))
		}
	}
	v.w.Header().Set("Content-Type", "application/octet-stream")
	_, err = v.w.Write(b)
	return ignoreGone(err)
}

func legOf(name string) schemas.Leg {
	for _, l := range []schemas.Leg{schemas.Leg_LEG_AGENT, schemas.Leg_LEG_CUSTOMER, schemas.Leg_LEG_MIXED} {
		if l.Name() == name {
			return l
		}
	}
	return schemas.Leg_LEG_UNSPECIFIED
}
