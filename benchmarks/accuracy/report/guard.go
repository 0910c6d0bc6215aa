package report

import "fmt"

// Goal is what a figure should reach.
type Goal struct {
	Figure string
	// Want is the least value, or the most where less is better.
	Want float64
}

// Goals are what the project set out to reach.
var Goals = []Goal{
	{"macro F1", 0.97},
	{"hold F1", 0.99},
	{"calls without a false hold", 1},
	{"hold start error median", 0.2},
	{"hold start error p90", 1},
	{"hold end error median", 0.2},
	{"hold end error p90", 1},
	{"hold start from music alone error median", 0.2},
	{"hold start from music alone error p90", 1},
	{"hold end from music alone error median", 0.2},
	{"hold end from music alone error p90", 1},
}

// Met says whether the results reach a goal; known is false where they lack the figure.
func (res *Results) Met(g Goal) (f Figure, met, known bool) {
	f, known = res.figure(g.Figure)
	if f.Lower {
		return f, known && f.Value <= g.Want, known
	}
	return f, known && f.Value >= g.Want, known
}

func (res *Results) figure(name string) (Figure, bool) {
	for _, f := range res.Figures {
		if f.Name == name {
			return f, true
		}
	}
	return Figure{}, false
}

// slight is a change that is none: the last place of a committed figure.
const slight = 1e-4

// Fallen names each figure that has fallen more than its interval below the committed one, or is gone.
func (res *Results) Fallen(committed *Results) []string {
	var fallen []string
	for _, was := range committed.Figures {
		is, known := res.figure(was.Name)
		switch {
		case !known:
			fallen = append(fallen, fmt.Sprintf("%s is gone, was %.4f", was.Name, was.Value))
		case was.Lower && is.Value > was.High+slight, !was.Lower && is.Value < was.Low-slight:
			fallen = append(fallen, fmt.Sprintf("%s is %.4f, was %.4f (%.4f to %.4f)", was.Name, is.Value, was.Value, was.Low, was.High))
		}
	}
	return fallen
}
