-- Words that people use, and how a user and the words about them are erased, while the books stay (ADR 24).

-- Keeps what somebody says, and returns its id; null when nothing was said.
--
-- said:  a text, or JSON that another system sent
-- about: the user whom it is about, if it is about one
-- who:   the actor who wrote it, such as operator:usr_0199...; of a system, it is nobody's
create or replace function write_text(said jsonb, about text, who text default '') returns bigint
language plpgsql as $$
declare
  new_id bigint;
begin
  if said is not null then
    insert into texts (about, author, content)
    values (about, (select id from users where id = split_part(who, ':', 2)), said)
    returning id into strict new_id;
  end if;
  return new_id;
end
$$;

-- The ids of the campaigns that have, or had, a text in their rules which is the name, in whichever case: at most 100.
create or replace function campaigns_naming(name text) returns uuid[]
language sql stable as $$
  select array(
    select distinct campaign_id from campaign_history
    where exists (
      select from jsonb_path_query(after -> 'rules', '$.**.value') as value where lower(value #>> '{}') = lower(name)
    )
    order by campaign_id
    limit 100
  )
$$;

-- Erases a user: what says who it is, and all words about and by them. What was bought, paid and awarded stays, of an id that
-- means nothing. All of it is this one transaction; what it did is in erasures.
--
-- named:   the name of the user, or the id. What looks like an id is one; ids of sample users are names, which others may have by now
-- forfeit: whether the money in the wallet is given up, and the points that could still be spent
--
-- Refusals, which are not remembered: under_way, with the ids of purchases and of awards that have not ended; balance_left, with what
-- would be forfeited. Of a user who does not exist, nothing is remembered.
create or replace function erase_user(named text, forfeit boolean, who text, key_scope text, request_key text, hash text)
returns jsonb
language plpgsql security definer set search_path = public, pg_temp as $$
declare
  owner       text := (
    select id from users
    where lower(username) = lower(named) or id = named
    order by (id = named) = starts_with(named, 'usr_') desc
    limit 1
  );
  answer      jsonb := claim_key(key_scope, request_key, hash, coalesce(owner, ''));
  gone        users;
  unsettled   jsonb;
  left_minor  bigint;
  left_points bigint;
  words       bigint;
begin
  if answer is not null then
    return answer;
  end if;
  -- Whoever begins something for a user locks it as a foreign key does: that has committed by now, or finds nobody.
  select * into gone from users where id = owner for update;
  if not found then
    return unknown_to_key(key_scope, request_key);
  end if;
  if gone.erased_at is not null then
    return key_done(owner);
  end if;

  unsettled := jsonb_build_object('purchases', array(
    select id from purchases where user_id = owner and (settled_at is null or status = 'refunding') order by id limit 20
  ), 'awards', array(
    select id from awards where user_id = owner and state in ('pending', 'parked') order by id limit 20
  ));
  if unsettled <> '{"purchases": [], "awards": []}' then
    perform unknown_to_key(key_scope, request_key);
    return jsonb_build_object('result', 'refused', 'refusal', '{"code": "under_way"}' || unsettled, 'replayed', false);
  end if;

  perform from points_accounts where account_id = owner for no key update;
  left_minor := coalesce((select balance_minor from wallets where user_id = owner for no key update), 0);
  left_points := coalesce((
    select sum(remaining) from points_lots where account_id = owner and remaining > 0 and expires_at > clock_timestamp()
  ), 0);
  if (left_minor > 0 or left_points > 0) and not forfeit then
    perform unknown_to_key(key_scope, request_key);
    return jsonb_build_object('result', 'refused', 'refusal', jsonb_build_object(
      'code', 'balance_left', 'balanceMinor', left_minor, 'points', left_points
    ), 'replayed', false);
  end if;

  perform post_wallet(owner, -left_minor, 'forfeited', owner, who);
  update texts set content = null where (about = owner or author = owner) and content is not null;
  get diagnostics words = row_count;
  -- Digests of requests that had the name in them: whoever guesses it could tell by them that it was this one.
  update purchases set request_hash = '' where user_id = owner;
  update external_events set request_hash = '' where user_id = owner;
  update idempotency_keys set request_hash = ''
  where (scope = owner or string_to_array(resource, ' ') @> array[owner::text]) and (scope, key) <> (key_scope, request_key);
  delete from sessions where user_id = owner;
  delete from role_grants where user_id = owner;
  insert into erasures (user_id, actor, texts, forfeited_minor, points_left, campaign_ids)
  values (owner, who, words, left_minor, left_points, campaigns_naming(gone.username));
  perform change_tags(owner, '{}', who);
  update users set username = null, display_name = null, issuer = null, subject = null, erased_at = clock_timestamp()
  where id = owner;
  return key_done(owner);
end
$$;
