package store

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"sync/atomic"
	"time"
)

const (
	// waitingFresh is how long what waits is believed without asking whether others have changed it: they are other
	// programs. What this one writes it sees at once.
	waitingFresh = time.Second
	// waitingMost is how many cases that wait are held at most, and how many changes; some 600 bytes each. More are read
	// anew for every page.
	waitingMost = 250_000
)

// waitingList holds the cases that wait for a person. They are few of millions, and they are asked for all day: from
// memory a page of them, and how many there are, is there in a millisecond.
//
// It is the table waiting as it was once read, and what was written to changes since. The table is read again, beside
// the work, when ClickHouse has made it anew.
type waitingList struct {
	most    int           // waitingMost
	turn    chan struct{} // held by whoever brings it up to date
	view    atomic.Pointer[waitingSeen]
	written atomic.Uint64 // counts what this program has written

	// The rest is for who holds turn.
	made     int64 // what waitingMade said before base was read
	base     []waitingCase
	tooMany  bool
	changed  map[string]changedCase // by flag, the newest version of each
	since    int64                  // changes before it have been read; microseconds since 1970
	calls    map[string]int32
	texts    map[string]string // those that come again and again
	reloaded chan *waitingBase // what is being read beside the work; nil = nothing is
}

type waitingSeen struct {
	*waitingView
	at      time.Time
	written uint64
}

type waitingBase struct {
	made int64
	rows []caseRow
	err  error
}

type changedCase struct {
	caseRow
	at time.Time // when it was written
}

var changedColumns = append(columnsOf(caseRowColumns, func(r *changedCase) *caseRow { return &r.caseRow }),
	col("written_at", typeTime, func(r *changedCase) *time.Time { return &r.at }))

func newWaitingList() *waitingList {
	return &waitingList{most: waitingMost, turn: make(chan struct{}, 1)}
}

// waitingNow is what waits now; nil when it is too much to hold.
func (s *Store) waitingNow(ctx context.Context) (*waitingView, error) {
	l := s.waiting
	fresh := func() *waitingSeen {
		if v := l.view.Load(); v != nil && v.written == l.written.Load() && time.Since(v.at) < waitingFresh {
			return v
		}
		return nil
	}
	if v := fresh(); v != nil {
		return v.waitingView, nil
	}
	select {
	case l.turn <- struct{}{}:
	case <-ctx.Done():
		return nil, fmt.Errorf("cannot read what waits: %w", ctx.Err())
	}
	defer func() { <-l.turn }()
	if v := fresh(); v != nil { // somebody else was at it
		return v.waitingView, nil
	}
	seen := &waitingSeen{at: time.Now(), written: l.written.Load()}
	moved, err := l.update(ctx, s)
	if err != nil {
		return nil, err
	}
	teams, err := s.agentTeams(ctx)
	if err != nil {
		return nil, err
	}
	switch before := l.view.Load(); {
	case l.tooMany:
	case !moved && before != nil && maps.Equal(before.teams, teams):
		seen.waitingView = before.waitingView
	default:
		seen.waitingView = l.look(teams)
	}
	l.view.Store(seen)
	return seen.waitingView, nil
}

// update reads what has changed, and says whether anything has.
func (l *waitingList) update(ctx context.Context, s *Store) (moved bool, err error) {
	made, err := s.waitingMade(ctx)
	if err != nil {
		return false, err
	}
	select {
	case base := <-l.reloaded:
		l.reloaded = nil
		if base.err == nil { // or else it is tried again
			l.rebase(base)
			moved = true
		}
	default:
	}
	switch {
	case l.calls == nil:
		base := s.readWaiting(ctx, made)
		if base.err != nil {
			return false, base.err
		}
		l.rebase(base)
		moved = true
	case l.made != made && l.reloaded == nil:
		into := make(chan *waitingBase, 1)
		l.reloaded = into
		go func() {
			alone, cancel := context.WithTimeout(context.WithoutCancel(ctx), s.timeout)
			defer cancel()
			into <- s.readWaiting(alone, made)
		}()
	}
	if l.tooMany {
		return moved, nil
	}
	news, err := s.readChanges(ctx, l.since)
	if err != nil {
		return moved, err
	}
	if l.tooMany = len(l.changed)+len(news) > l.most; l.tooMany { // until the table is made anew
		l.base, l.changed, l.since = nil, nil, 0
		return true, nil
	}
	for _, n := range news {
		if was, known := l.changed[n.FlagID]; !known || n.version > was.version {
			l.share(&n.Case)
			l.changed[n.FlagID] = n
			moved = true
		}
		// One whose insert takes long is seen later than one that was written after it.
		l.since = max(l.since, n.at.Add(-margin).UnixMicro())
	}
	return moved, nil
}

// rebase begins anew from the table waiting.
func (l *waitingList) rebase(b *waitingBase) {
	l.made, l.tooMany, l.base = b.made, len(b.rows) > l.most, nil
	l.calls, l.texts = map[string]int32{}, map[string]string{}
	if l.tooMany {
		l.changed, l.since = nil, 0
		return
	}
	l.base = make([]waitingCase, len(b.rows))
	for i := range b.rows {
		l.share(&b.rows[i].Case)
		l.base[i] = waitingCase{b.rows[i], l.call(b.rows[i].CallID)}
	}
	if l.changed == nil {
		l.changed, l.since = map[string]changedCase{}, b.made
	}
	maps.DeleteFunc(l.changed, func(_ string, c changedCase) bool { return c.at.UnixMicro() < b.made })
}

// look makes a view of what there is.
func (l *waitingList) look(teams map[string]string) *waitingView {
	var added []*waitingCase
	for _, c := range l.changed {
		if slices.Contains(waiting, c.Status) {
			added = append(added, &waitingCase{c.caseRow, l.call(c.CallID)})
		}
	}
	byPlace := func(a, b *waitingCase) int { return a.place().compare(b.place()) }
	slices.SortFunc(added, byPlace)
	rows := make([]*waitingCase, 0, len(l.base)+len(added))
	for i := range l.base {
		r := &l.base[i]
		for len(added) > 0 && byPlace(added[0], r) <= 0 {
			rows, added = append(rows, added[0]), added[1:]
		}
		if _, known := l.changed[r.FlagID]; !known {
			rows = append(rows, r)
		}
	}
	rows = append(rows, added...)
	return newWaitingView(rows, len(l.calls), teams)
}

// call is the number of a call.
func (l *waitingList) call(id string) int32 {
	n, known := l.calls[id]
	if !known {
		n = int32(len(l.calls))
		l.calls[id] = n
	}
	return n
}

// share keeps one copy of each text that many cases have.
func (l *waitingList) share(c *Case) {
	for _, text := range []*string{&c.Status, &c.Rule, &c.Leg, &c.Comparison, &c.Class, &c.Clause, &c.State, &c.AgentID, &c.Seat, &c.Team, &c.Queue,
		&c.RulebookVersion, &c.Appeal, &c.VerdictBy, &c.Reason} {
		if known, ok := l.texts[*text]; ok {
			*text = known
		} else {
			l.texts[*text] = *text
		}
	}
}

func (s *Store) readWaiting(ctx context.Context, made int64) *waitingBase {
	rows, err := selectRows(ctx, s, "what waits", caseRowColumns, "SELECT "+names(caseRowColumns)+" FROM "+s.database+
		".waiting WHERE flag_id != '' ORDER BY "+order+" LIMIT "+strconv.Itoa(s.waiting.most+1))
	return &waitingBase{made, rows, err}
}

// readChanges reads cases as they were written last since a time, each once: see caseParts. No more than can be held.
func (s *Store) readChanges(ctx context.Context, since int64) ([]changedCase, error) {
	return selectRows(ctx, s, "changes", changedColumns, "SELECT "+names(changedColumns)+" FROM "+s.changedSince(since)+" LIMIT "+strconv.Itoa(s.waiting.most+1))
}
