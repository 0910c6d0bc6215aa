package pipeline

import (
	"strings"
	"testing"

	"github.com/twmb/franz-go/pkg/kerr"
	"github.com/twmb/franz-go/pkg/kfake"
	"github.com/twmb/franz-go/pkg/kmsg"
)

// Topics that there are need nobody who may make them. What is missing is made, or it is said that it may not be.
func TestWhoMayNotMakeTopicsUsesThoseThereAre(t *testing.T) {
	cluster, err := kfake.NewCluster(kfake.NumBrokers(1), kfake.SeedTopics(2, "earshot.calls", "earshot.flags"))
	if err != nil {
		t.Fatal(err)
	}
	defer cluster.Close()
	k := Kafka{Brokers: cluster.ListenAddrs()}
	want := map[string]int{"earshot.calls": 1, "earshot.flags": 1}
	more := map[string]int{"earshot.calls": 1, "earshot.recordings": 3}
	refuse := true
	// As Apache Kafka does, which asks for the right first and then whether the topic is there.
	cluster.ControlKey(int16(kmsg.CreateTopics), func(r kmsg.Request) (kmsg.Response, error, bool) {
		cluster.KeepControl()
		request := r.(*kmsg.CreateTopicsRequest)
		answer := request.ResponseKind().(*kmsg.CreateTopicsResponse)
		for _, topic := range request.Topics {
			one := kmsg.NewCreateTopicsResponseTopic()
			one.Topic, one.ErrorCode = topic.Topic, kerr.TopicAuthorizationFailed.Code
			answer.Topics = append(answer.Topics, one)
		}
		return answer, nil, refuse
	})
	if err := k.EnsureTopics(t.Context(), want); err != nil {
		t.Errorf("topics that there are: %v", err)
	}
	if err := k.EnsureTopics(t.Context(), more); err == nil || !strings.Contains(err.Error(), "earshot.recordings") || strings.Contains(err.Error(), "earshot.calls") {
		t.Errorf("one is missing and may not be made: %v", err)
	}
	refuse = false
	if err := k.EnsureTopics(t.Context(), more); err != nil {
		t.Errorf("one is missing: %v", err)
	}
	if n := len(cluster.PartitionInfos("earshot.recordings")); n != 3 {
		t.Errorf("the topic that was missing has %d partitions, expected 3", n)
	}
}
