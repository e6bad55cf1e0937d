-- Users and their money.

-- Adds to a wallet, or takes from it, with the entry that says so. Returns what is missing: zero when it was posted.
create or replace function post_wallet(
  owner text, change_minor bigint, why text, about text, who text, of_refund integer default null
) returns bigint
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
  insert into wallet_entries (user_id, amount_minor, reason, reference, refund, actor)
  values (owner, change_minor, why, about, of_refund, who);
  return 0;
end
$$;

-- Adds to a wallet what comes from outside or is given back: never below zero, and never refused.
create or replace function credit_wallet(
  owner text, amount_minor bigint, why text, about text, who text, of_refund integer default null
) returns void
language plpgsql as $$
begin
  if amount_minor is null or amount_minor < 0 then
    raise exception '% is no amount to add to a wallet', amount_minor using errcode = 'numeric_value_out_of_range';
  end if;
  perform post_wallet(owner, amount_minor, why, about, who, of_refund);
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

-- Who adds a user of an identity, or links one to it, does so one after the other: of two at once, each would find that nobody has it.
create or replace function lock_identity(issuer text, subject text) returns void
language sql as $$ select pg_advisory_xact_lock(hashtextextended(concat_ws(' ', issuer, subject), 0)) $$;

-- The id of the user whom the tokens of an issuer call by this subject, who is added under new_id if there is none: a service or an
-- operator needs neither a name nor a wallet.
create or replace function open_identity(new_id text, token_issuer text, token_subject text) returns jsonb
language plpgsql security definer set search_path = public, pg_temp as $$
declare
  known text;
begin
  perform lock_identity(token_issuer, token_subject);
  insert into users (id, issuer, subject) values (new_id, token_issuer, token_subject) on conflict (issuer, subject) do nothing;
  select id into strict known from users where issuer = token_issuer and subject = token_subject;
  return to_jsonb(known);
end
$$;

-- The id of the user whom a provider calls by this subject, with a name and a wallet, however empty: what is missing of it is added.
--
-- names: what the user may be called, the best first. One that somebody has is left to them; if somebody takes it at the same
--        time, this fails by the index of names, and can be called again
create or replace function open_account(new_id text, token_issuer text, token_subject text, names jsonb, shown_name text) returns jsonb
language plpgsql security definer set search_path = public, pg_temp as $$
declare
  known text := open_identity(new_id, token_issuer, token_subject) #>> '{}';
  name  text;
begin
  -- One after the other, those of one user.
  perform from users where id = known for no key update;
  update users set display_name = shown_name where id = known and display_name is distinct from shown_name;
  for name in select jsonb_array_elements_text(names) loop
    exit when exists (select from users where id = known and username is not null);
    update users set username = name
    where id = known and not exists (select from users as other where lower(other.username) = lower(name));
  end loop;
  if not exists (select from users where id = known and username is not null) then
    raise exception 'each of % names belongs to somebody', jsonb_array_length(names);
  end if;
  insert into wallets (user_id, added_by) values (known, 'customer:' || known) on conflict (user_id) do nothing;
  return to_jsonb(known);
end
$$;

-- Signs a user in, and answers whether that could be: not somebody who was erased by then. Whoever is being erased is waited for.
--
-- of_provider: what the provider calls the session, if it does
-- given:       what the provider says of roles
create or replace function open_session(
  new_id text, owner text, of_provider text, signed_in_at timestamptz, given jsonb, hours integer
) returns jsonb
language plpgsql security definer set search_path = public, pg_temp as $$
begin
  perform from users where id = owner and erased_at is null for key share;
  if not found then
    return to_jsonb(false);
  end if;
  insert into sessions (id, user_id, provider_session, signed_in_at, roles, expires_at)
  values (new_id, owner, of_provider, signed_in_at, given, now() + make_interval(hours => hours));
  return to_jsonb(true);
end
$$;

-- The id of the user of a name, who cannot be erased before the end of the transaction; null: nobody has it. Locks no more than a
-- foreign key does.
create or replace function lock_user(name text) returns text
language plpgsql as $$
declare
  known text;
begin
  select id into known from users where lower(username) = lower(name) for key share;
  return known;
end
$$;

-- Whether something has happened to the points of a user already: points or events of other systems came before there was a wallet.
create or replace function has_points_history(owner text) returns boolean
language sql stable as $$
  select exists (select from points_accounts where account_id = owner) or exists (select from external_events where user_id = owner)
$$;

-- Adds a wallet with an opening balance, and its user unless there is one of this name or identity. Refusals: user_exists;
-- identity_taken, when it belongs to a user of another name; account_exists, when the name has points that are not to be adopted.
create or replace function create_wallet(
  new_id text, name text, opening_minor bigint, adopt boolean, issuer text, subject text, who text,
  key_scope text, request_key text, hash text
) returns jsonb
language plpgsql security definer set search_path = public, pg_temp as $$
declare
  answer    jsonb := claim_key(key_scope, request_key, hash, new_id);
  owner     text := (select id from users where lower(username) = lower(name));
  -- Who has the identity already: without a name, somebody who is to have this one.
  signed_in users;
begin
  if answer is not null then
    return answer;
  end if;
  perform lock_identity(issuer, subject) where subject is not null;
  select * into signed_in from users as known where known.issuer = create_wallet.issuer and known.subject = create_wallet.subject;
  if exists (select from wallets where user_id = owner) then
    return refuse_key(key_scope, request_key, 'user_exists', about => concat_ws(' ', owner, signed_in.id));
  elsif signed_in.username is not null or signed_in.id <> owner then
    return refuse_key(key_scope, request_key, 'identity_taken', about => concat_ws(' ', owner, signed_in.id));
  end if;
  owner := coalesce(signed_in.id, open_user(new_id, name) #>> '{}');
  if not adopt and has_points_history(owner) and not exists (select from wallets where user_id = owner) then
    return refuse_key(key_scope, request_key, 'account_exists', about => owner);
  end if;
  insert into wallets (user_id, added_minor, added_by) values (owner, opening_minor, who) on conflict (user_id) do nothing;
  if not found then
    return refuse_key(key_scope, request_key, 'user_exists', about => concat_ws(' ', owner, signed_in.id));
  end if;
  -- Whoever used the name before may have written it in another case.
  update users set username = name, issuer = coalesce(users.issuer, create_wallet.issuer),
    subject = coalesce(users.subject, create_wallet.subject)
  where id = owner;
  perform credit_wallet(owner, opening_minor, 'opening', request_key, who);
  update idempotency_keys set resource = owner where scope = key_scope and key = request_key;
  return key_done(owner);
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
  owner  text := lock_user(name);
  answer jsonb := claim_key(key_scope, request_key, hash, coalesce(owner, ''));
  topped wallets;
begin
  if answer is not null then
    return answer;
  end if;
  select * into topped from wallets where user_id = owner for no key update;
  if not found then
    return unknown_to_key(key_scope, request_key);
  end if;
  if topped.balance_minor + amount_minor > max_minor or topped.added_minor + amount_minor > 9007199254740991 then
    return refuse_key(key_scope, request_key, 'balance_too_large');
  end if;
  perform credit_wallet(owner, amount_minor, 'top_up', request_key, who);
  update wallets set added_minor = added_minor + amount_minor where user_id = owner;
  return key_done(owner);
end
$$;

-- Gives a customer tags in place of those that there are, with the entry that says so. Of a user who does not exist, or has no wallet,
-- nothing is remembered.
create or replace function tag_user(name text, new_tags jsonb, who text, key_scope text, request_key text, hash text) returns jsonb
language plpgsql security definer set search_path = public, pg_temp as $$
declare
  owner  text := lock_user(name);
  answer jsonb := claim_key(key_scope, request_key, hash, coalesce(owner, ''));
begin
  if answer is not null then
    return answer;
  end if;
  if not exists (select from wallets where user_id = owner) then
    return unknown_to_key(key_scope, request_key);
  end if;
  perform change_tags(owner, labels_in(new_tags), who);
  return key_done(owner);
end
$$;

-- The caller knows that there is such a user.
create or replace function change_tags(owner text, new_tags labels, who text) returns void
language plpgsql as $$
declare
  old_tags labels;
begin
  select tags into strict old_tags from users where id = owner for no key update;
  if old_tags <> new_tags then
    update users set tags = new_tags where id = owner;
    insert into user_tag_changes (user_id, before, after, actor) values (owner, old_tags, new_tags, who);
  end if;
end
$$;

-- Adds sample users, whose id is their name, with their opening balance: those that are not there yet. Returns how many.
--
-- new_users: [{ username, balanceMinor, tags }]
create or replace function add_sample_users(new_users jsonb) returns jsonb
language plpgsql security definer set search_path = public, pg_temp as $$
declare
  added bigint;
begin
  with new_user as (
    insert into users (id, username, tags)
    select username, username, coalesce(labels_in(tags), '{}')
    from jsonb_to_recordset(new_users) as sample (username text, tags jsonb)
    on conflict do nothing
    returning id, tags
  )
  insert into user_tag_changes (user_id, before, after, actor)
  select id, '{}', tags, 'seed' from new_user where tags <> '{}';
  with wallet as (
    insert into wallets (user_id, balance_minor, added_minor, added_by)
    select users.id, sample."balanceMinor", sample."balanceMinor", 'seed'
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
