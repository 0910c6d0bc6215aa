package ingest

import (
	"bytes"
	"encoding/json"
	"strings"
)

// jsonLine is the line, from 1, of the value at a path of field names and indices. Where the path ends early, a
// missing field say, it is the line of what does exist.
func jsonLine(data []byte, path []any) int {
	d := json.NewDecoder(bytes.NewReader(data))
	at := 0
	for _, step := range path {
		if !enter(d, step) {
			break
		}
		at = valueStart(data, d.InputOffset())
	}
	if at == 0 {
		at = valueStart(data, 0)
	}
	return 1 + bytes.Count(data[:at], []byte("\n"))
}

// enter moves the decoder to before the value of a field of the object, or of an element of the array, that comes next.
func enter(d *json.Decoder, step any) bool {
	if _, err := d.Token(); err != nil { // { or [
		return false
	}
	for i := 0; d.More(); i++ {
		var key any = i
		if name, ok := step.(string); ok {
			token, err := d.Token()
			if err != nil {
				return false
			}
			if s, _ := token.(string); sameField(s, name) {
				key = name
			}
		}
		if key == step {
			return true
		}
		var skipped json.RawMessage
		if d.Decode(&skipped) != nil {
			return false
		}
	}
	return false
}

// sameField takes protojson's two spellings: call_id and callId.
func sameField(a, b string) bool {
	plain := func(s string) string { return strings.ToLower(strings.ReplaceAll(s, "_", "")) }
	return plain(a) == plain(b)
}

// valueStart skips what stands between a value and the token before it.
func valueStart(data []byte, offset int64) int {
	at := int(offset)
	for at < len(data) && strings.IndexByte(" \t\r\n:,", data[at]) >= 0 {
		at++
	}
	return at
}
