package evidence

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"path"
	"strconv"
	"strings"
	"time"

	"github.com/earshot/earshot/ingest"
)

// An object in a bucket cannot grow. So that a call in a bucket can be heard while it goes on, each partTime of it is put
// there as an object of its own, until the whole is.
const partTime = 20 * time.Second

func partSize(legs int) int64 { return int64(partTime.Seconds()) * ingest.SampleRate * 2 * int64(legs) }

func partFolder(n string) string { return place("live", n, "") + "/" }

// putParts puts the parts that have become whole. The number of legs is in a part's name: it has no header.
func (w *Writer) putParts(ctx context.Context) error {
	size := partSize(len(w.call.Legs))
	for ; int64(w.parts+1)*size <= w.at; w.parts++ {
		root, err := w.s.work()
		if err != nil {
			return err
		}
		f, err := root.Open(w.work)
		root.Close()
		if err != nil {
			return err
		}
		data := make([]byte, size)
		_, err = f.ReadAt(data, headerSize+int64(w.parts)*size)
		f.Close()
		if err != nil {
			return err
		}
		key := fmt.Sprintf("%s%d-%06d", partFolder(name(w.call.ID)), len(w.call.Legs), w.parts)
		if err := w.s.put(ctx, key, data); err != nil {
			return err
		}
	}
	return nil
}

// dropParts takes them away: the whole is there.
func (w *Writer) dropParts(ctx context.Context) error {
	if !w.s.parts || w.call.Whole {
		return nil
	}
	var keys []string
	for l, err := range w.s.list(ctx, partFolder(name(w.call.ID))) {
		if err != nil {
			return err
		}
		keys = append(keys, l.key)
	}
	return w.s.remove(ctx, keys...)
}

// joined reads a call's parts as the file that they will be.
type joined struct {
	s       *Store
	ctx     context.Context
	call    string // its name
	header  []byte
	keys    []string
	size    int64 // of each part
	changed time.Time
	last    int // the part that was read last, kept open
	opened  object
}

func (s *Store) openParts(ctx context.Context, n string) (*Audio, error) {
	j := &joined{s: s, ctx: ctx, call: n}
	legs := 0
	for l, err := range s.list(ctx, partFolder(n)) {
		if err != nil {
			return nil, err
		}
		before, number, _ := strings.Cut(path.Base(l.key), "-")
		of, err := strconv.Atoi(before)
		if err != nil || of < 1 || of > 2 || number != fmt.Sprintf("%06d", len(j.keys)) || l.size != partSize(of) {
			break // a gap: what comes after it is of no use yet
		}
		legs, j.size, j.changed = of, l.size, l.changed
		j.keys = append(j.keys, l.key)
	}
	if legs == 0 {
		return nil, fs.ErrNotExist
	}
	j.header = wavHeader(legs, ingest.SampleRate, j.Size()-headerSize)
	return stored(j)
}

func (j *joined) Size() int64        { return headerSize + int64(len(j.keys))*j.size }
func (j *joined) ModTime() time.Time { return j.changed }

func (j *joined) Close() error {
	if j.opened == nil {
		return nil
	}
	return j.opened.Close()
}

func (j *joined) ReadAt(p []byte, at int64) (n int, err error) {
	for n < len(p) {
		switch here := at + int64(n); {
		case here >= j.Size():
			return n, io.EOF
		case here < headerSize:
			n += copy(p[n:], j.header[here:])
		default:
			got, err := j.readPart(p[n:], here-headerSize)
			if n += got; err != nil {
				return n, err
			}
		}
	}
	return n, nil
}

// readPart reads from one part. If that is no more, the call has ended meanwhile, and the whole has the same bytes.
func (j *joined) readPart(p []byte, at int64) (int, error) {
	i, in := int(at/j.size), at%j.size
	p = p[:min(int64(len(p)), j.size-in)]
	if j.opened == nil || j.last != i {
		j.Close()
		j.opened = nil
		o, err := j.s.open(j.ctx, j.keys[i])
		if errors.Is(err, fs.ErrNotExist) {
			return j.readWhole(p, at)
		}
		if err != nil {
			return 0, err
		}
		j.opened, j.last = o, i
	}
	n, err := j.opened.ReadAt(p, in)
	if n == len(p) {
		return n, nil
	}
	if errors.Is(missing(err), fs.ErrNotExist) {
		return j.readWhole(p, at)
	}
	return n, err
}

func (j *joined) readWhole(p []byte, at int64) (int, error) {
	o, err := j.s.open(j.ctx, place("audio", j.call, ".wav"))
	if err != nil {
		return 0, err
	}
	defer o.Close()
	return o.ReadAt(p, headerSize+at)
}
