-- Parked awards are few, and operators look at them often: without this, a look went through every purchase there ever was.
-- What was refunded no longer waits. Of events there is external_events_parked.
create index purchases_parked on purchases (id) where award = 'parked' and status not in ('refunding', 'refunded');
