package ingest

// playState is what a leg does where no packet is.
type playState uint8

const (
	idle playState = iota // nothing has come yet, or the stream has stopped
	talking
	comforting // comfort noise was announced
)

// sound is what a stretch of a leg consists of.
type sound uint8

const (
	voice     sound = iota
	lost            // packets are missing: concealed
	stretched       // the mapping moved: concealed too, but nothing is missing
	closed          // the leg sends nothing
	comfort
	tone
)

// advance tells that no packet that arrives before clock is still to come, and plays what is due.
func (j *jitter) advance(clock int) {
	j.clock = max(j.clock, clock)
	for due := j.clock - depth; j.played < due; {
		j.discard()
		kind, until := j.decide(due)
		if until == j.played {
			return // a pause that the next packet may explain
		}
		if kind == voice {
			j.state = talking
		}
		j.fill(kind, until)
	}
}

// discard drops the packets that have been played.
func (j *jitter) discard() {
	n := 0
	for ; n < len(j.waiting); n++ {
		w := &j.waiting[n]
		if w.end > j.played || w.start > j.played {
			break
		}
		if w.noise {
			j.state = comforting
			j.noise.set(int(w.dBov))
		}
		if !j.hasLast || w.sequence > j.last.sequence {
			j.last, j.hasLast = *w, true
		}
	}
	if n > 0 {
		j.waiting = j.waiting[:copy(j.waiting, j.waiting[n:])]
	}
}

// decide says what plays from j.played on, and up to where. It looks at one sample only as if that were due, so that
// it does not matter in what steps the clock advances.
func (j *jitter) decide(due int) (sound, int) {
	plays, until := j.tones.at(j.played, due)
	if plays {
		return tone, until
	}
	if len(j.waiting) == 0 {
		return j.pause(until, until < due)
	}
	next := &j.waiting[0]
	if next.start <= j.played {
		return voice, min(next.end, until)
	}
	return j.gap(next, min(next.start, until))
}

// pause is what plays while no packet is at hand.
func (j *jitter) pause(until int, toneFollows bool) (sound, int) {
	switch j.state {
	case talking:
		if toneFollows {
			return closed, until
		}
		if j.clock <= j.played+patience {
			return closed, j.played
		}
		j.state = idle
	case comforting:
		if end := j.last.end + comfortHold; j.played < end {
			return comfort, min(until, end)
		}
		j.state = idle
	}
	return closed, until
}

// gap is what plays before a packet that is at hand. If sequence numbers are missing, as many packets were lost. When
// they do not fill the gap, the sender paused as well: before the loss, or after it if the packet begins a talkspurt.
func (j *jitter) gap(next *piece, until int) (sound, int) {
	end := next.start
	if next.slip {
		if end -= driftStep; j.played >= end {
			return stretched, until
		}
	}
	missing := 0
	if j.hasLast {
		missing = j.numbers.missing(j.last.sequence, next.sequence) * j.length
	}
	whole := end - j.last.end
	from, to := end-missing, end
	until = min(until, end)
	switch {
	case missing >= whole && j.state == idle:
		to = from // it took so long that the stream had stopped
	case missing >= whole:
		from = j.last.end
	case next.marker && j.state == talking:
		from, to = j.last.end, j.last.end+missing
	case next.marker:
		to = from
	}
	switch {
	case j.played >= from && j.played < to:
		return lost, min(until, to)
	case j.played < from && from < to:
		until = min(until, from)
	}
	if j.state == comforting && j.played < j.last.end+comfortHold {
		return comfort, min(until, j.last.end+comfortHold)
	}
	return closed, until
}

// fill plays up to a position: it makes what no packet brought and counts what it is.
func (j *jitter) fill(kind sound, until int) {
	if !j.ring.reserve(until) {
		panic("ingest: the call has let a leg run ahead") // call.go advances in steps and empties the ring between them
	}
	if (kind == lost || kind == stretched) && !j.conceal.active {
		var history [concealHistory]int16
		j.ring.recent(history[:], j.played)
		j.conceal.begin(&history)
	}
	for j.played < until {
		t, from := j.ring.tick(j.played/TickSamples), j.played%TickSamples
		to := min(TickSamples, from+until-j.played)
		if from == 0 {
			t.lost, t.open, t.tone, t.comfort = 0, 0, 0, 0
		}
		n := uint8(to - from)
		switch kind {
		case voice:
			if j.conceal.active {
				j.conceal.join(j.ring.whole(t)[from:to])
			}
			t.open += n
		case lost:
			j.conceal.fill(j.ring.whole(t)[from:to])
			t.lost += n
			t.open += n
		case stretched:
			j.conceal.fill(j.ring.whole(t)[from:to])
			t.open += n
		case comfort:
			j.noise.fill(j.ring.whole(t)[from:to])
			t.comfort += n
			t.open += n
		case tone:
			j.ring.mute(t, from, to)
			t.tone += n
			t.open += n
		case closed:
			j.ring.mute(t, from, to)
		}
		j.played += to - from
	}
	switch kind {
	case closed, comfort, tone:
		j.conceal.active = false
	}
	if kind == tone {
		j.last.end = max(j.last.end, until)
	}
}
