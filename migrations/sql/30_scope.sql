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
begin
    return (
        select rp.scope
        from kpix.user_role ur
        join kpix.role_permission rp
            on rp.organization_id = ur.organization_id and rp.role_id = ur.role_id
        where ur.organization_id = me.organization_id and ur.user_id = me.user_id
            and rp.permission = scope.permission
        order by array_position(array['ORGANIZATION', 'TEAM', 'OWN'], rp.scope)
        limit 1
    );
end $$;

create or replace function auth.everywhere(permission text) returns boolean
language plpgsql stable security definer parallel restricted
set search_path = pg_catalog, pg_temp
as $$
begin
    return coalesce(auth.scope(permission) = 'ORGANIZATION', false);
end $$;

-- Who may give every dashboard to somebody else sees every dashboard.
create or replace function private.sees_all() returns boolean
language plpgsql stable security definer parallel restricted
set search_path = pg_catalog, pg_temp
as $$
begin
    return auth.everywhere('dashboard:assign') and auth.scope('dashboard:read') is not null;
end $$;

-- Whether a permission reaches every dashboard and KPI, so that no row has to be looked at.
create or replace function auth.unlimited(permission text) returns boolean
language plpgsql stable security definer parallel restricted
set search_path = pg_catalog, pg_temp
as $$
begin
    return auth.everywhere(permission) and private.sees_all();
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
create or replace function private.level_needed(permission text) returns integer
language sql immutable
set search_path = pg_catalog, pg_temp
return case
    when permission in ('dashboard:read', 'kpi:read', 'kpi_value:read') then private.level_rank('VIEWER')
    when permission in ('kpi_value:create', 'kpi_value:update') then private.level_rank('CONTRIBUTOR')
    when permission in ('dashboard:update', 'dashboard:assign', 'kpi:create', 'kpi:update', 'kpi:delete')
        then private.level_rank('MANAGER')
end;

-- The dashboards that are shared with the principal now, and the highest level of it.
create or replace function auth.shared() returns table (dashboard_id uuid, level text)
language plpgsql stable security definer parallel restricted rows 30
set search_path = pg_catalog, pg_temp
as $$
declare
    me private.principal := private.verified();
begin
    return query
    select s.dashboard_id, (array['VIEWER', 'CONTRIBUTOR', 'MANAGER'])[max(private.level_rank(s.level))]
    from kpix.dashboard_share s
    where s.organization_id = me.organization_id
        and (s.user_id = me.user_id or s.team_id = any (array(select auth.my_teams())))
        and (s.expires_at is null or s.expires_at > now())
    group by s.dashboard_id;
end $$;

-- The dashboards that the principal sees and that a permission reaches.
create or replace function auth.dashboards(permission text) returns setof uuid
language plpgsql stable security definer parallel restricted rows 300
set search_path = pg_catalog, pg_temp
as $$
declare
    me private.principal := private.verified();
    reading text := auth.scope('dashboard:read');
    scope text := auth.scope(permission);
    needed integer := private.level_needed(permission);
    sees_all boolean := private.sees_all();
begin
    if reading is null or scope is null then
        return;
    end if;
    return query
    select d.id
    from (
        select b.id, b.visibility, coalesce(private.level_rank(s.level), 0) as level,
            b.owner_id = me.user_id as mine, m.user_id is not null as mates
        from kpix.dashboard b
        left join private.mates() as m (user_id) on m.user_id = b.owner_id
        left join auth.shared() s on s.dashboard_id = b.id
        where b.organization_id = me.organization_id
    ) d
    where (
            sees_all or d.mine or d.level > 0
            or d.visibility = 'ORGANIZATION' and reading = 'ORGANIZATION'
            or d.visibility <> 'PRIVATE' and d.mates and reading <> 'OWN'
        )
        and (
            permission = 'dashboard:read' or scope = 'ORGANIZATION' or d.mine
            or d.mates and scope = 'TEAM' or d.level >= needed
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

-- The KPIs of dashboards that the principal sees and that a permission reaches: through the
-- dashboard, through their own owner, or because their values are to be entered.
create or replace function auth.kpis(permission text) returns setof uuid
language plpgsql stable security definer parallel restricted rows 3000
set search_path = pg_catalog, pg_temp
as $$
declare
    me private.principal := private.verified();
    is_entry boolean := permission in ('kpi_value:create', 'kpi_value:update') and auth.scope(permission) is not null;
begin
    return query
    select k.id from kpix.kpi k
    where k.organization_id = me.organization_id
        and (
            k.dashboard_id in (select auth.dashboards(permission))
            or k.dashboard_id in (select auth.dashboards('dashboard:read'))
                and (
                    k.owner_id in (select auth.owners(permission))
                    or is_entry and k.id in (select auth.assigned())
                )
        );
end $$;

drop function if exists private.scopes(text); -- of the first schema
