-- role: kpix_auth
-- What policies ask: how far do the principal's permissions reach? A role says what one may do and
-- its scope how far; a share extends how far, never what. Sight of a dashboard is decided here and
-- nowhere else; a KPI and its values are seen through it. In PL/pgSQL because its plans are kept:
-- these run in every query.
create or replace function auth.org() returns uuid
language plpgsql stable security definer parallel restricted
set search_path = pg_catalog, pg_temp
as $$
declare
    me private.principal := private.verified();
begin
    return me.organization_id;
end $$;

create or replace function auth.user_id() returns uuid
language plpgsql stable security definer parallel restricted
set search_path = pg_catalog, pg_temp
as $$
declare
    me private.principal := private.verified();
begin
    return me.user_id;
end $$;

-- What these functions look up, once more each by who asks: put into their queries by the planner, and
-- read under the policies of whoever reads. A scope counts 1 OWN, 2 TEAM, 3 ORGANIZATION; a level
-- 1 VIEWER, 2 CONTRIBUTOR, 3 MANAGER. The arrays are written out: a function of ours would be called
-- for every row.
create or replace view private.held with (security_invoker) as
select ur.organization_id, ur.user_id, rp.permission,
    array_position(array['OWN', 'TEAM', 'ORGANIZATION'], rp.scope) as scope
from kpix.user_role ur
join kpix.role_permission rp on rp.organization_id = ur.organization_id and rp.role_id = ur.role_id;

create or replace view private.mate with (security_invoker) as
select mine.organization_id, mine.user_id, mate.user_id as mate_id
from kpix.team_member mine
join kpix.team_member mate on mate.organization_id = mine.organization_id and mate.team_id = mine.team_id;

create or replace view private.share with (security_invoker) as
select s.organization_id, s.user_id, s.dashboard_id,
    array_position(array['VIEWER', 'CONTRIBUTOR', 'MANAGER'], s.level) as level
from kpix.dashboard_share s
where s.user_id is not null and (s.expires_at is null or s.expires_at > now())
union all
select m.organization_id, m.user_id, s.dashboard_id,
    array_position(array['VIEWER', 'CONTRIBUTOR', 'MANAGER'], s.level)
from kpix.team_member m
join kpix.dashboard_share s on s.organization_id = m.organization_id and s.team_id = m.team_id
where s.expires_at is null or s.expires_at > now();

-- The widest scope at which one of the principal's roles grants a permission; null when none does.
create or replace function auth.scope(permission text) returns text
language plpgsql stable security definer parallel restricted
set search_path = pg_catalog, pg_temp
as $$
declare
    me private.principal := private.verified();
    widest integer;
begin
    select max(h.scope) into widest
    from private.held h
    where h.organization_id = me.organization_id and h.user_id = me.user_id
        and h.permission = scope.permission;
    return (array['OWN', 'TEAM', 'ORGANIZATION'])[widest];
end $$;

create or replace function auth.everywhere(permission text) returns boolean
language plpgsql stable security definer parallel restricted
set search_path = pg_catalog, pg_temp
as $$
begin
    return coalesce(auth.scope(permission) = 'ORGANIZATION', false);
end $$;

-- How far permissions reach together, for policies that look for the organisation of a row in it: first
-- stands the organisation if they reach every dashboard and KPI of it (who may give every dashboard to
-- somebody else sees every dashboard), second if the principal holds them in all of it. No bare yes:
-- that could be another login's, whose token was presented meanwhile. One question and not several,
-- because a policy asks it for each table of a query.
create or replace function auth.reach(variadic permissions text[]) returns uuid[]
language plpgsql stable security definer parallel restricted
set search_path = pg_catalog, pg_temp
as $$
declare
    me private.principal := private.verified();
    question text := 'reach ' || permissions::text;
    answer uuid[] := private.kept(question);
    everywhere text[];
    reads boolean;
begin
    if answer is null then
        select array_agg(h.permission) filter (where h.scope = 3), bool_or(h.permission = 'dashboard:read')
        into everywhere, reads
        from private.held h
        where h.organization_id = me.organization_id and h.user_id = me.user_id
            and h.permission = any (permissions || array['dashboard:assign', 'dashboard:read']);
        answer := private.keep(question, array[
            case when reads and 'dashboard:assign' = any (everywhere)
                and everywhere @> array_remove(permissions, 'dashboard:read') then me.organization_id end,
            case when everywhere @> permissions then me.organization_id end
        ]);
    end if;
    return answer;
end $$;

-- The organisation in all of which the principal holds a permission; null where they do not.
create or replace function auth.org_with(permission text) returns uuid
language plpgsql stable security definer parallel restricted
set search_path = pg_catalog, pg_temp
as $$
begin
    return (auth.reach(permission))[2];
end $$;

create or replace function auth.org_unlimited(permission text) returns uuid
language plpgsql stable security definer parallel restricted
set search_path = pg_catalog, pg_temp
as $$
begin
    return (auth.reach(permission))[1];
end $$;

create or replace function auth.my_teams() returns setof uuid
language plpgsql stable security definer parallel restricted rows 10
set search_path = pg_catalog, pg_temp
as $$
declare
    me private.principal := private.verified();
begin
    return query
    select m.team_id from kpix.team_member m
    where m.organization_id = me.organization_id and m.user_id = me.user_id;
end $$;

create or replace function auth.led_teams() returns setof uuid
language plpgsql stable security definer parallel restricted rows 10
set search_path = pg_catalog, pg_temp
as $$
declare
    me private.principal := private.verified();
begin
    return query
    select m.team_id from kpix.team_member m
    where m.organization_id = me.organization_id and m.user_id = me.user_id and m.is_lead;
end $$;

-- The teams whose members the principal takes in and lets go as their lead.
create or replace function auth.managed_teams() returns setof uuid
language plpgsql stable security definer parallel restricted rows 10
set search_path = pg_catalog, pg_temp
as $$
begin
    if auth.scope('team:update') = 'TEAM' then
        return query select auth.led_teams();
    end if;
end $$;

-- The users whose objects a permission reaches: oneself, and with a wider scope one's team mates.
create or replace function auth.owners(permission text) returns setof uuid
language plpgsql stable security definer parallel restricted rows 30
set search_path = pg_catalog, pg_temp
as $$
declare
    me private.principal := private.verified();
    question text := 'owners ' || permission;
    answer uuid[] := private.kept(question);
begin
    if answer is null then
        answer := private.keep(question, array(
            with widest as materialized (
                select max(h.scope) as scope
                from private.held h
                where h.organization_id = me.organization_id and h.user_id = me.user_id
                    and h.permission = owners.permission
            )
            select me.user_id where (select w.scope from widest w) >= 1
            union
            select m.mate_id from private.mate m
            where m.organization_id = me.organization_id and m.user_id = me.user_id
                and (select w.scope from widest w) >= 2
        ));
    end if;
    return query select unnest(answer);
end $$;

create or replace function private.level_rank(level text) returns integer
language sql immutable
set search_path = pg_catalog, pg_temp
return array_position(array['VIEWER', 'CONTRIBUTOR', 'MANAGER'], level);

-- The lowest level of a share that extends a permission; null when no share does.
create or replace function private.level_needed(permission text) returns text
language sql immutable
set search_path = pg_catalog, pg_temp
return case
    when permission in ('dashboard:read', 'kpi:read', 'kpi_value:read', 'action_plan:read', 'comment:read',
            'comment:create')
        then 'VIEWER'
    when permission in ('kpi_value:create', 'kpi_value:update', 'action_plan:create') then 'CONTRIBUTOR'
    when permission in ('dashboard:update', 'dashboard:assign', 'kpi:create', 'kpi:update', 'kpi:delete',
            'action_plan:update', 'action_plan:delete', 'action_plan:assign')
        then 'MANAGER'
end;

-- Each dashboard that is shared with the principal, and the highest level of it.
create or replace function auth.shared() returns table (dashboard_id uuid, level text)
language plpgsql stable security definer parallel restricted rows 30
set search_path = pg_catalog, pg_temp
as $$
declare
    me private.principal := private.verified();
begin
    return query
    select s.dashboard_id, (array['VIEWER', 'CONTRIBUTOR', 'MANAGER'])[max(s.level)]
    from private.share s
    where s.organization_id = me.organization_id and s.user_id = me.user_id
    group by s.dashboard_id;
end $$;

-- The dashboards that are in sight whatever their visibility, to whoever reads dashboards at all:
-- one's own, and those that are shared with one.
create or replace function auth.near_dashboards() returns setof uuid
language plpgsql stable security definer parallel restricted rows 100
set search_path = pg_catalog, pg_temp
as $$
declare
    me private.principal := private.verified();
    answer uuid[] := private.kept('near_dashboards');
begin
    if answer is null then
        answer := private.keep('near_dashboards', array(
            select n.id
            from (
                select b.id from kpix.dashboard b
                where b.organization_id = me.organization_id and b.owner_id = me.user_id
                union all
                select s.dashboard_id from private.share s
                where s.organization_id = me.organization_id and s.user_id = me.user_id
            ) n
            where exists (
                select from private.held h
                where h.organization_id = me.organization_id and h.user_id = me.user_id
                    and h.permission = 'dashboard:read'
            )
        ));
    end if;
    return query select unnest(answer);
end $$;

-- The dashboards that the principal sees and that a permission reaches. One statement, because this
-- runs for each table that a query reads.
create or replace function auth.dashboards(permission text) returns setof uuid
language plpgsql stable security definer parallel restricted rows 300
set search_path = pg_catalog, pg_temp
as $$
declare
    me private.principal := private.verified();
    needed integer := private.level_rank(private.level_needed(permission));
begin
    return query
    with held as materialized (
        select
            max(h.scope) filter (where h.permission = 'dashboard:read') as reading,
            max(h.scope) filter (where h.permission = dashboards.permission) as scope,
            max(h.scope) filter (where h.permission = 'dashboard:assign') = 3 as sees_all
        from private.held h
        where h.organization_id = me.organization_id and h.user_id = me.user_id
            and h.permission in ('dashboard:read', 'dashboard:assign', dashboards.permission)
    ),
    mates as (
        select m.mate_id from private.mate m
        where m.organization_id = me.organization_id and m.user_id = me.user_id
    ),
    shares as (
        select s.dashboard_id, s.level from private.share s
        where s.organization_id = me.organization_id and s.user_id = me.user_id
    )
    select b.id
    from held h, kpix.dashboard b
    where b.organization_id = me.organization_id and h.reading is not null and h.scope is not null
        and (
            h.sees_all or b.visibility = 'ORGANIZATION' and h.reading = 3
            or b.visibility <> 'PRIVATE' and h.reading >= 2 and b.owner_id in (select m.mate_id from mates m)
            or b.owner_id = me.user_id or b.id in (select s.dashboard_id from shares s)
        )
        and (
            permission = 'dashboard:read' or h.scope = 3 or b.owner_id = me.user_id
            or h.scope = 2 and b.owner_id in (select m.mate_id from mates m)
            or b.id in (select s.dashboard_id from shares s where s.level >= needed)
        );
end $$;

-- The KPIs whose values the principal, or a team of theirs, was asked to enter.
create or replace function auth.assigned() returns setof uuid
language plpgsql stable security definer parallel restricted rows 30
set search_path = pg_catalog, pg_temp
as $$
declare
    me private.principal := private.verified();
begin
    return query
    select a.kpi_id
    from kpix.kpi_assignment a
    where a.organization_id = me.organization_id
        and (a.user_id = me.user_id or a.team_id = any (array(select auth.my_teams())));
end $$;

-- The KPIs that a permission reaches whatever it does to their dashboards, which are seen: through
-- their own owner, or because their values are to be entered.
create or replace function auth.single_kpis(permission text) returns setof uuid
language plpgsql stable security definer parallel restricted rows 100
set search_path = pg_catalog, pg_temp
as $$
declare
    me private.principal := private.verified();
    assigned uuid[];
begin
    if permission in ('kpi_value:create', 'kpi_value:update') and auth.scope(permission) is not null then
        assigned := array(select auth.assigned());
    end if;
    return query
    select k.id from kpix.kpi k
    where k.organization_id = me.organization_id
        and (k.owner_id = any (array(select auth.owners(permission))) or k.id = any (assigned))
        and k.dashboard_id in (select auth.dashboards('dashboard:read'));
end $$;

-- The KPIs that the principal sees and that a permission reaches.
create or replace function auth.kpis(permission text) returns setof uuid
language plpgsql stable security definer parallel restricted rows 3000
set search_path = pg_catalog, pg_temp
as $$
declare
    me private.principal := private.verified();
begin
    return query
    select k.id from kpix.kpi k
    where k.organization_id = me.organization_id
        and (k.dashboard_id in (select auth.dashboards(permission))
            or k.id in (select auth.single_kpis(permission)))
        and (permission = 'kpi:read' or (select auth.everywhere('kpi:read'))
            or k.id in (select auth.kpis('kpi:read')));
end $$;

-- Of the first schema.
drop function if exists private.scopes(text);
drop function if exists private.shared_ranks();
drop function if exists private.mates();
drop function if exists auth.unlimited(text);
