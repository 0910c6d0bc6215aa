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
