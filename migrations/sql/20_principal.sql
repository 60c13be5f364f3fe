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

-- Policies call this several times in every query: the signature (private.mac) is written out, and
-- what is compared first is what costs least.
create or replace function private.verified() returns private.principal
language plpgsql stable security definer parallel restricted
set search_path = pg_catalog, pg_temp
as $$
declare
    claim text := current_setting('kpix.principal', true);
    parts text[] := string_to_array(claim, '|');
    s private.secret;
begin
    -- A forged claim, one of another transaction or backend, and one that grew old are nobody.
    if cardinality(parts) is distinct from 7 or parts[1] <> '1'
        or parts[5] <> pg_backend_pid()::text
        or parts[6] <> (extract(epoch from transaction_timestamp()) * 1000000)::bigint::text
        or clock_timestamp() - transaction_timestamp() > interval '15 minutes'
    then
        return null;
    end if;
    select * into s from private.secret;
    if parts[7] is distinct from encode(
        sha256(s.outer_pad || sha256(s.inner_pad || convert_to(array_to_string(parts[1:6], '|'), 'UTF8'))), 'hex')
    then
        return null;
    end if;
    return row(parts[2]::uuid, parts[3]::uuid, parts[4]::uuid)::private.principal;
end $$;
