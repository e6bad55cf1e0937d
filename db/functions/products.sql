-- Stock: what there is of a product, and what of it is reserved.

-- Changes what is on hand, with the movement that says so, and what is reserved. The caller has locked the product.
create or replace function move_stock(
  product text, on_hand_change bigint, reserved_change bigint, why text, about text, who text, remark text default null,
  of_refund integer default null
) returns void
language plpgsql as $$
begin
  update products set
    on_hand = on_hand + on_hand_change, reserved = reserved + reserved_change, updated_at = clock_timestamp()
  where id = product;
  if not found then
    raise exception 'product % does not exist', product using errcode = 'US002';
  end if;
  if on_hand_change <> 0 then
    insert into stock_movements (product_id, quantity, reason, note_id, reference, refund, actor)
    values (product, on_hand_change, why, write_text(to_jsonb(remark), null, who), about, of_refund, who);
  end if;
end
$$;

-- Locks the products of a purchase in the order of their ids, so that purchases with the same ones never wait in a circle.
create or replace function lock_products(purchase uuid) returns void
language plpgsql as $$
begin
  perform from products
  where id in (select product_id from purchase_lines where purchase_id = purchase)
  order by id
  for no key update;
end
$$;

-- Reserves every line of a purchase, or none, and freezes the unit prices. Refusals: out_of_stock, with what is available of
-- each line that is short; price_changed, when the buyer named a total and the prices now give another one;
-- redeem_exceeds_total, when fewer points pay for all of it.
create or replace function reserve_stock(purchase uuid) returns jsonb
language plpgsql security definer set search_path = public, pg_temp as $$
declare
  bought purchases := lock_purchase(purchase);
  answer jsonb := claim_step(purchase, 'reserveStock');
  short  jsonb;
  total  bigint;
  priced jsonb;
  line   record;
  most_points bigint;
begin
  if answer is not null then
    return done(answer);
  end if;
  if bought.cancel_requested_at is not null then
    return cancelled();
  end if;
  perform lock_products(purchase);
  if not coalesce((
    select bool_and(exists (select from products where id = product_id)) from purchase_lines where purchase_id = purchase
  ), false) then
    raise exception 'purchase % has no lines, or not all of its products exist', purchase using errcode = 'US002';
  end if;

  select jsonb_agg(jsonb_build_object(
    'productId', p.id, 'requested', l.quantity, 'available', p.on_hand - p.reserved) order by l.line)
  into short
  from purchase_lines l join products p on p.id = l.product_id
  where l.purchase_id = purchase and p.on_hand - p.reserved < l.quantity;
  if short is not null then
    return refused('out_of_stock', jsonb_build_object('short', short));
  end if;

  select sum(l.quantity * p.price_minor), jsonb_agg(jsonb_build_object(
    'productId', p.id, 'quantity', l.quantity, 'unitPriceMinor', p.price_minor) order by p.id)
  into strict total, priced
  from purchase_lines l join products p on p.id = l.product_id
  where l.purchase_id = purchase;
  if total <> bought.expected_total_minor then
    return refused('price_changed', jsonb_build_object('expectedMinor', bought.expected_total_minor, 'totalMinor', total));
  end if;
  -- The last point may be worth less than a whole one.
  most_points := (total + bought.point_value_minor - 1) / bought.point_value_minor;
  if bought.redeem_points > most_points then
    return refused('redeem_exceeds_total', jsonb_build_object('points', bought.redeem_points, 'mostPoints', most_points));
  end if;

  for line in
    select * from jsonb_to_recordset(priced) as l ("productId" text, quantity integer, "unitPriceMinor" bigint)
  loop
    perform move_stock(line."productId", 0, line.quantity, 'reservation', purchase::text, 'purchase');
    insert into stock_reservations (purchase_id, product_id, quantity, unit_price_minor, state)
    values (purchase, line."productId", line.quantity, line."unitPriceMinor", 'reserved');
  end loop;
  bought.total_minor := total;
  answer := answer_step(purchase, 'reserveStock', jsonb_build_object(
    'totalMinor', total, 'pointsToRedeem', bought.redeem_points, 'lines', priced));
  perform record_event(bought, 'reserveStock', 'applied', answer);
  return done(answer);
end
$$;

-- Changes the state of every reservation of a purchase, and moves the stock accordingly.
create or replace function transition_reservations(
  purchase uuid, from_state text, to_state text, on_hand_sign integer, reserved_sign integer, why text, who text
) returns void
language plpgsql as $$
declare
  line  record;
  moved bigint := 0;
begin
  perform lock_products(purchase);
  for line in
    update stock_reservations set state = to_state, updated_at = clock_timestamp()
    where purchase_id = purchase and state = from_state
    returning product_id, quantity
  loop
    perform move_stock(
      line.product_id, on_hand_sign * line.quantity, reserved_sign * line.quantity, why, purchase::text, who);
    moved := moved + 1;
  end loop;
  if moved = 0 or moved < (select count(*) from purchase_lines where purchase_id = purchase) then
    raise exception 'of the lines of purchase %, % are %', purchase, moved, from_state using errcode = 'US002';
  end if;
end
$$;

-- Gives the reservation back, or keeps it from happening.
create or replace function release_stock(purchase uuid) returns jsonb
language plpgsql security definer set search_path = public, pg_temp as $$
declare
  bought purchases := lock_purchase(purchase);
begin
  perform refuse_undo_of_sale(purchase);
  if undo_step(purchase, 'reserveStock') is not null then
    perform transition_reservations(purchase, 'reserved', 'released', 0, -1, 'reservation', 'purchase');
    perform record_event(bought, 'reserveStock', 'undone');
  end if;
  return done();
end
$$;

-- Turns the reservations into sales. From here on the purchase stands, its award is open, and the facts for it are kept. Happens only on
-- top of a reservation, a charge and a redemption that are all in force.
create or replace function confirm_purchase(purchase uuid) returns jsonb
language plpgsql security definer set search_path = public, pg_temp as $$
declare
  bought purchases := lock_purchase(purchase);
  answer jsonb := claim_step(purchase, 'confirmPurchase');
begin
  if answer is not null then
    return done(answer);
  end if;
  if not (is_applied(purchase, 'reserveStock') and is_applied(purchase, 'chargeWallet'))
    or (bought.redeem_points > 0 and not points_are_booked(purchase, 'redeemPoints'))
  then
    raise exception 'confirmPurchase of purchase %: what it builds on is missing', purchase using errcode = 'US002';
  end if;
  -- The purchases of a customer are confirmed one after the other: each counts those before it, and not itself (customer_facts).
  perform from wallets where user_id = bought.user_id for no key update;
  perform transition_reservations(purchase, 'reserved', 'confirmed', -1, -1, 'sale', 'purchase');
  insert into awards (id, kind, client, user_id) values (purchase, 'purchase', 'UnicornStore', bought.user_id);
  perform record_facts(purchase, bought.user_id, 'UnicornStore', record_event(bought, 'confirmPurchase', 'applied'));
  return done(answer_step(purchase, 'confirmPurchase', '{}'));
end
$$;

-- ---------------------------------------------------------------------------------------------------------------------
-- Products

-- What of a product its history has.
create or replace function product_terms(product products) returns jsonb
language sql immutable as $$
  select jsonb_build_object(
    'name', product.name, 'description', product.description, 'image', product.image, 'categories', product.categories,
    'tags', product.tags, 'priceMinor', product.price_minor)
$$;

-- Changes what is given of { name, description, image, categories, tags, priceMinor }, with the entry in the history. Purchases that have
-- reserved already keep the price they froze. Nothing is remembered of a product that does not exist, or that has another version than the
-- change is based on; null: on whichever there is.
create or replace function update_product(
  product text, changes jsonb, based_on bigint, who text, key_scope text, request_key text, hash text
) returns jsonb
language plpgsql security definer set search_path = public, pg_temp as $$
declare
  answer  jsonb := claim_key(key_scope, request_key, hash, product);
  before  products;
  changed products;
begin
  if answer is not null then
    return answer;
  end if;
  select * into before from products where id = product for no key update;
  if not found or based_on <> before.version then
    return unknown_to_key(key_scope, request_key);
  end if;
  update products set
    name = coalesce(changes ->> 'name', name), description = coalesce(changes ->> 'description', description),
    image = coalesce(changes ->> 'image', image), categories = coalesce(labels_in(changes -> 'categories'), categories),
    tags = coalesce(labels_in(changes -> 'tags'), tags), price_minor = coalesce((changes -> 'priceMinor')::bigint, price_minor),
    version = version + 1, updated_at = clock_timestamp()
  where id = product
  returning * into changed;
  insert into product_history (product_id, version, actor, before, after)
  values (product, changed.version, who, product_terms(before), product_terms(changed));
  return key_done(product);
end
$$;

-- Adds a product with its initial stock. Refusal: product_exists.
--
-- new_product: { id, name, description, image, categories, tags, priceMinor, stock }
create or replace function create_product(new_product jsonb, who text, key_scope text, request_key text, hash text) returns jsonb
language plpgsql security definer set search_path = public, pg_temp as $$
declare
  product text := new_product ->> 'id';
  answer  jsonb := claim_key(key_scope, request_key, hash, product);
  added   products;
begin
  if answer is not null then
    return answer;
  end if;
  insert into products (id, name, description, image, categories, tags, price_minor) values (
    product, new_product ->> 'name', new_product ->> 'description', new_product ->> 'image',
    coalesce(labels_in(new_product -> 'categories'), '{}'), coalesce(labels_in(new_product -> 'tags'), '{}'),
    (new_product ->> 'priceMinor')::bigint
  ) on conflict (id) do nothing
  returning * into added;
  if not found then
    return refuse_key(key_scope, request_key, 'product_exists');
  end if;
  insert into product_history (product_id, version, actor, after) values (product, 1, who, product_terms(added));
  perform move_stock(product, (new_product ->> 'stock')::bigint, 0, 'initial', request_key, who);
  return key_done(product);
end
$$;

-- Adds to the stock on hand, up to max_on_hand, or takes out of it what is not reserved. Refusals: insufficient_stock, with what could
-- be taken out; stock_too_large. Of a product that does not exist, nothing is remembered.
create or replace function adjust_stock(
  product text, change bigint, max_on_hand bigint, remark text, who text, key_scope text, request_key text, hash text
) returns jsonb
language plpgsql security definer set search_path = public, pg_temp as $$
declare
  answer   jsonb := claim_key(key_scope, request_key, hash, product);
  adjusted products;
begin
  if answer is not null then
    return answer;
  end if;
  select * into adjusted from products where id = product for no key update;
  if not found then
    return unknown_to_key(key_scope, request_key);
  end if;
  if adjusted.on_hand - adjusted.reserved + change < 0 then
    return refuse_key(key_scope, request_key, 'insufficient_stock',
      jsonb_build_object('available', adjusted.on_hand - adjusted.reserved));
  end if;
  -- What comes back by refunds can bring the stock above it: only who adds is refused.
  if change > 0 and adjusted.on_hand + change > max_on_hand then
    return refuse_key(key_scope, request_key, 'stock_too_large');
  end if;
  perform move_stock(product, change, 0, 'adjustment', request_key, who, remark);
  return key_done(product);
end
$$;

-- Adds sample products with their initial stock: those that are not there yet. Returns how many.
--
-- new_products: [{ id, name, description, image, categories, tags, priceMinor, stock }]
create or replace function add_sample_products(new_products jsonb) returns jsonb
language plpgsql security definer set search_path = public, pg_temp as $$
declare
  added bigint;
begin
  with product as (
    insert into products (id, name, description, image, categories, tags, price_minor, on_hand)
    select id, name, description, image, coalesce(labels_in(categories), '{}'), coalesce(labels_in(tags), '{}'), "priceMinor", stock
    from jsonb_to_recordset(new_products) as sample (
      id text, name text, description text, image text, categories jsonb, tags jsonb, "priceMinor" bigint, stock bigint
    )
    on conflict (id) do nothing
    returning id, on_hand, product_terms(products) as terms
  ), history as (
    insert into product_history (product_id, version, actor, after)
    select id, 1, 'seed', terms from product
  ), movement as (
    insert into stock_movements (product_id, quantity, reason, reference, actor)
    select id, on_hand, 'initial', 'seed', 'seed' from product where on_hand > 0
  )
  select count(*) into added from product;
  return to_jsonb(added);
end
$$;
