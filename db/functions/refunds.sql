-- Refunds: of a completed purchase any number may be asked for, until nothing of it is left. They are carried out one after the other;
-- what each is for is fixed when it is asked for. What they give back of money and points is worked out in domain/refund.ts and
-- decided in the ledger: these functions book it, and refuse what cannot be.

-- The pieces of a purchase that are kept after so many of its refunds.
create or replace function kept_pieces(purchase uuid, refund integer) returns bigint
language sql stable as $$
  select (select sum(quantity) from purchase_lines where purchase_id = purchase)
    - coalesce((select sum(quantity) from refund_lines where purchase_id = purchase and number <= refund), 0)
$$;

-- What of a purchase can still be refunded: [{ productId, quantity }]; null: nothing.
create or replace function lines_left(purchase uuid) returns jsonb
language sql stable as $$
  select jsonb_agg(jsonb_build_object('productId', product_id, 'quantity', quantity - given_back) order by line)
  from (
    select line, product_id, quantity, coalesce((
      select sum(r.quantity) from refund_lines r where r.purchase_id = l.purchase_id and r.product_id = l.product_id
    ), 0) as given_back
    from purchase_lines l where purchase_id = purchase
  ) as lines
  where quantity > given_back
$$;

-- Asks for a refund: the first turns the purchase into one that is being refunded.
--
-- wanted:      [{ productId, quantity }]; null: all that is left
-- request_key: null for a refund of all that is left, which happens once anyway
--
-- Returns { result: done, resource: the number of the refund, status: of the purchase, replayed }, or
-- { result: refused, refusal: { code, ... } } with one of
--   not_refundable      { status }
--   user_erased         there is nobody any more whom anything could be given back to
--   refund_period_over
--   exceeds_purchase    { left: [{ productId, quantity }] }; also where nothing is left
--   too_many_refunds    of parts: what is left can still be refunded as a whole
-- or key_reused, or unknown without such a purchase. Without a key nothing is remembered, and where nothing is left it is the last
-- refund that is answered.
create or replace function open_refund(
  purchase uuid, wanted jsonb, who text, owner text, within_days integer, key_scope text, request_key text, hash text
) returns jsonb
language plpgsql security definer set search_path = public, pg_temp as $$
declare
  bought        purchases;
  known         refunds;
  answer        jsonb;
  remaining     jsonb;
  has_lines     boolean;
  refund_number integer;
begin
  -- The user first, as an erasure does it.
  perform from users where id = (select user_id from purchases where id = purchase) for key share;
  select * into bought from purchases where id = purchase and user_id = coalesce(owner, user_id) for no key update;
  if bought.id is null then
    return '{"result": "unknown"}';
  end if;
  if request_key is not null then
    select * into known from refunds where scope = key_scope and idempotency_key = request_key;
    if known.request_hash <> hash then
      return '{"result": "key_reused"}';
    elsif known.number is not null then
      return refund_opened(bought, known.number, true);
    end if;
    answer := claim_key(key_scope, request_key, hash, purchase::text);
    if answer is not null then
      return answer;
    end if;
  end if;

  remaining := lines_left(purchase);
  -- One that has lost its lines has a refund all the same, for its saga to be listed: nothing is said to have come back already.
  has_lines := exists (select from purchase_lines where purchase_id = purchase);
  if remaining is null and has_lines and request_key is null then
    return refund_opened(bought, bought.refunds_asked, true);
  end if;
  remaining := coalesce(remaining, '[]');
  answer := why_not_refundable(bought, coalesce(wanted, remaining), case when has_lines then remaining end, within_days);
  if answer is not null then
    if request_key is not null then
      return refuse_key(key_scope, request_key, answer ->> 'code', answer - 'code');
    end if;
    return jsonb_build_object('result', 'refused', 'refusal', answer, 'replayed', false);
  end if;

  refund_number := bought.refunds_asked + 1;
  insert into refunds (purchase_id, number, scope, idempotency_key, request_hash, actor)
  values (purchase, refund_number, case when request_key is not null then key_scope end, request_key,
    case when request_key is not null then hash end, who);
  insert into refund_lines (purchase_id, number, product_id, quantity)
  select purchase, refund_number, "productId", quantity
  from jsonb_to_recordset(coalesce(wanted, remaining)) as line ("productId" text, quantity integer);
  bought.refunds_asked := refund_number;
  bought.status := 'refunding';
  perform record_event(bought, 'purchase', 'refunding',
    jsonb_build_object('refund', refund_number, 'lines', coalesce(wanted, remaining)), asked_by => who);
  return refund_opened(bought, refund_number, false);
end
$$;

create or replace function refund_opened(bought purchases, refund integer, is_replayed boolean) returns jsonb
language sql immutable as $$
  select jsonb_build_object(
    'result', 'done', 'resource', refund::text, 'status', bought.status, 'replayed', is_replayed)
$$;

-- Why open_refund would refuse a refund now: { code, ... }, null: it would not. The caller knows that there is the purchase.
create or replace function refund_refusal(purchase uuid, wanted jsonb, within_days integer) returns jsonb
language plpgsql security definer set search_path = public, pg_temp as $$
declare
  bought    purchases;
  remaining jsonb := coalesce(lines_left(purchase), '[]');
begin
  select * into strict bought from purchases where id = purchase;
  return why_not_refundable(bought, coalesce(wanted, remaining), remaining, within_days);
end
$$;

-- Why what is wanted of a purchase cannot be refunded: { code, ... }; null: it can. `remaining` is null where it is not known. Whoever
-- asks for a refund has locked the purchase and its user.
create or replace function why_not_refundable(bought purchases, wanted jsonb, remaining jsonb, within_days integer) returns jsonb
language plpgsql as $$
begin
  if bought.status not in ('completed', 'refunding', 'refunded') then
    return jsonb_build_object('code', 'not_refundable', 'status', bought.status);
  end if;
  if not exists (select from users where id = bought.user_id and erased_at is null) then
    return '{"code": "user_erased"}';
  end if;
  if remaining = '[]' or exists (
    select from jsonb_to_recordset(wanted) as line ("productId" text, quantity bigint)
    where line.quantity > coalesce((
      select rest.quantity from jsonb_to_recordset(remaining) as rest ("productId" text, quantity bigint)
      where rest."productId" = line."productId"
    ), 0)
  ) then
    return jsonb_build_object('code', 'exceeds_purchase', 'left', remaining);
  end if;
  if bought.settled_at < now() - make_interval(days => within_days) then
    return '{"code": "refund_period_over"}';
  end if;
  -- The timeline of a purchase has a bound, as all answers have.
  if bought.refunds_asked >= 200 and not wanted @> remaining then
    return '{"code": "too_many_refunds"}';
  end if;
  return null;
end
$$;

-- The steps of a refund happen while it is under way, and only then: after those that were asked for before it.
create or replace function require_refunding(bought purchases, refund integer) returns void
language plpgsql as $$
begin
  if refund <> bought.refunds_done + 1 or bought.refunds_done >= bought.refunds_asked then
    raise exception 'purchase % is %, and its refund % is not under way', bought.id, bought.status, refund using errcode = 'US002';
  end if;
end
$$;

-- The award of a purchase that was not booked is not booked any more, when nothing of the purchase is kept; else it is for what is
-- kept, from now on. Returns { state, points } of the award.
--
-- result: what campaigns give for that
create or replace function reduce_award(award uuid, of_refund integer, result jsonb) returns jsonb
language plpgsql security definer set search_path = public, pg_temp as $$
declare
  open   awards := lock_award(award);
  bought purchases := lock_purchase(award);
begin
  if of_refund <= bought.refunds_done then
    return award_outcome(open);
  end if;
  perform require_refunding(bought, of_refund);
  if open.state in ('pending', 'parked') and open.refund < of_refund then
    if kept_pieces(award, of_refund) = 0 then
      update awards set state = 'voided', settled_at = clock_timestamp(), refund = of_refund where id = award;
    elsif open.state = 'parked' and (result -> 'points')::bigint = 0 then
      update awards set state = 'nothing', evaluation = result, settled_at = clock_timestamp(), refund = of_refund where id = award;
      perform record_event(bought, 'awardPoints', 'nothing', '{"points": 0}');
    elsif open.state = 'parked' then
      update awards set evaluation = result, earned = (result -> 'points')::bigint, refund = of_refund where id = award;
    else
      update awards set refund = of_refund where id = award;
    end if;
  end if;
  return award_outcome(lock_award(award));
end
$$;

-- Puts what is given back on the shelf.
create or replace function return_stock(purchase uuid, of_refund integer) returns jsonb
language plpgsql security definer set search_path = public, pg_temp as $$
declare
  bought purchases := lock_purchase(purchase);
  step   text := 'returnStock/' || of_refund;
  answer jsonb := claim_step(purchase, step);
  line   record;
  lines  bigint := 0;
begin
  if answer is not null then
    return done(answer);
  end if;
  perform require_refunding(bought, of_refund);
  perform lock_products(purchase);
  for line in
    update stock_reservations sold set
      returned = sold.returned + back.quantity,
      state = case when sold.returned + back.quantity = sold.quantity then 'returned' else 'confirmed' end,
      updated_at = clock_timestamp()
    from refund_lines back
    where back.purchase_id = purchase and back.number = of_refund
      and sold.purchase_id = purchase and sold.product_id = back.product_id and sold.state = 'confirmed'
    returning sold.product_id, back.quantity
  loop
    perform move_stock(line.product_id, line.quantity, 0, 'return', purchase::text, 'refund', of_refund => return_stock.of_refund);
    lines := lines + 1;
  end loop;
  if lines = 0 or lines < (select count(*) from refund_lines where purchase_id = purchase and number = of_refund) then
    raise exception 'of the lines of refund % of purchase %, % are sold', of_refund, purchase, lines using errcode = 'US002';
  end if;
  answer := answer_step(purchase, step, '{}');
  perform record_event(bought, 'returnStock', 'applied', jsonb_build_object('refund', of_refund));
  return done(answer);
end
$$;

-- Gives money back, less the value of awarded points that were spent meanwhile, as far as they are not still owed.
--
-- paid:    { amountMinor, points }  what of the payment was for what is given back
-- award:   { points, spent, owed }  how many of the awarded points were taken back, how many were spent by then, and by how many more
--          the purchase owes since: the money makes good the others
-- points_withheld: how many of the points that it was paid with were withheld, because their lots owed them
-- commands: keys of what the ledger was asked for by this refund, which may be lost, with a failover: then it is done again before this
create or replace function return_money(
  purchase uuid, of_refund integer, paid jsonb, award jsonb, points_withheld bigint, commands jsonb
) returns jsonb
language plpgsql security definer set search_path = public, pg_temp as $$
declare
  bought         purchases := lock_purchase(purchase);
  step           text := 'returnMoney/' || of_refund;
  answer         jsonb := claim_step(purchase, step);
  gross_minor    bigint := (paid ->> 'amountMinor')::bigint;
  points         bigint := (paid ->> 'points')::bigint;
  spent          bigint := (award ->> 'spent')::bigint;
  owed           bigint := (award ->> 'owed')::bigint;
  withheld_minor bigint := (spent - owed) * bought.point_value_minor;
begin
  if answer is not null then
    return done(answer - 'commands');
  end if;
  perform require_refunding(bought, of_refund);
  perform require_reduced(purchase, of_refund);
  perform require_commands(purchase, commands);
  if gross_minor between 0 and bought.charged_minor - refunded_so_far(bought.refund, 'amountMinor', 'withheldMinor')
    and points between 0 and bought.redeem_points - refunded_so_far(bought.refund, 'pointsReturned', 'pointsWithheld')
    -- The last one gives back all that is left.
    and (kept_pieces(purchase, of_refund) > 0 or (
      gross_minor = bought.charged_minor - refunded_so_far(bought.refund, 'amountMinor', 'withheldMinor')
      and points = bought.redeem_points - refunded_so_far(bought.refund, 'pointsReturned', 'pointsWithheld')
    ))
    and (award ->> 'points')::bigint >= 0 and spent >= 0 and withheld_minor between 0 and gross_minor
    and points_withheld between 0 and points
  then
    perform credit_wallet(bought.user_id, gross_minor - withheld_minor, 'refund', purchase::text, 'refund', of_refund);
  else
    raise exception 'refund % of purchase %: % of %, award %, % withheld', of_refund, purchase, paid, bought.refund, award,
      points_withheld using errcode = 'numeric_value_out_of_range';
  end if;
  answer := answer_step(purchase, step, jsonb_build_object(
    'amountMinor', gross_minor - withheld_minor,
    'withheldMinor', withheld_minor,
    'shortfallMinor', owed * bought.point_value_minor,
    'pointsReturned', points - points_withheld,
    'pointsWithheld', points_withheld,
    'pointsTakenBack', award -> 'points',
    'pointsSpent', spent,
    'commands', commands
  ));
  bought.refund := (
    select jsonb_object_agg(part.key, part.value::bigint + coalesce((bought.refund -> part.key)::bigint, 0))
    from jsonb_each(answer - 'commands') as part
  );
  perform record_event(bought, 'returnMoney', 'applied', jsonb_build_object('refund', of_refund) || (answer - 'commands'));
  return done(answer - 'commands');
end
$$;

-- Adds two parts of what all refunds so far came to; 0 before the first.
create or replace function refunded_so_far(refund jsonb, part text, other_part text) returns bigint
language sql immutable as $$
  select coalesce((refund -> part)::bigint + (refund -> other_part)::bigint, 0)
$$;

-- An award that is still to be booked must be for what is kept.
create or replace function require_reduced(purchase uuid, of_refund integer) returns void
language plpgsql as $$
begin
  if exists (select from awards where id = purchase and state in ('pending', 'parked') and refund < of_refund) then
    raise exception 'the award of purchase % is not reduced by its refund %', purchase, of_refund using errcode = 'US002';
  end if;
end
$$;

-- What the ledger did for a refund must be there.
create or replace function require_commands(purchase uuid, commands jsonb) returns void
language plpgsql as $$
declare
  lost text;
begin
  select command into lost
  from jsonb_array_elements_text(commands) as command where not exists (select from points_commands where key = command)
  limit 1;
  if found then
    raise exception 'the ledger has lost % of the refund of purchase %', lost, purchase using errcode = 'US002';
  end if;
end
$$;

-- A refund is through; the last that was asked for leaves the purchase refunded, or completed if some of it is kept.
--
-- Returns { status, next }: what the purchase is now, and the number of the refund that is to be carried out next, or null.
create or replace function record_refunded(purchase uuid, of_refund integer) returns jsonb
language plpgsql security definer set search_path = public, pg_temp as $$
declare
  bought purchases := lock_purchase(purchase);
  money  jsonb;
  kept   bigint := kept_pieces(purchase, of_refund);
begin
  if of_refund > bought.refunds_done then
    perform require_refunding(bought, of_refund);
    money := claim_step(purchase, 'returnMoney/' || of_refund);
    if kept is null or money is null or not is_applied(purchase, 'returnStock/' || of_refund) then
      raise exception 'refund % of purchase % is not through', of_refund, purchase using errcode = 'US002';
    end if;
    perform require_reduced(purchase, of_refund);
    perform require_commands(purchase, money -> 'commands');
    if kept = 0 and (
      bought.charged_minor <> refunded_so_far(bought.refund, 'amountMinor', 'withheldMinor')
      or bought.redeem_points <> refunded_so_far(bought.refund, 'pointsReturned', 'pointsWithheld')
      or points_are_booked(purchase, 'redeemPoints') or points_are_booked(purchase, 'awardPoints')
      or exists (select from awards where id = purchase and state in ('pending', 'parked'))
    ) then
      raise exception 'the refund of purchase % is not through', purchase using errcode = 'US002';
    end if;
    bought.refunds_done := of_refund;
    if bought.refunds_done = bought.refunds_asked then
      bought.status := case when kept = 0 then 'refunded' else 'completed' end;
    end if;
    perform record_event(bought, 'purchase', case when kept = 0 then 'refunded' else 'partially_refunded' end,
      jsonb_build_object('refund', of_refund) || case when kept = 0 then bought.refund else money - 'commands' end);
  end if;
  return jsonb_build_object('status', bought.status, 'next',
    case when bought.refunds_done < bought.refunds_asked then bought.refunds_done + 1 end);
end
$$;
