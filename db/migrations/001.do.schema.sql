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
-- Who did something: a role, the id of a user and, of somebody who acts for a client only, that ('service:usr_0199...:reviewsite'); or a
-- part of the system ('seed', 'purchase'), or 'demo'. Who that is, users has, and nothing else. Each table that says who has a
-- column of this domain.
create domain actor as text check (
  value ~ '^([a-z][a-z0-9_-]{0,63}|(customer|service|client_operator|operator)(:[A-Za-z0-9][A-Za-z0-9._-]{0,63}){1,2})$'
);

-- Words of the shop's own: categories and tags of products, tags of customers. At most 20, and each once.
create function are_labels(words text[]) returns boolean language sql immutable as $$
  select cardinality(words) <= 20 and cardinality(words) = (
    select count(distinct word) from unnest(words) as word where word ~ '^[a-z0-9][a-z0-9-]{0,39}$'
  )
$$;
create domain labels as text[] check (are_labels(value));

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
-- Users: whoever has a wallet or points, and whoever does something here. Their id means nothing and is what all books refer to;
-- all that tells who it is stands beside it, here and nowhere else.

create table users (
  -- 'usr_' and a UUIDv7; of sample users, their name.
  id           resource_id primary key,
  -- Null: a service or an operator that nobody has given a name here.
  username     resource_id,
  -- What the provider of identities calls them, for people to read.
  display_name text,
  -- What its tokens say in "iss" and "sub".
  issuer       text,
  subject      text,
  tags         labels      not null default '{}',
  created_at   timestamptz not null default now(),
  -- From then on nobody can tell who it was (erase_user).
  erased_at    timestamptz,
  constraint users_identity unique (issuer, subject),
  check ((issuer is null) = (subject is null)),
  check ((erased_at is null) = (username is not null or subject is not null)),
  check (erased_at is null or (display_name is null and tags = '{}'))
);
-- Nobody can tell Derick from derick, so one of them is enough, and either means him.
create unique index users_name on users (lower(username));
create index users_by_name on users (username);
-- Few are: whoever books asks of each account whether it is one of them.
create index users_erased on users (id) where erased_at is not null;

-- Who changed the tags of a customer, and when: what somebody buys may earn more by them.
create table user_tag_changes (
  id      bigint      generated always as identity primary key,
  user_id resource_id not null references users,
  before  labels      not null,
  after   labels      not null,
  actor   actor       not null,
  at      timestamptz not null default clock_timestamp()
);
create index user_tag_changes_by_user on user_tag_changes (user_id, id);
call make_append_only('user_tag_changes');

-- Roles of users whose provider gives none (npm run grant). The application only reads them.
create table role_grants (
  user_id    resource_id not null references users,
  role       text        not null check (role in ('customer', 'service', 'operator')),
  -- Null: an operator of all clients, a service of none.
  clients    text[],
  actor      actor       not null,
  granted_at timestamptz not null default now(),
  primary key (user_id, role)
);

-- Who is signed in to the store. Nothing here opens anything: a row is found by the hash of what the browser has.
create table sessions (
  -- SHA-256 of the cookie's value, in hexadecimal.
  id               text        primary key check (id ~ '^[0-9a-f]{64}$'),
  user_id          resource_id not null references users,
  -- What the provider calls it ("sid"), if it says so: it ends the session by it.
  provider_session text,
  -- What the provider said at sign-in: [{ role, clients }], clients null for all.
  roles            jsonb       not null,
  -- By the clock of the provider, to the second: it ends sessions by that, too.
  signed_in_at     timestamptz not null,
  last_seen_at     timestamptz not null default now(),
  expires_at       timestamptz not null
);
create index sessions_by_user on sessions (user_id);
create index sessions_by_provider on sessions (provider_session);
create index sessions_by_end on sessions (expires_at);
create index sessions_by_use on sessions (last_seen_at);

-- What people and other systems say in words of their own: reasons, and the payloads of events. All else refers to it by id, so that it
-- can be erased (ADR 24). A new column for such words belongs here, as a row: test/api/erased-words.test.ts looks through all others.
create table texts (
  id         bigint      generated always as identity primary key,
  -- The user whom it is about, and the one who wrote it; null: nobody, or a system.
  about      resource_id references users,
  author     resource_id references users,
  -- A text, or the JSON that was sent. Null: erased.
  content    jsonb,
  written_at timestamptz not null default clock_timestamp()
);
create index texts_about on texts (about);
create index texts_by_author on texts (author);

-- Who was erased, by whom, and what went with it: the answer to who asks again.
create table erasures (
  user_id         resource_id primary key references users,
  actor           actor       not null,
  at              timestamptz not null default clock_timestamp(),
  texts           bigint      not null,
  forfeited_minor minor_units not null,
  -- What had not lapsed by then; the lots expire like all others.
  points_left     bigint      not null,
  -- Those that have, or had, the name in their rules; at most 100.
  campaign_ids    uuid[]      not null
);
call make_append_only('erasures');

-- ---------------------------------------------------------------------------------------------------------------------
-- Requests that were counted, where several processes of the API count together (RATE_LIMITS=postgres). Nothing that has to survive a crash:
-- without a log, counting costs no flush. The columns are those of the library that writes here (api/rate-limits.ts).

create unlogged table rate_limits (
  -- The limit, and the id of a user or the address of somebody who is not known.
  key    text    primary key,
  points integer not null,
  -- When it ends, in milliseconds since 1970.
  expire bigint
);

-- ---------------------------------------------------------------------------------------------------------------------
-- Stock

create table products (
  id          resource_id primary key,
  name        text        not null,
  description text        not null default '',
  image       text,
  categories  labels      not null default '{}',
  tags        labels      not null default '{}',
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

-- Who changed what, and when. "before" and "after" are name, description, image, categories, tags and price; stock has movements of its own.
create table product_history (
  product_id resource_id not null references products,
  version    bigint      not null check (version > 0),
  actor      actor       not null,
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
  -- Why, of an adjustment.
  note_id     bigint      references texts,
  reference   text        not null,
  -- Of a return: which refund of the purchase.
  refund      integer,
  actor       actor       not null,
  recorded_at timestamptz not null default clock_timestamp(),
  check ((refund is null) = (reason <> 'return'))
);
create index stock_movements_by_product on stock_movements (product_id, id);
-- A sale is booked once per purchase and product, and a return once per refund, whatever else goes wrong.
create unique index stock_movements_once on stock_movements (reference, product_id, reason, coalesce(refund, 0))
  where reason in ('sale', 'return');
create index stock_movements_by_reference on stock_movements (reference);
call make_append_only('stock_movements');

-- ---------------------------------------------------------------------------------------------------------------------
-- Money

create table wallets (
  user_id       resource_id primary key references users,
  balance_minor minor_units not null default 0,
  -- All that ever came from outside: openings and top-ups. No balance can be more, whatever is charged and given back.
  added_minor   minor_units not null default 0,
  added_by      actor       not null,
  created_at    timestamptz not null default now(),
  updated_at    timestamptz not null default now(),
  constraint wallets_balance_not_negative check (balance_minor >= 0)
);

create table wallet_entries (
  id           bigint generated always as identity primary key,
  user_id      resource_id not null references wallets,
  amount_minor minor_units not null check (amount_minor <> 0),
  reason       text        not null check (reason in ('opening', 'top_up', 'charge', 'charge_undone', 'refund', 'forfeited')),
  reference    text        not null,
  -- Which refund of the purchase, if it is one.
  refund       integer,
  actor        actor       not null,
  -- When the row is written: reports for an instant go by it (db/liability.ts).
  recorded_at  timestamptz not null default clock_timestamp(),
  check ((refund is null) = (reason <> 'refund'))
);
create index wallet_entries_by_wallet on wallet_entries (user_id, id);
-- A purchase is charged once, which is undone once, and each of its refunds pays once, whatever else goes wrong.
create unique index wallet_entries_once on wallet_entries (reference, reason, coalesce(refund, 0))
  where reason in ('charge', 'charge_undone', 'refund');
create index wallet_entries_by_reference on wallet_entries (reference);
call make_append_only('wallet_entries');

-- ---------------------------------------------------------------------------------------------------------------------
-- Purchases. The row is the authority on what was asked for and how it ended; the workflow carries it out.

create table purchases (
  id                   uuid        primary key,
  scope                text        not null,
  -- A digest of it, here and wherever keys are: they are words, too (api/idempotency.ts).
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
  -- What its refunds gave back so far, together.
  refund               jsonb,
  -- How many refunds were asked for, and how many of them are through: one after the other.
  refunds_asked        integer     not null default 0,
  refunds_done         integer     not null default 0,
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
  constraint purchases_settled check ((settled_at is null) = (status in ('running', 'compensating'))),
  constraint purchases_refunding check (
    refunds_done between 0 and refunds_asked and (refunds_done < refunds_asked) = (status = 'refunding')
  )
);
create index purchases_by_user on purchases (user_id, id desc);
-- How many a customer has made (customer_facts).
create index purchases_made_by_user on purchases (user_id) where settled_at is null or status in ('completed', 'refunding');
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

-- Refunds of a purchase, in the order in which they were asked for. What each gave back is the answer of its last step.
create table refunds (
  purchase_id     uuid        not null references purchases,
  number          integer     not null check (number > 0),
  -- Null: of the rest as a whole, which needs none. They never expire.
  scope           text,
  idempotency_key text,
  request_hash    text,
  actor           actor       not null,
  requested_at    timestamptz not null default clock_timestamp(),
  primary key (purchase_id, number),
  constraint refunds_key unique (scope, idempotency_key),
  check ((scope is null) = (idempotency_key is null) and (scope is null) = (request_hash is null))
);
call make_append_only('refunds');

create table refund_lines (
  purchase_id uuid        not null,
  number      integer     not null,
  product_id  resource_id not null,
  quantity    integer     not null check (quantity > 0),
  primary key (purchase_id, number, product_id),
  foreign key (purchase_id, number) references refunds,
  foreign key (purchase_id, product_id) references purchase_lines (purchase_id, product_id)
);
call make_append_only('refund_lines');

create table purchase_events (
  purchase_id uuid        not null references purchases,
  seq         integer     not null,
  step        text        not null,
  state       text        not null,
  -- From the clock when the row is written: whoever waited for a lock comes after the one that was waited for.
  at          timestamptz not null default clock_timestamp(),
  detail      jsonb,
  -- Of what somebody asked for: the order, its cancellation or refund, the dismissal of its award. Null: the saga went on.
  actor       actor,
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
  -- How many pieces of it came back. Of one that is returned, all.
  returned         integer     not null default 0 check (returned between 0 and quantity),
  updated_at       timestamptz not null default now(),
  primary key (purchase_id, product_id),
  check (case state when 'confirmed' then returned < quantity when 'returned' then returned = quantity else returned = 0 end)
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
  -- The id of what it was done to, or of whom a refusal is about.
  resource     text        not null,
  refusal      jsonb,
  created_at   timestamptz not null default now(),
  primary key (scope, key)
);
create index idempotency_keys_by_age on idempotency_keys (created_at);
-- For an erasure: whom a request was about.
create index idempotency_keys_by_resource on idempotency_keys using gin (string_to_array(resource, ' '));

-- Sagas that cannot be settled, because what they build on is gone: lost with a failover, or by a restore. For operators.
create table discrepancies (
  -- Of the purchase or event. It refers to nothing, for that may be gone as well.
  id           uuid        primary key,
  saga         text        not null check (saga in ('purchase', 'refund', 'award')),
  problem      text        not null,
  found_at     timestamptz not null default clock_timestamp(),
  -- Actor and time, and why.
  resolved     jsonb,
  resolved_why bigint      references texts,
  check ((resolved is null) = (resolved_why is null))
);
create index discrepancies_open on discrepancies (id) where resolved is null;

-- What operators asked for of a purchase, or of the award or discrepancy of its id or an event's: that is no progress of the saga, and
-- may have come to nothing.
create table operator_requests (
  id         bigint      generated always as identity primary key,
  kind       text        not null check (kind in ('repair', 'retry', 'dismissal', 'resolution')),
  subject_id uuid        not null,
  actor      actor       not null,
  at         timestamptz not null default clock_timestamp()
);
create index operator_requests_by_subject on operator_requests (subject_id, id);
call make_append_only('operator_requests');

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
  -- The transaction that this one reverses, or a part of: the payload says how many of its points (reverses.amount).
  reverses       uuid        references points_events (transaction_id),
  reason         text        not null,
  reference      text        not null,
  actor          actor       not null,
  at             timestamptz not null,
  recorded_at    timestamptz not null default clock_timestamp(),
  primary key (account_id, version),
  check ((type = 'reversed') = (reverses is not null))
);
create index points_events_by_reference on points_events (reference);
create index points_events_by_reversed on points_events (reverses) where reverses is not null;
create index points_events_reversals on points_events (recorded_at, transaction_id) where type = 'reversed';
call make_append_only('points_events');

-- What is spent of a lot is original - remaining - expired - taken_back.
create table points_lots (
  -- Of the first lot of an issue, that of its transaction.
  id             uuid        primary key,
  transaction_id uuid        not null references points_events (transaction_id),
  account_id     text        not null references points_accounts,
  -- Which campaign gave the points; null: none. The ledger does not look at it: the grants of the lot refer to the campaign.
  campaign_id    uuid,
  issued_at      timestamptz not null,
  -- Before it the points do not count: they are pending.
  available_at   timestamptz not null check (available_at >= issued_at),
  expires_at     timestamptz not null check (expires_at > available_at),
  original       bigint      not null check (original > 0),
  remaining      bigint      not null check (remaining >= 0),
  expired        bigint      not null default 0 check (expired >= 0),
  -- Taken out of it, or withheld from it, by reversals of the issue.
  taken_back     bigint      not null default 0 check (taken_back >= 0),
  -- All that reversals of the issue asked back of it, whether it remained, had expired, was made good in money, or is owed.
  claimed        bigint      not null default 0 check (claimed <= original),
  -- Of that, what had expired,
  claimed_expired bigint     not null default 0 check (claimed_expired between 0 and expired),
  -- and what was spent by then and was not made good: taken back as soon as it comes back.
  owed           bigint      not null default 0 check (owed >= 0),
  constraint points_lots_within_original check (remaining + expired + taken_back + owed <= original),
  constraint points_lots_within_claims check (taken_back + claimed_expired + owed <= claimed)
);
-- Ids are in the order of time (UUIDv7), so this is also the order in which lots are listed.
create index points_lots_by_account on points_lots (account_id, id);
create index points_lots_by_transaction on points_lots (transaction_id);
-- In spending order; also finds what has lapsed and is not swept yet.
create index points_lots_open on points_lots (account_id, expires_at, available_at, issued_at, id) where remaining > 0;
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

-- What the lots hold that were issued on a day, count from the same day on, and end together.
create table daily_balances (
  account_id   text        not null references points_accounts,
  issued_on    date        not null,
  available_on date        not null check (available_on >= issued_on),
  expires_at   timestamptz not null,
  remaining    bigint      not null check (remaining >= 0),
  expired      bigint      not null check (expired >= 0),
  last_updated timestamptz not null,
  primary key (account_id, issued_on, available_on, expires_at)
);
-- What does not count yet, without a look at any lot.
create index daily_balances_pending on daily_balances (account_id, available_on) where available_on > issued_on;

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
  -- A draft has never run.
  status                  text        not null check (status in ('draft', 'active', 'inactive')),
  starts_at               timestamptz,
  -- The first instant at which it no longer runs.
  ends_at                 timestamptz check (ends_at > starts_at),
  -- That of the days and hours that its rules see, by its IANA name.
  time_zone               text        not null default 'UTC' check (length(time_zone) between 1 and 64),
  -- The highest is evaluated first; of a group only the one that gives most counts.
  priority                integer     not null default 0 check (priority between -1000 and 1000),
  exclusive_group         text        check (exclusive_group ~ '^[a-z0-9][a-z0-9-]{0,39}$'),
  cap_total_points        bigint      check (cap_total_points >= 0),
  cap_points_per_customer bigint      check (cap_points_per_customer >= 0),
  -- When its points count, and when they end: as LotEnd in domain/points/account.ts, null as configured.
  available_after_days    integer     not null default 0 check (available_after_days >= 0),
  expiry                  jsonb       check (jsonb_typeof(expiry) = 'object'),
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

-- Who changed what, and when. "before" and "after" are types of events, status, schedule, time zone, priority, exclusive group,
-- caps, when points count and end, and rules; null where there was, or is, none.
create table campaign_history (
  campaign_id uuid        not null references campaigns,
  version     bigint      not null check (version > 0),
  action      text        not null check (action in ('created', 'updated', 'deleted')),
  actor       actor       not null,
  at          timestamptz not null default clock_timestamp(),
  before      jsonb,
  after       jsonb,
  primary key (campaign_id, version),
  check ((before is null) = (action = 'created') and (after is null) = (action = 'deleted'))
);
call make_append_only('campaign_history');

-- What a campaign contributed to an award, as a lot of points, and, below zero, what reversals have settled of it: what was taken back,
-- had expired or was made good in money and, of what was owed, what was made good, or withheld, later.
create table campaign_grants (
  lot_id         uuid        not null references points_lots,
  transaction_id uuid        not null references points_events (transaction_id),
  campaign_id    uuid        not null references campaigns,
  account_id     resource_id not null,
  points         bigint      not null check (points <> 0),
  -- When the award was settled, or the event of the reversal was recorded: to the instant.
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
  payload_id      bigint      not null references texts,
  actor           actor       not null,
  -- When it was taken: what it is evaluated by.
  occurred_at     timestamptz not null default clock_timestamp(),
  constraint external_events_key unique (scope, idempotency_key)
);
create index external_events_by_user on external_events (user_id);

-- What rules may know of a purchase that stands, or of an event of another system, beside itself: as it was when it happened, by the id
-- of either. Labels change, and a retry, a refund and a backtest see what was true then. Its form is EventFacts in
-- domain/campaigns/campaign.ts.
create table event_facts (
  id    uuid  primary key,
  facts jsonb not null
);
call make_append_only('event_facts');

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
  -- The last refund of its purchase that it was evaluated after: for what was kept then.
  refund         integer     not null default 0,
  -- Of one that was parked: its points before caps, why it could not be booked, and when that was.
  earned         bigint,
  problem        text,
  parked_at      timestamptz,
  -- Actor and time, and why.
  dismissed      jsonb,
  dismissed_why  bigint      references texts,
  created_at     timestamptz not null default clock_timestamp(),
  settled_at     timestamptz,
  constraint awards_booked check ((state = 'booked') = (transaction_id is not null) and (state = 'booked') = (points > 0)),
  constraint awards_settled check ((settled_at is null) = (state in ('pending', 'parked'))),
  constraint awards_dismissed check (
    (state = 'dismissed') = (dismissed is not null) and (state = 'dismissed') = (dismissed_why is not null)
  )
);
create index awards_parked on awards (id) where state = 'parked';
create index awards_pending on awards (id) where state = 'pending';
create index awards_open_by_user on awards (user_id) where state in ('pending', 'parked');
-- What a backtest reads, page by page, in order of time.
create index awards_settled_at on awards (client, settled_at, id) where state in ('booked', 'nothing');
