// Package conduct holds what follows from the verdicts of people: where a flag stands, a call's score, an agent's month,
// the ladder, appeals and their clocks, slips. It computes and keeps nothing.
package conduct
