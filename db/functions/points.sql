-- The points ledger, and what campaigns give of it. What happens is decided in domain/: these functions book it, whole or not at all.
-- The awards that some of it settles are in purchases.sql.

-- Has the rest of the transaction find every row by an index, by a plan that is made once. Plans stay with the session, those of foreign
-- keys included; made while tables are nearly empty, or for the hundred rows that the planner takes any JSON document for, they might
-- well read whole tables. Left to itself, it makes another one for each list of ids, which costs more than to carry it out.
create or replace function force_index_scans() returns void
language sql as $$
  select set_config(setting, 'off', true) from unnest(array['enable_seqscan', 'enable_bitmapscan', 'enable_hashjoin', 'enable_mergejoin']) as setting
  union all select set_config('plan_cache_mode', 'force_generic_plan', true)
$$;

-- What reversals of transactions look at: the transactions, with how many of their points are reversed by now, and the lots that they
-- touched. A part of load_points, in its snapshot.
create or replace function reversal_targets(ids text[], targets uuid[], out transactions jsonb, out touched uuid[])
language plpgsql stable as $$
begin
  select coalesce(jsonb_agg(jsonb_build_object('accountId', e.account_id, 'id', e.transaction_id, 'type', case e.type
      when 'issued' then 'issue' when 'redeemed' then 'redeem' when 'expired' then 'expire' else 'reverse' end,
    'portions', e.payload -> 'portions', 'reversed', r.points, 'reversedBy', r.last)), '[]')
  into transactions
  from points_events e cross join lateral (
    select coalesce(sum((payload -> 'reverses' -> 'amount')::bigint), 0) as points,
      (array_agg(transaction_id order by version desc))[1] as last
    from points_events where reverses = e.transaction_id
  ) as r
  where e.transaction_id = any(targets) and e.account_id = any(ids);
  touched := array(
    select (portion ->> 'lotId')::uuid
    from jsonb_array_elements(transactions) as one, jsonb_array_elements(one -> 'portions') as portion
  );
  -- What others of the same issue owe.
  touched := touched || array(
    select other.id from points_lots lot join points_lots other on other.transaction_id = lot.transaction_id
    where lot.id = any(touched) and other.owed > 0
  );
end
$$;

-- What decisions about points accounts look at, in one snapshot. Costs as much as the lots that are needed, whatever the length of the
-- histories.
--
-- keys:    of the commands that are to be decided
-- undoes:  the keys among them of which what they did may be reversed
-- loads:   [{ accountId, points, targets }]  for each account, how many points may be spent, and which transactions may be reversed
-- moment:  when it is decided; null for now
--
-- Returns { now, known: [{ key, accountId, requestHash, answer }], accounts: [{ accountId, version, balance, ... }],
-- transactions: [{ accountId, id, ... }], lots: [{ accountId, id, ... }], pending: [{ accountId, availableOn, amount }] }; an account
-- that nothing has happened to is left out. Of points that do not count yet there are sums by day, whichever lots are loaded.
create or replace function load_points(keys jsonb, undoes jsonb, loads jsonb, moment timestamptz) returns jsonb
language plpgsql stable security definer set search_path = public, pg_temp as $$
declare
  since        timestamptz := coalesce(moment, date_trunc('milliseconds', clock_timestamp()));
  today        date := (since at time zone 'UTC')::date;
  ids          text[] := array(select load ->> 'accountId' from jsonb_array_elements(loads) as load);
  known        jsonb;
  accounts     jsonb;
  targets      uuid[];
  transactions jsonb := '[]';
  touched      uuid[] := '{}';
  lots         jsonb;
  pending      jsonb;
begin
  perform force_index_scans();
  select coalesce(jsonb_agg(
    jsonb_build_object('key', key, 'accountId', account_id, 'requestHash', request_hash, 'answer', answer)
  ), '[]')
  into known from points_commands where key = any(array(select jsonb_array_elements_text(keys)));

  select coalesce(jsonb_agg(
    jsonb_build_object('accountId', account_id, 'version', version, 'balance', balance, 'issued', issued, 'redeemed', redeemed,
      'expired', expired, 'takenBack', taken_back)
  ), '[]')
  into accounts from points_accounts where account_id = any(ids);

  targets := array(
    select target::uuid from jsonb_array_elements(loads) as load, jsonb_array_elements_text(load -> 'targets') as target
    union
    select (command -> 'answer' -> 'answer' ->> 'id')::uuid from jsonb_array_elements(known) as command
    where undoes ? (command ->> 'key') and command -> 'answer' -> 'answer' ? 'id'
  );
  if targets <> '{}' then
    select * into strict transactions, touched from reversal_targets(ids, targets);
  end if;

  select coalesce(jsonb_agg(jsonb_build_object('accountId', account_id, 'id', id, 'transactionId', transaction_id,
    'campaignId', campaign_id, 'issuedAt', iso_instant(issued_at), 'availableAt', iso_instant(available_at),
    'expiresAt', iso_instant(expires_at), 'original', original, 'remaining', remaining, 'expired', expired,
    'takenBack', taken_back, 'claimed', claimed, 'claimedExpired', claimed_expired, 'owed', owed)), '[]')
  into lots
  from (
    -- What has lapsed and is not swept yet,
    select * from points_lots where account_id = any(ids) and remaining > 0 and expires_at <= since
    union
    -- what is spent next,
    select (ranked.lot).*
    from jsonb_to_recordset(loads) as load ("accountId" text, points bigint)
    cross join lateral (
      select lot, sum(remaining) over (order by expires_at, available_at, issued_at, id) - remaining as before
      from (
        -- Every open lot holds a point at least, so that many lots are enough. The order is that of inSpendingOrder (domain).
        select lot, expires_at, available_at, issued_at, id, remaining from points_lots as lot
        where account_id = load."accountId" and remaining > 0 and expires_at > since
          and available_at < (today + 1)::timestamp at time zone 'UTC'
        order by expires_at, available_at, issued_at, id
        limit load.points
      ) as live
    ) as ranked
    where load.points > 0 and before < load.points
    union
    -- and what reversals give back to, or take from.
    select * from points_lots where id = any(touched) and account_id = any(ids)
  ) as needed;

  select coalesce(jsonb_agg(jsonb_build_object('accountId', account_id, 'availableOn', available_on, 'amount', points)), '[]')
  into pending
  from (
    select account_id, available_on, sum(remaining) as points from daily_balances
    where account_id = any(ids) and available_on > today and available_on > issued_on
    group by account_id, available_on
  ) as days;
  return jsonb_build_object('now', iso_instant(since), 'known', known, 'accounts', accounts, 'transactions', transactions, 'lots', lots,
    'pending', pending);
end
$$;

-- As Date.prototype.toISOString would print it.
create or replace function iso_instant(at timestamptz) returns text
language sql immutable as $$ select to_char(at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"') $$;

-- Appends what was decided for many points accounts: their events, the answers of their commands and what goes with them, all in
-- one transaction. An account whose part cannot be booked is left out whole; it does not keep the others from theirs.
--
-- appends: the rows to write, each with the account that it belongs to (accountId), as an object of
--   accounts:    [{ accountId, expectedVersion, events, expiresOnly, balance, issued, redeemed, expired, takenBack }],
--                an account at most once, as it is after so many events; expiresOnly: all of them are expiries
--   events:      [{ version, transactionId, type, amount, balance, payload, reverses, reason, reference, actor, at }],
--   opened:      [{ id, transactionId, campaignId, issuedAt, availableAt, expiresAt, original, remaining, expired, takenBack, claimed,
--                claimedExpired, owed }],
--   changed:     [{ lotId, remaining, expired, takenBack, claimed, claimedExpired, owed }],   changes, to be added
--   allocations: [{ transactionId, redemptionId, lotId, amount }],
--   daily:       [{ issuedOn, availableOn, expiresAt, remaining, expired, lastUpdated }],   changes, to be added
--   commands:    [{ key, requestHash, answer }],
--   grants:      [{ lotId, transactionId, campaignId, points }],          of a lot; below zero: what a reversal settled of it
--   noRoom:      [{ campaignId, points }],   what caps left no room for when the awards were evaluated
--   awards:      [{ id, refund, state, evaluation, points, transactionId }],      what is booked hereby, as it was evaluated after a refund
--   timeline:    [{ purchaseId, step, state, detail }]
--
-- Returns an object that has, for each accountId of which nothing was appended, one of
--   version_conflict  the account is not at the expected version: reload and decide again
--   account_locked    somebody holds the account; only where there are several, since one alone waits for it
--   account_erased    its user was erased: all that can happen is that its points expire
--   caps_changed      a cap leaves less than a campaign was to give, or as much as it is said to have no room for
--   award_closed      an award is neither pending nor parked any more
--   award_changed     it is for less by now: evaluate it again
-- A key that was answered in the meantime is a unique violation, and nothing at all is appended.
create or replace function append_points(appends jsonb) returns jsonb
language plpgsql security definer set search_path = public, pg_temp as $$
declare
  batch   jsonb := appends;
  refused jsonb := '{}';
  since   timestamptz;
begin
  perform force_index_scans();
  -- Locks in one order, within each table and between them, whatever the batch came in, so that batches that share rows never
  -- wait for each other in a circle.
  if jsonb_array_length(batch -> 'awards') > 0 then
    refused := closed_awards(batch -> 'awards');
  end if;
  if jsonb_array_length(batch -> 'grants') + jsonb_array_length(batch -> 'noRoom') > 0 then
    refused := changed_caps(batch -> 'grants', batch -> 'noRoom') || refused;
  end if;
  -- When awards end, in the order that backtests go by: in their turn at the campaigns, and before what reversals of the same batch
  -- give back to the caps, which the awards have not counted on.
  since := clock_timestamp();
  refused := append_to_accounts(batch -> 'accounts', refused) || refused;
  if refused <> '{}' then
    batch := without_accounts(batch, refused);
  end if;

  insert into points_commands (key, account_id, request_hash, answer)
  select command.key, command."accountId", command."requestHash", command.answer
  from jsonb_to_recordset(batch -> 'commands') as command (key text, "accountId" text, "requestHash" text, answer jsonb)
  order by command.key;

  insert into points_events (
    account_id, version, transaction_id, type, amount, balance, payload, reverses, reason, reference, actor, at
  )
  select e."accountId", e.version, e."transactionId", e.type, e.amount, e.balance, e.payload, e.reverses, e.reason, e.reference,
    e.actor, e.at
  from jsonb_to_recordset(batch -> 'events') as e (
    "accountId" text, version bigint, "transactionId" uuid, type text, amount bigint, balance bigint, payload jsonb, reverses uuid,
    reason text, reference text, actor text, at timestamptz
  );
  if jsonb_array_length(batch -> 'awards') > 0 then
    batch := jsonb_set(batch, '{timeline}', (batch -> 'timeline') || settle_awards(batch -> 'awards', since));
  end if;

  insert into points_lots (
    id, transaction_id, account_id, campaign_id, issued_at, available_at, expires_at, original, remaining, expired, taken_back, claimed,
    claimed_expired, owed
  )
  select l.id, l."transactionId", l."accountId", l."campaignId", l."issuedAt", l."availableAt", l."expiresAt", l.original, l.remaining,
    l.expired, l."takenBack", l.claimed, l."claimedExpired", l.owed
  from jsonb_to_recordset(batch -> 'opened') as l (
    id uuid, "transactionId" uuid, "accountId" text, "campaignId" uuid, "issuedAt" timestamptz, "availableAt" timestamptz,
    "expiresAt" timestamptz, original bigint, remaining bigint, expired bigint, "takenBack" bigint, claimed bigint,
    "claimedExpired" bigint, owed bigint
  );
  if jsonb_array_length(batch -> 'changed') > 0 then
    perform change_lots(batch -> 'changed');
  end if;
  if jsonb_array_length(batch -> 'allocations') > 0 then
    insert into points_allocations (transaction_id, redemption_id, lot_id, amount)
    select a."transactionId", a."redemptionId", a."lotId", a.amount
    from jsonb_to_recordset(batch -> 'allocations')
      as a ("transactionId" uuid, "redemptionId" uuid, "lotId" uuid, amount bigint);
  end if;
  perform change_days(batch -> 'daily');
  if jsonb_array_length(batch -> 'timeline') > 0 then
    perform record_events(batch -> 'timeline');
  end if;
  if jsonb_array_length(batch -> 'grants') > 0 then
    perform count_grants(batch -> 'grants', since);
  end if;
  return refused;
end
$$;

-- Brings accounts to their new version and counters, and keeps them locked. Answers for which of them it did not, and why.
create or replace function append_to_accounts(accounts jsonb, refused jsonb) returns jsonb
language plpgsql as $$
declare
  wanted  text[] := array(
    select a."accountId" from jsonb_to_recordset(accounts) as a ("accountId" text, events bigint)
    where a.events > 0 and not refused ? a."accountId"
  );
  opening text[] := array(
    select a."accountId" from jsonb_to_recordset(accounts) as a ("accountId" text, "expectedVersion" bigint)
    where a."expectedVersion" = 0 and a."accountId" = any(wanted)
  );
  gone    text[] := '{}';
  created text[];
  locked  text[];
  erased  text[];
  changed text[];
begin
  if opening <> '{}' then
    -- From now on they cannot be erased, and who was is known.
    perform from users where id = any(opening) order by id for key share;
    gone := array(select id from users where id = any(opening) and erased_at is not null);
  end if;
  with inserted as (
    insert into points_accounts (account_id, version, balance, issued, redeemed, expired, taken_back)
    select a."accountId", a.events, a.balance, a.issued, a.redeemed, a.expired, a."takenBack"
    from jsonb_to_recordset(accounts) as a (
      "accountId" text, "expectedVersion" bigint, events bigint, balance bigint, issued bigint, redeemed bigint, expired bigint,
      "takenBack" bigint
    )
    where a."accountId" = any(opening) and a."accountId" <> all(gone)
    order by a."accountId"
    on conflict (account_id) do nothing
    returning account_id
  )
  select coalesce(array_agg(account_id), '{}') into created from inserted;
  if cardinality(created) = cardinality(wanted) then
    return '{}';
  end if;

  -- Who holds an account is about to change it, so waiting would end in a conflict, and hold up all other accounts.
  if cardinality(wanted) > 1 then
    locked := array(
      select account_id from points_accounts where account_id = any(wanted) and account_id <> all(created)
      order by account_id for no key update skip locked
    );
  else
    locked := array(select account_id from points_accounts where account_id = any(wanted) for no key update);
  end if;
  -- Known for certain now: an erasure locks the account, too.
  erased := array(
    select u.id from users u
    where u.id = any(locked) and u.erased_at is not null and not exists (
      select from jsonb_to_recordset(accounts) as a ("accountId" text, "expiresOnly" boolean)
      where a."accountId" = u.id and a."expiresOnly"
    )
  );
  with updated as (
    update points_accounts account set
      version = a."expectedVersion" + a.events, balance = a.balance, issued = a.issued, redeemed = a.redeemed,
      expired = a.expired, taken_back = a."takenBack"
    from jsonb_to_recordset(accounts) as a (
      "accountId" text, "expectedVersion" bigint, events bigint, balance bigint, issued bigint, redeemed bigint, expired bigint,
      "takenBack" bigint
    )
    where account.account_id = any(locked) and account.account_id <> all(erased)
      and account.account_id = a."accountId" and account.version = a."expectedVersion"
    returning account.account_id
  )
  select coalesce(array_agg(account_id), '{}') into changed from updated;
  if cardinality(created) + cardinality(changed) = cardinality(wanted) then
    return '{}';
  end if;
  return (
    select jsonb_object_agg(account, case
      when account = any(erased || gone) then 'account_erased' when account = any(locked) then 'version_conflict' else 'account_locked'
    end)
    from unnest(wanted) as account
    where account <> all(created) and account <> all(changed)
  );
end
$$;

-- A batch without the rows of the accounts that are members of `refused`.
create or replace function without_accounts(batch jsonb, refused jsonb) returns jsonb
language sql immutable as $$
  select jsonb_object_agg(rows.key, array(
    select one from jsonb_array_elements(rows.value) as one where not refused ? (one ->> 'accountId')
  ))
  from jsonb_each(batch) as rows
$$;

-- Changes what lots hold, and what of them is asked back and owed. Their accounts are locked.
create or replace function change_lots(changes jsonb) returns void
language plpgsql as $$
declare
  lots_changed bigint;
begin
  update points_lots lot set
    remaining = lot.remaining + c.remaining, expired = lot.expired + c.expired, taken_back = lot.taken_back + c."takenBack",
    claimed = lot.claimed + c.claimed, claimed_expired = lot.claimed_expired + c."claimedExpired", owed = lot.owed + c.owed
  from jsonb_to_recordset(changes) as c (
    "lotId" uuid, "accountId" text, remaining bigint, expired bigint, "takenBack" bigint, claimed bigint, "claimedExpired" bigint,
    owed bigint
  )
  where lot.id = c."lotId" and lot.account_id = c."accountId";
  get diagnostics lots_changed = row_count;
  if lots_changed <> jsonb_array_length(changes) then
    raise exception 'there are % of the lots %', lots_changed, jsonb_path_query_array(changes, '$[*].lotId') using errcode = 'US002';
  end if;
end
$$;

-- Changes daily balances. What adds to a day opens it where there is none; what takes from one finds it. Not one upsert for both:
-- Postgres checks the row that is proposed, and a change below zero is no valid row. Their accounts are locked.
create or replace function change_days(changes jsonb) returns void
language plpgsql as $$
declare
  added_to   bigint;
  taken_from bigint;
begin
  insert into daily_balances as day (account_id, issued_on, available_on, expires_at, remaining, expired, last_updated)
  select c."accountId", c."issuedOn", c."availableOn", c."expiresAt", c.remaining, c.expired, c."lastUpdated"
  from jsonb_to_recordset(changes) as c (
    "accountId" text, "issuedOn" date, "availableOn" date, "expiresAt" timestamptz, remaining bigint, expired bigint,
    "lastUpdated" timestamptz
  )
  where c.remaining >= 0
  on conflict (account_id, issued_on, available_on, expires_at) do update set
    remaining = day.remaining + excluded.remaining, expired = day.expired + excluded.expired,
    last_updated = excluded.last_updated;
  get diagnostics added_to = row_count;
  if added_to < jsonb_array_length(changes) then
    update daily_balances day set
      remaining = day.remaining + c.remaining, expired = day.expired + c.expired, last_updated = c."lastUpdated"
    from jsonb_to_recordset(changes) as c (
      "accountId" text, "issuedOn" date, "availableOn" date, "expiresAt" timestamptz, remaining bigint, expired bigint,
      "lastUpdated" timestamptz
    )
    where c.remaining < 0 and day.account_id = c."accountId" and day.issued_on = c."issuedOn"
      and day.available_on = c."availableOn" and day.expires_at = c."expiresAt";
    get diagnostics taken_from = row_count;
    if added_to + taken_from < jsonb_array_length(changes) then
      raise exception 'there is no daily balance to take some points from' using errcode = 'US002';
    end if;
  end if;
end
$$;

-- ---------------------------------------------------------------------------------------------------------------------
-- What campaigns give, and their caps

-- Locks campaigns until the end of the transaction. One with a cap that gives something is locked for itself alone: its awards queue up.
-- One whose cap has no room is locked against those that give, and that get back (for share), and awards that find it so do not wait
-- for each other. One without a cap is locked as its foreign keys do it (for key share), which no award waits for; only a change of the
-- campaign, which may set a cap, takes its turn (for update, see db/campaigns.ts).
create or replace function lock_campaigns(giving uuid[], full_up uuid[]) returns void
language plpgsql as $$
declare
  ids      uuid[] := array(select distinct unnest(giving || full_up));
  campaign uuid;
  locked   bigint;
  capped   bigint;
  uncapped bigint;
begin
  loop
    capped := 0;
    -- One by one: in one order, whatever their locks.
    for campaign in
      select id from campaigns
      where id = any(ids) and (cap_total_points is not null or cap_points_per_customer is not null) order by id
    loop
      if campaign = any(giving) then
        perform from campaigns
        where id = campaign and (cap_total_points is not null or cap_points_per_customer is not null) for no key update;
      else
        perform from campaigns
        where id = campaign and (cap_total_points is not null or cap_points_per_customer is not null) for share;
      end if;
      get diagnostics locked = row_count;
      capped := capped + locked;
    end loop;
    perform from campaigns
    where id = any(ids) and cap_total_points is null and cap_points_per_customer is null
    order by id for key share;
    get diagnostics uncapped = row_count;
    -- Else a cap was set, or taken away, between the two.
    exit when capped + uncapped = cardinality(ids);
    if (select count(*) from campaigns where id = any(ids)) < cardinality(ids) then
      raise exception 'not all of the campaigns % exist', ids using errcode = 'US002';
    end if;
  end loop;
end
$$;

-- What grants come to, for each account and campaign; position: of the first of them.
create or replace function granted(grants jsonb)
returns table (account_id text, campaign_id uuid, points bigint, "position" bigint)
language sql immutable as $$
  select one.given ->> 'accountId', (one.given ->> 'campaignId')::uuid, sum((one.given -> 'points')::bigint)::bigint,
    min(one.position)
  from jsonb_array_elements(grants) with ordinality as one (given, position)
  group by one.given ->> 'accountId', (one.given ->> 'campaignId')::uuid
$$;

-- What a campaign has given, in all.
create or replace function given_by(campaign campaigns) returns bigint
language sql stable as $$
  select campaign.given_points
    + coalesce((select sum(points) from campaign_counters where campaign_id = campaign.id), 0)::bigint
$$;

-- Locks the campaigns, and answers `caps_changed` for the accounts of grants that a cap has no room for after those before them, and for
-- those of awards of which a campaign that had no room has some: of those, grants of the same batch only take.
create or replace function changed_caps(grants jsonb, no_room jsonb) returns jsonb
language plpgsql as $$
begin
  perform lock_campaigns(
    array(select distinct (given ->> 'campaignId')::uuid from jsonb_array_elements(grants) as given),
    array(select distinct (short ->> 'campaignId')::uuid from jsonb_array_elements(no_room) as short)
  );
  return (
    select coalesce(jsonb_object_agg(given.account_id, 'caps_changed'), '{}')
    from (
      select *, sum(greatest(points, 0)) over (partition by campaign_id order by position) as up_to_here
      from granted(grants)
    ) as given
    join campaigns c on c.id = given.campaign_id
    left join campaign_customers customer on customer.campaign_id = c.id and customer.account_id = given.account_id
    where given.points > 0 and (
      (c.cap_total_points is not null and given_by(c) + given.up_to_here > c.cap_total_points)
      or coalesce(customer.given_points, 0) + given.points > c.cap_points_per_customer
    )
  ) || (
    select coalesce(jsonb_object_agg(short."accountId", 'caps_changed'), '{}')
    from jsonb_to_recordset(no_room) as short ("accountId" text, "campaignId" uuid, points bigint)
    join campaigns c on c.id = short."campaignId"
    left join campaign_customers customer on customer.campaign_id = c.id and customer.account_id = short."accountId"
    where coalesce(given_by(c) + short.points <= c.cap_total_points, true)
      and coalesce(coalesce(customer.given_points, 0) + short.points <= c.cap_points_per_customer, true)
  );
end
$$;

-- Records what campaigns give, and counts it: for each customer, whose account is locked, and in all. A campaign with a cap, which is
-- locked, is counted in its row. One without is counted in a few rows of its own, by whoever comes along with one of them; they
-- come last, since others may wait for them until the end of the transaction.
--
-- A grant is of the instant that a backtest knows it by, so that it is either before the beginning of one or in it: of an award, when that
-- was settled; of a reversal, when its event was recorded.
create or replace function count_grants(grants jsonb, awarded_at timestamptz) returns void
language plpgsql as $$
declare
  added_to   bigint;
  taken_from bigint;
begin
  insert into campaign_grants (lot_id, transaction_id, campaign_id, account_id, points, at)
  select g."lotId", g."transactionId", g."campaignId", g."accountId", g.points, case
      when g.points > 0 then awarded_at else (select recorded_at from points_events where transaction_id = g."transactionId")
    end
  from jsonb_to_recordset(grants)
    as g ("accountId" text, "lotId" uuid, "transactionId" uuid, "campaignId" uuid, points bigint);

  -- Not one upsert, for the same reason as with days.
  insert into campaign_customers as customer (campaign_id, account_id, given_points)
  select campaign_id, account_id, points from granted(grants) where points >= 0
  on conflict (campaign_id, account_id) do update set given_points = customer.given_points + excluded.given_points;
  get diagnostics added_to = row_count;
  update campaign_customers customer set given_points = customer.given_points + given.points
  from granted(grants) as given
  where given.points < 0 and customer.campaign_id = given.campaign_id and customer.account_id = given.account_id;
  get diagnostics taken_from = row_count;
  if added_to + taken_from < (select count(*) from granted(grants)) then
    raise exception 'there is no count of what a campaign gave to a customer, to take some of it back' using errcode = 'US002';
  end if;

  update campaigns c set given_points = c.given_points + given.points
  from (select campaign_id, sum(points) as points from granted(grants) group by campaign_id) as given
  where c.id = given.campaign_id
    and (c.cap_total_points is not null or c.cap_points_per_customer is not null);
  insert into campaign_counters as counter (campaign_id, part, points)
  select c.id, pg_backend_pid() % 16, sum(given.points)
  from granted(grants) as given join campaigns c on c.id = given.campaign_id
  where c.cap_total_points is null and c.cap_points_per_customer is null
  group by c.id
  order by c.id
  on conflict (campaign_id, part) do update set points = counter.points + excluded.points;
end
$$;
