-- role: kpix_auth
-- What policies ask. Every one of them sees only the principal's organisation, because the tables
-- they read are under the same policies.
create or replace function auth.org() returns uuid
language sql stable security definer parallel restricted
set search_path = pg_catalog, pg_temp
return (private.verified()).organization_id;

create or replace function auth.user_id() returns uuid
language sql stable security definer parallel restricted
set search_path = pg_catalog, pg_temp
return (private.verified()).user_id;

create or replace function private.scopes(wanted text) returns setof text
language sql stable security definer parallel restricted
set search_path = pg_catalog, pg_temp
begin atomic
    select rp.scope
    from kpix.user_role ur
    join kpix.role_permission rp
        on rp.organization_id = ur.organization_id and rp.role_id = ur.role_id
    where ur.organization_id = auth.org() and ur.user_id = auth.user_id()
        and rp.permission = wanted;
end;

create or replace function auth.everywhere(permission text) returns boolean
language sql stable security definer parallel restricted
set search_path = pg_catalog, pg_temp
return 'ORGANIZATION' in (select private.scopes(permission));

-- The users whose objects a permission reaches when it does not reach the whole organisation.
create or replace function auth.owners(permission text) returns setof uuid
language sql stable security definer parallel restricted
set search_path = pg_catalog, pg_temp
begin atomic
    select auth.user_id() where exists (select private.scopes(permission))
    union
    select mate.user_id
    from kpix.team_member mine
    join kpix.team_member mate
        on mate.organization_id = mine.organization_id and mate.team_id = mine.team_id
    where mine.organization_id = auth.org() and mine.user_id = auth.user_id()
        and 'TEAM' in (select private.scopes(permission));
end;

create or replace function auth.dashboards(permission text) returns setof uuid
language sql stable security definer parallel restricted
set search_path = pg_catalog, pg_temp
begin atomic
    select d.id from kpix.dashboard d
    where d.organization_id = auth.org() and d.owner_id in (select auth.owners(permission));
end;

-- A KPI is reached through its own owner and through the owner of its dashboard.
create or replace function auth.kpis(permission text) returns setof uuid
language sql stable security definer parallel restricted
set search_path = pg_catalog, pg_temp
begin atomic
    select k.id from kpix.kpi k
    where k.organization_id = auth.org()
        and (
            k.owner_id in (select auth.owners(permission))
            or k.dashboard_id in (select auth.dashboards(permission))
        );
end;
