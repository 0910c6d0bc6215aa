package clickhouse

import (
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"golang.org/x/sys/unix"
)

// A full disk of a kind that needs no disk of its own: from here on the process may not write to files.
func (p *process) forbidWrites() {
	p.t.Helper()
	none := unix.Rlimit{Cur: 0, Max: unix.RLIM_INFINITY}
	if err := unix.Prlimit(p.cmd.Process.Pid, unix.RLIMIT_FSIZE, &none, nil); err != nil {
		p.t.Fatal(err)
	}
}

// refused sends a statement that must not be acknowledged.
func (p *process) refused(query string) {
	p.t.Helper()
	status, body := p.send(query)
	if status != http.StatusInternalServerError || !strings.Contains(body, "Code: 243") || !strings.Contains(body, "could not write") {
		p.t.Errorf("%s answered %d %s; expected 500 and that it could not write", query, status, body)
	}
}

// gaveUp waits for the process to end because it cannot write.
func (p *process) gaveUp() {
	p.t.Helper()
	if got := p.line(); !strings.Contains(got, "cannot go on") {
		p.t.Errorf("it said %q, expected that it cannot go on", got)
	}
	if got := p.line(); !strings.Contains(got, "left as it is") {
		p.t.Errorf("it said %q, expected that it leaves the engine as it is", got)
	}
	if err := p.cmd.Wait(); err == nil {
		p.t.Error("it ended with exit status 0")
	}
}

// Whatever the engine could not write is not acknowledged, and everything else is there afterwards.
func TestNothingIsAcknowledgedThatCouldNotBeWritten(t *testing.T) {
	for _, c := range []struct{ name, statement string }{
		{"insert of values", "INSERT INTO e.t VALUES (100)"},
		{"insert of data", "INSERT INTO e.t FORMAT TSV\n100\n"},
		{"insert of a query", "INSERT INTO e.t SELECT 100"},
		{"insert with", "WITH 100 AS a INSERT INTO e.t SELECT a"},
		{"merge", "OPTIMIZE TABLE e.t FINAL"},
	} {
		t.Run(c.name, func(t *testing.T) {
			dir := t.TempDir()
			p := spawn(t, dir)
			p.post("CREATE DATABASE e ENGINE = Atomic")
			p.post("CREATE TABLE e.t (a UInt64) ENGINE = MergeTree ORDER BY a")
			p.post("INSERT INTO e.t SELECT number FROM numbers(10)")
			p.post("INSERT INTO e.t SELECT 10 + number FROM numbers(10)")
			p.forbidWrites()
			p.refused(c.statement)
			p.refused("SELECT 1") // it is not to be trusted with reading either
			p.gaveUp()

			p = spawn(t, dir)
			if got := p.post("SELECT count(), sum(a) FROM e.t"); got != "20\t190" {
				t.Errorf("after a start with room again the table holds %q, expected the 20 rows that were acknowledged", got)
			}
			p.post("INSERT INTO e.t VALUES (100)")
			if got := p.post("SELECT count(), sum(a) FROM e.t"); got != "21\t290" {
				t.Errorf("after one more row the table holds %q", got)
			}
		})
	}
}

// Merges write when no client does.
func TestAMergeThatCouldNotBeWrittenIsNoticed(t *testing.T) {
	dir := t.TempDir()
	p := spawn(t, dir)
	p.post("CREATE DATABASE e ENGINE = Atomic")
	p.post("CREATE TABLE e.t (a UInt64) ENGINE = MergeTree ORDER BY a SETTINGS merge_selector_base = 1")
	p.post("SYSTEM STOP MERGES")
	for range 12 {
		p.post("INSERT INTO e.t SELECT number FROM numbers(10)")
	}
	p.forbidWrites()
	p.send("SYSTEM START MERGES") // refused, if a merge was quicker
	p.gaveUp()

	p = spawn(t, dir)
	if got := p.post("SELECT count(), sum(a) FROM e.t"); got != "120\t540" {
		t.Errorf("the table holds %q, expected all rows", got)
	}
}

// A definition that was not written whole would keep the engine from being opened again.
func TestNoTableIsDefinedOnAFullDisk(t *testing.T) {
	dir := t.TempDir()
	if err := unix.Mount("tmpfs", dir, "tmpfs", 0, "size=80m"); err != nil {
		t.Skipf("cannot mount a small disk: %v", err)
	}
	t.Cleanup(func() { unix.Unmount(dir, unix.MNT_DETACH) })
	p := spawn(t, dir)
	p.post("CREATE TABLE t (a UInt64) ENGINE = MergeTree ORDER BY a")
	p.post("INSERT INTO t VALUES (1)")
	if err := os.WriteFile(filepath.Join(dir, "ballast"), make([]byte, 40<<20), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, statement := range []string{"CREATE TABLE u (a UInt64) ENGINE = MergeTree ORDER BY a", "ALTER TABLE t ADD COLUMN b UInt64", "RENAME TABLE t TO u", "INSERT INTO t VALUES (2)"} {
		if status, body := p.send(statement); status != http.StatusInternalServerError || !strings.Contains(body, "Code: 243") {
			t.Errorf("%s answered %d %s; expected 500 and code 243", statement, status, body)
		}
	}
	if got := p.post("SELECT count() FROM t"); got != "1" {
		t.Errorf("the table holds %s rows, expected 1", got)
	}
	if err := os.Remove(filepath.Join(dir, "ballast")); err != nil {
		t.Fatal(err)
	}
	p.post("INSERT INTO t VALUES (2)") // without a start in between
}

func TestTheEngineKeepsClearOfAFullDisk(t *testing.T) {
	for query, want := range map[string]string{
		"SELECT keep_free_space FROM system.disks":                                       "67108864",
		"SELECT value FROM system.merge_tree_settings WHERE name = 'old_parts_lifetime'": "480",
	} {
		if got := strings.TrimSpace(post(t, "", query)); got != want {
			t.Errorf("%s: %s, expected %s", query, got, want)
		}
	}
}
