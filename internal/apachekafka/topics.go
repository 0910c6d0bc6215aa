package apachekafka

import (
	"net"
	"strconv"
	"testing"
	"time"

	"github.com/segmentio/kafka-go"
)

// CreateTopics makes topics, given as name and number of partitions, each on all brokers, and returns
// when every broker knows the leader of every partition: one that has not heard of a topic yet says that there is none.
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
	request := &kafka.MetadataRequest{Topics: []string{topic}}
	all, err := client.Metadata(t.Context(), request)
	if err != nil {
		return false
	}
	for _, b := range all.Brokers {
		request.Addr = kafka.TCP(net.JoinHostPort(b.Host, strconv.Itoa(b.Port)))
		metadata, err := client.Metadata(t.Context(), request)
		if err != nil || len(metadata.Topics) != 1 || len(metadata.Topics[0].Partitions) != partitions {
			return false
		}
		for _, p := range metadata.Topics[0].Partitions {
			if p.Error != nil || p.Leader.ID <= 0 {
				return false
			}
		}
	}
	return true
}
