package review

import (
	"bytes"
	"net/http"
	"net/http/httptest"
	"os"
	"strings"
	"testing"

	"github.com/earshot/earshot/pipeline/store"
)

func logged(t *testing.T, s *site, call string) []store.AccessRow {
	t.Helper()
	page, err := s.store.AccessLog(t.Context(), store.Scope{All: true}, store.AccessFilter{CallID: call}, store.Page{Limit: 100})
	if err != nil {
		t.Fatal(err)
	}
	return page.Rows
}

// watcher asks, as the first byte of an answer leaves, what the access log says by then.
type watcher struct {
	*httptest.ResponseRecorder
	first func()
}

func (w *watcher) Write(b []byte) (int, error) {
	if w.first != nil {
		w.first()
		w.first = nil
	}
	return w.ResponseRecorder.Write(b)
}

// Each route that gives out sound is in the log before its first byte leaves, and gives nothing if the log cannot take it.
func TestEveryRouteWithSoundLogsFirst(t *testing.T) {
	s := newSite(t)
	n := 0
	for _, rt := range s.routes {
		if !rt.audio {
			continue
		}
		n++
		path := sample(s, rt)
		before := len(logged(t, s, "talk"))
		w := &watcher{ResponseRecorder: httptest.NewRecorder()}
		w.first = func() {
			rows := logged(t, s, "talk")
			if len(rows) != before+1 {
				t.Fatalf("%s: the first byte leaves with %d entries in the log, want %d", path, len(rows), before+1)
			}
		}
		r := httptest.NewRequest("GET", path, nil)
		r.RemoteAddr = "192.0.2.7:1234"
		s.as("inspector").serve(w, r)
		if w.Code != http.StatusOK || w.first != nil || w.Body.Len() == 0 {
			t.Fatalf("%s: status %d, %d bytes", path, w.Code, w.Body.Len())
		}
		row := logged(t, s, "talk")[0]
		if row.By != "inspector" || row.Role != "inspector" || row.Address != "192.0.2.7" || row.CallID != "talk" || row.AgentID != "A1" || row.Team != "north" {
			t.Errorf("%s: logged %+v", path, row)
		}
	}
	if n == 0 {
		t.Fatal("no route gives out sound")
	}
	execute(t, s, "RENAME TABLE access_log TO access_log_gone")
	for _, rt := range s.routes {
		if rt.audio {
			got := s.as("inspector").get(sample(s, rt))
			if got.StatusCode < 500 || strings.Contains(got.body, "RIFF") {
				t.Errorf("%s gives status %d and %d bytes although nothing can be logged", rt.pattern, got.StatusCode, len(got.body))
			}
		}
	}
}

// What is not marked as sound gives none, and only one file can open any.
func TestNoOtherWayToSound(t *testing.T) {
	s := newSite(t)
	for _, rt := range s.routes {
		if rt.audio || rt.method != "GET" {
			continue
		}
		for _, who := range []string{"agent", "inspector", "manager", "admin"} {
			got := s.as(who).get(sample(s, rt))
			if kind := got.Header.Get("Content-Type"); strings.HasPrefix(kind, "audio/") || strings.Contains(got.body, "RIFF") {
				t.Errorf("%s gives %s", rt.pattern, kind)
			}
		}
	}
	entries, err := os.ReadDir(".")
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range entries {
		if !strings.HasSuffix(e.Name(), ".go") || strings.HasSuffix(e.Name(), "_test.go") {
			continue
		}
		data, err := os.ReadFile(e.Name())
		if err != nil {
			t.Fatal(err)
		}
		if e.Name() != "audio.go" && bytes.Contains(data, []byte("config.Evidence")) {
			t.Errorf("%s reaches for the audio past audio.go", e.Name())
		}
	}
}

func TestRanges(t *testing.T) {
	s := newSite(t)
	c := s.as("agent")
	whole := c.get("/calls/talk/audio")
	whole.want(t, 200)
	size := len(whole.body)
	if size != 44+90*8000*4 || whole.Header.Get("Content-Type") != "audio/wav" || whole.Header.Get("Accept-Ranges") != "bytes" {
		t.Fatalf("%d bytes, %v", size, whole.Header)
	}
	for _, tc := range []struct {
		asked       string
		status      int
		body        string
		first, last int64
		start, end  float64
	}{
		{"bytes=0-3", 206, "RIFF", 0, 3, 0, 0},
		{"bytes=-1", 206, whole.body[size-1:], int64(size - 1), int64(size - 1), 90 - 1./8000, 90},
		{"bytes=44-32043", 206, whole.body[44:32044], 44, 32043, 0, 1},
		{"bytes=2880000-", 206, whole.body[2880000:], 2880000, int64(size - 1), (2880000 - 44) / 32000., 90},
		{"bytes=0-99999999", 206, whole.body, 0, int64(size - 1), 0, 90},
		{"bytes=99999999-", 416, "", -1, -1, 0, 90},
		{"seconds=1-2", 416, "", -1, -1, 0, 90}, // no unit this server knows
	} {
		got := c.get("/calls/talk/audio", "Range", tc.asked)
		if got.StatusCode != tc.status || (tc.body != "" && got.body != tc.body) {
			t.Errorf("%s: status %d, %d bytes, Content-Range %q", tc.asked, got.StatusCode, len(got.body), got.Header.Get("Content-Range"))
		}
		row := logged(t, s, "talk")[0]
		if row.FirstByte != tc.first || row.LastByte != tc.last || row.Start < tc.start-.001 || row.Start > tc.start+.001 || row.End < tc.end-.001 || row.End > tc.end+.001 {
			t.Errorf("%s: logged bytes %d–%d, %v–%v s", tc.asked, row.FirstByte, row.LastByte, row.Start, row.End)
		}
	}
}

func TestAudioThatIsNotThere(t *testing.T) {
	s := newSite(t)
	for _, tc := range []struct {
		who, call string
		status    int
		says      string
	}{
		{"inspector", "gone", 410, "has expired"},
		{"inspector", "short", 404, "No audio was kept"},
		{"inspector", "nowhere", 404, "no such call"},
		{"inspector", "away", 404, "no such call"}, // another team's
		{"agent", "short", 404, "no such call"},    // another agent's
		{"agent", "gone", 410, "has expired"},
	} {
		s.as(tc.who).get("/calls/"+tc.call+"/audio").want(t, tc.status, tc.says)
		if rows := logged(t, s, tc.call); len(rows) != 0 {
			t.Errorf("%s: logged %v although nothing was heard", tc.call, rows)
		}
	}
	s.as("inspector").get("/calls/gone").want(t, 200, "has expired and was deleted")
	c := s.as("inspector")
	c.lang = "zh"
	c.get("/calls/gone").want(t, 200, "录音已过期并删除")
}
