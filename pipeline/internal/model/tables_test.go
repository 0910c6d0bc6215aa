package model

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"sync"
	"time"

	"github.com/earshot/earshot/pipeline/store"
)

var errAway = errors.New("ClickHouse is away")

// tables are ClickHouse's: of the rows of one key, that of the highest version counts, and of equal versions the later.
type tables struct {
	mutex    sync.Mutex
	rng      *rand.Rand
	rows     map[string]row
	conflict string // two different rows of one key and version

	away          bool    // every write fails
	before, after float64 // how likely a write fails before, or after, its rows are there
	slow          time.Duration
}

type row struct {
	version uint64
	said    string
}

func newTables(rng *rand.Rand) *tables {
	return &tables{rng: rng, rows: map[string]row{}}
}

// Write is store.Writer's. Some of it may be written though it fails, as the tables are three.
func (s *tables) Write(ctx context.Context, b *store.Batch) error {
	s.mutex.Lock()
	slow := time.Duration(0)
	if s.slow > 0 {
		slow = time.Duration(s.rng.Int64N(int64(s.slow)))
	}
	s.mutex.Unlock()
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-time.After(slow):
	}
	s.mutex.Lock()
	defer s.mutex.Unlock()
	if s.away || s.rng.Float64() < s.before {
		return errAway
	}
	fail := s.rng.Float64() < s.after
	part := s.rng.IntN(4)
	s.insert(len(b.Segments), func(i int) (string, uint64, string) {
		r := &b.Segments[i]
		return fmt.Sprintf("segment %s %s %s %.3f", r.CallID, r.Kind, r.Leg, r.Start), r.Version, fmt.Sprintf("%+v", *r)
	})
	if fail && part == 0 {
		return errAway
	}
	s.insert(len(b.Flags), func(i int) (string, uint64, string) {
		r := &b.Flags[i]
		return fmt.Sprintf("flag %s %s %s", r.CallID, r.Rule, r.FlagID), r.Version, fmt.Sprintf("%+v", *r)
	})
	if fail && part == 1 {
		return errAway
	}
	s.insert(len(b.Calls), func(i int) (string, uint64, string) {
		r := &b.Calls[i]
		return "call " + r.CallID, r.Version, fmt.Sprintf("%+v", *r)
	})
	if fail {
		return errAway
	}
	return nil
}

func (s *tables) insert(n int, at func(int) (key string, version uint64, said string)) {
	for i := range n {
		key, version, said := at(i)
		old, there := s.rows[key]
		if there && old.version == version && old.said != said && s.conflict == "" {
			s.conflict = fmt.Sprintf("%s has two rows of version %d:\n\t%s\n\t%s", key, version, old.said, said)
		}
		if !there || version >= old.version {
			s.rows[key] = row{version, said}
		}
	}
}

func (s *tables) set(do func()) {
	s.mutex.Lock()
	defer s.mutex.Unlock()
	do()
}

func (s *tables) has(key string) bool {
	s.mutex.Lock()
	defer s.mutex.Unlock()
	_, there := s.rows[key]
	return there
}

// door is one process's way to the tables. When the process is dead nothing goes through it any more; when it is stopped, what it
// was writing waits, and is written when it wakes up.
type door struct {
	*tables
	link *link // frozen as the process's network is
	dead func() bool
}

func (d *door) Write(ctx context.Context, b *store.Batch) error {
	if d.link.wait() {
		ctx = context.WithoutCancel(ctx) // it was on its way already
	}
	if d.dead() {
		return errAway
	}
	return d.tables.Write(ctx, b)
}
