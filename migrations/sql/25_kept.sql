-- role: kpix_auth
-- Answers that are kept while nothing can have changed them. The tables of a query ask the same
-- questions (30_scope.sql); an answer holds for as long as exactly the same is visible: for the same
-- principal in the same transaction, with the same snapshot, while the transaction has written nothing.
-- It stands, signed, in a setting of the transaction, where the user can read it and not make one:
-- they know their own rights. Called by functions of kpix_auth alone, after these have proved who asks.
create or replace function private.kept_signature(question text, answer text) returns text
language plpgsql stable parallel restricted
set search_path = pg_catalog, pg_temp
as $$
declare
    s private.secret;
begin
    select * into s from private.secret;
    return encode(
        sha256(s.outer_pad || sha256(s.inner_pad || convert_to(concat_ws('|', 'kept',
            pg_current_snapshot(), current_setting('kpix.principal'), answer, question), 'UTF8'))), 'hex');
end $$;

create or replace function private.kept(question text) returns uuid[]
language plpgsql stable parallel restricted
set search_path = pg_catalog, pg_temp
as $$
declare
    found text[] := string_to_array(current_setting('kpix.kept_' || md5(question), true), '|');
begin
    if cardinality(found) is distinct from 2 or pg_current_xact_id_if_assigned() is not null
        or found[2] <> private.kept_signature(question, found[1])
    then
        return null;
    end if;
    return found[1]::uuid[];
end $$;

create or replace function private.keep(question text, answer uuid[]) returns uuid[]
language plpgsql stable parallel restricted
set search_path = pg_catalog, pg_temp
as $$
begin
    if pg_current_xact_id_if_assigned() is null and current_setting('kpix.principal', true) <> '' then
        perform set_config('kpix.kept_' || md5(question),
            answer::text || '|' || private.kept_signature(question, answer::text), true);
    end if;
    return answer;
end $$;
