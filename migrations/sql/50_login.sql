-- role: kpix_auth
-- Login in two transactions: submit records and compares nothing; claim, once that is committed,
-- counts every attempt it can see and only then compares. A rollback cannot undo a failure, nor
-- parallel submits slip past it.
create or replace function private.normalized(email text) returns text
language sql immutable strict
set search_path = pg_catalog, pg_temp
return lower(btrim(normalize(email, NFKC)));

create or replace function auth.login_params(email text) returns jsonb
language sql stable strict security definer
set search_path = pg_catalog, pg_temp
return jsonb_build_object(
    -- The same formula for known and unknown e-mails.
    'salt', encode(substring(private.mac('salt|' || private.normalized(email)) from 1 for 16), 'hex'),
    'memory_kib', 65536, 'time', 3, 'parallelism', 4
);

create or replace function auth.login_submit(
    email text, key bytea, token_hash bytea, shared boolean, organization text
) returns uuid
language plpgsql security definer
set search_path = pg_catalog, pg_temp
as $$
declare
    made uuid;
begin
    -- What no client of ours sends is not kept, and not told apart when it is claimed.
    if octet_length(key) is distinct from 32 or octet_length(token_hash) is distinct from 32
        or email is null or char_length(email) > 1000 or char_length(organization) > 1000
    then
        return gen_random_uuid();
    end if;
    -- What somebody else is removing is left to them: a transaction that stays open would otherwise
    -- keep everybody from signing in.
    delete from private.login_attempt where id in (
        select t.id from private.login_attempt t where t.at < clock_timestamp() - interval '1 day'
        for update skip locked
    );
    insert into private.login_attempt (account, email, organization, key_hash, token_hash, kind, login_role)
    values (
        private.mac('account|' || private.normalized(email)), private.normalized(email),
        organization, sha256(key), token_hash,
        case when shared then 'SHARED' else 'PERSONAL' end, session_user
    )
    returning id into made;
    return made;
end $$;

-- Seconds to wait before an attempt on this account is looked at again; 0 when this one may be.
create or replace function private.throttled(an_account bytea) returns integer
language sql stable security definer
set search_path = pg_catalog, pg_temp
return (
    select case
        when count(*) <= 5 then 0
        else greatest(1, ceil(extract(epoch from (
            (array_agg(t.at order by t.at desc))[5] + interval '15 minutes' - clock_timestamp()
        )))::integer)
    end
    from private.login_attempt t
    where t.account = an_account and t.succeeded_at is null
        and t.at > clock_timestamp() - interval '15 minutes'
);

create or replace function private.open_session(a private.login_attempt, c private.credential) returns jsonb
language plpgsql security definer
set search_path = pg_catalog, pg_temp
as $$
declare
    s private.session;
    answer jsonb;
begin
    insert into private.session (
        id, family_id, organization_id, user_id, token_hash, login_role, kind, client,
        authenticated_at, last_seen_at, expires_at
    ) values (
        gen_random_uuid(), gen_random_uuid(), c.organization_id, c.user_id, a.token_hash, session_user,
        a.kind, private.client_address(), clock_timestamp(), clock_timestamp(),
        clock_timestamp() + case a.kind when 'SHARED' then interval '8 hours' else interval '30 days' end
    ) returning * into s;
    perform private.present(s.organization_id, s.user_id, s.id);
    answer := private.who(s);
    perform private.record('session.opened', 'session', s.id::text, null, null);
    return answer;
end $$;

-- The accounts that a committed attempt proves; empty when the password is wrong.
create or replace function private.proved(a private.login_attempt) returns setof private.credential
language plpgsql security definer
set search_path = pg_catalog, pg_temp
as $$
declare
    c private.credential;
    u record;
begin
    for c in
        select * from private.credential k where k.email = a.email and k.key_hash = a.key_hash
        order by k.organization_id
        for no key update -- a password that is being changed is the old one no more
    loop
        perform private.present(c.organization_id, c.user_id, c.user_id);
        select o.name, p.active into u
        from kpix.app_user p join kpix.organization o on o.organization_id = p.organization_id
        where p.organization_id = c.organization_id and p.id = c.user_id;
        perform set_config('kpix.principal', '', true);
        if u.active and (a.organization is null or lower(u.name) = lower(a.organization)) then
            return next c;
        end if;
    end loop;
end $$;

create or replace function auth.login_claim(attempt uuid) returns jsonb
language plpgsql security definer
set search_path = pg_catalog, pg_temp
as $$
declare
    a private.login_attempt;
    wait integer;
    found_accounts private.credential[];
begin
    perform private.refuse_old_snapshot();
    select * into a from private.login_attempt t
    where t.id = attempt and t.login_role = session_user and t.succeeded_at is null
        and not exists (select from private.session s where s.token_hash = t.token_hash)
        and t.transaction_id <> pg_current_xact_id()
        and t.at > clock_timestamp() - interval '1 minute'
    for update;
    if a.id is null or pg_xact_status(a.transaction_id) is distinct from 'committed' then
        return jsonb_build_object('ok', false);
    end if;
    wait := private.throttled(a.account);
    if wait > 0 then
        return jsonb_build_object('ok', false, 'wait', wait);
    end if;
    found_accounts := array(select p from private.proved(a) p);
    if cardinality(found_accounts) = 0 then
        return jsonb_build_object('ok', false);
    end if;
    -- The proof was given: it is no failure, whichever organisation is chosen next. But what also
    -- was a wrong guess elsewhere is one: an account of one's own with a stranger's e-mail would
    -- otherwise make every guess at the stranger's password a success.
    update private.login_attempt set succeeded_at = clock_timestamp()
    where id = a.id and (
        a.organization is not null
        or not exists (
            select from private.credential k where k.email = a.email and k.key_hash <> a.key_hash
        )
    );
    if cardinality(found_accounts) > 1 then
        return jsonb_build_object('ok', false, 'choose', private.organization_names(found_accounts));
    end if;
    return jsonb_build_object('ok', true) || private.open_session(a, found_accounts[1]);
end $$;

create or replace function private.organization_names(accounts private.credential[]) returns jsonb
language plpgsql security definer
set search_path = pg_catalog, pg_temp
as $$
declare
    c private.credential;
    names jsonb := '[]';
begin
    foreach c in array accounts loop
        perform private.present(c.organization_id, c.user_id, c.user_id);
        names := names || (select to_jsonb(o.name) from kpix.organization o
                           where o.organization_id = c.organization_id);
    end loop;
    perform set_config('kpix.principal', '', true);
    return names;
end $$;

-- A new password for the principal: needs a login under five minutes old, ends every other session.
create or replace function auth.set_password(key bytea) returns boolean
language plpgsql security definer
set search_path = pg_catalog, pg_temp
as $$
declare
    s private.session := private.held_session();
begin
    if s.id is null or s.authenticated_at < clock_timestamp() - interval '5 minutes'
        or octet_length(key) is distinct from 32
    then
        return false;
    end if;
    update private.credential set key_hash = sha256(key), changed_at = clock_timestamp()
    where organization_id = s.organization_id and user_id = s.user_id;
    update private.session set revoked_at = clock_timestamp()
    where organization_id = s.organization_id and user_id = s.user_id
        and family_id <> s.family_id and revoked_at is null;
    perform private.record('user.password_changed', 'user', s.user_id::text, null, null);
    return true;
end $$;
