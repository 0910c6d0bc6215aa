package store

import (
	"cmp"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
)

// place is where a row stands in the order of the inbox: gravest first, then newest, then by id.
type place struct {
	Urgency uint8  `json:"u"`
	Late    int64  `json:"l"` // microseconds before 1970
	ID      string `json:"i"`
}

func placeOf(c *Case) place { return place{3 - min(c.Grade, 3), -c.At.UnixMicro(), c.FlagID} }

func (p place) compare(q place) int {
	return cmp.Or(cmp.Compare(p.Urgency, q.Urgency), cmp.Compare(p.Late, q.Late), cmp.Compare(p.ID, q.ID))
}

// ErrCursor says that Page.After is none that a page has given.
var ErrCursor = errors.New("no such place in the list")

func (p place) String() string {
	text, err := json.Marshal(p)
	if err != nil {
		return "" // cannot be: two numbers and a text
	}
	return base64.RawURLEncoding.EncodeToString(text)
}

// parsePlace reads a cursor; an empty one is before everything.
func parsePlace(cursor string) (p place, any bool, err error) {
	if cursor == "" {
		return place{}, false, nil
	}
	text, err := base64.RawURLEncoding.DecodeString(cursor)
	if err == nil {
		err = json.Unmarshal(text, &p)
	}
	if err != nil {
		return place{}, false, fmt.Errorf("cannot read %q: %w", cursor, ErrCursor)
	}
	return p, true, nil
}
