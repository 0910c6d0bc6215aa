package evidence

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"iter"
	"maps"
	"path"
	"strings"
	"time"
)

// Entry is a call that waits for a decision about its audio.
type Entry struct {
	CallID    string    `json:"call_id"`
	StartedAt time.Time `json:"started_at"`
	// Since is when its audio came here whole: a recording may be of a call long ago.
	Since time.Time `json:"since"`
	// Gone: the audio is no more, only the note that there was some.
	Gone bool `json:"gone,omitempty"`

	key string // where it waits
}

const undecidedPrefix = "due/undecided/"

// undecided notes that a call has ended and has its audio here.
func (s *Store) undecided(ctx context.Context, c Call) error {
	return s.write(ctx, undecidedPrefix+name(c.ID)+".json", Entry{CallID: c.ID, StartedAt: c.StartedAt.UTC(), Since: time.Now().UTC().Truncate(time.Second)})
}

// Known are entries that have been read before, by where they wait.
type Known map[string]Entry

// Undecided gives the calls that nobody has decided on since they ended. Of those known it does not read the entries
// again; known then holds those that it gave. Known may be nil.
func (s *Store) Undecided(ctx context.Context, known Known) iter.Seq2[Entry, error] {
	return func(yield func(Entry, error) bool) {
		still := Known{}
		for e, err := range s.entries(ctx, undecidedPrefix, known, func(string) bool { return true }) {
			if err == nil {
				still[e.key] = e
			}
			if !yield(e, err) {
				return
			}
		}
		if known != nil {
			clear(known)
			maps.Copy(known, still)
		}
	}
}

// Abandoned deletes what is left of calls that nobody has written to since a time: they never ended. So it does with files
// that somebody died over.
func (s *Store) Abandoned(ctx context.Context, since time.Time) (removed int, err error) {
	for _, prefix := range []string{"live/", unfinished + "/"} {
		for l, err := range s.list(ctx, prefix) {
			if err != nil {
				return removed, fmt.Errorf("cannot list evidence store %s: %w", s.where, err)
			}
			if !l.changed.Before(since) {
				continue
			}
			if err := s.remove(ctx, l.key); err != nil {
				return removed, fmt.Errorf("cannot delete %s, which was given up: %w", l.key, err)
			}
			removed++
		}
	}
	if f, ok := s.objects.(*folder); ok {
		n, err := f.sweepTorn(ctx, since)
		removed += n
		if err != nil {
			return removed, fmt.Errorf("cannot clean evidence store %s of torn files: %w", s.where, err)
		}
	}
	if !s.parts || s.work == nil {
		return removed, nil
	}
	root, err := s.work()
	if err != nil {
		return removed, fmt.Errorf("cannot read the working folder: %w", err)
	}
	defer root.Close()
	err = fs.WalkDir(root.FS(), ".", func(name string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		if info, err := d.Info(); err != nil || !info.ModTime().Before(since) {
			return nil // gone, or written to
		}
		removed++
		return root.Remove(name)
	})
	return removed, err
}

// Due gives the calls that are to be looked at again by now.
func (s *Store) Due(ctx context.Context, now time.Time) iter.Seq2[Entry, error] {
	today := now.UTC().Format(time.DateOnly)
	return s.entries(ctx, "due/", nil, func(key string) bool { return path.Base(path.Dir(key)) <= today })
}

// entries gives those below a prefix, in order, up to the first that is not wanted.
func (s *Store) entries(ctx context.Context, prefix string, known Known, wanted func(key string) bool) iter.Seq2[Entry, error] {
	return func(yield func(Entry, error) bool) {
		for l, err := range s.list(ctx, prefix) {
			if err != nil {
				yield(Entry{}, fmt.Errorf("cannot list evidence store %s: %w", s.where, err))
				return
			}
			if !wanted(l.key) {
				return
			}
			e, seen := known[l.key]
			if !seen {
				e.key = l.key
				if err = s.load(ctx, l.key, &e); errors.Is(err, fs.ErrNotExist) {
					continue // somebody else has just decided
				}
			}
			if !yield(e, err) {
				return
			}
		}
	}
}

// Keep keeps a call's audio until a day, on which it is Due.
func (s *Store) Keep(ctx context.Context, e Entry, until time.Time) error {
	key := "due/" + until.UTC().Format(time.DateOnly) + "/" + name(e.CallID) + ".json"
	if err := s.write(ctx, key, e); err != nil {
		return fmt.Errorf("cannot keep the audio of call %q: %w", e.CallID, err)
	}
	return s.settled(ctx, e, key)
}

// Remove deletes a call's audio as if it had never been kept.
func (s *Store) Remove(ctx context.Context, e Entry) error {
	if err := s.delete(ctx, e.CallID); err != nil {
		return err
	}
	return s.settled(ctx, e, "")
}

// Expire deletes a call's audio and notes that there was some. The note goes when it is Due, at the given time.
func (s *Store) Expire(ctx context.Context, e Entry, forget time.Time) error {
	if e.Gone {
		if err := s.remove(ctx, place("expired", name(e.CallID), ".json")); err != nil {
			return fmt.Errorf("cannot delete the note of call %q: %w", e.CallID, err)
		}
		return s.settled(ctx, e, "")
	}
	if err := s.write(ctx, place("expired", name(e.CallID), ".json"), struct{}{}); err != nil {
		return fmt.Errorf("cannot note that the audio of call %q has expired: %w", e.CallID, err)
	}
	if err := s.delete(ctx, e.CallID); err != nil {
		return err
	}
	gone := e
	gone.Gone = true
	return s.Keep(ctx, gone, forget)
}

func (s *Store) delete(ctx context.Context, callID string) error {
	n := name(callID)
	if err := s.remove(ctx, place("audio", n, ".wav"), place("reference", n, ".json"), place("peaks", n, ".peaks")); err != nil {
		return fmt.Errorf("cannot delete the audio of call %q: %w", callID, err)
	}
	return nil
}

// settled takes the entry from where it waited. That is the last step: until then everything is done again.
func (s *Store) settled(ctx context.Context, e Entry, now string) error {
	if e.key == "" || e.key == now {
		return nil
	}
	if err := s.remove(ctx, e.key); err != nil {
		return fmt.Errorf("cannot take call %q off %s: %w", e.CallID, strings.TrimSuffix(path.Dir(e.key), "/"), err)
	}
	return nil
}
