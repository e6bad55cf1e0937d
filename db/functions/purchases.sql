-- Purchases: the order, what becomes of it, and its refund. Stock and money are in products.sql and wallets.sql.

-- Records an order, or finds the purchase that the same key recorded before. Nothing is moved yet. Keys never expire.
--
-- new_lines: [{ productId, quantity }], in the order of the request
--
-- Returns { ok, purchaseId, userId, replayed }, or { ok: false, problem: key_reused | unknown_user | unknown_product }.
create or replace function open_purchase(
  new_id uuid, key_scope text, request_key text, hash text, buyer_name text, new_lines jsonb,
  expected_minor bigint, points bigint, point_minor bigint
) returns jsonb
language plpgsql security definer set search_path = public, pg_temp as $$
declare
  known purchases;
  buyer text;
begin
  select * into known from purchases where scope = key_scope and idempotency_key = request_key;
  if not found then
    select user_id into buyer from wallets where user_id = (select id from users where username = buyer_name);
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
      insert into purchase_lines (purchase_id, line, product_id, quantity)
      select new_id, line.number, line.content ->> 'productId', (line.content ->> 'quantity')::integer
      from jsonb_array_elements(new_lines) with ordinality as line (content, number)
      -- The foreign keys lock the products in this order, which is the one that the steps lock them in.
      order by line.content ->> 'productId';
      insert into purchase_events (purchase_id, seq, step, state) values (new_id, 1, 'purchase', 'running');
      return jsonb_build_object('ok', true, 'purchaseId', new_id, 'userId', buyer, 'replayed', false);
    end if;
    select * into strict known from purchases where scope = key_scope and idempotency_key = request_key;
  end if;
  if known.request_hash <> hash then
    return '{"ok": false, "problem": "key_reused"}';
  end if;
  return jsonb_build_object('ok', true, 'purchaseId', known.id, 'userId', known.user_id, 'replayed', true);
end
$$;

-- Records that somebody asks to cancel a purchase: once, and while it is not settled. Unless the confirmation has happened, it
-- never will.
create or replace function request_cancel(purchase uuid) returns jsonb
language plpgsql security definer set search_path = public, pg_temp as $$
declare
  bought purchases := lock_purchase(purchase);
begin
  if bought.settled_at is null then
    perform tombstone_confirmation(purchase);
    if bought.cancel_requested_at is null then
      bought.cancel_requested_at := clock_timestamp();
      perform record_event(bought, 'purchase', 'cancel_requested');
    end if;
  end if;
  return done();
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
  last_state text;
  last_noted integer;
begin
  if bought.settled_at is not null and bought.status <> 'refunding' then
    return done();
  end if;
  select (array_agg(state order by seq desc) filter (where state <> 'retried'))[1],
    max((detail -> 'attempt')::integer) filter (where detail @> jsonb_build_object('undo', is_undo))
  into last_state, last_noted
  from purchase_events where purchase_id = purchase and step = step_name;
  if last_state is not distinct from (case when is_undo then 'applied' end) and attempt >= 2 * coalesce(last_noted, 1) then
    perform record_event(bought, step_name, 'retried', jsonb_build_object('attempt', attempt, 'undo', is_undo),
      is_progress => false);
  end if;
  return done();
end
$$;

-- Turns a completed purchase into one that is being refunded; once. Returns the status that it has now, null without such a
-- purchase.
create or replace function open_refund(purchase uuid, who text) returns jsonb
language plpgsql security definer set search_path = public, pg_temp as $$
declare
  bought purchases;
begin
  select * into bought from purchases where id = purchase for no key update;
  if bought.status = 'completed' then
    bought.status := 'refunding';
    perform record_event(bought, 'purchase', 'refunding', jsonb_build_object('actor', who));
    return '"refunding"';
  end if;
  return to_jsonb(bought.status);
end
$$;

-- The refund is through.
create or replace function record_refunded(purchase uuid) returns jsonb
language plpgsql security definer set search_path = public, pg_temp as $$
declare
  bought purchases := lock_purchase(purchase);
begin
  if bought.status = 'refunding' then
    if not (is_applied(purchase, 'returnStock') and is_applied(purchase, 'returnMoney')) then
      raise exception 'the refund of purchase % is not through', purchase using errcode = 'US002';
    end if;
    bought.status := 'refunded';
    perform record_event(bought, 'purchase', 'refunded', bought.refund);
  end if;
  return done();
end
$$;
