package pipeline

import (
	"encoding/json"
	"time"

	"github.com/segmentio/kafka-go"

	"github.com/earshot/earshot/pipeline/store"
)

// Alarm is a flag as the flags topic tells it, when it is raised and when it changes. Times in seconds are from the
// call's start. The same flag may be told more than once; flag_id and state say whether it is news.
type Alarm struct {
	FlagID     string    `json:"flag_id"`
	CallID     string    `json:"call_id"`
	Rule       string    `json:"rule"`
	Leg        string    `json:"leg,omitempty"`
	CallStart  time.Time `json:"call_started_at"`
	At         time.Time `json:"at"`
	Start      float64   `json:"start"`
	End        float64   `json:"end"`
	Measured   float64   `json:"measured"`
	Limit      float64   `json:"limit"`
	Margin     float64   `json:"margin"`
	Comparison string    `json:"comparison"`
	Points     float64   `json:"points"`
	Class      string    `json:"class"`
	Clause     string    `json:"clause"`
	State      string    `json:"state"`
	Reason     string    `json:"reason,omitempty"`
	AgentID    string    `json:"agent_id,omitempty"`
	Seat       string    `json:"seat,omitempty"`
	Team       string    `json:"team,omitempty"`
	Queue      string    `json:"queue,omitempty"`
	Rulebook   string    `json:"rulebook_version"`
}

func alarm(topic string, f *store.FlagRow) (kafka.Message, error) {
	value, err := json.Marshal(Alarm{
		FlagID: f.FlagID, CallID: f.CallID, Rule: f.Rule, Leg: f.Leg, CallStart: f.StartedAt, At: f.At,
		Start: f.Start, End: f.End, Measured: f.Measured, Limit: f.Limit, Margin: f.Margin, Comparison: f.Comparison,
		Points: f.Points, Class: f.Class, Clause: f.Clause, State: f.State, Reason: f.Reason,
		AgentID: f.AgentID, Seat: f.Seat, Team: f.Team, Queue: f.Queue, Rulebook: f.RulebookVersion,
	})
	return kafka.Message{Topic: topic, Key: []byte(f.CallID), Value: value}, err
}
