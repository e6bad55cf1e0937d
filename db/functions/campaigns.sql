-- Campaigns: adding one within the limit of its client. What they give, and their caps, are in points.sql.

-- Adds a campaign, with the first entry of its history. Refusals: campaign_exists; too_many_campaigns, when its client has as many as
-- it may have. Versions of a name never come again: the first of a new campaign follows the last of one that was deleted.
create or replace function create_campaign(
  new_id uuid, owner text, new_name text, new_name_key text, new_terms jsonb, max_campaigns integer, who text,
  key_scope text, request_key text, hash text
) returns jsonb
language plpgsql security definer set search_path = public, pg_temp as $$
declare
  answer        jsonb := claim_key(key_scope, request_key, hash, new_id::text);
  first_version bigint;
begin
  if answer is not null then
    return answer;
  end if;
  -- Campaigns of a client are added one after the other, so that the limit holds, and each sees the versions before it.
  perform pg_advisory_xact_lock(hashtextextended('campaigns of ' || owner, 0));
  if (select count(*) from campaigns where client = owner and deleted_at is null) >= max_campaigns then
    return refuse_key(key_scope, request_key, 'too_many_campaigns');
  end if;
  select coalesce(max(version), 0) + 1 into first_version from campaigns where client = owner and name_key = new_name_key;
  insert into campaigns (
    id, client, name, name_key, event_types, status, starts_at, ends_at, time_zone, priority, exclusive_group, cap_total_points,
    cap_points_per_customer, available_after_days, expiry, rules, version
  ) values (
    new_id, owner, new_name, new_name_key, new_terms -> 'eventTypes', new_terms ->> 'status', (new_terms ->> 'startsAt')::timestamptz,
    (new_terms ->> 'endsAt')::timestamptz, new_terms ->> 'timeZone', (new_terms -> 'priority')::integer,
    new_terms ->> 'exclusiveGroup', (new_terms -> 'caps' ->> 'totalPoints')::bigint,
    (new_terms -> 'caps' ->> 'pointsPerCustomer')::bigint, (new_terms -> 'availableAfterDays')::integer,
    nullif(new_terms -> 'expiry', 'null'), new_terms -> 'rules', first_version
  ) on conflict (client, name_key) where deleted_at is null do nothing;
  if not found then
    return refuse_key(key_scope, request_key, 'campaign_exists');
  end if;
  insert into campaign_history (campaign_id, version, action, actor, after)
  values (new_id, first_version, 'created', who, new_terms);
  return key_done(new_id::text);
end
$$;
