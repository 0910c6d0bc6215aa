package plot

import (
	"encoding/xml"
	"errors"
	"io"
	"strings"
	"testing"
)

// Equal steps on a logarithmic axis are equal ratios, and what a title says is no markup.
func TestSVG(t *testing.T) {
	text := SVG(Axis{From: 10, To: 1000, Log: true, Ticks: []Tick{{100, "100"}}}, Panel{Title: "a < b", X: []float64{10, 100, 1000}, Y: []float64{0, 1, 2}, Dots: true})
	for d := xml.NewDecoder(strings.NewReader(text)); ; {
		if _, err := d.Token(); errors.Is(err, io.EOF) {
			break
		} else if err != nil {
			t.Fatal(err)
		}
	}
	for _, want := range []string{`points="70.0,190.0 420.0,124.8 770.0,59.6"`, `<text x="420.0" y="208" text-anchor="middle">100</text>`, "a &lt; b"} {
		if !strings.Contains(text, want) {
			t.Errorf("the picture lacks %q:\n%s", want, text)
		}
	}
}
