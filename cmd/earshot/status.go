package main

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"slices"
	"strconv"
	"time"

	"github.com/segmentio/kafka-go"

	"github.com/earshot/earshot/pipeline"
	"github.com/earshot/earshot/pipeline/deadletters"
)

type statusCmd struct {
	kafkaFlags
	Group   string   `env:"EARSHOT_GROUP" default:"earshot" help:"Kafka consumer group of the workers (${default})."`
	Workers []string `env:"EARSHOT_WORKERS" default:"127.0.0.1:9108" placeholder:"HOST:PORT" help:"Where workers listen (--metrics-listen), for what only they know (${default})."`
	JSON    bool     `name:"json" help:"As one JSON object."`
}

// standing is all that status tells.
type standing struct {
	Group      string              `json:"group"`
	State      string              `json:"state"`
	Members    int                 `json:"members"`
	Workers    []workerStanding    `json:"workers"`
	Partitions []partitionStanding `json:"partitions"`
	// Letters that were not replayed, and the newest of them.
	Letters int                 `json:"dead_letters"`
	Newest  *deadletters.Letter `json:"newest_dead_letter,omitempty"`
}

type workerStanding struct {
	Address string `json:"address"`
	// Error says why it could not be asked.
	Error string `json:"error,omitempty"`
	*processStatus
}

// partitionStanding is where the group stands in a partition.
type partitionStanding struct {
	Topic     string `json:"topic"`
	Partition int    `json:"partition"`
	Committed int64  `json:"committed_offset"` // -1: nothing yet
	End       int64  `json:"end_offset"`
	// Uncommitted records would be read again if all workers died now; the oldest is so old, in s.
	Uncommitted int64   `json:"uncommitted_records"`
	Oldest      float64 `json:"oldest_uncommitted_seconds"`
	Letters     int     `json:"dead_letters"`
	// What the worker that reads it says; nil if none was found.
	Worker *partitionStatus `json:"worker,omitempty"`
}

// askFor bounds how long a worker may take to answer.
const askFor = 5 * time.Second

func (c *statusCmd) Run(ctx context.Context, s *streams) error {
	k, err := c.connection()
	if err != nil {
		return err
	}
	all, err := c.gather(ctx, k)
	if err != nil {
		return err
	}
	if c.JSON {
		out := json.NewEncoder(s.out)
		out.SetIndent("", "  ")
		return out.Encode(all)
	}
	all.print(s.out, time.Now())
	return nil
}

func (c *statusCmd) gather(ctx context.Context, k pipeline.Kafka) (*standing, error) {
	all := &standing{Group: c.Group}
	for _, address := range c.Workers {
		all.Workers = append(all.Workers, askWorker(ctx, address))
	}
	counts := map[string]int{}
	for _, topic := range []string{c.Topic.Calls, c.Topic.Recordings} {
		ends, err := k.Ends(ctx, topic)
		if err != nil {
			return nil, err
		}
		counts[topic] = len(ends)
		for id, e := range ends {
			p := partitionStanding{Topic: topic, Partition: id, Committed: -1, End: e.Last, Uncommitted: e.Last - e.First}
			p.Worker = all.reader(topic, strconv.Itoa(id))
			all.Partitions = append(all.Partitions, p)
		}
	}
	group, err := k.Group(ctx, c.Group, counts)
	if err != nil {
		return nil, err
	}
	all.State, all.Members = group.State, group.Members
	for i := range all.Partitions {
		p := &all.Partitions[i]
		if at := group.Committed[p.Topic][p.Partition]; at >= 0 {
			p.Committed, p.Uncommitted = at, max(p.End-at, 0)
		}
		if p.Oldest, err = oldest(ctx, k, p); err != nil {
			return nil, err
		}
	}
	return all, all.readLetters(ctx, k, c.Topic.DeadLetters)
}

// oldest is the age of the first record that is not committed.
func oldest(ctx context.Context, k pipeline.Kafka, p *partitionStanding) (seconds float64, err error) {
	err = k.ReadRange(ctx, p.Topic, p.Partition, p.End-p.Uncommitted, p.End, func(m *kafka.Message) error {
		seconds = max(time.Since(m.Time).Seconds(), 0)
		return pipeline.ErrStop
	})
	return seconds, err
}

// readLetters counts the dead letters by the partition of their records.
func (a *standing) readLetters(ctx context.Context, k pipeline.Kafka, topic string) error {
	letters, err := deadletters.Read(ctx, k, topic, func(*deadletters.Letter) bool { return true }, func(error) {})
	for _, l := range letters {
		if l.Replayed != nil {
			continue
		}
		a.Letters++
		if a.Newest == nil || l.Time.After(a.Newest.Time) {
			a.Newest = l
		}
		i := slices.IndexFunc(a.Partitions, func(p partitionStanding) bool { return p.Topic == l.Topic && p.Partition == l.Partition })
		if i >= 0 {
			a.Partitions[i].Letters++
		}
	}
	return err
}

// reader is what the worker says that reads a partition.
func (a *standing) reader(topic, id string) *partitionStatus {
	for _, w := range a.Workers {
		if w.processStatus == nil {
			continue
		}
		for i := range w.Partitions {
			if p := &w.Partitions[i]; p.Topic == topic && p.Partition == id {
				return p
			}
		}
	}
	return nil
}

func askWorker(ctx context.Context, address string) workerStanding {
	w := workerStanding{Address: address}
	s, err := func() (*processStatus, error) {
		ctx, cancel := context.WithTimeout(ctx, askFor)
		defer cancel()
		r, err := http.NewRequestWithContext(ctx, http.MethodGet, "http://"+address+"/status", nil)
		if err != nil {
			return nil, err
		}
		answer, err := http.DefaultClient.Do(r)
		if err != nil {
			return nil, err
		}
		defer answer.Body.Close()
		if answer.StatusCode != http.StatusOK {
			return nil, fmt.Errorf("it answers %s", answer.Status)
		}
		s := &processStatus{}
		return s, json.NewDecoder(answer.Body).Decode(s)
	}()
	if err != nil {
		w.Error = err.Error()
	} else {
		w.processStatus = s
	}
	return w
}
