package main

import (
	"fmt"
	"regexp"
	"strconv"
	"strings"
)

// widths are the bytes of lackey's types.
var widths = map[string]float64{"I1": 0, "I8": 1, "I16": 2, "I32": 4, "I64": 8, "I128": 16, "F32": 4, "F64": 8, "F128": 16, "V128": 16, "V256": 32}

var lackeyLine = regexp.MustCompile(`(?m)^==\d+==\s+([IFV]\d+)\s+([\d,]+)\s+([\d,]+)\s+([\d,]+)\s*$`)

// readLackey gives the operations on floating point and vectors, and the bytes loaded and stored.
func readLackey(said []byte) (operations, bytes float64, err error) {
	found := lackeyLine.FindAllStringSubmatch(string(said), -1)
	if len(found) == 0 {
		return 0, 0, fmt.Errorf("lackey did not say what it counted:\n%s", said)
	}
	for _, f := range found {
		bytes += (number(f[2]) + number(f[3])) * widths[f[1]]
		if f[1][0] != 'I' {
			operations += number(f[4])
		}
	}
	return operations, bytes, nil
}

var misses = regexp.MustCompile(`(?m)^==\d+== (D1|LLd)\s+misses:\s+([\d,]+)`)

// line is what a cache reads at once.
const line = 64

// readCachegrind gives the bytes of data that the first cache did not have, and that the last one did not.
func readCachegrind(said []byte) (first, last float64, err error) {
	found := misses.FindAllStringSubmatch(string(said), -1)
	if len(found) != 2 {
		return 0, 0, fmt.Errorf("cachegrind did not say what it missed:\n%s", said)
	}
	return number(found[0][2]) * line, number(found[1][2]) * line, nil
}

// number reads one that the expressions above have found.
func number(s string) float64 {
	v, _ := strconv.ParseFloat(strings.ReplaceAll(s, ",", ""), 64)
	return v
}
