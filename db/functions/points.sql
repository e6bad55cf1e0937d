-- Points and awards. What happens is decided in domain/: these functions book it, whole or not at all.

-- Appends events to points accounts, with the answers of their commands and what goes with them, all in one transaction.
--
-- appends: an array, with an account at most once, of
--   { accountId, expectedVersion,
--     counters: { balance, issued, redeemed, expired, takenBack },         changes, to be added
--     events:      [{ version, transactionId, type, amount, balance, payload, reverses, reason, reference, actor, at }],
--     opened:      [{ id, issuedAt, expiresAt, original, remaining, expired }],
--     changed:     [{ lotId, remaining, expired }],                         changes, to be added
--     allocations: [{ transactionId, redemptionId, lotId, amount }],
--     daily:       [{ issuedOn, expiresAt, remaining, expired, lastUpdated }],   changes, to be added
--     commands:    [{ key, requestHash, answer }],
--     grants:      [{ transactionId, campaignId, points }],                 below zero: taken back
--     awards:      [{ id, evaluation, points, transactionId }],             what is booked hereby
--     timeline:    [{ purchaseId, step, state, detail }] }
--
-- Returns an object that has for each accountId one of
--   appended
--   version_conflict  the account is not at the expected version: reload and decide again
--   over_cap          a cap leaves less than a campaign was to give
--   award_closed      an award is neither pending nor parked any more
-- where all but the first have changed nothing. A key that was answered in the meantime is a unique violation, and nothing at all
-- is appended.
create or replace function append_points(appends jsonb) returns jsonb
language plpgsql security definer set search_path = public, pg_temp as $$
declare
  append   jsonb;
  outcomes jsonb := '{}';
begin
  -- In one order, whatever they came in, so that appends that share rows never wait for each other in a circle.
  perform from awards
  where id = any(array(
    select (award ->> 'id')::uuid from jsonb_array_elements(appends) as one, jsonb_array_elements(one -> 'awards') as award
  ))
  order by id for no key update;
  perform from campaigns
  where id = any(array(
    select (given ->> 'campaignId')::uuid
    from jsonb_array_elements(appends) as one, jsonb_array_elements(one -> 'grants') as given
  ))
  order by id for no key update;
  for append in select one from jsonb_array_elements(appends) as one order by one ->> 'accountId' loop
    outcomes := outcomes || jsonb_build_object(append ->> 'accountId', append_to_account(append));
  end loop;
  return outcomes;
end
$$;

create or replace function append_to_account(append jsonb) returns text
language plpgsql as $$
declare
  account  text := append ->> 'accountId';
  counters jsonb := append -> 'counters';
  lot_ids  uuid[];
  lots_changed bigint;
  entry    jsonb;
begin
  if exists (
    select from jsonb_array_elements(append -> 'awards') as award
    join awards on awards.id = (award ->> 'id')::uuid
    where awards.state not in ('pending', 'parked')
  ) then
    return 'award_closed';
  end if;
  if jsonb_array_length(append -> 'grants') > 0 and not count_grants(account, append -> 'grants', is_trial => true) then
    return 'over_cap';
  end if;

  if jsonb_array_length(append -> 'events') > 0 then
    if (append -> 'expectedVersion')::bigint = 0 then
      insert into points_accounts (account_id) values (account) on conflict (account_id) do nothing;
    end if;
    update points_accounts set
      version = version + jsonb_array_length(append -> 'events'),
      balance = balance + (counters -> 'balance')::bigint,
      issued = issued + (counters -> 'issued')::bigint,
      redeemed = redeemed + (counters -> 'redeemed')::bigint,
      expired = expired + (counters -> 'expired')::bigint,
      taken_back = taken_back + (counters -> 'takenBack')::bigint
    where account_id = account and version = (append -> 'expectedVersion')::bigint;
    if not found then
      return 'version_conflict';
    end if;
  end if;

  insert into points_commands (key, account_id, request_hash, answer)
  select command.key, account, command."requestHash", command.answer
  from jsonb_to_recordset(append -> 'commands') as command (key text, "requestHash" text, answer jsonb)
  order by command.key;

  insert into points_events (
    account_id, version, transaction_id, type, amount, balance, payload, reverses, reason, reference, actor, at
  )
  select account, e.version, e."transactionId", e.type, e.amount, e.balance, e.payload, e.reverses, e.reason, e.reference,
    e.actor, e.at
  from jsonb_to_recordset(append -> 'events') as e (
    version bigint, "transactionId" uuid, type text, amount bigint, balance bigint, payload jsonb, reverses uuid, reason text,
    reference text, actor text, at timestamptz
  );

  insert into points_lots (id, account_id, issued_at, expires_at, original, remaining, expired)
  select l.id, account, l."issuedAt", l."expiresAt", l.original, l.remaining, l.expired
  from jsonb_to_recordset(append -> 'opened') as l (
    id uuid, "issuedAt" timestamptz, "expiresAt" timestamptz, original bigint, remaining bigint, expired bigint
  );

  if jsonb_array_length(append -> 'changed') > 0 then
    -- By an array of ids, too: from the join alone the planner, which takes a JSON document for a hundred rows, may well read the
    -- whole table.
    lot_ids := array(select (change ->> 'lotId')::uuid from jsonb_array_elements(append -> 'changed') as change);
    update points_lots lot set remaining = lot.remaining + c.remaining, expired = lot.expired + c.expired
    from jsonb_to_recordset(append -> 'changed') as c ("lotId" uuid, remaining bigint, expired bigint)
    where lot.id = c."lotId" and lot.id = any(lot_ids) and lot.account_id = account;
    get diagnostics lots_changed = row_count;
    if lots_changed <> cardinality(lot_ids) then
      raise exception 'account % has % of the lots %', account, lots_changed, lot_ids using errcode = 'US002';
    end if;
  end if;

  if jsonb_array_length(append -> 'allocations') > 0 then
    insert into points_allocations (transaction_id, redemption_id, lot_id, amount)
    select a."transactionId", a."redemptionId", a."lotId", a.amount
    from jsonb_to_recordset(append -> 'allocations')
      as a ("transactionId" uuid, "redemptionId" uuid, "lotId" uuid, amount bigint);
  end if;

  for entry in select day from jsonb_array_elements(append -> 'daily') as day loop
    update daily_balances set
      remaining = remaining + (entry -> 'remaining')::bigint,
      expired = expired + (entry -> 'expired')::bigint,
      last_updated = (entry ->> 'lastUpdated')::timestamptz
    where account_id = account and issued_on = (entry ->> 'issuedOn')::date
      and expires_at = (entry ->> 'expiresAt')::timestamptz;
    if not found then
      insert into daily_balances (account_id, issued_on, expires_at, remaining, expired, last_updated) values (
        account, (entry ->> 'issuedOn')::date, (entry ->> 'expiresAt')::timestamptz, (entry -> 'remaining')::bigint,
        (entry -> 'expired')::bigint, (entry ->> 'lastUpdated')::timestamptz
      );
    end if;
  end loop;

  if jsonb_array_length(append -> 'grants') > 0 then
    perform count_grants(account, append -> 'grants', is_trial => false);
    insert into campaign_grants (transaction_id, campaign_id, account_id, points)
    select g."transactionId", g."campaignId", account, g.points
    from jsonb_to_recordset(append -> 'grants') as g ("transactionId" uuid, "campaignId" uuid, points bigint);
  end if;
  for entry in select award from jsonb_array_elements(append -> 'awards') as award loop
    perform settle_award((entry ->> 'id')::uuid, 'booked', entry -> 'evaluation', (entry -> 'points')::bigint,
      (entry ->> 'transactionId')::uuid);
  end loop;
  for entry in select step from jsonb_array_elements(append -> 'timeline') as step loop
    perform record_event(lock_purchase((entry ->> 'purchaseId')::uuid), entry ->> 'step', entry ->> 'state', entry -> 'detail');
  end loop;
  return 'appended';
end
$$;

-- Whether the caps of campaigns have room for grants to a customer; and, unless it is a trial, counts them. The campaigns are
-- locked.
create or replace function count_grants(account text, grants jsonb, is_trial boolean) returns boolean
language plpgsql as $$
declare
  change record;
begin
  for change in
    select "campaignId" as campaign, sum(points)::bigint as points
    from jsonb_to_recordset(grants) as g ("campaignId" uuid, points bigint)
    group by "campaignId"
    order by "campaignId"
  loop
    insert into campaign_customers (campaign_id, account_id) values (change.campaign, account)
    on conflict (campaign_id, account_id) do nothing;
    if is_trial then
      if change.points > 0 and exists (
        select from campaigns c
        join campaign_customers customer on customer.campaign_id = c.id and customer.account_id = account
        where c.id = change.campaign and (
          c.given_points + change.points > c.cap_total_points
          or customer.given_points + change.points > c.cap_points_per_customer
        )
      ) then
        return false;
      end if;
    else
      update campaigns set given_points = given_points + change.points where id = change.campaign;
      if not found then
        raise exception 'campaign % does not exist', change.campaign using errcode = 'US002';
      end if;
      update campaign_customers set given_points = given_points + change.points
      where campaign_id = change.campaign and account_id = account;
    end if;
  end loop;
  return true;
end
$$;

-- ---------------------------------------------------------------------------------------------------------------------
-- Events of other systems, and the awards of both

-- Records an event of another system and opens its award, or finds the event that the same key recorded before. Its user is
-- added under new_user if there is none of this name. Keys never expire.
--
-- Returns { ok, eventId, replayed }, or { ok: false, problem: key_reused }.
create or replace function record_external_event(
  new_id uuid, key_scope text, request_key text, hash text, event_type text, event_client text, new_user text, name text,
  event_payload jsonb
) returns jsonb
language plpgsql security definer set search_path = public, pg_temp as $$
declare
  known  external_events;
  member text;
begin
  select * into known from external_events where scope = key_scope and idempotency_key = request_key;
  if found then
    return recorded_external_event(known, hash);
  end if;
  member := open_user(new_user, name) #>> '{}';
  insert into external_events (id, scope, idempotency_key, request_hash, type, client, user_id, payload)
  values (new_id, key_scope, request_key, hash, event_type, event_client, member, event_payload)
  on conflict on constraint external_events_key do nothing;
  if found then
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

-- Ends an award, in its row and in the timeline of its purchase. The caller has locked it, and has seen that it is open.
create or replace function settle_award(award uuid, new_state text, result jsonb, new_points bigint, transaction uuid) returns void
language plpgsql as $$
declare
  settled awards;
begin
  update awards set
    state = new_state, evaluation = result, points = new_points, transaction_id = transaction, settled_at = clock_timestamp()
  where id = award
  returning * into strict settled;
  if settled.kind = 'purchase' then
    perform record_event(lock_purchase(award), 'awardPoints', case new_state when 'booked' then 'applied' else new_state end,
      jsonb_build_object('points', new_points)
        || case when transaction is null then '{}' else jsonb_build_object('transactionId', transaction) end);
  end if;
end
$$;

-- How an award stands: { state, points }.
create or replace function award_outcome(award awards) returns jsonb
language sql immutable as $$ select jsonb_build_object('state', award.state, 'points', award.points) $$;

-- Ends an award of which nothing is to be booked, unless it has ended already.
create or replace function award_nothing(award uuid, result jsonb) returns jsonb
language plpgsql security definer set search_path = public, pg_temp as $$
declare
  open awards := lock_award(award);
begin
  if open.state in ('pending', 'parked') then
    perform settle_award(award, 'nothing', result, 0, null);
  end if;
  return award_outcome(lock_award(award));
end
$$;

-- Keeps an award that could not be booked, with what it was evaluated to, for operators. Not one that has ended already.
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
    update awards set state = 'dismissed', dismissed = jsonb_build_object('reason', why, 'actor', who, 'at', clock_timestamp()),
      settled_at = clock_timestamp()
    where id = award;
    if open.kind = 'purchase' then
      perform record_event(lock_purchase(award), 'awardPoints', 'dismissed', jsonb_build_object('actor', who));
    end if;
  end if;
  return award_outcome(lock_award(award));
end
$$;

-- The award of a purchase that is being refunded is not booked any more, if it has not been.
create or replace function void_award(award uuid) returns jsonb
language plpgsql security definer set search_path = public, pg_temp as $$
declare
  open   awards := lock_award(award);
  bought purchases := lock_purchase(award);
begin
  if bought.status not in ('refunding', 'refunded') then
    raise exception 'purchase % is % and not being refunded', award, bought.status using errcode = 'US002';
  end if;
  if open.state in ('pending', 'parked') then
    update awards set state = 'voided', settled_at = clock_timestamp() where id = award;
  end if;
  return award_outcome(lock_award(award));
end
$$;
