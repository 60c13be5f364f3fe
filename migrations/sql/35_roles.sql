-- role: kpix_auth
-- The four built-in roles: the table of kpix_tui/access/permissions.py, cell by cell (a test compares
-- them). Every upgrade puts the built-in roles of every organisation right (99_sync.sql).
create or replace function private.builtin_grants() returns table (role text, permission text, scope text)
language sql immutable
set search_path = pg_catalog, pg_temp
as $$
values
    ('ADMIN', 'organization:read', 'ORGANIZATION'),
    ('ADMIN', 'organization:update', 'ORGANIZATION'),
    ('ADMIN', 'user:create', 'ORGANIZATION'),
    ('ADMIN', 'user:read', 'ORGANIZATION'),
    ('ADMIN', 'user:update', 'ORGANIZATION'),
    ('ADMIN', 'team:create', 'ORGANIZATION'),
    ('ADMIN', 'team:read', 'ORGANIZATION'),
    ('ADMIN', 'team:update', 'ORGANIZATION'),
    ('ADMIN', 'team:delete', 'ORGANIZATION'),
    ('ADMIN', 'role:create', 'ORGANIZATION'),
    ('ADMIN', 'role:read', 'ORGANIZATION'),
    ('ADMIN', 'role:update', 'ORGANIZATION'),
    ('ADMIN', 'role:delete', 'ORGANIZATION'),
    ('ADMIN', 'role:assign', 'ORGANIZATION'),
    ('ADMIN', 'dashboard:create', 'ORGANIZATION'),
    ('ADMIN', 'dashboard:read', 'ORGANIZATION'),
    ('ADMIN', 'dashboard:update', 'ORGANIZATION'),
    ('ADMIN', 'dashboard:delete', 'ORGANIZATION'),
    ('ADMIN', 'dashboard:assign', 'ORGANIZATION'),
    ('ADMIN', 'kpi:create', 'ORGANIZATION'),
    ('ADMIN', 'kpi:read', 'ORGANIZATION'),
    ('ADMIN', 'kpi:update', 'ORGANIZATION'),
    ('ADMIN', 'kpi:delete', 'ORGANIZATION'),
    ('ADMIN', 'kpi_value:create', 'ORGANIZATION'),
    ('ADMIN', 'kpi_value:read', 'ORGANIZATION'),
    ('ADMIN', 'kpi_value:update', 'ORGANIZATION'),
    ('ADMIN', 'comment:create', 'ORGANIZATION'),
    ('ADMIN', 'comment:read', 'ORGANIZATION'),
    ('ADMIN', 'comment:update', 'OWN'),
    ('ADMIN', 'comment:delete', 'ORGANIZATION'),
    ('ADMIN', 'action_plan:create', 'ORGANIZATION'),
    ('ADMIN', 'action_plan:read', 'ORGANIZATION'),
    ('ADMIN', 'action_plan:update', 'ORGANIZATION'),
    ('ADMIN', 'action_plan:delete', 'ORGANIZATION'),
    ('ADMIN', 'action_plan:assign', 'ORGANIZATION'),
    ('ADMIN', 'import:create', 'ORGANIZATION'),
    ('ADMIN', 'audit:read', 'ORGANIZATION'),
    ('MANAGER', 'organization:read', 'ORGANIZATION'),
    ('MANAGER', 'team:read', 'ORGANIZATION'),
    ('MANAGER', 'role:read', 'ORGANIZATION'),
    ('MANAGER', 'dashboard:read', 'ORGANIZATION'),
    ('MANAGER', 'kpi:read', 'ORGANIZATION'),
    ('MANAGER', 'kpi_value:read', 'ORGANIZATION'),
    ('MANAGER', 'action_plan:read', 'ORGANIZATION'),
    ('MANAGER', 'dashboard:create', 'TEAM'),
    ('MANAGER', 'dashboard:update', 'TEAM'),
    ('MANAGER', 'dashboard:delete', 'TEAM'),
    ('MANAGER', 'kpi:create', 'TEAM'),
    ('MANAGER', 'kpi:update', 'TEAM'),
    ('MANAGER', 'kpi:delete', 'TEAM'),
    ('MANAGER', 'kpi_value:create', 'ORGANIZATION'),
    ('MANAGER', 'kpi_value:update', 'ORGANIZATION'),
    ('MANAGER', 'action_plan:create', 'ORGANIZATION'),
    ('MANAGER', 'action_plan:update', 'TEAM'),
    ('MANAGER', 'action_plan:delete', 'TEAM'),
    ('MANAGER', 'action_plan:assign', 'TEAM'),
    ('MANAGER', 'user:read', 'ORGANIZATION'),
    ('MANAGER', 'team:update', 'TEAM'),
    ('MANAGER', 'dashboard:assign', 'TEAM'),
    ('MANAGER', 'import:create', 'ORGANIZATION'),
    ('MANAGER', 'comment:create', 'ORGANIZATION'),
    ('MANAGER', 'comment:read', 'ORGANIZATION'),
    ('MANAGER', 'comment:update', 'OWN'),
    ('MANAGER', 'comment:delete', 'OWN'),
    ('USER', 'organization:read', 'ORGANIZATION'),
    ('USER', 'team:read', 'ORGANIZATION'),
    ('USER', 'role:read', 'ORGANIZATION'),
    ('USER', 'dashboard:read', 'ORGANIZATION'),
    ('USER', 'kpi:read', 'ORGANIZATION'),
    ('USER', 'kpi_value:read', 'ORGANIZATION'),
    ('USER', 'action_plan:read', 'ORGANIZATION'),
    ('USER', 'dashboard:create', 'OWN'),
    ('USER', 'dashboard:update', 'OWN'),
    ('USER', 'dashboard:delete', 'OWN'),
    ('USER', 'kpi:create', 'OWN'),
    ('USER', 'kpi:update', 'OWN'),
    ('USER', 'kpi:delete', 'OWN'),
    ('USER', 'kpi_value:create', 'OWN'),
    ('USER', 'kpi_value:update', 'OWN'),
    ('USER', 'action_plan:create', 'ORGANIZATION'),
    ('USER', 'action_plan:update', 'OWN'),
    ('USER', 'action_plan:delete', 'OWN'),
    ('USER', 'action_plan:assign', 'OWN'),
    ('USER', 'user:read', 'OWN'),
    ('USER', 'dashboard:assign', 'OWN'),
    ('USER', 'import:create', 'OWN'),
    ('USER', 'comment:create', 'ORGANIZATION'),
    ('USER', 'comment:read', 'ORGANIZATION'),
    ('USER', 'comment:update', 'OWN'),
    ('USER', 'comment:delete', 'OWN'),
    ('VIEWER', 'organization:read', 'ORGANIZATION'),
    ('VIEWER', 'team:read', 'ORGANIZATION'),
    ('VIEWER', 'role:read', 'ORGANIZATION'),
    ('VIEWER', 'dashboard:read', 'ORGANIZATION'),
    ('VIEWER', 'kpi:read', 'ORGANIZATION'),
    ('VIEWER', 'kpi_value:read', 'ORGANIZATION'),
    ('VIEWER', 'comment:read', 'ORGANIZATION'),
    ('VIEWER', 'action_plan:read', 'ORGANIZATION'),
    ('VIEWER', 'user:read', 'OWN')
$$;

create or replace function private.seed_builtin_roles(an_organization uuid) returns void
language sql security definer
set search_path = pg_catalog, pg_temp
begin atomic
    insert into kpix.role (organization_id, id, name, built_in)
    select an_organization, gen_random_uuid(), g.role, true
    from (select distinct b.role from private.builtin_grants() b) g
    on conflict do nothing;

    delete from kpix.role_permission rp
    using kpix.role r
    where r.organization_id = an_organization and r.built_in
        and rp.organization_id = an_organization and rp.role_id = r.id
        and not exists (
            select from private.builtin_grants() b
            where b.role = r.name and b.permission = rp.permission and b.scope = rp.scope
        );

    insert into kpix.role_permission (organization_id, role_id, permission, scope)
    select an_organization, r.id, b.permission, b.scope
    from kpix.role r
    join private.builtin_grants() b on b.role = r.name
    where r.organization_id = an_organization and r.built_in
    on conflict do nothing;
end;

create or replace function private.sync_builtin_roles() returns void
language plpgsql security definer
set search_path = pg_catalog, pg_temp
as $$
declare
    nobody constant uuid := '00000000-0000-0000-0000-000000000000';
    organization uuid;
begin
    for organization in select distinct c.organization_id from private.credential c loop
        perform private.present(organization, nobody, nobody);
        if auth.org() is distinct from organization then
            raise exception 'the upgrade took too long to act for an organisation: run it again';
        end if;
        perform private.seed_builtin_roles(organization);
    end loop;
    perform set_config('kpix.principal', '', true);
end $$;
