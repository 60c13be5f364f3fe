-- role: kpix_auth
-- A value says what its thresholds and its frequency say, whoever wrote it: the rules are those of
-- kpix_tui/domains/kpis/rules.py and kernel/periods.py, asked again here for all rows of a statement.
create or replace function private.check_values(kpis uuid[], first date, last date) returns void
language plpgsql security definer
set search_path = pg_catalog, pg_temp
as $$
declare
    organization uuid := auth.org();
begin
    if exists (
        select
        from kpix.kpi k
        join (
            values ('DAILY', 'day', interval '1 day'), ('WEEKLY', 'week', interval '7 days'),
                ('MONTHLY', 'month', interval '1 month'), ('QUARTERLY', 'quarter', interval '3 months'),
                ('YEARLY', 'year', interval '1 year')
        ) as p (frequency, unit, length) on p.frequency = k.frequency
        join kpix.kpi_value v on v.organization_id = k.organization_id and v.kpi_id = k.id
            and v.period_start between first and last
        cross join lateral (
            select case k.direction when 'UP_IS_BETTER' then 1 else -1 end as sign,
                date_trunc(p.unit, v.period_start::timestamp) as starts
        ) x
        -- In force at the end of the period; the first ones hold for every earlier period too.
        left join lateral (
            select t.green, t.orange, t.red from kpix.kpi_threshold t
            where t.organization_id = k.organization_id and t.kpi_id = k.id
            order by t.valid_from > v.period_end, abs(t.valid_from - v.period_end)
            limit 1
        ) t on true
        where k.organization_id = organization and k.id = any (kpis)
            and (
                -- No client has a day before the first year.
                v.period_start < date '0001-01-01'
                or v.period_start <> x.starts
                -- The calendar of the interface ends on a Friday: its last week is cut short.
                or v.period_end <> least(x.starts + p.length - interval '1 day', timestamp '9999-12-31')
                or v.status is distinct from case
                    when v.value * x.sign >= t.green * x.sign then 'GREEN'
                    when v.value * x.sign >= t.orange * x.sign then 'ORANGE'
                    when t.green is not null then 'RED'
                end
                or v.critical is distinct from
                    (t.red is not null and v.value * x.sign < least(t.orange * x.sign, t.red * x.sign))
            )
    ) then
        raise check_violation using constraint = 'ck_kpi_value_judged',
            message = 'a value has the status that its thresholds give and a period of its frequency';
    end if;
end $$;

-- A definition is held still while values are judged by it: the locks are those of the interface
-- (kpix_tui/domains/kpis/queries.py), in the order of the keys.
create or replace function private.check_written_values() returns trigger
language plpgsql security definer
set search_path = pg_catalog, pg_temp
as $$
declare
    kpis uuid[] := array(select distinct w.kpi_id from written w);
begin
    perform pg_advisory_xact_lock_shared(l.key)
    from (select hashtextextended(k::text, 0) as key from unnest(kpis) k order by 1) l;
    perform private.check_values(kpis, min(w.period_start), max(w.period_start)) from written w;
    return null;
end $$;

-- Arguments: the column that holds the KPI's id. At the end of the transaction, when the values that
-- a change of thresholds concerns have been judged again.
create or replace function private.check_values_again() returns trigger
language plpgsql security definer
set search_path = pg_catalog, pg_temp
as $$
declare
    kpi uuid := (to_jsonb(new) ->> tg_argv[0])::uuid;
begin
    -- Who is somebody else by then, or nobody, sees no value that could be wrong.
    perform private.same_organization(new.organization_id);
    perform pg_advisory_xact_lock(hashtextextended(kpi::text, 0));
    perform private.check_values(array[kpi], '-infinity', 'infinity');
    return null;
end $$;
