-- Stock, money and purchases.
--
-- Three kinds of table:
--   balances   products, wallets: one row per thing, kept right by CHECK constraints
--   histories  stock_movements, wallet_entries, purchase_lines, purchase_events: append-only; the balances are their sums
--   guards     saga_steps, idempotency_keys: a key that is inserted first makes an effect happen at most once
--
-- Money is in minor units. Safe integers of JavaScript end at 2^53 - 1, so every amount does too.

create domain minor_units as bigint check (value between -9007199254740991 and 9007199254740991);
create domain resource_id as text check (value ~ '^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$');

-- ---------------------------------------------------------------------------------------------------------------------
-- Append-only: refused by trigger for everyone, and by missing privileges for the application's role (see privileges.sql)

create function refuse_change() returns trigger language plpgsql as $$
begin
  raise exception '% is append-only: % is refused', tg_table_name, tg_op using errcode = 'restrict_violation';
end
$$;

create procedure make_append_only(target regclass) language plpgsql as $$
begin
  execute format(
    'create trigger append_only before update or delete or truncate on %s for each statement execute function refuse_change()',
    target
  );
end
$$;

-- ---------------------------------------------------------------------------------------------------------------------
-- Stock

create table products (
  id          resource_id primary key,
  name        text        not null,
  description text        not null default '',
  image       text,
  price_minor minor_units not null,
  on_hand     bigint      not null default 0,
  reserved    bigint      not null default 0,
  created_at  timestamptz not null default now(),
  updated_at  timestamptz not null default now(),
  constraint products_price_positive check (price_minor > 0),
  constraint products_reserved_not_negative check (reserved >= 0),
  -- What can be bought is on_hand - reserved: overselling is this constraint's violation.
  constraint products_available check (reserved <= on_hand),
  constraint products_on_hand_bounded check (on_hand <= 1000000000)
);

create table stock_movements (
  id          bigint generated always as identity primary key,
  product_id  resource_id not null references products,
  quantity    bigint      not null check (quantity <> 0),
  reason      text        not null check (reason in ('initial', 'adjustment', 'sale', 'return')),
  note        text,
  reference   text        not null,
  actor       text        not null,
  recorded_at timestamptz not null default now()
);
create index stock_movements_by_product on stock_movements (product_id, id);
-- A sale is booked once per purchase and product, whatever else goes wrong.
create unique index stock_movements_once on stock_movements (reference, product_id, reason) where reason in ('sale', 'return');
create index stock_movements_by_reference on stock_movements (reference);
call make_append_only('stock_movements');

-- ---------------------------------------------------------------------------------------------------------------------
-- Money

create table wallets (
  username      resource_id primary key,
  balance_minor minor_units not null default 0,
  created_at    timestamptz not null default now(),
  updated_at    timestamptz not null default now(),
  constraint wallets_balance_not_negative check (balance_minor >= 0)
);

create table wallet_entries (
  id           bigint generated always as identity primary key,
  username     resource_id not null references wallets,
  amount_minor minor_units not null check (amount_minor <> 0),
  reason       text        not null check (reason in ('opening', 'top_up', 'charge', 'charge_undone')),
  reference    text        not null,
  actor        text        not null,
  recorded_at  timestamptz not null default now()
);
create index wallet_entries_by_wallet on wallet_entries (username, id);
-- One charge and at most one undo of it per purchase, whatever else goes wrong.
create unique index wallet_entries_once on wallet_entries (reference, reason) where reason in ('charge', 'charge_undone');
create index wallet_entries_by_reference on wallet_entries (reference);
call make_append_only('wallet_entries');

-- ---------------------------------------------------------------------------------------------------------------------
-- Purchases. The row is the authority on what was asked for and how it ended; the workflow carries it out.

create table purchases (
  id                   uuid        primary key,
  scope                text        not null,
  idempotency_key      text        not null,
  request_hash         text        not null,
  username             resource_id not null references wallets,
  expected_total_minor minor_units,
  total_minor          minor_units,
  status               text        not null default 'running' check (
    status in ('running', 'compensating', 'completed', 'refused', 'cancelled', 'failed')
  ),
  code                 text,
  detail               jsonb,
  event_seq            integer     not null default 1,
  created_at           timestamptz not null default now(),
  updated_at           timestamptz not null default now(),
  cancel_requested_at  timestamptz,
  settled_at           timestamptz,
  constraint purchases_key unique (scope, idempotency_key),
  -- A buyer who named a total never pays another one.
  constraint purchases_price_expected check (total_minor = expected_total_minor),
  constraint purchases_settled check ((settled_at is null) = (status in ('running', 'compensating')))
);
create index purchases_by_user on purchases (username, id desc);
create index purchases_by_status on purchases (status, id desc);
create index purchases_unsettled on purchases (id) where settled_at is null;

create table purchase_lines (
  purchase_id uuid        not null references purchases,
  line        integer     not null check (line between 1 and 20),
  product_id  resource_id not null references products,
  quantity    integer     not null check (quantity between 1 and 1000),
  primary key (purchase_id, line),
  unique (purchase_id, product_id)
);
call make_append_only('purchase_lines');

create table purchase_events (
  purchase_id uuid        not null references purchases,
  seq         integer     not null,
  step        text        not null,
  state       text        not null,
  at          timestamptz not null default now(),
  detail      jsonb,
  primary key (purchase_id, seq)
);
call make_append_only('purchase_events');

create table stock_reservations (
  purchase_id      uuid        not null references purchases,
  product_id       resource_id not null references products,
  quantity         integer     not null,
  unit_price_minor minor_units not null,
  state            text        not null check (state in ('reserved', 'confirmed', 'returned', 'released')),
  updated_at       timestamptz not null default now(),
  primary key (purchase_id, product_id)
);
create index stock_reservations_open on stock_reservations (product_id) where state = 'reserved';

-- ---------------------------------------------------------------------------------------------------------------------
-- Guards

-- A step of a saga inserts its key first and makes its effect FROM that row, in one statement; an undo turns the row into
-- 'undone', or inserts it so, which bars a late attempt from happening at all.
create table saga_steps (
  key         text        primary key,
  purchase_id uuid        not null references purchases,
  step        text        not null,
  state       text        not null check (state in ('applied', 'undone')),
  answer      jsonb,
  applied_at  timestamptz not null default now(),
  undone_at   timestamptz
);
create index saga_steps_by_purchase on saga_steps (purchase_id);

-- The same idea for requests that take one statement and no workflow.
create table idempotency_keys (
  scope        text        not null,
  key          text        not null,
  request_hash text        not null,
  resource     text        not null,
  refusal      jsonb,
  created_at   timestamptz not null default now(),
  primary key (scope, key)
);
create index idempotency_keys_by_age on idempotency_keys (created_at);
