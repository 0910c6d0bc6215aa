package signin

import (
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"
)

func TestCheck(t *testing.T) {
	for _, tc := range []struct {
		password string
		want     error
	}{
		{"correct horse", nil},
		{"一二三四五六七八九十甲乙", nil},
		{"short", ErrPasswordShort},
		{"一二三四", ErrPasswordShort}, // twelve bytes, four characters
		{strings.Repeat("ab", 129), ErrPasswordLong},
		{"aaaaaaaaaaaaaa", ErrPasswordPlain},
		{"Administrator", ErrPasswordPlain},
	} {
		if err := Check("administrator", tc.password); !errors.Is(err, tc.want) {
			t.Errorf("%q: got %v, want %v", tc.password, err, tc.want)
		}
	}
}

func TestMatch(t *testing.T) {
	hash, err := Hash(t.Context(), "correct horse")
	if err != nil {
		t.Fatal(err)
	}
	if !strings.HasPrefix(hash, "$argon2id$v=19$m=65536,t=3,p=2$") {
		t.Errorf("hash is %s", hash)
	}
	for _, tc := range []struct {
		password, hash string
		want           bool
	}{
		{"correct horse", hash, true},
		{"correct horsE", hash, false},
		{"", hash, false},
		{"", "", false},
		{"correct horse", "", false},
		{strings.Repeat("x", 1<<20), hash, false},
	} {
		got, err := Match(t.Context(), tc.password, tc.hash)
		if err != nil || got != tc.want {
			t.Errorf("%.20q against %.20q: got %v, %v, want %v", tc.password, tc.hash, got, err, tc.want)
		}
	}
}

// An unknown name must not be told from a wrong password by how long the answer takes.
func TestUnknownNameTakesAsLong(t *testing.T) {
	hash, err := Hash(t.Context(), "correct horse")
	if err != nil {
		t.Fatal(err)
	}
	took := func(hash string) time.Duration {
		best := time.Hour
		for range 3 {
			began := time.Now()
			if _, err := Match(t.Context(), "wrong", hash); err != nil {
				t.Fatal(err)
			}
			best = min(best, time.Since(began))
		}
		return best
	}
	known, unknown := took(hash), took("")
	if unknown < known/3 || known < unknown/3 {
		t.Errorf("wrong password took %v, unknown name %v", known, unknown)
	}
}

func TestTokens(t *testing.T) {
	a, b := Token(), Token()
	if a == b || len(a) != 43 {
		t.Errorf("tokens %q and %q", a, b)
	}
	if f := Fingerprint(a); len(f) != 64 || f == Fingerprint(b) || strings.Contains(f, a) {
		t.Errorf("fingerprint of %q is %q", a, f)
	}
}

func TestLimits(t *testing.T) {
	now := time.Date(2026, 3, 2, 9, 0, 0, 0, time.UTC)
	l := NewLimits(time.Second, 2)
	for i, want := range []bool{true, true, false} {
		if ok, after := l.Allow("10.0.0.1", now); ok != want || (!ok && after != time.Second) {
			t.Errorf("try %d: %v, after %v", i, ok, after)
		}
	}
	if ok, _ := l.Allow("10.0.0.1", now.Add(time.Second)); !ok {
		t.Error("not allowed a second later")
	}
	l.most = 3
	for i := range 10 {
		l.Allow(fmt.Sprint(i), now)
	}
	if len(l.byKey) != 3 || l.order.Len() != 3 {
		t.Errorf("remembers %d keys and %d", len(l.byKey), l.order.Len())
	}
}
