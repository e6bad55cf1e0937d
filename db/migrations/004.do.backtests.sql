-- Backtests: what campaigns would have given for what happened, in the order in which it happened.

-- From the clock when the row is written, not when its statement began: a statement that waited for the row of a campaign, or
-- of an account, comes after the one that it waited for.
alter table purchase_events alter column at set default clock_timestamp();
alter table points_events alter column recorded_at set default clock_timestamp();
alter table campaign_grants alter column at set default clock_timestamp();
alter table campaign_history alter column at set default clock_timestamp();
alter table external_events alter column occurred_at set default clock_timestamp();

-- When the award of an event ended, as far as it has; of one that was booked, when that was.
alter table external_events add column settled_at timestamptz;
update external_events e set settled_at = coalesce(
  (select recorded_at from points_events where reference = e.id::text and reason = 'event' and type = 'issued'), occurred_at)
where award is not null;

create function note_end_of_award() returns trigger language plpgsql as $$
begin
  if new.award is distinct from old.award and new.settled_at is not distinct from old.settled_at then
    new.settled_at := clock_timestamp();
  end if;
  return new;
end
$$;
create trigger note_end_of_award before update on external_events for each row execute function note_end_of_award();

-- What a backtest reads, page by page, in order of time.
create index purchase_events_awards on purchase_events (at, purchase_id)
  where step = 'awardPoints' and state in ('applied', 'nothing');
create index purchase_events_refunds on purchase_events (at, purchase_id) where step = 'purchase' and state = 'refunding';
create index external_events_ended on external_events (client, settled_at, id) where award in ('booked', 'nothing');
create index points_events_reversals on points_events (recorded_at, transaction_id) where type = 'reversed';

create index campaigns_of_client on campaigns (client);
