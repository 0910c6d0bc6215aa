package alertstest

// alertCase is what the processes show, every 15 s, as Prometheus' own tests of rules write it (0+2x10 is 0, 2, … 20), when an alert is to
// fire, and when it is not to. What comes after the values given stays as the last.
type alertCase struct{ fires, silent [][]string }

// A trouble that has been mended by itself wakes nobody; every alert can fire, by what the processes show of its trouble.
var alertCases = map[string]alertCase{
	"EarshotNotReady": {
		fires:  [][]string{{`earshot_ready{instance="a",need="group"} 1x10 0x60`, `earshot_ready{instance="a",need="writes"} 1x70`}},
		silent: [][]string{{`earshot_ready{instance="a",need="group"} 1x10 0x4 1x60`}},
	},
	"EarshotNobodyReads": {
		fires: [][]string{
			{},
			{`earshot_assigned_partitions{instance="a"} 4x10 0x60`, `earshot_assigned_partitions{instance="b"} 4x10 0x60`},
		},
		silent: [][]string{{`earshot_assigned_partitions{instance="a"} 4x10 0x4 8x60`, `earshot_assigned_partitions{instance="b"} 4x10 0x60`}},
	},
	"EarshotWorkerIdle": {
		fires:  [][]string{{`earshot_assigned_partitions{instance="a"} 0x200`}},
		silent: [][]string{{`earshot_assigned_partitions{instance="a"} 0x10 4x200`}},
	},
	"EarshotRestarting": {
		fires:  [][]string{{`process_start_time_seconds{instance="a"} 1x10 2x5 3x5 4x5`, `earshot_build_info{instance="a"} 1x60`}},
		silent: [][]string{{`process_start_time_seconds{instance="a"} 1x10 2x100`, `earshot_build_info{instance="a"} 1x60`}},
	},
	"EarshotVersionsMixed": {
		fires:  [][]string{{`earshot_build_info{instance="a",version="1"} 1x400`, `earshot_build_info{instance="b",version="2"} 1x400`}},
		silent: [][]string{{`earshot_build_info{instance="a",version="1"} 1x400`, `earshot_build_info{instance="b",version="1"} 1x400`}},
	},
	"EarshotLagging": {
		// As of a leader that is away: it grows by a second a second.
		fires:  [][]string{{`earshot_lag_seconds{instance="a",topic="earshot.calls",partition="0"} 0x10 0+15x40`}},
		silent: [][]string{{`earshot_lag_seconds{instance="a",topic="earshot.calls",partition="0"} 0x10 0+15x10 0x60`}},
	},
	"EarshotWatermarkStuck": {
		fires:  [][]string{{`earshot_watermark_age_seconds{topic="earshot.calls",partition="0"} 16200+15x20`}},
		silent: [][]string{{`earshot_watermark_age_seconds{topic="earshot.calls",partition="0"} 14000x20 0x50`}},
	},
	"EarshotRecordsLost":          once("earshot_lost_records_total", `topic="earshot.calls"`),
	"EarshotDeadLetters":          once("earshot_dead_letters_total", `topic="earshot.calls",reason="media"`),
	"EarshotCallsFailed":          once("earshot_calls_total", `source="rtp",state="failed"`),
	"EarshotCallsEvicted":         once("earshot_evicted_calls_total", `instance="a"`),
	"EarshotSegmentsDropped":      once("earshot_dropped_segments_total", `instance="a"`),
	"EarshotMessagesLeftOut":      once("earshot_unsent_messages_total", `topic="earshot.flags"`),
	"EarshotArchiverLosesRecords": once("earshot_archiver_lost_records_total", `topic="earshot.calls"`),
	"EarshotCallsAbandoned": {
		fires:  [][]string{{`earshot_calls_total{source="rtp",state="ended"} 0+10x300`, `earshot_calls_total{source="rtp",state="abandoned"} 0+1x300`}},
		silent: [][]string{{`earshot_calls_total{source="rtp",state="ended"} 0+100x300`, `earshot_calls_total{source="rtp",state="abandoned"} 0x10 1+1x300`}},
	},
	"EarshotSequenceGaps": {
		fires:  [][]string{{`earshot_sequence_faults_total{fault="gap"} 0x10 0+2x200`, `earshot_records_total{topic="earshot.calls"} 0+100x210`}},
		silent: [][]string{{`earshot_sequence_faults_total{fault="gap"} 0x10 50x200`, `earshot_records_total{topic="earshot.calls"} 0+1000x210`}},
	},
	"EarshotTailsDropped": {
		fires:  [][]string{{`earshot_dropped_tail_records_total 0+20x200`, `earshot_records_total{topic="earshot.calls"} 0+100x210`}},
		silent: [][]string{{`earshot_dropped_tail_records_total 0x10 100x200`, `earshot_records_total{topic="earshot.calls"} 0+100x210`}},
	},
	"EarshotManyOpenCalls": {
		fires:  [][]string{{`earshot_open_calls{instance="a",topic="earshot.calls",partition="0"} 170x100`, `earshot_open_calls_limit{instance="a"} 200x100`}},
		silent: [][]string{{`earshot_open_calls{instance="a",topic="earshot.calls",partition="0"} 100x100`, `earshot_open_calls_limit{instance="a"} 200x100`}},
	},
	"EarshotWriteBlocked": {
		fires:  [][]string{{`earshot_write_age_seconds{instance="a",topic="earshot.calls",partition="0"} 0x10 0+15x20`}},
		silent: [][]string{{`earshot_write_age_seconds{instance="a",topic="earshot.calls",partition="0"} 0x10 0+15x3 0x60`}},
	},
	// Tried again every 15 s at most, and a try may take as long as an insert.
	"EarshotInsertsFail": {
		fires:  [][]string{{`earshot_insert_retries_total{instance="a"} 0x10 1x2 2x2 3x2 4x2 5x2 6x2 7x2 8x2`}},
		silent: [][]string{{`earshot_insert_retries_total{instance="a"} 0x10 1x200`}},
	},
	"EarshotKafkaWritesFail": {
		fires:  [][]string{{`earshot_produce_retries_total{instance="a",topic="earshot.flags"} 0x10 0+1x40`}},
		silent: [][]string{{`earshot_produce_retries_total{instance="a",topic="earshot.flags"} 0x10 1x200`}},
	},
	"EarshotInsertsSlow": {
		fires: [][]string{{`earshot_insert_seconds_bucket{le="4.096"} 0x100`, `earshot_insert_seconds_bucket{le="8.192"} 0+1x100`,
			`earshot_insert_seconds_bucket{le="+Inf"} 0+1x100`}},
		silent: [][]string{{`earshot_insert_seconds_bucket{le="4.096"} 0+10x100`, `earshot_insert_seconds_bucket{le="8.192"} 0+10x100`,
			`earshot_insert_seconds_bucket{le="+Inf"} 0+10x100`}},
	},
	"EarshotArchiverNotReady": {
		fires:  [][]string{{`earshot_archiver_ready{instance="a",need="group"} 1x10 0x60`}},
		silent: [][]string{{`earshot_archiver_ready{instance="a",need="group"} 1x10 0x10 1x60`}},
	},
	"EarshotArchiverLagging": {
		fires:  [][]string{{`earshot_archiver_lag_seconds{topic="earshot.calls",partition="0"} 0x10 0+15x100`}},
		silent: [][]string{{`earshot_archiver_lag_seconds{topic="earshot.calls",partition="0"} 0x10 0+15x40 0x60`}},
	},
	"EarshotEvidenceWritesFail": {
		fires:  [][]string{{`earshot_archiver_write_retries_total{instance="a"} 0x10 0+1x100`}},
		silent: [][]string{{`earshot_archiver_write_retries_total{instance="a"} 0x10 1x200`}},
	},
	"EarshotEvidenceUndecided": {
		// However few waited when ClickHouse was last asked.
		fires: [][]string{{`earshot_archiver_sweeps_total{result="ok"} 0+1x100 100x300`, `earshot_archiver_sweeps_total{result="error"} 0x100 0+1x300`,
			`earshot_archiver_undecided_calls 3x400`}},
		silent: [][]string{{`earshot_archiver_sweeps_total{result="ok"} 0+1x100 100+1x300`, `earshot_archiver_sweeps_total{result="error"} 0x100 1x300`,
			`earshot_archiver_undecided_calls 3x400`}},
	},
}

// once is of what is worth a look when it happens at all.
func once(name, labels string) alertCase {
	series := name + "{" + labels + "} "
	return alertCase{fires: [][]string{{series + "0x10 1x60"}}, silent: [][]string{{series + "0x100"}}}
}
