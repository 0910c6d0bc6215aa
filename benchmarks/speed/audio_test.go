package speed

import (
	"os"
	"path/filepath"
	"sync"
	"testing"
)

var folder = sync.OnceValues(func() (string, error) { return os.MkdirTemp("", "earshot-speed-") })

func dir(b *testing.B) string {
	d, err := folder()
	if err != nil {
		b.Fatal(err)
	}
	return d
}

// file keeps the hour on disk, where a back catalogue lies; the system's cache makes it warm.
func file(b *testing.B, wav []byte) string {
	path := filepath.Join(dir(b), b.Name()+".wav")
	if info, err := os.Stat(path); err != nil || info.Size() != int64(len(wav)) {
		if err := os.WriteFile(path, wav, 0o600); err != nil {
			b.Fatal(err)
		}
	}
	return path
}

func TestMain(m *testing.M) {
	code := m.Run()
	if d, err := folder(); err == nil {
		os.RemoveAll(d)
	}
	os.Exit(code)
}
