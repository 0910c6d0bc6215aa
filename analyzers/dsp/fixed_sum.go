package dsp

// fixedWeights are the weights of a fixed layer, two outputs in one number: one multiplication of 64 bits then does two. Groups of
// eight outputs follow each other, each with four numbers for every input.
type fixedWeights []int64

// packWeights takes a row of weights for each output; their number is a multiple of fixedGroup.
func packWeights(rows []int16, in, out int) fixedWeights {
	w := make(fixedWeights, 0, in*out/2)
	for group := 0; group < out; {
		width := 2 * fixedGroup
		if group+width > out {
			width = fixedGroup
		}
		for i := range in {
			for j := group; j < group+width; j += 2 {
				w = append(w, int64(rows[(j+1)*in+i])<<32+int64(rows[j*in+i]))
			}
		}
		group += width
	}
	return w
}

// sum gives the sum of each output. The lower of two sums borrows from the upper one where it is negative.
func (w fixedWeights) sum(x []int16, out []int32) {
	for len(out) >= 2*fixedGroup {
		sum16(x, w, (*[2 * fixedGroup]int32)(out))
		w, out = w[fixedGroup*len(x):], out[2*fixedGroup:]
	}
	if len(out) >= fixedGroup {
		sum8(x, w, (*[fixedGroup]int32)(out))
	}
}

func sum16(x []int16, w []int64, out *[16]int32) {
	var s0, s1, s2, s3, s4, s5, s6, s7 int64
	for _, v := range x {
		x, r := int64(v), (*[8]int64)(w)
		w = w[8:]
		s0 += x * r[0]
		s1 += x * r[1]
		s2 += x * r[2]
		s3 += x * r[3]
		s4 += x * r[4]
		s5 += x * r[5]
		s6 += x * r[6]
		s7 += x * r[7]
	}
	out[0], out[1] = apart(s0)
	out[2], out[3] = apart(s1)
	out[4], out[5] = apart(s2)
	out[6], out[7] = apart(s3)
	out[8], out[9] = apart(s4)
	out[10], out[11] = apart(s5)
	out[12], out[13] = apart(s6)
	out[14], out[15] = apart(s7)
}

func sum8(x []int16, w []int64, out *[8]int32) {
	var s0, s1, s2, s3 int64
	for _, v := range x {
		x, r := int64(v), (*[4]int64)(w)
		w = w[4:]
		s0 += x * r[0]
		s1 += x * r[1]
		s2 += x * r[2]
		s3 += x * r[3]
	}
	out[0], out[1] = apart(s0)
	out[2], out[3] = apart(s1)
	out[4], out[5] = apart(s2)
	out[6], out[7] = apart(s3)
}

func apart(s int64) (low, high int32) {
	return int32(s), int32((s - int64(int32(s))) >> 32)
}
