-- role: kpix_auth
-- Sessions by the database login that opened them, for the operator (kpix db logins, revoke-login).
create or replace function auth.login_sessions(
    out login name, out live bigint, out last_seen_at timestamptz
) returns setof record
language sql stable security definer
set search_path = pg_catalog, pg_temp
begin atomic
    select s.login_role, count(*) filter (where private.is_live(s)), max(s.last_seen_at)
    from private.session s group by s.login_role;
end;

-- Ends every session of a login: another login of the same name, later, must not take them over.
create or replace function auth.end_login_sessions(of_login name) returns bigint
language plpgsql security definer
set search_path = pg_catalog, pg_temp
as $$
declare
    s private.session;
    ended bigint := 0;
begin
    perform from private.credential c
    where (c.organization_id, c.user_id)
        in (select t.organization_id, t.user_id from private.session t where t.login_role = of_login)
    order by c.organization_id, c.user_id
    for no key update;
    for s in
        select * from private.session t where t.login_role = of_login and t.revoked_at is null
        order by t.id for update
    loop
        update private.session set revoked_at = clock_timestamp() where id = s.id;
        if private.is_live(s) then
            ended := ended + 1;
            perform private.record_operation(
                s.organization_id, 'session.revoked', 'session', s.id::text,
                jsonb_build_object('user_id', s.user_id, 'login', of_login));
        end if;
    end loop;
    return ended;
end $$;
