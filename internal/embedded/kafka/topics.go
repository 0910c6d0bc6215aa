package kafka

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"time"

	kafkago "github.com/segmentio/kafka-go"
)

// createTopics makes those that are missing. One that is there stays as it is,
// also with another number of partitions: adding some would send the later
// records of a call elsewhere than its earlier ones.
func createTopics(ctx context.Context, addr string, topics map[string]int, log *slog.Logger) error {
	if len(topics) == 0 {
		return nil
	}
	client := &kafkago.Client{Addr: kafkago.TCP(addr), Timeout: 10 * time.Second}
	var request kafkago.CreateTopicsRequest
	for _, name := range names(topics) {
		request.Topics = append(request.Topics, kafkago.TopicConfig{
			Topic: name, NumPartitions: topics[name], ReplicationFactor: 1,
		})
	}
	response, err := client.CreateTopics(ctx, &request)
	if err != nil {
		return fmt.Errorf("cannot create topics: %w", err)
	}
	for _, name := range names(topics) {
		switch err := response.Errors[name]; {
		case err == nil:
			log.Info("created topic", "topic", name, "partitions", topics[name])
		case !errors.Is(err, kafkago.TopicAlreadyExists):
			return fmt.Errorf("cannot create topic %q with %d partitions: %w", name, topics[name], err)
		}
	}
	return nil
}
