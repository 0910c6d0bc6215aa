package store

import (
	"strings"
	"testing"
)

// FuzzDSN asks of every DSN, good or bad, that what is said of it keeps the password to itself.
func FuzzDSN(f *testing.F) {
	for _, s := range []string{"http://u:%s@host:8123/earshot", "clickhouse://host:9000/a?password=%s&dial_timeout=x", "http://u:%s#/@h", "%s", "http://u:%%zz%s@h", "https://h/?password=%s&secure=x"} {
		before, after, _ := strings.Cut(s, "%s")
		f.Add(before, after)
	}
	const password = "hunter2hunter2"
	f.Fuzz(func(t *testing.T, before, after string) {
		// Only where a password may stand: behind the user's name, or as the parameter.
		scheme, rest, ok := strings.Cut(before, "://")
		user := ok && strings.HasSuffix(rest, ":") && !strings.ContainsAny(scheme+rest, "/?#@ ") && strings.Contains(after, "@")
		parameter := ok && strings.HasSuffix(rest, "?password=") && strings.Count(rest, "?") == 1
		if !user && !parameter {
			return
		}
		dsn := before + password + after
		if said := Redact(dsn); strings.Contains(said, password) {
			t.Errorf("%q is redacted as %q", dsn, said)
		}
		if _, err := parseDSN(dsn, Options{}); err != nil && strings.Contains(err.Error(), password) {
			t.Errorf("%q: the error gives the password away: %v", dsn, err)
		}
	})
}

// FuzzPlace reads the cursors that a page hands to a browser, which may hand back anything.
func FuzzPlace(f *testing.F) {
	f.Add(place{1, -5, "x"}.String())
	f.Add("e30")
	f.Add("%")
	f.Fuzz(func(t *testing.T, cursor string) {
		p, _, err := parsePlace(cursor)
		if err != nil {
			return
		}
		if again, _, err := parsePlace(p.String()); err != nil || again.compare(p) != 0 {
			t.Fatalf("%+v is read again as %+v: %v", p, again, err)
		}
	})
}
