-- What the switch told of a call, so that the call can be shown with it. Calls judged before have no events.

-- +goose NO TRANSACTION
-- +goose Up

ALTER TABLE ${database}.calls ${on_cluster}
    ADD COLUMN IF NOT EXISTS `events.kind` Array(LowCardinality(String)) COMMENT 'What the switch told, in order: ringing, answered, hold, resume, transfer, conference, wrapup; the first 200',
    ADD COLUMN IF NOT EXISTS `events.by`   Array(LowCardinality(String)) COMMENT 'Leg that each of them was of: agent, customer; empty = unknown',
    ADD COLUMN IF NOT EXISTS `events.at`   Array(Float64)                COMMENT 'When each of them was, from the call''s start; seconds, to the millisecond';

-- A view has the columns its table had when it was made.
CREATE OR REPLACE VIEW ${database}.calls_current ${on_cluster} AS
SELECT * FROM ${database}.calls FINAL
SETTINGS do_not_merge_across_partitions_select_final = 1
COMMENT 'Calls, each once, as they stand now';

-- +goose Down

ALTER TABLE ${database}.calls ${on_cluster} DROP COLUMN IF EXISTS `events.kind`, DROP COLUMN IF EXISTS `events.by`, DROP COLUMN IF EXISTS `events.at`;
CREATE OR REPLACE VIEW ${database}.calls_current ${on_cluster} AS
SELECT * FROM ${database}.calls FINAL
SETTINGS do_not_merge_across_partitions_select_final = 1
COMMENT 'Calls, each once, as they stand now';
