-- role: kpix_auth
-- People are made by functions only: a user without a credential, or a role that nobody was allowed
-- to give, cannot be inserted from outside.
create or replace function private.add_user(
    an_organization uuid, a_user uuid, a_name text, an_email text, key bytea, role_names text[], by_user uuid
) returns void
language sql security definer
set search_path = pg_catalog, pg_temp
begin atomic
    insert into kpix.app_user (organization_id, id, name, email, created_by)
    values (an_organization, a_user, a_name, private.normalized(an_email), by_user);
    insert into private.credential (organization_id, user_id, email, key_hash)
    values (an_organization, a_user, private.normalized(an_email), sha256(key));
    insert into kpix.user_role (organization_id, user_id, role_id, assigned_by)
    select an_organization, a_user, r.id, by_user
    from kpix.role r where r.organization_id = an_organization and r.name = any (role_names);
end;

-- Only the owner role may call it (kpix init): never first come, first served.
create or replace function auth.create_organization(
    organization_id uuid, organization_name text, timezone text, locale text,
    user_id uuid, user_name text, email text, key bytea
) returns void
language plpgsql security definer
set search_path = pg_catalog, pg_temp
as $$
begin
    perform private.present(organization_id, user_id, user_id);
    insert into kpix.organization (organization_id, name, timezone, locale)
    values (organization_id, organization_name, timezone, locale);
    perform private.seed_builtin_roles(organization_id);
    perform private.add_user(organization_id, user_id, user_name, email, key, array['ADMIN'], null);
    perform set_config('kpix.principal', '', true);
end $$;

create or replace function auth.create_user(
    user_id uuid, user_name text, email text, key bytea, roles text[]
) returns void
language plpgsql security definer
set search_path = pg_catalog, pg_temp
as $$
begin
    perform private.check_new_user(user_name, roles);
    -- Nobody signs in with another key, and a constraint would quote the row it refuses.
    if octet_length(key) is distinct from 32 then
        raise invalid_parameter_value using message = 'a key has 32 bytes';
    end if;
    perform private.add_user(auth.org(), user_id, user_name, email, key, roles, auth.user_id());
end $$;

-- Whether an organisation exists at all: the first screen of a new installation asks.
create or replace function auth.initialized() returns boolean
language sql stable security definer
set search_path = pg_catalog, pg_temp
return exists (select from private.credential);
