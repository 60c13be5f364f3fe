-- role: kpix_auth
-- Roles: nobody gives, takes or edits what reaches further than they do themselves, and the built-in
-- ones stay as they are.
create or replace function private.cells_of(a_role uuid) returns jsonb
language sql stable security definer
set search_path = pg_catalog, pg_temp
return (
    select coalesce(jsonb_object_agg(rp.permission, rp.scope), '{}') from kpix.role_permission rp
    where rp.organization_id = auth.org() and rp.role_id = a_role
);

create or replace function private.check_within_own(cells jsonb) returns void
language plpgsql security definer
set search_path = pg_catalog, pg_temp
as $$
begin
    if not private.within_own(cells) then
        perform private.refuse('role_beyond_own');
    end if;
end $$;

-- Whoever makes users gives roles with them, by name.
create or replace function private.check_new_user(a_name text, role_names text[]) returns void
language plpgsql security definer
set search_path = pg_catalog, pg_temp
as $$
declare
    r record;
begin
    perform private.administer('user:create');
    perform private.administer('role:assign');
    perform private.check_name(a_name);
    for r in select o.id from kpix.role o where o.organization_id = auth.org() and o.name = any (role_names) loop
        perform private.check_within_own(private.cells_of(r.id));
    end loop;
end $$;

-- False when there is no such user or role.
create or replace function auth.assign_role(a_user uuid, a_role uuid) returns boolean
language plpgsql security definer
set search_path = pg_catalog, pg_temp
as $$
begin
    perform private.administer('role:assign');
    if not exists (select from kpix.app_user u where u.organization_id = auth.org() and u.id = a_user)
        or not exists (select from kpix.role r where r.organization_id = auth.org() and r.id = a_role)
    then
        return false;
    end if;
    perform private.check_within_own(private.cells_of(a_role));
    insert into kpix.user_role (organization_id, user_id, role_id, assigned_by)
    values (auth.org(), a_user, a_role, auth.user_id())
    on conflict do nothing;
    return true;
end $$;

-- False when the user did not hold it.
create or replace function auth.unassign_role(a_user uuid, a_role uuid) returns boolean
language plpgsql security definer
set search_path = pg_catalog, pg_temp
as $$
declare
    was_held boolean;
begin
    perform private.administer('role:assign');
    perform private.check_within_own(private.cells_of(a_role));
    delete from kpix.user_role
    where organization_id = auth.org() and user_id = a_user and role_id = a_role;
    was_held := found;
    perform private.keep_an_administrator();
    return was_held;
end $$;

-- A name of a role that looks like a built-in one would lie about what it grants.
create or replace function private.check_role_texts(a_name text, a_description text) returns void
language plpgsql security definer
set search_path = pg_catalog, pg_temp
as $$
begin
    if coalesce(char_length(a_name), 0) not between 1 and 50 or char_length(a_description) > 500 then
        raise invalid_parameter_value
            using message = 'a role has a name of 50 characters at most and a description of 500';
    end if;
    if exists (
        select from kpix.role r
        where r.organization_id = auth.org() and r.built_in
            and lower(r.name) = lower(btrim(normalize(a_name, NFKC)))
    ) then
        perform private.refuse('role_name_reserved');
    end if;
end $$;

create or replace function private.set_cells(a_role uuid, cells jsonb) returns void
language plpgsql security definer
set search_path = pg_catalog, pg_temp
as $$
begin
    delete from kpix.role_permission where organization_id = auth.org() and role_id = a_role;
    insert into kpix.role_permission (organization_id, role_id, permission, scope)
    select auth.org(), a_role, c.key, c.value from jsonb_each_text(cells) c;
end $$;

create or replace function private.role_facts(a_role uuid) returns jsonb
language sql stable security definer
set search_path = pg_catalog, pg_temp
return (
    select jsonb_build_object('name', r.name, 'description', r.description, 'cells', private.cells_of(r.id))
    from kpix.role r where r.organization_id = auth.org() and r.id = a_role
);

create or replace function auth.create_role(a_role uuid, a_name text, a_description text, cells jsonb)
returns void
language plpgsql security definer
set search_path = pg_catalog, pg_temp
as $$
begin
    perform private.administer('role:create');
    perform private.check_role_texts(a_name, a_description);
    perform private.check_within_own(cells);
    insert into kpix.role (organization_id, id, name, description)
    values (auth.org(), a_role, a_name, a_description);
    perform private.set_cells(a_role, cells);
    perform private.record('role.created', 'role', a_role::text, null, private.role_facts(a_role));
end $$;

-- The role, held for a change at its version by somebody who reaches as far as it does; false when
-- there is none.
create or replace function private.hold_role(a_role uuid, at_version integer) returns boolean
language plpgsql security definer
set search_path = pg_catalog, pg_temp
as $$
declare
    r kpix.role;
begin
    select * into r from kpix.role o where o.organization_id = auth.org() and o.id = a_role for no key update;
    if r.id is null then
        return false;
    end if;
    if r.built_in then
        perform private.refuse('role_built_in');
    end if;
    perform private.check_within_own(private.cells_of(a_role));
    if r.version is distinct from at_version then
        perform private.refuse('role_stale');
    end if;
    return true;
end $$;

-- The whole of a role, on top of the version that was read; false when there is none.
create or replace function auth.update_role(
    a_role uuid, at_version integer, a_name text, a_description text, cells jsonb
) returns boolean
language plpgsql security definer
set search_path = pg_catalog, pg_temp
as $$
declare
    before jsonb;
begin
    perform private.administer('role:update');
    if not private.hold_role(a_role, at_version) then
        return false;
    end if;
    perform private.check_role_texts(a_name, a_description);
    perform private.check_within_own(cells);
    before := private.role_facts(a_role);
    update kpix.role set name = a_name, description = a_description, version = version + 1
    where organization_id = auth.org() and id = a_role;
    perform private.set_cells(a_role, cells);
    perform private.record(
        'role.updated', 'role', a_role::text,
        private.changed(before, private.role_facts(a_role)),
        private.changed(private.role_facts(a_role), before));
    return true;
end $$;

-- A role that nobody holds; false when there is none.
create or replace function auth.delete_role(a_role uuid, at_version integer) returns boolean
language plpgsql security definer
set search_path = pg_catalog, pg_temp
as $$
begin
    perform private.administer('role:delete');
    if not private.hold_role(a_role, at_version) then
        return false;
    end if;
    if exists (select from kpix.user_role ur where ur.organization_id = auth.org() and ur.role_id = a_role) then
        perform private.refuse('role_held');
    end if;
    perform private.record('role.deleted', 'role', a_role::text, private.role_facts(a_role), null);
    perform private.set_cells(a_role, '{}');
    delete from kpix.role where organization_id = auth.org() and id = a_role;
    return true;
end $$;
