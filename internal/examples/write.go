package examples

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"os"
	"time"

	"github.com/go-audio/audio"
	"github.com/go-audio/wav"
	"google.golang.org/protobuf/encoding/protojson"
	"google.golang.org/protobuf/types/known/durationpb"
	"google.golang.org/protobuf/types/known/timestamppb"

	"github.com/earshot/earshot/ingest"
	"github.com/earshot/earshot/schemas"
)

func offset(d time.Duration) *durationpb.Duration {
	return durationpb.New(d.Round(time.Millisecond))
}

func sidecar(sc script, legs []schemas.Leg, events []*schemas.CallEvent, startedAt time.Time) *schemas.Recording {
	return &schemas.Recording{
		CallId:    sc.name,
		AgentId:   sc.desk.agentID,
		Seat:      sc.desk.seat,
		Team:      sc.desk.team,
		Queue:     sc.desk.queue,
		Customer:  sc.customer,
		Direction: schemas.Direction_DIRECTION_INBOUND,
		StartedAt: timestamppb.New(startedAt),
		Channels:  legs,
		EndedBy:   sc.endedBy,
		Events:    events,
	}
}

// writeSidecar writes the facts beside the recording at path. protojson varies its white space from build to build, so
// it is laid out anew.
func writeSidecar(path string, rec *schemas.Recording) error {
	data, err := protojson.MarshalOptions{UseProtoNames: true}.Marshal(rec)
	if err != nil {
		return fmt.Errorf("cannot write sidecar: %w", err)
	}
	var b bytes.Buffer
	if err := json.Indent(&b, data, "", "  "); err != nil {
		return fmt.Errorf("cannot write sidecar: %w", err)
	}
	b.WriteByte('\n')
	if err := os.WriteFile(ingest.SidecarPath(path), b.Bytes(), 0o644); err != nil {
		return fmt.Errorf("cannot write sidecar: %w", err)
	}
	return nil
}

// writeWAV writes the tracks as the channels of a 16-bit file.
func writeWAV(path string, tracks [][]float32) (err error) {
	defer func() {
		if err != nil {
			err = fmt.Errorf("cannot write recording: %w", err)
		}
	}()
	part := path + ".part"
	f, err := os.Create(part)
	if err != nil {
		return err
	}
	err = errors.Join(encode(wav.NewEncoder(f, sampleRate, 16, len(tracks), 1), tracks), f.Close())
	if err != nil {
		return err
	}
	return os.Rename(part, path) // in one step: nobody ever reads half a recording
}

// encode writes a second at a time: the encoder keeps what it is given in a buffer of its own.
func encode(e *wav.Encoder, tracks [][]float32) error {
	n := len(tracks)
	buf := &audio.IntBuffer{SourceBitDepth: 16, Format: &audio.Format{NumChannels: n, SampleRate: sampleRate}}
	for at := 0; at < len(tracks[0]); at += sampleRate {
		buf.Data = buf.Data[:0]
		for i := at; i < min(at+sampleRate, len(tracks[0])); i++ {
			for _, track := range tracks {
				buf.Data = append(buf.Data, int(math.Round(float64(track[i])*math.MaxInt16)))
			}
		}
		if err := e.Write(buf); err != nil {
			return err
		}
	}
	return e.Close()
}
