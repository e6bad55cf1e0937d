-- The whole schema. Until 1.0 this file is edited in place; from then on each change is a migration of its own.
--
-- Four kinds of table:
--   balances      products, wallets, points_accounts, points_lots, daily_balances: one row per thing, kept right by db/functions
--   histories     stock_movements, wallet_entries, points_events, ...: append-only; the balances are their sums
--   idempotency   saga_steps, points_commands, idempotency_keys: what a key was answered, so that its effect happens once
--   what is asked purchases, external_events, awards, campaigns: what somebody wants, and how far it has come
--
-- The application reads all of it. It changes balances, histories and steps only by the functions in db/functions.
--
-- Money is in minor units. Safe integers of JavaScript end at 2^53 - 1, so every amount does too. Bounds of what may be added
-- (stock, money, points) are refusals of the functions that add: no constraint here can refuse to give something back.

create domain minor_units as bigint check (value between -9007199254740991 and 9007199254740991);
create domain resource_id as text check (value ~ '^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$');
-- Whose campaigns: the store, or another system, in one case of letters, since names that differ in nothing else are one client.
create domain client_name as resource_id check (value = 'UnicornStore' or (value = lower(value) and value <> 'unicornstore'));

-- The currency of every amount: one row, set before there are any (db/migrate.ts).
create table currency (
  is_only      boolean  primary key default true check (is_only),
  -- ISO 4217.
  code         text     not null check (code ~ '^[A-Z]{3}$'),
  minor_digits smallint not null check (minor_digits between 0 and 4)
);
insert into currency (code, minor_digits) values ('USD', 2);

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
-- Users. Their id means nothing and is what all books refer to; the name stands beside it, here and nowhere else.

create table users (
  -- 'usr_' and a UUIDv7; of sample users, their name.
  id         resource_id primary key,
  username   resource_id not null,
  created_at timestamptz not null default now()
);
-- Nobody can tell Derick from derick, so one of them is enough, and either means him.
create unique index users_name on users (lower(username));
create index users_by_name on users (username);

-- Who they are for a provider of identities: what its tokens say in "iss" and "sub".
create table identities (
  issuer    text        not null,
  subject   text        not null,
  user_id   resource_id not null unique references users,
  linked_at timestamptz not null default now(),
  primary key (issuer, subject)
);

-- Roles of users whose provider gives none (npm run grant). The application only reads them.
create table role_grants (
  user_id    resource_id not null references users,
  role       text        not null check (role in ('customer', 'service', 'operator')),
  -- Null: an operator of all clients, a service of none.
  clients    text[],
  granted_at timestamptz not null default now(),
  primary key (user_id, role)
);

-- ---------------------------------------------------------------------------------------------------------------------
-- Stock

create table products (
  id          resource_id primary key,
  name        text        not null,
  description text        not null default '',
  image       text,
  price_minor minor_units not null,
  -- Of the last entry of its history.
  version     bigint      not null default 1,
  on_hand     bigint      not null default 0,
  reserved    bigint      not null default 0,
  created_at  timestamptz not null default now(),
  updated_at  timestamptz not null default now(),
  constraint products_price_positive check (price_minor > 0),
  constraint products_reserved_not_negative check (reserved >= 0),
  -- What can be bought is on_hand - reserved.
  constraint products_available check (reserved <= on_hand)
);

-- Who changed what, and when. "before" and "after" are name, description, image and price; stock has movements of its own.
create table product_history (
  product_id resource_id not null references products,
  version    bigint      not null check (version > 0),
  actor      text        not null,
  at         timestamptz not null default clock_timestamp(),
  before     jsonb,
  after      jsonb       not null,
  primary key (product_id, version),
  check ((before is null) = (version = 1))
);
call make_append_only('product_history');

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
  user_id       resource_id primary key references users,
  balance_minor minor_units not null default 0,
  -- All that ever came from outside: openings and top-ups. No balance can be more, whatever is charged and given back.
  added_minor   minor_units not null default 0,
  created_at    timestamptz not null default now(),
  updated_at    timestamptz not null default now(),
  constraint wallets_balance_not_negative check (balance_minor >= 0)
);

create table wallet_entries (
  id           bigint generated always as identity primary key,
  user_id      resource_id not null references wallets,
  amount_minor minor_units not null check (amount_minor <> 0),
  reason       text        not null check (reason in ('opening', 'top_up', 'charge', 'charge_undone', 'refund')),
  reference    text        not null,
  actor        text        not null,
  recorded_at  timestamptz not null default now()
);
create index wallet_entries_by_wallet on wallet_entries (user_id, id);
-- One charge, one undo of it and one refund per purchase, whatever else goes wrong.
create unique index wallet_entries_once on wallet_entries (reference, reason)
  where reason in ('charge', 'charge_undone', 'refund');
create index wallet_entries_by_reference on wallet_entries (reference);
call make_append_only('wallet_entries');

-- ---------------------------------------------------------------------------------------------------------------------
-- Purchases. The row is the authority on what was asked for and how it ended; the workflow carries it out.

create table purchases (
  id                   uuid        primary key,
  scope                text        not null,
  idempotency_key      text        not null,
  request_hash         text        not null,
  user_id              resource_id not null references wallets,
  expected_total_minor minor_units,
  redeem_points        bigint      not null default 0 check (redeem_points >= 0),
  -- What one point paid for when the purchase was made.
  point_value_minor    minor_units not null check (point_value_minor > 0),
  -- Known once the stock is reserved.
  total_minor          minor_units,
  -- What of it is charged in money: less what the redeemed points pay for, of which the last one may be worth less.
  charged_minor        minor_units generated always as (
    case when total_minor is not null then greatest(total_minor - redeem_points * point_value_minor, 0) end
  ) stored,
  status               text        not null default 'running' check (
    status in ('running', 'compensating', 'completed', 'refused', 'cancelled', 'failed', 'refunding', 'refunded')
  ),
  code                 text,
  detail               jsonb,
  refund               jsonb,
  event_seq            integer     not null default 1,
  created_at           timestamptz not null default now(),
  -- When it last made progress: a retry is none.
  updated_at           timestamptz not null default clock_timestamp(),
  cancel_requested_at  timestamptz,
  settled_at           timestamptz,
  constraint purchases_key unique (scope, idempotency_key),
  -- A buyer who named a total never pays another one.
  constraint purchases_price_expected check (total_minor = expected_total_minor),
  -- The last point may be worth less than a whole one, but never nothing.
  constraint purchases_redeem_within_total check (redeem_points = 0 or (redeem_points - 1) * point_value_minor < total_minor),
  constraint purchases_settled check ((settled_at is null) = (status in ('running', 'compensating')))
);
create index purchases_by_user on purchases (user_id, id desc);
create index purchases_by_status on purchases (status, id desc);
create index purchases_open on purchases (id) where settled_at is null or status = 'refunding';

create table purchase_lines (
  purchase_id uuid        not null references purchases,
  line        integer     not null check (line between 1 and 20),
  product_id  resource_id not null references products,
  quantity    integer     not null check (quantity between 1 and 1000),
  -- Of the product when it was ordered: what a receipt says does not change.
  name        text        not null,
  primary key (purchase_id, line),
  unique (purchase_id, product_id)
);
call make_append_only('purchase_lines');

create table purchase_events (
  purchase_id uuid        not null references purchases,
  seq         integer     not null,
  step        text        not null,
  state       text        not null,
  -- From the clock when the row is written: whoever waited for a lock comes after the one that was waited for.
  at          timestamptz not null default clock_timestamp(),
  detail      jsonb,
  primary key (purchase_id, seq)
);
-- What a backtest reads of refunds, page by page, in order of time.
create index purchase_events_refunds on purchase_events (at, purchase_id) where step = 'purchase' and state = 'refunding';
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
-- Idempotency

-- What each step of a purchase was answered. 'undone' without an answer is a tombstone: the step never ran, and never will.
create table saga_steps (
  key         text        primary key,
  purchase_id uuid        not null references purchases,
  step        text        not null,
  state       text        not null check (state in ('applied', 'undone')),
  answer      jsonb,
  applied_at  timestamptz,
  undone_at   timestamptz,
  check (state = 'undone' or answer is not null)
);
create index saga_steps_by_purchase on saga_steps (purchase_id);

-- The same for requests that take one call and no workflow.
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

-- Sagas that cannot be settled, because what they build on is gone: lost with a failover, or by a restore. For operators.
create table discrepancies (
  -- Of the purchase or event. It refers to nothing, for that may be gone as well.
  id       uuid        primary key,
  saga     text        not null check (saga in ('purchase', 'refund', 'award')),
  problem  text        not null,
  found_at timestamptz not null default clock_timestamp(),
  -- Reason, actor and time.
  resolved jsonb
);
create index discrepancies_open on discrepancies (id) where resolved is null;

-- ---------------------------------------------------------------------------------------------------------------------
-- The points ledger: event-sourced, append-only. The events are the truth; accounts, lots, allocations and daily balances
-- are what they amount to, written by the same call and rebuildable from them (npm run projections:rebuild).
--
-- An account is a user's, by id. Event times are the moments that the decisions were made at, from this server's clock, in
-- milliseconds.

create table points_accounts (
  account_id resource_id primary key references users,
  -- Number of events; an append names the version it was decided on, and conflicts with any other.
  version    bigint not null default 0 check (version >= 0),
  balance    bigint not null default 0 check (balance >= 0),
  issued     bigint not null default 0 check (issued between 0 and 9007199254740991),
  -- Less what reversals gave back.
  redeemed   bigint not null default 0 check (redeemed >= 0),
  expired    bigint not null default 0 check (expired >= 0),
  taken_back bigint not null default 0 check (taken_back >= 0),
  constraint points_accounts_add_up check (balance = issued - redeemed - expired - taken_back)
);

-- In its tables account_id is text, not resource_id: it refers to an account, so that its form need not be checked row by row.
create table points_events (
  account_id     text        not null references points_accounts,
  version        bigint      not null check (version > 0),
  transaction_id uuid        not null unique,
  type           text        not null check (type in ('issued', 'redeemed', 'expired', 'reversed')),
  amount         bigint      not null check (amount >= 0),
  -- What can be spent after it.
  balance        bigint      not null check (balance >= 0),
  payload        jsonb       not null,
  -- The transaction that this one reverses: each at most once.
  reverses       uuid        unique references points_events (transaction_id),
  reason         text        not null,
  reference      text        not null,
  actor          text        not null,
  at             timestamptz not null,
  recorded_at    timestamptz not null default clock_timestamp(),
  primary key (account_id, version),
  check ((type = 'reversed') = (reverses is not null))
);
create index points_events_by_reference on points_events (reference);
create index points_events_reversals on points_events (recorded_at, transaction_id) where type = 'reversed';
call make_append_only('points_events');

create table points_lots (
  -- Of the transaction that issued it.
  id         uuid        primary key references points_events (transaction_id),
  account_id text        not null references points_accounts,
  issued_at  timestamptz not null,
  expires_at timestamptz not null,
  original   bigint      not null check (original > 0),
  remaining  bigint      not null check (remaining >= 0),
  expired    bigint      not null check (expired >= 0),
  -- Spent before its issue was reversed, and not made good in money: taken back as soon as it comes back.
  owed       bigint      not null default 0 check (owed >= 0),
  constraint points_lots_within_original check (remaining + expired + owed <= original)
);
-- Ids are in the order of time (UUIDv7), so this is also the order in which lots are listed.
create index points_lots_by_account on points_lots (account_id, id);
-- In spending order; also finds what has lapsed and is not swept yet.
create index points_lots_open on points_lots (account_id, expires_at, issued_at, id) where remaining > 0;
create index points_lots_lapsing on points_lots (expires_at, account_id) where remaining > 0;

-- What a redemption took from a lot and, below zero, what its reversal gave back.
create table points_allocations (
  transaction_id uuid   not null references points_events (transaction_id),
  redemption_id  uuid   not null references points_events (transaction_id),
  lot_id         uuid   not null references points_lots,
  amount         bigint not null check (amount <> 0),
  primary key (transaction_id, lot_id)
);
create index points_allocations_by_redemption on points_allocations (redemption_id);
create index points_allocations_by_lot on points_allocations (lot_id);
call make_append_only('points_allocations');

create table daily_balances (
  account_id   text        not null references points_accounts,
  issued_on    date        not null,
  expires_at   timestamptz not null,
  remaining    bigint      not null check (remaining >= 0),
  expired      bigint      not null check (expired >= 0),
  last_updated timestamptz not null,
  primary key (account_id, issued_on, expires_at)
);

-- What each key was answered, refusals included: the same key gets the same answer for ever. Refusals to names that nobody had then
-- are of an account that is no user.
create table points_commands (
  key          text        primary key,
  account_id   resource_id not null,
  request_hash text        not null,
  answer       jsonb       not null,
  created_at   timestamptz not null default now()
);
call make_append_only('points_commands');

-- ---------------------------------------------------------------------------------------------------------------------
-- Campaigns: rules as data, what they gave, and what their caps leave.
--
-- A campaign's row is how it stands now; its history, how it stood at any time. Purchases are evaluated by how it stood when
-- they were confirmed, however late their points are booked. Nothing is ever deleted: points refer to it.

create table campaigns (
  id                      uuid        primary key,
  client                  client_name not null,
  name                    text        not null check (length(name) between 1 and 100),
  -- The same for names that people cannot tell apart: a campaign is found by it.
  name_key                text        not null,
  -- An array of the types of events that it is for.
  event_types             jsonb       not null check (jsonb_array_length(event_types) > 0),
  status                  text        not null check (status in ('active', 'inactive')),
  starts_at               timestamptz,
  -- The first instant at which it no longer runs.
  ends_at                 timestamptz check (ends_at > starts_at),
  cap_total_points        bigint      check (cap_total_points >= 0),
  cap_points_per_customer bigint      check (cap_points_per_customer >= 0),
  rules                   jsonb       not null,
  -- Of the last entry of its history. No campaign of this name had it before.
  version                 bigint      not null default 1,
  -- What it gave while it had a cap, less what was taken back meanwhile. What it gave while it had none is in campaign_counters:
  -- together they are the sum of its grants, and either may be below zero.
  given_points            bigint      not null default 0,
  created_at              timestamptz not null default now(),
  updated_at              timestamptz not null default now(),
  deleted_at              timestamptz
);
create unique index campaigns_name on campaigns (client, name_key) where deleted_at is null;
create index campaigns_by_name on campaigns (client, name_key);
create index campaigns_of_client on campaigns (client);

-- Who changed what, and when. "before" and "after" are types of events, status, schedule, caps and rules; null where there was, or is, none.
create table campaign_history (
  campaign_id uuid        not null references campaigns,
  version     bigint      not null check (version > 0),
  action      text        not null check (action in ('created', 'updated', 'deleted')),
  actor       text        not null,
  at          timestamptz not null default clock_timestamp(),
  before      jsonb,
  after       jsonb,
  primary key (campaign_id, version),
  check ((before is null) = (action = 'created') and (after is null) = (action = 'deleted'))
);
call make_append_only('campaign_history');

-- What a campaign contributed to an award and, below zero, what was taken back of it: when the issue was reversed and, of what was
-- owed then, with redemptions that were reversed later.
create table campaign_grants (
  -- Of the award's points.
  lot_id         uuid        not null references points_events (transaction_id),
  transaction_id uuid        not null references points_events (transaction_id),
  campaign_id    uuid        not null references campaigns,
  account_id     resource_id not null,
  points         bigint      not null check (points <> 0),
  at             timestamptz not null default clock_timestamp(),
  primary key (lot_id, transaction_id, campaign_id)
);
create index campaign_grants_by_campaign on campaign_grants (campaign_id, account_id);
call make_append_only('campaign_grants');

-- What campaigns gave while they had no cap, in a few parts that are counted apart, so that their awards do not wait for each other.
create table campaign_counters (
  campaign_id uuid     not null references campaigns,
  part        smallint not null,
  points      bigint   not null,
  primary key (campaign_id, part)
);

-- The sums of grants per customer.
create table campaign_customers (
  campaign_id  uuid        not null references campaigns,
  account_id   resource_id not null,
  given_points bigint      not null default 0 check (given_points >= 0),
  primary key (campaign_id, account_id)
);

-- What happened in other systems.
create table external_events (
  id              uuid        primary key,
  scope           text        not null,
  idempotency_key text        not null,
  request_hash    text        not null,
  type            text        not null,
  client          client_name not null,
  user_id         resource_id not null references users,
  payload         jsonb       not null,
  -- When it was taken: what it is evaluated by.
  occurred_at     timestamptz not null default clock_timestamp(),
  constraint external_events_key unique (scope, idempotency_key)
);

-- The award of a purchase that stands, or of an event of another system, by the id of either: what campaigns make of it, and
-- how far that has come.
create table awards (
  id             uuid        primary key,
  kind           text        not null check (kind in ('purchase', 'event')),
  -- Whose campaigns decide.
  client         client_name not null,
  user_id        resource_id not null references users,
  -- pending    not evaluated and booked yet
  -- booked     its points are in the ledger
  -- nothing    the campaigns gave nothing, or their caps left nothing
  -- parked     could not be booked, and waits for an operator
  -- dismissed  an operator decided that it is not to be booked
  -- voided     it was not booked when its purchase was refunded, and never will be
  state          text        not null default 'pending' check (
    state in ('pending', 'booked', 'nothing', 'parked', 'dismissed', 'voided')
  ),
  -- What the campaigns gave, rule by rule: it may be long, and is here and nowhere else. Of one that is booked or nothing, within
  -- their caps; else before.
  evaluation     jsonb,
  points         bigint      not null default 0 check (points >= 0),
  transaction_id uuid        references points_events (transaction_id),
  -- Of one that was parked: its points before caps, why it could not be booked, and when that was.
  earned         bigint,
  problem        text,
  parked_at      timestamptz,
  dismissed      jsonb,
  created_at     timestamptz not null default clock_timestamp(),
  settled_at     timestamptz,
  constraint awards_booked check ((state = 'booked') = (transaction_id is not null) and (state = 'booked') = (points > 0)),
  constraint awards_settled check ((settled_at is null) = (state in ('pending', 'parked'))),
  constraint awards_dismissed check ((state = 'dismissed') = (dismissed is not null))
);
create index awards_parked on awards (id) where state = 'parked';
create index awards_pending on awards (id) where state = 'pending';
-- What a backtest reads, page by page, in order of time.
create index awards_settled_at on awards (client, settled_at, id) where state in ('booked', 'nothing');
