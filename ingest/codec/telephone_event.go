package codec

import "encoding/binary"

// TelephoneEvent is one report of an event (RFC 4733, 2.3): a pressed key is reported several times while it is held,
// each time with the RTP timestamp of its beginning and a longer duration.
type TelephoneEvent struct {
	Event byte // 0 to 9, 10 for *, 11 for #, 12 to 15 for A to D
	End   bool
	// Duration since the RTP timestamp, in its clock.
	Duration uint16
}

// ParseTelephoneEvent reads the first event of a payload.
func ParseTelephoneEvent(payload []byte) (TelephoneEvent, error) {
	if len(payload) < 4 {
		return TelephoneEvent{}, ErrEmptyPayload
	}
	return TelephoneEvent{
		Event:    payload[0],
		End:      payload[1]&0x80 != 0,
		Duration: binary.BigEndian.Uint16(payload[2:]),
	}, nil
}
