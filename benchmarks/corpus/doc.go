// Package corpus composes labelled calls of real voices and real music to measure Earshot by.
//
// A call is told by a scenario (scenarios_*.go, one entry each): who says what when, where music plays, who mutes, rings,
// raises a voice or hangs up. What happened is kept as facts beside the audio, and what must be flagged is told from the
// facts by the words of the rules (truth*.go), never by asking an analyzer or the rulebook. A draw in which anything comes so
// near to a limit that its truth would be a coin toss is drawn again.
//
//	drafts, err := corpus.Plan(library, sounds.Tune, 1, 10)
//	c, err := drafts[0].Compose() // the same call every time
//	end, err := c.Play(player)    // through ingest, as a recording or as RTP that loses packets
//
// Scenarios come in variants: the clear case, near misses on either side of the limit, and what only looks like it. Over
// all of them the line does what lines do: A-law, mu-law, ADPCM, loss, narrow band, AGC, clipping, echo, noise.
package corpus
