package chaos

import (
	"strconv"
	"strings"
	"testing"
	"time"
)

// look is what a worker said of a partition: up to when it has read it, which lies between two times.
type look struct{ from, to time.Time }

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
		all[labels] = look{asked.Add(-lag), came.Add(-lag)}
	}
	return all
}

// moved says whether the worker has read since a look before: it took a record, or saw that there was none.
func (l look) moved(before look) bool { return l.from.After(before.to) || l.to.Before(before.from) }

// death is that of a worker which held partitions.
type death struct {
	at   time.Time
	left map[string]map[string]look // partitions that are not read again yet, and what each worker said of them at first
}

// mourn is nil for a worker that held nothing: nobody misses it.
func mourn(at time.Time, held map[string]look) *death {
	if len(held) == 0 {
		return nil
	}
	d := &death{at: at, left: map[string]map[string]look{}}
	for partition := range held {
		d.left[partition] = map[string]look{}
	}
	return d
}

// over takes in what a worker says now, and tells whether each partition is read again: assigned to a worker, which has moved
// since it was. What it says right after the assignment tells nothing yet.
func (d *death) over(worker string, said map[string]look) bool {
	for partition, l := range said {
		first, left := d.left[partition]
		if !left {
			continue
		}
		if before, known := first[worker]; !known {
			first[worker] = l
		} else if l.moved(before) {
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
	d := mourn(began, at(0, 0.1, 0.1))
	for _, step := range []struct {
		worker string
		said   map[string]look
		left   int
		what   string
	}{
		{"a", at(1000), 2, "nobody reads"},
		{"a", at(6000, 0.01), 2, "one is assigned"},
		{"a", at(6100, 0.11), 2, "it has not been read yet"},
		{"a", at(6200, 5), 1, "it is read, and 5 s behind"},
		{"b", at(6300, 0, 0.05), 1, "the other is assigned, to a worker that says something of the first too"},
		{"b", at(6301, 0, 0.051), 1, "too soon to tell"},
		{"a", at(6400, 7), 1, "what is read again stays so"},
		{"b", at(6500, 0, 0.01), 0, "nothing is there to be taken, but it has been looked"},
	} {
		if over := d.over(step.worker, step.said); len(d.left) != step.left || over != (step.left == 0) {
			t.Errorf("%s: over is %v, with %d not read again, expected %d", step.what, over, len(d.left), step.left)
		}
	}
}
