package processes

import (
	"net/http"
	"net/http/httptest"
	"os"
	"strings"
	"testing"
	"time"
)

// What a process has used grows with what it does, and all processes together have used more.
func TestUsage(t *testing.T) {
	before, rss, err := Usage(os.Getpid())
	if err != nil {
		t.Fatal(err)
	}
	if rss < 1<<20 {
		t.Errorf("%d bytes of memory, expected a megabyte at least", rss)
	}
	var after time.Duration
	for n := 0; after <= before; n++ {
		if after, _, err = Usage(os.Getpid()); err != nil {
			t.Fatal(err)
		}
		_ = strings.Repeat("work", n%4096)
	}
	if all, err := Machine(); err != nil || all < after {
		t.Errorf("all processes have used %v, this one %v, %v", all, after, err)
	}
	if _, _, err := Usage(1 << 30); err == nil {
		t.Error("no process has that number, and no error")
	}
}

func TestScrape(t *testing.T) {
	text := "# HELP a_total A.\na_total{topic=\"x y\",partition=\"0\"} 3\na_total{topic=\"z\",partition=\"1\"} 4.5\nb 1e+06\n"
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path != "/metrics" {
			http.NotFound(w, r)
			return
		}
		_, _ = w.Write([]byte(text))
	}))
	defer s.Close()
	m, err := Scrape(strings.TrimPrefix(s.URL, "http://"))
	if err != nil {
		t.Fatal(err)
	}
	if m.Sum("a_total") != 7.5 || m.Most("a_total") != 4.5 || m.Sum("b") != 1e6 || m.Sum("none") != 0 {
		t.Errorf("metrics: %v", m)
	}
	text = "a_total three\n"
	if _, err := Scrape(strings.TrimPrefix(s.URL, "http://")); err == nil {
		t.Error("a value that is no number, and no error")
	}
}
