-- What Earshot knows of each call: the call itself, what was measured in it, and what the rulebook made of that.
--
-- A row may be written many times: after a crash a worker reads a call's records again, and a later measurement
-- replaces an earlier one. ReplacingMergeTree keeps the row of the highest version for each ORDER BY key, once parts
-- have merged; until then FINAL does the same while reading. So every query that counts reads FINAL, or a view that does.
--
-- Every key begins with the call's start. It is a fact of the call, so a row and its replacement are always in the
-- same monthly partition, and FINAL need not look across partitions.
--
-- The placeholders in braces are filled in by `earshot migrate`, for one server or for a cluster.

-- +goose NO TRANSACTION
-- +goose Up

CREATE TABLE IF NOT EXISTS ${database}.calls ${on_cluster}
(
    call_id           String                                  COMMENT 'Call id, as the switch or the recording names it',
    agent_id          LowCardinality(String)                  COMMENT 'Agent who took the call; empty = unknown',
    seat              LowCardinality(String)                  COMMENT 'Seat (desk) of the agent; empty = unknown',
    team              LowCardinality(String)                  COMMENT 'Team of the agent; empty = unknown',
    queue             LowCardinality(String)                  COMMENT 'Queue the call came through; empty = unknown',
    trunk             LowCardinality(String)                  COMMENT 'Trunk the call came in on; empty = unknown',
    customer          String                                  COMMENT 'Customer, as the switch names them (personal data); empty = unknown',
    direction         LowCardinality(String)                  COMMENT 'inbound, outbound; empty = unknown',
    source            LowCardinality(String)                  COMMENT 'How the call came: rtp, recording',
    started_at        DateTime64(6, 'UTC')                    COMMENT 'Start of the call, where its clock begins; UTC, microseconds',
    duration          Float64                                 COMMENT 'Length of the call; seconds, to the millisecond',
    legs              Array(LowCardinality(String))           COMMENT 'Legs the call has: agent and customer, or mixed',
    ended_by          LowCardinality(String)                  COMMENT 'Leg that hung up: agent, customer; empty = unknown',
    cause             LowCardinality(String)                  COMMENT 'Release cause given by the switch; empty = unknown',
    state             LowCardinality(String)                  COMMENT 'ended = ended as it should; abandoned = no end came and the call was ended by timeout; failed = not judged, see error',
    error             String                                  COMMENT 'Why a failed call was not judged; empty otherwise',
    points            Float64                                 COMMENT 'Points deducted by the call''s final flags; points',
    score             Float64                                 COMMENT 'Score of the call: 100 less its points, not below 0; points',
    flags             UInt32                                  COMMENT 'Number of the call''s final flags; count',
    `not_assessable.rule`      Array(LowCardinality(String))  COMMENT 'Rules that could not be judged on this call; rule ids',
    `not_assessable.reason_en` Array(String)                  COMMENT 'Why each of them could not be judged, in English',
    `not_assessable.reason_zh` Array(String)                  COMMENT 'Why each of them could not be judged, in Chinese',
    loss              Float64                                 COMMENT 'Packets lost of those expected, over all legs; fraction 0 to 1; 0 for a recording',
    jitter_ms         Float64                                 COMMENT 'Largest interarrival jitter of any leg (RFC 3550); milliseconds; 0 for a recording',
    mos               Nullable(Float64)                       COMMENT 'Estimated listening quality (ITU-T G.107), lowest of the legs; MOS 1 to 4.5; NULL = not assessable',
    leg_packets       Map(LowCardinality(String), UInt64)     COMMENT 'RTP packets received, by leg; count',
    leg_lost          Map(LowCardinality(String), UInt64)     COMMENT 'RTP packets that never came or came too late to be played, by leg; count',
    leg_late          Map(LowCardinality(String), UInt64)     COMMENT 'RTP packets that came too late to be played, by leg; count',
    leg_duplicates    Map(LowCardinality(String), UInt64)     COMMENT 'RTP packets received more than once, by leg; count',
    leg_reordered     Map(LowCardinality(String), UInt64)     COMMENT 'RTP packets received out of order, by leg; count',
    leg_refused       Map(LowCardinality(String), UInt64)     COMMENT 'Packets that are no RTP or of a payload type nobody announced, by leg; count',
    leg_jitter_ms     Map(LowCardinality(String), Float64)    COMMENT 'Largest interarrival jitter (RFC 3550), by leg; milliseconds',
    leg_speech        Map(LowCardinality(String), Float64)    COMMENT 'Time spoken, by leg; seconds',
    rulebook_version  LowCardinality(String)                  COMMENT 'Content hash of the rulebook that judged the call',
    earshot_version   LowCardinality(String)                  COMMENT 'Version of Earshot that measured and judged the call',
    topic             LowCardinality(String)                  COMMENT 'Kafka topic the call''s records came from',
    partition         Int32                                   COMMENT 'Kafka partition the call''s records came from',
    first_offset      Int64                                   COMMENT 'Kafka offset of the call''s first record',
    last_offset       Int64                                   COMMENT 'Kafka offset of the call''s last record',
    lost_records      UInt64                                  COMMENT 'Records missing from the call''s sequence; count',
    dropped_records   UInt64                                  COMMENT 'Records of the call that were not used: repeated, or after its end; count',
    judged_at         DateTime64(6, 'UTC')                    COMMENT 'When the call was judged; UTC, microseconds',
    version           UInt64                                  COMMENT 'Of rows with the same key the highest version counts; no unit',
    INDEX call_id call_id TYPE bloom_filter GRANULARITY 1
)
ENGINE = ${replicated}ReplacingMergeTree(version)
PARTITION BY toYYYYMM(started_at)
ORDER BY (started_at, call_id)
TTL toDateTime(started_at) + INTERVAL 13 MONTH
SETTINGS ttl_only_drop_parts = 1, non_replicated_deduplication_window = 1000
COMMENT 'One row per call. Written last, so that a call here has all its segments and flags. Read with FINAL, or calls_current. Kept 13 months from the call''s start.';

CREATE TABLE IF NOT EXISTS ${database}.segments ${on_cluster}
(
    call_id     String                                COMMENT 'Call the segment was measured in',
    started_at  DateTime64(6, 'UTC')                  COMMENT 'Start of the call, not of the segment; UTC, microseconds',
    kind        LowCardinality(String)                COMMENT 'What it is: speech, hold, silence, raised, overlap, …',
    leg         LowCardinality(String)                COMMENT 'Leg it was measured on: agent, customer, mixed; empty = the call as a whole',
    start       Float64                               COMMENT 'Begin, from the call''s start; seconds, to the millisecond',
    end         Float64                               COMMENT 'End, from the call''s start; seconds, to the millisecond',
    source      LowCardinality(String)                COMMENT 'What a hold was known from: music, signal, both; empty for other kinds',
    value       Float64                               COMMENT 'The kind''s main measure; unit by kind, mostly seconds or dB',
    confidence  Float64                               COMMENT 'How sure the analyzer is; fraction 0 to 1',
    measures    Map(LowCardinality(String), Float64)  COMMENT 'Further measures by name; unit by kind and name, times in seconds, levels in dB',
    agent_id    LowCardinality(String)                COMMENT 'Agent who took the call; empty = unknown',
    team        LowCardinality(String)                COMMENT 'Team of the agent; empty = unknown',
    version     UInt64                                COMMENT 'Of rows with the same key the highest version counts; no unit',
    INDEX call_id call_id TYPE bloom_filter GRANULARITY 1
)
ENGINE = ${replicated}ReplacingMergeTree(version)
PARTITION BY toYYYYMM(started_at)
PRIMARY KEY (started_at, call_id)
ORDER BY (started_at, call_id, kind, leg, start)
TTL toDateTime(started_at) + INTERVAL 13 MONTH
SETTINGS ttl_only_drop_parts = 1, non_replicated_deduplication_window = 1000
COMMENT 'One row per thing measured in a call, whether or not it breaks a rule. Read with FINAL. Kept 13 months from the call''s start.';

CREATE TABLE IF NOT EXISTS ${database}.flags ${on_cluster}
(
    flag_id           String                  COMMENT 'Hash of call id, rule id and the segment''s start: the same however often it is raised',
    call_id           String                  COMMENT 'Call the flag was raised in',
    rule              LowCardinality(String)  COMMENT 'Rule that was broken; rule id of the rulebook',
    leg               LowCardinality(String)  COMMENT 'Leg it was measured on: agent, customer, mixed; empty = the call as a whole',
    started_at        DateTime64(6, 'UTC')    COMMENT 'Start of the call, not of the flag; UTC, microseconds',
    flag_start        Float64                 COMMENT 'Where to begin to listen, from the call''s start; seconds, to the millisecond',
    flag_end          Float64                 COMMENT 'Where it ends, from the call''s start; seconds, to the millisecond',
    at                DateTime64(6, 'UTC')    COMMENT 'When it happened: started_at + flag_start; UTC, microseconds',
    measured          Float64                 COMMENT 'What was measured; unit by rule, mostly seconds, dB or count',
    limit             Float64                 COMMENT 'The rule''s limit; unit as measured',
    margin            Float64                 COMMENT 'How far the measured value is past the limit; unit as measured',
    comparison        LowCardinality(String)  COMMENT 'Which side of the limit breaks the rule: above, below',
    points            Float64                 COMMENT 'Points the rule deducts; points',
    class             LowCardinality(String)  COMMENT 'Class of the violation: minor, serious, grave; empty = an alert, no violation',
    clause            LowCardinality(String)  COMMENT 'Clause of the regulation, such as D16.三.11',
    state             LowCardinality(String)  COMMENT 'open = the call goes on; final = stands; exonerated = excused, see reason; withdrawn = no longer so',
    reason            String                  COMMENT 'Why it was exonerated or withdrawn; empty otherwise',
    confidence        Float64                 COMMENT 'How sure the analyzer is of the segment; fraction 0 to 1',
    agent_id          LowCardinality(String)  COMMENT 'Agent who took the call; empty = unknown',
    seat              LowCardinality(String)  COMMENT 'Seat (desk) of the agent; empty = unknown',
    team              LowCardinality(String)  COMMENT 'Team of the agent; empty = unknown',
    queue             LowCardinality(String)  COMMENT 'Queue the call came through; empty = unknown',
    customer          String                  COMMENT 'Customer, as the switch names them (personal data); empty = unknown',
    rulebook_version  LowCardinality(String)  COMMENT 'Content hash of the rulebook that raised the flag',
    version           UInt64                  COMMENT 'Of rows with the same key the highest version counts; no unit',
    INDEX flag_id flag_id TYPE bloom_filter GRANULARITY 1,
    INDEX call_id call_id TYPE bloom_filter GRANULARITY 1
)
ENGINE = ${replicated}ReplacingMergeTree(version)
PARTITION BY toYYYYMM(started_at)
PRIMARY KEY (started_at, call_id)
ORDER BY (started_at, call_id, rule, flag_id)
TTL toDateTime(started_at) + INTERVAL 25 MONTH
SETTINGS ttl_only_drop_parts = 1, non_replicated_deduplication_window = 1000
COMMENT 'One row per breach of a rule in a call. Read with FINAL, or flags_current. Kept 25 months from the call''s start.';

CREATE VIEW IF NOT EXISTS ${database}.calls_current ${on_cluster} AS
SELECT * FROM ${database}.calls FINAL
SETTINGS do_not_merge_across_partitions_select_final = 1
COMMENT 'Calls, each once, as they stand now';

CREATE VIEW IF NOT EXISTS ${database}.flags_current ${on_cluster} AS
SELECT * FROM ${database}.flags FINAL
WHERE state != 'withdrawn'
SETTINGS do_not_merge_across_partitions_select_final = 1
COMMENT 'Flags, each once, as they stand now, without those withdrawn';

-- +goose Down

DROP VIEW IF EXISTS ${database}.flags_current ${on_cluster};
DROP VIEW IF EXISTS ${database}.calls_current ${on_cluster};
DROP TABLE IF EXISTS ${database}.flags ${on_cluster};
DROP TABLE IF EXISTS ${database}.segments ${on_cluster};
DROP TABLE IF EXISTS ${database}.calls ${on_cluster};
