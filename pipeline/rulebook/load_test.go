package rulebook_test

import (
	"errors"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/earshot/earshot/pipeline/rulebook"
)

func TestShippedRulebook(t *testing.T) {
	want := []string{
		"hold-too-long", "hold-too-often", "hold-without-music", "hold-unannounced", "hold-unresumed", "talk-over-hold",
		"raised-voice", "quarrel", "interruption", "abrupt-hangup", "no-response", "slow-answer", "dead-air", "left-line-open",
		"speech-too-fast", "speech-too-slow", "floor-noise",
	}
	for _, profile := range []string{"", "strict"} {
		b := shipped(t, profile)
		var ids []string
		for _, r := range b.Rules() {
			ids = append(ids, r.ID)
			if !r.Enabled || r.Points < 0 || r.Points == 0 && r.ID != "floor-noise" || r.Title.ZH == "" || r.About.EN == "" || len(r.Clauses) == 0 {
				t.Errorf("profile %q: rule %s is not whole: %+v", profile, r.ID, r)
			}
		}
		if diff := cmp.Diff(want, ids); diff != "" {
			t.Errorf("profile %q: rules (-want +got):\n%s", profile, diff)
		}
	}
	b := shipped(t, "")
	for kind, needed := range map[string]bool{"hold": true, "silence": true, "hangup": true, "speech": false, "overlap": false, "ring": true, "swapped": false} {
		if b.Needs(kind) != needed {
			t.Errorf("Needs(%q) = %v", kind, !needed)
		}
	}
}

func TestWrongRulebookIsRefused(t *testing.T) {
	tests := []struct {
		name, old, new string
		want           string // one line of the error
	}{
		{"misspelt key", "measure: it.duration", "mesure: it.duration",
			`r.yaml:14: a rule has an unknown key "mesure", expected one of about, above, at_least, at_most, basis, below, class, clause, confidence, enabled, evidence, id, live, measure, needs, on, points, title, unit, unless, when, where (did you mean measure?)`},
		{"missing key", "    measure: it.duration\n", "", `r.yaml:6: rule long-hold has no measure, expected measure`},
		{"misspelt measure", "it.duration", "it.durration",
			`r.yaml:14: measure of rule long-hold: hold has no "durration", expected one of after, agent_speech, before, confidence, duration, end, index, kind, leg, music, signal, source, speech_after, speech_before, start, value (did you mean duration?)`},
		{"measure of another kind", "it.duration", "it.muted", `hold has no "muted"`},
		{"misspelt kind", "on: hold", "on: hodl",
			`r.yaml:11: on of rule long-hold names the kind "hodl", expected one of call, departed, hangup, hold, interruption, noise, overlap, quarrel, raised, response, ring, silence, speech, swapped, tempo (did you mean hold?)`},
		{"misspelt kind in a function", "'departed'", "'departd'", `there is no kind of segment "departd", expected one of`},
		{"misspelt function", "overlaps(", "overlap(", `unknown function "overlap", expected one of`},
		{"misspelt call field", "call.legs", "call.leg", `r.yaml:3: that of need two-legs: the call has no "leg", expected one of answer_known, direction, duration, ended_by, legs, mono, swapped (did you mean legs?)`},
		{"misspelt leg", "'agent'", "'agnet'", `r.yaml:13: when of rule long-hold: it.leg is never "agnet", expected one of '', 'agent', 'customer', 'mixed' (did you mean 'agent'?)`},
		{"misspelt source", "it.leg == 'agent'", "it.source in ['musik']", `it.source is never "musik"`},
		{"leg without quotes", "'agent'", "agent", `unknown name "agent"`},
		{"misspelt need", "[two-legs]", "[two-leg]", `r.yaml:12: needs of rule long-hold names "two-leg", expected one of two-legs (did you mean two-legs?)`},
		{"need on a segment", "call.legs == 2", "it.value > 2", "there is no segment `it`"},
		{"two limits", "    above: 120\n", "    above: 120\n    below: 3\n", `r.yaml:16: rule long-hold has the limits above and below, expected one limit`},
		{"no limit", "    above: 120\n", "", `r.yaml:6: rule long-hold has no limit, expected one of above, at_least, below, at_most`},
		{"limit in quotes", "above: 120", "above: '120'", `r.yaml:15: above of rule long-hold is "120", expected a decimal number`},
		{"infinite limit", "above: 120", "above: .inf", `above of rule long-hold is ".inf"`},
		{"unknown class", "class: serious", "class: severe", `r.yaml:18: class of rule long-hold is "severe", expected one of grave, minor, serious`},
		{"unknown basis", "basis: regulation", "basis: law", `basis of rule long-hold is "law"`},
		{"no Chinese title", "{zh: 保持超时, en: Hold too long}", "{en: Hold too long}", `r.yaml:7: title of rule long-hold has no zh, expected {zh: …, en: …}`},
		{"empty English text", "en: Explained", "en: ''", `about of rule long-hold.en is empty, expected text`},
		{"no clause", "    clause: D16.三.11\n", "", `rule long-hold has no clause`},
		{"empty list of clauses", "clause: D16.三.11", "clause: []", `clause of rule long-hold is an empty list`},
		{"negative points", "points: 5", "points: -5", `r.yaml:17: points of rule long-hold is -5, expected 0 or more`},
		{"condition that is a number", "it.leg == 'agent'", "it.value", `r.yaml:13: when of rule long-hold gives double, expected true or false`},
		{"measure that is a condition", "measure: it.duration", "measure: it.value > 2", `measure of rule long-hold gives bool, expected a number`},
		{"CEL that does not parse", "measure: it.duration", "measure: it.duration +", `r.yaml:14: measure of rule long-hold, column 14: Syntax error`},
		{"second line of a block", "measure: it.duration", "measure: |\n      it.duration +\n      it.durration", `r.yaml:16: measure of rule long-hold: hold has no "durration"`},
		{"text plus number", "measure: it.duration", "measure: it.leg + 1", `found no matching overload for '_+_'`},
		{"kind that is not written out", "overlaps(it, 'departed')", "overlaps(it, it.kind)", `the kind that overlaps looks for is not written out, expected overlaps(it, 'kind')`},
		{"too many arguments", "overlaps(it, 'departed')", "count(it, 'hold') > 1", `count has 2 arguments, expected count('kind')`},
		{"object", "measure: it.duration", `measure: "earshot.Call{}"`, `a rule makes no objects`},
		{"loop", "it.leg == 'agent'", "'[1].exists(x, x == 1)'", `unknown function "exists"`},
		{"bad id", "id: long-hold", "id: Long Hold", `id is "Long Hold", expected small letters, digits and single hyphens`},
		{"key twice", "    points: 5\n", "    points: 5\n    points: 6\n", `r.yaml:18: a rule has the key "points" twice, first in line 17, expected it once`},
		{"call mixed with kinds", "on: hold", "on: [hold, call]", `mixes call with kinds of segment`},
		{"it in a rule on the call", "on: hold", "on: call", "there is no segment `it` in an expression on the call"},
		{"evidence without call", "points: 5", "evidence: hold\n    points: 5", `the evidence is the segment itself`},
		{"live on facts of the call", "it.leg == 'agent'", "call.mono\n    live: true", `r.yaml:6: the live rule long-hold reads a fact of the call in when`},
		{"profile for an unknown rule", "    long-hold: {above: 60}", "    long-hodl: {above: 60}", `profile strict changes an unknown rule "long-hodl", expected one of long-hold (did you mean long-hold?)`},
		{"profile that changes more", "{above: 60}", "{measure: it.value}", `rule long-hold in profile strict has an unknown key "measure"`},
		{"profile with a wrong expression", "{above: 60}", "{unless: it.vlaue > 1}", `unless of rule long-hold in profile strict: hold has no "vlaue"`},
		{"unknown key at the top", "profiles:", "profile:", `the rulebook has an unknown key "profile"`},
		{"no YAML", "rules:", "rules: [", `r.yaml:`},
		{"rules that are no list", "rules:\n", "rules: none\nrest:\n", `r.yaml:5: rules is "none", expected a list of rules`},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			text := strings.Replace(oneRule, test.old, test.new, 1)
			if text == oneRule {
				t.Fatalf("%q is not in the rulebook", test.old)
			}
			b, err := rulebook.Load("r.yaml", []byte(text), "", vocabulary())
			if err == nil || b != nil {
				t.Fatalf("the rulebook was taken; expected the error %s", test.want)
			}
			if !slices.ContainsFunc(strings.Split(err.Error(), "\n"), func(line string) bool { return strings.Contains(line, test.want) }) {
				t.Errorf("error:\n%v\nexpected a line with:\n%s", err, test.want)
			}
		})
	}
}

func TestEveryProblemIsTold(t *testing.T) {
	text := strings.NewReplacer("above: 120", "above: much", "class: serious", "class: bad", "[two-legs]", "[three-legs]").Replace(oneRule)
	_, err := rulebook.Load("dir/r.yaml", []byte(text), "lenient", vocabulary())
	var all *rulebook.LoadError
	if !errors.As(err, &all) {
		t.Fatalf("the error is a %T", err)
	}
	var lines []int
	for _, p := range all.Problems {
		lines = append(lines, p.Line)
	}
	if diff := cmp.Diff([]int{1, 12, 15, 18}, lines); diff != "" {
		t.Errorf("lines (-want +got):\n%s\n%v", diff, err)
	}
	if !strings.Contains(err.Error(), `dir/r.yaml:1: there is no profile "lenient", expected one of strict`) {
		t.Errorf("the error does not name the profiles there are:\n%v", err)
	}
}

func TestEmptyAndDoubledRulebooks(t *testing.T) {
	rule := oneRule[strings.Index(oneRule, "  - id"):strings.Index(oneRule, "profiles:")]
	for text, want := range map[string]string{
		"":                          "r.yaml:1: the rulebook is empty, expected rules",
		"# nothing\n":               "the rulebook is empty",
		"- a\n":                     "r.yaml:1: the rulebook is a list, expected keys with values",
		"needs: {}\n":               "r.yaml:1: the rulebook has no rules, expected rules: a list of rules",
		"rules: []\n":               "rules is a list, expected a list of rules",
		"rules: [7]\n":              `a rule is "7", expected keys with values`,
		"rules: *nothing\n":         "r.yaml:1: ",
		oneRule + "---\n" + oneRule: "r.yaml:22: the rulebook has a second document, expected one document",
		strings.Replace(oneRule, rule, rule+rule, 1):      "r.yaml:19: there are two rules long-hold, the first in line 6",
		strings.Repeat("# a long comment\n", 1<<17) + "a": "expected at most 1 MiB",
	} {
		_, err := rulebook.Load("r.yaml", []byte(text), "", vocabulary())
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%.40q…: error %v, expected %s", text, err, want)
		}
	}
}

func TestProfileChangesTheRule(t *testing.T) {
	text := strings.Replace(oneRule, "{above: 60}", "{at_least: 60, points: 1, unless: '', live: true}\n  off:\n    long-hold: {enabled: false}", 1)
	base, strict, off := load(t, text, ""), load(t, text, "strict"), load(t, text, "off")
	want := base.Rules()
	want[0].Comparison, want[0].Limit, want[0].Points, want[0].Unless, want[0].Live = "at_least", 60, 1, "", true
	if diff := cmp.Diff(want, strict.Rules()); diff != "" {
		t.Errorf("strict (-want +got):\n%s", diff)
	}
	if off.Rules()[0].Enabled || off.Needs("hold") {
		t.Error("a rule that is not enabled still needs segments")
	}
	if diff := cmp.Diff([]string{"strict", "off"}, base.Profiles()); diff != "" {
		t.Errorf("profiles (-want +got):\n%s", diff)
	}
}

func TestVersionIsTheContent(t *testing.T) {
	version := func(text, profile string) string { return load(t, text, profile).Version() }
	base := version(oneRule, "")
	if len(base) != 32 {
		t.Errorf("version %q, expected 32 hex digits", base)
	}
	if v := version("\ufeff"+strings.ReplaceAll(oneRule, "\n", "\r\n"), ""); v != base {
		t.Errorf("another line end gives another version: %s and %s", v, base)
	}
	if v := version(oneRule, "strict"); v == base {
		t.Error("another profile gives the same version")
	}
	if v := version(strings.Replace(oneRule, "120", "121", 1), ""); v == base {
		t.Error("another limit gives the same version")
	}
}

func FuzzLoad(f *testing.F) {
	f.Add([]byte(oneRule), "strict")
	f.Add([]byte("a: &a [*a]\nrules: *a\n"), "")
	f.Add([]byte("rules:\n  - measure: |\n      it.x[1] in {1u: -9}\n    on: [hold, silence]\n"), "")
	f.Fuzz(func(t *testing.T, data []byte, profile string) {
		b, err := rulebook.Load("r.yaml", data, profile, vocabulary())
		if err == nil {
			b.NewJudge("call").End(rulebook.Call{Legs: 2})
			return
		}
		var all *rulebook.LoadError
		if !errors.As(err, &all) || len(all.Problems) == 0 {
			t.Fatalf("the error is not a list of problems: %v", err)
		}
		for _, p := range all.Problems {
			if p.Line < 1 || p.What == "" {
				t.Errorf("a problem without a place or a word: %+v", p)
			}
		}
	})
}
