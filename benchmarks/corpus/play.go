package corpus

import (
	"bytes"
	"context"
	"encoding/binary"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"

	"google.golang.org/protobuf/encoding/protojson"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/types/known/durationpb"
	"google.golang.org/protobuf/types/known/timestamppb"

	"github.com/earshot/earshot/ingest"
	"github.com/earshot/earshot/internal/publisher"
	"github.com/earshot/earshot/schemas"
)

// sidecar is what is known of the call beside its audio.
func (c *Case) sidecar() *schemas.Recording {
	rec := &schemas.Recording{CallId: strings.ReplaceAll(c.ID, "/", "_"), Channels: c.channels, EndedBy: c.endedBy, StartedAt: &timestamppb.Timestamp{Seconds: 1767225600}}
	rec.Direction = schemas.Direction_DIRECTION_INBOUND
	if c.outbound {
		rec.Direction = schemas.Direction_DIRECTION_OUTBOUND
	}
	for _, e := range c.events {
		rec.Events = append(rec.Events, &schemas.CallEvent{Kind: e.kind, By: e.by, Offset: durationpb.New(e.at)})
	}
	return rec
}

// wav is the call's audio as a WAV file.
func (c *Case) wav() []byte {
	channels, n := len(c.tracks), len(c.tracks[0])
	var b bytes.Buffer
	put := func(v any) { binary.Write(&b, binary.LittleEndian, v) } //nolint:errcheck // a Buffer does not fail
	b.WriteString("RIFF")
	put(uint32(36 + 2*channels*n))
	b.WriteString("WAVEfmt ")
	put(uint32(16))
	put([]uint16{1, uint16(channels)})
	put([]uint32{rate, uint32(rate * 2 * channels)})
	put([]uint16{uint16(2 * channels), 16})
	b.WriteString("data")
	put(uint32(2 * channels * n))
	raw := make([]byte, 2*channels*n)
	for k, track := range c.tracks {
		for i, v := range track {
			binary.LittleEndian.PutUint16(raw[2*(i*channels+k):], uint16(int16(min(max(v*32768, -32768), 32767))))
		}
	}
	b.Write(raw)
	return b.Bytes()
}

// Write puts the call into a folder, as `earshot analyze` takes it: a WAV file, its sidecar, and the truth.
func (c *Case) Write(dir string) (path string, err error) {
	path = filepath.Join(dir, strings.ReplaceAll(c.ID, "/", "_")+".wav")
	sidecar, err := protojson.MarshalOptions{Multiline: true}.Marshal(c.sidecar())
	if err != nil {
		return "", fmt.Errorf("cannot write case %s: %w", c.ID, err)
	}
	truth, err := json.MarshalIndent(c, "", "\t")
	if err != nil {
		return "", fmt.Errorf("cannot write case %s: %w", c.ID, err)
	}
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return "", fmt.Errorf("cannot write case %s: %w", c.ID, err)
	}
	for name, data := range map[string][]byte{
		path: c.wav(), ingest.SidecarPath(path): sidecar, strings.TrimSuffix(path, ".wav") + ".truth": truth,
	} {
		if err := os.WriteFile(name, data, 0o644); err != nil {
			return "", fmt.Errorf("cannot write case %s: %w", c.ID, err)
		}
	}
	return path, nil
}

// Player takes a call: its Begin comes before the first tick.
type Player interface {
	ingest.Sink
	Begin(info ingest.Info)
}

// Play plays the call through ingest: as a recording, or live as RTP where packets are lost.
func (c *Case) Play(to Player) (ingest.Ending, error) {
	if c.loss > 0 {
		return c.playLive(to)
	}
	r, err := c.open()
	if err != nil {
		return ingest.Ending{}, fmt.Errorf("cannot play case %s: %w", c.ID, err)
	}
	defer r.Close()
	to.Begin(r.Info())
	return r.Run(context.Background(), to)
}

// open is the call as a recording: inline as long as a record of Kafka could hold it, else through a file.
func (c *Case) open() (*ingest.RecordingReader, error) {
	wav := c.wav()
	if len(wav) <= ingest.MaxInline {
		rec := c.sidecar()
		rec.Audio = &schemas.Recording_Inline{Inline: wav}
		return ingest.OpenRecording(rec, ingest.RecordingOptions{})
	}
	dir, err := os.MkdirTemp("", "earshot-case")
	if err != nil {
		return nil, err
	}
	defer os.RemoveAll(dir) // the file that is open stays until it is closed
	path, err := c.Write(dir)
	if err != nil {
		return nil, err
	}
	return ingest.OpenFile(path, nil)
}

func (c *Case) playLive(to Player) (end ingest.Ending, err error) {
	dir, err := os.MkdirTemp("", "earshot-case")
	if err != nil {
		return end, fmt.Errorf("cannot play case %s: %w", c.ID, err)
	}
	defer os.RemoveAll(dir)
	path, err := c.Write(dir)
	if err != nil {
		return end, err
	}
	var (
		chance = rand.New(rand.NewPCG(c.seed, uint64(len(c.tracks[0]))))
		call   = ingest.NewCall()
		record ingest.Record
	)
	for m, err := range publisher.Records(context.Background(), path, publisher.Options{}) {
		if err != nil {
			return end, fmt.Errorf("cannot play case %s: %w", c.ID, err)
		}
		if b := m.GetMedia(); b != nil {
			kept := b.Packets[:0]
			for _, p := range b.Packets {
				if chance.Float64() >= c.loss {
					kept = append(kept, p)
				}
			}
			b.Packets = kept
		}
		wire, err := proto.Marshal(m)
		if err == nil {
			err = record.Decode(wire)
		}
		if err != nil {
			return end, fmt.Errorf("cannot play case %s: %w", c.ID, err)
		}
		switch record.Body {
		case ingest.StartBody:
			var info ingest.Info
			if info, err = call.Begin(&record, to); err == nil {
				to.Begin(info)
			}
		case ingest.MediaBody:
			err = call.Media(&record)
		case ingest.EventBody:
			err = call.Event(&record)
		case ingest.EndBody:
			end = call.End(&record)
		}
		if err != nil {
			return end, fmt.Errorf("cannot play case %s: %w", c.ID, err)
		}
	}
	return end, nil
}
