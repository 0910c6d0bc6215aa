package analyzers

// background follows what a leg sounds like when nobody talks on it, to tell when that vanishes: a muted handset, a
// party that has left. A leg that never had a background (a noise gate, a synthetic call) cannot lose it.
type background struct {
	quiet, heard int // frames without speech since the call's start, and of these with a background
	// gone counts the frames since the leg fell silent altogether.
	gone int
	// returns counts how often it came back after 1 s or more of that.
	returns int
}

const (
	// digitalSilence is the level in dBov below which a leg carries nothing at all; the quietest line is above it.
	digitalSilence = -85
	// backgroundMin is how many frames without speech it takes to know the leg's background: 1 s.
	backgroundMin = 50
)

func (b *background) step(f *Frame) {
	if !f.Open || f.Level <= digitalSilence {
		if b.gone == 0 && !b.known() && f.Open {
			b.quiet++ // a leg that is silent from the first has no background
			return
		}
		b.gone++
		return
	}
	if b.vanished() >= backgroundMin {
		b.returns++
	}
	b.gone = 0
	if !f.Speech && !f.Music && !f.Tone && f.Lost == 0 {
		b.quiet++
		b.heard++
	}
}

// known says that the leg had a background that can be missed.
func (b *background) known() bool { return b.heard >= backgroundMin && b.heard*2 > b.quiet }

// vanished says for how many frames the leg's background has been missing, 0 while it is there or was never known.
func (b *background) vanished() int {
	if !b.known() {
		return 0
	}
	return b.gone
}

// left is vanished for a leg that has never come back before. One that has suppresses its silence, and cannot be told
// from one whose party has left.
func (b *background) left() int {
	if b.returns > 0 {
		return 0
	}
	return b.vanished()
}
