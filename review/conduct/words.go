package conduct

// Refusal says why a step may not be taken. Its value is a short name that does not change, for whoever words it in
// another language; Error words it in English.
type Refusal string

const (
	RefusedRole       Refusal = "role"
	RefusedOwnCall    Refusal = "own-call"
	RefusedOwnVerdict Refusal = "own-verdict"
	RefusedNothing    Refusal = "nothing-to-judge"
	RefusedAppealed   Refusal = "appealed"
	RefusedJudged     Refusal = "judged"
	RefusedSame       Refusal = "same"
	RefusedSecond     Refusal = "second"
	RefusedReason     Refusal = "reason"
	RefusedWords      Refusal = "words"
	RefusedTooLong    Refusal = "too-long"
	RefusedText       Refusal = "text"
	RefusedUndo       Refusal = "undo"
	RefusedNotYours   Refusal = "not-yours"
	RefusedNoVerdict  Refusal = "no-verdict"
	RefusedFinal      Refusal = "final"
	RefusedNoAppeal   Refusal = "no-appeal"
	RefusedRaised     Refusal = "raised"
	RefusedAction     Refusal = "action"
)

var refusals = map[Refusal]string{
	RefusedRole:       "the role does not allow it",
	RefusedOwnCall:    "nobody judges a call of his own",
	RefusedOwnVerdict: "an appeal is decided by somebody other than who gave the verdict",
	RefusedNothing:    "there is nothing to judge: the flag was exonerated or withdrawn",
	RefusedAppealed:   "the agent has appealed: the appeal is decided, not the flag",
	RefusedJudged:     "another has judged it: only who did, a shift leader or a manager may change that",
	RefusedSame:       "it is so already",
	RefusedSecond:     "another inspector is asked: who could not tell does not decide",
	RefusedReason:     "a rejection needs a reason: one of not-so, music, line-fault, justified, other",
	RefusedWords:      "this needs words",
	RefusedTooLong:    "the words are too long: at most 4,000 characters",
	RefusedText:       "the words are not valid UTF-8, or hold control characters",
	RefusedUndo:       "only one's own last step can be undone, within the session in which it was taken",
	RefusedNotYours:   "only the agent of the call appeals",
	RefusedNoVerdict:  "only a confirmed flag can be appealed",
	RefusedFinal:      "the appeal has been decided for good",
	RefusedNoAppeal:   "no appeal waits for a decision",
	RefusedRaised:     "the flag has been raised already",
	RefusedAction:     "no such step",
}

// Error words the refusal in English.
func (r Refusal) Error() string { return refusals[r] }
