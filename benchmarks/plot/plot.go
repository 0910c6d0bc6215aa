// Package plot draws figures as SVG: panels above each other over one axis, each from zero.
package plot

import (
	"fmt"
	"html"
	"math"
	"strings"
)

const (
	width, panelHeight = 800, 150
	left, right, gap   = 70, 30, 40
)

// Panel is a figure over the axis.
type Panel struct {
	Title string
	X, Y  []float64
	Dots  bool // at the values, for few of them
}

// Axis is what the panels lie over.
type Axis struct {
	From, To float64
	Log      bool
	Ticks    []Tick
}

// Tick is a place on the axis with its name.
type Tick struct {
	At    float64
	Label string
}

// place is where a value is on the picture.
func (a Axis) place(x float64) float64 {
	from, to := a.From, a.To
	if a.Log {
		x, from, to = math.Log(x), math.Log(from), math.Log(to)
	}
	if to == from {
		return left
	}
	return left + (x-from)/(to-from)*(width-left-right)
}

// SVG is the picture.
func SVG(axis Axis, panels ...Panel) string {
	var b strings.Builder
	fmt.Fprintf(&b, `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 %d %d" font-family="sans-serif" font-size="12">`+"\n",
		width, len(panels)*(panelHeight+gap)+gap)
	fmt.Fprintf(&b, `<rect width="100%%" height="100%%" fill="white"/>`+"\n")
	for i, p := range panels {
		top := gap + i*(panelHeight+gap)
		most := 0.0
		for _, v := range p.Y {
			most = max(most, v*1.15)
		}
		if most == 0 {
			most = 1
		}
		y := func(v float64) float64 { return float64(top+panelHeight) - v/most*panelHeight }
		fmt.Fprintf(&b, `<text x="%d" y="%d">%s</text>`+"\n", left, top-8, html.EscapeString(p.Title))
		for step := range 3 {
			v := most * float64(step) / 2
			fmt.Fprintf(&b, `<path d="M%d %.1fH%d" stroke="#ddd"/><text x="%d" y="%.1f" text-anchor="end">%s</text>`+"\n",
				left, y(v), width-right, left-6, y(v)+4, number(v))
		}
		var line strings.Builder
		for n, x := range p.X {
			fmt.Fprintf(&line, " %.1f,%.1f", axis.place(x), y(p.Y[n]))
			if p.Dots {
				fmt.Fprintf(&b, `<circle cx="%.1f" cy="%.1f" r="3" fill="#1565c0"/>`+"\n", axis.place(x), y(p.Y[n]))
			}
		}
		fmt.Fprintf(&b, `<polyline points="%s" fill="none" stroke="#1565c0" stroke-width="1.5"/>`+"\n", strings.TrimSpace(line.String()))
		if i == len(panels)-1 {
			for _, t := range axis.Ticks {
				fmt.Fprintf(&b, `<text x="%.1f" y="%d" text-anchor="middle">%s</text>`+"\n", axis.place(t.At), top+panelHeight+18, html.EscapeString(t.Label))
			}
		}
	}
	b.WriteString("</svg>\n")
	return b.String()
}

// number has three digits that count where the value is small, and no fraction where it is large.
func number(v float64) string {
	if v == 0 || v >= 100 {
		return fmt.Sprintf("%.0f", v)
	}
	return fmt.Sprintf("%.3g", v)
}
