// Package conduct holds what follows from the verdicts of people: where a flag stands, a call's score, an agent's month and
// its cost, the ladder, appeals and their clocks, slips. It computes and keeps nothing, reads no clock and no database.
//
// # A flag and its steps
//
// Whatever people do to a flag is a Step, and steps are only ever added. Each names the one it follows, so that they form a
// chain; Fold walks it and gives the State. A verdict is never stored apart from its step, nor are score, cost or ladder:
// who reverses a verdict has thereby taken back all that came of it.
//
//	pending ── confirm ──▶ confirmed ── appeal ──▶ appealed (leader) ── grant ──▶ rejected
//	   │  └─── reject ───▶ rejected        ▲            └─ refuse ─▶ confirmed ── appeal ──▶ appealed (manager) ── …
//	   └────── unsure ───▶ unsure: another one decides
//
//	raise    a flag the machine missed: confirmed by whoever raises it, with words; taken back it is withdrawn
//	undo     one's own last step that stands, within the session it was taken in; again, the one before it
//
// State.Check says whether somebody may take a step, and State.Take makes it; a refusal is a Refusal, whose value does not
// change and can be worded in any language. The rules:
//
//   - Inspectors, shift leaders, managers and admins judge; nobody judges, or decides about, a call of his own.
//   - Who could not tell does not decide: another one is asked. A verdict is changed by who gave it, by a shift leader or by
//     a manager.
//   - A rejection has a reason; "other" needs words. So do appeals, refusals of appeals and manual flags.
//   - The agent of the call appeals a confirmed flag. Once appealed, the appeal is decided, not the flag. The shift leader
//     decides first; of a refusal the agent may appeal again, to the manager, whose word is the last. A manager may take an
//     appeal from the leader's table. Nobody decides an appeal of his own verdict.
//
// # Two at once
//
// Two inspectors may judge the same flag at the same moment. Both steps then follow the same one; the store lets one in and
// tells the other (store.AppendStep). Should two be let in all the same, Fold takes the one with the smaller time, then id,
// and lists the other under Lost: every reader of the same steps sees the same state.
//
// # Figures
//
//	score of a call    100 − points of its confirmed flags (under appeal too), not below 0; pending points apart; ScoreCall
//	cost               15 yuan a point (D18.第三章.2); Cost
//	an agent's month   points, cost, pending points, mean score of the calls, ladder; ScoreMonth
//	ladder             per agent, rule and month: first time reminder (提醒), second warning (警告), then notice (通报)
//	                   (D4.三.1), in the order in which it happened, not in which it was judged; Ladder
//	slip               per day, shift and team the confirmed violations, for the leader at the end of the shift
//	                   (违规单, D18.第三章.1); Slips
//
// A month, a day and a shift are the centre's: they begin by the clock on its wall, in a time zone that is a setting (Zone;
// Asia/Shanghai unless it says otherwise). A flag counts when it happened, not when it was judged. Alerts, which have no
// class, cost nothing and are on no ladder; neither is what nobody knows the agent of.
//
// # Files
//
// holidays.yaml names China's holidays and the weekends that are worked on in their place (调休), shifts.yaml the shifts; both
// are built in and can be replaced (ReadCalendar, ReadShifts). An appeal's clock counts working days after the day on which
// it came to its stage and ends with the last of them: three for the shift leader, five for the manager (Terms). In a year
// that the calendar does not know (Calendar.Knows) only Saturdays and Sundays are free.
package conduct
