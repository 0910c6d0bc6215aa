package clickhouse

import (
	"errors"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestParse(t *testing.T) {
	for _, c := range []struct {
		name, text string
		want       query
	}{
		{"select", "SELECT 1", query{verb: "SELECT"}},
		{"comments and blanks first", "\ufeff -- a\n# b\n/* c */ select 1", query{verb: "SELECT"}},
		{"format", "SELECT 1 FORMAT JSON", query{verb: "SELECT", format: "JSON"}},
		{"format, settings, semicolon", "SELECT 1 FORMAT JSON SETTINGS max_threads = 1;  -- end", query{verb: "SELECT", format: "JSON"}},
		{"a column called format", "SELECT format FROM t WHERE format = 'x'", query{verb: "SELECT"}},
		{"format inside a string, a name, a heredoc, a comment", "SELECT 'FORMAT A', `FORMAT B`, $t$ FORMAT C; $t$ /* FORMAT D */", query{verb: "SELECT"}},
		{"quotes escaped both ways", `SELECT 'a\'; b', 'c''; d' FORMAT CSV`, query{verb: "SELECT", format: "CSV"}},
		{"insert values", "INSERT INTO t (a, b) VALUES (1, ';')",
			query{verb: "INSERT", insert: true, head: "INSERT INTO t (a, b) ", format: "Values", data: " (1, ';')"}},
		{"insert format, data behind the line end", "INSERT INTO t FORMAT CSV\n 1;2\n",
			query{verb: "INSERT", insert: true, head: "INSERT INTO t ", format: "CSV", data: " 1;2\n"}},
		{"insert native, data binary", "INSERT INTO t FORMAT Native\n\n\x01'\x00",
			query{verb: "INSERT", insert: true, head: "INSERT INTO t ", format: "Native", data: "\n\x01'\x00"}},
		{"insert with settings and a column called format", "insert into t (format) settings async_insert=1 format TSV",
			query{verb: "INSERT", insert: true, head: "insert into t (format) settings async_insert=1 ", format: "TSV"}},
		{"insert select", "INSERT INTO t SELECT * FROM u FORMAT Null", query{verb: "INSERT", format: "Null"}},
		{"set", "SET max_threads = 1", query{verb: "SET", session: true}},
		{"use", "use x", query{verb: "USE", session: true}},
		{"temporary table", "CREATE OR REPLACE TEMPORARY TABLE t (a Int8)", query{verb: "CREATE", session: true}},
		{"parenthesis first", "(SELECT 1) UNION ALL (SELECT 2)", query{}},
		{"quote that never ends", "SELECT 'a", query{verb: "SELECT"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			got, err := parse(c.text)
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(c.want, got, cmp.AllowUnexported(query{})); diff != "" {
				t.Errorf("-want +got:\n%s", diff)
			}
		})
	}
}

func TestParseRefuses(t *testing.T) {
	for _, c := range []struct {
		text string
		code int
	}{
		{"", codeSyntaxError},
		{" -- nothing\n", codeSyntaxError},
		{"SELECT 1; SELECT 2", codeSyntaxError},
		{"SELECT 1;;", codeSyntaxError},
		{"SELECT 1 INTO OUTFILE '/tmp/x'", codeIntoOutfile},
		{"INSERT INTO t FROM INFILE '/etc/passwd' FORMAT CSV", codeNotImplemented},
	} {
		_, err := parse(c.text)
		var e *exception
		if !errors.As(err, &e) || e.code != c.code {
			t.Errorf("parse(%q) gives %v, want an exception with code %d", c.text, err, c.code)
		}
	}
}

func FuzzParse(f *testing.F) {
	for _, s := range []string{"SELECT 'a", "INSERT INTO t FORMAT", "$a$ $b$", "/*", "INSERT INTO t VALUES", "x\\", "FORMAT"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, text string) {
		q, err := parse(text)
		if err == nil && len(q.head)+len(q.data) > len(text) {
			t.Errorf("parse(%q) made text up: %+v", text, q)
		}
	})
}

func TestNewException(t *testing.T) {
	for _, c := range []struct {
		text, want string
		code       int
	}{
		{"Code: 60. DB::Exception: no table. (UNKNOWN_TABLE)", "Code: 60. DB::Exception: no table. (UNKNOWN_TABLE)", 60},
		{"Code: 241. DB::Exception: Code: 241. DB::Exception: Code: 241. DB::Exception: memory", "Code: 241. DB::Exception: memory", 241},
		{"Error: something else", "Code: 1002. DB::Exception: something else. (UNKNOWN_EXCEPTION)", 1002},
	} {
		if e := newException(c.text); e.text != c.want || e.code != c.code {
			t.Errorf("newException(%q) = %d, %q, want %d, %q", c.text, e.code, e.text, c.code, c.want)
		}
	}
}
