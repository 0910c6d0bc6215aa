package clickhouse

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"time"

	"golang.org/x/sys/unix"
)

// libchdb leaves out what ClickHouse does when a write to a file fails, for a full disk, say: it goes on as if the bytes
// were there. An INSERT whose part is empty is acknowledged then, and a merge puts an empty part in place of what it
// merged. But it counts the writes that failed. So the engine is told to keep clear of a full disk, nothing that may have
// changed something is answered before that count was looked at, and when a write has failed nothing is answered any
// more, and the process is to end. Opened again, the engine puts aside the parts that are not whole, and goes back to
// what they were merged from.

// configName is the engine's configuration, in the folder of its data.
const configName = "earshot.xml"

// keepFree is how much of the disk is never written to on purpose.
const keepFree = 64 << 20

// config keeps what was merged for as long as a server keeps it, s, where libchdb would remove it at once: by then the
// merged part is known to be in its files. And it refuses inserts and merges before the disk is full.
var config = fmt.Sprintf(`<clickhouse>
  <merge_tree><old_parts_lifetime>480</old_parts_lifetime></merge_tree>
  <storage_configuration><disks><default><keep_free_space_bytes>%d</keep_free_space_bytes></default></disks></storage_configuration>
</clickhouse>
`, keepFree)

// configure writes the engine's configuration into dir.
func configure(dir string) error {
	path := filepath.Join(dir, configName)
	there, err := os.ReadFile(path)
	if err == nil && string(there) == config {
		return nil // also where the disk is full
	}
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return fmt.Errorf("cannot read the engine's configuration: %w", err)
	}
	if err := os.WriteFile(path, []byte(config), 0o640); err != nil {
		return fmt.Errorf("cannot write the engine's configuration: %w", err)
	}
	return nil
}

// roomy gives an error unless the disk has room. The engine looks itself before it writes parts, but not before it writes
// definitions of tables.
func (p *pool) roomy() error {
	var fs unix.Statfs_t
	if err := unix.Statfs(p.dir, &fs); err != nil {
		return fmt.Errorf("cannot ask how much room is left for %s: %w", p.dir, err)
	}
	if free := fs.Bavail * uint64(fs.Bsize); free < keepFree {
		return raise(codeNotEnoughSpace, "NOT_ENOUGH_SPACE", "Cannot write a definition: %d MiB are left on the disk of %s, expected at least %d", free>>20, p.dir, keepFree>>20)
	}
	return nil
}

// lookEvery is how often the count of failed writes is looked at when no client changes anything: merges write, too.
const lookEvery = time.Second

// errUnwritten says that the engine is not to be trusted with anything more until it is opened again.
var errUnwritten = raise(codeNotEnoughSpace, "NOT_ENOUGH_SPACE", "the engine could not write to its files, most likely because the disk is full: "+
	"it does nothing more until it has room and is started again. What was acknowledged is there")

// sound gives an error unless all that the engine wrote so far is in its files. Once it has given errUnwritten it gives
// nothing else.
func (p *pool) sound() error {
	p.controlMu.Lock()
	defer p.controlMu.Unlock()
	if p.unwritten.Load() {
		return errUnwritten
	}
	r, err := p.control.query(statement{text: "SELECT value FROM system.events WHERE event = 'WriteBufferFromFileDescriptorWriteFailed'", format: "TSVRaw"})
	if err != nil {
		return err
	}
	defer r.close()
	if len(r.bytes()) > 0 { // events that have not happened have no row
		p.unwritten.Store(true)
		return errUnwritten
	}
	return nil
}

// watch looks at the count of failed writes until ctx ends or one has failed.
func (s *Server) watch(ctx context.Context) {
	defer close(s.watched)
	ticker := time.NewTicker(lookEvery)
	defer ticker.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-ticker.C:
		}
		switch err := s.pool.sound(); {
		case err == errUnwritten:
			s.log.Error("the embedded ClickHouse cannot go on", "error", err)
			close(s.failed)
			return
		case err != nil:
			s.log.Warn("cannot ask the ClickHouse engine whether it could write", "error", err)
		}
	}
}

// Wait returns when ctx ends, or with an error when the engine cannot go on: then Close the server and end the process.
func (s *Server) Wait(ctx context.Context) error {
	select {
	case <-ctx.Done():
		return nil
	case <-s.failed:
		return fmt.Errorf("the embedded ClickHouse cannot go on: %w", errUnwritten)
	}
}
