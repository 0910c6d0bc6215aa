package main

import "math"

// session is composed audio of one leg with what is in it.
type session struct {
	pcm           []float32
	speech, music []bool // by frame
	// doubtful frames are neither taught nor counted: the rests of a piece, the ends of its fades.
	doubtful []bool
}

// talk is n samples of one or two voices saying prompts, with pauses of some seconds between them, evenly spread in
// their logarithm.
func talk(r rng, c *corpus, n int, least, most float64) []float32 {
	x := make([]float32, n)
	voices := []*source{pick(r, c.voices), pick(r, c.voices)}
	if chance(r, 0.8) {
		voices[1] = voices[0]
	}
	for at := 0; at < n; {
		clip := pick(r, pick(r, voices).clips)
		speed := between(r, 0.9, 1.12) // a little lower or higher: more speakers than there are
		for i := 0; at < n; i++ {
			p := float64(i) * speed
			k := int(p)
			if k+1 >= len(clip) {
				break
			}
			f := float32(p - float64(k))
			x[at] = clip[k]*(1-f) + clip[k+1]*f
			at++
		}
		at += int(math.Exp(between(r, math.Log(least), math.Log(most))) * rate)
	}
	return x
}

// play is n samples from anywhere in a track, or made up.
func play(r rng, c *corpus, n int) []float32 {
	if chance(r, 0.12) {
		return melody(r, n)
	}
	track := pick(r, c.tracks).clips[0]
	if len(track) <= n {
		x := make([]float32, n)
		copy(x, track)
		return x
	}
	from := r.IntN(len(track) - n)
	x := append([]float32(nil), track[from:from+n]...)
	if chance(r, 0.5) { // as loud as the piece is on the whole, or this part of it as loud as that
		x = normalise(x)
	}
	return x
}

// parts of a session, each with its weight, by what the session is like.
var likes = [][]string{
	{"talk", "talk", "talk", "pause", "talk"},
	{"talk", "talk", "music", "pause", "talk", "music", "both"},
	{"music", "music", "music", "pause", "signal"},
	{"both", "both", "talk", "music"},
	{"signal", "noise", "clicks", "pause", "talk", "music"},
	{"talk", "pause", "pause", "clicks"},
}

// compose makes a session of some seconds.
func compose(r rng, c *corpus, seconds int) *session {
	n := seconds * rate
	speech, music, other := make([]float32, n), make([]float32, n), make([]float32, n)
	like := pick(r, likes)
	loudness := between(r, -12, 6) // of music against speech
	for at := 0; at < n; {
		length := min(int(math.Exp(between(r, math.Log(2), math.Log(20)))*rate), n-at)
		end := at + length
		switch part := pick(r, like); part {
		case "talk":
			copy(speech[at:end], talk(r, c, length, 0.05, 3))
		case "music", "both":
			x := play(r, c, length)
			scale(x, loudness)
			fade(r, x)
			if part == "both" {
				scale(x, -loudness-between(r, -5, 18))
				copy(speech[at:end], talk(r, c, length, 0.1, 4))
			}
			copy(music[at:end], x)
		case "signal":
			copy(other[at:end], signal(r, length))
		case "clicks":
			copy(other[at:end], clicks(r, length))
		case "noise":
			copy(other[at:end], noise(r, length, pick(r, noises), c))
		case "pause":
			end = min(at+int(math.Exp(between(r, math.Log(0.5), math.Log(25)))*rate), n)
		}
		at = end
	}
	s := &session{speech: truth(speech, standard)}
	s.music, s.doubtful = heardMusic(music)
	s.pcm = make([]float32, n)
	for i := range s.pcm {
		s.pcm[i] = speech[i] + music[i] + other[i]
	}
	return s
}

// fade lets a piece begin and end at once or over up to two seconds.
func fade(r rng, x []float32) {
	for _, last := range []bool{false, true} {
		if chance(r, 0.6) {
			continue
		}
		n := min(int(between(r, 0.05, 2)*rate), len(x)/2)
		for i := range n {
			g := float32(i) / float32(n)
			if last {
				x[len(x)-1-i] *= g
			} else {
				x[i] *= g
			}
		}
	}
}

// heardMusic says of each frame whether there is music: none more than half a second from any frame within 35 dB of the
// usual. In between is doubtful.
func heardMusic(music []float32) (is, doubtful []bool) {
	usual := activeLevel(music)
	n := len(music) / frame
	is, doubtful = make([]bool, n), make([]bool, n)
	for i := range n {
		x := music[i*frame : (i+1)*frame]
		l := level(x)
		is[i] = l > -90 && l > usual-25
		doubtful[i] = l > -90 && !is[i]
	}
	// Rests of a piece are part of it.
	for i := 0; i < n; {
		j := i
		for j < n && is[j] == is[i] {
			j++
		}
		if !is[i] && i > 0 && j < n && j-i < 50 {
			for k := i; k < j; k++ {
				is[k], doubtful[k] = true, doubtful[k] || j-i > 15
			}
		}
		i = j
	}
	return is, doubtful
}
