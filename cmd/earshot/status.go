package main

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"

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
	State      string              `json:"state"`   // empty: not known
	Members    int                 `json:"members"` // -1: not known
	Workers    []workerStanding    `json:"workers"`
	Partitions []partitionStanding `json:"partitions"`
	// Letters that were not replayed, and the newest of them; of those that could be read if Partly.
	Letters int                 `json:"dead_letters"`
	Newest  *deadletters.Letter `json:"newest_dead_letter,omitempty"`
	Partly  bool                `json:"dead_letters_partly_read,omitempty"`
	// Missing says of Kafka what could not be found out, and why.
	Missing []string `json:"missing,omitempty"`
}

type workerStanding struct {
	Address string `json:"address"`
	// Error says why it could not be asked.
	Error string `json:"error,omitempty"`
	*processStatus
}

// partitionStanding is where the group stands in a partition. If Kafka could not be asked, it is one that a worker reads.
type partitionStanding struct {
	Topic     string `json:"topic"`
	Partition int    `json:"partition"`
	Committed int64  `json:"committed_offset"` // -1: nothing yet, or not known
	End       int64  `json:"end_offset"`       // -1: not known
	// Uncommitted records would be read again if all workers died now; the oldest is so old, in s. -1: not known.
	Uncommitted int64   `json:"uncommitted_records"`
	Oldest      float64 `json:"oldest_uncommitted_seconds"`
	Letters     int     `json:"dead_letters"`
	// What the worker that reads it says; nil if none was found.
	Worker *partitionStatus `json:"worker,omitempty"`

	first int64
}

// askFor bounds how long a worker may take to answer, and kafkaFor how long Kafka may to all that it is asked of the partitions, and
// again to give the dead letters.
const (
	askFor   = 5 * time.Second
	kafkaFor = 15 * time.Second
)

func (c *statusCmd) Run(ctx context.Context, s *streams) error {
	k, err := c.connection()
	if err != nil {
		return err
	}
	all := c.gather(ctx, k)
	if ctx.Err() != nil {
		return ctx.Err()
	}
	if c.JSON {
		out := json.NewEncoder(s.out)
		out.SetIndent("", "  ")
		err = out.Encode(all)
	} else {
		all.print(s.out, time.Now())
	}
	if err == nil && len(all.Missing) > 0 {
		return exitCode(1)
	}
	return err
}

// gather asks everybody. What one of them does not tell is missing; the rest is told all the same.
func (c *statusCmd) gather(ctx context.Context, k pipeline.Kafka) *standing {
	all := &standing{Group: c.Group, Members: -1, Workers: make([]workerStanding, len(c.Workers))}
	var asked sync.WaitGroup
	for i, address := range c.Workers {
		asked.Go(func() { all.Workers[i] = askWorker(ctx, address) })
	}
	asked.Wait()
	c.askKafka(ctx, k, all)
	all.readLetters(ctx, k, c.Topic.DeadLetters)
	return all
}

// askKafka asks for where the group stands in each partition.
func (c *statusCmd) askKafka(ctx context.Context, k pipeline.Kafka, all *standing) {
	ctx, cancel := context.WithTimeout(ctx, kafkaFor)
	defer cancel()
	counts := map[string]int{}
	for _, topic := range []string{c.Topic.Calls, c.Topic.Recordings} {
		ends, err := answered(ctx, func() ([]pipeline.Ends, error) { return k.Ends(ctx, topic) })
		if err != nil {
			all.lacks("the partitions of "+topic, err)
			all.addTold(topic)
			continue
		}
		counts[topic] = len(ends)
		for id, e := range ends {
			p := partitionStanding{Topic: topic, Partition: id, Committed: -1, End: e.Last, Uncommitted: -1, Oldest: -1, first: e.First}
			p.Worker = all.reader(topic, strconv.Itoa(id))
			all.Partitions = append(all.Partitions, p)
		}
	}
	group, err := answered(ctx, func() (pipeline.GroupStatus, error) { return k.Group(ctx, c.Group, counts) })
	if err != nil {
		all.lacks("where the group stands", err)
		return
	}
	all.State, all.Members = group.State, group.Members
	for i := range all.Partitions {
		p := &all.Partitions[i]
		if p.End < 0 {
			continue
		}
		p.Uncommitted = p.End - p.first
		if at := group.Committed[p.Topic][p.Partition]; at >= 0 {
			p.Committed, p.Uncommitted = at, max(p.End-at, 0)
		}
		oldest, err := answered(ctx, func() (float64, error) { return oldest(ctx, k, p) })
		if err != nil {
			all.lacks(fmt.Sprintf("the age of %s/%d", p.Topic, p.Partition), err)
			continue
		}
		p.Oldest = oldest
	}
}

// answered asks until ctx ends: who has taken a connection may never answer.
func answered[T any](ctx context.Context, ask func() (T, error)) (T, error) {
	type answer struct {
		it  T
		err error
	}
	c := make(chan answer, 1)
	go func() {
		it, err := ask()
		c <- answer{it, err}
	}()
	select {
	case a := <-c:
		return a.it, a.err
	case <-ctx.Done():
		var none T
		return none, fmt.Errorf("no answer within %v: %w", kafkaFor, ctx.Err())
	}
}

func (a *standing) lacks(what string, err error) {
	a.Missing = append(a.Missing, what+": "+strings.ReplaceAll(err.Error(), "\n", "; "))
}

// addTold adds the partitions of a topic that workers say they read.
func (a *standing) addTold(topic string) {
	for _, w := range a.Workers {
		if w.processStatus == nil {
			continue
		}
		for i := range w.Partitions {
			p := &w.Partitions[i]
			if id, err := strconv.Atoi(p.Partition); err == nil && p.Topic == topic {
				a.Partitions = append(a.Partitions, partitionStanding{Topic: topic, Partition: id, Committed: -1, End: -1, Uncommitted: -1, Oldest: -1, Worker: p})
			}
		}
	}
}

// oldest is the age of the first record that is not committed.
func oldest(ctx context.Context, k pipeline.Kafka, p *partitionStanding) (seconds float64, err error) {
	m, err := k.ReadFirst(ctx, p.Topic, p.Partition, p.End-p.Uncommitted, p.End)
	if err != nil || m == nil {
		return 0, err
	}
	return max(time.Since(m.Time).Seconds(), 0), nil
}

// readLetters counts the dead letters by the partition of their records.
func (a *standing) readLetters(ctx context.Context, k pipeline.Kafka, topic string) {
	reading, cancel := context.WithTimeout(ctx, kafkaFor)
	defer cancel()
	// What was read until then is told, too; only who does not answer at all is not waited for.
	waiting, cancel := context.WithTimeout(ctx, kafkaFor+time.Second)
	defer cancel()
	letters, err := answered(waiting, func() ([]*deadletters.Letter, error) {
		return deadletters.Read(reading, k, topic, func(*deadletters.Letter) bool { return true }, func(error) {})
	})
	if err != nil {
		a.Partly = true
		a.lacks("all dead letters", err)
	}
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
