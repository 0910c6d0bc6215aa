package apachekafka

import (
	"testing"
	"time"

	"github.com/segmentio/kafka-go"
)

// CreateTopics makes topics, given as name and number of partitions, each on all brokers, and returns
// when every partition has a leader.
func CreateTopics(t testing.TB, addr string, topics map[string]int) {
	t.Helper()
	var configs []kafka.TopicConfig
	for name, partitions := range topics {
		configs = append(configs, kafka.TopicConfig{Topic: name, NumPartitions: partitions, ReplicationFactor: -1})
	}
	client := &kafka.Client{Addr: kafka.TCP(addr), Timeout: readyWithin}
	response, err := client.CreateTopics(t.Context(), &kafka.CreateTopicsRequest{Topics: configs})
	if err != nil {
		t.Fatalf("cannot create topics %v: %v", topics, err)
	}
	for name, err := range response.Errors {
		if err != nil {
			t.Fatalf("cannot create topic %s: %v", name, err)
		}
	}
	for name, partitions := range topics {
		deadline := time.Now().Add(readyWithin)
		for !led(t, client, name, partitions) {
			if time.Now().After(deadline) {
				t.Fatalf("topic %s has no leader for each of its %d partitions after %v", name, partitions, readyWithin)
			}
			time.Sleep(20 * time.Millisecond)
		}
	}
}

func led(t testing.TB, client *kafka.Client, topic string, partitions int) bool {
	t.Helper()
	metadata, err := client.Metadata(t.Context(), &kafka.MetadataRequest{Topics: []string{topic}})
	if err != nil || len(metadata.Topics) != 1 || len(metadata.Topics[0].Partitions) != partitions {
		return false
	}
	for _, p := range metadata.Topics[0].Partitions {
		if p.Error != nil || p.Leader.ID <= 0 {
			return false
		}
	}
	return true
}
