package model

import (
	"context"
	"sync"
	"time"

	"github.com/segmentio/kafka-go"
	"github.com/twmb/franz-go/pkg/kerr"
	"github.com/twmb/franz-go/pkg/kfake"
	"github.com/twmb/franz-go/pkg/kmsg"
)

// coordinator makes up for what kfake's group coordinator does otherwise than Apache Kafka's, in its groups.go:
//
// Where a member's connection breaks while it joins, (*group).reply returns before it has set the member's session timer, and
// nothing ever sets it afterwards: the dead member stays for good and is given partitions. Kafka sets the timer of every member
// whose join it has answered, whoever is there to read the answer. kafka-go never learns the name of a member whose join went
// unanswered, so it cannot leave in its stead. Here, a member from which nothing has been heard for longer than a live one can
// be silent is removed; a worker that keeps its partitions and does nothing with them is found as ever.
//
// And (*group).rebalance sets the rebalance's deadline anew with each member that joins, where Kafka keeps it; while
// (*group).removeMember counts a member that waited for its assignment, and whose session ends, as one less that has joined, so
// that not even when all have joined is it over. Three workers that give up and join again are enough for a rebalance without
// end. Here, nobody may join one that has outlived two deadlines until it is over.
type coordinator struct {
	mutex     sync.Mutex
	heard     map[string]time.Time // by member
	preparing time.Time            // since when a rebalance has been; zero when none is
	closed    bool                 // nobody may join
	helped    int                  // how often one of the two was needed
}

// answered is how long kafka-go waits for its join to be answered: 5 s and the rebalance time-out.
const answered = 5*time.Second + sessionTimeout

// listen notes who speaks.
func (c *coordinator) listen(cluster *kfake.Cluster) {
	c.heard = map[string]time.Time{}
	for _, kind := range []kmsg.Key{kmsg.JoinGroup, kmsg.SyncGroup, kmsg.Heartbeat} {
		cluster.ControlKey(int16(kind), func(request kmsg.Request) (kmsg.Response, error, bool) {
			c.mutex.Lock()
			defer c.mutex.Unlock()
			switch r := request.(type) {
			case *kmsg.JoinGroupRequest:
				if c.closed {
					cluster.KeepControl()
					answer := r.ResponseKind().(*kmsg.JoinGroupResponse)
					answer.ErrorCode = kerr.CoordinatorNotAvailable.Code
					return answer, nil, true
				}
				c.heard[r.MemberID] = time.Now()
			case *kmsg.SyncGroupRequest:
				c.heard[r.MemberID] = time.Now()
			case *kmsg.HeartbeatRequest:
				c.heard[r.MemberID] = time.Now()
			}
			return nil, nil, false
		})
	}
}

// look gives the members from which nothing has come for too long, and closes the group to those who would join while its
// rebalance does not end.
func (c *coordinator) look(info *kfake.GroupInfo) (silent []string) {
	c.mutex.Lock()
	defer c.mutex.Unlock()
	now := time.Now()
	for _, m := range info.Members {
		at, known := c.heard[m.MemberID]
		if !known { // it has just been given its name
			c.heard[m.MemberID] = now
		} else if now.Sub(at) > answered+2*time.Second {
			silent = append(silent, m.MemberID)
			c.helped++
		}
	}
	switch {
	case info.State != "PreparingRebalance":
		c.preparing, c.closed = time.Time{}, false
	case c.preparing.IsZero():
		c.preparing = now
	case now.Sub(c.preparing) > 2*answered && !c.closed:
		c.closed = true
		c.helped++
	}
	return silent
}

// help does what the coordinator should have done.
func (w *world) help(info *kfake.GroupInfo) {
	ids := w.coordinator.look(info)
	if len(ids) == 0 {
		return
	}
	transport := &kafka.Transport{Dial: w.network.DialContext}
	defer transport.CloseIdleConnections()
	client := &kafka.Client{Addr: kafka.TCP(w.cluster.ListenAddrs()...), Transport: transport}
	request := &kafka.LeaveGroupRequest{GroupID: group}
	for _, id := range ids {
		request.Members = append(request.Members, kafka.LeaveGroupRequestMember{ID: id})
	}
	if _, err := client.LeaveGroup(context.Background(), request); err != nil {
		w.log.Warn("cannot remove the members that are gone", "error", err)
	}
}
