package chaos

import (
	"fmt"
	"strconv"
	"strings"
	"testing"
	"time"
)

// current is how old what is taken of a partition may be for its calls to go on.
const current = time.Second

// look is what a worker said of a partition: up to when it has read it, which lies between two times, and how old that is.
type look struct {
	from, to time.Time
	lag      time.Duration
}

// looks reads a worker's metrics, which were asked for and had come at these times: its partitions, by their labels.
func looks(metrics string, asked, came time.Time) map[string]look {
	all := map[string]look{}
	for line := range strings.Lines(metrics) {
		labels, is := strings.CutPrefix(line, "earshot_lag_seconds{")
		if !is {
			continue
		}
		labels, value, _ := strings.Cut(labels, "} ")
		seconds, err := strconv.ParseFloat(strings.TrimSpace(value), 64)
		if err != nil {
			continue
		}
		lag := time.Duration(seconds * float64(time.Second))
		all[labels] = look{asked.Add(-lag), came.Add(-lag), lag}
	}
	return all
}

// moved says whether the worker has read since a look before: it took a record, or saw that there was none.
func (l look) moved(before look) bool { return l.from.After(before.to) || l.to.Before(before.from) }

// death is that of a worker which held partitions.
type death struct {
	at   time.Time
	left map[string]map[string]look // partitions that are not current again yet, and what each worker said of them at first
	idle map[string]bool            // those that are not even read again
	read time.Time                  // when that was none; zero before
}

// mourn is nil for a worker that held nothing, as nobody misses it, and for one that was behind: how long it takes to catch up with
// what was too much before is not what its death has cost.
func mourn(at time.Time, held map[string]look) *death {
	d := &death{at: at, left: map[string]map[string]look{}, idle: map[string]bool{}}
	for partition, l := range held {
		if l.lag >= current {
			return nil
		}
		d.left[partition], d.idle[partition] = map[string]look{}, true
	}
	if len(d.left) == 0 {
		return nil
	}
	return d
}

// String says what is missing yet.
func (d *death) String() string {
	if len(d.left) == 0 {
		return "all is read and current again"
	}
	return fmt.Sprintf("%d partitions are not read again and %d are not current again", len(d.idle), len(d.left))
}

// over takes in what a worker says now, and tells whether each partition is read again: assigned to a worker, which has moved
// since it was, and is current. What it says right after the assignment tells nothing yet.
func (d *death) over(worker string, said map[string]look) bool {
	for partition, l := range said {
		first, left := d.left[partition]
		if !left {
			continue
		}
		before, known := first[worker]
		if !known {
			first[worker] = l
			continue
		}
		if !l.moved(before) {
			continue
		}
		if delete(d.idle, partition); len(d.idle) == 0 && d.read.IsZero() {
			d.read = time.Now()
		}
		if l.lag < current {
			delete(d.left, partition)
		}
	}
	return len(d.left) == 0
}

func TestRecoveryIsReadingAgain(t *testing.T) {
	began := time.Now()
	at := func(ms int, lags ...float64) map[string]look {
		text := "# TYPE earshot_lag_seconds gauge\n"
		for i, lag := range lags {
			text += `earshot_lag_seconds{partition="` + strconv.Itoa(i) + `",topic="calls"} ` + strconv.FormatFloat(lag, 'g', -1, 64) + "\n"
		}
		asked := began.Add(time.Duration(ms) * time.Millisecond)
		return looks(text, asked, asked.Add(2*time.Millisecond))
	}
	if mourn(began, at(0)) != nil {
		t.Error("a worker that held nothing is missed")
	}
	if mourn(began, at(0, 0.1, 1.5)) != nil {
		t.Error("a worker that was behind before it died is measured")
	}
	d := mourn(began, at(0, 0.1, 0.1))
	for _, step := range []struct {
		worker string
		said   map[string]look
		idle   int
		over   bool
		what   string
	}{
		{"a", at(1000), 2, false, "nobody reads"},
		{"a", at(6000, 0.01), 2, false, "one is assigned"},
		{"a", at(6100, 0.11), 2, false, "it has not been read yet"},
		{"a", at(6200, 5), 1, false, "it is read, and 5 s behind"},
		{"a", at(6300, 0.2), 1, false, "it is current; the other is missing"},
		{"b", at(6300, 0, 0.05), 1, false, "the other is assigned, to a worker that says something of the first too"},
		{"b", at(6301, 0, 0.051), 1, false, "too soon to tell"},
		{"a", at(6400, 7), 1, false, "what is read again stays so"},
		{"b", at(6500, 0, 0.01), 0, true, "nothing is there to be taken, but it has been looked"},
	} {
		if got := d.over(step.worker, step.said); got != step.over || len(d.idle) != step.idle || d.read.IsZero() == (step.idle == 0) {
			t.Errorf("%s: %v, expected %v, with %d not read; %s", step.what, got, step.over, step.idle, d)
		}
	}
}
