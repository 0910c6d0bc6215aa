package evidence

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"iter"
	"os"
	"path"
	"strings"
	"sync/atomic"
	"time"
)

// folder keeps objects as files below a directory. It goes through os.Root, so that no key and no link leads out of it.
type folder struct {
	dir  string
	tidy atomic.Bool // no torn file of an older version lies in it
}

// folderMark is in the folder from the beginning. Where it is missing, the disk that the folder should be on is not
// there: audio must not be written beside it, nor taken for deleted.
const folderMark = ".earshot-evidence"

// unfinished is where a file is written before it gets its name. What lies there for long is of one who died over it.
const unfinished = "unfinished"

// torn says whether a file is what an older version left when it died over a write: it wrote beside the key.
func torn(key string) bool { return path.Ext(key) == ".tmp" && !strings.HasPrefix(key, unfinished+"/") }

// openFolder makes the folder if it is not there; one that is must be empty or an evidence folder.
func openFolder(dir string) (*folder, error) {
	if err := os.MkdirAll(dir, 0o750); err != nil {
		return nil, fmt.Errorf("cannot make the evidence folder: %w", err)
	}
	f := &folder{dir: dir}
	entries, err := os.ReadDir(dir)
	if err != nil {
		return nil, fmt.Errorf("cannot read the evidence folder: %w", err)
	}
	if len(entries) > 0 {
		root, err := f.root()
		if err != nil {
			return nil, fmt.Errorf("cannot use %s: expected an empty folder, or an evidence folder with %s in it", dir, folderMark)
		}
		return f, root.Close()
	}
	if err := os.WriteFile(dir+"/"+folderMark, []byte("Earshot keeps audio of calls here. It is personal data.\n"), 0o640); err != nil {
		return nil, fmt.Errorf("cannot make the evidence folder: %w", err)
	}
	return f, nil
}

func (f *folder) root() (*os.Root, error) {
	root, err := os.OpenRoot(f.dir)
	if err == nil {
		if _, err = root.Lstat(folderMark); err == nil {
			return root, nil
		}
		root.Close()
	}
	// No fs.ErrNotExist: that would say that a file is missing.
	return nil, fmt.Errorf("cannot reach the evidence folder %s: %v", f.dir, err)
}

type file struct {
	*os.File
	info fs.FileInfo
}

func (f file) Size() int64        { return f.info.Size() }
func (f file) ModTime() time.Time { return f.info.ModTime() }

func (f *folder) open(_ context.Context, key string) (object, error) {
	root, err := f.root()
	if err != nil {
		return nil, err
	}
	defer root.Close()
	opened, err := root.Open(key)
	if err != nil {
		return nil, err
	}
	info, err := opened.Stat()
	if err != nil {
		opened.Close()
		return nil, err
	}
	return file{opened, info}, nil
}

func (f *folder) read(_ context.Context, key string) ([]byte, error) {
	root, err := f.root()
	if err != nil {
		return nil, err
	}
	defer root.Close()
	return root.ReadFile(key)
}

func (f *folder) put(_ context.Context, key string, data []byte) error {
	root, err := f.root()
	if err != nil {
		return err
	}
	defer root.Close()
	if err := root.MkdirAll(path.Dir(key), 0o750); err != nil {
		return err
	}
	// Of two writers of a key, both write the same.
	if err := root.MkdirAll(unfinished, 0o750); err != nil {
		return err
	}
	temporary := fmt.Sprintf("%s/%s.%d.tmp", unfinished, path.Base(key), time.Now().UnixNano())
	if err := writeSynced(root, temporary, data); err != nil {
		root.Remove(temporary)
		return err
	}
	return root.Rename(temporary, key)
}

// writeSynced returns when the disk has the data: the Kafka offset of what led to it may be committed next.
func writeSynced(root *os.Root, name string, data []byte) error {
	w, err := root.OpenFile(name, os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o640)
	if err != nil {
		return err
	}
	_, err = w.Write(data)
	return errors.Join(err, w.Sync(), w.Close())
}

func (f *folder) adopt(_ context.Context, key string, _ *os.Root, name string) error {
	root, err := f.root()
	if err != nil {
		return err
	}
	defer root.Close()
	written, err := root.OpenFile(name, os.O_RDWR, 0)
	if err != nil {
		return err
	}
	err = errors.Join(written.Sync(), written.Close())
	if err != nil {
		return err
	}
	if err := root.MkdirAll(path.Dir(key), 0o750); err != nil {
		return err
	}
	return root.Rename(name, key)
}

func (f *folder) remove(_ context.Context, keys ...string) error {
	root, err := f.root()
	if err != nil {
		return err
	}
	defer root.Close()
	var errs []error
	for _, key := range keys {
		if err := root.Remove(key); err != nil && !errors.Is(err, fs.ErrNotExist) {
			errs = append(errs, err)
		}
	}
	return errors.Join(errs...)
}

func (f *folder) list(ctx context.Context, prefix string) iter.Seq2[listed, error] {
	return func(yield func(listed, error) bool) {
		root, err := f.root()
		if err != nil {
			yield(listed{}, err)
			return
		}
		defer root.Close()
		err = fs.WalkDir(root.FS(), path.Clean(prefix), func(key string, d fs.DirEntry, err error) error {
			switch {
			case errors.Is(err, fs.ErrNotExist):
				return nil // gone meanwhile, or nothing there yet
			case err != nil:
				return err
			case ctx.Err() != nil:
				return ctx.Err()
			case d.IsDir() || torn(key):
				return nil
			}
			info, err := d.Info()
			if errors.Is(err, fs.ErrNotExist) {
				return nil
			}
			if err != nil {
				return err
			}
			if !yield(listed{key, info.Size(), info.ModTime()}, nil) {
				return fs.SkipAll
			}
			return nil
		})
		if err != nil {
			yield(listed{}, err)
		}
	}
}

// sweepTorn deletes torn files that nobody has written to since a time. Once it has seen the whole folder without one it
// looks no more: none are made any longer.
func (f *folder) sweepTorn(ctx context.Context, since time.Time) (removed int, err error) {
	if f.tidy.Load() {
		return 0, nil
	}
	root, err := f.root()
	if err != nil {
		return 0, err
	}
	defer root.Close()
	tidy := true
	err = fs.WalkDir(root.FS(), ".", func(key string, d fs.DirEntry, err error) error {
		switch {
		case errors.Is(err, fs.ErrNotExist):
			return nil // gone meanwhile
		case err != nil:
			return err
		case ctx.Err() != nil:
			return ctx.Err()
		case d.IsDir() || !torn(key):
			return nil
		}
		tidy = false
		info, err := d.Info()
		if errors.Is(err, fs.ErrNotExist) {
			return nil
		}
		if err != nil || !info.ModTime().Before(since) {
			return err
		}
		if err := root.Remove(key); err != nil && !errors.Is(err, fs.ErrNotExist) {
			return err
		}
		removed++
		return nil
	})
	if err == nil && tidy {
		f.tidy.Store(true)
	}
	return removed, err
}

// reachable: every access has looked for the folder's mark.
func (f *folder) reachable(context.Context) error { return nil }
