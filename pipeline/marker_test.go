package pipeline

import (
	"testing"

	"github.com/segmentio/kafka-go"
)

func TestIsMarker(t *testing.T) {
	for _, c := range []struct {
		name, key, value string
		want             bool
	}{
		{"a commit", "\x00\x00\x00\x01", "\x00\x00\x00\x00\x00\x07", true},
		{"an abort", "\x00\x00\x00\x00", "\x00\x00\x00\x00\x01\x00", true},
		{"a record that is empty", "\x00\x00\x00\x01", "", false},
		{"a record of six bytes", "\x00\x00\x00\x01", "\x0a\x04call", false},
		{"a call of four letters", "call", "\x00\x00\x00\x00\x00\x07", false},
		{"no key", "", "\x00\x00\x00\x00\x00\x07", false},
	} {
		if got := isMarker(&kafka.Message{Key: []byte(c.key), Value: []byte(c.value)}); got != c.want {
			t.Errorf("%s is a marker: %v, expected %v", c.name, got, c.want)
		}
	}
}
