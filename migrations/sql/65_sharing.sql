-- role: kpix_auth
-- Sharing: who a dashboard is visible to, who owns it, and who can see it and why. Shares and entry
-- assignments themselves are rows under policies (95_policies.sql).

-- Until when the principal may let others in. What reaches them through a share that ends lets them
-- share no longer than that, and not prolong it: a delegation until a date stays one.
create or replace function auth.shares_until(a_dashboard uuid) returns timestamptz
language sql stable security definer parallel restricted
set search_path = pg_catalog, pg_temp
return (
    select case
        when auth.everywhere('dashboard:assign') or d.owner_id in (select auth.owners('dashboard:assign'))
            then 'infinity'::timestamptz
        else (
            select max(coalesce(s.expires_at, 'infinity'))
            from kpix.dashboard_share s
            where s.organization_id = d.organization_id and s.dashboard_id = d.id
                and s.level = 'MANAGER' and (s.expires_at is null or s.expires_at > now())
                and (s.user_id = auth.user_id() or s.team_id in (select auth.my_teams()))
        )
    end
    from kpix.dashboard d
    where d.organization_id = auth.org() and d.id = a_dashboard
        and d.id in (select auth.dashboards('dashboard:assign'))
);

-- Who reaches it through a share that ends lets nobody in beyond it, themselves included.
create or replace function auth.set_visibility(a_dashboard uuid, a_visibility text) returns void
language plpgsql security definer
set search_path = pg_catalog, pg_temp
as $$
declare
    widths constant text[] := array['PRIVATE', 'TEAMS', 'ORGANIZATION'];
    old_visibility text;
begin
    if (a_dashboard in (select auth.dashboards('dashboard:assign'))) is not true then
        raise insufficient_privilege using message = 'dashboard:assign is needed on the dashboard';
    end if;
    select d.visibility into old_visibility from kpix.dashboard d
    where d.organization_id = auth.org() and d.id = a_dashboard
    for no key update;
    if array_position(widths, a_visibility) > array_position(widths, old_visibility)
        and (auth.shares_until(a_dashboard) = 'infinity') is not true
    then
        raise insufficient_privilege using message = 'a share that ends lets in nobody beyond it';
    end if;
    update kpix.dashboard d
    set visibility = a_visibility, version = d.version + 1, updated_at = now()
    where d.organization_id = auth.org() and d.id = a_dashboard
        and d.visibility is distinct from a_visibility;
end $$;

-- The KPIs of the old owner on it go along; their number is the answer. A share reaches no transfer.
create or replace function auth.transfer_dashboard(a_dashboard uuid, a_user uuid) returns bigint
language plpgsql security definer
set search_path = pg_catalog, pg_temp
as $$
declare
    organization uuid := auth.org();
    old_owner uuid;
    how_many bigint;
begin
    select d.owner_id into old_owner from kpix.dashboard d
    where d.organization_id = organization and d.id = a_dashboard
        and d.id in (select auth.dashboards('dashboard:read'))
    for update;
    if (auth.everywhere('dashboard:assign') and old_owner is not null
        or old_owner in (select auth.owners('dashboard:assign'))) is not true
    then
        raise insufficient_privilege using message = 'dashboard:assign is needed on the dashboard';
    end if;
    if not exists (
        select from kpix.app_user u where u.organization_id = organization and u.id = a_user and u.active
    ) then
        raise invalid_parameter_value using message = 'the owner is an active user of the organisation';
    end if;
    -- What one owns needs no share.
    delete from kpix.dashboard_share s
    where s.organization_id = organization and s.dashboard_id = a_dashboard and s.user_id = a_user;
    update kpix.dashboard d set owner_id = a_user, version = d.version + 1, updated_at = now()
    where d.organization_id = organization and d.id = a_dashboard;
    update kpix.kpi k set owner_id = a_user, version = k.version + 1
    where k.organization_id = organization and k.dashboard_id = a_dashboard
        and k.owner_id = old_owner and k.deleted_at is null;
    get diagnostics how_many = row_count;
    return how_many;
end $$;

-- Every active user who sees the dashboard: one row a reason. level and until are those of a share,
-- via names the team or the roles (those of others only to who may know them), may is the most that
-- the user can do there: the level of a share that would let as much. The rules are those of
-- auth.dashboards, asked for everybody at once; a test compares the two (tests/db/test_sharing.py).
create or replace function auth.dashboard_access(a_dashboard uuid)
returns table (user_id uuid, reason text, level text, via text, until timestamptz, may text)
language plpgsql stable security definer parallel restricted
set search_path = pg_catalog, pg_temp
as $$
#variable_conflict use_column
begin
    -- All rows before the first one is given: who asks may become another between two rows.
    return query
    with board as (
        select d.organization_id, d.id, d.owner_id, d.visibility
        from kpix.dashboard d
        where d.organization_id = auth.org() and d.id = a_dashboard
            and d.id in (select auth.dashboards('dashboard:read'))
    ),
    held as (
        select u.id as user_id, r.name as role, rp.permission, rp.scope
        from board b
        join kpix.app_user u on u.organization_id = b.organization_id and u.active
        join kpix.user_role ur on ur.organization_id = u.organization_id and ur.user_id = u.id
        join kpix.role r on r.organization_id = ur.organization_id and r.id = ur.role_id
        join kpix.role_permission rp on rp.organization_id = r.organization_id and rp.role_id = r.id
        where rp.permission in ('dashboard:read', 'dashboard:update', 'dashboard:assign', 'kpi_value:create')
    ),
    readers as (
        select h.user_id, bool_or(h.scope = 'ORGANIZATION') as everywhere, bool_or(h.scope = 'TEAM') as in_teams,
            string_agg(distinct h.role, ', ') filter (where h.scope = 'ORGANIZATION') as roles
        from held h where h.permission = 'dashboard:read' group by h.user_id
    ),
    mates as (
        select mate.user_id, string_agg(t.name, ', ' order by t.name) as teams
        from board b
        join kpix.team_member his on his.organization_id = b.organization_id and his.user_id = b.owner_id
        join kpix.team t on t.organization_id = his.organization_id and t.id = his.team_id
        join kpix.team_member mate on mate.organization_id = t.organization_id and mate.team_id = t.id
        where mate.user_id <> b.owner_id
        group by mate.user_id
    ),
    shared as (
        select coalesce(s.user_id, m.user_id) as user_id, s.level, t.name as team, s.expires_at,
            private.level_rank(s.level) as rank
        from board b
        join kpix.dashboard_share s on s.organization_id = b.organization_id and s.dashboard_id = b.id
            and (s.expires_at is null or s.expires_at > now())
        left join kpix.team t on t.organization_id = s.organization_id and t.id = s.team_id
        left join kpix.team_member m on m.organization_id = s.organization_id and m.team_id = s.team_id
    ),
    reasons (user_id, reason, level, via, until) as (
        select b.owner_id, 'OWNER', null, null, null::timestamptz from board b
        union all
        select s.user_id, case when s.team is null then 'SHARED' else 'SHARED_WITH_TEAM' end, s.level,
            s.team, s.expires_at
        from shared s
        union all
        select r.user_id, 'ORGANIZATION', null, r.roles, null
        from board b, readers r where b.visibility = 'ORGANIZATION' and r.everywhere
        union all
        select m.user_id, 'TEAM_MATE', null, m.teams, null
        from board b, mates m
        join readers r on r.user_id = m.user_id
        where b.visibility = 'TEAMS' and (r.everywhere or r.in_teams)
            or b.visibility = 'ORGANIZATION' and r.in_teams
        union all
        select h.user_id, 'ADMINISTRATOR', null, string_agg(distinct h.role, ', '), null
        from held h where h.permission = 'dashboard:assign' and h.scope = 'ORGANIZATION' group by h.user_id
    ),
    highest as (select s.user_id, max(s.rank) as rank from shared s group by s.user_id),
    abilities as (
        select h.user_id,
            bool_or(h.permission = 'dashboard:update' and (o.reached or o.rank >= 3)) as changes,
            bool_or(h.permission = 'kpi_value:create' and (o.reached or o.rank >= 2)) as enters
        from board b
        cross join held h
        left join mates m on m.user_id = h.user_id
        left join highest s on s.user_id = h.user_id
        cross join lateral (
            select h.scope = 'ORGANIZATION' or h.user_id = b.owner_id
                    or h.scope = 'TEAM' and m.user_id is not null as reached,
                coalesce(s.rank, 0) as rank
        ) o
        group by h.user_id
    )
    select r.user_id, r.reason, r.level,
        case when r.reason not in ('ORGANIZATION', 'ADMINISTRATOR') or r.user_id = (select auth.user_id())
                or (select auth.everywhere('user:read'))
            then r.via end,
        r.until,
        case when a.changes then 'MANAGER' when a.enters then 'CONTRIBUTOR' else 'VIEWER' end
    from reasons r
    join readers on readers.user_id = r.user_id
    join abilities a on a.user_id = r.user_id;
end $$;
