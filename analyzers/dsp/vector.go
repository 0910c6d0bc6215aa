package dsp

// Add adds to each of some values one of as many others.
func Add(to, x []float32) {
	x = x[:len(to)]
	if Wide {
		done := addWide(to, x)
		to, x = to[done:], x[done:]
	}
	for i, v := range x {
		to[i] += v
	}
}

// AddMoments adds values to their sums, and their squares to the sums of those.
func AddMoments(sum, square, x []float32) {
	sum, square = sum[:len(x)], square[:len(x)]
	if Wide {
		done := addMomentsWide(sum, square, x)
		sum, square, x = sum[done:], square[done:], x[done:]
	}
	for i, v := range x {
		sum[i] += v
		square[i] += float32(v * v)
	}
}

// Lower puts each level in the place of a higher one.
func Lower(to, levels *[NumBands]float32) {
	if Wide {
		lowerWide(to, levels)
		return
	}
	for i, v := range levels {
		if v < to[i] {
			to[i] = v
		}
	}
}

// Above writes by how much levels are above others, within limits, in units of 10 dB. What is no number is no limit's.
func Above(out []float32, levels, others *[NumBands]float32, low, high float32) {
	to := (*[NumBands]float32)(out)
	if Wide {
		aboveWide(to, levels, others, low, high)
		return
	}
	for i, v := range levels {
		v -= others[i]
		if v < low {
			v = low
		} else if v > high {
			v = high
		}
		to[i] = v / 10
	}
}
