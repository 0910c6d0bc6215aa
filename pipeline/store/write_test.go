package store

import (
	"testing"
	"time"
)

// Every field comes back as it was written, spelt as the tables spell it.
func TestEveryColumnRoundTrips(t *testing.T) {
	s, dsn := open(t)
	b := exampleBatch()
	b.Calls = append(b.Calls, CallRow{CallID: "bare", StartedAt: start, JudgedAt: start, State: "failed", Error: "坏的录音"})
	write(t, s, b)

	expect(t, dsn, "SELECT * FROM calls FINAL WHERE call_id != 'bare' FORMAT JSONEachRow",
		`{"call_id":"通话-1","agent_id":"A7","seat":"12-3","team":"晚班","queue":"billing","trunk":"t1","customer":"13800000000",`+
			`"direction":"inbound","source":"rtp","started_at":"2025-11-30 23:59:59.123456","duration":183.4,"legs":["agent","customer"],`+
			`"ended_by":"agent","cause":"normal","state":"ended","error":"","points":5,"score":95,"flags":1,`+
			`"not_assessable.rule":["raised-voice"],"not_assessable.reason_en":["too little speech"],"not_assessable.reason_zh":["话音太少，无法比较"],`+
			`"loss":0.0001,"jitter_ms":0.4,"mos":4.31,"leg_packets":{"agent":9170,"customer":9168},"leg_lost":{"agent":3,"customer":0},`+
			`"leg_late":{"agent":1,"customer":0},"leg_duplicates":{"agent":2,"customer":0},"leg_reordered":{"agent":4,"customer":0},`+
			`"leg_refused":{"agent":5,"customer":0},"leg_jitter_ms":{"agent":0.4,"customer":0},"leg_speech":{"agent":60.25,"customer":31.5},`+
			`"rulebook_version":"r1","earshot_version":"0.1","topic":"earshot.calls","partition":3,"first_offset":100,"last_offset":290,`+
			`"lost_records":1,"dropped_records":2,"judged_at":"2025-12-01 00:03:19.123456","version":290,`+
			`"events.kind":["hold","transfer"],"events.by":["agent",""],"events.at":[31.2,158.9]}`)
	expect(t, dsn, "SELECT * FROM calls FINAL WHERE call_id = 'bare' FORMAT JSONEachRow",
		`{"call_id":"bare","agent_id":"","seat":"","team":"","queue":"","trunk":"","customer":"",`+
			`"direction":"","source":"","started_at":"2025-11-30 23:59:59.123456","duration":0,"legs":[],`+
			`"ended_by":"","cause":"","state":"failed","error":"坏的录音","points":0,"score":0,"flags":0,`+
			`"not_assessable.rule":[],"not_assessable.reason_en":[],"not_assessable.reason_zh":[],`+
			`"loss":0,"jitter_ms":0,"mos":null,"leg_packets":{},"leg_lost":{},"leg_late":{},"leg_duplicates":{},"leg_reordered":{},`+
			`"leg_refused":{},"leg_jitter_ms":{},"leg_speech":{},"rulebook_version":"","earshot_version":"","topic":"",`+
			`"partition":0,"first_offset":0,"last_offset":0,"lost_records":0,"dropped_records":0,"judged_at":"2025-11-30 23:59:59.123456","version":0,`+
			`"events.kind":[],"events.by":[],"events.at":[]}`)
	expect(t, dsn, "SELECT * FROM segments FINAL ORDER BY kind FORMAT JSONEachRow",
		`{"call_id":"通话-1","started_at":"2025-11-30 23:59:59.123456","kind":"hold","leg":"agent","start":31.2,"end":158.9,`+
			`"source":"music","value":127.7,"confidence":0.98,"measures":{"duration":127.7,"agent_speech":0},"agent_id":"A7","team":"晚班","version":290}`+"\n"+
			`{"call_id":"通话-1","started_at":"2025-11-30 23:59:59.123456","kind":"silence","leg":"","start":1,"end":2.001,`+
			`"source":"","value":0,"confidence":0,"measures":{},"agent_id":"","team":"","version":290}`)
	expect(t, dsn, "SELECT * FROM flags FINAL FORMAT JSONEachRow",
		`{"flag_id":"f1","call_id":"通话-1","rule":"hold-too-long","leg":"agent","started_at":"2025-11-30 23:59:59.123456",`+
			`"flag_start":31.2,"flag_end":158.9,"at":"2025-12-01 00:00:30.323456","measured":127.7,"limit":120,"margin":7.7,"comparison":"above",`+
			`"points":5,"class":"serious","clause":"D16.三.11","state":"final","reason":"","confidence":0.98,"agent_id":"A7","seat":"12-3",`+
			`"team":"晚班","queue":"billing","customer":"13800000000","rulebook_version":"r1","version":290}`)
}

// What is written again replaces itself; and it is written, whatever ClickHouse remembers of having had it: a server that is killed
// may remember what it does not have.
func TestReplay(t *testing.T) {
	s, dsn := open(t)
	query(t, dsn, "SYSTEM STOP MERGES flags")
	write(t, s, exampleBatch())
	before := query(t, dsn, "SELECT * FROM flags FINAL FORMAT JSONEachRow")
	write(t, s, exampleBatch())
	expect(t, dsn, "SELECT count() FROM flags", "2")
	expect(t, dsn, "SELECT * FROM flags FINAL FORMAT JSONEachRow", before)
	expect(t, dsn, "SELECT count() FROM calls FINAL", "1")
	expect(t, dsn, "SELECT count() FROM segments FINAL", "2")

	for _, table := range []string{"calls", "segments"} {
		query(t, dsn, "ALTER TABLE "+table+" DELETE WHERE 1 SETTINGS mutations_sync = 2")
	}
	expect(t, dsn, "SELECT (SELECT count() FROM calls), (SELECT count() FROM segments)", "0\t0")
	write(t, s, exampleBatch())
	expect(t, dsn, "SELECT count() FROM calls FINAL", "1")
	expect(t, dsn, "SELECT count() FROM segments FINAL", "2")
}

func TestTheHighestVersionCounts(t *testing.T) {
	s, dsn := open(t)
	at := func(version uint64, measured float64, state string) *Batch {
		b := exampleBatch()
		b.Flags[0].Version, b.Flags[0].Measured, b.Flags[0].State = version, measured, state
		b.Calls[0].Version, b.Calls[0].Score = version, 100-measured
		b.Segments[0].Version, b.Segments[0].End = version, measured
		return b
	}
	const flag = "SELECT measured, state FROM flags FINAL"
	write(t, s, at(10, 50, "open"))
	expect(t, dsn, flag, "50\topen")
	write(t, s, at(12, 70, "final"))
	expect(t, dsn, flag, "70\tfinal")
	write(t, s, at(11, 60, "open"))
	expect(t, dsn, flag, "70\tfinal")
	expect(t, dsn, "SELECT score FROM calls FINAL", "30")
	expect(t, dsn, "SELECT end FROM segments FINAL WHERE kind = 'hold'", "70")

	expect(t, dsn, "SELECT count() FROM flags_current", "1")
	write(t, s, at(13, 70, "withdrawn"))
	expect(t, dsn, "SELECT count() FROM flags_current", "0")
	expect(t, dsn, "SELECT count(), any(version) FROM calls_current", "1\t13")

	for _, table := range []string{"calls", "segments", "flags"} {
		query(t, dsn, "OPTIMIZE TABLE "+table+" FINAL")
	}
	expect(t, dsn, "SELECT (SELECT count() FROM calls), (SELECT count() FROM segments), (SELECT count() FROM flags)", "1\t2\t1")
}

// A call that goes on past midnight of the month's last day stays where it began, flags and all.
func TestPartitionIsTheMonthOfTheCallsStart(t *testing.T) {
	s, dsn := open(t)
	write(t, s, exampleBatch())
	expect(t, dsn, "SELECT table, partition FROM system.parts WHERE database = currentDatabase() AND active AND table IN ('calls', 'cases', 'flags', 'segments') ORDER BY table",
		"calls\t202511\ncases\t202511\nflags\t202511\nsegments\t202511")
}

// More months than ClickHouse lets an insert have by default.
func TestBatchMaySpanManyMonths(t *testing.T) {
	s, dsn := open(t)
	// A call this old is expired as soon as parts are merged.
	query(t, dsn, "SYSTEM STOP TTL MERGES calls")
	var b Batch
	for month := range 150 {
		begin := time.Date(2012, time.Month(1+month), 1, 0, 0, 0, 0, time.UTC)
		b.Calls = append(b.Calls, CallRow{CallID: begin.Format("2006-01"), StartedAt: begin, JudgedAt: start})
	}
	write(t, s, &b)
	expect(t, dsn, "SELECT count() FROM calls FINAL", "150")
}

func TestBatchIsReusable(t *testing.T) {
	b := exampleBatch()
	if b.Len() != 4 {
		t.Errorf("Len is %d, expected 4", b.Len())
	}
	b.Reset()
	if b.Len() != 0 {
		t.Errorf("Len is %d after Reset", b.Len())
	}
	if kept := b.Calls[:1][0]; kept.CallID != "" || cap(b.Calls) == 0 {
		t.Errorf("Reset kept %q, capacity %d; expected no row and its memory", kept.CallID, cap(b.Calls))
	}
}
