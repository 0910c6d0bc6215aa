package main

import (
	"context"
	"fmt"
	"log/slog"
	"maps"
	"strings"
	"sync"
	"time"
)

// trouble is a warning or an error that was logged.
type trouble struct {
	At   time.Time `json:"at"`
	What string    `json:"what"`
}

// troubles remember the last warning or error that was logged of each partition, and of the process as a whole. Everything
// that goes wrong with a partition is logged with its topic and number, so nothing else has to be told of it.
type troubles struct {
	mu   sync.Mutex
	last map[partition]trouble
}

// partition names one; the zero value is the whole process.
type partition struct {
	topic, id string
}

// of gives the last trouble, nil if there was none or nobody remembers.
func (t *troubles) of(p partition) *trouble {
	if t == nil {
		return nil
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	if last, ok := t.last[p]; ok {
		return &last
	}
	return nil
}

// remembering hands records on to a handler and remembers the troubles among them.
type remembering struct {
	slog.Handler
	troubles *troubles
	about    map[string]string // attributes given with With
}

func newRemembering(h slog.Handler) *remembering {
	return &remembering{Handler: h, troubles: &troubles{last: map[partition]trouble{}}}
}

// Enabled is slog.Handler's: troubles are remembered even if the log is to be quieter.
func (r *remembering) Enabled(ctx context.Context, level slog.Level) bool {
	return level >= slog.LevelWarn || r.Handler.Enabled(ctx, level)
}

// WithAttrs is slog.Handler's.
func (r *remembering) WithAttrs(attrs []slog.Attr) slog.Handler {
	about := maps.Clone(r.about)
	if about == nil {
		about = map[string]string{}
	}
	for _, a := range attrs {
		about[a.Key] = a.Value.String()
	}
	return &remembering{Handler: r.Handler.WithAttrs(attrs), troubles: r.troubles, about: about}
}

// WithGroup is slog.Handler's.
func (r *remembering) WithGroup(name string) slog.Handler {
	return &remembering{Handler: r.Handler.WithGroup(name), troubles: r.troubles, about: r.about}
}

// Handle is slog.Handler's.
func (r *remembering) Handle(ctx context.Context, record slog.Record) error {
	if record.Level >= slog.LevelWarn {
		r.remember(record)
	}
	if !r.Handler.Enabled(ctx, record.Level) {
		return nil
	}
	return r.Handler.Handle(ctx, record)
}

func (r *remembering) remember(record slog.Record) {
	p := partition{r.about["topic"], r.about["partition"]}
	var details []string
	record.Attrs(func(a slog.Attr) bool {
		switch a.Key {
		case "topic":
			p.topic = a.Value.String()
		case "partition":
			p.id = a.Value.String()
		case "stack":
		case "error":
			details = append([]string{a.Value.String()}, details...)
		default:
			details = append(details, fmt.Sprintf("%s=%v", a.Key, a.Value))
		}
		return true
	})
	if p.topic == "" || p.id == "" {
		p = partition{}
	}
	what := record.Message
	if len(details) > 0 {
		what += ": " + strings.Join(details, ", ")
	}
	r.troubles.mu.Lock()
	defer r.troubles.mu.Unlock()
	r.troubles.last[p] = trouble{At: record.Time, What: what}
}
