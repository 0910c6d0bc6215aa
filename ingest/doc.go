// Package ingest turns what arrives, RTP packets or recordings, into 20 ms steps of 8 kHz audio on the call's own clock.
//
// The way of a live call: a CallRecord (envelope.go) is decoded in place, its packets go through a jitter buffer per
// leg (jitter.go) and a codec (codec/), and Call joins the two legs into ticks for a Sink. A Recording goes through
// the WAV reader (wav.go) to the same Sink. Nothing here knows a rule.
package ingest
