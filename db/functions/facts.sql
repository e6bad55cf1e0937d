-- What rules may know of a purchase, or of an event of another system, beside itself (table event_facts).

-- An array of labels of JSON; null: none is given.
create or replace function labels_in(given jsonb) returns labels
language sql immutable as $$
  select case when given is not null then array(select jsonb_array_elements_text(given)) end
$$;

-- What is known of a customer: { purchases, tags, since }. Purchases are those that stand and were not refunded as a whole; since is the
-- day of the account, in UTC. Of somebody who is no user yet, what it would be with the first event.
create or replace function customer_facts(member text) returns jsonb
language plpgsql stable as $$
begin
  return (
    -- Counted in the index that has them, less the few of all customers that are under way and not confirmed.
    select jsonb_build_object('purchases', (
      select count(*) from purchases where user_id = member and (settled_at is null or status in ('completed', 'refunding'))
    ) - (
      select count(*) from purchases p
      where p.user_id = member and p.settled_at is null and not is_applied(p.id, 'confirmPurchase')
    ), 'tags', coalesce(tags, '{}'), 'since', to_char(coalesce(created_at, now()) at time zone 'UTC', 'YYYY-MM-DD'))
    from (values (member)) as asked (id) left join users using (id)
  );
end
$$;

-- What clocks say in a time zone: the same as localFacts in domain/campaigns/local-time.ts.
create or replace function local_facts(at timestamptz, zone text) returns jsonb
language sql stable as $$
  select jsonb_build_object(
    'weekday', to_char(local, 'fmday'), 'hour', extract(hour from local)::integer, 'date', to_char(local, 'YYYY-MM-DD')
  )
  from (select at at time zone zone) as clocks (local)
$$;

-- What clocks say in time zones, by their names; of a name that Postgres does not know, nothing. Whoever saves a campaign checks its
-- zone, but the time zone data of another server may be older, or newer and without a name that was dropped. One campaign with such
-- a zone, a draft even, must not keep all purchases from being confirmed, and all events from being taken.
create or replace function local_facts_in(zones text[], at timestamptz) returns jsonb
language plpgsql stable as $$
declare
  one_zone text;
  known    jsonb := '{}';
begin
  -- All at once, which nearly always works. To look names up first would take longer: pg_timezone_names reads every file there is.
  begin
    return (select jsonb_object_agg(zone, local_facts(at, zone)) from unnest(zones) as zone);
  exception when invalid_parameter_value then
    null;
  end;
  foreach one_zone in array zones loop
    begin
      known := known || jsonb_build_object(one_zone, local_facts(at, one_zone));
    exception when invalid_parameter_value then
      null;
    end;
  end loop;
  return known;
end
$$;

-- What rules may know of whoever does something at some time: { customer, local }, by the clocks in the time zones of the campaigns of a
-- client, and in UTC. Quotes and simulations are told the same as what happens: time zones change by decree, and of two systems one
-- may not have heard of it yet.
create or replace function facts_for(member text, of_client text, at timestamptz) returns jsonb
language sql stable security definer set search_path = public, pg_temp as $$
  select jsonb_build_object('customer', customer_facts(member), 'local', local_facts_in(array(
    select 'UTC' union select time_zone from campaigns where client = of_client and deleted_at is null
  ), at))
$$;

-- Keeps what is true when something happens: of the customer, the clocks, and the products of a purchase.
create or replace function record_facts(happened uuid, member text, of_client text, at timestamptz) returns void
language sql as $$
  insert into event_facts (id, facts) values (happened, facts_for(member, of_client, at) || jsonb_build_object('products', (
    select coalesce(jsonb_object_agg(p.id, jsonb_build_object('categories', p.categories, 'tags', p.tags)), '{}')
    from purchase_lines l join products p on p.id = l.product_id
    where l.purchase_id = happened
  )))
$$;
