package evidence

import (
	"errors"
	"slices"
	"strings"
	"testing"
	"time"
)

func undecided(t *testing.T, s *Store) (all []Entry) {
	t.Helper()
	for e, err := range s.Undecided(t.Context(), nil) {
		if err != nil {
			t.Fatal(err)
		}
		all = append(all, e)
	}
	return all
}

func due(t *testing.T, s *Store, now time.Time) (ids []string) {
	t.Helper()
	for e, err := range s.Due(t.Context(), now) {
		if err != nil {
			t.Fatal(err)
		}
		ids = append(ids, e.CallID)
	}
	slices.Sort(ids)
	return ids
}

func TestTheLifeOfACallsAudio(t *testing.T) {
	onEach(t, func(t *testing.T, s *Store) {
		ctx := t.Context()
		check := func(err error) {
			t.Helper()
			if err != nil {
				t.Fatal(err)
			}
		}
		for _, id := range []string{"kept", "dropped"} {
			write(t, s, twoLegs(id), 10)
		}
		entries := map[string]Entry{}
		for _, e := range undecided(t, s) {
			entries[e.CallID] = e
			if !e.StartedAt.Equal(began) {
				t.Errorf("%s began at %v, expected %v", e.CallID, e.StartedAt, began)
			}
		}
		if len(entries) != 2 {
			t.Fatalf("undecided are %v, expected both calls", entries)
		}
		until := began.AddDate(0, 0, 180)
		check(s.Keep(ctx, entries["kept"], until))
		check(s.Remove(ctx, entries["dropped"]))
		if left := undecided(t, s); len(left) != 0 {
			t.Errorf("undecided are still %v", left)
		}
		wantState(t, s, "kept", Present)
		wantState(t, s, "dropped", NeverKept)
		if _, err := s.Peaks(ctx, "dropped"); StateOf(err) != NeverKept {
			t.Errorf("peaks of the dropped call: %v", err)
		}

		if got := due(t, s, until.AddDate(0, 0, -1)); got != nil {
			t.Errorf("due a day too early: %v", got)
		}
		if got := due(t, s, until); !slices.Equal(got, []string{"kept"}) {
			t.Errorf("due are %v, expected the kept call", got)
		}
		// Kept longer after all, and at last expired.
		later := until.AddDate(0, 0, 185)
		for e := range s.Due(ctx, until) {
			check(s.Keep(ctx, e, later))
		}
		if got := due(t, s, until); got != nil {
			t.Errorf("due although it is kept longer: %v", got)
		}
		forget := later.AddDate(1, 0, 0)
		for e := range s.Due(ctx, later) {
			check(s.Expire(ctx, e, forget))
		}
		wantState(t, s, "kept", Expired)
		if _, err := s.Peaks(ctx, "kept"); StateOf(err) != Expired {
			t.Errorf("peaks of the expired call: %v", err)
		}
		for e := range s.Due(ctx, forget) {
			if !e.Gone {
				t.Errorf("%v: nothing says that its audio is gone", e)
			}
			check(s.Expire(ctx, e, forget))
		}
		for l, err := range s.list(ctx, "expired/") {
			t.Errorf("left over: %v, %v", l, err)
		}
		if got := due(t, s, forget.AddDate(100, 0, 0)); got != nil {
			t.Errorf("still due: %v", got)
		}
	})
}

func TestTheSampleIsAShareOfAllCalls(t *testing.T) {
	const calls = 20_000
	for _, share := range []float64{0, 0.02, 0.5, 1} {
		n := 0
		for i := range calls {
			id := strings.Repeat("c", i%7) + time.Duration(i).String()
			if Sampled(id, share) {
				n++
				if !Sampled(id, share+0.1) {
					t.Errorf("%s is in a share of %v and not in a larger one", id, share)
				}
			}
		}
		if got := float64(n) / calls; got < share*0.85 || got > share*1.15 {
			t.Errorf("a share of %v gave %v", share, got)
		}
	}
}

// What a program that died left behind goes once it is old enough: calls that never ended, and files it was just writing.
// What is being written stays.
func TestWhatIsAbandonedGoes(t *testing.T) {
	onEach(t, func(t *testing.T, s *Store) {
		left := func() (keys []string) {
			for _, prefix := range []string{"live/", "unfinished/"} {
				for l, err := range s.list(t.Context(), prefix) {
					if err != nil {
						t.Fatal(err)
					}
					keys = append(keys, l.key)
				}
			}
			return keys
		}
		w := create(t, s, twoLegs("never ends"))
		speak(w, 0, 50*25)
		if err := w.Flush(t.Context()); err != nil {
			t.Fatal(err)
		}
		if f, ok := s.objects.(*folder); ok { // as put leaves it that dies before it gives the file its name
			root, err := f.root()
			if err != nil {
				t.Fatal(err)
			}
			defer root.Close()
			if err := errors.Join(root.MkdirAll(unfinished, 0o750), writeSynced(root, unfinished+"/0123.peaks.1.tmp", []byte("EPK"))); err != nil {
				t.Fatal(err)
			}
		}
		write(t, s, twoLegs("ended"), 10)
		before := left()
		if len(before) == 0 {
			t.Fatal("nothing lies there that could be abandoned")
		}
		if n, err := s.Abandoned(t.Context(), time.Now().Add(-time.Hour)); err != nil || n != 0 || !slices.Equal(left(), before) {
			t.Errorf("%d files are gone that were written just now: left are %v of %v (%v)", n, left(), before, err)
		}
		n, err := s.Abandoned(t.Context(), time.Now().Add(time.Hour))
		if err != nil || n < len(before) || len(left()) != 0 {
			t.Errorf("%d files are gone, %v are left (%v)", n, left(), err)
		}
		wantState(t, s, "never ends", NeverKept)
		wantState(t, s, "ended", Present)
		if len(undecided(t, s)) != 1 {
			t.Error("the call that has ended waits for its decision no more")
		}
	})
}
