-- role: kpix_auth
-- One-time codes, for a first password and for a forgotten one; and another e-mail to sign in with.
-- Only the hash of a code is kept. It has 130 bits: there is nothing to guess, so nothing is counted.
create or replace function private.give_code(a_user uuid, a_kind text, a_code_hash bytea) returns timestamptz
language plpgsql security definer
set search_path = pg_catalog, pg_temp
as $$
declare
    until timestamptz := clock_timestamp()
        + case a_kind when 'RESET' then interval '1 hour' else interval '72 hours' end;
begin
    if octet_length(a_code_hash) is distinct from 32 then
        raise invalid_parameter_value using message = 'the hash of a code has 32 bytes';
    end if;
    update private.code set revoked_at = clock_timestamp()
    where organization_id = auth.org() and user_id = a_user and used_at is null and revoked_at is null;
    insert into private.code (organization_id, user_id, kind, code_hash, issued_by, expires_at)
    values (auth.org(), a_user, a_kind, a_code_hash, auth.user_id(), until);
    return until;
end $$;

-- The same for the principal to hand over, written down as theirs.
create or replace function private.issue(a_user uuid, a_kind text, a_code_hash bytea) returns jsonb
language plpgsql security definer
set search_path = pg_catalog, pg_temp
as $$
declare
    issued jsonb := jsonb_build_object(
        'kind', a_kind, 'expires_at', private.give_code(a_user, a_kind, a_code_hash));
begin
    perform private.record('user.code_issued', 'user', a_user::text, null, issued);
    return issued;
end $$;

create or replace function private.check_active(a_user uuid) returns void
language plpgsql security definer
set search_path = pg_catalog, pg_temp
as $$
begin
    if not (select u.active from kpix.app_user u where u.organization_id = auth.org() and u.id = a_user) then
        perform private.refuse('user_inactive');
    end if;
end $$;

-- A user without a password, with the roles of these names and a code that lets them choose one.
-- Answers until when.
create or replace function auth.invite_user(
    a_user uuid, a_name text, an_email text, role_names text[], a_code_hash bytea
) returns timestamptz
language plpgsql security definer
set search_path = pg_catalog, pg_temp
as $$
begin
    perform private.check_new_user(a_name, role_names);
    perform private.add_user(auth.org(), a_user, a_name, an_email, null, role_names, auth.user_id());
    return private.issue(a_user, 'INVITATION', a_code_hash) ->> 'expires_at';
end $$;

-- A code for somebody else: an invitation where they have no password yet, else a reset, which takes
-- an account over and needs a login under five minutes old. Null when there is no such user.
create or replace function auth.issue_code(a_user uuid, a_code_hash bytea) returns jsonb
language plpgsql security definer
set search_path = pg_catalog, pg_temp
as $$
declare
    theirs private.credential;
begin
    perform private.administer('user:update');
    if (private.held_session()).authenticated_at < clock_timestamp() - interval '5 minutes' then
        perform private.refuse('login_stale');
    end if;
    select * into theirs from private.credential c
    where c.organization_id = auth.org() and c.user_id = a_user
    for no key update;
    if theirs.user_id is null then
        return null;
    end if;
    perform private.check_active(a_user);
    if not private.reaches_as_far(auth.user_id(), a_user) then
        perform private.refuse('user_beyond_own');
    end if;
    return private.issue(
        a_user, case when theirs.key_hash is null then 'INVITATION' else 'RESET' end, a_code_hash);
end $$;

-- For an organisation whose last administrator lost their password: nobody in it could issue a code.
-- Only the owner role may call it (kpix db rescue). Null when nobody has the e-mail; ``choose`` where
-- people of several organisations do.
create or replace function auth.rescue_user(an_email text, an_organization text, a_code_hash bytea)
returns jsonb
language plpgsql security definer
set search_path = pg_catalog, pg_temp
as $$
declare
    found_accounts private.credential[] := array(
        select k from private.credential k
        where k.email = private.normalized(an_email)
            and (an_organization is null
                or lower(an_organization) = lower(private.organization_names(array[k]) ->> 0))
    );
    c private.credential := found_accounts[1];
    issued jsonb;
begin
    if cardinality(found_accounts) > 1 then
        return jsonb_build_object('choose', private.organization_names(found_accounts));
    end if;
    if c.user_id is null then
        return null;
    end if;
    perform private.present(c.organization_id, c.user_id, c.user_id);
    perform private.check_active(c.user_id);
    issued := jsonb_build_object(
        'kind', 'RESET', 'expires_at', private.give_code(c.user_id, 'RESET', a_code_hash));
    perform private.record_operation(
        c.organization_id, 'user.code_issued', 'user', c.user_id::text, issued);
    return issued || jsonb_build_object('user_id', c.user_id);
end $$;

-- Whether whoever issued a code could issue it now. They know it: an account that was given more
-- rights since must not be theirs for the taking.
create or replace function private.still_vouched_for(k private.code) returns boolean
language sql stable security definer
set search_path = pg_catalog, pg_temp
return exists (
    select from kpix.app_user u
    where u.organization_id = k.organization_id and u.id = k.issued_by and u.active
) and private.reaches_as_far(k.issued_by, k.user_id);

-- Why a code opens nothing, null when it does. Only whoever holds the code itself learns it. Asks
-- as the code's owner, and goes back to being nobody.
create or replace function private.code_refusal(k private.code) returns text
language plpgsql security definer
set search_path = pg_catalog, pg_temp
as $$
declare
    refusal text;
begin
    perform private.present(k.organization_id, k.user_id, k.id);
    refusal := case
        when k.used_at is not null then 'used'
        when k.revoked_at is not null or not private.still_vouched_for(k) then 'superseded'
        when k.expires_at <= clock_timestamp() then 'expired'
    end;
    perform set_config('kpix.principal', '', true);
    return refusal;
end $$;

-- The code's owner gets the password behind ``key`` and a session under ``token_hash``; what they
-- had open before ends. Called as nobody. A refusal is an answer, like that of a login.
create or replace function auth.redeem_code(
    an_email text, code bytea, key bytea, token_hash bytea, shared boolean
) returns jsonb
language plpgsql security definer
set search_path = pg_catalog, pg_temp
as $$
declare
    k private.code;
    c private.credential;
    a private.login_attempt;
    refusal text;
    answer jsonb;
begin
    perform set_config('kpix.principal', '', true);
    perform private.refuse_old_snapshot();
    select * into k from private.code t where t.code_hash = sha256(code);
    select * into c from private.credential t
    where t.organization_id = k.organization_id and t.user_id = k.user_id
        and t.email = private.normalized(an_email)
    for no key update;
    if c.user_id is null or octet_length(key) is distinct from 32
        or octet_length(token_hash) is distinct from 32
    then
        return jsonb_build_object('ok', false, 'refused', 'unknown');
    end if;
    select * into k from private.code t where t.id = k.id for update; -- two at once: one waits here
    refusal := private.code_refusal(k);
    if refusal is not null then
        return jsonb_build_object('ok', false, 'refused', refusal);
    end if;
    update private.credential set key_hash = sha256(key), changed_at = clock_timestamp()
    where organization_id = c.organization_id and user_id = c.user_id;
    update private.code set used_at = clock_timestamp() where id = k.id;
    perform private.end_account(c.organization_id, c.user_id);
    a.token_hash := token_hash;
    a.kind := case when shared then 'SHARED' else 'PERSONAL' end;
    answer := private.open_session(a, c);
    if answer is null then
        raise insufficient_privilege using message = 'the user is deactivated';
    end if;
    perform private.record(
        'user.code_redeemed', 'user', c.user_id::text, null, jsonb_build_object('kind', k.kind));
    return jsonb_build_object('ok', true) || answer;
end $$;

-- Another e-mail for the principal. The salt depends on it, so the key comes anew with it; needs a
-- login under five minutes old, and ends every other session. False when it is older.
create or replace function auth.change_email(an_email text, key bytea) returns boolean
language plpgsql security definer
set search_path = pg_catalog, pg_temp
as $$
declare
    s private.session := private.held_session();
begin
    if s.id is null or s.authenticated_at < clock_timestamp() - interval '5 minutes'
        or octet_length(key) is distinct from 32 or private.normalized(an_email) is null
    then
        return false;
    end if;
    update kpix.app_user set email = private.normalized(an_email), version = version + 1
    where organization_id = s.organization_id and id = s.user_id;
    update private.credential
    set email = private.normalized(an_email), key_hash = sha256(key), changed_at = clock_timestamp()
    where organization_id = s.organization_id and user_id = s.user_id;
    perform private.end_account(s.organization_id, s.user_id, s.family_id);
    return true;
end $$;
