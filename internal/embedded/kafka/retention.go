package kafka

import (
	"context"
	"fmt"
	"log/slog"
	"time"

	"github.com/twmb/franz-go/pkg/kerr"
	"github.com/twmb/franz-go/pkg/kgo"
	"github.com/twmb/franz-go/pkg/kmsg"
)

const (
	retention      = 7 * 24 * time.Hour // how long a record stays, by its own time
	retentionEvery = time.Hour
)

// expireFor deletes what has passed the retention, until ctx ends.
//
// kfake could do it, and must not: it would delete a partition's last record too,
// remember nowhere how far the offsets had come, and begin again at 0 after a
// restart, below what the groups have committed.
func expireFor(ctx context.Context, addr string, log *slog.Logger) {
	ticker := time.NewTicker(retentionEvery)
	defer ticker.Stop()
	for {
		if err := expire(ctx, addr, time.Now().Add(-retention)); err != nil && ctx.Err() == nil {
			log.Warn("cannot delete old records of the embedded Kafka", "error", err)
		}
		select {
		case <-ticker.C:
		case <-ctx.Done():
			return
		}
	}
}

// expire deletes the records before a time, in every partition all but the last.
func expire(ctx context.Context, addr string, before time.Time) error {
	client, err := kgo.NewClient(kgo.SeedBrokers(addr))
	if err != nil {
		return err
	}
	defer client.Close()
	all := kmsg.NewPtrMetadataRequest()
	all.Topics = nil // every topic
	topics, err := all.RequestWith(ctx, client)
	if err != nil {
		return fmt.Errorf("cannot list topics: %w", err)
	}
	for _, topic := range topics.Topics {
		for _, partition := range topic.Partitions {
			if err := expirePartition(ctx, client, *topic.Topic, partition.Partition, before); err != nil {
				return fmt.Errorf("topic %q, partition %d: %w", *topic.Topic, partition.Partition, err)
			}
		}
	}
	return nil
}

func expirePartition(ctx context.Context, client *kgo.Client, topic string, partition int32, before time.Time) error {
	const latest = -1
	end, err := offsetAt(ctx, client, topic, partition, latest)
	if err != nil {
		return err
	}
	upTo, err := offsetAt(ctx, client, topic, partition, before.UnixMilli())
	if err != nil {
		return err
	}
	if upTo < 0 || upTo >= end { // nothing is younger
		upTo = end - 1
	}
	if upTo <= 0 {
		return nil
	}
	request := kmsg.NewPtrDeleteRecordsRequest()
	request.TimeoutMillis = 10_000
	request.Topics = []kmsg.DeleteRecordsRequestTopic{{
		Topic: topic, Partitions: []kmsg.DeleteRecordsRequestTopicPartition{{Partition: partition, Offset: upTo}},
	}}
	response, err := request.RequestWith(ctx, client)
	if err != nil {
		return fmt.Errorf("cannot delete records: %w", err)
	}
	err = kerr.ErrorForCode(response.Topics[0].Partitions[0].ErrorCode)
	if err == kerr.OffsetOutOfRange { // they are already gone
		return nil
	}
	return err
}

// offsetAt gives the first offset at or after a time in milliseconds; -1 stands
// for the end as a time, and for "none" as an answer.
func offsetAt(ctx context.Context, client *kgo.Client, topic string, partition int32, millis int64) (int64, error) {
	part := kmsg.NewListOffsetsRequestTopicPartition()
	part.Partition, part.Timestamp = partition, millis
	request := kmsg.NewPtrListOffsetsRequest()
	request.ReplicaID = -1
	request.Topics = []kmsg.ListOffsetsRequestTopic{{Topic: topic, Partitions: []kmsg.ListOffsetsRequestTopicPartition{part}}}
	response, err := request.RequestWith(ctx, client)
	if err != nil {
		return 0, fmt.Errorf("cannot list offsets: %w", err)
	}
	answer := response.Topics[0].Partitions[0]
	return answer.Offset, kerr.ErrorForCode(answer.ErrorCode)
}
