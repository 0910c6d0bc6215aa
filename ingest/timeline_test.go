package ingest

import (
	"bufio"
	"bytes"
	"encoding/hex"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/pion/rtp"

	"github.com/earshot/earshot/ingest/codec"
	"github.com/earshot/earshot/schemas"
)

// A timeline tells what arrives when, and what the call makes of it. testdata/timelines/README.md explains the form.
type script struct {
	streams []Stream
	packets map[schemas.Leg][]timedRTP
	events  []Event
	end     time.Duration // -1: the CallEnd never comes
	endedBy schemas.Leg
	want    []string
}

// timedRTP is a packet and its arrival on the call's clock.
type timedRTP struct {
	at  time.Duration
	rtp []byte
}

// callStart is where the timelines' calls begin: not on a whole second, as real ones do.
const callStart int64 = 1_700_000_000_123_457

var legNames = map[string]schemas.Leg{"agent": schemas.Leg_LEG_AGENT, "customer": schemas.Leg_LEG_CUSTOMER, "mixed": schemas.Leg_LEG_MIXED}

func readScript(t *testing.T, path string) *script {
	t.Helper()
	b, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	sc := &script{packets: map[schemas.Leg][]timedRTP{}, end: -1}
	lines := bufio.NewScanner(bytes.NewReader(b))
	for n := 1; lines.Scan(); n++ {
		if err := sc.line(lines.Text()); err != nil {
			t.Fatalf("%s:%d: %v", path, n, err)
		}
	}
	for _, packets := range sc.packets {
		slices.SortStableFunc(packets, func(a, b timedRTP) int { return int(a.at - b.at) })
	}
	return sc
}

func (sc *script) line(s string) error {
	if want, ok := strings.CutPrefix(s, "= "); ok {
		sc.want = append(sc.want, want)
		return nil
	}
	s, _, _ = strings.Cut(s, "#")
	words := strings.Fields(s)
	if len(words) == 0 {
		return nil
	}
	leg, isLeg := legNames[words[0]]
	switch {
	case isLeg:
		return sc.media(leg, words[1], words[2:])
	case words[0] == "stream":
		return sc.stream(words[1:])
	case words[0] == "event":
		at, err := time.ParseDuration(words[1])
		kind, ok := schemas.Kind_value["KIND_"+strings.ToUpper(words[2])]
		if err != nil || !ok {
			return fmt.Errorf("expected event TIME KIND [LEG], got %q", s)
		}
		e := Event{At: at, Kind: schemas.Kind(kind)}
		if len(words) > 3 {
			e.By = legNames[words[3]]
		}
		sc.events = append(sc.events, e)
		return nil
	case words[0] == "end":
		at, err := time.ParseDuration(words[1])
		sc.end = at
		if len(words) > 2 {
			sc.endedBy = legNames[words[2]]
		}
		return err
	}
	return fmt.Errorf("%q begins no line of a timeline", words[0])
}

func (sc *script) stream(words []string) error {
	pt, err := strconv.Atoi(words[1])
	if err != nil {
		return err
	}
	s := Stream{Leg: legNames[words[0]], PayloadType: uint32(pt), Codec: schemas.Codec(schemas.Codec_value["CODEC_"+words[2]])}
	if len(words) > 3 {
		clock, err := strconv.Atoi(words[3])
		if err != nil {
			return err
		}
		s.ClockRate = uint32(clock)
	}
	sc.streams = append(sc.streams, s)
	return nil
}

// media reads "TIME[..TIME] key=value…": one packet, or one every len/clock until the second time.
func (sc *script) media(leg schemas.Leg, when string, words []string) error {
	from, to, many := strings.Cut(when, "..")
	at, err := time.ParseDuration(from)
	if err != nil {
		return err
	}
	until := at + 1
	if many {
		if until, err = time.ParseDuration(to); err != nil {
			return err
		}
	}
	v := map[string]int{"pt": 8, "ssrc": int(leg), "len": 160, "clock": 8000}
	var raw []byte
	skip := map[int]bool{}
	for _, w := range words {
		key, value, _ := strings.Cut(w, "=")
		switch key {
		case "hex":
			if raw, err = hex.DecodeString(value); err != nil {
				return err
			}
		case "drop":
			for _, n := range strings.Split(value, ",") {
				i, err := strconv.Atoi(n)
				if err != nil {
					return err
				}
				skip[i] = true
			}
		default:
			if value == "" {
				value = "1"
			}
			i, err := strconv.ParseInt(value, 0, 64)
			if err != nil {
				return err
			}
			v[key] = int(i)
		}
	}
	for step := max(1, time.Duration(v["len"])*time.Second/time.Duration(v["clock"])); at < until; at += step {
		if !skip[v["seq"]&0xffff] {
			b := raw
			if b == nil {
				b = rtpBytes(v)
			}
			sc.packets[leg] = append(sc.packets[leg], timedRTP{at, b})
		}
		v["seq"]++
		v["ts"] += v["len"]
		v["marker"] = 0
	}
	return nil
}

// rtpBytes makes a packet whose samples are all the same and tell its sequence number, modulo 100.
func rtpBytes(v map[string]int) []byte {
	p := rtp.Packet{Header: rtp.Header{Version: 2, PayloadType: uint8(v["pt"]), SequenceNumber: uint16(v["seq"]),
		Timestamp: uint32(v["ts"]), SSRC: uint32(v["ssrc"]), Marker: v["marker"] != 0}}
	label := v["seq"] & 0xffff % 100
	switch dur, isKey := v["key"]; {
	case isKey:
		p.Payload = []byte{5, byte(10 | v["last"]<<7), byte(dur >> 8), byte(dur)}
	case v["cn"] != 0:
		p.Payload = []byte{byte(-v["cn"])}
	case v["l16"] != 0:
		for range v["len"] {
			p.Payload = codec.EncodeL16(p.Payload, []float32{labelValue(label)})
		}
	default:
		p.Payload = bytes.Repeat([]byte{byte(label|0x80) ^ 0x55}, v["len"])
	}
	if v["pad"] != 0 {
		p.Padding, p.Header.PaddingSize = true, byte(v["pad"])
	}
	b, err := p.Marshal()
	if err != nil {
		panic(err)
	}
	return b
}

// labelValue is the sample that tells a label: an A-law code's.
func labelValue(label int) float32 { return codec.DecodePCMA(nil, []byte{byte(label|0x80) ^ 0x55})[0] }

var labels = func() map[float32]int {
	m := map[float32]int{}
	for label := range 100 {
		m[labelValue(label)] = label
	}
	return m
}()

// records cuts a timeline into records as a sender would: each leg sends what came within batch, and sends it delay
// after that.
func (sc *script) records(batch time.Duration, delay map[schemas.Leg]time.Duration) []*Record {
	type sent struct {
		at time.Duration
		r  *Record
	}
	micros := func(d time.Duration) int64 { return callStart + d.Microseconds() }
	var all []sent
	for _, leg := range []schemas.Leg{schemas.Leg_LEG_AGENT, schemas.Leg_LEG_CUSTOMER, schemas.Leg_LEG_MIXED} {
		var r *Record
		var began time.Duration
		for i, p := range sc.packets[leg] {
			if r == nil || p.at >= began+batch || batch == 0 {
				r, began = &Record{Body: MediaBody, CapturedAt: micros(p.at), Media: Media{Leg: leg}}, p.at
				all = append(all, sent{r: r})
			}
			r.Media.Packets = append(r.Media.Packets, Packet{Offset: micros(p.at) - r.CapturedAt, RTP: sc.packets[leg][i].rtp})
			all[len(all)-1].at = p.at + delay[leg]
		}
	}
	for _, e := range sc.events {
		all = append(all, sent{e.At, &Record{Body: EventBody, CapturedAt: micros(e.At), Event: SwitchEvent{Kind: e.Kind, By: e.By}}})
	}
	slices.SortStableFunc(all, func(a, b sent) int { return int(a.at - b.at) })
	start := &Record{Body: StartBody, CapturedAt: callStart, Start: Start{
		StartedAt: Timestamp{Seconds: callStart / 1e6, Nanos: int32(callStart % 1e6 * 1000), Set: true}, Streams: sc.streams}}
	records := []*Record{start}
	for _, s := range all {
		records = append(records, s.r)
	}
	if sc.end >= 0 {
		at := micros(sc.end)
		records = append(records, &Record{Body: EndBody, CapturedAt: at, End: End{
			EndedAt: Timestamp{Seconds: at / 1e6, Nanos: int32(at % 1e6 * 1000), Set: true}, EndedBy: sc.endedBy}})
	}
	for i, r := range records {
		r.CallID, r.Sequence = []byte("c1"), uint64(i)
	}
	return records
}

// transcript is a Sink that writes down what it is given in the form of a timeline.
type transcript struct {
	ticks  map[schemas.Leg][]string
	audio  map[schemas.Leg][]float32
	events []string
	next   int
	wrong  []string
}

func newTranscript() *transcript {
	return &transcript{ticks: map[schemas.Leg][]string{}, audio: map[schemas.Leg][]float32{}}
}

func (s *transcript) Tick(index int, legs []Audio) {
	if index != s.next {
		s.wrong = append(s.wrong, fmt.Sprintf("tick %d where %d was due", index, s.next))
	}
	s.next = index + 1
	for i := range legs {
		s.ticks[legs[i].Leg] = append(s.ticks[legs[i].Leg], tickWord(&legs[i]))
		s.audio[legs[i].Leg] = append(s.audio[legs[i].Leg], legs[i].PCM...)
	}
}

func (s *transcript) Event(e Event) {
	by := ""
	if e.By != schemas.Leg_LEG_UNSPECIFIED {
		by = " by the " + e.By.Name()
	}
	s.events = append(s.events, fmt.Sprintf("event %v %s%s, before tick %d", e.At, strings.TrimPrefix(e.Kind.String(), "KIND_"), by, s.next))
}

func tickWord(a *Audio) string {
	word := "-"
	switch {
	case a.Tone:
		word = "T"
	case a.Comfort:
		word = "C"
	case a.Lost == TickSamples:
		word = "L"
	case a.Open:
		word = "?"
		if label, ok := labels[a.PCM[100]]; ok {
			word = strconv.Itoa(label)
		}
	}
	if a.Lost > 0 && a.Lost < TickSamples {
		word += "/" + strconv.Itoa(a.Lost)
	}
	return word
}

// shorten writes equal words one after the other as one.
func shorten(words []string) string {
	var b strings.Builder
	for i := 0; i < len(words); {
		n := 1
		for i+n < len(words) && words[i+n] == words[i] {
			n++
		}
		b.WriteByte(' ')
		b.WriteString(words[i])
		if n > 1 {
			fmt.Fprintf(&b, "*%d", n)
		}
		i += n
	}
	return b.String()
}

// playCall gives records to a call and returns what came of them, line by line.
func playCall(c *Call, records []*Record) (lines []string, s *transcript) {
	s = newTranscript()
	end := Ending{At: -1}
	var info Info
	for _, r := range records {
		var err error
		switch r.Body {
		case StartBody:
			info, err = c.Begin(r, s)
		case MediaBody:
			err = c.Media(r)
		case EventBody:
			err = c.Event(r)
		case EndBody:
			end = c.End(r)
		}
		if refused := (*PacketError)(nil); err != nil && !errors.As(err, &refused) { // what is refused shows in the stats
			lines = append(lines, err.Error())
		}
	}
	if end.At < 0 {
		end = c.Abandon()
	}
	for _, leg := range info.Legs {
		lines = append(lines, leg.Name()+shorten(s.ticks[leg]))
	}
	lines = append(lines, s.events...)
	lines = append(lines, strings.TrimSpace(fmt.Sprintf("end %v %s", end.At, end.By.Name())))
	for _, leg := range info.Legs {
		if st := c.Stats(leg); st != (LegStats{}) {
			lines = append(lines, fmt.Sprintf("stats %s packets=%d lost=%d late=%d duplicates=%d reordered=%d refused=%d jitter=%v", leg.Name(),
				st.Packets, st.Lost, st.Late, st.Duplicates, st.Reordered, st.Refused, st.Jitter.Round(10*time.Microsecond)))
		}
	}
	if n := c.Counts(); n != (Counts{}) {
		lines = append(lines, fmt.Sprintf("counts %+v", n))
	}
	return append(lines, s.wrong...), s
}

// TestTimelines plays every timeline in several batchings and interleavings: all must give what it tells.
func TestTimelines(t *testing.T) {
	paths, err := filepath.Glob("testdata/timelines/*.txt")
	if err != nil || len(paths) == 0 {
		t.Fatalf("found %d timelines, %v", len(paths), err)
	}
	c := NewCall()
	for _, path := range paths {
		t.Run(strings.TrimSuffix(filepath.Base(path), ".txt"), func(t *testing.T) {
			sc := readScript(t, path)
			var first *transcript
			for _, b := range batchings {
				lines, s := playCall(c, sc.records(b.batch, b.delay))
				if !slices.Equal(lines, sc.want) {
					t.Errorf("%s:\ngot\n= %s\nwant\n= %s", b.name, strings.Join(lines, "\n= "), strings.Join(sc.want, "\n= "))
				}
				if first == nil {
					first = s
				}
				for leg, want := range first.audio {
					if !slices.Equal(s.audio[leg], want) {
						t.Errorf("%s: the audio of the %s differs from that in %s", b.name, leg.Name(), batchings[0].name)
					}
				}
			}
		})
	}
}

type batching struct {
	name  string
	batch time.Duration
	delay map[schemas.Leg]time.Duration
}

var batchings = []batching{
	{"batches of 200 ms", 200 * time.Millisecond, nil},
	{"a record for each packet", 0, nil},
	{"batches of 1 s", time.Second, nil},
	{"the customer 1.9 s behind", 60 * time.Millisecond, map[schemas.Leg]time.Duration{schemas.Leg_LEG_CUSTOMER: 1900 * time.Millisecond}},
	{"the agent 1 s behind", 500 * time.Millisecond, map[schemas.Leg]time.Duration{schemas.Leg_LEG_AGENT: time.Second}},
}
