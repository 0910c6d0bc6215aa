package evidence

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"strings"

	"github.com/earshot/earshot/ingest"
	"github.com/earshot/earshot/schemas"
)

// Store keeps the audio of calls. It is safe for concurrent use, also by several programs on one folder or bucket.
type Store struct {
	objects
	where string
	work  func() (*os.Root, error) // where calls that go on are written; nil if nothing may be
	parts bool                     // of calls that go on, whole parts are put into the store too
	roots []string
}

// Options are what a location does not say.
type Options struct {
	// Roots are the folders that a recording's file:// uri may point into; none: no such recording is opened.
	Roots []string
	// S3 is how to reach the bucket of an s3:// location.
	S3 S3
}

// Open opens the store at a location: a folder, which is made if it is not there, or s3://bucket/prefix.
func Open(ctx context.Context, location string, o Options) (*Store, error) {
	switch {
	case location == "":
		return nil, errors.New("no evidence store: expected a folder or s3://bucket/prefix")
	case strings.HasPrefix(location, "s3://"):
		return openS3(ctx, location, o)
	case strings.Contains(location, "://"):
		return nil, fmt.Errorf("cannot use evidence store %q: expected a folder or s3://bucket/prefix", location)
	}
	f, err := openFolder(location)
	if err != nil {
		return nil, err
	}
	return &Store{objects: f, where: location, work: f.root, roots: o.Roots}, nil
}

// String is the store's location.
func (s *Store) String() string { return s.where }

// Open gives a call's audio, or a *StateError that says why there is none. The audio of a call that goes on ends where
// it had got to. Close it.
func (s *Store) Open(ctx context.Context, callID string) (*Audio, error) {
	a, err := s.find(ctx, callID)
	switch {
	case err == nil:
		return a, nil
	case errors.Is(err, fs.ErrNotExist):
		return nil, s.absent(ctx, callID)
	default:
		return nil, &StateError{CallID: callID, State: Unreachable, Err: err}
	}
}

// find looks where the audio may be, twice: a call that ends meanwhile moves from the second place to the first.
func (s *Store) find(ctx context.Context, callID string) (*Audio, error) {
	n := name(callID)
	for range 2 {
		for _, open := range []func(context.Context, string) (*Audio, error){s.ended, s.live, s.referenced} {
			a, err := open(ctx, n)
			if err == nil || !errors.Is(err, fs.ErrNotExist) {
				return a, err
			}
		}
	}
	return nil, fs.ErrNotExist
}

func (s *Store) ended(ctx context.Context, n string) (*Audio, error) {
	o, err := s.open(ctx, place("audio", n, ".wav"))
	if err != nil {
		return nil, err
	}
	return stored(o)
}

func (s *Store) live(ctx context.Context, n string) (*Audio, error) {
	if s.parts {
		return s.openParts(ctx, n)
	}
	for try := 1; ; try++ {
		o, err := s.open(ctx, place("live", n, ".wav"))
		if err != nil {
			return nil, err
		}
		// The header may say more than there was when the file was opened: it has grown since.
		a, err := stored(o)
		if err == nil || try == 5 {
			return a, err
		}
	}
}

// reference is what is kept of a recording that lies elsewhere.
type reference struct {
	URI      string        `json:"uri"`
	Channels []schemas.Leg `json:"channels"` // the leg of each channel
}

func (s *Store) referenced(ctx context.Context, n string) (*Audio, error) {
	var r reference
	if err := s.load(ctx, place("reference", n, ".json"), &r); err != nil {
		return nil, err
	}
	f, size, err := ingest.OpenURI(r.URI, s.roots)
	if err != nil {
		return nil, fmt.Errorf("%v", err) // a recording that is not there is unreachable, not unknown
	}
	info, err := f.Stat()
	if err != nil {
		f.Close()
		return nil, fmt.Errorf("cannot open recording %s: %v", r.URI, err)
	}
	a, err := newAudio(file{f, info}, size, r.Channels)
	if err != nil {
		f.Close()
		return nil, fmt.Errorf("cannot open recording %s: %w", r.URI, err)
	}
	return a, nil
}

// absent says why nothing was found of a call.
func (s *Store) absent(ctx context.Context, callID string) error {
	o, err := s.open(ctx, place("expired", name(callID), ".json"))
	if err == nil {
		o.Close()
		return &StateError{CallID: callID, State: Expired}
	}
	if errors.Is(err, fs.ErrNotExist) {
		if err = s.reachable(ctx); err == nil {
			return &StateError{CallID: callID, State: NeverKept}
		}
	}
	return &StateError{CallID: callID, State: Unreachable, Err: err}
}

// Refer notes where the recording of a call lies that is over. channels is the leg of each of its channels.
func (s *Store) Refer(ctx context.Context, c Call, uri string, channels []schemas.Leg) error {
	fail := func(err error) error {
		return fmt.Errorf("cannot keep the reference to the recording of call %q: %w", c.ID, err)
	}
	n := name(c.ID)
	if err := s.write(ctx, place("reference", n, ".json"), reference{uri, channels}); err != nil {
		return fail(err)
	}
	if err := s.undecided(ctx, c); err != nil {
		return fail(err)
	}
	return nil
}

// load reads a small file of JSON.
func (s *Store) load(ctx context.Context, key string, to any) error {
	data, err := s.read(ctx, key)
	if err != nil {
		return err
	}
	if err := json.Unmarshal(data, to); err != nil {
		return fmt.Errorf("cannot read %s of evidence store %s: %w", key, s.where, err)
	}
	return nil
}

func (s *Store) write(ctx context.Context, key string, value any) error {
	var b bytes.Buffer
	if err := json.NewEncoder(&b).Encode(value); err != nil {
		return err
	}
	return s.put(ctx, key, b.Bytes())
}
