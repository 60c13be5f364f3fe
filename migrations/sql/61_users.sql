-- role: kpix_auth
-- Users: who may know their e-mail, who may rename, activate and deactivate them.
--
-- Everything that administers people goes through private.administer: one at a time in an
-- organisation, and not on a snapshot from before somebody's rights were changed.

-- Everybody's own e-mail, and with user:read everywhere those of all. ``invited``: no password yet.
create or replace function auth.emails() returns table (user_id uuid, email text, invited boolean)
language plpgsql stable security definer
set search_path = pg_catalog, pg_temp
as $$
#variable_conflict use_column
begin
    -- All rows before the first one is given: who asks may become another between two rows.
    return query
    select c.user_id, c.email, c.key_hash is null
    from private.credential c
    where c.organization_id = (select auth.org())
        and (c.user_id = (select auth.user_id()) or (select auth.everywhere('user:read')));
end $$;

-- What a user's roles give together: for each permission the widest scope, as its rank.
create or replace function private.rights_of(a_user uuid) returns table (permission text, rank integer)
language sql stable security definer
set search_path = pg_catalog, pg_temp
begin atomic
    select rp.permission, max(array_position(array['OWN', 'TEAM', 'ORGANIZATION'], rp.scope))
    from kpix.user_role ur
    join kpix.role_permission rp
        on rp.organization_id = ur.organization_id and rp.role_id = ur.role_id
    where ur.organization_id = auth.org() and ur.user_id = a_user
    group by rp.permission;
end;

-- Whether the principal holds every one of the cells at least as far: {"kpi:read": "TEAM"}.
create or replace function private.within_own(cells jsonb) returns boolean
language sql stable security definer
set search_path = pg_catalog, pg_temp
return not exists (
    select from jsonb_each_text(cells) c
    left join private.rights_of(auth.user_id()) mine on mine.permission = c.key
    where array_position(array['OWN', 'TEAM', 'ORGANIZATION'], c.value) is null
        or mine.rank is null
        or mine.rank < array_position(array['OWN', 'TEAM', 'ORGANIZATION'], c.value)
);

-- Nobody takes an account over, or away, that can do more than their own.
create or replace function private.reaches_as_far(a_user uuid, another uuid) returns boolean
language sql stable security definer
set search_path = pg_catalog, pg_temp
return not exists (
    select from private.rights_of(another) theirs
    left join private.rights_of(a_user) own on own.permission = theirs.permission
    where own.rank is null or own.rank < theirs.rank
);

create or replace function private.refuse(a_rule text) returns void
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
begin
    raise check_violation using constraint = a_rule, message = a_rule;
end $$;

-- A constraint would quote the row that it refuses, e-mail included.
create or replace function private.check_name(a_name text) returns void
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
begin
    if coalesce(char_length(a_name), 0) not between 1 and 200 then
        raise invalid_parameter_value using message = 'a name has between 1 and 200 characters';
    end if;
end $$;

-- Hold the organisation until the transaction ends, for somebody who has the permission in all of
-- it. The row is written and not only locked: a transaction with an older snapshot, which still
-- shows rights that were taken meanwhile, then fails to serialize.
create or replace function private.administer(permission text) returns void
language plpgsql security definer
set search_path = pg_catalog, pg_temp
as $$
begin
    if auth.everywhere(permission) then
        update kpix.organization set version = version where organization_id = auth.org();
    end if;
    if (private.held_session()).id is null or not auth.everywhere(permission) then
        raise insufficient_privilege using message = permission || ' is needed';
    end if;
end $$;

-- An administrator who was invited and never came is none.
create or replace function private.keep_an_administrator() returns void
language plpgsql security definer
set search_path = pg_catalog, pg_temp
as $$
begin
    if not exists (
        select from kpix.user_role ur
        join kpix.role r on r.organization_id = ur.organization_id and r.id = ur.role_id
        join kpix.app_user u on u.organization_id = ur.organization_id and u.id = ur.user_id
        join private.credential c on c.organization_id = u.organization_id and c.user_id = u.id
        where ur.organization_id = auth.org() and r.built_in and r.name = 'ADMIN' and u.active
            and c.key_hash is not null
    ) then
        perform private.refuse('last_administrator');
    end if;
end $$;

-- True when there is such a user.
create or replace function auth.rename_user(a_user uuid, new_name text) returns boolean
language plpgsql security definer
set search_path = pg_catalog, pg_temp
as $$
begin
    if a_user is distinct from auth.user_id() or auth.scope('user:update') is null then
        perform private.administer('user:update');
    end if;
    perform private.check_name(new_name);
    update kpix.app_user set name = new_name, version = version + 1
    where organization_id = auth.org() and id = a_user and name <> new_name;
    return exists (select from kpix.app_user u where u.organization_id = auth.org() and u.id = a_user);
end $$;

-- A deactivated user's sessions and codes end; their work stays. True when there is such a user.
create or replace function auth.set_active(a_user uuid, is_active boolean) returns boolean
language plpgsql security definer
set search_path = pg_catalog, pg_temp
as $$
begin
    perform private.administer('user:update');
    if a_user = auth.user_id() and not is_active then
        perform private.refuse('self_deactivation');
    end if;
    if not private.reaches_as_far(auth.user_id(), a_user) then
        perform private.refuse('user_beyond_own');
    end if;
    update kpix.app_user set active = is_active, version = version + 1
    where organization_id = auth.org() and id = a_user and active <> is_active;
    if not is_active then
        perform private.end_account(auth.org(), a_user);
        perform private.keep_an_administrator();
    end if;
    return exists (select from kpix.app_user u where u.organization_id = auth.org() and u.id = a_user);
end $$;

-- Whoever ends sessions holds the credential: see private.revoke_family.
create or replace function private.end_account(an_organization uuid, a_user uuid, spared_family uuid default null)
returns void
language plpgsql security definer
set search_path = pg_catalog, pg_temp
as $$
begin
    perform from private.credential c
    where c.organization_id = an_organization and c.user_id = a_user
    for no key update;
    update private.session set revoked_at = clock_timestamp()
    where organization_id = an_organization and user_id = a_user and revoked_at is null
        and family_id is distinct from spared_family;
    update private.code set revoked_at = clock_timestamp()
    where organization_id = an_organization and user_id = a_user
        and used_at is null and revoked_at is null;
end $$;
