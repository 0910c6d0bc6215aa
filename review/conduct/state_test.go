package conduct

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
)

// The people of the timelines. Session s1 unless a line says another.
var people = map[string]Actor{
	"li":    {Account: "li", Role: Inspector},
	"zhang": {Account: "zhang", Role: Inspector},
	"chen":  {Account: "chen", Role: Leader},
	"gao":   {Account: "gao", Role: Manager},
	"root":  {Account: "root", Role: Admin},
	"wang":  {Account: "wang", Role: Agent, AgentID: "A1"},
	"zhao":  {Account: "zhao", Role: Agent, AgentID: "A2"},
	"both":  {Account: "both", Role: Inspector, AgentID: "A1"}, // an inspector who takes calls, too
}

var monday = time.Date(2026, 3, 9, 9, 0, 0, 0, time.UTC)

// play runs a timeline on a flag of agent A1: one line a step, "who does [reason] [: words] [@session] -> what becomes of
// it". What becomes of it is the status, with the appeal's stage after a slash, or "no: " and the refusal.
func play(t *testing.T, timeline string) State {
	t.Helper()
	state := Fold(Pending, nil)
	var steps []Step
	for i, line := range strings.Split(strings.TrimSpace(timeline), "\n") {
		did, want, ok := strings.Cut(line, "->")
		if !ok {
			t.Fatalf("line %d: no ->: %s", i+1, line)
		}
		did, words, _ := strings.Cut(did, ":")
		word := strings.Fields(did)
		who, ok := people[word[0]]
		if !ok {
			t.Fatalf("line %d: nobody is called %s", i+1, word[0])
		}
		who.Session = "s1"
		if last := word[len(word)-1]; strings.HasPrefix(last, "@") {
			who.Session, word = last[1:], word[:len(word)-1]
		}
		r := Request{Action: Action(word[1]), Words: words}
		if len(word) > 2 {
			r.Reason = Reason(word[2])
		}
		step, next, err := state.Take(who, "A1", r, "f", fmt.Sprintf("%03d", i), monday.Add(time.Duration(i)*time.Hour))
		got := string(next.Status)
		if next.Appeal.Stage != NoAppeal {
			got += "/" + string(next.Appeal.Stage)
		}
		if err != nil {
			var why Refusal
			if !errors.As(err, &why) || why.Error() == "" {
				t.Fatalf("line %d: %v is no refusal in words", i+1, err)
			}
			got = "no: " + string(why)
		} else {
			steps = append(steps, step)
		}
		if got != strings.TrimSpace(want) {
			t.Errorf("line %d: %s: %q", i+1, line, got)
		}
		state = next
	}
	// What a step made of the state, its row makes of it again, in whatever order the rows come.
	rand.Shuffle(len(steps), func(i, j int) { steps[i], steps[j] = steps[j], steps[i] })
	again := Fold(Pending, append(steps, steps...))
	if diff := cmp.Diff(state, again, cmp.AllowUnexported(State{}, before{}), cmpopts.EquateEmpty()); diff != "" {
		t.Errorf("folded again (- taken, + folded):\n%s", diff)
	}
	return state
}

func TestTimelines(t *testing.T) {
	for name, timeline := range map[string]string{
		"confirmed": `
			li confirm -> confirmed
			li confirm -> no: same`,
		"rejected, for a reason": `
			li reject -> no: reason
			li reject because -> no: reason
			li reject other -> no: words
			li reject other: 客户要求 -> rejected`,
		"each reason": `
			li reject not-so -> rejected
			li reject not-so -> no: same
			li reject music -> rejected
			li reject line-fault -> rejected
			li reject justified -> rejected`,
		"unsure: another decides": `
			li unsure -> unsure
			li confirm -> no: second
			li unsure -> no: second
			zhang unsure -> unsure
			zhang reject not-so -> no: second
			chen confirm -> confirmed`,
		"the second inspector confirms": `
			li unsure -> unsure
			zhang confirm -> confirmed`,
		"who judged may judge anew, a colleague may not, a leader may": `
			li confirm -> confirmed
			zhang reject not-so -> no: judged
			li reject music @s2 -> rejected
			chen confirm -> confirmed
			li reject music -> no: judged
			gao unsure -> unsure
			li confirm -> confirmed`,
		"undo, within the session": `
			li undo -> no: undo
			li confirm -> confirmed
			zhang undo -> no: undo
			li undo @s2 -> no: undo
			li undo -> pending
			li undo -> no: undo
			zhang reject not-so -> rejected`,
		"undo twice goes back twice": `
			li confirm -> confirmed
			li reject music -> rejected
			li undo -> confirmed
			li undo -> pending
			li undo -> no: undo
			li confirm -> confirmed`,
		"undo of an unsure lets its giver judge": `
			li unsure -> unsure
			li undo -> pending
			li confirm -> confirmed`,
		"undo stops at what another did": `
			li confirm -> confirmed
			chen reject justified -> rejected
			li undo -> no: undo
			chen undo -> confirmed
			li undo -> pending`,
		"who may not judge": `
			wang confirm -> no: role
			zhao confirm -> no: role
			both confirm -> no: own-call
			both unsure -> no: own-call
			root confirm -> confirmed`,
		"a manual flag": `
			li raise -> no: words
			wang raise: x -> no: role
			both raise: x -> no: own-call
			li raise: 骂了客户 -> confirmed
			zhang raise: 我也听到 -> no: raised
			zhang reject not-so -> no: judged
			wang appeal: 没有 -> appealed/leader
			chen grant -> rejected/granted`,
		"a manual flag taken back": `
			li raise: 骂了客户 -> confirmed
			li undo -> withdrawn
			zhang confirm -> no: nothing-to-judge
			li undo -> no: undo`,
		"an appeal that the leader grants": `
			wang appeal: 不是我 -> no: no-verdict
			li confirm -> confirmed
			wang appeal -> no: words
			zhao appeal: 他是冤枉的 -> no: not-yours
			li appeal: 他是冤枉的 -> no: not-yours
			wang appeal: 不是我 -> appealed/leader
			wang appeal: 真不是我 -> no: no-verdict
			li reject not-so -> no: appealed
			li grant -> no: role
			wang grant -> no: role
			both grant -> no: role
			chen grant -> rejected/granted
			wang appeal: 再来 -> no: final
			li confirm -> no: appealed
			gao confirm -> no: appealed
			gao refuse: x -> no: no-appeal`,
		"refused by the leader, granted by the manager": `
			li confirm -> confirmed
			wang appeal: 不是我 -> appealed/leader
			chen refuse -> no: words
			chen refuse: 听得很清楚 -> confirmed/refused
			li reject not-so -> no: appealed
			wang appeal: 请经理听 -> appealed/manager
			chen grant -> no: role
			gao grant -> rejected/granted`,
		"refused by the manager is the end": `
			li confirm -> confirmed
			wang appeal: 不是我 -> appealed/leader
			chen refuse: 听得很清楚 -> confirmed/refused
			wang appeal: 请经理听 -> appealed/manager
			gao refuse: 维持 -> confirmed/refused
			wang appeal: 再来 -> no: final`,
		"the manager takes it from the leader's table": `
			li confirm -> confirmed
			wang appeal: 不是我 -> appealed/leader
			gao refuse: 维持 -> confirmed/refused
			wang appeal: 再来 -> no: final`,
		"nobody decides an appeal of his own verdict": `
			chen confirm -> confirmed
			wang appeal: 不是我 -> appealed/leader
			chen refuse: 维持 -> no: own-verdict
			gao grant -> rejected/granted`,
		"an appeal taken back": `
			li confirm -> confirmed
			li undo @s2 -> no: undo
			wang appeal: 不是我 -> appealed/leader
			wang undo -> confirmed
			li reject not-so -> rejected`,
		"a decision taken back, in time": `
			li confirm -> confirmed
			wang appeal: 不是我 -> appealed/leader
			chen grant -> rejected/granted
			chen undo -> appealed/leader
			chen refuse: 听错了 -> confirmed/refused
			wang appeal: 请经理听 -> appealed/manager
			chen undo -> no: undo`,
		"an inspector who takes calls appeals his own": `
			li confirm -> confirmed
			both appeal: 不是我 -> appealed/leader`,
		"no such step": `
			li delete -> no: action
			li -> no: action`,
	} {
		t.Run(name, func(t *testing.T) { play(t, strings.ReplaceAll(timeline, "li -> ", "li nothing -> ")) })
	}
}

func TestVerdictThatStands(t *testing.T) {
	s := play(t, `
		li confirm -> confirmed
		chen reject justified: 客户同意 -> rejected
		chen undo -> confirmed`)
	if s.Verdict.By != "li" || s.Number != 3 || s.Last != "002" || len(s.Steps) != 3 {
		t.Errorf("verdict of %s, %d steps, last %s", s.Verdict.By, s.Number, s.Last)
	}
	s = play(t, `
		li confirm -> confirmed
		wang appeal:  不是我  -> appealed/leader
		gao grant -> rejected/granted`)
	if s.Verdict.By != "gao" || s.Appeal.By != "wang" || s.Appeal.Words != "不是我" || !s.Appeal.Final || !s.Appeal.Since.Equal(monday.Add(2*time.Hour)) {
		t.Errorf("%+v", s.Appeal)
	}
}

func TestWords(t *testing.T) {
	li := people["li"]
	for name, c := range map[string]struct {
		words string
		want  error
	}{
		"as many as may be": {strings.Repeat("话", MaxWords), nil},
		"one more":          {strings.Repeat("话", MaxWords+1), RefusedTooLong},
		"five megabytes":    {strings.Repeat("x", 5<<20), RefusedTooLong},
		"not text":          {"\xff", RefusedText},
		"control":           {"a\x00b", RefusedText},
		"lines":             {"a\r\nb\tc", nil},
		"markup":            {"<script>alert(1)</script>", nil}, // it is for the page to show it as text
	} {
		err := Fold(Pending, nil).Check(li, "A1", Request{Action: Confirm, Words: c.words})
		if !errors.Is(err, c.want) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestNothingToJudge(t *testing.T) {
	for _, initial := range []Status{Exonerated, Withdrawn} {
		if err := Fold(initial, nil).Check(people["li"], "A1", Request{Action: Confirm}); !errors.Is(err, RefusedNothing) {
			t.Errorf("%s: %v", initial, err)
		}
	}
	// Who was unknown has no calls of his own, and nobody appeals for him.
	if err := Fold(Pending, nil).Check(people["li"], "", Request{Action: Confirm}); err != nil {
		t.Error(err)
	}
	if err := Fold(Pending, nil).Check(people["li"], "", Request{Action: Appeal, Words: "x"}); !errors.Is(err, RefusedNotYours) {
		t.Error(err)
	}
}

// Should two steps have been let in after one, every reader agrees on which counts, whatever order it reads in.
func TestFoldOfRivals(t *testing.T) {
	at := func(minute int) time.Time { return monday.Add(time.Duration(minute) * time.Minute) }
	steps := []Step{
		{ID: "b", At: at(1), By: "li", Action: Confirm},
		{ID: "a", At: at(2), By: "zhang", Action: Reject, Reason: NotSo},               // second: later
		{ID: "d", Follows: "b", At: at(5), By: "li", Action: Reject, Reason: Music},    // second: same time, greater id
		{ID: "c", Follows: "b", At: at(5), By: "li", Action: Undo},                     //
		{ID: "e", Follows: "a", At: at(3), By: "zhang", Action: Undo},                  // cut off
		{ID: "f", Follows: "nothing that is", At: at(3), By: "zhang", Action: NotSure}, // cut off
		{ID: "g", Follows: "h", At: at(3), By: "zhang", Action: NotSure},               // a ring
		{ID: "h", Follows: "g", At: at(3), By: "zhang", Action: NotSure},
	}
	ids := func(steps []Step) (list []string) {
		for _, s := range steps {
			list = append(list, s.ID)
		}
		return list
	}
	for range 50 {
		rand.Shuffle(len(steps), func(i, j int) { steps[i], steps[j] = steps[j], steps[i] })
		s := Fold(Pending, steps)
		if s.Status != Pending || s.Last != "c" || s.Number != 2 || !slices.Equal(ids(s.Steps), []string{"b", "c"}) ||
			!slices.Equal(ids(s.Lost), []string{"a", "e", "f", "g", "h", "d"}) {
			t.Fatalf("%s after %v, lost %v", s.Status, ids(s.Steps), ids(s.Lost))
		}
	}
}

// A step once taken stands, also if today's rules would refuse it.
func TestOldStepsAreNotJudgedAnew(t *testing.T) {
	s := Fold(Pending, []Step{{ID: "a", By: "wang", Role: Agent, Action: Confirm}, {ID: "b", Follows: "a", By: "x", Action: "once-known"}})
	if s.Status != Confirmed || s.Last != "b" {
		t.Errorf("%s, last %s", s.Status, s.Last)
	}
}
