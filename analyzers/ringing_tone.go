package analyzers

import "math"

// ringTone is how a country lets a caller hear that the other telephone rings: one tone, or two or three between low
// and high, in one burst or a pair of them.
type ringTone struct {
	low, high    float64 // Hz
	bursts       int
	on, gap, off float64 // s: each burst, between the two of a pair, after them
}

// ringTones follow the national tables in the supplement to ITU-T E.180. One line more is one country more.
var ringTones = [...]ringTone{
	{450, 450, 1, 1, 0, 4},     // China
	{440, 480, 1, 2, 0, 4},     // North America
	{425, 425, 1, 1, 0, 4},     // most of Europe, Russia, Brazil, Mexico
	{425, 425, 1, 1, 0, 5},     // Austria, Sweden
	{425, 425, 1, 1.5, 0, 3},   // Spain
	{440, 440, 1, 1.5, 0, 3.5}, // France
	{450, 450, 1, 2, 0, 4},     // Turkey
	{425, 480, 1, 1, 0, 4},     // Philippines
	{384, 416, 1, 1, 0, 2},     // Japan
	{440, 480, 1, 1, 0, 2},     // Korea, Taiwan
	{400, 450, 2, 0.4, 0.2, 2}, // United Kingdom, Ireland, Australia, New Zealand, India
	{425, 425, 2, 0.4, 0.2, 2}, // Singapore, Malaysia
	{440, 480, 2, 0.4, 0.2, 3}, // Hong Kong
}

const (
	ringLowest, ringHighest = 355, 510 // Hz: about all tones of the table and their tolerance
	ringLeast               = -50      // dBov: a ring tone that is meant to be heard is louder
	ringShare               = 0.6      // least share of the peak in a frame; two tones 50 Hz apart have that
	ringBridge              = 3        // frames: a shorter fault does not end a burst
	ringPair                = 25       // frames, 0.5 s: bursts that are nearer are one ring
	ringShort               = 4        // frames by which a burst may be off, or an eighth of it
	ringQuiet               = 10       // dB under the tone that its pauses have to be
	ringOff                 = 25       // Hz by which a tone may be off, as in most standards
	ringSpread              = 3.5      // Hz: the peak of two tones wanders by more than this, that of one by less
)

// period is from the beginning of a ring to the next one's, in frames.
func (t *ringTone) period() int { return int(float64(50*(t.length()+t.off)) + 0.5) }

// length is that of a ring, in seconds.
func (t *ringTone) length() float64 { return float64(float64(t.bursts)*t.on) + t.gap }

// alike tells whether one ring of one line is as one of another: only the pause tells them apart.
func (t *ringTone) alike(o *ringTone) bool { return t.bursts == o.bursts && t.on == o.on }

// sounds tells whether a burst is of this tone, and how far off it is in Hz.
func (t *ringTone) sounds(b *ringBurst) (off float64, ok bool) {
	hz, spread := b.tone()
	if (spread > ringSpread) != (t.high > t.low) {
		return 0, false
	}
	off = math.Abs(hz - (t.low+t.high)/2)
	return off, hz > t.low-ringOff && hz < t.high+ringOff
}

// ringBurst is a run of bursts of a tone with pauses of less than ringPair: a ring, perhaps.
type ringBurst struct {
	start, end    int // frames
	first         int // length of the first burst
	bursts        int
	n, hz, square float64 // over the first burst: frames, sums of the peak's frequency over 400 Hz
	share, level  float64
}

// tone is the mean and the deviation of the peak, in Hz.
func (b *ringBurst) tone() (hz, spread float64) {
	mean := b.hz / b.n
	return 400 + mean, math.Sqrt(max(b.square/b.n-mean*mean, 0))
}

// matches tells whether the whole ring is as the table has it.
func (t *ringTone) matches(b *ringBurst) bool {
	near := func(frames int, s float64) bool {
		return math.Abs(float64(frames)-50*s) <= max(ringShort, 50*s/8)
	}
	return b.bursts == t.bursts && near(b.first, t.on) && near(b.end-b.start, t.length())
}

// ringLeg finds the rings on one leg.
type ringLeg struct {
	burst    ringBurst
	sounding bool // in a burst
	quiet    int  // frames since the tone was last heard
	loud     int  // of these, those that are no pause

	rings       int     // of the series
	row         int     // in ringTones
	first, last int     // frames at which its first and last ring began
	end         int     // at which the tone ended
	cut         bool    // by the answer
	part        bool    // only the end of one ring was heard so far, which can be anything
	hz, share   float64 // sums over the rings
}

// step takes a frame, and tells whether a ring has just ended.
func (l *ringLeg) step(f *Frame, i int) {
	b := &l.burst
	if f.PeakShare >= ringShare && f.Peak >= ringLowest && f.Peak <= ringHighest && f.Open && f.Level > ringLeast {
		if b.bursts == 0 {
			*b = ringBurst{start: i}
		}
		if !l.sounding {
			b.bursts++
		}
		b.end = i + 1
		l.sounding, l.quiet, l.loud = true, 0, 0
		if b.bursts == 1 {
			b.first = b.end - b.start
			hz := float64(f.Peak) - 400
			b.n++
			b.hz += hz
			b.square += hz * hz
			b.share += float64(f.PeakShare)
			b.level += float64(f.Level)
		}
		return
	}
	if b.bursts == 0 {
		return
	}
	l.quiet++
	if float64(f.Level) > b.level/b.n-ringQuiet {
		l.loud++
	}
	if l.quiet >= ringBridge {
		l.sounding = false
	}
	if l.quiet >= ringPair {
		l.close(l.loud*2 > l.quiet)
	}
}

// close judges what has been heard of the tone. After a ring follows a pause, unless it was answered.
func (l *ringLeg) close(loud bool) {
	b := l.burst
	l.burst, l.sounding = ringBurst{}, false
	if b.bursts == 0 || b.n < ringShort || b.share < 0.75*b.n {
		return
	}
	if l.rings > 0 {
		row, ok := l.next(&b)
		cut := ok && 50*ringTones[row].length()-float64(b.end-b.start) > ringShort
		if ok && (cut || !loud) {
			l.row, l.part = row, false
			l.add(&b, cut)
			return
		}
		if l.rings > 1 {
			return
		}
		*l = ringLeg{} // whatever that was, a ring is not followed by this
	}
	row, best := -1, math.Inf(1)
	for r := range ringTones {
		t := &ringTones[r]
		off, ok := t.sounds(&b)
		// A recording may begin in the middle of a ring.
		inside := b.start == 0 && b.bursts == 1 && float64(b.first) <= 50*t.on
		if ok && off < best && !loud && (t.matches(&b) || inside) {
			row, best = r, off
		}
	}
	if row >= 0 {
		*l = ringLeg{row: row, first: b.start, part: !ringTones[row].matches(&b)}
		l.add(&b, false)
		// Where it began in the middle, its end tells when it would have begun.
		l.last = b.end - int(float64(50*ringTones[row].length())+0.5)
	}
}

// next tells whether a ring goes on with the series, as which line of the table. It need not be whole: the answer cuts it.
func (l *ringLeg) next(b *ringBurst) (row int, ok bool) {
	best := math.Inf(1)
	for r := range ringTones {
		t := &ringTones[r]
		off, sounds := t.sounds(b)
		late := math.Abs(float64(b.start - l.last - t.period()))
		if sounds && t.alike(&ringTones[l.row]) && late <= float64(t.period())/10 && float64(b.first) <= float64(50*t.on)+ringShort && off+late < best {
			row, best, ok = r, off+late, true
		}
	}
	return row, ok
}

func (l *ringLeg) add(b *ringBurst, cut bool) {
	hz, _ := b.tone()
	l.rings++
	l.last, l.end, l.cut = b.start, b.end, cut
	l.hz += hz
	l.share += b.share / b.n
}

// known tells whether a ring has been heard.
func (l *ringLeg) known() bool { return l.rings > 0 && !l.part }

// due is the frame at which the next ring should have begun.
func (l *ringLeg) due() int { return l.last + ringTones[l.row].period() }

// late tells whether the next ring should have been heard by frame i, whichever of the lines it is that begin so.
func (l *ringLeg) late(i int) bool {
	if l.rings == 0 {
		return false
	}
	longest := 0
	for r := range ringTones {
		if t := &ringTones[r]; r == l.row || l.rings == 1 && t.alike(&ringTones[l.row]) {
			longest = max(longest, t.period())
		}
	}
	due := l.last + longest
	coming := l.burst.bursts > 0 && i-l.burst.start < longest // a tone that goes on and on is no ring
	return !coming && i > due+longest/10
}
