package evidence

import (
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path"
	"time"

	"github.com/earshot/earshot/ingest"
	"github.com/earshot/earshot/schemas"
)

// Call is what a Store knows of a call beside its audio.
type Call struct {
	ID        string
	StartedAt time.Time
	Legs      []schemas.Leg
	// Whole: the call came in one piece. It is not to be heard while it is written.
	Whole bool
}

// ErrLost says that audio which had been written is there no more: the call has to be written again from its beginning.
var ErrLost = errors.New("audio that had been written is gone")

// Writer writes the audio of one call. A sample's place in the file follows from its tick, so whoever writes the same
// call again writes the same bytes to the same places. It holds in memory only what came since the last Flush.
type Writer struct {
	s     *Store
	call  Call
	work  string // the file in the working folder
	buf   []byte // audio that is not in the file yet
	at    int64  // bytes of audio in the file
	parts int    // that are in the store already
}

// Create begins the audio of a call. Nothing is written before the first Flush.
func (s *Store) Create(c Call) (*Writer, error) {
	if s.work == nil {
		return nil, fmt.Errorf("cannot write to evidence store %s: no working folder is set", s.where)
	}
	extension := ".wav"
	if c.Whole {
		extension = ".whole.wav" // a call may be written live at the same time
	}
	return &Writer{s: s, call: c, work: place("live", name(c.ID), extension)}, nil
}

// Tick takes the legs' next 20 ms.
func (w *Writer) Tick(legs []ingest.Audio) {
	for i := range ingest.TickSamples {
		for l := range legs {
			w.buf = binary.LittleEndian.AppendUint16(w.buf, uint16(linear16(legs[l].PCM[i])))
		}
	}
}

// Buffered is the bytes that a Flush would write.
func (w *Writer) Buffered() int { return len(w.buf) }

// Flush writes what has come: it can be heard then. After an error it can be tried again.
func (w *Writer) Flush(ctx context.Context) error {
	err := w.flush()
	if err == nil && w.s.parts && !w.call.Whole {
		err = w.putParts(ctx)
	}
	if err != nil {
		return fmt.Errorf("cannot write the audio of call %q to evidence store %s: %w", w.call.ID, w.s.where, err)
	}
	return nil
}

func (w *Writer) block() int { return 2 * len(w.call.Legs) }

// flush appends the buffer to the working file, then says so in its header: a reader believes the header.
func (w *Writer) flush() error {
	if len(w.buf) == 0 {
		return nil
	}
	root, err := w.s.work()
	if err != nil {
		return err
	}
	defer root.Close()
	f, err := w.open(root)
	if err != nil {
		return err
	}
	if err = errors.Join(w.append(f), f.Close()); err != nil {
		return err
	}
	w.at += int64(len(w.buf))
	w.buf = w.buf[:0]
	return nil
}

// open makes the file if nothing has been written yet; later it must be there.
func (w *Writer) open(root *os.Root) (*os.File, error) {
	if w.at > 0 {
		f, err := root.OpenFile(w.work, os.O_RDWR, 0)
		if errors.Is(err, fs.ErrNotExist) {
			err = ErrLost
		}
		return f, err
	}
	if err := root.MkdirAll(path.Dir(w.work), 0o750); err != nil {
		return nil, err
	}
	return root.OpenFile(w.work, os.O_CREATE|os.O_RDWR, 0o640)
}

// append writes the audio, then the header, which a reader believes. A file that another writer of the call had brought
// further stays as long as it is until this one is past it: what it holds is the same.
func (w *Writer) append(f *os.File) error {
	info, err := f.Stat()
	if err != nil {
		return err
	}
	if w.at > 0 && info.Size() < headerSize+w.at {
		return ErrLost
	}
	block := int64(w.block())
	bytes := max(w.at+int64(len(w.buf)), (info.Size()-headerSize)/block*block)
	header := wavHeader(len(w.call.Legs), ingest.SampleRate, bytes)
	if info.Size() < headerSize {
		_, err = f.WriteAt(append(header, w.buf...), 0) // at once, so that nobody finds a file without a header
		return err
	}
	if _, err = f.WriteAt(w.buf, headerSize+w.at); err != nil {
		return err
	}
	_, err = f.WriteAt(header, 0)
	return err
}

// Close ends the call: when it returns nil, the store has its audio and peaks, and knows that it is undecided. Of a call
// without a tick nothing is kept. After an error it can be tried again.
func (w *Writer) Close(ctx context.Context) error {
	if err := w.close(ctx); err != nil {
		return fmt.Errorf("cannot keep the audio of call %q in evidence store %s: %w", w.call.ID, w.s.where, err)
	}
	return nil
}

func (w *Writer) close(ctx context.Context) error {
	if err := w.flush(); err != nil {
		return err
	}
	if w.at == 0 {
		return nil
	}
	n := name(w.call.ID)
	root, err := w.s.work()
	if err != nil {
		return err
	}
	defer root.Close()
	if done, err := w.finish(ctx, root); err != nil || done {
		return err
	}
	// The audio first: an undecided call without audio would be taken for one that needs none.
	if err := w.s.adopt(ctx, place("audio", n, ".wav"), root, w.work); err != nil {
		return err
	}
	if err := w.s.undecided(ctx, w.call); err != nil {
		return err
	}
	return w.dropParts(ctx)
}

// finish gives the working file its final length and computes the peaks.
func (w *Writer) finish(ctx context.Context, root *os.Root) (done bool, err error) {
	f, err := root.OpenFile(w.work, os.O_RDWR, 0)
	if err != nil {
		if errors.Is(err, fs.ErrNotExist) && w.adopted(ctx) {
			return true, errors.Join(w.s.undecided(ctx, w.call), w.dropParts(ctx))
		}
		if errors.Is(err, fs.ErrNotExist) {
			err = ErrLost
		}
		return false, err
	}
	defer f.Close()
	if info, err := f.Stat(); err != nil || info.Size() < headerSize+w.at {
		return false, errors.Join(err, ErrLost)
	}
	err = f.Truncate(headerSize + w.at)
	if err == nil {
		_, err = f.WriteAt(wavHeader(len(w.call.Legs), ingest.SampleRate, w.at), 0)
	}
	if err != nil {
		return false, err
	}
	info, err := f.Stat()
	if err != nil {
		return false, err
	}
	a, err := newAudio(file{f, info}, info.Size(), nil)
	if err != nil {
		return false, err
	}
	peaks, err := computePeaks(a)
	if err != nil {
		return false, err
	}
	return false, w.s.put(ctx, place("peaks", name(w.call.ID), ".peaks"), peaks.Encode())
}

// adopted says that a Close before this one had got as far as the audio's being in the store.
func (w *Writer) adopted(ctx context.Context) bool {
	o, err := w.s.open(ctx, place("audio", name(w.call.ID), ".wav"))
	if err != nil {
		return false
	}
	defer o.Close()
	return o.Size() == headerSize+w.at
}

// Discard gives the call up: somebody else writes it, from the beginning. What can be heard of it stays.
func (w *Writer) Discard() {
	if !w.s.parts {
		return
	}
	if root, err := w.s.work(); err == nil {
		root.Remove(w.work)
		root.Close()
	}
}
