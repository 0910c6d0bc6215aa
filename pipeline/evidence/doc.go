// Package evidence keeps the audio behind flags, in a folder or in an S3 bucket.
//
// A call's audio is a WAV file of 16-bit PCM at 8 kHz: agent and customer, in that order, or the one mixed leg. Sample n
// of it is sample n of what the analyzers heard, so a time in a segment or a flag is a place in the file. A recording that
// lies elsewhere is referenced, and read where it lies; an Audio gives it out in the same form, at its own rate.
//
// Audio of customers is personal data. It is kept as long as somebody may have to hear it: until the call is judged, and
// then, if there is a flag, for a time that depends on the flag's class (see Entry). Who opens it must have noted that
// first; this package does not know who asks.
//
// # What lies where
//
// Call ids come from outside and may hold anything, a path say, so a file is named by the id's SHA-256 (ID below; ab are
// its first two digits):
//
//	audio/ab/ID.wav       a call that has ended
//	live/ab/ID.wav        a call that goes on; in a bucket live/ab/ID/…, 20 s each
//	reference/ab/ID.json  where a recording lies that is not copied
//	peaks/ab/ID.peaks     its waveform (Peaks)
//	due/undecided/ID.json an ended call that has not been judged yet
//	due/2026-03-01/ID.json  a kept call, to be looked at again on that day
//	expired/ab/ID.json    says that there was audio, once
package evidence
