-- Purchases: the order, and what becomes of it; and the awards of purchases, and of events of other systems. Stock and money are in
-- products.sql and wallets.sql, refunds in refunds.sql.

-- Records an order, or finds the purchase that the same key recorded before. Nothing is moved yet. Keys never expire.
--
-- new_lines: [{ productId, quantity }], in the order of the request
-- owner:     the only user that the buyer may be; null for any. Others may have the name by now
--
-- Returns { ok, purchaseId, userId, replayed }, or { ok: false, problem: key_reused | unknown_user | unknown_product }.
create or replace function open_purchase(
  new_id uuid, key_scope text, request_key text, hash text, buyer_name text, new_lines jsonb,
  expected_minor bigint, points bigint, point_minor bigint, who text, owner text
) returns jsonb
language plpgsql security definer set search_path = public, pg_temp as $$
declare
  known purchases;
  buyer text;
  is_new boolean := false;
begin
  select * into known from purchases where scope = key_scope and idempotency_key = request_key;
  if not found then
    buyer := lock_user(buyer_name);
    select user_id into buyer from wallets where user_id = buyer and user_id = coalesce(owner, user_id);
    if not found then
      return '{"ok": false, "problem": "unknown_user"}';
    end if;
    if exists (
      select from jsonb_to_recordset(new_lines) as line ("productId" text)
      where not exists (select from products where id = line."productId")
    ) then
      return '{"ok": false, "problem": "unknown_product"}';
    end if;
    insert into purchases (
      id, scope, idempotency_key, request_hash, user_id, expected_total_minor, redeem_points, point_value_minor
    ) values (new_id, key_scope, request_key, hash, buyer, expected_minor, points, point_minor)
    on conflict on constraint purchases_key do nothing;
    if found then
      insert into purchase_lines (purchase_id, line, product_id, quantity, name)
      select new_id, line.number, products.id, (line.content ->> 'quantity')::integer, products.name
      from jsonb_array_elements(new_lines) with ordinality as line (content, number)
      join products on products.id = line.content ->> 'productId'
      -- The foreign keys lock the products in this order, which is the one that the steps lock them in.
      order by line.content ->> 'productId';
      insert into purchase_events (purchase_id, seq, step, state, actor) values (new_id, 1, 'purchase', 'running', who);
      is_new := true;
    end if;
    select * into strict known from purchases where scope = key_scope and idempotency_key = request_key;
  end if;
  if known.request_hash <> hash then
    return '{"ok": false, "problem": "key_reused"}';
  end if;
  return jsonb_build_object('ok', true, 'purchaseId', known.id, 'userId', known.user_id, 'replayed', not is_new, 'lines', (
    select jsonb_agg(jsonb_build_object('productId', product_id, 'quantity', quantity, 'name', name) order by line)
    from purchase_lines where purchase_id = known.id
  ));
end
$$;

-- Records that somebody asks to cancel a purchase: once, and while it is not settled. Unless the confirmation has happened, it
-- never will. Returns the status that it has, null without such a purchase.
create or replace function request_cancel(purchase uuid, who text, owner text) returns jsonb
language plpgsql security definer set search_path = public, pg_temp as $$
declare
  bought purchases;
begin
  select * into bought from purchases where id = purchase and user_id = coalesce(owner, user_id) for no key update;
  if found and bought.settled_at is null then
    perform tombstone_confirmation(purchase);
    if bought.cancel_requested_at is null then
      bought.cancel_requested_at := clock_timestamp();
      perform record_event(bought, 'purchase', 'cancel_requested', asked_by => who);
    end if;
  end if;
  return to_jsonb(bought.status);
end
$$;

-- The pivot of the saga: of the confirmation and its tombstone, whichever comes first stays. Returns whether the purchase
-- stands.
create or replace function tombstone_confirmation(purchase uuid) returns boolean
language plpgsql as $$
begin
  insert into saga_steps (key, purchase_id, step, state, undone_at)
  values (step_key(purchase, 'confirmPurchase'), purchase, 'confirmPurchase', 'undone', clock_timestamp())
  on conflict (key) do nothing;
  return is_applied(purchase, 'confirmPurchase');
end
$$;

-- Starts the compensation of a purchase unless the pivot, its confirmation, has committed; then that can no longer happen. The
-- first reason stays on record, and a request to cancel that is on record comes before any other.
--
-- Returns { confirmed: true }, or { confirmed: false, reason, pointsToRedeem }.
create or replace function begin_compensation(purchase uuid, reason jsonb) returns jsonb
language plpgsql security definer set search_path = public, pg_temp as $$
declare
  bought purchases := lock_purchase(purchase);
  first_reason jsonb := case when bought.cancel_requested_at is null then reason else '{"status": "cancelled"}' end;
begin
  if tombstone_confirmation(purchase) then
    return '{"confirmed": true}';
  end if;
  if bought.status = 'running' then
    bought.status := 'compensating';
    perform record_event(bought, 'purchase', 'compensating', first_reason);
  else
    select detail into first_reason from purchase_events
    where purchase_id = purchase and step = 'purchase' and state = 'compensating';
    -- It was settled without a compensation, which is all that there is to say.
    first_reason := coalesce(first_reason, reason);
  end if;
  return jsonb_build_object('confirmed', false, 'reason', first_reason, 'pointsToRedeem', bought.redeem_points);
end
$$;

-- Whether anything of a purchase is in force that its undo takes back.
create or replace function is_in_force(purchase uuid) returns boolean
language sql stable as $$
  select exists (select from saga_steps where purchase_id = purchase and state = 'applied')
    or points_are_booked(purchase, 'redeemPoints')
$$;

-- Settles a purchase. The first outcome stands: a second one changes nothing. Returns the status that the purchase has now.
create or replace function record_outcome(purchase uuid, outcome jsonb) returns jsonb
language plpgsql security definer set search_path = public, pg_temp as $$
declare
  bought purchases := lock_purchase(purchase);
begin
  if bought.settled_at is not null then
    return to_jsonb(bought.status);
  end if;
  if (outcome ->> 'status' = 'completed') is distinct from is_applied(purchase, 'confirmPurchase') then
    raise exception 'purchase % cannot end as %', purchase, outcome ->> 'status' using errcode = 'US002';
  end if;
  -- What the caller has done before this may be lost, with a failover: nothing is called done that is not.
  if outcome ->> 'status' <> 'completed' and is_in_force(purchase) then
    raise exception 'purchase % cannot end as %: it is not undone', purchase, outcome ->> 'status' using errcode = 'US002';
  end if;
  if outcome ->> 'status' = 'completed' and not exists (select from awards where id = purchase and state <> 'pending') then
    raise exception 'purchase % cannot end as completed: its award is open', purchase using errcode = 'US002';
  end if;
  bought.status := outcome ->> 'status';
  bought.code := coalesce(outcome ->> 'code', outcome -> 'refusal' ->> 'code');
  bought.detail := coalesce(
    outcome -> 'refusal', case when outcome ? 'step' then jsonb_build_object('step', outcome -> 'step') end);
  bought.settled_at := clock_timestamp();
  perform record_event(bought, 'purchase', outcome ->> 'status', outcome);
  return outcome -> 'status';
end
$$;

-- Notes in the timeline that a step, or its undo, is tried again, which is no progress. Not when it has happened meanwhile and
-- only its report was lost, nor after the purchase has ended. An attempt is noted when it is at least twice the one before it
-- in the timeline: a day of retries makes a dozen lines.
create or replace function note_retry(purchase uuid, step_name text, is_undo boolean, attempt integer) returns jsonb
language plpgsql security definer set search_path = public, pg_temp as $$
declare
  bought     purchases := lock_purchase(purchase);
  -- Where the refund begins that is under way; steps of those before it have happened for themselves.
  since      integer := coalesce((
    select max(seq) from purchase_events where purchase_id = purchase and state = 'partially_refunded'
  ), 0);
  last_state text;
  last_noted integer;
begin
  if bought.settled_at is not null and bought.status <> 'refunding' then
    return done();
  end if;
  select (array_agg(state order by seq desc) filter (where state <> 'retried' and (seq > since or is_undo and state = 'applied')))[1],
    max((detail -> 'attempt')::integer) filter (where seq > since and detail @> jsonb_build_object('undo', is_undo))
  into last_state, last_noted
  from purchase_events where purchase_id = purchase and step = step_name;
  if last_state is not distinct from (case when is_undo then 'applied' end) and attempt >= 2 * coalesce(last_noted, 1) then
    perform record_event(bought, step_name, 'retried', jsonb_build_object('attempt', attempt, 'undo', is_undo),
      is_progress => false);
  end if;
  return done();
end
$$;

-- ---------------------------------------------------------------------------------------------------------------------
-- Events of other systems, and the awards of both

-- Locks awards, and answers for the accounts of those that cannot be booked: `award_closed`, it has ended; `award_changed`, it is
-- for less by now, since a part of its purchase was given back.
create or replace function closed_awards(booked jsonb) returns jsonb
language plpgsql as $$
declare
  ids uuid[] := array(select (award ->> 'id')::uuid from jsonb_array_elements(booked) as award);
begin
  perform from awards where id = any(ids) order by id for no key update;
  return (
    select coalesce(jsonb_object_agg(award ->> 'accountId', case
      when awards.state in ('pending', 'parked') then 'award_changed' else 'award_closed'
    end), '{}')
    from jsonb_array_elements(booked) as award join awards on awards.id = (award ->> 'id')::uuid
    where awards.id = any(ids)
      and (awards.state not in ('pending', 'parked') or awards.refund <> (award -> 'refund')::integer)
  );
end
$$;

-- Ends awards, which the caller has locked and seen to be open: { id, state, evaluation, points, transactionId }. Returns what the
-- timelines of their purchases are to say, for record_events.
create or replace function settle_awards(settled jsonb, at timestamptz) returns jsonb
language plpgsql as $$
declare
  ids       uuid[] := array(select (award ->> 'id')::uuid from jsonb_array_elements(settled) as award);
  timeline  jsonb;
  ended_now bigint;
begin
  with ended as (
    update awards set
      state = one.award ->> 'state', evaluation = one.award -> 'evaluation', points = (one.award -> 'points')::bigint,
      transaction_id = (one.award ->> 'transactionId')::uuid, settled_at = at
    from jsonb_array_elements(settled) as one (award)
    where awards.id = any(ids) and awards.id = (one.award ->> 'id')::uuid
    returning awards.*, one.award ->> 'accountId' as account_id
  )
  select count(*), coalesce(jsonb_agg(jsonb_build_object(
    'accountId', account_id, 'purchaseId', id, 'step', 'awardPoints',
    'state', case state when 'booked' then 'applied' else state end,
    'detail', jsonb_build_object('points', points)
      || case when transaction_id is null then '{}' else jsonb_build_object('transactionId', transaction_id) end
  )) filter (where kind = 'purchase'), '[]')
  into ended_now, timeline from ended;
  if ended_now < cardinality(ids) then
    raise exception 'there are % of the awards %', ended_now, ids using errcode = 'US003';
  end if;
  return timeline;
end
$$;

-- Records an event of another system with the facts for it, and opens its award, or finds the event that the same key recorded before.
-- Keys never expire.
--
-- new_user: the id under which a user is added if there is none of this name; null: nobody is added
--
-- Returns { ok, eventId, replayed }, or { ok: false, problem: key_reused | unknown_user }.
create or replace function record_external_event(
  new_id uuid, key_scope text, request_key text, hash text, event_type text, event_client text, new_user text, name text,
  event_payload jsonb, who text
) returns jsonb
language plpgsql security definer set search_path = public, pg_temp as $$
declare
  known    external_events;
  member   text;
  taken_at timestamptz;
begin
  select * into known from external_events where scope = key_scope and idempotency_key = request_key;
  if found then
    return recorded_external_event(known, hash);
  end if;
  member := lock_user(name);
  -- More than once where the user was erased in between.
  while member is null loop
    if new_user is null then
      return '{"ok": false, "problem": "unknown_user"}';
    end if;
    perform open_user(new_user, name);
    member := lock_user(name);
  end loop;
  insert into external_events (id, scope, idempotency_key, request_hash, type, client, user_id, payload_id, actor)
  values (new_id, key_scope, request_key, hash, event_type, event_client, member, write_text(event_payload, member), who)
  on conflict on constraint external_events_key do nothing
  returning occurred_at into taken_at;
  if found then
    perform record_facts(new_id, member, event_client, taken_at);
    insert into awards (id, kind, client, user_id) values (new_id, 'event', event_client, member);
    return jsonb_build_object('ok', true, 'eventId', new_id, 'replayed', false);
  end if;
  select * into strict known from external_events where scope = key_scope and idempotency_key = request_key;
  return recorded_external_event(known, hash);
end
$$;

create or replace function recorded_external_event(known external_events, hash text) returns jsonb
language sql immutable as $$
  select case
    when known.request_hash <> hash then '{"ok": false, "problem": "key_reused"}'
    else jsonb_build_object('ok', true, 'eventId', known.id, 'replayed', true)
  end
$$;

create or replace function lock_award(award uuid) returns awards
language plpgsql as $$
declare
  locked awards;
begin
  select * into locked from awards where id = award for no key update;
  if not found then
    raise exception 'award % does not exist', award using errcode = 'US003';
  end if;
  return locked;
end
$$;

-- How an award stands: { state, points }.
create or replace function award_outcome(award awards) returns jsonb
language sql immutable as $$ select jsonb_build_object('state', award.state, 'points', award.points) $$;

-- Ends an award of which nothing is to be booked, unless it has ended already, or caps have room for what they had none for when it was
-- evaluated ([{ campaignId, points }]): then it stays open.
create or replace function award_nothing(award uuid, result jsonb, no_room jsonb) returns jsonb
language plpgsql security definer set search_path = public, pg_temp as $$
declare
  open    awards := lock_award(award);
  account jsonb  := jsonb_build_object('accountId', open.user_id);
begin
  if open.state in ('pending', 'parked')
    and changed_caps('[]', (select coalesce(jsonb_agg(account || short), '[]') from jsonb_array_elements(no_room) as short)) = '{}'
  then
    perform record_events(settle_awards(jsonb_build_array(
      jsonb_build_object('id', award, 'state', 'nothing', 'evaluation', result, 'points', 0)), clock_timestamp()));
  end if;
  return award_outcome(lock_award(award));
end
$$;

-- Keeps an award that could not be booked, with what it was evaluated to, for operators. Not one that has ended already; of one that is
-- parked, the last problem stands.
create or replace function park_award(award uuid, result jsonb, reason text) returns jsonb
language plpgsql security definer set search_path = public, pg_temp as $$
declare
  open awards := lock_award(award);
begin
  if open.state = 'pending' then
    update awards set
      state = 'parked', evaluation = result, earned = (result -> 'points')::bigint, problem = reason, parked_at = clock_timestamp()
    where id = award;
    if open.kind = 'purchase' then
      perform record_event(lock_purchase(award), 'awardPoints', 'parked',
        jsonb_build_object('points', result -> 'points', 'problem', reason));
    end if;
  elsif open.state = 'parked' and open.problem <> reason then
    update awards set problem = reason where id = award;
  end if;
  return award_outcome(lock_award(award));
end
$$;

-- An operator decides that what is parked is not to be booked. Returns the state that it has now.
create or replace function dismiss_award(award uuid, why text, who text) returns jsonb
language plpgsql security definer set search_path = public, pg_temp as $$
declare
  open awards := lock_award(award);
begin
  if open.state = 'parked' then
    update awards set state = 'dismissed', dismissed = jsonb_build_object('actor', who, 'at', clock_timestamp()),
      dismissed_why = write_text(to_jsonb(why), open.user_id, who), settled_at = clock_timestamp()
    where id = award;
    perform record_operator_request('dismissal', award, who);
    if open.kind = 'purchase' then
      perform record_event(lock_purchase(award), 'awardPoints', 'dismissed', asked_by => who);
    end if;
  end if;
  return award_outcome(lock_award(award));
end
$$;

-- ---------------------------------------------------------------------------------------------------------------------
-- Discrepancies: sagas that cannot be settled, because what they build on is gone from the books

-- Lists a saga for operators. The last problem stands.
create or replace function record_discrepancy(subject uuid, of_saga text, what text) returns jsonb
language plpgsql security definer set search_path = public, pg_temp as $$
begin
  insert into discrepancies (id, saga, problem) values (subject, of_saga, left(what, 1000))
  on conflict (id) do update set
    saga = of_saga, problem = excluded.problem, found_at = clock_timestamp(), resolved = null, resolved_why = null;
  return done();
end
$$;

-- An operator has looked after it: whatever is left to do of it is tried again.
create or replace function resolve_discrepancy(subject uuid, why text, who text) returns jsonb
language plpgsql security definer set search_path = public, pg_temp as $$
declare
  -- It may be gone as well.
  owner text := coalesce((select user_id from purchases where id = subject), (select user_id from awards where id = subject));
begin
  update discrepancies set resolved = jsonb_build_object('actor', who, 'at', clock_timestamp()),
    resolved_why = write_text(to_jsonb(why), owner, who)
  where id = subject and resolved is null;
  if found then
    perform record_operator_request('resolution', subject, who);
  end if;
  return done();
end
$$;

-- ---------------------------------------------------------------------------------------------------------------------
-- Requests of operators

-- Puts on record that an operator asks for something that is no step of a saga: a repair or a retry, for which a workflow is started
-- after this, a dismissal, or a resolution.
create or replace function record_operator_request(request_kind text, subject uuid, who text) returns jsonb
language plpgsql security definer set search_path = public, pg_temp as $$
begin
  insert into operator_requests (kind, subject_id, actor) values (request_kind, subject, who);
  return done();
end
$$;
