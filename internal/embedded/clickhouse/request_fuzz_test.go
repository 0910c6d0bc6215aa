package clickhouse

import (
	"bytes"
	"compress/gzip"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"testing"
)

// zipped is the text as a client compresses it.
func zipped(text string) []byte {
	var b bytes.Buffer
	w := gzip.NewWriter(&b)
	_, _ = io.WriteString(w, text) // into memory
	_ = w.Close()
	return b.Bytes()
}

// FuzzRequest reads what a client may send: method, query string, the headers that are looked at, and a body in any encoding.
// What is refused is an exception with a code; what is taken keeps to its bounds, and sets nothing that is no setting's name.
func FuzzRequest(f *testing.F) {
	f.Add(true, "query=SELECT+1", "", "", "", []byte(nil))
	f.Add(true, "query=INSERT+INTO+t+FORMAT+CSV&max_threads=3&param_a=b", "gzip", "db", "CSV", zipped("1,one\n2,two\n"))
	f.Add(true, "decompress=1&compress=1&network_compression_method=zstd&client_protocol_version=54460", "", "", "Native", []byte("INSERT INTO t FORMAT Native\n\x01\x02"))
	f.Add(false, "wait_end_of_query=1&database=x&default_format=JSON", "br", "", "", []byte("SELECT {a:UInt8}"))
	f.Add(true, "session_id=1", "zstd", "", "", []byte("\x28\xb5\x2f\xfd\x04\x00"))
	f.Add(true, "a%3D1,b=1&;%zz", "deflate", "", "", []byte{0x78, 0x9c})
	f.Fuzz(func(t *testing.T, post bool, params, encoding, database, format string, body []byte) {
		method := http.MethodGet
		if post {
			method = http.MethodPost
		}
		r := httptest.NewRequest(method, "http://127.0.0.1/", bytes.NewReader(body))
		r.URL = &url.URL{Path: "/", RawQuery: params}
		r.Header.Set("Content-Encoding", encoding)
		r.Header.Set("X-ClickHouse-Database", database)
		r.Header.Set("X-ClickHouse-Format", format)
		req, err := readRequest(r)
		if err != nil {
			if e := asException(err); e.code == 0 || e.text == "" || e.status() < 400 {
				t.Fatalf("refused with %+v", e)
			}
			return
		}
		if len(req.text) > maxQuery+len(params)+1 {
			t.Fatalf("a query of %d bytes", len(req.text))
		}
		for _, s := range req.settings {
			if !settingName.MatchString(s.name) {
				t.Fatalf("sets %q", s.name)
			}
		}
		if q, err := parse(req.text); err == nil && !post && q.insert && q.reads() {
			t.Fatalf("a GET may do %q", req.text)
		}
		_, _ = io.Copy(io.Discard, io.LimitReader(req.more, 4<<20)) // must not panic, whatever follows
	})
}

// FuzzQuote asks whether a value can break out of the text that a setting puts it into.
func FuzzQuote(f *testing.F) {
	for _, s := range []string{"", "it's", `\`, `\'`, "a\x00b", "'; DROP TABLE t; --", "\n"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, value string) {
		text := quote(value)
		lex := lexer{sql: text}
		if first := lex.next(); first.start != 0 || first.end != len(text) || lex.next().kind != tokenEnd {
			t.Fatalf("%q is quoted as %q, which is more than one string", value, text)
		}
	})
}
