//go:build chaos

package chaos

import (
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/segmentio/kafka-go"
)

// The databases of the two runs.
const (
	disturbed   = "disturbed"
	undisturbed = "undisturbed"
)

// query asks the engine.
func (w *world) query(sql string) (string, error) {
	client := http.Client{Timeout: time.Minute}
	resp, err := client.Post("http://"+w.http+"/?"+url.Values{"wait_end_of_query": {"1"}}.Encode(), "text/plain", strings.NewReader(sql))
	if err != nil {
		return "", err
	}
	defer resp.Body.Close()
	body, err := io.ReadAll(resp.Body)
	if err == nil && resp.StatusCode != http.StatusOK {
		err = fmt.Errorf("%s: %s", sql, body)
	}
	return strings.TrimSpace(string(body)), err
}

// awaitJudged returns when the tables have all calls that were sent, and says how many they lack otherwise.
func (w *world) awaitJudged(database string, calls int, within time.Duration) error {
	for deadline := time.Now().Add(within); ; time.Sleep(500 * time.Millisecond) {
		w.revive()
		n, err := w.query("SELECT count() FROM " + database + ".calls FINAL")
		if err == nil && n == fmt.Sprint(calls) {
			return nil
		}
		if time.Now().After(deadline) {
			return fmt.Errorf("%s: %s of %d calls are judged after %v (%v)", database, n, calls, within, err)
		}
	}
}

// table is how a table of the two runs compares.
type table struct {
	name         string
	rows, differ int
	hashes       [2]string
	lines        []string // of rows that differ
}

// compare compares a table row for row, all columns.
func (w *world) compare(name string) (c table, err error) {
	c.name = name
	for i, database := range []string{undisturbed, disturbed} {
		said, err := w.query(fmt.Sprintf("SELECT count(), hex(sum(cityHash64(formatRow('JSONEachRow', *)))) FROM %s.%s FINAL", database, name))
		if err != nil {
			return c, err
		}
		if _, err := fmt.Sscan(said, &c.rows, &c.hashes[i]); err != nil {
			return c, fmt.Errorf("%q: %w", said, err)
		}
	}
	for _, pair := range [][3]string{{undisturbed, disturbed, "lost or other: "}, {disturbed, undisturbed, "too many or other: "}} {
		rows, err := w.query(fmt.Sprintf("SELECT * FROM %s.%s FINAL EXCEPT SELECT * FROM %s.%s FINAL FORMAT JSONEachRow", pair[0], name, pair[1], name))
		if err != nil {
			return c, err
		}
		for line := range strings.Lines(rows) {
			c.lines = append(c.lines, pair[2]+strings.TrimSpace(line))
		}
	}
	if c.differ = len(c.lines); c.differ == 0 && c.hashes[0] != c.hashes[1] {
		c.differ = 1 // a row is there twice
		c.lines = append(c.lines, "the same rows, but not as many of each")
	}
	return c, nil
}

// deadLetters counts them.
func (w *world) deadLetters() (int64, error) {
	conn, err := kafka.DialLeader(w.t.Context(), "tcp", w.brokers[0].Addr(), "earshot.deadletters", 0)
	if err != nil {
		return 0, err
	}
	defer conn.Close()
	return conn.ReadLastOffset()
}

// unlike gives the calls of the undisturbed run of which the topic has not all that was sent, as far as their rows show it:
// a number is missing, or the end is. The two runs agree about such a call, and yet nothing is known of what was sent.
const unlike = "SELECT call_id, state, lost_records FROM undisturbed.calls FINAL WHERE state != 'ended' OR lost_records > 0 ORDER BY call_id FORMAT TSV"
