import type { Check } from '#db/audit.ts'

/** What must hold between campaigns, what they gave, and the ledger. */
export const CAMPAIGN_INVARIANTS: Check[] = [
  {
    name: 'a campaign gave the sum of its grants, in all and to each customer, and never more than its caps once allowed',
    population: (sql) => sql<{ count: number }[]>`select count(*)::bigint as count from campaigns`,
    broken: (sql) => sql`
      with cap as (
        select campaign_id, bool_or(after -> 'caps' ->> 'totalPoints' is null) as total_open,
          max((after -> 'caps' ->> 'totalPoints')::bigint) as total,
          bool_or(after -> 'caps' ->> 'pointsPerCustomer' is null) as customer_open,
          max((after -> 'caps' ->> 'pointsPerCustomer')::bigint) as per_customer
        from campaign_history where after is not null
        group by campaign_id
      ), granted as (
        select campaign_id, account_id, sum(points) as points from campaign_grants group by campaign_id, account_id
      ), customer as (
        select coalesce(c.campaign_id, g.campaign_id) as campaign_id, coalesce(c.account_id, g.account_id) as account_id,
          coalesce(c.given_points, 0) as given_points, coalesce(g.points, 0) as grants
        from campaign_customers c full join granted g using (campaign_id, account_id)
      )
      select c.id as campaign, null as account, c.given_points, coalesce(g.points, 0)::bigint as grants, cap.total as cap
      from campaigns c
      join cap on cap.campaign_id = c.id
      left join (select campaign_id, sum(points) as points from granted group by campaign_id) g on g.campaign_id = c.id
      where c.given_points <> coalesce(g.points, 0) or (not cap.total_open and c.given_points > cap.total)
      union all
      select campaign_id, account_id, given_points, grants::bigint, cap.per_customer
      from customer join cap using (campaign_id)
      where given_points <> grants or (not cap.customer_open and given_points > cap.per_customer)
      limit 100`,
  },
  {
    name: 'points that campaigns issued are the sum of their grants, and so is what refunds took back of them',
    population: (sql) => sql<{ count: number }[]>`
      select count(*)::bigint as count from points_events where payload ? 'details'`,
    broken: (sql) => sql`
      select e.transaction_id as transaction, e.type, e.amount, coalesce(sum(abs(g.points)), 0)::bigint as grants
      from points_events e
      join points_events issued on issued.transaction_id = coalesce(e.reverses, e.transaction_id)
      left join campaign_grants g on g.transaction_id = e.transaction_id
      where issued.payload -> 'details' ? 'campaigns'
      group by e.transaction_id, e.type, e.amount
      having e.amount <> coalesce(sum(abs(g.points)), 0)
        or bool_or(sign(g.points) <> case e.type when 'issued' then 1 else -1 end)
      limit 100`,
  },
  {
    name: 'an award that was booked has one issue of its points, and any other none',
    population: (sql) => sql<{ count: number }[]>`select count(*)::bigint as count from awards`,
    broken: (sql) => sql`
      select a.id as award, a.state, a.points, issued.times, issued.points as issued
      from awards a
      cross join lateral (
        select count(*) as times, coalesce(sum(amount), 0)::bigint as points,
          coalesce(bool_and(transaction_id = a.transaction_id and account_id = a.user_id), true) as same
        from points_events where reference = a.id::text and reason = a.kind and type = 'issued'
      ) issued
      where issued.times <> case a.state when 'booked' then 1 else 0 end or issued.points <> a.points or not issued.same
      limit 100`,
  },
  {
    name: 'a campaign stands as the last entry of its history says',
    population: (sql) => sql<{ count: number }[]>`select count(*)::bigint as count from campaign_history`,
    broken: (sql) => sql`
      select c.id as campaign, c.version, h.entries, h.last
      from campaigns c
      cross join lateral (
        select count(*) as entries, (array_agg(after order by version desc))[1] as last
        from campaign_history where campaign_id = c.id
      ) h
      where c.version <> h.entries or (c.deleted_at is null) <> (h.last is not null)
        or (h.last is not null and (c.status, c.rules, c.cap_total_points, c.cap_points_per_customer, c.starts_at, c.ends_at)
          is distinct from (h.last ->> 'status', h.last -> 'rules', (h.last -> 'caps' ->> 'totalPoints')::bigint,
            (h.last -> 'caps' ->> 'pointsPerCustomer')::bigint, (h.last ->> 'startsAt')::timestamptz,
            (h.last ->> 'endsAt')::timestamptz))
      limit 100`,
  },
]
