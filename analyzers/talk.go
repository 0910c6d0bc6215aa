package analyzers

// minTalk is the shortest run of speech frames that counts as somebody talking: a click or a cough is shorter.
const minTalk = 10 // frames: 200 ms

// talk follows one leg's speech and tells talking from blips.
type talk struct {
	run   int // speech frames in a row
	start int // frame at which the run began
	// talking says that the run is long enough to be speech.
	talking bool
	// end is the frame after the last one talked in; 0 when nobody has talked yet.
	end int
}

func (t *talk) step(index int, speech bool) {
	if !speech {
		t.run, t.talking = 0, false
		return
	}
	if t.run == 0 {
		t.start = index
	}
	t.run++
	if t.run >= minTalk {
		t.talking = true
		t.end = index + 1
	}
}

// spoke says whether the leg has talked at all.
func (t *talk) spoke() bool { return t.end > 0 }

// began says that the leg has just been found to be talking, since t.start.
func (t *talk) began() bool { return t.run == minTalk }
