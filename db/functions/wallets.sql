-- Users and their money.

-- Adds to a wallet, or takes from it, with the entry that says so. Returns what is missing: zero when it was posted.
create or replace function post_wallet(owner text, change_minor bigint, why text, about text, who text) returns bigint
language plpgsql as $$
declare
  balance_after bigint;
begin
  if change_minor = 0 then
    return 0;
  end if;
  select balance_minor + change_minor into strict balance_after from wallets where user_id = owner for no key update;
  if balance_after < 0 then
    return -balance_after;
  end if;
  update wallets set balance_minor = balance_after, updated_at = clock_timestamp() where user_id = owner;
  insert into wallet_entries (user_id, amount_minor, reason, reference, actor) values (owner, change_minor, why, about, who);
  return 0;
end
$$;

-- Adds to a wallet what comes from outside or is given back: never below zero, and never refused.
create or replace function credit_wallet(owner text, amount_minor bigint, why text, about text, who text) returns void
language plpgsql as $$
begin
  if amount_minor is null or amount_minor < 0 then
    raise exception '% is no amount to add to a wallet', amount_minor using errcode = 'numeric_value_out_of_range';
  end if;
  perform post_wallet(owner, amount_minor, why, about, who);
end
$$;

-- Takes from the buyer's wallet what points do not pay of the reserved lines, which may be nothing. Refusal:
-- insufficient_funds, with what is missing.
create or replace function charge_wallet(purchase uuid) returns jsonb
language plpgsql security definer set search_path = public, pg_temp as $$
declare
  bought       purchases := lock_purchase(purchase);
  answer       jsonb := claim_step(purchase, 'chargeWallet');
  amount_minor bigint := bought.charged_minor;
  missing      bigint;
begin
  if answer is not null then
    return done(answer);
  end if;
  if bought.cancel_requested_at is not null then
    return cancelled();
  end if;
  if not is_applied(purchase, 'reserveStock') then
    raise exception 'chargeWallet of purchase %: what it builds on is missing', purchase using errcode = 'US002';
  end if;
  missing := post_wallet(bought.user_id, -amount_minor, 'charge', purchase::text, 'purchase');
  if missing > 0 then
    return refused('insufficient_funds', jsonb_build_object('missingMinor', missing));
  end if;
  answer := answer_step(purchase, 'chargeWallet', jsonb_build_object('amountMinor', amount_minor));
  perform record_event(bought, 'chargeWallet', 'applied', answer);
  return done(answer);
end
$$;

-- Puts the charge back into the wallet, or keeps it from happening.
create or replace function undo_charge(purchase uuid) returns jsonb
language plpgsql security definer set search_path = public, pg_temp as $$
declare
  bought purchases := lock_purchase(purchase);
  charge jsonb;
begin
  perform refuse_undo_of_sale(purchase);
  charge := undo_step(purchase, 'chargeWallet');
  if charge is not null then
    perform credit_wallet(bought.user_id, (charge ->> 'amountMinor')::bigint, 'charge_undone', purchase::text, 'purchase');
    perform record_event(bought, 'chargeWallet', 'undone', charge);
  end if;
  return done();
end
$$;

-- Gives the money of a refunded purchase back, less the value of awarded points that were spent meanwhile, as far as they are not
-- still owed.
--
-- taken_back, spent, owed: how many of the awarded points were taken back, how many were spent by then, and how many of those the
--                          lot still owes: the money makes good the others
-- points_withheld:         how many of the points that it was paid with were withheld, because their lots owed them
create or replace function return_money(purchase uuid, taken_back bigint, spent bigint, owed bigint, points_withheld bigint)
returns jsonb
language plpgsql security definer set search_path = public, pg_temp as $$
declare
  bought         purchases := lock_purchase(purchase);
  answer         jsonb := claim_step(purchase, 'returnMoney');
  withheld_minor bigint := (spent - owed) * bought.point_value_minor;
begin
  if answer is not null then
    return done(answer);
  end if;
  perform require_refunding(bought);
  -- What was spent of the award is known once it was taken back, which may be lost, with a failover: then it is done again before this.
  if points_are_booked(purchase, 'awardPoints') then
    raise exception 'returnMoney of purchase %: its award is in force', purchase using errcode = 'US002';
  end if;
  if taken_back >= 0 and owed between 0 and spent and withheld_minor <= bought.charged_minor
    and points_withheld between 0 and bought.redeem_points
  then
    perform credit_wallet(bought.user_id, bought.charged_minor - withheld_minor, 'refund', purchase::text, 'refund');
  else
    raise exception 'points of purchase %: % taken back, % spent, % owed, % withheld', purchase, taken_back, spent, owed,
      points_withheld using errcode = 'numeric_value_out_of_range';
  end if;
  answer := answer_step(purchase, 'returnMoney', jsonb_build_object(
    'amountMinor', bought.charged_minor - withheld_minor,
    'withheldMinor', withheld_minor,
    'shortfallMinor', owed * bought.point_value_minor,
    'pointsReturned', bought.redeem_points - points_withheld,
    'pointsWithheld', points_withheld,
    'pointsTakenBack', taken_back,
    'pointsSpent', spent
  ));
  bought.refund := answer;
  perform record_event(bought, 'returnMoney', 'applied', answer);
  return done(answer);
end
$$;

-- ---------------------------------------------------------------------------------------------------------------------
-- Users

-- The id of the user of a name, who is added under new_id if there is none: points can be had without a wallet.
create or replace function open_user(new_id text, name text) returns jsonb
language plpgsql security definer set search_path = public, pg_temp as $$
declare
  known text;
begin
  insert into users (id, username) values (new_id, name) on conflict (lower(username)) do nothing;
  select id into strict known from users where lower(username) = lower(name);
  return to_jsonb(known);
end
$$;

-- Whether something has happened to the points of a user already: points or events of other systems came before there was a wallet.
create or replace function has_points_history(owner text) returns boolean
language sql stable as $$
  select exists (select from points_accounts where account_id = owner) or exists (select from external_events where user_id = owner)
$$;

-- Adds a wallet with an opening balance, and its user unless there is one of this name. Refusals: user_exists; account_exists, when
-- the name has points that are not to be adopted.
create or replace function create_wallet(
  new_id text, name text, opening_minor bigint, adopt boolean, issuer text, subject text, who text,
  key_scope text, request_key text, hash text
) returns jsonb
language plpgsql security definer set search_path = public, pg_temp as $$
declare
  answer jsonb := claim_key(key_scope, request_key, hash, name);
  owner  text := (select id from users where lower(username) = lower(name));
begin
  if answer is not null then
    return answer;
  end if;
  -- One after the other, those of one identity: of two at once, each would find that nobody has it.
  perform pg_advisory_xact_lock(hashtextextended(concat_ws(' ', issuer, subject), 0)) where subject is not null;
  if exists (select from wallets where user_id = owner) then
    return refuse_key(key_scope, request_key, 'user_exists');
  elsif exists (
    select from identities as known where known.issuer = create_wallet.issuer and known.subject = create_wallet.subject
  ) then
    return refuse_key(key_scope, request_key, 'identity_taken');
  end if;
  owner := open_user(new_id, name) #>> '{}';
  if not adopt and has_points_history(owner) and not exists (select from wallets where user_id = owner) then
    return refuse_key(key_scope, request_key, 'account_exists');
  end if;
  insert into wallets (user_id, added_minor) values (owner, opening_minor) on conflict (user_id) do nothing;
  if not found then
    return refuse_key(key_scope, request_key, 'user_exists');
  end if;
  insert into identities select create_wallet.issuer, create_wallet.subject, owner where create_wallet.subject is not null;
  -- Whoever used the name before may have written it in another case.
  update users set username = name where id = owner and username <> name;
  perform credit_wallet(owner, opening_minor, 'opening', request_key, who);
  return key_done(name);
end
$$;

-- Puts money into a wallet, up to max_minor. Refusal: balance_too_large. Of a user who does not exist, nothing is remembered.
--
-- Purchases can bring a balance above max_minor: they give back what was charged, whatever has been added since. So that this
-- can never meet the end of what can be counted, all that is ever added stays below it.
create or replace function top_up_wallet(
  name text, amount_minor bigint, max_minor bigint, who text, key_scope text, request_key text, hash text
) returns jsonb
language plpgsql security definer set search_path = public, pg_temp as $$
declare
  answer jsonb := claim_key(key_scope, request_key, hash, name);
  topped wallets;
begin
  if answer is not null then
    return answer;
  end if;
  select * into topped from wallets
  where user_id = (select id from users where lower(username) = lower(name))
  for no key update;
  if not found then
    return unknown_to_key(key_scope, request_key);
  end if;
  if topped.balance_minor + amount_minor > max_minor or topped.added_minor + amount_minor > 9007199254740991 then
    return refuse_key(key_scope, request_key, 'balance_too_large');
  end if;
  perform credit_wallet(topped.user_id, amount_minor, 'top_up', request_key, who);
  update wallets set added_minor = added_minor + amount_minor where user_id = topped.user_id;
  return key_done(name);
end
$$;

-- Adds sample users, whose id is their name, with their opening balance: those that are not there yet. Returns how many.
--
-- new_users: [{ username, balanceMinor }]
create or replace function add_sample_users(new_users jsonb) returns jsonb
language plpgsql security definer set search_path = public, pg_temp as $$
declare
  added bigint;
begin
  insert into users (id, username)
  select username, username from jsonb_to_recordset(new_users) as sample (username text)
  on conflict do nothing;
  with wallet as (
    insert into wallets (user_id, balance_minor, added_minor)
    select users.id, sample."balanceMinor", sample."balanceMinor"
    from jsonb_to_recordset(new_users) as sample (username text, "balanceMinor" bigint)
    join users on lower(users.username) = lower(sample.username)
    on conflict (user_id) do nothing
    returning user_id, balance_minor
  ), entry as (
    insert into wallet_entries (user_id, amount_minor, reason, reference, actor)
    select user_id, balance_minor, 'opening', 'seed', 'seed' from wallet where balance_minor > 0
  )
  select count(*) into added from wallet;
  return to_jsonb(added);
end
$$;
