-- What people make of the flags: verdicts and appeals, who listened to what, and who may.
--
-- `reviews` is append only: a row is a step, and no step is ever changed. A step names the one it follows, so a flag's
-- steps are a chain; what a flag is now, and every score, ladder and sum of money, follows from its chain. Of two steps
-- that follow the same one the first that was inserted counts: an insert bears a token made of what it follows, and
-- ClickHouse takes a token once. The window of tokens that are remembered is therefore part of how these tables work.
--
-- `cases` is an index and no source: a row per flag with all that a list shows or filters by. A view writes it from
-- `flags`; who appends a step writes it once it is known which step counts (a view on `reviews` would not know: it also
-- sees the insert that is dropped). A step repeats what it judged, so that a verdict keeps its evidence whatever becomes
-- of the flag; a machine that measures the call again does not move a case that a person has touched, since any step's
-- version is above any measurement's.
--
-- Few of millions of cases wait for a person, and they are asked for all day. `waiting` holds just those, in the order of
-- the inbox, as they were when it was last made anew; `changes` holds every case written since. A reader takes a case
-- from `changes` if it is there and from `waiting` otherwise, and so is never behind.

-- +goose NO TRANSACTION
-- +goose Up

CREATE TABLE IF NOT EXISTS ${database}.reviews ${on_cluster}
(
    id                String                  COMMENT 'Step id: a UUID of version 7, made where the step was taken',
    follows           String                  COMMENT 'Id of the flag''s step that this one follows; empty = it is the first',
    number            UInt32                  COMMENT 'Place in the flag''s chain of steps, from 1; no unit',
    call_id           String                  COMMENT 'Call of the flag',
    flag_id           String                  COMMENT 'Flag the step is about',
    started_at        DateTime64(6, 'UTC')    COMMENT 'Start of the call, not of the step; UTC, microseconds',
    at                DateTime64(6, 'UTC')    COMMENT 'When the step was taken; UTC, microseconds',
    by                LowCardinality(String)  COMMENT 'Account that took it',
    role              LowCardinality(String)  COMMENT 'Role it was taken in: agent, inspector, leader, manager, admin',
    session           String                  COMMENT 'Session it was taken in: hash of the session''s key, within which it can be undone',
    step              LowCardinality(String)  COMMENT 'What was done: confirm, reject, unsure, raise (a manual flag), undo, appeal, grant, refuse',
    reason            LowCardinality(String)  COMMENT 'Why it was rejected: not-so, music, line-fault, justified, other; empty for other steps',
    words             String                  COMMENT 'What was said about it, as typed',
    before            LowCardinality(String)  COMMENT 'Status of the flag before the step; as status',
    status            LowCardinality(String)  COMMENT 'Status of the flag after it: pending, confirmed, rejected, unsure, appealed, withdrawn',
    appeal            LowCardinality(String)  COMMENT 'Appeal after it: leader, manager = waits for one; refused, granted = decided; empty = none',
    appeal_at         DateTime64(6, 'UTC')    COMMENT 'Since when the appeal waits, or when it was decided; UTC, microseconds; 1970 = no appeal',
    verdict_by        LowCardinality(String)  COMMENT 'Account whose verdict stands after it; empty = none',
    verdict_at        DateTime64(6, 'UTC')    COMMENT 'When that verdict was given; UTC, microseconds; 1970 = none',
    manual            Bool                    COMMENT 'Whether a person raised the flag, which the machine had missed',
    rule              LowCardinality(String)  COMMENT 'Rule of the flag; rule id of the rulebook',
    leg               LowCardinality(String)  COMMENT 'Leg of the flag: agent, customer, mixed; empty = the call as a whole',
    flag_start        Float64                 COMMENT 'Where the flag begins, from the call''s start; seconds, to the millisecond',
    flag_end          Float64                 COMMENT 'Where it ends, from the call''s start; seconds, to the millisecond',
    flag_at           DateTime64(6, 'UTC')    COMMENT 'When it happened: started_at + flag_start; UTC, microseconds',
    measured          Float64                 COMMENT 'What had been measured when the step was taken; unit by rule; 0 for a manual flag',
    limit             Float64                 COMMENT 'The rule''s limit; unit as measured; 0 for a manual flag',
    margin            Float64                 COMMENT 'How far the measured value is past the limit; unit as measured; 0 for a manual flag',
    comparison        LowCardinality(String)  COMMENT 'Which side of the limit breaks the rule: above, below; empty for a manual flag',
    points            Float64                 COMMENT 'Points the rule deducts; points',
    class             LowCardinality(String)  COMMENT 'Class of the violation: minor, serious, grave; empty = an alert, no violation',
    clause            LowCardinality(String)  COMMENT 'Clause of the regulation, such as D16.三.11',
    state             LowCardinality(String)  COMMENT 'What the machine said of the flag then: open, final, exonerated, withdrawn; final for a manual flag',
    confidence        Float64                 COMMENT 'How sure the analyzer was; fraction 0 to 1; 1 for a manual flag',
    agent_id          LowCardinality(String)  COMMENT 'Agent who took the call; empty = unknown',
    seat              LowCardinality(String)  COMMENT 'Seat (desk) of the agent; empty = unknown',
    team              LowCardinality(String)  COMMENT 'Team of the agent; empty = unknown',
    queue             LowCardinality(String)  COMMENT 'Queue the call came through; empty = unknown',
    rulebook_version  LowCardinality(String)  COMMENT 'Content hash of the rulebook whose rule it is',
    INDEX flag_id flag_id TYPE bloom_filter GRANULARITY 8
)
ENGINE = ${replicated}MergeTree
PARTITION BY toYYYYMM(started_at)
ORDER BY (started_at, call_id, flag_id, number, at, id)
TTL toDateTime(started_at) + INTERVAL 25 MONTH
SETTINGS ttl_only_drop_parts = 1, index_granularity = 256, non_replicated_deduplication_window = 10000
COMMENT 'One row per step taken on a flag: verdict, undo, appeal, decision. Append only. Kept 25 months from the call''s start.';

CREATE TABLE IF NOT EXISTS ${database}.cases ${on_cluster}
(
    flag_id           String                  COMMENT 'Flag, raised by the machine or by a person',
    call_id           String                  COMMENT 'Call of the flag',
    started_at        DateTime64(6, 'UTC')    COMMENT 'Start of the call, not of the flag; UTC, microseconds',
    at                DateTime64(6, 'UTC')    COMMENT 'When it happened; UTC, microseconds',
    status            LowCardinality(String)  COMMENT 'pending, confirmed, rejected, unsure, appealed; exonerated, withdrawn = nothing to judge',
    grade             UInt8                   COMMENT 'Class as a number, for sorting: 3 = grave, 2 = serious, 1 = minor, 0 = an alert; no unit',
    manual            Bool                    COMMENT 'Whether a person raised it',
    rule              LowCardinality(String)  COMMENT 'Rule; rule id of the rulebook',
    leg               LowCardinality(String)  COMMENT 'Leg: agent, customer, mixed; empty = the call as a whole',
    flag_start        Float64                 COMMENT 'Where it begins, from the call''s start; seconds, to the millisecond',
    flag_end          Float64                 COMMENT 'Where it ends, from the call''s start; seconds, to the millisecond',
    measured          Float64                 COMMENT 'What was measured; unit by rule',
    limit             Float64                 COMMENT 'The rule''s limit; unit as measured',
    margin            Float64                 COMMENT 'How far the measured value is past the limit; unit as measured',
    comparison        LowCardinality(String)  COMMENT 'Which side of the limit breaks the rule: above, below; empty for a manual flag',
    points            Float64                 COMMENT 'Points the rule deducts, if the flag is confirmed; points',
    class             LowCardinality(String)  COMMENT 'Class of the violation: minor, serious, grave; empty = an alert, no violation',
    clause            LowCardinality(String)  COMMENT 'Clause of the regulation, such as D16.三.11',
    state             LowCardinality(String)  COMMENT 'What the machine says of it: open, final, exonerated, withdrawn',
    confidence        Float64                 COMMENT 'How sure the analyzer is; fraction 0 to 1',
    agent_id          LowCardinality(String)  COMMENT 'Agent who took the call; empty = unknown',
    seat              LowCardinality(String)  COMMENT 'Seat (desk) of the agent; empty = unknown',
    team              LowCardinality(String)  COMMENT 'Team of the agent; empty = unknown',
    queue             LowCardinality(String)  COMMENT 'Queue the call came through; empty = unknown',
    rulebook_version  LowCardinality(String)  COMMENT 'Content hash of the rulebook that raised it',
    last_step         String                  COMMENT 'Id of the last step in `reviews`; empty = no one has touched it',
    number            UInt32                  COMMENT 'Number of steps taken; count',
    appeal            LowCardinality(String)  COMMENT 'leader, manager = an appeal waits for one; refused, granted = decided; empty = none',
    appeal_at         DateTime64(6, 'UTC')    COMMENT 'Since when the appeal waits, or when it was decided; UTC, microseconds; 1970 = no appeal',
    verdict_by        LowCardinality(String)  COMMENT 'Account whose verdict stands; empty = none',
    verdict_at        DateTime64(6, 'UTC')    COMMENT 'When that verdict was given; UTC, microseconds; 1970 = none',
    reason            LowCardinality(String)  COMMENT 'Why it was rejected, as in `reviews`, or why the machine exonerated or withdrew it',
    version           UInt64                  COMMENT 'Of rows with the same key the highest version counts: of a measurement, that of the flag; of a step, its number × 2^42 and the earlier of two',
    INDEX flag_id flag_id TYPE bloom_filter GRANULARITY 8,
    INDEX call_id call_id TYPE bloom_filter GRANULARITY 8
)
ENGINE = ${replicated}ReplacingMergeTree(version)
PARTITION BY toYYYYMM(started_at)
PRIMARY KEY (started_at, call_id)
ORDER BY (started_at, call_id, flag_id)
TTL toDateTime(started_at) + INTERVAL 25 MONTH
SETTINGS ttl_only_drop_parts = 1, index_granularity = 256,
    min_age_to_force_merge_seconds = 7200, min_age_to_force_merge_on_partition_only = 1
COMMENT 'One row per flag as it stands with people: an index over `flags` and `reviews`. Read with FINAL. Kept 25 months from the call''s start.';

CREATE TABLE IF NOT EXISTS ${database}.changes ${on_cluster}
(
    written_at        DateTime64(6, 'UTC')    COMMENT 'When the case was written; server time, UTC, microseconds',
    flag_id           String                  COMMENT 'Flag, raised by the machine or by a person',
    call_id           String                  COMMENT 'Call of the flag',
    started_at        DateTime64(6, 'UTC')    COMMENT 'Start of the call, not of the flag; UTC, microseconds',
    at                DateTime64(6, 'UTC')    COMMENT 'When it happened; UTC, microseconds',
    status            LowCardinality(String)  COMMENT 'pending, confirmed, rejected, unsure, appealed; exonerated, withdrawn = nothing to judge',
    grade             UInt8                   COMMENT 'Class as a number, for sorting: 3 = grave, 2 = serious, 1 = minor, 0 = an alert; no unit',
    manual            Bool                    COMMENT 'Whether a person raised it',
    rule              LowCardinality(String)  COMMENT 'Rule; rule id of the rulebook',
    leg               LowCardinality(String)  COMMENT 'Leg: agent, customer, mixed; empty = the call as a whole',
    flag_start        Float64                 COMMENT 'Where it begins, from the call''s start; seconds, to the millisecond',
    flag_end          Float64                 COMMENT 'Where it ends, from the call''s start; seconds, to the millisecond',
    measured          Float64                 COMMENT 'What was measured; unit by rule',
    limit             Float64                 COMMENT 'The rule''s limit; unit as measured',
    margin            Float64                 COMMENT 'How far the measured value is past the limit; unit as measured',
    comparison        LowCardinality(String)  COMMENT 'Which side of the limit breaks the rule: above, below; empty for a manual flag',
    points            Float64                 COMMENT 'Points the rule deducts, if the flag is confirmed; points',
    class             LowCardinality(String)  COMMENT 'Class of the violation: minor, serious, grave; empty = an alert, no violation',
    clause            LowCardinality(String)  COMMENT 'Clause of the regulation, such as D16.三.11',
    state             LowCardinality(String)  COMMENT 'What the machine says of it: open, final, exonerated, withdrawn',
    confidence        Float64                 COMMENT 'How sure the analyzer is; fraction 0 to 1',
    agent_id          LowCardinality(String)  COMMENT 'Agent who took the call; empty = unknown',
    seat              LowCardinality(String)  COMMENT 'Seat (desk) of the agent; empty = unknown',
    team              LowCardinality(String)  COMMENT 'Team of the agent; empty = unknown',
    queue             LowCardinality(String)  COMMENT 'Queue the call came through; empty = unknown',
    rulebook_version  LowCardinality(String)  COMMENT 'Content hash of the rulebook that raised it',
    last_step         String                  COMMENT 'Id of the last step in `reviews`; empty = no one has touched it',
    number            UInt32                  COMMENT 'Number of steps taken; count',
    appeal            LowCardinality(String)  COMMENT 'leader, manager = an appeal waits for one; refused, granted = decided; empty = none',
    appeal_at         DateTime64(6, 'UTC')    COMMENT 'Since when the appeal waits, or when it was decided; UTC, microseconds; 1970 = no appeal',
    verdict_by        LowCardinality(String)  COMMENT 'Account whose verdict stands; empty = none',
    verdict_at        DateTime64(6, 'UTC')    COMMENT 'When that verdict was given; UTC, microseconds; 1970 = none',
    reason            LowCardinality(String)  COMMENT 'Why it was rejected, as in `reviews`, or why the machine exonerated or withdrew it',
    version           UInt64                  COMMENT 'Of rows with the same key the highest version counts; no unit'
)
ENGINE = ${replicated}MergeTree
ORDER BY (written_at, flag_id)
TTL toDateTime(written_at) + INTERVAL 2 DAY
COMMENT 'Cases as they were written lately, each as often as it was. Kept 2 days.';

CREATE MATERIALIZED VIEW IF NOT EXISTS ${database}.cases_changed ${on_cluster} TO ${database}.changes AS
SELECT now64(6) AS written_at, * FROM ${database}.cases
COMMENT 'What is written to cases is also a change';

CREATE TABLE IF NOT EXISTS ${database}.waiting ${on_cluster}
(
    urgency           UInt8                   COMMENT 'Class as a number, gravest first: 0 = grave to 3 = an alert; no unit',
    late              Int64                   COMMENT 'When it happened, latest first: microseconds before 1970',
    made_at           DateTime64(6, 'UTC')    COMMENT 'When this table was made; server time, UTC, microseconds',
    flag_id           String                  COMMENT 'Flag, raised by the machine or by a person',
    call_id           String                  COMMENT 'Call of the flag',
    started_at        DateTime64(6, 'UTC')    COMMENT 'Start of the call, not of the flag; UTC, microseconds',
    at                DateTime64(6, 'UTC')    COMMENT 'When it happened; UTC, microseconds',
    status            LowCardinality(String)  COMMENT 'pending, confirmed, rejected, unsure, appealed; exonerated, withdrawn = nothing to judge',
    grade             UInt8                   COMMENT 'Class as a number, for sorting: 3 = grave, 2 = serious, 1 = minor, 0 = an alert; no unit',
    manual            Bool                    COMMENT 'Whether a person raised it',
    rule              LowCardinality(String)  COMMENT 'Rule; rule id of the rulebook',
    leg               LowCardinality(String)  COMMENT 'Leg: agent, customer, mixed; empty = the call as a whole',
    flag_start        Float64                 COMMENT 'Where it begins, from the call''s start; seconds, to the millisecond',
    flag_end          Float64                 COMMENT 'Where it ends, from the call''s start; seconds, to the millisecond',
    measured          Float64                 COMMENT 'What was measured; unit by rule',
    limit             Float64                 COMMENT 'The rule''s limit; unit as measured',
    margin            Float64                 COMMENT 'How far the measured value is past the limit; unit as measured',
    comparison        LowCardinality(String)  COMMENT 'Which side of the limit breaks the rule: above, below; empty for a manual flag',
    points            Float64                 COMMENT 'Points the rule deducts, if the flag is confirmed; points',
    class             LowCardinality(String)  COMMENT 'Class of the violation: minor, serious, grave; empty = an alert, no violation',
    clause            LowCardinality(String)  COMMENT 'Clause of the regulation, such as D16.三.11',
    state             LowCardinality(String)  COMMENT 'What the machine says of it: open, final, exonerated, withdrawn',
    confidence        Float64                 COMMENT 'How sure the analyzer is; fraction 0 to 1',
    agent_id          LowCardinality(String)  COMMENT 'Agent who took the call; empty = unknown',
    seat              LowCardinality(String)  COMMENT 'Seat (desk) of the agent; empty = unknown',
    team              LowCardinality(String)  COMMENT 'Team of the agent; empty = unknown',
    queue             LowCardinality(String)  COMMENT 'Queue the call came through; empty = unknown',
    rulebook_version  LowCardinality(String)  COMMENT 'Content hash of the rulebook that raised it',
    last_step         String                  COMMENT 'Id of the last step in `reviews`; empty = no one has touched it',
    number            UInt32                  COMMENT 'Number of steps taken; count',
    appeal            LowCardinality(String)  COMMENT 'leader, manager = an appeal waits for one; refused, granted = decided; empty = none',
    appeal_at         DateTime64(6, 'UTC')    COMMENT 'Since when the appeal waits, or when it was decided; UTC, microseconds; 1970 = no appeal',
    verdict_by        LowCardinality(String)  COMMENT 'Account whose verdict stands; empty = none',
    verdict_at        DateTime64(6, 'UTC')    COMMENT 'When that verdict was given; UTC, microseconds; 1970 = none',
    reason            LowCardinality(String)  COMMENT 'Why it was rejected, as in `reviews`, or why the machine exonerated or withdrew it',
    version           UInt64                  COMMENT 'Of rows with the same key the highest version counts; no unit'
)
ENGINE = MergeTree
ORDER BY (urgency, late, flag_id)
SETTINGS index_granularity = 256
COMMENT 'Cases that waited for a person when this table was last made, in the order of the inbox; its first row, without a flag, says when that was. Read together with `changes`.';

CREATE MATERIALIZED VIEW IF NOT EXISTS ${database}.waiting_made ${on_cluster} REFRESH EVERY 10 MINUTE TO ${database}.waiting AS
SELECT toUInt8(3 - grade) AS urgency, -toUnixTimestamp64Micro(at) AS late, now64(6) AS made_at, *
FROM ${database}.cases FINAL
WHERE status IN ('pending', 'unsure', 'appealed')
UNION ALL
SELECT toUInt8(0), toInt64(-9223372036854775808), now64(6), * FROM (SELECT defaults.* FROM (SELECT * FROM ${database}.cases LIMIT 0) AS defaults RIGHT JOIN (SELECT 1) AS one ON true)
SETTINGS do_not_merge_across_partitions_select_final = 1, join_use_nulls = 0
COMMENT 'Makes `waiting` anew';

CREATE MATERIALIZED VIEW IF NOT EXISTS ${database}.cases_raised ${on_cluster} TO ${database}.cases AS
SELECT
    flag_id, call_id, started_at, at,
    multiIf(state IN ('exonerated', 'withdrawn'), state, 'pending') AS status,
    toUInt8(transform(class, ['grave', 'serious', 'minor'], [3, 2, 1], 0)) AS grade,
    false AS manual, rule, leg, flag_start, flag_end, measured, limit, margin, comparison, points, class, clause, state,
    confidence, agent_id, seat, team, queue, rulebook_version, reason, version
FROM ${database}.flags
COMMENT 'What the machine raises becomes a case';

INSERT INTO ${database}.cases (flag_id, call_id, started_at, at, status, grade, manual, rule, leg, flag_start, flag_end, measured, limit, margin,
    comparison, points, class, clause, state, confidence, agent_id, seat, team, queue, rulebook_version, reason, version)
SELECT
    flag_id, call_id, started_at, at,
    multiIf(state IN ('exonerated', 'withdrawn'), state, 'pending'),
    toUInt8(transform(class, ['grave', 'serious', 'minor'], [3, 2, 1], 0)),
    false, rule, leg, flag_start, flag_end, measured, limit, margin, comparison, points, class, clause, state,
    confidence, agent_id, seat, team, queue, rulebook_version, reason, version
FROM ${database}.flags FINAL
SETTINGS throw_on_max_partitions_per_insert_block = 0;

CREATE TABLE IF NOT EXISTS ${database}.claims ${on_cluster}
(
    id       String                  COMMENT 'Claim id: a UUID of version 7',
    follows  String                  COMMENT 'Id of the claim on the call that this one follows; empty = it is the first',
    number   UInt32                  COMMENT 'Place among the call''s claims, from 1; no unit',
    call_id  String                  COMMENT 'Call that is claimed',
    by       LowCardinality(String)  COMMENT 'Account that claims it',
    at       DateTime64(6, 'UTC')    COMMENT 'When it was claimed, renewed or let go; UTC, microseconds',
    until    DateTime64(6, 'UTC')    COMMENT 'When the claim ends by itself; not after `at` = let go; UTC, microseconds'
)
ENGINE = ${replicated}MergeTree
ORDER BY (call_id, number, at, id)
TTL toDateTime(until) + INTERVAL 7 DAY
SETTINGS non_replicated_deduplication_window = 10000
COMMENT 'One row per claim of an inspector on a call. Append only: a call''s last claim counts. Kept 7 days after it ended.';

CREATE TABLE IF NOT EXISTS ${database}.access_log ${on_cluster}
(
    id          String                  COMMENT 'Entry id: a UUID of version 7',
    at          DateTime64(6, 'UTC')    COMMENT 'When the audio was asked for, before its first byte left; UTC, microseconds',
    by          LowCardinality(String)  COMMENT 'Account that listened',
    role        LowCardinality(String)  COMMENT 'Role it listened in: agent, inspector, leader, manager, admin',
    call_id     String                  COMMENT 'Call that was listened to',
    agent_id    LowCardinality(String)  COMMENT 'Agent of the call; empty = unknown',
    team        LowCardinality(String)  COMMENT 'Team of the agent; empty = unknown',
    what        LowCardinality(String)  COMMENT 'What was read: audio, peaks, spectrogram',
    leg         LowCardinality(String)  COMMENT 'Leg that was read: agent, customer, mixed; empty = all',
    first_byte  Int64                   COMMENT 'First byte of the answer''s range; bytes from 0; -1 = the whole',
    last_byte   Int64                   COMMENT 'Last byte of the range; bytes from 0; -1 = to the end',
    start       Float64                 COMMENT 'Begin of what those bytes hold, from the call''s start; seconds',
    end         Float64                 COMMENT 'End of what those bytes hold, from the call''s start; seconds',
    address     String                  COMMENT 'Where from: IP address of the client',
    user_agent  String                  COMMENT 'What with: the browser, as it names itself',
    session     String                  COMMENT 'Session: hash of its key',
    INDEX call_id call_id TYPE bloom_filter GRANULARITY 1
)
ENGINE = ${replicated}MergeTree
PARTITION BY toYYYYMM(at)
ORDER BY (at, id)
TTL toDateTime(at) + INTERVAL 25 MONTH
SETTINGS ttl_only_drop_parts = 1, non_replicated_deduplication_window = 1000
COMMENT 'One row per reading of a call''s audio, written before it is read. Append only. Kept 25 months.';

CREATE TABLE IF NOT EXISTS ${database}.agents ${on_cluster}
(
    agent_id  String                  COMMENT 'Agent, as calls name them',
    name      String                  COMMENT 'Name; empty = unknown',
    team      LowCardinality(String)  COMMENT 'Team; empty = none. A call that names its own team belongs to that one',
    shift     LowCardinality(String)  COMMENT 'Shift, as the shifts file names it; empty = by the time of day',
    removed   Bool                    COMMENT 'Whether the agent has left',
    version   UInt64                  COMMENT 'Of rows with the same key the highest version counts: time of the change, microseconds since 1970'
)
ENGINE = ${replicated}ReplacingMergeTree(version)
ORDER BY agent_id
COMMENT 'One row per agent. Read with FINAL.';

CREATE TABLE IF NOT EXISTS ${database}.peaks ${on_cluster}
(
    call_id      String                  COMMENT 'Call',
    leg          LowCardinality(String)  COMMENT 'Leg: agent, customer, mixed',
    started_at   DateTime64(6, 'UTC')    COMMENT 'Start of the call; UTC, microseconds',
    sample_rate  UInt32                  COMMENT 'Of the audio the peaks were taken from; hertz',
    per_bucket   UInt32                  COMMENT 'Samples in one bucket; count',
    samples      UInt64                  COMMENT 'Samples of the audio; count',
    data         String                  COMMENT 'Least and greatest sample of each bucket, two signed bytes each; 127 = full scale',
    version      UInt64                  COMMENT 'Of rows with the same key the highest version counts; no unit'
)
ENGINE = ${replicated}ReplacingMergeTree(version)
PARTITION BY toYYYYMM(started_at)
ORDER BY (call_id, leg)
TTL toDateTime(started_at) + INTERVAL 25 MONTH
SETTINGS ttl_only_drop_parts = 1, index_granularity = 64, non_replicated_deduplication_window = 1000
COMMENT 'One row per call and leg: the waveform as it is drawn, computed once. Read with FINAL. Kept 25 months from the call''s start.';

CREATE TABLE IF NOT EXISTS ${database}.accounts ${on_cluster}
(
    account        String                         COMMENT 'Name to sign in with',
    name           String                         COMMENT 'Name to show; empty = the account''s',
    role           LowCardinality(String)         COMMENT 'Role: agent, inspector, leader, manager, admin',
    agent_id       LowCardinality(String)         COMMENT 'Agent that the account''s owner is; empty = none',
    teams          Array(LowCardinality(String))  COMMENT 'Teams it sees',
    all_teams      Bool                           COMMENT 'Whether it sees every team',
    password       String                         COMMENT 'Password as an argon2id hash in PHC form; empty = none, cannot sign in with one',
    issuer         String                         COMMENT 'OpenID Connect issuer that vouches for it; empty = none',
    subject        String                         COMMENT 'Subject by which that issuer knows it; empty = none',
    invitation     String                         COMMENT 'SHA-256 of the one-time key with which a password may be set, in hex; empty = none',
    invited_until  DateTime64(6, 'UTC')           COMMENT 'When that key ends; UTC, microseconds; 1970 = none',
    language       LowCardinality(String)         COMMENT 'Language of choice: zh, en; empty = as the browser asks',
    disabled       Bool                           COMMENT 'Whether it is shut',
    demo           Bool                           COMMENT 'Whether it was made for the demonstration',
    created_at     DateTime64(6, 'UTC')           COMMENT 'When it was made; UTC, microseconds',
    changed_at     DateTime64(6, 'UTC')           COMMENT 'When it was changed last; UTC, microseconds',
    changed_by     LowCardinality(String)         COMMENT 'Account that changed it last; empty = the system',
    change         String                         COMMENT 'Id of the last change: a UUID of version 7',
    version        UInt64                         COMMENT 'Of rows with the same key the highest version counts: number of the change, from 1'
)
ENGINE = ${replicated}ReplacingMergeTree(version)
ORDER BY account
SETTINGS non_replicated_deduplication_window = 10000
COMMENT 'One row per account of the web application. Read with FINAL.';

CREATE TABLE IF NOT EXISTS ${database}.sign_ins ${on_cluster}
(
    at          DateTime64(6, 'UTC')    COMMENT 'When it was tried; UTC, microseconds',
    account     String                  COMMENT 'Account that was named, whether or not there is one',
    address     String                  COMMENT 'Where from: IP address',
    outcome     LowCardinality(String)  COMMENT 'in = signed in; wrong = wrong password; locked, disabled = not even tried; reset = the lock was taken off',
    user_agent  String                  COMMENT 'What with: the browser, as it names itself'
)
ENGINE = ${replicated}MergeTree
PARTITION BY toYYYYMM(at)
ORDER BY (account, at)
TTL toDateTime(at) + INTERVAL 13 MONTH
SETTINGS ttl_only_drop_parts = 1
COMMENT 'One row per attempt to sign in. Append only, so that no two attempts lose a count. Kept 13 months.';

CREATE TABLE IF NOT EXISTS ${database}.sessions ${on_cluster}
(
    id          String                  COMMENT 'SHA-256 of the session''s key, in hex: the key itself is only in the cookie',
    account     LowCardinality(String)  COMMENT 'Account it belongs to',
    created_at  DateTime64(6, 'UTC')    COMMENT 'When it began; UTC, microseconds',
    seen_at     DateTime64(6, 'UTC')    COMMENT 'When it was last used, to a few minutes; UTC, microseconds',
    expires_at  DateTime64(6, 'UTC')    COMMENT 'When it ends by itself; UTC, microseconds',
    ended       Bool                    COMMENT 'Whether it was ended',
    address     String                  COMMENT 'Where it began: IP address',
    user_agent  String                  COMMENT 'What with: the browser, as it names itself',
    version     UInt64                  COMMENT 'Of rows with the same key the highest version counts: seen_at in microseconds; an ended one''s is above all',
    INDEX account account TYPE set(100) GRANULARITY 1
)
ENGINE = ${replicated}ReplacingMergeTree(version)
ORDER BY id
TTL toDateTime(expires_at) + INTERVAL 7 DAY
SETTINGS index_granularity = 256
COMMENT 'One row per session of the web application. Read with FINAL. Kept 7 days after it expired.';

-- +goose Down

DROP TABLE IF EXISTS ${database}.sessions ${on_cluster};
DROP TABLE IF EXISTS ${database}.sign_ins ${on_cluster};
DROP TABLE IF EXISTS ${database}.accounts ${on_cluster};
DROP TABLE IF EXISTS ${database}.peaks ${on_cluster};
DROP TABLE IF EXISTS ${database}.agents ${on_cluster};
DROP TABLE IF EXISTS ${database}.access_log ${on_cluster};
DROP TABLE IF EXISTS ${database}.claims ${on_cluster};
DROP VIEW IF EXISTS ${database}.cases_raised ${on_cluster};
DROP VIEW IF EXISTS ${database}.waiting_made ${on_cluster};
DROP VIEW IF EXISTS ${database}.cases_changed ${on_cluster};
DROP TABLE IF EXISTS ${database}.waiting ${on_cluster};
DROP TABLE IF EXISTS ${database}.changes ${on_cluster};
DROP TABLE IF EXISTS ${database}.cases ${on_cluster};
DROP TABLE IF EXISTS ${database}.reviews ${on_cluster};
