-- role: kpix_auth
-- The audit log is written by the database: append-only, the actor proved, old and new values.
create or replace function private.record(
    an_action text, a_type text, an_object text, old_values jsonb, new_values jsonb
) returns void
language sql security definer
set search_path = pg_catalog, pg_temp
begin atomic
    insert into kpix.audit_log (organization_id, actor_id, session_id, action, object_type, object_id, old, new)
    select v.organization_id, v.user_id, v.session_id, an_action, a_type, an_object, old_values, new_values
    from private.verified() v;
end;

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
    if tg_nargs > 2 then
        object := object || '/' || (row_ ->> tg_argv[2]);
    end if;
    if after ->> 'deleted_at' is not null and before ->> 'deleted_at' is null then
        verb := 'deleted';
    elsif after ->> 'archived_at' is not null and before ->> 'archived_at' is null then
        verb := 'archived';
    end if;
    perform private.record(
        tg_argv[0] || '.' || verb, tg_argv[0], object,
        case when tg_op = 'UPDATE' then private.changed(before, after) else before end,
        case when tg_op = 'UPDATE' then private.changed(after, before) else after end
    );
    return null;
end $$;

-- One line for one value, one summary for many.
create or replace function private.audit_values_inserted() returns trigger
language plpgsql security definer
set search_path = pg_catalog, pg_temp
as $$
declare
    how_many bigint := (select count(*) from added);
begin
    if how_many = 1 then
        perform private.record('kpi_value.created', 'kpi_value', a.kpi_id || '/' || a.period_start, null, to_jsonb(a))
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
    if how_many = 1 then
        perform private.record(
            case when b.revision = a.revision then 'kpi_value.recomputed' else 'kpi_value.corrected' end,
            'kpi_value', a.kpi_id || '/' || a.period_start,
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
