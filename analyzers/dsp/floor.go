package dsp

const (
	floorBlock  = 20 // frames: 0.4 s
	floorBlocks = 10 // 4 s

	// noFloor is the floor before anything was heard.
	noFloor = -70
)

// Floor follows the noise floor of a leg: the least level, smoothed over 60 ms, of the last 4 s.
//
// Digital silence is not noise: a leg that sends nothing while nobody speaks keeps the floor it had.
type Floor struct {
	minima [floorBlocks]float32 // of the blocks before this one; 0 where there was nothing
	least  float32              // of the minima
	now    float32              // of this block; 0 where there was nothing
	block  int
	n      int        // frames of this block so far
	recent [2]float32 // the powers of the two frames before
	level  float32
}

// Reset makes it as new.
func (f *Floor) Reset() { *f = Floor{level: noFloor} }

// Level is the floor in dBov.
func (f *Floor) Level() float32 { return f.level }

// Gap takes a frame that says nothing of the noise.
func (f *Floor) Gap() { f.recent = [2]float32{} }

// Update takes the mean square of the next frame.
func (f *Floor) Update(power float32) {
	smooth := (power + f.recent[0] + f.recent[1]) / 3
	complete := f.recent[0] > 0 && f.recent[1] > 0
	f.recent[1], f.recent[0] = f.recent[0], power
	if !complete {
		return
	}
	if level := DB(smooth); level < f.now {
		f.now = level
	}
	if f.n++; f.n == floorBlock {
		f.minima[f.block] = f.now
		f.block = (f.block + 1) % floorBlocks
		f.now, f.n = 0, 0
		f.least = 0
		for _, m := range f.minima {
			f.least = min(f.least, m)
		}
	}
	f.level = f.now
	if f.least < f.level {
		f.level = f.least
	}
}
