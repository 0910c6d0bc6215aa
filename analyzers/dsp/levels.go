package dsp

// DB gives the levels in dB.
func (l *Levels) DB(to *[NumBands]float32) {
	if Wide {
		l.dbWide(to)
		return
	}
	for i, v := range l {
		to[i] = float32(v) * LevelStep
	}
}

// Lower puts each level in the place of a higher one.
func (l *Levels) Lower(levels *Levels) {
	if Wide {
		l.lowerWide(levels)
		return
	}
	for i, v := range levels {
		l[i] = min(l[i], v)
	}
}

// tens makes LevelSteps units of 10 dB.
const tens = LevelStep / 10

// Above writes by how much the levels are above others, within limits in dB, in units of 10 dB.
func (l *Levels) Above(out []float32, others *Levels, low, high int) {
	to := (*[NumBands]float32)(out)
	low, high = low<<8, high<<8
	if Wide {
		l.aboveWide(to, others, int16(low), int16(high))
		return
	}
	for i, v := range l {
		d := min(max(int(v)-int(others[i]), low), high)
		to[i] = float32(int32(d)) * tens
	}
}

// Means are means of Levels, in LevelSteps.
type Means [NumBands]float32

// Follow moves the means by a share of the way to levels.
func (m *Means) Follow(l *Levels, share float32) {
	if Wide {
		m.followWide(l, share)
		return
	}
	for i, v := range l {
		m[i] += float32(share * (float32(v) - m[i]))
	}
}

// AboveMeans is Above for means.
func (l *Levels) AboveMeans(out []float32, means *Means, low, high int) {
	to := (*[NumBands]float32)(out)
	least, most := float32(low<<8), float32(high<<8)
	if Wide {
		l.aboveMeansWide(to, means, least, most)
		return
	}
	for i, v := range l {
		d := float32(v) - means[i]
		if d < least {
			d = least
		} else if d > most {
			d = most
		}
		to[i] = d * tens
	}
}
