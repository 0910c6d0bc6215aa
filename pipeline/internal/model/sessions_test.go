package model

import (
	"context"
	"sync"
	"time"

	"github.com/segmentio/kafka-go"
	"github.com/twmb/franz-go/pkg/kfake"
	"github.com/twmb/franz-go/pkg/kmsg"
)

// sessions ends the sessions that kfake forgets to end. Where a member's connection breaks while it joins, (*group).reply in
// kfake's groups.go returns before it has set the member's session timer, and nothing ever sets it afterwards: the dead
// member stays for good and is given partitions. (Apache Kafka sets the timer of every member whose join it has answered,
// whoever is there to read the answer.) kafka-go never learns the name of a member whose join went unanswered, so it cannot
// leave in its stead.
//
// Only a member from which nothing has been heard for longer than a live one can be silent is removed, so that a worker
// which keeps its partitions and does nothing with them is found as ever.
type sessions struct {
	mutex sync.Mutex
	heard map[string]time.Time // by member
	ended int
}

// silence is more than a worker can be silent: kafka-go waits 5 s and the rebalance time-out for its join to be answered.
const silence = 5*time.Second + sessionTimeout + 2*time.Second

// listen notes who speaks.
func (s *sessions) listen(cluster *kfake.Cluster) {
	s.heard = map[string]time.Time{}
	for _, kind := range []kmsg.Key{kmsg.JoinGroup, kmsg.SyncGroup, kmsg.Heartbeat} {
		cluster.ControlKey(int16(kind), func(request kmsg.Request) (kmsg.Response, error, bool) {
			var member string
			switch r := request.(type) {
			case *kmsg.JoinGroupRequest:
				member = r.MemberID
			case *kmsg.SyncGroupRequest:
				member = r.MemberID
			case *kmsg.HeartbeatRequest:
				member = r.MemberID
			}
			s.mutex.Lock()
			defer s.mutex.Unlock()
			s.heard[member] = time.Now()
			return nil, nil, false
		})
	}
}

// silent are the members from which nothing has come for too long.
func (s *sessions) silent(members []kfake.GroupMember) (ids []string) {
	s.mutex.Lock()
	defer s.mutex.Unlock()
	for _, m := range members {
		at, known := s.heard[m.MemberID]
		if !known { // it has just been given its name
			s.heard[m.MemberID] = time.Now()
		} else if time.Since(at) > silence {
			ids = append(ids, m.MemberID)
		}
	}
	return ids
}

// expire removes them.
func (w *world) expire(members []kfake.GroupMember) {
	ids := w.sessions.silent(members)
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
	w.sessions.ended += len(ids)
}
