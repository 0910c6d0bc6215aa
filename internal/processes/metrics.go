package processes

import (
	"bufio"
	"fmt"
	"strconv"
	"strings"
)

// Metrics are values by the name of their metric, one for each set of labels.
type Metrics map[string][]float64

// Scrape reads the metrics that are served on host:port.
func Scrape(address string) (Metrics, error) {
	text, err := Get("http://" + address + "/metrics")
	if err != nil {
		return nil, fmt.Errorf("cannot read the metrics of %s: %w", address, err)
	}
	m := Metrics{}
	for lines := bufio.NewScanner(strings.NewReader(text)); lines.Scan(); {
		line := lines.Text()
		at := strings.LastIndexByte(line, ' ')
		if strings.HasPrefix(line, "#") || at < 0 {
			continue
		}
		name, _, _ := strings.Cut(line[:at], "{")
		v, err := strconv.ParseFloat(line[at+1:], 64)
		if err != nil {
			return nil, fmt.Errorf("cannot read the metric %q: %w", line, err)
		}
		m[name] = append(m[name], v)
	}
	return m, nil
}

// Sum is a metric over all its labels.
func (m Metrics) Sum(name string) (sum float64) {
	for _, v := range m[name] {
		sum += v
	}
	return sum
}

// Most is the greatest value of a metric.
func (m Metrics) Most(name string) (most float64) {
	for _, v := range m[name] {
		most = max(most, v)
	}
	return most
}
