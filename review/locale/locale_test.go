package locale

import (
	"net/http/httptest"
	"regexp"
	"slices"
	"strings"
	"testing"
)

func catalog(t *testing.T) *Catalog {
	t.Helper()
	c, err := Load()
	if err != nil {
		t.Fatal(err)
	}
	return c
}

var placeholder = regexp.MustCompile(`\{[a-z]+\}`)

func TestBothLanguagesSayTheSame(t *testing.T) {
	c := catalog(t)
	if len(c.Keys(EN)) < 100 {
		t.Fatalf("only %d messages", len(c.Keys(EN)))
	}
	for _, pair := range [][2]Lang{{EN, ZH}, {ZH, EN}} {
		for key, message := range c.Keys(pair[0]) {
			other, ok := c.Keys(pair[1])[key]
			// Chinese has no plural, so it needs no message for one.
			if single := strings.HasSuffix(key, ".one"); !ok && !(single && pair[1] == ZH) {
				t.Errorf("%s is in %s.yaml and not in %s.yaml", key, pair[0], pair[1])
			}
			if !ok {
				continue
			}
			if strings.TrimSpace(message) == "" {
				t.Errorf("%s is empty in %s", key, pair[0])
			}
			mine, theirs := placeholder.FindAllString(message, -1), placeholder.FindAllString(other, -1)
			slices.Sort(mine)
			slices.Sort(theirs)
			if !slices.Equal(slices.Compact(mine), slices.Compact(theirs)) {
				t.Errorf("%s has %v in %s and %v in %s", key, mine, pair[0], theirs, pair[1])
			}
		}
	}
}

func TestChineseIsChinese(t *testing.T) {
	han := regexp.MustCompile(`\p{Han}`)
	for key, message := range catalog(t).Keys(EN) {
		if han.MatchString(message) {
			t.Errorf("%s is Chinese in en.yaml: %s", key, message)
		}
	}
	plain := regexp.MustCompile(`^[^\p{L}]*$|^(\{[a-z]+\}|[^\p{L}]|CSV|dB|OIDC|s|SNR|MOS|Shift|Esc|ms|English|Earshot)*$`)
	for key, message := range catalog(t).Keys(ZH) {
		if !han.MatchString(message) && !plain.MatchString(message) {
			t.Errorf("%s is not Chinese in zh.yaml: %s", key, message)
		}
	}
}

func TestSay(t *testing.T) {
	c := &Catalog{messages: map[Lang]map[string]string{EN: {"n": "{n} flags of {agent}", "n.one": "one flag of {agent}"}}}
	for _, tc := range []struct {
		key   string
		pairs []any
		want  string
	}{
		{"n", []any{"n", 3, "agent", "<A7>"}, "3 flags of <A7>"},
		{"n", []any{"n", 1, "agent", "{n}"}, "one flag of {n}"},
		{"missing", nil, "missing"},
	} {
		if got := c.Say(EN, tc.key, tc.pairs...); got != tc.want {
			t.Errorf("%s %v: got %q, want %q", tc.key, tc.pairs, got, tc.want)
		}
	}
}

func TestLanguageOfARequest(t *testing.T) {
	c := catalog(t)
	for _, tc := range []struct {
		accept, cookie string
		want           Lang
	}{
		{"", "", EN},
		{"zh-CN,zh;q=0.9,en;q=0.8", "", ZH},
		{"zh-TW", "", ZH},
		{"fr-FR,fr", "", EN},
		{"en-GB,en;q=0.9,zh;q=0.8", "", EN},
		{"zh-CN", "en", EN},
		{"en", "zh", ZH},
		{"en", "xx", EN},
		{";;;,,q=", "", EN},
	} {
		r := httptest.NewRequest("GET", "/", nil)
		r.Header.Set("Accept-Language", tc.accept)
		if tc.cookie != "" {
			r.Header.Set("Cookie", Cookie+"="+tc.cookie)
		}
		if got := c.Of(r); got != tc.want {
			t.Errorf("Accept-Language %q, cookie %q: got %s, want %s", tc.accept, tc.cookie, got, tc.want)
		}
	}
}
