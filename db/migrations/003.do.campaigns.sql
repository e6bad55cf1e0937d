-- Campaigns: rules as data, what they gave, and what their caps leave.
--
-- A campaign's row is how it stands now; its history, how it stood at any time. Purchases are judged by how it stood when
-- they were confirmed, however late their points are booked. Nothing is ever deleted: points refer to it.

create table campaigns (
  id                      uuid        primary key,
  client                  resource_id not null,
  name                    text        not null check (length(name) between 1 and 100),
  status                  text        not null check (status in ('active', 'inactive')),
  starts_at               timestamptz,
  -- The first instant at which it no longer runs.
  ends_at                 timestamptz check (ends_at > starts_at),
  cap_total_points        bigint      check (cap_total_points >= 0),
  cap_points_per_customer bigint      check (cap_points_per_customer >= 0),
  rules                   jsonb       not null,
  -- Number of entries in its history.
  version                 bigint      not null default 1,
  -- The sum of its grants.
  given_points            bigint      not null default 0 check (given_points >= 0),
  created_at              timestamptz not null default now(),
  updated_at              timestamptz not null default now(),
  deleted_at              timestamptz
);
create unique index campaigns_name on campaigns (client, name) where deleted_at is null;

-- Who changed what, and when. "before" and "after" are status, schedule, caps and rules; null where there was, or is, none.
create table campaign_history (
  campaign_id uuid        not null references campaigns,
  version     bigint      not null check (version > 0),
  action      text        not null check (action in ('created', 'updated', 'deleted')),
  actor       text        not null,
  -- In milliseconds, as the events are that are compared with it.
  at          timestamptz not null default date_trunc('milliseconds', now()),
  before      jsonb,
  after       jsonb,
  primary key (campaign_id, version),
  check ((before is null) = (action = 'created') and (after is null) = (action = 'deleted'))
);
call make_append_only('campaign_history');

-- What a campaign contributed to an award and, below zero, what a refund took back of it.
create table campaign_grants (
  transaction_id uuid        not null references points_events (transaction_id),
  campaign_id    uuid        not null references campaigns,
  account_id     resource_id not null,
  points         bigint      not null check (points <> 0),
  at             timestamptz not null default now(),
  primary key (transaction_id, campaign_id)
);
create index campaign_grants_by_campaign on campaign_grants (campaign_id, account_id);
call make_append_only('campaign_grants');

-- The same sums per customer.
create table campaign_customers (
  campaign_id  uuid        not null references campaigns,
  account_id   resource_id not null,
  given_points bigint      not null default 0 check (given_points >= 0),
  primary key (campaign_id, account_id)
);

-- What happened in other systems, and how its award ended; unset: not yet.
create table external_events (
  id              uuid        primary key,
  scope           text        not null,
  idempotency_key text        not null,
  request_hash    text        not null,
  type            text        not null,
  client          resource_id not null,
  account_id      resource_id not null,
  payload         jsonb       not null,
  -- When it was taken: what it is judged by.
  occurred_at     timestamptz not null default date_trunc('milliseconds', now()),
  award           text        check (award in ('booked', 'nothing', 'parked')),
  evaluation      jsonb,
  problem         text,
  points_issued   bigint      not null default 0 check (points_issued >= 0),
  parked_at       timestamptz,
  constraint external_events_key unique (scope, idempotency_key)
);
create index external_events_parked on external_events (id) where award = 'parked';
create index external_events_unsettled on external_events (id) where award is null;
