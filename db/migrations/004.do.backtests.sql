-- Backtests: what campaigns would have given for what happened, in the order in which it happened.

-- From the clock when the row is written, not when its statement began: a statement that waited for the row of a campaign, or
-- of an account, comes after the one that it waited for.
alter table purchase_events alter column at set default clock_timestamp();
alter table points_events alter column recorded_at set default clock_timestamp();
alter table campaign_grants alter column at set default clock_timestamp();

-- When the award of an event ended; of one that was booked, when that was.
alter table external_events add column settled_at timestamptz;
update external_events e set settled_at = coalesce(
  (select recorded_at from points_events where reference = e.id::text and reason = 'event' and type = 'issued'), occurred_at)
where award is not null;

-- What a backtest reads, page by page, in order of time.
create index purchase_events_awards on purchase_events (at, purchase_id) where step = 'awardPoints' and state <> 'undone';
create index purchase_events_refunds on purchase_events (at, purchase_id) where step = 'purchase' and state = 'refunding';
create index external_events_by_end on external_events (client, settled_at, id) where settled_at is not null;
create index points_events_reversals on points_events (recorded_at, transaction_id) where type = 'reversed';
