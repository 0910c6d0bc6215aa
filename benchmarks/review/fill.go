package main

import (
	"context"
	"fmt"
	"strings"
	"time"
)

// centre is the call centre that is made up: how much of everything.
type centre struct {
	calls, flagsEach, segmentsEach int
	agents, teams, days            int
	waiting                        int // flags without a verdict: nine tenths of them the newest, the others strewn over the time
	until                          time.Time
}

// A call's number decides all about it, through hashes of it, so that any run makes the same centre.
const (
	callID  = `concat('call-', leftPad(toString(n), 8, '0'))`
	flagID  = `lower(hex(sipHash128(n, k)))`
	agentNo = `sipHash64(n, 'agent') % %AGENTS%`
	callHas = `
		toDateTime64('%UNTIL%', 6, 'UTC') - toIntervalMicrosecond(toInt64((%CALLS% - n) * (%DAYS% * 86400000000. / %CALLS%))) AS started,
		` + agentNo + ` AS a, concat('A', leftPad(toString(a), 4, '0')) AS agent, concat('team-', toString(a % %TEAMS%)) AS team_name`
	// Rules as often as a floor breaks them: the grave few, the minor many.
	flagHas = `
		sipHash64(n, k, 'rule') % 100 AS dice,
		multiIf(dice < 2, 'abrupt-hangup', dice < 5, 'raised-voice', dice < 12, 'quarrel', dice < 24, 'hold-too-long', dice < 30, 'hold-too-often',
			dice < 38, 'hold-without-music', dice < 50, 'dead-air', dice < 62, 'hold-unannounced', dice < 70, 'hold-unresumed', dice < 80, 'interruption',
			dice < 90, 'speech-too-fast', dice < 96, 'slow-answer', 'floor-noise') AS rule_id,
		multiIf(dice < 2, 'grave', dice < 38, 'serious', dice < 96, 'minor', '') AS class_name,
		multiIf(dice < 5, 10, dice < 70, 5, dice < 96, 2, 0) AS cost,
		round(sipHash64(n, k, 'start') % 240000 / 1000, 3) AS begins`
	// The flags whose verdict is still to come.
	waits = `(n * %EACH% + k >= %FLAGS% - %WAITING% * 9 / 10 OR sipHash64(n, k, 'waits') % %FLAGS% < %WAITING% / 10)`
)

// judged writes the cases as those who appended the steps would have.
const judged = `INSERT INTO cases (flag_id, call_id, started_at, at, status, grade, manual, rule, leg, flag_start, flag_end, measured, limit, margin, comparison,
		points, class, clause, state, confidence, agent_id, seat, team, queue, rulebook_version, last_step, number, appeal, appeal_at, verdict_by, verdict_at,
		reason, version)
	SELECT flag_id, call_id, started_at, flag_at, status, toUInt8(transform(class, ['grave', 'serious', 'minor'], [3, 2, 1], 0)), manual, rule, leg, flag_start,
		flag_end, measured, limit, margin, comparison, points, class, clause, state, confidence, agent_id, seat, team, queue, rulebook_version, id, number,
		appeal, appeal_at, verdict_by, verdict_at, reason, bitShiftLeft(toUInt64(number), 42) + (4398046511103 - toUnixTimestamp64Milli(reviews.at))
	FROM reviews`

func (c centre) sql(text string) string {
	return strings.NewReplacer(
		"%CALLS%", fmt.Sprint(c.calls), "%EACH%", fmt.Sprint(c.flagsEach), "%FLAGS%", fmt.Sprint(c.calls*c.flagsEach),
		"%SEGMENTS%", fmt.Sprint(c.segmentsEach), "%AGENTS%", fmt.Sprint(c.agents), "%TEAMS%", fmt.Sprint(c.teams),
		"%DAYS%", fmt.Sprint(c.days), "%WAITING%", fmt.Sprint(c.waiting), "%UNTIL%", c.until.UTC().Format("2006-01-02 15:04:05"),
	).Replace(text)
}

// fills are the inserts that make the centre, in the order in which its data came about.
var fills = []struct{ table, sql string }{
	{"agents", `INSERT INTO agents (agent_id, name, team, version)
		SELECT concat('A', leftPad(toString(number), 4, '0')), concat('坐席 ', toString(number)), concat('team-', toString(number % %TEAMS%)), 1
		FROM numbers(%AGENTS%)`},
	{"segments", `INSERT INTO segments (call_id, started_at, kind, leg, start, end, value, confidence, measures, agent_id, team, version)
		SELECT ` + callID + `, started, ['speech', 'speech', 'silence', 'hold', 'overlap'][1 + k % 5], ['agent', 'customer'][1 + k % 2],
			k * 20., k * 20. + 12, 12, 0.9, map('duration', 12.), agent, team_name, 1
		FROM (SELECT intDiv(number, %SEGMENTS%) AS n, number % %SEGMENTS% AS k, ` + callHas + ` FROM numbers(%CALLS% * %SEGMENTS%))`},
	{"flags", `INSERT INTO flags (flag_id, call_id, rule, leg, started_at, flag_start, flag_end, at, measured, limit, margin, comparison, points,
			class, clause, state, confidence, agent_id, seat, team, queue, rulebook_version, version)
		SELECT ` + flagID + `, ` + callID + `, rule_id, 'agent', started, begins, begins + 30, started + toIntervalMillisecond(begins * 1000),
			130, 120, 10, 'above', cost, class_name, 'D16.三.11', 'final', 0.6 + sipHash64(n, k, 'sure') % 400 / 1000., agent,
			concat('S', toString(a % 400)), team_name, 'billing', 'r1', 360001
		FROM (SELECT intDiv(number, %EACH%) AS n, number % %EACH% AS k, ` + callHas + `, ` + flagHas + ` FROM numbers(%FLAGS%))`},
	{"calls", `INSERT INTO calls (call_id, agent_id, seat, team, queue, customer, direction, source, started_at, duration, legs, ended_by, state,
			points, score, flags, mos, leg_speech, rulebook_version, earshot_version, topic, judged_at, version)
		SELECT ` + callID + `, agent, concat('S', toString(a % 400)), team_name, 'billing', toString(13000000000 + n), 'inbound', 'rtp', started, 300,
			['agent', 'customer'], 'customer', 'ended', 10, 90, 3, 4.2, map('agent', 120., 'customer', 90.), 'r1', 'bench', 'earshot.calls',
			started + toIntervalSecond(301), 360001
		FROM (SELECT number AS n, ` + callHas + ` FROM numbers(%CALLS%))`},
	// An inspector per team judged a day later; two thirds were so.
	{"reviews", `INSERT INTO reviews (id, number, call_id, flag_id, started_at, at, by, role, session, step, reason, before, status, verdict_by,
			verdict_at, rule, leg, flag_start, flag_end, flag_at, measured, limit, margin, comparison, points, class, clause, state, confidence,
			agent_id, seat, team, queue, rulebook_version)
		SELECT toString(generateUUIDv7(number)), 1, ` + callID + `, ` + flagID + `, started, started + toIntervalDay(1) AS judged,
			concat('inspector-', toString(a % %TEAMS%)) AS who, 'inspector', 's', if(yes, 'confirm', 'reject'), if(yes, '', 'not-so'), 'pending',
			if(yes, 'confirmed', 'rejected'), who, judged, rule_id, 'agent', begins, begins + 30, started + toIntervalMillisecond(begins * 1000),
			130, 120, 10, 'above', cost, class_name, 'D16.三.11', 'final', 0.6 + sipHash64(n, k, 'sure') % 400 / 1000., agent,
			concat('S', toString(a % 400)), team_name, 'billing', 'r1'
		FROM (SELECT number, intDiv(number, %EACH%) AS n, number % %EACH% AS k, sipHash64(n, k, 'verdict') % 3 < 2 AS yes, ` + callHas + `, ` +
		flagHas + ` FROM numbers(%FLAGS%) WHERE NOT ` + waits + `)`},
	{"cases", judged},
}

// fill makes the centre and waits until the engine has nothing left to merge.
func (c centre) fill(ctx context.Context, db *sqlClient, say func(string, ...any)) error {
	for _, f := range fills {
		began := time.Now()
		if err := db.exec(ctx, c.sql(f.sql)+" SETTINGS throw_on_max_partitions_per_insert_block = 0, max_insert_threads = 2"); err != nil {
			return fmt.Errorf("cannot fill %s: %w", f.table, err)
		}
		n, err := db.ask(ctx, "SELECT count() FROM "+f.table)
		if err != nil {
			return err
		}
		say("%s: %s rows in %.1f s", f.table, n, time.Since(began).Seconds())
	}
	if err := db.settle(ctx, say); err != nil {
		return err
	}
	return db.quiet(ctx)
}
