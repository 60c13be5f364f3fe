-- role: kpix_auth
-- What policies ask: how far do the principal's permissions reach? A role says what one may do and
-- its scope how far; a share extends how far, never what. Sight of a dashboard is decided here and
-- nowhere else; a KPI and its values are seen through it. In PL/pgSQL because its plans are kept:
-- these run in every query.
create or replace function auth.org() returns uuid
language sql stable security definer parallel restricted
set search_path = pg_catalog, pg_temp
return (private.verified()).organization_id;

create or replace function auth.user_id() returns uuid
language sql stable security definer parallel restricted
set search_path = pg_catalog, pg_temp
return (private.verified()).user_id;

-- The widest scope at which one of the principal's roles grants a permission; null when none does.
create or replace function auth.scope(permission text) returns text
language plpgsql stable security definer parallel restricted
set search_path = pg_catalog, pg_temp
as $$
declare
    me private.principal := private.verified();
    widest integer;
begin
    select max(array_position(array['OWN', 'TEAM', 'ORGANIZATION'], rp.scope)) into widest
    from kpix.user_role ur
    join kpix.role_permission rp
        on rp.organization_id = ur.organization_id and rp.role_id = ur.role_id
    where ur.organization_id = me.organization_id and ur.user_id = me.user_id
        and rp.permission = scope.permission;
    return (array['OWN', 'TEAM', 'ORGANIZATION'])[widest];
end $$;

create or replace function auth.everywhere(permission text) returns boolean
language plpgsql stable security definer parallel restricted
set search_path = pg_catalog, pg_temp
as $$
begin
    return coalesce(auth.scope(permission) = 'ORGANIZATION', false);
end $$;

-- Whether a permission reaches every dashboard and KPI, so that no row has to be looked at: who may
-- give every dashboard to somebody else sees every dashboard.
create or replace function auth.unlimited(permission text) returns boolean
language plpgsql stable security definer parallel restricted
set search_path = pg_catalog, pg_temp
as $$
begin
    return auth.everywhere('dashboard:assign') and auth.everywhere(permission)
        and auth.scope('dashboard:read') is not null;
end $$;

-- The organisation in all of which the principal holds a permission; null where they do not. Policies
-- compare a row's with it: a bare yes could be another login's, whose token was presented meanwhile.
create or replace function auth.org_with(permission text) returns uuid
language plpgsql stable security definer parallel restricted
set search_path = pg_catalog, pg_temp
as $$
begin
    return case when auth.everywhere(permission) then auth.org() end;
end $$;

create or replace function auth.org_unlimited(permission text) returns uuid
language plpgsql stable security definer parallel restricted
set search_path = pg_catalog, pg_temp
as $$
begin
    return case when auth.unlimited(permission) then auth.org() end;
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

-- The users who share a team with the principal.
create or replace function private.mates() returns setof uuid
language plpgsql stable security definer parallel restricted rows 30
set search_path = pg_catalog, pg_temp
as $$
declare
    me private.principal := private.verified();
begin
    return query
    select distinct mate.user_id
    from kpix.team_member mine
    join kpix.team_member mate
        on mate.organization_id = mine.organization_id and mate.team_id = mine.team_id
    where mine.organization_id = me.organization_id and mine.user_id = me.user_id;
end $$;

-- The users whose objects a permission reaches: oneself, and with a wider scope one's team mates.
create or replace function auth.owners(permission text) returns setof uuid
language plpgsql stable security definer parallel restricted rows 30
set search_path = pg_catalog, pg_temp
as $$
declare
    scope text := auth.scope(permission);
begin
    if scope is not null then
        return next auth.user_id();
        if scope <> 'OWN' then
            return query select private.mates();
        end if;
    end if;
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

-- The dashboards that are shared with the principal now, and the highest rank of it. The array is
-- written out in here: a function of ours would be called for every row.
create or replace function private.shared_ranks() returns table (dashboard_id uuid, rank integer)
language plpgsql stable security definer parallel restricted rows 30
set search_path = pg_catalog, pg_temp
as $$
declare
    me private.principal := private.verified();
begin
    return query
    select s.dashboard_id, max(array_position(array['VIEWER', 'CONTRIBUTOR', 'MANAGER'], s.level))
    from (
        select u.dashboard_id, u.level, u.expires_at from kpix.dashboard_share u
        where u.organization_id = me.organization_id and u.user_id = me.user_id
        union all
        select t.dashboard_id, t.level, t.expires_at
        from kpix.team_member m
        join kpix.dashboard_share t
            on t.organization_id = m.organization_id and t.team_id = m.team_id
        where m.organization_id = me.organization_id and m.user_id = me.user_id
    ) s
    where s.expires_at is null or s.expires_at > now()
    group by s.dashboard_id;
end $$;

create or replace function auth.shared() returns table (dashboard_id uuid, level text)
language sql stable security definer parallel restricted rows 30
set search_path = pg_catalog, pg_temp
begin atomic
    select s.dashboard_id, (array['VIEWER', 'CONTRIBUTOR', 'MANAGER'])[s.rank] from private.shared_ranks() s;
end;

-- The dashboards that are in sight because of whose they are: one's own, those that are shared with
-- one, and the team mates' that are not private, for whoever reads further than their own.
create or replace function auth.near_dashboards() returns setof uuid
language plpgsql stable security definer parallel restricted rows 100
set search_path = pg_catalog, pg_temp
as $$
declare
    me private.principal := private.verified();
    scope text := auth.scope('dashboard:read');
begin
    return query
    select b.id
    from (
        select me.user_id as id where scope is not null
        union all
        select mate.user_id
        from kpix.team_member mine
        join kpix.team_member mate
            on mate.organization_id = mine.organization_id and mate.team_id = mine.team_id
        where mine.organization_id = me.organization_id and mine.user_id = me.user_id and scope <> 'OWN'
    ) o
    join kpix.dashboard b on b.organization_id = me.organization_id and b.owner_id = o.id
    where b.visibility <> 'PRIVATE' or b.owner_id = me.user_id
    union all
    select s.dashboard_id from private.shared_ranks() s where scope is not null;
end $$;

-- The dashboards that the principal sees and that a permission reaches. One statement, because this
-- runs for each table that a query reads: scopes count 1 OWN, 2 TEAM, 3 ORGANIZATION.
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
            max(s.rank) filter (where s.permission = 'dashboard:read') as reading,
            max(s.rank) filter (where s.permission = dashboards.permission) as scope,
            max(s.rank) filter (where s.permission = 'dashboard:assign') = 3 as sees_all
        from (
            select rp.permission, array_position(array['OWN', 'TEAM', 'ORGANIZATION'], rp.scope) as rank
            from kpix.user_role ur
            join kpix.role_permission rp
                on rp.organization_id = ur.organization_id and rp.role_id = ur.role_id
            where ur.organization_id = me.organization_id and ur.user_id = me.user_id
                and rp.permission in ('dashboard:read', 'dashboard:assign', dashboards.permission)
        ) s
    )
    select b.id
    from held h, kpix.dashboard b
    where b.organization_id = me.organization_id and h.reading is not null and h.scope is not null
        and (
            h.sees_all or b.visibility = 'ORGANIZATION' and h.reading = 3
            or b.id in (select auth.near_dashboards())
        )
        and (
            permission = 'dashboard:read' or h.scope = 3 or b.owner_id = me.user_id
            or h.scope = 2 and b.owner_id in (select private.mates())
            or b.id in (select s.dashboard_id from private.shared_ranks() s where s.rank >= needed)
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
