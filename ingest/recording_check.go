package ingest

import (
	"fmt"
	"strings"
	"time"

	"github.com/earshot/earshot/schemas"
)

// fieldError says what is wrong with a field of a Recording, in a way that can be looked up in the JSON it came from.
type fieldError struct {
	path   []any // names and indices
	reason string
}

func (e *fieldError) Error() string {
	var b strings.Builder
	for _, step := range e.path {
		if name, ok := step.(string); ok {
			if b.Len() > 0 {
				b.WriteByte('.')
			}
			b.WriteString(name)
		} else {
			fmt.Fprintf(&b, "[%d]", step)
		}
	}
	return b.String() + ": " + e.reason
}

func wrongField(reason string, path ...any) error { return &fieldError{path: path, reason: reason} }

// checkRecording refuses facts that cannot be true of any call.
func checkRecording(rec *schemas.Recording) error {
	if len(rec.Channels) > 0 {
		if err := checkChannels(rec.Channels); err != nil {
			return wrongField(err.Error(), "channels")
		}
	}
	if !isParty(rec.EndedBy) {
		return wrongField(fmt.Sprintf("%s cannot hang up: expected LEG_AGENT, LEG_CUSTOMER, or no field if unknown", rec.EndedBy), "ended_by")
	}
	if _, known := schemas.Direction_name[int32(rec.Direction)]; !known {
		return wrongField(fmt.Sprintf("unknown direction %d: expected DIRECTION_INBOUND or DIRECTION_OUTBOUND", rec.Direction), "direction")
	}
	if rec.StartedAt != nil {
		if err := rec.StartedAt.CheckValid(); err != nil {
			return wrongField(fmt.Sprintf("%v: expected a time such as 2024-05-01T09:30:00Z", err), "started_at")
		}
	}
	return checkEvents(rec.Events)
}

// CheckTexts refuses a Recording that says of its call a text over MaxText.
func CheckTexts(rec *schemas.Recording) error {
	for _, text := range [...]struct{ field, text string }{
		{"call_id", rec.GetCallId()}, {"agent_id", rec.GetAgentId()}, {"seat", rec.GetSeat()}, {"team", rec.GetTeam()},
		{"queue", rec.GetQueue()}, {"customer", rec.GetCustomer()},
	} {
		if err := checkText(text.field, len(text.text)); err != nil {
			return fmt.Errorf("cannot use recording %.100q: %w", rec.GetCallId(), err)
		}
	}
	return nil
}

// isParty says that a leg is one of the two sides, or unknown.
func isParty(leg schemas.Leg) bool {
	return leg == schemas.Leg_LEG_UNSPECIFIED || leg == schemas.Leg_LEG_AGENT || leg == schemas.Leg_LEG_CUSTOMER
}

func checkChannels(channels []schemas.Leg) error {
	const agent, customer, mixed = schemas.Leg_LEG_AGENT, schemas.Leg_LEG_CUSTOMER, schemas.Leg_LEG_MIXED
	switch len(channels) {
	case 1:
		if channels[0] == mixed {
			return nil
		}
	case 2:
		if channels[0] == agent && channels[1] == customer || channels[0] == customer && channels[1] == agent {
			return nil
		}
	}
	return fmt.Errorf("%s: expected LEG_AGENT and LEG_CUSTOMER in either order, or LEG_MIXED alone", legList(channels))
}

func legList(legs []schemas.Leg) string {
	names := make([]string, len(legs))
	for i, leg := range legs {
		names[i] = leg.String()
	}
	return strings.Join(names, ", ")
}

func checkEvents(events []*schemas.CallEvent) error {
	var last time.Duration
	for i, e := range events {
		if _, known := schemas.Kind_name[int32(e.GetKind())]; !known || e.GetKind() == schemas.Kind_KIND_UNSPECIFIED {
			return wrongField(fmt.Sprintf("%s: expected a kind such as KIND_HOLD", e.GetKind()), "events", i, "kind")
		}
		if !isParty(e.By) {
			return wrongField(fmt.Sprintf("%s does nothing: expected LEG_AGENT, LEG_CUSTOMER, or no field if unknown", e.By), "events", i, "by")
		}
		if e.Offset == nil {
			return wrongField("no offset: expected the time from the recording's start, such as \"31.2s\"", "events", i, "offset")
		}
		at := e.Offset.AsDuration()
		switch err := e.Offset.CheckValid(); {
		case err != nil:
			return wrongField(fmt.Sprintf("%v: expected seconds such as \"31.2s\"", err), "events", i, "offset")
		case at < 0:
			return wrongField(fmt.Sprintf("%v is before the recording's start: expected 0 s or later", at), "events", i, "offset")
		case at < last:
			return wrongField(fmt.Sprintf("%v comes after %v: expected events in the order of time", at, last), "events", i, "offset")
		}
		last = at
	}
	return nil
}
