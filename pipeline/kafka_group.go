package pipeline

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/segmentio/kafka-go"
)

// GroupStatus is what Kafka says of a consumer group.
type GroupStatus struct {
	State   string // Stable, Empty, PreparingRebalance, …; Dead: nobody has ever joined, or it is forgotten
	Members int
	// Committed are the offsets by topic and partition; -1 where none is committed.
	Committed map[string][]int64
}

// Group asks for a consumer group, and for what it has committed of the partitions of topics.
func (k Kafka) Group(ctx context.Context, group string, partitions map[string]int) (GroupStatus, error) {
	fail := func(err error) (GroupStatus, error) {
		return GroupStatus{}, fmt.Errorf("cannot ask Kafka for the consumer group %s: %w", group, err)
	}
	transport, err := k.Transport()
	if err != nil {
		return GroupStatus{}, err
	}
	defer transport.CloseIdleConnections()
	client := &kafka.Client{Addr: kafka.TCP(k.Brokers...), Timeout: 10 * time.Second, Transport: transport}
	described, err := client.DescribeGroups(ctx, &kafka.DescribeGroupsRequest{GroupIDs: []string{group}})
	if err != nil {
		return fail(err)
	}
	s := GroupStatus{State: "Dead", Committed: map[string][]int64{}}
	for _, g := range described.Groups {
		switch {
		case errors.Is(g.Error, kafka.GroupIdNotFound): // as good as dead: newer brokers say so in this way
			continue
		case g.Error != nil:
			return fail(g.Error)
		}
		s.State, s.Members = g.GroupState, len(g.Members)
	}
	wanted := map[string][]int{}
	for topic, n := range partitions {
		for id := range n {
			wanted[topic] = append(wanted[topic], id)
			s.Committed[topic] = append(s.Committed[topic], -1)
		}
	}
	offsets, err := client.OffsetFetch(ctx, &kafka.OffsetFetchRequest{GroupID: group, Topics: wanted})
	if err == nil && !errors.Is(offsets.Error, kafka.GroupIdNotFound) {
		err = offsets.Error
	}
	if err != nil {
		return fail(err)
	}
	for topic, list := range offsets.Topics {
		for _, p := range list {
			if p.Error == nil && p.Partition < len(s.Committed[topic]) {
				s.Committed[topic][p.Partition] = p.CommittedOffset
			}
		}
	}
	return s, nil
}
