-- role: kpix_auth
-- Where a KPI stands now, so that the lists and the overview of ten thousand KPIs read ten thousand
-- narrow rows and not the end of a million values. Written here alone, in the transaction of whatever
-- it follows from: values, thresholds, the definition. A deleted KPI stands nowhere.
--
-- distance: how far the last value is beyond green, in widths of the band between green and orange
-- (in sizes of the threshold where the two are the same); negative on the good side.
-- previous_status: of the expected period before the last value's; null where that one is missing.
-- due_from, due_on: the first day of the first expected period after the last value, and the day on
-- which it is missing, the one after its end. Null: nothing is expected, or not in this calendar.
create or replace function private.refresh_state(kpis uuid[]) returns void
language plpgsql security definer
set search_path = pg_catalog, pg_temp
as $$
declare
    organization uuid := auth.org();
begin
    -- First the rows, in the order of their keys: the next statement has a snapshot of its own, with
    -- the values of whoever held them until now.
    perform from kpix.kpi_state s
    where s.organization_id = organization and s.kpi_id = any (kpis)
    order by s.kpi_id
    for update;

    insert into kpix.kpi_state as s (
        organization_id, kpi_id, dashboard_id, period_start, period_end, value, status, critical,
        distance, previous_status, previous_critical, due_from, due_on
    )
    select k.organization_id, k.id, k.dashboard_id,
        v.period_start, v.period_end, v.value, v.status, coalesce(v.critical, false),
        (case k.direction when 'UP_IS_BETTER' then t.green - v.value else v.value - t.green end)
            / coalesce(nullif(abs(t.green - t.orange), 0), nullif(abs(t.green), 0), 1),
        b.status, coalesce(b.critical, false),
        case when n.on_ <= date '9999-12-31' then n.from_::date end,
        case when n.on_ <= date '9999-12-31' then n.on_::date end
    from kpix.kpi k
    join (
        values ('DAILY', 'day', interval '1 day'), ('WEEKLY', 'week', interval '7 days'),
            ('MONTHLY', 'month', interval '1 month'), ('QUARTERLY', 'quarter', interval '3 months'),
            ('YEARLY', 'year', interval '1 year')
    ) p (frequency, unit, length) on p.frequency = k.frequency
    left join lateral (
        select * from kpix.kpi_value v where v.organization_id = k.organization_id and v.kpi_id = k.id
        order by v.period_start desc
        limit 1
    ) v on true
    left join kpix.kpi_value b on b.organization_id = k.organization_id and b.kpi_id = k.id
        and b.period_start = (v.period_start - p.length)::date
    left join lateral (
        select t.green, t.orange from kpix.kpi_threshold t
        where t.organization_id = k.organization_id and t.kpi_id = k.id
        order by t.valid_from > v.period_end, abs(t.valid_from - v.period_end)
        limit 1
    ) t on v.period_end is not null
    cross join lateral (
        select coalesce(v.period_start + p.length, date_trunc(p.unit, k.starts_on::timestamp)) as from_
    ) f
    cross join lateral (select f.from_, f.from_ + p.length as on_) n
    where k.organization_id = organization and k.id = any (kpis) and k.deleted_at is null
    order by k.id
    on conflict (organization_id, kpi_id) do update
    set (dashboard_id, period_start, period_end, value, status, critical, distance,
            previous_status, previous_critical, due_from, due_on)
        = (excluded.dashboard_id, excluded.period_start, excluded.period_end, excluded.value,
            excluded.status, excluded.critical, excluded.distance, excluded.previous_status,
            excluded.previous_critical, excluded.due_from, excluded.due_on)
    where s is distinct from excluded;

    delete from kpix.kpi_state s
    using kpix.kpi k
    where s.organization_id = organization and s.kpi_id = any (kpis)
        and k.organization_id = s.organization_id and k.id = s.kpi_id and k.deleted_at is not null;
end $$;

-- For tables of values and of thresholds.
create or replace function private.keep_states() returns trigger
language plpgsql security definer
set search_path = pg_catalog, pg_temp
as $$
begin
    perform private.same_organization(o) from (select distinct w.organization_id o from written w) t;
    perform private.refresh_state(array(select distinct w.kpi_id from written w));
    return null;
end $$;

-- For KPIs themselves.
create or replace function private.keep_state() returns trigger
language plpgsql security definer
set search_path = pg_catalog, pg_temp
as $$
begin
    perform private.same_organization(new.organization_id);
    perform private.refresh_state(array[new.id]);
    return null;
end $$;
