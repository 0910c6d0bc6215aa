package main

import (
	"encoding/json"
	"net/http"
	"slices"
	"strings"
	"time"
)

// processStatus is what a worker or an archiver says of itself at /status, as JSON.
type processStatus struct {
	Version string    `json:"version"`
	Started time.Time `json:"started"`
	Ready   bool      `json:"ready"`
	// Waits says what it waits for, when it is not ready.
	Waits      string            `json:"waits,omitempty"`
	Partitions []partitionStatus `json:"partitions"`
	// LastError is the last that concerned no partition.
	LastError *trouble `json:"last_error,omitempty"`
}

// partitionStatus is a partition that the process reads. Ages are in seconds.
type partitionStatus struct {
	Topic        string   `json:"topic"`
	Partition    string   `json:"partition"`
	OpenCalls    float64  `json:"open_calls"`
	LagSeconds   float64  `json:"lag_seconds"`
	WatermarkAge float64  `json:"watermark_age_seconds"`
	LastError    *trouble `json:"last_error,omitempty"`
}

// status puts together what the metrics and the log have.
func (m *monitor) status() (processStatus, error) {
	s := processStatus{Version: version, Started: m.started, Ready: true, Partitions: []partitionStatus{}}
	if err := m.ready(); err != nil {
		s.Ready, s.Waits = false, strings.ReplaceAll(err.Error(), "\n", "; ")
	}
	m.mu.Lock()
	prefix := m.prefix
	m.mu.Unlock()
	found := map[partition]*partitionStatus{}
	families, err := m.registry.Gather()
	for _, f := range families {
		read := map[string]func(*partitionStatus) *float64{
			prefix + "lag_seconds":           func(p *partitionStatus) *float64 { return &p.LagSeconds },
			prefix + "watermark_age_seconds": func(p *partitionStatus) *float64 { return &p.WatermarkAge },
			prefix + "open_calls":            func(p *partitionStatus) *float64 { return &p.OpenCalls },
		}[f.GetName()]
		if read == nil {
			continue
		}
		for _, metric := range f.GetMetric() {
			var at partition
			for _, label := range metric.GetLabel() {
				switch label.GetName() {
				case "topic":
					at.topic = label.GetValue()
				case "partition":
					at.id = label.GetValue()
				}
			}
			p := found[at]
			if p == nil {
				if f.GetName() != prefix+"lag_seconds" { // that one only those have that are being read; the families come by name
					continue
				}
				p = &partitionStatus{Topic: at.topic, Partition: at.id, LastError: m.troubles.of(at)}
				found[at] = p
			}
			*read(p) = metric.GetGauge().GetValue()
		}
	}
	for _, p := range found {
		s.Partitions = append(s.Partitions, *p)
	}
	slices.SortFunc(s.Partitions, func(a, b partitionStatus) int {
		return strings.Compare(a.Topic+"/"+a.Partition, b.Topic+"/"+b.Partition)
	})
	s.LastError = m.troubles.of(partition{})
	return s, err
}

func (m *monitor) serveStatus(w http.ResponseWriter, _ *http.Request) {
	s, err := m.status()
	if err != nil {
		http.Error(w, err.Error(), http.StatusInternalServerError)
		return
	}
	w.Header().Set("Content-Type", "application/json")
	_ = json.NewEncoder(w).Encode(s) // to whom it may still concern
}
