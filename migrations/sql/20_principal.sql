-- role: kpix_auth
-- Who is asking: a transaction-local setting that only auth.begin can sign.
create or replace function private.transaction_mark() returns text
language sql stable parallel restricted
set search_path = pg_catalog, pg_temp
return pg_backend_pid()::text || '|' || (extract(epoch from transaction_timestamp()) * 1000000)::bigint::text;

create or replace function private.present(organization_id uuid, user_id uuid, session_id uuid) returns void
language plpgsql security definer
set search_path = pg_catalog, pg_temp
as $$
declare
    claim text := '1|' || organization_id || '|' || user_id || '|' || session_id || '|' || private.transaction_mark();
begin
    perform set_config('kpix.principal', claim || '|' || encode(private.mac(claim), 'hex'), true);
end $$;

create or replace function private.verified() returns private.principal
language plpgsql stable security definer parallel restricted
set search_path = pg_catalog, pg_temp
as $$
declare
    parts text[] := string_to_array(current_setting('kpix.principal', true), '|');
begin
    if parts is null or cardinality(parts) <> 7 or parts[1] <> '1' then
        return null;
    end if;
    -- A forged claim, one of another transaction or backend, and one that grew old are nobody.
    if parts[5] || '|' || parts[6] <> private.transaction_mark()
        or clock_timestamp() - transaction_timestamp() > interval '15 minutes'
        or parts[7] <> encode(private.mac(array_to_string(parts[1:6], '|')), 'hex')
    then
        return null;
    end if;
    return row(parts[2]::uuid, parts[3]::uuid, parts[4]::uuid)::private.principal;
end $$;
