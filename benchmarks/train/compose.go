package main

import "math"

// session is composed audio of one leg with what is in it.
type session struct {
	pcm           []float32
	speech, music []bool // by frame
	// clean is the speech alone; masked frames are speech under something louder: nobody could hear it.
	clean  []float32
	masked []bool
	// doubtful frames are neither taught nor counted: the rests of a piece, the ends of its fades.
	doubtful []bool
}

// talk is n samples of one or two voices saying prompts, with pauses of some seconds between them, evenly spread in
// their logarithm. Some talk in fragments only: words, syllables.
func talk(r rng, c *corpus, n int, least, most float64) *spoken {
	s := &spoken{make([]float32, n), make([]float64, n/frame+1)}
	for i := range s.least {
		s.least[i] = standard - 25
	}
	voices := []*source{c.voice(r), c.voice(r)}
	if chance(r, 0.8) {
		voices[1] = voices[0]
	}
	fragments := chance(r, 0.2)
	for at := 0; at < n; {
		voice := pick(r, voices)
		clip := pick(r, voice.clips)
		if fragments {
			clip = fragment(r, clip)
		}
		speed := between(r, 0.84, 1.2) // lower or higher: more speakers than there are
		for i := 0; at < n; i++ {
			p := float64(i) * speed
			k := int(p)
			if k+1 >= len(clip) {
				break
			}
			f := float32(p - float64(k))
			s.pcm[at] = clip[k]*(1-f) + clip[k+1]*f
			s.least[at/frame] = voice.least
			at++
		}
		at += int(math.Exp(between(r, math.Log(least), math.Log(most))) * rate)
	}
	return s
}

// voice draws one that speaks: mostly one of whole sentences, and one of whom there is more more often.
func (c *corpus) voice(r rng) *source {
	of := c.whole
	if len(c.fragments) > 0 && chance(r, 0.25) {
		of = c.fragments
	}
	total := 0.0
	for _, v := range of {
		total += v.weight()
	}
	at := r.Float64() * total
	for _, v := range of {
		if at -= v.weight(); at < 0 {
			return v
		}
	}
	return of[len(of)-1]
}

// weight is how often a voice is drawn: by the root of what there is of it, up to ten minutes.
func (s *source) weight() float64 { return math.Sqrt(min(s.seconds, 600)) }

// fragment cuts up to a second out of a clip.
func fragment(r rng, clip []float32) []float32 {
	n := int(between(r, 0.15, 1) * rate)
	if len(clip) <= n {
		return clip
	}
	from := r.IntN(len(clip) - n)
	x := append([]float32(nil), clip[from:from+n]...)
	for i := range 80 {
		x[i] *= float32(i) / 80
		x[n-1-i] *= float32(i) / 80
	}
	return x
}

// insert puts speech at a sample, the first of a frame.
func (s *spoken) insert(at int, o *spoken) {
	copy(s.pcm[at:], o.pcm)
	copy(s.least[at/frame:], o.least[:len(o.pcm)/frame])
}

// play is n samples from anywhere in a track, or made up.
func play(r rng, c *corpus, n int) []float32 {
	if c.madeUp && chance(r, 0.12) {
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
	{"music", "both", "music", "pause", "talk"},
	{"signal", "noise", "clicks", "pause", "talk", "music"},
	{"talk", "pause", "pause", "clicks"},
}

// compose makes a session of some seconds.
func compose(r rng, c *corpus, seconds int) *session {
	n := seconds * rate
	speech := &spoken{make([]float32, n), make([]float64, n/frame+1)}
	music, other := make([]float32, n), make([]float32, n)
	like := pick(r, likes)
	loudness := between(r, -12, 6) // of music against speech
	for at := 0; at < n; {
		length := min(int(math.Exp(between(r, math.Log(2), math.Log(20)))*50)*frame, n-at)
		end := at + length
		switch part := pick(r, like); part {
		case "talk":
			speech.insert(at, talk(r, c, length, 0.05, 3))
		case "music", "both":
			x := play(r, c, length)
			scale(x, loudness)
			fade(r, x)
			if part == "both" {
				scale(x, -loudness-between(r, -5, 18))
				speech.insert(at, talk(r, c, length, 0.1, 4))
			}
			copy(music[at:end], x)
		case "signal":
			copy(other[at:end], signal(r, length))
		case "clicks":
			copy(other[at:end], clicks(r, length))
		case "noise":
			copy(other[at:end], noise(r, length, pick(r, noises), c))
		case "pause":
			end = min(at+int(math.Exp(between(r, math.Log(0.5), math.Log(25)))*50)*frame, n)
		}
		at = end
	}
	s := &session{speech: speech.truth()}
	s.music, s.doubtful = heardMusic(music)
	s.clean, s.masked = speech.pcm, masked(speech.pcm, music)
	s.pcm = make([]float32, n)
	for i := range s.pcm {
		s.pcm[i] = speech.pcm[i] + music[i] + other[i]
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

// masked says of each frame whether the speech is more than 3 dB under another sound.
func masked(speech, other []float32) []bool {
	is := make([]bool, len(speech)/frame)
	for i := range is {
		at, end := i*frame, (i+1)*frame
		is[i] = level(speech[at:end]) < level(other[at:end])-3
	}
	return is
}
