package conduct

import (
	"fmt"
	"math"
)

// YuanPerPoint is what a point costs of an agent's performance pay (D18.第三章.2).
const YuanPerPoint = 15

// Fen is money: a hundredth of a yuan.
type Fen int64

// Cost is what points cost.
func Cost(points float64) Fen { return Fen(math.Round(points * YuanPerPoint * 100)) }

// String is the sum in yuan: 75.00.
func (f Fen) String() string {
	sign := ""
	if f < 0 {
		sign, f = "-", -f
	}
	return fmt.Sprintf("%s%d.%02d", sign, f/100, f%100)
}

// Score is a call's score and how it came about.
type Score struct {
	// Score is 100 less Points, not below 0.
	Score float64
	// Points are those of the flags that count: confirmed, under appeal too.
	Points float64
	// Pending are the points that flags without a verdict would cost.
	Pending float64
	// Counted and Waiting are those flags.
	Counted, Waiting []Flag
}

// ScoreCall scores a call by its flags.
func ScoreCall(flags []Flag) Score {
	var s Score
	for _, f := range flags {
		switch {
		case f.Status.Counts():
			s.Points += f.Points
			s.Counted = append(s.Counted, f)
		case f.Status.Waits():
			s.Pending += f.Points
			s.Waiting = append(s.Waiting, f)
		}
	}
	s.Score = max(100-s.Points, 0)
	return s
}
