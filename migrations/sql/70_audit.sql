-- role: kpix_auth
-- The audit log is written by the database: append-only, the actor proved, old and new values.

-- The object itself of what is named by several columns: the KPI of a value, the user of a role.
create or replace function private.subject(an_object text) returns uuid
language sql immutable
set search_path = pg_catalog, pg_temp
return case
    when split_part(an_object, '/', 1) ~ '^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$'
    then split_part(an_object, '/', 1)::uuid
end;

create or replace function private.record(
    an_action text, a_type text, an_object text, old_values jsonb, new_values jsonb
) returns void
language sql security definer
set search_path = pg_catalog, pg_temp
begin atomic
    insert into kpix.audit_log (
        organization_id, actor_id, session_id, action, object_type, object_id, subject_id, old, new
    )
    select v.organization_id, v.user_id, v.session_id, an_action, a_type, an_object,
        private.subject(an_object), old_values, new_values
    from private.verified() v;
end;

-- Whoever is signed in to two organisations could be the other one by the time a trigger runs (a
-- RETURNING list is evaluated before it): what happened here would be written down there.
create or replace function private.same_organization(of_row uuid) returns void
language plpgsql stable security definer
set search_path = pg_catalog, pg_temp
as $$
begin
    if of_row is distinct from (private.verified()).organization_id then
        raise insufficient_privilege using message = 'a change is recorded in its own organisation';
    end if;
end $$;

create or replace function private.changed(before jsonb, after jsonb) returns jsonb
language sql immutable
set search_path = pg_catalog, pg_temp
return (
    select jsonb_object_agg(b.key, b.value) from jsonb_each(before) b
    where b.value is distinct from after -> b.key
);

-- Arguments: the object's type, then the columns that name it.
create or replace function private.audit_row() returns trigger
language plpgsql security definer
set search_path = pg_catalog, pg_temp
as $$
declare
    before jsonb := case when tg_op <> 'INSERT' then to_jsonb(old) end;
    after jsonb := case when tg_op <> 'DELETE' then to_jsonb(new) end;
    row_ jsonb := coalesce(after, before);
    verb text := case tg_op when 'INSERT' then 'created' when 'UPDATE' then 'updated' else 'deleted' end;
    object text := row_ ->> tg_argv[1];
begin
    perform private.same_organization((row_ ->> 'organization_id')::uuid);
    if tg_nargs > 2 then
        object := object || '/' || (row_ ->> tg_argv[2]);
    end if;
    if after ->> 'deleted_at' is not null and before ->> 'deleted_at' is null then
        verb := 'deleted';
    elsif after ->> 'archived_at' is not null and before ->> 'archived_at' is null then
        verb := 'archived';
    elsif tg_op = 'UPDATE' and private.changed(after, before) - 'verdict' = '{}' then
        verb := 'judged'; -- by values that somebody entered
    end if;
    perform private.record(
        tg_argv[0] || '.' || verb, tg_argv[0], object,
        case when tg_op = 'UPDATE' then private.changed(before, after) else before end,
        case when tg_op = 'UPDATE' then private.changed(after, before) else after end
    );
    return null;
end $$;

-- A date by itself is written as the client's DateStyle says, and nobody finds the entry again.
create or replace function private.value_id(a_value jsonb) returns text
language sql immutable
set search_path = pg_catalog, pg_temp
return (a_value ->> 'kpi_id') || '/' || (a_value ->> 'period_start');

-- One line for one value, one summary for many.
create or replace function private.audit_values_inserted() returns trigger
language plpgsql security definer
set search_path = pg_catalog, pg_temp
as $$
declare
    how_many bigint := (select count(*) from added);
begin
    perform private.same_organization(o) from (select distinct a.organization_id o from added a) t;
    if how_many = 1 then
        perform private.record('kpi_value.created', 'kpi_value', private.value_id(to_jsonb(a)), null, to_jsonb(a))
        from added a;
    elsif how_many > 1 then
        perform private.record('kpi_value.created', 'kpi', a.kpi_id::text, null, jsonb_build_object(
            'count', count(*), 'first', min(a.period_start), 'last', max(a.period_start)))
        from added a group by a.kpi_id;
    end if;
    return null;
end $$;

create or replace function private.audit_values_updated() returns trigger
language plpgsql security definer
set search_path = pg_catalog, pg_temp
as $$
declare
    how_many bigint := (select count(*) from after_update);
begin
    perform private.same_organization(o)
    from (select distinct a.organization_id o from after_update a) t;
    if how_many = 1 then
        perform private.record(
            case when b.revision = a.revision then 'kpi_value.recomputed' else 'kpi_value.corrected' end,
            'kpi_value', private.value_id(to_jsonb(a)),
            private.changed(to_jsonb(b), to_jsonb(a)), private.changed(to_jsonb(a), to_jsonb(b)))
        from after_update a, before_update b;
    elsif how_many > 1 then
        perform private.record(
            case when bool_and(b.revision = a.revision) then 'kpi_value.recomputed' else 'kpi_value.corrected' end,
            'kpi', a.kpi_id::text, null, jsonb_build_object(
            'count', count(*), 'first', min(a.period_start), 'last', max(a.period_start)))
        from after_update a
        join before_update b on b.organization_id = a.organization_id and b.kpi_id = a.kpi_id
            and b.period_start = a.period_start
        group by a.kpi_id;
    end if;
    return null;
end $$;

-- The state before a correction is kept by the database, so that no client can forget to.
create or replace function private.keep_revision() returns trigger
language plpgsql security definer
set search_path = pg_catalog, pg_temp
as $$
begin
    insert into kpix.kpi_value_revision (
        organization_id, kpi_id, period_start, revision, value, status, critical, reason, entered_by, entered_at
    ) values (
        old.organization_id, old.kpi_id, old.period_start, old.revision, old.value, old.status,
        old.critical, old.reason, old.entered_by, old.entered_at
    );
    new.revision := old.revision + 1;
    new.entered_by := auth.user_id();
    new.entered_at := transaction_timestamp();
    return new;
end $$;

create or replace function private.refuse_version() returns trigger
language plpgsql security definer
set search_path = pg_catalog, pg_temp
as $$
begin
    raise check_violation using constraint = 'ck_version_step', message = 'a version goes up by one';
end $$;

-- What the operator of the database does has no user behind it; whose login it was is in the values.
create or replace function private.record_operation(
    an_organization uuid, an_action text, a_type text, an_object text, new_values jsonb
) returns void
language plpgsql security definer
set search_path = pg_catalog, pg_temp
as $$
begin
    -- The policies ask for the organisation; nobody has the id of an organisation.
    perform private.present(an_organization, an_organization, an_organization);
    insert into kpix.audit_log (organization_id, action, object_type, object_id, subject_id, new)
    values (
        an_organization, an_action, a_type, an_object, private.subject(an_object),
        new_values || jsonb_build_object('operator', session_user)
    );
    perform set_config('kpix.principal', '', true);
end $$;

-- Entries of days before a day, by each organisation's own calendar. That the log was pruned stays
-- in it for good.
create or replace function private.audit_before(
    a_day date, forget boolean,
    out organization_id uuid, out organization text, out entries bigint, out oldest timestamptz
) returns setof record
language plpgsql security definer
set search_path = pg_catalog, pg_temp
as $$
declare
    midnight timestamptz;
begin
    for organization_id in select distinct c.organization_id from private.credential c order by 1 loop
        perform private.present(organization_id, organization_id, organization_id);
        select o.name, a_day::timestamp at time zone o.timezone into strict organization, midnight
        from kpix.organization o where o.organization_id = audit_before.organization_id;
        select count(*), min(l.at) into entries, oldest from kpix.audit_log l
        where l.organization_id = audit_before.organization_id and l.at < midnight
            and l.action <> 'audit.pruned';
        if entries > 0 and forget then
            delete from kpix.audit_log l
            where l.organization_id = audit_before.organization_id and l.at < midnight
                and l.action <> 'audit.pruned';
            get diagnostics entries = row_count;
            perform private.record_operation(
                organization_id, 'audit.pruned', 'audit', organization_id::text,
                jsonb_build_object('before', a_day, 'count', entries, 'oldest', oldest));
        end if;
        if entries > 0 then
            return next;
        end if;
    end loop;
    perform set_config('kpix.principal', '', true);
end $$;

-- Only the owner role may call these two (kpix db prune-audit): first what would go, then it goes.
create or replace function auth.old_audit(
    before date,
    out organization_id uuid, out organization text, out entries bigint, out oldest timestamptz
) returns setof record
language sql security definer
set search_path = pg_catalog, pg_temp
begin atomic
    select * from private.audit_before(before, false);
end;

create or replace function auth.prune_audit(
    before date,
    out organization_id uuid, out organization text, out entries bigint, out oldest timestamptz
) returns setof record
language sql security definer
set search_path = pg_catalog, pg_temp
begin atomic
    select * from private.audit_before(before, true);
end;
