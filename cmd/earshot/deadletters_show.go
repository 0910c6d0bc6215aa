package main

import (
	"context"
	"fmt"
	"text/tabwriter"

	"google.golang.org/protobuf/encoding/protojson"
	"google.golang.org/protobuf/proto"

	"github.com/earshot/earshot/pipeline/deadletters"
	"github.com/earshot/earshot/schemas"
)

type deadLettersShowCmd struct {
	kafkaFlags
	ID  string `arg:"" help:"The dead letter, as list names it."`
	Raw bool   `help:"Nothing but the record's bytes."`
}

func (c *deadLettersShowCmd) Run(ctx context.Context, s *streams) error {
	filter := letterFilter{kafkaFlags: c.kafkaFlags}
	letters, err := filter.read(ctx, s, func(l *deadletters.Letter) bool { return l.ID == c.ID })
	if err != nil {
		return err
	}
	if len(letters) == 0 {
		return fmt.Errorf("no dead letter %s: expected an id as in `earshot deadletters list --all`", c.ID)
	}
	l := letters[len(letters)-1]
	k, err := c.connection()
	if err != nil {
		return err
	}
	value, err := l.Value(ctx, k)
	if err != nil {
		return err
	}
	if c.Raw {
		_, err := s.out.Write(value)
		return err
	}
	w := tabwriter.NewWriter(s.out, 0, 0, 2, ' ', 0)
	line := func(name, format string, args ...any) { fmt.Fprintf(w, name+"\t"+format+"\n", args...) }
	line("record", "offset %d of partition %d of %s", l.Offset, l.Partition, l.Topic)
	line("time", "%s", local(l.Time))
	line("call", "%s", l.Key)
	line("reason", "%s", l.Reason)
	line("error", "%s", l.Error)
	for _, h := range l.Headers {
		line("header", "%s: %q", h.Key, h.Value)
	}
	if l.Replayed != nil {
		line("replayed", "%s", local(*l.Replayed))
	}
	w.Flush()
	fmt.Fprintf(s.out, "\n%s\n", described(l, value, c.Topic))
	return nil
}

// described is the record as JSON, its audio left out, or its first bytes if it is none.
func described(l *deadletters.Letter, value []byte, t topics) string {
	if len(value) == 0 {
		return "The letter only refers to the record; it is in the topic as long as that keeps it."
	}
	var m proto.Message
	audio := 0
	switch l.Topic {
	case t.Recordings:
		rec := &schemas.Recording{}
		m = rec
		if proto.Unmarshal(value, rec) != nil {
			m = nil
		} else if inline, ok := rec.Audio.(*schemas.Recording_Inline); ok {
			audio = len(inline.Inline)
			rec.Audio = nil
		}
	default:
		rec := &schemas.CallRecord{}
		m = rec
		if proto.Unmarshal(value, rec) != nil {
			m = nil
		}
		for _, p := range rec.GetMedia().GetPackets() {
			audio += len(p.Rtp)
			p.Rtp = p.Rtp[:min(len(p.Rtp), 16)] // header and a few bytes
		}
	}
	if m == nil {
		return fmt.Sprintf("%d bytes that are no record of %s: %q", len(value), l.Topic, value[:min(len(value), 64)])
	}
	text, err := protojson.MarshalOptions{Multiline: true, UseProtoNames: true}.Marshal(m)
	if err != nil {
		text = []byte(err.Error())
	}
	return fmt.Sprintf("%s\n%d bytes, of these audio: %d", text, len(value), audio)
}
