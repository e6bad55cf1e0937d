-- What makes a step happen once: locks, claims and answers. The steps themselves are in products.sql, wallets.sql and purchases.sql.
--
-- A function of a step is one call and one transaction, and reads top to bottom: it locks the purchase, asks what the step was
-- answered before, makes the effect, and answers. Attempts that overlap, and the undo of a step, wait at the lock; inside a
-- function each statement has a fresh snapshot, so whoever waited sees what the other one did.
--
-- Functions that the application calls run with the rights of their owner and a fixed search path (`security definer`, `set
-- search_path`); the others are their parts, run inside of them, and cannot be called by the application.
--
-- Locks are taken in one order: a user that is erased, awards, campaigns, points accounts, purchases, then the wallet, then products, or
-- counters of campaigns; several of a table by id.
--
-- SQLSTATEs of our own:
--   US001  tombstoned: the step was undone, or compensated before it ran, and can no longer happen
--   US002  what the step builds on is missing
--   US003  there is no such purchase, or award

-- Locks a purchase for the rest of the transaction. Not "for update", at which orders would wait by their foreign keys.
create or replace function lock_purchase(purchase uuid) returns purchases
language plpgsql as $$
declare
  locked purchases;
begin
  select * into locked from purchases where id = purchase for no key update;
  if not found then
    raise exception 'purchase % does not exist', purchase using errcode = 'US003';
  end if;
  return locked;
end
$$;

create or replace function step_key(purchase uuid, step_name text) returns text
language sql immutable as $$ select purchase || '/' || step_name $$;

-- What a step was answered before; null: nobody has carried it out, and it is the caller's, who holds the lock, to do so.
create or replace function claim_step(purchase uuid, step_name text) returns jsonb
language plpgsql as $$
declare
  known saga_steps;
begin
  select * into known from saga_steps where key = step_key(purchase, step_name);
  if known.state = 'undone' then
    raise exception '% of purchase % was undone and can no longer happen', step_name, purchase using errcode = 'US001';
  end if;
  return known.answer;
end
$$;

-- Remembers what a step is answered from now on.
create or replace function answer_step(purchase uuid, step_name text, new_answer jsonb) returns jsonb
language plpgsql as $$
begin
  insert into saga_steps (key, purchase_id, step, state, answer, applied_at)
  values (step_key(purchase, step_name), purchase, step_name, 'applied', new_answer, clock_timestamp());
  return new_answer;
end
$$;

-- Turns a step into one that is undone, and gives what it had been answered; null: there is nothing to undo, because it was
-- undone before, or never happened. Then a tombstone keeps it from happening.
create or replace function undo_step(purchase uuid, step_name text) returns jsonb
language plpgsql as $$
declare
  undone jsonb;
begin
  insert into saga_steps (key, purchase_id, step, state, undone_at)
  values (step_key(purchase, step_name), purchase, step_name, 'undone', clock_timestamp())
  on conflict (key) do nothing;
  update saga_steps set state = 'undone', undone_at = clock_timestamp()
  where key = step_key(purchase, step_name) and state = 'applied'
  returning answer into undone;
  return undone;
end
$$;

-- Before anything of a purchase is undone, with the lock held: once the pivot has committed, the purchase stands, whatever the caller
-- believes. What is sold comes back by a refund.
create or replace function refuse_undo_of_sale(purchase uuid) returns void
language plpgsql as $$
begin
  if is_applied(purchase, 'confirmPurchase') then
    raise exception 'purchase % is confirmed and cannot be undone', purchase using errcode = 'US002';
  end if;
end
$$;

-- Whether a step has happened and was not undone.
create or replace function is_applied(purchase uuid, step_name text) returns boolean
language sql stable as $$
  select exists (select from saga_steps where key = step_key(purchase, step_name) and state = 'applied')
$$;

-- Whether a step at the points ledger has happened, and something of it was not reversed.
create or replace function points_are_booked(purchase uuid, step_name text) returns boolean
language sql stable as $$
  select exists (
    select from points_commands c join points_events e on e.transaction_id = (c.answer -> 'answer' ->> 'id')::uuid
    where c.key = step_key(purchase, step_name)
      and e.amount > (
        select coalesce(sum((r.payload -> 'reverses' -> 'amount')::bigint), 0) from points_events r where r.reverses = e.transaction_id
      )
  )
$$;

-- The next entry in the timeline of a purchase, written with what the caller, who has locked it, changed of its row. One update:
-- a second one in the same transaction would check its foreign keys again, and wait for whoever holds the wallet. Returns when it is.
create or replace function record_event(
  changed purchases, step_name text, new_state text, details jsonb default null, is_progress boolean default true,
  asked_by text default null
) returns timestamptz
language plpgsql as $$
declare
  written_at timestamptz;
begin
  update purchases set
    total_minor = changed.total_minor, status = changed.status, code = changed.code, detail = changed.detail,
    refund = changed.refund, refunds_asked = changed.refunds_asked, refunds_done = changed.refunds_done,
    cancel_requested_at = changed.cancel_requested_at, settled_at = changed.settled_at,
    event_seq = changed.event_seq + 1,
    updated_at = case when is_progress then clock_timestamp() else changed.updated_at end
  where id = changed.id;
  insert into purchase_events (purchase_id, seq, step, state, detail, actor)
  values (changed.id, changed.event_seq + 1, step_name, new_state, details, asked_by)
  returning at into strict written_at;
  return written_at;
end
$$;

-- The same for the timelines of many purchases at once: entries are { purchaseId, step, state, detail }, in their order. The purchases
-- are locked here, by id.
create or replace function record_events(entries jsonb) returns void
language plpgsql as $$
declare
  ids    uuid[] := array(select distinct (entry ->> 'purchaseId')::uuid from jsonb_array_elements(entries) as entry);
  locked uuid[];
begin
  if ids = '{}' then
    return;
  end if;
  locked := array(select id from purchases where id = any(ids) order by id for no key update);
  if cardinality(locked) < cardinality(ids) then
    raise exception 'purchase % does not exist', (select id from unnest(ids) as id where id <> all(locked) limit 1)
      using errcode = 'US003';
  end if;
  -- A late attempt of a refund that is through would undo what it was through with.
  if exists (
    select from jsonb_array_elements(entries) as entry join purchases p on p.id = (entry ->> 'purchaseId')::uuid
    where p.id = any(ids) and (entry -> 'detail' -> 'refund')::integer <= p.refunds_done
  ) then
    raise exception 'a refund of one of the purchases % is through', ids using errcode = 'US002';
  end if;
  insert into purchase_events (purchase_id, seq, step, state, detail)
  select p.id, p.event_seq + row_number() over (partition by p.id order by one.position), one.entry ->> 'step',
    one.entry ->> 'state', one.entry -> 'detail'
  from jsonb_array_elements(entries) with ordinality as one (entry, position)
  join purchases p on p.id = (one.entry ->> 'purchaseId')::uuid
  where p.id = any(ids);
  update purchases set event_seq = event_seq + added.events, updated_at = clock_timestamp()
  from (
    select (entry ->> 'purchaseId')::uuid as purchase, count(*) as events from jsonb_array_elements(entries) as entry group by 1
  ) as added
  where purchases.id = any(ids) and purchases.id = added.purchase;
end
$$;

-- The answers of functions: { ok: true, ... } or { ok: false, refusal: { code, ... } }; see also cancelled().
create or replace function done(details jsonb default '{}') returns jsonb
language sql immutable as $$ select jsonb_build_object('ok', true) || details $$;

create or replace function refused(code text, details jsonb default '{}') returns jsonb
language sql immutable as $$
  select jsonb_build_object('ok', false, 'refusal', jsonb_build_object('code', code) || details)
$$;

-- The answer of a step that has not happened, and does not, because a request to cancel is on record.
create or replace function cancelled() returns jsonb
language sql immutable as $$ select '{"ok": false, "cancelled": true}'::jsonb $$;

-- ---------------------------------------------------------------------------------------------------------------------
-- Requests with an Idempotency-Key that take one call and no workflow. The answers are those of db/idempotency-keys.ts.

-- What a key was answered before; null: the key is the caller's now, unless it refuses.
create or replace function claim_key(key_scope text, request_key text, hash text, new_resource text) returns jsonb
language plpgsql as $$
declare
  known idempotency_keys;
begin
  insert into idempotency_keys (scope, key, request_hash, resource)
  values (key_scope, request_key, hash, new_resource)
  on conflict (scope, key) do nothing;
  if found then
    return null;
  end if;
  select * into strict known from idempotency_keys where scope = key_scope and key = request_key;
  if known.request_hash <> hash then
    return '{"result": "key_reused"}';
  end if;
  if known.refusal is not null then
    return jsonb_build_object('result', 'refused', 'refusal', known.refusal, 'replayed', true);
  end if;
  return jsonb_build_object('result', 'done', 'resource', known.resource, 'replayed', true);
end
$$;

-- Remembers the refusal of a request whose key was claimed by this call. Whom it names is kept as its resource, for erase_user.
--
-- about: ids of users, with a space between them, where it is about others than the key was claimed for
create or replace function refuse_key(
  key_scope text, request_key text, code text, details jsonb default '{}', about text default null
) returns jsonb
language plpgsql as $$
declare
  new_refusal jsonb := jsonb_build_object('code', code) || details;
begin
  update idempotency_keys set refusal = new_refusal, resource = coalesce(about, resource)
  where scope = key_scope and key = request_key;
  return jsonb_build_object('result', 'refused', 'refusal', new_refusal, 'replayed', false);
end
$$;

-- Of a request about something that does not exist nothing is remembered: the same key may be used once it does.
create or replace function unknown_to_key(key_scope text, request_key text) returns jsonb
language plpgsql as $$
begin
  delete from idempotency_keys where scope = key_scope and key = request_key;
  return '{"result": "unknown"}';
end
$$;

create or replace function key_done(resource text) returns jsonb
language sql immutable as $$ select jsonb_build_object('result', 'done', 'resource', resource, 'replayed', false) $$;
