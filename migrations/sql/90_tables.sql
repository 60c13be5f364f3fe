-- role: kpix_owner
-- Run as kpix_owner: grants by column, triggers, and the planner's statistics on confidential text.
grant usage on schema kpix to kpix_app, kpix_auth;
grant select on all tables in schema kpix to kpix_app;

grant insert (organization_id, id, title, process, description, owner_id),
    update (title, process, description, archived_at, updated_at, version)
    on kpix.dashboard to kpix_app;
grant insert (organization_id, id, dashboard_id, code, name, description, unit, decimals, direction,
        frequency, starts_on, owner_id),
    update (code, name, description, unit, decimals, direction, frequency, starts_on, deleted_at, version)
    on kpix.kpi to kpix_app;
grant insert (organization_id, id, dashboard_id, user_id, team_id, level, expires_at),
    update (level, expires_at, shared_by, shared_at), delete
    on kpix.dashboard_share to kpix_app;
grant insert (organization_id, id, kpi_id, user_id, team_id), delete on kpix.kpi_assignment to kpix_app;
grant insert, update (green, orange, red, target) on kpix.kpi_threshold to kpix_app;
grant insert (organization_id, kpi_id, dashboard_id, period_start, period_end, value, status, critical, reason),
    update (value, status, critical, reason)
    on kpix.kpi_value to kpix_app;

grant select on kpix.organization, kpix.app_user, kpix.role, kpix.role_permission, kpix.user_role,
    kpix.team_member, kpix.dashboard, kpix.kpi, kpix.dashboard_share, kpix.kpi_assignment,
    kpix.kpi_threshold, kpix.kpi_value to kpix_auth;
grant insert on kpix.organization, kpix.app_user, kpix.role, kpix.role_permission, kpix.user_role,
    kpix.kpi_value_revision, kpix.audit_log to kpix_auth;
grant select, delete on kpix.audit_log to kpix_auth; -- kpix db prune-audit

-- People: e-mails only through auth.emails(), users and roles only through the functions of auth.
revoke select on kpix.app_user from kpix_app;
grant select (organization_id, id, name, active, locale, created_at, created_by, version)
    on kpix.app_user to kpix_app;
grant insert (organization_id, id, name), update (name, version), delete on kpix.team to kpix_app;
grant insert (organization_id, team_id, user_id, is_lead), update (is_lead), delete
    on kpix.team_member to kpix_app;
grant update (version) on kpix.organization to kpix_auth; -- held while people are administered
grant update (name, email, active, version) on kpix.app_user to kpix_auth;
grant update (name, description, version), delete on kpix.role to kpix_auth;
grant delete on kpix.role_permission, kpix.user_role to kpix_auth;

-- Sharing: visibility and owners change through the functions of auth alone.
grant select on kpix.team to kpix_auth;
grant update (visibility, owner_id, updated_at, version) on kpix.dashboard to kpix_auth;
grant update (owner_id, version) on kpix.kpi to kpix_auth;
grant delete on kpix.dashboard_share to kpix_auth;

-- Comments: their words are their author's alone; mentions are made and comments deleted by functions.
grant insert (organization_id, id, kpi_id, dashboard_id, period_start, action_id, thread_id, body), update (body)
    on kpix.comment to kpix_app;
grant insert (organization_id, thread_id, read_until), update (read_until) on kpix.comment_mark to kpix_app;
grant select, update (body, deleted_at, deleted_by) on kpix.comment to kpix_auth;
grant select, insert, delete on kpix.comment_mention to kpix_auth;
grant insert on kpix.comment_revision to kpix_auth;

-- Notifications: whom they are for may say that they have read them, and what they want to hear of.
grant update (read_at) on kpix.notification to kpix_app;
grant insert (organization_id, kind, wanted), update (wanted) on kpix.notification_preference to kpix_app;
grant select, insert, delete, update (kind, priority, at, read_at) on kpix.notification to kpix_auth;
grant select on kpix.notification_preference to kpix_auth;

create or replace trigger audit after insert or update or delete on kpix.app_user
    for each row execute function private.audit_row('user', 'id');
create or replace trigger audit after insert or update or delete on kpix.user_role
    for each row execute function private.audit_row('user_role', 'user_id', 'role_id');
create or replace trigger audit after insert or update or delete on kpix.team
    for each row execute function private.audit_row('team', 'id');
create or replace trigger audit after insert or update or delete on kpix.team_member
    for each row execute function private.audit_row('team_member', 'team_id', 'user_id');
create or replace trigger audit after insert or update or delete on kpix.dashboard
    for each row execute function private.audit_row('dashboard', 'id');
create or replace trigger audit after insert or update or delete on kpix.dashboard_share
    for each row execute function private.audit_row('dashboard_share', 'dashboard_id', 'id');
create or replace trigger audit after insert or update or delete on kpix.kpi_assignment
    for each row execute function private.audit_row('kpi_assignment', 'kpi_id', 'id');
create or replace trigger audit after insert or update or delete on kpix.kpi
    for each row execute function private.audit_row('kpi', 'id');
create or replace trigger audit after insert or update or delete on kpix.kpi_threshold
    for each row execute function private.audit_row('kpi_threshold', 'kpi_id', 'valid_from');
create or replace trigger audit after insert or update or delete on kpix.comment
    for each row execute function private.audit_row('comment', 'kpi_id', 'id');
create or replace trigger audit after insert or delete on kpix.comment_mention
    for each row execute function private.audit_row('comment_mention', 'comment_id', 'id');
create or replace trigger tell after insert on kpix.comment
    referencing new table as written
    for each statement execute function private.tell_comments();
create or replace trigger tell after insert on kpix.comment_mention
    referencing new table as written
    for each statement execute function private.tell_mentions();
create or replace trigger tell after insert on kpix.kpi_assignment
    referencing new table as written
    for each statement execute function private.tell_assigned();
create or replace trigger tell after update on kpix.kpi_state
    referencing old table as before_move new table as after_move
    for each statement execute function private.tell_statuses();
create or replace trigger tell_new after insert on kpix.action_plan
    referencing new table as written
    for each statement execute function private.tell_new_actions();
create or replace trigger tell_given after update on kpix.action_plan
    referencing old table as before_write new table as written
    for each statement execute function private.tell_given_actions();
create or replace trigger place before insert on kpix.comment
    for each row execute function private.place_comment();
create or replace trigger keep_revision before update on kpix.comment
    for each row when (old.body is distinct from new.body)
    execute function private.keep_comment();
create or replace trigger audit_insert after insert on kpix.kpi_value
    referencing new table as added
    for each statement execute function private.audit_values_inserted();
create or replace trigger audit_update after update on kpix.kpi_value
    referencing old table as before_update new table as after_update
    for each statement execute function private.audit_values_updated();
create or replace trigger keep_revision before update on kpix.kpi_value
    for each row when (old.value is distinct from new.value or old.reason is distinct from new.reason)
    execute function private.keep_revision();

-- A version goes up by one: set back it would let a stale change pass, and at its end nobody could
-- change the row any more.
create or replace trigger count_versions before update on kpix.dashboard
    for each row when (new.version not in (old.version, old.version + 1))
    execute function private.refuse_version();
create or replace trigger count_versions before update on kpix.kpi
    for each row when (new.version not in (old.version, old.version + 1))
    execute function private.refuse_version();
create or replace trigger count_versions before update on kpix.team
    for each row when (new.version not in (old.version, old.version + 1))
    execute function private.refuse_version();

-- Before the end of the statement for values, of the transaction for what they are judged by.
create or replace trigger judge_inserted after insert on kpix.kpi_value
    referencing new table as written
    for each statement execute function private.check_written_values();
create or replace trigger judge_updated after update on kpix.kpi_value
    referencing new table as written
    for each statement execute function private.check_written_values();
drop trigger if exists judge_again on kpix.kpi_threshold;
create constraint trigger judge_again after insert or update on kpix.kpi_threshold
    deferrable initially deferred
    for each row execute function private.check_values_again('kpi_id');
drop trigger if exists judge_again on kpix.kpi;
create constraint trigger judge_again after update on kpix.kpi
    deferrable initially deferred
    for each row when (old.direction <> new.direction or old.frequency <> new.frequency)
    execute function private.check_values_again('id');

-- Action plans. One begins open; the database alone says what its values say of it.
grant insert (organization_id, id, kpi_id, dashboard_id, parent_id, title, description, cause, whys, kind,
        owner_id, starts_on, due_on, criterion_kpi_id, criterion_kind, criterion_amount, criterion_periods),
    update (title, description, cause, whys, kind, status, progress, owner_id, starts_on, due_on, started_on,
        closed_on, criterion_kpi_id, criterion_kind, criterion_amount, criterion_periods, deleted_at, version)
    on kpix.action_plan to kpix_app;
grant select, update (verdict) on kpix.action_plan to kpix_auth;
grant insert on kpix.action_plan_change to kpix_auth;

create or replace trigger audit after insert or update on kpix.action_plan
    for each row execute function private.audit_row('action_plan', 'id');
create or replace trigger keep_change after insert or update on kpix.action_plan
    for each row execute function private.keep_plan_change();
create or replace trigger count_versions before update on kpix.action_plan
    for each row when (new.version not in (old.version, old.version + 1))
    execute function private.refuse_version();
create or replace trigger family_made before insert on kpix.action_plan
    for each row execute function private.check_plan_family();
create or replace trigger family_changed before update on kpix.action_plan
    for each row when (old.status <> new.status or old.deleted_at is distinct from new.deleted_at)
    execute function private.check_plan_family();
create or replace trigger criterion_made before insert on kpix.action_plan
    for each row when (new.criterion_kpi_id is not null) execute function private.check_plan_criterion();
create or replace trigger criterion_changed before update on kpix.action_plan
    for each row when (
        (old.criterion_kpi_id, old.criterion_kind, old.criterion_amount, old.criterion_periods)
            is distinct from (new.criterion_kpi_id, new.criterion_kind, new.criterion_amount, new.criterion_periods))
    execute function private.check_plan_criterion();
create or replace trigger given after update on kpix.action_plan
    referencing old table as given new table as kept
    for each statement execute function private.check_given_plans();
create or replace trigger judge before update on kpix.action_plan
    for each row when (old.status <> new.status or old.started_on is distinct from new.started_on
        or old.closed_on is distinct from new.closed_on)
    execute function private.judge_plan();
-- After the values themselves are checked: triggers fire by name.
create or replace trigger plans_inserted after insert on kpix.kpi_value
    referencing new table as written
    for each statement execute function private.judge_plans();
create or replace trigger plans_updated after update on kpix.kpi_value
    referencing new table as written
    for each statement execute function private.judge_plans();

alter table kpix.action_plan alter title set statistics 0, alter description set statistics 0,
    alter cause set statistics 0, alter whys set statistics 0, alter criterion_amount set statistics 0;
alter table kpix.action_plan_change alter old set statistics 0, alter new set statistics 0;

-- Where KPIs stand. After "judge": what is refused needs no state.
grant select, insert, update, delete on kpix.kpi_state to kpix_auth;
create or replace trigger keep_states_inserted after insert on kpix.kpi_value
    referencing new table as written
    for each statement execute function private.keep_states();
create or replace trigger keep_states_updated after update on kpix.kpi_value
    referencing new table as written
    for each statement execute function private.keep_states();
create or replace trigger keep_states_inserted after insert on kpix.kpi_threshold
    referencing new table as written
    for each statement execute function private.keep_states();
create or replace trigger keep_states_updated after update on kpix.kpi_threshold
    referencing new table as written
    for each statement execute function private.keep_states();
create or replace trigger keep_state_inserted after insert on kpix.kpi
    for each row execute function private.keep_state();
create or replace trigger keep_state_updated after update on kpix.kpi
    for each row when (
        (old.direction, old.frequency, old.starts_on, old.deleted_at)
        is distinct from (new.direction, new.frequency, new.starts_on, new.deleted_at))
    execute function private.keep_state();

-- The planner's histograms told another tenant's text through EXPLAIN.
alter table kpix.organization alter name set statistics 0;
alter table kpix.app_user alter name set statistics 0, alter email set statistics 0;
alter table kpix.role alter name set statistics 0, alter description set statistics 0;
alter table kpix.team alter name set statistics 0;
alter table kpix.dashboard alter title set statistics 0, alter process set statistics 0,
    alter description set statistics 0;
alter table kpix.kpi alter code set statistics 0, alter name set statistics 0,
    alter description set statistics 0, alter unit set statistics 0;
alter table kpix.kpi_threshold alter green set statistics 0, alter orange set statistics 0,
    alter red set statistics 0, alter target set statistics 0;
alter table kpix.kpi_value alter value set statistics 0, alter reason set statistics 0;
alter table kpix.kpi_value_revision alter value set statistics 0, alter reason set statistics 0;
alter table kpix.comment alter body set statistics 0;
alter table kpix.notification alter fact set statistics 0, alter kind set statistics 0,
    alter priority set statistics 0, alter facts set statistics 0;
alter table kpix.notification_preference alter kind set statistics 0;
alter table kpix.comment_revision alter body set statistics 0;
alter table kpix.audit_log alter object_id set statistics 0, alter old set statistics 0,
    alter new set statistics 0;
alter table kpix.kpi_state alter value set statistics 0, alter distance set statistics 0,
    alter previous_status set statistics 0;

-- What can be found is written with what it is found by.
create or replace trigger search_insert after insert on kpix.dashboard
    referencing new table as added
    for each statement execute function private.search_inserted('DASHBOARD');
create or replace trigger search_update after update on kpix.dashboard
    referencing old table as before_update new table as after_update
    for each statement execute function private.search_updated(
        'DASHBOARD', 'title', 'process', 'description', 'owner_id', 'visibility', 'archived_at');
create or replace trigger search_insert after insert on kpix.kpi
    referencing new table as added
    for each statement execute function private.search_inserted('KPI');
create or replace trigger search_update after update on kpix.kpi
    referencing old table as before_update new table as after_update
    for each statement execute function private.search_updated(
        'KPI', 'code', 'name', 'description', 'owner_id', 'dashboard_id', 'deleted_at');
create or replace trigger search_insert after insert on kpix.app_user
    referencing new table as added
    for each statement execute function private.search_inserted('PERSON');
create or replace trigger search_update after update on kpix.app_user
    referencing old table as before_update new table as after_update
    for each statement execute function private.search_updated('PERSON', 'name', 'email', 'active');
create or replace trigger search_insert after insert on kpix.action_plan
    referencing new table as added
    for each statement execute function private.search_inserted('ACTION');
create or replace trigger search_update after update on kpix.action_plan
    referencing old table as before_update new table as after_update
    for each statement execute function private.search_updated(
        'ACTION', 'title', 'description', 'cause', 'whys', 'owner_id', 'dashboard_id', 'deleted_at');
create or replace trigger search_insert after insert on kpix.comment
    referencing new table as added
    for each statement execute function private.search_inserted('COMMENT');
create or replace trigger search_update after update on kpix.comment
    referencing old table as before_update new table as after_update
    for each statement execute function private.search_updated('COMMENT', 'body', 'dashboard_id', 'deleted_at');
