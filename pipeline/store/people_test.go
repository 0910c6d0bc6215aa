package store

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"testing"
	"time"
)

func TestClaims(t *testing.T) {
	s, dsn := open(t)
	other := openAt(t, dsn)
	ctx := context.Background()
	at := func(minute int) time.Time { return noon.Add(time.Duration(minute) * time.Minute) }
	claim := func(s *Store, who string, from, until int) string {
		t.Helper()
		_, err := s.Claim(ctx, "a", who, at(from), at(until))
		var conflict *ClaimConflict
		if errors.As(err, &conflict) {
			return conflict.First.By + " has it"
		}
		if err != nil {
			t.Fatal(err)
		}
		return "taken"
	}
	holds := func(minute int) string {
		t.Helper()
		held, err := s.Claims(ctx, []string{"a", "b"}, at(minute))
		if err != nil {
			t.Fatal(err)
		}
		return held["a"].By
	}
	release := func(who string, minute int) {
		t.Helper()
		if err := s.Release(ctx, "a", who, at(minute)); err != nil {
			t.Fatal(err)
		}
	}
	same(t, "nobody", holds(0), "")
	release("li", 0)
	same(t, "li takes it", claim(s, "li", 0, 10), "taken")
	same(t, "zhang is told", claim(other, "zhang", 1, 11), "li has it")
	same(t, "li renews", claim(s, "li", 5, 15), "taken")
	same(t, "still", holds(14), "li")
	same(t, "ended by itself", holds(15), "")
	same(t, "zhang takes it", claim(other, "zhang", 15, 25), "taken")
	release("li", 16)
	same(t, "li cannot let go of zhang's", holds(16), "zhang")
	release("zhang", 17)
	same(t, "zhang can", holds(17), "")
	same(t, "free again", claim(s, "li", 18, 28), "taken")
	if _, err := s.Claim(ctx, "a", "li", at(1), at(1)); err == nil {
		t.Error("a claim of no time was taken")
	}
}

func TestOfManyClaimsAtOnceOneHolds(t *testing.T) {
	s, dsn := open(t)
	two := []*Store{s, openAt(t, dsn)}
	errs := make([]error, 10)
	var wg sync.WaitGroup
	for i := range errs {
		wg.Go(func() {
			_, errs[i] = two[i%2].Claim(context.Background(), "a", fmt.Sprintf("judge-%d", i), noon, noon.Add(time.Hour))
		})
	}
	wg.Wait()
	taken := 0
	for _, err := range errs {
		var conflict *ClaimConflict
		if err == nil {
			taken++
		} else if !errors.As(err, &conflict) {
			t.Error(err)
		}
	}
	if taken != 1 {
		t.Errorf("%d hold the call", taken)
	}
}

func TestAccounts(t *testing.T) {
	s, dsn := open(t)
	ctx := context.Background()
	if _, err := s.Account(ctx, "li"); !errors.Is(err, ErrNotFound) {
		t.Errorf("got %v", err)
	}
	row := AccountRow{Account: "li", Name: "<b>李</b>", Role: "inspector", AgentID: "A7", Teams: []string{"north", "晚班"}, Password: "$argon2id$…",
		Issuer: "https://id.example", Subject: "42", Invitation: "ab12", InvitedUntil: noon, Language: "zh", CreatedAt: noon, ChangedAt: noon, ChangedBy: "admin"}
	saved, err := s.SaveAccount(ctx, row)
	if err != nil {
		t.Fatal(err)
	}
	row.Version, row.Change = 1, saved.Change
	same(t, "saved", saved, row)
	for name, read := range map[string]func() (AccountRow, error){
		"by name":       func() (AccountRow, error) { return s.Account(ctx, "li") },
		"by subject":    func() (AccountRow, error) { return s.AccountOf(ctx, "https://id.example", "42") },
		"by invitation": func() (AccountRow, error) { return s.AccountInvited(ctx, "ab12") },
	} {
		got, err := read()
		if err != nil {
			t.Fatal(err)
		}
		same(t, name, got, row)
	}
	for name, read := range map[string]func() (AccountRow, error){
		"another issuer's subject": func() (AccountRow, error) { return s.AccountOf(ctx, "https://evil.example", "42") },
		"no subject":               func() (AccountRow, error) { return s.AccountOf(ctx, "", "") },
		"no invitation":            func() (AccountRow, error) { return s.AccountInvited(ctx, "") },
	} {
		if _, err := read(); !errors.Is(err, ErrNotFound) {
			t.Errorf("%s: got %v", name, err)
		}
	}

	// The invitation is used by two at once, and again later.
	two := []*Store{s, openAt(t, dsn)}
	errs := make([]error, 6)
	var wg sync.WaitGroup
	for i := range errs {
		wg.Go(func() {
			mine := row
			mine.Password, mine.Invitation = fmt.Sprint("password ", i), ""
			_, errs[i] = two[i%2].SaveAccount(ctx, mine)
		})
	}
	wg.Wait()
	used := -1
	for i, err := range errs {
		var conflict *AccountConflict
		switch {
		case err == nil && used < 0:
			used = i
		case !errors.As(err, &conflict) || conflict.First.Invitation != "":
			t.Errorf("%d: got %v", i, err)
		}
	}
	got, err := s.Account(ctx, "li")
	if err != nil {
		t.Fatal(err)
	}
	same(t, "who used it has it", []any{got.Password, got.Version}, []any{fmt.Sprint("password ", used), uint64(2)})
	if list, err := s.Accounts(ctx); err != nil || len(list) != 1 {
		t.Errorf("%d accounts, %v", len(list), err)
	}
}

func TestSignIns(t *testing.T) {
	s, _ := open(t)
	ctx := context.Background()
	for i, outcome := range []string{"wrong", "wrong", "in", "wrong", "locked", "wrong", "wrong"} {
		if err := s.NoteSignIn(ctx, SignInRow{At: noon.Add(time.Duration(i) * time.Second), Account: "li", Outcome: outcome}); err != nil {
			t.Fatal(err)
		}
	}
	for _, c := range []struct {
		account     string
		since, want int
	}{{"li", 0, 3}, {"li", 5, 2}, {"li", 7, 0}, {"zhang", 0, 0}} {
		wrong, last, err := s.WrongSignIns(ctx, c.account, noon.Add(time.Duration(c.since)*time.Second))
		if err != nil {
			t.Fatal(err)
		}
		if wrong != c.want || (wrong == 0) != last.IsZero() || wrong > 0 && !last.Equal(noon.Add(6*time.Second)) {
			t.Errorf("%s since %d: %d wrong, the last at %s; expected %d", c.account, c.since, wrong, last, c.want)
		}
	}
	if err := s.NoteSignIn(ctx, SignInRow{At: noon.Add(time.Minute), Account: "li", Outcome: "reset"}); err != nil {
		t.Fatal(err)
	}
	if wrong, _, err := s.WrongSignIns(ctx, "li", noon); wrong != 0 || err != nil {
		t.Errorf("%d wrong after the lock was taken off, %v", wrong, err)
	}
}

func TestSessions(t *testing.T) {
	s, _ := open(t)
	ctx := context.Background()
	row := SessionRow{ID: "abc", Account: "li", CreatedAt: noon, SeenAt: noon, ExpiresAt: noon.Add(time.Hour), Address: "10.0.0.7", UserAgent: "Firefox"}
	save := func(r SessionRow) {
		t.Helper()
		if err := s.SaveSession(ctx, r); err != nil {
			t.Fatal(err)
		}
	}
	goesOn := func(id string, minute int) bool {
		t.Helper()
		_, err := s.Session(ctx, id, noon.Add(time.Duration(minute)*time.Minute))
		if err != nil && !errors.Is(err, ErrNotFound) {
			t.Fatal(err)
		}
		return err == nil
	}
	save(row)
	got, err := s.Session(ctx, "abc", noon)
	if err != nil {
		t.Fatal(err)
	}
	same(t, "session", got, row)
	same(t, "another", goesOn("abd", 0), false)
	same(t, "expired", goesOn("abc", 60), false)
	seen := row
	seen.SeenAt, seen.ExpiresAt = noon.Add(30*time.Minute), noon.Add(90*time.Minute)
	save(seen)
	save(row) // of another program, which saw it before and says so later
	same(t, "seen again", goesOn("abc", 60), true)
	if err := s.EndSession(ctx, "abc"); err != nil {
		t.Fatal(err)
	}
	same(t, "ended", goesOn("abc", 31), false)
	seen.SeenAt = noon.Add(40 * time.Minute)
	save(seen)
	same(t, "ended for good", goesOn("abc", 41), false)

	for i := range 3 {
		save(SessionRow{ID: fmt.Sprint(i), Account: []string{"li", "li", "zhang"}[i], CreatedAt: noon, SeenAt: noon, ExpiresAt: noon.Add(time.Hour)})
	}
	if list, err := s.Sessions(ctx, "li", noon); err != nil || len(list) != 2 {
		t.Errorf("%d sessions, %v", len(list), err)
	}
	if err := s.EndSessions(ctx, "li"); err != nil {
		t.Fatal(err)
	}
	same(t, "all of the account's, and no other", []bool{goesOn("0", 1), goesOn("1", 1), goesOn("2", 1)}, []bool{false, false, true})
	if err := s.EndSession(ctx, "none"); err != nil {
		t.Error(err)
	}
}
