package codec

import "errors"

// ErrEmptyPayload says that a payload ends before what it must hold.
var ErrEmptyPayload = errors.New("the payload is too short")

// ParseComfortNoise returns the level that a comfort noise payload (RFC 3389) asks for, in dBov: 0 to -127. The
// spectrum that may follow it is left aside: nobody's voice is in it.
func ParseComfortNoise(payload []byte) (dBov int, err error) {
	if len(payload) == 0 {
		return 0, ErrEmptyPayload
	}
	return -int(payload[0] & 0x7f), nil
}
