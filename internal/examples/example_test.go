package examples

import (
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestVerify(t *testing.T) {
	calls := []Example{
		{Name: "good"},
		{Name: "bad", Expect: []string{"dead-air", "quarrel"}},
	}
	for _, c := range []struct {
		name   string
		raised map[string][]string
		want   []string
	}{
		{"as expected", map[string][]string{"bad": {"quarrel", "dead-air", "quarrel"}}, nil},
		{"one missing", map[string][]string{"bad": {"quarrel"}}, []string{"bad: dead-air was not raised"}},
		{"one too many, twice",
			map[string][]string{"good": {"no-response", "no-response"}, "bad": {"dead-air", "quarrel"}},
			[]string{"good: no-response was raised, expected none"}},
		{"another rule",
			map[string][]string{"bad": {"dead-air", "raised-voice"}},
			[]string{"bad: quarrel was not raised", "bad: raised-voice was raised, expected dead-air, quarrel"}},
		{"another call",
			map[string][]string{"bad": {"dead-air", "quarrel"}, "ugly": nil},
			[]string{"ugly: is no example"}},
	} {
		if diff := cmp.Diff(c.want, Verify(calls, c.raised)); diff != "" {
			t.Errorf("%s (-want +got):\n%s", c.name, diff)
		}
	}
}
