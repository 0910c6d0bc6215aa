// Package examples composes the calls that `make run` shows: conversations spliced from real telephone prompts and
// real hold music, with a known truth, so that what Earshot flags can be compared with what was put in.
//
// Each call is a script of a few lines, see calls_*.go: who says what, how long the hold is, who hangs up. The scripts
// write onto a timeline (call.go) with one track per leg. The sounds come from a folder laid out as Asterisk lays out
// its own:
//
//	moh/<track>.wav                    hold music
//	sounds/en_US_f_Allison/<name>.wav  prompts, one folder a speaker
//	sounds/it_IT_m_Carlo/<name>.wav
//
// scripts/fetch-audio.sh makes such a folder. None of the audio is in the repository; NOTICE names its authors.
//
// The speakers say prompts, an Italian to an American: what they say makes no sense, how they say it is real. What is
// not real is a raised voice: no free recording of one is at hand, so it is made from a prompt (raise.go), and the
// titles of the calls that hold one say so.
//
// The same audio gives the same calls, sample for sample.
package examples
