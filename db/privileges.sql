-- What the application's role may do, run after every migration: read everything, call the functions that answer for the books,
-- and change only what is not of the books. :role is replaced by the quoted name of the role.

grant usage on schema public to :role;
revoke all on all tables in schema public from :role;
revoke all on all functions in schema public from :role;
grant select on all tables in schema public to :role;

-- The functions to be called are those that run with the rights of their owner; the others are their parts.
do $$
declare
  callable regprocedure;
begin
  for callable in
    select oid from pg_proc
    where pronamespace = 'public'::regnamespace and prosecdef and proowner = current_user::regrole
  loop
    execute format('grant execute on function %s to %s', callable, ':role');
  end loop;
end
$$;

-- What campaigns gave is of the books: only append_points counts it.
grant insert (
  id, client, name, name_key, event_types, status, starts_at, ends_at, time_zone, priority, exclusive_group, cap_total_points,
  cap_points_per_customer, available_after_days, expiry, rules
) on campaigns to :role;
grant update (
  event_types, status, starts_at, ends_at, time_zone, priority, exclusive_group, cap_total_points, cap_points_per_customer,
  available_after_days, expiry, rules, version, updated_at, deleted_at
) on campaigns to :role;
grant insert, update on idempotency_keys to :role;
grant insert on campaign_history to :role;
-- Keys of requests are forgotten after their time, and sessions end; nothing else is ever deleted.
grant delete on idempotency_keys to :role;
grant delete on sessions to :role;
grant update (last_seen_at) on sessions to :role;
-- They are of no book, and go when their time is over.
grant insert, update, delete on rate_limits to :role;
