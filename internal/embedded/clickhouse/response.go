package clickhouse

import (
	"bytes"
	"crypto/rand"
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/ClickHouse/ch-go/compress"
)

// holdBack is how much of an answer is kept before the first byte goes out: an
// error within it still gets its proper status.
const holdBack = 1 << 20

// idleLimit is how long a client may neither send nor take the next piece.
const idleLimit = time.Minute

// summary is what X-ClickHouse-Summary tells about a query.
type summary struct{ readRows, readBytes, rows, bytes uint64 }

func (s *summary) add(t summary) {
	s.readRows += t.readRows
	s.readBytes += t.readBytes
	s.rows += t.rows
	s.bytes += t.bytes
}

// response writes an answer the way ClickHouse's server does.
type response struct {
	w       http.ResponseWriter
	frames  *compress.Writer // nil: not compressed
	held    bytes.Buffer
	sent    bool
	summary summary
	begun   time.Time
	tag     string // marks an exception behind output that has already gone out
}

func newResponse(w http.ResponseWriter, queryID, version string) *response {
	r := &response{w: w, begun: time.Now(), tag: rand.Text()[:16]}
	w.Header().Set("X-ClickHouse-Query-Id", first(queryID, rand.Text()))
	w.Header().Set("X-ClickHouse-Server-Display-Name", "earshot embedded ClickHouse "+version)
	w.Header().Set("X-ClickHouse-Exception-Tag", r.tag)
	return r
}

func (r *response) setFormat(format string) {
	r.w.Header().Set("X-ClickHouse-Format", format)
	r.w.Header().Set("Content-Type", contentType(format))
}

// Write takes a piece of the result, compresses it if asked to, and holds it back
// as long as there is room.
func (r *response) Write(p []byte) (int, error) {
	if r.frames == nil {
		return len(p), r.put(p)
	}
	for rest := p; len(rest) > 0; {
		n := min(len(rest), frameSize)
		if err := r.frames.Compress(rest[:n]); err != nil {
			return 0, fmt.Errorf("cannot compress the result: %w", err)
		}
		if err := r.put(r.frames.Data); err != nil {
			return 0, err
		}
		rest = rest[n:]
	}
	return len(p), nil
}

func (r *response) put(p []byte) error {
	if !r.sent && r.held.Len()+len(p) <= holdBack {
		r.held.Write(p)
		return nil
	}
	if err := r.flush(); err != nil { // renews the deadline too
		return err
	}
	_, err := r.w.Write(p)
	return err
}

func (r *response) flush() error {
	r.sent = true
	// A client that stops reading must not keep a session of the engine for ever.
	_ = http.NewResponseController(r.w).SetWriteDeadline(time.Now().Add(idleLimit))
	_, err := r.held.WriteTo(r.w)
	return err
}

// end sends what is held back.
func (r *response) end() error {
	if !r.sent {
		s := r.summary
		r.w.Header().Set("X-ClickHouse-Summary", fmt.Sprintf(
			`{"read_rows":"%d","read_bytes":"%d","written_rows":"%d","written_bytes":"%d","elapsed_ns":"%d"}`,
			s.readRows, s.readBytes, s.rows, s.bytes, time.Since(r.begun).Nanoseconds()))
	}
	return r.flush()
}

// fail sends an exception: by itself, with its status, if nothing has gone out,
// and otherwise as the framed block that clients look for at the end.
func (r *response) fail(e *exception, version string) {
	text := strings.TrimSpace(e.text)
	if !strings.Contains(text, "(version ") {
		text += " (version " + version + ")"
	}
	if r.sent {
		_ = http.NewResponseController(r.w).SetWriteDeadline(time.Now().Add(idleLimit))
		fmt.Fprintf(r.w, "\r\n__exception__\r\n%s\r\n%s\n%d %s\r\n__exception__\r\n", r.tag, text, len(text)+1, r.tag)
		return
	}
	r.held.Reset()
	r.w.Header().Set("X-ClickHouse-Exception-Code", strconv.Itoa(e.code))
	r.w.Header().Set("Content-Type", "text/plain; charset=UTF-8")
	r.w.WriteHeader(e.status())
	fmt.Fprintln(r.w, text)
}

func contentType(format string) string {
	switch {
	case strings.HasPrefix(format, "JSON") && strings.Contains(format, "EachRow"):
		return "application/x-ndjson; charset=UTF-8"
	case strings.HasPrefix(format, "JSON"):
		return "application/json; charset=UTF-8"
	case strings.HasPrefix(format, "TSV"), strings.HasPrefix(format, "TabSeparated"):
		return "text/tab-separated-values; charset=UTF-8"
	case strings.HasPrefix(format, "CSV"):
		return "text/csv; charset=UTF-8"
	case format == "Native", format == "Parquet", format == "Arrow", strings.HasPrefix(format, "RowBinary"):
		return "application/octet-stream"
	default:
		return "text/plain; charset=UTF-8"
	}
}
