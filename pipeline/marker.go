package pipeline

import "github.com/segmentio/kafka-go"

// PassesOver says that what cannot be decoded is a marker, and counts it: no record, so no dead letter.
func (p *Partition) PassesOver(m *kafka.Message) bool {
	if !isMarker(m) {
		return false
	}
	p.c.cfg.Metrics.markers.Inc()
	return true
}

// isMarker says whether what cannot be decoded is the note with which Kafka ends a transaction, in each partition that it wrote to. kafka-go
// does not look at the bit that tells such a note from a record. Its key is a version, 0, and whether the transaction was aborted, 0, or
// committed, 1, of 16 bits each; its value a version, 0, and the 32 bits of an epoch. Of a record that begins with a 0 no protobuf can be
// made, so what is a call's is never taken for one.
func isMarker(m *kafka.Message) bool {
	switch string(m.Key) {
	case "\x00\x00\x00\x00", "\x00\x00\x00\x01":
		return len(m.Value) == 6 && m.Value[0] == 0 && m.Value[1] == 0
	}
	return false
}
