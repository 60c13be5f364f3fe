-- role: kpix_auth
-- Whether others than the principal may see something: what policies answer for whoever asks, asked
-- for many at once, so that nobody is told of what they may not see. The rules are those of
-- auth.kpis (30_scope.sql) for permissions that any share extends; a test compares the two
-- (tests/db/test_readers.py).

-- Of the pairs (kpis[n], people[n]), those in which the person is active, sees the KPI and is
-- reached by the permission there.
create or replace function private.readers(permission text, kpis uuid[], people uuid[])
returns table (kpi_id uuid, user_id uuid)
language plpgsql stable security definer rows 100
set search_path = pg_catalog, pg_temp
as $$
#variable_conflict use_column
declare
    organization uuid := auth.org();
begin
    return query
    with asked as materialized (
        select distinct p.kpi_id, p.user_id from unnest(kpis, people) as p (kpi_id, user_id)
    ),
    -- Scopes count 1 OWN, 2 TEAM, 3 ORGANIZATION.
    held as materialized (
        select ur.user_id,
            max(s.rank) filter (where rp.permission = 'dashboard:read') as reading,
            max(s.rank) filter (where rp.permission = 'dashboard:assign') = 3 as sees_all,
            max(s.rank) filter (where rp.permission = 'kpi:read') as kpi_scope,
            max(s.rank) filter (where rp.permission = readers.permission) as scope
        from (select distinct a.user_id from asked a) a
        join kpix.app_user u on u.organization_id = organization and u.id = a.user_id and u.active
        join kpix.user_role ur on ur.organization_id = organization and ur.user_id = a.user_id
        join kpix.role_permission rp on rp.organization_id = organization and rp.role_id = ur.role_id
            and rp.permission in ('dashboard:read', 'dashboard:assign', 'kpi:read', readers.permission)
        cross join lateral (select array_position(array['OWN', 'TEAM', 'ORGANIZATION'], rp.scope) as rank) s
        group by ur.user_id
    ),
    here as materialized (
        select k.id as kpi_id, k.owner_id, d.id as dashboard_id, d.owner_id as board_owner, d.visibility
        from (select distinct a.kpi_id from asked a) a
        join kpix.kpi k on k.organization_id = organization and k.id = a.kpi_id and k.deleted_at is null
        join kpix.dashboard d on d.organization_id = organization and d.id = k.dashboard_id
    ),
    shared as materialized (
        select s.dashboard_id, coalesce(s.user_id, m.user_id) as user_id
        from (select distinct h.dashboard_id from here h) h
        join kpix.dashboard_share s on s.organization_id = organization and s.dashboard_id = h.dashboard_id
            and (s.expires_at is null or s.expires_at > now())
        left join kpix.team_member m on m.organization_id = organization and m.team_id = s.team_id
        group by 1, 2
    ),
    mates as materialized (
        select mine.user_id, mate.user_id as mate
        from held h
        join kpix.team_member mine on mine.organization_id = organization and mine.user_id = h.user_id
        join kpix.team_member mate on mate.organization_id = organization and mate.team_id = mine.team_id
            and mate.user_id in (select k.owner_id from here k union select k.board_owner from here k)
        where h.reading >= 2 or 2 in (h.kpi_scope, h.scope)
        group by 1, 2
    )
    select a.kpi_id, a.user_id
    from asked a
    join held h on h.user_id = a.user_id
    join here k on k.kpi_id = a.kpi_id
    left join shared s on s.dashboard_id = k.dashboard_id and s.user_id = a.user_id
    left join mates b on b.user_id = a.user_id and b.mate = k.board_owner
    left join mates o on o.user_id = a.user_id and o.mate = k.owner_id
    cross join lateral (
        select s.user_id is not null or a.user_id in (k.owner_id, k.board_owner) as near,
            b.mate is not null or o.mate is not null as among_mates
    ) r
    where h.reading is not null
        and (h.sees_all or k.board_owner = a.user_id or s.user_id is not null
            or h.reading = 3 and k.visibility = 'ORGANIZATION'
            or h.reading >= 2 and k.visibility <> 'PRIVATE' and b.mate is not null)
        and (h.kpi_scope = 3 or h.kpi_scope is not null and r.near or h.kpi_scope = 2 and r.among_mates)
        and (h.scope = 3 or h.scope is not null and r.near or h.scope = 2 and r.among_mates);
end $$;
