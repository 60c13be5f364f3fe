-- role: kpix_auth
-- Action plans: what a constraint cannot say, the history of each, and the verdict of the values.
-- Whether a status follows another and how a sentence says why are rules of the interface
-- (kpix_tui/domains/plans/rules.py); here is what holds whoever writes.

-- An action and its sub-actions change one at a time: an action is never closed while a part of it
-- is being opened.
create or replace function private.check_plan_family() returns trigger
language plpgsql security definer
set search_path = pg_catalog, pg_temp
as $$
declare
    parent kpix.action_plan;
    is_open boolean := new.deleted_at is null and new.status in ('OPEN', 'IN_PROGRESS');
begin
    perform private.same_organization(new.organization_id);
    perform pg_advisory_xact_lock(hashtextextended(coalesce(new.parent_id, new.id)::text, 0));
    if new.parent_id is not null then
        select * into parent from kpix.action_plan p
        where p.organization_id = new.organization_id and p.id = new.parent_id;
        if tg_op = 'INSERT' and (parent.id is null or parent.parent_id is not null) then
            raise check_violation using constraint = 'ck_action_plan_nested',
                message = 'a sub-action is part of an action, and has no parts of its own';
        end if;
        if new.deleted_at is null and parent.deleted_at is not null
            or is_open and parent.status in ('DONE', 'CANCELLED')
        then
            raise check_violation using constraint = 'ck_action_plan_parent_open',
                message = 'what is part of a closed action is not open';
        end if;
    elsif not is_open and exists (
        select from kpix.action_plan p
        where p.organization_id = new.organization_id and p.parent_id = new.id and p.deleted_at is null
            and (new.deleted_at is not null or p.status in ('OPEN', 'IN_PROGRESS'))
    ) then
        raise check_violation using constraint = 'ck_action_plan_parts_closed',
            message = 'an action is closed after its sub-actions';
    end if;
    return new;
end $$;

-- A verdict tells something about values: a criterion is set by whoever may read them, before there
-- are results to fit it to.
create or replace function private.check_plan_criterion() returns trigger
language plpgsql security definer
set search_path = pg_catalog, pg_temp
as $$
begin
    perform private.same_organization(new.organization_id);
    if tg_op = 'UPDATE' and old.started_on is not null then
        raise check_violation using constraint = 'ck_action_plan_criterion_fixed',
            message = 'a criterion is fixed when the action starts';
    end if;
    if new.criterion_kpi_id is not null and not (
        new.criterion_kpi_id in (select auth.kpis('kpi:read'))
        and new.criterion_kpi_id in (select auth.kpis('kpi_value:read'))
    ) then
        raise insufficient_privilege using message = 'kpi_value:read is needed on the KPI of a criterion';
    end if;
    return new;
end $$;

-- To give an action to somebody else takes a permission of its own. For all rows of a statement.
create or replace function private.check_given_plans() returns trigger
language plpgsql security definer
set search_path = pg_catalog, pg_temp
as $$
begin
    if exists (
        select
        from given g
        join kept k on k.organization_id = g.organization_id and k.id = g.id and k.owner_id <> g.owner_id
        where (g.organization_id = (select auth.org()) and (
            g.dashboard_id in (select auth.dashboards('action_plan:assign'))
            or g.kpi_id in (select auth.single_kpis('action_plan:assign'))
            or g.owner_id in (select auth.owners('action_plan:assign'))
            or g.created_by in (select auth.owners('action_plan:assign'))
        )) is not true
    ) then
        raise insufficient_privilege using message = 'action_plan:assign is needed on the action';
    end if;
    return null;
end $$;

-- What the values say of an action that is done; null for any other. As the rules of the interface
-- say it: without division, so that nothing is rounded.
create or replace function private.plan_verdict(p kpix.action_plan) returns text
language sql stable security definer
set search_path = pg_catalog, pg_temp
return (
    select case
        when p.criterion_kind = 'LEVEL' and n.worse > 0 then 'NOT_EFFECTIVE'
        when n.after < p.criterion_periods
            or p.criterion_kind = 'SHIFT' and n.before < p.criterion_periods then 'TOO_EARLY'
        when p.criterion_kind = 'LEVEL'
            or n.better >= p.criterion_amount * p.criterion_periods then 'EFFECTIVE'
        else 'NOT_EFFECTIVE'
    end
    from kpix.kpi k
    join (
        values ('DAILY', 'day', interval '1 day'), ('WEEKLY', 'week', interval '7 days'),
            ('MONTHLY', 'month', interval '1 month'), ('QUARTERLY', 'quarter', interval '3 months'),
            ('YEARLY', 'year', interval '1 year')
    ) as f (frequency, unit, length) on f.frequency = k.frequency
    cross join lateral (
        select case k.direction when 'UP_IS_BETTER' then 1 else -1 end as sign,
            date_trunc(f.unit, p.started_on::timestamp) as started,
            date_trunc(f.unit, p.closed_on::timestamp) as closed
    ) x
    cross join lateral (
        select count(*) filter (where v.period_start > x.closed) as after,
            count(*) filter (where v.period_start < x.started) as before,
            count(*) filter (where v.period_start > x.closed
                and v.value * x.sign < p.criterion_amount * x.sign) as worse,
            sum(case when v.period_start > x.closed then v.value else -v.value end) * x.sign as better
        from kpix.kpi_value v
        where v.organization_id = k.organization_id and v.kpi_id = k.id
            and (v.period_start > x.closed and v.period_start <= x.closed + p.criterion_periods * f.length
                or v.period_start < x.started and v.period_start >= x.started - p.criterion_periods * f.length)
    ) n
    where p.status = 'DONE' and k.organization_id = p.organization_id and k.id = p.criterion_kpi_id
);

-- The values are held still meanwhile, by the lock that whoever writes them shares.
create or replace function private.judge_plan() returns trigger
language plpgsql security definer
set search_path = pg_catalog, pg_temp
as $$
begin
    perform private.same_organization(new.organization_id);
    if new.status = 'DONE' and new.criterion_kpi_id is not null then
        perform pg_advisory_xact_lock(hashtextextended(new.criterion_kpi_id::text, 0));
    end if;
    new.verdict := private.plan_verdict(new);
    return new;
end $$;

-- Each action that is judged by the KPIs of the values. The rows are locked first: whoever wrote
-- other values meanwhile is waited for, and the statement that judges sees theirs as well.
create or replace function private.judge_plans() returns trigger
language plpgsql security definer
set search_path = pg_catalog, pg_temp
as $$
declare
    organization uuid := auth.org();
    plans uuid[];
begin
    plans := array(
        select p.id from kpix.action_plan p
        where p.organization_id = organization and p.status = 'DONE' and p.deleted_at is null
            and p.criterion_kpi_id in (select w.kpi_id from written w)
        order by p.id
        for no key update
    );
    if cardinality(plans) > 0 then
        update kpix.action_plan p set verdict = private.plan_verdict(p)
        where p.organization_id = organization and p.id = any (plans) and p.status = 'DONE'
            and p.verdict is distinct from private.plan_verdict(p);
    end if;
    return null;
end $$;

-- What an action says, without what only the database needs. A number as text: no client rounds it.
create or replace function private.plan_said(p kpix.action_plan) returns jsonb
language sql immutable
set search_path = pg_catalog, pg_temp
return to_jsonb(p)
    - array['organization_id', 'id', 'kpi_id', 'dashboard_id', 'parent_id', 'version', 'created_by', 'created_at',
        'criterion_kpi_id', 'criterion_kind', 'criterion_amount', 'criterion_periods']
    || jsonb_build_object('criterion', case when p.criterion_kpi_id is not null then jsonb_build_object(
        'kpi_id', p.criterion_kpi_id, 'kind', p.criterion_kind, 'amount', p.criterion_amount::text,
        'periods', p.criterion_periods) end);

-- What was changed at once, field by field, from and to. What kpix judged was changed by nobody.
create or replace function private.keep_plan_change() returns trigger
language plpgsql security definer
set search_path = pg_catalog, pg_temp
as $$
declare
    before jsonb := case when tg_op = 'UPDATE' then private.plan_said(old) end;
    after jsonb := private.plan_said(new);
    changed jsonb := case when before is null then after else private.changed(after, before) end;
begin
    perform private.same_organization(new.organization_id);
    if changed is not null then
        insert into kpix.action_plan_change (organization_id, plan_id, changed_by, version, old, new)
        values (
            new.organization_id, new.id,
            case when changed - 'verdict' <> '{}' then auth.user_id() end,
            new.version, private.changed(before, after), changed
        );
    end if;
    return null;
end $$;
