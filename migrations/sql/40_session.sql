-- role: kpix_auth
-- Sessions: begin a transaction as somebody, rotate, lock, leave, list, revoke.
create or replace function private.session_by_token(token bytea) returns private.session
language sql stable security definer
set search_path = pg_catalog, pg_temp
begin atomic
    select s from private.session s
    where s.token_hash = sha256(token) and s.login_role = session_user;
end;

-- Whoever adds a session to an account, or ends its sessions, holds its credential: a session that
-- is being added while the others are revoked would outlive them, unseen.
create or replace function private.revoke_family(family uuid) returns void
language plpgsql security definer
set search_path = pg_catalog, pg_temp
as $$
begin
    perform from private.credential c
    where (c.organization_id, c.user_id)
        in (select s.organization_id, s.user_id from private.session s where s.family_id = family)
    for no key update;
    update private.session set revoked_at = clock_timestamp()
    where family_id = family and revoked_at is null;
end $$;

-- How long a session may go unused.
create or replace function private.idle_time(kind text) returns interval
language sql immutable
set search_path = pg_catalog, pg_temp
return case kind when 'SHARED' then interval '10 minutes' else interval '12 hours' end;

create or replace function private.is_live(s private.session) returns boolean
language sql stable
set search_path = pg_catalog, pg_temp
return s.id is not null
    and s.revoked_at is null
    and s.locked_at is null
    and s.expires_at > clock_timestamp()
    and s.last_seen_at > clock_timestamp() - private.idle_time(s.kind)
    -- Another process of the same user may have just rotated the token that this one read.
    and (s.rotated_at is null or s.rotated_at > clock_timestamp() - interval '30 seconds');

-- Where the connection comes from: for people who read the list of their sessions, not a proof.
create or replace function private.client_address() returns text
language sql stable
set search_path = pg_catalog, pg_temp
return coalesce(host(inet_client_addr()), 'local');

create or replace function private.touch(s private.session) returns void
language plpgsql security definer
set search_path = pg_catalog, pg_temp
as $$
begin
    if s.last_seen_at < clock_timestamp() - interval '1 minute'
        and current_setting('transaction_read_only') = 'off'
    then
        update private.session set last_seen_at = clock_timestamp()
        where id = (select id from private.session where id = s.id for no key update skip locked);
    end if;
end $$;

create or replace function private.who(s private.session) returns jsonb
language sql stable security definer
set search_path = pg_catalog, pg_temp
return (
    select jsonb_build_object(
        'organization_id', u.organization_id,
        'organization_name', o.name,
        'timezone', o.timezone,
        'user_id', u.id,
        'name', u.name,
        'email', u.email,
        'locale', coalesce(u.locale, o.locale),
        'session_id', s.id,
        'shared', s.kind = 'SHARED',
        'expires_at', s.expires_at,
        'roles', (
            select coalesce(jsonb_agg(r.name order by r.name), '[]')
            from kpix.user_role ur
            join kpix.role r on r.organization_id = ur.organization_id and r.id = ur.role_id
            where ur.organization_id = u.organization_id and ur.user_id = u.id
        ),
        'grants', (
            select coalesce(jsonb_agg(jsonb_build_array(rp.permission, rp.scope)), '[]')
            from kpix.user_role ur
            join kpix.role_permission rp
                on rp.organization_id = ur.organization_id and rp.role_id = ur.role_id
            where ur.organization_id = u.organization_id and ur.user_id = u.id
        ),
        'team_mates', (
            select coalesce(jsonb_agg(distinct mate.user_id), '[]')
            from kpix.team_member mine
            join kpix.team_member mate
                on mate.organization_id = mine.organization_id and mate.team_id = mine.team_id
            where mine.organization_id = u.organization_id and mine.user_id = u.id
        ),
        'teams', (
            select coalesce(jsonb_agg(m.team_id), '[]') from kpix.team_member m
            where m.organization_id = u.organization_id and m.user_id = u.id
        ),
        'leads', (
            select coalesce(jsonb_agg(m.team_id), '[]') from kpix.team_member m
            where m.organization_id = u.organization_id and m.user_id = u.id and m.is_lead
        )
    )
    from kpix.app_user u
    join kpix.organization o on o.organization_id = u.organization_id
    where u.organization_id = s.organization_id and u.id = s.user_id and u.active
);

-- A snapshot can be older than its transaction, which takes it over from one that is still open: what
-- was ended, taken or changed since is as it was in there. At READ COMMITTED every statement sees what
-- is so now, and no transaction changes its level once it has asked this.
create or replace function private.refuse_old_snapshot() returns void
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
begin
    if current_setting('transaction_isolation') not in ('read committed', 'read uncommitted') then
        raise invalid_transaction_state using message = 'sessions are asked for at READ COMMITTED';
    end if;
end $$;

-- Answers who the token is, or null. A refusal is an answer and not an error, because what it
-- records (a family revoked) has to be committed.
create or replace function auth.begin(token bytea) returns jsonb
language plpgsql security definer
set search_path = pg_catalog, pg_temp
as $$
declare
    s private.session := private.session_by_token(token);
    answer jsonb;
begin
    perform set_config('kpix.principal', '', true);
    perform private.refuse_old_snapshot();
    -- Nor must an old transaction outlive a revocation.
    if clock_timestamp() - transaction_timestamp() > interval '10 seconds' then
        return null;
    end if;
    if s.rotated_at < clock_timestamp() - interval '30 seconds' then
        perform private.revoke_family(s.family_id);
        return null;
    end if;
    if not private.is_live(s) then
        return null;
    end if;
    perform private.present(s.organization_id, s.user_id, s.id);
    answer := private.who(s);
    if answer is null then
        perform set_config('kpix.principal', '', true);
        return null;
    end if;
    perform private.touch(s);
    return answer;
end $$;

create or replace function private.my_session() returns private.session
language sql stable security definer
set search_path = pg_catalog, pg_temp
begin atomic
    select s from private.session s where s.id = (private.verified()).session_id;
end;

-- The principal's session as it is now, held with its account until the transaction ends; null when
-- it was ended after the transaction began. An older snapshot than that fails to serialize.
create or replace function private.held_session() returns private.session
language plpgsql security definer
set search_path = pg_catalog, pg_temp
as $$
declare
    s private.session := private.my_session();
begin
    perform from private.credential c
    where c.organization_id = s.organization_id and c.user_id = s.user_id
    for no key update;
    select * into s from private.session t where t.id = s.id for no key update;
    if private.is_live(s) then
        return s;
    end if;
    return null;
end $$;

-- The session goes on under a new token; the old one dies within half a minute.
create or replace function auth.rotate(new_token_hash bytea) returns boolean
language plpgsql security definer
set search_path = pg_catalog, pg_temp
as $$
declare
    s private.session := private.held_session();
begin
    if s.id is null or s.rotated_at is not null
        or octet_length(new_token_hash) is distinct from 32
    then
        return false;
    end if;
    update private.session set rotated_at = clock_timestamp() where id = s.id;
    insert into private.session (
        id, family_id, organization_id, user_id, token_hash, login_role, kind, client,
        authenticated_at, last_seen_at, expires_at
    ) values (
        gen_random_uuid(), s.family_id, s.organization_id, s.user_id, new_token_hash, session_user,
        s.kind, private.client_address(), s.authenticated_at, clock_timestamp(), s.expires_at
    );
    return true;
end $$;

create or replace function auth.logout() returns void
language plpgsql security definer
set search_path = pg_catalog, pg_temp
as $$
declare
    s private.session := private.my_session();
begin
    if s.id is not null then
        perform private.revoke_family(s.family_id);
        perform private.record('session.closed', 'session', s.id::text, null, null);
    end if;
end $$;

-- The session opens nothing from here on, whatever of its tokens is shown: there is no unlocking.
-- Whoever goes on proves a password in a login like any other, which opens another session, and the
-- locked one is left.
create or replace function auth.lock() returns boolean
language plpgsql security definer
set search_path = pg_catalog, pg_temp
as $$
declare
    s private.session := private.held_session();
begin
    if s.id is null then
        return false;
    end if;
    update private.session set locked_at = clock_timestamp()
    where family_id = s.family_id and revoked_at is null and locked_at is null;
    perform private.record('session.locked', 'session', s.id::text, null, null);
    return true;
end $$;

-- Ends the family of a session that opens nothing any more, by possession of its token. One that is
-- in use is signed out of as itself. Called as nobody, and answers nothing.
create or replace function auth.leave(token bytea) returns void
language plpgsql security definer
set search_path = pg_catalog, pg_temp
as $$
declare
    s private.session := private.session_by_token(token);
begin
    perform set_config('kpix.principal', '', true);
    if s.id is null or s.revoked_at is not null or private.is_live(s) then
        return;
    end if;
    perform private.revoke_family(s.family_id);
    perform private.present(s.organization_id, s.user_id, s.id);
    perform private.record('session.closed', 'session', s.id::text, null, null);
    perform set_config('kpix.principal', '', true);
end $$;

-- Whose sessions the principal may see and end: their own, and everybody's with user:update.
create or replace function private.holds_sessions_of(a_user uuid) returns boolean
language sql stable security definer
set search_path = pg_catalog, pg_temp
return coalesce(a_user = auth.user_id() or auth.everywhere('user:update'), false);

-- The sessions of a user, or of everybody with null: those that open something, and the locked ones.
create or replace function auth.user_sessions(of_user uuid) returns table (
    id uuid, user_id uuid, kind text, authenticated_at timestamptz, last_seen_at timestamptz,
    expires_at timestamptz, locked boolean, client text, login_role text, current boolean
)
language plpgsql stable security definer
set search_path = pg_catalog, pg_temp
as $$
#variable_conflict use_column
begin
    -- All rows before the first one is given: who asks may become another between two rows.
    return query
    select s.id, s.user_id, s.kind, s.authenticated_at, s.last_seen_at, s.expires_at,
        s.locked_at is not null, s.client, s.login_role::text, s.family_id = mine.family_id
    from private.session s, private.my_session() mine
    where s.organization_id = auth.org() and (of_user is null or s.user_id = of_user)
        and private.holds_sessions_of(of_user)
        and s.revoked_at is null and s.rotated_at is null and s.expires_at > clock_timestamp()
        and (s.locked_at is not null
            or s.last_seen_at > clock_timestamp() - private.idle_time(s.kind));
end $$;

create or replace function auth.sessions() returns table (
    id uuid, user_id uuid, kind text, authenticated_at timestamptz, last_seen_at timestamptz,
    expires_at timestamptz, locked boolean, client text, login_role text, current boolean
)
language sql stable security definer
set search_path = pg_catalog, pg_temp
begin atomic
    select u.* from auth.user_sessions(auth.user_id()) u where auth.user_id() is not null;
end;

-- Ends a session; false when there is none within the principal's reach.
create or replace function auth.revoke_session(a_session uuid) returns boolean
language plpgsql security definer
set search_path = pg_catalog, pg_temp
as $$
declare
    s private.session;
begin
    select * into s from private.session t
    where t.id = a_session and t.organization_id = auth.org() and t.revoked_at is null
        and private.holds_sessions_of(t.user_id);
    if s.id is null then
        return false;
    end if;
    perform private.revoke_family(s.family_id);
    perform private.record(
        'session.revoked', 'session', s.id::text, null, jsonb_build_object('user_id', s.user_id));
    return true;
end $$;

-- Ends every session of a user but the one that asks; how many there were.
create or replace function auth.revoke_sessions(of_user uuid) returns integer
language plpgsql security definer
set search_path = pg_catalog, pg_temp
as $$
declare
    s record;
    ended integer := 0;
begin
    for s in
        select u.id from auth.user_sessions(of_user) u where u.user_id = of_user and not u.current
    loop
        ended := ended + auth.revoke_session(s.id)::integer;
    end loop;
    return ended;
end $$;
