package publisher

import (
	"fmt"
	"net/url"
	"os"
	"path/filepath"
	"time"

	"google.golang.org/protobuf/types/known/timestamppb"

	"github.com/earshot/earshot/ingest"
	"github.com/earshot/earshot/schemas"
)

// Recording makes a whole call in one record of a WAV file and what its sidecar says: the audio itself if it is at
// most ingest.MaxInline, and else where the file is. A file that cannot be read as a recording is refused here, not by
// the worker.
func Recording(file string, o Options) (*schemas.Recording, error) {
	r, err := ingest.OpenFile(file, o.Channels)
	if err != nil {
		return nil, err
	}
	defer r.Close()
	rec, err := ingest.LoadSidecar(file)
	if err != nil {
		return nil, err
	}
	rec.CallId += o.Suffix
	if rec.StartedAt == nil && !o.StartedAt.IsZero() {
		rec.StartedAt = timestamppb.New(o.StartedAt.UTC().Truncate(time.Microsecond))
	}
	if len(rec.Channels) == 0 {
		rec.Channels = o.Channels
		if legs := r.Info().Legs; len(legs) == 1 || o.Channels == nil {
			rec.Channels = legs
		}
	}
	info, err := os.Stat(file)
	if err != nil {
		return nil, fmt.Errorf("cannot read recording %s: %w", file, err)
	}
	if o.ByURI || info.Size() > ingest.MaxInline {
		uri, err := fileURI(file)
		if err != nil {
			return nil, err
		}
		rec.Audio = &schemas.Recording_Uri{Uri: uri}
		return rec, nil
	}
	audio, err := os.ReadFile(file)
	if err != nil {
		return nil, fmt.Errorf("cannot read recording %s: %w", file, err)
	}
	rec.Audio = &schemas.Recording_Inline{Inline: audio}
	return rec, nil
}

func fileURI(file string) (string, error) {
	path, err := filepath.Abs(file)
	if err != nil {
		return "", fmt.Errorf("cannot tell where recording %s is: %w", file, err)
	}
	return (&url.URL{Scheme: "file", Path: filepath.ToSlash(path)}).String(), nil
}
