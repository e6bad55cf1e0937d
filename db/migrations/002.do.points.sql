-- The points ledger: event-sourced, append-only. The events are the truth; accounts, lots, allocations and daily balances
-- are what they amount to, written in the same statement and rebuildable from them (npm run projections:rebuild).
--
-- Event times are the moments that the decisions were made at, from this server's clock, in milliseconds.

create table points_accounts (
  account_id resource_id primary key,
  -- Number of events; an append names the version it was decided on and fails when that has moved on.
  version    bigint not null default 0 check (version >= 0),
  balance    bigint not null default 0 check (balance >= 0),
  issued     bigint not null default 0 check (issued between 0 and 9007199254740991),
  -- Less what reversals gave back.
  redeemed   bigint not null default 0 check (redeemed >= 0),
  expired    bigint not null default 0 check (expired >= 0),
  taken_back bigint not null default 0 check (taken_back >= 0),
  constraint points_accounts_add_up check (balance = issued - redeemed - expired - taken_back)
);

create table points_events (
  account_id     resource_id not null references points_accounts,
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
  recorded_at    timestamptz not null default now(),
  primary key (account_id, version),
  check ((type = 'reversed') = (reverses is not null))
);
create index points_events_by_reference on points_events (reference);
call make_append_only('points_events');

create table points_lots (
  -- Of the transaction that issued it.
  id         uuid        primary key references points_events (transaction_id),
  account_id resource_id not null references points_accounts,
  issued_at  timestamptz not null,
  expires_at timestamptz not null,
  original   bigint      not null check (original > 0),
  remaining  bigint      not null check (remaining >= 0),
  expired    bigint      not null check (expired >= 0),
  constraint points_lots_within_original check (remaining + expired <= original)
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
  account_id   resource_id not null references points_accounts,
  issued_on    date        not null,
  expires_at   timestamptz not null,
  remaining    bigint      not null check (remaining >= 0),
  expired      bigint      not null check (expired >= 0),
  last_updated timestamptz not null,
  primary key (account_id, issued_on, expires_at)
);

-- What each key was answered, refusals included: the same key gets the same answer for ever.
create table points_commands (
  key          text        primary key,
  account_id   resource_id not null,
  request_hash text        not null,
  answer       jsonb       not null,
  created_at   timestamptz not null default now()
);
call make_append_only('points_commands');

-- ---------------------------------------------------------------------------------------------------------------------
-- Purchases: part of the price in points, points for what was charged, refunds

alter table purchases
  add column redeem_points     bigint      not null default 0 check (redeem_points >= 0),
  -- What one point paid for when the purchase was made.
  add column point_value_minor minor_units not null default 0 check (point_value_minor >= 0),
  add column points_issued     bigint      check (points_issued >= 0),
  -- How the award ended; unset: not yet, or from before there were points.
  add column award             text        check (award in ('booked', 'nothing', 'parked')),
  add column refund            jsonb,
  add constraint purchases_redeem_within_total check (redeem_points * point_value_minor <= total_minor),
  drop constraint purchases_status_check,
  add constraint purchases_status_check check (
    status in ('running', 'compensating', 'completed', 'refused', 'cancelled', 'failed', 'refunding', 'refunded')
  );
drop index purchases_unsettled;
create index purchases_unfinished on purchases (id) where settled_at is null or status = 'refunding';

-- Awards that could not be booked, with what they were evaluated to, for operators to retry.
create table parked_awards (
  purchase_id uuid        primary key references purchases,
  evaluation  jsonb       not null,
  problem     text        not null,
  parked_at   timestamptz not null default now(),
  -- Only of a refund: else purchases.award says whether it still waits.
  resolved_at timestamptz
);

-- Top-ups end at half of what a balance can be, so that giving money back never meets a limit.
create domain topped_up_balance as bigint check (value <= 4503599627370495);

alter table wallet_entries
  drop constraint wallet_entries_reason_check,
  add constraint wallet_entries_reason_check check (
    reason in ('opening', 'top_up', 'charge', 'charge_undone', 'refund')
  );
drop index wallet_entries_once;
create unique index wallet_entries_once on wallet_entries (reference, reason)
  where reason in ('charge', 'charge_undone', 'refund');
