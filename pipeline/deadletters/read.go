package deadletters

import (
	"context"

	"github.com/segmentio/kafka-go"

	"github.com/earshot/earshot/pipeline"
)

// Read gives the letters that are wanted, the oldest of each partition first, and whether they were replayed; with an error those
// that it had read until then. strange is told of messages that are no dead letters. Kafka gives no message's headers without
// the rest of it, so each record passes by; none is kept.
func Read(ctx context.Context, k pipeline.Kafka, topic string, want func(*Letter) bool, strange func(error)) ([]*Letter, error) {
	ends, err := k.Ends(ctx, topic)
	if err != nil {
		return nil, err
	}
	var letters []*Letter
	byID := map[string][]*Letter{}
	for partition, end := range ends {
		err := k.ReadRange(ctx, topic, partition, end.First, end.Last, func(m *kafka.Message) error {
			l, err := parse(m)
			switch {
			case err != nil:
				strange(err)
			case l.Replayed != nil:
				for _, told := range byID[l.ID] {
					told.Replayed = l.Replayed
				}
			case want(&l):
				letters = append(letters, &l)
				byID[l.ID] = append(byID[l.ID], &l)
			}
			return nil
		})
		if err != nil {
			return letters, err
		}
	}
	return letters, nil
}
